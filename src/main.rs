//! The `pipewright` binary.

use clap::Parser;
use pipewright::cli::Arguments;
use std::process::ExitCode;

fn main() -> ExitCode {
    Arguments::parse().run().print()
}
