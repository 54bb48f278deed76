//! `pipewright explain`, through the built binary: text, JSON, and what it refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const AGENT: &str = "version: v1.0\nagent: {machine: {type: f1-standard-2}}\n";

/// A repository with these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{AGENT}{text}")).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pipewright"))
        .arg("explain")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .output()
        .unwrap()
}

fn fine(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

const FIRST: &str = "name: Build\n\
    auto_cancel: {running: {when: \"branch != 'main'\"}}\n\
    fail_fast: {cancel: {when: \"branch != 'main'\"}}\n\
    blocks:\n\
    - {name: Library, dependencies: [], run: {when: \"change_in('/lib')\"}, task: {jobs: [{name: Unit, parallelism: 3, priority: [{value: 70, when: \"branch = 'main'\"}], commands: [x]}, {name: Lint, commands: [x]}]}}\n\
    - {name: Versions, dependencies: [Library], task: {jobs: [{name: V, commands: [x], matrix: [{env_var: N, values: ['1','2','3','4','5','6','7','8','9','10']}]}]}}\n\
    after_pipeline: {task: {jobs: [{name: Report, commands: [x]}]}}\n\
    promotions:\n\
    - {name: Deploy, pipeline_file: deploy.yml, auto_promote: {when: \"result = 'passed' and branch = 'main'\"}, parameters: {env_vars: [{name: ENV, default_value: prod, options: [prod, test]}, {name: NOTE, required: false}]}}\n\
    - {name: Missing, pipeline_file: missing.yml}\n\
    - {name: Wrong, pipeline_file: /ci/wrong.yml}\n";

const DEPLOY: &str = "name: Deploy to ${{parameters.ENV}}\n\
    queue: {name: deploy, scope: organization}\n\
    blocks: [{name: Roll out, task: {jobs: [{name: Go, commands: [x]}]}}]\n\
    promotions: [{name: Again, pipeline_file: semaphore.yml, auto_promote: {when: \"result = 'failed'\"}}]\n";

fn service() -> tempfile::TempDir {
    repository(&[
        (".semaphore/semaphore.yml", FIRST),
        (".semaphore/deploy.yml", DEPLOY),
        ("ci/wrong.yml", "blocks: []\nunknown: 1\n"),
    ])
}

#[test]
fn the_tree_says_what_happens_and_why() {
    let service = service();
    assert_eq!(
        fine(service.path(), &["--branch", "main", "--changed", "lib/a.rs"]),
        "a push to the branch \"main\"\n\
         .semaphore/semaphore.yml (Build)\n\
         ├─ queue     main-.semaphore/semaphore.yml, the default: one pipeline at a time\n\
         ├─ auto_cancel running: no, as branch != 'main' is false (branch is 'main')\n\
         ├─ fail_fast cancel: no, as branch != 'main' is false (branch is 'main')\n\
         ├─ runs      Library: change_in('/lib') is true (\"lib/a.rs\" changed)\n\
         │            Unit - 1/3 · Unit - 2/3 · Unit - 3/3 (priority 70, as branch = 'main' is true)\n\
         │            Lint\n\
         ├─ runs      Versions\n\
         │            V - N=1 · V - N=2 · V - N=3 · V - N=4 … and 6 more\n\
         ├─ ends      passed (assumed)\n\
         ├─ then      after_pipeline, whatever the result\n\
         │            Report\n\
         ├─ promotes  Deploy -> .semaphore/deploy.yml\n\
         │            result = 'passed' is true; branch = 'main' is true\n\
         │  .semaphore/deploy.yml (Deploy to prod)\n\
         │  ├─ parameter ENV = 'prod', the default (of prod, test)\n\
         │  ├─ parameter NOTE is empty\n\
         │  ├─ queue     deploy: one pipeline at a time in the organization\n\
         │  ├─ runs      Roll out\n\
         │  │            Go\n\
         │  ├─ ends      passed (assumed)\n\
         │  └─ waits     Again -> .semaphore/semaphore.yml\n\
         │               result = 'failed' is false (result is 'passed')\n\
         ├─ waits     Missing -> .semaphore/missing.yml, by hand\n\
         │            BROKEN: the file \".semaphore/missing.yml\" does not exist\n\
         └─ waits     Wrong -> ci/wrong.yml, by hand\n\
         \u{20}            BROKEN: the platform refuses \"ci/wrong.yml\": \"blocks\" is empty, but needs at least 1 item, and one more problem\n"
    );
}

#[test]
fn assumptions_and_buttons_change_what_happens() {
    let service = service();
    let main = &["--branch", "main", "--nothing-changed"][..];
    let out = fine(service.path(), &[main, &["--assume", ":Versions=failed"]].concat());
    assert!(
        out.contains("├─ skipped   Library: change_in('/lib') is false (no file changed)"),
        "{out}"
    );
    assert!(out.contains("├─ runs      Versions, failed (assumed)\n"), "{out}");
    assert!(out.contains("├─ ends      failed (the block \"Versions\" failed)\n"), "{out}");
    assert!(out.contains("waits     Deploy -> .semaphore/deploy.yml\n│            result = 'passed' is false (result is 'failed')\n│            parameter ENV"), "{out}");
    // Promotions in a circle end.
    let again =
        &["--promote", "Deploy", "--assume", "deploy.yml=failed", "--assume", "x.yml=failed"];
    let out = fine(service.path(), &[main, again].concat());
    assert!(out.contains("promotes  Again -> .semaphore/semaphore.yml\n"), "{out}");
    assert!(out.contains("   .semaphore/semaphore.yml (Build): as shown above\n"), "{out}");
    assert!(
        out.ends_with(
            "note: the pipeline \"x.yml\" is not reached, so how it ends does not matter\n"
        ),
        "{out}"
    );
    let dev = fine(service.path(), &["--branch", "dev", "--nothing-changed", "--promote", "all"]);
    assert!(
        dev.contains("promoted  Deploy -> .semaphore/deploy.yml\n│            somebody is assumed"),
        "{dev}"
    );
}

#[test]
fn json_has_the_same_for_programs() {
    let service = service();
    let out = fine(
        service.path(),
        &[
            "--pull-request",
            "7",
            "--changed",
            "lib/x",
            "--format",
            "json",
            "--promote",
            "deploy.yml",
        ],
    );
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["event"]["type"], "pull_request");
    assert_eq!(json["pipelines"][0]["file"], ".semaphore/semaphore.yml");
    assert_eq!(json["pipelines"][0]["blocks"][0]["fate"], "runs");
    assert_eq!(json["pipelines"][0]["blocks"][0]["jobs"][2]["name"], "Unit - 3/3");
    assert_eq!(json["pipelines"][0]["promotions"][0]["start"], "pressed");
    assert_eq!(json["pipelines"][0]["promotions"][0]["starts"], 1);
    assert!(json["pipelines"][0]["promotions"][1]["broken"].is_string());
    assert_eq!(json["pipelines"][1]["parameters"][0]["value"], "prod");
}

#[test]
fn what_cannot_be_told_is_said() {
    let service = service();
    let out = fine(service.path(), &["--branch", "dev"]);
    assert!(
        out.contains("uncertain Library: which files changed is not known, as the folder"),
        "{out}"
    );
}

#[test]
fn the_event_is_a_push_of_what_is_checked_out() {
    let service = service();
    let output = run(service.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.starts_with("error: which event is meant?"), "{err}");
    let git = Command::new("git")
        .args(["init", "--quiet", "--initial-branch", "work-in-progress"])
        .current_dir(service.path())
        .status()
        .unwrap();
    assert!(git.success());
    let out = fine(service.path(), &["--nothing-changed"]);
    assert!(out.starts_with("a push to the branch \"work-in-progress\"\n"), "{out}");
    // From anywhere in the repository, paths start at its root.
    let inside = service.path().join("ci");
    let out = fine(&inside, &["../.semaphore/deploy.yml", "--branch", "x"]);
    assert!(out.contains("\n.semaphore/deploy.yml ("), "{out}");
}

#[test]
fn a_pipeline_that_cannot_start_is_refused() {
    let service = service();
    for (arguments, status, message) in [
        (&["ci/wrong.yml", "--branch", "x"][..], 1, "error: the platform refuses \"wrong.yml\""),
        (&["none.yml", "--branch", "x"], 2, "error: can't read \"none.yml\": it does not exist"),
        (&["--branch", "x", "--assume", "a.yml=broken"], 2, "\"broken\" is no result"),
        (&["--branch", "x", "--git-range", "a...b"], 2, "is in no git repository"),
    ] {
        let output = run(service.path(), arguments);
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {err}");
        assert!(output.stdout.is_empty() && err.contains(message), "{err}");
    }
}
