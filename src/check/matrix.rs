//! Matrices: no variable twice, and at most 100 jobs of a block come from them.

use super::jobs;
use crate::diagnostic::Problem;
use crate::yaml::Node;
use std::collections::HashMap;

/// The most jobs that the matrices of a block may make together.
const MOST: usize = 100;

pub(super) fn task(task: Node<'_>, problems: &mut Vec<Problem>) {
    let mut total: usize = 0;
    for job in jobs(task) {
        let Some(matrix) = job.entry("matrix") else { continue };
        twice(matrix.value, problems);
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
