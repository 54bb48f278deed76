//! Traps: what parses on the platform, but hardly as meant.

use super::emit;
use super::escape::{self, Escape};
use super::spelling::Piece;
use crate::diagnostic::{Problem, Span};

/// Longer values are not repeated in a help.
const SHORT: usize = 80;

/// A key that an earlier one of the same map makes void.
pub(super) fn duplicate_key(later: Span, earlier: Span, key: &str) -> Problem {
    Problem::new(
        "duplicate-key",
        later,
        format!("the key `{key}` stands here a second time, and is ignored"),
    )
    .help("the platform takes the first one and drops this one silently: remove one of them")
    .note(earlier, "the one that counts")
}

/// `<<`, which merges nothing.
pub(super) fn merge_key(span: Span) -> Problem {
    Problem::new(
        "merge-key",
        span,
        "the merge key \"<<\" does not merge: it is an ordinary key here",
    )
    .help("repeat the keys of the anchored map; plain aliases (`key: *anchor`) do work")
}

/// A document that makes the earlier ones void.
pub(super) fn several_documents(last: Span, first: Span) -> Problem {
    Problem::new(
        "several-documents",
        last,
        "only the last document of a file counts, and it starts here",
    )
    .help("remove what stands before, or give it a file of its own")
    .note(first, "the first document, which is ignored")
}

/// A bracket that is open at the end of the file.
pub(super) fn unclosed_collection(bracket: Span, open: &str) -> Problem {
    let close = if open == "{" { '}' } else { ']' };
    Problem::new("unclosed-collection", bracket, format!("this \"{open}\" is never closed"))
        .help(format!("add the \"{close}\": as it is, the platform drops the whole document and sees an empty one"))
}

/// A `!` before a value, as in a command that turns the result of another around.
pub(super) fn lost_exclamation_mark(mark: Span, text: Option<&str>) -> Problem {
    let message = "this \"!\" is a tag of YAML, and is not part of the value";
    let problem = Problem::new("lost-exclamation-mark", mark, message);
    match text {
        Some(text) if text.len() <= SHORT && !text.contains('\n') => problem.help(format!(
            "the value became `{text}`; if the \"!\" is meant write `{}`",
            emit::scalar(&format!("! {text}"))
        )),
        _ => problem.help("remove it; if it is meant put the whole value in quotes"),
    }
}

/// Lines that are indented with tabs; the first stands for all.
pub(super) fn tab_indentation(first: Span, lines: usize) -> Problem {
    let message = match lines {
        1 => "this line is indented with a tab".to_owned(),
        _ => format!("this line and {} more are indented with tabs", lines - 1),
    };
    Problem::new("tab-indentation", first, message).help(
        "indent with spaces: YAML forbids tabs here; the platform counts one as a single column",
    )
}

/// The escapes of a double-quoted scalar that lose their backslash.
///
/// The pieces are of `text`, which stands at `base` in the whole.
pub(super) fn unknown_escapes(
    text: &str,
    base: usize,
    value: &str,
    pieces: &[Piece],
    traps: &mut Vec<Problem>,
) {
    let mut meant: Option<String> = None;
    for piece in pieces.iter().filter(|piece| !piece.copied) {
        let span = Span::new(piece.start, piece.end);
        if !span.slice(text).starts_with('\\') {
            continue;
        }
        let Escape::Unknown(c, _) = escape::read(text, piece.start) else { continue };
        let help = if value.len() > SHORT {
            format!("to keep the backslash write `\\\\{c}`, or put the value in single quotes")
        } else {
            let meant = meant.get_or_insert_with(|| with_backslashes(text, value, pieces));
            format!(
                "the value became `{}`; if the backslash is meant write `{}`",
                visible(value),
                emit::scalar(meant)
            )
        };
        let message =
            format!("`\\{c}` is no escape in double quotes: the platform drops the backslash");
        let span = Span::new(base + span.start, base + span.end);
        traps.push(Problem::new("unknown-escape", span, message).help(help));
    }
}

/// The value that was meant: unknown escapes keep their backslash.
fn with_backslashes(text: &str, value: &str, pieces: &[Piece]) -> String {
    let mut meant = String::with_capacity(value.len() + 8);
    for (index, piece) in pieces.iter().enumerate() {
        let end = pieces.get(index + 1).map_or(value.len(), |next| next.value);
        let source = Span::new(piece.start, piece.end).slice(text);
        if !piece.copied
            && source.starts_with('\\')
            && let Escape::Unknown(..) = escape::read(text, piece.start)
        {
            meant.push('\\');
        }
        meant.push_str(value.get(piece.value..end).unwrap_or_default());
    }
    meant
}

fn visible(value: &str) -> String {
    value
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect()
}
