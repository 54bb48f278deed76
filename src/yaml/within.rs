//! From a part of a scalar's value to the text that spells it.

use std::ops::Range;

use super::node::Node;
use super::spelling::{self, Source};
use super::tree::Data;
use crate::diagnostic::Span;

impl<'t> Node<'t> {
    /// The text that spells a byte range of the string that the node is: through quotes, escapes,
    /// folded lines and block scalars. The whole node where that cannot be told exactly: for
    /// anything but a string, and for a range that is none of the value. For an alias it is text
    /// of the anchored scalar.
    ///
    /// It takes time linear in the scalar's length.
    #[must_use]
    pub fn span_within(self, range: Range<usize>) -> Span {
        let Some(value) = self.as_str() else { return self.span() };
        if value.get(range.clone()).is_none() {
            return self.span();
        }
        match self.target().data {
            Data::Spelled(start, _) => {
                Span::new(start as usize + range.start, start as usize + range.end)
            }
            _ => self.spelled_within(value, range).unwrap_or_else(|| self.span()),
        }
    }

    fn spelled_within(self, value: &str, range: Range<usize>) -> Option<Span> {
        let spelling = spelling::read(self.source());
        if spelling.value != value {
            return None;
        }
        let pieces = &spelling.pieces;
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
