//! Every `when` of the pipeline is one that the platform can evaluate.

use super::{blocks, expression, jobs};
use crate::condition::{self, WhereUsed};
use crate::diagnostic::{Note, Problem, Span};
use crate::yaml::Node;

pub(super) fn check(root: Node<'_>, problems: &mut Vec<Problem>) {
    under(root.get("auto_cancel"), &["queued", "running"], problems);
    under(root.get("fail_fast"), &["stop", "cancel"], problems);
    when(root.get("queue"), WhereUsed::Pipeline, problems);
    for rule in root.get("queue").into_iter().flat_map(Node::items) {
        when(Some(rule), WhereUsed::Pipeline, problems);
    }
    priorities(root.get("global_job_config"), problems);
    for block in blocks(root) {
        under(Some(block), &["run", "skip"], problems);
    }
    for promotion in root.get("promotions").into_iter().flat_map(Node::items) {
        when(promotion.get("auto_promote"), WhereUsed::Promotion, problems);
    }
}

pub(super) fn task(task: Node<'_>, problems: &mut Vec<Problem>) {
    under(task.get("fail_fast"), &["stop", "cancel"], problems);
    for job in jobs(task) {
        priorities(Some(job), problems);
    }
}

fn under(holder: Option<Node<'_>>, keys: &[&str], problems: &mut Vec<Problem>) {
    for key in keys {
        when(holder.and_then(|holder| holder.get(key)), WhereUsed::Pipeline, problems);
    }
}

fn priorities(holder: Option<Node<'_>>, problems: &mut Vec<Problem>) {
    let list = holder.and_then(|holder| holder.get("priority"));
    for priority in list.into_iter().flat_map(Node::items) {
        when(Some(priority), WhereUsed::Pipeline, problems);
    }
}

/// Checks the `when` of a map. A boolean is always fine, and an empty text is the structure's to
/// report.
fn when(holder: Option<Node<'_>>, place: WhereUsed, problems: &mut Vec<Problem>) {
    let Some(node) = holder.and_then(|holder| holder.get("when")) else { return };
    let Some(text) = node.as_str().filter(|text| !text.is_empty()) else { return };
    // What a parameter will be is not known before somebody promotes; inside of a string it can't
    // change much.
    let Some(text) = expression::masked(text) else { return };
    let within = |span: Span| node.span_within(span.range());
    for problem in condition::check(&text, place) {
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
