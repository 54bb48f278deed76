//! Which files changed, as `change_in` sees it.
//!
//! Facts from semaphoreci/spc (`diff_set.go`): on the default branch and on a forked pull request
//! the default range counts, on any other pull request base branch...head branch whatever
//! `branch_range` says, on any other branch `branch_range`, in which `$SEMAPHORE_MERGE_BASE` is the
//! default branch. Branches are those of the remote, which the platform fetches. On a tag nothing
//! is compared.

use super::Event;
use crate::condition::ChangeIn;
use crate::git::{GitError, Range, Repository};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Where the changed files come from.
#[derive(Debug, Clone)]
pub enum ChangeSource {
    /// They are given, relative to the root of the repository.
    Listed(Vec<String>),
    /// Those of one range of commits, whatever the event.
    Range(Repository, Range),
    /// Those that the platform would look at for the event.
    Repository(Repository),
    /// They are not known, and this is why.
    Unknown(String),
}

/// The changed files for an event, asked for only when a condition needs them.
#[derive(Debug)]
pub struct ChangedFiles {
    source: ChangeSource,
    event: Option<Event>,
    /// What was compared already, by its range.
    compared: RefCell<BTreeMap<Range, Result<Vec<String>, String>>>,
}

/// What a call of `change_in` is, and why in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether something changed.
    pub changed: bool,
    /// Which file, or how many were looked at.
    pub because: String,
}

/// What is written for the commits of the push.
const PUSHED: &str = ChangeIn::DEFAULT_RANGE;
const MERGE_BASE: &str = "$SEMAPHORE_MERGE_BASE";
const SHA: &str = "$SEMAPHORE_GIT_SHA";

impl ChangedFiles {
    /// The changed files for an event; without one, only listed files and a given range can answer.
    #[must_use]
    pub fn new(source: ChangeSource, event: Option<Event>) -> Self {
        Self { source, event, compared: RefCell::default() }
    }

    /// No file changed.
    #[must_use]
    pub fn none() -> Self {
        Self::new(ChangeSource::Listed(Vec::new()), None)
    }

    /// Answers a call that stands in `pipeline_file`.
    ///
    /// # Errors
    /// Why that cannot be told, in one sentence.
    pub fn answer(&self, call: &ChangeIn, pipeline_file: &str) -> Result<Answer, String> {
        match &self.source {
            ChangeSource::Listed(paths) => matched(call, pipeline_file, paths, ""),
            ChangeSource::Unknown(reason) => Err(reason.clone()),
            ChangeSource::Range(repository, range) => {
                self.compare(repository, range, &range.to_string(), call, pipeline_file)
            }
            ChangeSource::Repository(repository) => {
                let (range, shown) = self.range(repository, call)?;
                self.compare(repository, &range, &shown, call, pipeline_file)
            }
        }
    }

    fn compare(
        &self,
        repository: &Repository,
        range: &Range,
        shown: &str,
        call: &ChangeIn,
        pipeline_file: &str,
    ) -> Result<Answer, String> {
        let mut compared = self.compared.borrow_mut();
        let paths = compared
            .entry(range.clone())
            .or_insert_with(|| repository.changed(range).map_err(|error| error.to_string()))
            .as_ref()
            .map_err(Clone::clone)?;
        matched(call, pipeline_file, paths, &format!(" in {shown}"))
    }

    /// The range that the platform would compare, and how to call it.
    fn range(&self, repository: &Repository, call: &ChangeIn) -> Result<(Range, String), String> {
        match &self.event {
            None => Err("which commits count depends on the event: give a branch or a pull request, or the changed files".to_owned()),
            Some(Event::Tag { .. }) => Err("nothing is compared on a tag".to_owned()),
            Some(Event::PullRequest { fork: true, .. }) => {
                self.default_range(repository, call, &call.default_branch)
            }
            Some(Event::PullRequest { base, fork: false, .. }) => {
                let base = base.as_deref().unwrap_or(&call.default_branch);
                Self::resolved(repository, &Range::since_merge_base(base, "HEAD"))
            }
            Some(Event::Branch { name }) if *name == call.default_branch => {
                self.default_range(repository, call, name)
            }
            Some(Event::Branch { name }) if call.branch_range == PUSHED => {
                self.default_range(repository, call, name)
            }
            Some(Event::Branch { name }) => {
                let text = call
                    .branch_range
                    .replace(MERGE_BASE, &call.default_branch)
                    .replace(SHA, &Self::head(repository, name)?);
                Self::resolved(repository, &text.parse()?)
            }
        }
    }

    /// `default_range`, or the commits that a push of `branch` would bring to the remote.
    fn default_range(
        &self,
        repository: &Repository,
        call: &ChangeIn,
        branch: &str,
    ) -> Result<(Range, String), String> {
        if call.default_range != PUSHED {
            return Self::resolved(repository, &call.default_range.parse()?);
        }
        let head = match &self.event {
            Some(Event::Branch { name }) => Self::head(repository, name)?,
            _ => "HEAD".to_owned(),
        };
        let remote = format!("refs/remotes/origin/{branch}");
        let Some(pushed) = said(repository.commit(&remote))? else {
            return Err(format!(
                "which commits a push would bring is not known, as \"origin/{branch}\" is not: give the range or the changed files"
            ));
        };
        Ok((Range::since_merge_base(pushed, &head), format!("origin/{branch}...{head}")))
    }

    /// The commit that a push of `branch` would bring: the local branch of that name, else what is
    /// checked out.
    fn head(repository: &Repository, branch: &str) -> Result<String, String> {
        let local = format!("refs/heads/{branch}");
        let known = said(repository.commit(&local))?.is_some();
        Ok(if known { branch.to_owned() } else { "HEAD".to_owned() })
    }

    /// The range with its base as the remote has it, and the range as written.
    fn resolved(repository: &Repository, range: &Range) -> Result<(Range, String), String> {
        let from = said(repository.branch_commit(&range.from))?;
        Ok((Range { from, ..range.clone() }, range.to_string()))
    }
}

fn said<T>(answer: Result<T, GitError>) -> Result<T, String> {
    answer.map_err(|error| error.to_string())
}

fn matched(
    call: &ChangeIn,
    pipeline_file: &str,
    paths: &[String],
    compared: &str,
) -> Result<Answer, String> {
    let change = call
        .first_change(pipeline_file, paths.iter().map(String::as_str))
        .map_err(|bad| bad.to_string())?;
    Ok(match change {
        Some(change) => {
            let why = match &change.pattern {
                Some(_) => "changed",
                None => "changed, the pipeline file itself",
            };
            Answer { changed: true, because: format!("\"{}\" {why}{compared}", change.path) }
        }
        None => {
            let because = match paths.len() {
                0 => format!("no file changed{compared}"),
                1 => format!("the one changed file{compared} does not count"),
                many => format!("none of the {many} changed files{compared} counts"),
            };
            Answer { changed: false, because }
        }
    })
}
