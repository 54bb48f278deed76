//! The walk over the tree: which sort of node stands where, and which alternative was meant.

use std::collections::HashSet;

use super::Shape;
use super::form::{Form, FormId, Length, ListForm};
use super::place::{Place, Step};
use super::{help, map, scalar};
use crate::diagnostic::{Problem, Span};
use crate::yaml::{Kind, Node, Value};

/// Everything that is wrong with a node, in the order of the text.
pub(super) fn check(shape: &Shape, node: Node<'_>) -> Vec<Problem> {
    let mut walk = Walk::new(shape, MOST_HELPS);
    walk.node(shape.root, node, &Place::ROOT);
    let mut problems = walk.problems;
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    // An anchored node is checked wherever an alias repeats it.
    problems.dedup_by(|a, b| (a.rule, a.span, &a.message) == (b.rule, b.span, &b.message));
    problems
}

/// The state of a walk.
pub(super) struct Walk<'w> {
    pub shape: &'w Shape,
    pub problems: Vec<Problem>,
    /// The alias that led here.
    through: Option<Span>,
    /// What aliases have led to: where it is anchored, and the form it was held against.
    repeated: HashSet<(Span, FormId)>,
    /// How many more unknown keys get a help.
    helps: usize,
}

/// How many unknown keys get a help, which costs a search through the whole shape.
const MOST_HELPS: usize = 100;

impl<'w> Walk<'w> {
    fn new(shape: &'w Shape, helps: usize) -> Self {
        Self { shape, problems: Vec::new(), through: None, repeated: HashSet::new(), helps }
    }

    /// Whether there is still a help to give; one less from now on.
    pub fn may_help(&mut self) -> bool {
        let may = self.helps > 0;
        self.helps = self.helps.saturating_sub(1);
        may
    }

    pub fn report(&mut self, problem: Problem) {
        let problem = match self.through {
            Some(alias) if problem.span != alias => problem.note(alias, "used here"),
            _ => problem,
        };
        self.problems.push(problem);
    }

    /// Holds a node against a form.
    pub fn node(&mut self, id: FormId, node: Node<'_>, place: &Place<'_>) {
        let form = self.shape.form(id);
        if form.anything {
            return;
        }
        if node.is_alias() {
            let collection = matches!(node.kind(), Kind::Seq | Kind::Map);
            if collection && !self.repeated.insert((node.definition_span(), id)) {
                // The same again: an alias of aliases of aliases must not cost more than its text.
                return;
            }
            let outer = self.through.replace(node.span());
            self.known(form, node, place);
            self.through = outer;
        } else {
            self.known(form, node, place);
        }
    }

    fn known(&mut self, form: &'w Form, node: Node<'_>, place: &Place<'_>) {
        match node.value() {
            Value::Null if form.null => {}
            Value::Bool(_) if form.boolean => {}
            Value::Str(text) if !form.texts.is_empty() => {
                scalar::text(self, form, text, node, place)
            }
            Value::Int(_) if !form.integers.is_empty() || !form.numbers.is_empty() => {
                scalar::number(self, form, node, place);
            }
            Value::Float(_) if !form.numbers.is_empty() => scalar::number(self, form, node, place),
            Value::Seq if !form.lists.is_empty() => {
                let alternatives = form.lists.iter();
                let list = self.fitting(alternatives, |walk, list| walk.list(list, node, place));
                if let Some(list) = list {
                    self.list(list, node, place);
                }
            }
            Value::Map if !form.maps.is_empty() => map::check(self, &form.maps, node, place),
            _ => self.wrong_type(form, node, place),
        }
    }

    /// Of several alternatives the one to report on: none when one fits, else the one with the
    /// fewest problems.
    pub fn fitting<A: Copy>(
        &mut self,
        alternatives: impl ExactSizeIterator<Item = A>,
        check: impl Fn(&mut Walk<'w>, A),
    ) -> Option<A> {
        let only = alternatives.len() == 1;
        let mut best = None;
        for alternative in alternatives {
            if only {
                return Some(alternative);
            }
            let mut walk = Walk::new(self.shape, 0);
            check(&mut walk, alternative);
            let count = walk.problems.len();
            if count == 0 {
                return None;
            }
            if best.is_none_or(|(least, _)| count < least) {
                best = Some((count, alternative));
            }
        }
        best.map(|(_, alternative)| alternative)
    }

    fn list(&mut self, list: &ListForm, node: Node<'_>, place: &Place<'_>) {
        let Length { least, most } = list.length;
        let count = node.items().len();
        if count < least {
            let found =
                if count == 0 { "is empty".into() } else { format!("has {}", items(count)) };
            self.report(Problem::new(
                "too-few-items",
                place.value_token(node),
                format!("{place} {found}, but needs at least {}", items(least)),
            ));
        }
        for (index, item) in node.items().enumerate() {
            let step = place.under(Step::Item(index));
            if index == most {
                self.report(Problem::new(
                    "too-many-items",
                    step.token(item),
                    format!("{place} has {}, but may have at most {}", items(count), items(most)),
                ));
            }
            self.node(list.first.get(index).copied().unwrap_or(list.items), item, &step);
        }
    }

    pub fn wrong_type(&mut self, form: &Form, node: Node<'_>, place: &Place<'_>) {
        let expected = scalar::expected(form);
        let message = match node.kind() {
            Kind::Null => format!("{place} has no value, but must be {expected}"),
            found => format!("{place} must be {expected}, but is {found}"),
        };
        let problem = Problem::new("wrong-type", place.value_token(node), message);
        self.report(match help::for_wrong_type(self.shape, form, node, place) {
            Some((help, instead)) => Problem {
                help: Some(help),
                instead: instead.filter(|_| !node.is_alias()).map(String::into),
                ..problem
            },
            None => problem,
        });
    }
}

fn items(count: usize) -> String {
    if count == 1 { "1 item".into() } else { format!("{count} items") }
}
