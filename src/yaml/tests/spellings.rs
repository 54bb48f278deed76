//! From parts of a value to the text that spells them.

use granit_parser::{Event, Parser};
use proptest::prelude::*;

use super::super::*;
use super::{SNIPPETS, at, parse};

fn part<'t>(text: &'t str, route: &str, part: &str) -> &'t str {
    let tree = parse(text);
    let node = tree.find(&at(route)).unwrap();
    let value = node.as_str().unwrap();
    let start = value.find(part).unwrap_or_else(|| panic!("{part:?} is not in {value:?}"));
    node.span_within(start..start + part.len()).slice(text)
}

#[test]
fn a_part_of_a_value_maps_to_the_text_that_spells_it() {
    let table = [
        ("a: plain text", "a", "text", "text"),
        ("a: 'it''s x'", "a", "s x", "s x"),
        ("a: 'it''s x'", "a", "t's", "t''s"),
        ("a: 'it''s x'", "a", "'", "''"),
        (r#"a: "x\ty\"z""#, "a", "y", "y"),
        (r#"a: "x\ty\"z""#, "a", "y\"z", r#"y\"z"#),
        (r#"a: "x\.y""#, "a", ".", r"\."),
        (r#"a: "\u00e9\x41b""#, "a", "Ab", r"\x41b"),
        (r#"a: "\ud83d\ude00!""#, "a", "!", "!"),
        ("a: \"x\\\n   y\"", "a", "y", "y"),
        ("a: one\n  two\n\n  three", "a", "two\nthree", "two\n\n  three"),
        ("a: |\n  one\n  two # x\n", "a", "two", "two"),
        ("a: |\n  one\n  two # x\n", "a", "one\ntwo", "one\n  two"),
        ("a: |2-\n    one\n   two\n", "a", " two", " two"),
        ("a: |\r\n  one\r\n  two\r\n", "a", "two", "two"),
        ("a: >\n  one\n  two\n\n  three\n   four\n  five\n", "a", "two\nthree", "two\n\n  three"),
        ("a: >\n  one\n  two\n\n  three\n   four\n  five\n", "a", "four", "four"),
        ("a: >\n  one\n  two\n\n  three\n   four\n  five\n", "a", "five", "five"),
        ("a: &x 'o''o'\nb: *x", "b", "'o", "''o"),
        ("- | # c\n\n  x\n  y\n\n\n- z", "0", "y", "y"),
    ];
    for (text, route, value, expected) in table {
        assert_eq!(part(text, route, value), expected, "{text:?} {value:?}");
    }
}

#[test]
fn a_part_that_is_none_is_the_whole_node() {
    let text = "a: 'it''s'\nb: 12\nc: [x]";
    let tree = parse(text);
    let within = |route: &str, range| tree.find(&at(route)).unwrap().span_within(range).slice(text);
    assert_eq!(within("a", 2..9), "'it''s'");
    assert_eq!(within("b", 0..1), "12");
    assert_eq!(within("c", 0..1), "[x]");
    assert_eq!(within("a", 1..1), "");
}

/// Every scalar of a text that the parser reads without help is read the same by our own reading
/// of its source.
fn assert_read_alike(text: &str) {
    if Parser::new_from_str(text).any(|event| event.is_err()) {
        return;
    }
    let Ok(tree) = Tree::parse(text) else { return };
    let mut open = vec![tree.root()];
    while let Some(node) = open.pop() {
        if !node.is_alias()
            && let Some(value) = node.as_str()
        {
            // The parser tells a wrong indentation of block scalars of blanks only.
            if value.trim().is_empty() && node.block().is_some() {
                continue;
            }
            let read = spelling::read(node.source());
            assert_eq!(read.value, value, "{:?} in {text:?}", node.span().slice(text));
        }
        open.extend(node.items());
        open.extend(node.entries().flat_map(|entry| [entry.key, entry.value]));
    }
}

#[test]
fn sources_read_like_the_parser_reads_them() {
    for text in SNIPPETS {
        assert_read_alike(text);
    }
    let scalars =
        Parser::new_from_str("a").filter(|event| matches!(event, Ok((Event::Scalar(..), _))));
    assert_eq!(scalars.count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn block_scalars_read_like_the_parser_reads_them(
        header in "[|>](2?[+-]?|[+-]2)( # c)?",
        body in "( {0,5}[a#:'\t-]{0,2} ?(\n|\r\n)){0,7}( {2,4}b)?",
        tail in "(x: y)?",
    ) {
        assert_read_alike(&format!("k: {header}\n{body}{tail}"));
        assert_read_alike(&format!("-  -  {header}\r\n{body}"));
    }

    #[test]
    fn flow_scalars_read_like_the_parser_reads_them(
        quote in "['\"]",
        body in "([ab]|''|\\\\[nt\\\\/ x0\"\n]|[ \t]{1,2}|\n|\r\n| \n){0,12}",
    ) {
        assert_read_alike(&format!("k: {quote}{body}{quote}"));
        assert_read_alike(&format!("k:\n  {body}"));
    }
}
