//! The end of a process, and its replacement by a new one: nothing is dropped.

use std::net::TcpStream;
use std::thread::{sleep, spawn};
use std::time::Duration;

use crate::database::Database;
use crate::http::{self, Client, FORM};
use crate::load::{Load, success};
use crate::process::{Service, eventually};
use crate::proxy::Proxy;

#[test]
fn a_process_is_replaced_behind_a_balancer_without_a_failed_request() {
    let database = Database::migrated();
    let mut old = Service::with(&database, &[("DRAIN_SECONDS", "3")]);
    let balancer = Proxy::to("127.0.0.1", old.port);
    let load = Load::start(8, balancer.port, success);
    for _ in 0..2 {
        load.pass(200);
        let new = Service::with(&database, &[("DRAIN_SECONDS", "3")]);
        old.signal("TERM");
        // The balancer learns of it later than the process.
        sleep(Duration::from_millis(300));
        balancer.point_at(new.port);
        assert_eq!(old.wait().code(), Some(0));
        old = new;
    }
    load.pass(200);
    assert_eq!(load.stop(), Vec::<String>::new());
}

#[test]
fn after_sigterm_it_still_serves_then_finishes_what_is_in_flight() {
    let database = Database::migrated();
    let mut service = Service::with(
        &database,
        &[
            ("DRAIN_SECONDS", "1.5"),
            ("DB_STATEMENT_TIMEOUT_SECONDS", "60"),
            ("REQUEST_TIMEOUT_SECONDS", "60"),
            ("TERMINATION_GRACE_SECONDS", "100"),
        ],
    );
    service.put("firstName=Ada");
    let lock = database.lock(1);
    let port = service.port;
    let waiting = spawn(move || http::send(port, "POST", "/person/1", FORM, b"firstName=Eve"));
    database.wait_for_waiting(1);
    let mut kept = Client::connect(port).unwrap();
    assert_eq!(
        kept.send("GET", "/live", &[], b"")
            .unwrap()
            .header("connection"),
        None
    );

    service.signal("TERM");
    eventually("it drains", || {
        service
            .log()
            .iter()
            .any(|line| line["message"] == "draining")
    });
    // New connections are served, and told not to stay; probes say no.
    assert_eq!(service.get("/person/1").status, 200);
    let problem = service.get("/ready").is_problem(503);
    assert_eq!(problem["detail"], "the service is about to end");
    let answer = kept.send("GET", "/live", &[], b"").unwrap();
    assert_eq!(answer.header("connection"), Some("close"));

    eventually("the listener closes", || {
        TcpStream::connect(("127.0.0.1", port)).is_err()
    });
    drop(lock);
    assert_eq!(waiting.join().unwrap().unwrap().json()["firstName"], "Eve");
    assert_eq!(service.wait().code(), Some(0));
}

#[test]
fn a_connection_that_came_last_is_still_heard() {
    let database = Database::migrated();
    let mut service = Service::with(&database, &[("DRAIN_SECONDS", "1")]);
    service.put("firstName=Ada");
    service.signal("TERM");
    eventually("it drains", || {
        service
            .log()
            .iter()
            .any(|line| line["message"] == "draining")
    });
    // More than the drain leaves time for: only requests on connections that
    // were accepted count.
    let mut answered = 0;
    while let Ok(mut client) = Client::connect(service.port) {
        sleep(Duration::from_millis(20));
        match client.send("GET", "/person/1", &[], b"") {
            Ok(answer) => assert_eq!(answer.status, 200),
            // The kernel had taken it, the closed listener had not.
            Err(_) if TcpStream::connect(("127.0.0.1", service.port)).is_err() => break,
            Err(error) => panic!("a request was dropped: {error}"),
        }
        answered += 1;
    }
    assert!(answered > 0);
    assert_eq!(service.wait().code(), Some(0));
}

#[test]
fn whoever_never_finishes_does_not_keep_it_beyond_the_grace_period() {
    let database = Database::migrated();
    database.execute(
        "INSERT INTO person (first_name, last_name) \
         SELECT repeat('x', 255), repeat('y', 255) FROM generate_series(1, 50000)",
    );
    let mut service = Service::with(
        &database,
        &[
            ("DRAIN_SECONDS", "0"),
            ("REQUEST_TIMEOUT_SECONDS", "1"),
            ("TERMINATION_GRACE_SECONDS", "4"),
        ],
    );
    let mut reader = Client::connect(service.port).unwrap();
    reader
        .send_raw(b"GET /all HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    reader.head().unwrap();
    service.signal("TERM");
    assert_eq!(service.wait().code(), Some(0));
    assert!(service.log().iter().any(|line| line["connections"] == 1));
}

#[test]
fn ctrl_c_ends_it_without_the_delay() {
    let database = Database::migrated();
    let mut service = Service::with(
        &database,
        &[
            ("DRAIN_SECONDS", "3000"),
            ("TERMINATION_GRACE_SECONDS", "3600"),
        ],
    );
    service.signal("INT");
    assert_eq!(service.wait().code(), Some(0));
    let mut service = Service::with(
        &database,
        &[
            ("DRAIN_SECONDS", "3000"),
            ("TERMINATION_GRACE_SECONDS", "3600"),
        ],
    );
    service.signal("TERM");
    eventually("it drains", || {
        service
            .log()
            .iter()
            .any(|line| line["message"] == "draining")
    });
    service.signal("TERM");
    assert_eq!(service.wait().code(), Some(0));
}
