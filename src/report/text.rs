//! Diagnostics as text: a snippet with carets, notes and help.

use crate::diagnostic::{Diagnostic, Severity, SourceFile, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

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
    let mut group = title.element(snippet(&diagnostic.file, problem.span, None));
    for note in &problem.notes {
        group = group.element(snippet(&diagnostic.file, note.span, Some(&note.message)));
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// The lines that the span lies on, and no others: cost must not grow with the file.
fn snippet<'a>(
    file: &'a SourceFile,
    span: Span,
    label: Option<&'a str>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let text = file.text();
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    let before = text.get(..start).unwrap_or_default();
    let from = before.rfind('\n').map_or(0, |at| at + 1);
    let to = text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| end + at);
    let kind = if label.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary };
    Snippet::source(text.get(from..to).unwrap_or_default())
        .path(file.name())
        .line_start(file.position(start).line)
        .annotation(kind.span(start - from..end - from).label(label))
}
