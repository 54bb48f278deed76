//! What the platform refuses, each with the text that the problem points at.

use super::platform;
use crate::yaml::Tree;

/// The rules and texts of the problems of a pipeline made of these lines after its head.
fn found(rest: &str) -> Vec<(&'static str, String)> {
    let text = format!("version: v1.0\nagent: {{machine: {{type: e1}}}}\n{rest}");
    let tree = Tree::parse(text).unwrap();
    platform(&tree)
        .into_iter()
        .map(|problem| (problem.rule, problem.span.slice(tree.text()).to_owned()))
        .collect()
}

fn one(rest: &str, rule: &str, text: &str) {
    let found = found(rest);
    let found: Vec<(&str, &str)> =
        found.iter().map(|(rule, text)| (*rule, text.as_str())).collect();
    assert_eq!(found, [(rule, text)], "{rest}");
}

const TASK: &str = "task: {jobs: [{commands: [x]}]}";

#[test]
fn a_sound_pipeline_has_no_problem() {
    let text = format!(
        "execution_time_limit: {{hours: 2}}\n\
         queue: [{{name: a, when: \"branch = 'main'\"}}, {{name: b, when: true}}]\n\
         blocks:\n\
         - {{name: A, dependencies: [], {TASK}}}\n\
         - {{name: B, dependencies: [A], run: {{when: \"tag =~ '^v'\"}}, {TASK}}}\n\
         - {{name: C, dependencies: [A, B], execution_time_limit: {{minutes: 120}}, {TASK}}}\n\
         promotions: [{{name: P, pipeline_file: p.yml, auto_promote: {{when: \"result = 'passed'\"}}}}]\n"
    );
    assert_eq!(found(&text), []);
}

#[test]
fn the_version_is_v1_0() {
    let tree = Tree::parse(format!(
        "version: v2.0\nagent: {{machine: {{type: e1}}}}\nblocks: [{{{TASK}}}]\n"
    ))
    .unwrap();
    let problems = platform(&tree);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].span.slice(tree.text()), "v2.0");
}

#[test]
fn dependencies_name_blocks_and_go_round_in_no_circle() {
    one(
        &format!("blocks:\n- {{name: A, {TASK}}}\n- {{name: B, dependencies: [A], {TASK}}}\n"),
        "missing-dependencies",
        "A",
    );
    one(
        &format!("blocks:\n- {{name: Build, dependencies: [Biuld], {TASK}}}\n"),
        "unknown-dependency",
        "Biuld",
    );
    one(&format!("blocks:\n- {{name: A, dependencies: [A], {TASK}}}\n"), "dependency-cycle", "A");
    one(
        &format!(
            "blocks:\n- {{name: A, dependencies: [C], {TASK}}}\n- {{name: B, dependencies: [A], {TASK}}}\n- {{name: C, dependencies: [B], {TASK}}}\n"
        ),
        "dependency-cycle",
        "A",
    );
}

#[test]
fn conditions_are_ones_that_can_be_evaluated() {
    let block = |when: &str| format!("blocks: [{{run: {{when: \"{when}\"}}, {TASK}}}]\n");
    one(&block("branch == 'main'"), "condition-syntax", "==");
    one(&block("result = 'passed'"), "condition-keyword", "result");
    assert_eq!(found(&block("branch = '${{parameters.X}}'")), []);
    one(&block("branch == '${{parameters.X}}'"), "condition-syntax", "==");
    assert_eq!(found(&block("${{parameters.X}}")), []);
    let promotion = format!(
        "blocks: [{{{TASK}}}]\npromotions: [{{name: P, pipeline_file: p.yml, auto_promote: {{when: \"result = passed\"}}}}]\n"
    );
    assert_eq!(found(&promotion).len(), 1);
}

#[test]
fn an_inner_limit_is_not_longer_than_the_one_around_it() {
    one(
        &format!("blocks: [{{execution_time_limit: {{minutes: 61}}, {TASK}}}]\n"),
        "time-limit",
        "61",
    );
    one(
        "execution_time_limit: {hours: 3}\nblocks: [{execution_time_limit: {hours: 1}, task: {jobs: [{execution_time_limit: {hours: 2}, commands: [x]}]}}]\n",
        "time-limit",
        "2",
    );
    one(
        &format!("execution_time_limit: {{hours: 25}}\nblocks: [{{{TASK}}}]\n"),
        "time-limit",
        "25",
    );
    // A long block needs a long job of its own; that of another block doesn't help.
    one(
        "execution_time_limit: {hours: 30}\nblocks: [{execution_time_limit: {hours: 25}, task: {jobs: [{commands: [x]}]}}, {task: {jobs: [{execution_time_limit: {hours: 24}, commands: [x]}]}}]\n",
        "time-limit",
        "25",
    );
    // Boosters are no jobs with a limit.
    one(
        "execution_time_limit: {hours: 25}\nblocks: [{task: {boosters: [{type: rspec, job_count: 1}]}}]\n",
        "time-limit",
        "25",
    );
    // What a task file says is not known from the text alone.
    assert_eq!(
        found(
            "execution_time_limit: {hours: 30}\nblocks: [{execution_time_limit: {hours: 25}, task_file: t.yml}]\n"
        ),
        []
    );
    let with_long_job = "execution_time_limit: {hours: 25}\nblocks: [{task: {jobs: [{execution_time_limit: {hours: 24}, commands: [x]}]}}]\n";
    assert_eq!(found(with_long_job), []);
}

#[test]
fn names_are_given_once() {
    one(&format!("blocks: [{{name: A, {TASK}}}, {{name: A, {TASK}}}]\n"), "duplicate-name", "A");
    one(
        "blocks: [{task: {jobs: [{name: J, commands: [x]}, {name: J, commands: [y]}]}}]\n",
        "duplicate-name",
        "J",
    );
    one(
        "blocks: [{task: {jobs: [{name: J, commands: [x]}], boosters: [{name: J, type: rspec, job_count: 1}]}}]\n",
        "duplicate-name",
        "J",
    );
    // A block or job without a name gets the next free one.
    assert_eq!(found(&format!("blocks: [{{name: Nameless block 2, {TASK}}}, {{{TASK}}}]\n")), []);
    assert_eq!(
        found("blocks: [{task: {jobs: [{name: Nameless 2, commands: [x]}, {commands: [y]}]}}]\n"),
        []
    );
}

#[test]
fn matrices_stay_small_and_have_each_variable_once() {
    let values = |count: usize| vec!["'1'"; count].join(", ");
    let matrix = |first: usize, second: usize| {
        format!(
            "blocks: [{{task: {{jobs: [{{commands: [x], matrix: [{{env_var: A, values: [{}]}}, {{env_var: B, values: [{}]}}]}}]}}}}]\n",
            values(first),
            values(second)
        )
    };
    assert_eq!(found(&matrix(10, 10)), []);
    one(&matrix(10, 11), "matrix-size", "matrix");
    one(
        "blocks: [{task: {jobs: [{commands: [x], matrix: [{env_var: A, values: ['1']}, {env_var: A, values: ['2']}]}]}}]\n",
        "duplicate-variable",
        "A",
    );
}

#[test]
fn one_fault_is_told_once() {
    let block = |name: &str, rest: &str| format!("- {{name: {name}, {rest}, {TASK}}}\n");
    let key = |text: &str| vec![("unknown-key", text.to_owned())];
    // A key that is misspelled was meant as the one that seems to be missing.
    assert_eq!(
        found(&format!(
            "blocks:\n{}{}",
            block("A", "dependencies: []"),
            block("B", "dependancies: [A]")
        )),
        key("dependancies")
    );
    assert_eq!(
        found(&format!(
            "execution_time_limits: {{hours: 2}}\nblocks:\n{}",
            block("A", "execution_time_limit: {hours: 2}")
        )),
        key("execution_time_limits")
    );
    assert_eq!(
        found(&format!(
            "blocks:\n- {{nam: A, dependencies: [], {TASK}}}\n{}",
            block("B", "dependencies: [A]")
        )),
        key("nam")
    );
    // A value of another sort shows that the key was not meant as the one that looks like it.
    assert_eq!(
        found(&format!(
            "auto_cancel: {{running: {{when: true}}, queue: 4}}\nblocks:\n{}",
            block("A", "dependencies: []")
        )),
        key("queue")
    );
    // Nor is a limit compared with one that is not sound.
    one(
        &format!(
            "execution_time_limit: {{hours: x}}\nblocks:\n{}",
            block("A", "execution_time_limit: {hours: 2}")
        ),
        "wrong-type",
        "x",
    );
    one(
        "execution_time_limit: {hours: 30}\nblocks:\n- {task: {jobs: [{commands: [x], execution_time_limit: {hours: x}}]}}\n",
        "wrong-type",
        "x",
    );
    // A name that no block has is one fault, wherever it is used.
    one(
        &format!(
            "blocks:\n{}{}{}",
            block("A", "dependencies: []"),
            block("B", "dependencies: [X]"),
            block("C", "dependencies: [X, A]")
        ),
        "unknown-dependency",
        "X",
    );
    // What only looks like a block is not asked for what every block needs.
    assert_eq!(
        found(&format!("blocks:\n{}- {{name: B}}\n", block("A", "dependencies: []"))),
        [("missing-key", "{name: B}".to_owned())]
    );
}

#[test]
fn a_merge_key_is_refused_by_its_own_rule() {
    let anchored = "blocks: [{task: &t {jobs: [{commands: [x]}]}}]\n";
    one(&format!("{anchored}<<: *t\n"), "merge-key", "<<");
    let late =
        format!("{anchored}after_pipeline: {{task: {{jobs: [{{commands: [x]}}], <<: *t}}}}\n");
    one(&late, "merge-key", "<<");
    // The platform never sees what stands in the second of two equal keys.
    assert_eq!(found(&format!("{anchored}queue: {{name: a}}\nqueue: {{<<: *t}}\n")), []);
}

#[test]
fn parameters_have_one_name_each_and_a_default_or_no_need() {
    let promotion = |parameters: &str| {
        format!(
            "blocks: [{{{TASK}}}]\npromotions: [{{name: P, pipeline_file: p.yml, parameters: {{env_vars: [{parameters}]}}}}]\n"
        )
    };
    // The platform's checks of the text pass; what stores the promotions refuses them.
    for (parameters, at) in [
        ("{name: A}, {name: A, options: [x]}", "A"),
        ("{name: A, required: false, default_value: x}", "default_value"),
    ] {
        assert_eq!(found(&promotion(parameters)), [], "{parameters}");
        let text =
            format!("version: v1.0\nagent: {{machine: {{type: e1}}}}\n{}", promotion(parameters));
        let tree = Tree::parse(text).unwrap();
        let all: Vec<(&str, &str)> = super::pipeline(&tree, None)
            .iter()
            .map(|problem| (problem.rule, problem.span.slice(tree.text())))
            .collect();
        assert_eq!(all, [("promotion-parameters", at)], "{parameters}");
    }
    for sound in [
        "{name: A, required: false}, {name: B, default_value: x}",
        "{name: A, required: true, default_value: x}",
        "{name: A, required: false, default_value: ''}",
    ] {
        assert_eq!(found(&promotion(sound)), [], "{sound}");
    }
}

#[test]
fn strings_become_numbers_and_lists_only_by_an_expression() {
    let job = |keys: &str| format!("blocks: [{{task: {{jobs: [{{commands: [x], {keys}}}]}}}}]\n");
    let values = |values: &str| job(&format!("matrix: [{{env_var: A, values: {values}}}]"));
    assert_eq!(found(&job("parallelism: '%{{ parameters.N | int64 }}'")), []);
    assert_eq!(found(&values("'%{{ parameters.L | splitList \",\" }}'")), []);
    one(&job("parallelism: '4'"), "wrong-type", "'4'");
    one(&job("parallelism: '${{ parameters.N }}'"), "wrong-type", "'${{ parameters.N }}'");
    one(&job("parallelism: '%{{ parameters.N }}'"), "wrong-type", "'%{{ parameters.N }}'");
    one(&values("a"), "wrong-type", "a");
    one(&values("'${{ parameters.L }}'"), "wrong-type", "'${{ parameters.L }}'");
    one(
        "blocks: [{task_file: t.yml}]\nafter_pipeline: {task: {jobs: [{commands: [x], parallelism: ''}]}}\n",
        "wrong-type",
        "''",
    );
}

#[test]
fn a_broken_structure_is_no_reason_to_stop_or_to_panic() {
    for rest in
        ["blocks: 1\n", "blocks: [1, {task: 2}, {dependencies: x}]\n", "blocks: {a: b}\n", "[]\n"]
    {
        let text = format!("version: v1.0\n{rest}");
        if let Ok(tree) = Tree::parse(text) {
            assert!(!platform(&tree).is_empty(), "{rest}");
        }
    }
}
