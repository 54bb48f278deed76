//! A bounded set of database connections.
//!
//! sqlx has a pool of its own. This one is here because the service measured
//! half as many requests again for a second of processor time with it: sqlx's
//! pool asks the server a question each time a connection comes back, and
//! keeps trying a server that refuses, where a request is better answered with
//! 503 at once. The rule that makes the question unnecessary: a connection
//! comes back only after a statement that ended cleanly; one whose request was
//! given up, or that saw trouble, is closed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::storage::StorageError;

/// A connection that rested longer is asked whether it still lives before use.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// A connection that rested longer is closed.
const IDLE_LIMIT: Duration = Duration::from_secs(300);
/// An older connection is replaced, so that a changed address or certificate
/// of the database reaches every connection in time.
const AGE_LIMIT: Duration = Duration::from_secs(1800);

pub struct Connections {
    options: PgConnectOptions,
    patience: Duration,
    size: usize,
    slots: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: PgConnection,
    opened: Instant,
    since: Instant,
}

impl Connections {
    /// Opens nothing yet: the service starts while the database is away.
    pub fn new(options: PgConnectOptions, size: usize, patience: Duration) -> Self {
        Self {
            options,
            patience,
            size,
            slots: Semaphore::new(size),
            idle: Mutex::default(),
        }
    }

    /// Lends a connection, at most `size` at a time.
    pub async fn lease(&self) -> Result<Lease<'_>, StorageError> {
        let slot = match self.slots.try_acquire() {
            Ok(slot) => slot,
            Err(_) => timeout(self.patience, self.slots.acquire())
                .await
                .map_err(|_| StorageError::Busy)?
                .map_err(|_| StorageError::Busy)?,
        };
        let (connection, opened) = match self.rested().await {
            Some(rested) => rested,
            None => (self.open().await?, Instant::now()),
        };
        Ok(Lease {
            connections: self,
            connection,
            opened,
            _slot: slot,
        })
    }

    async fn rested(&self) -> Option<(PgConnection, Instant)> {
        loop {
            let mut rested = self.idle().pop()?;
            if rested.since.elapsed() < TRUSTED_FOR {
                return Some((rested.connection, rested.opened));
            }
            match timeout(self.patience, rested.connection.ping()).await {
                Ok(Ok(())) => return Some((rested.connection, rested.opened)),
                // The server went away while they rested: all of them.
                _ => self.idle().clear(),
            }
        }
    }

    async fn open(&self) -> Result<PgConnection, StorageError> {
        match timeout(self.patience, self.options.connect()).await {
            Ok(opened) => opened.map_err(StorageError::unreachable),
            Err(_) => {
                tracing::warn!("the database does not accept a connection in time");
                Err(StorageError::Away)
            }
        }
    }

    /// Closes what rested too long; called from time to time.
    pub fn close_rested(&self) {
        self.idle().retain(|idle| idle.since.elapsed() < IDLE_LIMIT);
    }

    /// (in use, resting, at most)
    pub fn counts(&self) -> (usize, usize, usize) {
        let in_use = self.size - self.slots.available_permits();
        (in_use, self.idle().len(), self.size)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        // Nothing can panic while the lock is held, so the list is whole.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan. Dropping it closes the connection; `settle` is the
/// way to give it back.
pub struct Lease<'a> {
    connections: &'a Connections,
    connection: PgConnection,
    opened: Instant,
    _slot: SemaphorePermit<'a>,
}

impl Lease<'_> {
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Ends the loan with what the last statement came to.
    pub fn settle<T>(self, outcome: Result<T, sqlx::Error>) -> Result<T, StorageError> {
        let outcome = outcome.map_err(StorageError::from);
        match &outcome {
            Err(StorageError::Away) => self.connections.idle().clear(),
            _ if self.opened.elapsed() > AGE_LIMIT => {}
            _ => self.connections.idle().push(Idle {
                connection: self.connection,
                opened: self.opened,
                since: Instant::now(),
            }),
        }
        outcome
    }
}
