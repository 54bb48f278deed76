//! What conditions come to: each operator, each pair of types, and the quirks.

use super::super::{ChangeIn, Inputs, Kind, PipelineFile, Value, WhereUsed, findings, parse};
use super::{evaluate, on_branch, read};
use crate::diagnostic::Origin;

#[test]
fn comparisons_with_inputs() {
    for (text, branch, expected) in [
        ("branch = 'master'", "master", true),
        ("branch = 'master'", "main", false),
        ("branch != 'master'", "main", true),
        ("'master' = branch", "master", true),
        ("BRANCH = 'master'", "master", true),
        ("branch =~ 'as'", "master", true),
        ("branch =~ '^as'", "master", false),
        ("branch !~ '^as'", "master", true),
        ("'master' =~ branch", "^mas", true),
        ("tag = 'x'", "master", false),
        ("tag != 'x'", "master", true),
        ("'a' = 'a'", "x", true),
        ("'a' = 'b'", "x", false),
        ("'abc' =~ 'b'", "x", true),
        ("'abc' !~ 'b'", "x", false),
    ] {
        assert_eq!(on_branch(text, branch).ok(), Some(expected), "{text} on {branch}");
    }
}

#[test]
fn an_empty_value_never_matches_and_its_pattern_is_not_looked_at() {
    for pattern in [".*", "^$", "", "("] {
        let text = |operator: &str| match pattern {
            "" => format!("tag {operator} branch"),
            pattern => format!("tag {operator} '{pattern}'"),
        };
        if pattern.is_empty() {
            assert!(parse(&text("=~")).is_err());
            continue;
        }
        assert_eq!(on_branch(&text("=~"), "x").ok(), Some(false));
        assert_eq!(on_branch(&text("!~"), "x").ok(), Some(true));
    }
}

#[test]
fn the_strings_true_and_false_are_booleans_but_the_values_of_inputs_are_not() {
    for (text, expected) in [
        ("'true'", true),
        ("'false'", false),
        ("'FALSE'", true),
        ("'true' = 'true'", true),
        ("'true' = 'false'", false),
        ("branch = 'true'", false),
        ("branch != 'true'", true),
        ("'true' = branch", false),
        ("branch =~ 'true'", true),
        ("branch =~ '^true$'", true),
        ("change_in('/a') = 'true'", true),
        ("change_in('/a') = true", true),
        ("change_in('/a') != 'false'", true),
        ("['false']", true),
    ] {
        let inputs = Inputs { branch: "true".to_owned(), ..Inputs::default() };
        assert_eq!(evaluate(text, &inputs, true).ok(), Some(expected), "{text}");
    }
    for text in
        ["'true' =~ branch", "'false' !~ 'a'", "change_in('/a') =~ 'true'", "change_in('/a') !~ 5"]
    {
        assert!(on_branch(text, "true").is_err_and(|error| error.on_platform), "{text}");
        assert_eq!(
            findings(text, WhereUsed::Promotion)[0].problem.rule,
            "condition-regex",
            "{text}"
        );
    }
}

#[test]
fn truth_of_what_is_no_boolean() {
    for (text, expected) in [
        ("true", true),
        ("FALSE", false),
        ("0", true),
        ("-0", true),
        ("5", true),
        ("-5", false),
        ("99999999999999999999999999", true),
        ("-99999999999999999999999999", false),
        ("1.0", true),
        ("-1.0", false),
        ("'x'", true),
        ("'0'", true),
        ("[]", false),
        ("[false]", true),
        ("[[]]", true),
        ("{}", false),
        ("{a: false}", true),
        ("[] or {}", false),
        ("5 and 'x' and [1]", true),
        ("(-5)", false),
        ("('false')", false),
    ] {
        assert_eq!(on_branch(text, "x").ok(), Some(expected), "{text}");
    }
}

#[test]
fn every_pair_of_types_beside_every_operator() {
    let values = [
        "branch",
        "'x'",
        "'true'",
        "true",
        "5",
        "-1.5",
        "[1]",
        "{a: 1}",
        "change_in('/a')",
        "(true)",
    ];
    for operator in ["=", "!=", "=~", "!~"] {
        for left in values {
            for right in values {
                let text = format!("{left} {operator} {right}");
                let string = |value: &str| value.starts_with('\'');
                let call = left == "change_in('/a')";
                let readable = (left == "branch" && string(right))
                    || (string(left) && (string(right) || right == "branch"))
                    || (call && right != "branch");
                assert_eq!(parse(&text).is_ok(), readable, "{text}");
                if !readable {
                    continue;
                }
                // `branch` is x, and `change_in` true.
                let boolean =
                    |value: &str| matches!(value, "'true'" | "true" | "(true)" | "change_in('/a')");
                let equal = match (left, right) {
                    ("branch" | "'x'", "branch" | "'x'") => true,
                    (left, right) => boolean(left) && boolean(right),
                };
                let expected = match operator {
                    "=" => Some(equal),
                    "!=" => Some(!equal),
                    _ if boolean(left) => None,
                    "=~" => Some(right != "'true'"),
                    _ => Some(right == "'true'"),
                };
                let inputs = Inputs { branch: "x".to_owned(), ..Inputs::default() };
                assert_eq!(evaluate(&text, &inputs, true).ok(), expected, "{text}");
            }
        }
    }
}

#[test]
fn an_operator_after_a_call_takes_the_rest_up_to_and() {
    assert_eq!(on_branch("change_in('/a') = 'a' = 'b'", "x").ok(), Some(true));
    assert_eq!(on_branch("change_in('/a') = false and false", "x").ok(), Some(false));
    assert_eq!(on_branch("change_in('/a') = (false or false)", "x").ok(), Some(true));
    assert_eq!(on_branch("change_in('/a') = branch = 'x'", "x").ok(), Some(false));
}

#[test]
fn results_are_known_inside_promotions_only() {
    for keyword in ["result", "RESULT", "result_reason"] {
        let text = format!("true or {keyword} = 'passed'");
        let found = findings(&text, WhereUsed::Pipeline);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].origin, Origin::Platform);
        assert_eq!(found[0].problem.rule, "condition-keyword");
        assert_eq!(found[0].problem.span.slice(&text), keyword);
        let evaluated =
            read(&text).evaluate(WhereUsed::Pipeline, &Inputs::default(), &|_: &_| Ok(true));
        assert!(evaluated.is_err_and(|error| error.on_platform));
        assert!(findings(&text, WhereUsed::Promotion).is_empty());
    }
    let inputs =
        Inputs { result: "passed".into(), result_reason: "test".into(), ..Inputs::default() };
    assert_eq!(
        evaluate("result = 'passed' and result_reason = 'test'", &inputs, false).ok(),
        Some(true)
    );
}

#[test]
fn a_regular_expression_that_does_not_compile_is_found_and_when() {
    for (text, origin) in [
        ("'a' =~ '('", Origin::Platform),
        ("true or 'a' !~ '('", Origin::Platform),
        ("branch =~ '('", Origin::Workflow),
        ("false and tag !~ '('", Origin::Workflow),
    ] {
        let found = findings(text, WhereUsed::Pipeline);
        assert_eq!(found.len(), 1, "{text}");
        let rule = if origin == Origin::Platform { "condition-regex" } else { "condition-crash" };
        assert_eq!((found[0].origin, found[0].problem.rule), (origin, rule), "{text}");
        assert_eq!(found[0].problem.span.slice(text), "'('", "{text}");
    }
    let error = on_branch("branch =~ '('", "x").unwrap_err();
    assert!(error.on_platform && error.problem.message.contains("never closed"), "{error}");
}

#[test]
fn a_regular_expression_that_runs_away_is_stopped() {
    let text = "branch =~ '^c(a|aa)+\\1b'";
    let branch = format!("c{}cb", "a".repeat(60));
    let error = on_branch(text, &branch).unwrap_err();
    assert!(!error.on_platform && error.problem.message.contains("too long"), "{error}");
    assert!(findings(text, WhereUsed::Pipeline).is_empty());
}

#[test]
fn every_node_has_a_value() {
    let expression = read("(branch = 'x' or 'true') and change_in('/a', {on_tags: 'true'}) = 5");
    let inputs = Inputs { branch: "x".to_owned(), ..Inputs::default() };
    let evaluation =
        expression.evaluate(WhereUsed::Pipeline, &inputs, &|_: &ChangeIn| Ok(true)).unwrap_err();
    assert_eq!(evaluation.problem.rule, "condition-function");

    let expression = read("(branch = 'x' or 'true') and change_in('/a', {x: 'true'}) = 5");
    let evaluation =
        expression.evaluate(WhereUsed::Pipeline, &inputs, &|_: &ChangeIn| Ok(true)).unwrap();
    let values: Vec<String> = expression
        .nodes()
        .map(|(id, _)| format!("{} is {}", expression.source(id), evaluation.value(id)))
        .collect();
    assert_eq!(
        values,
        [
            "branch is 'x'",
            "'x' is 'x'",
            "branch = 'x' is true",
            "'true' is true",
            "branch = 'x' or 'true' is true",
            "(branch = 'x' or 'true') is true",
            "'/a' is '/a'",
            "'true' is 'true'",
            "{x: 'true'} is a map of 1",
            "change_in('/a', {x: 'true'}) is true",
            "5 is 5",
            "change_in('/a', {x: 'true'}) = 5 is false",
            "(branch = 'x' or 'true') and change_in('/a', {x: 'true'}) = 5 is false",
        ]
    );
    assert!(!evaluation.result());
    assert_eq!(*evaluation.value(expression.root()), Value::Boolean(false));
    assert!(matches!(expression.kind(expression.root()), Kind::Logic { .. }));
}

#[test]
fn change_in_is_asked_once_for_each_call_and_never_on_a_tag() {
    let text =
        "change_in('/a') and change_in(['b', '/c'], {on_tags: false, pipeline_file: 'ignore'})";
    let asked = std::cell::RefCell::new(Vec::new());
    let changes = |call: &ChangeIn| {
        asked.borrow_mut().push(call.clone());
        Ok(true)
    };
    let branch = Inputs { branch: "x".to_owned(), ..Inputs::default() };
    let evaluation = read(text).evaluate(WhereUsed::Pipeline, &branch, &changes).unwrap();
    assert!(evaluation.result());
    let mut second = ChangeIn::new(vec!["b".to_owned(), "/c".to_owned()], WhereUsed::Pipeline);
    second.on_tags = false;
    second.pipeline_file = PipelineFile::Ignore;
    assert_eq!(asked.take(), [ChangeIn::new(vec!["/a".to_owned()], WhereUsed::Pipeline), second]);

    let tag = Inputs { tag: "v1".to_owned(), ..Inputs::default() };
    let never = |_: &ChangeIn| Err("not on a tag".to_owned());
    for (text, expected) in
        [("change_in('/a')", true), ("change_in('/a', {on_tags: false})", false)]
    {
        let evaluation = read(text).evaluate(WhereUsed::Pipeline, &tag, &never).unwrap();
        assert_eq!(evaluation.result(), expected, "{text}");
    }
    let unknown = read("true or change_in('/a')").evaluate(WhereUsed::Pipeline, &branch, &never);
    let error = unknown.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.on_platform), ("not on a tag", false));
}
