//! The text of `pipewright.yml`: a first one, and one with settings changed from the command line,
//! its comments kept.

use super::config::{App, CiRegistry, DatabaseKind};
use super::resolve::{ConfigError, faulty};
use crate::cloud::{Clouds, Profile};
use crate::diagnostic::{Problem, SourceFile, Span};
use crate::yaml::{Route, Step, Tree, edit, emit};
use indexmap::IndexMap;
use serde::Serialize;
use tera::{Context, Tera};

const TEMPLATE: &str = include_str!("../../templates/pipewright.yml.tera");

/// The choices that a first `pipewright.yml` is written from.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Name of the service.
    pub name: String,
    /// Whether the starter application is written.
    pub app: App,
    /// Port that the service listens on.
    pub port: u32,
    /// Path that tells whether the service can take requests.
    pub ready: String,
    /// Path that tells whether the process is sound.
    pub live: String,
    /// Branch that is deployed.
    pub default_branch: String,
    /// Whether there is a database.
    pub database: DatabaseKind,
    /// Where the image lives between build and deployment.
    pub ci_registry: CiRegistry,
    /// Ids or aliases of the clouds to deploy to.
    pub clouds: Vec<String>,
}

impl Default for Draft {
    /// The addressbook on the three embedded clouds.
    fn default() -> Self {
        Self {
            name: "addressbook".into(),
            app: App::Addressbook,
            port: 3000,
            ready: "/ready".into(),
            live: "/live".into(),
            default_branch: "main".into(),
            database: DatabaseKind::Postgres,
            ci_registry: CiRegistry::Semaphore,
            clouds: ["digitalocean", "gcp", "aws"].map(str::to_owned).to_vec(),
        }
    }
}

#[derive(Serialize)]
struct TargetDraft<'a> {
    cloud: &'a str,
    settings: IndexMap<&'a str, &'a str>,
}

impl<'a> TargetDraft<'a> {
    /// The cloud with the settings whose defaults are plain values, so that one sees what there
    /// is to change; those that follow from the name keep following it.
    fn of(profile: &'a Profile) -> Self {
        let settings = profile
            .settings
            .iter()
            .filter_map(|(key, setting)| {
                let default = setting.default.as_deref()?;
                let shown = !default.contains("{{") && setting.when.is_empty();
                shown.then_some((key.as_str(), default))
            })
            .collect();
        Self { cloud: &profile.id, settings }
    }
}

impl Draft {
    /// The text of the configuration.
    ///
    /// # Errors
    /// When a cloud is not known.
    pub fn text(&self, clouds: &Clouds) -> Result<String, ConfigError> {
        let mut targets = Vec::new();
        for word in &self.clouds {
            targets.push(TargetDraft::of(&find(clouds, word)?.profile));
        }
        let mut context = Context::new();
        context.insert("name", &self.name);
        context.insert("app", if self.app == App::Addressbook { "addressbook" } else { "none" });
        context.insert("port", &self.port);
        context.insert("health", &IndexMap::from([("ready", &self.ready), ("live", &self.live)]));
        context.insert("default_branch", &self.default_branch);
        context.insert("replicas", &IndexMap::from([("stable", 3), ("canary", 1)]));
        context.insert(
            "database",
            if self.database == DatabaseKind::Postgres { "postgres" } else { "none" },
        );
        context.insert(
            "ci_registry",
            match self.ci_registry {
                CiRegistry::Semaphore => "semaphore",
                CiRegistry::Artifact => "artifact",
                CiRegistry::Cloud => "cloud",
            },
        );
        context.insert("targets", &targets);
        let mut tera = Tera::default();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("yaml", |text: &str, _: tera::Kwargs, _: &tera::State<'_>| {
            emit::scalar(text)
        });
        let rendered = tera
            .add_raw_template("pipewright.yml", TEMPLATE)
            .and_then(|()| tera.render("pipewright.yml", &context));
        rendered.map_err(|error| ConfigError::Internal(error.to_string()))
    }
}

fn find<'a>(clouds: &'a Clouds, word: &str) -> Result<&'a crate::cloud::Source, ConfigError> {
    clouds.find(word).ok_or_else(|| {
        let nearest = clouds.nearest(word).map(|near| format!("; did you mean \"{near}\"?"));
        ConfigError::Usage(format!(
            "there is no cloud \"{word}\"{}\nknown clouds: {}",
            nearest.unwrap_or_default(),
            clouds.ids()
        ))
    })
}

/// The text with `--set key.path=value` brought in; comments and all else stay.
///
/// # Errors
/// When the argument is not of that form, or there is no such place in the text.
pub fn with_value(file: &SourceFile, assignment: &str) -> Result<String, ConfigError> {
    let usage = |why: &str| ConfigError::Usage(format!("--set {assignment}: {why}"));
    let (path, value) = assignment
        .split_once('=')
        .ok_or_else(|| usage("must be key.path=value, such as replicas.stable=5"))?;
    let tree = Tree::parse(file.text()).map_err(|problem| faulty(file, vec![problem]))?;
    let mut steps: Vec<Step> = Vec::new();
    for part in path.split('.') {
        if part.is_empty() {
            return Err(usage("has an empty key"));
        }
        let parent = tree.find(&Route::from(steps.clone()));
        let is_list = parent.is_some_and(|node| node.kind() == crate::yaml::Kind::Seq);
        if is_list {
            let items = parent.map(|node| node.items().len()).unwrap_or_default();
            let by_name = parent.and_then(|node| {
                node.items().position(|item| {
                    ["id", "name", "cloud"]
                        .iter()
                        .any(|key| item.get(key).and_then(crate::yaml::Node::as_str) == Some(part))
                })
            });
            let index = by_name.or_else(|| part.parse().ok().filter(|&index| index < items));
            steps.push(Step::Index(index.ok_or_else(|| {
                usage(&format!(
                    "\"{part}\" is neither the id of an item of \"{}\" nor an index below {items}",
                    Route::from(steps.clone())
                ))
            })?));
        } else {
            steps.push(Step::Key(part.to_owned()));
        }
    }
    let route = Route::from(steps);
    edit::set(file.text(), &route, &written(value)).map_err(|problem| {
        usage(&format!("can't be brought into {}: {}", file.name(), problem.message))
    })
}

/// A value from the command line as YAML: what is a number, a boolean, text in quotes or a flow
/// collection stays one, everything else is text as it stands.
fn written(value: &str) -> String {
    let flow = value.starts_with(['[', '{']);
    let as_is = Tree::parse(value).ok().filter(|tree| {
        use crate::yaml::Kind;
        tree.traps().is_empty()
            && match tree.root().kind() {
                Kind::Seq | Kind::Map => flow,
                Kind::Str => value.starts_with(['"', '\'']),
                Kind::Null => !value.is_empty(),
                _ => true,
            }
    });
    // A comment would be lost: `--set release.when="branch = 'a' # b"` is text too.
    match as_is {
        Some(tree) if tree.comments().is_empty() && !value.contains('\n') => value.to_owned(),
        _ => emit::scalar(value),
    }
}

/// The text with one target for each cloud, keeping what is configured for it.
///
/// # Errors
/// When a cloud is not known or the text is not YAML.
pub fn with_clouds(
    file: &SourceFile,
    words: &[String],
    clouds: &Clouds,
) -> Result<String, ConfigError> {
    let tree = Tree::parse(file.text()).map_err(|problem| faulty(file, vec![problem]))?;
    let mut chosen: Vec<&Profile> = Vec::new();
    for word in words {
        let profile = &find(clouds, word)?.profile;
        if !chosen.iter().any(|known| known.id == profile.id) {
            chosen.push(profile);
        }
    }
    let configured = |profile: &Profile| -> Option<Span> {
        let item = tree.root().get("targets")?.items().find(|item| {
            item.get("cloud")
                .and_then(crate::yaml::Node::as_str)
                .and_then(|word| clouds.find(word))
                .is_some_and(|source| source.profile.id == profile.id)
        })?;
        Some(item.span())
    };
    let mut items = String::new();
    for profile in chosen {
        let item = match configured(profile) {
            Some(span) => dedented(file.text(), span),
            None => {
                let draft = TargetDraft::of(profile);
                let mut text = format!("cloud: {}", emit::scalar(draft.cloud));
                for (key, value) in draft.settings {
                    text.push_str(&format!("\n{key}: {}", emit::scalar(value)));
                }
                text
            }
        };
        for (index, line) in item.lines().enumerate() {
            items.push_str(if index == 0 {
                "- "
            } else if line.is_empty() {
                ""
            } else {
                "  "
            });
            items.push_str(line);
            items.push('\n');
        }
    }
    edit::set(file.text(), &Route::root().key("targets"), &items)
        .map_err(|problem: Problem| faulty(file, vec![problem]))
}

/// The text of a node with the indentation of its first line taken off the others.
fn dedented(text: &str, span: Span) -> String {
    let line_start =
        text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let indent = text.get(line_start..span.start).map_or(0, |before| before.chars().count());
    let mut lines = span.slice(text).lines();
    let mut dedented = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        dedented.push('\n');
        let spaces = line.len() - line.trim_start_matches(' ').len();
        dedented.push_str(line.get(spaces.min(indent)..).unwrap_or_default());
    }
    dedented
}
