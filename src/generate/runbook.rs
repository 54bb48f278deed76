//! `RUNBOOK.md`: provisioning, deploying, promoting, rolling back and repairing, true for the
//! chosen targets only.

use super::commands::pod_secrets;
use super::image::{archive, released};
use super::manifests::{drains_itself, pulling_with_secret};
use super::rights::{self, Rule};
use super::secrets::of_target;
use super::{GenerateError, promotions, templates};
use crate::cloud::Subject;
use crate::project::{
    App, Autoscaling, Ci, CiRegistry, DB_PARAMS, Health, Migrate, Pin, Project, Target,
};
use indexmap::IndexMap;
use serde::Serialize;
use tera::Context;

#[derive(Serialize)]
struct Section {
    title: String,
    cloud_name: String,
    cluster_name: String,
    registry_name: String,
    namespace: String,
    deployment_target: Option<String>,
    stable: u32,
    canary: u32,
    account_known: bool,
    after: bool,
    after_title: String,
    steps: Vec<Step>,
    subjects: Vec<Subject>,
    rules: Vec<Rule>,
    secrets: Vec<Secret>,
}

#[derive(Serialize)]
struct Step {
    title: String,
    text: String,
    commands: String,
}

#[derive(Serialize)]
struct Secret {
    name: String,
    description: String,
    commands: String,
    shared: String,
}

/// The text of the runbook.
pub(super) fn text(project: &Project) -> Result<String, GenerateError> {
    let mut context = Context::new();
    let sections: Vec<Section> =
        project.targets.iter().map(|target| section(project, target)).collect();
    context.insert("name", &project.name);
    context.insert("env_from", &pod_secrets(project));
    context.insert("heading", if sections.len() == 1 { "###" } else { "####" });
    context.insert("targets", &sections);
    context.insert("roots", &sections.iter().filter(|section| !section.after).collect::<Vec<_>>());
    context.insert(
        "ci_registry",
        match project.ci_registry {
            CiRegistry::Semaphore => "semaphore",
            CiRegistry::Artifact => "artifact",
            CiRegistry::Cloud => "cloud",
        },
    );
    context.insert("app", if project.app == App::Addressbook { "addressbook" } else { "none" });
    context.insert("ci", if project.ci == Ci::Existing { "existing" } else { "generate" });
    if project.ci == Ci::Existing {
        context.insert("promotions", promotions(project)?.trim_end());
    }
    context.insert("scan", &project.scan.is_some());
    context.insert("scan_unfixed", &project.scan.as_ref().is_some_and(|scan| scan.unfixed));
    context.insert("pinned", &(project.pin == Pin::Digest));
    context.insert("default_branch", &project.default_branch);
    context.insert("release_when", &project.release_when);
    context.insert("database", &project.database);
    context.insert("migrate_job", &project.migration_job().is_some());
    context.insert(
        "migrate_in_canary",
        &(project.migrate == Migrate::InCanary && project.commands.migrate.is_some()),
    );
    context.insert("service", &project.service.is_some());
    if let Health::Http { ready, .. } = &project.health {
        context.insert("health", &IndexMap::from([("ready", ready)]));
    }
    if let Health::Command(words) = &project.health {
        context.insert("health_command", &super::commands::quoted_words(words));
    }
    if let Some(autoscaling) = project.autoscaling {
        let Autoscaling { min, max, cpu } = autoscaling;
        context.insert("autoscaling", &IndexMap::from([("min", min), ("max", max), ("cpu", cpu)]));
    }
    if let Some(ingress) = &project.ingress {
        context
            .insert("ingress", &IndexMap::from([("host", &ingress.host), ("path", &ingress.path)]));
        context.insert("tls_secret", ingress.tls_secret.as_deref().unwrap_or_default());
        context.insert("class", ingress.class.as_deref().unwrap_or_default());
    }
    context.insert("folder", project.folder.as_deref().unwrap_or_default());
    context.insert("pull_secret", &project.pull_secret());
    context.insert("any_pull_secret", &!pulling_with_secret(project, true).is_empty());
    let replicas = project.targets.first().map(|target| target.replicas);
    context.insert("own_drain", &drains_itself(project));
    context.insert("image", &released(project));
    context.insert("archive", &archive(project, false));
    let roots: Vec<&str> = sections
        .iter()
        .filter(|section| !section.after)
        .map(|section| section.title.as_str())
        .collect();
    context.insert("roots_text", &roots.join(", "));
    context.insert(
        "replicas_text",
        &match replicas.map_or(1, |replicas| replicas.canary) {
            1 => "One canary pod is".to_owned(),
            pods => format!("{pods} canary pods are"),
        },
    );
    let names = |action: &str| match sections.as_slice() {
        [only] => format!("**{action} ({})**", only.title),
        _ => format!("**{action}**, followed by the name of the target,"),
    };
    context.insert("promote_names", &names("Promote to stable"));
    context.insert("rollback_names", &names("Roll back the canary"));
    let text = templates::render("RUNBOOK.md", &context)?;
    Ok(tidy(&text))
}

fn section(project: &Project, target: &Target) -> Section {
    // Targets that share the secret share the database that it leads to.
    let own_database =
        project.database && earlier(project, target, target.secret_name(DB_PARAMS)).is_empty();
    let steps = target
        .rendered
        .runbook
        .iter()
        .filter(|step| own_database || !step.when_database)
        .map(|step| Step {
            title: step.title.clone(),
            text: step.text.trim_end().to_owned(),
            commands: step.commands.trim_end().to_owned(),
        })
        .collect();
    let secrets = of_target(project, target)
        .into_iter()
        .map(|secret| Secret {
            shared: earlier(project, target, &secret.name),
            name: secret.name,
            description: secret.description,
            commands: secret.commands,
        })
        .collect();
    let after = target.after.as_deref().and_then(|id| project.target(id));
    Section {
        title: target.title(),
        cloud_name: target.cloud.name.clone(),
        cluster_name: target.cloud.cluster.name.clone(),
        registry_name: target.rendered.registry_name.clone(),
        namespace: target.namespace.clone(),
        deployment_target: target.deployment_target.clone(),
        stable: target.replicas.stable,
        canary: target.replicas.canary,
        account_known: project
            .targets
            .iter()
            .take_while(|other| other.id != target.id)
            .any(|other| other.cloud.id == target.cloud.id),
        after: after.is_some(),
        after_title: after.map(Target::title).unwrap_or_default(),
        steps,
        subjects: target.rendered.subjects.clone(),
        rules: rights::rules(project, target),
        secrets,
    }
}

/// What to say about a secret that an earlier target has had made already; empty for a new one.
fn earlier(project: &Project, target: &Target, secret: &str) -> String {
    let first = project
        .targets
        .iter()
        .find(|other| of_target(project, other).iter().any(|known| known.name == secret));
    match first {
        Some(first) if first.id != target.id => {
            let known = target
                .secret_names
                .iter()
                .find_map(|(known, name)| (name == secret).then_some(known.as_str()))
                .unwrap_or(secret);
            let own = format!("{known}: {secret}-{}", target.id);
            let first = first.title();
            let (shared, what) = if known == DB_PARAMS {
                (
                    format!(
                        "the same secret as for {first}, and leads to the same database,\nwhich must let this cluster in"
                    ),
                    "database",
                )
            } else {
                (format!("the same secret as for {first}"), "secret")
            };
            format!(
                "It is {shared}. For a {what} of its own,\ngive this target another name in `pipewright.yml`, `secrets: {{{own}}}`,\nand generate again."
            )
        }
        _ => String::new(),
    }
}

/// At most one empty line in a row, no white space at the end of lines.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}
