//! `pipewright schema`: JSON Schemas for editors, made from the types that the checks use.

use super::Outcome;
use crate::{cloud, model, project};
use clap::{Args, ValueEnum};

/// Print a JSON Schema, for completion and checks in an editor
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Of which file
    of: Of,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    /// Semaphore pipelines, .semaphore/*.yml
    Pipeline,
    /// pipewright.yml
    Config,
    /// Cloud profiles, clouds/*.yml
    Cloud,
}

impl Schema {
    pub(super) fn run(self) -> Outcome {
        let schema = match self.of {
            Of::Pipeline => schemars::schema_for!(model::Pipeline),
            Of::Config => schemars::schema_for!(project::Config),
            Of::Cloud => schemars::schema_for!(cloud::Profile),
        };
        match serde_json::to_string_pretty(&schema) {
            Ok(text) => Outcome::fine(text + "\n"),
            Err(error) => Outcome::unusable(error),
        }
    }
}
