//! What has to be true of a cluster, whatever the pipelines went through.

use super::kube::Kube;
use super::kube::rollout::Deployment;
use std::collections::BTreeSet;

/// The Deployment of a track of the addressbook.
pub fn deployment<'k>(kube: &'k Kube, track: &str) -> Option<&'k Deployment> {
    kube.deployments.get(&format!("addressbook-{track}"))
}

/// The workflow whose pods a Deployment wants.
pub fn workflow(deployment: &Deployment) -> String {
    let label = &deployment.template["metadata"]["labels"]["workflow"];
    label.as_str().unwrap_or("none").to_owned()
}

/// The workflow of a track, where it is deployed.
pub fn owner(kube: &Kube, track: &str) -> Option<String> {
    deployment(kube, track).map(workflow)
}

/// What is wrong with a cluster at rest, where stable has this many pods at full size.
pub fn wrong(kube: &Kube, full: usize) -> Result<(), String> {
    wrong_pods(kube, full)?;
    left_over(kube)
}

/// What is wrong with the Deployments of a cluster at rest.
pub fn wrong_pods(kube: &Kube, full: usize) -> Result<(), String> {
    let known = ["addressbook-canary", "addressbook-stable"];
    if let Some(name) = kube.deployments.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("there is a Deployment {name:?}"));
    }
    for (name, of) in &kube.deployments {
        // Whose pods these are stands in the selector of nobody, and on the Deployment as on its pods.
        let labels: Vec<&String> = of.selector["matchLabels"].as_object().unwrap().keys().collect();
        if labels != ["app", "deployment"] {
            return Err(format!("{name} selects {labels:?}"));
        }
        if of.metadata["labels"]["workflow"] != of.template["metadata"]["labels"]["workflow"] {
            return Err(format!("the label of {name} is not that of its pods"));
        }
    }
    let (stable, canary) = (deployment(kube, "stable"), deployment(kube, "canary"));
    if let Some(stable) = stable {
        if stable.ready() == 0 {
            return Err("stable has no pod that is ready".into());
        }
        if canary.is_none() && (stable.replicas != full || !stable.is_complete()) {
            return Err("stable is not at full size, and no canary runs".into());
        }
    }
    Ok(())
}

/// What is there for nobody.
fn left_over(kube: &Kube) -> Result<(), String> {
    let canary = deployment(kube, "canary");
    if canary.is_none() && !kube.jobs.is_empty() {
        return Err("a Job is left".into());
    }
    if kube.deployments.is_empty() && !kube.autoscalers.is_empty() {
        return Err("an autoscaler is left".into());
    }
    let wanted: BTreeSet<String> = kube
        .deployments
        .keys()
        .map(|name| format!("{name}-db"))
        .chain(["addressbook-registry".into()])
        .collect();
    match kube.secrets.keys().find(|name| !wanted.contains(*name)) {
        // A stable that was brought back to nothing may be promoted again.
        Some(name) if !(name == "addressbook-stable-db" && canary.is_some()) => {
            Err(format!("the Secret {name:?} is left"))
        }
        _ => Ok(()),
    }
}
