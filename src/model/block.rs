//! Blocks: the steps of a pipeline, and the order they run in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice::{self, AtMostOne, ExactlyOne};
use super::strict::name_only;
use super::wire::{Filled, Maybe};
use super::{Filter, Task, TimeLimit, When};

/// A step of the pipeline: a task that runs when the blocks it depends on are done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = choice::closed)]
pub struct Block {
    /// Name of the block, unique in the pipeline. Without one it is called `Nameless block 1`,
    /// `Nameless block 2` and so on.
    #[serde(default, with = "Maybe::<Filled>", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Names of the blocks that must be done first; `[]` starts with the pipeline. Either every
    /// block of a pipeline has this key or none; with none, blocks run one after the other.
    #[serde(default, with = "Maybe::<Vec<String>>", skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<String>>,
    /// How long the block may run; not longer than the pipeline. Default: the pipeline's limit.
    #[serde(default, with = "Maybe::<TimeLimit>", skip_serializing_if = "Option::is_none")]
    pub execution_time_limit: Option<TimeLimit>,
    /// When the block runs: `run`, `skip` or `filters`. Default: always.
    #[serde(flatten, with = "AtMostOne::<Gate>")]
    pub gate: Option<Gate>,
    /// What runs: `task` or `task_file`.
    #[serde(flatten, with = "ExactlyOne::<Work>")]
    pub work: Work,
    /// What a partial rerun of the pipeline repeats of this block. Default: the pipeline's setting.
    #[serde(default, with = "Maybe::<PartialRerun>", skip_serializing_if = "Option::is_none")]
    pub partial_rerun: Option<PartialRerun>,
}

impl Block {
    /// A block with a name and its task, without dependencies of its own.
    pub fn new(name: impl Into<String>, task: Task) -> Self {
        Self {
            name: Some(name.into()),
            dependencies: None,
            execution_time_limit: None,
            gate: None,
            work: task.into(),
            partial_rerun: None,
        }
    }

    /// The same block after the blocks of these names; none of them: it starts with the pipeline.
    #[must_use]
    pub fn after(mut self, blocks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.dependencies = Some(blocks.into_iter().map(Into::into).collect());
        self
    }

    /// The task, when it stands in the pipeline file itself.
    #[must_use]
    pub fn task(&self) -> Option<&Task> {
        self.work.task()
    }
}

/// When a block runs. A block that does not counts as passed, and what depends on it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = choice::keys)]
pub enum Gate {
    /// The block runs only when this holds. Excludes `skip` and `filters`.
    #[serde(rename = "run")]
    Run(When),
    /// The block is skipped when this holds. Excludes `run` and `filters`.
    #[serde(rename = "skip")]
    Skip(When),
    /// The legacy form, by labels. Excludes `run` and `skip`.
    #[serde(rename = "filters")]
    Filters(Vec<Filter>),
}

/// A task in the pipeline or in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = choice::keys)]
pub enum Work {
    /// The jobs and what they share. Excludes `task_file`.
    #[serde(rename = "task")]
    Task(Box<Task>),
    /// File with the task, relative to the pipeline file. Excludes `task`.
    #[serde(rename = "task_file")]
    File(String),
}

impl Work {
    /// The task, when it stands in the pipeline file itself.
    #[must_use]
    pub fn task(&self) -> Option<&Task> {
        match self {
            Self::Task(task) => Some(task),
            Self::File(_) => None,
        }
    }
}

impl From<Task> for Work {
    fn from(task: Task) -> Self {
        Self::Task(Box::new(task))
    }
}

/// What a partial rerun of a pipeline repeats of a failed block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum PartialRerun {
    /// Only the jobs that failed.
    Jobs,
    /// The whole block.
    Block,
}

name_only!(PartialRerun);
