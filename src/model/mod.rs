//! The vocabulary of Semaphore pipeline YAML v1.0 as plain types: the one place that knows which
//! constructs exist. Reading, structural check, exported JSON Schema, completions and hovers all
//! derive from these types and their doc comments.
//!
//! The types accept what the platform's schema accepts, no more and no less: unknown keys are
//! refused, an option may be absent but not null, keys that exclude each other are variants of
//! one enum. What the platform checks only later (version number, dependencies, duplicate names,
//! time limits, conditions) belongs to `check`. Types carry no positions, and fields stand in the
//! order in which people write them, which is the order of serialization.
//!
//! Facts: the platform's pipeline schema v1.0, and its open-source code for meaning and defaults.

mod agent;
mod block;
mod choice;
mod commands;
mod condition;
mod environment;
mod filter;
mod job;
mod limit;
mod pipeline;
mod promotion;
mod queue;
mod strict;
mod task;
mod wire;

#[cfg(test)]
mod tests;

pub use agent::{Agent, Container, ImagePullSecret, Machine};
pub use block::{Block, Gate, PartialRerun, Work};
pub use commands::{Commands, Epilogue, EpilogueByResult};
pub use condition::{Condition, When};
pub use environment::{EnvVar, GlobalJobConfig, Secret};
pub use filter::{Filter, FilterAction, FilterLabel};
pub use job::{Job, MatrixAxis, MatrixValues, Parallelism, Priority, Spread};
pub use limit::TimeLimit;
pub use pipeline::{AutoCancel, FailFast, Pipeline};
pub use promotion::{AutoPromoteRule, Parameter, Parameters, Promotion, RefRule};
pub use queue::{Processing, Queue, QueueRule, QueueScope};
pub use task::{Booster, BoosterType, Task};
