//! What a cloud profile says: the types behind `clouds/<id>.yml`.
//!
//! Values marked as templates may contain `{{ name }}`, `{{ namespace }}`, `{{ pull_secret }}`,
//! `{{ default_branch }}`, `{{ release_tags }}` and every setting of the profile. A setting's value is always shell-safe text (see
//! [`crate::cloud::settings`]), so a template is safe wherever it stands in a command.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that differs between clouds.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The cloud's id, which names the generated files: `deploy-canary-<id>.yml`.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{0,29}$"))]
    pub id: String,
    /// The name that people read.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Other words for the id that `--cloud` takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Version of the profile; rises with every change that alters what is generated.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// What changed in each version, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changelog: Vec<Change>,
    /// The settings that a target of this cloud takes, beside those that every target has.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub settings: IndexMap<String, Setting>,
    /// Environment variables of all jobs that deploy to this cloud; the values are templates, and
    /// an empty one is left out.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env_vars: IndexMap<String, String>,
    /// Templates of commands that fail, and say what to do, where a job lacks what somebody has to
    /// have arranged; they come first in every job that needs the cloud, and in the first job of CI.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<String>,
    /// Template of the image's address without tag, as the shell reads it inside double quotes,
    /// after the commands of `registry.login` or `cluster.connect`.
    #[schemars(length(min = 1))]
    pub image: String,
    /// Where the cluster pulls images from.
    pub registry: Registry,
    /// The cluster and the way to it.
    pub cluster: Cluster,
    /// Defaults of the database secret.
    #[serde(default)]
    pub database: Database,
    /// The Semaphore secrets that `registry.secrets` and `cluster.secrets` name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub secrets: IndexMap<String, Secret>,
    /// Provisioning, step by step, for `RUNBOOK.md`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbook: Vec<Step>,
}

/// One version's entry in the changelog.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The version that brought it.
    #[schemars(range(min = 1))]
    pub version: u32,
    /// What changed, in one sentence.
    #[schemars(length(min = 1))]
    pub summary: String,
}

/// A value that a target of this cloud can set.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What kind of value it takes.
    #[serde(rename = "type")]
    pub kind: SettingKind,
    /// What it means, in one sentence.
    #[schemars(length(min = 1))]
    pub description: String,
    /// Template of the value where the target gives none; without a default the setting is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether a target must give it, because no default can be right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Values of settings before this one with which a target must give it.
    #[serde(default, skip_serializing_if = "When::is_empty")]
    pub required_when: When,
    /// Values of settings before this one without which it is of no use, and can't be given.
    #[serde(default, skip_serializing_if = "When::is_empty")]
    pub when: When,
    /// Regular expression that the whole value must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The values to choose from, for `type: choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// Settings with the value that each must have; none is always true.
pub type When = IndexMap<String, String>;

/// Whether the settings have the values that are asked for.
pub(super) fn holds(when: &When, values: &IndexMap<String, String>) -> bool {
    when.iter().all(|(key, value)| values.get(key) == Some(value))
}

/// What kind of value a [`Setting`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// Text of letters, digits and `_ . / : @ % + = , -` that starts with a letter or digit.
    String,
    /// One of `choices`.
    Choice,
}

/// Where the cluster pulls images from.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Template of the name that people read.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The secrets that `login` needs, as far as they are of use with the settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The secrets that `pull_secret` needs beside those of the cluster, where that is not the same as
    /// `secrets`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_secret_secrets: Option<Vec<String>>,
    /// Values of settings with which only releases may log in, so that CI, which builds every
    /// branch, can't keep its images there.
    #[serde(default, skip_serializing_if = "When::is_empty")]
    pub releases_only_when: When,
    /// Templates of the commands after which `docker push` works; an empty one is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub login: Vec<String>,
    /// Templates of the commands that make the Kubernetes secret `{{ pull_secret }}`, where the
    /// nodes can't pull with an identity of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pull_secret: Vec<String>,
}

/// The cluster and the way to it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// The name that people read.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The secrets that `connect` needs, as far as they are of use with the settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// Templates of the commands after which `kubectl` works; an empty one is left out.
    #[schemars(length(min = 1))]
    pub connect: Vec<String>,
    /// Who CI is inside the cluster: the runbook binds the role with the rights that the pipelines
    /// need to all of these. Without any, it has no such step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
}

/// Who CI is inside the cluster.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Whether it is a user or a group.
    pub kind: SubjectKind,
    /// Template of its name, as the shell of the runbook reads it inside double quotes.
    #[schemars(length(min = 1))]
    pub name: String,
}

/// What Kubernetes knows an identity as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum SubjectKind {
    /// One identity.
    User,
    /// All that are in a group.
    Group,
}

/// Defaults of the database secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The user that the runbook's database has.
    #[serde(default = "postgres")]
    pub user: String,
    /// Whether connections use TLS with a verified certificate: `"true"` or `"false"`.
    #[serde(default = "no_tls")]
    #[schemars(regex(pattern = "^(true|false)$"))]
    pub ssl: String,
}

fn postgres() -> String {
    "postgres".to_owned()
}

fn no_tls() -> String {
    "false".to_owned()
}

impl Default for Database {
    fn default() -> Self {
        Self { user: postgres(), ssl: no_tls() }
    }
}

/// A Semaphore secret: what it holds, never its values.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// What it gives access to.
    #[schemars(length(min = 1))]
    pub description: String,
    /// Values of settings without which it is not needed.
    #[serde(default, skip_serializing_if = "When::is_empty")]
    pub when: When,
    /// Its environment variables, each with what to put into it, as a template.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env_vars: IndexMap<String, String>,
    /// Its files: where a job finds each, and the file on your disk that it is made from.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub files: IndexMap<String, String>,
}

/// A step of the runbook.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its heading.
    #[schemars(length(min = 1))]
    pub title: String,
    /// Whether it is only of use to a service with a database.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub when_database: bool,
    /// Values of settings without which it is of no use.
    #[serde(default, skip_serializing_if = "When::is_empty")]
    pub when: When,
    /// Template of what to know and do, as Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Template of the commands, as one bash script that runs as written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub commands: String,
}
