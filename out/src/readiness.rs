//! Whether the database answers, found out once a second on a connection of
//! its own. `/ready` only reads the result, so probes cost the database
//! nothing, and a service that is merely busy stays in the load balancer.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::storage::Storage;

const EVERY: Duration = Duration::from_secs(1);
/// A database that takes longer counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

const UNKNOWN: u8 = 0;
const ANSWERS: u8 = 1;
const AWAY: u8 = 2;

#[derive(Default)]
pub struct Readiness(AtomicU8);

impl Readiness {
    /// Why not, if not.
    pub fn check(&self) -> Result<(), &'static str> {
        match self.0.load(Ordering::Acquire) {
            ANSWERS => Ok(()),
            UNKNOWN => Err("the database has not been asked yet"),
            _ => Err("the database does not answer"),
        }
    }

    /// Keeps asking, for as long as the service lives.
    pub async fn watch(&self, options: PgConnectOptions, storage: &Storage) {
        let mut connection = None;
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            storage.connections.close_rested();
            // A connection that was good a second ago may only have been cut:
            // a new one decides.
            let answers = ask(&mut connection, &options).await.is_ok()
                || ask(&mut connection, &options).await.is_ok();
            let now = if answers { ANSWERS } else { AWAY };
            let before = self.0.swap(now, Ordering::AcqRel);
            match (before, now) {
                (ANSWERS, AWAY) | (UNKNOWN, AWAY) => tracing::warn!("the database is away"),
                (AWAY, ANSWERS) | (UNKNOWN, ANSWERS) => tracing::info!("the database answers"),
                _ => {}
            }
        }
    }
}

async fn ask(kept: &mut Option<PgConnection>, options: &PgConnectOptions) -> Result<(), ()> {
    let asked = timeout(PATIENCE, async {
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => options.connect().await?,
        };
        connection.ping().await?;
        *kept = Some(connection);
        Ok::<(), sqlx::Error>(())
    });
    match asked.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::debug!(reason = %error, "the database does not answer");
            Err(())
        }
        Err(_) => Err(()),
    }
}
