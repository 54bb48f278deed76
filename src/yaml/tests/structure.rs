//! Spans and typed reading of ordinary text.

use serde::Deserialize;

use super::super::*;
use super::{at, covered, parse};

#[test]
fn spans_cover_exactly_the_text_of_a_node() {
    let tree = parse(
        "a: 1\nb:\n  - x\n  - y: 2   # c\n    z:\n\n# foo\nc: &anc\n  - |\n    hi\n     there\n\n  - >-\n   fold\n   ed\n\
         d: *anc\ne: {a: 1, b, \"c\": [1,2], ? x : y}\nf: \ng: !!str 1\nh: &x\ni:\n- 'it''s'\n-\n- # none\n- - n\nj: [a: b]\n",
    );
    let table = [
        ("a", "1"),
        ("b", "- x\n  - y: 2   # c\n    z:"),
        ("b.1", "y: 2   # c\n    z:"),
        ("b.1.y", "2"),
        ("b.1.z", ""),
        ("c", "- |\n    hi\n     there\n\n  - >-\n   fold\n   ed"),
        ("c.0", "|\n    hi\n     there"),
        ("c.1", ">-\n   fold\n   ed"),
        ("d", "*anc"),
        ("d.0", "|\n    hi\n     there"),
        ("e", "{a: 1, b, \"c\": [1,2], ? x : y}"),
        ("e.b", ""),
        ("e.c", "[1,2]"),
        ("e.c.1", "2"),
        ("e.x", "y"),
        ("f", ""),
        ("g", "1"),
        ("h", ""),
        ("i", "- 'it''s'\n-\n- # none\n- - n"),
        ("i.0", "'it''s'"),
        ("i.1", ""),
        ("i.3", "- n"),
        ("j.0", "a: b"),
        ("j.0.a", "b"),
    ];
    for (route, text) in table {
        assert!(tree.find(&at(route)).is_some(), "{route}");
        assert_eq!(covered(&tree, &at(route)), text, "{route}");
    }
    let nothing = |route: &str| {
        let place = tree.place(&at(route), Part::Value).start;
        tree.text()[..place].lines().last().unwrap().to_owned()
    };
    assert_eq!(nothing("b.1.z"), "    z:");
    assert_eq!(nothing("f"), "f:");
    assert_eq!(nothing("i.1"), "-");
    assert_eq!(nothing("i.2"), "-");
    assert_eq!(tree.place(&at("b.1.y"), Part::Key).slice(tree.text()), "y");
    assert_eq!(tree.place(&at("b.1.no.no"), Part::Key).slice(tree.text()), "y: 2   # c\n    z:");
    assert_eq!(tree.place(&at("b.1.y.no"), Part::Key).slice(tree.text()), "y");
    assert_eq!(tree.find(&at("g")).unwrap().outer_span().slice(tree.text()), "!!str 1");
    assert_eq!(tree.find(&at("c")).unwrap().outer_span().start, tree.text().find("&anc").unwrap());
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Job {
    name: String,
    #[serde(default)]
    commands: Vec<String>,
    parallelism: Option<u32>,
    when: Option<Choice>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Choice {
    Always,
    OnBranch(String),
    Both { branch: String },
}

#[test]
fn nodes_read_as_types_without_coercion() {
    let read = |text: &str| {
        let tree = parse(text);
        Job::deserialize(tree.root()).map_err(|error| {
            (error.message().to_owned(), error.span().slice(tree.text()).to_owned())
        })
    };
    let job = Job {
        name: "a".into(),
        commands: vec!["x".into(), "1".into()],
        parallelism: Some(2),
        when: Some(Choice::OnBranch("main".into())),
    };
    assert_eq!(
        read("name: a\ncommands: [x, '1']\nparallelism: 2\nwhen: {on-branch: main}"),
        Ok(job)
    );
    assert!(read("name: a\nwhen: always").is_ok());
    assert!(read("name: a\nwhen: {both: {branch: b}}").is_ok());
    let error = |text: &str| read(text).unwrap_err();
    let pair = |message: &str, at: &str| (message.to_owned(), at.to_owned());
    assert_eq!(error("name: 1"), pair("expected a string, found the integer 1", "1"));
    assert_eq!(error("name: true"), pair("expected a string, found the boolean true", "true"));
    assert_eq!(
        error("name: a\nparallelism: 4.0"),
        pair("expected u32, found the float 4.0", "4.0")
    );
    assert_eq!(
        error("nam: a"),
        pair(
            "unknown key \"nam\", expected one of \"name\", \"commands\", \"parallelism\" and \"when\"",
            "nam"
        )
    );
    assert_eq!(error("commands: []"), pair("the key \"name\" is missing", "commands: []"));
    assert_eq!(
        error("name: a\nwhen: never"),
        pair(
            "unknown value \"never\", expected one of \"always\", \"on-branch\" and \"both\"",
            "never"
        )
    );
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Loose {
    Number(i64),
    Flag(bool),
    Text(String),
    Many(Vec<Loose>),
    Map(indexmap::IndexMap<String, Loose>),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tagged {
    A { x: i8 },
    B(indexmap::IndexMap<String, String>),
}

#[test]
fn untagged_and_internally_tagged_enums_read() {
    let tree = parse("[1, true, x, [2], {b: 1, a: y}]");
    let Loose::Many(items) = Loose::deserialize(tree.root()).unwrap() else { panic!() };
    assert_eq!(items[1], Loose::Flag(true));
    let Loose::Map(map) = &items[4] else { panic!() };
    assert_eq!(map.keys().collect::<Vec<_>>(), ["b", "a"]);
    let tree = parse("{x: 3, type: a}");
    assert_eq!(Tagged::deserialize(tree.root()).unwrap(), Tagged::A { x: 3 });
    let tree = parse("{type: b, k: v}");
    assert!(matches!(Tagged::deserialize(tree.root()).unwrap(), Tagged::B(_)));
}
