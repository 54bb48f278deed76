//! Bringing a directory up to date with a new render: managed files are merged with what the user
//! made of them, the starter's files are updated while untouched, and what is no longer
//! generated goes, unless somebody has edited it.

use super::disk::{Found, is_executable, read};
use super::journal::{self, Change};
use super::state::{State, Written, WrittenKind, base_path, sha256};
use super::{FOLDER, SyncError};
use crate::check;
use crate::merge::{self, Conflict, Conflicts, Merged};
use crate::tree::{File, FileTree, Kind, RepoPath};
use crate::yaml::Tree;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How to update.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Files that pipewright has not written are taken as the user's version of ours.
    pub adopt: bool,
    /// What to do where both sides changed the same.
    pub conflicts: Conflicts,
}

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is as generated, or the user's and not touched by the new render.
    Same,
    /// It is new.
    Created,
    /// It was untouched and is replaced.
    Updated,
    /// The user's version, with the render's changes in it.
    Merged,
    /// Both changed the same places.
    Conflicting(Vec<Conflict>),
    /// It has conflict markers of an earlier run.
    Unresolved,
    /// pipewright has not written it, and wants to.
    InTheWay,
    /// It can't be merged, because what was generated last is not known.
    NoBase,
    /// The user has deleted it, and it stays so.
    StaysDeleted,
    /// It is no longer generated, was untouched, and is removed.
    Removed,
    /// It is no longer generated, but edited: it is the user's own from now on.
    LeftToUser,
    /// It has another name now, and takes the user's edits along.
    Renamed {
        /// Its name before.
        from: String,
        /// Where both sides changed the same.
        conflicts: Vec<Conflict>,
    },
}

/// One file of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Path inside the directory.
    pub path: String,
    /// What happens to it.
    pub fate: Fate,
    /// Whether the new render differs from the last one.
    pub rendered_anew: bool,
    /// Whether the user's version differs from what was generated last.
    pub edited: bool,
    /// The text before, and after.
    pub change: Option<(String, String)>,
}

impl Outcome {
    /// Whether a person has to look at the file.
    #[must_use]
    pub fn needs_attention(&self) -> bool {
        match &self.fate {
            Fate::Conflicting(_)
            | Fate::Unresolved
            | Fate::InTheWay
            | Fate::NoBase
            | Fate::LeftToUser => true,
            Fate::Renamed { conflicts, .. } => !conflicts.is_empty(),
            _ => false,
        }
    }

    /// Whether the new render would change something, hand edits aside.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        match self.fate {
            Fate::Same => false,
            Fate::StaysDeleted => self.rendered_anew,
            _ => true,
        }
    }
}

/// What an update would do.
#[derive(Debug)]
pub struct Update {
    /// Every file of the render and of the last one, by path.
    pub outcomes: Vec<Outcome>,
    /// What was remembered of the last run.
    pub before: Option<State>,
    directory: PathBuf,
    changes: Vec<Change>,
}

impl Update {
    /// Whether nothing at all is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Carries the update out: all of it or nothing.
    ///
    /// # Errors
    /// When something can't be written; the directory is then as it was.
    pub fn carry_out(&self) -> Result<(), SyncError> {
        if self.is_empty() { Ok(()) } else { journal::write(&self.directory, &self.changes) }
    }
}

/// Compares a new render with a directory. What an interrupted run has left is finished first.
///
/// # Errors
/// When the directory can't be read, or what is remembered of it is damaged.
pub fn update(
    directory: &Path,
    tree: &FileTree,
    fresh: State,
    manner: Manner,
) -> Result<Update, SyncError> {
    journal::recover(directory)?;
    let before = State::load(directory)?;
    let known = before.as_ref().map(|state| state.files.clone()).unwrap_or_default();
    let mut updater = Updater {
        directory,
        manner,
        known,
        files: BTreeMap::new(),
        outcomes: Vec::new(),
        changes: Vec::new(),
    };
    let renamed = updater.renamed(tree)?;
    for (path, file) in tree.iter() {
        match renamed.get(path.as_str()) {
            Some(from) => updater.moved(from, path, file)?,
            None => updater.file(path, file)?,
        }
    }
    let gone: Vec<String> = updater
        .known
        .keys()
        .filter(|path| tree.get(path).is_none() && !renamed.values().any(|from| from == *path))
        .cloned()
        .collect();
    for path in gone {
        updater.no_longer(&path)?;
    }
    let Updater { files, mut outcomes, mut changes, .. } = updater;
    outcomes.sort_by(|a, b| a.path.cmp(&b.path));
    let mut state = fresh;
    state.files = files;
    // A newer pipewright alone is no reason to write.
    let same = before.as_ref().is_some_and(|known| {
        let mut known = known.clone();
        known.pipewright.clone_from(&state.pipewright);
        known == state
    });
    if !(same && changes.is_empty()) {
        let text = state.text();
        put(directory, format!("{FOLDER}/state.yml"), &text, &mut changes)?;
        for (path, file) in tree.iter().filter(|(_, file)| file.kind == Kind::Config) {
            put(directory, base_path(path.as_str()), &file.content, &mut changes)?;
        }
    }
    Ok(Update { outcomes, before, directory: directory.to_path_buf(), changes })
}

fn put(
    directory: &Path,
    path: String,
    content: &str,
    changes: &mut Vec<Change>,
) -> Result<(), SyncError> {
    let target = directory.join(&path);
    let same = read(directory, &path, &target)?
        .is_some_and(|found| matches!(found, Found::File(old) if old == content.as_bytes()));
    if !same {
        let content = Some(content.as_bytes().to_vec());
        changes.push(Change { path, content, executable: false });
    }
    Ok(())
}

struct Updater<'a> {
    directory: &'a Path,
    manner: Manner,
    known: BTreeMap<String, Written>,
    /// What is to be remembered.
    files: BTreeMap<String, Written>,
    outcomes: Vec<Outcome>,
    changes: Vec<Change>,
}

impl Updater<'_> {
    fn disk(&self, path: &str) -> Result<Option<Found>, SyncError> {
        read(self.directory, path, &self.directory.join(path))
    }

    /// What was generated last, where it is remembered undamaged.
    fn base(&self, path: &str) -> Result<Option<String>, SyncError> {
        let Some(written) = self.known.get(path) else { return Ok(None) };
        let Some(Found::File(bytes)) = self.disk(&base_path(path))? else { return Ok(None) };
        Ok((sha256(&bytes) == written.sha256).then(|| String::from_utf8(bytes).ok()).flatten())
    }

    fn file(&mut self, path: &RepoPath, file: &File) -> Result<(), SyncError> {
        let name = path.as_str();
        let known = self.known.get(name).cloned();
        let anew =
            known.as_ref().is_none_or(|known| known.sha256 != sha256(file.content.as_bytes()));
        let found = match self.disk(name)? {
            None => {
                if let Some(known) = known {
                    return self.deleted(path, file, &known, anew);
                }
                self.write(name, &file.content, file.executable);
                self.outcome(
                    name,
                    Fate::Created,
                    anew,
                    false,
                    Some((String::new(), file.content.clone())),
                );
                return self.remember(path, file);
            }
            Some(Found::Folder) => {
                self.outcome(name, Fate::InTheWay, anew, false, None);
                return Ok(());
            }
            Some(Found::File(bytes)) => bytes,
        };
        if sha256(&found) == sha256(file.content.as_bytes()) {
            self.outcome(name, Fate::Same, anew && known.is_some(), false, None);
            return self.remember(path, file);
        }
        let edited = known.as_ref().is_none_or(|known| known.sha256 != sha256(&found));
        match (file.kind, known) {
            // The flags changed settings: the text is the user's, with those changes.
            (Kind::Config, _) => {
                let old = String::from_utf8_lossy(&found).into_owned();
                self.replace(name, &found, &file.content);
                self.outcome(name, Fate::Updated, true, false, Some((old, file.content.clone())));
                Ok(())
            }
            (Kind::Scaffold, Some(known)) if !edited => {
                debug_assert!(
                    known.kind == WrittenKind::Scaffold || known.kind == WrittenKind::Managed
                );
                self.untouched(path, file, &found, anew)
            }
            // The user's, without a word.
            (Kind::Scaffold, known) => {
                if let Some(known) = known {
                    self.files.insert(name.to_owned(), known);
                }
                self.outcome(name, Fate::Same, false, true, None);
                Ok(())
            }
            (Kind::Managed, None) if self.manner.adopt => {
                self.outcome(name, Fate::Same, false, true, None);
                self.remember(path, file)
            }
            (Kind::Managed, None) => self.in_the_way(path, file, &found),
            (Kind::Managed, Some(_)) if !edited => self.untouched(path, file, &found, anew),
            (Kind::Managed, Some(known)) => self.merged(path, file, &found, &known, anew),
        }
    }

    /// Untouched since it was generated.
    fn untouched(
        &mut self,
        path: &RepoPath,
        file: &File,
        found: &[u8],
        anew: bool,
    ) -> Result<(), SyncError> {
        let old = String::from_utf8_lossy(found).into_owned();
        let new = if found.windows(2).any(|pair| pair == b"\r\n") {
            file.content.replace('\n', "\r\n")
        } else {
            file.content.clone()
        };
        self.replace(path.as_str(), found, &new);
        self.outcome(path.as_str(), Fate::Updated, anew, false, Some((old, new)));
        self.remember(path, file)
    }

    fn merged(
        &mut self,
        path: &RepoPath,
        file: &File,
        found: &[u8],
        known: &Written,
        anew: bool,
    ) -> Result<(), SyncError> {
        let name = path.as_str();
        let keep = |updater: &mut Self, fate: Fate| {
            updater.files.insert(name.to_owned(), known.clone());
            updater.outcome(name, fate, anew, true, None);
            Ok(())
        };
        let Ok(theirs) = std::str::from_utf8(found) else { return keep(self, Fate::NoBase) };
        if merge::has_markers(theirs) {
            return keep(self, Fate::Unresolved);
        }
        if !anew {
            return keep(self, Fate::Same);
        }
        let Some(base) = self.base(name)? else {
            if self.manner.adopt {
                self.outcome(name, Fate::Same, anew, true, None);
                return self.remember(path, file);
            }
            return keep(self, Fate::NoBase);
        };
        let merged = sound_merge(name, &base, theirs, &file.content, self.manner.conflicts);
        let theirs = theirs.to_owned();
        let fate = if !merged.conflicts.is_empty() {
            if self.manner.conflicts == Conflicts::Side {
                self.beside(name, &file.content)?;
            }
            Fate::Conflicting(merged.conflicts)
        } else if merged.text == theirs {
            Fate::Same
        } else {
            Fate::Merged
        };
        self.replace(name, found, &merged.text);
        self.outcome(name, fate, anew, true, Some((theirs, merged.text)));
        self.remember(path, file)
    }

    fn in_the_way(&mut self, path: &RepoPath, file: &File, found: &[u8]) -> Result<(), SyncError> {
        let name = path.as_str();
        if self.manner.conflicts == Conflicts::Ours {
            return self.untouched(path, file, found, true);
        }
        if self.manner.conflicts == Conflicts::Side {
            self.beside(name, &file.content)?;
        }
        self.outcome(name, Fate::InTheWay, true, true, None);
        Ok(())
    }

    /// Puts the new render beside a file, as `NAME.new`.
    fn beside(&mut self, path: &str, content: &str) -> Result<(), SyncError> {
        put(self.directory, format!("{path}.new"), content, &mut self.changes)
    }

    fn deleted(
        &mut self,
        path: &RepoPath,
        file: &File,
        known: &Written,
        anew: bool,
    ) -> Result<(), SyncError> {
        let name = path.as_str();
        let fate = if known.deleted || file.kind == Kind::Scaffold {
            Fate::Same
        } else {
            Fate::StaysDeleted
        };
        let sha256 = sha256(file.content.as_bytes());
        self.files.insert(name.to_owned(), Written { kind: known.kind, sha256, deleted: true });
        self.outcome(name, fate, anew && !known.deleted, true, None);
        if file.kind == Kind::Managed {
            put(self.directory, base_path(name), &file.content, &mut self.changes)?;
        }
        Ok(())
    }

    fn no_longer(&mut self, path: &str) -> Result<(), SyncError> {
        let Some(known) = self.known.get(path).cloned() else { return Ok(()) };
        if self.disk(&base_path(path))?.is_some() {
            let path = base_path(path);
            self.changes.push(Change { path, content: None, executable: false });
        }
        let Some(Found::File(found)) = self.disk(path)? else { return Ok(()) };
        if sha256(&found) == known.sha256 {
            self.changes.push(Change { path: path.to_owned(), content: None, executable: false });
            let old = String::from_utf8_lossy(&found).into_owned();
            self.outcome(path, Fate::Removed, true, false, Some((old, String::new())));
        } else if known.kind == WrittenKind::Managed {
            self.outcome(path, Fate::LeftToUser, true, true, None);
        }
        Ok(())
    }

    /// Files that the render has under another name, by their new names: a target's id, say.
    fn renamed(&self, tree: &FileTree) -> Result<BTreeMap<String, String>, SyncError> {
        let mut renamed: BTreeMap<String, String> = BTreeMap::new();
        let dropped: Vec<(&String, &Written)> = self
            .known
            .iter()
            .filter(|(path, known)| tree.get(path).is_none() && known.kind == WrittenKind::Managed)
            .collect();
        for (old, known) in dropped {
            // An untouched one has nothing to take along.
            let Some(Found::File(found)) = self.disk(old)? else { continue };
            if sha256(&found) == known.sha256 {
                continue;
            }
            let Some(base) = self.base(old)? else { continue };
            let mut best: Option<(f32, &RepoPath)> = None;
            for (path, file) in tree.iter() {
                let new = !self.known.contains_key(path.as_str())
                    && !renamed.contains_key(path.as_str())
                    && file.kind == Kind::Managed
                    && self.disk(path.as_str())?.is_none();
                if !new || kind_of(path.as_str()) != kind_of(old) {
                    continue;
                }
                let ratio = similar::TextDiff::from_lines(&base, &file.content).ratio();
                if ratio >= 0.6 && best.is_none_or(|(most, _)| ratio > most) {
                    best = Some((ratio, path));
                }
            }
            if let Some((_, path)) = best {
                renamed.insert(path.to_string(), old.clone());
            }
        }
        Ok(renamed)
    }

    fn moved(&mut self, from: &str, path: &RepoPath, file: &File) -> Result<(), SyncError> {
        let name = path.as_str();
        let (Some(base), Some(Found::File(found))) = (self.base(from)?, self.disk(from)?) else {
            return self.file(path, file);
        };
        let Ok(theirs) = String::from_utf8(found) else { return self.file(path, file) };
        let merged = sound_merge(name, &base, &theirs, &file.content, self.manner.conflicts);
        let executable = is_executable(&self.directory.join(from));
        self.write(name, &merged.text, executable);
        for gone in [from.to_owned(), base_path(from)] {
            self.changes.push(Change { path: gone, content: None, executable: false });
        }
        let fate = Fate::Renamed { from: from.to_owned(), conflicts: merged.conflicts };
        self.outcome(name, fate, true, true, Some((theirs, merged.text)));
        self.remember(path, file)
    }

    fn write(&mut self, path: &str, content: &str, executable: bool) {
        let content = Some(content.as_bytes().to_vec());
        self.changes.push(Change { path: path.to_owned(), content, executable });
    }

    /// Writes a file that is there, if it changes; whether it may be executed stays the user's.
    fn replace(&mut self, path: &str, found: &[u8], content: &str) {
        if found != content.as_bytes() {
            self.write(path, content, is_executable(&self.directory.join(path)));
        }
    }

    fn remember(&mut self, path: &RepoPath, file: &File) -> Result<(), SyncError> {
        let Some(kind) = WrittenKind::of(file.kind) else { return Ok(()) };
        let sha256 = sha256(file.content.as_bytes());
        self.files.insert(path.to_string(), Written { kind, sha256, deleted: false });
        if file.kind == Kind::Managed {
            put(self.directory, base_path(path.as_str()), &file.content, &mut self.changes)?;
        }
        Ok(())
    }

    fn outcome(
        &mut self,
        path: &str,
        fate: Fate,
        rendered_anew: bool,
        edited: bool,
        change: Option<(String, String)>,
    ) {
        let change = change.filter(|(old, new)| old != new);
        let path = path.to_owned();
        self.outcomes.push(Outcome { path, fate, rendered_anew, edited, change });
    }
}

/// A merge after which a pipeline is as sound as both versions were: what fits line by line can
/// still be a pipeline that the platform refuses.
fn sound_merge(path: &str, base: &str, theirs: &str, ours: &str, conflicts: Conflicts) -> Merged {
    let merged = merge::merge(path, base, theirs, ours, conflicts);
    let sound = |text: &str| Tree::parse(text).is_ok_and(|tree| check::platform(&tree).is_empty());
    let changed = merged.text != theirs && merged.text != ours && merged.conflicts.is_empty();
    if path.starts_with(".semaphore/")
        && changed
        && !sound(&merged.text)
        && sound(theirs)
        && sound(ours)
    {
        return merge::whole(theirs, ours, conflicts);
    }
    merged
}

/// What a file is, whatever target it belongs to: the folder, and the name up to the id.
fn kind_of(path: &str) -> (&str, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let end = name.match_indices('-').nth(1).map_or(name.len(), |(at, _)| at);
    (folder, name.get(..end).unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_that_the_platform_would_refuse_is_a_conflict() {
        let base = "version: v1.0\nagent: {machine: {type: f1}}\nexecution_time_limit:\n  minutes: 60\nblocks:\n  - name: A\n    task: {jobs: [{commands: [x]}]}\n";
        let theirs =
            base.replace("  - name: A\n", "  - name: A\n    execution_time_limit: {minutes: 50}\n");
        let ours = base.replace("minutes: 60", "minutes: 45");
        let clean = merge::merge("x.yml", base, &theirs, &ours, Conflicts::Theirs);
        assert!(clean.conflicts.is_empty(), "a limit and a longer one inside of it fit by lines");
        let held = sound_merge(".semaphore/x.yml", base, &theirs, &ours, Conflicts::Theirs);
        assert_eq!((held.text, held.conflicts.len()), (theirs, 1));
    }
}
