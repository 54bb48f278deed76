//! From a part of a scalar's value to the text that spells it.

use std::ops::Range;

use super::node::Node;
use super::spelling::{self, Piece, Source};
use super::tree::Data;
use crate::diagnostic::Span;

/// A string, read so that parts of its value are found in its text; see [`Node::within`].
#[derive(Debug, Clone)]
pub struct Within<'t> {
    node: Node<'t>,
    /// How it is spelled, where that differs from what it says.
    pieces: Option<Vec<Piece>>,
}

impl Within<'_> {
    /// The text that spells a byte range of the string: through quotes, escapes, folded lines and
    /// block scalars. The whole node where that cannot be told exactly: for anything but a string,
    /// and for a range that is none of the value. For an alias it is text of the anchored scalar.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let Some(value) = self.node.as_str() else { return self.node.span() };
        if value.get(range.clone()).is_none() {
            return self.node.span();
        }
        match self.node.target().data {
            Data::Spelled(start, _) => {
                Span::new(start as usize + range.start, start as usize + range.end)
            }
            _ => self.spelled(value, range).unwrap_or_else(|| self.node.span()),
        }
    }

    fn spelled(&self, value: &str, range: Range<usize>) -> Option<Span> {
        let pieces = self.pieces.as_ref()?;
        let piece = |offset: usize| {
            let index = pieces.partition_point(|piece| piece.value <= offset).checked_sub(1)?;
            pieces.get(index)
        };
        let last = pieces.last()?;
        let start = if range.start >= value.len() {
            last.end
        } else {
            let piece = piece(range.start)?;
            if piece.copied { piece.start + range.start - piece.value } else { piece.start }
        };
        if range.is_empty() {
            return Some(Span::new(start, start));
        }
        let piece = piece(range.end - 1)?;
        let end = if piece.copied { piece.start + range.end - piece.value } else { piece.end };
        Some(Span::new(start, end))
    }
}

impl<'t> Node<'t> {
    /// The text that spells a byte range of the string that the node is; see [`Within::span`].
    ///
    /// It takes time linear in the scalar's length: for several ranges use [`Node::within`].
    #[must_use]
    pub fn span_within(self, range: Range<usize>) -> Span {
        self.within().span(range)
    }

    /// The string, read for finding parts of it. It takes time linear in the scalar's length
    /// where its spelling differs from what it says.
    #[must_use]
    pub fn within(self) -> Within<'t> {
        let pieces = match (self.target().data, self.as_str()) {
            (Data::Decoded(..), Some(value)) => {
                let spelling = spelling::read(self.source());
                (spelling.value == value).then_some(spelling.pieces)
            }
            _ => None,
        };
        Within { node: self, pieces }
    }

    /// Where the scalar stands in the text.
    pub(super) fn source(self) -> Source<'t> {
        let data = self.target();
        let span = self.definition_span();
        let block = self.block();
        Source {
            text: self.tree().text(),
            start: span.start,
            end: block.map_or(span.end, |block| block.end as usize),
            style: data.style,
            indent: block.and_then(|block| block.indent).map(|indent| indent as usize),
        }
    }
}
