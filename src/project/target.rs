//! Where a service is deployed to: a cloud's profile filled in with the target's settings.

use super::Replicas;
use crate::cloud::{Profile, Rendered, Secret};
use indexmap::IndexMap;
use std::sync::Arc;

/// Name of the Semaphore secret with the database's settings.
pub const DB_PARAMS: &str = "db-params";

/// The variables that the service's pods get from that secret.
pub const DB_VARIABLES: [&str; 7] =
    ["DB_HOST", "DB_PORT", "DB_SCHEMA", "DB_USER", "DB_PASSWORD", "DB_SSL", "DB_SSL_CA"];

/// One place that a service is deployed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Names the files: `deploy-canary-<id>.yml`.
    pub id: String,
    /// The cloud.
    pub cloud: Arc<Profile>,
    /// The profile's templates, filled in.
    pub rendered: Rendered,
    /// Id of the target from whose stable pipeline this one is promoted.
    pub after: Option<String>,
    /// Semaphore deployment target that guards the promotions.
    pub deployment_target: Option<String>,
    /// Kubernetes namespace.
    pub namespace: String,
    /// How many pods run.
    pub replicas: Replicas,
    /// Semaphore secrets under other names.
    pub secret_names: IndexMap<String, String>,
}

impl Target {
    /// What people call it: the cloud's name, and the id where that says more.
    #[must_use]
    pub fn title(&self) -> String {
        if self.id == self.cloud.id {
            self.cloud.name.clone()
        } else {
            format!("{}, {}", self.id, self.cloud.name)
        }
    }

    /// The name that a Semaphore secret has for this target.
    #[must_use]
    pub fn secret_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.secret_names.get(name).map_or(name, String::as_str)
    }

    /// The secrets that pushing an image needs, under their names for this target.
    #[must_use]
    pub fn registry_secrets(&self) -> Vec<&str> {
        self.in_use(&self.cloud.registry.secrets)
    }

    /// The secrets that making the image pull secret needs beside those of `kubectl`, under their
    /// names for this target.
    #[must_use]
    pub fn pull_secret_secrets(&self) -> Vec<&str> {
        if self.rendered.pull_secret.is_empty() {
            return Vec::new();
        }
        let registry = &self.cloud.registry;
        self.in_use(registry.pull_secret_secrets.as_ref().unwrap_or(&registry.secrets))
    }

    /// The secrets that `kubectl` needs, under their names for this target.
    #[must_use]
    pub fn cluster_secrets(&self) -> Vec<&str> {
        self.in_use(&self.cloud.cluster.secrets)
    }

    /// Those of the profile's secrets that this target's settings ask for.
    fn in_use<'a>(&'a self, names: &'a [String]) -> Vec<&'a str> {
        names
            .iter()
            .filter(|name| self.rendered.secrets.contains_key(*name))
            .map(|name| self.secret_name(name))
            .collect()
    }

    /// What the profile says about its secrets, under their names for this target.
    pub fn cloud_secrets(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.rendered.secrets.iter().map(|(name, secret)| (self.secret_name(name), secret))
    }
}
