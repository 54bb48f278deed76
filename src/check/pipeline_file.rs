//! One pipeline file: its own text, and the task and command files that become part of it.

use super::facts::{Facts, Named, TaskFile};
use super::files::{Files, Unread};
use super::ignore::{Ignore, ignores};
use super::{limits, location, missing, pipeline, task_file};
use crate::diagnostic::{Origin, Problem, SourceFile, Span};
use crate::rule;
use crate::yaml::Tree;
use std::sync::Arc;

/// The longest line that the platform's reader of command files takes, in bytes: Go's
/// `bufio.MaxScanTokenSize`.
const LONGEST_LINE: usize = 64 * 1024;

/// A problem in one of the files that were read.
#[derive(Debug)]
pub(super) struct Found {
    pub path: String,
    pub file: Arc<SourceFile>,
    pub problem: Problem,
}

impl Found {
    fn is_refusal(&self) -> bool {
        rule::find(self.problem.rule).is_some_and(|rule| rule.origin == Origin::Platform)
    }
}

/// A pipeline file that was checked by itself.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// What is wrong, in it and in its task files.
    pub found: Vec<Found>,
    pub facts: Facts,
    /// The comments that ignore something, here and in its task files, by path.
    pub ignores: Vec<(String, Ignore)>,
    /// The task and command files that are part of it.
    pub parts: Vec<String>,
    /// Why it could not be read.
    pub failed: Option<std::io::Error>,
}

/// That the platform refuses a text.
pub(super) struct Refusal {
    /// For how many reasons.
    pub errors: usize,
    /// The first one, with its line.
    pub first: String,
}

impl Refusal {
    fn of<'a>(found: impl Iterator<Item = &'a Found>) -> Option<Self> {
        let refusals: Vec<&Found> = found.filter(|found| found.is_refusal()).collect();
        let first = refusals.first()?;
        let line = first.file.position(first.problem.span.start).line;
        let first = format!("the first, in line {line}: {}", first.problem.message);
        Some(Self { errors: refusals.len(), first })
    }

    /// "1 error" or "N errors".
    pub(super) fn count(&self) -> String {
        if self.errors == 1 { "1 error".to_owned() } else { format!("{} errors", self.errors) }
    }
}

impl Checked {
    /// Why the platform refuses the pipeline, if it does.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        Refusal::of(self.found.iter())
    }
}

/// Reads a file and checks it.
pub(super) fn check(files: &dyn Files, path: &str) -> Checked {
    match files.read(path) {
        Ok(text) => check_text(files, path, text),
        Err(Unread::Binary(binary)) => {
            let (file, problem) = *binary;
            let found = Found { path: path.to_owned(), file: Arc::new(file), problem };
            Checked { found: vec![found], ..Checked::default() }
        }
        Err(Unread::Missing) => {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            Checked { failed: Some(missing), ..Checked::default() }
        }
        Err(Unread::Failed(error)) => Checked { failed: Some(error), ..Checked::default() },
    }
}

/// Checks the text of a pipeline file.
pub(super) fn check_text(files: &dyn Files, path: &str, text: String) -> Checked {
    let tree = match Tree::parse(text.as_str()) {
        Ok(tree) => tree,
        Err(problem) => {
            let mut checked = Checked::default();
            checked.add(files, path, text, vec![problem]);
            return checked;
        }
    };
    let facts = Facts::of(&tree);
    let ignores = ignores(&tree).into_iter().map(|ignore| (path.to_owned(), ignore)).collect();
    let mut reading = Reading {
        files,
        path,
        checked: Checked { ignores, ..Checked::default() },
        problems: Vec::new(),
        long_jobs: Vec::new(),
    };
    if files.follows() {
        for task in &facts.task_files {
            reading.task(task);
        }
        for reference in &facts.commands_files {
            reading.commands(reference);
        }
    }
    let Reading { mut checked, mut problems, long_jobs, .. } = reading;
    let long_jobs = files.follows().then_some(long_jobs.as_slice());
    problems.extend(pipeline(&tree, long_jobs));
    checked.facts = facts;
    checked.add(files, path, text, problems);
    checked
}

impl Checked {
    fn add(&mut self, files: &dyn Files, path: &str, text: String, mut problems: Vec<Problem>) {
        if problems.is_empty() {
            return;
        }
        problems.sort_by(|a, b| (a.span, a.rule).cmp(&(b.span, b.rule)));
        let file = Arc::new(SourceFile::new(files.name(path), text));
        self.found.extend(problems.into_iter().map(|problem| Found {
            path: path.to_owned(),
            file: Arc::clone(&file),
            problem,
        }));
    }
}

/// A pipeline whose parts are being read.
struct Reading<'f> {
    files: &'f dyn Files,
    path: &'f str,
    checked: Checked,
    /// What is wrong in the pipeline's own text.
    problems: Vec<Problem>,
    /// The places that name a task file with a job whose limit is a day or more.
    long_jobs: Vec<Span>,
}

impl Reading<'_> {
    fn task(&mut self, task: &TaskFile) {
        let (_, span) = task.reference;
        let Some((path, text)) = self.read(&task.reference, "task-file", "missing-task-file")
        else {
            return;
        };
        let before = self.checked.found.len();
        let problems = match Tree::parse(text.as_str()) {
            Ok(tree) => {
                if limits::has_long_job(tree.root()) {
                    self.long_jobs.push(span);
                }
                let comments = ignores(&tree).into_iter().map(|ignore| (path.clone(), ignore));
                self.checked.ignores.extend(comments);
                let own = std::mem::take(&mut self.problems);
                // Command files in it are relative to the pipeline file, too.
                for reference in &Facts::of(&tree).commands_files {
                    self.read(reference, "commands-file", "missing-commands-file");
                }
                let mut problems = std::mem::replace(&mut self.problems, own);
                problems.extend(task_file(&tree, task.around));
                problems
            }
            Err(problem) => vec![problem],
        };
        self.checked.add(self.files, &path, text, problems);
        if let Some(refusal) = Refusal::of(self.checked.found.iter().skip(before)) {
            let message = format!("the task in \"{path}\" has {}", refusal.count());
            self.problems.push(Problem::new("task-file", span, message).help(refusal.first));
        }
    }

    fn commands(&mut self, reference: &Named) {
        const RULE: &str = "commands-file";
        let Some((path, text)) = self.read(reference, RULE, "missing-commands-file") else {
            return;
        };
        let (_, span) = *reference;
        if text.is_empty() {
            self.problems.push(
                Problem::new(RULE, span, format!("\"{path}\" is empty"))
                    .help("write one command in each of its lines"),
            );
        }
        if let Some(line) = text.split('\n').position(|line| line.len() >= LONGEST_LINE) {
            let message = format!(
                "line {} of \"{path}\" is longer than the platform reads, 64 KiB",
                line + 1
            );
            self.problems.push(Problem::new(RULE, span, message));
        }
    }

    /// The path and the text of a file that is named; or says what is wrong with naming it.
    fn read(
        &mut self,
        (reference, span): &Named,
        unusable: &'static str,
        missing: &'static str,
    ) -> Option<(String, String)> {
        let Some(path) = location::resolve(self.path, reference) else {
            self.problems.push(missing::outside(missing, reference, *span));
            return None;
        };
        let problem = match self.files.read(&path) {
            Ok(text) => {
                self.checked.parts.push(path.clone());
                return Some((path, text));
            }
            Err(Unread::Missing) => {
                missing::file(missing, self.files, self.path, reference, &path, *span)
            }
            Err(Unread::Failed(error)) => {
                Problem::new(missing, *span, format!("\"{path}\" cannot be read: {error}"))
            }
            Err(Unread::Binary(_)) => {
                Problem::new(unusable, *span, format!("\"{path}\" is not a text in UTF-8"))
            }
        };
        self.problems.push(problem);
        None
    }
}
