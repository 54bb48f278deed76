//! Three-way merge of generated files: the base as generated last, the user's text on disk
//! ("theirs") and the new render ("ours"). YAML is merged by structure, other text by lines.
//!
//! The result is the user's text with the render's changes in it; where the render changed
//! nothing, not a byte of the user's differs. Every line that the user added or changed is in the
//! result or in a conflict: a merge that would lose one is thrown away for a plainer one.

mod lines;
mod pieces;
mod rename;
mod sequence;
mod structure;
mod units;

pub use pieces::{Conflict, Conflicts, has_markers};

use crate::diagnostic::Span;
use crate::yaml::Tree;
use pieces::{Clash, Piece, render};
use rename::Renamed;
use std::collections::{HashMap, HashSet};

/// The result of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text.
    pub text: String,
    /// Where both sides changed the same.
    pub conflicts: Vec<Conflict>,
}

/// Merges three versions of a file.
#[must_use]
pub fn merge(path: &str, base: &str, theirs: &str, ours: &str, conflicts: Conflicts) -> Merged {
    if base == ours || theirs == ours {
        return Merged { text: theirs.to_owned(), conflicts: Vec::new() };
    }
    if theirs == base {
        return Merged { text: ours.to_owned(), conflicts: Vec::new() };
    }
    // Line ends are the user's; all three are compared with LF.
    let crlf = theirs.contains("\r\n");
    let (base, theirs, ours) = (unix(base), unix(theirs), unix(ours));
    let mut merged = unix_merge(path, &base, &theirs, &ours, conflicts);
    if crlf {
        merged.text = merged.text.replace('\n', "\r\n");
    }
    merged
}

fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn unix_merge(path: &str, base: &str, theirs: &str, ours: &str, conflicts: Conflicts) -> Merged {
    let yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    if yaml && let Some(merged) = by_structure(base, theirs, ours, conflicts) {
        return merged;
    }
    let (text, found) = render(theirs, lines::merge(base, theirs, ours), conflicts);
    // Lines that fit can make YAML that does not.
    let broken = yaml && found.is_empty() && !reads_as_well(theirs, ours, &text);
    if broken || !(found.is_empty() || keeps_all(base, theirs, &text, &found)) {
        return whole(theirs, ours, conflicts);
    }
    Merged { text, conflicts: found }
}

/// Both versions of a file as one conflict, for what can't be had together.
#[must_use]
pub fn whole(theirs: &str, ours: &str, conflicts: Conflicts) -> Merged {
    let clash = Clash { at: Vec::new(), reason: "both changed the file" };
    let span = Span::new(0, theirs.len());
    let piece = Piece { span, ours: ours.to_owned(), conflict: Some(clash) };
    let (text, conflicts) = render(theirs, vec![piece], conflicts);
    Merged { text, conflicts }
}

fn by_structure(base: &str, theirs: &str, ours: &str, conflicts: Conflicts) -> Option<Merged> {
    let (Ok(b), Ok(t), Ok(o)) = (Tree::parse(base), Tree::parse(theirs), Tree::parse(ours)) else {
        return None;
    };
    let parts = |tree: &Tree| tree.traps().iter().any(|trap| trap.rule == "several-documents");
    if parts(&b) || parts(&t) || parts(&o) {
        return None;
    }
    // The render's references follow the user's new names of blocks, and the user's the render's.
    let (by_theirs, by_ours) = (rename::blocks(&b, &t), rename::blocks(&b, &o));
    let follow = |tree: Tree, renamed: &Renamed| match rename::followed(&tree, renamed) {
        Some(text) => Tree::parse(text).unwrap_or(tree),
        None => tree,
    };
    let b = follow(follow(b, &by_theirs), &by_ours);
    let (t, o) = (follow(t, &by_ours), follow(o, &by_theirs));
    let mut pieces = structure::merge(&b, &t, &o)?;
    let (kept, _) = render(t.text(), pieces.clone(), Conflicts::Theirs);
    rename::hold_dangling(&kept, &t, &o, &mut pieces);
    // What is checked is the text with both versions in it, whatever is done about conflicts.
    let (marked, found) = render(t.text(), pieces.clone(), Conflicts::Markers);
    if !keeps_all(base, t.text(), &marked, &found) {
        return None;
    }
    let (kept, _) = render(t.text(), pieces.clone(), Conflicts::Theirs);
    if !reads_as_well(theirs, ours, &kept) {
        return None;
    }
    let (text, conflicts) = render(t.text(), pieces, conflicts);
    Some(Merged { text, conflicts })
}

/// Whether the merged text is YAML without more traps than what it came from.
fn reads_as_well(theirs: &str, ours: &str, merged: &str) -> bool {
    let traps = |text: &str| Tree::parse(text).map(|tree| tree.traps().len()).ok();
    match (traps(theirs), traps(ours), traps(merged)) {
        (Some(theirs), Some(ours), Some(merged)) => merged <= theirs + ours,
        // What was broken before is the user's to repair.
        (None, ..) | (_, None, _) => true,
        (_, _, None) => false,
    }
}

/// Whether every line that the user added or changed is in the text or in a conflict. Of a line
/// that was merged with another, the words are there that it does not share with the lines of the
/// base that it took the place of; another way of quoting is no change.
fn keeps_all(base: &str, theirs: &str, merged: &str, conflicts: &[Conflict]) -> bool {
    let conflicting = conflicts.iter().flat_map(|conflict| conflict.theirs.lines());
    let mut have: HashMap<&str, i64> = HashMap::new();
    let mut words: HashSet<&str> = HashSet::new();
    for line in merged.lines().chain(conflicting) {
        *have.entry(line.trim()).or_default() += 1;
        words.extend(self::words(line));
    }
    let mut known: HashMap<String, (i64, &str)> = HashMap::new();
    for line in base.lines() {
        known.entry(unquoted(line)).or_insert((0, line)).0 += 1;
    }
    let mut missing: Vec<&str> = Vec::new();
    for line in theirs.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some((count, _)) = known.get_mut(&unquoted(line)).filter(|(count, _)| *count > 0) {
            *count -= 1;
            continue;
        }
        match have.get_mut(line).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => missing.push(line),
        }
    }
    let gone = known.values().filter(|(count, _)| *count > 0);
    let replaced: HashSet<&str> = gone.flat_map(|(_, line)| self::words(line)).collect();
    missing
        .into_iter()
        .all(|line| self::words(line).all(|word| words.contains(word) || replaced.contains(word)))
}

fn unquoted(line: &str) -> String {
    line.chars().filter(|c| !matches!(c, '"' | '\'') && !c.is_whitespace()).collect()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || "[]{},\"'".contains(c))
        .filter(|word| !word.is_empty())
}
