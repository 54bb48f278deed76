//! Which changed paths a call of `change_in` is about.
//!
//! Facts from semaphoreci/spc (`pattern.go`, `function.go`): a pattern that does not start with
//! `/` is joined to the directory of the pipeline file; `.`, `..` and doubled slashes are
//! resolved, never above the root, and a slash at the end stays; then a pattern without `*` is a
//! prefix of the path, also in the middle of a name, and one with `*` a glob over all of it.
//! Path by path, what is excluded does not count, then the pipeline file counts where it is
//! tracked, then the patterns do.

use super::change_in::{ChangeIn, PipelineFile};
use super::glob::{BadGlob, Glob};

/// Why a call of `change_in` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'p> {
    /// The first changed path that counts, as given.
    pub path: &'p str,
    /// The pattern that it matches, as written; `None` where it is the pipeline file.
    pub pattern: Option<String>,
}

impl ChangeIn {
    /// The first of the changed `paths` that makes the call true. `pipeline_file` and the paths
    /// are relative to the root of the repository.
    ///
    /// # Errors
    /// A pattern cannot be read.
    pub fn first_change<'p>(
        &self,
        pipeline_file: &str,
        paths: impl IntoIterator<Item = &'p str>,
    ) -> Result<Option<Change<'p>>, BadGlob> {
        let directory = pipeline_file.rsplit_once('/').map_or("", |(directory, _)| directory);
        let read = |patterns: &[String]| -> Result<Vec<Matcher>, BadGlob> {
            patterns.iter().map(|pattern| Matcher::new(directory, pattern)).collect()
        };
        let (patterns, exclude) = (read(&self.patterns)?, read(&self.exclude)?);
        let pipeline_file = match self.pipeline_file {
            PipelineFile::Track => Some(Matcher::new("", &format!("/{pipeline_file}"))?),
            PipelineFile::Ignore => None,
        };
        for path in paths {
            let full = clean(&format!("/{path}"));
            if exclude.iter().any(|matcher| matcher.matches(&full)) {
                continue;
            }
            if pipeline_file.as_ref().is_some_and(|matcher| matcher.matches(&full)) {
                return Ok(Some(Change { path, pattern: None }));
            }
            if let Some(index) = patterns.iter().position(|matcher| matcher.matches(&full)) {
                return Ok(Some(Change { path, pattern: self.patterns.get(index).cloned() }));
            }
        }
        Ok(None)
    }
}

/// The path from the root of the repository, with its leading `/`, that a pattern in a pipeline
/// file of `directory` stands for.
#[must_use]
pub fn resolve(directory: &str, pattern: &str) -> String {
    let full = if pattern.starts_with('/') {
        clean(pattern)
    } else {
        clean(&format!("/{directory}/{pattern}"))
    };
    if pattern.ends_with('/') && !full.ends_with('/') { full + "/" } else { full }
}

enum Matcher {
    Prefix(String),
    Glob(Glob),
}

impl Matcher {
    fn new(directory: &str, pattern: &str) -> Result<Self, BadGlob> {
        let pattern = resolve(directory, pattern);
        Ok(if pattern.contains('*') {
            Self::Glob(Glob::new(&pattern)?)
        } else {
            Self::Prefix(pattern)
        })
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Prefix(prefix) => path.starts_with(prefix.as_str()),
            Self::Glob(glob) => glob.matches(path),
        }
    }
}

/// An absolute path without `.`, `..`, doubled slashes and a slash at the end.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::WhereUsed;
    use super::*;

    const FILE: &str = ".semaphore/semaphore.yml";

    fn call(patterns: &[&str]) -> ChangeIn {
        let patterns = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        ChangeIn::new(patterns, WhereUsed::Promotion)
    }

    fn changed(call: &ChangeIn, paths: &[&str]) -> bool {
        call.first_change(FILE, paths.iter().copied()).expect("readable patterns").is_some()
    }

    #[test]
    fn patterns_start_at_the_root_or_beside_the_pipeline_file() {
        for (pattern, path, expected) in [
            ("/lib", "lib/a.rs", true),
            ("/lib", "library/x", true),
            ("/lib/", "library/x", false),
            ("/lib/", "lib/x", true),
            ("/", "anything", true),
            ("lib", "lib/a.rs", false),
            ("lib", ".semaphore/lib/a.rs", true),
            ("lib/", ".semaphore/lib/a.rs", true),
            ("lib/", ".semaphore/library", false),
            ("../lib", "lib/a.rs", true),
            ("../../../lib", "lib/a.rs", true),
            ("./lib", ".semaphore/lib", true),
            ("/a/./b//c/../d", "a/b/d", true),
            ("/lib/*.rb", "lib/a.rb", true),
            ("/lib/*.rb", "lib/a/b.rb", false),
            ("../**/*.rb", "lib/a/b.rb", true),
            ("**/*.rb", "lib/b.rb", false),
            ("**/*.rb", ".semaphore/x/b.rb", true),
            ("/lib?", "lib1", false),
            ("/lib[1]", "lib[1]", true),
            ("/größe", "größe/é", true),
        ] {
            assert_eq!(changed(&call(&[pattern]), &[path]), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn the_directory_is_that_of_the_pipeline_file() {
        for (file, expected) in [
            ("semaphore.yml", "/lib"),
            (".semaphore/semaphore.yml", "/.semaphore/lib"),
            ("a/b/c.yml", "/a/b/lib"),
        ] {
            let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
            assert_eq!(resolve(directory, "lib"), expected);
        }
    }

    #[test]
    fn what_is_excluded_does_not_count_not_even_the_pipeline_file() {
        let mut call = call(&["/lib", "/app"]);
        call.exclude = vec!["/lib/**/*.md".to_owned(), "/app/doc".to_owned()];
        assert!(!changed(&call, &["lib/README.md", "app/doc/x"]));
        assert!(changed(&call, &["lib/README.md", "lib/x.rs"]));
        call.pipeline_file = PipelineFile::Track;
        assert!(changed(&call, &[FILE]));
        call.exclude = vec![".".to_owned()];
        assert!(!changed(&call, &[FILE]));
    }

    #[test]
    fn the_first_change_says_why() {
        let mut call = call(&["/app", "/lib"]);
        let why = call.first_change(FILE, ["x", "lib/a", "app/b"]);
        let expected = Change { path: "lib/a", pattern: Some("/lib".to_owned()) };
        assert_eq!(why, Ok(Some(expected)));
        assert_eq!(call.first_change(FILE, [FILE]), Ok(None));
        call.pipeline_file = PipelineFile::Track;
        let why = call.first_change(FILE, [FILE]);
        assert_eq!(why, Ok(Some(Change { path: FILE, pattern: None })));
        call.patterns = vec!["/[*".to_owned()];
        assert_eq!(call.first_change(FILE, ["x"]), Err(BadGlob::Class));
    }

    #[test]
    fn nothing_changed_is_no_change() {
        assert!(!changed(&call(&["/"]), &[]));
        assert!(!changed(&call(&[]), &["x"]));
    }
}
