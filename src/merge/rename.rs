//! Units that have another name on one side: the same ones by what stands in them. And references
//! to blocks that the user renamed, which follow the new name in what the render brings.

use super::pieces::{Clash, Piece};
use crate::diagnostic::Span;
use crate::yaml::{Node, Tree};
use std::collections::HashMap;

/// How many lines two units must have in common to be the same one under another name.
const LEAST: usize = 2;

/// How many lines a unit has that is little more than its name.
const SHORT: usize = 2;

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
    // One that is little more than its name has nothing else to be known by than that it is alone.
    let left = |all: &[(usize, String)], taken: &dyn Fn(usize) -> bool| -> Vec<usize> {
        let short = |text: &str| text.trim().lines().count() <= SHORT;
        let left = all.iter().filter(|(index, _)| !taken(*index));
        left.map(|(index, text)| if short(text) { *index } else { usize::MAX }).collect()
    };
    let from = left(from, &|index| found.iter().any(|(from, _)| *from == index));
    let to = left(to, &|index| found.iter().any(|(_, to)| *to == index));
    if let ([from], [to]) = (from.as_slice(), to.as_slice())
        && *from.max(to) != usize::MAX
    {
        found.push((*from, *to));
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

/// New names of blocks by their old ones.
pub(super) type Renamed = HashMap<String, String>;

/// The new names of the blocks that a side renamed.
pub(super) fn blocks(base: &Tree, theirs: &Tree) -> Renamed {
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
pub(super) fn followed(tree: &Tree, renamed: &Renamed) -> Option<String> {
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

/// Makes conflicts of the pieces by which a dependency would lose its block: what brings the
/// dependency, or what takes the block away.
pub(super) fn hold_dangling(merged: &str, theirs: &Tree, ours: &Tree, pieces: &mut [Piece]) {
    let Ok(merged) = Tree::parse(merged) else { return };
    let dangling = dangling(&merged);
    if dangling.is_empty() || !self::dangling(theirs).is_empty() || !self::dangling(ours).is_empty()
    {
        return;
    }
    for piece in pieces.iter_mut().filter(|piece| piece.conflict.is_none()) {
        let gone = piece.span.slice(theirs.text());
        for name in &dangling {
            let (reason, hit) = if piece.ours.contains(name.as_str()) {
                ("it depends on a block that you removed", true)
            } else {
                ("you depend on a block that is no longer generated", gone.contains(name.as_str()))
            };
            if hit {
                let at = vec!["blocks".to_owned(), name.clone()];
                piece.conflict = Some(Clash { at, reason });
                break;
            }
        }
    }
}

/// The dependencies that are no block's name.
fn dangling(tree: &Tree) -> Vec<String> {
    let blocks = || tree.root().get("blocks").into_iter().flat_map(Node::items);
    let names: Vec<&str> =
        blocks().filter_map(|block| block.get("name").and_then(Node::as_str)).collect();
    let mut found: Vec<String> = blocks()
        .filter_map(|block| block.get("dependencies"))
        .flat_map(Node::items)
        .filter_map(Node::as_str)
        .filter(|name| !names.contains(name))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}
