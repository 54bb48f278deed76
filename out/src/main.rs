//! The command line of the address book: one binary, four commands.
//!
//! `serve` answers HTTP, `ping` and `migrate` talk to the database and end,
//! `healthcheck` asks a running `serve` how it is. Exit status: 0 done, 1 the
//! command failed, 2 the command line or a setting is wrong.

mod body;
mod connections;
mod drain;
mod gate;
mod healthcheck;
mod listing;
mod log;
mod metrics;
mod migrate;
mod person;
mod ping;
mod problem;
mod readiness;
mod routes;
mod serve;
mod settings;
mod storage;

use std::io::Write;
use std::process::ExitCode;

use settings::Settings;

const USAGE: &str = "\
addressbook: an address book over HTTP, kept in PostgreSQL

usage: addressbook [COMMAND]

commands:
  serve                       answer HTTP requests (default)
  ping                        connect to the database; exit status 0 when it answers
  migrate                     bring the database's tables up to date
  healthcheck [live|ready]    ask the service on this machine; exit status 0 when it is well

options:
  -h, --help                  show this text
  -V, --version               show the version

Settings come from environment variables, see README.md.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let command = match words.as_slice() {
        [] | ["serve"] => Command::Serve,
        ["ping"] => Command::Ping,
        ["migrate"] => Command::Migrate,
        ["healthcheck"] | ["healthcheck", "live"] => Command::Healthcheck("/live"),
        ["healthcheck", "ready"] => Command::Healthcheck("/ready"),
        ["-h" | "--help" | "help"] => return say(USAGE),
        ["-V" | "--version"] => {
            return say(concat!("addressbook ", env!("CARGO_PKG_VERSION"), "\n"));
        }
        _ => {
            return refuse(&format!(
                "no such command: `{}`; see `addressbook --help`",
                words.join(" ")
            ));
        }
    };
    let settings = match Settings::from_environment() {
        Ok(settings) => settings,
        Err(wrong) => return refuse(&wrong.to_string()),
    };
    match run(command, settings) {
        Ok(text) => say(&text),
        Err(reason) => fail(&reason),
    }
}

enum Command {
    Serve,
    Ping,
    Migrate,
    Healthcheck(&'static str),
}

fn run(command: Command, settings: Settings) -> Result<String, String> {
    if let Command::Healthcheck(path) = command {
        return healthcheck::ask(settings.port, path);
    }
    // `serve` spreads over the processors it may use (container limits are
    // respected); the short commands need one thread only.
    let mut runtime = match command {
        Command::Serve => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    match command {
        Command::Ping => runtime.block_on(ping::ping(&settings)),
        Command::Migrate => runtime.block_on(migrate::migrate(&settings)),
        _ => runtime.block_on(serve::serve(settings)),
    }
}

fn say(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(reason: &str) -> ExitCode {
    complain(reason);
    ExitCode::FAILURE
}

fn refuse(reason: &str) -> ExitCode {
    complain(reason);
    ExitCode::from(2)
}

fn complain(reason: &str) {
    // When even standard error is gone, the exit status still tells.
    let _ = writeln!(std::io::stderr(), "addressbook: {reason}");
}
