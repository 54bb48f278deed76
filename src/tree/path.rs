//! A path inside the repository, which cannot lead out of it.

use std::fmt;
use std::path::{Path, PathBuf};

/// A relative path with `/` between its parts: no empty part, no `.` or `..`, no drive or root,
/// no backslash, no control character. Joined to a directory it stays inside that directory, as
/// long as no part is a symbolic link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(String);

/// Why a text is no [`RepoPath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathError {
    /// Nothing there.
    Empty,
    /// It starts at a root or names a drive.
    Absolute,
    /// A part is `..`.
    Escapes,
    /// A part is empty or `.`.
    NotPlain,
    /// A backslash, a colon or a control character.
    Forbidden(char),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "is empty"),
            Self::Absolute => write!(f, "must be relative to the repository"),
            Self::Escapes => write!(f, "must not lead out of the repository with \"..\""),
            Self::NotPlain => write!(f, "must not contain \".\" or empty parts"),
            Self::Forbidden(found) => write!(f, "must not contain {found:?}"),
        }
    }
}

impl std::error::Error for PathError {}

impl RepoPath {
    /// Checks a path.
    ///
    /// # Errors
    /// Says what keeps the text from being a plain relative path.
    pub fn new(path: impl Into<String>) -> Result<Self, PathError> {
        let path = path.into();
        if path.is_empty() {
            return Err(PathError::Empty);
        }
        if path.starts_with('/') {
            return Err(PathError::Absolute);
        }
        if let Some(found) = path.chars().find(|&c| c == '\\' || c == ':' || c.is_control()) {
            return Err(PathError::Forbidden(found));
        }
        for part in path.split('/') {
            match part {
                "" | "." => return Err(PathError::NotPlain),
                ".." => return Err(PathError::Escapes),
                _ => {}
            }
        }
        Ok(Self(path))
    }

    /// The path as text, with `/` between its parts.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below a directory of the file system.
    #[must_use]
    pub fn below(&self, directory: &Path) -> PathBuf {
        let mut path = directory.to_path_buf();
        path.extend(self.0.split('/'));
        path
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths_are_taken() {
        for good in ["a", ".semaphore/semaphore.yml", "a b/ü.txt", "..a/b.."] {
            assert_eq!(RepoPath::new(good).map(|path| path.to_string()), Ok(good.to_owned()));
        }
        for (bad, why) in [
            ("", PathError::Empty),
            ("/etc/passwd", PathError::Absolute),
            ("../x", PathError::Escapes),
            ("a/../../x", PathError::Escapes),
            ("a//b", PathError::NotPlain),
            ("./a", PathError::NotPlain),
            ("a/", PathError::NotPlain),
            ("a\\b", PathError::Forbidden('\\')),
            ("C:/x", PathError::Forbidden(':')),
            ("a\nb", PathError::Forbidden('\n')),
        ] {
            assert_eq!(RepoPath::new(bad), Err(why), "{bad:?}");
        }
    }
}
