//! Writing many files as one change.
//!
//! New contents are first laid out in `.pipewright/journal/`, then a list of them, `commit`, is put
//! there in one step; only then do they move to their places. A run that fails before `commit`
//! leaves nothing; one that fails after it is undone on the spot; one that is killed after it is
//! finished by the next run. A file that somebody has edited in between keeps that edit.

use super::state::sha256;
use super::{FOLDER, SyncError};
use crate::tree::RepoPath;
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// A file to write or to remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Path inside the directory.
    pub path: String,
    /// Its new content; none removes it.
    pub content: Option<Vec<u8>>,
    /// Whether it may be executed.
    pub executable: bool,
}

/// A line of `commit`: the number of the staged file, the checksum of what it takes the place of
/// (`-` for nothing), what happens to the path (`write` or `remove`), and the path.
struct Entry {
    number: usize,
    old: String,
    removal: bool,
    path: String,
}

/// Writes all changes or none.
pub(super) fn write(directory: &Path, changes: &[Change]) -> Result<(), SyncError> {
    let mut made = MadeFolders::default();
    let result = made.create(directory).and_then(|()| {
        let _lock = lock(directory)?;
        let journal = directory.join(FOLDER).join("journal");
        if fs::symlink_metadata(&journal).is_ok_and(|found| found.is_symlink()) {
            return Err(SyncError::Symlink(journal));
        }
        made.create(&journal)?;
        let result = stage(&journal, directory, changes)
            .and_then(|entries| carry_out(&journal, directory, &entries, &mut made));
        // What is left of the journal is of no use to anybody, whether it was carried out or not.
        crash_point();
        let cleared = fs::remove_dir_all(&journal).map_err(SyncError::io("remove", &journal));
        result.and(cleared)
    });
    if result.is_err() {
        made.remove();
    }
    result
}

/// Folders that were made on the way, to be removed again when the change fails.
#[derive(Default)]
struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    fn create(&mut self, folder: &Path) -> Result<(), SyncError> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
            .collect();
        for path in missing.into_iter().rev() {
            fs::create_dir(path).map_err(SyncError::io("create", path))?;
            self.0.push(path.to_path_buf());
        }
        Ok(())
    }

    fn remove(&self) {
        for folder in self.0.iter().rev() {
            // One that is not empty is somebody else's too.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Holds the directory for this process. Where the file system knows no locks, goes without.
fn lock(directory: &Path) -> Result<Option<File>, SyncError> {
    let Ok(handle) = File::open(directory) else { return Ok(None) };
    match handle.try_lock() {
        Ok(()) => Ok(Some(handle)),
        Err(TryLockError::WouldBlock) => Err(SyncError::Busy(directory.to_path_buf())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Lays the new contents out and then, in one step, the list of them.
fn stage(journal: &Path, directory: &Path, changes: &[Change]) -> Result<Vec<Entry>, SyncError> {
    let mut entries = Vec::new();
    let mut list = String::new();
    for (number, change) in changes.iter().enumerate() {
        let staged = journal.join(number.to_string());
        if let Some(content) = &change.content {
            put(&staged, content, change.executable)?;
        }
        let removal = change.content.is_none();
        let old = checksum(&directory.join(&change.path))?.unwrap_or_else(|| "-".to_owned());
        let what = if removal { "remove" } else { "write" };
        let _ = writeln!(list, "{number} {old} {what} {}", change.path);
        entries.push(Entry { number, old, removal, path: change.path.clone() });
    }
    let draft = journal.join("commit.new");
    let commit = journal.join("commit");
    put(&draft, list.as_bytes(), false)?;
    crash_point();
    fs::rename(&draft, &commit).map_err(SyncError::io("write", &commit))?;
    Ok(entries)
}

fn put(path: &Path, content: &[u8], executable: bool) -> Result<(), SyncError> {
    let write = || {
        crash_point();
        let mut file = File::create_new(path)?;
        crash_point();
        file.write_all(content)?;
        if executable {
            set_executable(&file)?;
        }
        crash_point();
        file.sync_all()
    };
    write().map_err(SyncError::io("write", path))
}

#[cfg(unix)]
fn set_executable(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = file.metadata()?.permissions();
    // Whoever may read it may execute it.
    permissions.set_mode(permissions.mode() | (permissions.mode() & 0o444) >> 2);
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn set_executable(_: &File) -> std::io::Result<()> {
    Ok(())
}

fn checksum(path: &Path) -> Result<Option<String>, SyncError> {
    match fs::read(path) {
        Ok(content) => Ok(Some(sha256(&content))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SyncError::Io { what: "read", path: path.to_path_buf(), error }),
    }
}

/// Moves the staged files to their places; undoes what was done when one can't be moved.
fn carry_out(
    journal: &Path,
    directory: &Path,
    entries: &[Entry],
    made: &mut MadeFolders,
) -> Result<(), SyncError> {
    let mut done: Vec<&Entry> = Vec::new();
    for entry in entries {
        if let Err(error) = move_one(journal, directory, entry, made) {
            for entry in done.iter().rev() {
                undo(journal, directory, entry);
            }
            return Err(error);
        }
        done.push(entry);
    }
    Ok(())
}

fn kept(journal: &Path, entry: &Entry) -> PathBuf {
    journal.join(format!("{}.old", entry.number))
}

fn move_one(
    journal: &Path,
    directory: &Path,
    entry: &Entry,
    made: &mut MadeFolders,
) -> Result<(), SyncError> {
    let target = directory.join(&entry.path);
    crash_point();
    if let Some(parent) = target.parent() {
        made.create(parent)?;
    }
    if entry.old != "-" {
        // A second name for the old content: until the rename below, the file itself stays.
        let kept = kept(journal, entry);
        match fs::hard_link(&target, &kept) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                fs::copy(&target, &kept).map_err(SyncError::io("keep", &target))?;
            }
            _ => {}
        }
    }
    crash_point();
    if entry.removal {
        return remove(&target);
    }
    let staged = journal.join(entry.number.to_string());
    fs::rename(&staged, &target).map_err(SyncError::io("write", &target))
}

/// Removes a file; one that is gone already is no error.
fn remove(target: &Path) -> Result<(), SyncError> {
    match fs::remove_file(target) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(SyncError::Io { what: "remove", path: target.to_path_buf(), error })
        }
        _ => Ok(()),
    }
}

/// Where a test can end the process: builds with debug assertions abort at the place whose number,
/// from 0, `PIPEWRIGHT_CRASH_AT` gives.
#[cfg(debug_assertions)]
fn crash_point() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static PASSED: AtomicUsize = AtomicUsize::new(0);
    let number = PASSED.fetch_add(1, Ordering::Relaxed);
    if std::env::var("PIPEWRIGHT_CRASH_AT").is_ok_and(|at| at == number.to_string()) {
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
fn crash_point() {}

fn undo(journal: &Path, directory: &Path, entry: &Entry) {
    let target = directory.join(&entry.path);
    // There is nobody to tell if this fails too: the error that led here is reported.
    let _ = if entry.old == "-" {
        fs::remove_file(&target)
    } else {
        fs::rename(kept(journal, entry), &target)
    };
}

/// Finishes what an interrupted run has begun, or throws it away when it had not got to its
/// commit.
pub(super) fn recover(directory: &Path) -> Result<(), SyncError> {
    let journal = directory.join(FOLDER).join("journal");
    let is_folder = fs::symlink_metadata(&journal).is_ok_and(|found| found.is_dir());
    if !is_folder {
        return Ok(());
    }
    let _lock = lock(directory)?;
    let commit = journal.join("commit");
    match fs::read_to_string(&commit) {
        Ok(list) => {
            for entry in list.lines().filter_map(parse) {
                finish(&journal, directory, &entry)?;
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(SyncError::Io { what: "read", path: commit, error }),
    }
    match fs::remove_dir_all(&journal) {
        // The run that it belonged to has ended by itself while this one waited for it.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(SyncError::io("remove", &journal)),
    }
}

fn parse(line: &str) -> Option<Entry> {
    let mut parts = line.splitn(4, ' ');
    let number = parts.next()?.parse().ok()?;
    let old = parts.next()?.to_owned();
    let removal = parts.next()? == "remove";
    let path = RepoPath::new(parts.next()?).ok()?.to_string();
    Some(Entry { number, old, removal, path })
}

fn finish(journal: &Path, directory: &Path, entry: &Entry) -> Result<(), SyncError> {
    let staged = journal.join(entry.number.to_string());
    let target = directory.join(&entry.path);
    let edited_since = match checksum(&target)? {
        Some(found) => found != entry.old,
        None => entry.old != "-",
    };
    if edited_since || !(staged.exists() || entry.removal) {
        return Ok(());
    }
    crash_point();
    if entry.removal {
        return remove(&target);
    }
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(SyncError::io("create", parent))?;
    }
    fs::rename(&staged, &target).map_err(SyncError::io("write", &target))
}
