//! Bounds of numbers.

use std::fmt;

use serde_json::{Map, Value};

/// The least and the most that a number may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    least: Option<Bound>,
    most: Option<Bound>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Bound {
    at: Number,
    excluded: bool,
}

/// A number as a text has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    fn of(value: &Value) -> Option<Self> {
        let number = value.as_number()?;
        number.as_i128().map(Self::Int).or_else(|| number.as_f64().map(Self::Float))
    }

    #[allow(clippy::cast_precision_loss)]
    fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        let float = |number| match number {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        };
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            _ => float(self).partial_cmp(&float(other)),
        }
    }
}

impl Bounds {
    /// The bounds that a conjunction of schemas sets, by `minimum` and its kin, or by the integer
    /// type that `format` names.
    pub fn of(schemas: &[&Map<String, Value>]) -> Self {
        let find = |key: &str| schemas.iter().find_map(|schema| Number::of(schema.get(key)?));
        let bound = |inclusive, exclusive| {
            let excluded = find(exclusive).map(|at| Bound { at, excluded: true });
            excluded.or_else(|| find(inclusive).map(|at| Bound { at, excluded: false }))
        };
        let format = schemas.iter().find_map(|schema| schema.get("format")?.as_str());
        let (least, most) = format.and_then(range_of_type).unzip();
        let inclusive = |at| Bound { at: Number::Int(at), excluded: false };
        Self {
            least: bound("minimum", "exclusiveMinimum").or(least.map(inclusive)),
            most: bound("maximum", "exclusiveMaximum").or(most.map(inclusive)),
        }
    }

    /// Exactly one integer.
    pub const fn exactly(int: i128) -> Self {
        let bound = Some(Bound { at: Number::Int(int), excluded: false });
        Self { least: bound, most: bound }
    }

    pub fn contain(&self, number: Number) -> bool {
        let within = |bound: Option<Bound>, wrong_side| {
            bound.is_none_or(|Bound { at, excluded }| match number.compare(at) {
                None => false,
                Some(std::cmp::Ordering::Equal) => !excluded,
                Some(side) => side != wrong_side,
            })
        };
        within(self.least, std::cmp::Ordering::Less)
            && within(self.most, std::cmp::Ordering::Greater)
    }
}

fn range_of_type(name: &str) -> Option<(i128, i128)> {
    Some(match name {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" => (0, u64::MAX.into()),
        _ => return None,
    })
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Float(float) => write!(f, "{float}"),
        }
    }
}

/// `between 1 and 50`, `at least 1`, `less than 3`.
impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (Some(least), Some(most)) if !least.excluded && !most.excluded => {
                if least.at == most.at {
                    write!(f, "{}", least.at)
                } else {
                    write!(f, "between {} and {}", least.at, most.at)
                }
            }
            (least, most) => {
                if let Some(Bound { at, excluded }) = least {
                    write!(f, "{} {at}", if excluded { "more than" } else { "at least" })?;
                }
                if least.is_some() && most.is_some() {
                    f.write_str(" and ")?;
                }
                if let Some(Bound { at, excluded }) = most {
                    write!(f, "{} {at}", if excluded { "less than" } else { "at most" })?;
                }
                Ok(())
            }
        }
    }
}
