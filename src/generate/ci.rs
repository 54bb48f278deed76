//! `semaphore.yml`: build, tests, push as latest, and the promotions to the canaries.

use super::commands::{Script, checkout, quoted, quoted_words};
use super::deploy::force;
use super::image;
use super::pipeline::{PipelineFile, env_vars};
use super::scan;
use crate::model::{AutoCancel, Block, EnvVar, Gate, Job, Promotion, Task, When};
use crate::project::{CiRegistry, Project, Target, Test, TestCommand, TestPlace};

/// The pipeline of continuous integration.
pub(super) fn pipeline(project: &Project) -> PipelineFile {
    let mut file = PipelineFile::new(
        project,
        "semaphore.yml".into(),
        project.name.clone(),
        format!(
            "Builds and tests {}, and promotes a build of {} to its canary.",
            project.name, project.default_branch
        ),
    );
    file.pipeline.auto_cancel = Some(AutoCancel {
        running: Some(format!("branch != '{}'", project.default_branch).into()),
        queued: None,
    });
    file.note(
        "auto_cancel",
        "A newer push to the same branch or pull request makes the older build pointless, but every\nbuild of the default branch may be released.",
    );
    let built = "Docker Build";
    let mut checks = Vec::new();
    let block = build(project, &mut file);
    file.block(block);
    if !project.tests.is_empty() {
        let block = tests(project).after([built]);
        file.block(block);
        checks.push("Tests");
    }
    if let Some(scan) = &project.scan {
        let block = scan::block(project, scan, &mut file).after([built]);
        file.block(block);
        checks.push(scan::BLOCK);
    }
    if project.ci_registry != CiRegistry::Artifact {
        let last = if checks.is_empty() { vec![built] } else { checks };
        let block = push_latest(project, &mut file).after(last);
        file.block(block);
        file.note(
            "block Push as latest",
            "A condition of the block, not of a command: on a pull request SEMAPHORE_GIT_BRANCH is the\ntarget branch, so a test in the shell would let pull requests through.",
        );
    }
    file.pipeline.promotions =
        promotions(project, project.targets.iter().filter(|target| target.after.is_none()));
    file
}

fn build(project: &Project, file: &mut PipelineFile) -> Block {
    let mut prologue = image::prerequisites(project);
    prologue.extend(checkout(project));
    prologue.extend(image::login(project));
    let mut task = file.task(image::secrets(project), prologue, "Build", image::build(project));
    task.env_vars = image::env_vars(project);
    let mut block = Block::new("Docker Build", task).after(Vec::<String>::new());
    block.gate = when_changed(project, "");
    block
}

/// Lets a block run under a condition, and where other services stand in the repository only for a
/// push that concerns this one.
fn when_changed(project: &Project, condition: &str) -> Option<Gate> {
    let conditions: Vec<String> = [Some(condition.to_owned()), project.changed()]
        .into_iter()
        .flatten()
        .filter(|condition| !condition.is_empty())
        .collect();
    (!conditions.is_empty()).then(|| Gate::Run(When::from(conditions.join(" and "))))
}

fn push_latest(project: &Project, file: &mut PipelineFile) -> Block {
    let mut script = Script::default();
    script.explained(
        "Copies the tag inside the registry; nothing is pulled.",
        format!(
            "docker buildx imagetools create --tag \"{}:latest\" \"{}\"",
            image::repository(project),
            image::released(project)
        ),
    );
    let mut task = file.task(image::secrets(project), image::login(project), "Push", script);
    task.env_vars = image::env_vars(project);
    let mut block = Block::new("Push as latest", task);
    block.gate = when_changed(project, &format!("branch = '{}'", project.default_branch));
    block
}

fn tests(project: &Project) -> Block {
    let on_agent = project.tests.iter().any(|test| test.place == TestPlace::Agent);
    let in_image = project.tests.iter().any(|test| test.place != TestPlace::Agent);
    let mut prologue = Script::default();
    if on_agent {
        prologue.extend(checkout(project));
    }
    if in_image {
        prologue.extend(image::login(project));
    }
    let mut task = Task::new(project.tests.iter().map(|test| job(project, test)));
    if in_image {
        task.secrets = image::secrets(project);
        task.env_vars = image::env_vars(project);
    }
    if !prologue.is_empty() {
        task.prologue = Some(prologue.lines.into_iter().map(|(command, _)| command).collect());
    }
    let mut block = Block::new("Tests", task);
    block.gate = when_changed(project, "");
    block
}

/// Settings of the PostgreSQL server that `sem-service` starts.
const TEST_DATABASE: [(&str, &str); 6] = [
    ("DB_HOST", "127.0.0.1"),
    ("DB_PORT", "5432"),
    ("DB_USER", "postgres"),
    ("DB_PASSWORD", ""),
    ("DB_SCHEMA", "postgres"),
    ("DB_SSL", "false"),
];

fn job(project: &Project, test: &Test) -> Job {
    let mut script = Script::default();
    if test.place != TestPlace::Agent {
        script.extend(image::fetch(project, test.place == TestPlace::Test));
    }
    let mut variables: Vec<EnvVar> = Vec::new();
    if test.database {
        // Without a version sem-service starts a very old server, and it exits with 0 whatever
        // happens: whether the server is there is for pg_isready to say.
        script.run("sem-service start postgres 17");
        script.run("retry --times 30 --sleep 2 pg_isready --host 127.0.0.1 --username postgres");
        variables.extend(TEST_DATABASE.map(|(name, value)| EnvVar::new(name, value)));
    }
    variables.extend(env_vars(&test.env));
    for command in &test.commands {
        script.run(test_command(project, test, &variables, command));
    }
    let mut job = Job::new(&test.name, script.lines.into_iter().map(|(command, _)| command));
    job.env_vars = variables;
    job
}

fn test_command(
    project: &Project,
    test: &Test,
    variables: &[EnvVar],
    command: &TestCommand,
) -> String {
    let mut options = String::from("docker run --rm");
    if test.database {
        options.push_str(" --network host");
    }
    for variable in variables {
        options.push_str(" --env ");
        options.push_str(&variable.name);
    }
    match (command, test.place) {
        // Of several lines the agent would look at the status of the last one only.
        (TestCommand::Shell(text), TestPlace::Agent) => match text.trim() {
            one if !one.contains('\n') => one.to_owned(),
            several => format!("bash -ec {}", quoted(several)),
        },
        (TestCommand::Shell(text), _) => {
            format!("{options} \"{}\" sh -ec {}", image::tested(project), quoted(text))
        }
        (TestCommand::Words(words), _) => {
            let (program, arguments) =
                words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
            let arguments = quoted_words(arguments);
            let command = format!(
                "{options} --entrypoint {} \"{}\" {arguments}",
                quoted(program),
                image::released(project)
            );
            command.trim_end().to_owned()
        }
    }
}

/// The promotions to the canaries of these targets, under the condition of a release.
pub(super) fn promotions<'a>(
    project: &Project,
    targets: impl Iterator<Item = &'a Target>,
) -> Vec<Promotion> {
    targets
        .map(|target| {
            let mut promotion = Promotion::new(
                format!("Canary deployment ({})", target.title()),
                format!("deploy-canary-{}.yml", target.id),
            );
            promotion.deployment_target.clone_from(&target.deployment_target);
            promotion.auto_promote = Some(When::from(project.release_when.clone()));
            promotion.parameters = Some(force());
            promotion
        })
        .collect()
}
