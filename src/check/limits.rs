//! Time limits: none is longer than the one around it, and one over a day needs a job as long.

use super::{Doubts, blocks};
use crate::diagnostic::{Problem, Span};
use crate::yaml::Node;

/// The key of a limit.
const KEY: &str = "execution_time_limit";
/// Minutes of a pipeline without a limit.
const DEFAULT: i128 = 60;
/// Minutes of a day, the longest a pipeline or block may have unless a job of it has as much.
const DAY: i128 = 24 * 60;

/// A limit in minutes, and its place where it is written down in the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Limit {
    minutes: i128,
    given: bool,
    span: Option<Span>,
}

/// The limits around a task, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Around {
    pipeline: Option<Limit>,
    block: Option<Limit>,
}

impl Around {
    /// The limits around the task of a block, or around the one after the pipeline.
    pub(super) fn of(root: Node<'_>, block: Node<'_>) -> Self {
        Self { pipeline: pipeline(root), block: limit(block) }
    }

    /// The same for a task in another file, whose problems can't point at them.
    pub(super) fn elsewhere(self) -> Self {
        let far = |limit: Limit| Limit { span: None, ..limit };
        Self { pipeline: self.pipeline.map(far), block: self.block.map(far) }
    }

    /// The same without a limit of the pipeline that nobody wrote, for a pipeline in which some
    /// key is unknown: it may have been meant as the limit.
    pub(super) fn doubting(self, doubt: bool) -> Self {
        Self { pipeline: self.pipeline.filter(|limit| limit.given || !doubt), ..self }
    }
}

/// The task files that have a job with a limit of a day or more, by the places that name them;
/// none when task files were not looked at, and then any may have one.
pub(super) type LongJobs<'s> = Option<&'s [Span]>;

/// Checks the limits of a pipeline and of its blocks.
pub(super) fn check(
    root: Node<'_>,
    elsewhere: LongJobs<'_>,
    doubts: &Doubts,
    problems: &mut Vec<Problem>,
) {
    let pipeline = Around::of(root, root).doubting(doubts.about(root)).pipeline;
    let may_be_long = |block| may_be_long(block, elsewhere, doubts);
    if let Some(pipeline) = pipeline.filter(|limit| limit.minutes > DAY)
        && !blocks(root).any(may_be_long)
    {
        problems.extend(over_a_day(pipeline, "pipeline"));
    }
    for block in blocks(root) {
        let Some(own) = limit(block) else { continue };
        if own.minutes > DAY && !may_be_long(block) {
            problems.extend(over_a_day(own, "block"));
        }
        if let Some(pipeline) = pipeline {
            within(own, "block", pipeline, "pipeline", problems);
        }
    }
}

/// Whether a job of the block has, or may have, a limit of a day or more. What the structure
/// complains about may have been meant as one.
fn may_be_long(block: Node<'_>, elsewhere: LongJobs<'_>, doubts: &Doubts) -> bool {
    let Some(task) = block.get("task") else {
        let file = block.get("task_file").map(Node::span);
        return file.is_none_or(|file| elsewhere.is_none_or(|long| long.contains(&file)));
    };
    let unclear = |job| doubts.about(job) || (job.get(KEY).is_some() && limit(job).is_none());
    (super::jobs(task).next().is_none() && task.get("boosters").is_none())
        || has_long_job(task)
        || super::jobs(task).any(unclear)
}

fn over_a_day(limit: Limit, of: &str) -> Option<Problem> {
    let message = format!(
        "the {of} may take {}, but no job of it has a limit of 24 hours or more",
        shown(limit)
    );
    Some(Problem::new("time-limit", limit.span?, message).help(
        "a job without a limit may take 24 hours: give the longest job its own \"execution_time_limit\", or write at most 24 hours here",
    ))
}

/// Checks the limits of a task's jobs.
pub(super) fn task(task: Node<'_>, around: Around, problems: &mut Vec<Problem>) {
    for job in super::jobs(task).filter_map(limit) {
        match around.block {
            Some(block) if job.minutes > block.minutes => {
                within(job, "job", block, "block", problems);
            }
            _ => {
                if let Some(pipeline) = around.pipeline {
                    within(job, "job", pipeline, "pipeline", problems);
                }
            }
        }
    }
}

/// Whether a job of the task has a limit of a day or more.
pub(super) fn has_long_job(task: Node<'_>) -> bool {
    super::jobs(task).filter_map(limit).any(|limit| limit.minutes >= DAY)
}

/// The limit of a pipeline; none where the one that is written is not sound.
fn pipeline(root: Node<'_>) -> Option<Limit> {
    match root.get(KEY) {
        Some(_) => limit(root),
        None => Some(Limit { minutes: DEFAULT, given: false, span: None }),
    }
}

fn within(inner: Limit, of: &str, outer: Limit, around: &str, problems: &mut Vec<Problem>) {
    let (Some(span), true) = (inner.span, inner.minutes > outer.minutes) else { return };
    let problem = Problem::new(
        "time-limit",
        span,
        format!(
            "the {of} may take {}, longer than its {around} with {}",
            shown(inner),
            shown(outer)
        ),
    );
    problems.push(match outer.span {
        Some(span) => problem.note(span, format!("the limit of the {around}")),
        None if outer.given => problem,
        None => problem.help(format!(
            "a {around} without \"execution_time_limit\" may take {DEFAULT} minutes: give it one"
        )),
    });
}

fn shown(limit: Limit) -> String {
    if limit.minutes % 60 == 0 && limit.minutes > 60 {
        format!("{} hours", limit.minutes / 60)
    } else {
        format!("{} minutes", limit.minutes)
    }
}

/// The limit of a pipeline, block or job; none where it is not sound.
fn limit(holder: Node<'_>) -> Option<Limit> {
    let limit = holder.get(KEY)?;
    let (value, factor) = match (limit.get("minutes"), limit.get("hours")) {
        (Some(minutes), None) => (minutes, 1),
        (None, Some(hours)) => (hours, 60),
        _ => return None,
    };
    let minutes = value.as_int().filter(|number| *number > 0)?.saturating_mul(factor);
    Some(Limit { minutes, given: true, span: Some(value.span()) })
}
