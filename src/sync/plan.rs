//! What bringing a tree to a directory would do, and what stands in its way.

use super::disk::{Found, is_executable, read, same_text};
use super::journal::{self, Change};
use super::state::{State, Written, WrittenKind, base_path, sha256};
use super::{FOLDER, SyncError};
use crate::tree::{File, FileTree, Kind, RepoPath};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What happens to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is not there and is written.
    Create,
    /// It is there with another content, which is kept as `NAME.orig`.
    Replace,
    /// It is there with this content.
    Same,
    /// It is the user's by now and stays as it is.
    Keep,
}

/// One file of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Path inside the directory.
    pub path: String,
    /// What happens to it.
    pub action: Action,
}

/// Why a file stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// pipewright has not written it.
    Foreign,
    /// It was generated, and it, the settings or pipewright have changed since.
    Differs,
    /// There is no file but a folder, or a file where a folder has to be.
    NoFile,
}

/// A file that is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// Path inside the directory.
    pub path: String,
    /// Why it is in the way.
    pub reason: Reason,
}

/// What bringing a tree to a directory would do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Every file of the tree, in the order of the paths.
    pub steps: Vec<Step>,
    /// What is in the way; with any, the plan can't be carried out.
    pub obstacles: Vec<Obstacle>,
    directory: PathBuf,
    changes: Vec<Change>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many files of the tree have this action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }

    /// Carries the plan out: all of it or nothing.
    ///
    /// # Errors
    /// When something can't be written; the directory is then as it was.
    pub fn carry_out(&self) -> Result<(), SyncError> {
        if self.is_empty() {
            return Ok(());
        }
        journal::write(&self.directory, &self.changes)
    }
}

/// Compares a tree with a directory. With `force`, what differs is replaced, the old content kept
/// beside it.
///
/// # Errors
/// When the directory can't be read, or what is remembered of it is damaged. What an interrupted
/// run has left is finished first.
pub fn plan(
    directory: &Path,
    tree: &FileTree,
    fresh: State,
    force: bool,
) -> Result<Plan, SyncError> {
    journal::recover(directory)?;
    let known = State::load(directory)?;
    let mut planner = Planner {
        directory,
        force,
        known: known.as_ref(),
        steps: Vec::new(),
        obstacles: Vec::new(),
        changes: Vec::new(),
        written: known.as_ref().map(|state| state.files.clone()).unwrap_or_default(),
    };
    for (path, file) in tree.iter() {
        planner.file(path, file)?;
    }
    let Planner { steps, obstacles, mut changes, written, .. } = planner;
    let mut state = fresh;
    state.files = written;
    // A newer pipewright alone is no reason to write.
    let unchanged = known.as_ref().is_some_and(|known| {
        let mut known = known.clone();
        known.pipewright.clone_from(&state.pipewright);
        known == state
    });
    if !(unchanged && changes.is_empty()) {
        remember(directory, tree, &steps, &state, &mut changes)?;
    }
    Ok(Plan { steps, obstacles, directory: directory.to_path_buf(), changes })
}

/// Adds what is kept in `.pipewright/`: the state, and the base of every managed file.
fn remember(
    directory: &Path,
    tree: &FileTree,
    steps: &[Step],
    state: &State,
    changes: &mut Vec<Change>,
) -> Result<(), SyncError> {
    let mut put = |path: String, content: &str| -> Result<(), SyncError> {
        let target = directory.join(&path);
        let same = read(directory, &path, &target)?
            .is_some_and(|found| matches!(found, Found::File(old) if old == content.as_bytes()));
        if !same {
            changes.push(Change {
                path,
                content: Some(content.as_bytes().to_vec()),
                executable: false,
            });
        }
        Ok(())
    };
    for (path, file) in tree.iter() {
        let kept =
            steps.iter().any(|step| step.path == path.as_str() && step.action == Action::Keep);
        // The settings are the user's, and are kept to know later what has changed of them.
        if file.kind == Kind::Config || (file.kind == Kind::Managed && !kept) {
            put(base_path(path.as_str()), &file.content)?;
        }
    }
    put(format!("{FOLDER}/state.yml"), &state.text())
}

struct Planner<'a> {
    directory: &'a Path,
    force: bool,
    known: Option<&'a State>,
    steps: Vec<Step>,
    obstacles: Vec<Obstacle>,
    changes: Vec<Change>,
    written: BTreeMap<String, Written>,
}

impl Planner<'_> {
    fn file(&mut self, path: &RepoPath, file: &File) -> Result<(), SyncError> {
        let target = path.below(self.directory);
        let found = match read(self.directory, path.as_str(), &target)? {
            None => {
                self.change(path.as_str(), file.content.as_bytes(), file.executable);
                self.step(path, file, Action::Create);
                return Ok(());
            }
            Some(Found::Folder) => return self.in_the_way(path, Reason::NoFile),
            Some(Found::File(content)) => content,
        };
        if same_text(&found, file.content.as_bytes()) {
            self.step(path, file, Action::Same);
            return Ok(());
        }
        if file.kind == Kind::Config {
            self.step(path, file, Action::Keep);
            return Ok(());
        }
        if self.force {
            let backup = self.free_name(path.as_str())?;
            let executable = is_executable(&target);
            self.change(&backup, &found, executable);
            self.change(path.as_str(), file.content.as_bytes(), file.executable);
            self.step(path, file, Action::Replace);
            return Ok(());
        }
        match self.known.and_then(|known| known.files.get(path.as_str())) {
            None => self.in_the_way(path, Reason::Foreign),
            // A scaffold is the user's once it is touched.
            Some(written) if file.kind == Kind::Scaffold && written.sha256 != sha256(&found) => {
                self.steps.push(Step { path: path.to_string(), action: Action::Keep });
                Ok(())
            }
            Some(_) => self.in_the_way(path, Reason::Differs),
        }
    }

    fn in_the_way(&mut self, path: &RepoPath, reason: Reason) -> Result<(), SyncError> {
        self.obstacles.push(Obstacle { path: path.to_string(), reason });
        Ok(())
    }

    fn change(&mut self, path: &str, content: &[u8], executable: bool) {
        self.changes.push(Change {
            path: path.to_owned(),
            content: Some(content.to_vec()),
            executable,
        });
    }

    fn step(&mut self, path: &RepoPath, file: &File, action: Action) {
        self.steps.push(Step { path: path.to_string(), action });
        if let Some(kind) = WrittenKind::of(file.kind) {
            let sha256 = sha256(file.content.as_bytes());
            self.written.insert(path.to_string(), Written { kind, sha256, deleted: false });
        }
    }

    /// `NAME.orig`, or `NAME.orig.2` and so on where that is taken.
    fn free_name(&self, path: &str) -> Result<String, SyncError> {
        let mut name = format!("{path}.orig");
        let mut number = 1;
        while read(self.directory, &name, &self.directory.join(&name))?.is_some() {
            number += 1;
            name = format!("{path}.orig.{number}");
        }
        Ok(name)
    }
}
