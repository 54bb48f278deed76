//! Handles on the nodes of a tree.

use std::fmt;
use std::slice;

use super::route::Step;
use super::tree::{Block, Data, Kind, NodeData, NodeId, Style, Tree, Value};
use crate::diagnostic::Span;

/// A handle on a node of a [`Tree`]. For an alias, everything but [`Node::span`] is that of the
/// anchored node.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    site: NodeId,
}

/// One entry of a map.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'t> {
    /// Its key.
    pub key: Node<'t>,
    /// Its value.
    pub value: Node<'t>,
}

impl<'t> Node<'t> {
    pub(super) const fn new(tree: &'t Tree, site: NodeId) -> Self {
        Self { tree, site }
    }

    fn own(self) -> &'t NodeData {
        self.tree.data(self.site)
    }

    pub(super) fn target(self) -> &'t NodeData {
        match self.own().data {
            Data::Alias(target) => self.tree.data(target),
            _ => self.own(),
        }
    }

    /// The tree that the node belongs to.
    #[must_use]
    pub const fn tree(self) -> &'t Tree {
        self.tree
    }

    /// What the node says.
    #[must_use]
    pub fn value(self) -> Value<'t> {
        let bytes = |text: &'t str, start, end| {
            Value::Str(text.get(start as usize..end as usize).unwrap_or_default())
        };
        match self.target().data {
            Data::Null | Data::Alias(_) => Value::Null,
            Data::Bool(value) => Value::Bool(value),
            Data::Int(value) => Value::Int(value),
            Data::Float(value) => Value::Float(value),
            Data::Spelled(start, end) => bytes(&self.tree.text, start, end),
            Data::Decoded(start, end) => bytes(&self.tree.arena.decoded, start, end),
            Data::Seq(..) => Value::Seq,
            Data::Map(..) => Value::Map,
        }
    }

    /// What sort of thing the node is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.target().data {
            Data::Null | Data::Alias(_) => Kind::Null,
            Data::Bool(_) => Kind::Bool,
            Data::Int(_) => Kind::Int,
            Data::Float(_) => Kind::Float,
            Data::Spelled(..) | Data::Decoded(..) => Kind::Str,
            Data::Seq(..) => Kind::Seq,
            Data::Map(..) => Kind::Map,
        }
    }

    /// Exactly the node's text, without its tag and anchor: a scalar with its quotes, a block
    /// scalar from its `|` to the end of its last line that has content, a block collection from
    /// its first key or dash to the end of its last value. Nothing written (`key:`) is an empty
    /// span after the `:` or `-`. For an alias it is the alias, `*` included.
    #[must_use]
    pub fn span(self) -> Span {
        let data = self.own();
        Span::new(data.start as usize, data.end as usize)
    }

    /// [`Node::span`] with the tag and anchor before it.
    #[must_use]
    pub fn outer_span(self) -> Span {
        let data = self.own();
        Span::new(data.outer as usize, data.end as usize)
    }

    /// The anchored node's own span; for any other node its span.
    #[must_use]
    pub fn definition_span(self) -> Span {
        let data = self.target();
        Span::new(data.start as usize, data.end as usize)
    }

    /// Whether the node is an alias.
    #[must_use]
    pub fn is_alias(self) -> bool {
        matches!(self.own().data, Data::Alias(_))
    }

    /// Whether nothing is written for this node, as for the value in `key:`.
    #[must_use]
    pub fn is_absent(self) -> bool {
        let data = self.own();
        data.start == data.end && matches!(data.style, Style::Plain)
    }

    /// How the node is written.
    #[must_use]
    pub fn style(self) -> Style {
        self.target().style
    }

    /// The value of the first entry with this key, where the node is a map.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The first entry with this key, where the node is a map. Only a string equals a key:
    /// `get("1")` does not find `1: x`.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<Entry<'t>> {
        self.entries().find(|entry| entry.key.as_str() == Some(key))
    }

    /// The entries of a map, in order, without the later ones of duplicate keys (the platform
    /// drops them, and [`Tree::traps`] tells of them); nothing for any other node.
    pub fn entries(self) -> Entries<'t> {
        let children = match self.target().data {
            Data::Map(start, len) => self.tree.children(start, len as usize * 2),
            _ => &[],
        };
        Entries { tree: self.tree, children: children.chunks_exact(2) }
    }

    /// The items of a list, in order; nothing for any other node.
    pub fn items(self) -> Items<'t> {
        let children = match self.target().data {
            Data::Seq(start, len) => self.tree.children(start, len as usize),
            _ => &[],
        };
        Items { tree: self.tree, children: children.iter() }
    }

    /// The item at an index, where the node is a list.
    #[must_use]
    pub fn item(self, index: usize) -> Option<Node<'t>> {
        self.items().nth(index)
    }

    /// One step down.
    #[must_use]
    pub fn child(self, step: &Step) -> Option<Node<'t>> {
        match step {
            Step::Key(key) => self.get(key),
            Step::Index(index) => self.item(*index),
        }
    }

    /// The string that the node is.
    #[must_use]
    pub fn as_str(self) -> Option<&'t str> {
        match self.value() {
            Value::Str(value) => Some(value),
            _ => None,
        }
    }

    /// The boolean that the node is.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.value() {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The integer that the node is.
    #[must_use]
    pub fn as_int(self) -> Option<i128> {
        match self.value() {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The number that the node is, integer or float.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn as_float(self) -> Option<f64> {
        match self.value() {
            Value::Int(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    /// Whether the node is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether two nodes are the same place of the same tree.
    #[must_use]
    pub fn is(self, other: Node<'_>) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.site == other.site
    }

    /// What else is known of a block scalar.
    pub(super) fn block(self) -> Option<Block> {
        let site = match self.own().data {
            Data::Alias(target) => target,
            _ => self.site,
        };
        let blocks = &self.tree.arena.blocks;
        let at = blocks.binary_search_by_key(&site, |block| block.node).ok()?;
        blocks.get(at).copied()
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("span", &self.span()).field("value", &self.value()).finish()
    }
}

/// The entries of a map.
#[derive(Debug, Clone)]
pub struct Entries<'t> {
    tree: &'t Tree,
    children: slice::ChunksExact<'t, NodeId>,
}

impl<'t> Iterator for Entries<'t> {
    type Item = Entry<'t>;

    fn next(&mut self) -> Option<Entry<'t>> {
        match *self.children.next()? {
            [key, value] => Some(Entry {
                key: Node { tree: self.tree, site: key },
                value: Node { tree: self.tree, site: value },
            }),
            _ => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.children.size_hint()
    }
}

impl ExactSizeIterator for Entries<'_> {}

/// The items of a list.
#[derive(Debug, Clone)]
pub struct Items<'t> {
    tree: &'t Tree,
    children: slice::Iter<'t, NodeId>,
}

impl<'t> Iterator for Items<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        self.children.next().map(|&site| Node { tree: self.tree, site })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.children.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Node<'t>> {
        self.children.nth(n).map(|&site| Node { tree: self.tree, site })
    }
}

impl ExactSizeIterator for Items<'_> {}
