//! What the platform would say about a pipeline, at push or at start.
//!
//! The structure comes first, from the model's types; then what the platform looks at only when
//! the pipeline starts: version, dependencies, conditions, time limits, names, matrices. Each
//! question has a file. Facts: the order and the wording of the platform's own checks.

mod conditions;
mod dependencies;
mod limits;
mod matrix;
mod names;

#[cfg(test)]
mod tests;

use crate::diagnostic::Problem;
use crate::model::Pipeline;
use crate::schema::Shape;
use crate::yaml::{Node, Tree};
use std::sync::LazyLock;

/// Everything for which the platform would refuse the text, in the order of the places.
#[must_use]
pub fn platform(tree: &Tree) -> Vec<Problem> {
    static SHAPE: LazyLock<Shape> = LazyLock::new(Shape::of::<Pipeline>);
    let mut problems = SHAPE.check(tree);
    let root = tree.root();
    problems.extend(version(root));
    dependencies::check(root, &mut problems);
    conditions::check(root, &mut problems);
    limits::check(root, &mut problems);
    names::check(root, &mut problems);
    matrix::check(root, &mut problems);
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
        .help(format!("write {}", Pipeline::VERSION))
    })
}

/// The blocks of a pipeline; none where "blocks" is not a list.
fn blocks(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    root.get("blocks").into_iter().flat_map(Node::items)
}

/// The tasks of a pipeline: those of the blocks, and the one after the pipeline.
fn tasks(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    blocks(root).chain(root.get("after_pipeline")).filter_map(|holder| holder.get("task"))
}

/// The jobs of a task.
fn jobs(task: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    task.get("jobs").into_iter().flat_map(Node::items)
}
