//! Everything that goes wrong, told to the client as RFC 9457 asks:
//! `application/problem+json` with what is wrong and where, and nothing about
//! the inside of the service.

use std::fmt;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::person::ID_RULE;
use crate::storage::StorageError;

#[derive(Debug, Serialize)]
pub struct Problem {
    /// `about:blank`: the status says what kind of problem it is.
    r#type: &'static str,
    title: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    detail: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Only in answers of `/ready`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ready: Option<bool>,
}

/// One field of the request, and what is wrong with it.
#[derive(Debug, PartialEq, Serialize)]
pub struct FieldError {
    field: &'static str,
    detail: &'static str,
}

impl FieldError {
    pub fn new(field: &'static str, detail: &'static str) -> Self {
        Self { field, detail }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.field, self.detail)
    }
}

impl Problem {
    pub fn new(status: StatusCode, detail: &'static str) -> Self {
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            detail,
            errors: Vec::new(),
            ready: None,
        }
    }

    /// A request that can be read but not accepted.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "some fields cannot be accepted",
            )
        }
    }

    /// A path whose id can be nobody's.
    pub fn wrong_id() -> Self {
        Self {
            errors: vec![FieldError::new("id", ID_RULE)],
            ..Self::new(StatusCode::BAD_REQUEST, "the path holds no id")
        }
    }

    /// Wrong for the moment: the client may try again soon.
    pub fn unavailable(detail: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    pub fn not_ready(reason: &'static str) -> Self {
        Self {
            ready: Some(false),
            ..Self::unavailable(reason)
        }
    }

    pub fn no_person() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no person has this id")
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Away => Self::unavailable("the database cannot be reached"),
            StorageError::Busy => Self::unavailable("the database is busy"),
            StorageError::Slow => Self::unavailable("the database took too long"),
            StorageError::NotMigrated => {
                Self::unavailable("the database is not prepared for this service yet")
            }
            StorageError::Duplicate => Self::new(StatusCode::CONFLICT, "this id is taken"),
            StorageError::Unstorable => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "the database cannot store this text",
            ),
            StorageError::Unexpected => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the service made a mistake",
            ),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Plain fields only: this cannot fail, and an empty body would still
        // carry the status.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

fn as_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}
