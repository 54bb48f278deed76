//! What the platform refuses about a condition, and what it finds out too late.
//!
//! When a pipeline starts, the platform evaluates every condition once with empty inputs and
//! without calling functions. Facts from renderedtext/when (`reducer.ex`) and plumber
//! (`when_validator.ex`): both sides of `and` and `or` are always evaluated; what consists of
//! literals alone is evaluated like the rest, so its regular expressions are compiled; but an
//! empty value matches nothing before its pattern is even compiled, so `tag =~ '('` passes the
//! dry run and crashes when there is a tag.

use super::change_in;
use super::mistakes::KEYWORD;
use super::pattern::{self, Refused};
use super::syntax::{Expression, Kind, NodeId, Operator};
use crate::diagnostic::{Origin, Problem};

/// The rule of regular expressions that the platform cannot use.
pub(super) const REGEX: &str = "condition-regex";
/// The rule of those that crash only when there is a text to match.
const CRASH: &str = "condition-crash";

/// Where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhereUsed {
    /// Anywhere but inside `promotions`.
    Pipeline,
    /// Inside `promotions`, where `result` and `result_reason` are known.
    Promotion,
}

/// A problem of a condition, and when it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// [`Origin::Platform`]: the pipeline does not start. [`Origin::Workflow`]: it starts, and
    /// the condition fails, or does not do as it says, when it is evaluated.
    pub origin: Origin,
    /// What is wrong.
    pub problem: Problem,
}

impl Finding {
    pub(super) const fn at_start(problem: Problem) -> Self {
        Self { origin: Origin::Platform, problem }
    }
}

/// Everything that is wrong with a condition, in the order of the text: what [`findings`] finds,
/// without when it shows.
#[must_use]
pub fn check(text: &str, place: WhereUsed) -> Vec<Problem> {
    findings(text, place).into_iter().map(|finding| finding.problem).collect()
}

/// Everything that is wrong with a condition, in the order of the text. One that cannot be read
/// has one finding.
#[must_use]
pub fn findings(text: &str, place: WhereUsed) -> Vec<Finding> {
    match super::parse(text) {
        Ok(expression) => expression.findings(place),
        Err(problem) => vec![Finding::at_start(problem)],
    }
}

impl Expression {
    /// The problems of a condition that could be read; see [`check`].
    #[must_use]
    pub fn check(&self, place: WhereUsed) -> Vec<Problem> {
        self.findings(place).into_iter().map(|finding| finding.problem).collect()
    }

    /// The problems of a condition that could be read; see [`findings`].
    #[must_use]
    pub fn findings(&self, place: WhereUsed) -> Vec<Finding> {
        let mut found = Vec::new();
        for (id, node) in self.nodes() {
            match &node.kind {
                Kind::Keyword(keyword)
                    if keyword.only_in_promotions() && place == WhereUsed::Pipeline =>
                {
                    let message = format!("`{keyword}` is only known inside promotions");
                    let problem = Problem::new(KEYWORD, node.span, message)
                        .help("here the inputs are branch, tag and pull_request");
                    found.push(Finding::at_start(problem));
                }
                Kind::Call { name, .. } if name == change_in::NAME => {
                    found.append(&mut change_in::check(self, id, place));
                }
                Kind::Call { name, name_span, .. } => {
                    let message = format!("unknown function `{name}`");
                    let problem = Problem::new(change_in::FUNCTION, *name_span, message)
                        .help("the only function is `change_in`");
                    found.push(Finding::at_start(problem));
                }
                Kind::Comparison { operator, left, right, .. } if operator.is_match() => {
                    found.extend(self.match_finding(*operator, *left, *right));
                }
                _ => {}
            }
        }
        found.sort_by_key(|finding| finding.problem.span);
        found
    }

    /// What is wrong with `left =~ right`.
    fn match_finding(&self, operator: Operator, left: NodeId, right: NodeId) -> Option<Finding> {
        let origin = match self.kind(left) {
            Kind::Text(text) if !matches!(text.as_str(), "true" | "false") => Origin::Platform,
            Kind::Keyword(_) => Origin::Workflow,
            _ => {
                let message = format!(
                    "`{operator}` needs a text on its left, found a boolean, `{}`",
                    self.source(left)
                );
                let problem = Problem::new(REGEX, self.span(left), message).help(
                    "the strings 'true' and 'false' and the value of `change_in` are booleans",
                );
                return Some(Finding::at_start(problem));
            }
        };
        let Kind::Text(regex) = self.kind(right) else { return None };
        match pattern::check(regex) {
            Err(Refused::Malformed(reason)) => {
                let message =
                    format!("the regular expression '{regex}' does not compile: {reason}");
                let rule = if origin == Origin::Workflow { CRASH } else { REGEX };
                Some(Finding { origin, problem: Problem::new(rule, self.span(right), message) })
            }
            Ok(()) | Err(Refused::Unsupported(_)) => None,
        }
    }
}
