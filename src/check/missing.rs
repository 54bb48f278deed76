//! Files that are named and not there, with what was probably meant.

use super::files::Files;
use super::location::{self, folder};
use crate::diagnostic::{Problem, Span, nearest};
use crate::yaml::emit;

const RELATIVE: &str = "a path is relative to the folder of this file, or to the root of the repository when it starts with \"/\"";

/// A reference that leads out of the repository.
pub(super) fn outside(rule: &'static str, reference: &str, span: Span) -> Problem {
    let message = if reference.trim().is_empty() {
        "an empty path names no file".to_owned()
    } else {
        format!("\"{reference}\" leads out of the repository")
    };
    Problem::new(rule, span, message).help(RELATIVE)
}

/// The file that a reference to none means, as the path of one from the root of the repository.
/// The commonest mistake: `.semaphore/x.yml` written in `.semaphore/`.
pub(super) fn meant(files: &dyn Files, reference: &str) -> Option<String> {
    location::resolve("", reference.trim()).filter(|meant| files.exists(meant))
}

/// A reference in the file `from` to a `path` at which there is no file.
pub(super) struct Missing<'m> {
    pub rule: &'static str,
    pub from: &'m str,
    pub reference: &'m str,
    pub path: &'m str,
}

impl Missing<'_> {
    /// The problem, with the file that was probably meant as long as there are `suggestions`.
    pub(super) fn problem(
        &self,
        files: &dyn Files,
        span: Span,
        suggestions: &mut usize,
    ) -> Problem {
        let Self { rule, from, reference, path } = *self;
        let problem = Problem::new(rule, span, format!("there is no file \"{path}\""));
        if let Some(meant) = meant(files, reference) {
            let path = location::reference(from, &meant);
            return problem
                .help(format!("the path is relative to the folder of this file: write \"{path}\""))
                .instead(emit::scalar(&path));
        }
        if *suggestions == 0 {
            return problem.help(RELATIVE);
        }
        *suggestions -= 1;
        let mut folders = vec![folder(path), folder(from), ".semaphore"];
        folders.dedup();
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        for at in folders {
            let there: Vec<String> =
                files.list(at).into_iter().filter(|other| other != from && other != path).collect();
            let names: Vec<String> = there.iter().map(|path| name(path)).collect();
            let wanted = name(path);
            let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
            let same_stem = names.iter().find(|other| stem(other) == stem(&wanted));
            let near = same_stem
                .map(String::as_str)
                .or_else(|| nearest(&wanted, names.iter().map(String::as_str)));
            let Some(near) = near else { continue };
            if let Some(found) = there.iter().find(|path| name(path) == near) {
                return problem
                    .help(format!("did you mean \"{}\"?", location::reference(from, found)));
            }
        }
        problem.help(RELATIVE)
    }
}
