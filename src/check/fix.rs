//! Putting right what is beyond doubt: each problem that knows what to write instead.

use crate::diagnostic::{Problem, Span};
use crate::yaml::Tree;

/// How many replacements of one text are tried one by one, when not all can be made at once.
const MOST_TRIED: usize = 50;

/// The text with what its problems say to write instead, and how many did; none when there is
/// nothing to replace, or nothing gets better by it.
#[must_use]
pub fn fixed<'p>(
    text: &str,
    problems: impl IntoIterator<Item = &'p Problem>,
) -> Option<(String, usize)> {
    let mut edits: Vec<(Span, &str)> = Vec::new();
    let mut all: Vec<(Span, &str)> = problems
        .into_iter()
        .filter_map(|found| Some((found.span, found.instead.as_deref()?)))
        .collect();
    all.sort_unstable();
    for (span, instead) in all {
        // Of two that overlap the second one's turn comes when the first is made.
        if edits.last().is_none_or(|(last, _)| last.end < span.start) {
            edits.push((span, instead));
        }
    }
    if edits.is_empty() {
        return None;
    }
    let before = refusals(text)?;
    let better = |edits: &[(Span, &str)]| {
        let text = replaced(text, edits)?;
        (refusals(&text)? <= before).then_some(text)
    };
    if let Some(text) = better(&edits) {
        return Some((text, edits.len()));
    }
    let mut made: Vec<(Span, &str)> = Vec::new();
    for edit in edits.into_iter().take(MOST_TRIED) {
        made.push(edit);
        if better(&made).is_none() {
            made.pop();
        }
    }
    Some((better(&made)?, made.len())).filter(|(_, count)| *count > 0)
}

/// For how many reasons the platform refuses a text; none when it cannot be read, or is dropped
/// as a whole.
fn refusals(text: &str) -> Option<usize> {
    let tree = Tree::parse(text).ok()?;
    let dropped = tree.traps().iter().any(|trap| trap.rule == "unclosed-collection");
    (!dropped).then(|| super::platform(&tree).len())
}

fn replaced(text: &str, edits: &[(Span, &str)]) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (span, instead) in edits {
        out.push_str(text.get(at..span.start)?);
        out.push_str(instead);
        at = span.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(at: std::ops::Range<usize>, instead: &str) -> Problem {
        Problem::new("wrong-type", Span::new(at.start, at.end), "x").instead(instead)
    }

    #[test]
    fn what_does_not_overlap_is_replaced_at_once() {
        let problems = [problem(3..4, "9"), problem(3..6, "8"), problem(10..11, "7")];
        let (text, count) = fixed("a: 1.0\nb: 2\n", &problems).unwrap();
        assert_eq!((text.as_str(), count), ("a: 9.0\nb: 7\n", 2));
    }

    #[test]
    fn what_makes_it_worse_is_left_out() {
        let text = "version: v1.0\nnam: x\n";
        let good = problem(14..17, "name");
        let worse = problem(9..13, "[");
        let (fixed, count) = fixed(text, [&good, &worse]).unwrap();
        assert_eq!((fixed.as_str(), count), ("version: v1.0\nname: x\n", 1));
        assert!(super::fixed(text, [&worse]).is_none());
        assert!(super::fixed(text, []).is_none());
    }
}
