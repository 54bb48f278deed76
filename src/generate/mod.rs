//! From a project to the files of its CI/CD: typed pipelines, manifests, scripts, runbook and the
//! starter application, as a tree in memory. The result is checked before anybody sees it.

mod ci;
mod commands;
mod deploy;
mod image;
mod manifests;
mod pin;
mod pipeline;
mod rights;
mod runbook;
mod scaffold;
mod scan;
mod secrets;
mod templates;
mod timeouts;
mod verify;

pub use secrets::{SecretCommand, needs_private_registry, secret_commands};

use crate::project::{App, Ci, Project};
use crate::tree::{File, FileTree, Kind, RepoPath};
use pipeline::PipelineFile;
use std::fmt;
use tera::Context;

/// Why nothing was generated: always a fault of pipewright itself, as the project was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GenerateError {
    /// A template can't be rendered.
    Template {
        /// Its name.
        template: String,
        /// What the template engine says.
        message: String,
    },
    /// A rendered file is not what it should be.
    Unsound {
        /// Its path.
        path: String,
        /// What is wrong with it.
        message: String,
    },
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template { template, message } => {
                write!(f, "the template \"{template}\" can't be rendered: {message}")
            }
            Self::Unsound { path, message } => {
                write!(f, "the generated file \"{path}\" would be wrong: {message}")
            }
        }
    }
}

impl std::error::Error for GenerateError {}

/// Renders all files of a project.
///
/// # Errors
/// When a template or a rendered file is faulty; nothing is written anywhere in any case.
pub fn render(project: &Project) -> Result<FileTree, GenerateError> {
    let mut tree = FileTree::default();
    let mut add = |path: &str, content: String, executable: bool, kind: Kind| {
        let path = RepoPath::new(path).map_err(|error| GenerateError::Unsound {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        tree.insert(path, File { content, executable, kind });
        Ok(())
    };
    for file in pipelines(project) {
        let text = pipeline_text(&file)?;
        verify::pipeline(&file, &text)?;
        add(&format!(".semaphore/{}", file.name), text, false, Kind::Managed)?;
    }
    for (path, content) in manifests::all(project)? {
        verify::manifest(&path, &content)?;
        add(&path, content, false, Kind::Managed)?;
    }
    add("apply.sh", include_str!("../../templates/apply.sh").into(), true, Kind::Managed)?;
    add("release.sh", include_str!("../../templates/release.sh").into(), true, Kind::Managed)?;
    add("RUNBOOK.md", runbook::text(project)?, false, Kind::Managed)?;
    if project.app == App::Addressbook {
        for file in scaffold::all()? {
            add(&file.path, file.content.to_owned(), file.executable, Kind::Scaffold)?;
        }
    }
    tree.retain(|path| !is_skipped(project, path.as_str()));
    Ok(tree)
}

/// The pipelines of a project, in the order in which a build goes through them.
fn pipelines(project: &Project) -> Vec<PipelineFile> {
    let mut files = Vec::new();
    if project.ci == Ci::Generate {
        files.push(ci::pipeline(project));
    }
    for target in &project.targets {
        files.push(deploy::canary(project, target));
        files.push(deploy::stable(project, target));
        files.push(deploy::rollback(project, target));
    }
    files
}

fn pipeline_text(file: &PipelineFile) -> Result<String, GenerateError> {
    let mut context = Context::new();
    context.insert("header", &file.header);
    context.insert("pipeline", &file.pipeline);
    context.insert("notes", &file.notes);
    context.insert("why", &file.commands);
    templates::render("pipeline.yml", &context)
}

/// Whether `files.skip` names the file, or a folder that it is in.
fn is_skipped(project: &Project, path: &str) -> bool {
    project.skip.iter().any(|skip| {
        path.strip_prefix(skip.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The promotions to paste into a `semaphore.yml` that is the user's own.
///
/// # Errors
/// As for [`render`].
pub fn promotions(project: &Project) -> Result<String, GenerateError> {
    let mut file = ci::pipeline(project);
    if let Some(folder) = &project.folder {
        // The user's file may stand anywhere, and lead to other services too.
        for promotion in &mut file.pipeline.promotions {
            promotion.name = format!("{}: {}", project.name, promotion.name);
            promotion.pipeline_file = format!("/{folder}/.semaphore/{}", promotion.pipeline_file);
        }
    }
    let whole = pipeline_text(&file)?;
    Ok(whole
        .find("\npromotions:")
        .and_then(|at| whole.get(at + 1..))
        .unwrap_or_default()
        .to_owned())
}
