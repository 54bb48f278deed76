//! Questions to a repository.

use super::GitError;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::str::FromStr;

/// A git repository with its files.
#[derive(Debug, Clone)]
pub struct Repository {
    root: PathBuf,
}

/// A range of commits: `A..B` compares the two, `A...B` compares B with what it has in common
/// with A. A side that is left out is `HEAD`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// The commit to start from.
    pub from: String,
    /// The commit to end at.
    pub to: String,
    /// Whether it starts where both have their last commit in common (three dots).
    pub merge_base: bool,
}

impl Range {
    /// `from...to`
    #[must_use]
    pub fn since_merge_base(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: from.into(), to: to.into(), merge_base: true }
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to, merge_base) = match (text.split_once("..."), text.split_once("..")) {
            (Some((from, to)), _) => (from, to, true),
            (None, Some((from, to))) => (from, to, false),
            (None, None) => {
                return Err(format!("\"{text}\" is no range of commits: write A...B or A..B"));
            }
        };
        let side = |side: &str| match side {
            "" => "HEAD".to_owned(),
            side => side.to_owned(),
        };
        Ok(Self { from: side(from), to: side(to), merge_base })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dots = if self.merge_base { "..." } else { ".." };
        write!(f, "{}{dots}{}", self.from, self.to)
    }
}

impl Repository {
    /// The repository that the folder is in.
    ///
    /// # Errors
    /// It is in none, or `git` cannot be run.
    pub fn discover(folder: &Path) -> Result<Self, GitError> {
        let none = || GitError::NoRepository(folder.display().to_string());
        if !folder.is_dir() {
            return Err(none());
        }
        let output = git(folder, &["rev-parse", "--show-toplevel"])?;
        let root = text(&output.stdout);
        if !output.status.success() || root.is_empty() {
            return Err(none());
        }
        Ok(Self { root: PathBuf::from(root) })
    }

    /// The folder of the repository.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The branch that is checked out.
    ///
    /// # Errors
    /// [`GitError::Detached`] when there is none.
    pub fn current_branch(&self) -> Result<String, GitError> {
        let output = git(&self.root, &["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        let branch = text(&output.stdout);
        if output.status.success() && !branch.is_empty() {
            Ok(branch)
        } else {
            Err(GitError::Detached)
        }
    }

    /// Whether older commits are missing.
    ///
    /// # Errors
    /// `git` cannot be run.
    pub fn is_shallow(&self) -> Result<bool, GitError> {
        let output = git(&self.root, &["rev-parse", "--is-shallow-repository"])?;
        Ok(text(&output.stdout) == "true")
    }

    /// The full id of the commit that `revision` names; `None` when there is no such commit.
    ///
    /// # Errors
    /// `git` cannot be run.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, GitError> {
        let wanted = format!("{revision}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", wanted.as_str()];
        let output = git(&self.root, &arguments)?;
        let id = text(&output.stdout);
        Ok((output.status.success() && !id.is_empty()).then_some(id))
    }

    /// The commit of a branch as the platform has it: the remote's when that was fetched, else
    /// the local one, else whatever commit has that name.
    ///
    /// # Errors
    /// There is none, or `git` cannot be run.
    pub fn branch_commit(&self, branch: &str) -> Result<String, GitError> {
        for prefix in ["refs/remotes/origin/", "refs/heads/", ""] {
            if let Some(id) = self.commit(&format!("{prefix}{branch}"))? {
                return Ok(id);
            }
        }
        Err(GitError::UnknownRevision { revision: branch.to_owned(), shallow: self.is_shallow()? })
    }

    /// Paths of the files that differ over the range, from the root of the repository.
    ///
    /// # Errors
    /// A side is no commit, the sides have nothing in common, or `git` fails.
    pub fn changed(&self, range: &Range) -> Result<Vec<String>, GitError> {
        let side = |revision: &str| match self.commit(revision)? {
            Some(id) => Ok(id),
            None => self.branch_commit(revision),
        };
        let (from, to) = (side(&range.from)?, side(&range.to)?);
        let from = if range.merge_base { self.merge_base(&from, &to, range)? } else { from };
        let arguments = [
            "diff",
            "--name-only",
            "-z",
            "--no-ext-diff",
            "--no-color",
            "--no-relative",
            "--find-renames",
            from.as_str(),
            to.as_str(),
            "--",
        ];
        let output = git(&self.root, &arguments)?;
        if !output.status.success() {
            return Err(GitError::Failed(text(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect())
    }

    fn merge_base(&self, from: &str, to: &str, range: &Range) -> Result<String, GitError> {
        let output = git(&self.root, &["merge-base", from, to])?;
        let id = text(&output.stdout);
        if output.status.success() && !id.is_empty() {
            return Ok(id);
        }
        Err(GitError::NoMergeBase { range: range.to_string(), shallow: self.is_shallow()? })
    }
}

/// Runs `git` in a folder. Its messages are read, so they must be in English.
fn git(folder: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output()
        .map_err(|error| GitError::NotInstalled(error.to_string()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}
