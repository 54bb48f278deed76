//! The last look at what was generated, before anything is written: a rendered pipeline parses
//! back to the very value it was made from and is nothing that the platform would refuse; a
//! manifest is YAML.

use super::GenerateError;
use super::pipeline::PipelineFile;
use crate::check;
use crate::model::Pipeline;
use crate::yaml::Tree;

/// Checks a pipeline's text against its value.
pub(super) fn pipeline(file: &PipelineFile, text: &str) -> Result<(), GenerateError> {
    let unsound = |message: String| GenerateError::Unsound { path: file.name.clone(), message };
    let tree = Tree::parse(text).map_err(|problem| unsound(problem.message))?;
    if let Some(problem) = check::platform(&tree).into_iter().next() {
        return Err(unsound(problem.message));
    }
    let read = Pipeline::deserialize(tree.root()).map_err(|error| unsound(error.to_string()))?;
    if read != file.pipeline {
        return Err(unsound("its text does not say what was meant".into()));
    }
    Ok(())
}

/// Checks that a manifest is YAML without traps.
pub(super) fn manifest(path: &str, text: &str) -> Result<(), GenerateError> {
    let unsound = |message| GenerateError::Unsound { path: path.to_owned(), message };
    let tree = Tree::parse(text).map_err(|problem| unsound(problem.message))?;
    match tree.traps().first() {
        Some(trap) => Err(unsound(trap.message.clone())),
        None => Ok(()),
    }
}
