//! Where the service is deployed to: clouds, their settings, the order of promotions.

use super::super::config::{CiRegistry, SettingValue, TargetConfig};
use super::super::target::{DB_PARAMS, Target};
use super::super::{Replicas, names, pull_secret};
use super::release::Release;
use super::{Resolver, replicas, route};
use crate::cloud::{self, Surroundings};
use crate::diagnostic::{Problem, nearest};
use crate::yaml::{Node, Part, Route};
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn target_configs(&self) -> Vec<(usize, Node<'_>, TargetConfig)> {
        let Some(targets) = self.tree.root().get("targets") else { return Vec::new() };
        targets
            .items()
            .enumerate()
            .filter(|(_, item)| self.is_sound(item.span()))
            .filter_map(|(index, item)| Some((index, item, TargetConfig::deserialize(item).ok()?)))
            .collect()
    }

    pub(super) fn targets(
        &mut self,
        name: &str,
        namespace: &str,
        default: Replicas,
        release: &Release<'_>,
    ) -> Vec<Target> {
        let configs = self.target_configs();
        let mut given: Vec<(usize, TargetConfig)> =
            configs.into_iter().map(|(index, _, config)| (index, config)).collect();
        if self.tree.root().get("targets").is_none() {
            // What the design calls the default project: every embedded cloud.
            given = self
                .clouds
                .sources()
                .iter()
                .filter(|source| cloud::is_embedded(&source.profile.id))
                .enumerate()
                .map(|(index, source)| (index, TargetConfig::of(&source.profile.id)))
                .collect();
        }
        let mut targets: Vec<Target> = Vec::new();
        for (index, config) in &given {
            let at = Route::root().key("targets").index(*index);
            if let Some(target) = self.target(config, &at, name, namespace, default, release) {
                if targets.iter().any(|known| known.id == target.id) {
                    let id_at = at.clone().key(if config.id.is_some() { "id" } else { "cloud" });
                    self.report(
                        &id_at,
                        format!("there is a target \"{}\" already", target.id),
                        Some("give each target an \"id\" of its own".into()),
                    );
                }
                let same_place = |known: &&Target| {
                    known.cloud.id == target.cloud.id
                        && known.namespace == target.namespace
                        && known.rendered.connect == target.rendered.connect
                        && known.rendered.env_vars == target.rendered.env_vars
                        && known.secret_names == target.secret_names
                };
                if let Some(known) =
                    targets.iter().find(same_place).filter(|known| known.id != target.id)
                {
                    self.report(
                        &at.clone().key("cloud"),
                        format!(
                            "\"{}\" and \"{}\" are the same cluster and namespace, and would replace each other's pods",
                            known.id, target.id
                        ),
                        Some("give one of them another cluster or \"namespace\"".into()),
                    );
                }
                targets.push(target);
            }
        }
        self.order(&given, &targets);
        targets
    }

    /// Checks that every `after` names a target and that none waits for itself.
    pub(super) fn order(&mut self, given: &[(usize, TargetConfig)], targets: &[Target]) {
        let before = |id: &str| {
            targets.iter().find(|target| target.id == id).and_then(|target| target.after.as_deref())
        };
        for (index, config) in given {
            let Some(after) = config.after.as_deref() else { continue };
            let at = Route::root().key("targets").index(*index).key("after");
            if !targets.iter().any(|target| target.id == after) {
                let ids: Vec<&str> = targets.iter().map(|target| target.id.as_str()).collect();
                self.report(
                    &at,
                    format!("there is no target \"{after}\""),
                    Some(format!("targets: {}", ids.join(", "))),
                );
                continue;
            }
            let own = config.id.as_deref().unwrap_or(&config.cloud);
            let mut waits_for = Some(after);
            for _ in 0..=targets.len() {
                if waits_for == Some(own) {
                    self.report(&at, format!("\"{own}\" would wait for itself"), None);
                    break;
                }
                waits_for = waits_for.and_then(before);
            }
        }
    }

    pub(super) fn target(
        &mut self,
        config: &TargetConfig,
        at: &Route,
        name: &str,
        namespace: &str,
        default: Replicas,
        release: &Release<'_>,
    ) -> Option<Target> {
        let Some(source) = self.clouds.find(&config.cloud) else {
            let near = self.clouds.nearest(&config.cloud);
            let near = near.map(|near| format!("did you mean \"{near}\"? ")).unwrap_or_default();
            let help = format!("{near}known clouds: {}", self.clouds.ids());
            let message = format!("there is no cloud \"{}\"", config.cloud);
            self.report(&at.clone().key("cloud"), message, Some(help));
            return None;
        };
        let profile = Arc::clone(&source.profile);
        let id = config.id.clone().unwrap_or_else(|| profile.id.clone());
        self.check(&at.clone().key("id"), names::label(&id, 30));
        // The service's own has been checked.
        if let Some(namespace) = &config.namespace {
            self.check(&at.clone().key("namespace"), names::label(namespace, 63));
        }
        let namespace = config.namespace.clone().unwrap_or_else(|| namespace.to_owned());
        if let Some(guard) = &config.deployment_target {
            self.check(&at.clone().key("deployment_target"), names::word(guard));
        }
        for (known, renamed) in &config.secrets {
            let at = at.clone().key("secrets").key(known);
            if known != DB_PARAMS && !profile.secrets.contains_key(known) {
                let span = self.tree.place(&at, Part::Key);
                let mut names: Vec<&str> = profile.secrets.keys().map(String::as_str).collect();
                names.push(DB_PARAMS);
                self.report_at(
                    span,
                    format!("{} has no secret \"{known}\"", profile.name),
                    Some(format!("secrets of this target: {}", names.join(", "))),
                );
            }
            self.check(&at, names::word(renamed));
        }
        let pull_secret = pull_secret(name);
        let surroundings = Surroundings {
            name,
            namespace: &namespace,
            pull_secret: &pull_secret,
            default_branch: release.branch,
            release_tags: &release.tags,
        };
        let settings = self.settings(&profile, config, at, &surroundings)?;
        let rendered = match profile.render(&surroundings, &settings) {
            Ok(rendered) => rendered,
            Err(why) => {
                let message = format!("the profile of {} can't be used: {why}", profile.name);
                self.report(&at.clone().key("cloud"), message, None);
                return None;
            }
        };
        Some(Target {
            id,
            rendered,
            after: config.after.clone(),
            deployment_target: config.deployment_target.clone(),
            replicas: replicas(config.replicas.as_ref(), default),
            secret_names: config.secrets.clone(),
            namespace,
            cloud: profile,
        })
    }

    /// The values of the cloud's settings; unknown ones are reported with the nearest name.
    pub(super) fn settings(
        &mut self,
        profile: &cloud::Profile,
        config: &TargetConfig,
        at: &Route,
        surroundings: &Surroundings<'_>,
    ) -> Option<IndexMap<String, String>> {
        let before = self.problems.len();
        let mut given = IndexMap::new();
        for (key, value) in &config.settings {
            if profile.settings.contains_key(key) {
                given.insert(key.clone(), value.text());
                continue;
            }
            let known = TARGET_KEYS
                .into_iter()
                .chain(profile.settings.keys().map(String::as_str))
                .collect::<Vec<_>>();
            let near = nearest(key, known.iter().copied())
                .map(|known| format!("did you mean \"{known}\"? "))
                .unwrap_or_default();
            let span = self.tree.place(&at.clone().key(key), Part::Key);
            let mut problem = Problem::new(
                "unknown-key",
                span,
                format!("a target on {} has no key \"{key}\"", profile.name),
            );
            problem.help = Some(format!("{near}allowed here: {}", known.join(", ")));
            self.problems.push(problem);
        }
        let resolved = cloud::resolve(profile, &given, surroundings);
        match resolved {
            Ok(values) => (self.problems.len() == before).then_some(values),
            Err(found) => {
                for problem in found {
                    let place = if problem.given {
                        at.clone().key(&problem.key)
                    } else {
                        at.clone().key("cloud")
                    };
                    self.report(&place, problem.message, problem.help);
                }
                None
            }
        }
    }

    /// With the first target's registry for CI, the push to another target has both clouds'
    /// variables in one job.
    pub(super) fn ci_registry(&mut self, ci_registry: CiRegistry, targets: &[Target]) {
        let [first, others @ ..] = targets else { return };
        if ci_registry != CiRegistry::Cloud {
            return;
        }
        if first.rendered.releases_only {
            self.report(
                &route("ci_registry"),
                format!(
                    "CI builds every branch, but only releases may log in to the registry of \"{}\"",
                    first.id
                ),
                Some("use \"ci_registry: artifact\" or \"semaphore\"".into()),
            );
        }
        let variables = |target: &Target| -> BTreeSet<String> {
            let secrets = target.cloud.registry.secrets.iter();
            let from_secrets = secrets
                .filter_map(|name| target.rendered.secrets.get(name))
                .flat_map(|secret| secret.env_vars.keys().chain(secret.files.keys()));
            target.rendered.env_vars.keys().chain(from_secrets).cloned().collect()
        };
        let of_first = variables(first);
        for other in others {
            // The name of the cluster plays no part in a push.
            let shared: Vec<String> = variables(other)
                .intersection(&of_first)
                .filter(|name| *name != "CLUSTER_NAME")
                .cloned()
                .collect();
            if !shared.is_empty() {
                self.report(
                    &route("ci_registry"),
                    format!(
                        "\"{}\" can't take images from the registry of \"{}\": both need {}",
                        other.id,
                        first.id,
                        shared.join(", ")
                    ),
                    Some("use \"ci_registry: artifact\" or \"semaphore\"".into()),
                );
            }
        }
    }
}

/// The keys that every target has.
const TARGET_KEYS: [&str; 7] =
    ["id", "cloud", "after", "deployment_target", "namespace", "replicas", "secrets"];

impl TargetConfig {
    fn of(cloud: &str) -> Self {
        Self {
            id: None,
            cloud: cloud.to_owned(),
            after: None,
            deployment_target: None,
            namespace: None,
            replicas: None,
            secrets: IndexMap::new(),
            settings: IndexMap::new(),
        }
    }
}

impl SettingValue {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
        }
    }
}
