//! Where a derived deserializer is laxer than the format: it reads a struct from a list of its
//! fields' values, a plain name from a map with one key, and knows no "at least one of". Types
//! with `#[serde(remote = "Self")]` get their last word here.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

/// Offers a struct nothing but a map.
pub(super) struct MapOnly<D>(pub D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for MapOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(MapVisitor(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

/// Takes a map and nothing else, whatever the visitor inside would take.
struct MapVisitor<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for MapVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
    }
}

/// An object that needs at least one of some keys.
pub(super) trait AtLeastOne: Sized {
    /// The keys.
    const KEYS: &'static [&'static str];

    /// Whether one of them is there.
    fn has_one(&self) -> bool;

    /// `self`, when one of the keys is there.
    fn checked<E: Error>(self) -> Result<Self, E> {
        if self.has_one() {
            Ok(self)
        } else {
            Err(E::custom(format_args!("at least one of {} is missing", Listed(Self::KEYS))))
        }
    }
}

/// A field that may be left out.
pub(super) trait Optional {
    /// Whether it is there.
    fn is_there(&self) -> bool;
}

impl<T> Optional for Option<T> {
    fn is_there(&self) -> bool {
        self.is_some()
    }
}

impl<T> Optional for Vec<T> {
    fn is_there(&self) -> bool {
        !self.is_empty()
    }
}

/// The serializer of a type with `#[serde(remote = "Self")]`: the derived one.
macro_rules! serialize_as_derived {
    ($of:ident) => {
        impl serde::Serialize for $of {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    };
}
pub(super) use serialize_as_derived;

/// Structs that are read from maps only.
macro_rules! map_only {
    ($($of:ident),+) => {$(
        impl<'de> serde::Deserialize<'de> for $of {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize($crate::model::strict::MapOnly(deserializer))
            }
        }

        $crate::model::strict::serialize_as_derived!($of);
    )+};
}
pub(super) use map_only;

/// A struct that is read from maps only, and only from those with at least one of some keys.
macro_rules! at_least_one {
    ($of:ident: $($field:ident),+) => {
        impl $crate::model::strict::AtLeastOne for $of {
            const KEYS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn has_one(&self) -> bool {
                $($crate::model::strict::Optional::is_there(&self.$field))||+
            }
        }

        impl<'de> serde::Deserialize<'de> for $of {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read = Self::deserialize($crate::model::strict::MapOnly(deserializer))?;
                $crate::model::strict::AtLeastOne::checked(read)
            }
        }

        $crate::model::strict::serialize_as_derived!($of);
    };
}
pub(super) use at_least_one;

/// Enums of names that are read from strings only.
macro_rules! name_only {
    ($($of:ident),+) => {$(
        impl<'de> serde::Deserialize<'de> for $of {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::deserialize(serde::de::IntoDeserializer::into_deserializer(name))
            }
        }

        $crate::model::strict::serialize_as_derived!($of);
    )+};
}
pub(super) use name_only;

/// Names in back quotes, with commas.
pub(super) struct Listed(pub &'static [&'static str]);

impl fmt::Display for Listed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(formatter, "{comma}`{name}`")?;
        }
        Ok(())
    }
}
