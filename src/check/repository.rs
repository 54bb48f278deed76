//! The pipelines of a repository: each by itself, in parallel, with all that promotions lead to;
//! then what they say about each other.

use super::files::Files;
use super::ignore::{Heeded, Ignore};
use super::pipeline_file::{self, Checked, Found};
use super::workflow::{self, Pipelines, is_start, target};
use crate::diagnostic::{Diagnostic, Origin, Problem, Severity, SourceFile};
use crate::rule;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::Arc;

/// The rules that look at all pipelines of a repository.
const WHOLE: [&str; 2] = ["undeclared-parameter", "unreached-pipeline"];

/// Which pipelines to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These files. What they promote to is read, too, but not reported on.
    Files(Vec<String>),
    /// These files, and what promotions lead to from there.
    Folder(Vec<String>),
    /// A repository's `.semaphore/`, with these files: all pipelines there are, and perhaps other
    /// YAML files.
    Repository(Vec<String>),
}

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// By file, place and rule.
    pub diagnostics: Vec<Diagnostic>,
    /// The names of the pipeline files that it is about, sorted.
    pub files: Vec<String>,
    /// Files that could not be read, by name.
    pub unread: Vec<(String, io::Error)>,
}

/// How bad the findings of a rule are; `None` turns it off.
pub type Severities = HashMap<&'static str, Option<Severity>>;

/// Checks pipelines. `done` is called once for each file that was read.
pub fn check(
    files: &dyn Files,
    selection: &Selection,
    severities: &Severities,
    done: &(dyn Fn() + Sync),
) -> Report {
    let (Selection::Files(chosen) | Selection::Folder(chosen) | Selection::Repository(chosen)) =
        selection;
    let mut pipelines = reached(files, chosen, done);
    if matches!(selection, Selection::Repository(_)) {
        leave_out_others(&mut pipelines);
    }
    let across =
        workflow::problems(files, &pipelines, matches!(selection, Selection::Repository(_)));
    let whole: &[&str] = if matches!(selection, Selection::Repository(_)) { &[] } else { &WHOLE };
    let chosen: BTreeSet<&String> = match selection {
        Selection::Files(chosen) => chosen.iter().collect(),
        _ => BTreeSet::new(),
    };
    let wanted = |path: &String| chosen.is_empty() || chosen.contains(path);
    let mut report = Report::default();
    let mut sources: BTreeMap<String, Arc<SourceFile>> = BTreeMap::new();
    let mut problems: Vec<(String, Problem)> = Vec::new();
    let mut ignores: BTreeMap<String, Vec<Ignore>> = BTreeMap::new();
    for (path, checked) in pipelines {
        if !wanted(&path) {
            continue;
        }
        report.files.push(files.name(&path));
        if let Some(error) = checked.failed {
            report.unread.push((files.name(&path), error));
        }
        for Found { path, file, problem } in checked.found {
            sources.entry(path.clone()).or_insert(file);
            problems.push((path, problem));
        }
        for (path, ignore) in checked.ignores {
            ignores.entry(path).or_default().push(ignore);
        }
    }
    problems.extend(across.into_iter().filter(|(path, _)| wanted(path)));
    heed(&mut problems, &ignores, whole);
    for (path, problem) in problems {
        let rule = rule::find(problem.rule);
        let severity = match severities.get(problem.rule) {
            Some(None) => continue,
            Some(Some(severity)) => *severity,
            None => rule.map_or(Severity::Error, |rule| rule.severity),
        };
        let origin = rule.map_or(Origin::Lint, |rule| rule.origin);
        let file = sources.entry(path).or_insert_with_key(|path| {
            let text = files.read(path).unwrap_or_default();
            Arc::new(SourceFile::new(files.name(path), text))
        });
        report.diagnostics.push(Diagnostic { file: Arc::clone(file), severity, origin, problem });
    }
    report.files.sort();
    report.sort();
    report
}

impl Report {
    /// Brings the findings into the order of files, places and rules, each once.
    fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| {
            let key = |diagnostic: &Diagnostic| (diagnostic.problem.span, diagnostic.problem.rule);
            (a.file.name(), key(a), &a.problem.message).cmp(&(
                b.file.name(),
                key(b),
                &b.problem.message,
            ))
        });
        self.diagnostics.dedup();
    }

    /// Adds the findings of another part of the file system.
    pub fn merge(&mut self, other: Self) {
        self.diagnostics.extend(other.diagnostics);
        self.files.extend(other.files);
        self.unread.extend(other.unread);
        self.files.sort();
        self.files.dedup();
        self.sort();
    }

    /// How many findings are as bad as this.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|found| found.severity == severity).count()
    }
}

/// Checks files and all that promotions lead to from there.
fn reached(files: &dyn Files, chosen: &[String], done: &(dyn Fn() + Sync)) -> Pipelines {
    let mut pipelines = Pipelines::new();
    let mut next: BTreeSet<String> = chosen.iter().cloned().collect();
    while !next.is_empty() {
        let checked: Vec<(String, Checked)> = next
            .into_par_iter()
            .map(|path| {
                let checked = pipeline_file::check(files, &path);
                done();
                (path, checked)
            })
            .collect();
        let targets: Vec<String> = checked
            .iter()
            .flat_map(|(path, checked)| {
                checked.facts.promotions.iter().filter_map(|promotion| target(path, promotion))
            })
            .collect();
        pipelines.extend(checked);
        next = targets
            .into_iter()
            .filter(|path| !pipelines.contains_key(path) && files.exists(path))
            .collect();
    }
    pipelines
}

/// Takes the files away that only lie beside the pipelines: their task and command files, and
/// what no promotion leads to and nothing shows to be a pipeline.
fn leave_out_others(pipelines: &mut Pipelines) {
    let mut named: BTreeSet<String> = BTreeSet::new();
    let mut parts: BTreeSet<String> = BTreeSet::new();
    for (path, checked) in &*pipelines {
        named.extend(
            checked.facts.promotions.iter().filter_map(|promotion| target(path, promotion)),
        );
        parts.extend(checked.parts.iter().cloned());
    }
    pipelines.retain(|path, checked| {
        // What is no YAML at all has no facts, and is reported.
        let broken = checked.found.iter().any(|found| found.problem.rule == "yaml-syntax");
        is_start(path)
            || named.contains(path)
            || (!parts.contains(path) && (checked.facts.pipeline || broken))
    });
}

/// Takes away what comments ignore, and adds the comments that ignore nothing. Nothing is said
/// about those of rules that did not run.
fn heed(
    problems: &mut Vec<(String, Problem)>,
    ignores: &BTreeMap<String, Vec<Ignore>>,
    not_run: &[&str],
) {
    let mut heeded: BTreeMap<&str, Heeded<'_>> =
        ignores.iter().map(|(path, ignores)| (path.as_str(), Heeded::new(ignores))).collect();
    problems.retain(|(path, problem)| {
        !heeded.get_mut(path.as_str()).is_some_and(|heeded| heeded.covers(problem))
    });
    for (path, heeded) in heeded {
        let unused = heeded.unused(not_run).into_iter();
        problems.extend(unused.map(|problem| (path.to_owned(), problem)));
    }
}
