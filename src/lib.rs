//! pipewright writes, checks and keeps up to date the CI/CD of services that are built on
//! Semaphore and deployed to Kubernetes.
//!
//! The rooms (modules) import only downwards; `docs/architecture.md` shows the floors and
//! `tests/rooms.rs` holds them.

pub mod check;
pub mod cli;
pub mod cloud;
pub mod condition;
pub mod diagnostic;
pub mod explain;
pub mod generate;
pub mod git;
pub mod graph;
pub mod merge;
pub mod model;
pub mod project;
pub mod report;
pub mod rule;
pub mod schema;
pub mod simulate;
pub mod sync;
pub mod tree;
pub mod yaml;
