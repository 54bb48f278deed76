//! Tasks: jobs and what they share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choice;
use super::environment::MOST_ENV_VARS;
use super::strict::{at_least_one, map_only, name_only};
use super::wire::{As, Integer, List, Maybe};
use super::{Agent, Commands, EnvVar, Epilogue, FailFast, Job, Secret};

/// The jobs of a block and what they share; `jobs` or `boosters` is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schemars(transform = choice::at_least_one_of::<Task>)]
pub struct Task {
    /// Where the jobs run. Default: the pipeline's agent.
    #[serde(default, with = "Maybe::<Agent>", skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
    /// Secrets for each job.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secret>,
    /// Environment variables of each job, at most 10,000; a job's own win over them.
    #[serde(
        default,
        with = "As::<List<EnvVar, 0, MOST_ENV_VARS>>",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub env_vars: Vec<EnvVar>,
    /// Commands before those of each job, in the same shell.
    #[serde(default, with = "Maybe::<Commands>", skip_serializing_if = "Option::is_none")]
    pub prologue: Option<Commands>,
    /// The jobs, 1 to 50, which run in parallel.
    #[serde(default, with = "As::<List<Job, 1, 50>>", skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// Test suites that the platform itself splits over several jobs; legacy.
    #[serde(default, with = "Maybe::<Vec<Booster>>", skip_serializing_if = "Option::is_none")]
    pub boosters: Option<Vec<Booster>>,
    /// Commands after those of each job: always, or by its result.
    #[serde(default, with = "Maybe::<Epilogue>", skip_serializing_if = "Option::is_none")]
    pub epilogue: Option<Epilogue>,
    /// What a failed job does to the other jobs of the block. Default: nothing.
    #[serde(default, with = "Maybe::<FailFast>", skip_serializing_if = "Option::is_none")]
    pub fail_fast: Option<FailFast>,
}

at_least_one!(Task: jobs, boosters);

impl Task {
    /// A task of these jobs.
    pub fn new(jobs: impl IntoIterator<Item = Job>) -> Self {
        Self { jobs: jobs.into_iter().collect(), ..Self::default() }
    }
}

/// A test suite that the platform splits over several jobs; legacy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Booster {
    /// Name of the booster; boosters and jobs of a block share one pool of unique names. May be
    /// left out.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What runs the tests.
    #[serde(rename = "type")]
    pub booster_type: BoosterType,
    /// Over how many jobs the tests are split.
    #[serde(with = "As::<Integer>")]
    pub job_count: i64,
}

/// What runs the tests of a booster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum BoosterType {
    /// RSpec.
    Rspec,
    /// Cucumber.
    Cucumber,
}

map_only!(Booster);
name_only!(BoosterType);
