//! Why a question about the repository has no answer.

use std::fmt;

/// Why a question about the repository has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitError {
    /// The `git` program could not be started.
    NotInstalled(String),
    /// The folder is in no repository.
    NoRepository(String),
    /// What is asked for is no commit of this repository.
    UnknownRevision {
        /// As written.
        revision: String,
        /// Whether the repository lacks older commits.
        shallow: bool,
    },
    /// The two sides of a range have no commit in common.
    NoMergeBase {
        /// The range, as it was asked for.
        range: String,
        /// Whether the repository lacks older commits.
        shallow: bool,
    },
    /// No branch is checked out.
    Detached,
    /// `git` said something else.
    Failed(String),
}

/// What helps where commits are missing.
const UNSHALLOW: &str =
    "the clone is shallow, so older commits are missing: run `git fetch --unshallow`";

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled(reason) => write!(f, "the program \"git\" cannot be run: {reason}"),
            Self::NoRepository(folder) => {
                write!(f, "the folder \"{folder}\" is in no git repository")
            }
            Self::UnknownRevision { revision, shallow } => {
                write!(f, "there is no commit \"{revision}\" in this repository")?;
                match shallow {
                    true => write!(f, "; {UNSHALLOW}"),
                    false => f.write_str("; if it is a branch of the remote, run `git fetch`"),
                }
            }
            Self::NoMergeBase { range, shallow } => {
                write!(f, "the two sides of \"{range}\" have no commit in common")?;
                if *shallow { write!(f, "; {UNSHALLOW}") } else { Ok(()) }
            }
            Self::Detached => f.write_str("no branch is checked out"),
            Self::Failed(reason) => write!(f, "git failed: {reason}"),
        }
    }
}

impl std::error::Error for GitError {}
