//! Whatever a client sends, it gets the right 4xx and a problem to read.

use serde_json::json;

use crate::database::Database;
use crate::http::{Client, FORM, JSON};
use crate::process::Service;

#[test]
fn unknown_paths_and_methods() {
    let database = Database::migrated();
    let service = Service::on(&database);
    for path in ["/", "/person/", "/person/1/2", "/All", "/all/"] {
        service.get(path).is_problem(404);
    }
    let answer = service.send("PATCH", "/person/1", FORM, "");
    answer.is_problem(405);
    assert_eq!(answer.header("allow"), Some("GET,HEAD,POST,DELETE"));
    service.get("/person").is_problem(405);
    service.send("DELETE", "/all", "", "").is_problem(405);
}

#[test]
fn wrong_ids_and_pages() {
    let database = Database::migrated();
    let service = Service::on(&database);
    for id in [
        "0",
        "-1",
        "x",
        "1.5",
        "1%00",
        "%FF",
        "9007199254740992",
        "99999999999999999999",
        "1%20OR%201=1",
    ] {
        let path = format!("/person/{id}");
        service.get(&path).is_problem(400);
        service.send("DELETE", &path, "", "").is_problem(400);
        service
            .send("POST", &path, FORM, "firstName=a")
            .is_problem(400);
    }
    for query in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "after=-1",
        "limit=1&limit=1",
    ] {
        service.get(&format!("/all?{query}")).is_problem(400);
    }
}

#[test]
fn wrong_fields_are_named() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let long = "ä".repeat(256);
    for (body, field) in [
        (json!({}), "firstName"),
        (json!({"firstName": ""}), "firstName"),
        (json!({"firstName": null}), "firstName"),
        (json!({"firstName": 5}), "firstName"),
        (json!({"firstName": "a\u{0}"}), "firstName"),
        (json!({"firstName": long}), "firstName"),
        (json!({"firstName": "a", "lastName": long}), "lastName"),
        (json!({"firstName": "a", "lastName": "\u{0}"}), "lastName"),
        (json!({"firstName": "a", "lastName": {}}), "lastName"),
        (json!({"firstName": "a", "id": 0}), "id"),
        (json!({"firstName": "a", "id": -1}), "id"),
        (json!({"firstName": "a", "id": 1.5}), "id"),
        (
            json!({"firstName": "a", "id": 9_007_199_254_740_992_i64}),
            "id",
        ),
        (json!({"firstName": "a", "id": true}), "id"),
    ] {
        let problem = service.put_json(&body).is_problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    for form in [
        "",
        "firstName=",
        "lastName=a",
        "firstName=%00",
        "firstName=a&id=",
        "firstName=a&id=x",
    ] {
        service.put(form).is_problem(422);
    }
    service.put("firstName=a");
    for form in ["", "firstName=", "id=2&firstName=b", "lastName=%00"] {
        service
            .send("POST", "/person/1", FORM, form)
            .is_problem(422);
    }
    assert_eq!(database.count("SELECT count(*) FROM person"), 1);
}

#[test]
fn the_longest_names_fit_in_every_encoding() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let name = "🦀".repeat(255);
    let escaped = "%F0%9F%A6%80".repeat(255);
    let form = format!("firstName={escaped}&lastName={escaped}");
    assert_eq!(service.put(&form).json()["lastName"], name.as_str());
    let escaped = "\\ud83e\\udd80".repeat(255);
    let json = format!("{{\"firstName\": \"{escaped}\", \"lastName\": \"{escaped}\"}}");
    let answer = service.send("PUT", "/person", JSON, &json);
    assert_eq!(answer.json()["firstName"], name.as_str());
}

#[test]
fn malformed_bodies() {
    let database = Database::migrated();
    let service = Service::on(&database);
    for json in [
        "",
        "null",
        "[]",
        "\"a\"",
        "{",
        "{\"firstName\": \"a\"",
        "{\"firstName\": \"\\ud800\"}",
        "{\"firstName\": \"a\", \"firstName\": \"b\"}",
        "firstName=a",
    ] {
        service.send("PUT", "/person", JSON, json).is_problem(400);
    }
    for form in ["firstName=%FF", "firstName=a&firstName=b"] {
        service.put(form).is_problem(400);
    }
    let deep = format!("{{\"x\": {}", "[".repeat(10_000));
    service.send("PUT", "/person", JSON, &deep).is_problem(400);
}

#[test]
fn wrong_content_types() {
    let database = Database::migrated();
    let service = Service::on(&database);
    for content_type in [
        "",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/jsonp",
    ] {
        service
            .send("PUT", "/person", content_type, "firstName=a")
            .is_problem(415);
    }
}

#[test]
fn oversized_bodies_with_and_without_a_length() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let large = format!("firstName={}", "a".repeat(17_000));
    service.put(&large).is_problem(413);
    let mut client = Client::connect(service.port).unwrap();
    let chunked = [("Content-Type", FORM), ("Transfer-Encoding", "chunked")];
    let body = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let answer = client.send("PUT", "/person", &chunked, body.as_bytes());
    answer.unwrap().is_problem(413);
}

#[test]
fn a_body_that_never_arrives_does_not_hold_the_service() {
    let database = Database::migrated();
    let service = Service::with(&database, &[("REQUEST_TIMEOUT_SECONDS", "1")]);
    let mut client = Client::connect(service.port).unwrap();
    let head = format!(
        "PUT /person HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 9\r\n\r\nfirst"
    );
    client.send_raw(head.as_bytes()).unwrap();
    client.receive("PUT").unwrap().is_problem(408);
}

#[test]
fn what_is_not_http_is_refused_without_harm() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let mut client = Client::connect(service.port).unwrap();
    client
        .send_raw(b"\x16\x03\x01\x02\x00\x01\x00 hello\r\n\r\n")
        .unwrap();
    assert!(
        client
            .receive("GET")
            .map_or(true, |answer| answer.status == 400)
    );
    assert_eq!(service.get("/live").status, 200);
}
