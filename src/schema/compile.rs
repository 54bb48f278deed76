//! From a JSON Schema to a [`Shape`].

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Shape;
use super::bounds::Bounds;
use super::branch::{Branch, Document, required_only, subschemas};
use super::form::{Form, FormId, Key, Length, ListForm, MapForm, Need, Pattern, Text};

/// The shape of a schema with its definitions.
pub(super) fn shape(schema: &Value) -> Shape {
    let mut compiler = Compiler {
        document: Document { root: schema },
        forms: vec![Form::anything()],
        references: HashMap::new(),
    };
    let root = compiler.form(schema);
    Shape { forms: compiler.forms, root }
}

/// The form of everything, which the compiler always makes first.
const ANYTHING: FormId = FormId(0);

struct Compiler<'s> {
    document: Document<'s>,
    forms: Vec<Form>,
    references: HashMap<&'s str, FormId>,
}

impl<'s> Compiler<'s> {
    fn form(&mut self, schema: &'s Value) -> FormId {
        if schema == &Value::Bool(true) {
            return ANYTHING;
        }
        let Some((reference, definition)) = self.plain_reference(schema) else {
            let id = self.reserve();
            self.fill(id, schema);
            return id;
        };
        if let Some(&known) = self.references.get(reference) {
            return known;
        }
        let id = self.reserve();
        self.references.insert(reference, id);
        self.fill(id, definition);
        id
    }

    fn reserve(&mut self) -> FormId {
        self.forms.push(Form::default());
        FormId(self.forms.len() - 1)
    }

    fn fill(&mut self, id: FormId, schema: &'s Value) {
        let mut form = Form::default();
        for branch in self.document.branches(schema) {
            self.add(&mut form, &branch);
        }
        if let Some(place) = self.forms.get_mut(id.0) {
            *place = form;
        }
    }

    /// What a schema refers to, when it says nothing else that could matter.
    fn plain_reference(&self, schema: &'s Value) -> Option<(&'s str, &'s Value)> {
        let object = schema.as_object()?;
        let reference = object.get("$ref")?.as_str()?;
        let notes = ["$ref", "description", "title", "default", "deprecated"];
        if object.keys().any(|keyword| !notes.contains(&keyword.as_str())) {
            return None;
        }
        Some((reference, self.document.definition(reference)?))
    }

    /// Adds what a branch allows.
    fn add(&mut self, form: &mut Form, branch: &Branch<'s>) {
        let examples = branch.iter().flat_map(|schema| subschemas(schema, "examples"));
        form.examples.extend(examples.filter_map(Value::as_str).map(str::to_owned));
        let constants: Option<Vec<&Value>> = branch.iter().find_map(|schema| {
            let one = schema.get("const").map(|value| vec![value]);
            one.or_else(|| Some(schema.get("enum")?.as_array()?.iter().collect()))
        });
        if let Some(constants) = constants {
            return add_constants(form, &constants);
        }
        let Some(types) = types(branch) else {
            form.anything = true;
            return;
        };
        for name in types {
            match name {
                "null" => form.null = true,
                "boolean" => form.boolean = true,
                "string" => form.texts.push(text(branch)),
                "integer" => form.integers.push(Bounds::of(branch)),
                "number" => form.numbers.push(Bounds::of(branch)),
                "array" => {
                    let list = self.list(branch);
                    form.lists.push(list);
                }
                "object" => {
                    let map = self.map(branch);
                    form.maps.push(map);
                }
                _ => {}
            }
        }
    }

    fn list(&mut self, branch: &Branch<'s>) -> ListForm {
        let first = branch
            .iter()
            .flat_map(|schema| subschemas(schema, "prefixItems"))
            .map(|schema| self.form(schema))
            .collect();
        let items = branch.iter().find_map(|schema| schema.get("items"));
        let items = items.map_or(ANYTHING, |schema| self.form(schema));
        ListForm { first, items, length: length(branch, "minItems", "maxItems") }
    }

    fn map(&mut self, branch: &Branch<'s>) -> MapForm {
        let mut map = MapForm {
            length: length(branch, "minProperties", "maxProperties"),
            needs: branch.iter().flat_map(|schema| needs(schema)).collect(),
            ..MapForm::default()
        };
        let required: Vec<&str> = branch
            .iter()
            .flat_map(|schema| subschemas(schema, "required"))
            .filter_map(Value::as_str)
            .collect();
        for (name, schema) in branch.iter().flat_map(|schema| members(schema, "properties")) {
            let form = self.form(schema);
            match map.keys.iter_mut().find(|key| &key.name == name) {
                // A branch that is multiplied out may say more of a key than the common part.
                Some(key) => key.form = form,
                None => map.keys.push(Key {
                    name: name.clone(),
                    form,
                    required: required.contains(&name.as_str()),
                }),
            }
        }
        for (source, schema) in
            branch.iter().flat_map(|schema| members(schema, "patternProperties"))
        {
            map.matching.push((Pattern::new(source), self.form(schema)));
        }
        let others = ["additionalProperties", "unevaluatedProperties"];
        let others: Vec<&Value> = branch
            .iter()
            .flat_map(|schema| others.iter().filter_map(|keyword| schema.get(*keyword)))
            .collect();
        if !others.contains(&&Value::Bool(false)) {
            map.others = Some(others.first().map_or(ANYTHING, |schema| self.form(schema)));
        }
        let names = branch.iter().find_map(|schema| schema.get("propertyNames"));
        map.key_text = names.map(|schema| self.form(schema));
        map
    }
}

/// The sorts of node that all schemas of a branch allow; none when no schema says.
fn types<'s>(branch: &Branch<'s>) -> Option<Vec<&'s str>> {
    let mut types: Option<Vec<&str>> = None;
    for schema in branch {
        let own = match schema.get("type") {
            Some(Value::String(name)) => vec![name.as_str()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => continue,
        };
        types = Some(match types {
            None => own,
            Some(earlier) => earlier.into_iter().filter(|name| own.contains(name)).collect(),
        });
    }
    types.or_else(|| {
        let says = |keyword: &str| branch.iter().any(|schema| schema.contains_key(keyword));
        if says("properties") || says("additionalProperties") {
            Some(vec!["object"])
        } else if says("items") || says("prefixItems") {
            Some(vec!["array"])
        } else {
            None
        }
    })
}

fn add_constants(form: &mut Form, constants: &[&Value]) {
    let mut names = Vec::new();
    for constant in constants {
        match constant {
            Value::Null => form.null = true,
            Value::Bool(_) => form.boolean = true,
            Value::String(name) => names.push(name.clone()),
            Value::Number(number) => {
                form.integers.extend(number.as_i128().map(Bounds::exactly));
            }
            Value::Array(_) | Value::Object(_) => form.anything = true,
        }
    }
    if names.is_empty() {
        return;
    }
    // Enums with documented variants come as one constant each: one choice for the reader.
    match form.texts.iter_mut().find(|text| !text.names.is_empty()) {
        Some(text) => text.names.extend(names),
        None => form.texts.push(Text { names, ..Text::default() }),
    }
}

fn text(branch: &Branch<'_>) -> Text {
    let pattern = branch.iter().find_map(|schema| schema.get("pattern")?.as_str());
    Text {
        length: length(branch, "minLength", "maxLength"),
        names: Vec::new(),
        pattern: pattern.map(Pattern::new),
    }
}

fn length(branch: &Branch<'_>, least: &str, most: &str) -> Length {
    let find = |keyword: &str| {
        let number = branch.iter().find_map(|schema| schema.get(keyword)?.as_u64())?;
        usize::try_from(number).ok()
    };
    let unbounded = Length::default();
    Length {
        least: find(least).unwrap_or(unbounded.least),
        most: find(most).unwrap_or(unbounded.most),
    }
}

fn members<'s>(
    schema: &'s Map<String, Value>,
    keyword: &str,
) -> impl Iterator<Item = (&'s String, &'s Value)> {
    schema.get(keyword).and_then(Value::as_object).into_iter().flatten()
}

/// Which keys a schema makes need or exclude each other. Several keys that only together satisfy
/// one alternative of `oneOf` or `anyOf` are taken for alternatives of their own.
fn needs(schema: &Map<String, Value>) -> Vec<Need> {
    let alternatives = |schema: &Map<String, Value>, keyword: &str| -> Vec<Vec<String>> {
        let parts: Option<_> = subschemas(schema, keyword).iter().map(required_only).collect();
        parts.unwrap_or_default()
    };
    let mut needs = Vec::new();
    let one_of = alternatives(schema, "oneOf").concat();
    if !one_of.is_empty() {
        needs.push(Need::OneOf(one_of));
    }
    let any_of = alternatives(schema, "anyOf").concat();
    if !any_of.is_empty() {
        needs.push(Need::AnyOf(any_of));
    }
    if let Some(not) = schema.get("not") {
        needs.extend(required_only(not).map(Need::NotAll));
        if let Some(not) = not.as_object() {
            needs.extend(alternatives(not, "anyOf").into_iter().map(Need::NotAll));
        }
    }
    needs
}
