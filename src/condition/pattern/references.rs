//! What speaks of another group: back references, calls, and the names of groups.

use super::reader::{Reader, Result};
use super::set;

/// A reference that may point forwards, so that it is checked at the end.
pub(super) struct Reference {
    pub(super) start: usize,
    pub(super) target: Target,
}

/// The group that a reference means.
pub(super) enum Target {
    Number(u32),
    Name(Vec<u8>),
}

impl Reader<'_> {
    /// `\1`: a reference, or an octal number where there is no such group yet.
    pub(super) fn number(&mut self, start: usize, digit: u8) -> Result<()> {
        let after_digit = self.at;
        let mut number = u32::from(digit);
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
            self.at += 1;
        }
        if number < 8 || number <= self.captures {
            self.refer(start, number);
            return Ok(());
        }
        self.at = after_digit;
        if digit < 8 {
            let byte = self.octal(start, digit)?;
            self.byte(byte);
        } else {
            self.byte(digit + b'0');
        }
        Ok(())
    }

    pub(super) fn refer(&mut self, start: usize, number: u32) {
        self.references.push(Reference { start, target: Target::Number(number) });
        let text = if self.flags.caseless {
            format!("(?i:\\{number})")
        } else {
            format!("(?:\\{number})")
        };
        self.push(&text, None);
    }

    pub(super) fn refer_by_name(&mut self, start: usize, name: Vec<u8>) {
        let numbers: Vec<u32> = self.numbers(&name).collect();
        match numbers.as_slice() {
            [number] => self.refer(start, *number),
            _ => {
                self.unsupported =
                    Some("a reference to a group by a name that comes later or twice");
                self.references.push(Reference { start, target: Target::Name(name) });
                self.push("", None);
            }
        }
    }

    pub(super) fn numbers<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = u32> + 'a {
        self.names.iter().filter(move |(known, _)| known == name).map(|&(_, number)| number)
    }

    /// `\g`: a reference or a call.
    pub(super) fn generic_reference(&mut self, start: usize) -> Result<()> {
        if let Some(open @ (b'<' | b'\'')) = self.peek() {
            self.at += 1;
            let close = if open == b'<' { b'>' } else { b'\'' };
            return self.call(start, close);
        }
        let braced = self.take(b"{");
        if braced
            && self
                .peek()
                .is_some_and(|byte| byte != b'-' && byte != b'}' && !byte.is_ascii_digit())
        {
            let name = self.name(start, b'}')?;
            self.refer_by_name(start, name);
            return Ok(());
        }
        let back = self.take(b"-");
        let number = self.digits();
        if braced && !self.take(b"}") {
            return Err(self.malformed(start, "the `{` after `\\g` is never closed"));
        }
        match number.unwrap_or_default() {
            0 => Err(self.malformed(start, "a number other than 0 must follow `\\g`")),
            number if !back => {
                self.refer(start, number);
                Ok(())
            }
            number if number <= self.captures => {
                self.refer(start, self.captures - number + 1);
                Ok(())
            }
            _ => Err(self.malformed(start, "there is no such group")),
        }
    }

    pub(super) fn digits(&mut self) -> Option<u32> {
        let (number, end) = self.number_at(self.at);
        self.at = end;
        number
    }

    /// The decimal number at a byte, if there is one, and where it ends.
    pub(super) fn number_at(&self, mut at: usize) -> (Option<u32>, usize) {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(at) {
            let value = number.unwrap_or(0u32);
            number = Some(value.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
            at += 1;
        }
        (number, at)
    }

    /// A call of a group, `(?1)`, `(?&name)`, `\g<name>`, up to `close`.
    pub(super) fn call(&mut self, start: usize, close: u8) -> Result<()> {
        self.unsupported = Some("the call of a group");
        let target = match self.peek() {
            Some(b'R') if close == b')' => {
                self.at += 1;
                Target::Number(0)
            }
            Some(sign @ (b'+' | b'-' | b'0'..=b'9')) => {
                let relative = matches!(sign, b'+' | b'-');
                self.at += usize::from(relative);
                let number = self.digits();
                match (sign, number) {
                    (_, None) => {
                        return Err(self.malformed(start, "expected the number of a group"));
                    }
                    (b'+', Some(number)) => Target::Number(self.captures.saturating_add(number)),
                    (b'-', Some(number)) if number == 0 || number > self.captures => {
                        return Err(self.malformed(start, "there is no such group"));
                    }
                    (b'-', Some(number)) => Target::Number(self.captures - number + 1),
                    (_, Some(number)) => Target::Number(number),
                }
            }
            _ => {
                let name = self.name(start, close)?;
                self.references.push(Reference { start, target: Target::Name(name) });
                self.push("", None);
                return Ok(());
            }
        };
        if self.next() != Some(close) {
            return Err(self.malformed(start, "the call of a group is never closed"));
        }
        self.references.push(Reference { start, target });
        self.push("", None);
        Ok(())
    }

    /// A name of a group and the `close` after it.
    pub(super) fn name(&mut self, start: usize, close: u8) -> Result<Vec<u8>> {
        let first = self.at;
        while self.peek().is_some_and(set::is_word) {
            self.at += 1;
        }
        let bytes = self.bytes;
        let name = &bytes[first..self.at];
        if name.first().is_none_or(u8::is_ascii_digit) {
            return Err(self.malformed(start, "expected a name that does not start with a digit"));
        }
        if name.len() > 32 {
            return Err(self.malformed(start, "the name has more than 32 characters"));
        }
        if self.next() != Some(close) {
            let message = format!("expected `{}` after the name", char::from(close));
            return Err(self.malformed(start, &message));
        }
        Ok(name.to_vec())
    }
}
