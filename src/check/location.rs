//! Where pipeline files lie, and what they mean when they name other files.
//!
//! Paths are relative to the root of the repository, with `/` between their parts. Facts:
//! semaphoreio/semaphore (`code_repo/expand.ex`) and semaphoreci/spc (`commands/file.go`).

use std::path::{Component, Path, PathBuf};

/// The path that a pipeline file means by a reference: from the root of the repository when it
/// starts with `/`, else from the file's own folder. `None` when it leads out of the repository.
#[must_use]
pub fn resolve(file: &str, reference: &str) -> Option<String> {
    let reference = reference.trim();
    let mut parts: Vec<&str> = match reference.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder(file).split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The folder of a file, empty for the root.
#[must_use]
pub fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What to write in the file `from` to mean `to`.
#[must_use]
pub fn reference(from: &str, to: &str) -> String {
    let folder = folder(from);
    if folder.is_empty() {
        return to.to_owned();
    }
    match to.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
        Some(below) => below.to_owned(),
        None => format!("/{to}"),
    }
}

/// The root of the repository that a file or folder belongs to: the nearest folder around it with
/// a `.git`; else the nearest with a `.semaphore` on the way; else the folder itself.
#[must_use]
pub fn root_of(path: &Path) -> PathBuf {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    if let Some(root) = folder.ancestors().find(|above| above.join(".git").exists()) {
        return root.to_path_buf();
    }
    let inside = folder.ancestors().find(|above| above.ends_with(".semaphore"));
    inside.and_then(Path::parent).unwrap_or(folder).to_path_buf()
}

/// An absolute path without `.` and `..`, symbolic links as they stand.
///
/// # Errors
/// The current folder is not known.
pub fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let mut clean = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    Ok(clean)
}

/// A path as a person in the folder `from` would write it.
#[must_use]
pub fn seen_from(from: &Path, path: &Path) -> PathBuf {
    let common = from.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    if common <= 1 {
        return path.to_path_buf();
    }
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_start_beside_the_file_or_at_the_root() {
        for (file, reference, expected) in [
            (".semaphore/semaphore.yml", "deploy.yml", Some(".semaphore/deploy.yml")),
            (".semaphore/semaphore.yml", " ./deploy.yml ", Some(".semaphore/deploy.yml")),
            (".semaphore/semaphore.yml", "../ci/x.yml", Some("ci/x.yml")),
            (".semaphore/semaphore.yml", "/ci//x.yml", Some("ci/x.yml")),
            (".semaphore/semaphore.yml", "../../x.yml", None),
            (".semaphore/semaphore.yml", "/../x.yml", None),
            (".semaphore/semaphore.yml", "..", None),
            ("x.yml", "y.yml", Some("y.yml")),
        ] {
            assert_eq!(resolve(file, reference).as_deref(), expected, "{reference}");
        }
    }

    #[test]
    fn a_reference_leads_where_it_should() {
        for (from, to, expected) in [
            (".semaphore/a.yml", ".semaphore/b/c.yml", "b/c.yml"),
            (".semaphore/a.yml", "ci/c.yml", "/ci/c.yml"),
            (".semaphore/a.yml", ".semaphore2/c.yml", "/.semaphore2/c.yml"),
            ("a.yml", "ci/c.yml", "ci/c.yml"),
        ] {
            let reference = reference(from, to);
            assert_eq!(reference, expected);
            assert_eq!(resolve(from, &reference).as_deref(), Some(to));
        }
    }

    #[test]
    fn paths_are_shown_from_where_the_person_is() {
        let seen = |from: &str, path: &str| {
            seen_from(Path::new(from), Path::new(path)).display().to_string()
        };
        assert_eq!(seen("/home/me/repo", "/home/me/repo/.semaphore/x.yml"), ".semaphore/x.yml");
        assert_eq!(seen("/home/me/repo/a", "/home/me/repo/x.yml"), "../x.yml");
        assert_eq!(seen("/home/me", "/srv/x.yml"), "/srv/x.yml");
    }
}
