//! The tree of a YAML text: an arena of nodes that know the bytes they were written in.
//! An alias is a node of its own whose value is the anchored node; nothing is copied.

use std::fmt;

use super::build;
use super::node::Node;
use super::route::{Part, Route, Step};
use crate::diagnostic::{Problem, Span};

/// How deep collections may nest, aliases followed.
pub const MAX_DEPTH: usize = 128;

/// How many nodes a text may stand for, aliases followed.
pub const MAX_NODES: u64 = 1_000_000;

/// How many bytes of scalars a text may stand for beyond its own length, aliases followed.
pub const MAX_BYTES: u64 = 64 << 20;

/// A YAML text and what it says. Spans point into the text as it was given.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(super) text: String,
    pub(super) arena: Arena,
    pub(super) root: NodeId,
    pub(super) comments: Vec<Comment>,
    pub(super) traps: Vec<Problem>,
}

/// A comment of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, without the line break.
    pub span: Span,
    /// What follows the `#`, as written.
    pub text: String,
    /// Whether nothing else stands on its line.
    pub alone: bool,
}

pub(super) type NodeId = u32;

/// All nodes of a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Arena {
    pub nodes: Vec<NodeData>,
    /// Children of collections, each collection's together; keys and values in turn for a map.
    pub children: Vec<NodeId>,
    /// The strings that differ from their spelling.
    pub decoded: String,
    /// Block scalars, by ascending node.
    pub blocks: Vec<Block>,
}

/// What a block scalar's node does not tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub node: NodeId,
    /// The columns that its content is indented by, where it has content.
    pub indent: Option<u32>,
    /// End of the lines that belong to it, blank ones included.
    pub end: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct NodeData {
    pub data: Data,
    pub style: Style,
    /// The span: `start..end`.
    pub start: u32,
    pub end: u32,
    /// Where the node's tag or anchor begins, or its `start`.
    pub outer: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    /// A string spelled as it is: bytes of the text.
    Spelled(u32, u32),
    /// A string that is spelled otherwise: bytes of [`Arena::decoded`].
    Decoded(u32, u32),
    /// Where its children begin, and how many.
    Seq(u32, u32),
    /// Where its children begin, and how many entries.
    Map(u32, u32),
    Alias(NodeId),
}

/// What a node says, by the platform's dialect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'t> {
    /// Nothing, or a word for it.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer, saturated to 128 bits.
    Int(i128),
    /// A float.
    Float(f64),
    /// A string.
    Str(&'t str),
    /// A list; see [`Node::items`].
    Seq,
    /// A map; see [`Node::entries`].
    Map,
}

/// What sort of thing a node is. Displayed with its article: `a string`, `a list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction or an exponent.
    Float,
    /// A string.
    Str,
    /// A list.
    Seq,
    /// A map.
    Map,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "nothing",
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::Float => "a float",
            Self::Str => "a string",
            Self::Seq => "a list",
            Self::Map => "a map",
        })
    }
}

/// How a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// A scalar without quotes, or nothing at all.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

impl Tree {
    /// Reads a text by the platform's dialect.
    ///
    /// Of several documents the last counts; a text without any is an empty map. Time and memory
    /// are linear in the text, whatever it is.
    ///
    /// # Errors
    /// A [`Problem`] of the rule `yaml-syntax` where the platform's parser would refuse the text,
    /// and where collections nest deeper than [`MAX_DEPTH`] or the text stands for more than
    /// [`MAX_NODES`] nodes or for [`MAX_BYTES`] bytes more than it has.
    pub fn parse(text: impl Into<String>) -> Result<Self, Problem> {
        build::tree(text.into())
    }

    /// The text, as given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, taken out.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// The last document's root; an empty map where there is no document.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node::new(self, self.root)
    }

    /// All comments, in order, those of earlier documents included.
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// What parses, but hardly as meant, in order: rules `duplicate-key`, `unknown-escape`,
    /// `lost-exclamation-mark`, `merge-key`, `tab-indentation`, `several-documents`,
    /// `unclosed-collection`.
    #[must_use]
    pub fn traps(&self) -> &[Problem] {
        &self.traps
    }

    /// The node at a route.
    #[must_use]
    pub fn find(&self, route: &Route) -> Option<Node<'_>> {
        route.steps().iter().try_fold(self.root(), Node::child)
    }

    /// The bytes of a route's value or key. Of a route that does not exist, those of its deepest
    /// ancestor that does.
    #[must_use]
    pub fn place(&self, route: &Route, part: Part) -> Span {
        let mut key = None;
        let mut node = self.root();
        for step in route.steps() {
            let Some(child) = node.child(step) else { break };
            key = match step {
                Step::Key(name) => node.entry(name).map(|entry| entry.key),
                Step::Index(_) => None,
            };
            node = child;
        }
        match (part, key) {
            (Part::Key, Some(key)) => key.span(),
            _ => node.span(),
        }
    }

    pub(super) fn data(&self, id: NodeId) -> &NodeData {
        const NOTHING: NodeData =
            NodeData { data: Data::Null, style: Style::Plain, start: 0, end: 0, outer: 0 };
        self.arena.nodes.get(id as usize).unwrap_or(&NOTHING)
    }

    pub(super) fn children(&self, start: u32, len: usize) -> &[NodeId] {
        let start = start as usize;
        self.arena.children.get(start..start + len).unwrap_or_default()
    }
}
