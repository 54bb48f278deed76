//! The database goes away, hangs, is slow, comes back: the service stays up and
//! says so, and recovers by itself.

use std::thread::spawn;

use crate::cluster::Cluster;
use crate::database::Database;
use crate::http::{self, FORM};
use crate::load::{Load, success_or_unavailable};
use crate::process::{Service, eventually};
use crate::proxy::Proxy;

/// A service whose way to the database leads through a proxy.
fn behind_proxy(database: &Database, proxy: &Proxy, settings: &[(&str, &str)]) -> Service {
    let mut environment = database.environment();
    environment.push(("DB_HOST".to_owned(), "127.0.0.1".to_owned()));
    environment.push(("DB_PORT".to_owned(), proxy.port.to_string()));
    Service::start(&environment, settings)
}

fn proxy(database: &Database) -> Proxy {
    Proxy::to(&database.server.host, database.server.port)
}

#[test]
fn it_starts_without_a_database_and_recovers() {
    let database = Database::migrated();
    let proxy = proxy(&database);
    proxy.cut();
    let service = behind_proxy(&database, &proxy, &[]);
    assert_eq!(service.get("/live").status, 200);
    let problem = service.get("/ready").is_problem(503);
    assert_eq!(problem["ready"], false);
    service.get("/person/1").is_problem(503);
    service.put("firstName=Ada").is_problem(503);
    assert_eq!(service.get("/metrics").status, 200);
    proxy.restore();
    service.wait_until_ready();
    assert_eq!(service.put("firstName=Ada").status, 200);
}

#[test]
fn it_survives_cuts_and_leaks_nothing() {
    let database = Database::migrated();
    let proxy = proxy(&database);
    let service = behind_proxy(&database, &proxy, &[]);
    service.wait_until_ready();
    assert_eq!(service.put("firstName=Ada").status, 200);
    for _ in 0..3 {
        proxy.cut();
        let problem = service.get("/person/1").is_problem(503).to_string();
        for secret in [database.name.as_str(), &database.server.user, "127.0.0.1"] {
            assert!(!problem.contains(secret), "{problem}");
        }
        eventually("it is not ready", || service.get("/ready").status == 503);
        assert_eq!(service.get("/live").status, 200);
        proxy.restore();
        service.wait_until_ready();
        assert_eq!(service.get("/person/1").json()["firstName"], "Ada");
    }
}

#[test]
fn a_database_that_hangs_is_a_clean_timeout() {
    let database = Database::migrated();
    let proxy = proxy(&database);
    let service = behind_proxy(&database, &proxy, &[("REQUEST_TIMEOUT_SECONDS", "1.5")]);
    service.wait_until_ready();
    assert_eq!(service.put("firstName=Ada").status, 200);
    proxy.stall();
    let status = service.get("/person/1").status;
    assert!(matches!(status, 503 | 504), "{status}");
    eventually("it is not ready", || service.get("/ready").status == 503);
    proxy.restore();
    service.wait_until_ready();
    assert_eq!(service.get("/person/1").status, 200);
}

#[test]
fn a_slow_statement_is_given_up() {
    let database = Database::migrated();
    let service = Service::with(&database, &[("DB_STATEMENT_TIMEOUT_SECONDS", "0.2")]);
    service.put("firstName=Ada");
    let lock = database.lock(1);
    let answer = service.send("POST", "/person/1", FORM, "firstName=Eve");
    let problem = answer.is_problem(503);
    assert_eq!(problem["detail"], "the database took too long");
    drop(lock);
    assert_eq!(service.get("/person/1").json()["firstName"], "Ada");
}

#[test]
fn a_slow_request_is_given_up() {
    let database = Database::migrated();
    let service = Service::with(&database, &[("REQUEST_TIMEOUT_SECONDS", "0.5")]);
    service.put("firstName=Ada");
    let _lock = database.lock(1);
    service
        .send("POST", "/person/1", FORM, "firstName=Eve")
        .is_problem(504);
    assert_eq!(service.get("/person/1").status, 200);
}

#[test]
fn too_many_requests_are_refused_at_once_and_the_others_finish() {
    let database = Database::migrated();
    let slow = [
        ("MAX_IN_FLIGHT", "2"),
        ("DB_STATEMENT_TIMEOUT_SECONDS", "100"),
        ("REQUEST_TIMEOUT_SECONDS", "100"),
        ("TERMINATION_GRACE_SECONDS", "200"),
    ];
    let service = Service::with(&database, &slow);
    service.put("firstName=Ada");
    let lock = database.lock(1);
    let port = service.port;
    let waiting: Vec<_> = (0..2)
        .map(|_| spawn(move || http::send(port, "POST", "/person/1", FORM, b"firstName=Eve")))
        .collect();
    database.wait_for_waiting(2);
    let problem = service.get("/person/1").is_problem(503);
    assert_eq!(problem["detail"], "too many requests at one time");
    // Whoever asks how the service is gets an answer all the same.
    assert_eq!(service.get("/ready").status, 200);
    assert_eq!(service.get("/live").status, 200);
    drop(lock);
    for request in waiting {
        assert_eq!(request.join().unwrap().unwrap().status, 200);
    }
    assert_eq!(service.get("/person/1").json()["firstName"], "Eve");
}

#[test]
fn a_pool_that_is_used_up_is_busy_not_broken() {
    let database = Database::migrated();
    let slow = [
        ("DB_POOL_SIZE", "1"),
        ("DB_ACQUIRE_TIMEOUT_SECONDS", "0.2"),
        ("DB_STATEMENT_TIMEOUT_SECONDS", "100"),
        ("REQUEST_TIMEOUT_SECONDS", "100"),
        ("TERMINATION_GRACE_SECONDS", "200"),
    ];
    let service = Service::with(&database, &slow);
    service.put("firstName=Ada");
    let lock = database.lock(1);
    let port = service.port;
    let waiting = spawn(move || http::send(port, "POST", "/person/1", FORM, b"firstName=Eve"));
    database.wait_for_waiting(1);
    let problem = service.get("/person/1").is_problem(503);
    assert_eq!(problem["detail"], "the database is busy");
    assert_eq!(service.get("/ready").status, 200);
    drop(lock);
    assert_eq!(waiting.join().unwrap().unwrap().status, 200);
}

#[test]
fn requests_before_the_migration_say_so_and_recover() {
    let database = Database::empty();
    let service = Service::on(&database);
    service.get("/all").is_problem(503);
    service.put("firstName=Ada").is_problem(503);
    let output = crate::process::run(&database.environment(), &["migrate"]);
    assert!(output.status.success());
    assert_eq!(service.put("firstName=Ada").status, 200);
}

#[test]
fn a_migration_under_a_running_service_costs_at_most_a_repetition() {
    let database = Database::migrated();
    let service = Service::on(&database);
    service.put("firstName=Ada");
    assert_eq!(service.get("/person/1").status, 200);
    database.execute("ALTER TABLE person ALTER COLUMN first_name TYPE text");
    let first = service.get("/person/1");
    assert!(matches!(first.status, 200 | 503), "{}", first.status);
    assert_eq!(service.get("/person/1").json()["firstName"], "Ada");
}

#[test]
fn under_load_cuts_make_no_wrong_answers() {
    let database = Database::migrated();
    let proxy = proxy(&database);
    let service = behind_proxy(&database, &proxy, &[]);
    service.wait_until_ready();
    let load = Load::start(6, service.port, success_or_unavailable);
    for _ in 0..3 {
        load.pass(50);
        proxy.cut();
        load.pass(50);
        proxy.restore();
    }
    service.wait_until_ready();
    load.pass(100);
    assert_eq!(load.stop(), Vec::<String>::new());
}

#[test]
fn under_load_the_server_restarts() {
    let Some(cluster) = Cluster::private("", &[]) else {
        return;
    };
    let database = Database::on(cluster.server.clone());
    assert!(
        crate::process::run(&database.environment(), &["migrate"])
            .status
            .success()
    );
    let service = Service::on(&database);
    let load = Load::start(6, service.port, success_or_unavailable);
    for _ in 0..2 {
        load.pass(100);
        cluster.restart();
        load.pass(100);
    }
    service.wait_until_ready();
    load.pass(100);
    assert_eq!(load.stop(), Vec::<String>::new());
    assert_eq!(service.put("firstName=After").status, 200);
}
