//! The dialect, row by row of what was measured on the platform.

use super::super::*;
use super::{at, covered, parse, shown, traps};

#[test]
fn texts_say_what_the_platform_sees() {
    let table = [
        ("", "{}"),
        ("# nothing\n", "{}"),
        ("\u{FEFF}", "{}"),
        ("\n \n", "{}"),
        ("---\n", "null"),
        ("a: yes", r#"{"a": "yes"}"#),
        (
            "a: yes\nb: TRUE\nc: 0x1F\nd: 1e3\ne: 12:30",
            r#"{"a": "yes", "b": true, "c": 31, "d": 1000.0, "e": "12:30"}"#,
        ),
        ("a: 'true'\nb: \"1\"\nc: |-\n  null", r#"{"a": "true", "b": "1", "c": "null"}"#),
        ("a:\nb: ~\n", r#"{"a": null, "b": null}"#),
        ("a: 1\nb: 2\na: 3", r#"{"a": 1, "b": 2}"#),
        ("{a: 1, 'a': 2}", r#"{"a": 1}"#),
        ("{1: x, 0x1: y, '1': z}", r#"{1: "x", "1": "z"}"#),
        (r#"a: "v1\.0""#, r#"{"a": "v1.0"}"#),
        (
            r#"when: "tag =~ '^v1\.\d+$' and \\ \"x\"""#,
            r#"{"when": "tag =~ '^v1.d+$' and \\ \"x\""}"#,
        ),
        (r#""\q": "\Ü""#, r#"{"q": "Ü"}"#),
        (
            "a: \"\\.\"\nb: '\\.'\nc: \\.\nd: |\n  \\.\ne: >\n  \\.\n  \\d",
            r#"{"a": ".", "b": "\\.", "c": "\\.", "d": "\\.\n", "e": "\\. \\d"}"#,
        ),
        ("a: &x {b: 1}\n<<: *x", r#"{"a": {"b": 1}, "<<": {"b": 1}}"#),
        ("a: &x [1]\nb: *x\nc: [*x, *x]", r#"{"a": [1], "b": [1], "c": [[1], [1]]}"#),
        ("a: &x 1\nb: &x 2\nc: *x", r#"{"a": 1, "b": 2, "c": 2}"#),
        ("&k key: *k", r#"{"key": "key"}"#),
        ("a: @x\nb: `y`\nc: %z\nd: [@x, `y, %z]\n- ", "error"),
        (
            "a: @x\nb: `y`\nc: %z\nd: [@x, `y, %z]\ne: {\"k\":@x}",
            r#"{"a": "@x", "b": "`y`", "c": "%z", "d": ["@x", "`y", "%z"], "e": {"k": "@x"}}"#,
        ),
        (
            "- @\n- `a: b`\n- x @ % `\n- '@'\n- \"%\"\n- |\n  @x\n- @a\n  @b",
            r#"["@", {"`a": "b`"}, "x @ % `", "@", "%", "@x\n", "@a @b"]"#,
        ),
        ("@x", r#""@x""#),
        (
            "a: x\u{1b}[31m\nb: \"\u{7}\\.\"\nc: |\n  \u{8}y\n# \u{7}\nd: [\u{7}]",
            r#"{"a": "x\u{1b}[31m", "b": "\u{7}.", "c": "\u{8}y\n", "d": ["\u{7}"]}"#,
        ),
        ("a: x\0y", "error"),
        ("a:\n\tb: c\n\td:\n\t\t- e", r#"{"a": {"b": "c", "d": ["e"]}}"#),
        ("a:\n\t- b\n\t- c: d\n\t  e: f", r#"{"a": ["b", {"c": "d", "e": "f"}]}"#),
        ("a:\n\tb: |\n\t  x \\.\n\tc: @\n", r#"{"a": {"b": "x \\.\n", "c": "@"}}"#),
        (
            "a:\n\tb: c\nd: |\n  x\n  \ty\ne: \"p\n\tq\"",
            r#"{"a": {"b": "c"}, "d": "x\n\ty\n", "e": "p q"}"#,
        ),
        ("-\t- a\n", r#"[["a"]]"#),
        ("a:\tb", r#"{"a": "b"}"#),
        ("- echo a: b", r#"[{"echo a": "b"}]"#),
        ("a: [1, 2", "{}"),
        ("a: 1\n---\nb: [", r#"{"a": 1}"#),
        ("{a: 1, b", "{}"),
        ("a: 1\n---\nb: 2", r#"{"b": 2}"#),
        ("a: 1\n---\n", "null"),
        ("a: 1\n...\n", r#"{"a": 1}"#),
        ("--- x\n--- |\n y\n", r#""y\n""#),
        (
            "a: !!str 1\nb: !!int '3'\nc: !!float 1\nd: !!bool 'true'\ne: !!null ~\nf: !!null\ng: !!str\nh: ! 5",
            r#"{"a": "1", "b": 3, "c": 1.0, "d": true, "e": null, "f": null, "g": "", "h": "5"}"#,
        ),
        (
            "a: !!seq [1]\nb: !!map {c: 1}\nd: !!map\n  e: f",
            r#"{"a": [1], "b": {"c": 1}, "d": {"e": "f"}}"#,
        ),
        ("a: [\n]\nb: [\n1\n]", r#"{"a": [], "b": [1]}"#),
        ("a: |\n  x", r#"{"a": "x"}"#),
        ("a: x\r\nb: |\r\n  y\r\n  z\r\n", r#"{"a": "x", "b": "y\nz\n"}"#),
        ("\u{FEFF}a: ü\n", r#"{"a": "ü"}"#),
    ];
    for (text, expected) in table {
        match expected {
            "error" => assert!(Tree::parse(text).is_err(), "{text:?}"),
            _ => assert_eq!(shown(text), expected, "{text:?}"),
        }
    }
}

#[test]
fn many_comments_between_entries_are_no_error() {
    let text = format!("a: 1\n{}b:\n{}  - c\n", "# x\n".repeat(500), "  # y\n".repeat(500));
    assert_eq!(parse(&text).comments().len(), 1000);
}

#[test]
fn traps_cover_what_they_speak_of() {
    let table: [(&str, &[(&str, &str)]); 12] = [
        ("a: yes\nb: off", &[]),
        ("a: 1\nb: 2\n\"a\": 3", &[("duplicate-key", "\"a\"")]),
        ("{a: 1, a: 2, a: 3}", &[("duplicate-key", "a"), ("duplicate-key", "a")]),
        (r#"a: "x\.\\\d\n\"""#, &[("unknown-escape", r"\."), ("unknown-escape", r"\d")]),
        (r"b: '\.'", &[]),
        ("x: &x {}\n<<: *x\n'<<': 1", &[("merge-key", "<<"), ("duplicate-key", "'<<'")]),
        ("a:\n\tb: c\n\td: e", &[("tab-indentation", "\t")]),
        ("- ! grep x y", &[("lost-exclamation-mark", "!")]),
        ("a: \"\\q\"\nb:\n \t- c", &[("unknown-escape", r"\q"), ("tab-indentation", " \t")]),
        ("a: 1\na: 2\n---\nb: 2", &[("several-documents", "---")]),
        ("a: 1\n---\n---\nb: 2", &[("several-documents", "---")]),
        ("a:\n  deps: [x, y\n", &[("unclosed-collection", "[")]),
    ];
    for (text, expected) in table {
        let expected: Vec<_> = expected.iter().map(|&(rule, at)| (rule, at.to_owned())).collect();
        assert_eq!(traps(text), expected, "{text:?}");
    }
}

#[test]
fn a_duplicate_key_notes_the_one_that_counts() {
    let text = "key: 1\nother: 2\nkey: 3\n";
    let tree = parse(text);
    let trap = &tree.traps()[0];
    assert_eq!(trap.span.start, 16);
    assert_eq!(trap.notes[0].span, crate::diagnostic::Span::new(0, 3));
    let many: String = (0..100).map(|i| format!("k{}: {i}\n", i % 50)).collect();
    assert_eq!(parse(&many).traps().len(), 50);
    assert_eq!(parse(&many).root().entries().len(), 50);
}

#[test]
fn an_unknown_escape_tells_how_to_keep_its_backslash() {
    let help = |text: &str| parse(text).traps()[0].help.clone().unwrap();
    assert_eq!(
        help(r#"when: "tag =~ '^v1\.'""#),
        r"the value became `tag =~ '^v1.'`; if the backslash is meant write `tag =~ '^v1\.'`"
    );
    assert_eq!(
        help(r#"a: "\.\n""#),
        "the value became `.\\n`; if the backslash is meant write `\"\\\\.\\n\"`"
    );
    let long = format!("a: \"{}\\.\"", "x".repeat(200));
    assert_eq!(
        help(&long),
        "to keep the backslash write `\\\\.`, or put the value in single quotes"
    );
}

#[test]
fn spans_point_into_the_real_text_through_masks_and_marks() {
    let text = "\u{FEFF}ä: \"\\.é\"\r\nb:\r\n\t- @c # \\.\r\n\t- \"x\\\"\\d\"\r\n";
    let tree = parse(text);
    assert_eq!(covered(&tree, &at("ä")), "\"\\.é\"");
    assert_eq!(covered(&tree, &at("b.0")), "@c");
    assert_eq!(covered(&tree, &at("b.1")), r#""x\"\d""#);
    assert_eq!(tree.find(&at("b.1")).unwrap().as_str(), Some("x\"d"));
    assert_eq!(tree.comments()[0].span.slice(text), "# \\.");
    assert_eq!(tree.comments()[0].text, " \\.");
}

#[test]
fn comments_know_whether_they_stand_alone() {
    let text = "# a\nb: c # d\n\n  # e\nf: | # g\n  # no\n";
    let tree = parse(text);
    let comments: Vec<_> = tree.comments().iter().map(|c| (c.span.slice(text), c.alone)).collect();
    assert_eq!(comments, [("# a", true), ("# d", false), ("# e", true), ("# g", false)]);
}
