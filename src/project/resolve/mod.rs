//! From the text of `pipewright.yml` to a [`Project`]: structure, values, and how they fit
//! together; all problems in one go, each at its place.

mod exposure;
mod jobs;
mod release;
mod scan;
mod service;
mod targets;

use super::config::{App, Ci, CiRegistry, Config, DatabaseKind, Migrate, Pin, ReplicasConfig};
use super::{Project, Replicas, names};
use crate::cloud::Clouds;
use crate::diagnostic::{Diagnostic, Origin, Problem, Severity, SourceFile, Span};
use crate::schema::Shape;
use crate::yaml::{Part, Route, Tree};
use release::Release;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// Why there is no project.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigError {
    /// The configuration is faulty: all that is wrong with it.
    Faulty(Vec<Diagnostic>),
    /// An argument is wrong: what and what to do, ready to print.
    Usage(String),
    /// A fault of pipewright itself.
    Internal(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Faulty(problems) => {
                for problem in problems {
                    let at = problem.file.position(problem.problem.span.start);
                    let (name, message) = (problem.file.name(), &problem.problem.message);
                    writeln!(f, "{name}:{}:{}: {message}", at.line, at.column)?;
                }
                Ok(())
            }
            Self::Usage(message) => f.write_str(message),
            Self::Internal(message) => write!(f, "a fault of pipewright: {message}"),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Problems of one file as an error.
pub(super) fn faulty(file: &SourceFile, problems: Vec<Problem>) -> ConfigError {
    let file = Arc::new(file.clone());
    ConfigError::Faulty(
        problems
            .into_iter()
            .map(|problem| Diagnostic {
                file: Arc::clone(&file),
                severity: Severity::Error,
                origin: Origin::Config,
                problem,
            })
            .collect(),
    )
}

/// Reads and checks a configuration.
///
/// # Errors
/// With all problems of the text.
pub fn load(file: &SourceFile, clouds: &Clouds) -> Result<Project, ConfigError> {
    let tree = Tree::parse(file.text()).map_err(|problem| faulty(file, vec![problem]))?;
    let mut problems: Vec<Problem> = tree.traps().to_vec();
    static SHAPE: LazyLock<Shape> = LazyLock::new(Shape::of::<Config>);
    problems.extend(SHAPE.check(&tree));
    if let Some(validate) = tree.root().get("validate") {
        problems.extend(super::validation::unknown_rules(validate));
    }
    let mut resolver = Resolver { tree: &tree, clouds, problems };
    let project = resolver.project();
    let mut problems = resolver.problems;
    problems.sort_by_key(|problem| (problem.span, problem.rule));
    problems.dedup();
    match project {
        Some(project) if problems.is_empty() => Ok(project),
        _ if problems.is_empty() => {
            Err(ConfigError::Internal("the configuration can't be read".into()))
        }
        _ => Err(faulty(file, problems)),
    }
}

struct Resolver<'a> {
    tree: &'a Tree,
    clouds: &'a Clouds,
    problems: Vec<Problem>,
}

/// A route from dotted keys; numbers are indexes.
fn route(path: &str) -> Route {
    path.split('.').filter(|part| !part.is_empty()).fold(Route::root(), |route, part| {
        match part.parse() {
            Ok(index) => route.index(index),
            Err(_) => route.key(part),
        }
    })
}

impl Resolver<'_> {
    pub(super) fn report(&mut self, at: &Route, message: String, help: Option<String>) {
        self.report_at(self.tree.place(at, Part::Value), message, help);
    }

    pub(super) fn report_at(&mut self, span: Span, message: String, help: Option<String>) {
        let mut problem = Problem::new("config", span, message);
        problem.help = help;
        self.problems.push(problem);
    }

    /// Reports a failed check of the value at a place, called by its key.
    pub(super) fn check(&mut self, at: &Route, checked: Result<(), String>) {
        if let Err(why) = checked {
            self.report(at, format!("\"{at}\" {why}"), None);
        }
    }

    /// Whether the structural check has found nothing inside the span.
    pub(super) fn is_sound(&self, span: Span) -> bool {
        !self
            .problems
            .iter()
            .any(|problem| span.start <= problem.span.start && problem.span.end <= span.end)
    }

    /// The configuration, without the entries that are structurally wrong: the others are checked
    /// all the same.
    pub(super) fn config(&self) -> Config {
        let sound = self.tree.root().entries().filter_map(|entry| {
            let whole = entry.key.span().to(entry.value.span());
            let key = entry.key.as_str()?;
            (key != "targets" && self.is_sound(whole)).then_some((key, entry.value))
        });
        Config::deserialize(MapDeserializer::<_, crate::yaml::ReadError>::new(sound))
            .unwrap_or_default()
    }

    pub(super) fn project(&mut self) -> Option<Project> {
        let config = self.config();
        let app = config.app.unwrap_or(App::Addressbook);
        let starter = app == App::Addressbook;
        let database = config.database.unwrap_or(DatabaseKind::Postgres) == DatabaseKind::Postgres;
        let name = config.name.clone().unwrap_or_else(|| "addressbook".into());
        let named = names::service(&name);
        // What follows from the name is checked with a sound one: one mistake, one report.
        let stand_in = if named.is_ok() { name.as_str() } else { "service" };
        self.check(&route("name"), named);
        let default_branch = config.default_branch.clone().unwrap_or_else(|| "main".into());
        self.check(&route("default_branch"), names::branch(&default_branch));
        let namespace = config.namespace.clone().unwrap_or_else(|| "default".into());
        self.check(&route("namespace"), names::label(&namespace, 63));
        let replicas = replicas(config.replicas.as_ref(), Replicas { stable: 3, canary: 1 });
        let autoscaling = self.autoscaling(&config);
        let replicas = Replicas {
            stable: autoscaling.map_or(replicas.stable, |autoscaling| autoscaling.min),
            ..replicas
        };
        let folder = self.folder(&config);
        let release_when = self.release(&config, &default_branch, folder.as_deref());
        let service = self.kubernetes_service(&config);
        let ingress = self.ingress(&config, service);
        let health = self.health(&config, service);
        let resources = self.resources(&config);
        let build = self.build(&config, starter);
        let commands = self.commands(&config, starter, database);
        let tests = self.tests(&config, starter, database, &build);
        let agent = self.agent(config.agent.as_ref());
        let scan = self.scan(&config);
        let secrets = self.secrets(&config, &name);
        self.env(&config, database);
        self.skip(&config);
        let ci_registry = config.ci_registry.unwrap_or(CiRegistry::Semaphore);
        let release = Release::of(&default_branch, &release_when);
        let targets = self.targets(stand_in, &namespace, replicas, &release);
        self.ci_registry(ci_registry, &targets);
        Some(Project {
            name,
            app,
            port: config.port.unwrap_or(3000),
            health,
            default_branch,
            release_when,
            resources,
            service,
            ingress,
            autoscaling,
            folder,
            database,
            commands,
            migrate: config.migrate.unwrap_or(Migrate::BeforeCanary),
            build,
            ci: config.ci.unwrap_or(Ci::Generate),
            ci_registry,
            pin: config.pin.unwrap_or(Pin::Tag),
            scan,
            agent,
            tests,
            env: config.env.unwrap_or_default(),
            secrets,
            skip: config.files.unwrap_or_default().skip,
            targets,
        })
    }
}

fn replicas(given: Option<&ReplicasConfig>, default: Replicas) -> Replicas {
    Replicas {
        stable: given.and_then(|given| given.stable).unwrap_or(default.stable),
        canary: given.and_then(|given| given.canary).unwrap_or(default.canary),
    }
}
