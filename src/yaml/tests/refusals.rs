//! What is refused, where, and in which words.

use super::super::*;

fn refusal(text: &str) -> (usize, String, String) {
    match Tree::parse(text) {
        Ok(tree) => panic!("{text:?} parsed: {:?}", tree.root()),
        Err(problem) => {
            assert_eq!(problem.rule, "yaml-syntax");
            (problem.span.start, problem.span.slice(text).to_owned(), problem.message)
        }
    }
}

#[test]
fn refusals_stand_at_the_place_and_say_what_is_wrong() {
    let table = [
        ("a: b: c", 4, ":", "a second \": \" on this line: no map can begin inside a value"),
        ("a: *b", 3, "*b", "the alias \"*b\" has no anchor before it"),
        ("a: *", 3, "*", "an alias without a name"),
        ("a: !foo x", 3, "!foo", "unknown tag \"!foo\""),
        ("a: !!binary aGk=", 3, "!!binary", "unknown tag \"!!binary\""),
        ("a: !foo [x]", 3, "!foo", "unknown tag \"!foo\""),
        ("a: !!int x", 3, "!!int", "the value is not what its tag \"!!int\" says"),
        ("a: !!seq {}", 3, "!!seq", "the value is not what its tag \"!!seq\" says"),
        ("a: &x [1, *x]", 10, "*x", "the alias \"*x\" stands inside the value that it repeats"),
        ("a: \"b", 3, "\"", "this quote is never closed"),
        ("a: 'b' c", 7, "c", "text after the closing quote"),
        ("a: - b", 3, "-", "a list cannot begin here"),
        ("a: [1}", 3, "[", "this \"[\" is closed by a \"}\""),
        ("a: ]", 3, "]", "a closing bracket without an opening one"),
        (
            "a: \"\\xZZ\"",
            3,
            "\"",
            "an escape like \"\\x\" or \"\\u\" without a valid character number",
        ),
        ("a: [b\n---\nc", 3, "[", "this \"[\" is never closed"),
        ("a: 1\nkey\nother: 1", 5, "k", "expected \":\" after this key"),
        ("key\nother: 1", 9, ":", "a \":\" after a text of several lines, which cannot be a key"),
        ("a: 1\n  b: 2", 8, ":", "a \":\" after a text of several lines, which cannot be a key"),
        ("a:\n  - b\n c: d", 10, "c", "expected a key of the map here, or its end"),
        ("a:\n  - [ -f b ] && c", 16, "&", "text after the closing bracket"),
        ("a: {b: c} d", 10, "d", "text after the closing bracket"),
        ("a: [b,,c]", 6, ",", "nothing stands before this \",\""),
        ("a: {,}", 4, ",", "nothing stands before this \",\""),
        (
            "a:\n  b: 1\n\tc: 2",
            11,
            "c",
            "the indentation fits nothing above: a tab counts as one column",
        ),
    ];
    for (text, start, at, message) in table {
        assert_eq!(refusal(text), (start, at.to_owned(), message.to_owned()), "{text:?}");
    }
}

#[test]
fn an_open_bracket_is_noted() {
    let text = "deps: [a, b\nname: c\n";
    let problem = Tree::parse(text).unwrap_err();
    assert_eq!(problem.notes[0].span.slice(text), "[");
}
