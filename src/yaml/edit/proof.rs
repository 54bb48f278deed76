//! The proof of a change: the result is read again and compared with what it should be.

use super::super::node::Node;
use super::super::route::{Part, Route, Step};
use super::super::tree::{Kind, Tree, Value};
use super::{Edits, RULE};
use crate::diagnostic::{Problem, Span};

/// What a change means to do at its route.
pub(super) enum Change<'t> {
    Set(Node<'t>),
    Remove,
}

/// Makes the replacements, and returns the result if nothing else changed with them. Comments
/// within `lost` may go, with the value that they stand in.
pub(super) fn apply(
    before: &Tree,
    route: &Route,
    edits: Edits,
    change: &Change<'_>,
    lost: Option<Span>,
) -> Result<String, Problem> {
    let refused = |why: &str| {
        let verb = match change {
            Change::Set(_) => "set",
            Change::Remove => "removed",
        };
        let message = format!("`{route}` cannot be {verb} here without changing more than that");
        Problem::new(RULE, before.place(route, Part::Value), message).help(why)
    };
    let text = edits.apply(before.text()).ok_or_else(|| refused("edit the text by hand"))?;
    let after = Tree::parse(text).map_err(|problem| {
        let why =
            format!("the result would be no YAML ({}): edit the text by hand", problem.message);
        refused(&why)
    })?;
    if !holds(before.root(), after.root(), route.steps(), change) {
        return Err(refused("other values would change as well: edit the text by hand"));
    }
    if let Change::Set(_) = change
        && !keeps_comments(before, &after, lost)
    {
        return Err(refused("a comment would be lost: edit the text by hand"));
    }
    Ok(after.into_text())
}

/// Whether `new` is `old` with the change made at the steps, and nothing else.
fn holds(old: Node<'_>, new: Node<'_>, steps: &[Step], change: &Change<'_>) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return match change {
            Change::Set(value) => same(*value, new),
            Change::Remove => false,
        };
    };
    let removed = rest.is_empty() && matches!(change, Change::Remove);
    match step {
        Step::Key(key) => {
            let found = old.entries().position(|entry| entry.key.as_str() == Some(key));
            let count = old.entries().len() + usize::from(found.is_none()) - usize::from(removed);
            if new.kind() != Kind::Map || new.entries().len() != count {
                return false;
            }
            if !matches!(old.kind(), Kind::Map | Kind::Null) || (removed && new.get(key).is_some())
            {
                return false;
            }
            let mut others = new.entries();
            for (index, entry) in old.entries().enumerate() {
                let this = found == Some(index);
                if this && removed {
                    continue;
                }
                let Some(other) = others.next() else { return false };
                let holds = same(entry.key, other.key)
                    && if this {
                        holds(entry.value, other.value, rest, change)
                    } else {
                        same(entry.value, other.value)
                    };
                if !holds {
                    return false;
                }
            }
            found.is_some()
                || others.next().is_some_and(|entry| {
                    entry.key.as_str() == Some(key) && is_made(entry.value, rest, change)
                })
        }
        Step::Index(at) => {
            let count =
                old.items().len() + usize::from(*at == old.items().len()) - usize::from(removed);
            if new.kind() != Kind::Seq
                || new.items().len() != count
                || !matches!(old.kind(), Kind::Seq | Kind::Null)
            {
                return false;
            }
            let mut others = new.items();
            for (index, item) in old.items().enumerate() {
                if index == *at && removed {
                    continue;
                }
                let Some(other) = others.next() else { return false };
                if !(if index == *at {
                    holds(item, other, rest, change)
                } else {
                    same(item, other)
                }) {
                    return false;
                }
            }
            others.next().is_none_or(|item| is_made(item, rest, change))
        }
    }
}

/// Whether a node consists of the steps to the new value and nothing else.
fn is_made(node: Node<'_>, steps: &[Step], change: &Change<'_>) -> bool {
    let Change::Set(value) = change else { return false };
    let mut node = node;
    for step in steps {
        if node.items().len() + node.entries().len() != 1 {
            return false;
        }
        let Some(child) = node.child(step) else { return false };
        node = child;
    }
    same(*value, node)
}

/// Whether two nodes say the same. As deep as the trees, which is bounded.
fn same(one: Node<'_>, other: Node<'_>) -> bool {
    match (one.value(), other.value()) {
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
        (Value::Seq, Value::Seq) => {
            one.items().len() == other.items().len()
                && one.items().zip(other.items()).all(|(one, other)| same(one, other))
        }
        (Value::Map, Value::Map) => {
            one.entries().len() == other.entries().len()
                && one
                    .entries()
                    .zip(other.entries())
                    .all(|(one, other)| same(one.key, other.key) && same(one.value, other.value))
        }
        (one, other) => one == other,
    }
}

/// Whether every comment outside of `lost` is still there, in order.
fn keeps_comments(before: &Tree, after: &Tree, lost: Option<Span>) -> bool {
    let lost = lost.unwrap_or_default();
    let mut rest = after.comments().iter();
    before
        .comments()
        .iter()
        .filter(|comment| comment.span.start < lost.start || comment.span.start >= lost.end)
        .all(|comment| rest.any(|other| other.text.trim_end() == comment.text.trim_end()))
}
