//! Names are given once: blocks in a pipeline, jobs and boosters in a task.

use super::{blocks, jobs};
use crate::diagnostic::Problem;
use crate::yaml::Node;
use std::collections::HashMap;

pub(super) fn check(root: Node<'_>, problems: &mut Vec<Problem>) {
    once(blocks(root), "block", "pipeline", "Nameless block ", problems);
}

pub(super) fn task(task: Node<'_>, problems: &mut Vec<Problem>) {
    let boosters = task.get("boosters").into_iter().flat_map(Node::items);
    once(jobs(task).chain(boosters), "job", "block", "Nameless ", problems);
}

/// Reports names that are given twice. One without a name is called by its number, from 1.
fn once<'t>(
    items: impl Iterator<Item = Node<'t>>,
    what: &str,
    of: &str,
    nameless: &str,
    problems: &mut Vec<Problem>,
) {
    let mut seen: HashMap<String, Node<'t>> = HashMap::new();
    for (index, item) in items.enumerate() {
        let given = item.get("name");
        let name = match given {
            Some(node) => match node.as_str() {
                Some(name) => name.to_owned(),
                None => continue,
            },
            None => format!("{nameless}{}", index + 1),
        };
        let place = given.unwrap_or(item);
        if let Some(first) = seen.get(&name) {
            problems.push(
                Problem::new(
                    "duplicate-name",
                    place.span(),
                    format!("this {of} has another {what} \"{name}\""),
                )
                .note(first.span(), "the first one"),
            );
        } else {
            seen.insert(name, place);
        }
    }
}
