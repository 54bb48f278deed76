//! The command line: argument types and one file a command.

mod clouds;
mod event;
mod explain;
mod fix;
mod generate;
mod graph;
mod init;
mod load;
mod outcome;
mod pipelines;
mod progress;
mod reasons;
mod regenerate;
mod rules;
mod schema;
mod secrets;
mod validate;
mod when;

use clap::{Parser, Subcommand};
pub use outcome::Outcome;

/// Writes and checks the Semaphore CI/CD of services that run on Kubernetes.
#[derive(Debug, Parser)]
#[command(version, about, disable_help_subcommand = true, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Generate(generate::Generate),
    Regenerate(regenerate::Regenerate),
    Validate(validate::Validate),
    Explain(explain::Explain),
    Graph(graph::Graph),
    When(when::When),
    Secrets(secrets::Secrets),
    Clouds(clouds::Clouds),
    Rules(rules::Rules),
    Schema(schema::Schema),
}

impl Arguments {
    /// Runs the command.
    #[must_use]
    pub fn run(self) -> Outcome {
        match self.command {
            Command::Init(command) => command.run(),
            Command::Generate(command) => command.run(),
            Command::Regenerate(command) => command.run(),
            Command::Validate(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::Graph(command) => command.run(),
            Command::When(command) => command.run(),
            Command::Secrets(command) => command.run(),
            Command::Clouds(command) => command.run(),
            Command::Rules(command) => command.run(),
            Command::Schema(command) => command.run(),
        }
    }
}
