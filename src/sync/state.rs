//! `.pipewright/state.yml`: what was generated here, from what. One line a file, so that git merges
//! it well.

use super::{FOLDER, SyncError};
use crate::tree::Kind;
use crate::yaml::{Tree, emit};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

/// Version of the format of `.pipewright/`.
const VERSION: u32 = 1;

/// What was generated into a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Version of the format.
    version: u32,
    /// Version of the pipewright that wrote it.
    pub pipewright: String,
    /// SHA-256 of the `pipewright.yml` that it was generated from.
    pub settings: String,
    /// Version of each cloud profile in use, by its id.
    #[serde(default)]
    pub profiles: BTreeMap<String, u32>,
    /// What was written, by path.
    #[serde(default)]
    pub files: BTreeMap<String, Written>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// How it is kept up to date.
    pub kind: WrittenKind,
    /// SHA-256 of what was written, in hexadecimal.
    pub sha256: String,
    /// Whether the user has deleted it, and was told that it stays so.
    #[serde(default)]
    pub deleted: bool,
}

/// How a file that was written is kept up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WrittenKind {
    /// Merged at every regeneration; its base is kept.
    Managed,
    /// Updated only while untouched.
    Scaffold,
}

impl Written {
    /// Whether this text was written.
    #[must_use]
    pub fn was(&self, content: &str) -> bool {
        self.sha256 == sha256(content.as_bytes())
    }
}

impl WrittenKind {
    /// The kind of a file of a tree; none for the configuration, which is the user's.
    pub(super) fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Managed => Some(Self::Managed),
            Kind::Scaffold => Some(Self::Scaffold),
            Kind::Config => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Scaffold => "scaffold",
        }
    }
}

/// SHA-256 in hexadecimal; line ends count as LF, because git may turn them into CRLF and back.
pub(super) fn sha256(content: &[u8]) -> String {
    let mut hasher = Sha256::new();
    let mut rest = content;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        hasher.update(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    hasher.update(rest);
    hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Where what was generated last for a path is kept.
pub(super) fn base_path(path: &str) -> String {
    format!("{FOLDER}/base/{path}.base")
}

impl State {
    /// A state for what is generated from this configuration with these profiles.
    #[must_use]
    pub fn new(settings: &str, profiles: BTreeMap<String, u32>) -> Self {
        Self {
            version: VERSION,
            pipewright: env!("CARGO_PKG_VERSION").to_owned(),
            settings: sha256(settings.as_bytes()),
            profiles,
            files: BTreeMap::new(),
        }
    }

    /// The state of a directory, if anything was generated into it.
    ///
    /// # Errors
    /// When the file can't be read or is damaged.
    pub fn load(directory: &Path) -> Result<Option<Self>, SyncError> {
        let path = directory.join(FOLDER).join("state.yml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            // Of an output directory that is a file, writing will say so.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(SyncError::Io { what: "read", path, error }),
        };
        let damaged = |message: String| SyncError::State { path: path.clone(), message };
        let tree = Tree::parse(text).map_err(|problem| damaged(problem.message))?;
        let state = Self::deserialize(tree.root()).map_err(|error| damaged(error.to_string()))?;
        if state.version != VERSION {
            return Err(damaged(format!(
                "it has format version {}, and this pipewright knows {VERSION} only",
                state.version
            )));
        }
        Ok(Some(state))
    }

    /// The `pipewright.yml` that it was generated from, where it is remembered undamaged.
    #[must_use]
    pub fn last_settings(&self, directory: &Path) -> Option<String> {
        let text = std::fs::read_to_string(directory.join(base_path(crate::project::FILE))).ok()?;
        (sha256(text.as_bytes()) == self.settings).then_some(text)
    }

    /// The text of the file.
    #[must_use]
    pub(super) fn text(&self) -> String {
        let mut text = String::from(
            "# What pipewright has generated here, which `pipewright regenerate` compares with. Commit it;\n# don't edit it.\n",
        );
        let _ = writeln!(text, "version: {}", self.version);
        let _ = writeln!(text, "pipewright: {}", emit::scalar(&self.pipewright));
        let _ = writeln!(text, "settings: {}", emit::scalar(&self.settings));
        text.push_str("profiles:\n");
        for (id, version) in &self.profiles {
            let _ = writeln!(text, "  {}: {version}", emit::scalar(id));
        }
        text.push_str("files:\n");
        for (path, written) in &self.files {
            let _ = writeln!(
                text,
                "  {}: {{kind: {}, sha256: {}{}}}",
                emit::scalar(path),
                written.kind.word(),
                emit::scalar(&written.sha256),
                if written.deleted { ", deleted: true" } else { "" }
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_reads_back_as_it_was_written() {
        let mut state = State::new("name: x\n", BTreeMap::from([("aws".to_owned(), 3)]));
        state.files.insert(
            "a b: c.yml".into(),
            Written { kind: WrittenKind::Managed, sha256: sha256(b"1"), deleted: true },
        );
        let tree = Tree::parse(state.text()).unwrap();
        assert_eq!(State::deserialize(tree.root()).unwrap(), state);
    }

    #[test]
    fn line_ends_do_not_change_a_checksum() {
        assert_eq!(sha256(b"a\nb\n"), sha256(b"a\r\nb\r\n"));
        assert_ne!(sha256(b"a\nb\n"), sha256(b"a\rb\n"));
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
