//! What a question about a workflow of 300 blocks costs, from its text to the answer: `explain`
//! should take less than 20 ms, a picture less than 200 ms.

#![allow(clippy::expect_used)] // A benchmark that panics says where.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use pipewright::graph::{self, Graph};
use pipewright::model::{Pipeline, Task};
use pipewright::simulate::{ChangeSource, ChangedFiles, Event, Pipelines, Pressed, Scenario};
use pipewright::yaml::Tree;
use pipewright::{check, explain};

const FIRST: &str = ".semaphore/semaphore.yml";

/// A pipeline of 300 blocks in layers of twelve, every third with a condition, and six promotions.
fn pipeline() -> String {
    let mut text =
        "version: v1.0\nname: Large\nagent: {machine: {type: f1-standard-2}}\nblocks:\n".to_owned();
    for block in 0..300_usize {
        let before = match block {
            0..12 => String::new(),
            _ => format!("Block {}, Block {}", block - 12, (block / 12 - 1) * 12 + block * 7 % 12),
        };
        let before = if block % 12 == block * 7 % 12 {
            before.split(", ").next().unwrap_or_default().to_owned()
        } else {
            before
        };
        let _ = writeln!(text, "  - name: Block {block}\n    dependencies: [{before}]");
        if block % 3 == 0 {
            let _ = writeln!(
                text,
                "    run:\n      when: \"branch = 'main' or tag =~ '^v[0-9]+' or change_in('/part{block}/**/*.rs')\""
            );
        }
        let _ = writeln!(
            text,
            "    task:\n      env_vars:\n        - {{name: STAGE, value: '{block}'}}\n      jobs:\n        - {{name: Unit, parallelism: 4, commands: [checkout, make test]}}\n        - {{name: Lint, commands: [checkout, make lint]}}"
        );
    }
    text.push_str("promotions:\n");
    for target in 0..6 {
        let _ = writeln!(
            text,
            "  - {{name: Target {target}, pipeline_file: deploy-{target}.yml, auto_promote: {{when: \"result = 'passed' and branch = 'main'\"}}}}"
        );
    }
    text
}

/// Files in memory, read and checked at each question as the command does.
struct Memory(BTreeMap<String, String>);

impl Pipelines for Memory {
    fn pipeline(&self, file: &str) -> Result<Arc<Pipeline>, String> {
        let text = self.0.get(file).ok_or("missing")?;
        let tree = Tree::parse(text.clone()).map_err(|problem| problem.message)?;
        if let Some(problem) = check::platform(&tree).first() {
            return Err(problem.message.clone());
        }
        Pipeline::deserialize(tree.root()).map(Arc::new).map_err(|error| error.message().to_owned())
    }

    fn resolve(&self, file: &str, named: &str) -> Option<String> {
        check::resolve(file, named)
    }

    fn task(&self, _: &str) -> Result<Arc<Task>, String> {
        Err("missing".to_owned())
    }
}

fn workflow() -> Memory {
    let deploy = "version: v1.0\nagent: {machine: {type: f1-standard-2}}\nblocks: [{name: Go, task: {jobs: [{commands: [x]}]}}]\n";
    let mut files: BTreeMap<String, String> = (0..6)
        .map(|target| (format!(".semaphore/deploy-{target}.yml"), deploy.to_owned()))
        .collect();
    files.insert(FIRST.to_owned(), pipeline());
    Memory(files)
}

fn explained(files: &Memory) -> String {
    let changed = (0..50).map(|index| format!("part{index}/src/lib.rs")).collect();
    let changed = ChangedFiles::new(ChangeSource::Listed(changed), None);
    let scenario = Scenario {
        event: Event::branch("main"),
        files: &changed,
        assumptions: Vec::new(),
        pressed: Pressed::None,
    };
    explain::workflow(&scenario.run(FIRST, files).expect("a workflow"))
}

fn benches(criterion: &mut Criterion) {
    let files = workflow();
    assert_eq!(explained(&files).matches("runs      Block").count(), 300);
    let mut group = criterion.benchmark_group("300 blocks");
    group.bench_function("explain", |bencher| bencher.iter(|| explained(black_box(&files))));
    group.bench_function("svg", |bencher| {
        bencher.iter(|| graph::svg(&Graph::of(FIRST, black_box(&files))));
    });
    let drawn = Graph::of(FIRST, &files);
    group.sample_size(20);
    group.bench_function("html", |bencher| {
        bencher.iter(|| graph::html(black_box(&drawn), FIRST, &files));
    });
    group.finish();
}

criterion_group!(explaining, benches);
criterion_main!(explaining);
