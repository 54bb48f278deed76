//! The tree of a condition: what each part is, and where it stands.
//!
//! The nodes of an expression lie in one list, children before their parent, and refer to each
//! other by [`NodeId`]. So thousands of terms or levels are walked, compared and dropped with a
//! loop, and nobody's stack overflows.

use std::fmt;

use crate::diagnostic::Span;

/// A whole condition that was read: its text and its tree.
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    nodes: Vec<Node>,
}

/// Names a node of one [`Expression`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(usize);

/// One part of a condition.
#[derive(Debug, Clone)]
pub struct Node {
    /// Exactly the text of the part.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a part of a condition is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Two conditions joined by `and` or `or`.
    Logic {
        /// Which of the two.
        operator: Logic,
        /// Where the operator stands.
        operator_span: Span,
        /// The left side; it may itself be a `Logic`, of either operator.
        left: NodeId,
        /// The right side: one term.
        right: NodeId,
    },
    /// Two values beside `=`, `!=`, `=~` or `!~`.
    Comparison {
        /// Which of the four.
        operator: Operator,
        /// Where the operator stands.
        operator_span: Span,
        /// A keyword, a string or a function call.
        left: NodeId,
        /// A keyword or a string; after a function call any term.
        right: NodeId,
    },
    /// A condition in parentheses.
    Group(NodeId),
    /// An input: `branch`, `tag`, …
    Keyword(Keyword),
    /// A string, without its quotes.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// An integer as written; it has no limit.
    Integer(String),
    /// A number with a fraction, as written.
    Float(String),
    /// A list of values.
    List(Vec<NodeId>),
    /// A map of values, in the order written.
    Map(Vec<Entry>),
    /// A function with its arguments.
    Call {
        /// The function's name.
        name: String,
        /// Where the name stands.
        name_span: Span,
        /// The arguments: values only.
        arguments: Vec<NodeId>,
    },
}

/// A key of a map with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key, without the colon.
    pub key: String,
    /// Where the key stands, without the colon.
    pub key_span: Span,
    /// Its value.
    pub value: NodeId,
}

/// `and` and `or`: they have the same precedence and associate to the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logic {
    /// Both sides.
    And,
    /// Either side.
    Or,
}

/// The four comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`: the regular expression on the right matches somewhere in the left side.
    Match,
    /// `!~`: it does not.
    NotMatch,
}

/// The inputs of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// The branch that was pushed; empty for a tag and a pull request.
    Branch,
    /// The tag that was pushed; empty otherwise.
    Tag,
    /// The number of the pull request; empty otherwise.
    PullRequest,
    /// How the pipeline ended; known only inside promotions.
    Result,
    /// Why it ended so; known only inside promotions.
    ResultReason,
}

impl Expression {
    /// `nodes` have their children before them, and the root last.
    pub(super) const fn new(text: String, nodes: Vec<Node>) -> Self {
        Self { text, nodes }
    }

    /// The text that was read; spans are byte offsets into it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole condition.
    #[must_use]
    pub const fn root(&self) -> NodeId {
        NodeId(self.nodes.len().saturating_sub(1))
    }

    /// The node with this id; ids are only good for the expression that they came from.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// What the node is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> &Kind {
        &self.node(id).kind
    }

    /// Where the node stands.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// The text of the node, as written.
    #[must_use]
    pub fn source(&self, id: NodeId) -> &str {
        self.span(id).slice(&self.text)
    }

    /// All nodes, children before their parent and the left side before the right; the root
    /// comes last.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = (NodeId, &Node)> + ExactSizeIterator {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index), node))
    }

    /// The node without the parentheses around it.
    #[must_use]
    pub fn ungrouped(&self, mut id: NodeId) -> NodeId {
        while let Kind::Group(inner) = self.kind(id) {
            id = *inner;
        }
        id
    }
}

impl NodeId {
    /// The place of the node in [`Expression::nodes`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }

    pub(super) const fn at(index: usize) -> Self {
        Self(index)
    }
}

impl Kind {
    /// The parts of this part, from left to right.
    #[must_use]
    pub fn children(&self) -> Vec<NodeId> {
        match self {
            Self::Logic { left, right, .. } | Self::Comparison { left, right, .. } => {
                vec![*left, *right]
            }
            Self::Group(inner) => vec![*inner],
            Self::List(items) | Self::Call { arguments: items, .. } => items.clone(),
            Self::Map(entries) => entries.iter().map(|entry| entry.value).collect(),
            Self::Keyword(_)
            | Self::Text(_)
            | Self::Boolean(_)
            | Self::Integer(_)
            | Self::Float(_) => Vec::new(),
        }
    }

    /// Whether both are the same, wherever they stand.
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Logic { operator: a, left: la, right: ra, .. },
                Self::Logic { operator: b, left: lb, right: rb, .. },
            ) => (a, la, ra) == (b, lb, rb),
            (
                Self::Comparison { operator: a, left: la, right: ra, .. },
                Self::Comparison { operator: b, left: lb, right: rb, .. },
            ) => (a, la, ra) == (b, lb, rb),
            (Self::Group(a), Self::Group(b)) => a == b,
            (Self::Keyword(a), Self::Keyword(b)) => a == b,
            (Self::Text(a), Self::Text(b))
            | (Self::Integer(a), Self::Integer(b))
            | (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| (&a.key, a.value) == (&b.key, b.value))
            }
            (
                Self::Call { name: a, arguments: x, .. },
                Self::Call { name: b, arguments: y, .. },
            ) => (a, x) == (b, y),
            _ => false,
        }
    }
}

/// Two expressions are equal when they are the same tree, however it was written.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.nodes.len() == other.nodes.len()
            && self.nodes.iter().zip(&other.nodes).all(|(a, b)| a.kind.same(&b.kind))
    }
}

impl Eq for Expression {}

impl Logic {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

impl Operator {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Match => "=~",
            Self::NotMatch => "!~",
        }
    }

    /// Whether the right side is a regular expression.
    #[must_use]
    pub const fn is_match(self) -> bool {
        matches!(self, Self::Match | Self::NotMatch)
    }
}

impl Keyword {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Branch, Self::Tag, Self::PullRequest, Self::Result, Self::ResultReason];

    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Tag => "tag",
            Self::PullRequest => "pull_request",
            Self::Result => "result",
            Self::ResultReason => "result_reason",
        }
    }

    /// Whether the platform knows it only inside promotions.
    #[must_use]
    pub const fn only_in_promotions(self) -> bool {
        matches!(self, Self::Result | Self::ResultReason)
    }
}

impl fmt::Display for Logic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
