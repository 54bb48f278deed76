//! The Kubernetes manifests.

use super::commands::pod_secrets;
use super::{GenerateError, templates, timeouts};
use crate::project::{App, Autoscaling, Health, Project, ServiceType};
use indexmap::IndexMap;
use tera::Context;

/// All manifests that the project needs: path and content.
pub(super) fn all(project: &Project) -> Result<Vec<(String, String)>, GenerateError> {
    let context = context(project);
    let mut names = vec!["serviceaccount", "networkpolicy", "pdb", "deployment"];
    if project.service.is_some() {
        names.push("service");
    }
    if project.ingress.is_some() {
        names.push("ingress");
    }
    if project.autoscaling.is_some() {
        names.push("hpa");
    }
    if project.migration_job().is_some() {
        names.push("migrate-job");
    }
    names
        .into_iter()
        .map(|name| {
            let path = format!("manifests/{name}.yml");
            let content = templates::render(&path, &context)?;
            Ok((path, content))
        })
        .collect()
}

/// The ids of the targets whose cluster needs an image pull secret, or of those that need none.
pub(super) fn pulling_with_secret(project: &Project, needed: bool) -> String {
    let ids: Vec<&str> = project
        .targets
        .iter()
        .filter(|target| target.rendered.pull_secret.is_empty() != needed)
        .map(|target| target.id.as_str())
        .collect();
    ids.join(", ")
}

fn context(project: &Project) -> Context {
    let mut context = Context::new();
    context.insert("name", &project.name);
    context.insert("port", &project.port);
    context.insert("listens", &project.listens());
    match &project.health {
        Health::Http { ready, live } => {
            context.insert("health", &IndexMap::from([("ready", ready), ("live", live)]));
        }
        // Not expanded by Kubernetes, as the command of a container is.
        Health::Command(words) => context.insert("health_command", words),
        Health::None => {}
    }
    context.insert("env", &project.env);
    context.insert("env_from", &pod_secrets(project));
    context.insert("own_drain", &drains_itself(project));
    let quantities = |of: &crate::project::Quantities| {
        IndexMap::from([("cpu", of.cpu.clone()), ("memory", of.memory.clone())])
    };
    context.insert(
        "resources",
        &IndexMap::from([
            ("requests", quantities(&project.resources.requests)),
            ("limits", quantities(&project.resources.limits)),
        ]),
    );
    context.insert(
        "timeouts",
        &IndexMap::from([("progress", timeouts::PROGRESS), ("migrate", timeouts::MIGRATE)]),
    );
    if let Some(service) = project.service {
        let kind = match service.kind {
            ServiceType::LoadBalancer => "LoadBalancer",
            ServiceType::ClusterIP => "ClusterIP",
            ServiceType::NodePort => "NodePort",
        };
        context.insert(
            "service",
            &IndexMap::from([("type", kind.to_owned()), ("port", service.port.to_string())]),
        );
    }
    context.insert("pull_secret", &project.pull_secret());
    context.insert("pull_secret_for", &pulling_with_secret(project, true));
    context.insert("pull_secret_not_for", &pulling_with_secret(project, false));
    if let Some(words) = project.migration_job() {
        context.insert("commands", &IndexMap::from([("migrate", in_a_command(words))]));
    }
    if let Some(ingress) = &project.ingress {
        let mut values = IndexMap::from([("host", &ingress.host), ("path", &ingress.path)]);
        values.extend(ingress.class.iter().map(|class| ("class", class)));
        values.extend(ingress.tls_secret.iter().map(|secret| ("tls_secret", secret)));
        context.insert("ingress", &values);
    }
    if let Some(Autoscaling { min, max, cpu }) = project.autoscaling {
        context.insert("autoscaling", &IndexMap::from([("min", min), ("max", max), ("cpu", cpu)]));
    }
    context
}

/// The words of a container's command. Kubernetes fills in `$(NAME)` in them and takes `$$` for one
/// `$`: with every `$` doubled, the program gets the words as they are.
fn in_a_command(words: &[String]) -> Vec<String> {
    words.iter().map(|word| word.replace('$', "$$")).collect()
}

/// Whether pods need no time to drain: the starter's `/ready` turns false first, and where nobody
/// connects to a port there is nothing to drain.
pub(super) fn drains_itself(project: &Project) -> bool {
    project.app == App::Addressbook || !project.listens()
}
