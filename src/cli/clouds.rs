//! `pipewright clouds`: the cloud profiles, embedded and the user's own.

use super::Outcome;
use super::load::clouds;
use crate::cloud::{self, LoadError, Setting};
use clap::{Args, Subcommand};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// List, show and check cloud profiles
#[derive(Debug, Args)]
pub(super) struct Clouds {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All profiles with their settings: the embedded ones, and those in ./clouds
    List,
    /// A profile as YAML, a start for one of your own
    Show {
        /// Id or alias of the cloud
        id: String,
    },
    /// Check a profile
    Check {
        /// The profile's file
        file: PathBuf,
    },
}

impl Clouds {
    pub(super) fn run(self) -> Outcome {
        match self.command {
            Command::List => list().unwrap_or_else(|failed| failed),
            Command::Show { id } => show(&id).unwrap_or_else(|failed| failed),
            Command::Check { file } => check(&file),
        }
    }
}

fn list() -> Result<Outcome, Outcome> {
    let known = clouds(Some(Path::new(".")))?;
    let mut out = String::new();
    for source in known.sources() {
        let profile = &source.profile;
        let origin = source.file.as_deref().unwrap_or("embedded");
        let _ = writeln!(
            out,
            "{}  {}, profile {} ({origin})",
            profile.id, profile.name, profile.version
        );
        if !profile.aliases.is_empty() {
            let _ = writeln!(out, "    aliases: {}", profile.aliases.join(", "));
        }
        for (key, setting) in &profile.settings {
            let _ = writeln!(out, "    {key}: {}", described(setting));
        }
    }
    Ok(Outcome::fine(out))
}

fn described(setting: &Setting) -> String {
    let mut text = setting.description.clone();
    if !setting.choices.is_empty() {
        let _ = write!(text, "; one of {}", setting.choices.join(", "));
    }
    match &setting.default {
        Some(default) => {
            let _ = write!(text, " [default: {default}]");
        }
        None if setting.required => text.push_str(" [required]"),
        None => {}
    }
    for (word, when) in [("required with", &setting.required_when), ("only with", &setting.when)] {
        let values: Vec<String> =
            when.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        if !values.is_empty() {
            let _ = write!(text, " [{word} {}]", values.join(", "));
        }
    }
    text
}

fn show(id: &str) -> Result<Outcome, Outcome> {
    // `clouds show aws > clouds/mine.yml` finds its own output there, still empty.
    let known = clouds(Some(Path::new("."))).or_else(|_| clouds(None))?;
    let Some(source) = known.find(id) else {
        let near = known.nearest(id).map(|near| format!("; did you mean \"{near}\"?"));
        return Err(Outcome::unusable(format!(
            "there is no cloud \"{id}\"{}\nknown clouds: {}",
            near.unwrap_or_default(),
            known.ids()
        )));
    };
    match &source.file {
        None => Ok(Outcome::fine(cloud::embedded_text(&source.profile.id).unwrap_or_default())),
        Some(file) => std::fs::read_to_string(file)
            .map(Outcome::fine)
            .map_err(|error| Outcome::unusable(format!("can't read \"{file}\": {error}"))),
    }
}

fn check(file: &Path) -> Outcome {
    let name = file.display().to_string();
    let text = match cloud::read(file) {
        Ok(text) => text,
        Err(error) => return Outcome::from(error),
    };
    match cloud::parse(&name, &text) {
        Ok(profile) => Outcome::fine(format!(
            "{name}: {} (\"{}\"), version {}, is fine\n",
            profile.name, profile.id, profile.version
        )),
        Err(LoadError::Faulty(problems)) => Outcome::findings(&problems),
        Err(other) => Outcome::from(other),
    }
}
