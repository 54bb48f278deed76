//! What a condition comes to.
//!
//! Facts from renderedtext/when (`reducer.ex`, `ast.ex`): both sides of `and` and `or` are always
//! evaluated, so a mistake on either side is one; the strings 'true' and 'false' are booleans
//! where they are terms or operands, but the *values* of inputs stay strings, so
//! `branch = 'true'` is never true; values of different types are never equal.

use std::fmt;

use super::change_in::{self, ChangeIn};
use super::check::{REGEX, WhereUsed};
use super::mistakes::KEYWORD;
use super::pattern::{self, NoAnswer, Refused};
use super::syntax::{Expression, Keyword, Kind, Logic, NodeId, Operator};
use crate::diagnostic::{Problem, Span};

/// What a condition is evaluated for. For a run exactly one of `branch`, `tag` and
/// `pull_request` is set, and the others are empty; `result` and `result_reason` are looked at
/// inside promotions only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs {
    /// The branch that was pushed.
    pub branch: String,
    /// The tag that was pushed.
    pub tag: String,
    /// The number of the pull request.
    pub pull_request: String,
    /// How the pipeline ended: `passed`, `failed`, `stopped` or `canceled`.
    pub result: String,
    /// Why it ended so.
    pub result_reason: String,
}

impl Inputs {
    /// The value of an input.
    #[must_use]
    pub fn get(&self, keyword: Keyword) -> &str {
        match keyword {
            Keyword::Branch => &self.branch,
            Keyword::Tag => &self.tag,
            Keyword::PullRequest => &self.pull_request,
            Keyword::Result => &self.result,
            Keyword::ResultReason => &self.result_reason,
        }
    }
}

/// Who knows what changed. A function from a call to its answer will do.
pub trait Changes {
    /// Whether `call` holds. It is not asked on a tag, where no changes are looked at.
    ///
    /// # Errors
    /// Why that cannot be told, in one sentence.
    fn change_in(&self, call: &ChangeIn) -> Result<bool, String>;
}

impl<F: Fn(&ChangeIn) -> Result<bool, String>> Changes for F {
    fn change_in(&self, call: &ChangeIn) -> Result<bool, String> {
        self(call)
    }
}

/// The value of a part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// True or false.
    Boolean(bool),
    /// A string.
    Text(String),
    /// An integer, as written.
    Integer(String),
    /// A number with a fraction, as written.
    Float(String),
    /// A list with so many items.
    List(usize),
    /// A map with so many entries.
    Map(usize),
}

impl Value {
    /// Whether the value counts as true: a number from zero up, a string other than 'false', a
    /// list or map that is not empty.
    #[must_use]
    pub fn truth(&self) -> bool {
        match self {
            Self::Boolean(value) => *value,
            Self::Text(text) => text != "false",
            Self::Integer(digits) => !digits.starts_with('-') || digits == "-0",
            // The part before the point is never zero.
            Self::Float(digits) => !digits.starts_with('-'),
            Self::List(length) | Self::Map(length) => *length > 0,
        }
    }
}

/// A condition's result, and the value of each of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    result: bool,
    values: Vec<Value>,
}

impl Evaluation {
    /// Whether the condition holds.
    #[must_use]
    pub const fn result(&self) -> bool {
        self.result
    }

    /// The value of a part; of an operand, as the operator sees it.
    #[must_use]
    pub fn value(&self, id: NodeId) -> &Value {
        &self.values[id.index()]
    }
}

/// Why a condition has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// The part that failed and why. Its rule is that of the check that would have found it.
    pub problem: Box<Problem>,
    /// Whether the platform, too, finds no value. It may find one where a regular expression
    /// uses what is not supported here or runs away, and where changes are not known.
    pub on_platform: bool,
}

impl Expression {
    /// Evaluates the condition as the platform does where it stands.
    ///
    /// # Errors
    /// What the platform's evaluation would fail at, and what cannot be told here.
    pub fn evaluate(
        &self,
        place: WhereUsed,
        inputs: &Inputs,
        changes: &dyn Changes,
    ) -> Result<Evaluation, EvalError> {
        let mut values = Values { expression: self, values: Vec::new() };
        for (id, node) in self.nodes() {
            let value = match &node.kind {
                Kind::Logic { operator, left, right, .. } => {
                    let (left, right) =
                        (values.operand(*left).truth(), values.operand(*right).truth());
                    Value::Boolean(match operator {
                        Logic::And => left && right,
                        Logic::Or => left || right,
                    })
                }
                Kind::Comparison { operator, left, right, .. } => {
                    values.compare(*operator, *left, *right)?
                }
                Kind::Group(inner) => values.operand(*inner).clone(),
                Kind::Keyword(keyword) => input(*keyword, node.span, place, inputs)?,
                Kind::Text(text) => Value::Text(text.clone()),
                Kind::Boolean(value) => Value::Boolean(*value),
                Kind::Integer(digits) => Value::Integer(digits.clone()),
                Kind::Float(digits) => Value::Float(digits.clone()),
                Kind::List(items) => Value::List(items.len()),
                Kind::Map(entries) => Value::Map(entries.len()),
                Kind::Call { .. } => Value::Boolean(self.call(id, place, inputs, changes)?),
            };
            values.values.push(value);
        }
        let result = values.operand(self.root()).truth();
        Ok(Evaluation { result, values: values.values })
    }

    fn call(
        &self,
        id: NodeId,
        place: WhereUsed,
        inputs: &Inputs,
        changes: &dyn Changes,
    ) -> Result<bool, EvalError> {
        let Some(call) = ChangeIn::read(self, id, place) else {
            let message = format!("unknown function in `{}`", self.source(id));
            let problem = Problem::new(change_in::FUNCTION, self.span(id), message);
            return Err(EvalError { problem: problem.into(), on_platform: true });
        };
        let call =
            call.map_err(|problem| EvalError { problem: problem.into(), on_platform: true })?;
        if !inputs.tag.is_empty() {
            return Ok(call.on_tags);
        }
        changes.change_in(&call).map_err(|reason| EvalError {
            problem: Problem::new(change_in::FUNCTION, self.span(id), reason).into(),
            on_platform: false,
        })
    }
}

fn input(
    keyword: Keyword,
    span: Span,
    place: WhereUsed,
    inputs: &Inputs,
) -> Result<Value, EvalError> {
    if keyword.only_in_promotions() && place == WhereUsed::Pipeline {
        let message = format!("`{keyword}` is only known inside promotions");
        let problem = Problem::new(KEYWORD, span, message);
        return Err(EvalError { problem: problem.into(), on_platform: true });
    }
    Ok(Value::Text(inputs.get(keyword).to_owned()))
}

struct Values<'e> {
    expression: &'e Expression,
    values: Vec<Value>,
}

impl Values<'_> {
    /// The value of a term or operand, where the literal strings 'true' and 'false' are booleans.
    fn operand(&mut self, id: NodeId) -> &Value {
        let value = &mut self.values[id.index()];
        if let (Kind::Text(_), Value::Text(text)) = (self.expression.kind(id), &*value)
            && matches!(text.as_str(), "true" | "false")
        {
            *value = Value::Boolean(text == "true");
        }
        value
    }

    fn compare(
        &mut self,
        operator: Operator,
        left_id: NodeId,
        right_id: NodeId,
    ) -> Result<Value, EvalError> {
        let left = self.operand(left_id).clone();
        let right = self.operand(right_id).clone();
        let holds = match operator {
            Operator::Equal => left == right,
            Operator::NotEqual => left != right,
            Operator::Match => self.matches(operator, (left_id, left), (right_id, right))?,
            Operator::NotMatch => !self.matches(operator, (left_id, left), (right_id, right))?,
        };
        Ok(Value::Boolean(holds))
    }

    fn matches(
        &self,
        operator: Operator,
        (left_id, left): (NodeId, Value),
        (right_id, right): (NodeId, Value),
    ) -> Result<bool, EvalError> {
        let error = |id: NodeId, message: String, on_platform: bool| {
            let problem = Problem::new(REGEX, self.expression.span(id), message);
            EvalError { problem: problem.into(), on_platform }
        };
        let Value::Text(text) = left else {
            let message = format!("`{operator}` needs a text on its left, found {left}");
            return Err(error(left_id, message, true));
        };
        // Only a text stands on the right of a text; 'true' and 'false' are patterns all the same.
        let regex = match right {
            Value::Boolean(value) => value.to_string(),
            Value::Text(text) => text,
            other => {
                let message = format!("expected a regular expression, found {other}");
                return Err(error(right_id, message, true));
            }
        };
        if text.is_empty() {
            return Ok(false);
        }
        pattern::is_match(&regex, &text).map_err(|failure| match failure {
            NoAnswer::Refused(Refused::Malformed(reason)) => {
                let message =
                    format!("the regular expression '{regex}' does not compile: {reason}");
                error(right_id, message, true)
            }
            NoAnswer::Refused(Refused::Unsupported(reason)) => {
                let message = format!("the regular expression '{regex}' cannot be used: {reason}");
                error(right_id, message, false)
            }
            NoAnswer::Runaway => {
                let message =
                    format!("the regular expression '{regex}' takes too long on '{text}'");
                error(right_id, message, false)
            }
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Integer(digits) | Self::Float(digits) => f.write_str(digits),
            Self::List(length) => write!(f, "a list of {length}"),
            Self::Map(length) => write!(f, "a map of {length}"),
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for EvalError {}
