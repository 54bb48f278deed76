//! A simulated workflow as a tree: each pipeline with its blocks and promotions, and below each
//! promotion that starts the pipeline that it starts.

use crate::simulate::{
    BlockRun, Decision, Fate, JobRun, ParameterValue, PipelineRun, PromotionRun, QueueUse, Start,
    Workflow,
};
use std::fmt::Write as _;

/// So many jobs of a block are named; of more, only the first few.
const MOST_JOBS: usize = 8;

/// The workflow as text.
#[must_use]
pub fn workflow(workflow: &Workflow) -> String {
    let mut text = format!("{}\n", workflow.event);
    let shown = vec![false; workflow.pipelines.len()];
    let mut tree = Tree { workflow, text: &mut text, shown };
    tree.pipeline(0);
    for note in &workflow.unused {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

struct Tree<'a> {
    workflow: &'a Workflow,
    text: &'a mut String,
    /// The pipelines that stand in the tree already: promotions may lead in a circle.
    shown: Vec<bool>,
}

/// A line of the tree, with what hangs below it.
struct Item {
    line: String,
    /// Further lines of the same item.
    more: Vec<String>,
    /// The pipeline that hangs below it.
    pipeline: Option<usize>,
}

impl Item {
    fn new(line: impl Into<String>) -> Self {
        Self { line: line.into(), more: Vec::new(), pipeline: None }
    }
}

impl Tree<'_> {
    /// Writes a pipeline and, below its promotions, those that it starts. A stack of its own: a
    /// chain of promotions has no limit.
    fn pipeline(&mut self, first: usize) {
        let mut open: Vec<(String, std::vec::IntoIter<Item>)> = Vec::new();
        open.extend(self.opened(first, String::new()));
        while let Some((prefix, rest)) = open.last_mut() {
            let prefix = prefix.clone();
            let Some(item) = rest.next() else {
                open.pop();
                continue;
            };
            let last = rest.len() == 0;
            let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let _ = writeln!(self.text, "{prefix}{branch}{}", item.line);
            for line in &item.more {
                let _ = writeln!(self.text, "{prefix}{below}{line}");
            }
            if let Some(place) = item.pipeline {
                open.extend(self.opened(place, format!("{prefix}{below}")));
            }
        }
    }

    /// Writes the title of the pipeline at `place`, and gives its lines unless they stand in the
    /// tree already.
    fn opened(
        &mut self,
        place: usize,
        prefix: String,
    ) -> Option<(String, std::vec::IntoIter<Item>)> {
        let run = self.workflow.pipelines.get(place)?;
        let shown = self.shown.get_mut(place)?;
        let again = if *shown { ": as shown above" } else { "" };
        let _ = writeln!(self.text, "{prefix}{}{again}", title(run));
        if *shown {
            return None;
        }
        *shown = true;
        Some((prefix, items(run).into_iter()))
    }
}

fn title(run: &PipelineRun) -> String {
    match &run.name {
        Some(name) => format!("{} ({name})", run.file),
        None => run.file.clone(),
    }
}

fn items(run: &PipelineRun) -> Vec<Item> {
    let mut items = Vec::new();
    for parameter in &run.parameters {
        items.push(Item::new(format!("parameter {}", described(parameter))));
    }
    items.push(Item::new(queue(&run.queue)));
    for (decision, what) in [
        (&run.cancels_running, "auto_cancel running"),
        (&run.cancels_queued, "auto_cancel queued"),
        (&run.fail_fast_stop, "fail_fast stop"),
        (&run.fail_fast_cancel, "fail_fast cancel"),
    ] {
        items.extend(decision.as_ref().map(|decision| Item::new(policy(decision, what))));
    }
    items.extend(run.blocks.iter().map(block));
    items.push(Item::new(format!("ends      {} ({})", run.end.result, run.end.because)));
    if !run.after_pipeline.is_empty() {
        let mut item = Item::new("then      after_pipeline, whatever the result");
        item.more = jobs(&run.after_pipeline);
        items.push(item);
    }
    items.extend(run.promotions.iter().map(promotion));
    items
}

fn described(parameter: &ParameterValue) -> String {
    let ParameterValue { name, value, required, options } = parameter;
    let mut text = match (value, required) {
        (Some(value), _) => format!("{name} = '{value}', the default"),
        (None, true) => format!("{name} has no default, and one is needed to promote"),
        (None, false) => format!("{name} is empty"),
    };
    if !options.is_empty() {
        let _ = write!(text, " (of {})", options.join(", "));
    }
    text
}

fn queue(queue: &QueueUse) -> String {
    let because = queue.decision.as_ref().map(why).unwrap_or_default();
    let Some(name) = &queue.name else {
        return format!("queue     uncertain{because}");
    };
    let order = if queue.serialized { "one pipeline at a time" } else { "all at once" };
    let scope = if queue.organization { " in the organization" } else { "" };
    let default = if queue.default { ", the default" } else { "" };
    format!("queue     {name}{default}: {order}{scope}{because}")
}

fn policy(decision: &Decision, what: &str) -> String {
    let answer = match decision.holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "uncertain",
    };
    format!("{what}: {answer}{}", why(decision))
}

fn why(decision: &Decision) -> String {
    match decision.because.is_empty() {
        true => String::new(),
        false => format!(", as {}", decision.because.join("; ")),
    }
}

fn block(block: &BlockRun) -> Item {
    let fate = match block.fate {
        Fate::Runs => "runs",
        Fate::Skipped => "skipped",
        Fate::Canceled => "canceled",
        Fate::Uncertain => "uncertain",
    };
    let mut line = format!("{fate:<9} {}", block.name);
    if block.fate == Fate::Runs
        && let Some(result) = block.result.filter(|result| result.as_str() != "passed")
    {
        let _ = write!(line, ", {result} (assumed)");
    }
    if !block.because.is_empty() {
        let _ = write!(line, ": {}", block.because.join("; "));
    }
    let mut item = Item::new(line);
    if matches!(block.fate, Fate::Runs | Fate::Uncertain) {
        item.more = jobs(&block.jobs);
    }
    item
}

/// The jobs, plain ones on one line, those with something to say on lines of their own.
fn jobs(jobs: &[JobRun]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = jobs;
    while let Some(first) = rest.first() {
        let copies = rest
            .iter()
            .take_while(|job| {
                (&job.because, &job.copy_of) == (&first.because, &first.copy_of)
                    || (job.because.is_empty() && first.because.is_empty())
                        && job.copy_of.is_none()
                        && first.copy_of.is_none()
            })
            .count();
        let (same, after) = rest.split_at(copies.max(1));
        let shown = if same.len() > MOST_JOBS { MOST_JOBS / 2 } else { same.len() };
        let names: Vec<&str> = same.iter().take(shown).map(|job| job.name.as_str()).collect();
        let mut line = format!("          {}", names.join(" · "));
        if shown < same.len() {
            let _ = write!(line, " … and {} more", same.len() - shown);
        }
        if !first.because.is_empty() {
            let _ = write!(line, " ({})", first.because.join("; "));
        }
        lines.push(line);
        rest = after;
    }
    lines
}

fn promotion(promotion: &PromotionRun) -> Item {
    let start = match promotion.start {
        Start::Automatic => "promotes",
        Start::Pressed => "promoted",
        Start::Waits => "waits",
        Start::Uncertain => "uncertain",
    };
    let mut line = format!("{start:<9} {} -> {}", promotion.name, promotion.file);
    if let Some(target) = &promotion.deployment_target {
        let _ = write!(line, ", deployment target {target}");
    }
    if promotion.because.is_empty() && promotion.start == Start::Waits {
        line.push_str(", by hand");
    }
    let mut item = Item::new(line);
    if !promotion.because.is_empty() {
        item.more.push(format!("          {}", promotion.because.join("; ")));
    }
    if let Some(reason) = &promotion.broken {
        item.more.push(format!("          BROKEN: {reason}"));
    }
    if promotion.starts.is_none() {
        for parameter in &promotion.parameters {
            item.more.push(format!("          parameter {}", described(parameter)));
        }
    }
    item.pipeline = promotion.starts;
    item
}
