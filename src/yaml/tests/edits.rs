//! Changes that keep the rest.

use proptest::prelude::*;

use super::super::*;
use super::{SNIPPETS, at, parse, show};

fn set(text: &str, route: &str, yaml: &str) -> String {
    edit::set(text, &at(route), yaml)
        .unwrap_or_else(|problem| panic!("{text:?} {route}: {problem:?}"))
}

fn remove(text: &str, route: &str) -> String {
    edit::remove(text, &at(route)).unwrap_or_else(|problem| panic!("{text:?} {route}: {problem:?}"))
}

#[test]
fn a_value_is_set_in_its_place() {
    let table = [
        // scalars
        ("a: 1 # c\nb: 2\n", "a", "3", "a: 3 # c\nb: 2\n"),
        ("a: 1\nb: 'x' # c", "b", "\"y\"", "a: 1\nb: \"y\" # c"),
        ("a:\nb: 2\n", "a", "1", "a: 1\nb: 2\n"),
        ("a: # c\nb: 2\n", "a", "1", "a: 1 # c\nb: 2\n"),
        ("a:\n  long # c\nb: 2\n", "a", "x", "a: x # c\nb: 2\n"),
        ("- 1\n-\n- 3\n", "1", "x", "- 1\n- x\n- 3\n"),
        ("a: &x 1\nb: 2\n", "a", "3", "a: 3\nb: 2\n"),
        ("a: &x 1\nb: *x\n", "b", "3", "a: &x 1\nb: 3\n"),
        ("a: !!str 1\n", "a", "2", "a: 2\n"),
        ("\u{FEFF}a: 1\r\nb: 2\r\n", "a", "x", "\u{FEFF}a: x\r\nb: 2\r\n"),
        ("a: {b: [1, 2], c}\n", "a.b.1", "'x, y'", "a: {b: [1, 'x, y'], c}\n"),
        ("a: {b: [1, 2], c}\n", "a.c", "3", "a: {b: [1, 2], c: 3}\n"),
        // a collection for a scalar, and back
        ("a: 1 # c\nb: 2\n", "a", "- x\n- y: z\n", "a: # c\n  - x\n  - y: z\nb: 2\n"),
        ("a: 1\r\nb: 2\r\n", "a", "x: 1\ny: 2", "a:\r\n  x: 1\r\n  y: 2\r\nb: 2\r\n"),
        ("a:\n  - x # c\n  - y\nb: 2\n", "a", "[]", "a: []\nb: 2\n"),
        ("a:\n  # about\n  - x\nb: 2\n", "a", "1", "a: 1\n  # about\nb: 2\n"),
        ("a:\n  # about\n  - x", "a", "1", "a: 1\n  # about"),
        ("a:\n  - x\n  - y # c\nb: 2\n", "a", "1", "a: 1 # c\nb: 2\n"),
        ("a:\n- x\n- y\nb: 2\n", "a", "c: d\n", "a:\n  c: d\nb: 2\n"),
        (
            "a:\n    - x\n    - y # c\nb: 2\n",
            "a",
            "- z\n- w:\n  - v\n",
            "a:\n    - z\n    - w:\n      - v # c\nb: 2\n",
        ),
        ("- a # c\n- b\n", "0", "x: 1\ny: 2", "- # c\n  x: 1\n  y: 2\n- b\n"),
        ("- a\n- b\n", "0", "x: 1\ny: 2", "- x: 1\n  y: 2\n- b\n"),
        ("- x: 1\n  y: 2 # c\n- b\n", "0", "z", "- z # c\n- b\n"),
        ("- x: 1\n  y: 2\n- b\n", "0", "- 1\n- 2", "- - 1\n  - 2\n- b\n"),
        ("a: 1\n", "a", "&x\nk: v\nl: *x", "error"),
        ("a: 1\n", "a", "&x\nk: &y v\nl: *y", "a: &x\n  k: &y v\n  l: *y\n"),
        // block scalars
        ("a: 1 # c\nb: 2\n", "a", "|\n  x\n\n   y\n", "a: | # c\n  x\n\n   y\nb: 2\n"),
        ("k:\n  a: 1\n", "k.a", "|-\nx\n", "k:\n  a: |-\n    x\n"),
        ("k:\n  a: 1\n", "k.a", "|-\n x\n", "k:\n  a: |-\n    x\n"),
        ("k:\n  a: 1\n", "k.a", "|2-\n   x\n  y", "k:\n  a: |2-\n     x\n    y\n"),
        ("a: |\n  x\n  y\n\nb: 2\n", "a", "1", "a: 1\n\nb: 2\n"),
        ("a:\n  - |\n    x\n  - y\n", "a.0", "z", "a:\n  - z\n  - y\n"),
        ("{a: 1}", "a", "|\n x\n", "{a: \"x\\n\"}"),
        ("{a: 1}", "a", "- x\n- w: z", "{a: [x, {w: z}]}"),
        ("a: 1\n", "a", "[x,\n y]", "a: [x,\n  y]\n"),
        // the root
        ("a: 1 # c\n", "", "[x]", "[x] # c\n"),
        ("# c\na: 1\n", "", "b: 1\nc: 2", "# c\nb: 1\nc: 2\n"),
        ("", "", "a: 1", "a: 1\n"),
        ("# c", "", "a: 1", "# c\na: 1\n"),
        ("--- x\n", "", "y", "--- y\n"),
    ];
    for (text, route, yaml, expected) in table {
        match expected {
            "error" => assert!(edit::set(text, &at(route), yaml).is_err(), "{text:?} {route}"),
            _ => assert_eq!(set(text, route, yaml), expected, "{text:?} {route}"),
        }
    }
}

#[test]
fn a_missing_key_or_item_is_added_at_the_end() {
    let table = [
        ("a: 1\n", "b", "2", "a: 1\nb: 2\n"),
        ("a: 1", "b", "2", "a: 1\nb: 2"),
        ("a: 1 # c\n\n# end\n", "b", "2", "a: 1 # c\nb: 2\n\n# end\n"),
        ("a:\n  b: 1\nc: 2\n", "a.x", "[y]", "a:\n  b: 1\n  x: [y]\nc: 2\n"),
        ("a:\n  b: 1\nc: 2\n", "a.x.d.0", "z", "a:\n  b: 1\n  x:\n    d:\n      - z\nc: 2\n"),
        ("a:\nc: 2\n", "a.b.c", "1", "a:\n  b:\n    c: 1\nc: 2\n"),
        ("a: ~ # n\n", "a.b", "1", "a: # n\n  b: 1\n"),
        ("- a: 1\n  b: 2\n- c\n", "0.d", "x: y", "- a: 1\n  b: 2\n  d:\n    x: y\n- c\n"),
        ("a:\n  - x\nb: 1\n", "a.1", "y", "a:\n  - x\n  - y\nb: 1\n"),
        ("a:\n- x # c\nb: 1\n", "a.1", "k: v\nl: w\n", "a:\n- x # c\n- k: v\n  l: w\nb: 1\n"),
        ("a: []\n", "a.0", "x", "a: [x]\n"),
        ("a: {}\n", "a.b.c", "'x'", "a: {b: {c: x}}\n"),
        ("a: [x]\n", "a.1", "- z", "a: [x, [z]]\n"),
        (
            "a: {\n  x: 1, # c\n  y: 2, # d\n}\n",
            "a.z",
            "3",
            "a: {\n  x: 1, # c\n  y: 2, z: 3, # d\n}\n",
        ),
        ("", "a.b", "1", "a:\n  b: 1\n"),
        ("# only\n", "a", "1", "# only\na: 1\n"),
        ("---\n", "a", "1", "---\na: 1\n"),
        ("a: 1\r\n", "b.c", "2", "a: 1\r\nb:\r\n  c: 2\r\n"),
        ("a: |\n  x\n\n\nb: 1\n", "a2", "1", "a: |\n  x\n\n\nb: 1\na2: 1\n"),
        ("a: |+\n  x\n\n", "b", "1", "a: |+\n  x\n\nb: 1\n"),
        ("k:\n  a: |+\n    x\n\nz: 1\n", "k.b", "1", "k:\n  a: |+\n    x\n\n  b: 1\nz: 1\n"),
        ("a: 1\n", "needs: quotes", "1", "a: 1\n'needs: quotes': 1\n"),
        ("a: 1\n", "yes", "1", "a: 1\n'yes': 1\n"),
        ("a: 1\n", "b", "|\n  x\n", "a: 1\nb: |\n  x\n"),
        ("a:\n\tb: 1\n", "a.b", "2", "a:\n\tb: 2\n"),
    ];
    for (text, route, yaml, expected) in table {
        assert_eq!(set(text, route, yaml), expected, "{text:?} {route}");
    }
}

#[test]
fn an_entry_or_item_is_removed_with_its_lines() {
    let table = [
        ("a: 1\nb: 2\nc: 3\n", "b", "a: 1\nc: 3\n"),
        ("a: 1\nb: 2", "b", "a: 1"),
        ("a: 1\nb: 2\n", "a", "b: 2\n"),
        ("a: 1\n# about b\nb: 2 # c\n# end\n", "b", "a: 1\n# about b\n# end\n"),
        ("a:\n  b: 1\n  c:\n    - x\n    - y\nd: 1\n", "a.c", "a:\n  b: 1\nd: 1\n"),
        ("a:\n  b: 1\nd: 1\n", "a.b", "a: {}\nd: 1\n"),
        ("a:\n  - b\nd: 1\n", "a.0", "a: []\nd: 1\n"),
        ("- a\n- b\n- c\n", "1", "- a\n- c\n"),
        ("- a: 1\n  b: 2\n", "0.a", "- b: 2\n"),
        ("- a: 1 # c\n  b: 2\n", "0.b", "- a: 1 # c\n"),
        ("- a: 1\n  # d\n  b: 2\n", "0.a", "-\n  # d\n  b: 2\n"),
        ("a: [1, 2, 3]\n", "a.0", "a: [2, 3]\n"),
        ("a: [1, 2, 3]\n", "a.2", "a: [1, 2]\n"),
        ("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n"),
        ("a: {b: 1}\n", "a.b", "a: {}\n"),
        ("a: [\n  1, # one\n  2 # two\n]\n", "a.1", "a: [\n  1 # one\n   # two\n]\n"),
        ("a: |+\n  x\n\nb: 1\n", "a", "b: 1\n"),
        ("? a\n: 1\n? b\n: 2\n", "b", "? a\n: 1\n"),
        ("\u{FEFF}a: 1\r\nb: 2\r\n", "a", "\u{FEFF}b: 2\r\n"),
        ("a: 1\n", "a", "{}\n"),
    ];
    for (text, route, expected) in table {
        assert_eq!(remove(text, route), expected, "{text:?} {route}");
    }
}

#[test]
fn what_cannot_be_changed_alone_is_refused() {
    let refused = |text: &str, route: &str, yaml: &str| {
        let problem = edit::set(text, &at(route), yaml).unwrap_err();
        assert_eq!(problem.rule, "yaml-edit");
        problem.message
    };
    assert_eq!(
        refused("a: &x {b: 1}\nc: *x\n", "c.b", "2"),
        "the value is anchored elsewhere and stands here as \"*x\""
    );
    assert_eq!(
        refused("a: &x {b: 1}\nc: *x\n", "a.b", "2"),
        "`a.b` cannot be set here without changing more than that"
    );
    assert_eq!(refused("a: [1]\n", "a.3", "2"), "the list has 1 items, so `a[3]` cannot be set");
    assert_eq!(
        refused("a: 1\n", "a.b", "2"),
        "`a.b` cannot be set, as an integer stands on the way"
    );
    assert_eq!(refused("a: 1\n", "a", ""), "the new value is empty; write `null` for nothing");
    assert!(refused("a: 1\n", "a", "[x").starts_with("the new value is no single YAML value"));
    assert!(refused("a: 1\n", "a", "x: y: z").starts_with("the new value is no YAML"));
    let problem = edit::remove("a: 1\n", &at("b")).unwrap_err();
    assert_eq!(problem.message, "there is no `b` to remove");
    assert!(edit::remove("a: 1\n", &Route::root()).is_err());
    assert!(edit::remove("a: 1\na: 2\nb: 3", &at("a")).is_err());
    assert_eq!(edit::set("a: [", &at("b"), "1").unwrap_err().rule, "yaml-edit");
}

/// Every route of a tree that does not lead through an alias.
fn routes(tree: &Tree) -> Vec<Route> {
    let mut found = Vec::new();
    let mut open = vec![(tree.root(), Route::root())];
    while let Some((node, route)) = open.pop() {
        if !node.is_alias() {
            open.extend(
                node.items().enumerate().map(|(index, item)| (item, route.clone().index(index))),
            );
            open.extend(
                node.entries().filter_map(|entry| {
                    Some((entry.value, route.clone().key(entry.key.as_str()?)))
                }),
            );
        }
        found.push(route);
    }
    found
}

const VALUES: &[&str] = &[
    "x",
    "'it''s'",
    "\"\\n\"",
    "~",
    "12",
    "[a, {b: c}]",
    "{}",
    "- a\n- b:\n    c\n",
    "k: v\nl:\n- m # c\n",
    "|\n  lit\n\n   more\n",
    "|2-\n   lead\n  x",
    ">+\n fold\n ed\n\n",
    "plain\n over lines",
    "&z [1, &z2 2, *z2]",
    "!!str 1",
    "? [a]\n: b\n",
    "|+\n keep\n\n",
];

/// Every change that is made is only that; and of ordinary text all are made.
fn assert_changes_alone(text: &str, refused: &mut Vec<String>) {
    let Ok(tree) = Tree::parse(text) else { return };
    for route in routes(&tree) {
        for yaml in VALUES {
            let result = match edit::set(text, &route, yaml) {
                Ok(result) => result,
                Err(problem) => {
                    refused.push(format!("{text:?} {route} {yaml:?}: {problem:?}"));
                    continue;
                }
            };
            let after = parse(&result);
            let found = after.find(&route).unwrap_or_else(|| panic!("{text:?} {route} {yaml:?}"));
            let value = parse(yaml);
            // Parents of aliases may have been written out.
            assert_eq!(show(found), show(value.root()), "{text:?} {route} {yaml:?}");
        }
        if let Ok(result) = edit::remove(text, &route) {
            let Some((parent, _)) = route.split_last() else { panic!("{text:?}") };
            let (before, after) = (tree.find(&parent).unwrap(), parse(&result));
            let after = after.find(&parent).unwrap();
            let count = |node: Node<'_>| node.items().len() + node.entries().len();
            assert_eq!(count(after) + 1, count(before), "{text:?} {route}");
        }
    }
}

#[test]
fn edits_of_ordinary_text_succeed() {
    let mut refused = Vec::new();
    for text in &SNIPPETS[..2] {
        assert_changes_alone(text, &mut refused);
        assert_changes_alone(&text.replace('\n', "\r\n"), &mut refused);
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    for text in SNIPPETS {
        assert_changes_alone(text, &mut refused);
    }
}

#[test]
fn removals_of_ordinary_text_succeed() {
    for text in &SNIPPETS[..2] {
        let tree = parse(text);
        for route in routes(&tree).iter().filter(|route| !route.is_root()) {
            assert!(edit::remove(text, route).is_ok(), "{text:?} {route}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_change_nothing_else(
        text in "((  ){0,2}(- ){0,2}[ab]:?( # c| [xy]| \\[x, y\\]| \\{x: y\\}| [|]|)(\n|\r\n|\n\n)){1,6}",
    ) {
        assert_changes_alone(&text, &mut Vec::new());
    }
}
