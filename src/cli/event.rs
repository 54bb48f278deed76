//! The flags that say what happened: an event, and which files changed.

use super::Outcome;
use crate::git::{Range, Repository};
use crate::simulate::{ChangeSource, Event};
use clap::{ArgGroup, Args};
use std::path::Path;

/// What triggers the workflow
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("event").args(["branch", "tag", "pull_request"])))]
pub(super) struct EventFlags {
    /// A push to this branch
    #[arg(long, value_name = "B")]
    branch: Option<String>,
    /// A push of this tag
    #[arg(long, value_name = "T")]
    tag: Option<String>,
    /// The pull request of this number
    #[arg(long, value_name = "N")]
    pull_request: Option<String>,
    /// The branch that the pull request wants to change; without it what the condition calls
    /// default branch
    #[arg(long, value_name = "B", requires = "pull_request")]
    base: Option<String>,
    /// The pull request comes from a fork
    #[arg(long, requires = "pull_request")]
    fork: bool,
}

/// Which files changed; without any of these, what the platform would compare in the repository
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("changes").args(["changed", "nothing_changed", "git_range"])))]
pub(super) struct ChangeFlags {
    /// A file that changed, from the root of the repository; may be repeated
    #[arg(long, value_name = "PATH")]
    changed: Vec<String>,
    /// No file changed
    #[arg(long)]
    nothing_changed: bool,
    /// The files that changed over this range of commits, `A...B` or `A..B`
    #[arg(long, value_name = "RANGE")]
    git_range: Option<String>,
}

impl EventFlags {
    /// The event, if one is given.
    pub(super) fn event(&self) -> Option<Event> {
        if let Some(name) = &self.branch {
            return Some(Event::branch(name));
        }
        if let Some(name) = &self.tag {
            return Some(Event::tag(name));
        }
        self.pull_request.as_ref().map(|number| Event::PullRequest {
            number: number.clone(),
            base: self.base.clone(),
            fork: self.fork,
        })
    }

    /// The event, by default a push of the branch that is checked out in `folder`.
    pub(super) fn event_or_push(&self, folder: &Path) -> Result<Event, Outcome> {
        if let Some(event) = self.event() {
            return Ok(event);
        }
        Repository::discover(folder)
            .and_then(|repository| repository.current_branch())
            .map(Event::branch)
            .map_err(|error| {
                Outcome::unusable(format!(
                    "which event is meant? {error}\ngive --branch, --tag or --pull-request"
                ))
            })
    }
}

impl ChangeFlags {
    /// Where the changed files come from. A repository is looked at only when it must be.
    pub(super) fn source(&self, folder: &Path) -> Result<ChangeSource, Outcome> {
        if self.nothing_changed || !self.changed.is_empty() {
            let paths = self.changed.iter().map(|path| relative(path)).collect();
            return Ok(ChangeSource::Listed(paths));
        }
        let repository = Repository::discover(folder);
        let Some(range) = &self.git_range else {
            return Ok(match repository {
                Ok(repository) => ChangeSource::Repository(repository),
                Err(error) => ChangeSource::Unknown(format!(
                    "which files changed is not known, as {error}: give them with --changed"
                )),
            });
        };
        let range: Range = range.parse().map_err(Outcome::unusable)?;
        let repository = repository.map_err(Outcome::unusable)?;
        // A range that cannot be compared is wrong use, whether a condition asks for it or not.
        match repository.changed(&range) {
            Ok(_) => Ok(ChangeSource::Range(repository, range)),
            Err(error) => Err(Outcome::unusable(error)),
        }
    }
}

fn relative(path: &str) -> String {
    path.trim_start_matches("./").trim_start_matches('/').to_owned()
}
