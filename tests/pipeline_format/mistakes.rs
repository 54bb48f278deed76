//! Mistakes in pipelines, and what is said about them.

use schemars::JsonSchema;

use pipewright::diagnostic::Problem;
use pipewright::model::{Agent, Block, GlobalJobConfig, Job, Pipeline, Promotion, Task};
use pipewright::schema::Shape;
use pipewright::yaml::Tree;

/// The problems of a text as lines: `rule @ covered text: message`, help and notes behind.
fn check<T: JsonSchema>(text: &str) -> Vec<String> {
    let tree = Tree::parse(text).unwrap();
    Shape::of::<T>().check(&tree).iter().map(|problem| line(problem, text)).collect()
}

fn line(problem: &Problem, text: &str) -> String {
    let mut told = format!("{} @ {}: {}", problem.rule, problem.span.slice(text), problem.message);
    if let Some(help) = &problem.help {
        told += &format!(" | help: {help}");
    }
    for note in &problem.notes {
        told += &format!(" | note @ {}: {}", note.span.slice(text), note.message);
    }
    told
}

#[track_caller]
fn good<T: JsonSchema>(text: &str) {
    assert_eq!(check::<T>(text), [""; 0], "{text}");
}

#[track_caller]
fn bad<T: JsonSchema>(text: &str, expected: &[&str]) {
    assert_eq!(check::<T>(text), expected, "{text}");
}

const SMALLEST: &str =
    "version: v1.0\nagent: {machine: {type: t}}\nblocks: [{task: {jobs: [{commands: []}]}}]\n";

#[test]
fn the_smallest_pipeline_is_good() {
    good::<Pipeline>(SMALLEST);
}

#[test]
fn an_empty_file_misses_all_that_is_required() {
    bad::<Pipeline>(
        "",
        &[
            "missing-key @ : \"version\" is missing at the top level",
            "missing-key @ : \"agent\" is missing at the top level",
            "missing-key @ : \"blocks\" is missing at the top level",
        ],
    );
}

#[test]
fn a_list_is_no_pipeline() {
    bad::<Pipeline>("- a\n", &["wrong-type @ - a: the file must be a map, but is a list"]);
}

#[test]
fn a_version_that_is_a_number_is_shown_as_it_should_be() {
    bad::<Pipeline>(
        &SMALLEST.replace("v1.0", "1.0"),
        &[
            "wrong-type @ 1.0: \"version\" must be a string, but is a float | help: write `version: v1.0`",
        ],
    );
}

#[test]
fn a_command_that_became_a_map_is_shown_in_quotes() {
    bad::<Job>(
        "commands:\n  - make\n  - echo status: $?\n  - \"x\": y\n    z:\n",
        &[
            "wrong-type @ echo status: $?: item 2 of \"commands\" must be a string, but is a map \
             | help: \": \" makes a map of it: put the whole in quotes, `'echo status: $?'`",
            "wrong-type @ \"x\": y\n    z:: item 3 of \"commands\" must be a string, but is a map \
             | help: \": \" makes a map of it: put the text under a `|`, or in quotes",
        ],
    );
    bad::<Job>(
        "commands: [{a: b}, [docker, build]]\n",
        &[
            "wrong-type @ {a: b}: item 1 of \"commands\" must be a string, but is a map \
             | help: the brace makes a map of it: put the whole in quotes, `'{a: b}'`",
            "wrong-type @ [docker, build]: item 2 of \"commands\" must be a string, but is a list \
             | help: write one string: `docker build`",
        ],
    );
}

#[test]
fn numbers_and_booleans_for_strings_are_shown_in_quotes() {
    bad::<Job>(
        "commands: []\nenv_vars:\n  - {name: PORT, value: 0x1F}\n  - name: CI\n    value: True\n",
        &[
            "wrong-type @ 0x1F: \"value\" must be a string, but is an integer \
             | help: write it in quotes: `value: \"0x1F\"`",
            "wrong-type @ True: \"value\" must be a string, but is a boolean \
             | help: write it in quotes: `value: \"True\"`",
        ],
    );
}

#[test]
fn strings_for_numbers_and_booleans_are_shown_without_quotes() {
    bad::<Job>(
        "commands: []\nexecution_time_limit: {minutes: '5'}\n",
        &["wrong-type @ '5': \"minutes\" must be an integer, but is a string \
           | help: write it without quotes: `5`"],
    );
    bad::<Promotion>(
        "name: a\npipeline_file: b\nparameters: {env_vars: [{name: A, required: yes}]}\n",
        &["wrong-type @ yes: \"required\" must be true or false, but is a string \
           | help: write `true`, without quotes"],
    );
    bad::<Job>(
        "commands: []\nparallelism: 4.0\n",
        &["wrong-type @ 4.0: \"parallelism\" must be a string or an integer, but is a float \
           | help: write `4`"],
    );
}

#[test]
fn nothing_where_a_value_is_wanted_is_told_at_the_key_or_dash() {
    bad::<Job>(
        "name:\ncommands:\n  - a\n  -\n  - ~\n",
        &[
            "wrong-type @ name: \"name\" has no value, but must be a string \
             | help: write a value, or remove the key",
            "wrong-type @ -: item 2 of \"commands\" has no value, but must be a string \
             | help: write a value, or remove the dash",
            "wrong-type @ ~: item 3 of \"commands\" has no value, but must be a string \
             | help: write it in quotes: `- \"~\"`",
        ],
    );
}

#[test]
fn a_misspelled_key_is_one_problem_and_its_value_is_checked_all_the_same() {
    bad::<Job>(
        "comands:\n  - 1\n",
        &[
            "unknown-key @ comands: unknown key \"comands\" at the top level \
             | help: did you mean \"commands\"?",
            "wrong-type @ 1: item 1 of \"comands\" must be a string, but is an integer \
             | help: write it in quotes: `- \"1\"`",
        ],
    );
    bad::<Promotion>(
        "Name: a\npipeline-file: b\n",
        &[
            "unknown-key @ Name: unknown key \"Name\" at the top level | help: did you mean \"name\"?",
            "unknown-key @ pipeline-file: unknown key \"pipeline-file\" at the top level \
             | help: did you mean \"pipeline_file\"?",
        ],
    );
}

#[test]
fn a_key_at_the_wrong_level_is_told_where_it_belongs() {
    let block = |lines: &str| {
        format!(
            "version: v1.0\nagent: {{machine: {{type: t}}}}\nblocks:\n  - task:\n      jobs:\n        - commands: []\n{lines}"
        )
    };
    for (text, help) in [
        ("    prologue: {commands: []}\n", "\"prologue\" belongs to \"task\""),
        (
            "    commands: []\n",
            "\"commands\" belongs to \"prologue\", \"epilogue\" or an item of \"jobs\"",
        ),
        ("          dependencies: []\n", "\"dependencies\" belongs to an item of \"blocks\""),
        ("          secrets: []\n", "\"secrets\" belongs to \"task\""),
        ("      promotions: []\n", "\"promotions\" belongs to the top level"),
        ("jobs: []\n", "\"jobs\" belongs to \"task\""),
        ("dependencies: []\n", "\"dependencies\" belongs to an item of \"blocks\""),
        ("image_pull_secrets: []\n", "\"image_pull_secrets\" belongs to \"agent\""),
    ] {
        let found = check::<Pipeline>(&block(text));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("unknown-key @ "), "{found:?}");
        assert!(found[0].ends_with(&format!("| help: {help}")), "{found:?}");
    }
}

#[test]
fn a_key_that_is_known_nowhere_brings_the_list_of_those_that_are() {
    bad::<Agent>(
        "machine: {type: a}\nplatform: x\n",
        &["unknown-key @ platform: unknown key \"platform\" at the top level \
           | help: allowed here: \"containers\" and \"image_pull_secrets\""],
    );
    bad::<Agent>(
        "machine: {type: a}\nmachines: {type: a}\n1: x\n",
        &[
            "unknown-key @ machines: unknown key \"machines\" at the top level \
             | help: did you mean \"machine\", which stands here already?",
            "unknown-key @ 1: unknown key \"1\" at the top level \
             | help: allowed here: \"containers\" and \"image_pull_secrets\"",
        ],
    );
}

#[test]
fn a_merge_key_is_an_unknown_key() {
    bad::<Agent>(
        "machine: &m\n  type: a\n<<: *m\n",
        &["unknown-key @ <<: unknown key \"<<\" at the top level \
           | help: the platform merges nothing: write the entries themselves"],
    );
}

#[test]
fn of_exclusive_keys_the_second_is_the_place_and_the_first_the_note() {
    let exclusive = |second: &str, first: &str| {
        format!(
            "exclusive-keys @ {second}: \"{second}\" cannot stand beside \"{first}\" \
             | help: keep one of them | note @ {first}: \"{first}\" stands here"
        )
    };
    for (text, second, first) in [
        ("commands: []\ncommands_file: x\n", "commands_file", "commands"),
        ("commands_file: x\ncommands: []\n", "commands", "commands_file"),
        ("commands: []\nmatrix: []\nparallelism: 2\n", "parallelism", "matrix"),
        ("commands: []\nexecution_time_limit: {hours: 1, minutes: 1}\n", "minutes", "hours"),
    ] {
        assert_eq!(check::<Job>(text), [exclusive(second, first)]);
    }
    assert_eq!(
        check::<Block>("task_file: x\nskip: {when: true}\nfilters: []\nrun: {when: true}\n"),
        [exclusive("filters", "skip"), exclusive("run", "skip"), exclusive("run", "filters"),]
    );
    assert_eq!(
        check::<Task>(
            "jobs: [{commands: []}]\nepilogue:\n  commands: []\n  on_pass: {commands: []}\n"
        ),
        [exclusive("on_pass", "commands")]
    );
    assert_eq!(
        check::<Task>(
            "jobs: [{commands: []}]\nepilogue:\n  always: {commands: []}\n  commands: []\n"
        ),
        [exclusive("commands", "always")]
    );
}

#[test]
fn a_missing_key_is_told_at_the_key_above_or_at_the_first_line_of_the_item() {
    bad::<Task>(
        "agent:\n  containers: []\njobs:\n  - name: a\n    priority: []\nfail_fast: {}\nepilogue: {}\n",
        &[
            "missing-key @ agent: \"machine\" is missing in \"agent\"",
            "missing-key @ name: a: one of \"commands\" and \"commands_file\" is missing in an item of \"jobs\"",
            "missing-key @ fail_fast: at least one of \"stop\" and \"cancel\" is missing in \"fail_fast\"",
            "missing-key @ epilogue: one of \"commands\", \"commands_file\", \"always\", \"on_pass\" and \
             \"on_fail\" is missing in \"epilogue\"",
        ],
    );
}

#[test]
fn counts_ranges_empty_strings_and_names_are_checked() {
    bad::<Task>(
        "jobs: []\n",
        &["too-few-items @ []: \"jobs\" is empty, but needs at least 1 item"],
    );
    let many = format!("jobs:\n{}  - commands_file: last\n", "  - commands: []\n".repeat(50));
    bad::<Task>(
        &many,
        &[
            "too-many-items @ commands_file: last: \"jobs\" has 51 items, but may have at most 50 items",
        ],
    );
    bad::<Job>(
        "commands: []\nparallelism: 51\nname: ''\n",
        &[
            "out-of-range @ 51: \"parallelism\" is 51, but must be between 1 and 50",
            "empty-value @ '': \"name\" is empty | help: write at least one character, or remove the key",
        ],
    );
    bad::<Agent>(
        "machine: {type: ''}\n",
        &["empty-value @ '': \"type\" is empty | help: write at least one character"],
    );
    bad::<Job>(
        "commands: []\nexecution_time_limit: {minutes: -1}\n",
        &["out-of-range @ -1: \"minutes\" is -1, but must be at least 1"],
    );
    bad::<Block>(
        "task_file: x\npartial_rerun: job\nfilters: [{label: a, action: run}]\n",
        &[
            "unknown-value @ job: \"partial_rerun\" cannot be \"job\" | help: did you mean \"jobs\"?",
            "unknown-value @ run: \"action\" cannot be \"run\" | help: write \"skip\" or \"execute\"",
        ],
    );
    bad::<Block>(
        "task_file: x\npartial_rerun: true\n",
        &["wrong-type @ true: \"partial_rerun\" must be \"jobs\" or \"block\", but is a boolean \
           | help: write \"jobs\" or \"block\""],
    );
}

#[test]
fn a_value_that_lacks_what_is_around_it_is_shown_with_it() {
    for (text, help) in [
        ("run: true", "write `run: {when: true}`"),
        ("skip: \"branch = 'a'\"", "write `skip: {when: branch = 'a'}`"),
        ("dependencies: Build", "write `dependencies: [Build]`"),
        ("execution_time_limit: 30", "write `execution_time_limit: {minutes: 30}`"),
        ("filters: {label: a}", "write `filters: [{label: a}]`"),
    ] {
        let found = check::<Block>(&format!("task_file: x\n{text}\n"));
        assert!(found[0].ends_with(&format!("| help: {help}")), "{found:?}");
        assert_eq!(found.len(), 1, "{found:?}");
    }
    for (text, help) in [
        ("agent: f1-standard-2", "write `agent: {machine: {type: f1-standard-2}}`"),
        ("secrets: [aws]", "write `- {name: aws}`"),
        (
            "env_vars:\n  PORT: 80",
            "write each as an item of a list: `- {name: PORT, value: \"80\"}`",
        ),
        ("prologue: checkout", "write `prologue: {commands: [checkout]}`"),
        ("prologue:\n  - checkout", "put the list under \"commands\""),
        (
            "boosters:\n  type: rspec\n  job_count: 1",
            "make it a list: put \"- \" before its first key, and indent the rest",
        ),
    ] {
        let found = check::<Task>(&format!("jobs: [{{commands: []}}]\n{text}\n"));
        assert!(found[0].ends_with(&format!("| help: {help}")), "{found:?}");
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

#[test]
fn what_an_alias_repeats_is_told_once_and_with_its_use() {
    bad::<GlobalJobConfig>(
        "prologue: &c\n  commands: [1]\nepilogue: *c\n",
        &["wrong-type @ 1: item 1 of \"commands\" must be a string, but is an integer \
           | help: write it in quotes: `- \"1\"`"],
    );
    bad::<GlobalJobConfig>(
        "secrets: &s\n  - {name: a}\nenv_vars: *s\n",
        &["missing-key @ name: a: \"value\" is missing in an item of \"env_vars\" | note @ *s: used here"]
            .map(|line| line.replace("@ name: a", "@ {name: a}"))
            .each_ref()
            .map(String::as_str),
    );
}

#[test]
fn a_good_text_is_read_and_a_bad_one_is_not() {
    let shape = Shape::of::<Pipeline>();
    let tree = Tree::parse(SMALLEST).unwrap();
    let read: Pipeline = shape.read(&tree).unwrap();
    assert_eq!(read.version, "v1.0");
    let tree = Tree::parse("version: v1.0\n").unwrap();
    assert_eq!(shape.read::<Pipeline>(&tree).unwrap_err().len(), 2);
}

#[test]
fn problems_stand_in_the_order_of_the_text() {
    let text = "zzz: 1\nblocks: []\nagent: 1\nname: 2\n";
    let tree = Tree::parse(text).unwrap();
    let starts: Vec<usize> =
        Shape::of::<Pipeline>().check(&tree).iter().map(|problem| problem.span.start).collect();
    assert!(starts.is_sorted(), "{starts:?}");
}
