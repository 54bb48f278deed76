//! Patterns of `change_in` that match nothing as they stand, and something if they were read from
//! the root of the repository: `'lib'`, which in `.semaphore/semaphore.yml` means
//! `.semaphore/lib`.

use super::files::Files;
use super::{blocks, conditions, expression};
use crate::condition::{self, Expression, Kind, NodeId};
use crate::diagnostic::{Problem, Span};
use crate::yaml::{Node, Tree};
use std::collections::{HashMap, HashSet};

const RULE: &str = "change-in-path";

/// Looks at the conditions of the pipeline file at `path`.
pub(super) fn check(tree: &Tree, files: &dyn Files, path: &str, problems: &mut Vec<Problem>) {
    if !tree.text().contains(condition::CHANGE_IN) {
        return;
    }
    let mut seen: HashSet<Span> = HashSet::new();
    let mut there = Paths { files, folders: HashMap::new() };
    let mut visit = |node: Node<'_>, _| {
        if seen.insert(node.definition_span()) {
            problems.extend(of_condition(node, &mut there, path));
        }
    };
    let root = tree.root();
    conditions::each(root, &mut visit);
    for task in blocks(root).filter_map(|block| block.get("task")) {
        conditions::each_of_task(task, &mut visit);
    }
}

fn of_condition(node: Node<'_>, paths: &mut Paths<'_>, path: &str) -> Vec<Problem> {
    let text = node.as_str().filter(|text| text.contains(condition::CHANGE_IN));
    let Some(text) = text.and_then(expression::masked) else { return Vec::new() };
    let Ok(condition) = condition::parse(&text) else { return Vec::new() };
    let folder = super::location::folder(path);
    let calls = condition.nodes().filter_map(|(_, node)| match &node.kind {
        Kind::Call { name, arguments, .. } if name == condition::CHANGE_IN => arguments.first(),
        _ => None,
    });
    let mut problems = Vec::new();
    for (pattern, span) in calls.flat_map(|patterns| texts(&condition, *patterns)) {
        let literal = pattern.split('*').next().unwrap_or_default();
        if literal.is_empty() || literal.starts_with(['/', '.']) {
            continue;
        }
        let there = condition::resolve(folder, literal);
        if paths.any(&there) || !paths.any(&condition::resolve("", literal)) {
            continue;
        }
        let message = format!(
            "'{pattern}' means \"{}\" here, where there is no file",
            there.trim_start_matches('/')
        );
        problems.push(
            Problem::new(RULE, node.within().span(span.range()), message)
                .help(format!("to start from the root of the repository write '/{pattern}'")),
        );
    }
    problems
}

/// The strings of a string or a list.
fn texts(condition: &Expression, id: NodeId) -> Vec<(&str, Span)> {
    let ids = match condition.kind(id) {
        Kind::List(items) => items.clone(),
        _ => vec![id],
    };
    let texts = ids.into_iter().filter_map(|id| match condition.kind(id) {
        Kind::Text(text) => Some((text.as_str(), condition.span(id))),
        _ => None,
    });
    texts.collect()
}

/// The folders that were looked into, each once.
struct Paths<'f> {
    files: &'f dyn Files,
    folders: HashMap<String, Vec<String>>,
}

impl Paths<'_> {
    /// Whether any path starts with a prefix, which begins with `/`.
    fn any(&mut self, prefix: &str) -> bool {
        let prefix = prefix.trim_matches('/');
        let folder = super::location::folder(prefix);
        let paths = match self.folders.get(folder) {
            Some(paths) => paths,
            None => {
                self.folders.entry(folder.to_owned()).or_insert_with(|| self.files.list(folder))
            }
        };
        let first = paths.partition_point(|path| path.as_str() < prefix);
        paths.get(first).is_some_and(|path| path.starts_with(prefix))
    }
}
