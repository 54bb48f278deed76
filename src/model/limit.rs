//! Time limits of pipelines, blocks and jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice;
use super::wire::{As, Positive};

/// How long something may run before the platform stops it, in minutes or in hours, but not in
/// both. A pipeline without a limit has 60 minutes. A block may not have more than its pipeline, a
/// job not more than its block, and nothing more than 24 hours unless a job asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = choice::keys)]
pub enum TimeLimit {
    /// Minutes, at least 1.
    #[serde(rename = "minutes")]
    Minutes(#[serde(with = "As::<Positive>")] u64),
    /// Hours, at least 1.
    #[serde(rename = "hours")]
    Hours(#[serde(with = "As::<Positive>")] u64),
}

impl TimeLimit {
    /// The limit in minutes.
    #[must_use]
    pub const fn in_minutes(self) -> u64 {
        match self {
            Self::Minutes(minutes) => minutes,
            Self::Hours(hours) => hours.saturating_mul(60),
        }
    }
}
