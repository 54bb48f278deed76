//! From the text of a condition to a decision with its reasons.

use super::reason::one_line;
use super::{Asked, ChangedFiles, Decision, Reasoning};
use crate::condition::{self, Inputs, WhereUsed};
use crate::model::Condition;

/// What the conditions of one pipeline are evaluated for.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    /// The event.
    pub inputs: &'a Inputs,
    /// The changed files.
    pub files: &'a ChangedFiles,
    /// The pipeline file, from the root.
    pub pipeline_file: &'a str,
    /// The values of the promotion's parameters.
    pub parameters: &'a dyn Fn(&str) -> Option<String>,
}

impl Judge<'_> {
    /// A condition that stands outside of promotions.
    pub(super) fn decide(&self, condition: &Condition) -> Decision {
        self.decide_at(condition, WhereUsed::Pipeline, self.inputs)
    }

    /// The condition of a promotion of a pipeline that ended like this.
    pub(super) fn promotes(&self, condition: &Condition, result: &str, reason: &str) -> Decision {
        let inputs = Inputs {
            result: result.to_owned(),
            result_reason: reason.to_owned(),
            ..self.inputs.clone()
        };
        self.decide_at(condition, WhereUsed::Promotion, &inputs)
    }

    fn decide_at(&self, condition: &Condition, place: WhereUsed, inputs: &Inputs) -> Decision {
        let text = match condition {
            Condition::Fixed(value) => {
                return Decision {
                    condition: value.to_string(),
                    holds: Some(*value),
                    because: Vec::new(),
                    malformed: false,
                };
            }
            Condition::When(text) => condition::substitute(text, self.parameters),
        };
        let unknown = |message: String, malformed: bool| Decision {
            condition: one_line(&text),
            holds: None,
            because: vec![message],
            malformed,
        };
        if text.contains("${{") || text.contains("%{{") {
            let message = "it contains an expression that is not evaluated here".to_owned();
            return unknown(message, false);
        }
        let expression = match condition::parse(&text) {
            Ok(expression) => expression,
            Err(problem) => return unknown(problem.message, true),
        };
        let asked = Asked::new(self.files, self.pipeline_file);
        match expression.evaluate(place, inputs, &asked) {
            Err(error) => unknown(error.problem.message, error.on_platform),
            Ok(evaluation) => Decision {
                condition: one_line(&text),
                holds: Some(evaluation.result()),
                because: Reasoning {
                    expression: &expression,
                    evaluation: &evaluation,
                    inputs,
                    place,
                    asked: &asked,
                }
                .decisive(),
                malformed: false,
            },
        }
    }
}
