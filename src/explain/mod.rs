//! Conditions and workflows as text for people: what happens, and why.

mod condition;
mod workflow;

pub use condition::condition;
pub use workflow::workflow;
