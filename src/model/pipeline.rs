//! The pipeline itself, and what it does when something fails or something newer arrives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice;
use super::strict::{at_least_one, map_only};
use super::wire::{As, List, Maybe};
use super::{Agent, Block, GlobalJobConfig, PartialRerun, Promotion, Queue, TimeLimit, When, Work};

/// A Semaphore pipeline, format v1.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Pipeline {
    /// Version of the format, `v1.0`.
    #[schemars(example = &"v1.0")]
    pub version: String,
    /// Name of the pipeline, as the platform shows it. May be left out.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where jobs run, unless their task says otherwise.
    pub agent: Agent,
    /// How long the whole pipeline may run. Default: 60 minutes.
    #[serde(default, with = "Maybe::<TimeLimit>", skip_serializing_if = "Option::is_none")]
    pub execution_time_limit: Option<TimeLimit>,
    /// The queue in which pipelines wait for each other: a map, or a list of which the first whose
    /// condition holds counts. Default: one serialized queue for each pipeline file and ref.
    #[serde(default, with = "Maybe::<Queue>", skip_serializing_if = "Option::is_none")]
    pub queue: Option<Queue>,
    /// What a failed block does to the others. Default: only the blocks that depend on it are
    /// canceled.
    #[serde(default, with = "Maybe::<FailFast>", skip_serializing_if = "Option::is_none")]
    pub fail_fast: Option<FailFast>,
    /// What this pipeline does to older ones of the same queue. Default: nothing.
    #[serde(default, with = "Maybe::<AutoCancel>", skip_serializing_if = "Option::is_none")]
    pub auto_cancel: Option<AutoCancel>,
    /// What a partial rerun repeats of failed blocks. Default: the platform's.
    #[serde(default, with = "Maybe::<PartialRerun>", skip_serializing_if = "Option::is_none")]
    pub partial_rerun: Option<PartialRerun>,
    /// What all jobs of all blocks share.
    #[serde(default, with = "Maybe::<GlobalJobConfig>", skip_serializing_if = "Option::is_none")]
    pub global_job_config: Option<GlobalJobConfig>,
    /// The blocks, 1 to 300.
    #[serde(with = "As::<List<Block, 1, 300>>")]
    pub blocks: Vec<Block>,
    /// The pipelines that can follow this one; at least one where the key stands.
    #[serde(
        default,
        with = "As::<List<Promotion, 1, { usize::MAX }>>",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub promotions: Vec<Promotion>,
    /// A task that runs when the pipeline is done, whatever its result, without
    /// `global_job_config`. Its jobs have `SEMAPHORE_PIPELINE_RESULT`.
    #[serde(default, with = "Maybe::<Work>", skip_serializing_if = "Option::is_none")]
    pub after_pipeline: Option<Work>,
}

impl Pipeline {
    /// The version that the platform accepts.
    pub const VERSION: &str = "v1.0";

    /// A pipeline of these blocks.
    pub fn new(
        name: impl Into<String>,
        agent: Agent,
        blocks: impl IntoIterator<Item = Block>,
    ) -> Self {
        Self {
            version: Self::VERSION.into(),
            name: Some(name.into()),
            agent,
            execution_time_limit: None,
            queue: None,
            fail_fast: None,
            auto_cancel: None,
            partial_rerun: None,
            global_job_config: None,
            blocks: blocks.into_iter().collect(),
            promotions: Vec::new(),
            after_pipeline: None,
        }
    }
}

/// What one failure does to the rest; `stop` or `cancel` is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schemars(transform = choice::at_least_one_of::<FailFast>)]
pub struct FailFast {
    /// When this holds, everything that is not done is stopped, also what runs.
    #[serde(default, with = "Maybe::<When>", skip_serializing_if = "Option::is_none")]
    pub stop: Option<When>,
    /// When this holds, what has not started is canceled; what runs may finish.
    #[serde(default, with = "Maybe::<When>", skip_serializing_if = "Option::is_none")]
    pub cancel: Option<When>,
}

at_least_one!(FailFast: stop, cancel);

/// What a new pipeline does to older ones of its queue; `running` or `queued` is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schemars(transform = choice::at_least_one_of::<AutoCancel>)]
pub struct AutoCancel {
    /// When this holds, older pipelines are stopped or canceled, those that run as well as those
    /// that wait.
    #[serde(default, with = "Maybe::<When>", skip_serializing_if = "Option::is_none")]
    pub running: Option<When>,
    /// When this holds, older pipelines that wait are canceled.
    #[serde(default, with = "Maybe::<When>", skip_serializing_if = "Option::is_none")]
    pub queued: Option<When>,
}

at_least_one!(AutoCancel: running, queued);

map_only!(Pipeline);
