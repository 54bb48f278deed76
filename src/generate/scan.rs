//! The scan of the image that is released, beside its tests.
//!
//! A scanner is a program of others that reads everything it can. So it gets the image as a file, by
//! `docker run` without `--env`: no secret, no way into a registry, no Docker socket.

use super::commands::{Script, quoted_words};
use super::image;
use super::pipeline::PipelineFile;
use crate::model::Block;
use crate::project::{CiRegistry, Project, Scan, Severity};

/// The name of the block.
pub(super) const BLOCK: &str = "Scan";

/// The block that scans the image.
pub(super) fn block(project: &Project, scan: &Scan, file: &mut PipelineFile) -> Block {
    let mut script = Script::default();
    script.extend(image::fetch_archive(project));
    if !scan.ignore.is_empty() {
        script.explained(
            "What \"scan.ignore\" in pipewright.yml says.",
            format!("printf '%s\\n' {} >ignored.txt", quoted_words(&scan.ignore)),
        );
    }
    script.explained(
        "The scanner gets the image as a file and nothing else: no secret, no registry, no Docker socket.",
        run(project, scan),
    );
    let mut task =
        file.task(image::secrets(project), image::login(project), "Scan the image", script);
    if project.ci_registry != CiRegistry::Artifact {
        task.env_vars = image::env_vars(project);
    }
    Block::new(BLOCK, task)
}

fn run(project: &Project, scan: &Scan) -> String {
    let file = image::archive(project, false);
    let severities = match scan.severity {
        Severity::High => "HIGH,CRITICAL",
        Severity::Critical => "CRITICAL",
    };
    let mut lines =
        vec!["docker run --rm".to_owned(), format!("--volume \"$PWD/{file}:/{file}:ro\"")];
    if !scan.ignore.is_empty() {
        lines.push("--volume \"$PWD/ignored.txt:/ignored.txt:ro\"".into());
    }
    lines.push(format!("{} image", scan.image));
    lines.push(format!("--input /{file} --scanners vuln --no-progress"));
    if !scan.ignore.is_empty() {
        lines.push("--ignorefile /ignored.txt".into());
    }
    if !scan.unfixed {
        lines.push("--ignore-unfixed".into());
    }
    lines.push(format!("--severity {severities} --exit-code 1"));
    lines.join(" \\\n  ")
}
