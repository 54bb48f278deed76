//! Whether a promotion starts by itself.
//!
//! Facts from semaphoreio/semaphore: `auto_promote` is evaluated when the pipeline is done,
//! whatever its result; of `auto_promote_on` one entry suffices whose result is equal, whose
//! reason is equal if it names one, and one of whose patterns is found in the label.

use super::decide::Judge;
use super::jobs::any_found;
use super::template;
use super::{End, ParameterValue, Pipelines, Pressed, PromotionRun, Start};
use crate::model::{AutoPromoteRule, Promotion, RefRule};

/// What is known when a pipeline is done.
pub(super) struct Done<'a> {
    pub judge: &'a Judge<'a>,
    pub label: &'a str,
    pub file: &'a str,
    pub end: &'a End,
    pub pressed: &'a Pressed,
    pub pipelines: &'a dyn Pipelines,
}

impl Done<'_> {
    pub(super) fn promotion(&self, promotion: &Promotion) -> PromotionRun {
        let named = &promotion.pipeline_file;
        let resolved = self.pipelines.resolve(self.file, named);
        let broken = match &resolved {
            Some(_) => None,
            None => Some(format!("\"{named}\" leads out of the repository")),
        };
        let file = resolved.unwrap_or_else(|| named.clone());
        let decision = promotion.auto_promote.as_ref().map(|when| {
            self.judge.promotes(&when.when, self.end.result.as_str(), &self.end.reason)
        });
        let (mut start, mut because) = match &decision {
            None => (Start::Waits, Vec::new()),
            Some(decision) => {
                let start = match decision.holds {
                    Some(true) => Start::Automatic,
                    Some(false) => Start::Waits,
                    None => Start::Uncertain,
                };
                (start, decision.because.clone())
            }
        };
        if start == Start::Waits && !promotion.auto_promote_on.is_empty() {
            (start, because) = self.listed(&promotion.auto_promote_on);
        }
        if start != Start::Automatic && self.pressed.includes(&promotion.name, &file) {
            start = Start::Pressed;
            because = vec!["somebody is assumed to start it".to_owned()];
        }
        PromotionRun {
            name: promotion.name.clone(),
            file,
            start,
            because,
            decision,
            deployment_target: promotion.deployment_target.clone(),
            parameters: parameters(promotion, self.judge),
            starts: None,
            broken,
        }
    }

    fn listed(&self, rules: &[AutoPromoteRule]) -> (Start, Vec<String>) {
        for rule in rules {
            match self.matches(rule) {
                Ok(true) => {
                    let why = format!("auto_promote_on has an entry for {}", self.end.result);
                    return (Start::Automatic, vec![why]);
                }
                Ok(false) => {}
                Err(reason) => return (Start::Uncertain, vec![reason]),
            }
        }
        (Start::Waits, vec!["no entry of auto_promote_on matches".to_owned()])
    }

    fn matches(&self, rule: &AutoPromoteRule) -> Result<bool, String> {
        if rule.result != self.end.result.as_str() {
            return Ok(false);
        }
        if rule.result_reason.as_ref().is_some_and(|reason| *reason != self.end.reason) {
            return Ok(false);
        }
        match &rule.on {
            None => Ok(true),
            Some(RefRule::Labels(labels)) => Ok(labels.iter().any(|label| label == self.label)),
            Some(RefRule::Branch(patterns) | RefRule::LabelPatterns(patterns)) => {
                any_found(patterns, self.label)
            }
        }
    }
}

fn parameters(promotion: &Promotion, judge: &Judge<'_>) -> Vec<ParameterValue> {
    let declared = promotion.parameters.iter().flat_map(|parameters| &parameters.env_vars);
    declared
        .map(|parameter| ParameterValue {
            name: parameter.name.clone(),
            value: parameter
                .default_value
                .as_deref()
                .map(|value| template::fill(value, judge.parameters)),
            required: parameter.required.unwrap_or(true),
            options: parameter.options.clone(),
        })
        .collect()
}
