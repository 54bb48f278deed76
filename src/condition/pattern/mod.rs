//! The regular expressions of `=~` and `!~`: PCRE as Elixir's `~r/…/` has it, on the engine of
//! `fancy-regex`.
//!
//! Facts, from renderedtext/when and measured on Erlang/OTP 25 (PCRE 8.44; the platform runs
//! OTP 24): no option is set, so a character is a **byte** of the UTF-8 text and classes and
//! cases are those of Latin-1 (`^.$` does not match `é`, `(?i)É` not `é`); `$` also matches
//! before a newline at the end; letters that mean nothing after `\` are taken literally; an
//! unescaped `{`, `}` or `]` is literal where it can mean nothing else.
//!
//! The expression is read as PCRE reads it and written out for the engine with everything said
//! explicitly; text and expression are matched as one character per byte. What PCRE has and the
//! engine has not (recursion, backtracking verbs, …) is known as such and not called an error
//! of the expression.

mod class;
mod escape;
mod groups;
mod reader;
mod references;
mod repetition;
mod set;

use std::fmt;

use fancy_regex::{Error, Regex, RegexBuilder, RuntimeError};

/// How many steps back the engine takes before a match counts as running away.
const BACKTRACK_LIMIT: usize = 1_000_000;

/// How many bytes a compiled part may have: repetitions of repetitions multiply.
const SIZE_LIMIT: usize = 1 << 20;

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// PCRE refuses it too.
    Malformed(String),
    /// PCRE takes it, but this engine cannot.
    Unsupported(String),
}

/// Why a match has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAnswer {
    Refused(Refused),
    /// It took too long.
    Runaway,
}

/// Whether PCRE compiles the expression. It is only read: what the engine makes of it, which costs
/// far more, does not matter here.
pub(super) fn check(regex: &str) -> Result<(), Refused> {
    reader::translate(regex.as_bytes(), false).map(|_| ())
}

/// Whether the expression matches anywhere in `text`.
pub(super) fn is_match(regex: &str, text: &str) -> Result<bool, NoAnswer> {
    let compiled = compile(regex, text.contains('\n')).map_err(NoAnswer::Refused)?;
    let bytes: String = text.bytes().map(char::from).collect();
    compiled.is_match(&bytes).map_err(|error| match error {
        Error::RuntimeError(RuntimeError::BacktrackLimitExceeded | RuntimeError::StackOverflow) => {
            NoAnswer::Runaway
        }
        other => NoAnswer::Refused(Refused::Unsupported(other.to_string())),
    })
}

/// Whether a regular expression matches anywhere in a text, as the platform's lists of patterns
/// (`auto_promote_on`, `filters`) are looked at; unlike in a condition also in an empty text.
///
/// # Errors
/// Why there is no answer.
pub fn found_in(regex: &str, text: &str) -> Result<bool, String> {
    is_match(regex, text).map_err(|failure| match failure {
        NoAnswer::Refused(refused) => {
            format!("the regular expression '{regex}' cannot be used: {refused}")
        }
        NoAnswer::Runaway => format!("the regular expression '{regex}' takes too long on '{text}'"),
    })
}

fn compile(regex: &str, newlines: bool) -> Result<Regex, Refused> {
    let translated = reader::translate(regex.as_bytes(), newlines)?;
    RegexBuilder::new(&translated)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| Refused::Unsupported(error.to_string()))
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(reason) | Self::Unsupported(reason) => f.write_str(reason),
        }
    }
}

#[cfg(test)]
mod tests;
