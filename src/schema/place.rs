//! Where in the text the check stands, and how it speaks of that place.

use std::fmt;

use super::form::MapForm;
use crate::diagnostic::Span;
use crate::yaml::Node;

/// The way from the root to a node.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub step: Step<'a>,
    /// The map or list that this is in; none at the root.
    pub parent: Option<&'a Place<'a>>,
    /// The map that was taken to be meant, when this is one.
    pub map: Option<&'a MapForm>,
}

/// The last step of a way.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Root,
    /// The value of a key.
    Key(Node<'a>),
    /// An item of a list.
    Item(usize),
}

impl<'a> Place<'a> {
    pub const ROOT: Self = Self { step: Step::Root, parent: None, map: None };

    pub const fn under(&'a self, step: Step<'a>) -> Self {
        Self { step, parent: Some(self), map: None }
    }

    /// The nearest key above, itself included.
    pub fn key(&self) -> Option<Node<'a>> {
        match (self.step, self.parent) {
            (Step::Key(key), _) => Some(key),
            (_, Some(parent)) => parent.key(),
            (_, None) => None,
        }
    }

    /// Whether the map around this needs it.
    pub fn is_required(&self) -> bool {
        let (Step::Key(key), Some(parent)) = (self.step, self.parent) else { return false };
        let form = parent.map.and_then(|map| map.key(key.as_str()?));
        form.is_some_and(|key| key.required)
    }

    /// The token that stands for the whole thing at this place: its key, or its first line.
    pub fn token(&self, node: Node<'_>) -> Span {
        match self.step {
            Step::Key(key) => key.span(),
            Step::Root | Step::Item(_) => first_line(node),
        }
    }

    /// The token to blame for a value: the value itself, or where it should be.
    pub fn value_token(&self, node: Node<'_>) -> Span {
        if !node.is_absent() {
            return node.span();
        }
        match self.step {
            Step::Key(key) => key.span(),
            Step::Root | Step::Item(_) => {
                let span = node.span();
                let before = node.tree().text().get(..span.start).unwrap_or_default();
                let dash = before.trim_end().len();
                if before.trim_end().ends_with('-') { Span::new(dash - 1, dash) } else { span }
            }
        }
    }
}

/// The first line of a node.
fn first_line(node: Node<'_>) -> Span {
    let span = node.span();
    let text = span.slice(node.tree().text());
    let line = text.lines().next().unwrap_or_default().trim_end();
    Span::new(span.start, span.start + line.len())
}

/// The name of a key as written, without its quotes.
pub(super) fn name(key: Node<'_>) -> &str {
    key.as_str().unwrap_or_else(|| key.span().slice(key.tree().text()))
}

/// The thing itself: `"name"`, `item 2 of "commands"`, `the file`.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.step, self.key()) {
            (Step::Key(key), _) => write!(f, "\"{}\"", name(key)),
            (Step::Item(index), Some(key)) => {
                write!(f, "item {} of \"{}\"", index + 1, name(key))
            }
            (Step::Item(index), None) => write!(f, "item {}", index + 1),
            (Step::Root, _) => f.write_str("the file"),
        }
    }
}

/// Where a key would stand: `in "agent"`, `in an item of "jobs"`, `at the top level`.
pub(super) struct Within<'a>(pub &'a Place<'a>);

impl fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.step, self.0.key()) {
            (Step::Key(key), _) => write!(f, "in \"{}\"", name(key)),
            (Step::Item(_), Some(key)) => write!(f, "in an item of \"{}\"", name(key)),
            (Step::Item(_), None) => f.write_str("in an item"),
            (Step::Root, _) => f.write_str("at the top level"),
        }
    }
}

/// Names in quotes, with commas: `"a", "b" or "c"`.
pub(super) struct Names<'a, T>(pub &'a [T], pub &'static str);

impl<T: AsRef<str>> fmt::Display for Names<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            match at {
                0 => {}
                _ if at + 1 == self.0.len() => write!(f, " {} ", self.1)?,
                _ => f.write_str(", ")?,
            }
            write!(f, "\"{}\"", name.as_ref())?;
        }
        Ok(())
    }
}
