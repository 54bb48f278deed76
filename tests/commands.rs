//! What the generated pipelines, scripts and runbooks tell a shell to do is sound: the linters find
//! nothing, every item of a command list is one command whose exit status says the truth, and no
//! wait outlasts its pipeline.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::matrix::CASES;
use support::shell::{bash_blocks, pipe_end, runs, statements};
use support::{Job, Scripts, Service, tool};

#[test]
fn every_job_of_every_configuration_is_sound() {
    let mut scripts = Scripts::default();
    for case in CASES {
        for (file, pipeline) in Service::generated(case.config).pipelines() {
            let jobs = support::jobs(&file, &pipeline);
            for job in &jobs {
                let place = format!("{}: {}", case.name, job.title);
                for command in &job.commands {
                    is_one_command_with_a_true_status(&place, command);
                    leaves_the_session_alone(&place, command);
                }
                waits_less_than_its_pipeline_may_take(&place, job);
                scripts.add(place, job.script());
            }
            waits_fit_into_the_pipeline(case.name, &jobs);
        }
    }
    assert!(scripts.len() > 60, "hardly any script: {}", scripts.len());
    scripts.shellcheck();
}

fn is_one_command_with_a_true_status(place: &str, command: &str) {
    assert_eq!(statements(command), 1, "{place}:\n{command}");
    // Without `pipefail` only the status of the last program counts: it has to be one that fails
    // when it gets no input.
    if let Some(last) = pipe_end(command) {
        let fails = ["docker login", "kubectl apply"].iter().any(|start| last.starts_with(start));
        assert!(fails, "{place} looks at the status of {last:?} only:\n{command}");
    }
}

fn leaves_the_session_alone(place: &str, command: &str) {
    for program in ["set", "exit", "return", "exec", "logout", "shopt"] {
        assert!(!runs(command, program), "{place} runs \"{program}\":\n{command}");
    }
}

fn waits_less_than_its_pipeline_may_take(place: &str, job: &Job) {
    let sum: u64 = job.commands.iter().map(|command| wait(job, command)).sum();
    assert!(sum < job.limit, "{place} waits {sum} of {} seconds", job.limit);
    if job.file.starts_with("deploy") && job.block == "Deploy" {
        assert!(sum > 0, "{place} waits for nothing");
    }
}

/// The blocks of a deployment run one after another.
fn waits_fit_into_the_pipeline(case: &str, jobs: &[Job]) {
    let deploying = jobs.iter().filter(|job| job.block != "Tests");
    let sum: u64 =
        deploying.flat_map(|job| job.commands.iter().map(move |command| wait(job, command))).sum();
    // The rest is for pushing an image and reaching a cluster.
    let (file, limit) = (&jobs[0].file, jobs[0].limit);
    assert!(sum + 300 <= limit, "{case}: {file} waits {sum} of {limit} seconds");
}

#[test]
fn shellcheck_finds_nothing_in_runbooks_scripts_and_secrets() {
    let mut scripts = Scripts::default();
    for case in CASES {
        let service = Service::generated(case.config);
        for script in ["apply.sh", "release.sh"] {
            scripts.add(script, service.read(script));
        }
        scripts.add(format!("secrets of {}", case.name), service.run(&["secrets"]).fine());
        if !service.exists("RUNBOOK.md") {
            continue;
        }
        let runbook = service.read("RUNBOOK.md");
        let blocks = bash_blocks(&runbook);
        assert!(blocks.len() > 5, "{}: hardly any command in the runbook", case.name);
        // What is meant for one terminal: a target's preparation, or a whole later section.
        let targets = service.yaml("pipewright.yml")["targets"].as_array().map_or(3, Vec::len);
        let depth = if targets > 1 { 3 } else { 2 };
        let mut sections: Vec<(Vec<String>, String)> = Vec::new();
        for (headings, text) in blocks {
            let section = headings[..headings.len().min(depth)].to_vec();
            match sections.last_mut() {
                Some((known, joined)) if *known == section => joined.push_str(&text),
                _ => sections.push((section, text)),
            }
        }
        for (section, text) in sections {
            let name = format!("runbook of {}: {}", case.name, section.join(" / "));
            scripts.add(name, format!("#!/usr/bin/env bash\n{text}"));
        }
    }
    assert!(scripts.len() > 40, "hardly any script: {}", scripts.len());
    scripts.shellcheck();
}

#[test]
fn hadolint_finds_nothing_in_the_dockerfile() {
    for config in ["version: 1\n", "port: 8080\nname: shop\n"] {
        let service = Service::generated(config);
        let checked = tool("hadolint", |command| {
            command.args(["--no-color", "Dockerfile"]).current_dir(service.path());
        });
        assert_eq!((checked.status, checked.out.as_str()), (0, ""), "{}", checked.err);
    }
}

/// Seconds that a command may wait, at most.
fn wait(job: &Job, command: &str) -> u64 {
    let number = |text: &str| -> u64 {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or_else(|_| panic!("{}: no number: {command}", job.title))
    };
    let after = |text: &str, key: &str| text.split_once(key).map(|(_, rest)| number(rest));
    if runs(command, "./apply.sh") {
        let of_job = job.variables.iter().find(|(name, _)| name == "ROLLOUT_TIMEOUT");
        return after(command, "ROLLOUT_TIMEOUT=")
            .or_else(|| of_job.map(|(_, seconds)| number(seconds)))
            .unwrap_or(300);
    }
    if runs(command, "./release.sh") {
        let rollout = job.variables.iter().find(|(name, _)| name == "ROLLOUT_TIMEOUT");
        let rollout = rollout.map_or(0, |(_, seconds)| number(seconds));
        // What it waits for, one after another: a rollout that somebody has left behind, and stable
        // going back, 300 seconds each.
        return match command.split(' ').nth(1).unwrap() {
            "check-canary" | "check-stable" | "remove-canary" => 0,
            "canary" => rollout,
            "make-room" => 2 * 300,
            "stable" => 2 * 300 + rollout + 300,
            "rollback" => 2 * 300 + 2 * 300,
            other => panic!("{}: how long does {other:?} wait?", job.title),
        };
    }
    if let Some((_, rest)) = command.split_once("retry --times ") {
        return number(rest) * after(rest, "--sleep ").unwrap_or(0);
    }
    ["rollout status", "kubectl wait"]
        .iter()
        .flat_map(|words| command.match_indices(words))
        .map(|(at, _)| {
            after(&command[at..], "--timeout=")
                .unwrap_or_else(|| panic!("{}: waits for ever: {command}", job.title))
        })
        .sum()
}

#[test]
fn statements_are_counted_as_bash_sees_them() {
    for one in [
        "a",
        "a b 'c; d\ne' \"f; $(g; h)\ni\"",
        "a \\\n  b \\\n  c",
        "a &&\nb && c",
        "a || b",
        "a |\n b | \\\n c",
        "if a; then b; c; fi",
        "if a\nthen b\nelse c; d\nfi",
        "for x in a b; do c; d; done",
        "while a; do b\nc; done",
        "case $x in\na) b;;\n*) c; d;;\nesac",
        "{ a; b; }",
        "(a; b)",
        "[[ -n $x && -z $y ]] && a",
        "X=$(a; b)",
        "X=1 Y=\"$(a; b)\" c",
        "a # b; c\n",
        "a 2>&1 >/dev/null &>x",
        "a < <(b; c)",
        "! a",
        "echo \"it's\" ';' \\;",
        "a `b; c`",
        "a ${b:-c;d}",
        "if a; then if b; then c; fi; d; fi",
        "echo if; ",
        "a b#c",
    ] {
        assert_eq!(statements(one), 1, "{one}");
    }
    for (several, count) in [
        ("a; b", 2),
        ("a\nb", 2),
        ("a &&\nb\nc", 2),
        ("a & b", 3),
        ("a &", 2),
        ("if a; then b; fi; c", 2),
        ("if a; then b; fi\nc", 2),
        ("{ a; }; b", 2),
        ("(a)\n(b)", 2),
        ("echo 'a\n  b'; c", 2),
        ("for x in a; do b; done\nc; d", 3),
        ("case $x in a) b;; esac; c", 2),
        ("a \\\n b\nc", 2),
        ("a # b\nc", 2),
        ("X=$(a)\nb", 2),
    ] {
        assert_eq!(statements(several), count, "{several}");
    }
    for unfinished in ["", "if a; then b", "echo 'a", "a &&", "{ a;", "echo \"$(b"] {
        assert_eq!(statements(unfinished), 0, "{unfinished}");
    }
}

#[test]
fn the_end_of_a_pipe_is_found() {
    for (command, end) in [
        ("a | b", Some("b")),
        ("a | \\\n  b c | \\\n  d e", Some("d e")),
        ("a |\nb", Some("b")),
        ("a || b", None),
        ("a 'b | c' \"d | e\"", None),
        ("X=$(a | b)", None),
        ("if a | b; then c; fi", None),
    ] {
        assert_eq!(pipe_end(command).as_deref(), end, "{command}");
    }
}

#[test]
fn what_ends_a_session_is_found_where_it_is_a_command() {
    for command in ["exit", "a; exit 1", "a || exit 1", "if a; then exit; fi", "X=1 exit", "(exit)"]
    {
        assert!(runs(command, "exit"), "{command}");
    }
    for command in ["echo exit", "kubectl exec x -- exit", "a --exit", "exited"] {
        assert!(!runs(command, "exit"), "{command}");
    }
}
