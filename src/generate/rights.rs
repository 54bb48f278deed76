//! What the pipelines do inside a namespace, as the rules of a Kubernetes Role: for CI these rights
//! and no other are enough. `tests/rights.rs` holds the rules against what the pipelines are seen to
//! do.

use super::commands::{CANARY, STABLE, pod_secrets};
use crate::project::{Migrate, Project, Target};
use serde::Serialize;

/// A rule of a Role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Rule {
    /// Group of the API; empty for the core one.
    pub group: &'static str,
    /// The kind of object, in the plural, with its subresource.
    pub resource: &'static str,
    /// What may be done.
    pub verbs: Vec<&'static str>,
    /// With which objects; any when there is none.
    pub names: Vec<String>,
}

/// What `kubectl apply` does.
const APPLY: [&str; 3] = ["get", "create", "patch"];

fn rule(group: &'static str, resource: &'static str, verbs: &[&'static str]) -> Rule {
    Rule { group, resource, verbs: verbs.to_vec(), names: Vec::new() }
}

/// The rules for the pipelines of a target.
pub(super) fn rules(project: &Project, target: &Target) -> Vec<Rule> {
    // Rollouts are watched, scaled and undone; what is in the way is deleted.
    let mut rules = vec![
        rule("apps", "deployments", &["get", "list", "watch", "create", "patch", "delete"]),
        rule("apps", "deployments/scale", &["patch"]),
        rule("apps", "replicasets", &["list"]),
    ];
    // Without a Job, the pipelines still look whether somebody has left one behind.
    let jobs = ["get", "list", "watch", "create", "patch", "delete"];
    rules.push(match project.migration_job() {
        Some(_) => rule("batch", "jobs", &jobs),
        None => rule("batch", "jobs", &["delete"]),
    });
    // Diagnostics.
    rules.push(rule("", "pods", &["get", "list"]));
    rules.push(rule("", "pods/log", &["get"]));
    rules.push(rule("", "events", &["list"]));
    let migrates = project.migrate == Migrate::InCanary && project.commands.migrate.is_some();
    if project.commands.ping.is_some() || migrates {
        // Since Kubernetes 1.30 the connection may begin with a GET.
        rules.push(rule("", "pods/exec", &["get", "create"]));
    }
    rules.extend(secrets(project, target));
    rules.push(rule("", "serviceaccounts", &APPLY));
    if project.service.is_some() {
        rules.push(rule("", "services", &APPLY));
    }
    if project.ingress.is_some() {
        rules.push(rule("networking.k8s.io", "ingresses", &APPLY));
    }
    if project.autoscaling.is_some() {
        // It goes with a first stable that goes.
        let verbs = ["get", "create", "patch", "delete"];
        rules.push(rule("autoscaling", "horizontalpodautoscalers", &verbs));
    }
    rules.push(rule("networking.k8s.io", "networkpolicies", &APPLY));
    rules.push(rule("policy", "poddisruptionbudgets", &APPLY));
    rules
}

/// Of the Secrets in the namespace, only those that the pipelines make may be read.
fn secrets(project: &Project, target: &Target) -> Vec<Rule> {
    let of_pods = pod_secrets(project);
    let names: Vec<String> = [CANARY, STABLE]
        .iter()
        .flat_map(|track| of_pods.iter().map(move |secret| (track, secret)))
        .map(|(track, secret)| format!("{}-{track}-{secret}", project.name))
        .collect();
    let mut rules = Vec::new();
    if !names.is_empty() {
        rules.push(Rule { names, ..rule("", "secrets", &["get", "patch", "delete"]) });
    }
    if !target.rendered.pull_secret.is_empty() {
        let names = vec![project.pull_secret()];
        rules.push(Rule { names, ..rule("", "secrets", &["get", "patch"]) });
    }
    if !rules.is_empty() {
        // What is not there yet has no name that a rule could tell.
        rules.push(rule("", "secrets", &["create"]));
    }
    rules
}
