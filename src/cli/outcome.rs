//! What a command ends with: text for standard output and standard error, and the exit status.

use crate::diagnostic::Diagnostic;
use crate::project::ConfigError;
use crate::report;
use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

/// The result of a command, not yet printed.
#[derive(Debug, Default)]
pub struct Outcome {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// 0 fine; 1 findings or a refusal; 2 wrong use or unusable input.
    pub status: u8,
}

impl Outcome {
    /// All went well.
    pub fn fine(out: impl Into<String>) -> Self {
        Self { out: out.into(), ..Self::default() }
    }

    /// The command found something wrong or refused to act.
    pub fn refused(err: impl Into<String>) -> Self {
        Self { err: err.into(), status: 1, ..Self::default() }
    }

    /// The command could not do its work: a message, with what to do on the lines after it.
    pub fn unusable(message: impl Display) -> Self {
        Self { err: format!("error: {message}\n"), status: 2, ..Self::default() }
    }

    /// The problems of a file that the command needs.
    pub fn faulty(problems: &[Diagnostic]) -> Self {
        let mut err = diagnostics(problems);
        err.truncate(err.trim_end().len());
        err.push_str("; nothing was written\n");
        Self { err, status: 2, ..Self::default() }
    }

    /// The problems of a file that the command was to check.
    pub fn findings(problems: &[Diagnostic]) -> Self {
        Self { err: diagnostics(problems), status: 1, ..Self::default() }
    }

    /// Prints and gives the exit status. A reader that has gone, as in `| head`, is no error.
    pub fn print(self) -> ExitCode {
        let mut out = std::io::stdout();
        let written = out.write_all(self.out.as_bytes()).and_then(|()| out.flush());
        // What needs attention stands last, where a person looks.
        let _ = std::io::stderr().write_all(self.err.as_bytes());
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                let _ = writeln!(std::io::stderr(), "error: can't write the output: {error}");
                ExitCode::from(2)
            }
            _ => ExitCode::from(self.status),
        }
    }
}

impl From<ConfigError> for Outcome {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Faulty(problems) => Self::faulty(&problems),
            other => Self::unusable(other),
        }
    }
}

/// Diagnostics as text, with a line that counts them.
fn diagnostics(problems: &[Diagnostic]) -> String {
    let mut text = report::render(problems, colour(&std::io::stderr()));
    let count = problems.len();
    text.push_str(&if count == 1 { "1 problem\n".into() } else { format!("{count} problems\n") });
    text
}

/// Whether what is printed there may be coloured.
pub(super) fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
