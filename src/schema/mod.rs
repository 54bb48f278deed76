//! The structural check: a [`yaml`](crate::yaml) tree held against a type that derives
//! `schemars::JsonSchema`, with every problem at its token.
//!
//! The facts come from the type alone: its JSON Schema is compiled once into a [`Shape`], in which
//! a union is sorted by what may stand there, so that the check follows the branch that was meant
//! instead of saying that none fits. Pipelines, `pipewright.yml` and cloud profiles are all
//! checked by it. Where a schema says nothing (type missing, `additionalProperties` open),
//! anything goes.

mod bounds;
mod branch;
mod compile;
mod form;
mod help;
mod homes;
mod map;
mod place;
mod scalar;
mod walk;

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::Problem;
use crate::yaml::{Node, Tree};
use form::{Form, FormId};

/// What a type allows, compiled from its JSON Schema.
#[derive(Debug)]
pub struct Shape {
    forms: Vec<Form>,
    root: FormId,
}

impl Shape {
    /// The shape of a type.
    #[must_use]
    pub fn of<T: JsonSchema>() -> Self {
        compile::shape(schemars::schema_for!(T).as_value())
    }

    /// Everything that is wrong with the whole text, in its order.
    ///
    /// Rules: `unknown-key`, `missing-key`, `wrong-type`, `exclusive-keys`, `out-of-range`,
    /// `too-few-items`, `too-many-items`, `empty-value`, `unknown-value`, `pattern-mismatch`.
    #[must_use]
    pub fn check(&self, tree: &Tree) -> Vec<Problem> {
        self.check_at(tree.root())
    }

    /// Everything that is wrong with one node, which is held against the whole shape.
    #[must_use]
    pub fn check_at(&self, node: Node<'_>) -> Vec<Problem> {
        walk::check(self, node)
    }

    /// Checks the whole text, and reads it as what it should be.
    ///
    /// # Errors
    /// Everything that is wrong with it; or the one thing that only reading finds, as rule
    /// `unreadable-value`: a number too large for its type.
    pub fn read<'t, T: Deserialize<'t>>(&self, tree: &'t Tree) -> Result<T, Vec<Problem>> {
        let problems = self.check(tree);
        if problems.is_empty() {
            T::deserialize(tree.root()).map_err(|error| vec![error.problem("unreadable-value")])
        } else {
            Err(problems)
        }
    }

    fn form(&self, id: FormId) -> &Form {
        static ANYTHING: Form = Form::anything();
        self.forms.get(id.0).unwrap_or(&ANYTHING)
    }
}
