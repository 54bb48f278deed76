//! The bridge over what the platform accepts and the parser does not. The parser is shown a text
//! of the same length in which the offending bytes are replaced by ones that cannot change the
//! structure, so that every span stays true; the scalars concerned are then read from the real
//! text. Everything is masked at once, so a text is parsed three times at most.
//!
//! Masked are: the backslash of an escape that YAML does not know; `@`, `` ` `` and `%` where a
//! plain scalar may start (not in the first column, where `%` is a directive); control characters,
//! which the platform's parser takes like any other, but for the zero that its database refuses;
//! and tabs in indentation. The last one measured on the platform only says that tabs are accepted; a tab
//! counts as one column here, as in the platform's parser. Lines of block scalars keep their tabs,
//! as these are content.

use std::borrow::Cow;

use granit_parser::ErrorKind;

use super::escape;

/// A letter as far as YAML is concerned, but no part of a tag.
const FILLER: u8 = b'^';

/// What is shown to the parser instead of the text.
#[derive(Debug, Default)]
pub(super) struct Mask {
    characters: bool,
    tabs: bool,
    /// The text to show to the parser.
    pub text: String,
    /// Where characters are masked, ascending.
    places: Vec<usize>,
}

impl Mask {
    /// The mask to try after a refusal of this kind; nothing when it would not help.
    pub fn after(self, refusal: &ErrorKind, text: &str) -> Option<Self> {
        let mut mask = match refusal {
            ErrorKind::UnexpectedCharacter { character }
                if is_control(*character) && !self.characters =>
            {
                Self { characters: true, tabs: self.tabs, ..Self::default() }
            }
            ErrorKind::UnknownQuotedScalarEscape
            | ErrorKind::UnexpectedCharacter { character: '@' | '`' | '%' }
                if !self.characters =>
            {
                Self { characters: true, tabs: self.tabs, ..Self::default() }
            }
            ErrorKind::TabInBlockIndentation
            | ErrorKind::TabNotAllowed
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::InvalidBlockEntryWhitespace
            | ErrorKind::InvalidMappingValueWhitespace
                if !self.tabs =>
            {
                Self { characters: self.characters, tabs: true, ..Self::default() }
            }
            _ => return None,
        };
        mask.fill(text);
        Some(mask)
    }

    /// A stretch of the text in which characters are masked, without that mask but with that of
    /// the tabs; nothing when none is masked there.
    pub fn lift<'a>(&self, text: &'a str, start: usize, end: usize) -> Option<Cow<'a, str>> {
        let at = self.places.partition_point(|&place| place < start);
        if self.places.get(at).is_none_or(|&place| place >= end) {
            return None;
        }
        let real = text.get(start..end)?;
        if !self.tabs || !real.contains('\t') {
            return Some(Cow::Borrowed(real));
        }
        let mut lifted = self.text.get(start..end)?.as_bytes().to_vec();
        let real = real.as_bytes();
        for &place in self.places.iter().skip(at).take_while(|&&place| place < end) {
            if let (Some(masked), Some(real)) =
                (lifted.get_mut(place - start), real.get(place - start))
            {
                *masked = *real;
            }
        }
        Some(Cow::Owned(String::from_utf8(lifted).unwrap_or_default()))
    }

    fn fill(&mut self, text: &str) {
        let mut bytes = text.as_bytes().to_vec();
        if self.characters {
            self.mask_characters(text);
            for &place in &self.places {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = FILLER;
                }
            }
        }
        if self.tabs {
            mask_tabs(text, &mut bytes);
            self.places.sort_unstable();
        }
        // Only ASCII was put in the place of ASCII.
        self.text = String::from_utf8(bytes).unwrap_or_default();
    }

    fn mask_characters(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\\' => {
                    let run = bytes.iter().skip(at).take_while(|&&byte| byte == b'\\').count();
                    let last = at + run - 1;
                    let next = text.get(last + 1..).and_then(|rest| rest.chars().next());
                    if run % 2 == 1 && next.is_some_and(|c| !escape::is_known(c)) {
                        self.places.push(last);
                    }
                    at += run;
                    continue;
                }
                b'@' | b'`' | b'%' => {
                    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                    let starts = match before {
                        None | Some(b'\n' | b'\r') => byte != b'%',
                        Some(b' ' | b'\t' | b'[' | b'{' | b',' | b':') => true,
                        Some(_) => false,
                    };
                    if starts {
                        self.places.push(at);
                    }
                }
                _ if is_control(char::from(byte)) => self.places.push(at),
                _ => {}
            }
            at += 1;
        }
    }
}

/// Whether it is a control character of one byte that a scalar may hold on the platform.
fn is_control(character: char) -> bool {
    character.is_ascii_control() && !matches!(character, '\0' | '\t' | '\n' | '\r')
}

fn mask_tabs(text: &str, bytes: &mut [u8]) {
    let mut start = 0;
    // The column that the lines of a block scalar are indented more than.
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        let blank = trimmed.is_empty();
        if !blank && block.is_some_and(|parent| spaces(line) <= parent) {
            block = None;
        }
        if !blank && block.is_none() {
            let (column, content) = nesting(line);
            for byte in bytes.iter_mut().skip(start).take(content).filter(|byte| **byte == b'\t') {
                *byte = b' ';
            }
            if opens_block_scalar(trimmed) {
                block = Some(column);
            }
        }
        start += line.len();
    }
}

fn spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The column of the innermost collection that the line adds to, and where its content begins:
/// both after its white space and dashes.
fn nesting(line: &str) -> (usize, usize) {
    let bytes = line.as_bytes();
    let white =
        |from: usize| bytes.iter().skip(from).take_while(|&&b| matches!(b, b' ' | b'\t')).count();
    let mut column = white(0);
    let mut content = column;
    while matches!(bytes.get(content), Some(b'-' | b'?'))
        && matches!(bytes.get(content + 1), Some(b' ' | b'\t'))
    {
        column = content;
        content += 1 + white(content + 1);
    }
    let key = bytes.get(content..).is_some_and(|rest| rest.contains(&b':'));
    (if key { content } else { column }, content)
}

/// Whether the line ends with the header of a block scalar, or may.
fn opens_block_scalar(line: &str) -> bool {
    let code = line.split(" #").next().unwrap_or_default().trim_end();
    let header = code.rsplit([' ', '\t']).next().unwrap_or_default();
    header.starts_with(['|', '>'])
        && header.chars().skip(1).all(|c| matches!(c, '+' | '-') || c.is_ascii_digit())
}
