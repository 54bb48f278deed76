//! A database of its own for each test, dropped when the test ends, also by a
//! panic.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row};

use crate::cluster::{self, Server};
use crate::process;

pub struct Database {
    pub server: Server,
    pub name: String,
}

impl Database {
    /// With the tables of `addressbook migrate`.
    pub fn migrated() -> Self {
        let database = Self::empty();
        let output = process::run(&database.environment(), &["migrate"]);
        assert!(output.status.success(), "{output:?}");
        database
    }

    pub fn empty() -> Self {
        Self::on(cluster::shared())
    }

    pub fn on(server: Server) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("addressbook_test_{}_{number}", std::process::id());
        execute(
            &server,
            &server.database,
            &format!("CREATE DATABASE {name}"),
        );
        Self { server, name }
    }

    /// The settings of a service that uses this database.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut variables = Vec::new();
        for (name, value) in [
            ("DB_HOST", self.server.host.clone()),
            ("DB_PORT", self.server.port.to_string()),
            ("DB_USER", self.server.user.clone()),
            ("DB_PASSWORD", self.server.password.clone()),
            ("DB_SCHEMA", self.name.clone()),
        ] {
            variables.push((name.to_owned(), value));
        }
        variables
    }

    pub fn execute(&self, sql: &str) {
        execute(&self.server, &self.name, sql);
    }

    pub fn count(&self, sql: &str) -> i64 {
        block_on(async {
            let mut connection = connect(&self.server, &self.name).await;
            let row = sqlx::query(AssertSqlSafe(sql.to_owned()))
                .fetch_one(&mut connection)
                .await
                .expect("the query works");
            row.get(0)
        })
    }

    /// Locks the row of a person until the lock is dropped: every change waits.
    pub fn lock(&self, id: i64) -> RowLock {
        let runtime = runtime();
        let connection = runtime.block_on(async {
            let mut connection = connect(&self.server, &self.name).await;
            let sql = format!("BEGIN; SELECT 1 FROM person WHERE id = {id} FOR UPDATE");
            connection
                .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
                .await
                .expect("the row can be locked");
            connection
        });
        RowLock {
            runtime,
            connection: Some(connection),
        }
    }

    /// Waits until a statement waits for a lock.
    pub fn wait_for_waiting(&self, statements: i64) {
        let sql = "SELECT count(*) FROM pg_stat_activity \
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        process::eventually("statements wait for the lock", || {
            self.count(sql) >= statements
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        execute(&self.server, &self.server.database, &sql);
    }
}

pub struct RowLock {
    runtime: tokio::runtime::Runtime,
    connection: Option<PgConnection>,
}

impl Drop for RowLock {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            self.runtime.block_on(async {
                let _ = connection.execute("ROLLBACK").await;
            });
        }
    }
}

fn execute(server: &Server, database: &str, sql: &str) {
    block_on(async {
        let mut connection = connect(server, database).await;
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())))
            .await
            .expect("the statement works");
    });
}

async fn connect(server: &Server, database: &str) -> PgConnection {
    PgConnectOptions::new_without_pgpass()
        .host(&server.host)
        .port(server.port)
        .username(&server.user)
        .password(&server.password)
        .database(database)
        .connect()
        .await
        .expect("the test's database can be reached")
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
}
