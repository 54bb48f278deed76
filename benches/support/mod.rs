//! The pipeline that the benchmarks read: made up, in the shape and the size of the largest that
//! public projects have. 300 blocks, each with its dependencies, a condition, secrets, variables,
//! a prologue and two jobs with comments between them: some 278 KB.

use std::fmt::Write as _;

/// How many blocks the pipeline has.
pub const BLOCKS: usize = 300;

/// The pipeline. It has nothing that validation finds.
pub fn pipeline() -> String {
    let mut text = HEAD.to_owned();
    for block in 0..BLOCKS {
        let after = match block.checked_sub(7) {
            Some(before) => format!("[\"Suite {before:03}\", \"Suite {:03}\"]", before + 2),
            None => "[]".to_owned(),
        };
        let _ = write!(
            text,
            r#"
  # Suite {block:03}.
  - name: "Suite {block:03}"
    dependencies: {after}
    run:
      when: "branch = 'main' or change_in(['/apps/suite_{block:03}', '/lib'], {{default_branch: 'main'}})"
    task:
      secrets:
        - name: suite-{block:03}
      env_vars:
        - name: MIX_ENV
          value: test
      prologue:
        commands:
          - checkout
          - cd apps/suite_{block:03}
          - cache restore deps-$(checksum mix.lock)
      jobs:
        - name: Unit tests
          parallelism: 4
          commands:
            - mix deps.get --only test # quick when the cache is warm
            - mix ecto.setup
            - |
              mix test --partitions "$SEMAPHORE_JOB_COUNT" \
                --formatter JUnitFormatter
        - name: "Lint: format and types"
          commands: ["mix format --check-formatted", 'mix dialyzer --format short']
"#
        );
        if block % 3 == 0 {
            text.push_str(
                "      epilogue:\n        always:\n          commands:\n            - test-results publish out/junit.xml\n",
            );
        }
    }
    text
}

const HEAD: &str = r#"version: v1.0
name: All suites of the monorepo
agent:
  machine:
    type: e2-standard-2
    os_image: ubuntu2404
execution_time_limit:
  hours: 2
auto_cancel:
  running:
    when: "branch != 'main'"
fail_fast:
  stop:
    when: "branch != 'main'"
blocks:"#;
