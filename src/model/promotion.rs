//! Promotions: the pipelines that follow this one, by hand or by themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::When;
use super::choice::{self, AtMostOne};
use super::strict::map_only;
use super::wire::{As, Filled, Maybe};

/// A pipeline that can follow this one: when somebody presses the button, or by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Promotion {
    /// Name of the promotion, as the button shows it.
    #[serde(with = "As::<Filled>")]
    pub name: String,
    /// File of the pipeline that follows, relative to the directory of this file, or to the root of
    /// the repository when it starts with `/`. The platform looks at it only when promoting.
    pub pipeline_file: String,
    /// Deployment target that the promotion goes to; it may restrict who promotes and when, and
    /// brings its own secrets. Default: none.
    #[serde(default, with = "Maybe::<Filled>", skip_serializing_if = "Option::is_none")]
    pub deployment_target: Option<String>,
    /// When the promotion starts by itself. Evaluated when this pipeline is done, whatever its
    /// result, so that `branch = 'main'` alone promotes a failed pipeline too. Default: never.
    #[serde(default, with = "Maybe::<When>", skip_serializing_if = "Option::is_none")]
    pub auto_promote: Option<When>,
    /// The deprecated form of `auto_promote`: the promotion starts by itself when one entry
    /// matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auto_promote_on: Vec<AutoPromoteRule>,
    /// Values to ask for when promoting.
    #[serde(default, with = "Maybe::<Parameters>", skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

impl Promotion {
    /// A promotion by hand to the pipeline of a file.
    pub fn new(name: impl Into<String>, pipeline_file: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            pipeline_file: pipeline_file.into(),
            deployment_target: None,
            auto_promote: None,
            auto_promote_on: Vec::new(),
            parameters: None,
        }
    }
}

/// One entry of the deprecated `auto_promote_on`; everything that it names must match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = choice::closed)]
pub struct AutoPromoteRule {
    /// Result of this pipeline: `passed`, `failed`, `stopped` or `canceled`.
    pub result: String,
    /// Reason of the result, for example `test`. Default: any.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    pub result_reason: Option<String>,
    /// What the branch or tag must be: `branch`, `labels` or `label_patterns`. Default: any.
    #[serde(flatten, with = "AtMostOne::<RefRule>")]
    pub on: Option<RefRule>,
}

/// What an entry of `auto_promote_on` asks of the branch or tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = choice::keys)]
pub enum RefRule {
    /// Regular expressions, one of which must be found in the branch. Excludes `labels` and
    /// `label_patterns`.
    #[serde(rename = "branch")]
    Branch(Vec<String>),
    /// Branches, tags or pull requests, one of which it must be. Excludes `branch` and
    /// `label_patterns`.
    #[serde(rename = "labels")]
    Labels(Vec<String>),
    /// Regular expressions, one of which must be found in the branch, tag or pull request.
    /// Excludes `branch` and `labels`.
    #[serde(rename = "label_patterns")]
    LabelPatterns(Vec<String>),
}

/// Values to ask for when promoting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Parameters {
    /// The values. Each becomes an environment variable of every job of the promoted pipeline, and
    /// `${{parameters.NAME}}` in its YAML.
    pub env_vars: Vec<Parameter>,
}

/// One value to ask for when promoting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Parameter {
    /// Name of the environment variable.
    pub name: String,
    /// What the value is for, shown to whoever promotes.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The values to choose from. Default: any value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Value to use when none is given, for example by an automatic promotion.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Whether a value is needed to promote. Default: yes.
    #[serde(default, with = "Maybe::<bool>", skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
}

map_only!(Promotion, Parameters, Parameter);
