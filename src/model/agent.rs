//! Where jobs run: machines, containers, and what is needed to pull their images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::environment::MOST_ENV_VARS;
use super::strict::map_only;
use super::wire::{As, Filled, List, Maybe};
use super::{EnvVar, Secret};

/// The machine, and optionally containers, that jobs run on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Agent {
    /// The machine.
    pub machine: Machine,
    /// Docker containers, started for each job. Commands run in the first; the others are reached
    /// from it by their names. Without any, commands run on the machine itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<Container>,
    /// Secrets with credentials of private registries, from which container images are pulled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<ImagePullSecret>,
}

impl Agent {
    /// A machine with its image and no containers.
    pub fn machine(machine_type: impl Into<String>, os_image: impl Into<String>) -> Self {
        let machine =
            Machine { machine_type: machine_type.into(), os_image: Some(os_image.into()) };
        Self { machine, containers: Vec::new(), image_pull_secrets: Vec::new() }
    }
}

/// A type of machine and what is installed on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Machine {
    /// Type of the machine, for example `f1-standard-2`; a name that starts with `s1-` is a
    /// self-hosted agent type.
    #[serde(rename = "type", with = "As::<Filled>")]
    #[schemars(example = &"f1-standard-2")]
    pub machine_type: String,
    /// Operating system image, for example `ubuntu2404`. Without one the machine type's default is
    /// used; self-hosted agents need none.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"ubuntu2404")]
    pub os_image: Option<String>,
}

/// One Docker container of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Container {
    /// Name of the container, which is its host name for the others.
    pub name: String,
    /// Image, with its registry and tag.
    pub image: String,
    /// Command to start the container with, one string, instead of the image's.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Entry point of the container, one string, instead of the image's.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// User that the container runs as, instead of the image's.
    #[serde(default, with = "Maybe::<String>", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Environment variables of the container, at most 10,000.
    #[serde(
        default,
        with = "As::<List<EnvVar, 0, MOST_ENV_VARS>>",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub env_vars: Vec<EnvVar>,
    /// Secrets whose variables the container gets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secret>,
}

impl Container {
    /// A container from an image.
    pub fn new(name: impl Into<String>, image: impl Into<String>) -> Self {
        Self { name: name.into(), image: image.into(), ..Self::default() }
    }
}

/// A secret with the credentials of a private registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct ImagePullSecret {
    /// Name of the secret.
    pub name: String,
}

map_only!(Agent, Machine, Container, ImagePullSecret);
