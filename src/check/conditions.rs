//! Every `when` of the pipeline is one that the platform can evaluate.

use super::{blocks, expression, jobs};
use crate::condition::{self, WhereUsed};
use crate::diagnostic::{Note, Problem, Span};
use crate::yaml::{Node, Style};
use std::collections::HashSet;

/// The conditions that were looked at, by where they are defined: a text that many aliases repeat
/// is read once.
pub(super) type Seen = HashSet<(Span, WhereUsed)>;

/// What is done with the `when` of a map, and with what may be in it.
pub(super) type Visit<'v> = dyn FnMut(Node<'_>, WhereUsed) + 'v;

/// Checks all conditions of a pipeline, but for those of its tasks.
pub(super) fn check(root: Node<'_>, seen: &mut Seen, problems: &mut Vec<Problem>) {
    each(root, &mut |node, place| when(node, place, seen, problems));
}

/// Checks all conditions of a task.
pub(super) fn check_task(task: Node<'_>, seen: &mut Seen, problems: &mut Vec<Problem>) {
    each_of_task(task, &mut |node, place| when(node, place, seen, problems));
}

/// All conditions of a pipeline, but for those of its tasks.
pub(super) fn each(root: Node<'_>, visit: &mut Visit<'_>) {
    under(root.get("auto_cancel"), &["queued", "running"], visit);
    under(root.get("fail_fast"), &["stop", "cancel"], visit);
    of(root.get("queue"), WhereUsed::Pipeline, visit);
    for rule in root.get("queue").into_iter().flat_map(Node::items) {
        of(Some(rule), WhereUsed::Pipeline, visit);
    }
    priorities(root.get("global_job_config"), visit);
    for block in blocks(root) {
        under(Some(block), &["run", "skip"], visit);
    }
    for promotion in root.get("promotions").into_iter().flat_map(Node::items) {
        of(promotion.get("auto_promote"), WhereUsed::Promotion, visit);
    }
}

/// All conditions of a task.
pub(super) fn each_of_task(task: Node<'_>, visit: &mut Visit<'_>) {
    under(task.get("fail_fast"), &["stop", "cancel"], visit);
    for job in jobs(task) {
        priorities(Some(job), visit);
    }
}

fn under(holder: Option<Node<'_>>, keys: &[&str], visit: &mut Visit<'_>) {
    for key in keys {
        of(holder.and_then(|holder| holder.get(key)), WhereUsed::Pipeline, visit);
    }
}

fn priorities(holder: Option<Node<'_>>, visit: &mut Visit<'_>) {
    let list = holder.and_then(|holder| holder.get("priority"));
    for priority in list.into_iter().flat_map(Node::items) {
        of(Some(priority), WhereUsed::Pipeline, visit);
    }
}

/// The `when` of a map.
fn of(holder: Option<Node<'_>>, place: WhereUsed, visit: &mut Visit<'_>) {
    if let Some(node) = holder.and_then(|holder| holder.get("when")) {
        visit(node, place);
    }
}

/// A part of a string as it is written in a scalar of this style; none where that is the whole
/// scalar's matter.
fn spelled(text: &str, style: Style) -> Option<String> {
    match style {
        Style::SingleQuoted => Some(text.replace('\'', "''")),
        _ if text.contains(['"', '\\', '\n']) => None,
        _ => Some(text.to_owned()),
    }
}

/// Checks a `when`. A boolean is always fine, and an empty text is the structure's to report.
fn when(node: Node<'_>, place: WhereUsed, seen: &mut Seen, problems: &mut Vec<Problem>) {
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
        let span = within(problem.span);
        // Where the place of a part cannot be told, it is that of the whole.
        let part = span != node.span() || problem.span == Span::new(0, text.len());
        problems.push(Problem {
            span,
            instead: problem
                .instead
                .filter(|_| part)
                .and_then(|text| spelled(&text, node.style()))
                .map(String::into),
            notes: problem
                .notes
                .into_iter()
                .map(|note| Note { span: within(note.span), message: note.message })
                .collect(),
            ..problem
        });
    }
}
