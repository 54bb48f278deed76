//! A named text that knows its lines.

use std::sync::OnceLock;

/// A text with the name that people see: a path as given, or `<stdin>`.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    text: String,
    marks: OnceLock<Vec<Mark>>,
}

/// How many bytes of a line there are from one mark to the next, so that a place far out in a
/// long line is found without counting from its start.
const STRIDE: usize = 1024;

/// An offset whose place is known.
#[derive(Debug, Clone, Copy)]
struct Mark {
    offset: usize,
    place: Position,
}

/// A place for people: both numbers start at 1, columns count Unicode scalar values,
/// without a byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1.
    pub column: usize,
}

impl SourceFile {
    /// A text under a name.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), marks: OnceLock::new() }
    }

    /// The name that people see.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let marks = self.marks.get_or_init(|| marks(&self.text));
        let offset = offset.min(self.text.len());
        let before = marks.partition_point(|mark| mark.offset <= offset);
        let Some(Mark { offset: start, place }) =
            before.checked_sub(1).and_then(|at| marks.get(at))
        else {
            return Position { line: 1, column: 1 };
        };
        let more = self.text.get(*start..offset).unwrap_or_default().chars().count();
        Position { line: place.line, column: place.column + more }
    }
}

/// The start of each line, and places on the way through long ones.
fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    // No editor gives a byte order mark a column.
    let mut offset = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    for (index, line) in text.get(offset..).unwrap_or_default().split('\n').enumerate() {
        let end = offset + line.len();
        let mut column = 1;
        while offset <= end {
            marks.push(Mark { offset, place: Position { line: index + 1, column } });
            let mut next = offset + STRIDE;
            while next < end && !text.is_char_boundary(next) {
                next += 1;
            }
            if next >= end {
                break;
            }
            column += text.get(offset..next).unwrap_or_default().chars().count();
            offset = next;
        }
        offset = end + 1;
    }
    marks
}

impl PartialEq for SourceFile {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for SourceFile {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_after_a_newline() {
        let file = SourceFile::new("x", "aé\nü€z\n");
        let at = |offset| {
            let Position { line, column } = file.position(offset);
            (line, column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (1, 3));
        assert_eq!(at(4), (2, 1));
        assert_eq!(at(9), (2, 3));
        assert_eq!(at(10), (2, 4));
        assert_eq!(at(11), (3, 1));
        assert_eq!(at(99), (3, 1));
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        let file = SourceFile::new("x", "\u{FEFF}aé\n\u{FEFF}b");
        let columns = [0, 3, 4, 6, 10].map(|offset| file.position(offset).column);
        assert_eq!(columns, [1, 1, 2, 3, 2]);
    }

    #[test]
    fn places_in_long_lines_count_all_characters_before() {
        let text = format!("{}\n{}x\n", "ü€".repeat(3_000), "€".repeat(4_000));
        let file = SourceFile::new("x", text.as_str());
        for (offset, _) in text.char_indices() {
            let before = &text[..offset];
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            let expected = Position {
                line: before.matches('\n').count() + 1,
                column: before[start..].chars().count() + 1,
            };
            if offset % 97 == 0 || offset + 3 > text.len() {
                assert_eq!(file.position(offset), expected);
            }
        }
    }
}
