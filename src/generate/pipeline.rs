//! A pipeline as a typed value, with the comments that its file carries.

use super::commands::Script;
use crate::model::{
    Agent, Block, EnvVar, GlobalJobConfig, Job, Machine, Pipeline, Processing, QueueRule,
    QueueScope, Secret, Task, TimeLimit,
};
use crate::project::{Project, Target};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// A pipeline and its comments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PipelineFile {
    /// File name inside `.semaphore/`.
    pub name: String,
    /// What stands at the top of the file.
    pub header: String,
    /// The pipeline.
    pub pipeline: Pipeline,
    /// Comments of top-level keys, blocks and promotions: `queue`, `block NAME`, `promotion NAME`.
    pub notes: BTreeMap<String, &'static str>,
    /// Comments of commands, by the command.
    pub commands: BTreeMap<String, &'static str>,
}

impl PipelineFile {
    /// A pipeline without blocks.
    pub fn new(project: &Project, file: String, name: String, header: String) -> Self {
        let machine = Machine {
            machine_type: project.agent.machine.clone(),
            os_image: project.agent.os_image.clone(),
        };
        let agent = Agent { machine, containers: Vec::new(), image_pull_secrets: Vec::new() };
        Self {
            name: file,
            header,
            pipeline: Pipeline::new(name, agent, []),
            notes: BTreeMap::new(),
            commands: BTreeMap::new(),
        }
    }

    /// Adds a block.
    pub fn block(&mut self, block: Block) {
        self.pipeline.blocks.push(block);
    }

    /// Adds a comment to a top-level key, a block or a promotion.
    pub fn note(&mut self, place: impl Into<String>, comment: &'static str) {
        self.notes.insert(place.into(), comment);
    }

    /// A list of commands whose comments go to this file.
    pub fn commands(&mut self, script: Script) -> Vec<String> {
        script
            .lines
            .into_iter()
            .map(|(command, comment)| {
                if !comment.is_empty() {
                    self.commands.insert(command.clone(), comment);
                }
                command
            })
            .collect()
    }

    /// A task of one job.
    pub fn task(
        &mut self,
        secrets: Vec<Secret>,
        prologue: Script,
        job: &str,
        script: Script,
    ) -> Task {
        let commands = self.commands(script);
        let mut task = Task::new([Job::new(job, commands)]);
        task.secrets = secrets;
        if !prologue.is_empty() {
            let prologue = self.commands(prologue);
            task.prologue = Some(prologue.into_iter().collect());
        }
        task
    }
}

/// What the three deployment pipelines of a target share: one serialized queue, the target's
/// variables, and a limit that every wait stays below.
pub(super) fn deployment(
    project: &Project,
    target: &Target,
    kind: &str,
    name: String,
    header: String,
    minutes: u64,
) -> PipelineFile {
    let mut file = PipelineFile::new(project, format!("{kind}-{}.yml", target.id), name, header);
    file.pipeline.execution_time_limit = Some(TimeLimit::Minutes(minutes));
    file.pipeline.queue = Some(
        QueueRule {
            name: Some(format!("{}-{}", project.name, target.id)),
            scope: Some(QueueScope::Project),
            processing: Some(Processing::Serialized),
            when: None,
        }
        .into(),
    );
    file.note(
        "queue",
        "All deployments to this target wait for each other, from whichever branch they come.",
    );
    if !target.rendered.env_vars.is_empty() {
        file.pipeline.global_job_config = Some(GlobalJobConfig {
            env_vars: Some(env_vars(&target.rendered.env_vars)),
            ..GlobalJobConfig::default()
        });
    }
    file
}

/// Variables in the form of the pipeline format.
pub(super) fn env_vars(variables: &IndexMap<String, String>) -> Vec<EnvVar> {
    variables.iter().map(|(name, value)| EnvVar::new(name, value)).collect()
}

/// Secrets by name, each once, in this order.
pub(super) fn secrets<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = Vec::new();
    for name in names {
        if !secrets.iter().any(|known| known.name == name) {
            secrets.push(Secret::new(name));
        }
    }
    secrets
}
