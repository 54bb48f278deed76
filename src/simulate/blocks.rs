//! What happens to the blocks of a pipeline.
//!
//! Facts from semaphoreio/semaphore (plumber, `waiting_state.ex`, `ppl_blocks_queries.ex`): a block
//! whose dependencies all passed is skipped or runs by its condition, and a skipped one counts as
//! passed; one that waits for a block that did not pass is canceled before its condition is looked
//! at; a block whose condition has no value fails as malformed; of `filters` the first match decides
//! by its `action`, and without a match the block runs.

use super::decide::Judge;
use super::{Assumption, Decision, Fate, RunResult};
use crate::condition;
use crate::model::{Block, Filter, FilterAction, FilterLabel, Gate, Pipeline};
use std::collections::HashMap;

/// A block's fate, before its jobs are looked at.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub fate: Fate,
    pub because: Vec<String>,
    pub decision: Option<Decision>,
    /// Names of the blocks that it waits for.
    pub dependencies: Vec<String>,
    pub result: Option<RunResult>,
    /// Why it ends so, as conditions see it.
    pub reason: String,
}

/// What `fail_fast` does when a block does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailFast {
    None,
    Stop,
    Cancel,
    Unknown,
}

/// The name of a block, also of one without.
pub(super) fn name(block: &Block, index: usize) -> String {
    block.name.clone().unwrap_or_else(|| format!("Nameless block {}", index + 1))
}

/// The blocks that each block waits for, by their place; without any `dependencies` in the file
/// each waits for the one before it. What names no block is left out.
#[must_use]
pub fn dependencies(pipeline: &Pipeline) -> Vec<Vec<usize>> {
    let explicit = pipeline.blocks.iter().any(|block| block.dependencies.is_some());
    if !explicit {
        return (0..pipeline.blocks.len())
            .map(|index| index.checked_sub(1).into_iter().collect())
            .collect();
    }
    let places: HashMap<&str, usize> = pipeline
        .blocks
        .iter()
        .enumerate()
        .rev()
        .filter_map(|(index, block)| Some((block.name.as_deref()?, index)))
        .collect();
    let named = |block: &Block| {
        let names = block.dependencies.iter().flatten();
        names.filter_map(|name| places.get(name.as_str()).copied()).collect()
    };
    pipeline.blocks.iter().map(named).collect()
}

/// What happens to each block of the pipeline, in the order of the file.
pub(super) fn verdicts(
    pipeline: &Pipeline,
    label: &str,
    judge: &Judge<'_>,
    assumed: &[&Assumption],
    fail_fast: FailFast,
) -> Vec<Verdict> {
    let waits = dependencies(pipeline);
    let names: Vec<String> =
        pipeline.blocks.iter().enumerate().map(|(index, block)| name(block, index)).collect();
    let mut verdicts: Vec<Option<Verdict>> = vec![None; names.len()];
    for index in order(&waits) {
        let (Some(block), Some(name)) = (pipeline.blocks.get(index), names.get(index)) else {
            continue;
        };
        let wait = waits.get(index).map(Vec::as_slice).unwrap_or_default();
        let dependencies =
            wait.iter().filter_map(|&place| names.get(place).cloned()).collect::<Vec<_>>();
        let before = wait
            .iter()
            .filter_map(|&place| Some((names.get(place)?, verdicts.get(place)?.as_ref()?)));
        let mut verdict = match held_up(before) {
            Some((fate, because)) => Verdict::of(fate, vec![because]),
            None => gate(block, label, judge),
        };
        verdict.dependencies = dependencies;
        let assumption = assumed.iter().find(|assumed| assumed.block.as_deref() == Some(name));
        if let (Fate::Runs, Some(assumption)) = (verdict.fate, assumption) {
            verdict.result = Some(assumption.result);
            verdict.reason.clone_from(&assumption.reason);
        }
        if let Some(place) = verdicts.get_mut(index) {
            *place = Some(verdict);
        }
    }
    // What is left waits for itself: the platform refuses the file, and nobody asks for more.
    let circular = || Verdict::of(Fate::Uncertain, vec!["it waits for itself".to_owned()]);
    let mut verdicts: Vec<Verdict> =
        verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(circular)).collect();
    if fail_fast != FailFast::None {
        interrupt(&mut verdicts, &waits, &names, fail_fast);
    }
    verdicts
}

impl Verdict {
    fn of(fate: Fate, because: Vec<String>) -> Self {
        let result = match fate {
            Fate::Runs | Fate::Skipped => Some(RunResult::Passed),
            Fate::Canceled => Some(RunResult::Canceled),
            Fate::Uncertain => None,
        };
        let reason = match fate {
            Fate::Skipped => "skipped",
            Fate::Canceled => "fast_failing",
            Fate::Runs | Fate::Uncertain => "",
        };
        Self {
            fate,
            because,
            decision: None,
            dependencies: Vec::new(),
            result,
            reason: reason.to_owned(),
        }
    }

    fn passed(&self) -> bool {
        self.result == Some(RunResult::Passed)
    }
}

/// The blocks so that each comes after those that it waits for; those in a circle are left out.
fn order(waits: &[Vec<usize>]) -> Vec<usize> {
    let mut open: Vec<usize> = waits.iter().map(Vec::len).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); waits.len()];
    for (index, wait) in waits.iter().enumerate() {
        for &before in wait {
            if let Some(list) = followers.get_mut(before) {
                list.push(index);
            }
        }
    }
    let mut ready: Vec<usize> =
        open.iter().enumerate().filter(|(_, open)| **open == 0).map(|(index, _)| index).collect();
    let mut next = 0;
    while let Some(&done) = ready.get(next) {
        next += 1;
        for &follower in followers.get(done).map(Vec::as_slice).unwrap_or_default() {
            if let Some(count) = open.get_mut(follower) {
                *count -= 1;
                if *count == 0 {
                    ready.push(follower);
                }
            }
        }
    }
    ready
}

/// Whether what a block waits for keeps it from starting.
fn held_up<'v>(before: impl Iterator<Item = (&'v String, &'v Verdict)>) -> Option<(Fate, String)> {
    let mut uncertain = None;
    for (name, verdict) in before {
        // Skipped or not, it counts as passed when nothing else is assumed.
        match verdict.result {
            Some(RunResult::Passed) => {}
            Some(result) => {
                return Some((Fate::Canceled, format!("\"{name}\" {}", said(result))));
            }
            None => uncertain = Some((Fate::Uncertain, format!("\"{name}\" is uncertain"))),
        }
    }
    uncertain
}

pub(super) fn said(result: RunResult) -> &'static str {
    match result {
        RunResult::Passed => "passed",
        RunResult::Failed => "failed",
        RunResult::Stopped => "was stopped",
        RunResult::Canceled => "was canceled",
    }
}

/// What a block's own condition says.
fn gate(block: &Block, label: &str, judge: &Judge<'_>) -> Verdict {
    let (decision, skips) = match &block.gate {
        None => return Verdict::of(Fate::Runs, Vec::new()),
        Some(Gate::Run(when)) => (judge.decide(&when.when), false),
        Some(Gate::Skip(when)) => (judge.decide(&when.when), true),
        Some(Gate::Filters(filters)) => return filtered(filters, label),
    };
    let because = match decision.because.is_empty() {
        true => vec![format!("{} when {}", if skips { "skip" } else { "run" }, decision.condition)],
        false => decision.because.clone(),
    };
    let mut verdict = match decision.holds {
        Some(holds) if holds != skips => Verdict::of(Fate::Runs, because),
        Some(_) => Verdict::of(Fate::Skipped, because),
        None if decision.malformed => Verdict {
            result: Some(RunResult::Failed),
            reason: "malformed".to_owned(),
            ..Verdict::of(Fate::Uncertain, because)
        },
        // Run or skipped, it does not keep others from running.
        None => {
            Verdict { result: Some(RunResult::Passed), ..Verdict::of(Fate::Uncertain, because) }
        }
    };
    verdict.decision = Some(decision);
    verdict
}

fn filtered(filters: &[Filter], label: &str) -> Verdict {
    for filter in filters {
        let (matches, shown) = match &filter.label {
            FilterLabel::Exact(text) => (Ok(text == label), format!("the label {text}")),
            FilterLabel::Pattern(regex) => {
                (condition::found_in(regex, label), format!("the pattern {regex}"))
            }
        };
        match matches {
            Ok(false) => {}
            Ok(true) => {
                let fate = match filter.action {
                    Some(FilterAction::Execute) => Fate::Runs,
                    Some(FilterAction::Skip) | None => Fate::Skipped,
                };
                return Verdict::of(fate, vec![format!("a filter matches {shown}")]);
            }
            Err(reason) => return Verdict::of(Fate::Uncertain, vec![reason]),
        }
    }
    Verdict::of(Fate::Runs, vec!["no filter matches".to_owned()])
}

/// A block that does not pass may end every block that it did not wait for: whether those had
/// started, or were done, is a question of time.
fn interrupt(
    verdicts: &mut [Verdict],
    waits: &[Vec<usize>],
    names: &[String],
    fail_fast: FailFast,
) {
    let ended =
        |verdict: &Verdict| matches!(verdict.result, Some(RunResult::Failed | RunResult::Stopped));
    let Some(failed) = verdicts.iter().position(ended) else { return };
    let mut before = vec![false; verdicts.len()];
    let mut open = vec![failed];
    while let Some(index) = open.pop() {
        if !before.get(index).copied().unwrap_or(true) {
            before[index] = true;
            open.extend(waits.get(index).into_iter().flatten());
        }
    }
    let name = names.get(failed).map(String::as_str).unwrap_or_default();
    let does = match fail_fast {
        FailFast::Stop => "stops it, or cancels it if it has not started",
        FailFast::Cancel => "cancels it if it has not started",
        FailFast::None | FailFast::Unknown => "may end it, but its condition has no value",
    };
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        let untouched = before.get(index).copied().unwrap_or(true);
        if !untouched && verdict.passed() {
            verdict.fate = Fate::Uncertain;
            verdict.result = None;
            verdict.because.push(format!("\"{name}\" does not pass, and fail_fast {does}"));
        }
    }
}
