//! The battery of merges in `tests/merge/`: realistic pairs of a user's edit and a change of the
//! generator, each with its expected result, and `git merge-file` beside them.
//!
//! `cargo test --test merge -- --nocapture the_battery` prints the table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)] // A test that panics says where.

use pipewright::merge::{Conflicts, Merged, merge};
use pipewright::yaml::{Node, Tree};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Case {
    file: String,
    about: String,
    name: String,
    base: String,
    theirs: String,
    ours: String,
    /// The exact text, or none for a true conflict.
    merged: Option<String>,
    keeps: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/merge")
}

fn text(node: Node<'_>, key: &str) -> String {
    let found = node.get(key).unwrap_or_else(|| panic!("a case lacks {key}"));
    found.as_str().unwrap_or_else(|| panic!("{key} is no text")).to_owned()
}

/// A text after edits, each of a part that occurs exactly once.
fn edited(about: &str, text: &str, edits: Option<Node<'_>>) -> String {
    let mut text = text.to_owned();
    for edit in edits.into_iter().flat_map(Node::items) {
        let (old, new) = (self::text(edit, "old"), self::text(edit, "new"));
        assert_eq!(text.matches(&old).count(), 1, "{about}: {old:?} has to occur once");
        text = text.replacen(&old, &new, 1);
    }
    text
}

fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder().join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let tree = Tree::parse(fs::read_to_string(&file).unwrap()).unwrap();
        for case in tree.root().items() {
            let about = text(case, "about");
            let name = text(case, "base");
            let base = fs::read_to_string(folder().join("bases").join(&name)).unwrap();
            let theirs = edited(&about, &base, case.get("theirs"));
            let ours = edited(&about, &base, case.get("ours"));
            let clean = match text(case, "expect").as_str() {
                "clean" => true,
                "conflict" => false,
                other => panic!("{about}: {other:?}"),
            };
            let merged = clean.then(|| match case.get("merged") {
                Some(edits) => edited(&about, &base, Some(edits)),
                None => edited(&about, &theirs, case.get("ours")),
            });
            let keeps = case.get("keeps").into_iter().flat_map(Node::items);
            cases.push(Case {
                file: file.file_stem().unwrap().to_string_lossy().into_owned(),
                keeps: keeps.map(|text| text.as_str().unwrap().to_owned()).collect(),
                about,
                name,
                base,
                theirs,
                ours,
                merged,
            });
        }
    }
    cases
}

/// What is wrong with a result; nothing when it is as expected.
fn wrong(case: &Case, merged: &Merged) -> Option<String> {
    match &case.merged {
        Some(_) if !merged.conflicts.is_empty() => {
            let first = &merged.conflicts[0];
            Some(format!("false conflict at {:?} ({})", first.at, first.reason))
        }
        Some(expected) if *expected != merged.text => {
            let diff = similar::TextDiff::from_lines(expected.as_str(), merged.text.as_str());
            Some(format!("another text:\n{}", diff.unified_diff().context_radius(2)))
        }
        None if merged.conflicts.is_empty() => Some("a conflict was missed".to_owned()),
        None => {
            let lost = case.keeps.iter().find(|text| !merged.text.contains(*text));
            lost.map(|text| format!("{text:?} of the user's is lost"))
        }
        Some(_) => None,
    }
}

/// Whether `git merge-file` gives a conflict.
fn git(case: &Case, folder: &Path) -> (bool, String) {
    for (name, text) in [("theirs", &case.theirs), ("base", &case.base), ("ours", &case.ours)] {
        fs::write(folder.join(name), text).unwrap();
    }
    let output = Command::new("git")
        .args(["merge-file", "--stdout", "theirs", "base", "ours"])
        .current_dir(folder)
        .output()
        .expect("git is needed for the comparison");
    (output.status.code() != Some(0), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_battery_comes_out_as_written_down() {
    let cases = cases();
    assert!(cases.len() >= 150, "{}", cases.len());
    let temporary = tempfile::tempdir().unwrap();
    let mut failures = Vec::new();
    let (mut clean, mut ours_false, mut git_false, mut git_wrong) = (0, 0, 0, 0);
    for case in &cases {
        let merged = merge(&case.name, &case.base, &case.theirs, &case.ours, Conflicts::Markers);
        let (git_conflicts, git_text) = git(case, temporary.path());
        let mut verdict = if case.merged.is_some() { "clean   " } else { "conflict" };
        if let Some(expected) = &case.merged {
            clean += 1;
            ours_false += usize::from(!merged.conflicts.is_empty());
            git_false += usize::from(git_conflicts);
            git_wrong += usize::from(!git_conflicts && *expected != git_text);
        }
        if let Some(wrong) = wrong(case, &merged) {
            verdict = "WRONG   ";
            failures.push(format!("{}: {}\n{wrong}", case.file, case.about));
        }
        let git = if git_conflicts { "conflict" } else { "clean   " };
        println!("{verdict}  git: {git}  {}: {}", case.file, case.about);
    }
    println!(
        "{} cases, {clean} of them clean; false conflicts: {ours_false}, of git {git_false}; git merges {git_wrong} to another text",
        cases.len()
    );
    assert!(ours_false * 3 <= git_false, "at most a third of git's false conflicts");
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n\n")
    );
}

#[test]
fn nothing_changes_where_the_render_did_not() {
    for case in cases() {
        let same = merge(&case.name, &case.base, &case.theirs, &case.base, Conflicts::Markers);
        assert_eq!((same.text, same.conflicts.len()), (case.theirs.clone(), 0), "{}", case.about);
        let fresh = merge(&case.name, &case.base, &case.base, &case.ours, Conflicts::Markers);
        assert_eq!((fresh.text, fresh.conflicts.len()), (case.ours, 0), "{}", case.about);
    }
}

#[test]
fn a_merged_text_merges_to_itself() {
    for case in cases() {
        let once = merge(&case.name, &case.base, &case.theirs, &case.ours, Conflicts::Theirs);
        let again = merge(&case.name, &case.ours, &once.text, &case.ours, Conflicts::Theirs);
        assert_eq!(again.text, once.text, "{}", case.about);
    }
}
