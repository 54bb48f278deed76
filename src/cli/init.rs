//! `pipewright init`: writes a first `pipewright.yml`.

use super::Outcome;
use super::generate::AppArgument;
use super::load::clouds;
use crate::cloud::Clouds;
use crate::diagnostic::SourceFile;
use crate::project::{self, App, CiRegistry, DatabaseKind, Draft};
use clap::Args;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, Input, MultiSelect, Select};
use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Write pipewright.yml, the choices that everything is generated from
///
/// Asks on a terminal what the flags leave open; elsewhere, and with --yes, takes the defaults.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Folder of the service's repository
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Cloud to deploy to; may be repeated
    #[arg(long, value_name = "ID")]
    cloud: Vec<String>,
    /// Whether to write the starter application too
    #[arg(long)]
    app: Option<AppArgument>,
    /// Name of the service
    #[arg(long)]
    name: Option<String>,
    /// Port that the service listens on
    #[arg(long)]
    port: Option<u32>,
    /// Take the defaults without asking
    #[arg(long)]
    yes: bool,
}

impl Init {
    pub(super) fn run(self) -> Outcome {
        self.init().unwrap_or_else(|failed| failed)
    }

    fn init(self) -> Result<Outcome, Outcome> {
        let path = self.dir.join(project::FILE);
        if path.exists() {
            return Err(Outcome::refused(format!(
                "error: \"{}\" is there already\nedit it, then run `pipewright generate`\n",
                path.display()
            )));
        }
        let known = clouds(Some(&self.dir))?;
        let asks = !self.yes && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let draft = if asks {
            self.ask(&known).map_err(|error| Outcome::unusable(format!("no answer: {error}")))?
        } else {
            self.defaults()
        };
        let text = draft.text(&known)?;
        // What was typed in is checked like any other configuration.
        project::load(&SourceFile::new(path.display().to_string(), text.clone()), &known)?;
        write(&path, &text)?;
        let place = if self.dir == Path::new(".") {
            String::new()
        } else {
            format!("cd {} && ", self.dir.display())
        };
        Ok(Outcome::fine(format!(
            "\"{}\" written\nnext: look it over, then {place}pipewright generate\n",
            path.display()
        )))
    }

    fn app(&self) -> App {
        match self.app {
            Some(AppArgument::None) => App::None,
            Some(AppArgument::Addressbook) | None => App::Addressbook,
        }
    }

    fn defaults(&self) -> Draft {
        let app = self.app();
        let mut draft = Draft {
            app,
            default_branch: default_branch(&self.dir).unwrap_or_else(|| "main".into()),
            ..Draft::default()
        };
        if app == App::None
            && let Some(name) = folder_name(&self.dir)
        {
            draft.name = name;
        }
        if let Some(name) = &self.name {
            draft.name.clone_from(name);
        }
        if let Some(port) = self.port {
            draft.port = port;
        }
        if !self.cloud.is_empty() {
            draft.clouds.clone_from(&self.cloud);
        }
        draft
    }

    /// Asks for what the flags leave open, offering the defaults.
    fn ask(&self, known: &Clouds) -> dialoguer::Result<Draft> {
        let theme = ColorfulTheme::default();
        let mut draft = self.defaults();
        if self.app.is_none() {
            let choices = ["the addressbook starter", "my own, in this repository"];
            let chosen = Select::with_theme(&theme)
                .with_prompt("Which application?")
                .items(choices)
                .default(0)
                .interact()?;
            draft.app = if chosen == 0 { App::Addressbook } else { App::None };
            if draft.app == App::None {
                draft.name = folder_name(&self.dir).unwrap_or(draft.name);
            }
        }
        if self.name.is_none() {
            draft.name = Input::with_theme(&theme)
                .with_prompt("Name of the service")
                .default(draft.name)
                .validate_with(|name: &String| project::service_name(name))
                .interact_text()?;
        }
        if self.port.is_none() {
            draft.port = Input::with_theme(&theme)
                .with_prompt("Port that it listens on")
                .default(draft.port)
                .validate_with(|port: &u32| match port {
                    1..=65535 => Ok(()),
                    _ => Err("must be between 1 and 65535"),
                })
                .interact_text()?;
        }
        if draft.app == App::None {
            let database = Confirm::with_theme(&theme)
                .with_prompt("Does it use a PostgreSQL database?")
                .default(true)
                .interact()?;
            draft.database = if database { DatabaseKind::Postgres } else { DatabaseKind::None };
            let ask = |prompt: &str, default: String| {
                Input::with_theme(&theme)
                    .with_prompt(prompt)
                    .default(default)
                    .validate_with(|path: &String| project::http_path(path))
                    .interact_text()
            };
            draft.ready = ask("Path that answers 2xx when it can take requests", draft.ready)?;
            draft.live = ask("Path that answers 2xx while the process is sound", draft.live)?;
        }
        if self.cloud.is_empty() {
            let names: Vec<&str> =
                known.sources().iter().map(|source| source.profile.name.as_str()).collect();
            let chosen = MultiSelect::with_theme(&theme)
                .with_prompt("Clouds to deploy to (space selects, enter accepts)")
                .items(&names)
                .defaults(&[true])
                .interact()?;
            draft.clouds = known
                .sources()
                .iter()
                .enumerate()
                .filter(|(index, _)| chosen.contains(index))
                .map(|(_, source)| source.profile.id.clone())
                .collect();
            if draft.clouds.is_empty() {
                draft.clouds = vec![
                    known
                        .sources()
                        .first()
                        .map(|source| source.profile.id.clone())
                        .unwrap_or_default(),
                ];
            }
        }
        let registry = Confirm::with_theme(&theme)
            .with_prompt("Has Semaphore enabled its private registry for your organization?")
            .default(true)
            .interact()?;
        if !registry {
            draft.ci_registry = CiRegistry::Artifact;
        }
        Ok(draft)
    }
}

/// The branch that `origin/HEAD` names; never the current checkout, which may be anything.
fn default_branch(directory: &Path) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let branch = text.trim().strip_prefix("origin/")?;
    (output.status.success() && !branch.is_empty()).then(|| branch.to_owned())
}

/// The name of the folder as a name for the service, as far as it can be one.
fn folder_name(directory: &Path) -> Option<String> {
    let full = directory.canonicalize().ok()?;
    let name: String = full
        .file_name()?
        .to_str()?
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let name: String = name.chars().take(project::NAME_MAX).collect();
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

/// Writes the file unless it is there by now.
fn write(path: &Path, text: &str) -> Result<(), Outcome> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Outcome::refused(format!("error: \"{}\" is there already\n", path.display()))
        }
        _ => Outcome::unusable(format!("can't write \"{}\": {error}", path.display())),
    };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
