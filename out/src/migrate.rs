//! `addressbook migrate`: brings the tables up to date.
//!
//! The SQL files are part of the binary. Each runs once, in a transaction of
//! its own; a lock in the database makes a second `migrate` wait, find nothing
//! left to do, and succeed. To add one: a new file, and a line in `FILES`. A
//! file that was released is never changed again.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{ConnectOptions, SqlSafeStr};
use tokio::time::timeout;

use crate::ping;
use crate::settings::Settings;

/// Number, name and text, in order.
const FILES: &[(i64, &str, &str)] = &[(1, "person", include_str!("../migrations/0001_person.sql"))];

const PATIENCE: Duration = Duration::from_secs(10);

pub async fn migrate(settings: &Settings) -> Result<String, String> {
    let place = ping::place(settings);
    let mut connection = timeout(PATIENCE, settings.database.connect())
        .await
        .map_err(|_| {
            format!(
                "{place} does not answer within {} seconds",
                PATIENCE.as_secs()
            )
        })?
        .map_err(|error| format!("{place} cannot be used: {error}"))?;
    // No time limit from here on: a migration of a large table takes its time,
    // and whoever started this one has a limit for it.
    migrator()
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| format!("{place} cannot be migrated: {error}"))?;
    Ok(format!("{place} is up to date\n"))
}

fn migrator() -> Migrator {
    let migrations = FILES.iter().map(|(number, name, text)| {
        let simple = MigrationType::Simple;
        Migration::new(
            *number,
            Cow::Borrowed(*name),
            simple,
            text.into_sql_str(),
            false,
        )
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    // After a roll-back the older program meets a newer database: that is no
    // error, as migrations keep to what the version before can work with.
    migrator.set_ignore_missing(true);
    migrator
}
