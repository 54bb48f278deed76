//! Persons in PostgreSQL: the SQL statements, and what the database's errors
//! mean to a client. Statements are constant texts with parameters, prepared
//! once for each connection.

use sqlx::Row;
use sqlx::postgres::{PgConnectOptions, PgRow};

use crate::connections::{Connections, Lease};
use crate::person::{Change, Draft, Person, PersonId, Timestamp};
use crate::settings::Settings;

/// Rows that one statement of a listing brings. It bounds the memory that a
/// listing needs, and how long it keeps a connection.
pub const PAGE_ROWS: u32 = 1000;

const INSERT: &str = "INSERT INTO person (first_name, last_name) VALUES ($1, $2) \
    ON CONFLICT (id) DO NOTHING \
    RETURNING id, first_name, last_name, updated_at, created_at";

const INSERT_WITH_ID: &str = "INSERT INTO person (id, first_name, last_name) VALUES ($1, $2, $3) \
    ON CONFLICT (id) DO NOTHING \
    RETURNING id, first_name, last_name, updated_at, created_at";

/// Moves the sequence to the end of the run of taken ids that it stands in.
/// Not to the largest id: one client that takes the last id of all would leave
/// none for anybody else.
const STEP_OVER_TAKEN_IDS: &str = "SELECT setval('person_id_seq', (\
        SELECT taken.id FROM person taken \
        WHERE taken.id >= sequence.last_value \
        AND NOT EXISTS (SELECT FROM person next WHERE next.id = taken.id + 1) \
        ORDER BY taken.id LIMIT 1)) \
    FROM person_id_seq sequence";

const SELECT: &str = "SELECT id, first_name, last_name, updated_at, created_at \
    FROM person WHERE id = $1";

const SELECT_PAGE: &str = "SELECT id, first_name, last_name, updated_at, created_at \
    FROM person WHERE id > $1 ORDER BY id LIMIT $2";

const UPDATE: &str = "UPDATE person SET first_name = coalesce($2, first_name), \
    last_name = CASE WHEN $3 THEN $4 ELSE last_name END, updated_at = now() \
    WHERE id = $1 \
    RETURNING id, first_name, last_name, updated_at, created_at";

const DELETE: &str = "DELETE FROM person WHERE id = $1";

/// Why a statement came to nothing.
#[derive(Debug, PartialEq)]
pub enum StorageError {
    /// The database cannot be reached, or the connection broke.
    Away,
    /// No connection became free in time, or the database has no room.
    Busy,
    /// The statement took longer than it may.
    Slow,
    /// The table is missing: `addressbook migrate` has not run.
    NotMigrated,
    /// The `id` is taken.
    Duplicate,
    /// The database cannot store this text (too long, or not in its encoding).
    Unstorable,
    /// Anything else is a mistake of this service.
    Unexpected,
}

impl StorageError {
    /// What the failure to open a connection means, whatever it is: Away. The
    /// reason goes to the log, never to a client.
    pub fn unreachable(error: sqlx::Error) -> Self {
        tracing::warn!(reason = %error, "cannot connect to the database");
        Self::Away
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        // Only the code of a database error is logged: its text may quote data.
        let sqlx::Error::Database(error) = error else {
            return match error {
                sqlx::Error::RowNotFound
                | sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::ColumnIndexOutOfBounds { .. }
                | sqlx::Error::Encode(_)
                | sqlx::Error::Decode(_) => {
                    tracing::error!("a row was not as expected");
                    Self::Unexpected
                }
                broken => {
                    tracing::warn!(reason = %broken, "a database connection broke");
                    Self::Away
                }
            };
        };
        // Codes: PostgreSQL manual, appendix A.
        let code = error.code().unwrap_or_default().into_owned();
        let meaning = match code.as_str() {
            "23505" => Self::Duplicate,
            "22001" | "22021" | "22P05" => Self::Unstorable,
            "42P01" => Self::NotMigrated,
            "57014" => Self::Slow,
            // Read only: this was the primary before a failover. And: a table
            // has changed, or the session behind a pooler, so that prepared
            // statements no longer fit. A new connection mends each.
            "25006" | "0A000" | "26000" => Self::Away,
            // Deadlock, serialization, lock: a repetition may succeed.
            "40001" | "40P01" | "55P03" => Self::Busy,
            _ => match code.get(..2).unwrap_or_default() {
                // Connection trouble, shutting down, internal error.
                "08" | "57" | "58" | "XX" => Self::Away,
                // Memory, disk or connections used up.
                "53" => Self::Busy,
                _ => Self::Unexpected,
            },
        };
        match meaning {
            Self::Duplicate | Self::Unstorable => {}
            Self::Unexpected => tracing::error!(code, "the database refused a statement"),
            _ => tracing::warn!(code, "the database did not finish a statement"),
        }
        meaning
    }
}

pub struct Storage {
    pub connections: Connections,
}

impl Storage {
    pub fn new(settings: &Settings) -> Self {
        let limit = format!("{}ms", settings.statement_timeout.as_millis());
        let options: PgConnectOptions = settings
            .database
            .clone()
            .options([("statement_timeout", limit)]);
        Self {
            connections: Connections::new(options, settings.pool_size, settings.acquire_timeout),
        }
    }

    /// Stores a new person; `Duplicate` when the given id is taken.
    pub async fn put(&self, draft: &Draft) -> Result<Person, StorageError> {
        let mut lease = self.connections.lease().await?;
        if let Some(id) = draft.id {
            let row = sqlx::query(INSERT_WITH_ID)
                .bind(id.get())
                .bind(&draft.first_name)
                .bind(&draft.last_name)
                .fetch_optional(lease.connection())
                .await;
            let row = lease.settle(row)?.ok_or(StorageError::Duplicate)?;
            return Ok(person(&row)?);
        }
        // The sequence may meet ids that clients have chosen. Stepping over
        // them may meet another request that does the same: hence again.
        for _ in 0..5 {
            let row = insert(&mut lease, draft).await;
            match row {
                Ok(None) => {}
                settled => {
                    let row = lease.settle(settled)?.ok_or(StorageError::Busy)?;
                    return Ok(person(&row)?);
                }
            }
            let stepped = sqlx::query(STEP_OVER_TAKEN_IDS)
                .fetch_optional(lease.connection())
                .await;
            if stepped.is_err() {
                lease.settle(stepped)?;
                return Err(StorageError::Busy);
            }
        }
        lease.settle(Ok(()))?;
        Err(StorageError::Busy)
    }

    pub async fn get(&self, id: PersonId) -> Result<Option<Person>, StorageError> {
        let mut lease = self.connections.lease().await?;
        let row = sqlx::query(SELECT)
            .bind(id.get())
            .fetch_optional(lease.connection())
            .await;
        Ok(lease.settle(row)?.as_ref().map(person).transpose()?)
    }

    /// Changes what is given and leaves the rest; `None` when nobody is there.
    pub async fn change(
        &self,
        id: PersonId,
        change: &Change,
    ) -> Result<Option<Person>, StorageError> {
        let mut lease = self.connections.lease().await?;
        let row = sqlx::query(UPDATE)
            .bind(id.get())
            .bind(&change.first_name)
            .bind(change.last_name.is_some())
            .bind(change.last_name.as_ref().and_then(Option::as_ref))
            .fetch_optional(lease.connection())
            .await;
        Ok(lease.settle(row)?.as_ref().map(person).transpose()?)
    }

    /// False when nobody is there.
    pub async fn delete(&self, id: PersonId) -> Result<bool, StorageError> {
        let mut lease = self.connections.lease().await?;
        let done = sqlx::query(DELETE)
            .bind(id.get())
            .execute(lease.connection())
            .await;
        Ok(lease.settle(done)?.rows_affected() > 0)
    }

    /// The first `rows` persons whose id is above `after`, in order of id.
    pub async fn page(&self, after: i64, rows: u32) -> Result<Vec<Person>, StorageError> {
        let mut lease = self.connections.lease().await?;
        let found = sqlx::query(SELECT_PAGE)
            .bind(after)
            .bind(i64::from(rows))
            .fetch_all(lease.connection())
            .await;
        let persons: Result<Vec<Person>, sqlx::Error> =
            lease.settle(found)?.iter().map(person).collect();
        Ok(persons?)
    }
}

async fn insert(lease: &mut Lease<'_>, draft: &Draft) -> Result<Option<PgRow>, sqlx::Error> {
    sqlx::query(INSERT)
        .bind(&draft.first_name)
        .bind(&draft.last_name)
        .fetch_optional(lease.connection())
        .await
}

fn person(row: &PgRow) -> Result<Person, sqlx::Error> {
    Ok(Person {
        id: row.try_get(0)?,
        first_name: row.try_get(1)?,
        last_name: row.try_get(2)?,
        updated_at: Timestamp(row.try_get(3)?),
        created_at: Timestamp(row.try_get(4)?),
    })
}
