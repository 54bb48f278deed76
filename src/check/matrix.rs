//! Copies of jobs: no variable twice in a matrix, at most 100 jobs of a block from matrices, and
//! numbers and lists where an expression may stand that gives one.

use super::{expression, jobs};
use crate::diagnostic::Problem;
use crate::yaml::Node;
use std::collections::HashMap;

/// The most jobs that the matrices of a block may make together.
const MOST: usize = 100;

/// Checks the jobs of a task. `evaluated`: whether the platform evaluates expressions in it.
pub(super) fn task(task: Node<'_>, evaluated: bool, problems: &mut Vec<Problem>) {
    let mut total: usize = 0;
    for job in jobs(task) {
        if let Some(copies) = job.get("parallelism") {
            problems.extend(string(copies, &PARALLELISM, evaluated));
        }
        let Some(matrix) = job.entry("matrix") else { continue };
        twice(matrix.value, problems);
        for values in matrix.value.items().filter_map(|axis| axis.get("values")) {
            problems.extend(string(values, &VALUES, evaluated));
        }
        let before = total;
        total = total.saturating_add(size(matrix.value));
        if total > MOST && before <= MOST {
            problems.push(Problem::new(
                "matrix-size",
                matrix.key.span(),
                format!(
                    "the matrices of this block make {total} jobs, more than the {MOST} that a block may have"
                ),
            ));
        }
    }
}

/// A place where a string must be an expression.
struct Place {
    key: &'static str,
    expected: &'static str,
    /// What to write instead of a plain string.
    instead: &'static str,
    /// The function that makes it of a parameter.
    function: &'static str,
}

const PARALLELISM: Place = Place {
    key: "parallelism",
    expected: "an integer",
    instead: "write the number without quotes",
    function: "int64",
};

const VALUES: Place = Place {
    key: "values",
    expected: "a list of strings",
    instead: "write a list, even of one value",
    function: "splitList \",\"",
};

/// What is wrong with a string there, which is only sound as an expression that gives something
/// else.
fn string(node: Node<'_>, place: &Place, evaluated: bool) -> Option<Problem> {
    let text = node.as_str()?;
    let Place { key, expected, instead, function } = place;
    let (message, help) = if !expression::any(text) {
        (format!("\"{key}\" must be {expected}, but is a string"), (*instead).to_owned())
    } else if !evaluated {
        (
            format!("\"{key}\" must be {expected}: no expression is evaluated in a task file"),
            "write the task in the pipeline file itself".to_owned(),
        )
    } else if !expression::may_change_type(text) {
        (
            format!("\"{key}\" must be {expected}, but this expression gives a string"),
            format!("write `%{{{{ parameters.NAME | {function} }}}}` and nothing around it"),
        )
    } else {
        return None;
    };
    let problem = Problem::new("wrong-type", node.span(), message).help(help);
    let number = text.bytes().all(|byte| byte.is_ascii_digit()) && !node.is_alias();
    Some(if number && *key == PARALLELISM.key { problem.instead(text) } else { problem })
}

fn twice(matrix: Node<'_>, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, Node<'_>> = HashMap::new();
    for axis in matrix.items() {
        let Some(node) = axis.get("env_var") else { continue };
        let Some(name) = node.as_str() else { continue };
        if let Some(first) = seen.insert(name, node) {
            problems.push(
                Problem::new(
                    "duplicate-variable",
                    node.span(),
                    format!("this matrix has the variable \"{name}\" twice"),
                )
                .note(first.span(), "the first one"),
            );
        }
    }
}

/// How many jobs a matrix makes; an expression, whose values are not known, counts as one value.
fn size(matrix: Node<'_>) -> usize {
    matrix
        .items()
        .map(|axis| axis.get("values").map_or(1, |values| values.items().len().max(1)))
        .fold(1, usize::saturating_mul)
}
