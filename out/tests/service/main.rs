//! The service from the outside: the real binary against a real PostgreSQL.
//!
//! `TEST_DATABASE_URL` names a server (and a role that may create databases).
//! Without it the tests start a server of their own from the installed
//! binaries. Every test has a database of its own, so they run side by side.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests stop at the first surprise, and say what they skip"
)]

mod agreement;
mod api;
mod bad_input;
mod cluster;
mod commands;
mod database;
mod http;
mod listing;
mod load;
mod process;
mod properties;
mod proxy;
mod replacement;
mod tls;
mod trouble;
