//! Scalars: what they say, and where they stand when the parser does not tell.

use granit_parser::{ScalarStyle, Tag};

use super::super::scalar;
use super::super::skip;
use super::super::spelling::{self, Source, Spelling};
use super::super::syntax;
use super::super::trap;
use super::super::tree::{Block, Data, Style, Value};
use super::{Builder, Failure, Size, is_non_specific, short};
use crate::diagnostic::Span;

impl Builder<'_> {
    pub(super) fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<(&Tag, Span)>,
        at: Span,
        indent: Option<usize>,
    ) -> Result<(), Failure> {
        let (style, mut span) = match style {
            ScalarStyle::Plain => (Style::Plain, at),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, at),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, at),
            ScalarStyle::Literal => (Style::Literal, self.block_scalar(at)),
            ScalarStyle::Folded => (Style::Folded, self.block_scalar(at)),
        };
        let id = self.next_id();
        let absent = style == Style::Plain && span.start == span.end;
        let block = matches!(style, Style::Literal | Style::Folded).then(|| Block {
            node: id,
            indent: indent.map(short),
            end: short(at.end.max(span.end)),
        });
        let unmasked = self.unmasked(style, span, block);
        let value = unmasked.as_deref().unwrap_or(value);
        if let Some((tag, tag_span)) = tag
            && is_non_specific(tag)
        {
            let text = (style == Style::Plain).then_some(value);
            self.document.traps.push(trap::lost_exclamation_mark(tag_span, text));
        }
        let data = if let Some((tag, tag_span)) = tag {
            let value = if absent { "" } else { value };
            match scalar::resolve_tagged(
                value,
                style == Style::Plain,
                tag.core_suffix(),
                is_non_specific(tag),
            ) {
                Some(Value::Null) => Data::Null,
                Some(Value::Bool(value)) => Data::Bool(value),
                Some(Value::Int(value)) => Data::Int(value),
                Some(Value::Float(value)) => Data::Float(value),
                Some(Value::Str(_)) => self.string(value, style, at),
                _ => return Err(syntax::bad_tag(tag.core_suffix(), tag_span, self.text).into()),
            }
        } else if absent {
            Data::Null
        } else if style == Style::Plain {
            match scalar::resolve_plain(value) {
                Value::Null => Data::Null,
                Value::Bool(value) => Data::Bool(value),
                Value::Int(value) => Data::Int(value),
                Value::Float(value) => Data::Float(value),
                _ => self.string(value, style, at),
            }
        } else {
            self.string(value, style, at)
        };
        if absent && anchor == 0 && tag.is_none() {
            span = self.absent(at);
        }
        let outer = tag.map_or(span.start, |(_, tag)| tag.start);
        self.document.arena.blocks.extend(block);
        self.push(data, style, span, outer);
        let size = Size { nodes: 1, bytes: value.len() as u64, height: 0 };
        self.register(anchor, id, Some(size));
        self.attach(id, size, span)
    }

    /// The value of a scalar that the parser did not see as it is.
    fn unmasked(&mut self, style: Style, span: Span, block: Option<Block>) -> Option<String> {
        let end = block.map_or(span.end, |block| block.end as usize);
        let text = self.mask?.lift(self.text, span.start, end)?;
        let source = Source {
            text: &text,
            start: 0,
            end: text.len(),
            style,
            indent: block.and_then(|block| block.indent).map(|indent| indent as usize),
        };
        let Spelling { value, pieces } = spelling::read(source);
        if style == Style::DoubleQuoted {
            trap::unknown_escapes(&text, span.start, &value, &pieces, &mut self.document.traps);
        }
        Some(value)
    }

    /// Where a string is found again: in the text when it is spelled as it is.
    fn string(&mut self, value: &str, style: Style, at: Span) -> Data {
        let inner = match style {
            Style::Plain => at,
            _ => Span::new(at.start + 1, at.end.saturating_sub(1)),
        };
        let spelled = matches!(style, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted)
            && inner.slice(self.text) == value;
        if spelled {
            return Data::Spelled(short(inner.start), short(inner.end));
        }
        let decoded = &mut self.document.arena.decoded;
        let start = decoded.len();
        decoded.push_str(value);
        Data::Decoded(short(start), short(decoded.len()))
    }

    /// The span of a block scalar from that of its content.
    fn block_scalar(&self, content: Span) -> Span {
        let text = self.text;
        let start = skip::to(text, self.cursor, |byte| matches!(byte, b'|' | b'>'));
        let Some(start) = start else { return content };
        let header = text.get(start + 1..).unwrap_or_default();
        let indicators = header.len()
            - header.trim_start_matches(|c: char| matches!(c, '+' | '-' | '0'..='9')).len();
        let header_end = start + 1 + indicators;
        let body = text.get(header_end.max(content.start)..content.end).unwrap_or_default();
        if body.trim().is_empty() || content.start <= start {
            return Span::new(start, header_end);
        }
        let last = content.end - body.len() + body.trim_end().len();
        let rest = text.get(last..content.end).unwrap_or_default();
        let end = last + rest.find(['\n', '\r']).unwrap_or(rest.len());
        Span::new(start, end)
    }

    /// Where nothing is written: after the `:` or the `-` that calls for it.
    fn absent(&self, at: Span) -> Span {
        let Some(frame) = self.frames.last() else { return Span::new(at.start, at.start) };
        let count = self.pending.len() - frame.first;
        let indicator = if !frame.map {
            skip::to(self.text, self.cursor, |byte| byte == b'-')
        } else if count % 2 == 1 {
            skip::to(self.text, self.cursor, |byte| byte == b':')
        } else {
            None
        };
        let here = at.start.max(self.cursor);
        // A key after `?` has its null without a `:`, and the next `:` is another's.
        let place = indicator.filter(|&place| place <= here).map_or(here, |place| place + 1);
        Span::new(place, place)
    }
}
