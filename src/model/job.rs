//! Jobs: the commands that run on one agent, and how often.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice::{self, AtMostOne, ExactlyOne};
use super::environment::MOST_ENV_VARS;
use super::strict::map_only;
use super::wire::{As, Between, Filled, List, Maybe};
use super::{Commands, Condition, EnvVar, TimeLimit};

/// Commands that run on one agent. The jobs of a block run in parallel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = choice::closed)]
pub struct Job {
    /// Name of the job, unique in its block. Without one it is called `Nameless 1`, `Nameless 2`
    /// and so on.
    #[serde(default, with = "Maybe::<Filled>", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which jobs go first when agents are short: the first entry whose condition holds counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priority: Vec<Priority>,
    /// Several copies of the job, equal (`parallelism`) or with different variables (`matrix`).
    #[serde(flatten, with = "AtMostOne::<Spread>")]
    pub spread: Option<Spread>,
    /// Environment variables of this job, at most 10,000; they win over the task's.
    #[serde(
        default,
        with = "As::<List<EnvVar, 0, MOST_ENV_VARS>>",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub env_vars: Vec<EnvVar>,
    /// How long the job may run; not longer than its block or pipeline. Default: their limit.
    #[serde(default, with = "Maybe::<TimeLimit>", skip_serializing_if = "Option::is_none")]
    pub execution_time_limit: Option<TimeLimit>,
    /// What the job runs: `commands` or `commands_file`.
    #[serde(flatten, with = "ExactlyOne::<Commands>")]
    pub commands: Commands,
}

impl Job {
    /// A job with a name and its commands.
    pub fn new(
        name: impl Into<String>,
        commands: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self::of(name, Commands::inline(commands))
    }

    /// A job with a name and commands in line or from a file.
    pub fn of(name: impl Into<String>, commands: Commands) -> Self {
        Self {
            name: Some(name.into()),
            priority: Vec::new(),
            spread: None,
            env_vars: Vec::new(),
            execution_time_limit: None,
            commands,
        }
    }
}

/// How one job becomes several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = choice::keys)]
pub enum Spread {
    /// How many equal copies of the job run, 1 to 50, or an expression that gives such a number.
    /// Each has `SEMAPHORE_JOB_INDEX` (from 1) and `SEMAPHORE_JOB_COUNT`. Excludes `matrix`.
    #[serde(rename = "parallelism")]
    Parallelism(Parallelism),
    /// One job for each combination of the values of these variables, at most 100 jobs in a block.
    /// Excludes `parallelism`.
    #[serde(rename = "matrix")]
    Matrix(Vec<MatrixAxis>),
}

/// How many copies of a job run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Parallelism {
    /// That many, 1 to 50.
    Copies(#[serde(with = "As::<Between<1, 50>>")] u8),
    /// An expression over promotion parameters, for example `%{{ parameters.COPIES | int64 }}`.
    Expression(String),
}

/// One variable of a job matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct MatrixAxis {
    /// Name of the environment variable; each stands in a matrix only once.
    #[serde(with = "As::<Filled>")]
    pub env_var: String,
    /// Its values: a list of strings, or an expression that gives one.
    pub values: MatrixValues,
}

impl MatrixAxis {
    /// A variable with its values.
    pub fn new(
        env_var: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let values = MatrixValues::List(values.into_iter().map(Into::into).collect());
        Self { env_var: env_var.into(), values }
    }
}

/// The values of one variable of a job matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MatrixValues {
    /// The values, at least one; strings, so numbers need quotes.
    List(#[serde(with = "As::<List<String, 1, { usize::MAX }>>")] Vec<String>),
    /// An expression over promotion parameters, for example
    /// `%{{ parameters.VERSIONS | splitList "," }}`.
    Expression(String),
}

/// How urgent jobs are while a condition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Priority {
    /// The priority, 0 (last) to 100 (first).
    #[serde(with = "As::<Between<0, 100>>")]
    pub value: u8,
    /// When it counts: a string in the `when` language, or a boolean.
    pub when: Condition,
}

map_only!(MatrixAxis, Priority);
