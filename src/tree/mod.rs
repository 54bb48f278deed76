//! A tree of files in memory: what `generate` renders and what `sync` brings to disk.

mod path;

pub use path::{PathError, RepoPath};

use std::collections::BTreeMap;

/// How a file is kept up to date after it was written once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ours: merged at every regeneration.
    Managed,
    /// The user's from the first moment: updated only while untouched, never a conflict.
    Scaffold,
    /// The user's configuration: written when it is missing, never touched by a render.
    Config,
}

/// One file of a [`FileTree`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The whole content.
    pub content: String,
    /// Whether it may be executed.
    pub executable: bool,
    /// How it is kept up to date.
    pub kind: Kind,
}

/// Files by their path inside the repository, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileTree {
    files: BTreeMap<RepoPath, File>,
}

impl FileTree {
    /// Adds a file; a second one at the same path replaces the first and is handed back.
    pub fn insert(&mut self, path: RepoPath, file: File) -> Option<File> {
        self.files.insert(path, file)
    }

    /// The file at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|(known, _)| known.as_str() == path).map(|(_, file)| file)
    }

    /// All files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&RepoPath, &File)> {
        self.files.iter()
    }

    /// Keeps only the files that the predicate accepts.
    pub fn retain(&mut self, mut keep: impl FnMut(&RepoPath) -> bool) {
        self.files.retain(|path, _| keep(path));
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
