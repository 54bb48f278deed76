//! Three-way merge of sequences: which elements of the base each side changed, and where both
//! changes meet.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::hash::Hash;
use std::ops::Range;

/// A change of one side: elements of the base and what stands in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    base: Range<usize>,
    new: Range<usize>,
}

/// A part of the merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hunk {
    /// Only the new render changed something: these elements of the user's give way to these of
    /// the render.
    Ours {
        /// Of the base.
        base: Range<usize>,
        /// The user's.
        theirs: Range<usize>,
        /// The render's.
        ours: Range<usize>,
    },
    /// Both changed the same elements of the base.
    Both {
        /// Of the base.
        base: Range<usize>,
        /// The user's.
        theirs: Range<usize>,
        /// The render's.
        ours: Range<usize>,
    },
}

/// Where the render's changes touch the user's sequence, in order. What only the user changed is
/// in no hunk: it stays.
pub(super) fn hunks<T: Hash + Eq + Ord>(base: &[T], theirs: &[T], ours: &[T]) -> Vec<Hunk> {
    let theirs = changes(base, theirs);
    let ours = changes(base, ours);
    let mut hunks = Vec::new();
    let mut left = theirs.as_slice();
    let mut right = ours.as_slice();
    // How far the user's elements are ahead of the base's.
    let mut ahead = Offset::default();
    let mut ours_ahead = Offset::default();
    while let Some(first) = right.first() {
        // The user's changes that lie before.
        while let Some((change, rest)) = left.split_first()
            && before(change, first)
        {
            ahead.pass(change);
            left = rest;
        }
        let mut base = first.base.clone();
        let mut taken = 0;
        let mut took = 1;
        loop {
            let (old_taken, old_took) = (taken, took);
            while let Some(change) = left.get(taken)
                && right.get(..took).is_some_and(|own| own.iter().any(|own| meet(change, own)))
            {
                base = cover(&base, &change.base);
                taken += 1;
            }
            while let Some(change) = right.get(took)
                && left.get(..taken).is_some_and(|own| own.iter().any(|own| meet(change, own)))
            {
                base = cover(&base, &change.base);
                took += 1;
            }
            if (taken, took) == (old_taken, old_took) {
                break;
            }
        }
        let (mine, rest) = left.split_at(taken);
        left = rest;
        let (own, rest) = right.split_at(took);
        right = rest;
        let theirs = ahead.span(&base, mine);
        let ours = ours_ahead.span(&base, own);
        hunks.push(if mine.is_empty() {
            Hunk::Ours { base, theirs, ours }
        } else {
            Hunk::Both { base, theirs, ours }
        });
    }
    hunks
}

/// How many elements a side has more than the base, up to some place.
#[derive(Default)]
struct Offset {
    more: usize,
    less: usize,
}

impl Offset {
    fn pass(&mut self, change: &Change) {
        self.more += change.new.len();
        self.less += change.base.len();
    }

    fn at(&self, base: usize) -> usize {
        (base + self.more).saturating_sub(self.less)
    }

    /// The side's elements for a range of the base with these changes in it, which are passed.
    fn span(&mut self, base: &Range<usize>, changes: &[Change]) -> Range<usize> {
        let start = self.at(base.start);
        for change in changes {
            self.pass(change);
        }
        start..self.at(base.end)
    }
}

fn changes<T: Hash + Eq + Ord>(base: &[T], side: &[T]) -> Vec<Change> {
    capture_diff_slices(Algorithm::Myers, base, side)
        .iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| Change { base: op.old_range(), new: op.new_range() })
        .collect()
}

/// Whether a change lies before another and does not touch what it touches.
fn before(change: &Change, other: &Change) -> bool {
    !meet(change, other)
        && (change.base.end < other.base.end
            || (change.base.end == other.base.end && change.base.start <= other.base.start))
}

/// Whether two changes are about the same elements: they overlap, both insert at one place, or
/// one inserts inside of what the other changes.
fn meet(one: &Change, other: &Change) -> bool {
    let (a, b) = (&one.base, &other.base);
    match (a.is_empty(), b.is_empty()) {
        (true, true) => a.start == b.start,
        (true, false) => b.start < a.start && a.start < b.end,
        (false, true) => a.start < b.start && b.start < a.end,
        (false, false) => a.start < b.end && b.start < a.end,
    }
}

fn cover(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    one.start.min(other.start)..one.end.max(other.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    /// The merged words; a conflict as `<theirs|ours>`.
    fn merged(base: &str, theirs: &str, ours: &str) -> String {
        let (base, theirs, ours) = (words(base), words(theirs), words(ours));
        let mut out: Vec<String> = Vec::new();
        let mut at = 0;
        let copy = |out: &mut Vec<String>, part: &[&str]| {
            out.extend(part.iter().map(|word| (*word).to_owned()));
        };
        for hunk in hunks(&base, &theirs, &ours) {
            let (Hunk::Ours { theirs: t, ours: o, .. } | Hunk::Both { theirs: t, ours: o, .. }) =
                hunk.clone();
            copy(&mut out, &theirs[at..t.start]);
            match hunk {
                Hunk::Ours { .. } => copy(&mut out, &ours[o]),
                Hunk::Both { .. } => {
                    out.push(format!("<{}|{}>", theirs[t.clone()].join(" "), ours[o].join(" ")));
                }
            }
            at = t.end;
        }
        copy(&mut out, &theirs[at..]);
        out.join(" ")
    }

    #[test]
    fn changes_of_different_elements_do_not_meet() {
        for (base, theirs, ours, expected) in [
            ("a b c", "a b c", "a b c", "a b c"),
            ("a b c", "a x c", "a b c", "a x c"),
            ("a b c", "a b c", "a x c", "a x c"),
            ("a b c", "x b c", "a y c", "x y c"),
            ("a b c", "a x b c", "a b y c", "a x b y c"),
            ("a b", "a new b", "a c", "a new c"),
            ("a b", "a b new", "a c", "a c new"),
            ("a b c d", "b c d", "a b c", "b c"),
            ("a", "a x", "y a", "y a x"),
            ("a b c", "c", "a b c d", "c d"),
        ] {
            assert_eq!(merged(base, theirs, ours), expected, "{base} | {theirs} | {ours}");
        }
    }

    #[test]
    fn changes_of_the_same_elements_meet() {
        for (base, theirs, ours, expected) in [
            ("a b c", "a x c", "a y c", "a <x|y> c"),
            ("a b", "a b x", "a b y", "a b <x|y>"),
            ("a b c", "a c", "a y c", "a <|y> c"),
            ("a b c d", "a x d", "a b y d", "a <x|b y> d"),
        ] {
            assert_eq!(merged(base, theirs, ours), expected, "{base} | {theirs} | {ours}");
        }
    }
}
