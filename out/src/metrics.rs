//! Numbers about the service, in Prometheus' text format (version 0.0.4).
//!
//! Labels come from closed sets: the route's pattern, never the path, and the
//! methods that HTTP knows. So no client can make the set of series grow.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{Method, StatusCode};

use crate::gate::Gate;
use crate::storage::Storage;

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    route: &'static str,
    method: &'static str,
    status: u16,
}

#[derive(Default)]
struct Series {
    /// One for each of `BUCKETS`, and the rest; not cumulated.
    counts: [AtomicU64; BUCKETS.len() + 1],
    nanoseconds: AtomicU64,
}

pub struct Metrics {
    series: RwLock<BTreeMap<Label, Series>>,
    started: SystemTime,
}

impl Metrics {
    pub fn new() -> Self {
        Self {
            series: RwLock::default(),
            started: SystemTime::now(),
        }
    }

    /// Counts one answered request.
    pub fn record(&self, route: &'static str, method: &Method, status: StatusCode, took: Duration) {
        let label = Label {
            route,
            method: known(method),
            status: status.as_u16(),
        };
        let series = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = series.get(&label) {
            return found.add(took);
        }
        drop(series);
        let mut series = self.series.write().unwrap_or_else(PoisonError::into_inner);
        series.entry(label).or_default().add(took);
    }

    pub fn render(&self, storage: &Storage, gate: &Gate, ready: bool) -> String {
        let mut text = String::with_capacity(4096);
        // Writing to a String cannot fail.
        let _ = self.write(&mut text, storage, gate, ready);
        text
    }

    fn write(
        &self,
        text: &mut String,
        storage: &Storage,
        gate: &Gate,
        ready: bool,
    ) -> std::fmt::Result {
        let series = self.series.read().unwrap_or_else(PoisonError::into_inner);
        header(text, "http_requests_total", "counter", "Requests answered.")?;
        for (label, one) in series.iter() {
            writeln!(text, "http_requests_total{{{label}}} {}", one.total())?;
        }
        let name = "http_request_duration_seconds";
        header(
            text,
            name,
            "histogram",
            "Time until the answer's first byte was ready.",
        )?;
        for (label, one) in series.iter() {
            let mut sum = 0;
            for (bucket, count) in BUCKETS.iter().zip(&one.counts) {
                sum += count.load(Relaxed);
                writeln!(text, "{name}_bucket{{{label},le=\"{bucket}\"}} {sum}")?;
            }
            let total = one.total();
            let seconds = Duration::from_nanos(one.nanoseconds.load(Relaxed)).as_secs_f64();
            writeln!(text, "{name}_bucket{{{label},le=\"+Inf\"}} {total}")?;
            writeln!(text, "{name}_sum{{{label}}} {seconds}")?;
            writeln!(text, "{name}_count{{{label}}} {total}")?;
        }
        drop(series);

        let (in_use, resting, at_most) = storage.connections.counts();
        header(
            text,
            "db_pool_connections",
            "gauge",
            "Database connections by state.",
        )?;
        writeln!(text, "db_pool_connections{{state=\"in_use\"}} {in_use}")?;
        writeln!(text, "db_pool_connections{{state=\"idle\"}} {resting}")?;
        let started = self
            .started
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs_f64();
        for (name, kind, help, value) in [
            (
                "db_pool_connections_max",
                "gauge",
                "Database connections at most.",
                at_most as f64,
            ),
            (
                "db_ready",
                "gauge",
                "1 when the database answered the last check.",
                f64::from(u8::from(ready)),
            ),
            (
                "http_requests_in_flight",
                "gauge",
                "Requests that use the database or wait for it.",
                gate.in_flight() as f64,
            ),
            (
                "http_requests_shed_total",
                "counter",
                "Requests refused because too many were in flight.",
                gate.shed() as f64,
            ),
            (
                "process_start_time_seconds",
                "gauge",
                "Start of the process, seconds since 1970.",
                started,
            ),
        ] {
            header(text, name, kind, help)?;
            writeln!(text, "{name} {value}")?;
        }
        Ok(())
    }
}

fn header(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

impl std::fmt::Display for Label {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            route,
            method,
            status,
        } = self;
        write!(
            formatter,
            "method=\"{method}\",route=\"{route}\",status=\"{status}\""
        )
    }
}

impl Series {
    fn add(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BUCKETS.partition_point(|end| *end < seconds);
        self.counts[bucket].fetch_add(1, Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
    }

    fn total(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Relaxed)).sum()
    }
}

fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_the_bucket_that_they_do_not_exceed() {
        let series = Series::default();
        series.add(Duration::from_millis(1));
        series.add(Duration::from_micros(1001));
        series.add(Duration::from_secs(60));
        let counts: Vec<u64> = series.counts.iter().map(|c| c.load(Relaxed)).collect();
        assert_eq!(counts, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(series.total(), 3);
    }
}
