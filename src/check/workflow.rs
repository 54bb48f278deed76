//! What a repository's pipelines say about each other: promotions and parameters.

use super::facts::{Facts, Promotion, mentions};
use super::files::Files;
use super::pipeline_file::Checked;
use super::{
    location,
    missing::{self, Missing},
};
use crate::diagnostic::{Problem, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Where a project's workflows start.
const START: &str = ".semaphore/semaphore.yml";

/// Whether a workflow starts with the pipeline at a path: that of the repository, or of a folder
/// with a project of its own.
pub(super) fn is_start(path: &str) -> bool {
    path.strip_suffix(START).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

/// For how many missing files another one is suggested, which costs a look at all there are.
const MOST_SUGGESTIONS: usize = 100;

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
    let leading = leading(pipelines);
    let mut suggestions = MOST_SUGGESTIONS;
    for (path, checked) in pipelines {
        let facts = &checked.facts;
        let mut problems = Vec::new();
        twice(facts, &mut problems);
        for promotion in facts.promotions.iter().filter(|_| files.follows()) {
            leads_nowhere(files, path, promotion, pipelines, &mut suggestions, &mut problems);
        }
        if complete {
            let here = leading.get(path).map(Vec::as_slice).unwrap_or_default();
            problems.extend(undeclared(facts, here));
        }
        found.extend(problems.into_iter().map(|problem| (path.clone(), problem)));
    }
    if files.follows() {
        for (target, leading) in &leading {
            let Some(checked) = pipelines.get(target) else { continue };
            broken(target, checked, leading, &mut found);
            unused(files, target, checked, leading, &mut found);
        }
    }
    found.extend(loops(pipelines));
    if complete {
        found.extend(unreached(files, pipelines));
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

/// A promotion, with the path of the pipeline that it is in.
type Leading<'p> = (&'p str, &'p Promotion);

/// The promotions that lead to each file.
fn leading(pipelines: &Pipelines) -> BTreeMap<String, Vec<Leading<'_>>> {
    let mut leading: BTreeMap<String, Vec<Leading<'_>>> = BTreeMap::new();
    for (from, checked) in pipelines {
        for promotion in &checked.facts.promotions {
            if let Some(target) = target(from, promotion) {
                leading.entry(target).or_default().push((from, promotion));
            }
        }
    }
    leading
}

fn leads_nowhere(
    files: &dyn Files,
    path: &str,
    promotion: &Promotion,
    pipelines: &Pipelines,
    suggestions: &mut usize,
    problems: &mut Vec<Problem>,
) {
    let Some((reference, span)) = &promotion.target else { return };
    let Some(target) = target(path, promotion) else {
        problems.push(missing::outside("missing-target", reference, *span));
        return;
    };
    if !pipelines.contains_key(&target) {
        let missing = Missing { rule: "missing-target", from: path, reference, path: &target };
        problems.push(missing.problem(files, *span, suggestions));
    }
}

/// Promotions to a pipeline that the platform refuses.
fn broken(
    target: &str,
    checked: &Checked,
    leading: &[Leading<'_>],
    found: &mut Vec<(String, Problem)>,
) {
    let Some(refusal) = checked.refusal() else { return };
    let message = format!(
        "\"{target}\" has {}, which Semaphore finds only when somebody promotes",
        refusal.count()
    );
    for (from, promotion) in leading.iter().filter(|(from, _)| *from != target) {
        let Some((_, span)) = promotion.target else { continue };
        let problem = Problem::new("broken-target", span, message.as_str());
        found.push(((*from).to_owned(), problem.help(refusal.first.as_str())));
    }
}

/// Parameters that the target does not seem to use. Each is an environment variable of its jobs,
/// so a script can use one without a trace here.
fn unused(
    files: &dyn Files,
    target: &str,
    checked: &Checked,
    leading: &[Leading<'_>],
    found: &mut Vec<(String, Problem)>,
) {
    if leading.iter().all(|(_, promotion)| promotion.parameters.is_empty()) {
        return;
    }
    let parts: BTreeSet<&str> = checked.parts.iter().map(String::as_str).collect();
    let texts: Vec<String> =
        std::iter::once(target).chain(parts).filter_map(|part| files.read(part).ok()).collect();
    if texts.is_empty() {
        return;
    }
    let mut mentioned: HashMap<&str, bool> = HashMap::new();
    for (from, promotion) in leading {
        for (name, span) in &promotion.parameters {
            let mentioned = mentioned
                .entry(name)
                .or_insert_with(|| texts.iter().any(|text| mentions(text, name)));
            if !*mentioned {
                let problem = Problem::new(
                    "unused-parameter",
                    *span,
                    format!("\"{target}\" does not mention the parameter \"{name}\""),
                )
                .help(format!(
                    "a script of its jobs may still read it as the variable {name}; otherwise remove it"
                ));
                found.push(((*from).to_owned(), problem));
            }
        }
    }
}

fn undeclared<'f>(
    facts: &'f Facts,
    leading: &[Leading<'f>],
) -> impl Iterator<Item = Problem> + use<'f> {
    let declared: HashSet<&str> = leading
        .iter()
        .flat_map(|(_, promotion)| &promotion.parameters)
        .map(|(name, _)| name.as_str())
        .collect();
    // A pipeline that no promotion leads to may be a task's, which has parameters of its own.
    let led_to = !leading.is_empty();
    let message = match leading.len() {
        1 => "the promotion that leads here declares no parameter",
        _ => "no promotion that leads here declares the parameter",
    };
    facts
        .parameters
        .iter()
        .filter(move |(name, _)| led_to && !declared.contains(name.as_str()))
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
        let mut depths: HashMap<&str, usize> = HashMap::from([(start.as_str(), 0)]);
        while let Some((path, followed)) = open.last_mut() {
            let path = *path;
            let next =
                pipelines.get(path).and_then(|checked| checked.facts.promotions.get(*followed));
            *followed += 1;
            let Some(promotion) = next else {
                done.insert(path);
                depths.remove(path);
                open.pop();
                continue;
            };
            let Some((to, _)) =
                target(path, promotion).and_then(|target| pipelines.get_key_value(&target))
            else {
                continue;
            };
            if let Some(&from) = depths.get(to.as_str()) {
                if let Some((_, span)) = &promotion.target {
                    let round = open.get(from..).unwrap_or_default();
                    let problem = Problem::new(
                        "promotion-loop",
                        *span,
                        format!("this promotion leads back to \"{to}\""),
                    )
                    .help(format!("the way is {}", way(round, to)));
                    found.push((path.to_owned(), problem));
                }
            } else if !done.contains(to.as_str()) {
                depths.insert(to, open.len());
                open.push((to, 0));
            }
        }
    }
    found
}

/// The pipelines of a circle; of a long one the first and the last.
fn way(round: &[(&str, usize)], to: &str) -> String {
    const MOST: usize = 10;
    let mut names: Vec<&str> = round.iter().map(|(path, _)| *path).collect();
    if names.len() > MOST {
        names.splice(MOST / 2..names.len() - MOST / 2, ["..."]);
    }
    names.push(to);
    names.join(" -> ")
}

/// The starts of workflows in the folders `.semaphore` that a file is in.
fn starts_around(path: &str) -> impl Iterator<Item = String> {
    let folders = path.match_indices(".semaphore/").filter_map(|(at, _)| path.get(..at));
    folders.filter(|at| at.is_empty() || at.ends_with('/')).map(|at| format!("{at}{START}"))
}

fn unreached(files: &dyn Files, pipelines: &Pipelines) -> Vec<(String, Problem)> {
    let mut reached: HashSet<String> = HashSet::new();
    let mut open: Vec<String> = pipelines.keys().filter(|path| is_start(path)).cloned().collect();
    while let Some(path) = open.pop() {
        if let Some(checked) = pipelines.get(&path)
            && reached.insert(path.clone())
        {
            let promotions = checked.facts.promotions.iter();
            open.extend(promotions.filter_map(|promotion| {
                let target = target(&path, promotion)?;
                if pipelines.contains_key(&target) {
                    return Some(target);
                }
                // What is meant by a wrong path is not unreached; that the path is wrong is told.
                missing::meant(files, &promotion.target.as_ref()?.0)
            }));
        }
    }
    pipelines
        .iter()
        .filter(|(path, _)| !reached.contains(*path))
        .filter_map(|(path, checked)| {
            let start = starts_around(path).find(|start| pipelines.contains_key(start))?;
            let problem = Problem::new(
                "unreached-pipeline",
                checked.facts.head,
                format!("no promotion leads from \"{start}\" to this pipeline"),
            )
            .help("a task, the API or another project may start it: then say so with `# pipewright: ignore[unreached-pipeline]` at the top");
            Some((path.clone(), problem))
        })
        .collect()
}
