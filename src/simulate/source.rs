//! Where pipelines come from.

use crate::model::{Pipeline, Task};
use std::sync::Arc;

/// The pipeline files of a repository. Paths are relative to its root.
pub trait Pipelines {
    /// The pipeline of a file.
    ///
    /// # Errors
    /// Why it could not start: the file is missing, or the platform refuses it.
    fn pipeline(&self, file: &str) -> Result<Arc<Pipeline>, String>;

    /// The file that a pipeline in `file` means by `named`; `None` when that leads out of the
    /// repository.
    fn resolve(&self, file: &str, named: &str) -> Option<String>;

    /// The task of a `task_file`.
    ///
    /// # Errors
    /// As for a pipeline.
    fn task(&self, file: &str) -> Result<Arc<Task>, String>;
}
