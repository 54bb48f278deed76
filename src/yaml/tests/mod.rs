//! Tests of the room as a whole, and what they share.

mod dialect;
mod edits;
mod emission;
mod hostile;
mod refusals;
mod spellings;
mod structure;

use super::*;

fn parse(text: &str) -> Tree {
    Tree::parse(text).unwrap_or_else(|problem| panic!("{text:?}: {problem:?}"))
}

fn covered<'t>(tree: &'t Tree, route: &Route) -> &'t str {
    tree.place(route, Part::Value).slice(tree.text())
}

/// A route written as `a.0.b`.
fn at(route: &str) -> Route {
    route
        .split('.')
        .filter(|step| !step.is_empty())
        .map(|step| step.parse::<usize>().map_or_else(|_| Step::from(step), Step::from))
        .collect()
}

/// What a text says, in one line, like JSON.
fn shown(text: &str) -> String {
    show(parse(text).root())
}

fn show(node: Node<'_>) -> String {
    match node.value() {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Str(value) => format!("{value:?}"),
        Value::Seq => {
            let items: Vec<_> = node.items().map(show).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map => {
            let entries: Vec<_> = node
                .entries()
                .map(|entry| format!("{}: {}", show(entry.key), show(entry.value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// The traps of a text: rule and the text that each covers.
fn traps(text: &str) -> Vec<(&'static str, String)> {
    let tree = parse(text);
    tree.traps().iter().map(|trap| (trap.rule, trap.span.slice(text).to_owned())).collect()
}

/// Texts that show every feature; other tests mutate them.
const SNIPPETS: &[&str] = &[
    "version: v1.0\nname: Build # c\nagent:\n  machine: {type: e2-standard-2, os_image: ubuntu2204}\n",
    "blocks:\n  - name: \"A\\n\"\n    task:\n      jobs:\n      - commands:\n        - echo 'it''s' \"x\"\n        - >-\n          folded\n          text\n\n",
    "a: &x [1, 2.5, ~, true]\nb: *x\nc: {k: *x, ? q : [z]}\n",
    "- |\n  literal\n    more\n\n  end\n\n- |+\n  keep\n\n- >2\n   two\n  one\n- ''\n",
    "a: \"v1\\.0 \\d\"\nb: @x\nc: `y\nd: %z\n'e': \"\\x41\\u00e9\\U0001F600\\\n   joined\"\n",
    "a:\n\tb: c\n\td:\n\t- e\n",
    "%YAML 1.2\n---\na: 1\n...\n---\nb: !!str 2\na: 3\na: 4\n<<: 5\n",
    "\u{FEFF}ключ: значение\r\nlist:\r\n- ü\r\n-\r\n- - \"€\r\n   x\"\r\n",
    "plain text\n  over lines\n\n  and more",
    "? complex\n: - value\n? [a, b]\n: c\n? |\n  block key\n: d\n",
    "k: [a, b",
];
