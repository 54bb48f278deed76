//! Which values the types read, and that what they write reads back the same.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;

fn reads<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(value: Value) -> T {
    let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|e| panic!("{e}: {value}"));
    assert_eq!(serde_json::to_value(&read).unwrap(), value, "written as it was read");
    read
}

fn refuses<T: DeserializeOwned + std::fmt::Debug>(value: Value) -> String {
    match serde_json::from_value::<T>(value.clone()) {
        Ok(read) => panic!("read {value} as {read:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_pipeline_writes_its_keys_in_the_order_people_do_and_leaves_out_what_is_absent() {
    let agent = Agent::machine("f1-standard-2", "ubuntu2404");
    let task = Task::new([Job::new("Unit", ["checkout", "make test"])]);
    let pipeline = Pipeline::new("CI", agent, [Block::new("Test", task).after([""; 0])]);
    assert_eq!(
        serde_json::to_string(&pipeline).unwrap(),
        concat!(
            r#"{"version":"v1.0","name":"CI","#,
            r#""agent":{"machine":{"type":"f1-standard-2","os_image":"ubuntu2404"}},"#,
            r#""blocks":[{"name":"Test","dependencies":[],"#,
            r#""task":{"jobs":[{"name":"Unit","commands":["checkout","make test"]}]}}]}"#
        )
    );
}

#[test]
fn exclusive_keys_are_variants() {
    let job: Job = reads(json!({"parallelism": 4, "commands_file": "ci/test.sh"}));
    assert_eq!(job.spread, Some(Spread::Parallelism(Parallelism::Copies(4))));
    assert_eq!(job.commands, Commands::File("ci/test.sh".into()));
    let block: Block = reads(json!({"skip": {"when": true}, "task_file": "t.yml"}));
    assert_eq!(block.gate, Some(Gate::Skip(true.into())));
    assert_eq!(block.work, Work::File("t.yml".into()));

    let error = refuses::<Job>(json!({"commands": [], "commands_file": "x"}));
    assert!(error.contains("`commands_file` cannot stand beside `commands`"), "{error}");
    let error = refuses::<Block>(json!({"task_file": "x", "run": {"when": true}, "filters": []}));
    assert!(error.contains("`filters` cannot stand beside `run`"), "{error}");
    let error = refuses::<Job>(json!({"name": "x"}));
    assert!(error.contains("one of `commands`, `commands_file` is missing"), "{error}");
    refuses::<TimeLimit>(json!({"minutes": 1, "hours": 1}));
    refuses::<Epilogue>(json!({"commands": [], "always": {"commands": []}}));
}

#[test]
fn a_wrong_value_of_an_optional_exclusive_key_is_not_overlooked() {
    refuses::<Job>(json!({"parallelism": 0, "commands": []}));
    refuses::<Job>(json!({"parallelism": null, "commands": []}));
    refuses::<Job>(json!({"parallelism": 4.0, "commands": []}));
    refuses::<Job>(json!({"matrix": {}, "commands": []}));
    refuses::<Block>(json!({"run": true, "task_file": "x"}));
    refuses::<AutoPromoteRule>(json!({"result": "passed", "labels": "x"}));
}

#[test]
fn at_least_one_key_is_needed_where_all_are_optional() {
    for error in [
        refuses::<Task>(json!({})),
        refuses::<FailFast>(json!({})),
        refuses::<AutoCancel>(json!({})),
        refuses::<QueueRule>(json!({"when": true})),
        refuses::<GlobalJobConfig>(json!({})),
        refuses::<EpilogueByResult>(json!({})),
    ] {
        assert!(error.contains("at least one of"), "{error}");
    }
    reads::<Task>(json!({"boosters": []}));
    reads::<GlobalJobConfig>(json!({"secrets": []}));
    refuses::<Epilogue>(json!({}));
}

#[test]
fn an_option_may_be_absent_but_not_null() {
    for key in ["name", "execution_time_limit", "queue", "promotions", "after_pipeline"] {
        let mut pipeline = json!({
            "version": "v1.0", "agent": {"machine": {"type": "x"}}, "blocks": [{"task_file": "x"}]
        });
        reads::<Pipeline>(pipeline.clone());
        pipeline[key] = Value::Null;
        refuses::<Pipeline>(pipeline);
    }
}

#[test]
fn bounds_hold() {
    reads::<Priority>(json!({"value": 100, "when": "true"}));
    refuses::<Priority>(json!({"value": 101, "when": "true"}));
    refuses::<Priority>(json!({"value": -1, "when": "true"}));
    refuses::<Priority>(json!({"value": 1, "when": ""}));
    refuses::<TimeLimit>(json!({"hours": 0}));
    refuses::<MatrixAxis>(json!({"env_var": "A", "values": []}));
    reads::<MatrixAxis>(json!({"env_var": "A", "values": ""}));
    refuses::<Queue>(json!([]));
    refuses::<Task>(json!({"jobs": []}));
    let jobs = |count| json!({"jobs": vec![json!({"commands": []}); count]});
    reads::<Task>(jobs(50));
    refuses::<Task>(jobs(51));
}

#[test]
fn neither_lists_pass_for_maps_nor_maps_for_names() {
    refuses::<Secret>(json!(["name"]));
    refuses::<FailFast>(json!([{"when": true}]));
    refuses::<PartialRerun>(json!({"jobs": null}));
    refuses::<Commands>(json!("commands"));
}

#[test]
fn the_exported_schema_is_closed_and_knows_no_null() {
    let schema = serde_json::to_string(&schemars::schema_for!(Pipeline)).unwrap();
    assert!(!schema.contains("null"), "{schema}");
    assert!(!schema.contains("unevaluatedProperties"), "{schema}");
}

#[test]
fn everything_in_the_exported_schema_is_described() {
    fn walk(value: &Value, path: &str, missing: &mut Vec<String>) {
        let Some(object) = value.as_object() else { return };
        for (key, of) in object {
            if key == "properties" || key == "$defs" {
                for (name, property) in of.as_object().into_iter().flatten() {
                    if property.get("description").is_none() {
                        missing.push(format!("{path}/{name}"));
                    }
                    walk(property, &format!("{path}/{name}"), missing);
                }
            }
        }
    }
    let mut missing = Vec::new();
    walk(schemars::schema_for!(Pipeline).as_value(), "", &mut missing);
    assert!(missing.is_empty(), "{missing:?}");
}
