//! The pipelines that promotions lead to, with what a picture shows of them.

use crate::model::{
    Commands, Condition, Epilogue, Gate, Job, MatrixValues, Parallelism, Pipeline, Promotion,
    Spread, Task, Work,
};
use crate::simulate::{Pipelines, dependencies};
use serde::Serialize;
use std::collections::HashMap;

/// A workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// The pipelines, the first one being where it starts.
    pub pipelines: Vec<PipelineNode>,
    /// What joins them.
    pub promotions: Vec<PromotionEdge>,
}

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PipelineNode {
    /// Its file, from the root of the repository.
    pub file: String,
    /// Its name.
    pub name: Option<String>,
    /// Why it cannot start.
    pub broken: Option<String>,
    /// Its blocks.
    pub blocks: Vec<BlockNode>,
}

/// A block, or what runs after the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockNode {
    /// Its name.
    pub name: String,
    /// Places of the blocks that it waits for.
    pub dependencies: Vec<usize>,
    /// When it runs, `run when …`; always, if nothing is said.
    pub condition: Option<String>,
    /// The machine that its jobs run on.
    pub machine: String,
    /// Its secrets.
    pub secrets: Vec<String>,
    /// Variables of all its jobs.
    pub variables: Vec<String>,
    /// Commands before those of each job.
    pub prologue: Vec<String>,
    /// Its jobs.
    pub jobs: Vec<JobNode>,
    /// Commands after those of each job.
    pub epilogue: Vec<String>,
    /// Why its task cannot be shown.
    pub broken: Option<String>,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobNode {
    /// Its name.
    pub name: String,
    /// How many copies run, `×4` or `×6: A × B`.
    pub copies: Option<String>,
    /// Its variables.
    pub variables: Vec<String>,
    /// Its commands.
    pub commands: Vec<String>,
}

/// A promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromotionEdge {
    /// Place of the pipeline that has it.
    pub from: usize,
    /// Place of the pipeline that it starts.
    pub to: usize,
    /// Its name.
    pub name: String,
    /// When it starts by itself; a person starts it, if nothing is said.
    pub automatic: Option<String>,
    /// The deployment target that it goes to.
    pub deployment_target: Option<String>,
    /// The parameters that it asks for.
    pub parameters: Vec<String>,
}

impl Graph {
    /// The workflow that starts with the pipeline in `file`.
    #[must_use]
    pub fn of(file: &str, pipelines: &dyn Pipelines) -> Self {
        let mut graph = Self { pipelines: Vec::new(), promotions: Vec::new() };
        let mut places = HashMap::from([((true, file.to_owned()), 0)]);
        let mut outside = Vec::new();
        let mut files = vec![file.to_owned()];
        while let Some(file) = files.get(graph.pipelines.len()).cloned() {
            let here = graph.pipelines.len();
            let found = match outside.contains(&here) {
                true => Err("it is outside of the repository".to_owned()),
                false => pipelines.pipeline(&file),
            };
            match found {
                Err(reason) => graph.pipelines.push(PipelineNode {
                    file,
                    name: None,
                    broken: Some(reason),
                    blocks: Vec::new(),
                }),
                Ok(pipeline) => {
                    for promotion in &pipeline.promotions {
                        let named = &promotion.pipeline_file;
                        let target = pipelines.resolve(&file, named);
                        let inside = target.is_some();
                        let target = target.unwrap_or_else(|| named.clone());
                        let to =
                            *places.entry((inside, target)).or_insert_with_key(|(_, target)| {
                                files.push(target.clone());
                                files.len() - 1
                            });
                        if !inside {
                            outside.push(to);
                        }
                        graph.promotions.push(edge(promotion, here, to));
                    }
                    graph.pipelines.push(node(&pipeline, file, pipelines));
                }
            }
        }
        graph
    }
}

fn edge(promotion: &Promotion, from: usize, to: usize) -> PromotionEdge {
    let listed = (!promotion.auto_promote_on.is_empty()).then(|| {
        let results: Vec<&str> =
            promotion.auto_promote_on.iter().map(|rule| rule.result.as_str()).collect();
        format!("an entry of auto_promote_on matches ({})", results.join(", "))
    });
    let parameters = promotion.parameters.iter().flat_map(|parameters| &parameters.env_vars);
    PromotionEdge {
        from,
        to,
        name: promotion.name.clone(),
        automatic: promotion.auto_promote.as_ref().map(|when| text(&when.when)).or(listed),
        deployment_target: promotion.deployment_target.clone(),
        parameters: parameters
            .map(|parameter| match &parameter.default_value {
                Some(value) => format!("{} = {value}", parameter.name),
                None => parameter.name.clone(),
            })
            .collect(),
    }
}

fn text(condition: &Condition) -> String {
    match condition {
        Condition::Fixed(value) => value.to_string(),
        Condition::When(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn node(pipeline: &Pipeline, file: String, pipelines: &dyn Pipelines) -> PipelineNode {
    let waits = dependencies(pipeline);
    let mut blocks: Vec<BlockNode> = pipeline
        .blocks
        .iter()
        .zip(waits)
        .enumerate()
        .map(|(index, (block, waits))| {
            let name = block.name.clone();
            let name = name.unwrap_or_else(|| format!("Nameless block {}", index + 1));
            let mut node = work(name, &block.work, pipeline, &file, pipelines);
            node.dependencies = waits;
            node.condition = block.gate.as_ref().map(|gate| match gate {
                Gate::Run(when) => format!("run when {}", text(&when.when)),
                Gate::Skip(when) => format!("skip when {}", text(&when.when)),
                Gate::Filters(filters) => format!("filters: {}", filters.len()),
            });
            if let Some(global) = &pipeline.global_job_config {
                let mut shared = BlockNode { name: String::new(), ..BlockNode::empty() };
                shared.secrets = global.secrets.iter().flatten().map(|s| s.name.clone()).collect();
                shared.variables = variables(global.env_vars.iter().flatten());
                shared.prologue = commands(global.prologue.as_ref());
                shared.prologue.append(&mut node.prologue);
                shared.variables.append(&mut node.variables);
                shared.secrets.append(&mut node.secrets);
                (node.prologue, node.variables, node.secrets) =
                    (shared.prologue, shared.variables, shared.secrets);
                node.epilogue.extend(epilogue(global.epilogue.as_ref()));
            }
            node
        })
        .collect();
    if let Some(after) = &pipeline.after_pipeline {
        let mut node = work("After the pipeline".to_owned(), after, pipeline, &file, pipelines);
        // It comes after everything: after all that nothing waits for.
        let mut last = vec![true; blocks.len()];
        for waited in blocks.iter().flat_map(|block| &block.dependencies) {
            last[*waited] = false;
        }
        node.dependencies = (0..blocks.len()).filter(|&index| last[index]).collect();
        node.condition = Some("whatever the result".to_owned());
        blocks.push(node);
    }
    PipelineNode { file, name: pipeline.name.clone(), broken: None, blocks }
}

fn work(
    name: String,
    work: &Work,
    pipeline: &Pipeline,
    file: &str,
    pipelines: &dyn Pipelines,
) -> BlockNode {
    let block = BlockNode { name, ..BlockNode::empty() };
    match work {
        Work::Task(found) => task(block, found, pipeline),
        Work::File(named) => {
            let found = match pipelines.resolve(file, named) {
                Some(path) => pipelines.task(&path),
                None => Err(format!("\"{named}\" leads out of the repository")),
            };
            match found {
                Ok(found) => task(block, &found, pipeline),
                Err(reason) => BlockNode { broken: Some(reason), ..block },
            }
        }
    }
}

impl BlockNode {
    fn empty() -> Self {
        Self {
            name: String::new(),
            dependencies: Vec::new(),
            condition: None,
            machine: String::new(),
            secrets: Vec::new(),
            variables: Vec::new(),
            prologue: Vec::new(),
            jobs: Vec::new(),
            epilogue: Vec::new(),
            broken: None,
        }
    }
}

fn task(block: BlockNode, task: &Task, pipeline: &Pipeline) -> BlockNode {
    let machine = &task.agent.as_ref().unwrap_or(&pipeline.agent).machine;
    let mut jobs: Vec<JobNode> =
        task.jobs.iter().enumerate().map(|(index, found)| job(found, index)).collect();
    for booster in task.boosters.iter().flatten() {
        jobs.push(JobNode {
            name: booster.name.clone().unwrap_or_else(|| format!("Nameless {}", jobs.len() + 1)),
            copies: Some(format!("×{}", booster.job_count)),
            variables: Vec::new(),
            commands: Vec::new(),
        });
    }
    BlockNode {
        machine: match &machine.os_image {
            Some(image) => format!("{}, {image}", machine.machine_type),
            None => machine.machine_type.clone(),
        },
        secrets: task.secrets.iter().map(|secret| secret.name.clone()).collect(),
        variables: variables(&task.env_vars),
        prologue: commands(task.prologue.as_ref()),
        jobs,
        epilogue: epilogue(task.epilogue.as_ref()),
        ..block
    }
}

fn job(job: &Job, index: usize) -> JobNode {
    let copies = job.spread.as_ref().map(|spread| match spread {
        Spread::Parallelism(Parallelism::Copies(count)) => format!("×{count}"),
        Spread::Parallelism(Parallelism::Expression(text)) => format!("×{text}"),
        Spread::Matrix(axes) => {
            let names: Vec<&str> = axes.iter().map(|axis| axis.env_var.as_str()).collect();
            let count = axes.iter().try_fold(1_usize, |product, axis| match &axis.values {
                MatrixValues::List(values) => product.checked_mul(values.len()),
                MatrixValues::Expression(_) => None,
            });
            match count {
                Some(count) => format!("×{count}: {}", names.join(" × ")),
                None => format!("×?: {}", names.join(" × ")),
            }
        }
    });
    JobNode {
        name: job.name.clone().unwrap_or_else(|| format!("Nameless {}", index + 1)),
        copies,
        variables: variables(&job.env_vars),
        commands: commands(Some(&job.commands)),
    }
}

fn variables<'v>(list: impl IntoIterator<Item = &'v crate::model::EnvVar>) -> Vec<String> {
    list.into_iter().map(|variable| format!("{}={}", variable.name, variable.value)).collect()
}

fn commands(commands: Option<&Commands>) -> Vec<String> {
    match commands {
        None => Vec::new(),
        Some(Commands::Inline(commands)) => commands.clone(),
        Some(Commands::File(file)) => vec![format!("(the commands of the file {file})")],
    }
}

fn epilogue(found: Option<&Epilogue>) -> Vec<String> {
    let Some(found) = found else { return Vec::new() };
    let when = |part: Option<&Commands>, when: &str| -> Vec<String> {
        commands(part).into_iter().map(|command| format!("{when}{command}")).collect()
    };
    [
        when(found.always(), ""),
        when(found.on_pass(), "(on pass) "),
        when(found.on_fail(), "(on fail) "),
    ]
    .concat()
}
