//! A JSON Schema as a union of conjunctions: `allOf`, `anyOf`, `oneOf` and `$ref` are multiplied
//! out, so that what remains in each branch are plain keywords that all hold.

use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// Schemas that all hold; their subschema keywords have been dealt with.
pub(super) type Branch<'s> = Vec<&'s Object>;

/// A schema with the definitions that its references mean.
pub(super) struct Document<'s> {
    pub root: &'s Value,
}

/// How often references may lead from one to the next without an object or list in between.
const MOST_REFERENCES: usize = 32;

impl<'s> Document<'s> {
    /// The definition that `reference` means.
    pub fn definition(&self, reference: &str) -> Option<&'s Value> {
        match reference {
            "#" => Some(self.root),
            _ => self.root.pointer(reference.strip_prefix('#')?),
        }
    }

    /// The branches of a schema.
    pub fn branches(&self, schema: &'s Value) -> Vec<Branch<'s>> {
        self.branches_after(schema, 0)
    }

    fn branches_after(&self, schema: &'s Value, references: usize) -> Vec<Branch<'s>> {
        let Some(object) = schema.as_object() else {
            return if schema == &Value::Bool(false) { Vec::new() } else { vec![Vec::new()] };
        };
        let mut branches = vec![vec![object]];
        if let Some(reference) = object.get("$ref").and_then(Value::as_str)
            && references < MOST_REFERENCES
            && let Some(definition) = self.definition(reference)
        {
            branches = product(&branches, &self.branches_after(definition, references + 1));
        }
        for part in subschemas(object, "allOf") {
            branches = product(&branches, &self.branches_after(part, references));
        }
        for keyword in ["anyOf", "oneOf"] {
            let parts = subschemas(object, keyword);
            if parts.is_empty() || parts.iter().all(|part| required_only(part).is_some()) {
                continue;
            }
            let union: Vec<_> =
                parts.iter().flat_map(|part| self.branches_after(part, references)).collect();
            branches = product(&branches, &union);
        }
        branches
    }
}

fn product<'s>(left: &[Branch<'s>], right: &[Branch<'s>]) -> Vec<Branch<'s>> {
    left.iter().flat_map(|l| right.iter().map(move |r| [l.as_slice(), r].concat())).collect()
}

/// The schemas under a keyword that takes a list of them.
pub(super) fn subschemas<'s>(object: &'s Object, keyword: &str) -> &'s [Value] {
    object.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The keys of a schema that says nothing but which keys are required.
pub(super) fn required_only(schema: &Value) -> Option<Vec<String>> {
    let object = schema.as_object()?;
    let required = object.get("required")?.as_array()?;
    if object.len() > 1 {
        return None;
    }
    Some(required.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
