//! What a repository's pipelines say about each other: promotions and parameters.

use super::facts::{Facts, Promotion, mentions};
use super::files::Files;
use super::pipeline_file::Checked;
use super::{location, missing};
use crate::diagnostic::{Problem, Span};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Where a project's workflows start.
pub(super) const START: &str = ".semaphore/semaphore.yml";

/// The pipelines that were checked, by path.
pub(super) type Pipelines = BTreeMap<String, Checked>;

/// The file that a promotion leads to.
pub(super) fn target(from: &str, promotion: &Promotion) -> Option<String> {
    promotion.target.as_ref().and_then(|(reference, _)| location::resolve(from, reference))
}

/// The problems between the pipelines, each with the path of the file that it is in. `complete`:
/// whether all pipelines of the repository are there, so that a missing promotion is missing.
pub(super) fn problems(
    files: &dyn Files,
    pipelines: &Pipelines,
    complete: bool,
) -> Vec<(String, Problem)> {
    let mut found = Vec::new();
    for (path, checked) in pipelines {
        let facts = &checked.facts;
        let mut problems = Vec::new();
        twice(facts, &mut problems);
        for promotion in facts.promotions.iter().filter(|_| files.follows()) {
            leads_somewhere(files, path, promotion, pipelines, &mut problems);
            unused(files, path, promotion, pipelines, &mut problems);
        }
        if complete {
            problems.extend(undeclared(path, facts, pipelines));
        }
        found.extend(problems.into_iter().map(|problem| (path.clone(), problem)));
    }
    found.extend(loops(pipelines));
    if complete && pipelines.contains_key(START) {
        found.extend(unreached(pipelines));
    }
    found
}

fn twice(facts: &Facts, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for (name, span) in facts.promotions.iter().filter_map(|promotion| promotion.name.as_ref()) {
        match seen.get(name.as_str()) {
            Some(first) => problems.push(
                Problem::new(
                    "duplicate-promotion",
                    *span,
                    format!("another promotion of this pipeline is called \"{name}\" too"),
                )
                .note(*first, "the first one")
                .help("promotions are started by their names: give each its own"),
            ),
            None => {
                seen.insert(name, *span);
            }
        }
    }
}

fn leads_somewhere(
    files: &dyn Files,
    path: &str,
    promotion: &Promotion,
    pipelines: &Pipelines,
    problems: &mut Vec<Problem>,
) {
    let Some((reference, span)) = &promotion.target else { return };
    let Some(target) = target(path, promotion) else {
        problems.push(missing::outside("missing-target", reference, *span));
        return;
    };
    let Some(checked) = pipelines.get(&target) else {
        problems.push(missing::file("missing-target", files, path, reference, &target, *span));
        return;
    };
    if let Some(refusal) = checked.refusal()
        && target != *path
    {
        let message = format!(
            "\"{target}\" has {}, which Semaphore finds only when somebody promotes",
            refusal.count()
        );
        problems.push(Problem::new("broken-target", *span, message).help(refusal.first));
    }
}

/// Parameters that the target does not seem to use. Each is an environment variable of its jobs,
/// so a script can use one without a trace here.
fn unused(
    files: &dyn Files,
    path: &str,
    promotion: &Promotion,
    pipelines: &Pipelines,
    problems: &mut Vec<Problem>,
) {
    if promotion.parameters.is_empty() {
        return;
    }
    let Some(target) = target(path, promotion) else { return };
    let Some(checked) = pipelines.get(&target) else { return };
    let texts: Vec<String> = std::iter::once(&target)
        .chain(&checked.parts)
        .filter_map(|part| files.read(part).ok())
        .collect();
    if texts.is_empty() {
        return;
    }
    for (name, span) in &promotion.parameters {
        if !texts.iter().any(|text| mentions(text, name)) {
            problems.push(
                Problem::new(
                    "unused-parameter",
                    *span,
                    format!("\"{target}\" does not mention the parameter \"{name}\""),
                )
                .help(format!(
                    "a script of its jobs may still read it as the variable {name}; otherwise remove it"
                )),
            );
        }
    }
}

fn undeclared<'f>(
    path: &str,
    facts: &'f Facts,
    pipelines: &Pipelines,
) -> impl Iterator<Item = Problem> + use<'f> {
    let mut declared: HashSet<String> = HashSet::new();
    let mut leading = 0;
    // A pipeline that no promotion leads to may be a task's, which has parameters of its own.
    if !facts.parameters.is_empty() {
        for (from, checked) in pipelines {
            for promotion in &checked.facts.promotions {
                if target(from, promotion).as_deref() == Some(path) {
                    leading += 1;
                    declared.extend(promotion.parameters.iter().map(|(name, _)| name.clone()));
                }
            }
        }
    }
    let message = match leading {
        1 => "the promotion that leads here declares no parameter",
        _ => "no promotion that leads here declares the parameter",
    };
    facts
        .parameters
        .iter()
        .filter(move |(name, _)| leading > 0 && !declared.contains(name))
        .map(move |(name, span)| {
            Problem::new("undeclared-parameter", *span, format!("{message} \"{name}\"")).help(
                format!("without a value, the platform puts the name \"{name}\" in its place: declare it under the promotion's \"parameters\""),
            )
        })
}

/// Each promotion that closes a circle of promotions.
fn loops(pipelines: &Pipelines) -> Vec<(String, Problem)> {
    let mut found = Vec::new();
    let mut done: HashSet<&str> = HashSet::new();
    for start in pipelines.keys() {
        if done.contains(start.as_str()) {
            continue;
        }
        // Each open pipeline with the number of its promotions that were followed.
        let mut open: Vec<(&str, usize)> = vec![(start, 0)];
        while let Some((path, followed)) = open.last_mut() {
            let path = *path;
            let next =
                pipelines.get(path).and_then(|checked| checked.facts.promotions.get(*followed));
            *followed += 1;
            let Some(promotion) = next else {
                done.insert(path);
                open.pop();
                continue;
            };
            let Some((to, _)) =
                target(path, promotion).and_then(|target| pipelines.get_key_value(&target))
            else {
                continue;
            };
            if let Some(from) = open.iter().position(|(open, _)| open == to) {
                if let Some((_, span)) = &promotion.target {
                    let round: Vec<&str> = open
                        .iter()
                        .skip(from)
                        .map(|(path, _)| *path)
                        .chain([to.as_str()])
                        .collect();
                    let problem = Problem::new(
                        "promotion-loop",
                        *span,
                        format!("this promotion leads back to \"{to}\""),
                    )
                    .help(format!("the way is {}", round.join(" -> ")));
                    found.push((path.to_owned(), problem));
                }
            } else if !done.contains(to.as_str()) {
                open.push((to, 0));
            }
        }
    }
    found
}

fn unreached(pipelines: &Pipelines) -> Vec<(String, Problem)> {
    let mut reached: HashSet<String> = HashSet::new();
    let mut open = vec![START.to_owned()];
    while let Some(path) = open.pop() {
        if let Some(checked) = pipelines.get(&path)
            && reached.insert(path.clone())
        {
            open.extend(
                checked.facts.promotions.iter().filter_map(|promotion| target(&path, promotion)),
            );
        }
    }
    pipelines
        .iter()
        .filter(|(path, _)| !reached.contains(*path))
        .map(|(path, checked)| {
            let problem = Problem::new(
                "unreached-pipeline",
                checked.facts.head,
                format!("no promotion leads from \"{START}\" to this pipeline"),
            )
            .help("a task, the API or another project may start it: then say so with `# pipewright: ignore[unreached-pipeline]` above");
            (path.clone(), problem)
        })
        .collect()
}
