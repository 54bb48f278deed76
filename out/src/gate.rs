//! What every request passes, on its way in and out: a bound on how many use
//! the database at one time, a time limit, a request id, a line in the log and
//! a count in the metrics.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::problem::Problem;
use crate::routes::{self, Service};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub struct Gate {
    limit: usize,
    places: Semaphore,
    shed: AtomicU64,
    time_limit: Duration,
    /// Request ids that this process makes up: a number of its own, and counting.
    process: u64,
    next: AtomicU64,
}

impl Gate {
    pub fn new(limit: usize, time_limit: Duration) -> Self {
        Self {
            limit,
            places: Semaphore::new(limit),
            shed: AtomicU64::new(0),
            time_limit,
            process: RandomState::new().hash_one(std::process::id()),
            next: AtomicU64::new(0),
        }
    }

    pub fn in_flight(&self) -> usize {
        self.limit - self.places.available_permits()
    }

    pub fn shed(&self) -> u64 {
        self.shed.load(Relaxed)
    }

    /// The caller's request id when it is harmless to repeat, else a new one.
    fn request_id(&self, request: &Request) -> HeaderValue {
        if let Some(given) = request.headers().get(REQUEST_ID)
            && (1..=64).contains(&given.len())
            && given
                .as_bytes()
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        {
            return given.clone();
        }
        let number = self.next.fetch_add(1, Relaxed);
        // Hexadecimal digits and a hyphen are always a valid header.
        HeaderValue::from_str(&format!("{:016x}-{number:x}", self.process))
            .unwrap_or_else(|_| HeaderValue::from_static("-"))
    }
}

pub async fn pass(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = service.gate.request_id(&request);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .and_then(|path| routes::pattern(path.as_str()))
        .unwrap_or("unmatched");

    let mut response = answer(&service.gate, route, request, next).await;

    let status = response.status();
    let took = started.elapsed();
    let ms = took.as_micros() as f64 / 1000.0;
    service.metrics.record(route, &method, status, took);
    // The route's pattern, not the path: a path may hold what nobody should log.
    let id_text = id.to_str().unwrap_or_default();
    if routes::is_probe(route) {
        tracing::debug!(
            request_id = id_text,
            %method,
            route,
            status = status.as_u16(),
            ms,
            "request"
        );
    } else {
        tracing::info!(
            request_id = id_text,
            %method,
            route,
            status = status.as_u16(),
            ms,
            "request"
        );
    }
    response.headers_mut().insert(REQUEST_ID, id);
    if service.drain.began() {
        // Asks clients to come back on a new connection, to somebody else.
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn answer(gate: &Gate, route: &'static str, request: Request, next: Next) -> Response {
    if !routes::uses_database(route) {
        return next.run(request).await;
    }
    let Ok(_place) = gate.places.try_acquire() else {
        gate.shed.fetch_add(1, Relaxed);
        return Problem::unavailable("too many requests at one time").into_response();
    };
    match tokio::time::timeout(gate.time_limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "the request took too long; a change may or may not have been made",
        )
        .into_response(),
    }
}
