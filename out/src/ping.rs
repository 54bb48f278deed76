//! `addressbook ping`: can this machine, with these settings, use the database?

use std::time::Duration;

use sqlx::ConnectOptions;
use tokio::time::timeout;

use crate::settings::Settings;

const PATIENCE: Duration = Duration::from_secs(10);

pub async fn ping(settings: &Settings) -> Result<String, String> {
    let asked = timeout(PATIENCE, async {
        let mut connection = settings.database.connect().await?;
        sqlx::query("SELECT 1").execute(&mut connection).await
    });
    let place = place(settings);
    match asked.await {
        Ok(Ok(_)) => Ok(format!("{place} answers\n")),
        Ok(Err(error)) => Err(format!("{place} cannot be used: {error}")),
        Err(_) => Err(format!(
            "{place} does not answer within {} seconds",
            PATIENCE.as_secs()
        )),
    }
}

/// Names the database for people: everything but the password.
pub fn place(settings: &Settings) -> String {
    let database = &settings.database;
    format!(
        "database `{}` at {}:{} as user `{}`",
        database.get_database().unwrap_or_default(),
        database.get_host(),
        database.get_port(),
        database.get_username(),
    )
}
