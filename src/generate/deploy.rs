//! The pipelines of a target: canary, stable, rollback. Each may run twice in a row, or before
//! stable exists.

use super::ci;
use super::commands::{
    CANARY, STABLE, Script, apply, canary_secrets, checkout, connect, in_canary, prepare, release,
    stable_pods,
};
use super::image;
use super::pin;
use super::pipeline::{PipelineFile, deployment, secrets};
use super::timeouts;
use crate::model::{Block, EnvVar, Parameter, Parameters, Promotion, Secret, When};
use crate::project::{DB_PARAMS, Migrate, Pin, Project, Target};

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
    } else if project.pin == Pin::Digest {
        let block = note_digest(project, target, &mut file).after(before);
        file.block(block);
        before = vec!["Pin"];
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
    let mut stable =
        guarded(target, format!("Promote to stable ({})", target.title()), "deploy-stable");
    stable.parameters = Some(force());
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

/// What a person who promotes may say: that an older workflow takes the place of a newer one.
pub(super) fn force() -> Parameters {
    let force = Parameter {
        name: "FORCE".into(),
        description: Some("true: deploy even when a newer workflow has deployed already".into()),
        options: vec!["false".into(), "true".into()],
        default_value: Some("false".into()),
        // The platform takes a default for required parameters only, and an automatic promotion uses it.
        required: Some(true),
    };
    Parameters { env_vars: vec![force] }
}

fn push(project: &Project, target: &Target, file: &mut PipelineFile) -> Block {
    let mut script = Script::default();
    script.all(&target.rendered.prerequisites);
    script.extend(image::login(project));
    script.extend(image::fetch(project, false));
    script.all(&target.rendered.login);
    let (from, to) = (image::released(project), pin::tagged(target));
    script.run(format!("docker tag \"{from}\" \"{to}\""));
    script.run(format!("docker push \"{to}\""));
    if project.pin == Pin::Digest {
        script.extend(pin::note(project, target));
    }
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

/// Where the build has pushed to the target's registry already.
fn note_digest(project: &Project, target: &Target, file: &mut PipelineFile) -> Block {
    let (login, script) = (image::login(project), pin::note(project, target));
    let task = file.task(image::secrets(project), login, "Note the digest", script);
    Block::new("Pin", task)
}

/// The secrets of a job that brings pods to life: the cluster's, the database's, the service's
/// own, and the registry's where the cluster needs them to pull.
fn deploy_secrets(project: &Project, target: &Target) -> Vec<Secret> {
    let mut names = target.cluster_secrets();
    if project.database {
        names.push(target.secret_name(DB_PARAMS));
    }
    names.extend(project.secrets.iter().map(|secret| secret.name.as_str()));
    names.extend(target.pull_secret_secrets());
    secrets(names)
}

fn deploy_prologue(project: &Project, target: &Target) -> Script {
    let mut prologue = checkout(project);
    prologue.extend(connect(target));
    prologue
}

fn deploy_canary(project: &Project, target: &Target, file: &mut PipelineFile) -> Block {
    let name = &project.name;
    let image = pin::image(project, target);
    let mut script = pin::read(project, target);
    script.extend(prepare(project, target, CANARY));
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
    let pods = target.replicas.canary.to_string();
    script.run(release(CANARY, project, &[&pods, &format!("\"{image}\"")]));
    if project.autoscaling.is_some() {
        script.explained(
            "The load says how many pods of stable run, also beside a canary.",
            release("make-room", project, &[&stable_pods(project, target)]),
        );
    } else {
        let beside = target.replicas.beside_canary().to_string();
        script.explained(
            "Only now that the canary is ready, stable gives up as many pods.",
            release("make-room", project, &[&beside]),
        );
    }
    let secrets = deploy_secrets(project, target);
    let mut task =
        file.task(secrets, deploy_prologue(project, target), "Deploy the canary", script);
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
    let mut script = pin::read(project, target);
    script.extend(prepare(project, target, STABLE));
    let pods = stable_pods(project, target);
    let image = format!("\"{}\"", pin::image(project, target));
    script.explained(
        "Brings stable back to its version before when this one does not get ready.",
        release(STABLE, project, &[&pods, &image]),
    );
    let secrets = canary_secrets(project);
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    script.run(release("remove-canary", project, &secrets));
    let secrets = deploy_secrets(project, target);
    let mut task = file.task(secrets, deploy_prologue(project, target), "Deploy stable", script);
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
    let pods = stable_pods(project, target);
    let secrets_of_canary = canary_secrets(project);
    let arguments: Vec<&str> =
        [pods.as_str()].into_iter().chain(secrets_of_canary.iter().map(String::as_str)).collect();
    let mut script = Script::default();
    script.explained(
        "A canary of another workflow is left alone, and so is stable then.",
        release("rollback", project, &arguments),
    );
    let secrets = secrets(target.cluster_secrets());
    let task = file.task(secrets, deploy_prologue(project, target), "Roll back", script);
    file.block(Block::new("Roll back", task).after(Vec::<String>::new()));
    file
}
