//! `pipewright when`, through the built binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

use std::process::{Command, Output};

fn when(arguments: &[&str]) -> Output {
    let nowhere = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_pipewright"))
        .arg("when")
        .args(arguments)
        .current_dir(nowhere.path())
        .env("NO_COLOR", "1")
        .env("GIT_CEILING_DIRECTORIES", "/")
        .output()
        .unwrap()
}

fn out(arguments: &[&str]) -> String {
    let output = when(arguments);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> (Option<i32>, String) {
    let output = when(&[arguments, &["--format", "json"]].concat());
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_tree_shows_the_value_of_every_part() {
    assert_eq!(
        out(&[
            "branch = 'main' and (tag =~ '^v' or change_in('/lib'))",
            "--branch",
            "main",
            "--changed",
            "lib/a.rs"
        ]),
        "true   branch = 'main' and (tag =~ '^v' or change_in('/lib'))\n\
         ├─ true   branch = 'main'  (branch is 'main')\n\
         └─ true   (tag =~ '^v' or change_in('/lib'))\n\
         \u{20}  ├─ false  tag =~ '^v'  (tag is empty)\n\
         \u{20}  └─ true   change_in('/lib')  (\"lib/a.rs\" changed)\n"
    );
}

#[test]
fn and_and_or_are_shown_as_the_platform_groups_them() {
    assert_eq!(
        out(&["branch = 'a' or branch = 'b' and tag = 'c'", "--branch", "a"]),
        "false  branch = 'a' or branch = 'b' and tag = 'c'\n\
         ├─ true   branch = 'a' or branch = 'b'\n\
         │  ├─ true   branch = 'a'  (branch is 'a')\n\
         │  └─ false  branch = 'b'  (branch is 'a')\n\
         └─ false  tag = 'c'  (tag is empty)\n"
    );
    // Of one operator the parts stand side by side.
    let flat = out(&["branch = 'a' or branch = 'b' or branch = 'c'", "--branch", "c"]);
    assert_eq!(flat.lines().filter(|line| line.starts_with(['├', '└'])).count(), 3, "{flat}");
}

#[test]
fn values_that_are_no_booleans_say_what_they_count_as() {
    assert_eq!(
        out(&["5 and -1 or [] and 'x'"]),
        "false  5 and -1 or [] and 'x'\n\
         ├─ false  5 and -1 or []\n\
         │  ├─ false  5 and -1\n\
         │  │  ├─ true   5  (a number counts as true)\n\
         │  │  └─ false  -1  (a number counts as false)\n\
         │  └─ false  []  (a list of 0 counts as false)\n\
         └─ true   'x'  (a text counts as true)\n"
    );
    assert_eq!(out(&["'false'"]), "false  'false'\n");
}

#[test]
fn only_what_is_given_is_set() {
    let holds = |text: &str| format!("{{\"result\": {text}}}\n");
    for (condition, flags, expected) in [
        ("branch = 'main'", &["--branch", "main"][..], "true"),
        ("branch = 'main'", &["--tag", "main"], "false"),
        ("tag =~ '.*'", &["--tag", "v1"], "true"),
        ("tag =~ '.*'", &["--branch", "v1"], "false"),
        ("tag !~ '.*'", &[], "true"),
        ("pull_request = '7'", &["--pull-request", "7"], "true"),
        ("result = 'passed'", &["--result", "passed"], "true"),
        ("result_reason = 'test'", &["--result-reason", "test"], "true"),
        ("result = 'passed'", &["--promotion"], "false"),
        ("-1", &[], "false"),
    ] {
        let found = json(&[&[condition], flags].concat());
        assert_eq!(found, (Some(0), holds(expected)), "{condition} {flags:?}");
    }
}

#[test]
fn what_the_platform_refuses_is_status_1_and_says_where() {
    for (condition, error) in [
        ("branch = a", "expected a string in single quotes after `=`, found `a`"),
        ("result = 'passed'", "`result` is only known inside promotions"),
        (
            "'x' =~ '('",
            "the regular expression '(' does not compile: the `(` is never closed (character 1)",
        ),
        ("change_in()", "`change_in` needs a pattern"),
    ] {
        let (status, out) = json(&[condition]);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((status, &value["error"]), (Some(1), &error.into()), "{condition}");
    }
    let output = when(&["branch = a"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("condition:1:10") && err.contains("help: put the value in"), "{err}");
}

#[test]
fn what_cannot_be_told_is_status_2() {
    let (status, out) = json(&["change_in('/lib')", "--branch", "main"]);
    assert_eq!(status, Some(2));
    assert!(out.contains("is in no git repository: give them with --changed"), "{out}");
    for wrong in [
        &["true", "--branch", "a", "--tag", "b"][..],
        &["true", "--changed", "a", "--nothing-changed"],
        &["true", "--base", "main"],
        &["true", "--git-range", "a...b"],
        &["true", "--format", "xml"],
        &[],
    ] {
        assert_eq!(when(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn changed_files_count_from_the_root_and_the_pipeline_file_counts_itself() {
    let holds = |condition: &str, flags: &[&str]| {
        let (status, out) = json(&[&[condition, "--branch", "x"], flags].concat());
        assert_eq!(status, Some(0), "{condition} {flags:?}: {out}");
        out.contains("true")
    };
    assert!(holds("change_in('/lib')", &["--changed", "doc/x", "--changed", "./lib/y"]));
    assert!(!holds("change_in('lib')", &["--changed", "lib/y"]));
    assert!(holds("change_in('lib')", &["--changed", "ci/lib/y", "--pipeline-file", "ci/x.yml"]));
    assert!(holds("change_in('/lib')", &["--changed", ".semaphore/semaphore.yml"]));
    assert!(!holds("change_in('/lib')", &["--promotion", "--changed", ".semaphore/semaphore.yml"]));
    assert!(!holds("change_in('/')", &["--nothing-changed"]));
}
