//! Tokens to a tree.
//!
//! The grammar is small enough that one token ahead always decides. What is open (a parenthesis,
//! an operator that waits for its right side, a list) lies on stacks of its own rather than on
//! the thread's, so that nesting needs no limit: the platform has none either.

use super::lexer::{self, Token, TokenKind};
use super::mistakes::{self, Expected};
use super::syntax::{Entry, Expression, Kind, Logic, Node, NodeId, Operator};
use crate::diagnostic::{Problem, Span};

/// Reads a condition.
///
/// # Errors
/// The first thing that the platform's lexer or, where that finds nothing, its parser refuses.
pub fn parse(text: &str) -> Result<Expression, Problem> {
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser { text, tokens: &tokens, at: 0, nodes: Vec::new(), open: Vec::new() };
    parser.expression()?;
    Ok(Expression::new(text.to_owned(), parser.nodes))
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// The next token.
    at: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
}

/// A condition that is not yet complete.
enum Open {
    /// `(`, waiting for `)`.
    Group(Span),
    /// A left side and `and` or `or`, waiting for a term.
    Logic(NodeId, Logic, Span),
    /// A function call and an operator, waiting for a term.
    Comparison(NodeId, Operator, Span),
}

/// A collection of values that is not yet complete.
struct Collection {
    start: usize,
    kind: CollectionKind,
    items: Vec<NodeId>,
}

enum CollectionKind {
    List,
    /// The keys read so far; one ahead of the values while a value is awaited.
    Map(Vec<(String, Span)>),
    Arguments(String, Span),
}

impl Parser<'_> {
    fn expression(&mut self) -> Result<(), Problem> {
        loop {
            if let Some(term) = self.term()?
                && self.complete(term)?
            {
                return Ok(());
            }
        }
    }

    /// Reads one term; `None` when it opened something whose inside comes next.
    fn term(&mut self) -> Result<Option<NodeId>, Problem> {
        let Some(Token { span, kind }) = self.next() else {
            return Err(self.unexpected(self.expected_term()));
        };
        let node = match kind {
            TokenKind::OpenParenthesis => {
                self.open.push(Open::Group(span));
                return Ok(None);
            }
            TokenKind::Keyword(keyword) => {
                let left = self.add(span, Kind::Keyword(keyword));
                let Some((operator, operator_span)) = self.operator() else {
                    return Err(self.unexpected(Expected::OperatorAfterKeyword));
                };
                let right = self.text(Expected::Text)?;
                self.comparison(left, operator, operator_span, right)
            }
            TokenKind::Text(text) => {
                let left = self.add(span, Kind::Text(text));
                match self.operator() {
                    None => left,
                    Some((operator, operator_span)) => {
                        let right = self.text_or_keyword()?;
                        self.comparison(left, operator, operator_span, right)
                    }
                }
            }
            TokenKind::Identifier(name) => {
                let call = self.call(name, span)?;
                if let Some((operator, operator_span)) = self.operator() {
                    self.open.push(Open::Comparison(call, operator, operator_span));
                    return Ok(None);
                }
                call
            }
            TokenKind::OpenBracket | TokenKind::OpenBrace => {
                self.at -= 1;
                self.collections(Vec::new())?
            }
            other => match literal(other) {
                Some(kind) => self.add(span, kind),
                None => {
                    self.at -= 1;
                    return Err(self.unexpected(self.expected_term()));
                }
            },
        };
        Ok(Some(node))
    }

    /// Closes what a complete term completes; whether that was the whole condition.
    fn complete(&mut self, mut node: NodeId) -> Result<bool, Problem> {
        loop {
            match self.open.pop() {
                Some(Open::Comparison(left, operator, span)) => {
                    node = self.comparison(left, operator, span, node);
                }
                Some(Open::Logic(left, operator, operator_span)) => {
                    let span = self.span(left).to(self.span(node));
                    let kind = Kind::Logic { operator, operator_span, left, right: node };
                    node = self.add(span, kind);
                }
                outer => {
                    if let Some(Token { span, kind: TokenKind::Logic(operator) }) = self.peek() {
                        let (span, operator) = (*span, *operator);
                        self.at += 1;
                        self.open.extend(outer);
                        self.open.push(Open::Logic(node, operator, span));
                        return Ok(false);
                    }
                    let Some(Open::Group(open)) = outer else {
                        return match self.peek() {
                            None => Ok(true),
                            Some(_) => Err(self.unexpected(Expected::LogicOrEnd)),
                        };
                    };
                    match self.next() {
                        Some(Token { span, kind: TokenKind::CloseParenthesis }) => {
                            node = self.add(open.to(span), Kind::Group(node));
                        }
                        found => {
                            self.at -= usize::from(found.is_some());
                            return Err(self.unexpected(Expected::LogicOrClose(open)));
                        }
                    }
                }
            }
        }
    }

    /// The right side of a comparison whose left side is a keyword.
    fn text(&mut self, expected: Expected) -> Result<NodeId, Problem> {
        if let Some(Token { span, kind: TokenKind::Text(text) }) = self.peek() {
            let (span, text) = (*span, text.clone());
            self.at += 1;
            return Ok(self.add(span, Kind::Text(text)));
        }
        Err(self.unexpected(expected))
    }

    /// The right side of a comparison whose left side is a string.
    fn text_or_keyword(&mut self) -> Result<NodeId, Problem> {
        if let Some(Token { span, kind: TokenKind::Keyword(keyword) }) = self.peek() {
            let (span, keyword) = (*span, *keyword);
            self.at += 1;
            return Ok(self.add(span, Kind::Keyword(keyword)));
        }
        self.text(Expected::TextOrKeyword)
    }

    fn call(&mut self, name: String, name_span: Span) -> Result<NodeId, Problem> {
        if !matches!(self.peek(), Some(Token { kind: TokenKind::OpenParenthesis, .. })) {
            self.at -= 1;
            return Err(self.unexpected(self.expected_term()));
        }
        self.at += 1;
        let kind = CollectionKind::Arguments(name, name_span);
        self.collections(vec![Collection { start: name_span.start, kind, items: Vec::new() }])
    }

    /// Reads a list or map, or the rest of a call whose parenthesis is open.
    fn collections(&mut self, mut open: Vec<Collection>) -> Result<NodeId, Problem> {
        loop {
            let mut value = self.value(&mut open)?;
            while let Some(item) = value.take() {
                let Some(collection) = open.last_mut() else { return Ok(item) };
                collection.items.push(item);
                match self.next() {
                    Some(Token { kind: TokenKind::Comma, .. }) => {}
                    Some(Token { span, kind }) if kind == closer(&collection.kind) => {
                        value = self.close(&mut open, span);
                    }
                    found => {
                        self.at -= usize::from(found.is_some());
                        return Err(
                            self.unexpected(Expected::CommaOrClose(closer(&collection.kind)))
                        );
                    }
                }
            }
        }
    }

    /// Reads a value, or opens or closes a collection: then the result is what it closed, if so.
    fn value(&mut self, open: &mut Vec<Collection>) -> Result<Option<NodeId>, Problem> {
        if let Some(collection) = open.last_mut() {
            let empty = collection.items.is_empty();
            let close = closer(&collection.kind);
            if let Some(Token { span, kind }) = self.peek()
                && empty
                && *kind == close
            {
                let span = *span;
                self.at += 1;
                return Ok(self.close(open, span));
            }
            if let CollectionKind::Map(keys) = &mut collection.kind {
                let Some(Token { span, kind: TokenKind::MapKey(key) }) = self.peek() else {
                    return Err(self.unexpected(Expected::MapKey));
                };
                keys.push((key.clone(), Span::new(span.start, span.end - 1)));
                self.at += 1;
            }
        }
        let Some(Token { span, kind }) = self.next() else {
            return Err(self.unexpected(Expected::Value));
        };
        let kind = match kind {
            TokenKind::OpenBracket => CollectionKind::List,
            TokenKind::OpenBrace => CollectionKind::Map(Vec::new()),
            TokenKind::Text(text) => return Ok(Some(self.add(span, Kind::Text(text)))),
            other => {
                return match literal(other) {
                    Some(kind) => Ok(Some(self.add(span, kind))),
                    None => {
                        self.at -= 1;
                        Err(self.unexpected(Expected::Value))
                    }
                };
            }
        };
        open.push(Collection { start: span.start, kind, items: Vec::new() });
        Ok(None)
    }

    fn close(&mut self, open: &mut Vec<Collection>, close: Span) -> Option<NodeId> {
        let Collection { start, kind, items } = open.pop()?;
        let kind = match kind {
            CollectionKind::List => Kind::List(items),
            CollectionKind::Arguments(name, name_span) => {
                Kind::Call { name, name_span, arguments: items }
            }
            CollectionKind::Map(keys) => Kind::Map(
                keys.into_iter()
                    .zip(items)
                    .map(|((key, key_span), value)| Entry { key, key_span, value })
                    .collect(),
            ),
        };
        Some(self.add(Span::new(start, close.end), kind))
    }

    fn comparison(
        &mut self,
        left: NodeId,
        operator: Operator,
        operator_span: Span,
        right: NodeId,
    ) -> NodeId {
        let span = self.span(left).to(self.span(right));
        self.add(span, Kind::Comparison { operator, operator_span, left, right })
    }

    /// What may stand here, where a term must come.
    fn expected_term(&self) -> Expected {
        match self.open.last() {
            None => Expected::Condition,
            Some(Open::Group(_)) => Expected::ConditionInGroup,
            Some(Open::Logic(_, operator, _)) => Expected::ConditionAfter(*operator),
            Some(Open::Comparison(..)) => Expected::TermAfterCall,
        }
    }

    fn operator(&mut self) -> Option<(Operator, Span)> {
        let Some(Token { span, kind: TokenKind::Operator(operator) }) = self.peek() else {
            return None;
        };
        let found = (*operator, *span);
        self.at += 1;
        Some(found)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn add(&mut self, span: Span, kind: Kind) -> NodeId {
        self.nodes.push(Node { span, kind });
        NodeId::at(self.nodes.len() - 1)
    }

    fn span(&self, id: NodeId) -> Span {
        self.nodes[id.index()].span
    }

    fn unexpected(&self, expected: Expected) -> Problem {
        mistakes::syntax(self.text, self.tokens, self.at, &expected)
    }
}

/// The literal that one token is.
fn literal(kind: TokenKind) -> Option<Kind> {
    match kind {
        TokenKind::Boolean(value) => Some(Kind::Boolean(value)),
        TokenKind::Integer(digits) => Some(Kind::Integer(digits)),
        TokenKind::Float(digits) => Some(Kind::Float(digits)),
        _ => None,
    }
}

const fn closer(kind: &CollectionKind) -> TokenKind {
    match kind {
        CollectionKind::List => TokenKind::CloseBracket,
        CollectionKind::Map(_) => TokenKind::CloseBrace,
        CollectionKind::Arguments(..) => TokenKind::CloseParenthesis,
    }
}
