//! `pipewright generate`: renders everything and brings it to a directory.

use super::Outcome;
use super::load::{Changes, Loaded, in_its_folder, load};
use crate::generate;
use crate::project::{self, Ci, Project};
use crate::sync::{self, Action, Plan, Reason, State, SyncError};
use crate::tree::{File, FileTree, Kind, RepoPath};
use clap::{Args, ValueEnum};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Render pipelines, manifests, scripts and runbook
///
/// Takes ./pipewright.yml, and writes beside it. Without one, takes the embedded default project,
/// the addressbook on all three clouds, and writes to the folder "out".
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// Configuration file [default: ./pipewright.yml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Deploy to this cloud instead of the configured ones; may be repeated
    #[arg(long, value_name = "ID")]
    cloud: Vec<String>,
    /// Where to write [default: the configuration's folder, or "out" without one]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Whether to write the starter application too
    #[arg(long)]
    app: Option<AppArgument>,
    /// Change a setting for this run, such as replicas.stable=5; may be repeated
    #[arg(long, value_name = "KEY.PATH=VALUE")]
    set: Vec<String>,
    /// List what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace what is in the way, keeping the old file as NAME.orig
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum AppArgument {
    /// The addressbook crate
    Addressbook,
    /// There is an application already
    None,
}

impl AppArgument {
    fn word(self) -> &'static str {
        match self {
            Self::Addressbook => "addressbook",
            Self::None => "none",
        }
    }
}

impl Generate {
    pub(super) fn run(self) -> Outcome {
        self.generate().unwrap_or_else(|failed| failed)
    }

    fn generate(self) -> Result<Outcome, Outcome> {
        let beside = Path::new(project::FILE);
        let config = self.config.as_deref().or_else(|| beside.exists().then_some(beside));
        let app = self.app.map(|app| format!("app={}", app.word()));
        let changes =
            Changes { clouds: &self.cloud, set: app.into_iter().chain(self.set).collect() };
        let loaded = load(config, &changes)?;
        let directory =
            self.out.or_else(|| loaded.directory.clone()).unwrap_or_else(|| PathBuf::from("out"));
        in_its_folder(&loaded.project, &directory)?;
        let tree = tree(&loaded)?;
        let plan = sync::plan(&directory, &tree, state(&loaded), self.force)
            .map_err(|error| unwritable(&error))?;
        if self.dry_run {
            return Ok(listing(&plan, &directory));
        }
        if !plan.obstacles.is_empty() {
            return Err(Outcome::refused(refusal(&plan, &directory)));
        }
        plan.carry_out().map_err(|error| unwritable(&error))?;
        summary(&loaded.project, &plan, &directory)
    }
}

fn unwritable(error: &SyncError) -> Outcome {
    Outcome::unusable(error)
}

/// The rendered files with the configuration that they came from.
fn tree(loaded: &Loaded) -> Result<FileTree, Outcome> {
    let mut tree = generate::render(&loaded.project).map_err(Outcome::unusable)?;
    let path = RepoPath::new(project::FILE).map_err(Outcome::unusable)?;
    let content = loaded.text.clone();
    tree.insert(path, File { content, executable: false, kind: Kind::Config });
    Ok(tree)
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

/// What `--dry-run` prints.
fn listing(plan: &Plan, directory: &Path) -> Outcome {
    let mut out = String::new();
    for step in &plan.steps {
        let word = match step.action {
            Action::Create => "create ",
            Action::Replace => "replace",
            Action::Same => "same   ",
            Action::Keep => "keep   ",
        };
        let _ = writeln!(out, "{word} {}", shown(directory, &step.path));
    }
    let refused = !plan.obstacles.is_empty();
    Outcome {
        out,
        err: if refused { refusal(plan, directory) } else { String::new() },
        status: u8::from(refused),
    }
}

fn shown(directory: &Path, path: &str) -> String {
    let joined = directory.join(path);
    joined.strip_prefix(".").unwrap_or(&joined).display().to_string()
}

fn refusal(plan: &Plan, directory: &Path) -> String {
    let mut text = String::from("error: these files are in the way, and nothing was written:\n");
    let mut differs = false;
    let mut foreign = false;
    let mut no_file = false;
    for obstacle in &plan.obstacles {
        let why = match obstacle.reason {
            Reason::Foreign => {
                foreign = true;
                "not written by pipewright"
            }
            Reason::Differs => {
                differs = true;
                "generated before, and different now"
            }
            Reason::NoFile => {
                no_file = true;
                "a file or folder stands where the other has to be"
            }
        };
        let _ = writeln!(text, "  {}: {why}", shown(directory, &obstacle.path));
    }
    if differs {
        text.push_str("`pipewright regenerate` merges such changes with yours\n");
    }
    if foreign {
        text.push_str(
            "leave them out with \"files.skip\" in pipewright.yml, or choose another --out\n",
        );
    }
    if differs || foreign {
        text.push_str("--force replaces them and keeps the old ones as NAME.orig\n");
    }
    if no_file {
        text.push_str("move what stands at these paths away first\n");
    }
    text
}

fn summary(project: &Project, plan: &Plan, directory: &Path) -> Result<Outcome, Outcome> {
    let targets: Vec<String> = project
        .targets
        .iter()
        .map(|target| {
            let own_name = target.id != target.cloud.id;
            if own_name { target.id.clone() } else { target.cloud.name.clone() }
        })
        .collect();
    let place = directory.display();
    let name = &project.name;
    let kept = plan.count(Action::Keep);
    let replaced = plan.count(Action::Replace);
    let written = plan.count(Action::Create) + replaced;
    let mut out = format!("{name} on {}: ", and(&targets));
    if written == 0 {
        let _ = writeln!(out, "all {} files in \"{place}\" are as generated", plan.steps.len());
    } else {
        let _ = writeln!(out, "{} written to \"{place}\"", files(written));
    }
    if replaced > 0 {
        let _ = writeln!(out, "{} replaced; the old content is in NAME.orig", files(replaced));
    }
    if kept > 0 {
        let names: Vec<&str> = plan
            .steps
            .iter()
            .filter(|step| step.action == Action::Keep)
            .map(|step| step.path.as_str())
            .collect();
        let _ = writeln!(out, "left as you have them: {}", names.join(", "));
    }
    if written > 0 {
        let _ = writeln!(
            out,
            "next: {} says what to provision and which secrets to make",
            shown(directory, "RUNBOOK.md")
        );
    }
    if project.ci == Ci::Existing {
        let promotions = generate::promotions(project).map_err(Outcome::unusable)?;
        let _ = write!(out, "\npaste this into .semaphore/semaphore.yml:\n\n{promotions}");
    }
    Ok(Outcome::fine(out))
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
