//! What is written is read back, by our reader and by another one.

use proptest::prelude::*;

use super::super::*;
use super::parse;

/// The string that both readers find first of all in a text (`skip` counts strings before it).
fn assert_found(text: &str, skip: usize, string: &str) {
    let tree = parse(text);
    let mut ours = Vec::new();
    strings(tree.root(), &mut ours);
    let theirs: yaml_serde::Value =
        yaml_serde::from_str(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let mut their = Vec::new();
    their_strings(&theirs, &mut their);
    assert_eq!(ours.get(skip), Some(&string), "{text:?}");
    assert_eq!(their.get(skip), Some(&string), "{text:?}");
    assert_eq!(ours, their, "{text:?}");
    assert!(tree.traps().is_empty(), "{text:?}");
}

fn strings<'t>(node: Node<'t>, found: &mut Vec<&'t str>) {
    found.extend(node.as_str());
    node.items().for_each(|item| strings(item, found));
    for entry in node.entries() {
        strings(entry.key, found);
        strings(entry.value, found);
    }
}

fn their_strings<'t>(value: &'t yaml_serde::Value, found: &mut Vec<&'t str>) {
    found.extend(value.as_str());
    value.as_sequence().into_iter().flatten().for_each(|item| their_strings(item, found));
    for (key, value) in value.as_mapping().into_iter().flatten() {
        their_strings(key, found);
        their_strings(value, found);
    }
}

fn assert_reads_back(string: &str) {
    let written = emit::scalar(string);
    assert!(!written.contains('\n'), "{written:?}");
    assert_found(&format!("- {written}"), 0, string);
    assert_found(&format!("{written}: 1"), 0, string);
    assert_found(&format!("{{k: {written}}}"), 1, string);
    assert_found(&format!("[{written}, {{{written}: {written}}}]"), 2, string);
    assert_found(&format!("k: {written} # c\nl: {written}\n"), 3, string);
    let written = emit::block_value(string);
    assert_found(&format!("- {written}\n- k: {written}\n"), 2, string);
}

fn assert_block_reads_back(string: &str) {
    let around = [("k: ", 2, "\nx: y\n", 1), ("- k:\n    - ", 6, "\n", 1), ("- ", 2, "\n- z\n", 0)];
    for (before, indent, after, skip) in around {
        if let Some(block) = emit::block_scalar(string, indent) {
            assert_found(&format!("{before}{block}{after}"), skip, string);
        }
    }
}

#[test]
fn ordinary_commands_stay_readable() {
    for plain in [
        "checkout",
        "cargo build --release",
        "docker build -t \"$IMAGE\" .",
        "kubectl apply -f manifests/",
        "./apply.sh | tee log 2>&1",
        "--release",
        "v1.0",
        "e2-standard-2",
        "branch = 'master'",
        "https://example.com:8080/x?y=z#f",
        "$HOME/bin",
        "~/.ssh/id",
        "registry/name@sha256",
        "größe",
    ] {
        assert_eq!(emit::scalar(plain), plain);
    }
    for quoted in [
        "",
        "yes",
        "No",
        "on",
        "y",
        "null",
        "~",
        "1",
        "1.0",
        "0x1F",
        "0b11",
        "1_000",
        "12:30",
        "2020-01-01",
        "2020-01-01T10:00:00Z",
        "1e3",
        ".inf",
        "-.5",
        "-",
        "- a",
        "a: b",
        "a #b",
        "a:",
        " a",
        "a ",
        "*",
        "&a",
        "!a",
        "@a",
        "`a`",
        "%a",
        "#a",
        "[a]",
        "{a}",
        "a, b",
        "|",
        "> a",
        "'a'",
        "\"a\"",
        "---",
        "...",
        "<<",
        "=",
        "? a",
        "[ -n \"$X\" ]",
        "10:20:30",
        "1 2",
        "true",
    ] {
        let expected = format!("'{}'", quoted.replace('\'', "''"));
        assert_eq!(emit::scalar(quoted), expected);
    }
    for (text, expected) in [
        ("a\nb", r#""a\nb""#),
        ("\t", r#""\t""#),
        ("\u{7}\\\"", r#""\x07\\\"""#),
        ("\u{2028}", r#""\u2028""#),
    ] {
        assert_eq!(emit::scalar(text), expected);
    }
    assert_eq!(emit::block_value("docker push \"${IMAGE}\", x"), "docker push \"${IMAGE}\", x");
    assert_eq!(emit::block_value("[ -f x ]"), "'[ -f x ]'");
}

#[test]
fn literal_blocks_say_what_they_must() {
    assert_eq!(emit::block_scalar("a\nb\n", 2).as_deref(), Some("|\n  a\n  b"));
    assert_eq!(emit::block_scalar("a\n\nb", 4).as_deref(), Some("|-\n    a\n\n    b"));
    assert_eq!(emit::block_scalar("a\n\n", 2).as_deref(), Some("|+\n  a\n"));
    assert_eq!(emit::block_scalar(" a\n", 2).as_deref(), Some("|2\n   a"));
    assert_eq!(emit::block_scalar("\n\n", 2), None);
    assert_eq!(emit::block_scalar("a\r\n", 2), None);
}

#[test]
fn flow_writes_a_tree_on_one_line() {
    let text = "a: &x\n- 0x1F\n- 'yes'\n- |\n  l\n- ~\n-\nb: *x\n? [c]\n: .5\nd: !!float 1\ne: {}\nf: -.inf\n";
    let written = emit::flow(parse(text).root());
    assert_eq!(
        written,
        r#"{a: [0x1F, 'yes', "l\n", ~, null], b: [0x1F, 'yes', "l\n", ~, null], [c]: .5, d: 1.0, e: {}, f: -.inf}"#
    );
    assert_eq!(super::shown(text), super::shown(&written));
}

const ODD: &str = "([-?:,\\[\\]{}#&*!|>'\"%@`\\\\ \t\n\r~=<.+_0-9a-zA-Z\u{85}\u{A0}\u{2028}\u{FEFF}é😀\0]|- |: | #|---|true|null|yes|0x|1e|\\.inf){0,8}";

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_reads_back(string in any::<String>()) {
        prop_assume!(string.len() < 200);
        assert_reads_back(&string);
        assert_block_reads_back(&string);
    }

    #[test]
    fn odd_strings_read_back(string in ODD) {
        assert_reads_back(&string);
    }

    #[test]
    fn lines_read_back(string in "([ \t]{0,2}[a#:|'-]{0,2}[ \t]?\n{0,2}){0,5}") {
        assert_reads_back(&string);
        assert_block_reads_back(&string);
    }

    #[test]
    fn numbers_and_words_read_back(string in "[-+]?[0-9.]?[0-9a-fxobeE_.:TZ -]{0,6}|[a-zA-Z~]{1,5}") {
        assert_reads_back(&string);
    }
}
