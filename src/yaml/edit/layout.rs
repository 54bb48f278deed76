//! Lines and columns of a text, and replacements in it.

use super::super::node::Node;

/// Replacements of byte ranges that do not overlap.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(usize, usize, String)>);

impl Edits {
    pub fn replace(mut self, start: usize, end: usize, with: impl Into<String>) -> Self {
        self.0.push((start, end.max(start), with.into()));
        self
    }

    pub fn insert(self, at: usize, text: impl Into<String>) -> Self {
        self.replace(at, at, text)
    }

    /// The text with everything replaced; nothing when the ranges are none of the text.
    pub fn apply(mut self, text: &str) -> Option<String> {
        self.0.sort_by_key(|&(start, end, _)| (start, end));
        let mut result = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for (start, end, with) in &self.0 {
            result.push_str(text.get(at..*start)?);
            result.push_str(with);
            at = *end;
        }
        result.push_str(text.get(at..)?);
        Some(result)
    }
}

/// Where the line of an offset starts, after a byte order mark.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    match before.rfind(['\n', '\r']) {
        Some(line_break) => line_break + 1,
        None => {
            if before.starts_with('\u{FEFF}') {
                '\u{FEFF}'.len_utf8()
            } else {
                0
            }
        }
    }
}

/// Where the line of an offset ends, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// Where the next line starts.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    let rest = text.get(end..).unwrap_or_default();
    end + if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) }
}

/// The column of an offset, from 0.
pub(super) fn column(text: &str, at: usize) -> usize {
    text.get(line_start(text, at)..at).unwrap_or_default().chars().count()
}

/// The line break that the text uses.
pub(super) fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|before| before.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}

/// Whether nothing but blanks stands in a range.
pub(super) fn is_blank(text: &str, start: usize, end: usize) -> bool {
    text.get(start..end).is_some_and(|part| part.trim_matches([' ', '\t']).is_empty())
}

/// The blank lines after that of an offset.
pub(super) fn blank_lines(text: &str, at: usize) -> (usize, usize) {
    let start = next_line(text, at);
    let mut end = start;
    while end < text.len() && is_blank(text, end, line_end(text, end)) {
        end = next_line(text, end);
    }
    (start, end)
}

/// The end of a node's lines: blank lines at the end of a `|+` belong to it.
pub(super) fn end_with_kept_lines(node: Node<'_>) -> usize {
    let tree = node.tree();
    let end = node.span().end;
    let kept = tree.arena.blocks.iter().rev().find(|block| {
        let scalar = tree.data(block.node);
        let header = tree
            .text()
            .get(scalar.start as usize..)
            .and_then(|text| text.split_whitespace().next());
        scalar.end as usize == end && header.is_some_and(|header| header.contains('+'))
    });
    match kept {
        Some(block) if block.end as usize > end => {
            line_start(tree.text(), block.end as usize).max(end)
        }
        _ => end,
    }
}
