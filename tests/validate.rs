//! `validate` over whole repositories: what files say about each other, each finding with the text
//! that it points at; and the command with its formats, settings and exit statuses.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that panics says where.

use pipewright::check::{self, Files, Selection, Severities, Unread};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A sound pipeline without promotions.
const PIPELINE: &str = "version: v1.0\nname: P\nagent: {machine: {type: f1-standard-2}}\nblocks: [{task: {jobs: [{commands: [x]}]}}]\n";

fn pipeline(rest: &str) -> String {
    format!("{PIPELINE}{rest}")
}

fn with_block(block: &str) -> String {
    format!("version: v1.0\nname: P\nagent: {{machine: {{type: f1}}}}\nblocks:\n- {block}\n")
}

/// Files in memory.
struct Memory(BTreeMap<String, String>);

impl Memory {
    fn new<'a>(files: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<String, Unread> {
        self.0.get(path).cloned().ok_or(Unread::Missing)
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let inside = |path: &&String| path.rsplit_once('/').map_or("", |(at, _)| at) == folder;
        self.0.keys().filter(inside).cloned().collect()
    }

    fn name(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Each finding as `PATH RULE: TEXT`, the text it points at.
fn found(files: &Memory, selection: &Selection) -> Vec<String> {
    let report = check::check(files, selection, &Severities::new(), &|| {});
    assert!(report.unread.is_empty(), "{:?}", report.unread);
    report
        .diagnostics
        .iter()
        .map(|found| {
            let text = found.problem.span.slice(found.file.text());
            format!("{} {}: {text}", found.file.name(), found.problem.rule)
        })
        .collect()
}

/// The findings of a repository whose `.semaphore/` has these files.
fn repository<'a>(files: impl IntoIterator<Item = (&'a str, String)>) -> Vec<String> {
    let files = Memory::new(files);
    let chosen = files.0.keys().filter(|path| path.starts_with(".semaphore/")).cloned().collect();
    found(&files, &Selection::Repository(chosen))
}

const START: &str = ".semaphore/semaphore.yml";

#[test]
fn a_promotion_leads_to_a_file_that_is_there() {
    for (reference, there, finds) in [
        ("deploy.yml", ".semaphore/deploy.yml", true),
        ("/.semaphore/deploy.yml", ".semaphore/deploy.yml", true),
        ("../ci/deploy.yml", "ci/deploy.yml", true),
        ("/ci/deploy.yml", "ci/deploy.yml", true),
        (".semaphore/deploy.yml", ".semaphore/deploy.yml", false),
        ("deploy.yaml", ".semaphore/deploy.yml", false),
        ("../../deploy.yml", "deploy.yml", false),
    ] {
        let promotion = format!("promotions: [{{name: D, pipeline_file: '{reference}'}}]\n");
        let found = repository([(START, pipeline(&promotion)), (there, pipeline(""))]);
        let missing = format!("{START} missing-target: '{reference}'");
        assert_eq!(!found.contains(&missing), finds, "{reference}: {found:?}");
        if finds {
            assert_eq!(found, Vec::<String>::new());
        }
        // A path that means another file is wrong, and that file is not unreached besides.
        if reference == ".semaphore/deploy.yml" {
            assert_eq!(found, [missing]);
        }
    }
}

#[test]
fn a_missing_file_comes_with_what_was_meant() {
    for (reference, there, help) in [
        (".semaphore/deploy.yml", ".semaphore/deploy.yml", "write \"deploy.yml\""),
        ("ci/deploy.yml", "ci/deploy.yml", "write \"/ci/deploy.yml\""),
        ("deploy.yaml", ".semaphore/deploy.yml", "did you mean \"deploy.yml\"?"),
        ("../ci/deplyo.yml", "ci/deploy.yml", "did you mean \"/ci/deploy.yml\"?"),
        ("nothing.yml", ".semaphore/x.yml", "relative to the folder of this file"),
    ] {
        let promotion = format!("promotions: [{{name: D, pipeline_file: '{reference}'}}]\n");
        let files = Memory::new([(START, pipeline(&promotion)), (there, pipeline(""))]);
        let selection = Selection::Files(vec![START.to_owned()]);
        let report = check::check(&files, &selection, &Severities::new(), &|| {});
        assert_eq!(report.diagnostics.len(), 1, "{reference}");
        let given = report.diagnostics[0].problem.help.clone().unwrap();
        assert!(given.contains(help), "{reference}: {given}");
    }
}

#[test]
fn a_broken_target_is_told_in_both_files() {
    let promotion = "promotions: [{name: D, pipeline_file: deploy.yml}]\n";
    for (text, rule, at) in [
        (with_block("{name: A, taks: {}}"), "unknown-key", "taks"),
        ("blocks: [".to_owned(), "unclosed-collection", "["),
        ("a: *b\n".to_owned(), "yaml-syntax", "*b"),
    ] {
        let files = [(START, pipeline(promotion)), (".semaphore/deploy.yml", text.clone())];
        let found = repository(files);
        assert!(found.contains(&format!(".semaphore/deploy.yml {rule}: {at}")), "{found:?}");
        assert!(found.contains(&format!("{START} broken-target: deploy.yml")), "{found:?}");
        // Named alone, the file is told from what it promotes to.
        let files = Memory::new([(START, pipeline(promotion)), (".semaphore/deploy.yml", text)]);
        assert_eq!(
            self::found(&files, &Selection::Files(vec![START.to_owned()])),
            [format!("{START} broken-target: deploy.yml")]
        );
    }
}

#[test]
fn what_lies_outside_of_semaphore_is_reached_through_promotions() {
    let to =
        |target: &str| pipeline(&format!("promotions: [{{name: D, pipeline_file: {target}}}]\n"));
    let found = repository([
        (START, to("/ci/one.yml")),
        ("ci/one.yml", to("two.yml")),
        ("ci/two.yml", with_block("{name: A, nope: 1, task: {jobs: [{commands: [x]}]}}")),
        ("ci/three.yml", "nothing leads here: [".to_owned()),
    ]);
    assert_eq!(found, ["ci/one.yml broken-target: two.yml", "ci/two.yml unknown-key: nope"]);
}

#[test]
fn parameters_are_declared_and_used() {
    let declares = |names: &str| {
        format!(
            "promotions: [{{name: D, pipeline_file: deploy.yml, parameters: {{env_vars: [{names}]}}}}]\n"
        )
    };
    let deploy = |name: &str, command: &str| {
        format!(
            "version: v1.0\nname: {name}\nagent: {{machine: {{type: f1}}}}\nblocks: [{{task: {{jobs: [{{commands: ['{command}']}}]}}}}]\n"
        )
    };
    let target = ".semaphore/deploy.yml";
    for (promotion, text, expected) in [
        (declares("{name: STAGE}"), deploy("To ${{parameters.STAGE}}", "x"), vec![]),
        (declares("{name: STAGE}"), deploy("To all", "echo $STAGE"), vec![]),
        (
            declares("{name: STAGE}"),
            deploy("To all", "echo $STAGES"),
            vec![format!("{START} unused-parameter: STAGE")],
        ),
        (
            declares("{name: STAGE}"),
            deploy("To %{{ parameters.STAGES | upper }}", "echo $STAGE"),
            vec![format!("{target} undeclared-parameter: STAGES")],
        ),
        (
            "promotions: [{name: D, pipeline_file: deploy.yml}]\n".to_owned(),
            deploy("To ${{ parameters.STAGE }}", "x"),
            vec![format!("{target} undeclared-parameter: STAGE")],
        ),
    ] {
        assert_eq!(repository([(START, pipeline(&promotion)), (target, text)]), expected);
    }
    // A task's parameters are not known here.
    let ignored = "# pipewright: ignore[unreached-pipeline]\n";
    let task = format!("{ignored}{}", deploy("To ${{parameters.STAGE}}", "x"));
    assert_eq!(repository([(START, pipeline("")), (target, task)]), Vec::<String>::new());
}

#[test]
fn a_commands_file_that_uses_a_parameter_counts() {
    let found = repository([
        (
            START,
            pipeline(
                "promotions: [{name: D, pipeline_file: deploy.yml, parameters: {env_vars: [{name: STAGE}]}}]\n",
            ),
        ),
        (".semaphore/deploy.yml", with_block("task: {jobs: [{commands_file: deploy.sh}]}")),
        (".semaphore/deploy.sh", "./deploy \"$STAGE\"\n".to_owned()),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn promotions_have_their_own_names_and_may_go_round() {
    let to = |target: &str| format!("promotions: [{{name: Back, pipeline_file: {target}}}]\n");
    let found = repository([
        (
            START,
            pipeline(
                "promotions:\n- {name: Deploy, pipeline_file: a.yml}\n- {name: 'Deploy', pipeline_file: a.yml}\n",
            ),
        ),
        (".semaphore/a.yml", pipeline(&to("b.yml"))),
        (".semaphore/b.yml", pipeline(&to("a.yml"))),
        (".semaphore/c.yml", pipeline(&to("c.yml"))),
    ]);
    assert_eq!(
        found,
        [
            ".semaphore/b.yml promotion-loop: a.yml",
            ".semaphore/c.yml unreached-pipeline: version",
            ".semaphore/c.yml promotion-loop: c.yml",
            ".semaphore/semaphore.yml duplicate-promotion: 'Deploy'",
        ]
    );
}

#[test]
fn a_task_file_is_part_of_the_pipeline_that_names_it() {
    let block = |rest: &str| with_block(&format!("{{name: A, task_file: t.yml{rest}}}"));
    let task = ".semaphore/t.yml";
    let named = |rule: &str| format!("{START} {rule}: t.yml");
    for (pipeline, text, expected) in [
        (block(""), "jobs: [{commands: [x]}]", vec![]),
        (
            block(""),
            "---\nnothing\n---\njobs: [{commands: [x]}]",
            vec![format!("{task} several-documents: ---")],
        ),
        (
            block(""),
            "jobs: []\nnope: 1",
            vec![
                named("task-file"),
                format!("{task} too-few-items: []"),
                format!("{task} unknown-key: nope"),
            ],
        ),
        // As a whole task it lacks everything, which is one mistake.
        (
            block(""),
            "task: {jobs: [{commands: [x]}]}",
            vec![named("task-file"), format!("{task} unknown-key: task")],
        ),
        (
            block(""),
            "jobs: [{name: J, commands: [x]}, {name: J, commands: [x]}]",
            vec![named("task-file"), format!("{task} duplicate-name: J")],
        ),
        (
            block(", execution_time_limit: {minutes: 5}"),
            "jobs: [{commands: [x], execution_time_limit: {minutes: 6}}]",
            vec![named("task-file"), format!("{task} time-limit: 6")],
        ),
        (
            block(""),
            "jobs: [{commands: [x], execution_time_limit: {hours: 2}}]",
            vec![named("task-file"), format!("{task} time-limit: 2")],
        ),
        (block(""), "'jobs: [", vec![named("task-file"), format!("{task} yaml-syntax: '")]),
        // The platform tries conditions before it loads the file.
        (
            block(""),
            "fail_fast: {stop: {when: 'nope'}}\njobs: [{commands: [x]}]",
            vec![format!("{task} condition-crash: nope")],
        ),
        (
            block(""),
            "jobs: [{commands_file: scripts/c.sh}]",
            vec![format!("{task} missing-commands-file: scripts/c.sh")],
        ),
    ] {
        assert_eq!(repository([(START, pipeline), (task, text.to_owned())]), expected, "{text}");
    }
    let found = repository([
        (START, with_block("task_file: tasks/t.yml")),
        (".semaphore/tasks/t.yml", "jobs: [{commands_file: c.sh}]".to_owned()),
        (".semaphore/c.sh", "make\n".to_owned()),
    ]);
    assert_eq!(found, Vec::<String>::new(), "it is relative to the pipeline file");
    assert_eq!(
        repository([(START, with_block("task_file: t.yml"))]),
        [format!("{START} missing-task-file: t.yml")]
    );
}

#[test]
fn a_long_job_in_a_task_file_allows_a_long_pipeline() {
    let text = |hours: u32| {
        format!("execution_time_limit: {{hours: 30}}\n{}", with_block("task_file: t.yml"))
            .replace("hours: 30", &format!("hours: {hours}"))
    };
    let job = "jobs: [{commands: [x], execution_time_limit: {hours: 24}}]".to_owned();
    let found = repository([(START, text(30)), (".semaphore/t.yml", job)]);
    assert_eq!(found, Vec::<String>::new());
    let short = "jobs: [{commands: [x]}]".to_owned();
    let found = repository([(START, text(30)), (".semaphore/t.yml", short)]);
    assert_eq!(found, [format!("{START} time-limit: 30")]);
}

#[test]
fn a_commands_file_has_commands() {
    let block = with_block("task: {prologue: {commands_file: /ci/p.sh}, jobs: [{commands: [x]}]}");
    let long = "x".repeat(70_000);
    for (text, expected) in [
        ("make\n", None),
        ("\n", None),
        ("", Some("commands-file")),
        (long.as_str(), Some("commands-file")),
    ] {
        let found = repository([(START, block.clone()), ("ci/p.sh", text.to_owned())]);
        let expected: Vec<String> =
            expected.iter().map(|rule| format!("{START} {rule}: /ci/p.sh")).collect();
        assert_eq!(found, expected);
    }
    assert_eq!(repository([(START, block)]), [format!("{START} missing-commands-file: /ci/p.sh")]);
}

#[test]
fn what_is_no_pipeline_is_left_alone_unless_a_promotion_leads_to_it() {
    let secret = "apiVersion: v1beta\nkind: Secret\nmetadata: {name: x}\n".to_owned();
    let other = ".semaphore/secret.yml";
    let found = repository([(START, pipeline("")), (other, secret.clone())]);
    assert_eq!(found, Vec::<String>::new());
    let promotion = "promotions: [{name: D, pipeline_file: secret.yml}]\n";
    let found = repository([(START, pipeline(promotion)), (other, secret)]);
    assert!(found.contains(&format!("{other} unknown-key: apiVersion")), "{found:?}");
    // A fragment that a script puts together with others is none, a version with blocks is one.
    for (text, is_one) in
        [("version: v1.0\nagent: {}\n", false), ("version: v1.0\nblocks: []\n", true)]
    {
        let found = repository([(START, pipeline("")), (other, text.to_owned())]);
        let told = found.iter().any(|found| found.contains("missing-key"));
        assert_eq!(told, is_one, "{found:?}");
    }
}

#[test]
fn a_comment_turns_a_rule_off_in_its_line_or_the_next() {
    let text = with_block(
        "name: A # pipewright: ignore[unknown-key]\n  # pipewright: ignore[unknown-key]: a reason\n\n  nope: 1\n  more: 2 # pipewright: ignore[ wrong-type, unknown-key ]\n  task: {jobs: [{commands: [x]}]}",
    );
    assert_eq!(
        repository([(START, text)]),
        [
            format!("{START} unused-ignore: unknown-key"),
            format!("{START} unused-ignore: wrong-type")
        ]
    );
    // What only the whole repository tells was not looked for.
    let text = format!("# pipewright: ignore[unreached-pipeline]\n{PIPELINE}");
    let files = Memory::new([("x.yml", text)]);
    assert_eq!(found(&files, &Selection::Files(vec!["x.yml".into()])), Vec::<String>::new());
}

// The command itself.

struct Ran {
    out: String,
    err: String,
    status: i32,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, b"")
}

fn run_with(folder: &Path, arguments: &[&str], input: &[u8]) -> Ran {
    use std::io::Write as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_pipewright"))
        .arg("validate")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap(),
    }
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The files and rules of a JSON report.
fn summary(ran: &Ran) -> (u64, Vec<String>) {
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let each = value["diagnostics"].as_array().unwrap().iter();
    let found = each.map(|one| format!("{} {}", text(&one["file"]), text(&one["rule"]))).collect();
    (value["files"].as_u64().unwrap(), found)
}

#[test]
fn a_path_stands_for_a_repository_a_folder_or_a_file() {
    let broken = with_block("nope: 1\n  task: {jobs: [{commands: [x]}]}");
    let at = folder(&[
        ("repo/.semaphore/semaphore.yml", PIPELINE),
        ("repo/manifests/deployment.yml", "kind: Deployment\n"),
        ("repo/fixtures/.semaphore/semaphore.yml", &broken),
        ("mono/a/.semaphore/semaphore.yml", PIPELINE),
        ("mono/b/.semaphore/semaphore.yml", &broken),
        ("mono/values.yml", "x: 1\n"),
        ("plain/one.yml", PIPELINE),
        ("plain/deep/two.yaml", &broken),
        ("plain/readme.txt", "no: yaml: at: all"),
        ("empty/readme.txt", ""),
    ]);
    let json = |folder: &str, arguments: &[&str]| {
        let ran = run(&at.path().join(folder), &[&["--format", "json"], arguments].concat());
        assert_eq!(ran.err, "", "{arguments:?}");
        summary(&ran)
    };
    assert_eq!(json("repo", &[]), (1, vec![]));
    assert_eq!(json("", &["repo"]), (1, vec![]));
    assert_eq!(json("repo/.semaphore", &[]), (1, vec![]));
    let below = |path: &str| vec![format!("{path} unknown-key")];
    assert_eq!(json("", &["mono"]), (2, below("mono/b/.semaphore/semaphore.yml")));
    assert_eq!(json("", &["plain"]), (2, below("plain/deep/two.yaml")));
    assert_eq!(json("plain", &["."]), (2, below("deep/two.yaml")));
    assert_eq!(json("plain/deep", &["../one.yml", "two.yaml"]), (2, below("two.yaml")));
    assert_eq!(json("plain/deep", &["../one.yml"]), (1, vec![]));
    let absolute = at.path().join("plain/deep/two.yaml").display().to_string();
    assert_eq!(json("", &[&absolute]), (1, below(&absolute)));
    for (folder, arguments, message) in [
        ("empty", vec![], "there is no .semaphore/ here"),
        ("", vec!["empty"], "there are no YAML files in \"empty\""),
        ("", vec!["plain", "nothing.yml"], "there is no file or folder \"nothing.yml\""),
    ] {
        let ran = run(&at.path().join(folder), &arguments);
        assert_eq!(ran.status, 2);
        assert!(ran.out.is_empty() && ran.err.contains(message), "{}", ran.err);
    }
}

#[test]
fn a_folder_of_a_repository_may_have_a_workflow_of_its_own() {
    let deploys = "version: v1.0\nname: D\npromotions: [{name: x, pipeline_file: x.yml}]\n";
    let folder = folder(&[
        (".git/HEAD", ""),
        ("shop/.semaphore/semaphore.yml", "version: v1.0\n"),
        ("shop/.semaphore/other.yml", PIPELINE),
        ("till/.semaphore/semaphore.yml", deploys),
        ("till/.semaphore/x.yml", PIPELINE),
        ("lib/.semaphore/other.yml", PIPELINE),
    ]);
    let lacks = |path: &str| ["agent", "blocks"].map(|_| format!("{path} missing-key"));
    let shop = [
        vec!["shop/.semaphore/other.yml unreached-pipeline".to_owned()],
        lacks("shop/.semaphore/semaphore.yml").to_vec(),
    ]
    .concat();
    let all = [shop.clone(), lacks("till/.semaphore/semaphore.yml").to_vec()].concat();
    for (path, expected) in [("shop", shop), (".", all)] {
        let ran = run(folder.path(), &[path, "--format", "json"]);
        assert_eq!(summary(&ran).1, expected, "{path}");
    }
}

#[test]
fn what_is_beyond_doubt_is_fixed_and_the_rest_stays_byte_for_byte() {
    let broken = "# Ours\r\nversion: 1.0 # old\r\nnam: 'A  b'\r\nagent: {machine: {type: f1, os_imge: \"u\"}}\r\nblocks:\r\n- task: {jobs: [{comands: [echo a: b, ! x, 1], paralelism: '4'}]}\r\n  run: {when: 'branch == ''ü'' && Tag !~ \".\"'}\r\npromotions: [{name: x, pipeline_file: .semaphore/x.yml}, {name: y, pipeline_file: nix.yml}]\r\n";
    let fixed = "# Ours\r\nversion: v1.0 # old\r\nname: 'A  b'\r\nagent: {machine: {type: f1, os_image: \"u\"}}\r\nblocks:\r\n- task: {jobs: [{commands: ['echo a: b', ! x, \"1\"], parallelism: 4}]}\r\n  run: {when: 'branch = ''ü'' and tag !~ ''.'''}\r\npromotions: [{name: x, pipeline_file: x.yml}, {name: y, pipeline_file: nix.yml}]\r\n";
    let folder = folder(&[
        (".semaphore/semaphore.yml", broken),
        (".semaphore/x.yml", &PIPELINE.replace("[x]", "[1]")),
        (".semaphore/own.yml", &format!("# pipewright: ignore[unreached-pipeline]\n{PIPELINE}")),
    ]);
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    let before = read(".semaphore/own.yml");

    let ran = run(folder.path(), &["--fix", ".semaphore/x.yml"]);
    assert_eq!((ran.status, read(".semaphore/semaphore.yml").as_str()), (0, broken));
    assert_eq!(read(".semaphore/x.yml"), PIPELINE.replace("[x]", "[\"1\"]"));
    assert!(ran.out.starts_with("fixed 1 problem in 1 file\n"), "{}", ran.out);

    let ran = run(folder.path(), &["--fix", "--format", "json"]);
    assert_eq!(read(".semaphore/semaphore.yml"), fixed);
    let left = ["missing-target", "lost-exclamation-mark"];
    let (_, found) = summary(&ran);
    assert_eq!((ran.status, found.len()), (1, 2), "{found:?}");
    assert!(left.iter().all(|rule| found.iter().any(|found| found.ends_with(rule))), "{found:?}");
    assert_eq!(read(".semaphore/own.yml"), before);

    let ran = run(folder.path(), &["--fix"]);
    assert!(ran.out.contains("fixed 0 problems in 0 files\n"), "{}", ran.out);
    assert_eq!(read(".semaphore/semaphore.yml"), fixed);
    let ran = run(folder.path(), &["--fix", "-"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
}

#[test]
fn what_a_comment_or_the_settings_turn_off_is_not_fixed() {
    let text = "version: v1.0 # pipewright: ignore[unknown-key]\nnam: x # pipewright: ignore[unknown-key]\nagent: {machine: {type: 1}}\nblocks: [{task: {jobs: [{commands: [x]}]}}]\n";
    let folder = folder(&[
        (".semaphore/semaphore.yml", text),
        ("pipewright.yml", "version: 1\nvalidate: {rules: {wrong-type: off}}\n"),
    ]);
    run(folder.path(), &["--fix"]);
    assert_eq!(fs::read_to_string(folder.path().join(".semaphore/semaphore.yml")).unwrap(), text);
}

#[test]
#[cfg(unix)]
fn a_fixed_file_keeps_its_permissions_and_a_read_only_one_its_text() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let broken = PIPELINE.replace("[x]", "[1]");
    let folder = folder(&[("real.yml", &broken)]);
    let real = folder.path().join("real.yml");
    symlink("real.yml", folder.path().join("link.yml")).unwrap();
    let mode = |mode| fs::set_permissions(&real, fs::Permissions::from_mode(mode)).unwrap();

    mode(0o440);
    let ran = run(folder.path(), &["--fix", "real.yml"]);
    assert_eq!(ran.status, 2, "{}", ran.out);
    assert!(ran.err.contains("can't write \"real.yml\""), "{}", ran.err);
    assert_eq!(fs::read_to_string(&real).unwrap(), broken);

    mode(0o750);
    assert_eq!(run(folder.path(), &["--fix", "link.yml"]).status, 0);
    assert_eq!(fs::metadata(&real).unwrap().mode() & 0o777, 0o750);
    assert!(fs::symlink_metadata(folder.path().join("link.yml")).unwrap().is_symlink());
    assert_ne!(fs::read_to_string(&real).unwrap(), broken);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_pattern_that_means_another_folder_is_told() {
    let when = "change_in(['lib', '/lib', 'lib/*.rb', '../lib', 'li', 'own', 'nix', '*'])";
    let pipeline =
        with_block(&format!("run: {{when: \"{when}\"}}\n  task: {{jobs: [{{commands: [x]}}]}}"));
    let folder = folder(&[
        (".semaphore/semaphore.yml", &pipeline),
        (".semaphore/own/x.sh", ""),
        ("own/x.sh", ""),
        ("lib/shop.rb", ""),
    ]);
    let ran = run(folder.path(), &["--format", "github"]);
    let told: Vec<&str> = ran.out.lines().filter_map(|line| line.rsplit("::").next()).collect();
    let starts = |start: &str| told.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!((told.len(), ran.status), (3, 0), "{}", ran.out);
    assert_eq!([starts("'lib' "), starts("'lib/*.rb' "), starts("'li' ")], [1, 1, 1], "{told:?}");
}

#[test]
fn code_scanning_gets_paths_from_the_root_of_the_repository() {
    let folder = folder(&[(".git/HEAD", ""), ("shop/.semaphore/semaphore.yml", "version: v1.0\n")]);
    let inside = folder.path().join("shop");
    let absolute = inside.join(".semaphore/semaphore.yml");
    for arguments in [&["--format"][..], &[absolute.to_str().unwrap(), "--format"]] {
        let out = |format: &str| run(&inside, &[arguments, &[format]].concat()).out;
        assert!(out("github").contains("file=shop/.semaphore/semaphore.yml,"), "{}", out("github"));
        let sarif = out("sarif");
        assert!(sarif.contains("\"uri\": \"shop/.semaphore/semaphore.yml\""), "{sarif}");
    }
}

#[test]
fn the_status_tells_errors_from_warnings() {
    let warning = format!("name: A\n{PIPELINE}");
    let error = with_block("nope: 1\n  task: {jobs: [{commands: [x]}]}");
    let at = folder(&[("fine.yml", PIPELINE), ("warning.yml", &warning), ("error.yml", &error)]);
    for (arguments, status, last) in [
        (vec!["fine.yml"], 0, "no problems in 1 file"),
        (vec!["warning.yml"], 0, "1 warning in 1 file"),
        (vec!["--deny-warnings", "warning.yml"], 1, "1 warning in 1 file"),
        (vec!["."], 1, "1 error and 1 warning in 3 files"),
    ] {
        let ran = run(at.path(), &arguments);
        assert_eq!((ran.status, ran.out.lines().last().unwrap()), (status, last));
        assert_eq!(ran.err, "");
    }
    assert_eq!(run(at.path(), &["--format", "xml"]).status, 2);
}

#[test]
fn standard_input_is_a_text_by_itself() {
    let at = folder(&[]);
    let text = pipeline("promotions: [{name: D, pipeline_file: nowhere.yml}]\n");
    let ran = run_with(at.path(), &["-"], text.as_bytes());
    assert_eq!((ran.status, ran.out.as_str()), (0, "no problems in 1 file\n"));
    let ran = run_with(at.path(), &["-", "--format", "json"], b"version: \xff\n");
    assert_eq!((ran.status, summary(&ran)), (1, (1, vec!["<stdin> yaml-syntax".to_owned()])));
}

#[test]
fn what_git_ignores_and_what_the_settings_exclude_is_not_read() {
    let at = folder(&[
        (".semaphore/semaphore.yml", PIPELINE),
        (".semaphore/old/broken.yml", "blocks: ["),
        (".semaphore/local.yml", "blocks: ["),
        (".gitignore", "local.yml\n"),
        ("pipewright.yml", "version: 1\nvalidate: {exclude: [.semaphore/old/]}\n"),
    ]);
    let ran = run(at.path(), &[]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "no problems in 1 file\n"), "{}", ran.err);
    // A file that is named is read.
    assert_eq!(run(at.path(), &[".semaphore/local.yml"]).status, 1);
    fs::write(at.path().join("pipewright.yml"), "validate: {rules: {nope: off}}\n").unwrap();
    let ran = run(at.path(), &[]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("there is no rule \"nope\"") && ran.out.is_empty(), "{}", ran.err);
}

#[test]
fn the_settings_change_how_bad_a_rule_is() {
    let start = pipeline("promotions: [{name: D, pipeline_file: nowhere.yml}]\n");
    let at = folder(&[
        (".semaphore/semaphore.yml", &start),
        ("pipewright.yml", "version: 1\nvalidate: {rules: {missing-target: warning}}\n"),
    ]);
    let ran = run(at.path(), &[]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.starts_with("warning[missing-target]"), "{}", ran.out);
    fs::write(
        at.path().join("pipewright.yml"),
        "version: 1\nvalidate: {rules: {missing-target: off}}\n",
    )
    .unwrap();
    assert_eq!(run(at.path(), &[]).out, "no problems in 1 file\n");
}

#[test]
fn a_text_in_another_shape_has_its_places_right() {
    for (text, line, column) in [
        ("\u{feff}version: v1.0\r\nnope: 1\r\n", 2, 1),
        ("version: v1.0\r\n\"ü\": 1\r\n", 2, 1),
        ("{version: v1.0, nope: 1}", 1, 17),
    ] {
        let at = folder(&[("x.yml", text)]);
        let ran = run(at.path(), &["x.yml", "--format", "json"]);
        let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let places: Vec<(u64, u64)> = value["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["rule"] == "unknown-key")
            .map(|one| (one["line"].as_u64().unwrap(), one["column"].as_u64().unwrap()))
            .collect();
        assert_eq!(places, [(line, column)], "{text:?}");
    }
}

#[test]
fn the_rules_are_listed_and_shown() {
    let rules = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_pipewright"))
            .arg("rules")
            .args(arguments)
            .output()
            .unwrap()
    };
    let list = String::from_utf8(rules(&["list"]).stdout).unwrap();
    assert_eq!(list.lines().count(), pipewright::rule::ALL.len());
    for rule in pipewright::rule::ALL {
        assert_eq!(String::from_utf8(rules(&["show", rule.id]).stdout).unwrap(), rule.page);
    }
    let unknown = rules(&["show", "unknown-kye"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("did you mean \"unknown-key\"?"));
}
