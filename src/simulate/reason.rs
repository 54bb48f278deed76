//! Why a condition came out as it did: its decisive parts, each with what it depends on.
//!
//! Of an `and` that is false the false sides are decisive, of one that is true both sides, and of
//! an `or` the other way round. Nothing here recurses, as conditions have no limit on nesting.

use super::changes::{Answer, ChangedFiles};
use crate::condition::{
    ChangeIn, Changes, Evaluation, Expression, Inputs, Kind, Logic, NodeId, Operator, Value,
    WhereUsed,
};
use std::cell::RefCell;

/// Answers calls of `change_in`, and remembers the answers.
#[derive(Debug)]
pub struct Asked<'a> {
    files: &'a ChangedFiles,
    pipeline_file: &'a str,
    answers: RefCell<Vec<(ChangeIn, Answer)>>,
}

impl<'a> Asked<'a> {
    /// For a condition that stands in `pipeline_file`, a path from the root of the repository.
    #[must_use]
    pub fn new(files: &'a ChangedFiles, pipeline_file: &'a str) -> Self {
        Self { files, pipeline_file, answers: RefCell::default() }
    }
}

impl Changes for Asked<'_> {
    fn change_in(&self, call: &ChangeIn) -> Result<bool, String> {
        let answer = self.files.answer(call, self.pipeline_file)?;
        let changed = answer.changed;
        self.answers.borrow_mut().push((call.clone(), answer));
        Ok(changed)
    }
}

/// A condition with its value and all that is needed to say why.
#[derive(Debug, Clone, Copy)]
pub struct Reasoning<'a> {
    /// The condition.
    pub expression: &'a Expression,
    /// Its value.
    pub evaluation: &'a Evaluation,
    /// What it was evaluated for.
    pub inputs: &'a Inputs,
    /// Where it stands.
    pub place: WhereUsed,
    /// What was answered about changed files.
    pub asked: &'a Asked<'a>,
}

impl Reasoning<'_> {
    /// The parts that decided, from left to right: `branch = 'main' is false (branch is 'dev')`.
    #[must_use]
    pub fn decisive(&self) -> Vec<String> {
        self.deciders().into_iter().map(|id| self.said(id)).collect()
    }

    /// The parts that decided, from left to right; none of them is an `and`, an `or` or in
    /// parentheses.
    #[must_use]
    pub fn deciders(&self) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut open = vec![self.expression.root()];
        while let Some(id) = open.pop() {
            match self.expression.kind(id) {
                Kind::Group(inner) => open.push(*inner),
                Kind::Logic { operator, left, right, .. } => {
                    let whole = self.truth(id);
                    let all = (*operator == Logic::And) == whole;
                    let decides = |side: NodeId| all || self.truth(side) == whole;
                    if decides(*right) {
                        open.push(*right);
                    }
                    if decides(*left) {
                        open.push(*left);
                    }
                }
                _ => found.push(id),
            }
        }
        found
    }

    /// Whether a part counts as true.
    #[must_use]
    pub fn truth(&self, id: NodeId) -> bool {
        self.evaluation.value(id).truth()
    }

    fn said(&self, id: NodeId) -> String {
        let source = one_line(self.expression.source(id));
        let truth = self.truth(id);
        // An equation that holds says by itself what the input is.
        let plain =
            matches!(self.expression.kind(id), Kind::Comparison { operator: Operator::Equal, .. });
        match self.note(id) {
            Some(note) if !(truth && plain) => format!("{source} is {truth} ({note})"),
            _ => format!("{source} is {truth}"),
        }
    }

    /// What a part depends on: the inputs that it names, the files that changed. `None` where it
    /// speaks for itself.
    #[must_use]
    pub fn note(&self, id: NodeId) -> Option<String> {
        match self.expression.kind(id) {
            Kind::Comparison { left, right, .. } => {
                let notes: Vec<String> =
                    [*left, *right].into_iter().filter_map(|side| self.operand(side)).collect();
                (!notes.is_empty()).then(|| notes.join(", "))
            }
            Kind::Call { .. } => self.operand(id),
            Kind::Logic { .. } | Kind::Group(_) | Kind::Boolean(_) => None,
            _ => match self.evaluation.value(id) {
                Value::Boolean(_) => None,
                value => Some(format!("{} counts as {}", describe(value), self.truth(id))),
            },
        }
    }

    fn operand(&self, id: NodeId) -> Option<String> {
        match self.expression.kind(id) {
            Kind::Keyword(keyword) => {
                let value = self.inputs.get(*keyword);
                Some(match value {
                    "" => format!("{keyword} is empty"),
                    value => format!("{keyword} is '{value}'"),
                })
            }
            Kind::Call { .. } if !self.inputs.tag.is_empty() => {
                Some(format!("always {} on a tag", self.truth(id)))
            }
            Kind::Call { .. } => {
                let call = ChangeIn::read(self.expression, id, self.place)?.ok()?;
                let answers = self.asked.answers.borrow();
                answers
                    .iter()
                    .find(|(asked, _)| *asked == call)
                    .map(|(_, answer)| answer.because.clone())
            }
            _ => None,
        }
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Text(_) => "a text".to_owned(),
        Value::Integer(_) | Value::Float(_) => "a number".to_owned(),
        other => other.to_string(),
    }
}

/// A text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
