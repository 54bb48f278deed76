//! New entries and items, after the last one.

use super::super::emit;
use super::fragment::Fragment;
use super::layout::{blank_lines, column, end_with_kept_lines, line_break, line_end, next_line};
use super::{Edits, Site, replace};
use crate::diagnostic::Problem;

/// Adds an entry to the map at the site.
pub(super) fn entry(site: &Site<'_>, key: &str, new: &Fragment) -> Result<Edits, Problem> {
    if site.in_flow() {
        let last = site
            .node
            .entries()
            .last()
            .map(|entry| entry.value.span().end.max(entry.key.span().end));
        return in_flow(site, last, &format!("{}: {}", emit::scalar(key), new.in_flow()));
    }
    if site.node.entries().len() == 0 {
        // The empty map of a text without a document.
        let steps = [super::Step::Key(key.to_owned())];
        return replace::value(site, &new.nested(&steps)?);
    }
    let (column, newline) = place(site);
    Ok(lines(site, column, &new.entry(key, column, newline), new.keeps_blank_lines()))
}

/// Adds an item to the list at the site.
pub(super) fn item(site: &Site<'_>, new: &Fragment) -> Result<Edits, Problem> {
    if site.in_flow() {
        let last = site.node.items().last().map(|item| item.span().end);
        return in_flow(site, last, &new.in_flow());
    }
    let (column, newline) = place(site);
    Ok(lines(site, column, &new.item(column, newline), new.keeps_blank_lines()))
}

fn in_flow(site: &Site<'_>, last: Option<usize>, new: &str) -> Result<Edits, Problem> {
    let span = site.node.span();
    if !span.slice(site.text()).starts_with(['{', '[']) {
        return Err(site.refusal("a pair without braces takes no second key".to_owned()));
    }
    Ok(match last {
        Some(end) => Edits::default().insert(end, format!(", {new}")),
        None => Edits::default().insert(span.start + 1, new),
    })
}

fn place(site: &Site<'_>) -> (usize, &'static str) {
    let text = site.text();
    (column(text, site.node.span().start), line_break(text))
}

/// Adds lines after those of the collection, and after the comment behind its last value.
fn lines(site: &Site<'_>, column: usize, new: &str, keeps_blank_lines: bool) -> Edits {
    let text = site.text();
    let newline = line_break(text);
    let end = site.node.span().end;
    let kept = end_with_kept_lines(site.node);
    let at = if kept > end { kept } else { next_line(text, end) };
    let indent = " ".repeat(column);
    if kept > end || at > line_end(text, end) {
        let blank = if keeps_blank_lines { blank_lines(text, end).1 } else { at };
        Edits::default().replace(at, blank, format!("{indent}{new}{newline}"))
    } else {
        Edits::default().insert(at, format!("{newline}{indent}{new}"))
    }
}
