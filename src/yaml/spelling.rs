//! How the source of a scalar spells its value, piece by piece: what is copied, what is escaped,
//! what is folded. It serves [`Node::span_within`](super::Node::span_within), and it reads the
//! scalars that the parser was shown behind a mask.

use super::escape::{self, Escape};
use super::tree::Style;

/// A stretch of the value, from `value` up to the next piece, and the source that spells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Where it starts in the value.
    pub value: usize,
    /// Where its source starts and ends in the text.
    pub start: usize,
    pub end: usize,
    /// Whether the source is the value, byte for byte.
    pub copied: bool,
}

/// A value read from its source.
#[derive(Debug, Clone, Default)]
pub(super) struct Spelling {
    pub value: String,
    pub pieces: Vec<Piece>,
}

/// Where a scalar stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'t> {
    pub text: &'t str,
    /// With its quotes or block header.
    pub start: usize,
    /// A block scalar's end is that of the lines that belong to it.
    pub end: usize,
    pub style: Style,
    /// The columns that a block scalar's content is indented by, as the parser says.
    pub indent: Option<usize>,
}

/// Reads a scalar from its source.
pub(super) fn read(source: Source<'_>) -> Spelling {
    let mut spelling = Spelling::default();
    match source.style {
        Style::Literal | Style::Folded => spelling.block(source),
        Style::SingleQuoted | Style::DoubleQuoted => {
            let inner = source.start + 1..source.end.saturating_sub(1);
            spelling.flow(source.text, inner.start, inner.end.max(inner.start), source.style);
        }
        _ => spelling.flow(source.text, source.start, source.end, source.style),
    }
    spelling
}

impl Spelling {
    fn copy(&mut self, text: &str, start: usize, end: usize) {
        if start >= end {
            return;
        }
        match self.pieces.last_mut() {
            Some(last) if last.copied && last.end == start => last.end = end,
            _ => self.pieces.push(Piece { value: self.value.len(), start, end, copied: true }),
        }
        self.value.push_str(text.get(start..end).unwrap_or_default());
    }

    fn write(&mut self, value: impl Iterator<Item = char>, start: usize, end: usize) {
        let from = self.value.len();
        self.value.extend(value);
        if self.value.len() > from {
            self.pieces.push(Piece { value: from, start, end, copied: false });
        }
    }

    /// A plain or quoted scalar: line breaks fold, quotes and backslashes escape.
    fn flow(&mut self, text: &str, start: usize, end: usize, style: Style) {
        let bytes = text.as_bytes();
        let mut at = start;
        let mut copied = start;
        while at < end {
            let byte = bytes.get(at).copied().unwrap_or_default();
            match byte {
                b'\'' if style == Style::SingleQuoted => {
                    self.copy(text, copied, at);
                    let next = (at + 2).min(end);
                    self.write(std::iter::once('\''), at, next);
                    (at, copied) = (next, next);
                }
                b'\\' if style == Style::DoubleQuoted => {
                    self.copy(text, copied, at);
                    let (value, next) = match escape::read(text, at) {
                        Escape::Known(c, next) | Escape::Unknown(c, next) => (Some(c), next),
                        Escape::LineBreak(next) => (None, next),
                    };
                    let next = next.min(end);
                    match value {
                        Some(c) => self.write(std::iter::once(c), at, next),
                        None => {
                            let (breaks, next) = blanks(bytes, next, end);
                            self.write(std::iter::repeat_n('\n', breaks), at, next);
                            (at, copied) = (next, next);
                            continue;
                        }
                    }
                    (at, copied) = (next, next);
                }
                b' ' | b'\t' | b'\n' | b'\r' => {
                    let (breaks, next) = blanks(bytes, at, end);
                    if breaks > 0 {
                        self.copy(text, copied, at);
                        match breaks {
                            1 => self.write(std::iter::once(' '), at, next),
                            _ => self.write(std::iter::repeat_n('\n', breaks - 1), at, next),
                        }
                        copied = next;
                    }
                    at = next;
                }
                _ => at += 1,
            }
        }
        self.copy(text, copied, end);
    }

    /// A literal or folded block scalar.
    fn block(&mut self, source: Source<'_>) {
        let Source { text, start, end, style, indent } = source;
        let header = text.get(start..end).unwrap_or_default();
        let header =
            header.get(..header.find(['\n', '\r']).unwrap_or(header.len())).unwrap_or_default();
        let indicators = header.split([' ', '\t', '#']).next().unwrap_or_default();
        let strip = indicators.contains('-');
        let keep = indicators.contains('+');
        let folded = style == Style::Folded;
        // Unless the header tells it, the indentation is that of the first line with content. The
        // parser's number is only taken where it is needed, as for a key it is that of the map.
        let explicit = indicators.contains(|c: char| c.is_ascii_digit());
        let found = text.get(start + header.len()..end).and_then(first_indentation);
        let indent = if explicit { indent } else { found }.unwrap_or(usize::MAX);
        let mut lines = Lines { text, at: start + header.len(), end };
        lines.line_break();
        // The break after the last line with content, and those of the blank lines since.
        let mut last_break: Option<(usize, usize)> = None;
        let mut blank_breaks = 0;
        let mut blanks_from = lines.at;
        let mut indented_before = false;
        while lines.at < end {
            lines.indentation(indent);
            let content = lines.at;
            if let Some(_line_break) = lines.line_break() {
                blank_breaks += 1;
                continue;
            }
            if content >= end {
                break;
            }
            let indented = matches!(text.as_bytes().get(content), Some(b' ' | b'\t'));
            let from = last_break.map_or(blanks_from, |(from, _)| from);
            let folds = folded && last_break.is_some() && !indented_before && !indented;
            let mut breaks = blank_breaks;
            if folds && breaks == 0 {
                self.write(std::iter::once(' '), from, content);
            } else if last_break.is_some() && !folds {
                breaks += 1;
            }
            self.write(std::iter::repeat_n('\n', breaks), from, content);
            lines.content();
            self.copy(text, content, lines.at);
            indented_before = indented;
            last_break = lines.line_break();
            blank_breaks = 0;
            blanks_from = lines.at;
        }
        if !strip && let Some((from, to)) = last_break {
            self.write(std::iter::once('\n'), from, to);
        }
        if keep {
            self.write(std::iter::repeat_n('\n', blank_breaks), blanks_from, end);
        }
    }
}

/// The spaces before the first line that has more than spaces.
fn first_indentation(lines: &str) -> Option<usize> {
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    lines.split(['\n', '\r']).find(|line| indentation(line) < line.len()).map(indentation)
}

/// Skips white space and line breaks; how many breaks there were, and where it ends.
fn blanks(bytes: &[u8], from: usize, end: usize) -> (usize, usize) {
    let mut at = from;
    let mut breaks = 0;
    while at < end {
        match bytes.get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'\r') if at + 1 < end && bytes.get(at + 1) == Some(&b'\n') => {
                at += 2;
                breaks += 1;
            }
            Some(b'\n' | b'\r') => {
                at += 1;
                breaks += 1;
            }
            _ => break,
        }
    }
    (breaks, at)
}

/// A cursor over the lines of a block scalar.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl Lines<'_> {
    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..self.end).unwrap_or_default()
    }

    fn indentation(&mut self, columns: usize) {
        self.at += self.rest().iter().take(columns).take_while(|&&byte| byte == b' ').count();
    }

    fn content(&mut self) {
        self.at += self.rest().iter().take_while(|&&byte| !matches!(byte, b'\n' | b'\r')).count();
    }

    fn line_break(&mut self) -> Option<(usize, usize)> {
        let from = self.at;
        self.at += match self.rest() {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => return None,
        };
        Some((from, self.at))
    }
}
