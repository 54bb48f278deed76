//! What a simulation finds. These types are also its JSON: version 1, in which fields may be added.

use super::{Event, RunResult};
use serde::Serialize;

/// Everything that an event sets in motion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workflow {
    /// Version of this format.
    pub version: u32,
    /// What triggered it.
    pub event: Event,
    /// The pipelines that start: the first one by the event, each other one by a promotion.
    pub pipelines: Vec<PipelineRun>,
    /// Assumptions and buttons that met nothing on the way.
    pub unused: Vec<String>,
}

/// A pipeline that starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PipelineRun {
    /// Its file, from the root of the repository.
    pub file: String,
    /// Its name.
    pub name: Option<String>,
    /// The promotion that starts it; none for the first pipeline.
    pub promoted_by: Option<PromotedBy>,
    /// Values that the promotion hands over.
    pub parameters: Vec<ParameterValue>,
    /// The queue that it waits in.
    pub queue: QueueUse,
    /// Whether it ends older pipelines of its queue that run; absent where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancels_running: Option<Decision>,
    /// Whether it ends older pipelines of its queue that wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancels_queued: Option<Decision>,
    /// Whether a block that does not pass stops everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_fast_stop: Option<Decision>,
    /// Whether a block that does not pass cancels what has not started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_fast_cancel: Option<Decision>,
    /// Its blocks, in the order of the file.
    pub blocks: Vec<BlockRun>,
    /// How it ends.
    pub end: End,
    /// The jobs that run when it is done.
    pub after_pipeline: Vec<JobRun>,
    /// What may follow.
    pub promotions: Vec<PromotionRun>,
}

/// Who started a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromotedBy {
    /// Place of the pipeline with the promotion in the list of pipelines.
    pub pipeline: usize,
    /// Name of the promotion.
    pub promotion: String,
}

/// A value that a promotion hands over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ParameterValue {
    /// Name of the parameter.
    pub name: String,
    /// Its default; none where the platform asks for a value.
    pub value: Option<String>,
    /// Whether a value is needed to promote.
    pub required: bool,
    /// The values to choose from; any where there are none.
    pub options: Vec<String>,
}

/// The queue of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueUse {
    /// Its name; none when it is not known which one it is.
    pub name: Option<String>,
    /// Whether the whole organization shares it.
    pub organization: bool,
    /// Whether its pipelines wait for each other.
    pub serialized: bool,
    /// Whether it is the default queue of this file and ref.
    pub default: bool,
    /// The condition that chose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// A condition with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The condition, with parameters filled in, on one line.
    pub condition: String,
    /// Its value; none when it cannot be told.
    pub holds: Option<bool>,
    /// The parts that decide, with what they depend on; or why there is no value.
    pub because: Vec<String>,
    /// Whether the platform, too, finds no value, so that the pipeline is malformed.
    pub malformed: bool,
}

/// What happens to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// Its jobs run.
    Runs,
    /// It counts as passed without running.
    Skipped,
    /// It does not run, as one that it waits for did not pass.
    Canceled,
    /// It cannot be told.
    Uncertain,
}

/// A block of a pipeline that starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockRun {
    /// Its name.
    pub name: String,
    /// What happens to it.
    pub fate: Fate,
    /// Why; empty for a block that just runs.
    pub because: Vec<String>,
    /// Its condition, where it has one; of `skip` it says when the block does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// The blocks that it waits for.
    pub dependencies: Vec<String>,
    /// How it ends; none when that is not known.
    pub result: Option<RunResult>,
    /// The machine that its jobs run on.
    pub machine: String,
    /// The secrets that its jobs get.
    pub secrets: Vec<String>,
    /// Its jobs, with every copy.
    pub jobs: Vec<JobRun>,
}

/// One job that an agent runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobRun {
    /// Its name, as the platform shows it.
    pub name: String,
    /// The name in the file, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<String>,
    /// The variables that are its own among the copies.
    pub spread: Vec<Variable>,
    /// The variables of its environment that the pipeline sets, secrets aside.
    pub variables: Vec<Variable>,
    /// Its priority; none means the platform's default.
    pub priority: Option<u8>,
    /// Why its priority or its number of copies is what it is, or cannot be told.
    pub because: Vec<String>,
}

/// An environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// How a pipeline ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct End {
    /// The result.
    pub result: RunResult,
    /// The reason, as conditions see it.
    pub reason: String,
    /// Where the result comes from.
    pub because: String,
}

/// How a promotion starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// By itself.
    Automatic,
    /// Somebody is assumed to start it.
    Pressed,
    /// It waits for somebody to start it.
    Waits,
    /// It cannot be told whether it starts by itself.
    Uncertain,
}

/// A promotion of a pipeline that starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromotionRun {
    /// Its name.
    pub name: String,
    /// The file of the target, from the root of the repository.
    pub file: String,
    /// Whether it starts.
    pub start: Start,
    /// Why; empty for one that only people start.
    pub because: Vec<String>,
    /// The condition for starting by itself, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// The deployment target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_target: Option<String>,
    /// The values that it hands over.
    pub parameters: Vec<ParameterValue>,
    /// Place of the pipeline that it starts in the list of pipelines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<usize>,
    /// Why its target cannot start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
}
