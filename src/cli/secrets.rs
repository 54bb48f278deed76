//! `pipewright secrets`: the Semaphore secrets that the pipelines need, and how to make them.

use super::Outcome;
use super::load::{Changes, load};
use crate::generate::{needs_private_registry, secret_commands};
use crate::project;
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Print the commands that make the secrets which the pipelines need
///
/// The output is a bash script: it asks for each value that is not in a variable of that name.
#[derive(Debug, Args)]
pub(super) struct Secrets {
    /// Folder with pipewright.yml
    #[arg(default_value = ".")]
    dir: PathBuf,
}

impl Secrets {
    pub(super) fn run(self) -> Outcome {
        let config = self.dir.join(project::FILE);
        let loaded = match load(Some(&config), &Changes::default()) {
            Ok(loaded) => loaded,
            Err(failed) => return failed,
        };
        let mut out = String::from("#!/usr/bin/env bash\n");
        if needs_private_registry(&loaded.project) {
            out.push_str(
                "\n# Semaphore's private registry gives jobs its credentials by itself, once it is enabled for\n# the organization: see RUNBOOK.md, section 1.\n",
            );
        }
        for secret in secret_commands(&loaded.project) {
            let _ = writeln!(
                out,
                "\n# {}: {} ({})\n{}",
                secret.name,
                secret.description,
                secret.targets.join(", "),
                secret.commands
            );
        }
        Outcome::fine(out)
    }
}
