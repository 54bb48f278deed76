//! Collections, and the aliases that stand for them.

use granit_parser::{StructureStyle, Tag};

use super::super::keys;
use super::super::skip;
use super::super::syntax;
use super::super::tree::{Data, MAX_DEPTH, Style};
use super::{Builder, Document, Failure, Frame, Size, is_non_specific, short};
use crate::diagnostic::Span;

impl Builder<'_> {
    pub(super) fn open(
        &mut self,
        map: bool,
        style: StructureStyle,
        anchor: usize,
        tag: Option<(&Tag, Span)>,
        at: Span,
    ) -> Result<(), Failure> {
        if let Some((tag, span)) = tag {
            let expected = if map { "map" } else { "seq" };
            if tag.core_suffix() != Some(expected) && !is_non_specific(tag) {
                return Err(syntax::bad_tag(tag.core_suffix(), span, self.text).into());
            }
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(syntax::too_deep(at).into());
        }
        let (style, mut start) = match style {
            StructureStyle::Block => (Style::Block, at.start),
            StructureStyle::Flow => (Style::Flow, at.start),
        };
        // A list at its key's own column starts, says the parser, after its first dash.
        if style == Style::Block
            && !map
            && self.frames.last().is_some_and(|frame| frame.map)
            && let Some(dash) = skip::to(self.text, self.cursor, |byte| byte == b'-')
        {
            start = dash;
        }
        let id = self.next_id();
        let span = Span::new(start, start);
        let outer = tag.map_or(start, |(_, tag)| tag.start);
        self.push(if map { Data::Map(0, 0) } else { Data::Seq(0, 0) }, style, span, outer);
        self.register(anchor, id, None);
        self.frames.push(Frame {
            node: id,
            anchor,
            map,
            flow: style == Style::Flow,
            first: self.pending.len(),
            size: Size { nodes: 1, bytes: 0, height: 0 },
            end: short(start),
        });
        let skipped = if style == Style::Flow && at.end > at.start { at.end } else { start };
        self.cursor = self.cursor.max(skipped);
        Ok(())
    }

    pub(super) fn close(&mut self, at: Span) -> Result<(), Failure> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let first = short(self.document.arena.children.len());
        let children = self.pending.get(frame.first..).unwrap_or_default();
        let data = if frame.map {
            let Document { arena, traps, .. } = &mut self.document;
            let count = keys::first_of_each(self.text, arena, children, traps);
            Data::Map(first, count)
        } else {
            self.document.arena.children.extend_from_slice(children);
            Data::Seq(first, short(children.len()))
        };
        self.pending.truncate(frame.first);
        let bracket = matches!(at.slice(self.text), "]" | "}");
        let Some(node) = self.document.arena.nodes.get_mut(frame.node as usize) else {
            return Ok(());
        };
        node.data = data;
        node.end = if bracket && node.style == Style::Flow { short(at.end) } else { frame.end };
        let span = Span::new(node.start as usize, node.end as usize);
        self.register(frame.anchor, frame.node, Some(frame.size));
        self.attach(frame.node, frame.size, span)
    }

    pub(super) fn alias(&mut self, anchor: usize, at: Span) -> Result<(), Failure> {
        let Some(Some(anchored)) = self.anchors.get(anchor) else {
            return Err(syntax::unknown_anchor(at.slice(self.text), at).into());
        };
        let Some(size) = anchored.size else {
            return Err(syntax::recursive_alias(at.slice(self.text), at).into());
        };
        let target = anchored.node;
        if self.frames.len() + size.height > MAX_DEPTH {
            return Err(syntax::too_deep(at).into());
        }
        let id = self.next_id();
        self.push(Data::Alias(target), Style::Plain, at, at.start);
        self.attach(id, size, at)
    }

    /// The anchor of the node that was read last.
    pub(super) fn anchored(&mut self, at: Span) {
        if let Some(node) = self.document.arena.nodes.last_mut() {
            node.outer = node.outer.min(short(at.start));
        }
    }
}
