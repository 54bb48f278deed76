//! The user's configuration: `pipewright.yml` read, checked and resolved into a [`Project`] in
//! which every default is filled in and every value is known to be sound.

mod config;
mod names;
mod quantity;
mod resolve;
mod scan;
mod target;
mod text;
mod validation;

pub use config::{App, Ci, CiRegistry, Config, DatabaseKind, Migrate, Pin, ServiceType, TestPlace};
pub use names::{NAME_MAX, http_path, service as service_name};
pub use resolve::{ConfigError, load};
pub use scan::{Scan, ScanConfig, Severity};
pub use target::{DB_PARAMS, DB_VARIABLES, Target};
pub use text::{Draft, with_clouds, with_value};
pub use validation::{Level, ValidateConfig, Validation};

use indexmap::IndexMap;

/// Name of the configuration file.
pub const FILE: &str = "pipewright.yml";

/// A service, its pipelines' choices and where it is deployed to. All values are checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// A DNS label that starts with a letter, at most [`names::NAME_MAX`] characters.
    pub name: String,
    /// Whether the starter application is written.
    pub app: App,
    /// Port that the service listens on.
    pub port: u32,
    /// What tells the service's health.
    pub health: Health,
    /// Branch that is deployed.
    pub default_branch: String,
    /// Condition of the automatic promotion to the canary.
    pub release_when: String,
    /// What a pod asks for and may use.
    pub resources: Resources,
    /// The Kubernetes Service, if there is one.
    pub service: Option<Service>,
    /// The Ingress, if there is one; then there is a Service too.
    pub ingress: Option<Ingress>,
    /// How many pods of stable run, where the load says so.
    pub autoscaling: Option<Autoscaling>,
    /// Folder of the service in the repository, where that is not its root.
    pub folder: Option<String>,
    /// Whether the service has a PostgreSQL database.
    pub database: bool,
    /// Commands of the image that the pipelines run.
    pub commands: Commands,
    /// When the database is migrated.
    pub migrate: Migrate,
    /// How the image is built.
    pub build: Build,
    /// Who writes `semaphore.yml`.
    pub ci: Ci,
    /// Where the image lives between build and deployment.
    pub ci_registry: CiRegistry,
    /// What the pods' image is addressed by.
    pub pin: Pin,
    /// The scan of the image, if there is one.
    pub scan: Option<Scan>,
    /// Machine that the jobs run on.
    pub agent: Agent,
    /// Jobs of the Tests block.
    pub tests: Vec<Test>,
    /// Environment variables of the pods.
    pub env: IndexMap<String, String>,
    /// Semaphore secrets whose variables the pods get.
    pub secrets: Vec<AppSecret>,
    /// Paths that are not written.
    pub skip: Vec<String>,
    /// Where the service is deployed to, at least one.
    pub targets: Vec<Target>,
}

impl Project {
    /// Name of the Kubernetes secret with the registry's credentials.
    #[must_use]
    pub fn pull_secret(&self) -> String {
        pull_secret(&self.name)
    }

    /// The condition under which a push concerns the service, where others stand in the repository.
    #[must_use]
    pub fn changed(&self) -> Option<String> {
        self.folder.as_deref().map(|folder| changed(folder, &self.default_branch))
    }

    /// Whether the service listens on its port.
    #[must_use]
    pub fn listens(&self) -> bool {
        self.service.is_some() || matches!(self.health, Health::Http { .. })
    }

    /// The target with an id.
    #[must_use]
    pub fn target(&self, id: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.id == id)
    }

    /// The command that migrates the database in a Job, if there is one.
    #[must_use]
    pub fn migration_job(&self) -> Option<&[String]> {
        (self.migrate == Migrate::BeforeCanary)
            .then_some(self.commands.migrate.as_deref())
            .flatten()
    }
}

/// The condition that something below a folder has changed. The slash at its end keeps out folders
/// whose names only start like it.
fn changed(folder: &str, default_branch: &str) -> String {
    format!("change_in('/{folder}/', {{default_branch: '{default_branch}'}})")
}

fn pull_secret(name: &str) -> String {
    format!("{name}-registry")
}

/// What tells the service's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Paths of the service.
    Http {
        /// Answers 2xx when the service can take requests.
        ready: String,
        /// Answers 2xx while the process is sound.
        live: String,
    },
    /// A program of the image, as words, that exits with 0 while the process is sound.
    Command(Vec<String>),
    /// Nothing but that the process runs.
    None,
}

/// How many pods run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicas {
    /// Pods of the stable Deployment when no canary runs; with autoscaling, the fewest.
    pub stable: u32,
    /// Pods of the canary.
    pub canary: u32,
}

impl Replicas {
    /// Pods of the stable Deployment beside a canary: together as many as without, but at least
    /// one.
    #[must_use]
    pub fn beside_canary(self) -> u32 {
        self.stable.saturating_sub(self.canary).max(1)
    }
}

/// What a pod asks for and may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    /// What the scheduler sets aside.
    pub requests: Quantities,
    /// What the pod may use at most.
    pub limits: Quantities,
}

/// Kubernetes quantities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantities {
    /// Cores.
    pub cpu: String,
    /// Bytes.
    pub memory: String,
}

/// A Kubernetes Service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its type.
    pub kind: ServiceType,
    /// Port that it offers.
    pub port: u32,
}

/// How the service is reached by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingress {
    /// The name.
    pub host: String,
    /// Start of the paths that lead to the service.
    pub path: String,
    /// Name of the Ingress class, where it is not the cluster's default.
    pub class: Option<String>,
    /// Kubernetes Secret with the certificate.
    pub tls_secret: Option<String>,
}

/// How many pods of stable run as the load changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Autoscaling {
    /// The fewest; [`Replicas::stable`] of every target.
    pub min: u32,
    /// The most.
    pub max: u32,
    /// Percent of the requested cores that pods are kept at.
    pub cpu: u32,
}

/// Commands of the image, as words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    /// Exits with 0 when the service reaches what it needs.
    pub ping: Option<Vec<String>>,
    /// Brings the database to the image's version.
    pub migrate: Option<Vec<String>>,
}

/// How the image is built; paths are relative to the folder of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The Dockerfile.
    pub dockerfile: String,
    /// The build context.
    pub context: String,
    /// Stage that tests run in, if there is one.
    pub test_stage: Option<String>,
}

/// Machine that the jobs run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Machine type.
    pub machine: String,
    /// Image of its operating system, if it has one.
    pub os_image: Option<String>,
}

/// A job of the Tests block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Where its commands run.
    pub place: TestPlace,
    /// Whether it needs a PostgreSQL server.
    pub database: bool,
    /// Further environment variables.
    pub env: IndexMap<String, String>,
    /// Its commands.
    pub commands: Vec<TestCommand>,
}

/// A command of a test job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestCommand {
    /// Text for a shell.
    Shell(String),
    /// A program and its arguments.
    Words(Vec<String>),
}

/// A Semaphore secret whose variables the pods get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSecret {
    /// Name of the Semaphore secret.
    pub name: String,
    /// The variables.
    pub env: Vec<String>,
}
