//! What was put is what is got: any text, in both formats.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::database::Database;
use crate::http::{FORM, JSON};
use crate::process::Service;

/// Any Unicode without NUL, and texts that databases and formats stumble over.
fn name(least: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => any::<char>(),
        1 => proptest::char::range('\u{1}', '\u{1f}'),
        1 => proptest::sample::select(vec!['\'', '"', '\\', ';', '-', '%', '+', '&', '=', '$', '\u{feff}', '\u{202e}', '\u{fffd}', '\u{10ffff}']),
    ]
    .prop_filter("NUL is refused", |character| *character != '\0');
    prop_oneof![
        4 => proptest::collection::vec(character, least..=255)
            .prop_map(|characters| characters.into_iter().collect::<String>()),
        1 => proptest::sample::select(vec![
            "Robert'); DROP TABLE person;--",
            "' OR '1'='1",
            "$1",
            "\\u0000",
            "%00",
            "null",
            " ",
            "é",
            "e\u{301}",
        ])
        .prop_map(str::to_owned),
    ]
}

#[test]
fn what_was_put_is_what_is_got() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let mut runner = TestRunner::new(Config {
        cases: 128,
        failure_persistence: None,
        ..Config::default()
    });
    let persons = (name(1), proptest::option::of(name(0)), any::<bool>());
    runner
        .run(&persons, |(first, last, as_form)| {
            let stored = if as_form {
                service.send("PUT", "/person", FORM, &form(&first, last.as_deref()))
            } else {
                let body = json!({"firstName": first, "lastName": last}).to_string();
                service.send("PUT", "/person", JSON, &body)
            };
            prop_assert_eq!(stored.status, 200);
            let stored = stored.json();
            prop_assert_eq!(&stored["firstName"], &Value::from(first));
            prop_assert_eq!(&stored["lastName"], &Value::from(last));
            let id = &stored["id"];
            prop_assert_eq!(&service.get(&format!("/person/{id}")).json(), &stored);
            Ok(())
        })
        .unwrap();
    let all = service.get("/all").json();
    assert_eq!(all.as_array().unwrap().len(), 128);
}

fn form(first: &str, last: Option<&str>) -> String {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let first = format!("firstName={}", encode(first));
    last.map_or(first.clone(), |last| {
        format!("{first}&lastName={}", encode(last))
    })
}

#[test]
fn no_bytes_at_all_make_a_server_error() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let mut runner = TestRunner::new(Config {
        cases: 128,
        failure_persistence: None,
        ..Config::default()
    });
    let requests = (
        proptest::collection::vec(any::<u8>(), 0..300),
        proptest::sample::select(vec![FORM, JSON]),
        "[ -~]{0,40}",
    );
    runner
        .run(&requests, |(body, format, path)| {
            let path = format!("/person/{}", utf8_percent_encode(&path, NON_ALPHANUMERIC));
            for (method, path) in [("PUT", "/person"), ("POST", &path)] {
                let answer = crate::http::send(service.port, method, path, format, &body);
                let status = answer.expect("an answer comes").status;
                prop_assert!((200..500).contains(&status), "{}", status);
            }
            Ok(())
        })
        .unwrap();
}
