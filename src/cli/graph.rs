//! `pipewright graph`: the workflow across promotions as a picture.

use super::Outcome;
use super::pipelines::Disk;
use crate::graph::{self, Graph as Picture};
use crate::simulate::Pipelines;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Draw the workflow, through all promotions
#[derive(Debug, Args)]
pub(super) struct Graph {
    /// The pipeline file, or a repository [default: .semaphore/semaphore.yml]
    file: Option<PathBuf>,
    /// mermaid and dot are text for other tools, svg an image, html a page on which one looks
    /// around, with the commands of each block and what events would run [default: by the name of
    /// the output file, else mermaid]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Mermaid,
    Dot,
    Svg,
    Html,
}

impl Format {
    fn of(output: &Path) -> Option<Self> {
        match output.extension()?.to_str()? {
            "mmd" | "mermaid" => Some(Self::Mermaid),
            "dot" | "gv" => Some(Self::Dot),
            "svg" => Some(Self::Svg),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}

impl Graph {
    pub(super) fn run(self) -> Outcome {
        self.drawn().unwrap_or_else(|failed| failed)
    }

    fn drawn(self) -> Result<Outcome, Outcome> {
        let (disk, file) = Disk::of(self.file.as_deref())?;
        disk.pipeline(&file).map_err(super::explain::refused)?;
        let picture = Picture::of(&file, &disk);
        let by_name = self.output.as_deref().and_then(Format::of);
        let text = match self.format.or(by_name).unwrap_or(Format::Mermaid) {
            Format::Mermaid => graph::mermaid(&picture),
            Format::Dot => graph::dot(&picture),
            Format::Svg => graph::svg(&picture),
            Format::Html => graph::html(&picture, &file, &disk),
        };
        let Some(output) = self.output else { return Ok(Outcome::fine(text)) };
        std::fs::write(&output, text).map_err(|error| {
            Outcome::unusable(format!("can't write \"{}\": {error}", output.display()))
        })?;
        Ok(Outcome::fine(format!("\"{}\" written\n", output.display())))
    }
}
