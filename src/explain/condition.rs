//! A condition as a tree of its parts, each with its value and what it depends on.

use crate::condition::{Kind, Logic, NodeId};
use crate::simulate::Reasoning;
use std::fmt::Write as _;

/// Longer parts are cut: the tree below a part shows it again.
const WIDEST: usize = 100;

/// The condition as a tree: one line a part, `true` or `false`, the part, what it depends on.
/// Several operators of one kind in a row share a level.
#[must_use]
pub fn condition(reasoning: &Reasoning<'_>) -> String {
    let mut text = String::new();
    // Each part with the prefix of its line, and the prefix of the lines below it.
    let mut open = vec![(reasoning.expression.root(), String::new(), String::new())];
    while let Some((id, prefix, below)) = open.pop() {
        let part = cut(reasoning.expression.source(id));
        let _ = write!(text, "{prefix}{:<5}  {part}", reasoning.truth(id));
        if let Some(note) = reasoning.note(id) {
            let _ = write!(text, "  ({note})");
        }
        text.push('\n');
        let parts = parts(reasoning, id);
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.into_iter().enumerate().rev() {
            let (branch, line) =
                if index == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            open.push((part, format!("{below}{branch}"), format!("{below}{line}")));
        }
    }
    text
}

/// The conditions that a condition is made of. Of `a and b and c`, which is `(a and b) and c`,
/// these are all three; of `a and b or c` they are `a and b`, and `c`.
fn parts(reasoning: &Reasoning<'_>, id: NodeId) -> Vec<NodeId> {
    let expression = reasoning.expression;
    let id = expression.ungrouped(id);
    let Kind::Logic { operator, .. } = expression.kind(id) else { return Vec::new() };
    let mut found = Vec::new();
    let mut next = id;
    while let Some((left, right)) = sides(expression.kind(next), *operator) {
        found.push(right);
        next = left;
    }
    found.push(next);
    found.reverse();
    found
}

fn sides(kind: &Kind, wanted: Logic) -> Option<(NodeId, NodeId)> {
    match kind {
        Kind::Logic { operator, left, right, .. } if *operator == wanted => Some((*left, *right)),
        _ => None,
    }
}

fn cut(source: &str) -> String {
    let line: String = source.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line,
    }
}
