//! The pipelines of a target: canary, stable, rollback. Each may run twice in a row, or before
//! stable exists.

use super::ci;
use super::commands::{
    Script, apply, connect, delete_canary, find_stable, in_canary, prepare, scale_stable,
};
use super::image;
use super::pipeline::{PipelineFile, deployment, secrets};
use super::timeouts;
use crate::model::{Block, EnvVar, Promotion, Secret, When};
use crate::project::{DB_PARAMS, Migrate, Project, Target};

/// Pushes the image, migrates, rolls out the canary, tests it, and waits for a person.
pub(super) fn canary(project: &Project, target: &Target) -> PipelineFile {
    let name = &project.name;
    let mut file = deployment(
        project,
        target,
        "deploy-canary",
        format!("Canary deployment ({})", target.title()),
        format!(
            "Releases {name} to a few users on {}. Then it waits for a person to promote it to\nstable or to roll it back.",
            target.title()
        ),
        timeouts::CANARY_PIPELINE,
    );
    let mut before: Vec<&str> = Vec::new();
    if image::cloud(project).is_none_or(|source| source.id != target.id) {
        let block = push(project, target, &mut file).after(before);
        file.block(block);
        before = vec!["Push"];
    }
    let block = deploy_canary(project, target, &mut file).after(before);
    file.block(block);
    if let Some(script) = test_canary(project) {
        let mut prologue = Script::default();
        prologue.extend(connect(target));
        let secrets = secrets(target.cluster_secrets());
        let task = file.task(secrets, prologue, "Test the canary", script);
        file.block(Block::new("Test", task).after(["Deploy"]));
    }
    let stable =
        guarded(target, format!("Promote to stable ({})", target.title()), "deploy-stable");
    let mut rollback =
        guarded(target, format!("Roll back the canary ({})", target.title()), "rollback-canary");
    rollback.auto_promote = Some(When::from("result != 'passed'"));
    file.note(
        format!("promotion {}", rollback.name),
        "By itself when this pipeline fails, is stopped or times out.",
    );
    file.pipeline.promotions = vec![stable, rollback];
    file
}

fn guarded(target: &Target, name: String, kind: &str) -> Promotion {
    let mut promotion = Promotion::new(name, format!("{kind}-{}.yml", target.id));
    promotion.deployment_target.clone_from(&target.deployment_target);
    promotion
}

/// The target's image of this workflow, for use inside double quotes.
fn target_image(target: &Target) -> String {
    format!("{}:$SEMAPHORE_WORKFLOW_ID", target.rendered.image)
}

fn push(project: &Project, target: &Target, file: &mut PipelineFile) -> Block {
    let mut script = Script::default();
    script.extend(image::login(project));
    script.extend(image::fetch(project, false));
    script.all(&target.rendered.login);
    let (from, to) = (image::released(project), target_image(target));
    script.run(format!("docker tag \"{from}\" \"{to}\""));
    script.run(format!("docker push \"{to}\""));
    let mut names = image::secrets(project);
    names.extend(
        secrets(target.registry_secrets())
            .into_iter()
            .filter(|new| !image::secrets(project).iter().any(|known| known.name == new.name)),
    );
    let mut task = file.task(names, Script::default(), "Push", script);
    task.env_vars = image::env_vars(project)
        .into_iter()
        .filter(|variable| !target.rendered.env_vars.contains_key(&variable.name))
        .collect();
    Block::new("Push", task)
}

/// The secrets of a job that brings pods to life: the cluster's, the database's, the service's
/// own, and the registry's where the cluster needs them to pull.
fn deploy_secrets(project: &Project, target: &Target) -> Vec<Secret> {
    let mut names = target.cluster_secrets();
    if project.database {
        names.push(target.secret_name(DB_PARAMS));
    }
    names.extend(project.secrets.iter().map(|secret| secret.name.as_str()));
    if !target.rendered.pull_secret.is_empty() {
        names.extend(target.registry_secrets());
    }
    secrets(names)
}

fn deploy_prologue(target: &Target) -> Script {
    let mut prologue = Script::default();
    prologue.run("checkout");
    prologue.extend(connect(target));
    prologue
}

fn deploy_canary(project: &Project, target: &Target, file: &mut PipelineFile) -> Block {
    let name = &project.name;
    let image = target_image(target);
    let mut script = prepare(project, target);
    if project.migration_job().is_some() {
        script.explained(
            "Before any pod changes, so the version that is running must work with the new schema too.",
            format!(
                "ROLLOUT_TIMEOUT={} {}",
                timeouts::MIGRATE_WAIT,
                apply("migrate-job.yml", &format!("{name}-migrate"), 1, &image)
            ),
        );
    }
    script.run(apply("deployment.yml", &format!("{name}-canary"), target.replicas.canary, &image));
    script.explained(
        "Only now that the canary is ready, stable gives up as many pods. Before the first\npromotion there is no stable.",
        find_stable(project),
    );
    script.run(scale_stable(target.replicas.beside_canary()));
    let secrets = deploy_secrets(project, target);
    let mut task = file.task(secrets, deploy_prologue(target), "Deploy the canary", script);
    task.env_vars = vec![wait(timeouts::CANARY_WAIT)];
    Block::new("Deploy", task)
}

/// The longest wait of `apply.sh`, in seconds.
fn wait(seconds: u64) -> EnvVar {
    EnvVar::new("ROLLOUT_TIMEOUT", seconds.to_string())
}

fn test_canary(project: &Project) -> Option<Script> {
    let mut script = Script::default();
    if let Some(ping) = &project.commands.ping {
        script.run(in_canary(project, ping));
    }
    if let (Migrate::InCanary, Some(migrate)) = (project.migrate, &project.commands.migrate) {
        script.run(in_canary(project, migrate));
    }
    (!script.is_empty()).then_some(script)
}

/// Brings stable to the canary's version, then removes the canary.
pub(super) fn stable(project: &Project, target: &Target) -> PipelineFile {
    let name = &project.name;
    let mut file = deployment(
        project,
        target,
        "deploy-stable",
        format!("Stable deployment ({})", target.title()),
        format!(
            "Brings all pods of {name} on {} to the version of the canary, which then goes.",
            target.title()
        ),
        timeouts::STABLE_PIPELINE,
    );
    let mut script = prepare(project, target);
    script.run(apply(
        "deployment.yml",
        &format!("{name}-stable"),
        target.replicas.stable,
        &target_image(target),
    ));
    script.run(delete_canary(project));
    let secrets = deploy_secrets(project, target);
    let mut task = file.task(secrets, deploy_prologue(target), "Deploy stable", script);
    task.env_vars = vec![wait(timeouts::STABLE_WAIT)];
    file.block(Block::new("Deploy", task).after(Vec::<String>::new()));
    file.pipeline.promotions = ci::promotions(
        project,
        project.targets.iter().filter(|next| next.after.as_ref() == Some(&target.id)),
    );
    file
}

/// Brings stable back to full size and removes the canary.
pub(super) fn rollback(project: &Project, target: &Target) -> PipelineFile {
    let name = &project.name;
    let mut file = deployment(
        project,
        target,
        "rollback-canary",
        format!("Rollback of the canary ({})", target.title()),
        format!(
            "Removes the canary of {name} from {} and brings stable back to full size. Started by\nhand, or by a canary pipeline that did not pass.",
            target.title()
        ),
        timeouts::ROLLBACK_PIPELINE,
    );
    let mut script = Script::default();
    script.explained(
        "What there is to learn about the canary, while it is there; none of this may stop the\nrollback.",
        format!("kubectl get deployments,pods --selector=app={name} --output=wide || true"),
    );
    script.run(format!("kubectl describe pods --selector=deployment={name}-canary || true"));
    for previous in ["", " --previous"] {
        script.run(format!(
            "kubectl logs --selector=deployment={name}-canary --all-containers --prefix --tail=200{previous} || true"
        ));
    }
    script.run("kubectl get events --sort-by=.lastTimestamp || true");
    script.explained("Before the first promotion there is no stable.", find_stable(project));
    script.run(scale_stable(target.replicas.stable));
    let seconds = timeouts::ROLLBACK_WAIT;
    script.explained(
        "Where the cluster has no room for both, the canary has to go first.",
        format!(
            "if test -n \"$STABLE\"; then kubectl rollout status \"$STABLE\" --timeout={seconds}s || echo 'stable is not at full size yet: removing the canary makes room'; fi"
        ),
    );
    script.run(delete_canary(project));
    script.run(format!(
        "if test -n \"$STABLE\"; then kubectl rollout status \"$STABLE\" --timeout={seconds}s; fi"
    ));
    let secrets = secrets(target.cluster_secrets());
    let task = file.task(secrets, connect(target), "Roll back", script);
    file.block(Block::new("Roll back", task).after(Vec::<String>::new()));
    file
}
