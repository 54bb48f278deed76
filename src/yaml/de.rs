//! Typed reading: a serde deserializer over a node. It coerces nothing: a string is never made
//! from a number or a boolean. Every error points at the node that it speaks of.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::node::{Entries, Items, Node};
use super::tree::{Kind, Value};
use crate::diagnostic::{Problem, Span};

/// Why a node is not a value of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    message: String,
    span: Option<Span>,
}

impl ReadError {
    /// What is wrong: one sentence, lower case, without a place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The innermost node that it is about.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span.unwrap_or_default()
    }

    /// The error as a problem of a rule.
    #[must_use]
    pub fn problem(self, rule: &'static str) -> Problem {
        Problem::new(rule, self.span(), self.message)
    }

    /// The innermost node's span is kept.
    fn at(mut self, node: Node<'_>) -> Self {
        self.span.get_or_insert_with(|| node.span());
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", Found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", Found(found)))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {length} items"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown value \"{variant}\", expected {}", one_of(expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown key \"{field}\", expected {}", one_of(expected)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("the key \"{field}\" is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format_args!("the key \"{field}\" stands here twice"))
    }
}

fn one_of(names: &[&str]) -> String {
    match names {
        [] => "nothing here".to_owned(),
        [name] => format!("\"{name}\""),
        [first @ .., last] => format!("one of \"{}\" and \"{last}\"", first.join("\", \"")),
    }
}

/// What was found, in our words.
struct Found<'a>(Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Unit | Unexpected::Option => f.write_str("nothing"),
            Unexpected::Bool(value) => write!(f, "the boolean {value}"),
            Unexpected::Unsigned(value) => write!(f, "the integer {value}"),
            Unexpected::Signed(value) => write!(f, "the integer {value}"),
            Unexpected::Float(value) => write!(f, "the float {value:?}"),
            Unexpected::Str(value) => write!(f, "the string {value:?}"),
            Unexpected::Seq => f.write_str("a list"),
            Unexpected::Map => f.write_str("a map"),
            other => write!(f, "{other}"),
        }
    }
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let read = match self.value() {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Int(value) => {
                if let Ok(value) = u64::try_from(value) {
                    visitor.visit_u64(value)
                } else if let Ok(value) = i64::try_from(value) {
                    visitor.visit_i64(value)
                } else {
                    visitor.visit_i128(value)
                }
            }
            Value::Float(value) => visitor.visit_f64(value),
            Value::Str(value) => visitor.visit_borrowed_str(value),
            Value::Seq => {
                let mut items = Sequence { items: self.items() };
                let read = visitor.visit_seq(&mut items);
                match (read, items.items.len()) {
                    (Ok(_), left @ 1..) => {
                        let total = self.items().len();
                        Err(de::Error::custom(format_args!(
                            "expected {} items, found {total}",
                            total - left
                        )))
                    }
                    (read, _) => read,
                }
            }
            Value::Map => visitor.visit_map(Mapping { entries: self.entries(), value: None }),
        };
        read.map_err(|error| error.at(self))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let read = if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) };
        read.map_err(|error| error.at(self))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self).map_err(|error| error.at(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let mut entries = self.entries();
        let (variant, content) = match (self.value(), entries.next(), entries.next()) {
            (Value::Str(_), ..) => (self, None),
            (Value::Map, Some(entry), None) => (entry.key, Some(entry.value)),
            (Value::Map, ..) => {
                return Err(ReadError::from(format!(
                    "expected {name}: a string, or a map with one key"
                ))
                .at(self));
            }
            _ => {
                return Err(
                    ReadError::from(format!("expected {name}, found {}", self.kind())).at(self)
                );
            }
        };
        visitor.visit_enum(Variant { variant, content }).map_err(|error| error.at(self))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

impl From<String> for ReadError {
    fn from(message: String) -> Self {
        Self { message, span: None }
    }
}

impl<'de> IntoDeserializer<'de, ReadError> for Node<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Sequence<'de> {
    items: Items<'de>,
}

impl<'de> SeqAccess<'de> for Sequence<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        self.items
            .next()
            .map(|item| seed.deserialize(item).map_err(|error| error.at(item)))
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Mapping<'de> {
    entries: Entries<'de>,
    value: Option<Node<'de>>,
}

impl<'de> MapAccess<'de> for Mapping<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(entry.value);
        seed.deserialize(entry.key).map(Some).map_err(|error| error.at(entry.key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let Some(value) = self.value.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(value).map_err(|error| error.at(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

struct Variant<'de> {
    variant: Node<'de>,
    content: Option<Node<'de>>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let Value::Str(name) = self.variant.value() else {
            let message = format!("expected a name, found {}", self.variant.kind());
            return Err(ReadError::from(message).at(self.variant));
        };
        let name = BorrowedStrDeserializer::new(name);
        match seed.deserialize(name) {
            Ok(value) => Ok((value, self)),
            Err(error) => Err(ReadError::at(error, self.variant)),
        }
    }
}

impl<'de> Variant<'de> {
    fn content(&self) -> Result<Node<'de>, ReadError> {
        self.content.ok_or_else(|| {
            let name = self.variant.as_str().unwrap_or_default();
            ReadError::from(format!("\"{name}\" needs a value: write `{name}: …`")).at(self.variant)
        })
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        match self.content {
            Some(content) if content.kind() != Kind::Null => {
                let name = self.variant.as_str().unwrap_or_default();
                Err(ReadError::from(format!("\"{name}\" takes no value, found {}", content.kind()))
                    .at(content))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        let content = self.content()?;
        seed.deserialize(content).map_err(|error| error.at(content))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.content()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.content()?.deserialize_any(visitor)
    }
}
