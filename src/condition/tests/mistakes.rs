//! What people are told.

use super::super::{WhereUsed, check};

/// Each condition with the text that is pointed at, the message, and a part of the help.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("", "", "the condition is empty", "write `true`"),
    (" \n", " \n", "the condition is empty", "write `true`"),
    ("branch == 'x'", "==", "expected one operator, found `==`", "write `=`"),
    ("'x' == branch", "==", "expected one operator, found `==`", "write `=`"),
    ("branch !== 'x'", "!==", "expected one operator, found `!==`", "write `!=`"),
    ("branch ==~ 'x'", "==~", "expected one operator, found `==~`", "write `=~`"),
    ("true && false", "&&", "expected `and` or `or`, found `&`", "write `and`"),
    ("true || false", "||", "expected `and` or `or`, found `|`", "write `or`"),
    ("not true", "not", "there is no `not`", "no negation"),
    ("true and not tag = 'x'", "not", "there is no `not`", "no negation"),
    ("!change_in('/a')", "!", "`!` only stands in `!=` and `!~`", "no negation"),
    ("branch = \"x\"", "\"x\"", "strings stand in single quotes, found \"x\"", "write 'x'"),
    ("branch = \"\"", "\"\"", "strings stand in single quotes, found \"\"", "`!~ '.'`"),
    ("branch = \"x", "\"", "strings stand in single quotes, found \"", "write 'text'"),
    ("branch = ‘x’", "‘x’", "strings stand in single quotes, found ‘x’", "write 'x'"),
    ("branch = `x`", "`x`", "strings stand in single quotes, found `x`", "write 'x'"),
    ("true And false", "And", "`And` is not an operator", "write `and` or `AND`"),
    ("true oR false", "oR", "`oR` is not an operator", "write `or` or `OR`"),
    (
        "tag = ''",
        "''",
        "a string has at least one character, found the empty string ''",
        "`!~ '.'`",
    ),
    ("tag = 'x", "'x", "the string that starts here is never closed", "close it"),
    (
        "branch",
        "branch",
        "expected `=`, `!=`, `=~` or `!~` after `branch`, found the end",
        "`branch =~ '.'`",
    ),
    (
        "tag and true",
        "and",
        "expected `=`, `!=`, `=~` or `!~` after `tag`, found `and`",
        "`tag =~ '.'`",
    ),
    (
        "branch = master",
        "master",
        "expected a string in single quotes after `=`, found `master`",
        "'master'",
    ),
    ("branch = 5", "5", "expected a string in single quotes after `=`, found the number 5", "'5'"),
    (
        "branch = true",
        "true",
        "expected a string in single quotes after `=`, found `true`",
        "never equal",
    ),
    (
        "branch = tag",
        "tag",
        "expected a string in single quotes after `=`, found `tag`",
        "two inputs",
    ),
    ("branch =", "=", "expected a string in single quotes after `=`, found the end", ""),
    ("branch = feature/x", "feature/x", "`/` can only stand inside of a string", "'feature/x'"),
    ("tag =~ v1.*", "v1.*", "`.` can only stand inside of a string", "'v1.*'"),
    ("tag =~ *", "*", "`*` can only stand inside of a string", "'*'"),
    ("branch = größe", "größe", "`ö` can only stand inside of a string", "'größe'"),
    (
        "(true) = 'x'",
        "=",
        "expected `and`, `or` or the end after `)`, found `=`",
        "a condition in parentheses cannot stand beside an operator",
    ),
    (
        "'x' = (true)",
        "(",
        "expected a string in single quotes or an input after `=`, found `(`",
        "a condition in parentheses cannot stand beside an operator",
    ),
    (
        "branch = 'a' = 'b'",
        "=",
        "expected `and`, `or` or the end after the string 'a'",
        "cannot be chained",
    ),
    (
        "true = true",
        "=",
        "expected `and`, `or` or the end after `true`, found `=`",
        "the left side",
    ),
    ("+1", "+", "a number takes no leading `+`", "leave the `+` out"),
    (
        "0.5",
        "0.5",
        "a number with a fraction needs a non-zero digit before the point",
        "cannot read",
    ),
    (
        "[-0.25]",
        "-0.25",
        "a number with a fraction needs a non-zero digit before the point",
        "cannot read",
    ),
    (".5", ".5", "a number starts with a digit, found a point", "cannot read"),
    ("1.2.3", ".3", "a number has one point, with a digit after it", "single quotes"),
    ("- 1", "-", "expected a number after `-`", "a number with a digit"),
    ("01", "1", "expected `and`, `or` or the end after the number 0, found the number 1", ""),
    ("(true", "(", "this parenthesis is never closed", "add `)`"),
    ("true)", ")", "this parenthesis closes nothing", "remove it"),
    ("()", ")", "expected a condition after `(`, found `)`", ""),
    ("and true", "and", "expected a condition, found `and`", ""),
    ("true and", "and", "expected a condition after `and`, found the end", ""),
    ("true and or true", "or", "expected a condition after `and`, found `or`", ""),
    ("= 'x'", "=", "expected a condition, found `=`", ""),
    (
        "branch = 'a' tag = 'b'",
        "tag",
        "expected `and`, `or` or the end after the string 'a', found `tag`",
        "",
    ),
    ("branch < 'x'", "<", "expected `=`, `!=`, `=~` or `!~`, found `<`", "only compare"),
    ("branch ~ 'x'", "~", "`~` only stands in `=~` and `!~`", "without a space"),
    ("branch = $X", "$X", "expected a condition, found `$X`", "the inputs are"),
    ("${{ parameters.X }} = 'x'", "${{ parameters.X }}", "expected a condition", "the inputs are"),
    ("true # always", "#", "`#` starts no comment inside a condition", "outside"),
    (
        "true\u{a0}and true",
        "\u{a0}",
        "the invisible character U+00A0 cannot stand here",
        "plain spaces",
    ),
    ("{a : 1}", ":", "`:` only stands directly after the key of a map", "no space"),
    ("{a 1}", "a", "expected a key with its colon after `{`, found `a`", "the colon touching it"),
    ("{'a': 1}", ":", "`:` only stands directly after the key of a map", "no space"),
    ("{a: 1,}", "}", "expected a key with its colon after `,`, found `}`", ""),
    ("[1,]", "]", "expected a value after `,`, found `]`", "a comma stands only between values"),
    ("[1 2]", "2", "expected `,` or `]` after the number 1, found the number 2", ""),
    ("[1", "1", "expected `,` or `]` after the number 1, found the end", "add `]`"),
    ("[branch = 'x']", "branch", "expected a value after `[`, found `branch`", ""),
    ("change_in(lib)", "lib", "expected a value after `(`, found `lib`", "'lib'"),
    ("change_in", "change_in", "unknown word `change_in`", "`change_in('/lib')`"),
    ("Branch = 'x'", "Branch", "unknown word `Branch`", "write `branch`"),
    ("pull-request = 'x'", "pull-request", "unknown word `pull-request`", "write `pull_request`"),
    ("pr = '1'", "pr", "unknown word `pr`", "write `pull_request`"),
    ("True", "True", "unknown word `True`", "write `true` or `TRUE`"),
    ("master = branch", "master", "unknown word `master`", "'master'"),
    ("foo('x')", "foo", "unknown function `foo`", "the only function is `change_in`"),
    ("change_in('/a') =", "=", "expected a value after `=`, found the end", ""),
    ("change_in('/a') = branch", "branch", "expected `=`, `!=`, `=~` or `!~` after `branch`", "=~"),
];

#[test]
fn every_usual_mistake_is_named_in_its_place() {
    let mut wrong = Vec::new();
    for (text, place, message, help) in MISTAKES {
        let problems = check(text, WhereUsed::Promotion);
        let given = |help: Option<&str>| help.unwrap_or_default().to_owned();
        let right = matches!(problems.as_slice(), [problem]
            if problem.span.slice(text) == *place
                && problem.message.starts_with(message)
                && given(problem.help.as_deref()).contains(help)
                && (!help.is_empty() || problem.help.is_none()));
        if !right {
            wrong.push(format!("{text}: {problems:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_open_parenthesis_is_shown_where_something_else_ends_the_condition() {
    let text = "(branch = 'a' tag = 'b')";
    let problems = check(text, WhereUsed::Promotion);
    assert_eq!(problems[0].span.slice(text), "tag");
    assert_eq!(problems[0].notes[0].span.slice(text), "(");
}

#[test]
fn all_problems_of_a_readable_condition_are_found_in_the_order_of_the_text() {
    let text =
        "result = 'x' and tag =~ '(' and foo() and change_in(5, {on_tags: 1}) and tag =~ ')'";
    let found: Vec<(&str, &str)> = check(text, WhereUsed::Pipeline)
        .iter()
        .map(|problem| (problem.rule, problem.span.slice(text)))
        .collect();
    assert_eq!(
        found,
        [
            ("condition-keyword", "result"),
            ("condition-crash", "'('"),
            ("condition-function", "foo"),
            ("condition-function", "5"),
            ("condition-function", "1"),
            ("condition-crash", "')'"),
        ]
    );
}
