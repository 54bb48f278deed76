//! `pipewright.yml` as written: every key optional but `version`, nothing resolved.
//!
//! [`crate::project::Project`] is what the rest of the program works with.

use super::scan::ScanConfig;
use super::validation::ValidateConfig;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// The configuration of one service, `pipewright.yml`.
///
/// Unknown keys are refused by the structural check, not by serde: the keys beside them are then
/// still read, and checked in the same run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Config {
    /// Version of this format: 1, which is also the default.
    #[schemars(range(min = 1, max = 1))]
    pub version: Option<u32>,
    /// Name of the service: image, Deployments, labels and queues are called after it. A DNS label
    /// that starts with a letter, at most 50 characters. Default: `addressbook`.
    pub name: Option<String>,
    /// Whether the starter application is written too. Default: `addressbook`.
    pub app: Option<App>,
    /// Port that the service listens on; it gets it as the variable `PORT`. Default: 3000.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u32>,
    /// What tells the service's health, or `none`.
    pub health: Option<HealthChoice>,
    /// Branch that is deployed; `init` takes it from `origin/HEAD`. Default: `main`.
    pub default_branch: Option<String>,
    /// When a build is released to the canary.
    pub release: Option<ReleaseConfig>,
    /// Kubernetes namespace; it must exist. Default: `default`.
    pub namespace: Option<String>,
    /// How many pods run.
    pub replicas: Option<ReplicasConfig>,
    /// What a pod asks for and may use.
    pub resources: Option<ResourcesConfig>,
    /// How the service is reached, or `none`. Default: a load balancer on port 80.
    pub service: Option<ServiceChoice>,
    /// How the service is reached by a name, through the cluster's Ingress controller.
    pub ingress: Option<IngressConfig>,
    /// How many pods of stable run as the load changes, instead of `replicas.stable`.
    pub autoscaling: Option<AutoscalingConfig>,
    /// Folder of this file in the repository, from its root: the service is one of several.
    /// Default: the root.
    pub folder: Option<String>,
    /// Database of the service. Default: `postgres`.
    pub database: Option<DatabaseKind>,
    /// Commands of the image that the pipelines run.
    pub commands: Option<CommandsConfig>,
    /// When the database is migrated. Default: `before-canary`.
    pub migrate: Option<Migrate>,
    /// How the image is built.
    pub build: Option<BuildConfig>,
    /// Who writes `.semaphore/semaphore.yml`. Default: `generate`.
    pub ci: Option<Ci>,
    /// Where the image lives between build and deployment. Default: `semaphore`.
    pub ci_registry: Option<CiRegistry>,
    /// What the pods' image is addressed by. Default: `tag`.
    pub pin: Option<Pin>,
    /// Scan of the image for known vulnerabilities. Default: none.
    pub scan: Option<ScanConfig>,
    /// Machine that the jobs run on.
    pub agent: Option<AgentConfig>,
    /// Jobs of the Tests block. Default: those of the starter application, or none.
    pub tests: Option<Vec<TestConfig>>,
    /// Environment variables of the service's pods. `$(NAME)` refers to another one, as in
    /// Kubernetes.
    pub env: Option<IndexMap<String, String>>,
    /// Semaphore secrets whose variables the service's pods get.
    pub secrets: Option<Vec<AppSecretConfig>>,
    /// Which files are written.
    pub files: Option<FilesConfig>,
    /// How pipelines are validated.
    pub validate: Option<ValidateConfig>,
    /// Where the service is deployed to, in the order of the promotions.
    #[schemars(length(min = 1))]
    pub targets: Option<Vec<TargetConfig>>,
}

/// Whether the starter application is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum App {
    /// The addressbook crate, its Dockerfile and its compose file.
    Addressbook,
    /// There is an application already.
    None,
}

/// What tells the service's health.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum HealthChoice {
    /// Nothing does.
    None(NoHealth),
    /// HTTP paths, or a command.
    Health(HealthConfig),
}

/// Nothing tells the service's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoHealth {
    /// A pod counts as sound while its process runs.
    None,
}

/// What tells the service's health: HTTP paths, or a command.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct HealthConfig {
    /// Program of the image that exits with 0 while the process is sound, instead of HTTP paths.
    pub command: Option<CommandLine>,
    /// Answers 2xx when the service can take requests. Default: `/ready`.
    pub ready: Option<String>,
    /// Answers 2xx while the process is sound; must not depend on the database. Default: `/live`.
    pub live: Option<String>,
}

/// When a build is released to the canary.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReleaseConfig {
    /// Condition in Semaphore's language. Default: passed, on the default branch or a tag that
    /// starts with `hotfix`.
    pub when: Option<String>,
}

/// How many pods run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReplicasConfig {
    /// Pods of the stable Deployment when no canary runs. Default: 3.
    #[schemars(range(min = 1, max = 1000))]
    pub stable: Option<u32>,
    /// Pods of the canary. Default: 1.
    #[schemars(range(min = 1, max = 1000))]
    pub canary: Option<u32>,
}

/// What a pod asks for and may use.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ResourcesConfig {
    /// What the scheduler sets aside. Default: 50m of a core, 64Mi.
    pub requests: Option<QuantitiesConfig>,
    /// What the pod may use at most. Default: 500m of a core, 128Mi.
    pub limits: Option<QuantitiesConfig>,
}

/// An amount of each resource, as Kubernetes quantities.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct QuantitiesConfig {
    /// Cores, such as `500m` or `2`.
    pub cpu: Option<Quantity>,
    /// Bytes, such as `128Mi`.
    pub memory: Option<Quantity>,
}

/// A Kubernetes quantity; a plain number may stand without quotes.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Quantity {
    /// A whole number.
    Number(u64),
    /// A decimal fraction.
    Decimal(f64),
    /// A number with a suffix.
    Text(String),
}

/// How the service is reached.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ServiceChoice {
    /// No Kubernetes Service.
    None(NoService),
    /// A Kubernetes Service.
    Service(ServiceConfig),
}

/// No Kubernetes Service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoService {
    /// The service takes no requests.
    None,
}

/// A Kubernetes Service.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ServiceConfig {
    /// Its type. Default: `LoadBalancer`, or `ClusterIP` behind an Ingress.
    #[serde(rename = "type")]
    pub kind: Option<ServiceType>,
    /// Port that it offers. Default: 80.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u32>,
}

/// Type of a Kubernetes Service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ServiceType {
    /// Reached from outside through the cloud's load balancer.
    LoadBalancer,
    /// Reached from inside the cluster only.
    ClusterIP,
    /// Reached on a port of every node.
    NodePort,
}

/// How the service is reached by a name.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct IngressConfig {
    /// The name, such as `shop.example.com`.
    pub host: String,
    /// Start of the paths that lead to the service. Default: `/`.
    pub path: Option<String>,
    /// Name of the Ingress class. Default: the cluster's own default.
    pub class: Option<String>,
    /// Kubernetes Secret with the certificate, which must exist. Default: no TLS.
    pub tls_secret: Option<String>,
}

/// How many pods of stable run as the load changes.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AutoscalingConfig {
    /// The fewest pods. Default: 2.
    #[schemars(range(min = 1, max = 1000))]
    pub min: Option<u32>,
    /// The most pods.
    #[schemars(range(min = 1, max = 1000))]
    pub max: u32,
    /// The share of the requested cores, in percent, that pods are kept at. Default: 80.
    #[schemars(range(min = 1, max = 1000))]
    pub cpu: Option<u32>,
}

/// Database of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseKind {
    /// PostgreSQL, reached by the settings in the secret `db-params`.
    Postgres,
    /// None: no secret, no migration, no database in the tests.
    None,
}

/// Commands of the image that the pipelines run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CommandsConfig {
    /// Exits with 0 when the service reaches what it needs. Default: `addressbook ping` for the
    /// starter, else none.
    pub ping: Option<CommandLine>,
    /// Brings the database to the image's version. Default: `addressbook migrate` for the starter,
    /// else none.
    pub migrate: Option<CommandLine>,
}

/// A program and its arguments; there is no shell in between.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CommandLine {
    /// One line, split into words as a shell does: quotes group, nothing is expanded.
    Line(String),
    /// The words themselves.
    Words(Vec<String>),
}

/// When the database is migrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Migrate {
    /// By a Kubernetes Job with the new image, before any pod changes.
    BeforeCanary,
    /// In the canary's pod, after its rollout.
    InCanary,
}

/// How the image is built.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct BuildConfig {
    /// The Dockerfile, from the folder of this file. Default: `Dockerfile`.
    pub dockerfile: Option<String>,
    /// The build context, from the folder of this file. Default: `.`.
    pub context: Option<String>,
    /// Stage of the Dockerfile that tests run in, or `none`. Default: `test` for the starter, else
    /// none.
    pub test_stage: Option<String>,
}

/// Who writes `.semaphore/semaphore.yml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ci {
    /// pipewright.
    Generate,
    /// It is there already; the promotions to paste are printed and stand in the runbook.
    Existing,
}

/// Where the image lives between build and deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CiRegistry {
    /// Semaphore's private registry, which Semaphore enables on request.
    Semaphore,
    /// A workflow artifact: works everywhere, without a build cache.
    Artifact,
    /// The registry of the first target.
    Cloud,
}

/// What the pods' image is addressed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pin {
    /// The tag of its workflow.
    Tag,
    /// Its digest: canary and stable of a workflow run the very same bytes.
    Digest,
}

/// Machine that the jobs run on.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AgentConfig {
    /// Machine type. Default: `f1-standard-2`.
    pub machine: Option<String>,
    /// Image of its operating system. Default: `ubuntu2404`; none for self-hosted machines, whose
    /// type starts with `s1-`.
    pub os_image: Option<String>,
}

/// A job of the Tests block.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TestConfig {
    /// Its name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Where its commands run. Default: `test` when there is a test stage, else `agent`.
    #[serde(rename = "in")]
    pub place: Option<TestPlace>,
    /// Whether it needs a PostgreSQL server, found by `DB_HOST`, `DB_PORT`, `DB_USER`,
    /// `DB_PASSWORD`, `DB_SCHEMA` and `DB_SSL`. Default: false.
    #[serde(default)]
    pub database: bool,
    /// Further environment variables.
    #[serde(default)]
    pub env: IndexMap<String, String>,
    /// Its commands: shell commands in the test stage and on the agent, a program with arguments
    /// in the release image.
    #[schemars(length(min = 1))]
    pub commands: Vec<String>,
}

/// Where the commands of a test job run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TestPlace {
    /// In the image of the test stage.
    Test,
    /// In the image that is released.
    Release,
    /// On the machine, in the checked-out repository.
    Agent,
}

/// A Semaphore secret whose variables the service's pods get.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AppSecretConfig {
    /// Name of the Semaphore secret.
    pub name: String,
    /// The variables to hand on.
    #[schemars(length(min = 1))]
    pub env: Vec<String>,
}

/// Which files are written.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FilesConfig {
    /// Paths that are not written, because you have your own or need none; `dir/` means all below.
    #[serde(default)]
    pub skip: Vec<String>,
}

/// Where the service is deployed to.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub struct TargetConfig {
    /// Names the files: `deploy-canary-<id>.yml`. Default: the cloud's id.
    pub id: Option<String>,
    /// Id or alias of a cloud profile.
    pub cloud: String,
    /// Id of the target from whose stable pipeline this one is promoted, instead of from
    /// `semaphore.yml`.
    pub after: Option<String>,
    /// Semaphore deployment target that guards the promotions.
    pub deployment_target: Option<String>,
    /// Kubernetes namespace. Default: that of the service.
    pub namespace: Option<String>,
    /// How many pods run here. Default: as for the service.
    pub replicas: Option<ReplicasConfig>,
    /// Semaphore secrets under other names: the profile's name (or `db-params`), then yours.
    #[serde(default)]
    pub secrets: IndexMap<String, String>,
    /// The settings that the cloud's profile declares.
    #[serde(flatten)]
    pub settings: IndexMap<String, SettingValue>,
}

/// A value of a cloud's setting.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// Text.
    Text(String),
    /// A whole number, taken as text.
    Number(i64),
    /// A boolean, taken as text.
    Bool(bool),
}
