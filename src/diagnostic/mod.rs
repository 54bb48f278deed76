//! What is wrong with a text, and where: the common currency of every room that checks something.
//!
//! A [`Problem`] speaks of one text by byte [`Span`]s and knows no file; a [`Diagnostic`] is a
//! problem in a named [`SourceFile`], with its severity and origin. Lines and columns are
//! computed only when a diagnostic is shown.

mod nearest;
mod source;
mod span;

pub use nearest::nearest;
pub use source::{Position, SourceFile};
pub use span::Span;

use std::sync::Arc;

/// A further place that explains a [`Problem`], in the same text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What the note points at.
    pub span: Span,
    /// One sentence, lower case, without a full stop.
    pub message: String,
}

/// One thing that is wrong with one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kebab-case id of the rule that found it.
    pub rule: &'static str,
    /// Exactly the text that the message speaks of.
    pub span: Span,
    /// One sentence that says what is wrong with which thing: lower case, names in quotes, no
    /// full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What to write in place of the text at `span`, where that is beyond doubt.
    pub instead: Option<Box<str>>,
    /// Other places that belong to the explanation.
    pub notes: Vec<Note>,
}

impl Problem {
    /// A problem without help or notes.
    #[must_use]
    pub fn new(rule: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { rule, span, message: message.into(), help: None, instead: None, notes: Vec::new() }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to write in place of the text that it speaks of.
    #[must_use]
    pub fn instead(mut self, text: impl Into<Box<str>>) -> Self {
        self.instead = Some(text.into());
        self
    }

    /// Adds another place that belongs to the explanation.
    #[must_use]
    pub fn note(mut self, span: Span, message: impl Into<String>) -> Self {
        self.notes.push(Note { span, message: message.into() });
        self
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It cannot work.
    Error,
    /// It works, but hardly as meant.
    Warning,
    /// Worth knowing.
    Info,
}

/// Who would complain, had pipewright not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The platform itself refuses this text, at push or at start.
    Platform,
    /// The platform finds it only when the workflow gets there, or never.
    Workflow,
    /// Nobody: it is advice.
    Lint,
    /// pipewright's own configuration and cloud profiles.
    Config,
}

/// A [`Problem`] in a named file.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// The text that [`Problem::span`] points into.
    pub file: Arc<SourceFile>,
    /// How bad it is.
    pub severity: Severity,
    /// Who would complain.
    pub origin: Origin,
    /// What it is.
    pub problem: Problem,
}
