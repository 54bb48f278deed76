//! Each format over the same findings.

use super::*;
use crate::diagnostic::{Diagnostic, Origin, Problem, Severity, SourceFile, Span};
use std::sync::Arc;

/// An error over several lines with a note and a help, and a warning with signs that every format
/// has to escape.
fn findings() -> Vec<Diagnostic> {
    let text = "name: \"ü\tx\"\nblocks:\n- a\n- b\n";
    let file = Arc::new(SourceFile::new("a b/x.yml", text));
    let at = |part: &str| {
        let start = text.find(part).unwrap();
        Span::new(start, start + part.len())
    };
    let found = |severity, problem| Diagnostic {
        file: Arc::clone(&file),
        severity,
        origin: Origin::Platform,
        problem,
    };
    vec![
        found(
            Severity::Warning,
            Problem::new("unknown-escape", at("x\""), "50 % of <this> & \"that\"\u{1}"),
        ),
        found(
            Severity::Error,
            Problem::new("wrong-type", at("- a\n- b"), "no list: of blocks")
                .help("write one, now")
                .note(at("ü"), "see here"),
        ),
    ]
}

#[test]
fn json_has_the_places_and_who_would_complain() {
    let value: serde_json::Value = serde_json::from_str(&json(&findings(), 3)).unwrap();
    assert_eq!(value["files"], 3);
    let second = &value["diagnostics"][1];
    assert_eq!((second["line"].as_u64(), second["column"].as_u64()), (Some(3), Some(1)));
    assert_eq!((second["end_line"].as_u64(), second["end_column"].as_u64()), (Some(4), Some(4)));
    assert_eq!(second["source"], "platform");
    assert_eq!(second["severity"], "error");
    assert_eq!(second["help"], "write one, now");
    assert_eq!(second["docs"], "docs/rules/wrong-type.md");
    assert_eq!(second["notes"][0]["column"], 8);
    let first = &value["diagnostics"][0];
    assert_eq!((first["line"].as_u64(), first["column"].as_u64()), (Some(1), Some(10)));
    assert!(first["help"].is_null());
}

#[test]
fn annotations_are_one_line_each_and_escaped() {
    let text = github(&findings());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "::warning file=a b/x.yml,line=1,endLine=1,col=10,endColumn=12,title=unknown-escape::50 %25 of <this> & \"that\"\u{1}"
    );
    assert_eq!(
        lines[1],
        "::error file=a b/x.yml,line=3,endLine=4,title=wrong-type::no list: of blocks%0Awrite one, now"
    );
}

#[test]
fn sarif_names_the_rule_and_the_file_by_uri() {
    let value: serde_json::Value = serde_json::from_str(&sarif(&findings())).unwrap();
    let run = &value["runs"][0];
    let result = &run["results"][1];
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "wrong-type");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/x.yml");
    assert_eq!(place["region"]["endLine"], 4);
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "see here");
    assert_eq!(run["results"][0]["level"], "warning");
}

#[test]
fn each_file_is_a_test_that_its_errors_fail() {
    let files = ["a b/x.yml".to_owned(), "fine.yml".to_owned()];
    let text = junit(&findings(), &files, false);
    assert!(text.contains("tests=\"2\"") && text.contains("failures=\"1\""), "{text}");
    assert!(text.contains("a b/x.yml:3:1: no list: of blocks"), "{text}");
    assert!(!text.contains('\u{1}'), "a sign that XML forbids: {text}");
    let denied = junit(&findings(), &files, true);
    assert!(denied.contains("(and 1 more)"), "{denied}");
}

#[test]
fn the_summary_counts_by_severity() {
    assert_eq!(summary(&findings(), 2), "1 error and 1 warning in 2 files\n");
    assert_eq!(summary(&[], 1), "no problems in 1 file\n");
}

#[test]
fn carets_stand_under_the_text_after_tabs_and_wide_signs() {
    let text = "a: [\t\"漢字\", x y]\n";
    let start = text.find("x y").unwrap();
    let found = Diagnostic {
        file: Arc::new(SourceFile::new("x.yml", text)),
        severity: Severity::Error,
        origin: Origin::Platform,
        problem: Problem::new("wrong-type", Span::new(start, start + 3), "message"),
    };
    let shown = render(&[found], false);
    let line = |has: &str| shown.lines().find(|line| line.contains(has)).unwrap().to_owned();
    let columns =
        |text: &str| text.chars().map(|c| if c > '\u{2fff}' { 2 } else { 1 }).sum::<usize>();
    let source = line("x y");
    let carets = line("^^^");
    let above = columns(&source[..source.find("x y").unwrap()]);
    assert_eq!(columns(&carets[..carets.find('^').unwrap()]), above, "{shown}");
}

#[test]
fn of_a_long_line_the_part_around_is_shown_with_its_place() {
    let text =
        format!("a: 1\n{{{} wrong: 1 {}}}\n", "é: 1, ".repeat(10_000), ", b: 1".repeat(10_000));
    let start = text.find("wrong").unwrap();
    let found = Diagnostic {
        file: Arc::new(SourceFile::new("x.yml", text)),
        severity: Severity::Error,
        origin: Origin::Platform,
        problem: Problem::new("wrong-type", Span::new(start, start + 5), "message"),
    };
    let shown = render(&[found], false);
    assert!(shown.len() < 3_000, "{}", shown.len());
    assert!(shown.contains("x.yml:2:60003\n"), "{shown}");
    let line = |has: &str| shown.lines().find(|line| line.contains(has)).unwrap().to_owned();
    let before = |line: String, has: &str| line[..line.find(has).unwrap()].chars().count();
    assert_eq!(before(line("wrong: 1"), "wrong"), before(line("^^^^^"), "^"), "{shown}");
}
