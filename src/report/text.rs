//! Diagnostics as text: a snippet with carets, notes and help.

use crate::diagnostic::{Diagnostic, Severity, SourceFile, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// The diagnostics one after another, with an empty line between them; coloured if wanted.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(diagnostic)]));
        text.push_str("\n\n");
    }
    text
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
