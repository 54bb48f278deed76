//! The HTTP interface: which path and method does what.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use tower_http::catch_panic::CatchPanicLayer;

use crate::drain::Drain;
use crate::gate::{self, Gate};
use crate::listing::{self, Page};
use crate::metrics::Metrics;
use crate::person::{Change, Draft, Person, PersonId};
use crate::problem::Problem;
use crate::readiness::Readiness;
use crate::storage::Storage;
use crate::{body, settings::Settings};

const PATTERNS: [&str; 6] = [
    "/person",
    "/person/{id}",
    "/all",
    "/ready",
    "/live",
    "/metrics",
];

/// What the routes share.
pub struct Service {
    pub storage: Arc<Storage>,
    pub gate: Gate,
    pub metrics: Metrics,
    pub readiness: Readiness,
    pub drain: Drain,
    body_patience: Duration,
}

impl Service {
    pub fn new(settings: &Settings) -> Self {
        Self {
            storage: Arc::new(Storage::new(settings)),
            gate: Gate::new(settings.max_in_flight, settings.request_timeout),
            metrics: Metrics::new(),
            readiness: Readiness::default(),
            drain: Drain::default(),
            // The other half is left for the database.
            body_patience: settings.request_timeout / 2,
        }
    }
}

pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/person", put(put_person))
        .route(
            "/person/{id}",
            get(get_person).post(change_person).delete(delete_person),
        )
        .route("/all", get(all))
        .route("/ready", get(ready))
        .route("/live", get(live))
        .route("/metrics", get(metrics))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(|_| mistake().into_response()))
        .layer(from_fn_with_state(Arc::clone(&service), gate::pass))
        .with_state(service)
}

/// The same pattern with a lifetime that the metrics can keep.
pub fn pattern(path: &str) -> Option<&'static str> {
    PATTERNS.into_iter().find(|pattern| *pattern == path)
}

pub fn is_probe(route: &str) -> bool {
    matches!(route, "/ready" | "/live" | "/metrics")
}

pub fn uses_database(route: &str) -> bool {
    matches!(route, "/person" | "/person/{id}" | "/all")
}

type Answer = Result<Response, Problem>;
/// A path that is not UTF-8 is a rejection, which is as wrong as any other id.
type Path = Result<RawPathParams, RawPathParamsRejection>;

async fn put_person(State(service): State<Arc<Service>>, request: Request) -> Answer {
    let fields = body::read(request, service.body_patience).await?;
    let draft = Draft::new(fields).map_err(Problem::fields)?;
    json(&service.storage.put(&draft).await?)
}

async fn get_person(State(service): State<Arc<Service>>, path: Path) -> Answer {
    let id = person_id(&path)?;
    found(service.storage.get(id).await?)
}

async fn change_person(
    State(service): State<Arc<Service>>,
    path: Path,
    request: Request,
) -> Answer {
    let id = person_id(&path)?;
    let fields = body::read(request, service.body_patience).await?;
    let change = Change::new(id, fields).map_err(Problem::fields)?;
    found(service.storage.change(id, &change).await?)
}

async fn delete_person(State(service): State<Arc<Service>>, path: Path) -> Answer {
    if service.storage.delete(person_id(&path)?).await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Problem::no_person())
    }
}

async fn all(State(service): State<Arc<Service>>, RawQuery(query): RawQuery) -> Answer {
    let page = Page::from_query(&query.unwrap_or_default())?;
    listing::answer(Arc::clone(&service.storage), page).await
}

async fn ready(State(service): State<Arc<Service>>) -> Answer {
    if service.drain.began() {
        return Err(Problem::not_ready("the service is about to end"));
    }
    service.readiness.check().map_err(Problem::not_ready)?;
    Ok(text("application/json", "{\"ready\": true}\n".to_owned()))
}

/// The process answers: that is all that a restart could mend.
async fn live() -> Response {
    text("application/json", "{\"live\": true}\n".to_owned())
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let numbers = service.metrics.render(
        &service.storage,
        &service.gate,
        service.readiness.check().is_ok(),
    );
    text("text/plain; version=0.0.4", numbers)
}

async fn no_route() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is nothing here; see /all")
}

async fn no_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path does not know this method",
    )
}

fn person_id(path: &Path) -> Result<PersonId, Problem> {
    path.iter()
        .flatten()
        .next()
        .and_then(|(_, text)| PersonId::parse(text))
        .ok_or_else(Problem::wrong_id)
}

fn found(person: Option<Person>) -> Answer {
    json(&person.ok_or_else(Problem::no_person)?)
}

fn json(person: &Person) -> Answer {
    let body = serde_json::to_vec(person).map_err(|_| mistake())?;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

fn text(content_type: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, content_type)], body).into_response()
}

fn mistake() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the service made a mistake",
    )
}
