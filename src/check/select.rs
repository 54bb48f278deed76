//! Which files a path on the command line stands for.

use super::files::is_yaml;
use super::location::root_of;
use super::repository::Selection;
use ignore::WalkBuilder;
use std::path::{Path, PathBuf};

const FOLDER: &str = ".semaphore";

/// Pipelines below a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The root of the repository, absolute.
    pub root: PathBuf,
    /// Which of its files.
    pub selection: Selection,
}

/// What an absolute path stands for. A file is itself; a folder with a `.semaphore/` is that
/// repository; another one is all `.semaphore/` folders below it, or else all YAML files. What
/// `.gitignore` and the like leave out is left out. Nothing is found: an empty list.
#[must_use]
pub fn select(path: &Path) -> Vec<Target> {
    if !path.is_dir() {
        return grouped(vec![path.to_path_buf()], Selection::Files);
    }
    let own = path.join(FOLDER);
    if own.is_dir() {
        return grouped(walk(&own), Selection::Repository);
    }
    if path.ancestors().any(|above| above.ends_with(FOLDER)) {
        let whole = path.ends_with(FOLDER);
        return grouped(walk(path), if whole { Selection::Repository } else { Selection::Folder });
    }
    let all = walk(path);
    let (pipelines, others): (Vec<PathBuf>, Vec<PathBuf>) =
        all.into_iter().partition(|file| file.components().any(|part| part.as_os_str() == FOLDER));
    if pipelines.is_empty() {
        grouped(others, Selection::Folder)
    } else {
        grouped(pipelines, Selection::Repository)
    }
}

/// The folder whose configuration holds for a target: that of its first file.
#[must_use]
pub fn start(target: &Target) -> PathBuf {
    let (Selection::Files(paths) | Selection::Folder(paths) | Selection::Repository(paths)) =
        &target.selection;
    let first = paths.first().map(|path| target.root.join(path)).unwrap_or_default();
    first.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The YAML files below a folder, hidden ones too.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let walk = WalkBuilder::new(folder)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let mut found: Vec<PathBuf> = walk
        .filter_map(Result::ok)
        .filter(|entry| is_yaml(entry.path()) && entry.path().is_file())
        .map(ignore::DirEntry::into_path)
        .collect();
    found.sort();
    found
}

/// The files by the root that they belong to. A monorepo has one root and several `.semaphore/`.
fn grouped(files: Vec<PathBuf>, selection: impl Fn(Vec<String>) -> Selection) -> Vec<Target> {
    let mut targets: Vec<(PathBuf, Vec<String>)> = Vec::new();
    let mut last: Option<(PathBuf, PathBuf)> = None;
    for file in files {
        let folder = file.parent().unwrap_or(&file).to_path_buf();
        let root = match &last {
            Some((known, root)) if *known == folder => root.clone(),
            _ => root_of(&file),
        };
        last = Some((folder, root.clone()));
        let Ok(path) = file.strip_prefix(&root) else { continue };
        let parts: Vec<String> =
            path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        let path = parts.join("/");
        match targets.iter_mut().find(|(known, _)| *known == root) {
            Some((_, paths)) => paths.push(path),
            None => targets.push((root, vec![path])),
        }
    }
    targets.into_iter().map(|(root, paths)| Target { root, selection: selection(paths) }).collect()
}
