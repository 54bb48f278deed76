//! `pipewright when`: what one condition comes to, and why.

use super::Outcome;
use super::event::{ChangeFlags, EventFlags};
use crate::condition::{self, Inputs, WhereUsed};
use crate::diagnostic::{Diagnostic, Origin, Problem, Severity, SourceFile};
use crate::explain;
use crate::simulate::{Asked, ChangedFiles, Reasoning};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::Path;

/// Evaluate a condition, as the platform does
///
/// What is not given is empty: without --branch, `branch` is ''. Exit status: 0 when the condition
/// has a value, whichever; 1 when the platform refuses it; 2 when the value cannot be told.
#[derive(Debug, Args)]
pub(super) struct When {
    /// The condition, for example "branch = 'main' and change_in('/lib')"
    #[arg(allow_hyphen_values = true)]
    expression: String,
    #[command(flatten)]
    event: EventFlags,
    /// How the pipeline ended: passed, failed, stopped or canceled
    #[arg(long, value_name = "R")]
    result: Option<String>,
    /// Why it ended so: test, malformed, stuck, internal, user, strategy, timeout, …
    #[arg(long, value_name = "R")]
    result_reason: Option<String>,
    /// The condition stands in a promotion, where `result` and `result_reason` are known; that is
    /// taken for granted when one of the two is given
    #[arg(long)]
    promotion: bool,
    #[command(flatten)]
    changes: ChangeFlags,
    /// The pipeline file that the condition stands in, from the root of the repository
    #[arg(long, value_name = "F", default_value = ".semaphore/semaphore.yml")]
    pipeline_file: String,
    /// A tree of all parts with their values, or {"result": …} or {"error": …}
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl When {
    pub(super) fn run(self) -> Outcome {
        let source = match self.changes.source(Path::new(".")) {
            Ok(source) => source,
            Err(failed) => return failed,
        };
        let event = self.event.event();
        let inputs = Inputs {
            result: self.result.clone().unwrap_or_default(),
            result_reason: self.result_reason.clone().unwrap_or_default(),
            ..event.as_ref().map(crate::simulate::Event::inputs).unwrap_or_default()
        };
        let ended = self.result.is_some() || self.result_reason.is_some();
        let place = match self.promotion || ended {
            true => WhereUsed::Promotion,
            false => WhereUsed::Pipeline,
        };
        let files = ChangedFiles::new(source, event);
        let pipeline_file = self.pipeline_file.trim_start_matches('/');
        let asked = Asked::new(&files, pipeline_file);
        let expression = match condition::parse(&self.expression) {
            Ok(expression) => expression,
            Err(problem) => return self.failed(problem, 1),
        };
        match expression.evaluate(place, &inputs, &asked) {
            Err(error) => {
                // The check of the same place has more to say about what to do.
                let found = expression
                    .findings(place)
                    .into_iter()
                    .map(|finding| finding.problem)
                    .find(|found| found.span == error.problem.span);
                self.failed(found.unwrap_or(*error.problem), if error.on_platform { 1 } else { 2 })
            }
            Ok(evaluation) => match self.format {
                Format::Json => Outcome::fine(format!("{{\"result\": {}}}\n", evaluation.result())),
                Format::Text => Outcome::fine(explain::condition(&Reasoning {
                    expression: &expression,
                    evaluation: &evaluation,
                    inputs: &inputs,
                    place,
                    asked: &asked,
                })),
            },
        }
    }

    fn failed(&self, problem: Problem, status: u8) -> Outcome {
        match self.format {
            Format::Json => {
                let out = format!("{{\"error\": {}}}\n", json!(problem.message));
                Outcome { out, status, ..Outcome::default() }
            }
            Format::Text => {
                let file = SourceFile::new("condition", self.expression.clone()).into();
                let diagnostic = Diagnostic {
                    file,
                    severity: Severity::Error,
                    origin: Origin::Platform,
                    problem,
                };
                Outcome { status, ..Outcome::findings(&[diagnostic]) }
            }
        }
    }
}
