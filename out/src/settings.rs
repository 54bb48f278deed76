//! Settings, read once from environment variables at start.
//!
//! The names and defaults of `PORT` and `DB_*` are those of the tutorial's
//! Node.js service. A wrong value stops the program with one sentence that
//! names the variable; a variable that is set but empty counts as not set,
//! because that is what Compose and Kubernetes make of a missing value.

use std::env::VarError;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tracing::level_filters::LevelFilter;

/// What shutting down needs besides draining and the last request: closing
/// listeners and connections, and a margin before the kernel's SIGKILL.
pub const SHUTDOWN_MARGIN: Duration = Duration::from_secs(2);

pub struct Settings {
    /// Port that HTTP is served on; 0 lets the system choose one (for tests).
    pub port: u16,
    /// How to reach the database, without a statement timeout.
    pub database: PgConnectOptions,
    pub pool_size: usize,
    /// How long a request waits for a free or a new database connection.
    pub acquire_timeout: Duration,
    /// How long the database may work on one statement of `serve`.
    pub statement_timeout: Duration,
    pub request_timeout: Duration,
    /// Requests that may use the database or wait for it at one time.
    pub max_in_flight: usize,
    /// How long new connections are still served after SIGTERM.
    pub drain: Duration,
    /// From SIGTERM to SIGKILL: `terminationGracePeriodSeconds`.
    pub grace: Duration,
    pub log_level: LevelFilter,
}

/// A variable whose value cannot be used.
#[derive(Debug)]
pub struct WrongSetting(String);

impl fmt::Display for WrongSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Settings {
    pub fn from_environment() -> Result<Self, WrongSetting> {
        Self::read(&|name| match std::env::var(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => {
                Err(WrongSetting(format!("{name} must be valid UTF-8 text")))
            }
        })
    }

    fn read(variable: &Variables) -> Result<Self, WrongSetting> {
        let settings = Self {
            port: number(variable, "PORT", 3000, 0..=65535)?,
            database: database(variable)?,
            pool_size: number(variable, "DB_POOL_SIZE", 10, 1..=1000)?,
            acquire_timeout: seconds(variable, "DB_ACQUIRE_TIMEOUT_SECONDS", 2.0, 0.1)?,
            statement_timeout: seconds(variable, "DB_STATEMENT_TIMEOUT_SECONDS", 5.0, 0.1)?,
            request_timeout: seconds(variable, "REQUEST_TIMEOUT_SECONDS", 10.0, 0.1)?,
            max_in_flight: number(variable, "MAX_IN_FLIGHT", 256, 1..=100_000)?,
            drain: seconds(variable, "DRAIN_SECONDS", 5.0, 0.0)?,
            grace: seconds(variable, "TERMINATION_GRACE_SECONDS", 30.0, 1.0)?,
            log_level: log_level(variable)?,
        };
        if settings.drain + settings.request_timeout + SHUTDOWN_MARGIN > settings.grace {
            return Err(WrongSetting(format!(
                "DRAIN_SECONDS ({}) and REQUEST_TIMEOUT_SECONDS ({}) must together stay {} \
                 seconds below TERMINATION_GRACE_SECONDS ({})",
                settings.drain.as_secs_f64(),
                settings.request_timeout.as_secs_f64(),
                SHUTDOWN_MARGIN.as_secs(),
                settings.grace.as_secs_f64(),
            )));
        }
        Ok(settings)
    }
}

type Variables<'a> = dyn Fn(&str) -> Result<Option<String>, WrongSetting> + 'a;

fn database(variable: &Variables) -> Result<PgConnectOptions, WrongSetting> {
    let text = |name: &str, default: &str| -> Result<String, WrongSetting> {
        Ok(variable(name)?.unwrap_or_else(|| default.to_owned()))
    };
    let host = text("DB_HOST", "localhost")?;
    let mut options = PgConnectOptions::new_without_pgpass()
        .port(number(variable, "DB_PORT", 5432, 1..=65535)?)
        .username(&text("DB_USER", "postgres")?)
        .password(&text("DB_PASSWORD", "")?)
        .database(&text("DB_SCHEMA", "postgres")?)
        .application_name("addressbook")
        // Notices such as "table exists, skipping" are no news in the log.
        .options([("client_min_messages", "warning")])
        // The log has one line a request already; statements add only cost.
        .disable_statement_logging();
    options = if host.starts_with('/') {
        options.socket(&host)
    } else {
        options.host(&host)
    };
    if !truth(variable, "DB_SSL", false)? {
        return Ok(options.ssl_mode(PgSslMode::Disable));
    }
    options = options.ssl_mode(if truth(variable, "DB_SSL_HOST_CHECK", true)? {
        PgSslMode::VerifyFull
    } else {
        PgSslMode::VerifyCa
    });
    if let Some(authority) = variable("DB_SSL_CA")? {
        options = options.ssl_root_cert_from_pem(certificates(authority)?);
    }
    Ok(options)
}

/// The PEM text of `DB_SSL_CA`: given itself, which suits a Kubernetes Secret,
/// or as the path of a file.
fn certificates(given: String) -> Result<Vec<u8>, WrongSetting> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    if given.contains(BEGIN) {
        return Ok(given.into_bytes());
    }
    let pem = std::fs::read_to_string(&given).map_err(|error| {
        WrongSetting(format!(
            "DB_SSL_CA names the file `{given}`, which cannot be read: {error}"
        ))
    })?;
    if !pem.contains(BEGIN) {
        return Err(WrongSetting(format!(
            "DB_SSL_CA names the file `{given}`, which holds no PEM certificate"
        )));
    }
    Ok(pem.into_bytes())
}

fn number<T>(
    variable: &Variables,
    name: &str,
    default: T,
    range: std::ops::RangeInclusive<T>,
) -> Result<T, WrongSetting>
where
    T: FromStr + PartialOrd + fmt::Display,
{
    let Some(value) = variable(name)? else {
        return Ok(default);
    };
    match value.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(WrongSetting(format!(
            "{name} must be a whole number from {} to {}, not `{value}`",
            range.start(),
            range.end()
        ))),
    }
}

fn seconds(
    variable: &Variables,
    name: &str,
    default: f64,
    least: f64,
) -> Result<Duration, WrongSetting> {
    let Some(value) = variable(name)? else {
        return Ok(Duration::from_secs_f64(default));
    };
    match value.parse() {
        Ok(number) if (least..=3600.0).contains(&number) => Ok(Duration::from_secs_f64(number)),
        _ => Err(WrongSetting(format!(
            "{name} must be a number of seconds from {least} to 3600, not `{value}`"
        ))),
    }
}

fn truth(variable: &Variables, name: &str, default: bool) -> Result<bool, WrongSetting> {
    match variable(name)?.as_deref() {
        None => Ok(default),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(value) => Err(WrongSetting(format!(
            "{name} must be `true` or `false`, not `{value}`"
        ))),
    }
}

fn log_level(variable: &Variables) -> Result<LevelFilter, WrongSetting> {
    match variable("LOG_LEVEL")?.as_deref() {
        None | Some("info") => Ok(LevelFilter::INFO),
        Some("error") => Ok(LevelFilter::ERROR),
        Some("warn") => Ok(LevelFilter::WARN),
        Some("debug") => Ok(LevelFilter::DEBUG),
        Some(value) => Err(WrongSetting(format!(
            "LOG_LEVEL must be `error`, `warn`, `info` or `debug`, not `{value}`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(&|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
        .map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn defaults_are_those_of_the_tutorial() {
        let settings = read(&[]).unwrap();
        let database = &settings.database;
        assert_eq!(settings.port, 3000);
        assert_eq!(database.get_host(), "localhost");
        assert_eq!(database.get_port(), 5432);
        assert_eq!(database.get_username(), "postgres");
        assert_eq!(database.get_database(), Some("postgres"));
        assert!(matches!(database.get_ssl_mode(), PgSslMode::Disable));
    }

    #[test]
    fn ssl_verifies_chain_and_name_unless_told_otherwise() {
        let mode = |variables| read(variables).unwrap().database.get_ssl_mode();
        assert!(matches!(mode(&[("DB_SSL", "true")]), PgSslMode::VerifyFull));
        assert!(matches!(
            mode(&[("DB_SSL", "true"), ("DB_SSL_HOST_CHECK", "false")]),
            PgSslMode::VerifyCa
        ));
    }

    #[test]
    fn wrong_values_are_named_in_one_sentence() {
        for (name, value, expected) in [
            (
                "PORT",
                "http",
                "PORT must be a whole number from 0 to 65535, not `http`",
            ),
            (
                "PORT",
                "65536",
                "PORT must be a whole number from 0 to 65535, not `65536`",
            ),
            (
                "DB_PORT",
                "tcp://10.0.0.7:5432",
                "DB_PORT must be a whole number from 1 to 65535, not `tcp://10.0.0.7:5432`",
            ),
            (
                "DB_SSL",
                "yes",
                "DB_SSL must be `true` or `false`, not `yes`",
            ),
            (
                "DRAIN_SECONDS",
                "-1",
                "DRAIN_SECONDS must be a number of seconds from 0 to 3600, not `-1`",
            ),
            (
                "DRAIN_SECONDS",
                "NaN",
                "DRAIN_SECONDS must be a number of seconds from 0 to 3600, not `NaN`",
            ),
            (
                "REQUEST_TIMEOUT_SECONDS",
                "0",
                "REQUEST_TIMEOUT_SECONDS must be a number of seconds from 0.1 to 3600, not `0`",
            ),
            (
                "DRAIN_SECONDS",
                "25",
                "DRAIN_SECONDS (25) and REQUEST_TIMEOUT_SECONDS (10) must together stay 2 \
                 seconds below TERMINATION_GRACE_SECONDS (30)",
            ),
            (
                "LOG_LEVEL",
                "loud",
                "LOG_LEVEL must be `error`, `warn`, `info` or `debug`, not `loud`",
            ),
        ] {
            assert_eq!(read(&[(name, value)]).err().as_deref(), Some(expected));
        }
    }

    #[test]
    fn an_authority_that_cannot_be_read_is_named() {
        let wrong = read(&[("DB_SSL", "true"), ("DB_SSL_CA", "/nowhere/ca.pem")]);
        let sentence = wrong.err().unwrap();
        assert!(sentence.starts_with("DB_SSL_CA names the file `/nowhere/ca.pem`"));
    }
}
