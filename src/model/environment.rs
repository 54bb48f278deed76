//! What a job finds in its environment: variables, secrets, and the configuration that all jobs of
//! a pipeline share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice;
use super::strict::{at_least_one, map_only};
use super::wire::{List, Maybe};
use super::{Commands, Epilogue, Priority};

/// The most variables that one list may have.
pub(super) const MOST_ENV_VARS: usize = 10_000;

/// One environment variable. A job's variable wins over its task's, and that over
/// `global_job_config`'s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct EnvVar {
    /// Name of the variable.
    pub name: String,
    /// Value of the variable, a string: numbers and booleans need quotes.
    pub value: String,
}

impl EnvVar {
    /// A variable with its value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A secret of the organization or project whose variables and files the job gets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Secret {
    /// Name of the secret, as `sem get secrets` lists it.
    pub name: String,
    /// Names of variables in the secret. Part of the format, but a secret is always exported
    /// whole. May be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env_var_names: Vec<String>,
    /// Paths of files in the secret. Part of the format, but a secret is always installed whole.
    /// May be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config_file_paths: Vec<String>,
}

impl Secret {
    /// The whole secret of that name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// What all jobs of all blocks share; `after_pipeline` does not get it. At least one key is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schemars(transform = choice::at_least_one_of::<GlobalJobConfig>)]
pub struct GlobalJobConfig {
    /// Commands before the prologue of each task.
    #[serde(default, with = "Maybe::<Commands>", skip_serializing_if = "Option::is_none")]
    pub prologue: Option<Commands>,
    /// Secrets for each job, in addition to those of its task.
    #[serde(default, with = "Maybe::<Vec<Secret>>", skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Vec<Secret>>,
    /// Environment variables of each job, at most 10,000; those of tasks and jobs win over them.
    #[serde(
        default,
        with = "Maybe::<List<EnvVar, 0, MOST_ENV_VARS>>",
        skip_serializing_if = "Option::is_none"
    )]
    pub env_vars: Option<Vec<EnvVar>>,
    /// Commands after the epilogue of each task.
    #[serde(default, with = "Maybe::<Epilogue>", skip_serializing_if = "Option::is_none")]
    pub epilogue: Option<Epilogue>,
    /// Priorities for each job, tried after the job's own.
    #[serde(default, with = "Maybe::<Vec<Priority>>", skip_serializing_if = "Option::is_none")]
    pub priority: Option<Vec<Priority>>,
}

at_least_one!(GlobalJobConfig: prologue, secrets, env_vars, epilogue, priority);

map_only!(EnvVar, Secret);
