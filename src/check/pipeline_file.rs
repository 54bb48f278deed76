//! One pipeline file: its own text, and the task and command files that become part of it.

use super::facts::{Facts, Named, TaskFile};
use super::files::{Files, Unread};
use super::ignore::{Ignore, ignores};
use super::limits::{self, Around};
use super::missing::{self, Missing};
use super::{location, patterns, pipeline, task_file};
use crate::diagnostic::{Origin, Problem, SourceFile, Span};
use crate::rule;
use crate::yaml::Tree;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// The longest line that the platform's reader of command files takes, in bytes: Go's
/// `bufio.MaxScanTokenSize`.
const LONGEST_LINE: usize = 64 * 1024;

/// How much of a message is repeated elsewhere, in characters.
const LONGEST_MESSAGE: usize = 300;

/// For how many missing files of a pipeline another one is suggested.
const MOST_SUGGESTIONS: usize = 20;

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
#[derive(Debug, Clone)]
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
        // It is repeated wherever the text is named.
        let message: String = first.problem.message.chars().take(LONGEST_MESSAGE).collect();
        let first = format!("the first, in line {line}: {message}");
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
        tasks: HashMap::new(),
        commands: HashMap::new(),
        suggestions: MOST_SUGGESTIONS,
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
    if files.follows() {
        patterns::check(&tree, files, path, &mut problems);
    }
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
        self.extend(path, &file, problems);
    }

    fn extend(&mut self, path: &str, file: &Arc<SourceFile>, problems: Vec<Problem>) {
        self.found.extend(problems.into_iter().map(|problem| Found {
            path: path.to_owned(),
            file: Arc::clone(file),
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
    /// The task files that were read, by path, with how the platform refuses them by the limits
    /// around the task.
    tasks: HashMap<String, Task>,
    /// What is wrong with the command files that were read, by path.
    commands: HashMap<String, Vec<Problem>>,
    /// For how many more missing files another one is suggested.
    suggestions: usize,
}

/// A task file that was read.
struct Task {
    file: Arc<SourceFile>,
    /// None where it is no YAML.
    tree: Option<Tree>,
    /// Where the problems are that it has whatever is around the task, of all that were found.
    found: Range<usize>,
    /// Why the platform refuses it, by the limits around the task.
    refusals: HashMap<Option<Around>, Option<Refusal>>,
}

impl Reading<'_> {
    fn task(&mut self, task: &TaskFile) {
        let (_, span) = task.reference;
        let Some(path) = self.path(&task.reference, "missing-task-file") else { return };
        if !self.tasks.contains_key(&path) {
            let text = self.read(&task.reference, &path, "task-file", "missing-task-file");
            let Some(text) = text else { return };
            let read = self.task_file(&path, text);
            self.tasks.insert(path.clone(), read);
        }
        let tree = self.tasks.get(&path).and_then(|task| task.tree.as_ref());
        if tree.is_some_and(|tree| limits::has_long_job(tree.root())) {
            self.long_jobs.push(span);
        }
        if let Some(refusal) = self.refusal(&path, task.around) {
            let message = format!("the task in \"{path}\" has {}", refusal.count());
            self.problems.push(Problem::new("task-file", span, message).help(refusal.first));
        }
    }

    /// Checks a task file, but for its limits.
    fn task_file(&mut self, path: &str, text: String) -> Task {
        let before = self.checked.found.len();
        let (tree, mut problems) = match Tree::parse(text.as_str()) {
            Ok(tree) => {
                let comments = ignores(&tree).into_iter().map(|ignore| (path.to_owned(), ignore));
                self.checked.ignores.extend(comments);
                let own = std::mem::take(&mut self.problems);
                // Command files in it are relative to the pipeline file, too.
                for reference in &Facts::of(&tree).commands_files {
                    self.command_file(reference);
                }
                let mut problems = std::mem::replace(&mut self.problems, own);
                problems.extend(task_file(&tree));
                (Some(tree), problems)
            }
            Err(problem) => (None, vec![problem]),
        };
        problems.sort_by(|a, b| (a.span, a.rule).cmp(&(b.span, b.rule)));
        let file = Arc::new(SourceFile::new(self.files.name(path), text));
        self.checked.extend(path, &file, problems);
        let found = before..self.checked.found.len();
        Task { file, tree, found, refusals: HashMap::new() }
    }

    /// Why the platform refuses a task file, with these limits around the task.
    fn refusal(&mut self, path: &str, around: Option<Around>) -> Option<Refusal> {
        let task = self.tasks.get_mut(path)?;
        if let Some(known) = task.refusals.get(&around) {
            return known.clone();
        }
        let before = self.checked.found.len();
        if let (Some(tree), Some(around)) = (&task.tree, around) {
            let mut problems = Vec::new();
            limits::task(tree.root(), around, &mut problems);
            self.checked.extend(path, &task.file, problems);
        }
        let found = |range: Range<usize>| self.checked.found.get(range).unwrap_or_default();
        let mut all: Vec<&Found> = found(task.found.clone())
            .iter()
            .chain(found(before..self.checked.found.len()))
            .collect();
        all.sort_by_key(|found| (found.problem.span, found.problem.rule));
        let refusal = Refusal::of(all.into_iter());
        task.refusals.insert(around, refusal.clone());
        refusal
    }

    fn commands(&mut self, reference: &Named) {
        let (_, span) = *reference;
        let Some(path) = self.path(reference, MISSING_COMMANDS) else { return };
        if !self.commands.contains_key(&path) {
            let Some(text) = self.read(reference, &path, COMMANDS, MISSING_COMMANDS) else {
                return;
            };
            let found = command_text(&path, &text);
            self.commands.insert(path.clone(), found);
        }
        let found = self.commands.get(&path).into_iter().flatten();
        self.problems.extend(found.map(|problem| Problem { span, ..problem.clone() }));
    }

    /// A command file that a task file names: only whether it is there.
    fn command_file(&mut self, reference: &Named) {
        if let Some(path) = self.path(reference, MISSING_COMMANDS)
            && !self.commands.contains_key(&path)
            && let Some(text) = self.read(reference, &path, COMMANDS, MISSING_COMMANDS)
        {
            self.commands.insert(path.clone(), command_text(&path, &text));
        }
    }

    /// The path that a reference means; or says that it leads out of the repository.
    fn path(&mut self, (reference, span): &Named, missing: &'static str) -> Option<String> {
        let path = location::resolve(self.path, reference);
        if path.is_none() {
            self.problems.push(missing::outside(missing, reference, *span));
        }
        path
    }

    /// The text of a file that is named; or says what is wrong with naming it.
    fn read(
        &mut self,
        (reference, span): &Named,
        path: &str,
        unusable: &'static str,
        rule: &'static str,
    ) -> Option<String> {
        let problem = match self.files.read(path) {
            Ok(text) => {
                self.checked.parts.push(path.to_owned());
                return Some(text);
            }
            Err(Unread::Missing) => Missing { rule, from: self.path, reference, path }.problem(
                self.files,
                *span,
                &mut self.suggestions,
            ),
            Err(Unread::Failed(error)) => {
                Problem::new(rule, *span, format!("\"{path}\" cannot be read: {error}"))
            }
            Err(Unread::Binary(_)) => {
                Problem::new(unusable, *span, format!("\"{path}\" is not a text in UTF-8"))
            }
        };
        self.problems.push(problem);
        None
    }
}

const COMMANDS: &str = "commands-file";
const MISSING_COMMANDS: &str = "missing-commands-file";

/// What is wrong with the text of a command file, wherever it is named.
fn command_text(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if text.is_empty() {
        problems.push(
            Problem::new(COMMANDS, Span::default(), format!("\"{path}\" is empty"))
                .help("write one command in each of its lines"),
        );
    }
    if let Some(line) = text.split('\n').position(|line| line.len() >= LONGEST_LINE) {
        let message =
            format!("line {} of \"{path}\" is longer than the platform reads, 64 KiB", line + 1);
        problems.push(Problem::new(COMMANDS, Span::default(), message));
    }
    problems
}
