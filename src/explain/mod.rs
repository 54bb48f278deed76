//! Conditions and workflows as text for people: what happens, and why.

mod condition;

pub use condition::condition;
