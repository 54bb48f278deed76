//! Why a file is generated anew: the settings, the profile of a cloud, or pipewright itself.
//!
//! The settings of the last run are rendered once more: where that gives what was generated then,
//! the settings have made the difference, elsewhere the profiles or the program have.

use super::load::Loaded;
use crate::diagnostic::SourceFile;
use crate::generate;
use crate::project::{self, Project};
use crate::sync::State;
use crate::tree::FileTree;
use std::path::Path;

/// One difference between this run and the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    /// In a word or two, for lists.
    pub short: String,
    /// In full.
    pub text: String,
    cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Settings,
    /// The profile of the cloud with this id.
    Profile(String),
    Program,
}

/// What may have made the difference.
pub(super) struct Reasons<'a> {
    /// All that there are.
    pub all: Vec<Reason>,
    now: &'a FileTree,
    /// What the last settings give today; none when that cannot be told.
    earlier: Option<FileTree>,
    same_settings: bool,
    before: Option<&'a State>,
    project: &'a Project,
}

impl<'a> Reasons<'a> {
    /// What has changed since `before`, in a directory for which `tree` is rendered.
    pub(super) fn new(
        loaded: &'a Loaded,
        tree: &'a FileTree,
        before: Option<&'a State>,
        now: &State,
        directory: &Path,
    ) -> Self {
        let same_settings = before.is_some_and(|before| before.settings == now.settings);
        let earlier = before.filter(|_| !same_settings).and_then(|before| {
            let settings = SourceFile::new(project::FILE, before.last_settings(directory)?);
            let project = project::load(&settings, &loaded.clouds).ok()?;
            generate::render(&project).ok()
        });
        let all = before.map(|before| all(&loaded.project, before, now)).unwrap_or_default();
        Self { all, now: tree, earlier, same_settings, before, project: &loaded.project }
    }

    /// Why the file at `path` is generated anew.
    pub(super) fn of(&self, path: &str) -> Vec<Reason> {
        let earlier = match &self.earlier {
            Some(earlier) => earlier,
            None if self.same_settings => self.now,
            None => return self.all.clone(),
        };
        let content = |tree: &'a FileTree| tree.get(path).map(|file| file.content.as_str());
        let then = earlier.get(path).map(|file| file.content.as_str());
        let settings = then != content(self.now);
        let written = self.before.and_then(|before| before.files.get(path));
        let program = match (written, then) {
            (Some(written), Some(then)) => !written.was(then),
            (None, None) => false,
            _ => true,
        };
        let mut reasons = self.all.clone();
        reasons.retain(|reason| match &reason.cause {
            Cause::Settings => settings,
            Cause::Profile(cloud) => program && self.is_of(path, cloud),
            Cause::Program => program,
        });
        if program && !reasons.iter().any(|reason| reason.cause != Cause::Settings) {
            let text = "the text of a template or profile changed, without a new version";
            let (short, text) = ("templates".to_owned(), text.to_owned());
            reasons.push(Reason { short, text, cause: Cause::Program });
        }
        reasons
    }

    /// Why the file at `path` is generated anew, in a few words behind it; nothing where it is
    /// plain.
    pub(super) fn beside(&self, path: &str) -> String {
        let mut causes: Vec<&str> = self.all.iter().map(|reason| reason.short.as_str()).collect();
        causes.dedup();
        if causes.len() < 2 {
            return String::new();
        }
        let mut words: Vec<String> = self.of(path).into_iter().map(|reason| reason.short).collect();
        words.dedup();
        if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
    }

    /// Whether a file may depend on the profile of a cloud: the pipelines of a target depend on
    /// its own only.
    fn is_of(&self, path: &str, cloud: &str) -> bool {
        let names = |id: &str| path.ends_with(&format!("-{id}.yml"));
        let owner = self.project.targets.iter().filter(|target| names(&target.id));
        owner.max_by_key(|target| target.id.len()).is_none_or(|target| target.cloud.id == cloud)
    }
}

fn all(project: &Project, before: &State, now: &State) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let settings = |text: String| Reason { short: "settings".into(), text, cause: Cause::Settings };
    for (id, version) in &now.profiles {
        match before.profiles.get(id) {
            Some(old) if old != version => {
                let target = project.targets.iter().find(|target| target.cloud.id == *id);
                let changelog = target.into_iter().flat_map(|target| &target.cloud.changelog);
                let newer = changelog.filter(|entry| entry.version > *old);
                let news: Vec<&str> = newer.map(|entry| entry.summary.as_str()).collect();
                let news =
                    if news.is_empty() { String::new() } else { format!(": {}", news.join("; ")) };
                reasons.push(Reason {
                    short: format!("{id} profile"),
                    text: format!("{id} profile {old} → {version}{news}"),
                    cause: Cause::Profile(id.clone()),
                });
            }
            Some(_) => {}
            None => reasons.push(settings(format!("{id} is new"))),
        }
    }
    for id in before.profiles.keys().filter(|id| !now.profiles.contains_key(*id)) {
        reasons.push(settings(format!("{id} is gone")));
    }
    if before.settings != now.settings {
        reasons.push(settings(format!("settings in {} changed", project::FILE)));
    }
    if before.pipewright != now.pipewright {
        reasons.push(Reason {
            short: "pipewright".into(),
            text: format!("pipewright {} → {}", before.pipewright, now.pipewright),
            cause: Cause::Program,
        });
    }
    reasons
}
