//! Conditions: the value of every `when`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::strict::map_only;
use super::wire::{As, Filled};

/// A condition in the `when` language, or a plain boolean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    /// An expression such as `branch = 'main' and result = 'passed'`. `and` and `or` have the same
    /// precedence and associate to the left; strings are single-quoted and never empty.
    When(#[serde(with = "As::<Filled>")] String),
    /// Always (`true`) or never (`false`).
    Fixed(bool),
}

impl From<&str> for Condition {
    fn from(expression: &str) -> Self {
        Self::When(expression.into())
    }
}

impl From<String> for Condition {
    fn from(expression: String) -> Self {
        Self::When(expression)
    }
}

impl From<bool> for Condition {
    fn from(always: bool) -> Self {
        Self::Fixed(always)
    }
}

/// Something that happens when a condition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct When {
    /// The condition: a string in the `when` language, or a boolean.
    pub when: Condition,
}

impl<C: Into<Condition>> From<C> for When {
    fn from(condition: C) -> Self {
        Self { when: condition.into() }
    }
}

map_only!(When);
