//! Queues: which pipelines wait for which.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Condition;
use super::choice;
use super::strict::{at_least_one, name_only};
use super::wire::{As, Filled, List, Maybe};

/// The queue of a pipeline: one, or a list of which the first whose condition holds counts.
/// Without any, each pipeline file has one queue for each branch, tag or pull request, serialized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Queue {
    /// One queue.
    One(QueueRule),
    /// The first whose condition holds; at least one entry.
    FirstOf(#[serde(with = "As::<List<QueueRule, 1, { usize::MAX }>>")] Vec<QueueRule>),
}

impl Queue {
    /// The queues, in the order in which they are tried.
    #[must_use]
    pub fn rules(&self) -> &[QueueRule] {
        match self {
            Self::One(rule) => std::slice::from_ref(rule),
            Self::FirstOf(rules) => rules,
        }
    }
}

impl From<QueueRule> for Queue {
    fn from(rule: QueueRule) -> Self {
        Self::One(rule)
    }
}

/// A queue; `name` or `processing` is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schemars(transform = choice::at_least_one_of::<QueueRule>)]
pub struct QueueRule {
    /// Name of the queue; pipelines with the same name and scope share it. Default: one for each
    /// pipeline file and ref.
    #[serde(default, with = "Maybe::<Filled>", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who shares the queue with that name. Default: the project.
    #[serde(default, with = "Maybe::<QueueScope>", skip_serializing_if = "Option::is_none")]
    pub scope: Option<QueueScope>,
    /// Whether pipelines wait for each other. Default: serialized.
    #[serde(default, with = "Maybe::<Processing>", skip_serializing_if = "Option::is_none")]
    pub processing: Option<Processing>,
    /// When this queue is the one: a string in the `when` language, or a boolean.
    #[serde(default, with = "Maybe::<Condition>", skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

at_least_one!(QueueRule: name, processing);

impl QueueRule {
    /// A queue by its name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}

/// Who shares a queue by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum QueueScope {
    /// The pipelines of this project.
    Project,
    /// The pipelines of all projects of the organization.
    Organization,
}

/// Whether the pipelines of a queue wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum Processing {
    /// One at a time, oldest first. It orders pipelines, not workflows: while a promotion waits for
    /// a person the queue is free.
    Serialized,
    /// All at once.
    Parallel,
}

name_only!(QueueScope, Processing);
