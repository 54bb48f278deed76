//! What a workflow does for an event: which blocks run, which promotions start, and why.
//!
//! Nothing is run: what conditions need to know of results is assumed. What cannot be told (a
//! condition without a value, files that may have changed, a question of time) is said to be
//! uncertain and never guessed. The result is a flat list of pipelines that point at each other, so
//! promotions in a circle, or in a chain of any length, are no trouble.

mod assume;
mod blocks;
mod changes;
mod decide;
mod event;
mod jobs;
mod outcome;
mod promotions;
mod reason;
mod source;
mod template;
mod walk;

pub use assume::{Assumption, Pressed, RunResult};
pub use blocks::dependencies;
pub use changes::{Answer, ChangeSource, ChangedFiles};
pub use event::Event;
pub use outcome::{
    BlockRun, Decision, End, Fate, JobRun, ParameterValue, PipelineRun, PromotedBy, PromotionRun,
    QueueUse, Start, Variable, Workflow,
};
pub use reason::{Asked, Reasoning};
pub use source::Pipelines;
pub use walk::Scenario;

#[cfg(test)]
mod tests;
