//! `GET /all` when there are many persons.

use serde_json::Value;

use crate::database::Database;
use crate::http::Client;
use crate::process::Service;

fn fill(database: &Database, rows: u32) {
    database.execute(&format!(
        "INSERT INTO person (first_name, last_name) \
         SELECT 'First' || n, 'Last' || n FROM generate_series(1, {rows}) n"
    ));
}

fn ids(persons: &Value) -> Vec<i64> {
    let persons = persons.as_array().unwrap();
    persons
        .iter()
        .map(|one| one["id"].as_i64().unwrap())
        .collect()
}

#[test]
fn ten_thousand_rows_come_complete_and_in_order() {
    let database = Database::migrated();
    let service = Service::on(&database);
    assert_eq!(service.get("/all").body, b"[]");
    fill(&database, 10_000);
    let all = service.get("/all").json();
    assert_eq!(ids(&all), (1..=10_000).collect::<Vec<i64>>());
    assert_eq!(all[9_999]["lastName"], "Last10000");
}

#[test]
fn the_ends_of_pieces_are_neither_lost_nor_repeated() {
    let database = Database::migrated();
    let service = Service::on(&database);
    for rows in [999, 1, 1, 999] {
        fill(&database, rows);
        let ids = ids(&service.get("/all").json());
        let count = database.count("SELECT count(*) FROM person");
        assert_eq!(ids, (1..=count).collect::<Vec<i64>>());
    }
}

#[test]
fn pages_follow_their_links() {
    let database = Database::migrated();
    let service = Service::on(&database);
    fill(&database, 25);
    let mut path = "/all?limit=10".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = service.get(&path);
        seen.extend(ids(&answer.json()));
        let Some(link) = answer.header("link") else {
            break;
        };
        let next = link.strip_suffix(">; rel=\"next\"").unwrap();
        path = next.strip_prefix('<').unwrap().to_owned();
    }
    assert_eq!(seen, (1..=25).collect::<Vec<i64>>());
    assert_eq!(path, "/all?limit=10&after=20");
    assert_eq!(ids(&service.get("/all?after=20").json()).len(), 5);
}

#[test]
fn memory_stays_flat_and_a_slow_reader_holds_no_connection() {
    let rows = 200_000;
    let database = Database::migrated();
    let service = Service::with(&database, &[("DB_POOL_SIZE", "1")]);
    fill(&database, rows);
    let mut client = Client::connect(service.port).unwrap();
    client
        .send_raw(b"GET /all HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let (status, _) = client.head().unwrap();
    assert_eq!(status, 200);
    let mut bytes = client.piece().unwrap().unwrap().len();
    // The only connection is free although most of the listing is to come.
    assert_eq!(service.get("/person/7").status, 200);
    let mut persons = 0;
    while let Some(piece) = client.piece().unwrap() {
        bytes += piece.len();
        persons += piece.iter().filter(|byte| **byte == b'{').count();
    }
    assert!(bytes > 20_000_000, "{bytes}");
    assert_eq!(persons, rows as usize - 1000);
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", service.pid())) {
        let peak = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap();
        let kilobytes: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!(kilobytes < 40_000, "{peak}");
    }
}
