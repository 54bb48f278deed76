//! Where a diagnostic is and how it is called, in the words that the formats share.

use crate::diagnostic::{Diagnostic, Origin, Position, Severity};
use crate::rule;

/// The start and the end of what a diagnostic speaks of; the end is the first place after it.
pub(super) fn range(found: &Diagnostic) -> (Position, Position) {
    let span = found.problem.span;
    (found.file.position(span.start), found.file.position(span.end.max(span.start)))
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

pub(super) fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Platform => "platform",
        Origin::Workflow => "workflow",
        Origin::Lint => "lint",
        Origin::Config => "config",
    }
}

/// The page of a diagnostic's rule in the repository of pipewright.
pub(super) fn page(found: &Diagnostic) -> Option<String> {
    rule::find(found.problem.rule).map(rule::Rule::path)
}

/// The message with its help, as one text.
pub(super) fn message(found: &Diagnostic) -> String {
    match &found.problem.help {
        Some(help) => format!("{}\n{help}", found.problem.message),
        None => found.problem.message.clone(),
    }
}
