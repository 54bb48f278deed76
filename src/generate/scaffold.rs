//! The starter application: the addressbook crate with what it takes to build and try it. Its files
//! are written as they are, whatever the settings: the pods get their settings as variables.

use super::GenerateError;
use include_dir::{Dir, include_dir};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/addressbook");

/// A file of the starter.
pub(super) struct ScaffoldFile {
    /// Path in the repository.
    pub path: String,
    /// Its content.
    pub content: &'static str,
    /// Whether it may be executed.
    pub executable: bool,
}

/// All files of the starter.
pub(super) fn all() -> Result<Vec<ScaffoldFile>, GenerateError> {
    let mut files = Vec::new();
    let mut folders = vec![&FILES];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            let content = file.contents_utf8().ok_or_else(|| GenerateError::Unsound {
                path: path.clone(),
                message: "it is not text".into(),
            })?;
            // Under its own name cargo would take the folder for a crate and leave it out of the
            // published package.
            let path = if path == "Cargo.toml.in" { "Cargo.toml".to_owned() } else { path };
            files.push(ScaffoldFile { path, content, executable: content.starts_with("#!") });
        }
    }
    Ok(files)
}
