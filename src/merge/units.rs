//! A collection of a YAML text as units: each entry or item with the comments above it, so that
//! the units of a block collection side by side are its text.

use crate::diagnostic::Span;
use crate::yaml::{Kind, Node, Style, Value};

/// An entry of a map or an item of a list.
#[derive(Debug, Clone)]
pub(super) struct Unit<'t> {
    /// The comment and blank lines above, whole lines. Empty in flow collections, and where the
    /// unit starts behind the dash of an item.
    pub lead: Span,
    /// From the key or dash to the end of its last line. In a flow collection without what
    /// separates it from the next.
    pub body: Span,
    /// The column of the key or dash, from 0.
    pub column: usize,
    /// The key of an entry.
    pub key: Option<&'t str>,
    pub node: Node<'t>,
    /// The lead's lines without their indentation.
    pub comments: String,
    /// The body without indentation: the first line from the key or dash on.
    pub content: String,
    /// Whether it stands behind the dash of an item.
    pub inline: bool,
}

/// The units of a collection.
#[derive(Debug, Clone)]
pub(super) struct Units<'t> {
    pub list: Vec<Unit<'t>>,
    /// Comment and blank lines after the last unit.
    pub tail: Span,
    pub flow: bool,
    /// Where its text is.
    pub region: Span,
    pub column: usize,
    pub text: &'t str,
}

/// The units of a collection whose lines are `region`; nothing for what is none, and for what is
/// written so that it can't be taken apart.
pub(super) fn units<'t>(text: &'t str, node: Node<'t>, region: Span) -> Option<Units<'t>> {
    if node.is_alias() || !matches!(node.kind(), Kind::Map | Kind::Seq) {
        return None;
    }
    match node.style() {
        Style::Flow => flow(text, node),
        _ => block(text, node, region),
    }
}

fn parts(node: Node<'_>) -> Vec<(Option<Node<'_>>, Node<'_>)> {
    match node.value() {
        Value::Map => node.entries().map(|entry| (Some(entry.key), entry.value)).collect(),
        _ => node.items().map(|item| (None, item)).collect(),
    }
}

fn flow<'t>(text: &'t str, node: Node<'t>) -> Option<Units<'t>> {
    let mut list = Vec::new();
    for (key, value) in parts(node) {
        let start = key.map_or(value.outer_span().start, |key| key.outer_span().start);
        let body = Span::new(start, value.outer_span().end.max(start));
        let name = match key {
            Some(key) => Some(key.as_str()?),
            None => None,
        };
        list.push(Unit {
            lead: Span::new(start, start),
            body,
            column: 0,
            key: name,
            node: value,
            comments: String::new(),
            content: body.slice(text).to_owned(),
            inline: false,
        });
    }
    let region = node.span();
    Some(Units {
        list,
        tail: Span::new(region.end, region.end),
        flow: true,
        region,
        column: 0,
        text,
    })
}

fn block<'t>(text: &'t str, node: Node<'t>, region: Span) -> Option<Units<'t>> {
    let column = column_of(text, node.span().start);
    let mut list: Vec<Unit<'t>> = Vec::new();
    let mut end = region.start;
    let parts = parts(node);
    let count = parts.len();
    for (index, (key, value)) in parts.into_iter().enumerate() {
        let name = match key {
            Some(key) => Some(key.as_str()?),
            None => None,
        };
        let start = match key {
            Some(key) => key.outer_span().start,
            None => dash(text, value.outer_span().start, column, end)?,
        };
        if column_of(text, start) != column {
            return None;
        }
        let line = line_start(text, start);
        // The first unit of a map behind a dash starts in the middle of a line.
        let inline = line < region.start || text.get(line..start)?.contains(|c| c != ' ');
        if inline && index > 0 {
            return None;
        }
        // The trivia above: what is indented deeper belongs to the unit before.
        let lead_start = if inline { start } else { split(text, end, line, column) };
        if let Some(last) = list.last_mut() {
            last.body.end = lead_start;
        } else if !inline && lead_start > end {
            // Comments above the first unit that are indented deeper: nothing to take apart.
            return None;
        }
        let value_end = value.outer_span().end.max(key.map_or(0, |key| key.outer_span().end));
        let ends_line = text.get(..value_end).is_some_and(|before| before.ends_with('\n'));
        let content_end = if ends_line { value_end } else { line_end(text, value_end) };
        end = content_end;
        let body_end = if index + 1 == count {
            split(text, content_end, region.end, column)
        } else {
            content_end
        };
        list.push(Unit {
            lead: Span::new(lead_start, line.max(lead_start)),
            body: Span::new(start, body_end),
            column,
            key: name,
            node: value,
            comments: String::new(),
            content: String::new(),
            inline,
        });
    }
    for unit in &mut list {
        unit.comments = dedented(unit.lead.slice(text), column, true);
        unit.content = dedented(unit.body.slice(text), column, false);
    }
    let tail = Span::new(list.last().map_or(region.start, |unit| unit.body.end), region.end);
    Some(Units { list, tail, flow: false, region, column, text })
}

/// The lines of a unit's value, where that is a block collection; its own text otherwise.
pub(super) fn region(text: &str, unit: &Unit<'_>) -> Span {
    let start = unit.node.outer_span().start;
    let below = line_start(text, start) > unit.body.start;
    if below {
        // The lines after the key's, comments included.
        Span::new(line_end(text, unit.body.start), unit.body.end)
    } else {
        Span::new(unit.node.span().start, unit.body.end)
    }
}

/// Where, in the blank and comment lines `from..to`, those begin that are not indented deeper
/// than `column`.
fn split(text: &str, from: usize, to: usize, column: usize) -> usize {
    let mut at = from;
    let mut border = from;
    while at < to {
        let end = line_end(text, at).min(to);
        let line = text.get(at..end).unwrap_or_default();
        let content = line.trim_start_matches(' ');
        if content.starts_with('#') && line.len() - content.len() > column {
            border = end;
        }
        if end <= at {
            break;
        }
        at = end;
    }
    border
}

/// The dash of a list's item, from its value's start upwards.
fn dash(text: &str, value: usize, column: usize, from: usize) -> Option<usize> {
    let mut line = line_start(text, value);
    loop {
        let at = line + column;
        let rest = text.get(at..)?;
        let is_dash = rest.starts_with('-')
            && rest
                .get(1..)
                .is_none_or(|after| after.is_empty() || after.starts_with([' ', '\n', '\r', '\t']));
        if is_dash && at <= value {
            return Some(at);
        }
        if line <= from || line == 0 {
            return None;
        }
        line = line_start(text, line - 1);
    }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// The end of the line that a place is in, with its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end + 1)
}

fn column_of(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// Lines without the first `column` columns. `whole`: the first line starts at its beginning, too.
fn dedented(text: &str, column: usize, whole: bool) -> String {
    let mut out = String::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let line = if index > 0 || whole {
            let indent = line.len() - line.trim_start_matches(' ').len();
            line.get(indent.min(column)..).unwrap_or_default()
        } else {
            line
        };
        out.push_str(line);
    }
    out
}

/// Lines indented by `column`; the first one only if it is `whole`.
pub(super) fn indented(text: &str, column: usize, whole: bool) -> String {
    let mut out = String::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if (index > 0 || whole) && !line.trim().is_empty() {
            out.extend(std::iter::repeat_n(' ', column));
        }
        out.push_str(line);
    }
    out
}
