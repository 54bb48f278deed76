//! From a tree in memory to the user's directory: what stands in the way, what is written, and how
//! it is written so that a failure or a crash leaves the old files or the new ones.

mod disk;
mod journal;
mod plan;
mod state;
mod update;

pub use plan::{Action, Obstacle, Plan, Reason, Step, plan};
pub use state::State;
pub use update::{Fate, Manner, Outcome, Update, update};

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Folder for what pipewright remembers; the user commits it.
pub const FOLDER: &str = ".pipewright";

/// Why nothing was written.
#[derive(Debug)]
pub enum SyncError {
    /// Reading or writing failed.
    Io {
        /// What was to be done, as in "can't WHAT".
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A path inside the directory leads through a symbolic link, so it may lead out of it.
    Symlink(PathBuf),
    /// Another pipewright is writing to the directory.
    Busy(PathBuf),
    /// What pipewright remembers can't be read.
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

impl SyncError {
    fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { what, path, error }
    }
}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { what, path, error } => {
                write!(f, "can't {what} \"{}\": {error}", path.display())
            }
            Self::Symlink(path) => write!(
                f,
                "\"{}\" is a symbolic link, and nothing is written through one\nreplace it by a file or folder, or choose another --out",
                path.display()
            ),
            Self::Busy(path) => {
                write!(f, "another pipewright is writing to \"{}\"", path.display())
            }
            Self::State { path, message } => {
                write!(f, "\"{}\" can't be used: {message}\nrestore it from git", path.display())
            }
        }
    }
}

impl std::error::Error for SyncError {}
