//! Workflows in memory, and what happens in them.

use super::*;
use crate::model::{Pipeline, Task};
use crate::yaml::Tree;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Files in memory.
struct Files(BTreeMap<&'static str, String>);

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Arc<T>, String> {
    let tree = Tree::parse(text.to_owned()).map_err(|problem| problem.message)?;
    T::deserialize(tree.root()).map(Arc::new).map_err(|error| error.message().to_owned())
}

impl Pipelines for Files {
    fn pipeline(&self, file: &str) -> Result<Arc<Pipeline>, String> {
        let text = self.0.get(file).ok_or_else(|| format!("no file \"{file}\""))?;
        read(&format!("version: v1.0\nagent: {{machine: {{type: e1}}}}\n{text}"))
    }

    fn resolve(&self, file: &str, named: &str) -> Option<String> {
        let folder =
            file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        match named.strip_prefix('/') {
            Some(whole) => Some(whole.to_owned()),
            None if named.starts_with("..") => None,
            None => Some(folder + named),
        }
    }

    fn task(&self, file: &str) -> Result<Arc<Task>, String> {
        read(self.0.get(file).ok_or_else(|| format!("no file \"{file}\""))?)
    }
}

fn files<const N: usize>(files: [(&'static str, &str); N]) -> Files {
    Files(files.into_iter().map(|(name, text)| (name, text.replace("TASK", TASK))).collect())
}

const TASK: &str = "task: {jobs: [{name: Job, commands: [x]}]}";

fn scenario(event: Event, files: &ChangedFiles) -> Scenario<'_> {
    Scenario { event, files, assumptions: Vec::new(), pressed: Pressed::None }
}

fn assume(event: Event, files: &Files, assumptions: &[&str]) -> Workflow {
    let changed = ChangedFiles::none();
    let mut scenario = scenario(event, &changed);
    scenario.assumptions = assumptions.iter().map(|text| text.parse().expect(text)).collect();
    scenario.run("a.yml", files).expect("a pipeline that starts")
}

fn run(event: Event, files: &Files) -> Workflow {
    assume(event, files, &[])
}

fn main() -> Event {
    Event::branch("main")
}

fn fates(run: &PipelineRun) -> Vec<(&str, Fate)> {
    run.blocks.iter().map(|block| (block.name.as_str(), block.fate)).collect()
}

#[test]
fn a_skipped_block_counts_as_passed() {
    let files = files([(
        "a.yml",
        "blocks:\n\
         - {name: A, dependencies: [], run: {when: \"branch = 'dev'\"}, TASK}\n\
         - {name: B, dependencies: [A], skip: {when: \"branch = 'main'\"}, TASK}\n\
         - {name: C, dependencies: [B], run: {when: true}, TASK}\n\
         - {name: D, dependencies: [B, C], skip: {when: \"tag =~ '.*'\"}, TASK}\n",
    )]);
    let found = run(main(), &files);
    let first = &found.pipelines[0];
    assert_eq!(
        fates(first),
        [("A", Fate::Skipped), ("B", Fate::Skipped), ("C", Fate::Runs), ("D", Fate::Runs)]
    );
    assert_eq!(first.blocks[0].because, ["branch = 'dev' is false (branch is 'main')"]);
    assert_eq!(first.blocks[1].because, ["branch = 'main' is true"]);
    assert_eq!(first.blocks[3].because, ["tag =~ '.*' is false (tag is empty)"]);
    assert_eq!(first.blocks[3].dependencies, ["B", "C"]);
    assert_eq!((first.end.result, first.end.reason.as_str()), (RunResult::Passed, ""));
}

#[test]
fn what_waits_for_a_block_that_does_not_pass_is_canceled() {
    let files = files([(
        "a.yml",
        "blocks:\n\
         - {name: A, dependencies: [], TASK}\n\
         - {name: B, dependencies: [A], run: {when: \"broken (\"}, TASK}\n\
         - {name: C, dependencies: [B], TASK}\n\
         - {name: D, dependencies: [], TASK}\n",
    )]);
    for (result, said) in [("failed", "\"A\" failed"), ("stopped", "\"A\" was stopped")] {
        let found = assume(main(), &files, &[&format!("a.yml:A={result}")]);
        let first = &found.pipelines[0];
        assert_eq!(
            fates(first),
            [("A", Fate::Runs), ("B", Fate::Canceled), ("C", Fate::Canceled), ("D", Fate::Runs)]
        );
        assert_eq!(first.blocks[1].because, [said]);
        assert_eq!(first.blocks[2].because, ["\"B\" was canceled"]);
        assert_eq!(first.end.result.as_str(), result);
        assert!(first.end.because.contains("the block \"A\""), "{:?}", first.end);
    }
}

#[test]
fn without_dependencies_blocks_wait_for_the_one_before() {
    let files = files([("a.yml", "blocks: [{TASK}, {TASK}, {name: C, TASK}]\n")]);
    let found = assume(main(), &files, &[":Nameless block 2=failed"]);
    assert_eq!(
        fates(&found.pipelines[0]),
        [("Nameless block 1", Fate::Runs), ("Nameless block 2", Fate::Runs), ("C", Fate::Canceled)]
    );
}

#[test]
fn what_has_no_value_is_uncertain_and_never_guessed() {
    let files = files([(
        "a.yml",
        "blocks:\n\
         - {name: A, dependencies: [], run: {when: \"change_in('/lib')\"}, TASK}\n\
         - {name: B, dependencies: [A], TASK}\n\
         - {name: C, dependencies: [], run: {when: \"branch =~ '('\"}, TASK}\n\
         - {name: D, dependencies: [C], TASK}\n\
         promotions: [{name: P, pipeline_file: a.yml, auto_promote: {when: \"change_in('/x')\"}}]\n",
    )]);
    let unknown = ChangedFiles::new(ChangeSource::Unknown("nobody knows".to_owned()), None);
    let found = scenario(main(), &unknown).run("a.yml", &files).expect("a pipeline");
    let first = &found.pipelines[0];
    assert_eq!(
        fates(first),
        // Skipped or run, A keeps nothing from running; C fails, as its condition crashes.
        [("A", Fate::Uncertain), ("B", Fate::Runs), ("C", Fate::Uncertain), ("D", Fate::Canceled)]
    );
    assert_eq!(first.blocks[0].because, ["nobody knows"]);
    assert_eq!(first.blocks[2].result, Some(RunResult::Failed));
    assert_eq!(first.end.reason, "malformed");
    assert_eq!(first.promotions[0].start, Start::Uncertain);
    assert_eq!(first.promotions[0].because, ["nobody knows"]);
    assert_eq!(found.pipelines.len(), 1, "what is uncertain is not followed");
}

#[test]
fn fail_fast_makes_uncertain_what_may_have_started() {
    let blocks = "blocks:\n\
         - {name: First, dependencies: [], TASK}\n\
         - {name: Bad, dependencies: [First], TASK}\n\
         - {name: Beside, dependencies: [], TASK}\n\
         - {name: After, dependencies: [Bad], TASK}\n";
    let with = |fail_fast: &str| files([("a.yml", &*format!("{fail_fast}\n{blocks}"))]);
    let failing = |files: &Files| assume(main(), files, &[":Bad=failed"]).pipelines.remove(0);
    let calm = failing(&with("fail_fast: {stop: {when: \"branch = 'dev'\"}}"));
    assert_eq!(calm.blocks[2].fate, Fate::Runs);
    assert_eq!(calm.fail_fast_stop.as_ref().and_then(|stop| stop.holds), Some(false));
    for (policy, does) in [
        ("fail_fast: {stop: {when: true}, cancel: {when: true}}", "stops it"),
        ("fail_fast: {cancel: {when: \"branch = 'main'\"}}", "cancels it if it has not started"),
    ] {
        let found = failing(&with(policy));
        assert_eq!(
            fates(&found),
            [
                ("First", Fate::Runs),
                ("Bad", Fate::Runs),
                ("Beside", Fate::Uncertain),
                ("After", Fate::Canceled)
            ]
        );
        assert!(found.blocks[2].because[0].contains(does), "{:?}", found.blocks[2]);
    }
}

#[test]
fn filters_go_by_the_first_that_matches_the_label() {
    let with = |filters: &str| {
        let text = format!("blocks: [{{name: A, filters: [{filters}], TASK}}]\n");
        let files = files([("a.yml", text.as_str())]);
        run(Event::tag("v1"), &files).pipelines[0].blocks[0].fate
    };
    assert_eq!(with("{label: v1}"), Fate::Skipped);
    assert_eq!(with("{label: v1, action: execute}"), Fate::Runs);
    assert_eq!(with("{label_pattern: '^v', action: skip}"), Fate::Skipped);
    assert_eq!(
        with("{label: v2}, {label_pattern: '1$', action: execute}, {label: v1}"),
        Fate::Runs
    );
    assert_eq!(with("{label: v2}"), Fate::Runs);
    assert_eq!(with("{label_pattern: '('}"), Fate::Uncertain);
}

#[test]
fn jobs_are_expanded_as_the_platform_names_them() {
    let files = files([(
        "a.yml",
        "global_job_config:\n  env_vars: [{name: A, value: global}, {name: G, value: g}]\n\
         \u{20} priority: [{value: 7, when: \"branch = 'main'\"}]\n\
         blocks:\n\
         - name: Tests\n  task:\n    env_vars: [{name: A, value: task}, {name: T, value: t}]\n\
         \u{20}   jobs:\n\
         \u{20}     - {commands: [x]}\n\
         \u{20}     - {name: Par, parallelism: 2, commands: [x]}\n\
         \u{20}     - name: Mat\n        commands: [x]\n        env_vars: [{name: A, value: job}]\n\
         \u{20}       priority: [{value: 90, when: \"tag = 'x'\"}, {value: 80, when: true}]\n\
         \u{20}       matrix: [{env_var: A, values: ['1', '2']}, {env_var: B, values: [x, y]}]\n",
    )]);
    let found = run(main(), &files);
    let jobs = &found.pipelines[0].blocks[0].jobs;
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Nameless 1",
            "Par - 1/2",
            "Par - 2/2",
            "Mat - A=1, B=x",
            "Mat - A=1, B=y",
            "Mat - A=2, B=x",
            "Mat - A=2, B=y"
        ]
    );
    let variables = |index: usize| -> Vec<String> {
        let pair = |variable: &Variable| format!("{}={}", variable.name, variable.value);
        jobs[index].variables.iter().map(pair).collect()
    };
    assert_eq!(variables(0), ["A=task", "G=g", "T=t"]);
    assert_eq!(
        variables(2),
        ["A=task", "G=g", "T=t", "SEMAPHORE_JOB_COUNT=2", "SEMAPHORE_JOB_INDEX=2"]
    );
    assert_eq!(variables(5), ["A=2", "G=g", "T=t", "B=x"]);
    assert_eq!(jobs[0].priority, Some(7));
    assert_eq!(jobs[0].because, ["priority 7, as branch = 'main' is true"]);
    assert_eq!(jobs[3].priority, Some(80));
}

#[test]
fn queues_are_the_first_whose_condition_holds() {
    let with = |queue: &str, event: Event| {
        let files = files([("a.yml", &*format!("{queue}\nblocks: [{{TASK}}]\n"))]);
        let used = run(event, &files).pipelines.remove(0).queue;
        (used.name.unwrap_or_default(), used.serialized, used.organization, used.default)
    };
    let owned = |name: &str, serialized, organization, default| {
        (name.to_owned(), serialized, organization, default)
    };
    let rules = "queue: [{name: Q, when: \"branch = 'main'\"}, {processing: parallel, when: \"branch = 'dev'\"}]";
    assert_eq!(with("", main()), owned("main-a.yml", true, false, true));
    assert_eq!(with(rules, main()), owned("Q", true, false, false));
    assert_eq!(with(rules, Event::branch("dev")), owned("dev-a.yml", false, false, true));
    assert_eq!(with(rules, Event::tag("v1")), owned("v1-a.yml", true, false, true));
    assert_eq!(
        with("queue: {name: Q, scope: organization, processing: parallel}", main()),
        owned("Q", false, true, false)
    );
    assert_eq!(
        with("queue: [{name: Q, when: \"change_in(\"}]", main()),
        owned("", true, false, false)
    );
}

#[test]
fn promotions_are_followed_and_told_apart() {
    let files = files([
        (
            "a.yml",
            "blocks: [{TASK}]\n\
             promotions:\n\
             - {name: By itself, pipeline_file: b.yml, auto_promote: {when: \"result = 'passed'\"}}\n\
             - {name: By hand, pipeline_file: c.yml, deployment_target: prod}\n\
             - {name: After failure, pipeline_file: c.yml, auto_promote: {when: \"result = 'failed'\"}}\n\
             - {name: Gone, pipeline_file: gone.yml, auto_promote: {when: true}}\n\
             - {name: Outside, pipeline_file: ../x.yml}\n",
        ),
        (
            "b.yml",
            "blocks: [{TASK}]\npromotions: [{name: Back, pipeline_file: a.yml, auto_promote: {when: true}}]\n",
        ),
        ("c.yml", "blocks: [{TASK}]\n"),
    ]);
    let found = run(main(), &files);
    let names: Vec<&str> = found.pipelines.iter().map(|run| run.file.as_str()).collect();
    assert_eq!(names, ["a.yml", "b.yml"]);
    let promotions = &found.pipelines[0].promotions;
    let starts: Vec<Start> = promotions.iter().map(|promotion| promotion.start).collect();
    assert_eq!(
        starts,
        [Start::Automatic, Start::Waits, Start::Waits, Start::Automatic, Start::Waits]
    );
    assert_eq!(promotions[4].broken.as_deref(), Some("\"../x.yml\" leads out of the repository"));
    assert_eq!(promotions[0].starts, Some(1));
    assert_eq!(promotions[1].deployment_target.as_deref(), Some("prod"));
    assert_eq!(promotions[2].because, ["result = 'failed' is false (result is 'passed')"]);
    assert_eq!(promotions[3].broken.as_deref(), Some("no file \"gone.yml\""));
    assert_eq!(promotions[3].starts, None);
    // Back in a circle, to what is there already.
    assert_eq!(found.pipelines[1].promotions[0].starts, Some(0));
    assert_eq!(
        found.pipelines[1].promoted_by,
        Some(PromotedBy { pipeline: 0, promotion: "By itself".to_owned() })
    );

    let failed = assume(main(), &files, &["a.yml=failed"]);
    let started: Vec<&str> = failed.pipelines.iter().map(|run| run.file.as_str()).collect();
    assert_eq!(started, ["a.yml", "c.yml"]);

    let changed = ChangedFiles::none();
    let mut pressing = scenario(main(), &changed);
    pressing.pressed = Pressed::These(vec!["By hand".to_owned(), "nothing".to_owned()]);
    pressing.assumptions = vec!["x.yml=failed".parse().expect("an assumption")];
    let found = pressing.run("a.yml", &files).expect("a pipeline");
    assert_eq!(found.pipelines[0].promotions[1].start, Start::Pressed);
    assert_eq!(found.pipelines.len(), 3);
    assert_eq!(found.unused.len(), 2, "{:?}", found.unused);
}

#[test]
fn auto_promote_on_needs_all_that_an_entry_names() {
    let with = |rule: &str, event: Event, assumption: &str| {
        let text = format!(
            "blocks: [{{TASK}}]\npromotions: [{{name: P, pipeline_file: a.yml, auto_promote_on: [{rule}]}}]\n"
        );
        let files = files([("a.yml", text.as_str())]);
        assume(event, &files, &[assumption]).pipelines[0].promotions[0].start
    };
    let (passed, failed) = ("a.yml=passed", "a.yml=failed");
    assert_eq!(with("{result: passed}", main(), passed), Start::Automatic);
    assert_eq!(with("{result: passed}", main(), failed), Start::Waits);
    assert_eq!(with("{result: passed}, {result: failed}", main(), failed), Start::Automatic);
    assert_eq!(with("{result: failed, result_reason: stuck}", main(), failed), Start::Waits);
    let stuck = "a.yml=failed/stuck";
    assert_eq!(with("{result: failed, result_reason: stuck}", main(), stuck), Start::Automatic);
    assert_eq!(with("{result: passed, branch: ['^ma']}", main(), passed), Start::Automatic);
    assert_eq!(with("{result: passed, branch: ['^x', y]}", main(), passed), Start::Waits);
    assert_eq!(with("{result: passed, labels: [v1]}", Event::tag("v1"), passed), Start::Automatic);
    assert_eq!(with("{result: passed, labels: [v]}", Event::tag("v1"), passed), Start::Waits);
    assert_eq!(
        with("{result: passed, label_patterns: ['1$']}", Event::tag("v1"), passed),
        Start::Automatic
    );
    assert_eq!(with("{result: passed, branch: ['(']}", main(), passed), Start::Uncertain);
}

#[test]
fn parameters_reach_names_conditions_and_counts() {
    let files = files([
        (
            "a.yml",
            "blocks: [{TASK}]\n\
             promotions:\n\
             - name: P\n  pipeline_file: /ci/b.yml\n  auto_promote: {when: true}\n\
             \u{20} parameters: {env_vars: [{name: ENV, default_value: prod}, {name: N, default_value: '2', required: false}, {name: ASK}]}\n",
        ),
        (
            "ci/b.yml",
            "name: Deploy to ${{parameters.ENV}}\n\
             queue: {name: \"q-${{ parameters.ENV | upper }}\"}\n\
             blocks:\n\
             - {name: Only staging, dependencies: [], run: {when: \"'${{parameters.ENV}}' = 'staging'\"}, TASK}\n\
             - name: Many\n  dependencies: []\n  task: {secrets: [{name: \"key-${{parameters.ENV}}\"}], jobs: [{name: J, parallelism: '%{{ parameters.N | int64 }}', commands: [x]}, {name: K, parallelism: '%{{ parameters.N | mul 2 }}', commands: [x]}]}\n",
        ),
    ]);
    let found = run(main(), &files);
    let second = &found.pipelines[1];
    assert_eq!(second.name.as_deref(), Some("Deploy to prod"));
    assert_eq!(second.queue.name.as_deref(), Some("q-PROD"));
    assert_eq!(second.blocks[0].fate, Fate::Skipped);
    let many = &second.blocks[1];
    assert_eq!(many.secrets, ["key-prod"]);
    let names: Vec<&str> = many.jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["J - 1/2", "J - 2/2", "K"]);
    assert!(many.jobs[2].because[0].contains("is not evaluated here"), "{:?}", many.jobs[2]);
    assert_eq!(many.jobs[0].variables[0], Variable { name: "ENV".into(), value: "prod".into() });
    let ask = &second.parameters[2];
    assert_eq!((ask.name.as_str(), &ask.value, ask.required), ("ASK", &None, true));
}

#[test]
fn tasks_come_from_files() {
    let files = files([
        ("a.yml", "blocks: [{name: A, task_file: tasks/t.yml}, {name: B, task_file: none.yml}]\n"),
        ("tasks/t.yml", "{jobs: [{name: From a file, commands: [x]}]}"),
    ]);
    let found = run(main(), &files);
    assert_eq!(found.pipelines[0].blocks[0].jobs[0].name, "From a file");
    assert_eq!(found.pipelines[0].end.reason, "malformed");
    assert!(found.pipelines[0].blocks.iter().all(|block| block.fate == Fate::Canceled));
    assert_eq!(
        found.pipelines[0].blocks[1].because,
        ["its task_file \"none.yml\" cannot be used: no file \"none.yml\""]
    );
}

#[test]
fn a_chain_of_promotions_has_no_limit() {
    let mut chain = BTreeMap::new();
    let names: Vec<&'static str> = std::iter::once("a.yml")
        .chain((0..3000).map(|index| &*format!("p{index}.yml").leak()))
        .collect();
    for pair in names.windows(2) {
        let next = pair[1];
        chain.insert(pair[0], format!("blocks: [{{{TASK}}}]\npromotions: [{{name: N, pipeline_file: {next}, auto_promote: {{when: true}}}}]\n"));
    }
    chain.insert(names[3000], format!("blocks: [{{{TASK}}}]\n"));
    let found = run(main(), &Files(chain));
    assert_eq!(found.pipelines.len(), 3001);
}
