//! `pipewright validate`: what Semaphore would say about pipelines, before the push.

use super::Outcome;
use super::fix::Fixed;
use super::progress::Progress;
use crate::check::{self, Alone, Disk, Report, Selection, Severities, Target};
use crate::diagnostic::{Severity, SourceFile};
use crate::project::{self, ConfigError, Validation};
use crate::report;
use clap::{Args, ValueEnum};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// Check pipelines: what Semaphore would refuse, and what it finds only at a promotion
///
/// A folder with a .semaphore/ is that repository, with all that promotions lead to. Another
/// folder is all .semaphore/ folders below it, or else all YAML files. A file is itself; "-" is
/// standard input, whose references to other files are not followed.
#[derive(Debug, Args)]
pub(super) struct Validate {
    /// Files or folders [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print what is found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Fail on warnings, too
    #[arg(long)]
    deny_warnings: bool,
    /// Put right in the files what is beyond doubt, and report the rest
    #[arg(long)]
    fix: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Snippets for people
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML, for the test reports of Semaphore
    Junit,
}

impl Validate {
    pub(super) fn run(self) -> Outcome {
        let mut fixed = Fixed::default();
        match self.report(&mut fixed) {
            Ok(report) => self.outcome(&report, &fixed),
            Err(failed) => failed,
        }
    }

    fn report(&self, fixed: &mut Fixed) -> Result<Report, Outcome> {
        let here = std::env::current_dir().map_err(Outcome::unusable)?;
        let nearest = [nearest(&here)];
        let paths: &[PathBuf] = if self.paths.is_empty() { &nearest } else { &self.paths };
        let mut report = Report::default();
        let mut files: Vec<(Target, Option<PathBuf>)> = Vec::new();
        let mut stdin = false;
        for path in paths {
            if path.as_os_str() == "-" {
                if self.fix {
                    return Err(Outcome::unusable(
                        "--fix changes files, and standard input is none",
                    ));
                }
                if !std::mem::replace(&mut stdin, true) {
                    report.merge(standard_input()?);
                }
                continue;
            }
            let absolute = check::absolute(path).map_err(Outcome::unusable)?;
            if !absolute.exists() {
                let message = format!("there is no file or folder \"{}\"", path.display());
                return Err(Outcome::unusable(message));
            }
            let seen_from = match self.format {
                // They read paths as those of the repository, wherever it is checked.
                Format::Sarif | Format::Github => Some(repository(&here)),
                _ => (!path.is_absolute()).then(|| here.clone()),
            };
            let targets = check::select(&absolute);
            if targets.is_empty() {
                return Err(nothing(path, self.paths.is_empty()));
            }
            for target in targets {
                // Files that are named one by one belong together.
                let known = files.iter_mut().find(|(known, from)| {
                    known.root == target.root && *from == seen_from && both_files(known, &target)
                });
                match (known, target) {
                    (
                        Some((Target { selection: Selection::Files(known), .. }, _)),
                        Target { selection: Selection::Files(more), .. },
                    ) => known.extend(more),
                    (_, target) => files.push((target, seen_from.clone())),
                }
            }
        }
        let progress = Progress::new("validating");
        for (target, seen_from) in files {
            let start = check::start(&target);
            let (validation, excluded) = settings(&target.root, &start, seen_from.as_deref())?;
            let base = seen_from.clone().unwrap_or_default();
            let disk = Disk::new(&target.root, seen_from);
            let selection = without(target.selection, &excluded);
            if self.fix {
                fixed.fix(&disk, &base, &selection, &validation.severities)?;
            }
            let more = check::check(&disk, &selection, &validation.severities, &|| progress.tick());
            report.merge(more);
        }
        Ok(report)
    }

    fn outcome(&self, report: &Report, fixed: &Fixed) -> Outcome {
        let found = &report.diagnostics;
        let files = report.files.len();
        let out = match self.format {
            Format::Text => {
                let colour = super::outcome::colour(&std::io::stdout());
                let told = if self.fix { fixed.told() } else { String::new() };
                report::render(found, colour) + &told + &report::summary(found, files)
            }
            Format::Json => report::json(found, files),
            Format::Sarif => report::sarif(found),
            Format::Github => report::github(found),
            Format::Junit => report::junit(found, &report.files, self.deny_warnings),
        };
        let err: String = report
            .unread
            .iter()
            .map(|(name, error)| format!("error: can't read \"{name}\": {error}\n"))
            .collect();
        let failed = report.count(Severity::Error) > 0
            || (self.deny_warnings && report.count(Severity::Warning) > 0);
        let status = if err.is_empty() { u8::from(failed) } else { 2 };
        Outcome { out, err, status }
    }
}

/// The root of the repository that a folder is in, or the folder itself.
fn repository(here: &Path) -> PathBuf {
    here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(here).to_path_buf()
}

/// The nearest repository with a `.semaphore/`, from a folder upwards, as seen from there.
fn nearest(here: &Path) -> PathBuf {
    let mut up = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(".semaphore").is_dir() || folder.ends_with(".semaphore") {
            break;
        }
        if folder.join(".git").exists() || folder.parent().is_none() {
            return PathBuf::from(".");
        }
        up.push("..");
    }
    if up.as_os_str().is_empty() { PathBuf::from(".") } else { up }
}

fn both_files(one: &Target, other: &Target) -> bool {
    matches!((&one.selection, &other.selection), (Selection::Files(_), Selection::Files(_)))
}

fn nothing(path: &Path, default: bool) -> Outcome {
    if default {
        return Outcome::unusable(
            "there is no .semaphore/ here\nname the files or folders to validate",
        );
    }
    Outcome::unusable(format!("there are no YAML files in \"{}\"", path.display()))
}

fn standard_input() -> Result<Report, Outcome> {
    let mut bytes = Vec::new();
    let mut input = std::io::stdin();
    if input.is_terminal() {
        return Err(Outcome::unusable("\"-\" reads standard input, which is a terminal"));
    }
    input.read_to_end(&mut bytes).map_err(Outcome::unusable)?;
    let name = "<stdin>";
    let selection = Selection::Files(vec![name.to_owned()]);
    Ok(check::check(&Alone::new(name, bytes), &selection, &Severities::new(), &|| {}))
}

/// The configuration from the nearest `pipewright.yml`, from the folder `start` up to the root.
fn settings(
    root: &Path,
    start: &Path,
    seen_from: Option<&Path>,
) -> Result<(Validation, Gitignore), Outcome> {
    let beside = start
        .ancestors()
        .take_while(|folder| folder.starts_with(root))
        .map(|folder| folder.join(project::FILE))
        .find(|file| file.is_file());
    let Some(file) = beside else { return Ok((Validation::default(), Gitignore::empty())) };
    let shown = seen_from.map_or_else(|| file.clone(), |here| check::seen_from(here, &file));
    let name = shown.display().to_string();
    let text = std::fs::read_to_string(&file)
        .map_err(|error| Outcome::unusable(format!("can't read \"{name}\": {error}")))?;
    let validation =
        Validation::load(&SourceFile::new(name.clone(), text)).map_err(|error| match error {
            ConfigError::Faulty(problems) => Outcome { status: 2, ..Outcome::findings(&problems) },
            other => Outcome::unusable(other),
        })?;
    let mut builder = GitignoreBuilder::new(file.parent().unwrap_or(root));
    for pattern in &validation.exclude {
        builder
            .add_line(None, pattern)
            .map_err(|error| Outcome::unusable(format!("{name}: \"validate.exclude\": {error}")))?;
    }
    let excluded = builder
        .build()
        .map_err(|error| Outcome::unusable(format!("{name}: \"validate.exclude\": {error}")))?;
    Ok((validation, excluded))
}

/// The selection without the files that the configuration excludes; one that is named stays.
fn without(selection: Selection, excluded: &Gitignore) -> Selection {
    let keep = |paths: Vec<String>| {
        let kept = |path: &String| !excluded.matched_path_or_any_parents(path, false).is_ignore();
        paths.into_iter().filter(kept).collect()
    };
    match selection {
        Selection::Files(paths) => Selection::Files(paths),
        Selection::Folder(paths) => Selection::Folder(keep(paths)),
        Selection::Repository(paths) => Selection::Repository(keep(paths)),
    }
}
