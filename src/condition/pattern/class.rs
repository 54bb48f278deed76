//! Classes of characters: `[…]`.

use super::escape::Escape;
use super::reader::{Reader, Result};
use super::set::ByteSet;

/// What stands in a class, one after the other.
enum Item {
    /// One byte, which a range may start or end with.
    Byte(u8),
    /// Several; no range starts or ends with them.
    Set(ByteSet),
    /// The engine knows which.
    Property(String),
}

impl Reader<'_> {
    /// Reads a class whose `[` is behind; the result is for the engine.
    pub(super) fn class(&mut self) -> Result<String> {
        let start = self.at - 1;
        if let Some(boundary) = self.word_edge() {
            return Ok(boundary);
        }
        if self.posix_name(self.at).is_some() {
            return Err(self.malformed(start, "`[:…:]` only stands inside of `[…]`"));
        }
        let negated = self.take(b"^");
        let mut set = ByteSet::EMPTY;
        let mut properties = String::new();
        let mut quoting = false;
        let mut first = true;
        while let Some(item) = self.class_item(start, &mut quoting, first)? {
            first = false;
            match item {
                Item::Set(more) => set = set.union(&more),
                Item::Property(property) => properties.push_str(&property),
                Item::Byte(low) => {
                    let high = self.range_end(start, low, &mut quoting)?;
                    set = set.union(&ByteSet::of(|byte| (low..=high).contains(&byte)));
                }
            }
        }
        if self.flags.caseless {
            set = set.any_case();
        }
        Ok(match (properties.as_str(), negated) {
            ("", false) => set.class(),
            ("", true) => set.negated().class(),
            (properties, false) => format!("[{}{properties}]", set.ranges()),
            (properties, true) => format!("[^{}{properties}]", set.ranges()),
        })
    }

    /// `[[:<:]]` and `[[:>:]]`: the start and the end of a word.
    fn word_edge(&mut self) -> Option<String> {
        let (text, engine) = [(&b"[:<:]]"[..], "(?=\\w)"), (b"[:>:]]", "(?<=\\w)")]
            .into_iter()
            .find(|(text, _)| self.bytes[self.at..].starts_with(text))?;
        self.at += text.len();
        Some(format!("(?:\\b{engine})"))
    }

    /// The next item of a class; `None` when its `]` was read.
    fn class_item(
        &mut self,
        start: usize,
        quoting: &mut bool,
        first: bool,
    ) -> Result<Option<Item>> {
        loop {
            let Some(byte) = self.next() else {
                return Err(self.malformed(start, "the `[` is never closed"));
            };
            if *quoting {
                if byte == b'\\' && self.take(b"E") {
                    *quoting = false;
                    continue;
                }
                return Ok(Some(Item::Byte(byte)));
            }
            return match byte {
                b']' if !first => Ok(None),
                b'[' => self.posix().map(Some),
                b'\\' if self.take(b"E") => continue,
                b'\\' if self.take(b"Q") => {
                    *quoting = true;
                    continue;
                }
                b'\\' => self.class_escape().map(Some),
                byte => Ok(Some(Item::Byte(byte))),
            };
        }
    }

    /// The other end of the range that `low` may start; `low` itself when it starts none.
    fn range_end(&mut self, start: usize, low: u8, quoting: &mut bool) -> Result<u8> {
        while !*quoting && self.take(b"\\E") {}
        if *quoting && self.take(b"\\E") {
            *quoting = false;
        }
        if *quoting || self.peek() != Some(b'-') {
            return Ok(low);
        }
        let back = self.at;
        self.at += 1;
        while self.take(b"\\E") {}
        if self.peek().is_none_or(|byte| byte == b']') {
            self.at = back;
            return Ok(low);
        }
        match self.class_item(start, quoting, true)? {
            Some(Item::Byte(high)) if low <= high => Ok(high),
            Some(Item::Byte(_)) => Err(self.malformed(back, "the range runs backwards")),
            _ => Err(self.malformed(back, "a range ends with one character, not with a class")),
        }
    }

    fn class_escape(&mut self) -> Result<Item> {
        let start = self.at - 1;
        Ok(match self.escape()? {
            Escape::Byte(byte) => Item::Byte(byte),
            Escape::Set(set) => Item::Set(set),
            Escape::Property(property) => Item::Property(property),
            Escape::Number(digit @ 0..=7) => Item::Byte(self.octal(start, digit)?),
            Escape::Number(digit) => Item::Byte(digit + b'0'),
            Escape::Letter(b'b') => Item::Byte(8),
            Escape::Letter(b'N') => {
                return Err(self.malformed(start, "`\\N` cannot stand in a class"));
            }
            Escape::Letter(letter) if self.flags.extra => {
                let message = format!("`\\{}` cannot stand in a class", char::from(letter));
                return Err(self.malformed(start, &message));
            }
            Escape::Letter(letter) => Item::Byte(letter),
        })
    }

    /// `[` inside of a class: a named class, or itself.
    fn posix(&mut self) -> Result<Item> {
        let start = self.at - 1;
        let Some(end) = self.posix_name(self.at) else { return Ok(Item::Byte(b'[')) };
        let bytes = self.bytes;
        let (kind, name) = (bytes[self.at], &bytes[self.at + 1..end]);
        self.at = end + 2;
        if kind != b':' {
            return Err(self.malformed(start, "collating elements are not supported"));
        }
        let (negated, name) = match name.strip_prefix(b"^") {
            Some(name) => (true, name),
            None => (false, name),
        };
        let name = match name {
            b"lower" | b"upper" if self.flags.caseless => b"alpha",
            name => name,
        };
        let Some(set) = ByteSet::posix(name) else {
            let message = format!("unknown class '[:{}:]'", String::from_utf8_lossy(name));
            return Err(self.malformed(start, &message));
        };
        Ok(Item::Set(if negated { set.negated() } else { set }))
    }

    /// Where the name that starts at `at` with `:`, `.` or `=` ends with the same and `]`.
    fn posix_name(&self, at: usize) -> Option<usize> {
        let kind = *self.bytes.get(at).filter(|byte| b":.=".contains(byte))?;
        let mut at = at + 1;
        loop {
            match (*self.bytes.get(at)?, self.bytes.get(at + 1)) {
                (b'\\', Some(b']' | b'\\')) => at += 1,
                (byte, Some(b']')) if byte == kind => return Some(at),
                (b'[', Some(&next)) if next == kind => return None,
                (b']', _) => return None,
                _ => {}
            }
            at += 1;
        }
    }
}
