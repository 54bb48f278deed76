//! The files of a repository, as a check reads them.

use crate::diagnostic::{Problem, SourceFile, Span};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Why a file has no text.
#[derive(Debug)]
pub enum Unread {
    /// There is no such file; a folder is none.
    Missing,
    /// It is there and can't be read.
    Failed(io::Error),
    /// It is no text.
    Binary(Box<(SourceFile, Problem)>),
}

/// The files of a repository, by their paths from its root.
pub trait Files: Sync {
    /// The text of a file.
    ///
    /// # Errors
    /// Says why there is none.
    fn read(&self, path: &str) -> Result<String, Unread>;

    /// Whether there is such a file.
    fn exists(&self, path: &str) -> bool;

    /// The paths of what lies in a folder, sorted.
    fn list(&self, folder: &str) -> Vec<String>;

    /// The name of a file that people see.
    fn name(&self, path: &str) -> String;

    /// Whether references to other files can be followed.
    fn follows(&self) -> bool {
        true
    }
}

/// One text without a place, so that no other file can be found from it.
#[derive(Debug)]
pub struct Alone {
    name: String,
    bytes: Vec<u8>,
}

impl Alone {
    /// A text under a name, which is its path, too.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes }
    }
}

impl Files for Alone {
    fn read(&self, path: &str) -> Result<String, Unread> {
        if path == self.name { text(path, self.bytes.clone()) } else { Err(Unread::Missing) }
    }

    fn exists(&self, path: &str) -> bool {
        path == self.name
    }

    fn list(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn name(&self, path: &str) -> String {
        path.to_owned()
    }

    fn follows(&self) -> bool {
        false
    }
}

/// Files on disk.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    /// Where the person is, if paths are shown from there.
    here: Option<PathBuf>,
}

impl Disk {
    /// The files below an absolute path. They are named as seen from `here`, or by absolute paths.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, here: Option<PathBuf>) -> Self {
        Self { root: root.into(), here }
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, Unread> {
        let full = self.root.join(path);
        let bytes = match fs::read(&full) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound || !full.is_file() => {
                return Err(Unread::Missing);
            }
            Err(error) => return Err(Unread::Failed(error)),
        };
        text(&self.name(path), bytes)
    }

    fn exists(&self, path: &str) -> bool {
        self.root.join(path).is_file()
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root.join(folder)) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") })
            .collect();
        names.sort();
        names
    }

    fn name(&self, path: &str) -> String {
        let full = self.root.join(path);
        match &self.here {
            Some(here) => super::location::seen_from(here, &full).display().to_string(),
            None => full.display().to_string(),
        }
    }
}

/// Whether a path has the name of a YAML file.
#[must_use]
pub fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, Unread> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let wrong = text.get(valid..).and_then(|rest| rest.chars().next());
        let span = Span::new(valid, valid + wrong.map_or(0, char::len_utf8));
        let problem = Problem::new("yaml-syntax", span, "this byte is not part of a text in UTF-8")
            .help("save the file in the encoding UTF-8");
        Unread::Binary(Box::new((SourceFile::new(name, text), problem)))
    })
}
