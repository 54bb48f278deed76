//! What runs in the shell of a job: commands in line or from a file, and the epilogue that depends
//! on how the job ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice;
use super::strict::at_least_one;
use super::wire::Maybe;

/// Shell commands: a list in the pipeline, or a file of them, but not both. All commands of a job
/// (prologue, the job's own, epilogue) run in one shell session, so that `cd` and `export` last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = choice::keys)]
pub enum Commands {
    /// Commands, run one after the other in the same shell; the first that exits with a status
    /// other than 0 fails the job. One list item is one command: of an item with several lines
    /// only the last status counts.
    #[serde(rename = "commands")]
    Inline(Vec<String>),
    /// File with one command a line, relative to the pipeline file, or to the root of the
    /// repository when it starts with `/`. An empty file is an error.
    #[serde(rename = "commands_file")]
    File(String),
}

impl Commands {
    /// Commands that stand in the pipeline itself.
    pub fn inline(commands: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Inline(commands.into_iter().map(Into::into).collect())
    }
}

impl<C: Into<String>> FromIterator<C> for Commands {
    fn from_iter<I: IntoIterator<Item = C>>(commands: I) -> Self {
        Self::inline(commands)
    }
}

/// Commands after those of a job, whatever its result or depending on it. They run with
/// `SEMAPHORE_JOB_RESULT` set, and their own failure does not change the job's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Epilogue {
    /// The short form: the same as `always` alone.
    Plain(Commands),
    /// Commands by how the job ended.
    ByResult(EpilogueByResult),
}

impl Epilogue {
    /// The commands that run whatever the result.
    #[must_use]
    pub const fn always(&self) -> Option<&Commands> {
        match self {
            Self::Plain(commands) => Some(commands),
            Self::ByResult(by_result) => by_result.always.as_ref(),
        }
    }

    /// The commands that run when the job passed.
    #[must_use]
    pub const fn on_pass(&self) -> Option<&Commands> {
        match self {
            Self::Plain(_) => None,
            Self::ByResult(by_result) => by_result.on_pass.as_ref(),
        }
    }

    /// The commands that run when the job failed.
    #[must_use]
    pub const fn on_fail(&self) -> Option<&Commands> {
        match self {
            Self::Plain(_) => None,
            Self::ByResult(by_result) => by_result.on_fail.as_ref(),
        }
    }
}

/// Commands by how the job ended; at least one of the three keys is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schemars(transform = choice::at_least_one_of::<EpilogueByResult>)]
pub struct EpilogueByResult {
    /// First, whatever the result of the job.
    #[serde(default, with = "Maybe::<Commands>", skip_serializing_if = "Option::is_none")]
    pub always: Option<Commands>,
    /// Then, when the job passed.
    #[serde(default, with = "Maybe::<Commands>", skip_serializing_if = "Option::is_none")]
    pub on_pass: Option<Commands>,
    /// Then, when the job failed.
    #[serde(default, with = "Maybe::<Commands>", skip_serializing_if = "Option::is_none")]
    pub on_fail: Option<Commands>,
}

at_least_one!(EpilogueByResult: always, on_pass, on_fail);
