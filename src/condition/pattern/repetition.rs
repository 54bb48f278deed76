//! Repetitions: what `*`, `+`, `?` and `{2,3}` repeat, and how greedily.

use super::reader::{Reader, Result, sum};
use super::set;

/// PCRE's own limit of a repetition.
const MOST_REPEATED: u32 = 65_535;

impl Reader<'_> {
    /// `{2,3}` after its `{`, which is behind; `None`, and nothing read, when it is none.
    pub(super) fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>> {
        let start = self.at - 1;
        self.at -= 1;
        let Some((low, high, end)) = self.peek_counts() else {
            self.at += 1;
            return Ok(None);
        };
        self.at = end;
        if low > MOST_REPEATED || high.is_some_and(|high| high > MOST_REPEATED) {
            return Err(self.malformed(start, "a repetition is at most 65535 times"));
        }
        if high.is_some_and(|high| high < low) {
            return Err(
                self.malformed(start, "the numbers of the repetition are in the wrong order")
            );
        }
        Ok(Some((low, high)))
    }

    /// The repetition that starts at the next byte, `{`, and where it ends.
    pub(super) fn peek_counts(&self) -> Option<(u32, Option<u32>, usize)> {
        let (low, end) = self.number_at(self.at + 1);
        let low = low?;
        let (high, end) = match self.bytes.get(end)? {
            b',' => self.number_at(end + 1),
            _ => (Some(low), end),
        };
        (self.bytes.get(end) == Some(&b'}')).then_some((low, high, end + 1))
    }

    /// Skips comments and, in extended mode, white space.
    pub(super) fn skip_ignored(&mut self) -> Result<()> {
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'#') if self.flags.extended => {
                    while self.next().is_some_and(|byte| byte != b'\n') {}
                }
                Some(byte) if self.flags.extended && set::is_space(byte) => self.at += 1,
                Some(b'(') if self.take(b"(?#") => loop {
                    match self.next() {
                        Some(b')') => break,
                        Some(_) => {}
                        None => return Err(self.malformed(start, "the comment is never closed")),
                    }
                },
                _ => return Ok(()),
            }
        }
    }

    /// Repeats the last atom.
    pub(super) fn repeat(&mut self, low: u32, high: Option<u32>) -> Result<()> {
        let at = self.at - 1;
        self.skip_ignored()?;
        let possessive = self.take(b"+");
        let lazy = !possessive && self.take(b"?") != self.flags.ungreedy;
        let Some(atom) = self.last.take() else {
            return Err(self.malformed(at, "there is nothing to repeat"));
        };
        let times = high.filter(|&high| high == low);
        self.inside.length = match (times, atom.length) {
            (Some(0), None) if !atom.group => atom.before,
            (Some(0), Some(_)) if atom.group => None,
            (Some(times), Some(length)) => sum(atom.before, times.checked_mul(length)),
            _ => None,
        };
        if atom.assertion {
            // Once is as good as often; and if never will do, it need not hold.
            if low == 0 {
                self.out.insert_str(atom.out, "(?:");
                self.out.push_str("|)");
            }
            // PCRE counts one that need not hold as of no fixed length.
            self.inside.length = atom.before.filter(|_| low > 0);
            return Ok(());
        }
        if &self.out[atom.out..] == "(?:)" {
            return Ok(());
        }
        if possessive {
            self.out.insert_str(atom.out, "(?>");
        }
        match (low, high) {
            (0, None) => self.out.push('*'),
            (1, None) => self.out.push('+'),
            (0, Some(1)) => self.out.push('?'),
            (low, None) => self.out.push_str(&format!("{{{low},}}")),
            (low, Some(high)) if low == high => self.out.push_str(&format!("{{{low}}}")),
            (low, Some(high)) => self.out.push_str(&format!("{{{low},{high}}}")),
        }
        if lazy {
            self.out.push('?');
        }
        if possessive {
            self.out.push(')');
        }
        Ok(())
    }
}
