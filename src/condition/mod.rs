//! The language of Semaphore's `when` conditions: reading, printing, checking and evaluating
//! them exactly as the platform does.
//!
//! Facts come from the project's notes on the platform and, where those are silent, from the
//! public sources of renderedtext/when (the language), semaphoreio/semaphore (plumber, where it
//! is used) and semaphoreci/spc (`change_in` and parameters); each file says which.
//!
//! There is no limit on length or nesting, as on the platform, and nothing here recurses: an
//! expression is a flat list of nodes, and what is open while it is read lies on the heap.

mod change_in;
mod changed;
mod check;
mod evaluate;
mod glob;
mod lexer;
mod mistakes;
mod parameters;
mod parser;
mod pattern;
mod printer;
mod syntax;

pub use change_in::{ChangeIn, NAME as CHANGE_IN, PipelineFile};
pub use changed::{Change, resolve};
pub use check::{Finding, WhereUsed, check, findings};
pub use evaluate::{Changes, EvalError, Evaluation, Inputs, Value};
pub use glob::{BadGlob, Glob};
pub use parameters::{parameters, substitute};
pub use parser::parse;
pub use pattern::found_in;
pub use syntax::{Entry, Expression, Keyword, Kind, Logic, Node, NodeId, Operator};

#[cfg(test)]
mod tests;
