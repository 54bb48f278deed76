//! `pipewright rules`: what `validate` finds, and the page of each rule.

use super::Outcome;
use crate::diagnostic::{Origin, Severity, nearest};
use crate::rule;
use clap::{Args, Subcommand};
use std::fmt::Write as _;

/// List and explain the rules of `validate`
#[derive(Debug, Args)]
pub(super) struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List all rules
    List,
    /// Explain a rule, with a bad and a good example
    Show {
        /// Id of the rule, such as unknown-key
        id: String,
    },
}

impl Rules {
    pub(super) fn run(self) -> Outcome {
        match self.command {
            Command::List => list(),
            Command::Show { id } => show(&id),
        }
    }
}

fn list() -> Outcome {
    let width = rule::ALL.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let mut out = String::new();
    for rule in rule::ALL {
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let origin = match rule.origin {
            Origin::Platform => "platform",
            Origin::Workflow => "workflow",
            Origin::Lint => "lint",
            Origin::Config => "config",
        };
        let _ = writeln!(out, "{:width$}  {severity:7}  {origin:8}  {}", rule.id, rule.summary());
    }
    Outcome::fine(out)
}

fn show(id: &str) -> Outcome {
    if let Some(rule) = rule::find(id) {
        return Outcome::fine(rule.page);
    }
    let near = nearest(id, rule::ALL.iter().map(|rule| rule.id));
    let help = near.map_or_else(
        || "`pipewright rules list` shows them all".to_owned(),
        |near| format!("did you mean \"{near}\"?"),
    );
    Outcome::unusable(format!("there is no rule \"{id}\"\n{help}"))
}
