//! Reads an expression as PCRE does and writes it for the engine: groups, alternatives,
//! repetitions and assertions.

use super::Refused;
use super::escape::Escape;
use super::references::{Reference, Target};
use super::set::{self, ByteSet};

pub(super) type Result<T> = std::result::Result<T, Refused>;

/// PCRE's own limit.
const MOST_NESTED: usize = 250;

/// The expression for the engine. Where the text that it is meant for has no `newlines`, `$` is
/// simply the end, which spares the engine its slow path.
pub(super) fn translate(bytes: &[u8], newlines: bool) -> Result<String> {
    let mut reader = Reader {
        bytes,
        at: 0,
        newlines,
        out: String::new(),
        flags: Flags::default(),
        open: Vec::new(),
        inside: Inside::new(None),
        last: None,
        captures: 0,
        names: Vec::new(),
        references: Vec::new(),
        unsupported: None,
    };
    reader.read()?;
    match reader.unsupported {
        Some(feature) => Err(Refused::Unsupported(format!("{feature} cannot be evaluated here"))),
        None => Ok(reader.out),
    }
}

/// The options that `(?…)` sets.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) caseless: bool,
    pub(super) multiline: bool,
    pub(super) dot_all: bool,
    pub(super) extended: bool,
    pub(super) ungreedy: bool,
    pub(super) duplicate_names: bool,
    pub(super) extra: bool,
}

/// How many bytes something matches, where that is always the same number.
type Length = Option<u32>;

/// What kind of group is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Group {
    Plain,
    Assertion,
    LookBehind,
    /// Its condition was read; at most two branches.
    Condition,
    /// `(?(` whose condition is an assertion that comes next.
    AwaitsAssertion,
    /// `(?(DEFINE)`: one branch.
    Define,
}

pub(super) struct Open {
    start: usize,
    group: Group,
    /// Where the group starts in the output.
    out: usize,
    flags: Flags,
    outside: Inside,
}

/// The branches of the group that is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inside {
    pub(super) group: Option<Group>,
    pub(super) branches: u32,
    /// Of this branch so far.
    pub(super) length: Length,
    /// Of the branches before; the outer `None` when there is none.
    pub(super) earlier: Option<Length>,
}

/// What a repetition would repeat.
pub(super) struct Atom {
    pub(super) out: usize,
    pub(super) length: Length,
    /// The length of the branch before it.
    pub(super) before: Length,
    /// Whether it is a group, which PCRE measures differently.
    pub(super) group: bool,
    pub(super) assertion: bool,
}

pub(super) struct Reader<'p> {
    pub(super) bytes: &'p [u8],
    pub(super) at: usize,
    pub(super) flags: Flags,
    pub(super) newlines: bool,
    pub(super) out: String,
    pub(super) open: Vec<Open>,
    pub(super) inside: Inside,
    pub(super) last: Option<Atom>,
    pub(super) captures: u32,
    pub(super) names: Vec<(Vec<u8>, u32)>,
    /// References that may point forwards.
    pub(super) references: Vec<Reference>,
    pub(super) unsupported: Option<&'static str>,
}

impl Inside {
    const fn new(group: Option<Group>) -> Self {
        Self { group, branches: 1, length: Some(0), earlier: None }
    }

    /// The length of the whole group.
    pub(super) fn total(&self) -> Length {
        match self.earlier {
            Some(earlier) if earlier != self.length => None,
            _ => self.length,
        }
    }
}

impl Reader<'_> {
    pub(super) fn read(&mut self) -> Result<()> {
        while let Some(byte) = self.next() {
            match byte {
                b'\\' => self.backslash()?,
                b'[' => {
                    let class = self.class()?;
                    let edge = class.starts_with("(?:\\b");
                    self.push(&class, if edge { Some(0) } else { Some(1) });
                }
                b'(' => self.group()?,
                b')' => self.close()?,
                b'|' => self.branch()?,
                b'*' => self.repeat(0, None)?,
                b'+' => self.repeat(1, None)?,
                b'?' => self.repeat(0, Some(1))?,
                b'{' => match self.counts()? {
                    Some((low, high)) => self.repeat(low, high)?,
                    None => self.byte(b'{'),
                },
                b'.' if self.flags.dot_all => self.push("(?s:.)", Some(1)),
                b'.' => self.push("[^\\n]", Some(1)),
                b'^' if self.flags.multiline && self.newlines => {
                    self.assertion("(?:\\A|(?<=\\n)(?!\\z))");
                }
                b'^' => self.assertion("\\A"),
                b'$' if self.flags.multiline && self.newlines => self.assertion("(?=\\n|\\z)"),
                b'$' => self.end_of_line(),
                byte if self.flags.extended && (byte == b'#' || set::is_space(byte)) => {
                    self.at -= 1;
                    self.skip_ignored()?;
                }
                byte => self.byte(byte),
            }
        }
        if let Some(open) = self.open.last() {
            return Err(self.malformed(open.start, "the `(` is never closed"));
        }
        for reference in std::mem::take(&mut self.references) {
            let known = match &reference.target {
                Target::Number(number) => *number <= self.captures,
                Target::Name(name) => self.numbers(name).next().is_some(),
            };
            if !known {
                return Err(self.malformed(reference.start, "there is no such group"));
            }
        }
        Ok(())
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Reads `text` if it comes next.
    pub(super) fn take(&mut self, text: &[u8]) -> bool {
        let found = self.bytes[self.at.min(self.bytes.len())..].starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// What PCRE refuses, at the byte `at`.
    pub(super) fn malformed(&self, at: usize, reason: &str) -> Refused {
        let before = &self.bytes[..at.min(self.bytes.len())];
        // Counts characters, not the bytes that continue one.
        let column = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() + 1;
        Refused::Malformed(format!("{reason} (character {column})"))
    }

    pub(super) fn push(&mut self, text: &str, length: Length) {
        let before = self.inside.length;
        self.last =
            Some(Atom { out: self.out.len(), length, before, group: false, assertion: false });
        self.out.push_str(text);
        self.inside.length = sum(before, length);
    }

    /// Something that has no length and cannot be repeated.
    pub(super) fn assertion(&mut self, text: &str) {
        self.last = None;
        self.out.push_str(text);
    }

    pub(super) fn byte(&mut self, byte: u8) {
        let set = ByteSet::one(byte);
        if self.flags.caseless && set::other_case(byte) != byte {
            self.push(&set.any_case().class(), Some(1));
        } else if byte.is_ascii_alphanumeric() {
            self.push(char::from(byte).encode_utf8(&mut [0]), Some(1));
        } else {
            self.push(&format!("\\x{{{byte:x}}}"), Some(1));
        }
    }

    pub(super) fn end_of_line(&mut self) {
        self.assertion(if self.newlines { "(?=\\n?\\z)" } else { "\\z" });
    }

    pub(super) fn backslash(&mut self) -> Result<()> {
        let start = self.at - 1;
        match self.escape()? {
            Escape::Byte(byte) => self.byte(byte),
            Escape::Set(set) => self.push(&set.class(), Some(1)),
            Escape::Property(property) => self.push(&property, Some(1)),
            Escape::Number(digit) => self.number(start, digit)?,
            Escape::Letter(letter) => match letter {
                b'A' | b'G' => self.assertion("\\A"),
                b'Z' => self.end_of_line(),
                b'z' => self.assertion("\\z"),
                b'b' => self.assertion("\\b"),
                b'B' => self.assertion("\\B"),
                b'K' => self.last = None,
                b'C' => self.push("(?s:.)", Some(1)),
                b'N' if self.peek() == Some(b'{') && self.peek_counts().is_none() => {
                    return Err(self.malformed(start, "PCRE has no `\\N{…}`"));
                }
                b'N' => self.push("[^\\n]", Some(1)),
                b'R' => self.push("(?>\\r\\n|[\\n-\\r\\x{85}])", None),
                b'X' => self.push("(?>\\r\\n|(?s:.))", None),
                b'Q' => self.quote(),
                b'E' => {}
                b'k' => {
                    let close = match self.next() {
                        Some(b'{') => b'}',
                        Some(b'<') => b'>',
                        Some(b'\'') => b'\'',
                        _ => {
                            return Err(
                                self.malformed(start, "a name in `{}` or `<>` must follow `\\k`")
                            );
                        }
                    };
                    let name = self.name(start, close)?;
                    self.refer_by_name(start, name);
                }
                _ => self.generic_reference(start)?,
            },
        }
        Ok(())
    }

    /// `\Q…\E`
    pub(super) fn quote(&mut self) {
        while !self.take(b"\\E") {
            let Some(byte) = self.next() else { return };
            self.byte(byte);
        }
    }

    pub(super) fn enter(&mut self, start: usize, group: Group, text: &str) -> Result<()> {
        if self.open.len() >= MOST_NESTED {
            return Err(self.malformed(start, "parentheses are nested more than 250 deep"));
        }
        let out = self.out.len();
        self.open.push(Open { start, group, out, flags: self.flags, outside: self.inside });
        self.out.push_str(text);
        self.inside = Inside::new(Some(group));
        self.last = None;
        Ok(())
    }

    /// `|`
    pub(super) fn branch(&mut self) -> Result<()> {
        let at = self.at - 1;
        self.end_branch(at)?;
        self.inside.branches += 1;
        self.inside.earlier = Some(self.inside.total());
        self.inside.length = Some(0);
        self.last = None;
        self.out.push('|');
        let most = match self.inside.group {
            Some(Group::Condition) => 2,
            Some(Group::Define) => 1,
            _ => return Ok(()),
        };
        if self.inside.branches > most {
            return Err(self.malformed(at, "the condition has too many branches"));
        }
        Ok(())
    }

    /// What must hold where a branch ends.
    pub(super) fn end_branch(&self, at: usize) -> Result<()> {
        if self.inside.group == Some(Group::LookBehind) && self.inside.length.is_none() {
            return Err(self.malformed(at, "a look-behind must have a fixed length"));
        }
        Ok(())
    }

    /// `)`
    pub(super) fn close(&mut self) -> Result<()> {
        let at = self.at - 1;
        self.end_branch(at)?;
        let Some(Open { group, out, flags, outside, .. }) = self.open.pop() else {
            return Err(self.malformed(at, "the `)` closes nothing"));
        };
        let inner = self.inside;
        let assertion = matches!(group, Group::Assertion | Group::LookBehind);
        let length = match group {
            Group::Assertion | Group::LookBehind | Group::Define => Some(0),
            _ => inner.total(),
        };
        if group == Group::Condition && inner.branches == 1 {
            self.out.push_str("|(?:)");
        }
        self.out.push(')');
        self.flags = flags;
        self.inside = outside;
        let before = self.inside.length;
        self.inside.length = sum(before, length);
        self.last = Some(Atom { out, length, before, group: true, assertion });
        if self.inside.group == Some(Group::AwaitsAssertion) {
            // The assertion was the condition of the group around it.
            self.inside.group = Some(Group::Condition);
            self.last = None;
        }
        Ok(())
    }
}

pub(super) fn sum(a: Length, b: Length) -> Length {
    a?.checked_add(b?)
}
