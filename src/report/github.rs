//! Diagnostics as the workflow commands from which GitHub makes annotations.

use super::place;
use crate::diagnostic::{Diagnostic, Severity};
use std::fmt::Write as _;

/// One line for each diagnostic: `::error file=…,line=…,title=…::message`.
#[must_use]
pub fn github(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in diagnostics {
        let (start, end) = place::range(found);
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let file = property(found.file.name());
        let _ = write!(text, "::{command} file={file},line={},endLine={}", start.line, end.line);
        // Columns are allowed only within a line.
        if start.line == end.line {
            let _ = write!(text, ",col={},endColumn={}", start.column, end.column);
        }
        let rule = property(found.problem.rule);
        let _ = writeln!(text, ",title={rule}::{}", data(&place::message(found)));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
