//! From command-line arguments to a checked project: the configuration's text, changed as the
//! flags say, with the cloud profiles beside it.

use super::Outcome;
use crate::cloud::{Clouds, LoadError};
use crate::diagnostic::SourceFile;
use crate::git::Repository;
use crate::project::{self, Draft, Project};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A project with the text that it was made from.
pub(super) struct Loaded {
    /// The checked project.
    pub project: Project,
    /// The configuration's text, with the flags' changes in it.
    pub text: String,
    /// The profiles that it was made with.
    pub clouds: Clouds,
    /// Folder of the configuration file, or none for the embedded default.
    pub directory: Option<PathBuf>,
}

/// What the flags change in the configuration.
#[derive(Debug, Default)]
pub(super) struct Changes<'a> {
    /// `--cloud`: the targets are replaced by one for each.
    pub clouds: &'a [String],
    /// Keys and values, in the order given.
    pub set: Vec<String>,
}

/// Reads the configuration at `path`, or takes the embedded default project.
pub(super) fn load(path: Option<&Path>, changes: &Changes<'_>) -> Result<Loaded, Outcome> {
    let directory = path.map(|path| match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    });
    // Without a configuration a folder "clouds" may be anybody's: it counts when it is needed.
    let mut clouds = clouds(directory.as_deref())?;
    if directory.is_none() && changes.clouds.iter().any(|word| clouds.find(word).is_none()) {
        clouds = self::clouds(Some(Path::new(".")))?;
    }
    let (name, mut text) = match path {
        Some(path) => (path.display().to_string(), read(path)?),
        None => (project::FILE.to_owned(), Draft::default().text(&clouds)?),
    };
    let changed = !(changes.clouds.is_empty() && changes.set.is_empty());
    let shown = if changed { format!("{name} (with the flags given)") } else { name };
    if !changes.clouds.is_empty() {
        let file = SourceFile::new(shown.clone(), text);
        text = project::with_clouds(&file, changes.clouds, &clouds)?;
    }
    for assignment in &changes.set {
        let file = SourceFile::new(shown.clone(), text);
        text = project::with_value(&file, assignment)?;
    }
    let file = SourceFile::new(shown, text);
    let project = project::load(&file, &clouds)?;
    Ok(Loaded { project, text: file.text().to_owned(), clouds, directory })
}

/// The embedded profiles with those in the folder `clouds` beside the configuration.
pub(super) fn clouds(directory: Option<&Path>) -> Result<Clouds, Outcome> {
    let loaded = match directory {
        Some(directory) => Clouds::with_directory(&directory.join("clouds")),
        None => Clouds::embedded(),
    };
    loaded.map_err(Outcome::from)
}

impl From<LoadError> for Outcome {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Faulty(problems) => Self::faulty(&problems),
            other @ LoadError::Io { .. } => Self::unusable(other),
        }
    }
}

/// Refuses a folder in the configuration that is not the one that the files go to: the pipelines
/// would look for everything in a place where nothing is. Outside a repository nobody knows.
pub(super) fn in_its_folder(project: &Project, directory: &Path) -> Result<(), Outcome> {
    let Some(folder) = &project.folder else { return Ok(()) };
    let repository = Repository::discover(directory).ok();
    let root = repository.and_then(|repository| repository.root().canonicalize().ok());
    let (Some(root), Ok(place)) = (root, directory.canonicalize()) else { return Ok(()) };
    let Ok(place) = place.strip_prefix(&root) else { return Ok(()) };
    if place == Path::new(folder) {
        return Ok(());
    }
    let place = match place.display().to_string() {
        root if root.is_empty() => "the root".to_owned(),
        place => format!("\"{place}\""),
    };
    Err(Outcome::unusable(format!(
        "\"folder\" is \"{folder}\", but the files would go to {place} of the repository\nset \"folder\" to where {} stands",
        project::FILE
    )))
}

fn read(path: &Path) -> Result<String, Outcome> {
    std::fs::read_to_string(path).map_err(|error| {
        let what = match error.kind() {
            ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
            ErrorKind::NotFound => "it does not exist\n`pipewright init` makes one".to_owned(),
            _ => error.to_string(),
        };
        Outcome::unusable(format!("can't read \"{}\": {what}", path.display()))
    })
}
