//! Units that have another name on one side: the same ones by what stands in them. And references
//! to blocks that the user renamed, which follow the new name in what the render brings.

use crate::diagnostic::Span;
use crate::yaml::{Node, Tree};
use std::collections::HashMap;

/// How many lines two units must have in common to be the same one under another name.
const LEAST: usize = 2;

/// Which of the units `from` are which of `to`, both given by number and content.
pub(super) fn pairs(from: &[(usize, String)], to: &[(usize, String)]) -> Vec<(usize, usize)> {
    let mut best: Vec<(usize, usize, usize)> = Vec::new();
    for (a, one) in from {
        for (b, other) in to {
            let (common, most) = likeness(one, other);
            if common >= LEAST && common * 2 >= most {
                best.push((common, *a, *b));
            }
        }
    }
    best.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (_, a, b) in best {
        if found.iter().all(|(from, to)| *from != a && *to != b) {
            found.push((a, b));
        }
    }
    found
}

/// How many lines two texts have in common, and how many the longer one has; the first line,
/// which has the name, does not count.
fn likeness(a: &str, b: &str) -> (usize, usize) {
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .skip(1)
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    };
    let (a, b) = (lines(a), lines(b));
    let most = a.len().max(b.len());
    let mut left: HashMap<String, usize> = HashMap::new();
    for line in a {
        *left.entry(line).or_default() += 1;
    }
    let common = b
        .iter()
        .filter(|line| match left.get_mut(*line).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                true
            }
            None => false,
        })
        .count();
    (common, most)
}

/// The new names of the blocks that the user renamed, by their old ones.
pub(super) fn blocks(base: &Tree, theirs: &Tree) -> HashMap<String, String> {
    let list = |tree: &Tree| -> HashMap<String, String> {
        tree.root()
            .get("blocks")
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|block| {
                let name = block.get("name")?.as_str()?.to_owned();
                Some((name, block.span().slice(tree.text()).to_owned()))
            })
            .collect()
    };
    let (before, after) = (list(base), list(theirs));
    let mut renamed = HashMap::new();
    let mut gone: Vec<(&String, &String)> =
        before.iter().filter(|(name, _)| !after.contains_key(*name)).collect();
    gone.sort();
    for (old, text) in gone {
        let mut candidates: Vec<(usize, &String)> = after
            .iter()
            .filter(|(name, _)| !before.contains_key(*name))
            .filter_map(|(name, other)| {
                let (common, most) = likeness(text, other);
                (common >= LEAST && common * 2 >= most).then_some((common, name))
            })
            .collect();
        candidates.sort_by(|a, b| b.cmp(a));
        if let Some((_, new)) = candidates.first() {
            renamed.insert(old.clone(), (*new).clone());
        }
    }
    renamed
}

/// A text of which the dependencies follow new names of blocks; nothing if none does.
pub(super) fn followed(tree: &Tree, renamed: &HashMap<String, String>) -> Option<String> {
    let text = tree.text();
    let mut changes: Vec<(Span, &String)> = tree
        .root()
        .get("blocks")
        .into_iter()
        .flat_map(Node::items)
        .filter_map(|block| block.get("dependencies"))
        .flat_map(Node::items)
        .filter_map(|name| Some((name.span(), renamed.get(name.as_str()?)?)))
        .collect();
    if changes.is_empty() {
        return None;
    }
    changes.sort_by_key(|(span, _)| *span);
    let mut out = String::new();
    let mut at = 0;
    for (span, name) in changes {
        out.push_str(text.get(at..span.start)?);
        out.push_str(&crate::yaml::emit::scalar(name));
        at = span.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
