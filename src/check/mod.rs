//! What is wrong with pipelines: what the platform would say about one, at push or at start, and
//! what a repository's pipelines say about each other, which the platform finds only when
//! somebody promotes.
//!
//! The structure of a text comes first, from the model's types; then what the platform looks at
//! only when the pipeline starts: version, dependencies, conditions, time limits, names,
//! matrices. Each question has a file. Facts: the order and the wording of the platform's own
//! checks.

mod conditions;
mod dependencies;
mod expression;
mod facts;
mod files;
mod fix;
mod ignore;
mod limits;
mod location;
mod matrix;
mod missing;
mod names;
mod patterns;
mod pipeline_file;
mod promotions;
mod repository;
mod select;
mod workflow;

#[cfg(test)]
mod tests;

pub use files::{Alone, Disk, Files, Unread};
pub use fix::fixed;
pub use location::{absolute, reference, resolve, root_of, seen_from};
pub use repository::{Report, Selection, Severities, check};
pub use select::{Target, select, start};

use crate::diagnostic::{Origin, Problem, Span};
use crate::model::{Pipeline, Task};
use crate::rule;
use crate::schema::Shape;
use crate::yaml::{Kind, Node, Tree};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Everything for which the platform would refuse the text, in the order of the places.
#[must_use]
pub fn platform(tree: &Tree) -> Vec<Problem> {
    let mut problems = pipeline(tree, None);
    problems.retain(|problem| {
        rule::find(problem.rule).is_none_or(|rule| rule.origin == Origin::Platform)
    });
    problems
}

/// Everything that is wrong with the text of a pipeline, in the order of the places.
fn pipeline(tree: &Tree, long_jobs: limits::LongJobs<'_>) -> Vec<Problem> {
    static SHAPE: LazyLock<Shape> = LazyLock::new(Shape::of::<Pipeline>);
    if let Some(dropped) = tree.traps().iter().find(|trap| trap.rule == "unclosed-collection") {
        // All that is left is an empty document: what it lacks is not the user's question.
        return vec![dropped.clone()];
    }
    let root = tree.root();
    let mut problems = SHAPE.check(tree);
    let doubts = Doubts::of(&problems);
    problems.extend(version(root));
    dependencies::check(root, &doubts, &mut problems);
    let mut seen = conditions::Seen::new();
    conditions::check(root, &mut seen, &mut problems);
    limits::check(root, long_jobs, &doubts, &mut problems);
    names::check(root, &mut problems);
    promotions::check(root, &mut problems);
    let doubt = doubts.about(root);
    for block in blocks(root) {
        if let Some(node) = block.get("task") {
            let around = limits::Around::of(root, block).doubting(doubt);
            limits::task(node, around, &mut problems);
        }
    }
    for node in blocks(root).chain(root.get("after_pipeline")).filter_map(|at| at.get("task")) {
        conditions::check_task(node, &mut seen, &mut problems);
        task(node, true, &mut problems);
    }
    sorted(tree, problems)
}

/// Everything that is wrong with the text of a task file, but for the limits of its jobs, which
/// depend on the limits around the task.
fn task_file(tree: &Tree) -> Vec<Problem> {
    static SHAPE: LazyLock<Shape> = LazyLock::new(Shape::of::<Task>);
    if let Some(dropped) = tree.traps().iter().find(|trap| trap.rule == "unclosed-collection") {
        return vec![dropped.clone()];
    }
    let root = tree.root();
    let mut problems = Vec::new();
    // The platform tries conditions before it loads the file, so these fail when they are needed.
    conditions::check_task(root, &mut conditions::Seen::new(), &mut problems);
    for problem in &mut problems {
        problem.rule = "condition-crash";
    }
    match root.entry("task").filter(|entry| entry.value.kind() == Kind::Map) {
        // Each key of a task would be missing, and this one too many.
        Some(whole) => problems.push(
            Problem::new("unknown-key", whole.key.span(), "a task file has no key \"task\"")
                .help("the file is the task: remove this line, and indent what is below it less"),
        ),
        None => problems.extend(SHAPE.check(tree)),
    }
    task(root, false, &mut problems);
    sorted(tree, problems)
}

/// The keys that the structure does not know. A map that has one may lack what was meant by it,
/// so that nothing is said about its absence.
struct Doubts {
    keys: HashSet<Span>,
}

impl Doubts {
    fn of(problems: &[Problem]) -> Self {
        let unknown = problems.iter().filter(|problem| problem.rule == "unknown-key");
        Self { keys: unknown.map(|problem| problem.span).collect() }
    }

    fn about(&self, map: Node<'_>) -> bool {
        !self.keys.is_empty() && map.entries().any(|entry| self.keys.contains(&entry.key.span()))
    }
}

/// Names and matrices of a task. `evaluated`: whether the platform evaluates expressions in it.
fn task(node: Node<'_>, evaluated: bool, problems: &mut Vec<Problem>) {
    names::task(node, problems);
    matrix::task(node, evaluated, problems);
}

/// The problems with the traps of the text, in the order of their places, each once.
fn sorted(tree: &Tree, mut problems: Vec<Problem>) -> Vec<Problem> {
    // The structure refuses a `<<`; the trap knows why somebody wrote it. Where the structure does
    // not get to see one, it has said something else that makes it void.
    let merges: HashMap<Span, &Problem> = tree
        .traps()
        .iter()
        .filter(|trap| trap.rule == "merge-key")
        .map(|trap| (trap.span, trap))
        .collect();
    if !merges.is_empty() {
        for problem in problems.iter_mut().filter(|problem| problem.rule == "unknown-key") {
            if let Some(trap) = merges.get(&problem.span) {
                problem.clone_from(trap);
            }
        }
    }
    problems.extend(tree.traps().iter().filter(|trap| trap.rule != "merge-key").cloned());
    problems.sort_by(|a, b| (a.span, a.rule).cmp(&(b.span, b.rule)));
    problems.dedup();
    problems
}

fn version(root: Node<'_>) -> Option<Problem> {
    let version = root.get("version")?;
    let text = version.as_str()?;
    (text != Pipeline::VERSION).then(|| {
        Problem::new(
            "unknown-version",
            version.span(),
            format!("{text:?} is no version of the pipeline format"),
        )
        .help(format!("write `version: {}`", Pipeline::VERSION))
        .instead(Pipeline::VERSION)
    })
}

/// The blocks of a pipeline; none where "blocks" is not a list.
fn blocks(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    root.get("blocks").into_iter().flat_map(Node::items)
}

/// The jobs of a task.
fn jobs(task: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    task.get("jobs").into_iter().flat_map(Node::items)
}
