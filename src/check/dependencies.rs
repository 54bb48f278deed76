//! Either no block has `dependencies` or all have; each names a block; none waits for itself.

use super::{Doubts, blocks};
use crate::diagnostic::{Problem, Span, nearest};
use crate::yaml::{Kind, Node};
use indexmap::IndexMap;
use std::collections::HashMap;

/// How many blocks of a cycle, and places of an unknown name, are shown.
const MOST_SHOWN: usize = 12;

/// How many unknown names of a pipeline get a help.
const MOST_HELPS: usize = 100;

pub(super) fn check(root: Node<'_>, doubts: &Doubts, problems: &mut Vec<Problem>) {
    let blocks: Vec<Node<'_>> = blocks(root).collect();
    all_or_none(&blocks, doubts, problems);
    // A block whose name cannot be read may be the one that others wait for.
    let unclear = blocks.iter().any(|block| match block.get("name") {
        Some(name) => name.as_str().is_none(),
        None => block.kind() != Kind::Map || doubts.about(*block),
    });
    let by_name: HashMap<&str, usize> = blocks
        .iter()
        .enumerate()
        .rev()
        .filter_map(|(index, block)| Some((block.get("name")?.as_str()?, index)))
        .collect();
    let mut graph: Vec<Vec<(usize, Span)>> = Vec::with_capacity(blocks.len());
    let mut missing: IndexMap<&str, Vec<Span>> = IndexMap::new();
    for block in &blocks {
        let mut edges = Vec::new();
        for name in block.get("dependencies").into_iter().flat_map(Node::items) {
            let Some(text) = name.as_str() else { continue };
            match by_name.get(text) {
                Some(&index) => edges.push((index, name.span())),
                None => missing.entry(text).or_default().push(name.span()),
            }
        }
        graph.push(edges);
    }
    if !unclear {
        problems.extend(missing.iter().enumerate().filter_map(|(index, (name, at))| {
            // A help costs a look at every block.
            unknown(name, at, by_name.keys().copied().filter(|_| index < MOST_HELPS))
        }));
    }
    let names: Vec<&str> = blocks
        .iter()
        .map(|block| block.get("name").and_then(Node::as_str).unwrap_or_default())
        .collect();
    problems.extend(cycles(&graph, &names));
}

fn all_or_none(blocks: &[Node<'_>], doubts: &Doubts, problems: &mut Vec<Problem>) {
    let Some(with) = blocks.iter().find_map(|block| block.entry("dependencies")) else { return };
    for block in blocks.iter().filter(|block| block.get("dependencies").is_none()) {
        // What is hardly a block is the structure's to report.
        if doubts.about(*block) || ["task", "task_file"].iter().all(|key| block.get(key).is_none())
        {
            continue;
        }
        let Some(first) = block.entries().next() else { continue };
        let named = block.entry("name");
        let span = named.map_or(first.key.span(), |name| name.value.span());
        problems.push(
            Problem::new(
                "missing-dependencies",
                span,
                "this block has no \"dependencies\", but another block has",
            )
            .note(with.key.span(), "with these, every block needs them")
            .help("add \"dependencies: []\" to a block that waits for none"),
        );
    }
}

/// That no block has the name, at the first place that gives it.
fn unknown<'n>(name: &str, at: &[Span], known: impl Iterator<Item = &'n str>) -> Option<Problem> {
    let (first, others) = at.split_first()?;
    let mut problem =
        Problem::new("unknown-dependency", *first, format!("there is no block \"{name}\""));
    for other in others.iter().take(MOST_SHOWN) {
        problem = problem.note(*other, "and here");
    }
    Some(match nearest(name, known) {
        Some(near) => problem.help(format!("did you mean \"{near}\"?")),
        None => problem,
    })
}

/// Each cycle, as a problem at the dependency that closes it. Iterative: depth is up to the
/// number of blocks.
fn cycles(graph: &[Vec<(usize, Span)>], names: &[&str]) -> Vec<Problem> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; graph.len()];
    let mut found = Vec::new();
    for start in 0..graph.len() {
        if marks.get(start) != Some(&Mark::New) {
            continue;
        }
        // Each open block with the number of its dependencies that are looked at.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((block, seen)) = path.last_mut() {
            let (block, next) = (*block, graph.get(*block).and_then(|edges| edges.get(*seen)));
            if let Some(mark) = marks.get_mut(block) {
                *mark = Mark::Open;
            }
            *seen += 1;
            let Some(&(target, span)) = next else {
                if let Some(mark) = marks.get_mut(block) {
                    *mark = Mark::Done;
                }
                path.pop();
                continue;
            };
            match marks.get(target) {
                Some(Mark::New) => path.push((target, 0)),
                Some(Mark::Open) => {
                    let name = |index: usize| names.get(index).copied().unwrap_or_default();
                    let from = path.iter().position(|(open, _)| *open == target).unwrap_or(0);
                    let mut round: Vec<&str> =
                        path.iter().skip(from).map(|(open, _)| name(*open)).collect();
                    round.push(name(target));
                    let message = if round.len() == 2 {
                        format!("the block \"{}\" waits for itself", name(target))
                    } else {
                        format!("blocks wait for each other: {}", shown(&round))
                    };
                    found.push(Problem::new("dependency-cycle", span, message));
                }
                _ => {}
            }
        }
    }
    found
}

/// A way through blocks; of a long one its ends.
fn shown(round: &[&str]) -> String {
    match round {
        [first @ .., last] if round.len() > MOST_SHOWN => {
            let first = first.get(..MOST_SHOWN).unwrap_or(first);
            format!("{} -> ... -> {last}", first.join(" -> "))
        }
        _ => round.join(" -> "),
    }
}
