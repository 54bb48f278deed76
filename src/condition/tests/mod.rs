//! Tests of the whole room.

mod depth;
mod grammar;
mod mistakes;
mod properties;
mod values;

use super::{ChangeIn, EvalError, Expression, Inputs, WhereUsed, parse};

/// A condition that must be readable.
fn read(text: &str) -> Expression {
    parse(text).unwrap_or_else(|problem| panic!("{text}: {problem:?}"))
}

/// Evaluates on this branch, inside promotions; nothing changed.
fn on_branch(text: &str, branch: &str) -> Result<bool, EvalError> {
    let inputs = Inputs { branch: branch.to_owned(), ..Inputs::default() };
    evaluate(text, &inputs, false)
}

/// Evaluates inside promotions; `changed` is what `change_in` says.
fn evaluate(text: &str, inputs: &Inputs, changed: bool) -> Result<bool, EvalError> {
    read(text)
        .evaluate(WhereUsed::Promotion, inputs, &|_: &ChangeIn| Ok(changed))
        .map(|evaluation| evaluation.result())
}
