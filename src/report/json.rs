//! Diagnostics as JSON, in types of their own: what programs read stays when ours change.

use super::place;
use crate::diagnostic::Diagnostic;
use serde::Serialize;

#[derive(Serialize)]
struct Report<'a> {
    diagnostics: Vec<Entry<'a>>,
    files: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    rule: &'static str,
    severity: &'static str,
    source: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    docs: Option<String>,
    notes: Vec<NoteEntry<'a>>,
}

#[derive(Serialize)]
struct NoteEntry<'a> {
    line: usize,
    column: usize,
    message: &'a str,
}

impl<'a> Entry<'a> {
    fn of(found: &'a Diagnostic) -> Self {
        let (start, end) = place::range(found);
        let problem = &found.problem;
        let note = |note: &'a crate::diagnostic::Note| {
            let at = found.file.position(note.span.start);
            NoteEntry { line: at.line, column: at.column, message: &note.message }
        };
        Self {
            file: found.file.name(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            rule: problem.rule,
            severity: place::severity(found.severity),
            source: place::origin(found.origin),
            message: &problem.message,
            help: problem.help.as_deref(),
            docs: place::page(found),
            notes: problem.notes.iter().map(note).collect(),
        }
    }
}

/// One JSON object with all diagnostics and the number of files that were checked. Lines and
/// columns start at 1, columns count Unicode scalar values, and the end is the place after the
/// last character.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], files: usize) -> String {
    let report = Report { diagnostics: diagnostics.iter().map(Entry::of).collect(), files };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
