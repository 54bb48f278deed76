//! Names are given once: blocks in a pipeline, jobs and boosters in a task. What has no name gets
//! a free one from the platform and is never in the way.

use super::{blocks, jobs};
use crate::diagnostic::Problem;
use crate::yaml::Node;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub(super) fn check(root: Node<'_>, problems: &mut Vec<Problem>) {
    once(blocks(root), "block", "pipeline", problems);
}

pub(super) fn task(task: Node<'_>, problems: &mut Vec<Problem>) {
    let boosters = task.get("boosters").into_iter().flat_map(Node::items);
    once(jobs(task).chain(boosters), "job", "block", problems);
}

/// Reports names that are given twice.
fn once<'t>(
    items: impl Iterator<Item = Node<'t>>,
    what: &str,
    of: &str,
    problems: &mut Vec<Problem>,
) {
    let mut seen: HashMap<&str, Node<'t>> = HashMap::new();
    for node in items.filter_map(|item| item.get("name")) {
        let Some(name) = node.as_str() else { continue };
        match seen.entry(name) {
            Entry::Occupied(first) => problems.push(
                Problem::new(
                    "duplicate-name",
                    node.span(),
                    format!("this {of} has another {what} \"{name}\""),
                )
                .note(first.get().span(), "the first one"),
            ),
            Entry::Vacant(place) => {
                place.insert(node);
            }
        }
    }
}
