//! Three-way merge of text by lines.

use super::pieces::{Clash, Piece};
use super::sequence::{Hunk, hunks};
use crate::diagnostic::Span;

/// The changes of the user's text that bring in what the new render changed.
pub(super) fn merge(base: &str, theirs: &str, ours: &str) -> Vec<Piece> {
    let base: Vec<&str> = base.split_inclusive('\n').collect();
    let mine: Vec<&str> = theirs.split_inclusive('\n').collect();
    let own: Vec<&str> = ours.split_inclusive('\n').collect();
    let mut starts = vec![0];
    for line in &mine {
        starts.push(starts.last().copied().unwrap_or_default() + line.len());
    }
    let at = |line: usize| starts.get(line).copied().unwrap_or(theirs.len());
    let mut pieces = Vec::new();
    for hunk in hunks(&base, &mine, &own) {
        let (Hunk::Ours { theirs, ours, .. } | Hunk::Both { theirs, ours, .. }) = &hunk;
        let span = Span::new(at(theirs.start), at(theirs.end));
        let text = own.get(ours.clone()).unwrap_or_default().concat();
        let both = matches!(hunk, Hunk::Both { .. });
        if both && mine.get(theirs.clone()).unwrap_or_default().concat() == text {
            continue;
        }
        let clash = Clash { at: Vec::new(), reason: "both changed these lines" };
        pieces.push(Piece { span, ours: text, conflict: both.then_some(clash) });
    }
    pieces
}
