//! Where the image lives between build and deployment, and how jobs push it there and get it.

use super::commands::{Script, quoted};
use crate::model::{EnvVar, Secret};
use crate::project::{CiRegistry, Project, Target};

/// Address of the image as CI tags it, for use inside double quotes.
pub(super) fn repository(project: &Project) -> String {
    match (project.ci_registry, project.targets.first()) {
        (CiRegistry::Semaphore, _) => format!("$SEMAPHORE_REGISTRY_URL/{}", project.name),
        (CiRegistry::Cloud, Some(first)) => first.rendered.image.clone(),
        (CiRegistry::Cloud, None) | (CiRegistry::Artifact, _) => project.name.clone(),
    }
}

/// The released image of this workflow, for use inside double quotes.
pub(super) fn released(project: &Project) -> String {
    format!("{}:$SEMAPHORE_WORKFLOW_ID", repository(project))
}

/// The image of the test stage of this workflow, for use inside double quotes.
pub(super) fn tested(project: &Project) -> String {
    format!("{}:$SEMAPHORE_WORKFLOW_ID-test", repository(project))
}

/// The target whose registry CI uses, if it uses one.
pub(super) fn cloud(project: &Project) -> Option<&Target> {
    (project.ci_registry == CiRegistry::Cloud).then(|| project.targets.first()).flatten()
}

/// The Semaphore secrets that a job needs to reach the image.
pub(super) fn secrets(project: &Project) -> Vec<Secret> {
    cloud(project)
        .map(|target| target.registry_secrets())
        .unwrap_or_default()
        .into_iter()
        .map(Secret::new)
        .collect()
}

/// The variables that a job of CI needs to reach the image.
pub(super) fn env_vars(project: &Project) -> Vec<EnvVar> {
    let Some(target) = cloud(project) else { return Vec::new() };
    target.rendered.env_vars.iter().map(|(name, value)| EnvVar::new(name, value)).collect()
}

/// Fails with what to do where a job lacks what every later job needs too.
pub(super) fn prerequisites(project: &Project) -> Script {
    let mut script = Script::default();
    if project.ci_registry == CiRegistry::Semaphore {
        script.run(
            "if test -z \"$SEMAPHORE_REGISTRY_URL\"; then echo 'This organization has no private registry: see RUNBOOK.md, section 1'; false; fi",
        );
    }
    for command in project.targets.iter().flat_map(|target| &target.rendered.prerequisites) {
        if !script.lines.iter().any(|(known, _)| known == command) {
            script.run(command.clone());
        }
    }
    script
}

/// Makes `docker pull` and `docker push` of the image work.
pub(super) fn login(project: &Project) -> Script {
    let mut script = Script::default();
    match project.ci_registry {
        CiRegistry::Semaphore => {
            script.run(
                "printf '%s' \"$SEMAPHORE_REGISTRY_PASSWORD\" | \\\n  \
                 docker login --username \"$SEMAPHORE_REGISTRY_USERNAME\" --password-stdin \"$SEMAPHORE_REGISTRY_URL\"",
            );
        }
        CiRegistry::Cloud => {
            if let Some(target) = cloud(project) {
                script.all(&target.rendered.login);
            }
        }
        CiRegistry::Artifact => {}
    }
    script
}

/// Builds the images and makes them available to the jobs that follow.
pub(super) fn build(project: &Project) -> Script {
    let mut script = Script::default();
    let keeps_cache = project.ci_registry != CiRegistry::Artifact;
    if keeps_cache {
        script.explained(
            "Only a builder of this kind can keep its cache in a registry. A self-hosted machine may have it\nalready.",
            "docker buildx use pipewright 2>/dev/null || docker buildx create --name pipewright --driver docker-container --use",
        );
    }
    if let Some(stage) = &project.build.test_stage {
        script.extend(build_one(project, Some(stage), &tested(project), "cache-test"));
    }
    script.extend(build_one(project, None, &released(project), "cache"));
    script
}

/// Builds one stage, or the last one. `mode=max` caches the layers of all stages; the cache has a
/// tag of its own, because a pushed image carries none.
fn build_one(project: &Project, stage: Option<&str>, image: &str, cache: &str) -> Script {
    let mut arguments = vec![];
    if project.build.dockerfile != "Dockerfile" || project.build.context != "." {
        arguments.push(format!("--file {}", quoted(&project.build.dockerfile)));
    }
    if let Some(stage) = stage {
        arguments.push(format!("--target {stage}"));
    }
    let keeps_cache = project.ci_registry != CiRegistry::Artifact;
    if keeps_cache {
        let tag = format!("{}:{cache}", repository(project));
        arguments.push(format!("--cache-from \"type=registry,ref={tag}\""));
        arguments
            .push(format!("--cache-to \"type=registry,ref={tag},mode=max,image-manifest=true\""));
    }
    // A single plain manifest can be pulled, tagged and pushed to any registry as it is.
    arguments.push("--provenance=false".into());
    arguments.push(format!("--tag \"{image}\""));
    arguments.push(if keeps_cache { "--push" } else { "--load" }.into());
    let mut script = Script::default();
    script.run(format!(
        "docker buildx build \\\n  {} \\\n  {}",
        arguments.join(" \\\n  "),
        quoted(&project.build.context)
    ));
    if !keeps_cache {
        let file = archive(project, stage.is_some());
        script.run(format!("docker save --output {file} \"{image}\""));
        script.run(format!("artifact push workflow --force {file}"));
    }
    script
}

/// The file that an image travels in as a workflow artifact. One workflow may build several services
/// of a repository.
pub(super) fn archive(project: &Project, tests: bool) -> String {
    let file = if tests { "image-test.tar" } else { "image.tar" };
    match project.folder {
        Some(_) => format!("{}-{file}", project.name),
        None => file.to_owned(),
    }
}

/// Gets the released image as the file [`archive`], after [`login`].
pub(super) fn fetch_archive(project: &Project) -> Script {
    let mut script = Script::default();
    let file = archive(project, false);
    if project.ci_registry == CiRegistry::Artifact {
        script.run(format!("artifact pull workflow --force {file}"));
    } else {
        script.extend(fetch(project, false));
        script.run(format!("docker save --output {file} \"{}\"", released(project)));
    }
    script
}

/// Gets an image into this machine's Docker, after [`login`].
pub(super) fn fetch(project: &Project, tests: bool) -> Script {
    let mut script = Script::default();
    match project.ci_registry {
        CiRegistry::Artifact => {
            let file = archive(project, tests);
            script.run(format!("artifact pull workflow --force {file}"));
            script.run(format!("docker load --input {file}"));
        }
        CiRegistry::Semaphore | CiRegistry::Cloud => {
            let image = if tests { tested(project) } else { released(project) };
            script.run(format!("docker pull \"{image}\""));
        }
    }
    script
}
