//! `pipewright explain`: what a push, a tag or a pull request sets in motion, and why.

use super::Outcome;
use super::event::{ChangeFlags, EventFlags};
use super::pipelines::Disk;
use crate::explain;
use crate::simulate::{Assumption, ChangedFiles, Pressed, Scenario};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Show what would run for an event, through all promotions, and why
///
/// Nothing is run: blocks and pipelines are taken to pass unless --assume says otherwise, and
/// promotions that wait for a person wait unless --promote presses the button. Without an event it
/// is a push of the branch that is checked out.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The pipeline file, or a repository [default: .semaphore/semaphore.yml]
    file: Option<PathBuf>,
    #[command(flatten)]
    event: EventFlags,
    #[command(flatten)]
    changes: ChangeFlags,
    /// How a pipeline or block ends: FILE=RESULT, FILE:BLOCK=RESULT or, in any file, :BLOCK=RESULT;
    /// RESULT is passed, failed, stopped or canceled, with a reason if need be: failed/timeout
    #[arg(long, value_name = "WHAT=RESULT")]
    assume: Vec<Assumption>,
    /// A promotion that somebody starts, by its name or its target file; "all" for every one
    #[arg(long, value_name = "NAME")]
    promote: Vec<String>,
    /// A tree, or JSON
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl Explain {
    pub(super) fn run(self) -> Outcome {
        self.explained().unwrap_or_else(|failed| failed)
    }

    fn explained(self) -> Result<Outcome, Outcome> {
        let (disk, file) = Disk::of(self.file.as_deref())?;
        let event = self.event.event_or_push(disk.root())?;
        let files = ChangedFiles::new(self.changes.source(disk.root())?, Some(event.clone()));
        let scenario = Scenario {
            event,
            files: &files,
            assumptions: self.assume,
            pressed: match self.promote.iter().any(|name| name == "all") {
                true => Pressed::All,
                false if self.promote.is_empty() => Pressed::None,
                false => Pressed::These(self.promote),
            },
        };
        let workflow = scenario.run(&file, &disk).map_err(refused)?;
        match self.format {
            Format::Text => Ok(Outcome::fine(explain::workflow(&workflow))),
            Format::Json => match serde_json::to_string_pretty(&workflow) {
                Ok(json) => Ok(Outcome::fine(json + "\n")),
                Err(error) => Err(Outcome::unusable(error)),
            },
        }
    }
}

/// The pipeline cannot start at all.
pub(super) fn refused(reason: String) -> Outcome {
    Outcome::refused(format!("error: {reason}\n`pipewright validate` says where and why\n"))
}
