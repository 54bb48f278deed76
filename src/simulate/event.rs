//! What triggers a workflow.

use crate::condition::Inputs;
use serde::Serialize;
use std::fmt;

/// What triggers a workflow: exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A push to a branch.
    Branch {
        /// The branch.
        name: String,
    },
    /// A tag was pushed.
    Tag {
        /// The tag.
        name: String,
    },
    /// A pull request was opened or pushed to.
    PullRequest {
        /// Its number.
        number: String,
        /// The branch that it wants to change; what a condition calls default branch if unknown.
        base: Option<String>,
        /// Whether it comes from another repository.
        fork: bool,
    },
}

impl Event {
    /// A push to the branch.
    pub fn branch(name: impl Into<String>) -> Self {
        Self::Branch { name: name.into() }
    }

    /// A push of the tag.
    pub fn tag(name: impl Into<String>) -> Self {
        Self::Tag { name: name.into() }
    }

    /// A pull request of this repository.
    pub fn pull_request(number: impl Into<String>) -> Self {
        Self::PullRequest { number: number.into(), base: None, fork: false }
    }

    /// What conditions see of it; the two others of branch, tag and pull request are empty.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        match self {
            Self::Branch { name } => Inputs { branch: name.clone(), ..Inputs::default() },
            Self::Tag { name } => Inputs { tag: name.clone(), ..Inputs::default() },
            Self::PullRequest { number, .. } => {
                Inputs { pull_request: number.clone(), ..Inputs::default() }
            }
        }
    }

    /// The platform's label of the workflow: the branch, the tag, or the number.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Branch { name } | Self::Tag { name } => name,
            Self::PullRequest { number, .. } => number,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch { name } => write!(f, "a push to the branch \"{name}\""),
            Self::Tag { name } => write!(f, "a push of the tag \"{name}\""),
            Self::PullRequest { number, fork, .. } => {
                let fork = if *fork { " from a fork" } else { "" };
                write!(f, "the pull request {number}{fork}")
            }
        }
    }
}
