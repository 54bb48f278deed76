//! Keys that exclude or need each other: exactly one of several (`commands` or `commands_file`),
//! at most one (`run`, `skip`, `filters`), at least one (`stop`, `cancel`).
//!
//! The first two are enums whose variants are named after the keys, flattened into their object
//! through [`ExactlyOne`] and [`AtMostOne`]; serde alone would overlook a wrong value in an
//! optional flattened enum. The third is [`AtLeastOne`]. In the JSON Schema all of them become
//! ordinary `properties` with `required` combinations, which editors understand.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, forward_to_deserialize_any};
use serde_json::{Map, Value, json};

use super::strict::{AtLeastOne, Listed};

/// Reads exactly one of the keys that the variants of `T` are named after.
pub(super) struct ExactlyOne<T>(PhantomData<T>);

/// Reads at most one of the keys that the variants of `T` are named after.
pub(super) struct AtMostOne<T>(PhantomData<T>);

impl<T> ExactlyOne<T> {
    pub(super) fn deserialize<'de, D>(deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de>,
    {
        let keys = keys_of::<T>();
        AtMostOne::<T>::deserialize(deserializer)?
            .ok_or_else(|| D::Error::custom(format_args!("one of {} is missing", Listed(keys))))
    }

    pub(super) fn serialize<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
    {
        value.serialize(serializer)
    }
}

impl<T> AtMostOne<T> {
    pub(super) fn deserialize<'de, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de>,
    {
        deserializer.deserialize_struct("", keys_of::<T>(), Chosen(PhantomData))
    }

    pub(super) fn serialize<S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
    {
        value.serialize(serializer)
    }
}

/// Takes the one entry of an object, if there is one, as a variant of `T`.
struct Chosen<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Chosen<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some(key) = map.next_key::<String>()? else { return Ok(None) };
        let chosen = T::deserialize(OneEntry { key: &key, map: &mut map })?;
        match map.next_key::<String>()? {
            None => Ok(Some(chosen)),
            Some(second) => {
                Err(A::Error::custom(format_args!("`{second}` cannot stand beside `{key}`")))
            }
        }
    }
}

/// The entry whose key has been read, seen as an enum.
struct OneEntry<'a, A> {
    key: &'a str,
    map: &'a mut A,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for OneEntry<'_, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for OneEntry<'_, A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), A::Error> {
        Ok((seed.deserialize(StrDeserializer::new(self.key))?, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for OneEntry<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.map.next_value()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("a key has one value"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("a key has one value"))
    }
}

/// The names of the variants of `T`, which its derived deserializer tells whoever it asks.
fn keys_of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut keys: &'static [&'static str] = &[];
    // The probe answers with an error by design; what it was told is all that is wanted.
    let _ = T::deserialize(Probe(&mut keys));
    keys
}

struct Probe<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = variants;
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("a probe holds no value"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Schema transform of an [`AtLeastOne`] struct.
pub(super) fn at_least_one_of<T: AtLeastOne>(schema: &mut Schema) {
    let needs: Vec<Value> = T::KEYS.iter().map(|key| json!({"required": [key]})).collect();
    schema.insert("anyOf".into(), needs.into());
}

/// Schema transform of an enum whose variants are keys: from one object a variant to one object
/// with a property a variant, of which one is required.
pub(super) fn keys(schema: &mut Schema) {
    let Some(Value::Array(variants)) = schema.remove("oneOf") else { return };
    let mut properties = Map::new();
    for mut variant in variants {
        let description = variant.get_mut("description").map(Value::take);
        let Some(Value::Object(of_variant)) = variant.get_mut("properties").map(Value::take) else {
            continue;
        };
        for (key, mut value) in of_variant {
            if let (Some(object), Some(text)) = (value.as_object_mut(), &description) {
                object.insert("description".into(), text.clone());
            }
            properties.insert(key, value);
        }
    }
    let needs: Vec<Value> = properties.keys().map(|key| json!({"required": [key]})).collect();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    schema.insert("oneOf".into(), needs.into());
    schema.insert("additionalProperties".into(), false.into());
}

/// Schema transform of a struct with flattened [`keys`]: they all stand among its own properties
/// by now, so that the object is closed in the plain sense.
pub(super) fn closed(schema: &mut Schema) {
    if schema.remove("unevaluatedProperties").is_some() {
        schema.insert("additionalProperties".into(), false.into());
    }
}

impl<T: JsonSchema> JsonSchema for ExactlyOne<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ExactlyOne_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for AtMostOne<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("AtMostOne_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.remove("oneOf");
        let names: Vec<String> = schema
            .get("properties")
            .and_then(Value::as_object)
            .map(|properties| properties.keys().cloned().collect())
            .unwrap_or_default();
        let mut pairs = Vec::new();
        for (at, first) in names.iter().enumerate() {
            for second in names.iter().skip(at + 1) {
                pairs.push(json!({"required": [first, second]}));
            }
        }
        schema.insert("not".into(), json!({"anyOf": pairs}));
        schema
    }
}
