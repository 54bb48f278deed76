//! Reads the fields of a person from a request's body: form-encoded, as in the
//! tutorial, or JSON. Names that the service does not know are ignored, as the
//! original does; a known name given twice is refused, not guessed about.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::LengthLimitError;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::person::Fields;
use crate::problem::Problem;

/// Two names of 255 characters fit in every encoding: 12 bytes a character in
/// the longest, which is JSON's `\ud83e\udd80`.
const BODY_LIMIT: usize = 16 * 1024;

enum Format {
    Form,
    Json,
}

/// Reads a body that must arrive within `patience`.
pub async fn read(request: Request, patience: Duration) -> Result<Fields, Problem> {
    let format = format_of(request.headers())?;
    if announced_length(request.headers()).is_some_and(|length| length > BODY_LIMIT) {
        return Err(too_large());
    }
    let bytes = match tokio::time::timeout(patience, collect(request.into_body())).await {
        Ok(bytes) => bytes?,
        Err(_) => {
            return Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive in time",
            ));
        }
    };
    match format {
        Format::Form => parse_form(&bytes),
        Format::Json => parse_json(&bytes),
    }
}

fn format_of(headers: &HeaderMap) -> Result<Format, Problem> {
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = given.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(Format::Form)
    } else if media_type.eq_ignore_ascii_case("application/json") {
        Ok(Format::Json)
    } else {
        Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content type must be application/x-www-form-urlencoded or application/json",
        ))
    }
}

fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn collect(body: Body) -> Result<Vec<u8>, Problem> {
    match axum::body::to_bytes(body, BODY_LIMIT).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) if is_too_large(&error) => Err(too_large()),
        Err(_) => Err(malformed("the body is incomplete")),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<LengthLimitError>())
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the body must be at most 16384 bytes long",
    )
}

fn malformed(detail: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail)
}

fn parse_form(bytes: &[u8]) -> Result<Fields, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("the form is not UTF-8"))?;
    let mut fields = Fields::default();
    for (name, value) in pairs(text)? {
        let field = match name.as_str() {
            "id" => &mut fields.id,
            "firstName" => &mut fields.first_name,
            "lastName" => &mut fields.last_name,
            _ => continue,
        };
        if field.replace(Value::String(value)).is_some() {
            return Err(malformed("the form gives a field twice"));
        }
    }
    Ok(fields)
}

/// The names and values of a form or of a query. What is not UTF-8 is refused:
/// replacing it would store something that nobody sent.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(text: &str) -> Result<String, Problem> {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8()
        .map(|decoded| decoded.into_owned())
        .map_err(|_| malformed("percent-encoded text is not UTF-8"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JsonFields {
    #[serde(default, deserialize_with = "given")]
    id: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    first_name: Option<Value>,
    #[serde(default, deserialize_with = "given")]
    last_name: Option<Value>,
}

/// Keeps `null` apart from a field that is not there.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn parse_json(bytes: &[u8]) -> Result<Fields, Problem> {
    // The derived reader would take an array for an object.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(malformed("the body must be a JSON object"));
    }
    let fields: JsonFields = serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            malformed("the JSON object gives a field twice")
        } else {
            malformed("the body is not valid JSON")
        }
    })?;
    Ok(Fields {
        id: fields.id,
        first_name: fields.first_name,
        last_name: fields.last_name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_once_and_completely() {
        let fields = parse_form(b"firstName=A%2BB+%2541&lastName=%F0%9F%A6%80=&x=y&").unwrap();
        assert_eq!(fields.first_name, Some("A+B %41".into()));
        assert_eq!(fields.last_name, Some("🦀=".into()));
    }

    #[test]
    fn forms_that_would_be_guessed_about_are_refused() {
        for form in ["firstName=%FF", "firstName=a&firstName=b"] {
            assert!(parse_form(form.as_bytes()).is_err(), "{form}");
        }
        assert!(parse_form(b"firstName=\xff").is_err());
    }

    #[test]
    fn json_keeps_null_apart_from_nothing() {
        let fields = parse_json(br#" {"lastName": null, "other": [{}]}"#).unwrap();
        assert_eq!(fields.last_name, Some(Value::Null));
        assert_eq!(fields.first_name, None);
    }

    #[test]
    fn json_that_is_no_plain_object_is_refused() {
        for json in [
            "",
            "[]",
            "null",
            r#"[1, "a", "b"]"#,
            r#"{"firstName": "a""#,
            r#"{"firstName": "a"} x"#,
            r#"{"firstName": "\ud800"}"#,
            r#"{"firstName": "a", "firstName": "b"}"#,
        ] {
            assert!(parse_json(json.as_bytes()).is_err(), "{json}");
        }
    }
}
