//! Changes of the user's text, and the text that comes of them.

use crate::diagnostic::Span;
use std::fmt::Write as _;

/// What to do where both sides changed the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Conflicts {
    /// Both versions stand in the file, between conflict markers.
    #[default]
    Markers,
    /// The user's version stays; the new render goes beside the file.
    Side,
    /// The new render wins.
    Ours,
    /// The user's version wins.
    Theirs,
}

/// A change of the user's text.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// What it is about.
    pub span: Span,
    /// What the new render has there.
    pub ours: String,
    /// Where both sides changed something, and why they can't both be had.
    pub conflict: Option<Clash>,
}

/// Why two changes can't both be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clash {
    /// Keys and names that lead there.
    pub at: Vec<String>,
    pub reason: &'static str,
}

/// A conflict of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Keys and names that lead there; empty for text without structure.
    pub at: Vec<String>,
    /// The line of the result where it begins, from 1.
    pub line: usize,
    /// What both sides did.
    pub reason: &'static str,
    /// The user's text.
    pub theirs: String,
    /// The new render's text.
    pub ours: String,
}

pub(super) const THEIRS: &str = "<<<<<<< yours";
pub(super) const BETWEEN: &str = "=======";
pub(super) const OURS: &str = ">>>>>>> generated";

/// Whether a text has markers of an earlier conflict in it.
#[must_use]
pub fn has_markers(text: &str) -> bool {
    let has = |marker: &str| text.lines().any(|line| line == marker);
    has(THEIRS) && has(OURS)
}

/// The text with the changes made.
pub(super) fn render(
    text: &str,
    mut pieces: Vec<Piece>,
    conflicts: Conflicts,
) -> (String, Vec<Conflict>) {
    pieces.sort_by_key(|piece| (piece.span.start, piece.span.end));
    let mut out = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut at = 0;
    for piece in pieces {
        if piece.span.start < at {
            // Two changes of the same text: the first one counts, and the caller checks that
            // nothing of the user's is lost.
            continue;
        }
        out.push_str(text.get(at..piece.span.start).unwrap_or_default());
        let theirs = piece.span.slice(text);
        at = piece.span.end;
        match piece.conflict {
            None => out.push_str(&piece.ours),
            Some(clash) => {
                let line = out.matches('\n').count() + 1;
                match conflicts {
                    Conflicts::Markers => markers(&mut out, theirs, &piece.ours),
                    Conflicts::Ours => out.push_str(&piece.ours),
                    Conflicts::Side | Conflicts::Theirs => out.push_str(theirs),
                }
                found.push(Conflict {
                    at: clash.at,
                    line,
                    reason: clash.reason,
                    theirs: theirs.to_owned(),
                    ours: piece.ours,
                });
            }
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, found)
}

fn markers(out: &mut String, theirs: &str, ours: &str) {
    let ended = |text: &str| {
        let mut text = text.to_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    };
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    let _ = write!(out, "{THEIRS}\n{}{BETWEEN}\n{}{OURS}\n", ended(theirs), ended(ours));
}
