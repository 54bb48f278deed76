//! Diagnostics as SARIF 2.1.0, with what GitHub's code scanning reads of it.

use super::place;
use crate::diagnostic::{Diagnostic, Position, Severity};
use crate::rule::{self, Rule};
use serde_json::{Value, json};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// A SARIF log with one run.
#[must_use]
pub fn sarif(diagnostics: &[Diagnostic]) -> String {
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "pipewright",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rule::ALL.iter().map(descriptor).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.summary()},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": [place::origin(rule.origin)]},
    })
}

fn result(found: &Diagnostic) -> Value {
    let problem = &found.problem;
    let (start, end) = place::range(found);
    let mut result = json!({
        "ruleId": problem.rule,
        "level": level(found.severity),
        "message": {"text": place::message(found)},
        "locations": [location(found, start, end)],
    });
    if let Some(index) = rule::ALL.iter().position(|rule| rule.id == problem.rule) {
        result["ruleIndex"] = json!(index);
    }
    if !problem.notes.is_empty() {
        let related = problem.notes.iter().enumerate().map(|(id, note)| {
            let start = found.file.position(note.span.start);
            let mut place = location(found, start, found.file.position(note.span.end));
            place["id"] = json!(id);
            place["message"] = json!({"text": note.message});
            place
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(found: &Diagnostic, start: Position, end: Position) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(found.file.name())},
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    }})
}

/// A path as a URI reference: relative as it is, absolute as `file://…`.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
