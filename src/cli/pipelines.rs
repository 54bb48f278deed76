//! The pipeline files of the repository on disk, each read and checked once.

use super::Outcome;
use crate::check;
use crate::diagnostic::Problem;
use crate::model::{Pipeline, Task};
use crate::simulate::Pipelines;
use crate::yaml::Tree;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The pipeline file that a push starts.
pub(super) const FIRST: &str = ".semaphore/semaphore.yml";

type Read<T> = Result<Arc<T>, String>;

/// The files of a repository.
#[derive(Debug)]
pub(super) struct Disk {
    root: PathBuf,
    pipelines: RefCell<BTreeMap<String, Read<Pipeline>>>,
    tasks: RefCell<BTreeMap<String, Read<Task>>>,
}

impl Disk {
    /// The repository that a pipeline file is in, and the file's path from its root. A folder means
    /// the first pipeline in it.
    pub(super) fn of(file: Option<&Path>) -> Result<(Self, String), Outcome> {
        let given = file.unwrap_or(Path::new("."));
        let path = if given.is_dir() { given.join(FIRST) } else { given.to_path_buf() };
        let full = check::absolute(&path).map_err(Outcome::unusable)?;
        if !full.is_file() {
            let what = if full.exists() { "it is no file" } else { "it does not exist" };
            return Err(Outcome::unusable(format!("can't read \"{}\": {what}", path.display())));
        }
        let root = check::root_of(&full);
        let inside = full.strip_prefix(&root).unwrap_or(&full);
        let inside: Vec<_> =
            inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let inside = inside.join("/");
        let disk = Self { root, pipelines: RefCell::default(), tasks: RefCell::default() };
        Ok((disk, inside))
    }

    /// The folder of the repository.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    fn text(&self, file: &str) -> Result<String, String> {
        std::fs::read_to_string(self.root.join(file)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => format!("the file \"{file}\" does not exist"),
            ErrorKind::InvalidData => format!("the file \"{file}\" is not UTF-8 text"),
            _ => format!("the file \"{file}\" cannot be read: {error}"),
        })
    }
}

impl Pipelines for Disk {
    fn pipeline(&self, file: &str) -> Read<Pipeline> {
        if let Some(known) = self.pipelines.borrow().get(file) {
            return known.clone();
        }
        let read = self.text(file).and_then(|text| pipeline(file, text));
        self.pipelines.borrow_mut().insert(file.to_owned(), read.clone());
        read
    }

    fn resolve(&self, file: &str, named: &str) -> Option<String> {
        check::resolve(file, named)
    }

    fn task(&self, file: &str) -> Read<Task> {
        if let Some(known) = self.tasks.borrow().get(file) {
            return known.clone();
        }
        let read = self.text(file).and_then(|text| {
            let tree = Tree::parse(text).map_err(|problem| refused(file, &[problem]))?;
            typed(file, &tree)
        });
        self.tasks.borrow_mut().insert(file.to_owned(), read.clone());
        read
    }
}

/// A pipeline that the platform accepts.
fn pipeline(file: &str, text: String) -> Read<Pipeline> {
    let tree = Tree::parse(text).map_err(|problem| refused(file, &[problem]))?;
    let problems = check::platform(&tree);
    if problems.is_empty() { typed(file, &tree) } else { Err(refused(file, &problems)) }
}

fn typed<T: DeserializeOwned>(file: &str, tree: &Tree) -> Read<T> {
    T::deserialize(tree.root())
        .map(Arc::new)
        .map_err(|error| format!("the platform refuses \"{file}\": {}", error.message()))
}

fn refused(file: &str, problems: &[Problem]) -> String {
    let first = problems.first().map_or("", |problem| problem.message.as_str());
    let more = match problems.len() {
        0 | 1 => String::new(),
        2 => ", and one more problem".to_owned(),
        many => format!(", and {} more problems", many - 1),
    };
    format!("the platform refuses \"{file}\": {first}{more}")
}
