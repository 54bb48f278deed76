//! Entries and items that go.

use super::super::node::Node;
use super::super::skip;
use super::super::tree::Kind;
use super::fragment::Fragment;
use super::layout::{end_with_kept_lines, is_blank, line_end, line_start, next_line};
use super::replace::{self, line_end_before};
use super::{Edits, Site};
use crate::diagnostic::{Problem, Span};

/// Removes a child of the collection at the site.
pub(super) fn child(site: &Site<'_>, index: usize) -> Result<Edits, Problem> {
    let children = Children(site.node);
    if children.len() == 1 {
        let empty = if site.node.kind() == Kind::Map { "{}" } else { "[]" };
        return replace::value(site, &Fragment::parse(empty, site.node.span())?);
    }
    let gone = || site.refusal("the place of this value cannot be told".to_owned());
    let span = children.span(index).ok_or_else(gone)?;
    let before = index.checked_sub(1).and_then(|index| children.span(index));
    let after = children.span(index + 1);
    if site.in_flow() {
        in_flow(site, span, before, after)
    } else {
        Some(in_block(site, span, after, index))
    }
    .ok_or_else(gone)
}

/// The children of a collection as they are written.
struct Children<'t>(Node<'t>);

impl Children<'_> {
    fn len(&self) -> usize {
        self.0.items().len() + self.0.entries().len()
    }

    /// From the dash or the key (or its `?`) to the end of the value.
    fn span(&self, index: usize) -> Option<Span> {
        let text = self.0.tree().text();
        let flow = self.0.span().slice(text).starts_with(['[', '{']);
        let end_before = match index.checked_sub(1) {
            None => self.0.span().start,
            Some(before) if self.0.kind() == Kind::Map => {
                let entry = self.0.entries().nth(before)?;
                entry.value.span().end.max(entry.key.span().end)
            }
            Some(before) => self.0.item(before)?.span().end,
        };
        if self.0.kind() == Kind::Map {
            let entry = self.0.entries().nth(index)?;
            let start = entry.key.outer_span().start;
            let end = entry.value.span().end.max(entry.key.span().end);
            let mark = skip::to(text, end_before, |byte| byte == b'?')
                .filter(|&mark| mark < start && !flow);
            return Some(Span::new(mark.unwrap_or(start), end));
        }
        let item = self.0.item(index)?.outer_span();
        let start =
            if flow { item.start } else { skip::to(text, end_before, |byte| byte == b'-')? };
        Some(Span::new(start, item.end))
    }
}

fn in_flow(
    site: &Site<'_>,
    span: Span,
    before: Option<Span>,
    after: Option<Span>,
) -> Option<Edits> {
    let text = site.text();
    match (before, after) {
        (_, Some(after)) => Some(Edits::default().replace(span.start, after.start, "")),
        (Some(before), None) if text.get(before.end..span.start)?.contains('#') => {
            let comma = skip::to(text, before.end, |byte| byte == b',')?;
            Some(Edits::default().replace(comma, comma + 1, "").replace(span.start, span.end, ""))
        }
        (Some(before), None) => Some(Edits::default().replace(before.end, span.end, "")),
        (None, None) => None,
    }
}

fn in_block(site: &Site<'_>, span: Span, after: Option<Span>, index: usize) -> Edits {
    let text = site.text();
    let last = match site.node.kind() {
        Kind::Map => site.node.entries().nth(index).map(|entry| entry.value),
        _ => site.node.item(index),
    };
    let kept = last.map_or(span.end, end_with_kept_lines);
    let line_end = line_end(text, span.end);
    let next = if kept > span.end { kept } else { next_line(text, span.end) };
    let start = line_start(text, span.start);
    if is_blank(text, start, span.start) {
        return if next > line_end || start == 0 {
            Edits::default().replace(start, next, "")
        } else {
            // The last line has no line break: the one before it goes instead.
            Edits::default().replace(line_end_before(text, start), next, "")
        };
    }
    // The first child stands beside a dash, and the next one takes its place.
    match after {
        Some(after) if text.get(line_end..after.start).is_some_and(|gap| !gap.contains('#')) => {
            Edits::default().replace(span.start, after.start, "")
        }
        _ => {
            let before = text.get(..span.start).unwrap_or_default();
            Edits::default().replace(before.trim_end_matches([' ', '\t']).len(), line_end, "")
        }
    }
}
