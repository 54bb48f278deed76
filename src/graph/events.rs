//! Typical events for a workflow, taken from its own conditions, and what each would run.

use super::collect::Graph;
use crate::condition::{self, Expression, Keyword, Kind, Operator};
use crate::model::{Condition, Gate, Pipeline, When};
use crate::simulate::{
    Assumption, ChangeSource, ChangedFiles, Event, Fate, Pipelines, Pressed, RunResult, Scenario,
    Start, Workflow,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Of each kind of event no more than this.
const MOST: usize = 6;

/// What a page needs to show what an event would run.
#[derive(Debug, Serialize)]
pub(super) struct Forecasts {
    /// The events, in words.
    pub events: Vec<String>,
    /// The assumed results, in words.
    pub results: Vec<&'static str>,
    /// For each event, each result, and without and with all buttons pressed, what runs.
    pub runs: Vec<Vec<[Shown; 2]>>,
}

/// What runs: for each place of a pipeline that starts, a letter for each block and promotion.
#[derive(Debug, Default, Serialize)]
pub(super) struct Shown(BTreeMap<usize, Letters>);

#[derive(Debug, Serialize)]
struct Letters {
    /// `r`uns, `s`kipped, `c`anceled, `u`ncertain.
    blocks: String,
    /// `a`utomatic, `p`ressed, `w`aits, `u`ncertain.
    promotions: String,
}

const RESULTS: [&str; 3] =
    ["everything passes", "the first pipeline fails", "the promoted pipelines fail"];

/// What typical events would run.
pub(super) fn forecasts(graph: &Graph, file: &str, pipelines: &dyn Pipelines) -> Forecasts {
    let events = typical(graph, pipelines);
    let runs = events
        .iter()
        .map(|event| {
            (0..RESULTS.len())
                .map(|result| {
                    [Pressed::None, Pressed::All].map(|pressed| {
                        let assumptions = assumptions(graph, result);
                        run(graph, file, pipelines, event, assumptions, pressed)
                    })
                })
                .collect()
        })
        .collect();
    Forecasts {
        events: events.iter().map(Event::to_string).collect(),
        results: RESULTS.to_vec(),
        runs,
    }
}

fn assumptions(graph: &Graph, result: usize) -> Vec<Assumption> {
    let failing = graph.pipelines.iter().enumerate().filter(|(place, _)| match result {
        1 => *place == 0,
        2 => *place > 0,
        _ => false,
    });
    failing
        .map(|(_, pipeline)| Assumption {
            file: pipeline.file.clone(),
            block: None,
            result: RunResult::Failed,
            reason: RunResult::Failed.usual_reason().to_owned(),
        })
        .collect()
}

fn run(
    graph: &Graph,
    file: &str,
    pipelines: &dyn Pipelines,
    event: &Event,
    assumptions: Vec<Assumption>,
    pressed: Pressed,
) -> Shown {
    let unknown = ChangeSource::Unknown("it depends on the changed files".to_owned());
    let files = ChangedFiles::new(unknown, None);
    let scenario = Scenario { event: event.clone(), files: &files, assumptions, pressed };
    match scenario.run(file, pipelines) {
        Ok(workflow) => shown(graph, &workflow),
        Err(_) => Shown::default(),
    }
}

fn shown(graph: &Graph, workflow: &Workflow) -> Shown {
    let mut shown = Shown::default();
    for run in &workflow.pipelines {
        let place = graph.pipelines.iter().position(|pipeline| pipeline.file == run.file);
        let Some(place) = place else { continue };
        let mut blocks: String = run
            .blocks
            .iter()
            .map(|block| match block.fate {
                Fate::Runs => 'r',
                Fate::Skipped => 's',
                Fate::Canceled => 'c',
                Fate::Uncertain => 'u',
            })
            .collect();
        if !run.after_pipeline.is_empty() {
            blocks.push('r');
        }
        let promotions = run
            .promotions
            .iter()
            .map(|promotion| match promotion.start {
                Start::Automatic => 'a',
                Start::Pressed => 'p',
                Start::Waits => 'w',
                Start::Uncertain => 'u',
            })
            .collect();
        shown.0.entry(place).or_insert(Letters { blocks, promotions });
    }
    shown
}

/// Events that the conditions speak of, and one of each kind that they do not.
fn typical(graph: &Graph, pipelines: &dyn Pipelines) -> Vec<Event> {
    let (mut branches, mut tags): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for node in &graph.pipelines {
        let Ok(pipeline) = pipelines.pipeline(&node.file) else { continue };
        for text in conditions(&pipeline) {
            let Ok(expression) = condition::parse(text) else { continue };
            for (keyword, sample) in samples(&expression) {
                let list = match keyword {
                    Keyword::Branch => &mut branches,
                    Keyword::Tag => &mut tags,
                    _ => continue,
                };
                if !list.contains(&sample) && list.len() < MOST {
                    list.push(sample);
                }
            }
        }
    }
    let other = ["feature", "some-feature", "a-branch-of-no-condition"];
    branches.extend(other.map(str::to_owned).into_iter().find(|name| !branches.contains(name)));
    if tags.is_empty() {
        tags.push("v1.0.0".to_owned());
    }
    let branches = branches.into_iter().map(Event::branch);
    let tags = tags.into_iter().map(Event::tag);
    branches.chain(tags).chain([Event::pull_request("1")]).collect()
}

fn conditions(pipeline: &Pipeline) -> Vec<&str> {
    let gates = pipeline.blocks.iter().filter_map(|block| match &block.gate {
        Some(Gate::Run(when) | Gate::Skip(when)) => Some(when),
        Some(Gate::Filters(_)) | None => None,
    });
    let promotions = pipeline.promotions.iter().filter_map(|found| found.auto_promote.as_ref());
    gates
        .chain(promotions)
        .filter_map(|When { when }| match when {
            Condition::When(text) => Some(text.as_str()),
            Condition::Fixed(_) => None,
        })
        .collect()
}

/// What the inputs of a condition are compared with.
fn samples(expression: &Expression) -> Vec<(Keyword, String)> {
    let mut found = Vec::new();
    for (_, node) in expression.nodes() {
        let Kind::Comparison { operator, left, right, .. } = &node.kind else { continue };
        let (keyword, text) = match (expression.kind(*left), expression.kind(*right)) {
            (Kind::Keyword(keyword), Kind::Text(text))
            | (Kind::Text(text), Kind::Keyword(keyword)) => (*keyword, text),
            _ => continue,
        };
        let sample = match operator {
            Operator::Equal | Operator::NotEqual => Some(text.clone()),
            Operator::Match | Operator::NotMatch => matching(text),
        };
        found.extend(sample.map(|sample| (keyword, sample)));
    }
    found
}

/// A text that a simple regular expression matches.
fn matching(regex: &str) -> Option<String> {
    let mut literal = String::new();
    let mut rest = regex.strip_prefix('^').unwrap_or(regex).chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some(c) if !c.is_alphanumeric() => literal.push(c),
                _ => break,
            },
            c if c.is_alphanumeric() || matches!(c, '-' | '_' | '/') => literal.push(c),
            _ => break,
        }
    }
    let ends = match literal.ends_with(|c: char| c.is_alphanumeric()) {
        true => ["-1", "1.0.0", "1", ""],
        false => ["1", "1.0.0", "x", ""],
    };
    ends.into_iter()
        .map(|end| format!("{literal}{end}"))
        .find(|text| !text.is_empty() && condition::found_in(regex, text) == Ok(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_match_the_expressions_that_they_come_from() {
        for (regex, expected) in [
            ("^hotfix", Some("hotfix-1")),
            ("^v[0-9]+\\.[0-9]+", Some("v1.0.0")),
            ("^release/.*", Some("release/1")),
            ("^release\\.", Some("release.1")),
            ("^main$", Some("main")),
            ("(a|b)c{7}", None),
            ("(", None),
        ] {
            assert_eq!(matching(regex).as_deref(), expected, "{regex}");
        }
    }
}
