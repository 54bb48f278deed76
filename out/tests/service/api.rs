//! What each route does when everything is right.

use serde_json::{Value, json};

use crate::database::Database;
use crate::http::{Client, FORM, JSON};
use crate::process::Service;

#[test]
fn the_tutorials_form_is_stored_and_answered() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let answer = service.put("firstName=Sammy&lastName=David Jr");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let person = answer.json();
    assert_eq!(person["id"], 1);
    assert_eq!(person["firstName"], "Sammy");
    assert_eq!(person["lastName"], "David Jr");
    assert_eq!(person["createdAt"], person["updatedAt"]);
    assert_timestamp(&person["createdAt"]);
    assert_eq!(person.as_object().unwrap().len(), 5);
    assert_eq!(service.get("/person/1").json(), person);
    assert_eq!(service.get("/all").json(), json!([person]));
}

fn assert_timestamp(value: &Value) {
    let text = value.as_str().unwrap();
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
}

#[test]
fn json_is_stored_as_well() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let person = service
        .put_json(&json!({"firstName": "Ada", "unknown": 1}))
        .json();
    assert_eq!(person["firstName"], "Ada");
    assert_eq!(person["lastName"], Value::Null);
    let charset = "application/json; charset=utf-8";
    let answer = service.send("PUT", "/person", charset, r#"{"firstName": "Bob"}"#);
    assert_eq!(answer.json()["id"], 2);
}

#[test]
fn a_post_changes_what_is_given_and_leaves_the_rest() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let before = service.put("firstName=Ada&lastName=Byron").json();
    let after = service
        .send("POST", "/person/1", FORM, "lastName=Lovelace")
        .json();
    assert_eq!(after["firstName"], "Ada");
    assert_eq!(after["lastName"], "Lovelace");
    assert_eq!(after["createdAt"], before["createdAt"]);
    let cleared = service
        .send("POST", "/person/1", JSON, r#"{"lastName": null}"#)
        .json();
    assert_eq!(cleared["lastName"], Value::Null);
    assert_eq!(service.get("/person/1").json(), cleared);
}

#[test]
fn a_deleted_person_is_gone() {
    let database = Database::migrated();
    let service = Service::on(&database);
    service.put("firstName=Ada");
    let answer = service.send("DELETE", "/person/1", "", "");
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    service.get("/person/1").is_problem(404);
    service.send("DELETE", "/person/1", "", "").is_problem(404);
    service
        .send("POST", "/person/1", FORM, "firstName=Ada")
        .is_problem(404);
}

#[test]
fn ids_that_clients_choose_never_stand_in_the_way_of_others() {
    let database = Database::migrated();
    let service = Service::on(&database);
    for id in [1, 2, 3, 5, 9_007_199_254_740_991_i64] {
        let answer = service.put(&format!("id={id}&firstName=Chosen"));
        assert_eq!(answer.json()["id"], id);
    }
    let ids: Vec<Value> = (0..3)
        .map(|_| service.put("firstName=Next").json()["id"].clone())
        .collect();
    assert_eq!(ids, [4, 6, 7]);
    service.put("id=5&firstName=Again").is_problem(409);
    assert_eq!(service.get("/person/5").json()["firstName"], "Chosen");
}

#[test]
fn probes_answer_and_head_is_known() {
    let database = Database::migrated();
    let service = Service::on(&database);
    assert_eq!(service.get("/ready").json(), json!({"ready": true}));
    assert_eq!(service.get("/live").status, 200);
    let head = service.send("HEAD", "/live", "", "");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn harmless_request_ids_are_repeated_and_others_replaced() {
    let database = Database::migrated();
    let service = Service::on(&database);
    let mut client = Client::connect(service.port).unwrap();
    let mut id_of = |given: &str| {
        let answer = client
            .send("GET", "/live", &[("X-Request-Id", given)], b"")
            .unwrap();
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(id_of("abc-1.2_3"), "abc-1.2_3");
    let long = "x".repeat(65);
    for bad in ["", "a b", "\"}{", long.as_str()] {
        assert_ne!(id_of(bad), bad);
    }
}

#[test]
fn the_log_has_a_line_a_request_and_nothing_personal() {
    let database = Database::migrated();
    let service = Service::on(&database);
    service.put("firstName=Geheimrat&lastName=Verschwiegen");
    service.get("/Geheimrat");
    service.get("/person/Geheimrat");
    let lines = || {
        let log = service.log();
        log.into_iter()
            .filter(|line| line["message"] == "request")
            .collect::<Vec<Value>>()
    };
    crate::process::eventually("three requests are logged", || lines().len() >= 3);
    let put = &lines()[0];
    assert_eq!(put["method"], "PUT");
    assert_eq!(put["route"], "/person");
    assert_eq!(put["status"], 200);
    assert!(put["request_id"].is_string() && put["ms"].is_number());
    let log = format!("{:?}", service.log());
    assert!(!log.contains("Geheimrat") && !log.contains("Verschwiegen"));
}

#[test]
fn metrics_count_by_route_and_never_by_path() {
    let database = Database::migrated();
    let service = Service::on(&database);
    for path in [
        "/person/1",
        "/person/2",
        "/person/x",
        "/nowhere/1",
        "/nowhere/2",
    ] {
        service.get(path);
    }
    let answer = service.get("/metrics");
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4")
    );
    let text = String::from_utf8(answer.body).unwrap();
    for line in [
        "http_requests_total{method=\"GET\",route=\"/person/{id}\",status=\"404\"} 2",
        "http_requests_total{method=\"GET\",route=\"/person/{id}\",status=\"400\"} 1",
        "http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"} 2",
        "http_request_duration_seconds_count{method=\"GET\",route=\"/person/{id}\",status=\"404\"} 2",
        "db_pool_connections_max 10",
        "db_ready 1",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    assert!(!text.contains("nowhere"));
}
