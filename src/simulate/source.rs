//! Where pipelines come from, and which file a promotion names.

use crate::model::{Pipeline, Task};
use std::sync::Arc;

/// The pipeline files of a repository. Paths are relative to its root.
pub trait Pipelines {
    /// The pipeline of a file.
    ///
    /// # Errors
    /// Why it could not start: the file is missing, or the platform refuses it.
    fn pipeline(&self, file: &str) -> Result<Arc<Pipeline>, String>;

    /// The task of a `task_file`.
    ///
    /// # Errors
    /// As for a pipeline.
    fn task(&self, file: &str) -> Result<Arc<Task>, String>;
}

/// The file that a pipeline in `file` means by `named`: relative to its directory, or to the root
/// of the repository when it starts with `/`. `..` does not leave the repository.
#[must_use]
pub fn beside(file: &str, named: &str) -> String {
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut parts: Vec<&str> = Vec::new();
    let from = if named.starts_with('/') { "" } else { directory };
    for part in from.split('/').chain(named.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn names_are_relative_to_the_file_or_to_the_root() {
        for (file, named, expected) in [
            (".semaphore/semaphore.yml", "deploy.yml", ".semaphore/deploy.yml"),
            (".semaphore/semaphore.yml", "./a/../deploy.yml", ".semaphore/deploy.yml"),
            (".semaphore/semaphore.yml", "../ci/deploy.yml", "ci/deploy.yml"),
            (".semaphore/semaphore.yml", "/ci/deploy.yml", "ci/deploy.yml"),
            (".semaphore/semaphore.yml", "../../../x.yml", "x.yml"),
            ("semaphore.yml", "deploy.yml", "deploy.yml"),
        ] {
            assert_eq!(beside(file, named), expected, "{named} in {file}");
        }
    }
}
