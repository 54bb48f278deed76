//! Reading profiles: structure, references between their parts, and every template tried out.

use super::profile::{Profile, SettingKind, When};
use super::render::Surroundings;
use super::settings;
use crate::diagnostic::{Diagnostic, Origin, Problem, Severity, SourceFile};
use crate::schema::Shape;
use crate::yaml::{Part, Route, Tree};
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a profile can't be had.
#[derive(Debug)]
pub enum LoadError {
    /// A file or folder can't be read.
    Io {
        /// Which one.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Profiles are faulty: all that is wrong with them.
    Faulty(Vec<Diagnostic>),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "can't read \"{}\": {error}", path.display()),
            Self::Faulty(problems) => write!(f, "{} problems in cloud profiles", problems.len()),
        }
    }
}

impl std::error::Error for LoadError {}

/// The profile files of a folder, sorted; none when there is no folder.
pub(super) fn profile_files(directory: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |error| LoadError::Io { path: directory.to_path_buf(), error };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a profile's file.
///
/// # Errors
/// When it can't be read or is not UTF-8.
pub fn read(path: &Path) -> Result<String, LoadError> {
    std::fs::read_to_string(path).map_err(|error| LoadError::Io { path: path.to_path_buf(), error })
}

/// Reads an embedded profile, whose soundness a test holds: it is not checked again in every run.
pub(super) fn embedded(name: &str, text: &str) -> Result<Profile, LoadError> {
    let read = Tree::parse(text).and_then(|tree| {
        Profile::deserialize(tree.root()).map_err(|error| error.problem("config"))
    });
    read.map_err(|problem| faulty(name, text, vec![problem]))
}

fn faulty(name: &str, text: &str, problems: Vec<Problem>) -> LoadError {
    let file = Arc::new(SourceFile::new(name, text));
    let diagnostics = problems.into_iter().map(|problem| Diagnostic {
        file: Arc::clone(&file),
        severity: Severity::Error,
        origin: Origin::Config,
        problem,
    });
    LoadError::Faulty(diagnostics.collect())
}

/// Reads a profile and checks it, its templates included.
///
/// # Errors
/// With all problems, each at its place.
pub fn parse(name: &str, text: &str) -> Result<Profile, LoadError> {
    let faulty = |problems| faulty(name, text, problems);
    let tree = Tree::parse(text).map_err(|problem| faulty(vec![problem]))?;
    let mut problems = tree.traps().to_vec();
    problems.extend(Shape::of::<Profile>().check(&tree));
    if !problems.is_empty() {
        return Err(faulty(problems));
    }
    let profile =
        Profile::deserialize(tree.root()).map_err(|error| faulty(vec![error.problem("config")]))?;
    let mut checker = Checker { tree: &tree, problems };
    checker.check(&profile);
    if checker.problems.is_empty() { Ok(profile) } else { Err(faulty(checker.problems)) }
}

struct Checker<'a> {
    tree: &'a Tree,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, at: &Route, part: Part, message: String) {
        self.problems.push(Problem::new("config", self.tree.place(at, part), message));
    }

    fn check(&mut self, profile: &Profile) {
        self.changelog(profile);
        self.references(profile);
        self.settings(profile);
        self.conditions(profile);
        if self.problems.is_empty() {
            self.templates(profile);
        }
    }

    fn changelog(&mut self, profile: &Profile) {
        for (index, change) in profile.changelog.iter().enumerate() {
            if change.version > profile.version {
                let at = Route::root().key("changelog").index(index).key("version");
                self.report(
                    &at,
                    Part::Value,
                    format!(
                        "version {} is newer than the profile, which has version {}",
                        change.version, profile.version
                    ),
                );
            }
        }
    }

    fn references(&mut self, profile: &Profile) {
        let none = Vec::new();
        let lists = [
            ("registry", "secrets", &profile.registry.secrets),
            (
                "registry",
                "pull_secret_secrets",
                profile.registry.pull_secret_secrets.as_ref().unwrap_or(&none),
            ),
            ("cluster", "secrets", &profile.cluster.secrets),
        ];
        for (part, key, names) in lists {
            for (index, name) in names.iter().enumerate() {
                if !profile.secrets.contains_key(name) {
                    let at = Route::root().key(part).key(key).index(index);
                    self.report(
                        &at,
                        Part::Value,
                        format!("there is no secret \"{name}\" under \"secrets\""),
                    );
                }
            }
        }
        let used: BTreeSet<&String> = lists.iter().flat_map(|(.., names)| names.iter()).collect();
        for name in profile.secrets.keys().filter(|name| !used.contains(name)) {
            self.report(
                &Route::root().key("secrets").key(name),
                Part::Key,
                format!("the secret \"{name}\" is used by neither \"registry\" nor \"cluster\""),
            );
        }
    }

    fn settings(&mut self, profile: &Profile) {
        for (key, setting) in &profile.settings {
            let at = Route::root().key("settings").key(key);
            if RESERVED.contains(&key.as_str()) {
                let message = format!("\"{key}\" is a key of every target and can't be a setting");
                self.report(&at, Part::Key, message);
            }
            if let Some(pattern) = &setting.pattern
                && let Err(error) = regex_lite::Regex::new(&format!("^(?:{pattern})$"))
            {
                let message = format!("the pattern is no regular expression: {error}");
                self.report(&at.clone().key("pattern"), Part::Value, message);
            }
            match setting.kind {
                SettingKind::Choice if setting.choices.is_empty() => {
                    let message = format!("\"{key}\" is a choice of nothing: add \"choices\"");
                    self.report(&at, Part::Key, message);
                }
                SettingKind::String if !setting.choices.is_empty() => {
                    let message = format!("\"{key}\" has choices, but its type is \"string\"");
                    self.report(&at.clone().key("choices"), Part::Key, message);
                }
                _ => {}
            }
            if setting.required && setting.default.is_some() {
                let message = format!("\"{key}\" has a default, so it can't be required");
                self.report(&at.clone().key("required"), Part::Key, message);
            }
        }
    }

    /// Every condition asks for a value that a setting can have, and one of a setting for those
    /// before it.
    fn conditions(&mut self, profile: &Profile) {
        let mut conditions: Vec<(Route, &When, usize)> = Vec::new();
        for (index, (key, setting)) in profile.settings.iter().enumerate() {
            let at = Route::root().key("settings").key(key);
            conditions.push((at.clone().key("when"), &setting.when, index));
            conditions.push((at.key("required_when"), &setting.required_when, index));
        }
        let all = profile.settings.len();
        let registry = Route::root().key("registry").key("releases_only_when");
        conditions.push((registry, &profile.registry.releases_only_when, all));
        for (name, secret) in &profile.secrets {
            let at = Route::root().key("secrets").key(name).key("when");
            conditions.push((at, &secret.when, all));
        }
        for (index, step) in profile.runbook.iter().enumerate() {
            let at = Route::root().key("runbook").index(index).key("when");
            conditions.push((at, &step.when, all));
        }
        for (at, when, before) in conditions {
            for (key, value) in when {
                let at = at.clone().key(key);
                let known = profile.settings.get_full(key).filter(|(index, ..)| *index < before);
                let Some((_, _, setting)) = known else {
                    let message = format!("there is no setting \"{key}\" before this");
                    self.report(&at, Part::Key, message);
                    continue;
                };
                if setting.kind == SettingKind::Choice && !setting.choices.contains(value) {
                    let choices = setting.choices.join(", ");
                    let message =
                        format!("{value:?} is not a value of \"{key}\", which is one of {choices}");
                    self.report(&at, Part::Value, message);
                }
            }
        }
    }

    /// Tries every template: with the defaults alone, with every setting given, and with each
    /// choice.
    fn templates(&mut self, profile: &Profile) {
        let surroundings = Surroundings {
            name: "service",
            namespace: "default",
            pull_secret: "service-registry",
            default_branch: "main",
            release_tags: &["v".to_owned()],
        };
        // A default stands for itself.
        let given: IndexMap<String, String> = profile
            .settings
            .iter()
            .filter(|(_, setting)| setting.default.is_none())
            .filter_map(|(key, setting)| {
                let value = setting.choices.first().cloned();
                let value = value.or_else(|| setting.required.then(|| "value".to_owned()))?;
                Some((key.clone(), value))
            })
            .collect();
        let resolved = settings::resolve(profile, &given, &surroundings);
        let mut values = match resolved {
            Ok(values) => values,
            Err(problems) => {
                // A required setting's stand-in need not match its pattern; a default must.
                for problem in problems.iter().filter(|problem| !problem.given) {
                    let at = Route::root().key("settings").key(&problem.key).key("default");
                    self.report(&at, Part::Value, problem.message.clone());
                }
                profile.settings.keys().map(|key| (key.clone(), String::new())).collect()
            }
        };
        if !self.render(profile, &surroundings, &values) {
            return;
        }
        for value in values.values_mut().filter(|value| value.is_empty()) {
            "value".clone_into(value);
        }
        for (key, setting) in &profile.settings {
            for choice in &setting.choices {
                let mut values = values.clone();
                values.insert(key.clone(), choice.clone());
                if !self.render(profile, &surroundings, &values) {
                    return;
                }
            }
        }
        self.render(profile, &surroundings, &values);
    }

    /// Whether all templates can be filled in; the first that can't is reported.
    fn render(
        &mut self,
        profile: &Profile,
        surroundings: &Surroundings<'_>,
        values: &IndexMap<String, String>,
    ) -> bool {
        let Err(error) = profile.try_render(surroundings, values) else { return true };
        let at =
            error.route.iter().fold(Route::root(), |route, part| match part.parse::<usize>() {
                Ok(index) => route.index(index),
                Err(_) => route.key(part),
            });
        self.report(
            &at,
            Part::Value,
            format!("the template can't be filled in: {}", error.message),
        );
        false
    }
}

/// Keys that every target has, and names that templates have beside the settings.
const RESERVED: [&str; 11] = [
    "id",
    "cloud",
    "after",
    "deployment_target",
    "namespace",
    "replicas",
    "secrets",
    "name",
    "pull_secret",
    "default_branch",
    "release_tags",
];
