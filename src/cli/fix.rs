//! `validate --fix`: writes what is beyond doubt into the files, and tells how much that was.

use super::Outcome;
use crate::check::{self, Disk, Report, Selection, Severities};
use crate::diagnostic::{Diagnostic, Problem};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What is put right may show what else is wrong, but not for ever.
const MOST_ROUNDS: usize = 10;

/// What was put right.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    problems: usize,
    files: BTreeSet<PathBuf>,
}

impl Fixed {
    /// Puts right what is found in a selection, until there is nothing more to put right. `base`
    /// is where the names of files are seen from.
    pub(super) fn fix(
        &mut self,
        disk: &Disk,
        base: &Path,
        selection: &Selection,
        severities: &Severities,
    ) -> Result<(), Outcome> {
        for _ in 0..MOST_ROUNDS {
            let report = check::check(disk, selection, severities, &|| {});
            if self.once(&report, base)? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// How many problems of a report were put right.
    fn once(&mut self, report: &Report, base: &Path) -> Result<usize, Outcome> {
        let mut files: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
        for found in report.diagnostics.iter().filter(|found| found.problem.instead.is_some()) {
            files.entry(found.file.name()).or_default().push(found);
        }
        let mut count = 0;
        for (name, found) in files {
            let text = found.first().map(|first| first.file.text()).unwrap_or_default();
            let problems: Vec<&Problem> = found.iter().map(|found| &found.problem).collect();
            let Some((fixed, problems)) = check::fixed(text, problems) else { continue };
            replace(&base.join(name), text, &fixed)
                .map_err(|error| Outcome::unusable(format!("can't write \"{name}\": {error}")))?;
            count += problems;
            self.files.insert(base.join(name));
        }
        self.problems += count;
        Ok(count)
    }

    /// One line about what was put right.
    pub(super) fn told(&self) -> String {
        let Self { problems, files } = self;
        let problems =
            if *problems == 1 { "1 problem".into() } else { format!("{problems} problems") };
        let files =
            if files.len() == 1 { "1 file".into() } else { format!("{} files", files.len()) };
        format!("fixed {problems} in {files}\n")
    }
}

/// Puts a text in the place of another one, whole or not at all. What the file is called may be a
/// symbolic link: what it leads to is written.
fn replace(path: &Path, old: &str, new: &str) -> std::io::Result<()> {
    let path = std::fs::canonicalize(path)?;
    let about = std::fs::metadata(&path)?;
    if about.permissions().readonly() {
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    if std::fs::read(&path)? != old.as_bytes() {
        return Err(std::io::Error::other("it has changed meanwhile"));
    }
    let folder = path.parent().unwrap_or(&path);
    let mut beside = tempfile::Builder::new().prefix(".pipewright-").tempfile_in(folder)?;
    beside.write_all(new.as_bytes())?;
    beside.as_file().set_permissions(about.permissions())?;
    beside.as_file().sync_all()?;
    beside.persist(&path)?;
    Ok(())
}
