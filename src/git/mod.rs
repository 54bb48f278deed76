//! What the user's repository knows about changes, asked of the `git` program.
//!
//! Only questions are asked: nothing is fetched, and nothing in the repository changes. Facts on
//! how the platform asks come from semaphoreci/spc (`git.go`): `git diff --name-only RANGE`, so a
//! renamed file counts under its new name only.

mod error;
mod repository;

pub use error::GitError;
pub use repository::{Range, Repository};
