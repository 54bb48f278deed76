//! The check on whatever a type may be made of: a text in, problems out, each with the text that it
//! covers. Pipelines are in `tests/pipeline_format`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::Problem;
use crate::schema::Shape;
use crate::yaml::Tree;

/// The problems of a text as lines: `rule @ covered text: message`, help and notes below.
fn told(shape: &Shape, text: &str) -> Vec<String> {
    let tree = Tree::parse(text).unwrap();
    shape.check(&tree).iter().map(|problem| line(problem, text)).collect()
}

fn line(problem: &Problem, text: &str) -> String {
    let mut told = format!("{} @ {}: {}", problem.rule, problem.span.slice(text), problem.message);
    if let Some(help) = &problem.help {
        told += &format!(" | help: {help}");
    }
    for note in &problem.notes {
        told += &format!(" | note @ {}: {}", note.span.slice(text), note.message);
    }
    told
}

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    #[schemars(length(min = 2, max = 8), regex(pattern = r"^[a-z][a-z0-9-]*$"))]
    name: String,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    ratio: f64,
    note: Option<String>,
    #[serde(default)]
    tests: Tests,
    #[serde(default)]
    source: Source,
    database: Option<Database>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    clouds: BTreeMap<Cloud, Limits>,
    #[serde(default)]
    health: Health,
    #[serde(default)]
    pair: Option<(String, u8)>,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Tests {
    #[default]
    BeforeCanary,
    InCanary,
}

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Source {
    #[default]
    None,
    Git {
        url: String,
        branch: Option<String>,
    },
    Local {
        path: String,
    },
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Database {
    None,
    Postgres(Postgres),
    External { url: String },
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Postgres {
    version: String,
    #[schemars(range(min = 1, max = 100))]
    size: u32,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Cloud {
    Aws,
    Gcp,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Limits {
    nodes: u8,
}

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Health {
    ready: String,
    live: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Step {
    Command(String),
    Named(Named),
    Wait(Wait),
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    command: String,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wait {
    name: Option<String>,
    seconds: u32,
}

const GOOD: &str = "
name: shop
port: 3000
ratio: 1
note: ~
tests: in-canary
source: {kind: git, url: x}
database:
  postgres: {version: '16', size: 10}
env: {A: b, yes: no}
clouds:
  aws: {nodes: 3}
health: {live: null}
pair: [a, 1]
steps:
  - make
  - {name: a, command: b}
  - seconds: 5
";

#[test]
fn all_that_a_type_allows_is_accepted_and_read() {
    let tree = Tree::parse(GOOD).unwrap();
    let config: Config = Shape::of::<Config>().read(&tree).unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(config.steps.len(), 3);
    assert_eq!(
        told(&Shape::of::<Config>(), "name: shop\nsource: {kind: none}\ndatabase: none\n"),
        [""; 0]
    );
    assert_eq!(
        told(&Shape::of::<Config>(), "name: shop\ndatabase: {external: {url: x}}\nratio: .5\n"),
        [""; 0]
    );
}

#[test]
fn all_mistakes_are_told_together() {
    let text = "
name: Shop
port: 70000
ratio: high
tests: before
tsts: x
source: {kind: gti, url: x}
database: {postgress: {version: 16, size: 0}}
env: {A: 1, 2: b}
clouds:
  azure: {nodes: 3}
  gcp: {nodes: 300, zone: a}
health: {redy: /}
pair: [1]
steps:
  - name: a
    comand: b
  - wait: 1
  - []
";
    assert_eq!(
        told(&Shape::of::<Config>(), text),
        [
            "pattern-mismatch @ Shop: \"name\" cannot be \"Shop\" | help: it must match `^[a-z][a-z0-9-]*$`",
            "out-of-range @ 70000: \"port\" is 70000, but must be between 0 and 65535",
            "wrong-type @ high: \"ratio\" must be a number, but is a string",
            "unknown-value @ before: \"tests\" cannot be \"before\" \
             | help: write \"before-canary\" or \"in-canary\"",
            "unknown-key @ tsts: unknown key \"tsts\" at the top level \
             | help: did you mean \"tests\", which stands here already?",
            "unknown-value @ gti: \"kind\" cannot be \"gti\" | help: did you mean \"git\"?",
            "unknown-key @ postgress: unknown key \"postgress\" in \"database\" \
             | help: did you mean \"postgres\"?",
            "wrong-type @ 1: \"A\" must be a string, but is an integer \
             | help: write it in quotes: `A: \"1\"`",
            "wrong-type @ 2: the key 2 must be a string, but is an integer \
             | help: write it in quotes: \"2\"",
            "unknown-key @ azure: unknown key \"azure\" in \"clouds\" | help: allowed here: \"aws\"",
            "out-of-range @ 300: \"nodes\" is 300, but must be between 0 and 255",
            "unknown-key @ zone: unknown key \"zone\" in \"gcp\"",
            "unknown-key @ redy: unknown key \"redy\" in \"health\" | help: did you mean \"ready\"?",
            "too-few-items @ [1]: \"pair\" has 1 item, but needs at least 2 items",
            "wrong-type @ 1: item 1 of \"pair\" must be a string, but is an integer \
             | help: write it in quotes: `- \"1\"`",
            "unknown-key @ comand: unknown key \"comand\" in an item of \"steps\" \
             | help: did you mean \"command\"?",
            "unknown-key @ wait: unknown key \"wait\" in an item of \"steps\" \
             | help: allowed here: \"name\", \"command\" and \"seconds\"",
            "wrong-type @ []: item 3 of \"steps\" must be a string or a map, but is a list",
        ]
    );
}

#[test]
fn a_tag_that_is_missing_or_no_name_is_told() {
    let shape = Shape::of::<Config>();
    assert_eq!(
        told(&shape, "name: shop\nsource: {url: x}\n"),
        ["missing-key @ source: \"kind\" is missing in \"source\""]
    );
    assert_eq!(
        told(&shape, "name: shop\nsource: {kind: local, url: x}\n"),
        [
            "missing-key @ source: \"path\" is missing in \"source\"",
            "unknown-key @ url: unknown key \"url\" in \"source\" | help: \"url\" belongs to `kind: git`",
        ]
    );
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Outer {
    id: String,
    #[serde(flatten)]
    common: Common,
    #[serde(flatten)]
    choice: Choice,
}

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Common {
    label: Option<String>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code)]
enum Choice {
    One(String),
    Two { x: u8 },
}

#[test]
fn flattened_structs_and_enums_are_closed_together() {
    let shape = Shape::of::<Outer>();
    assert_eq!(told(&shape, "id: a\nlabel: b\none: c\n"), [""; 0]);
    assert_eq!(told(&shape, "id: a\ntwo: {x: 1}\n"), [""; 0]);
    assert_eq!(
        told(&shape, "id: a\none: c\ntwo: {x: 1}\nlable: x\n"),
        [
            "exclusive-keys @ two: \"two\" cannot stand beside \"one\" | help: keep one of them \
             | note @ one: \"one\" stands here",
            "unknown-key @ lable: unknown key \"lable\" at the top level | help: did you mean \"label\"?",
        ]
    );
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Branch {
    name: String,
    #[serde(default)]
    children: Vec<Branch>,
}

#[test]
fn a_type_may_contain_itself() {
    let shape = Shape::of::<Branch>();
    assert_eq!(
        told(&shape, "name: a\nchildren: [{name: b, children: [{nam: c}]}]\n"),
        [
            "unknown-key @ nam: unknown key \"nam\" in an item of \"children\" | help: did you mean \"name\"?"
        ]
    );
}

#[test]
fn thousands_of_unknown_keys_and_aliases_of_aliases_cost_no_more_than_their_text() {
    let shape = Shape::of::<Config>();
    let keys: String = (0..20_000).map(|n| format!("key{n}: 1\n")).collect();
    assert_eq!(told(&shape, &keys).len(), 20_001);
    let mut text = "name: a0\nchildren:\n  - &a0 {nam: x}\n".to_owned();
    for n in 1..40 {
        let below = n - 1;
        text += &format!("  - &a{n} {{name: a, children: [*a{below}]}}\n");
    }
    let found = told(&Shape::of::<Branch>(), &text);
    assert_eq!(found.len(), 1, "{found:?}");
}
