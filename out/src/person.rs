//! A person, and the rules for what a client may say about one.
//!
//! The rules live here and nowhere else; the table repeats them only to guard
//! the data against other programs.

use serde::{Serialize, Serializer};
use serde_json::Value;
use time::{OffsetDateTime, UtcOffset};

use crate::problem::FieldError;

/// Characters (Unicode scalar values) in a name, at most.
const NAME_LIMIT: usize = 255;

/// 2^53 - 1: every reader of JSON reads whole numbers up to here exactly.
const LARGEST_ID: i64 = 9_007_199_254_740_991;

pub const ID_RULE: &str = "must be a whole number from 1 to 9007199254740991";

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PersonId(i64);

impl PersonId {
    /// Digits only: no sign, no spaces, no exponent.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().and_then(Self::new)
    }

    fn new(number: i64) -> Option<Self> {
        (1..=LARGEST_ID).contains(&number).then_some(Self(number))
    }

    pub fn get(self) -> i64 {
        self.0
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub id: i64,
    pub first_name: String,
    pub last_name: Option<String>,
    pub updated_at: Timestamp,
    pub created_at: Timestamp,
}

/// A moment, written as RFC 3339 in UTC with milliseconds.
#[derive(Debug)]
pub struct Timestamp(pub OffsetDateTime);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let moment = self.0.to_offset(UtcOffset::UTC);
        serializer.collect_str(&format_args!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            moment.year(),
            u8::from(moment.month()),
            moment.day(),
            moment.hour(),
            moment.minute(),
            moment.second(),
            moment.millisecond(),
        ))
    }
}

/// The fields of a request, as they came: `None` was not given.
#[derive(Debug, Default, PartialEq)]
pub struct Fields {
    pub id: Option<Value>,
    pub first_name: Option<Value>,
    pub last_name: Option<Value>,
}

/// A person to be stored.
#[derive(Debug, PartialEq)]
pub struct Draft {
    pub id: Option<PersonId>,
    pub first_name: String,
    pub last_name: Option<String>,
}

/// What is to be changed: `None` stays, `Some(None)` is taken away.
#[derive(Debug, PartialEq)]
pub struct Change {
    pub first_name: Option<String>,
    pub last_name: Option<Option<String>>,
}

impl Draft {
    pub fn new(fields: Fields) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = fields.id.and_then(|id| read_id(id, &mut errors));
        let first_name = match fields.first_name {
            Some(value) => read_first_name(value, &mut errors),
            None => {
                errors.push(FieldError::new("firstName", "is required"));
                None
            }
        };
        let last_name = fields
            .last_name
            .and_then(|value| read_last_name(value, &mut errors));
        match first_name {
            Some(first_name) if errors.is_empty() => Ok(Self {
                id,
                first_name,
                last_name,
            }),
            _ => Err(errors),
        }
    }
}

impl Change {
    pub fn new(id: PersonId, fields: Fields) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        if fields.first_name.is_none() && fields.last_name.is_none() {
            errors.push(FieldError::new(
                "firstName",
                "or lastName is required: there is nothing to change",
            ));
        }
        if let Some(given) = fields.id.and_then(|id| read_id(id, &mut errors))
            && given != id
        {
            errors.push(FieldError::new("id", "must be that of the path, if given"));
        }
        let first_name = fields
            .first_name
            .and_then(|value| read_first_name(value, &mut errors));
        let last_name = fields
            .last_name
            .map(|value| read_last_name(value, &mut errors));
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            first_name,
            last_name,
        })
    }
}

fn read_id(value: Value, errors: &mut Vec<FieldError>) -> Option<PersonId> {
    let id = match &value {
        Value::Null => return None,
        Value::Number(number) => number.as_i64().and_then(PersonId::new),
        Value::String(text) => PersonId::parse(text),
        _ => None,
    };
    if id.is_none() {
        errors.push(FieldError::new("id", ID_RULE));
    }
    id
}

fn read_first_name(value: Value, errors: &mut Vec<FieldError>) -> Option<String> {
    match value {
        Value::Null => {
            errors.push(FieldError::new("firstName", "is required"));
            None
        }
        Value::String(text) if text.is_empty() => {
            errors.push(FieldError::new("firstName", "must not be empty"));
            None
        }
        value => read_name("firstName", value, errors),
    }
}

fn read_last_name(value: Value, errors: &mut Vec<FieldError>) -> Option<String> {
    match value {
        Value::Null => None,
        value => read_name("lastName", value, errors),
    }
}

fn read_name(field: &'static str, value: Value, errors: &mut Vec<FieldError>) -> Option<String> {
    let wrong = match value {
        Value::String(text) if text.contains('\0') => "must not contain the NUL character",
        Value::String(text) if text.chars().nth(NAME_LIMIT).is_some() => {
            "must be at most 255 characters long"
        }
        Value::String(text) => return Some(text),
        _ => "must be a text",
    };
    errors.push(FieldError::new(field, wrong));
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        Fields {
            id: value.get("id").cloned(),
            first_name: value.get("firstName").cloned(),
            last_name: value.get("lastName").cloned(),
        }
    }

    fn wrong(value: Value) -> Vec<String> {
        let errors = Draft::new(fields(value)).unwrap_err();
        errors.iter().map(FieldError::to_string).collect()
    }

    #[test]
    fn ids_are_digits_within_what_json_holds_exactly() {
        for text in [
            "",
            "0",
            "-1",
            "+1",
            " 1",
            "1e3",
            "1.0",
            "9007199254740992",
            "²",
        ] {
            assert_eq!(PersonId::parse(text), None, "{text}");
        }
        assert_eq!(
            PersonId::parse("9007199254740991"),
            Some(PersonId(LARGEST_ID))
        );
    }

    #[test]
    fn every_wrong_field_is_named() {
        assert_eq!(
            wrong(json!({"id": 1.5, "firstName": "", "lastName": ["x"]})),
            [
                "id must be a whole number from 1 to 9007199254740991",
                "firstName must not be empty",
                "lastName must be a text",
            ]
        );
        assert_eq!(wrong(json!({})), ["firstName is required"]);
        assert_eq!(
            wrong(json!({"firstName": "a\0b"})),
            ["firstName must not contain the NUL character"]
        );
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(Draft::new(fields(json!({"firstName": "🦀".repeat(255)}))).is_ok());
        assert_eq!(
            wrong(json!({"firstName": "🦀".repeat(256)})),
            ["firstName must be at most 255 characters long"]
        );
    }

    #[test]
    fn a_change_needs_something_to_change() {
        let id = PersonId(7);
        assert!(Change::new(id, fields(json!({"id": 7}))).is_err());
        assert!(Change::new(id, fields(json!({"id": 8, "lastName": "x"}))).is_err());
        assert_eq!(
            Change::new(id, fields(json!({"lastName": null}))),
            Ok(Change {
                first_name: None,
                last_name: Some(None)
            })
        );
    }

    #[test]
    fn timestamps_have_milliseconds_and_utc() {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(1_573_404_495_900_999_999).unwrap();
        assert_eq!(
            serde_json::to_string(&Timestamp(moment)).unwrap(),
            "\"2019-11-10T16:48:15.900Z\""
        );
    }
}
