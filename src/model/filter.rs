//! Filters: the legacy way to say when a block runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice::{self, ExactlyOne};
use super::strict::name_only;
use super::wire::{As, Filled, Maybe};

/// A legacy condition of a block on the label of the run: its branch, tag or pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = choice::closed)]
pub struct Filter {
    /// What the label is compared with: `label` or `label_pattern`.
    #[serde(flatten, with = "ExactlyOne::<FilterLabel>")]
    pub label: FilterLabel,
    /// What happens to the block on a match. May be left out.
    #[serde(default, with = "Maybe::<FilterAction>", skip_serializing_if = "Option::is_none")]
    pub action: Option<FilterAction>,
}

/// What a filter compares the label with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = choice::keys)]
pub enum FilterLabel {
    /// The label itself. Excludes `label_pattern`.
    #[serde(rename = "label")]
    Exact(#[serde(with = "As::<Filled>")] String),
    /// A regular expression for the label. Excludes `label`.
    #[serde(rename = "label_pattern")]
    Pattern(#[serde(with = "As::<Filled>")] String),
}

/// What happens to a block when its filter matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum FilterAction {
    /// The block is skipped.
    Skip,
    /// The block runs.
    Execute,
}

name_only!(FilterAction);
