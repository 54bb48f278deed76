//! What the tree costs over the bare events of the parser, on a text like a large pipeline.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use granit_parser::Parser;
use pipewright::yaml::Tree;

/// A pipeline of some 278 KB.
fn pipeline() -> String {
    let mut text = "version: v1.0\nname: Large # generated\nagent:\n  machine:\n    type: e2-standard-2\nblocks:\n".to_owned();
    let mut block = 0;
    while text.len() < 278_000 {
        block += 1;
        text += &format!(
            r#"  - name: "Block {block}"
    # what it depends on
    dependencies: ["Block {}", Setup]
    skip:
      when: "branch != 'master' and change_in('/lib', {{pipeline_file: 'ignore'}})"
    task:
      env_vars:
        - name: STAGE
          value: 'it''s {block}'
      prologue:
        commands:
          - checkout
          - cache restore gems-$SEMAPHORE_GIT_BRANCH
      jobs:
        - name: Unit tests
          parallelism: 4
          commands: &commands-{block}
            - docker build --cache-from "$REGISTRY/app:latest" -t "$REGISTRY/app:$SEMAPHORE_WORKFLOW_ID" .
            - |
              for file in spec/*.rb; do
                bundle exec rspec "$file"
              done
            - echo done
        - name: Again
          commands: *commands-{block}
"#,
            block - 1
        );
    }
    text
}

fn benches(criterion: &mut Criterion) {
    let text = pipeline();
    let mut group = criterion.benchmark_group("yaml");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("events", |bencher| {
        bencher.iter(|| Parser::new_from_str(black_box(&text)).filter(Result::is_ok).count());
    });
    group.bench_function("tree", |bencher| {
        bencher.iter(|| Tree::parse(black_box(&text).as_str()).is_ok());
    });
    let escaped = text.replace("echo done", "\"echo \\d\"");
    group.bench_function("tree with unknown escapes", |bencher| {
        bencher.iter(|| Tree::parse(black_box(&escaped).as_str()).is_ok());
    });
    group.finish();
}

criterion_group!(yaml, benches);
criterion_main!(yaml);
