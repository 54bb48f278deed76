//! One value in the place of another.

use super::super::skip;
use super::super::tree::{Kind, Style};
use super::fragment::{Fragment, Written};
use super::layout::{blank_lines, column, is_blank, line_break, line_end, line_start, next_line};
use super::{Edits, Site};
use crate::diagnostic::Problem;

/// Puts a value in the place of the one at the site.
pub(super) fn value(site: &Site<'_>, new: &Fragment) -> Result<Edits, Problem> {
    if site.flow {
        return Ok(in_flow(site, new));
    }
    let edits = in_lines(site, new)?;
    if !new.keeps_blank_lines() {
        return Ok(edits);
    }
    let (start, end) = blank_lines(site.text(), site.node.span().end);
    Ok(edits.replace(start, end, ""))
}

fn in_lines(site: &Site<'_>, new: &Fragment) -> Result<Edits, Problem> {
    if site.parent.is_none() {
        return Ok(root(site, new));
    }
    let slot = slot(site).ok_or_else(|| {
        site.refusal("the value stands in a form that cannot be edited, as with `? key`".to_owned())
    })?;
    Ok(in_block(site, new, slot))
}

fn in_flow(site: &Site<'_>, new: &Fragment) -> Edits {
    let span = site.node.outer_span();
    let new = new.in_flow();
    if !site.node.is_absent() {
        return Edits::default().replace(span.start, span.end, new);
    }
    let before = site.text().get(..span.start).unwrap_or_default();
    let gap = if before.ends_with(':') { " " } else { ": " };
    Edits::default().insert(span.start, format!("{gap}{new}"))
}

fn root(site: &Site<'_>, new: &Fragment) -> Edits {
    let text = site.text();
    let span = site.node.outer_span();
    let newline = line_break(text);
    let whole = |column: usize| {
        let deeper = if new.is_block_collection() { 0 } else { 2 };
        let Written { head, body } = new.written(column + deeper, newline);
        match (head.is_empty(), body.is_empty()) {
            (true, _) => body,
            (false, true) => head,
            (false, false) => format!("{head}{newline}{body}"),
        }
    };
    if !span.slice(text).is_empty() {
        let column = column(text, span.start);
        let new = whole(column);
        return Edits::default().replace(span.start, span.end, new.trim_start_matches(' '));
    }
    let gap = if text.is_empty() || text.ends_with(['\n', '\u{FEFF}']) { "" } else { newline };
    Edits::default().insert(text.len(), format!("{gap}{}{newline}", whole(0)))
}

/// The offset after the `:` or `-` that the value belongs to.
fn slot(site: &Site<'_>) -> Option<usize> {
    let text = site.text();
    let (parent, index) = site.parent?;
    let indicator = if parent.kind() == Kind::Map {
        let key = parent.entries().nth(index)?.key;
        skip::to(text, key.span().end, |byte| byte == b':')?
    } else {
        let from = match index.checked_sub(1) {
            Some(before) => parent.item(before)?.span().end,
            None => parent.span().start,
        };
        skip::to(text, from, |byte| byte == b'-')?
    };
    (indicator < site.node.outer_span().start.max(indicator + 1)).then_some(indicator + 1)
}

fn in_block(site: &Site<'_>, new: &Fragment, slot: usize) -> Edits {
    let text = site.text();
    let newline = line_break(text);
    let (outer, span) = (site.node.outer_span(), site.node.span());
    let absent = site.node.is_absent();
    let (parent, _) = site.parent.unwrap_or((site.node, 0));
    let parent_column = column(text, parent.span().start);
    let beside = absent || line_start(text, outer.start) == line_start(text, slot);
    let (start, end) = if absent { (slot, slot) } else { (outer.start, span.end) };
    let commented = !is_blank(text, end, line_end(text, end));
    let block = !absent && !site.node.is_alias() && site.node.style() == Style::Block;
    let first_line = line_start(text, start);

    // A collection below its key, by another one: line for line.
    if block && !beside && new.is_block_collection() && outer.start == span.start {
        let mut target = column(text, start);
        if target <= parent_column && new.root().kind() == Kind::Map {
            target = parent_column + 2;
        }
        let Written { head, body } = new.written(target, newline);
        let edits = Edits::default().replace(first_line, end, body);
        return if head.is_empty() { edits } else { edits.insert(slot, format!(" {head}")) };
    }
    let Written { head, body } = new.written(parent_column + 2, newline);
    if beside {
        // `- a: 1`: the first key beside the dash.
        if parent.kind() == Kind::Seq && head.is_empty() && !commented {
            return Edits::default().replace(
                slot,
                end,
                format!(" {}", body.trim_start_matches(' ')),
            );
        }
        let gap = if head.is_empty() { "" } else { " " };
        // Only white space stands between the slot and a value beside it.
        let edits = if absent {
            Edits::default().insert(slot, format!("{gap}{head}"))
        } else if head.is_empty() {
            Edits::default().replace(slot, end, "")
        } else {
            Edits::default().replace(start, end, head)
        };
        return if body.is_empty() {
            edits
        } else {
            edits.insert(line_end(text, end), format!("{newline}{body}"))
        };
    }
    // The value stands below. What is new goes behind the slot, and the old lines go.
    if text.get(slot..start).is_some_and(|gap| gap.trim().is_empty()) && body.is_empty() {
        return Edits::default().replace(slot, end, format!(" {head}"));
    }
    let gap = if head.is_empty() { "" } else { " " };
    let edits = Edits::default().insert(slot, format!("{gap}{head}"));
    if !body.is_empty() {
        edits.replace(first_line, end, body)
    } else if commented {
        edits.replace(start, end + blanks(text, end), "")
    } else if next_line(text, end) > line_end(text, end) {
        edits.replace(first_line, next_line(text, end), "")
    } else {
        edits.replace(line_end_before(text, first_line), line_end(text, end), "")
    }
}

fn blanks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.len() - rest.trim_start_matches([' ', '\t']).len()
}

/// The end of the line before the one that starts here.
pub(super) fn line_end_before(text: &str, start: usize) -> usize {
    let before = text.get(..start).unwrap_or_default();
    let before = before.strip_suffix('\n').unwrap_or(before);
    before.strip_suffix('\r').unwrap_or(before).len()
}
