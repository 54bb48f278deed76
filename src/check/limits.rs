//! Time limits: none is longer than the one around it, and none is over a day.

use super::blocks;
use crate::diagnostic::{Problem, Span};
use crate::yaml::Node;

/// Minutes of a pipeline without a limit.
const DEFAULT: i128 = 60;
/// Minutes of a day, the longest a pipeline or block may have unless a job has as much.
const DAY: i128 = 24 * 60;

/// A limit in minutes, and its place where it is written down.
#[derive(Clone, Copy)]
struct Limit {
    minutes: i128,
    span: Option<Span>,
}

pub(super) fn check(root: Node<'_>, problems: &mut Vec<Problem>) {
    let pipeline = limit(root).unwrap_or(Limit { minutes: DEFAULT, span: None });
    let job_limits: Vec<i128> = blocks(root)
        .filter_map(|block| block.get("task"))
        .flat_map(super::jobs)
        .filter_map(|job| limit(job).map(|limit| limit.minutes))
        .collect();
    let long_jobs = job_limits.iter().any(|minutes| *minutes >= DAY);
    let too_long = |limit: Limit, of: &str, problems: &mut Vec<Problem>| {
        if let (Some(span), true) = (limit.span, limit.minutes > DAY && !long_jobs) {
            problems.push(Problem::new(
                "time-limit",
                span,
                format!("{} is over 24 hours, the longest that a {of} may take", shown(limit)),
            ));
        }
    };
    too_long(pipeline, "pipeline", problems);
    for block in blocks(root) {
        let own = limit(block);
        if let Some(own) = own {
            too_long(own, "block", problems);
            within(own, "block", pipeline, "pipeline", problems);
        }
        for job in block.get("task").into_iter().flat_map(super::jobs) {
            let Some(job) = limit(job) else { continue };
            match own {
                Some(block) if job.minutes > block.minutes => {
                    within(job, "job", block, "block", problems);
                }
                _ => within(job, "job", pipeline, "pipeline", problems),
            }
        }
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
    let limit = holder.get("execution_time_limit")?;
    let (value, factor) = match (limit.get("minutes"), limit.get("hours")) {
        (Some(minutes), None) => (minutes, 1),
        (None, Some(hours)) => (hours, 60),
        _ => return None,
    };
    let minutes = value.as_int().filter(|number| *number > 0)?.saturating_mul(factor);
    Some(Limit { minutes, span: Some(value.span()) })
}
