//! Diagnostics as text: a snippet with carets, notes and help.

use crate::diagnostic::{Diagnostic, Severity, SourceFile, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// The diagnostics one after another, with an empty line between them; coloured if wanted.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], colour: bool) -> String {
    each(diagnostics.iter(), colour)
}

pub(super) fn each<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(diagnostic)]));
        text.push_str("\n\n");
    }
    text
}

/// One line that counts what was found: `2 errors and 1 warning in 3 files`.
#[must_use]
pub fn summary(diagnostics: &[Diagnostic], files: usize) -> String {
    let count = |severity: Severity, one: &str, many: &str| {
        let count = diagnostics.iter().filter(|found| found.severity == severity).count();
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    let counts: Vec<String> = [
        count(Severity::Error, "error", "errors"),
        count(Severity::Warning, "warning", "warnings"),
        count(Severity::Info, "remark", "remarks"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    match counts.split_last() {
        None => format!("no problems in {files}\n"),
        Some((last, [])) => format!("{last} in {files}\n"),
        Some((last, others)) => format!("{} and {last} in {files}\n", others.join(", ")),
    }
}

fn group(diagnostic: &Diagnostic) -> Group<'_> {
    let problem = &diagnostic.problem;
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level.primary_title(problem.message.as_str()).id(problem.rule);
    let mut group = snippet(Group::with_title(title), &diagnostic.file, problem.span, None);
    for note in &problem.notes {
        group = snippet(group, &diagnostic.file, note.span, Some(&note.message));
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// How much of a line is shown on either side of what is spoken of, in bytes.
const AROUND: usize = 240;

/// How much is shown of what is spoken of, in bytes.
const LONGEST: usize = 4000;

/// Adds the lines that the span lies on, and no others, and of long ones only what stands around
/// it: cost must not grow with the file.
fn snippet<'a>(
    group: Group<'a>,
    file: &'a SourceFile,
    span: Span,
    label: Option<&'a str>,
) -> Group<'a> {
    let text = file.text();
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    let end = boundary(text, end.min(start + LONGEST));
    let least = boundary(text, start.saturating_sub(AROUND));
    let most = boundary(text, end.saturating_add(AROUND));
    let before = text.get(least..start).unwrap_or_default();
    let line_start = before.rfind('\n').map(|at| least + at + 1);
    let from = line_start.unwrap_or(least);
    let after = text.get(end..most).unwrap_or_default();
    let to = after.find('\n').map_or(most, |at| end + at);
    let kind = if label.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary };
    let place = file.position(start);
    let shown = text.get(from..to).unwrap_or_default().trim_end_matches('\r');
    let snippet = Snippet::source(shown)
        .line_start(place.line)
        .annotation(kind.span(start - from..end - from).label(label));
    if line_start.is_some() || least == 0 {
        return group.element(snippet.path(file.name()));
    }
    // The column in the part is not the one in the line.
    let origin = Origin::path(file.name()).line(place.line).char_column(place.column);
    group.element(origin).element(snippet)
}

/// The offset, or the next one that lies between two characters.
fn boundary(text: &str, offset: usize) -> usize {
    (offset..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}
