//! How a field is read and described where its Rust type alone says less than the format does:
//! a string that may not be empty, a list of bounded length, an option that may be absent but not
//! null. Each marker is named once, in `#[serde(with = "…")]`, and both the deserializer and the
//! JSON Schema follow from it, so that the two cannot disagree.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Reads a `T` and keeps it as whatever the field holds.
pub(super) struct As<T>(PhantomData<T>);

impl<T> As<T> {
    pub(super) fn deserialize<'de, D, V>(deserializer: D) -> Result<V, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de> + Into<V>,
    {
        T::deserialize(deserializer).map(Into::into)
    }

    pub(super) fn serialize<S: Serializer, V: Serialize>(
        value: &V,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}

/// Reads an optional `T`: the key may be absent, but where it stands it has a value, as the
/// platform refuses null everywhere.
pub(super) struct Maybe<T>(PhantomData<T>);

impl<T> Maybe<T> {
    pub(super) fn deserialize<'de, D, V>(deserializer: D) -> Result<Option<V>, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de> + Into<V>,
    {
        T::deserialize(deserializer).map(|value| Some(value.into()))
    }

    pub(super) fn serialize<S: Serializer, V: Serialize>(
        value: &Option<V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}

/// The schema of a marker is the schema of what it reads.
macro_rules! described_by_its_parameter {
    ($($marker:ident),*) => {$(
        impl<T: JsonSchema> JsonSchema for $marker<T> {
            fn inline_schema() -> bool {
                T::inline_schema()
            }

            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn schema_id() -> Cow<'static, str> {
                T::schema_id()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    )*};
}

described_by_its_parameter!(As, Maybe);

/// A string of at least one character.
pub(super) struct Filled(String);

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(D::Error::invalid_length(0, &"a string that is not empty"));
        }
        Ok(Self(text))
    }
}

impl From<Filled> for String {
    fn from(Filled(text): Filled) -> Self {
        text
    }
}

impl JsonSchema for Filled {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Filled".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1})
    }
}

/// A list of `MIN` to `MAX` items; `usize::MAX` is no upper bound.
pub(super) struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de>
    for List<T, MIN, MAX>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<T>::deserialize(deserializer)?;
        if !(MIN..=MAX).contains(&items.len()) {
            let wanted = match MAX {
                usize::MAX => format!("at least {MIN} items"),
                _ => format!("{MIN} to {MAX} items"),
            };
            return Err(D::Error::invalid_length(items.len(), &wanted.as_str()));
        }
        Ok(Self(items))
    }
}

impl<T, const MIN: usize, const MAX: usize> From<List<T, MIN, MAX>> for Vec<T> {
    fn from(List(items): List<T, MIN, MAX>) -> Self {
        items
    }
}

impl<T: JsonSchema, const MIN: usize, const MAX: usize> JsonSchema for List<T, MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("List_{}_{MIN}_{MAX}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({"type": "array", "items": generator.subschema_for::<T>()});
        if MIN > 0 {
            schema.insert("minItems".into(), MIN.into());
        }
        if MAX < usize::MAX {
            schema.insert("maxItems".into(), MAX.into());
        }
        schema
    }
}

/// An integer from `MIN` to `MAX`.
pub(super) struct Between<const MIN: u8, const MAX: u8>(u8);

impl<'de, const MIN: u8, const MAX: u8> Deserialize<'de> for Between<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        if !(MIN..=MAX).contains(&number) {
            return Err(D::Error::custom(format_args!("{number} is not between {MIN} and {MAX}")));
        }
        Ok(Self(number))
    }
}

impl<const MIN: u8, const MAX: u8> From<Between<MIN, MAX>> for u8 {
    fn from(Between(number): Between<MIN, MAX>) -> Self {
        number
    }
}

impl<const MIN: u8, const MAX: u8> JsonSchema for Between<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Between_{MIN}_{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

/// An integer of at least one.
pub(super) struct Positive(u64);

impl<'de> Deserialize<'de> for Positive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            0 => Err(D::Error::custom("0 is not at least 1")),
            number => Ok(Self(number)),
        }
    }
}

impl From<Positive> for u64 {
    fn from(Positive(number): Positive) -> Self {
        number
    }
}

impl JsonSchema for Positive {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Positive".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 1})
    }
}

/// Any integer.
pub(super) struct Integer(i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}

impl From<Integer> for i64 {
    fn from(Integer(number): Integer) -> Self {
        number
    }
}

impl JsonSchema for Integer {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Integer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer"})
    }
}
