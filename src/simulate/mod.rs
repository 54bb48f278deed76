//! What a workflow does for an event: which blocks run, which promotions start, and why.

mod changes;
mod event;
mod reason;

pub use changes::{Answer, ChangeSource, ChangedFiles};
pub use event::Event;
pub use reason::{Asked, Reasoning};
