//! The command line: what each command says and its exit status.

use std::process::Output;

use crate::cluster::free_port;
use crate::database::Database;
use crate::process::{Service, run};

fn environment(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_and_version_are_said_and_nonsense_is_refused() {
    let help = run(&[], &["--help"]);
    assert_eq!(code(&help), 0);
    assert!(String::from_utf8(help.stdout).unwrap().contains("migrate"));
    assert_eq!(code(&run(&[], &["--version"])), 0);
    let nonsense = run(&[], &["migrate", "now"]);
    assert_eq!(code(&nonsense), 2);
    assert!(complaint(&nonsense).contains("no such command: `migrate now`"));
}

#[test]
fn a_wrong_setting_is_one_sentence_and_status_2_for_every_command() {
    for command in ["serve", "ping", "migrate", "healthcheck"] {
        let output = run(&environment(&[("DB_PORT", "x")]), &[command]);
        assert_eq!(code(&output), 2);
        assert_eq!(
            complaint(&output),
            "addressbook: DB_PORT must be a whole number from 1 to 65535, not `x`\n"
        );
    }
}

#[test]
fn ping_tells_by_its_exit_status() {
    let database = Database::empty();
    let output = run(&database.environment(), &["ping"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let mut wrong = database.environment();
    wrong.push(("DB_SCHEMA".to_owned(), "addressbook_no_such".to_owned()));
    assert_eq!(code(&run(&wrong, &["ping"])), 1);
}

#[test]
fn ping_and_migrate_fail_without_a_database_and_never_tell_the_password() {
    let port = free_port().to_string();
    let nowhere = environment(&[
        ("DB_HOST", "127.0.0.1"),
        ("DB_PORT", &port),
        ("DB_PASSWORD", "hush-hush"),
    ]);
    for command in ["ping", "migrate"] {
        let output = run(&nowhere, &[command]);
        assert_eq!(code(&output), 1);
        let complaint = complaint(&output);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains("cannot be used"), "{complaint}");
        assert!(!complaint.contains("hush"), "{complaint}");
    }
}

#[test]
fn migrations_run_twice_and_keep_the_data() {
    let database = Database::migrated();
    database.execute("INSERT INTO person (first_name) VALUES ('Ada')");
    assert_eq!(code(&run(&database.environment(), &["migrate"])), 0);
    assert_eq!(database.count("SELECT count(*) FROM person"), 1);
}

#[test]
fn migrations_run_at_the_same_time() {
    let database = Database::empty();
    let runs: Vec<_> = (0..6)
        .map(|_| {
            let environment = database.environment();
            std::thread::spawn(move || run(&environment, &["migrate"]))
        })
        .collect();
    for one in runs {
        let output = one.join().unwrap();
        assert_eq!(code(&output), 0, "{output:?}");
    }
    assert_eq!(database.count("SELECT count(*) FROM _sqlx_migrations"), 1);
}

#[test]
fn an_older_program_accepts_a_newer_database() {
    let database = Database::migrated();
    database.execute(
        "INSERT INTO _sqlx_migrations \
         (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', true, '', 0)",
    );
    assert_eq!(code(&run(&database.environment(), &["migrate"])), 0);
}

#[test]
fn healthcheck_asks_the_service_on_this_machine() {
    let nowhere = environment(&[("DB_HOST", "127.0.0.1"), ("DB_PORT", "1")]);
    let service = Service::start(&nowhere, &[]);
    let port = service.port.to_string();
    let here = environment(&[("PORT", &port)]);
    assert_eq!(code(&run(&here, &["healthcheck"])), 0);
    assert_eq!(code(&run(&here, &["healthcheck", "live"])), 0);
    assert_eq!(code(&run(&here, &["healthcheck", "ready"])), 1);
    drop(service);
    assert_eq!(code(&run(&here, &["healthcheck"])), 1);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("[::]:0")
        .or_else(|_| std::net::TcpListener::bind("0.0.0.0:0"))
        .unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&environment(&[("PORT", &port)]), &[]);
    assert_eq!(code(&output), 1);
    assert!(complaint(&output).contains(&format!("cannot listen on port {port}")));
}
