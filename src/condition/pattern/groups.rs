//! What starts with a parenthesis: groups, assertions, conditions, options and verbs.

use super::reader::{Group, Reader, Result};
use super::references::{Reference, Target};
use super::set;

impl Reader<'_> {
    pub(super) fn capture(&mut self, start: usize, name: Option<Vec<u8>>) -> Result<()> {
        self.captures += 1;
        if let Some(name) = name {
            if !self.flags.duplicate_names && self.numbers(&name).next().is_some() {
                return Err(self.malformed(start, "two groups have the same name"));
            }
            self.names.push((name, self.captures));
        }
        self.enter(start, Group::Plain, "(")
    }

    /// Reads the start of a group whose `(` is behind.
    pub(super) fn group(&mut self) -> Result<()> {
        let start = self.at - 1;
        if self.peek() == Some(b'*')
            && self
                .bytes
                .get(self.at + 1)
                .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b':')
        {
            return self.verb(start);
        }
        if !self.take(b"?") {
            return self.capture(start, None);
        }
        match self.next() {
            Some(b'#') => {
                self.at = start;
                self.skip_ignored()
            }
            Some(b':') => self.enter(start, Group::Plain, "(?:"),
            Some(b'>') => self.enter(start, Group::Plain, "(?>"),
            Some(b'=') => self.enter(start, Group::Assertion, "(?="),
            Some(b'!') => self.enter(start, Group::Assertion, "(?!"),
            Some(b'|') => {
                self.unsupported = Some("`(?|`");
                self.enter(start, Group::Plain, "(?:")
            }
            Some(b'<') if self.take(b"=") => self.enter(start, Group::LookBehind, "(?<="),
            Some(b'<') if self.take(b"!") => self.enter(start, Group::LookBehind, "(?<!"),
            Some(b'<') => {
                let name = self.name(start, b'>')?;
                self.capture(start, Some(name))
            }
            Some(b'\'') => {
                let name = self.name(start, b'\'')?;
                self.capture(start, Some(name))
            }
            Some(b'P') if self.take(b"<") => {
                let name = self.name(start, b'>')?;
                self.capture(start, Some(name))
            }
            Some(b'P') if self.take(b"=") => {
                let name = self.name(start, b')')?;
                self.refer_by_name(start, name);
                Ok(())
            }
            Some(b'P') if self.take(b">") => self.call(start, b')'),
            Some(b'&') => self.call(start, b')'),
            Some(b'R' | b'0'..=b'9' | b'+') => {
                self.at -= 1;
                self.call(start, b')')
            }
            Some(b'-') if self.peek().is_some_and(|byte| byte.is_ascii_digit()) => {
                self.at -= 1;
                self.call(start, b')')
            }
            Some(b'(') => self.condition(start),
            Some(b'C') => {
                self.digits();
                if self.take(b")") {
                    self.last = None;
                    return Ok(());
                }
                Err(self.malformed(start, "the callout is never closed"))
            }
            _ => {
                self.at -= usize::from(self.at > start + 2);
                self.options(start)
            }
        }
    }

    /// `(?i)` and `(?i:`
    pub(super) fn options(&mut self, start: usize) -> Result<()> {
        let mut flags = self.flags;
        let mut on = true;
        loop {
            match self.next() {
                Some(b'i') => flags.caseless = on,
                Some(b'm') => flags.multiline = on,
                Some(b's') => flags.dot_all = on,
                Some(b'x') => flags.extended = on,
                Some(b'U') => flags.ungreedy = on,
                Some(b'J') => flags.duplicate_names = on,
                Some(b'X') => flags.extra = on,
                Some(b'-') => on = false,
                Some(b')') => {
                    self.flags = flags;
                    self.last = None;
                    return Ok(());
                }
                Some(b':') => {
                    self.enter(start, Group::Plain, "(?:")?;
                    self.flags = flags;
                    return Ok(());
                }
                _ => return Err(self.malformed(start, "unknown option after `(?`")),
            }
        }
    }

    /// `(*FAIL)` and its like.
    pub(super) fn verb(&mut self, start: usize) -> Result<()> {
        let first = self.at + 1;
        let bytes = self.bytes;
        let Some(length) = bytes[first..].iter().position(|&byte| byte == b')') else {
            return Err(self.malformed(start, "the `(*` is never closed"));
        };
        let verb = &bytes[first..first + length];
        self.at = first + length + 1;
        self.last = None;
        let name = verb.split(|&byte| byte == b':' || byte == b'=').next().unwrap_or_default();
        let bare = name.len() == verb.len();
        match name {
            b"F" | b"FAIL" if bare => self.out.push_str("(?!)"),
            b"ACCEPT" | b"COMMIT" if bare => self.unsupported = Some("a backtracking verb"),
            b"PRUNE" | b"SKIP" | b"THEN" => self.unsupported = Some("a backtracking verb"),
            b"MARK" | b"" if !bare => self.unsupported = Some("a backtracking verb"),
            b"UTF8" | b"UTF" | b"UCP" | b"NO_START_OPT" | b"NO_AUTO_POSSESS" | b"LIMIT_MATCH"
            | b"LIMIT_RECURSION" | b"CR" | b"LF" | b"CRLF" | b"ANY" | b"ANYCRLF"
            | b"BSR_ANYCRLF" | b"BSR_UNICODE"
                if start == 0 =>
            {
                self.unsupported = Some("an option at the start");
            }
            _ => return Err(self.malformed(start, "unknown verb after `(*`")),
        }
        Ok(())
    }

    /// `(?(condition)yes|no)`, after `(?(`.
    pub(super) fn condition(&mut self, start: usize) -> Result<()> {
        if self.peek() == Some(b'?') {
            let assertion = [&b"?="[..], b"?!", b"?<=", b"?<!"];
            if !assertion.iter().any(|text| self.bytes[self.at..].starts_with(text)) {
                return Err(self.malformed(start, "expected a condition after `(?(`"));
            }
            self.at -= 1;
            self.unsupported = Some("an assertion as a condition");
            return self.enter(start, Group::AwaitsAssertion, "(?:");
        }
        let number = match self.peek() {
            Some(b'<') => {
                self.at += 1;
                let name = self.name(start, b'>')?;
                self.named_condition(start, &name)
            }
            Some(b'\'') => {
                self.at += 1;
                let name = self.name(start, b'\'')?;
                self.named_condition(start, &name)
            }
            Some(sign @ (b'+' | b'-' | b'0'..=b'9')) => {
                self.at += usize::from(!sign.is_ascii_digit());
                let number = self.digits().unwrap_or_default();
                let target = match sign {
                    b'+' => self.captures.saturating_add(number),
                    b'-' => (self.captures + 1).saturating_sub(number),
                    _ => number,
                };
                if number == 0 || target == 0 {
                    return Err(self.malformed(start, "there is no such group"));
                }
                self.references.push(Reference { start, target: Target::Number(target) });
                Some(target)
            }
            _ => {
                let first = self.at;
                while self.peek().is_some_and(|byte| set::is_word(byte) || byte == b'&') {
                    self.at += 1;
                }
                let bytes = self.bytes;
                match &bytes[first..self.at] {
                    [] => return Err(self.malformed(start, "expected a condition after `(?(`")),
                    b"DEFINE" => {
                        self.unsupported = Some("`(?(DEFINE)`");
                        if !self.take(b")") {
                            return Err(self.malformed(start, "the condition is never closed"));
                        }
                        return self.enter(start, Group::Define, "(?:");
                    }
                    [b'R', rest @ ..]
                        if rest.iter().all(u8::is_ascii_digit) || rest.starts_with(b"&") =>
                    {
                        self.unsupported = Some("recursion as a condition");
                        None
                    }
                    name => self.named_condition(start, name),
                }
            }
        };
        if !self.take(b")") {
            return Err(self.malformed(start, "the condition is never closed"));
        }
        let text = number.map_or_else(|| "(?:".to_owned(), |number| format!("(?({number})(?:)"));
        self.enter(start, Group::Condition, &text)
    }

    pub(super) fn named_condition(&mut self, start: usize, name: &[u8]) -> Option<u32> {
        let number = self.numbers(name).next();
        if number.is_none() {
            self.unsupported = Some("a condition on a group that comes later");
        }
        self.references.push(Reference { start, target: Target::Name(name.to_vec()) });
        number
    }
}
