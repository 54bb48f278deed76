//! The check and the typed reader agree: what one refuses the other refuses.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use pipewright::model::Pipeline;
use pipewright::schema::Shape;
use pipewright::yaml::Tree;

use crate::samples;

static SHAPE: LazyLock<Shape> = LazyLock::new(Shape::of::<Pipeline>);

/// All places of a value.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                places(value, &format!("{at}/{key}"), all);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
}

/// Spoils a value, or not.
fn spoil(value: &mut Value, place: &Index, how: &Index) {
    let keys = [
        "name",
        "commands",
        "commands_file",
        "run",
        "skip",
        "filters",
        "task",
        "task_file",
        "parallelism",
        "matrix",
        "when",
        "always",
        "jobs",
        "boosters",
        "minutes",
        "hours",
        "stop",
        "unknown",
        "value",
        "labels",
        "branch",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(51),
        json!(-1),
        json!(4.0),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!([""]),
        json!([null]),
        json!([{"name": "a"}]),
        json!({"when": ""}),
        json!({"when": true}),
        json!({"commands": ["a"]}),
        json!({"jobs": []}),
        json!({"minutes": 1}),
        json!({"jobs": null}),
        json!("jobs"),
        json!("rspec"),
        json!({"name": "a", "value": "b"}),
    ];
    let mut all = Vec::new();
    places(value, "", &mut all);
    let place = &all[place.index(all.len())];
    let how = how.index((keys.len() + 1) * (values.len() + 1));
    let (key, new) = (keys.get(how / (values.len() + 1)), values.get(how % (values.len() + 1)));
    match (value.pointer_mut(place), key, new) {
        (Some(Value::Object(object)), Some(key), Some(new)) => {
            object.insert((*key).to_owned(), new.clone());
        }
        (Some(Value::Object(object)), Some(key), None) => {
            object.shift_remove(*key);
        }
        (Some(Value::Object(object)), None, None) => {
            object.clear();
        }
        (Some(Value::Array(items)), _, None) => {
            items.pop();
        }
        (Some(any), _, Some(new)) => *any = new.clone(),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_the_types_write_passes_the_check_and_reads_back_the_same(
        pipeline in samples::pipeline()
    ) {
        let text = serde_json::to_string(&pipeline).unwrap();
        let tree = Tree::parse(text).unwrap();
        let read = SHAPE.read::<Pipeline>(&tree);
        prop_assert_eq!(read, Ok(pipeline));
    }

    #[test]
    fn the_check_and_the_reader_agree_on_spoiled_pipelines(
        pipeline in samples::pipeline(),
        changes in proptest::collection::vec(any::<(Index, Index)>(), 1..3),
    ) {
        let mut value = serde_json::to_value(&pipeline).unwrap();
        for (place, how) in &changes {
            spoil(&mut value, place, how);
        }
        let text = value.to_string();
        let tree = Tree::parse(text.clone()).unwrap();
        let problems = SHAPE.check(&tree);
        let read = serde::de::Deserialize::deserialize(tree.root());
        let read: Result<Pipeline, _> = read;
        prop_assert_eq!(problems.is_empty(), read.is_ok(), "{}\n{:?}\n{:?}", text, problems, read);
        for problem in problems {
            prop_assert!(text.get(problem.span.range()).is_some());
        }
    }
}
