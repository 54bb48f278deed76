//! From an event through every pipeline that it reaches.

use super::blocks::{self, FailFast, Verdict};
use super::decide::Judge;
use super::jobs::{Around, lookup};
use super::promotions::Done;
use super::template;
use super::{
    Assumption, BlockRun, ChangedFiles, Decision, End, Event, Fate, JobRun, ParameterValue,
    PipelineRun, Pipelines, Pressed, PromotedBy, QueueUse, RunResult, Start, Workflow,
};
use crate::model::{Block, Pipeline, Processing, QueueScope, Task, Work};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What is simulated.
#[derive(Debug)]
pub struct Scenario<'a> {
    /// The event.
    pub event: Event,
    /// The changed files.
    pub files: &'a ChangedFiles,
    /// How pipelines and blocks end; what is not named passes. The first that fits counts.
    pub assumptions: Vec<Assumption>,
    /// Which promotions people start.
    pub pressed: Pressed,
}

/// A pipeline that is to be looked at.
struct Waiting {
    file: String,
    pipeline: Arc<Pipeline>,
    promoted_by: Option<PromotedBy>,
    parameters: Vec<ParameterValue>,
}

impl Scenario<'_> {
    /// Walks the workflow that starts with the pipeline in `file`. Each pipeline is looked at once
    /// for each set of parameters, so that promotions in a circle end.
    ///
    /// # Errors
    /// Why that pipeline cannot start.
    pub fn run(&self, file: &str, pipelines: &dyn Pipelines) -> Result<Workflow, String> {
        let mut workflow = Workflow {
            version: 1,
            event: self.event.clone(),
            pipelines: Vec::new(),
            unused: Vec::new(),
        };
        let mut places: BTreeMap<(String, Vec<ParameterValue>), usize> = BTreeMap::new();
        places.insert((file.to_owned(), Vec::new()), 0);
        let mut waiting = VecDeque::from([Waiting {
            file: file.to_owned(),
            pipeline: pipelines.pipeline(file)?,
            promoted_by: None,
            parameters: Vec::new(),
        }]);
        while let Some(next) = waiting.pop_front() {
            let here = workflow.pipelines.len();
            let mut run = self.pipeline(&next, pipelines);
            for promotion in &mut run.promotions {
                if promotion.broken.is_some() {
                    continue;
                }
                let target = match pipelines.pipeline(&promotion.file) {
                    Ok(target) => target,
                    Err(reason) => {
                        promotion.broken = Some(reason);
                        continue;
                    }
                };
                if !matches!(promotion.start, Start::Automatic | Start::Pressed) {
                    continue;
                }
                let key = (promotion.file.clone(), promotion.parameters.clone());
                let new = here + waiting.len() + 1;
                let place = *places.entry(key).or_insert(new);
                promotion.starts = Some(place);
                if place == new {
                    waiting.push_back(Waiting {
                        file: promotion.file.clone(),
                        pipeline: target,
                        promoted_by: Some(PromotedBy {
                            pipeline: here,
                            promotion: promotion.name.clone(),
                        }),
                        parameters: promotion.parameters.clone(),
                    });
                }
            }
            workflow.pipelines.push(run);
        }
        workflow.unused = self.unused(&workflow);
        Ok(workflow)
    }

    fn pipeline(&self, waiting: &Waiting, pipelines: &dyn Pipelines) -> PipelineRun {
        let Waiting { file, pipeline, promoted_by, parameters } = waiting;
        let inputs = self.event.inputs();
        let values = lookup(parameters);
        let judge =
            Judge { inputs: &inputs, files: self.files, pipeline_file: file, parameters: &values };
        let decide =
            |when: &Option<crate::model::When>| when.as_ref().map(|when| judge.decide(&when.when));
        let auto_cancel = pipeline.auto_cancel.as_ref();
        let fail_fast = pipeline.fail_fast.as_ref();
        let stop = fail_fast.and_then(|fail_fast| decide(&fail_fast.stop));
        let cancel = fail_fast.and_then(|fail_fast| decide(&fail_fast.cancel));
        let assumed: Vec<&Assumption> =
            self.assumptions.iter().filter(|assumed| assumed.is_about(file)).collect();
        let verdicts = blocks::verdicts(
            pipeline,
            self.event.label(),
            &judge,
            &assumed,
            strategy(stop.as_ref(), cancel.as_ref()),
        );
        let around =
            Around { judge: &judge, global: pipeline.global_job_config.as_ref(), parameters };
        let mut end = ended(pipeline, &verdicts, &assumed);
        let mut blocks: Vec<BlockRun> = pipeline
            .blocks
            .iter()
            .zip(verdicts)
            .enumerate()
            .map(|(index, (block, verdict))| {
                let mut because = verdict.because;
                let task = task(&block.work, file, pipelines, &mut because);
                let task = task.as_deref();
                let agent = task.and_then(|task| task.agent.as_ref()).unwrap_or(&pipeline.agent);
                BlockRun {
                    name: template::fill(&blocks::name(block, index), &values),
                    fate: verdict.fate,
                    because,
                    decision: verdict.decision,
                    dependencies: verdict.dependencies,
                    result: verdict.result,
                    machine: template::fill(&agent.machine.machine_type, &values),
                    secrets: task.map(|task| around.secrets(task)).unwrap_or_default(),
                    jobs: task.map(|task| around.jobs(task)).unwrap_or_default(),
                }
            })
            .collect();
        // The platform reads all task files before it starts anything.
        let lacking = |(block, run): (&Block, &BlockRun)| {
            matches!(block.work, Work::File(_)) && run.jobs.is_empty()
        };
        if pipeline.blocks.iter().zip(&blocks).any(lacking) {
            let because = "a task_file cannot be used, so nothing starts".to_owned();
            end = End { result: RunResult::Failed, reason: "malformed".to_owned(), because };
            for block in &mut blocks {
                (block.fate, block.result) = (Fate::Canceled, Some(RunResult::Canceled));
            }
        }
        let done = Done {
            judge: &judge,
            label: self.event.label(),
            file,
            end: &end,
            pressed: &self.pressed,
            pipelines,
        };
        let promotions =
            pipeline.promotions.iter().map(|promotion| done.promotion(promotion)).collect();
        PipelineRun {
            file: file.clone(),
            name: pipeline.name.as_deref().map(|name| template::fill(name, &values)),
            promoted_by: promoted_by.clone(),
            parameters: parameters.clone(),
            queue: self.queue(pipeline, file, &judge),
            cancels_running: auto_cancel.and_then(|auto_cancel| decide(&auto_cancel.running)),
            cancels_queued: auto_cancel.and_then(|auto_cancel| decide(&auto_cancel.queued)),
            fail_fast_stop: stop,
            fail_fast_cancel: cancel,
            blocks,
            after_pipeline: after(pipeline, file, pipelines, &judge, parameters),
            end,
            promotions,
        }
    }

    /// The first queue whose condition holds, else the one of the file and ref.
    fn queue(&self, pipeline: &Pipeline, file: &str, judge: &Judge<'_>) -> QueueUse {
        let own = || QueueUse {
            name: Some(format!("{}-{file}", self.event.label())),
            organization: false,
            serialized: true,
            default: true,
            decision: None,
        };
        for rule in pipeline.queue.iter().flat_map(|queue| queue.rules()) {
            let decision = rule.when.as_ref().map(|when| judge.decide(when));
            match decision.as_ref().map_or(Some(true), |decision| decision.holds) {
                Some(false) => {}
                None => return QueueUse { name: None, default: false, decision, ..own() },
                Some(true) => {
                    return QueueUse {
                        name: match &rule.name {
                            Some(name) => Some(template::fill(name, judge.parameters)),
                            None => own().name,
                        },
                        organization: rule.scope == Some(QueueScope::Organization),
                        serialized: rule.processing != Some(Processing::Parallel),
                        default: rule.name.is_none(),
                        decision,
                    };
                }
            }
        }
        own()
    }

    /// Assumptions and buttons that met nothing.
    fn unused(&self, workflow: &Workflow) -> Vec<String> {
        let mut unused = Vec::new();
        for assumed in &self.assumptions {
            let mut runs = workflow.pipelines.iter().filter(|run| assumed.is_about(&run.file));
            let met = match &assumed.block {
                None => runs.next().is_some(),
                Some(name) => runs.any(|run| run.blocks.iter().any(|block| block.name == *name)),
            };
            if !met {
                let what = match &assumed.block {
                    Some(block) => format!("the block \"{block}\""),
                    None => format!("the pipeline \"{}\"", assumed.file),
                };
                unused.push(format!("{what} is not reached, so how it ends does not matter"));
            }
        }
        if let Pressed::These(these) = &self.pressed {
            for this in these {
                let one = Pressed::These(vec![this.clone()]);
                let known = workflow
                    .pipelines
                    .iter()
                    .flat_map(|run| &run.promotions)
                    .any(|promotion| one.includes(&promotion.name, &promotion.file));
                if !known {
                    unused.push(format!("no promotion \"{this}\" is reached"));
                }
            }
        }
        unused
    }
}

fn strategy(stop: Option<&Decision>, cancel: Option<&Decision>) -> FailFast {
    let holds = |decision: Option<&Decision>| decision.map_or(Some(false), |found| found.holds);
    match (holds(stop), holds(cancel)) {
        (Some(true), _) => FailFast::Stop,
        (Some(false), Some(true)) => FailFast::Cancel,
        (Some(false), Some(false)) => FailFast::None,
        _ => FailFast::Unknown,
    }
}

/// How a pipeline ends: as assumed, else by its blocks.
fn ended(pipeline: &Pipeline, verdicts: &[Verdict], assumed: &[&Assumption]) -> End {
    if let Some(assumed) = assumed.iter().find(|assumed| assumed.block.is_none()) {
        let (result, reason) = (assumed.result, assumed.reason.clone());
        return End { result, reason, because: "assumed".to_owned() };
    }
    let first = [RunResult::Failed, RunResult::Stopped, RunResult::Canceled]
        .into_iter()
        .find_map(|wanted| verdicts.iter().position(|verdict| verdict.result == Some(wanted)));
    let found = first.and_then(|index| {
        let (block, verdict) = (pipeline.blocks.get(index)?, verdicts.get(index)?);
        Some(End {
            result: verdict.result?,
            reason: verdict.reason.clone(),
            because: format!(
                "the block \"{}\" {}",
                blocks::name(block, index),
                blocks::said(verdict.result?)
            ),
        })
    });
    found.unwrap_or_else(|| End {
        result: RunResult::Passed,
        reason: String::new(),
        because: match verdicts.iter().any(|verdict| verdict.fate == Fate::Runs) {
            true => "assumed".to_owned(),
            false => "no block runs".to_owned(),
        },
    })
}

fn task(
    work: &Work,
    file: &str,
    pipelines: &dyn Pipelines,
    because: &mut Vec<String>,
) -> Option<Arc<Task>> {
    match work {
        Work::Task(task) => Some(Arc::new(task.as_ref().clone())),
        Work::File(named) => {
            let task = match pipelines.resolve(file, named) {
                Some(path) => pipelines.task(&path),
                None => Err("it leads out of the repository".to_owned()),
            };
            task.map_err(|reason| {
                because.push(format!("its task_file \"{named}\" cannot be used: {reason}"));
            })
            .ok()
        }
    }
}

/// The jobs of `after_pipeline`, which does not get what all other jobs share.
fn after(
    pipeline: &Pipeline,
    file: &str,
    pipelines: &dyn Pipelines,
    judge: &Judge<'_>,
    parameters: &[ParameterValue],
) -> Vec<JobRun> {
    let around = Around { judge, global: None, parameters };
    let task = pipeline
        .after_pipeline
        .as_ref()
        .and_then(|work| task(work, file, pipelines, &mut Vec::new()));
    task.map(|task| around.jobs(&task)).unwrap_or_default()
}
