//! Patterns with `*`, as the Go library doublestar (version 4) matches them against a whole path.
//!
//! `*` and `?` stay inside one part of the path, `**` between slashes stands for any number of
//! parts (also none; at the end of the pattern also for no slash), anywhere else `**` is `*`;
//! `[a-z]`, `[!a-z]` and `[^a-z]` are one character, `{a,b}` alternatives that may nest, `\`
//! takes the next character literally.
//!
//! A pattern becomes a small program whose threads step through the path together, so that no
//! pattern takes long.

use std::fmt;

/// How many patterns without alternatives one pattern may stand for. The platform has no limit,
/// and takes a time that grows with their number.
const MOST_ALTERNATIVES: usize = 4096;

/// A pattern that can be matched.
#[derive(Debug, Clone)]
pub struct Glob {
    alternatives: Vec<Program>,
}

/// Why a pattern cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadGlob {
    /// `[` without `]`, or with nothing inside.
    Class,
    /// `{` without `}`, or `}` without `{`.
    Alternatives,
    /// `\` at the end.
    Escape,
    /// `{a,b}` so often that there are more than 4096 combinations.
    TooMany,
}

/// A pattern without alternatives.
#[derive(Debug, Clone)]
struct Program(Vec<Step>);

#[derive(Debug, Clone)]
enum Step {
    /// This character.
    Char(char),
    /// Any character but `/`.
    Any,
    /// One character, and not `/`, in one of the ranges; or in none of them.
    Class(bool, Vec<(char, char)>),
    /// Any number of characters but `/`.
    Star,
    /// Any number of whole parts of the path, each with its `/`.
    Parts,
    /// All the rest.
    Rest,
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The pattern is malformed.
    pub fn new(pattern: &str) -> Result<Self, BadGlob> {
        let alternatives =
            expand(pattern)?.iter().map(|text| compile(text)).collect::<Result<_, _>>()?;
        Ok(Self { alternatives })
    }

    /// Whether the pattern matches the whole of `path`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.alternatives.iter().any(|program| program.matches(path))
    }
}

impl Program {
    /// Whether the pattern matches the whole of `path`.
    fn matches(&self, path: &str) -> bool {
        let mut now = Threads::new(self.0.len());
        let mut next = Threads::new(self.0.len());
        self.start(&mut now, 0);
        for c in path.chars() {
            for &at in &now.list {
                match &self.0[at] {
                    Step::Char(expected) if *expected == c => self.start(&mut next, at + 1),
                    Step::Any if c != '/' => self.start(&mut next, at + 1),
                    Step::Class(negated, ranges) if c != '/' => {
                        let inside = ranges.iter().any(|(low, high)| (low..=high).contains(&&c));
                        if inside != *negated {
                            self.start(&mut next, at + 1);
                        }
                    }
                    Step::Star if c != '/' => self.start(&mut next, at),
                    Step::Parts => {
                        next.add(at);
                        if c == '/' {
                            self.start(&mut next, at + 1);
                        }
                    }
                    Step::Rest => self.start(&mut next, at),
                    _ => {}
                }
            }
            std::mem::swap(&mut now, &mut next);
            next.clear();
        }
        now.seen.get(self.0.len()).copied().unwrap_or_default()
            || now.list.iter().any(|&at| self.accepts_end(at))
    }

    /// Adds the step at `at`, and those that are reached from it without a character.
    fn start(&self, threads: &mut Threads, at: usize) {
        let mut at = at;
        while threads.add(at)
            && matches!(self.0.get(at), Some(Step::Star | Step::Parts | Step::Rest))
        {
            at += 1;
        }
    }

    /// Whether the path may end before this step: `/**` at the end of a pattern may be missing.
    fn accepts_end(&self, at: usize) -> bool {
        matches!(self.0.get(at..), Some([Step::Char('/'), Step::Rest | Step::Parts]))
    }
}

/// Steps that wait for the next character, each once; the end of the program is one of them.
struct Threads {
    list: Vec<usize>,
    seen: Vec<bool>,
}

impl Threads {
    fn new(steps: usize) -> Self {
        Self { list: Vec::new(), seen: vec![false; steps + 1] }
    }

    fn add(&mut self, at: usize) -> bool {
        let Some(seen) = self.seen.get_mut(at) else { return false };
        let new = !std::mem::replace(seen, true);
        if new && at + 1 < self.seen.len() {
            self.list.push(at);
        }
        new
    }

    fn clear(&mut self) {
        self.list.clear();
        self.seen.fill(false);
    }
}

/// The patterns without alternatives that a pattern stands for.
///
/// Braces are found before anything else is understood, as doublestar does: they count inside of
/// `[…]` too, and only `\` takes their meaning away.
fn expand(pattern: &str) -> Result<Vec<String>, BadGlob> {
    let mut todo = vec![pattern.to_owned()];
    let mut done = Vec::new();
    while let Some(pattern) = todo.pop() {
        let mut depth = 0usize;
        // The places of the first `{`, of its commas and of its `}`.
        let mut marks: Vec<usize> = Vec::new();
        let mut chars = pattern.char_indices();
        let mut closed = false;
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => {
                    chars.next().ok_or(BadGlob::Escape)?;
                }
                '{' => {
                    depth += 1;
                    if depth == 1 {
                        marks.push(at);
                    }
                }
                ',' if depth == 1 => marks.push(at),
                '}' => {
                    depth = depth.checked_sub(1).ok_or(BadGlob::Alternatives)?;
                    if depth == 0 {
                        marks.push(at);
                        closed = true;
                        break;
                    }
                }
                _ => {}
            }
        }
        if depth > 0 {
            return Err(BadGlob::Alternatives);
        }
        let (true, [open, .., close]) = (closed, marks.as_slice()) else {
            done.push(pattern);
            continue;
        };
        let (before, after) = (&pattern[..*open], &pattern[close + 1..]);
        for pair in marks.windows(2).rev() {
            todo.push([before, &pattern[pair[0] + 1..pair[1]], after].concat());
        }
        if todo.len() + done.len() > MOST_ALTERNATIVES {
            return Err(BadGlob::TooMany);
        }
    }
    Ok(done)
}

/// Reads a pattern without alternatives.
fn compile(pattern: &str) -> Result<Program, BadGlob> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut reader = Reader { chars: &chars, at: 0 };
    let mut program = Vec::new();
    // Whether a part of the path starts here, so that `**` can stand for whole parts.
    let mut part_start = true;
    while let Some(c) = reader.next() {
        let step = match c {
            '*' => reader.star(part_start),
            '?' => Step::Any,
            '[' => reader.class()?,
            '\\' => Step::Char(reader.next().ok_or(BadGlob::Escape)?),
            c => Step::Char(c),
        };
        part_start = matches!(step, Step::Char('/') | Step::Parts);
        program.push(step);
    }
    Ok(Program(program))
}

struct Reader<'p> {
    chars: &'p [char],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied()?;
        self.at += 1;
        Some(c)
    }

    fn star(&mut self, part_start: bool) -> Step {
        if self.chars.get(self.at) != Some(&'*') {
            return Step::Star;
        }
        self.at += 1;
        match self.chars.get(self.at) {
            None if part_start => Step::Rest,
            Some('/') if part_start => {
                self.at += 1;
                Step::Parts
            }
            _ => Step::Star,
        }
    }

    fn class(&mut self) -> Result<Step, BadGlob> {
        let negated = matches!(self.chars.get(self.at), Some('!' | '^'));
        self.at += usize::from(negated);
        let mut ranges: Vec<(char, char)> = Vec::new();
        // The character that a range can start with.
        let mut low = None;
        loop {
            let c = self.next().ok_or(BadGlob::Class)?;
            match c {
                ']' if ranges.is_empty() => return Err(BadGlob::Class),
                ']' => return Ok(Step::Class(negated, ranges)),
                '-' if low.is_some() && !matches!(self.chars.get(self.at), None | Some(']')) => {
                    let high = self.class_char()?;
                    if let (Some(low), Some(last)) = (low.take(), ranges.last_mut()) {
                        *last = (low, high);
                    }
                }
                _ => {
                    self.at -= 1;
                    let c = self.class_char()?;
                    ranges.push((c, c));
                    low = Some(c);
                }
            }
        }
    }

    fn class_char(&mut self) -> Result<char, BadGlob> {
        match self.next().ok_or(BadGlob::Class)? {
            '\\' => self.next().ok_or(BadGlob::Class),
            c => Ok(c),
        }
    }
}

impl fmt::Display for BadGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Class => "`[` needs at least one character and a closing `]`",
            Self::Alternatives => "`{` and `}` stand in pairs",
            Self::Escape => "nothing follows the last `\\`",
            Self::TooMany => "it stands for more than 4096 patterns",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_paths_as_doublestar_does() {
        for (pattern, path, expected) in [
            ("/lib/*.rb", "/lib/a.rb", true),
            ("/lib/*.rb", "/lib/a/b.rb", false),
            ("/lib/*.rb", "/lib/.rb", true),
            ("/lib/*", "/lib/a/b", false),
            ("/lib/*", "/lib/", true),
            ("/lib/*", "/lib", false),
            ("/lib/**", "/lib/a/b", true),
            ("/lib/**", "/lib", true),
            ("/lib/**", "/library", false),
            ("/lib/**/", "/lib", true),
            ("/lib/**/*.rb", "/lib/a.rb", true),
            ("/lib/**/*.rb", "/lib/a/b/c.rb", true),
            ("/lib/**/*.rb", "/lib/a/b/c.py", false),
            ("/**/lib/*", "/lib/a", true),
            ("/**/lib/*", "/x/y/lib/a", true),
            ("/**/lib/*", "/x/mylib/a", false),
            ("/**/a/**/b", "/a/b", true),
            ("/**/a/**/b", "/x/a/y/a/z/b", true),
            ("/lib**", "/lib-x", true),
            ("/lib**", "/lib/x", false),
            ("/lib/**.rb", "/lib/a.rb", true),
            ("/lib/**.rb", "/lib/a/b.rb", false),
            ("/**", "/a/b", true),
            ("/*/b?", "/a/bc", true),
            ("/*/b?", "/a/b/", false),
            ("/[a-c]*", "/b", true),
            ("/[!a-c]*", "/b", false),
            ("/[^a-c]*", "/d", true),
            ("/[^a]*", "//", false),
            ("/[a\\]]*", "/]", true),
            ("/[a-]*", "/-", true),
            ("/*.{rb,py}", "/a.py", true),
            ("/*.{rb,py}", "/a.js", false),
            ("/{a,b{c,d}}/*", "/bd/x", true),
            ("/{a,}*", "/x", true),
            ("/{a,**}", "/x/y", true),
            ("/{**,x}/b", "/p/q/b", true),
            ("/lib{/**,}", "/lib", true),
            ("/\\*", "/*", true),
            ("/\\*", "/a", false),
            ("/*\\{", "/a{", true),
            ("/*é?", "/éö", true),
            ("/*", "/größe", true),
        ] {
            let glob = Glob::new(pattern).unwrap_or_else(|bad| panic!("{pattern}: {bad}"));
            assert_eq!(glob.matches(path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn malformed_patterns_are_refused() {
        for (pattern, bad) in [
            ("[", BadGlob::Class),
            ("[a", BadGlob::Class),
            ("[]a]", BadGlob::Class),
            ("[!]", BadGlob::Class),
            ("[a-", BadGlob::Class),
            ("{a", BadGlob::Alternatives),
            ("a}", BadGlob::Alternatives),
            ("{a,{b}", BadGlob::Alternatives),
            ("a\\", BadGlob::Escape),
            (&"{a,b}".repeat(13), BadGlob::TooMany),
        ] {
            assert_eq!(Glob::new(pattern).err(), Some(bad), "{pattern}");
        }
    }

    #[test]
    fn no_pattern_takes_long() {
        let glob = Glob::new(&format!("{}b", "*a**/".repeat(200))).expect("a pattern");
        assert!(!glob.matches(&"/aaaa".repeat(200)));
    }
}
