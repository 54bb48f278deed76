//! Every `when` of the pipeline is one that the platform can evaluate.

use super::{blocks, expression, jobs};
use crate::condition::{self, WhereUsed};
use crate::diagnostic::{Note, Problem, Span};
use crate::yaml::Node;
use std::collections::HashSet;

/// The conditions that were looked at, by where they are defined: a text that many aliases repeat
/// is read once.
pub(super) type Seen = HashSet<(Span, WhereUsed)>;

pub(super) fn check(root: Node<'_>, seen: &mut Seen, problems: &mut Vec<Problem>) {
    under(root.get("auto_cancel"), &["queued", "running"], seen, problems);
    under(root.get("fail_fast"), &["stop", "cancel"], seen, problems);
    when(root.get("queue"), WhereUsed::Pipeline, seen, problems);
    for rule in root.get("queue").into_iter().flat_map(Node::items) {
        when(Some(rule), WhereUsed::Pipeline, seen, problems);
    }
    priorities(root.get("global_job_config"), seen, problems);
    for block in blocks(root) {
        under(Some(block), &["run", "skip"], seen, problems);
    }
    for promotion in root.get("promotions").into_iter().flat_map(Node::items) {
        when(promotion.get("auto_promote"), WhereUsed::Promotion, seen, problems);
    }
}

pub(super) fn task(task: Node<'_>, seen: &mut Seen, problems: &mut Vec<Problem>) {
    under(task.get("fail_fast"), &["stop", "cancel"], seen, problems);
    for job in jobs(task) {
        priorities(Some(job), seen, problems);
    }
}

fn under(holder: Option<Node<'_>>, keys: &[&str], seen: &mut Seen, problems: &mut Vec<Problem>) {
    for key in keys {
        when(holder.and_then(|holder| holder.get(key)), WhereUsed::Pipeline, seen, problems);
    }
}

fn priorities(holder: Option<Node<'_>>, seen: &mut Seen, problems: &mut Vec<Problem>) {
    let list = holder.and_then(|holder| holder.get("priority"));
    for priority in list.into_iter().flat_map(Node::items) {
        when(Some(priority), WhereUsed::Pipeline, seen, problems);
    }
}

/// Checks the `when` of a map. A boolean is always fine, and an empty text is the structure's to
/// report.
fn when(holder: Option<Node<'_>>, place: WhereUsed, seen: &mut Seen, problems: &mut Vec<Problem>) {
    let Some(node) = holder.and_then(|holder| holder.get("when")) else { return };
    if !seen.insert((node.definition_span(), place)) {
        return;
    }
    let Some(text) = node.as_str().filter(|text| !text.is_empty()) else { return };
    // What a parameter will be is not known before somebody promotes; inside of a string it can't
    // change much.
    let Some(text) = expression::masked(text) else { return };
    let found = condition::check(&text, place);
    if found.is_empty() {
        return;
    }
    let read = node.within();
    let within = |span: Span| read.span(span.range());
    for problem in found {
        problems.push(Problem {
            span: within(problem.span),
            notes: problem
                .notes
                .into_iter()
                .map(|note| Note { span: within(note.span), message: note.message })
                .collect(),
            ..problem
        });
    }
}
