//! `pipewright regenerate`: brings what was generated up to date, with the user's edits in it.

use super::Outcome;
use super::load::{Changes, Loaded, in_its_folder, load};
use super::progress::Progress;
use super::reasons::Reasons;
use crate::generate;
use crate::merge::{Conflict, Conflicts};
use crate::project;
use crate::sync::{self, Fate, Manner, State, Update};
use crate::tree::{File, FileTree, Kind, RepoPath};
use clap::{Args, ValueEnum};
use ignore::WalkBuilder;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Bring the generated files up to date, and keep your edits
///
/// Renders everything anew from DIR/pipewright.yml and merges it into DIR: what was generated last
/// tells your edits from changes of the settings, the clouds or pipewright.
#[derive(Debug, Args)]
pub(super) struct Regenerate {
    /// The folder with pipewright.yml
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Change nothing; fail when the files are not what would be generated, your edits aside
    #[arg(long)]
    check: bool,
    /// Change nothing; print what would change
    #[arg(long)]
    diff: bool,
    /// Change nothing; list what would happen to each file
    #[arg(long)]
    dry_run: bool,
    /// Deploy to this cloud instead of the configured ones; may be repeated. Written to pipewright.yml
    #[arg(long, value_name = "ID")]
    cloud: Vec<String>,
    /// Change a setting, such as replicas.stable=5; may be repeated. Written to pipewright.yml
    #[arg(long, value_name = "KEY.PATH=VALUE")]
    set: Vec<String>,
    /// Take files that pipewright has not written as your version of its own
    #[arg(long)]
    adopt: bool,
    /// What to do where you and the new render changed the same
    #[arg(long, value_name = "HOW", default_value = "markers")]
    conflicts: How,
    /// Every folder below DIR that has a pipewright.yml
    #[arg(long, conflicts_with_all = ["cloud", "set"])]
    all: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum How {
    /// Both versions stand in the file, between conflict markers
    Markers,
    /// Your version stays; the new one goes beside it, as NAME.new
    Side,
    /// The new render wins
    Ours,
    /// Your version wins
    Theirs,
}

impl From<How> for Conflicts {
    fn from(how: How) -> Self {
        match how {
            How::Markers => Self::Markers,
            How::Side => Self::Side,
            How::Ours => Self::Ours,
            How::Theirs => Self::Theirs,
        }
    }
}

impl Regenerate {
    pub(super) fn run(self) -> Outcome {
        if self.all {
            self.all_below()
        } else {
            self.one(&self.directory).unwrap_or_else(|failed| failed)
        }
    }

    fn one(&self, directory: &Path) -> Result<Outcome, Outcome> {
        let config = directory.join(project::FILE);
        let changes = Changes { clouds: &self.cloud, set: self.set.clone() };
        let loaded = load(Some(&config), &changes)?;
        in_its_folder(&loaded.project, directory)?;
        let mut tree = generate::render(&loaded.project).map_err(Outcome::unusable)?;
        let path = RepoPath::new(project::FILE).map_err(Outcome::unusable)?;
        let content = loaded.text.clone();
        tree.insert(path, File { content, executable: false, kind: Kind::Config });
        let state = state(&loaded);
        let manner = Manner { adopt: self.adopt, conflicts: self.conflicts.into() };
        let update =
            sync::update(directory, &tree, state.clone(), manner).map_err(Outcome::unusable)?;
        if update.before.is_none() && !self.adopt {
            return Err(nothing_known(directory, &tree));
        }
        let before = update.before.as_ref();
        let why = Reasons::new(&loaded, &tree, before, &state, directory);
        if self.diff {
            return Ok(diff(&update, &why));
        }
        if self.check {
            return Ok(check(&update, directory, &why));
        }
        if !self.dry_run {
            update.carry_out().map_err(Outcome::unusable)?;
        }
        Ok(summary(&update, directory, &why, self.dry_run))
    }

    /// Every service below the folder; one that fails does not stop the others.
    fn all_below(&self) -> Outcome {
        let walk = WalkBuilder::new(&self.directory).require_git(false).build();
        let mut services: Vec<PathBuf> = walk
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name() == project::FILE && entry.path().is_file())
            .filter_map(|entry| entry.path().parent().map(Path::to_path_buf))
            .collect();
        services.sort();
        if services.is_empty() {
            return Outcome::unusable(format!(
                "there is no {} in or below \"{}\"",
                project::FILE,
                self.directory.display()
            ));
        }
        let progress = Progress::new("regenerating");
        let done: Vec<(PathBuf, Outcome)> = services
            .into_par_iter()
            .map(|service| {
                let outcome = self.one(&service).unwrap_or_else(|failed| failed);
                progress.tick();
                (service, outcome)
            })
            .collect();
        let mut all = Outcome::default();
        for (service, outcome) in done {
            if !outcome.out.is_empty() {
                let _ = write!(all.out, "{}:\n{}", service.display(), outcome.out);
            }
            if !outcome.err.is_empty() {
                let _ = write!(all.err, "{}:\n{}", service.display(), outcome.err);
            }
            all.status = all.status.max(outcome.status);
        }
        all
    }
}

fn state(loaded: &Loaded) -> State {
    let profiles = loaded
        .project
        .targets
        .iter()
        .map(|target| (target.cloud.id.clone(), target.cloud.version))
        .collect();
    State::new(&loaded.text, profiles)
}

fn nothing_known(directory: &Path, tree: &FileTree) -> Outcome {
    let there = tree
        .iter()
        .any(|(path, file)| file.kind == Kind::Managed && path.below(directory).exists());
    let shown = directory.join(sync::FOLDER).join("state.yml");
    let help = if there {
        "if it was committed, restore it from git; --adopt takes the files that are there as your version of the generated ones"
    } else {
        "`pipewright generate` writes the files for the first time"
    };
    Outcome::unusable(format!(
        "\"{}\" does not exist, so nothing is known of what was generated here\n{help}",
        shown.display()
    ))
}

fn shown(directory: &Path, path: &str) -> String {
    let joined = directory.join(path);
    joined.strip_prefix(".").unwrap_or(&joined).display().to_string()
}

fn diff(update: &Update, why: &Reasons<'_>) -> Outcome {
    let colour = super::outcome::colour(&std::io::stdout());
    let mut out = String::new();
    for outcome in &update.outcomes {
        let Some((old, new)) = &outcome.change else { continue };
        let what = match &outcome.fate {
            Fate::Created => "new".to_owned(),
            Fate::Removed => "no longer generated".to_owned(),
            Fate::Merged => "merged with your edits".to_owned(),
            Fate::Conflicting(_) => "in conflict with your edits".to_owned(),
            Fate::Renamed { from, .. } => format!("was {from}"),
            _ => "updated".to_owned(),
        };
        let why: Vec<String> =
            why.of(&outcome.path).into_iter().map(|reason| reason.text).collect();
        let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) };
        let _ = writeln!(out, "# {}: {what}{why}", outcome.path);
        let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
        let (from, to) = match outcome.fate {
            Fate::Created => ("/dev/null".to_owned(), format!("b/{}", outcome.path)),
            Fate::Removed => (format!("a/{}", outcome.path), "/dev/null".to_owned()),
            _ => (format!("a/{}", outcome.path), format!("b/{}", outcome.path)),
        };
        for line in diff.unified_diff().header(&from, &to).to_string().lines() {
            let code = match line.as_bytes().first() {
                Some(b'+') => "32",
                Some(b'-') => "31",
                Some(b'@') => "36",
                _ => "",
            };
            let _ = if colour && !code.is_empty() {
                writeln!(out, "\u{1b}[{code}m{line}\u{1b}[0m")
            } else {
                writeln!(out, "{line}")
            };
        }
    }
    let attention = update.outcomes.iter().any(sync::Outcome::needs_attention);
    Outcome { out, err: String::new(), status: u8::from(attention) }
}

fn check(update: &Update, directory: &Path, why: &Reasons<'_>) -> Outcome {
    let mut out = String::new();
    let mut drift = false;
    for outcome in &update.outcomes {
        let path = shown(directory, &outcome.path);
        if outcome.is_drift() || outcome.rendered_anew {
            drift = true;
            let _ = writeln!(out, "{path}: {}{}", would(&outcome.fate), why.beside(&outcome.path));
        } else if outcome.edited && outcome.fate == Fate::Same {
            let _ = writeln!(out, "{path}: edited by hand");
        }
    }
    if drift {
        for reason in &why.all {
            let _ = writeln!(out, "because {}", reason.text);
        }
        out.push_str("`pipewright regenerate` brings it up to date\n");
    } else {
        out.push_str("everything is up to date\n");
    }
    Outcome { out, err: String::new(), status: u8::from(drift) }
}

fn would(fate: &Fate) -> String {
    match fate {
        Fate::Same => "is as it would be generated now".to_owned(),
        Fate::Created => "would be new".to_owned(),
        Fate::Updated => "would be updated".to_owned(),
        Fate::Merged => "would be merged with your edits".to_owned(),
        Fate::Conflicting(conflicts) => format!("would have {}", count(conflicts.len())),
        Fate::Unresolved => "has conflict markers".to_owned(),
        Fate::InTheWay => "is in the way".to_owned(),
        Fate::NoBase => "can't be merged".to_owned(),
        Fate::StaysDeleted => "was deleted by you, and has changed".to_owned(),
        Fate::Removed => "would be removed".to_owned(),
        Fate::LeftToUser => "is no longer generated, but edited".to_owned(),
        Fate::Renamed { from, .. } => format!("would take the place of {from}"),
    }
}

fn count(conflicts: usize) -> String {
    if conflicts == 1 { "1 conflict".to_owned() } else { format!("{conflicts} conflicts") }
}

/// What was done, file by file where there is something to tell.
fn summary(update: &Update, directory: &Path, why: &Reasons<'_>, dry: bool) -> Outcome {
    let mut out = String::new();
    let mut err = String::new();
    let mut changed = false;
    let path = |outcome: &sync::Outcome| shown(directory, &outcome.path);
    let mut lines = String::new();
    for outcome in &update.outcomes {
        let word = match &outcome.fate {
            Fate::Created => "new",
            Fate::Updated => "updated",
            Fate::Merged => "merged",
            Fate::Conflicting(_) => "conflict",
            Fate::Removed => "removed",
            Fate::Renamed { .. } => "renamed",
            _ => continue,
        };
        changed = true;
        let _ = writeln!(lines, "{word:9} {}{}", path(outcome), why.beside(&outcome.path));
    }
    if changed {
        for reason in &why.all {
            let _ = writeln!(out, "{}", reason.text);
        }
    }
    out.push_str(&lines);
    for outcome in &update.outcomes {
        let name = path(outcome);
        let _ = match &outcome.fate {
            Fate::Conflicting(conflicts) | Fate::Renamed { conflicts, .. } => {
                conflicts.iter().try_for_each(|found| writeln!(err, "{}", told(&name, found)))
            }
            Fate::Unresolved => {
                writeln!(err, "{name}: has conflict markers of an earlier run: resolve them first")
            }
            Fate::InTheWay => writeln!(
                err,
                "{name}: is not pipewright's: --adopt takes it as your version, \"files.skip\" leaves it out"
            ),
            Fate::NoBase => writeln!(
                err,
                "{name}: what was generated last is not known any more: restore \"{}\" from git, or --adopt",
                sync::FOLDER
            ),
            Fate::LeftToUser => writeln!(
                err,
                "{name}: is no longer generated, but you have edited it: it is yours from now on"
            ),
            Fate::StaysDeleted => writeln!(out, "{name}: you have deleted it, and it stays so"),
            _ => Ok(()),
        };
    }
    if !changed && err.is_empty() && out.is_empty() {
        out.push_str("everything is up to date\n");
    }
    if dry && changed {
        out.push_str("nothing was written: this was a dry run\n");
    }
    Outcome { out, status: u8::from(!err.is_empty()), err }
}

fn told(path: &str, conflict: &Conflict) -> String {
    let at = if conflict.at.is_empty() {
        String::new()
    } else {
        format!(" at {}", conflict.at.join(" > "))
    };
    format!("{path}:{}: conflict{at}: {}", conflict.line, conflict.reason)
}
