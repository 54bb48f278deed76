//! What holds for every condition, and for every text.

use proptest::prelude::*;

use super::super::{
    Expression, Inputs, Kind, NodeId, WhereUsed, check, findings, parameters, parse, substitute,
};
use crate::diagnostic::Origin;

fn operator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["=", "!=", "=~", "!~"])
}

fn keyword() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["branch", "TAG", "pull_request", "result", "RESULT_REASON"])
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["'true'", "'false'", "'master'", "'^v1\\.'", "'('", "'.*'"])
            .prop_map(str::to_owned),
        "'[^']{1,6}'",
    ]
}

fn value() -> impl Strategy<Value = String> {
    let literal = prop_oneof![string(), "true|FALSE|-?[1-9][0-9]{0,3}(\\.[0-9]{1,2})?|0"];
    literal.prop_recursive(3, 12, 4, |value| {
        prop_oneof![
            prop::collection::vec(value.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec(("[a-z][a-z0-9_-]{0,5}", value), 0..4).prop_map(|entries| {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

fn condition() -> impl Strategy<Value = String> {
    let call = prop::collection::vec(value(), 0..3)
        .prop_map(|arguments| format!("change_in({})", arguments.join(", ")))
        .boxed();
    let term = prop_oneof![
        (keyword(), operator(), string()).prop_map(|(a, b, c)| format!("{a} {b} {c}")),
        (string(), operator(), keyword()).prop_map(|(a, b, c)| format!("{a}{b}{c}")),
        (string(), operator(), string()).prop_map(|(a, b, c)| format!("{a} {b}\n{c}")),
        value(),
        call.clone(),
    ];
    term.prop_recursive(4, 24, 3, move |term| {
        prop_oneof![
            (term.clone(), prop::sample::select(vec!["and", "AND", "or", "OR"]), term.clone())
                .prop_map(|(a, b, c)| format!("({a} {b} {c})")),
            (call.clone(), operator(), term.clone()).prop_map(|(a, b, c)| format!("{a} {b} {c}")),
            (term.clone(), term).prop_map(|(a, b)| format!("({a} or {b} and ({a}))")),
        ]
    })
}

fn evaluate(expression: &Expression, place: WhereUsed, branch: &str) {
    let inputs = Inputs { branch: branch.to_owned(), ..Inputs::default() };
    if let Ok(evaluation) = expression.evaluate(place, &inputs, &|_: &_| Ok(true)) {
        for (id, _) in expression.nodes() {
            let _ = evaluation.value(id).truth();
        }
    }
}

/// Reading the text of a node alone gives the node.
fn span_is_text(expression: &Expression, id: NodeId) {
    let source = expression.source(id);
    match expression.kind(id) {
        Kind::Keyword(keyword) => assert_eq!(source.to_lowercase(), keyword.as_str()),
        _ => {
            let alone = parse(source).unwrap_or_else(|problem| panic!("{source}: {problem:?}"));
            let start = expression.span(id).start;
            let subtree = expression.nodes().rev().skip(expression.root().index() - id.index());
            for ((_, a), (_, b)) in alone.nodes().rev().zip(subtree) {
                assert_eq!(a.span.start + start, b.span.start, "{source}");
                assert_eq!(a.span.end + start, b.span.end, "{source}");
                assert_eq!(std::mem::discriminant(&a.kind), std::mem::discriminant(&b.kind));
            }
        }
    }
    match expression.kind(id) {
        Kind::Map(entries) => {
            for entry in entries {
                assert_eq!(entry.key_span.slice(expression.text()), entry.key);
            }
        }
        Kind::Logic { operator, operator_span, .. } => {
            let text = operator_span.slice(expression.text());
            assert_eq!(text.to_lowercase(), operator.as_str());
        }
        Kind::Comparison { operator, operator_span, .. } => {
            assert_eq!(operator_span.slice(expression.text()), operator.as_str());
        }
        Kind::Call { name, name_span, .. } => {
            assert_eq!(name_span.slice(expression.text()), name);
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(text in condition()) {
        let expression = super::read(&text);
        let printed = expression.to_string();
        let again = super::read(&printed);
        prop_assert_eq!(&again, &expression);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn the_span_of_every_node_is_its_text(text in condition()) {
        let expression = super::read(&text);
        for (id, _) in expression.nodes() {
            span_is_text(&expression, id);
        }
    }

    #[test]
    fn a_condition_without_platform_findings_evaluates_with_empty_inputs(text in condition()) {
        let refused = findings(&text, WhereUsed::Promotion)
            .iter()
            .any(|finding| finding.origin == Origin::Platform);
        let dry = super::read(&text).evaluate(
            WhereUsed::Promotion,
            &Inputs::default(),
            &|_: &_| Ok(false),
        );
        match dry {
            Ok(_) => prop_assert!(!refused),
            Err(error) if error.on_platform => prop_assert!(refused),
            Err(_) => {}
        }
    }

    #[test]
    fn no_text_makes_anything_panic(text in ".{0,40}", branch in ".{0,8}") {
        for place in [WhereUsed::Pipeline, WhereUsed::Promotion] {
            for problem in check(&text, place) {
                prop_assert!(text.get(problem.span.range()).is_some(), "{:?}", problem);
            }
            if let Ok(expression) = parse(&text) {
                evaluate(&expression, place, &branch);
            }
        }
        let _ = parameters(&text);
        let _ = substitute(&text, |_| Some(branch.clone()));
    }

    #[test]
    fn no_noise_in_a_condition_makes_anything_panic(
        text in condition(),
        noise in "[ '\"=!~()\\[\\]{},:&|+.0-9a-zé\\n-]{1,3}",
        at in any::<prop::sample::Index>(),
        remove in 0usize..3,
        branch in ".{0,8}",
    ) {
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len() + 1);
        let end = (at + remove).min(chars.len());
        chars.splice(at..end, noise.chars());
        let text: String = chars.into_iter().collect();
        for problem in check(&text, WhereUsed::Pipeline) {
            prop_assert!(text.get(problem.span.range()).is_some(), "{:?}", problem);
            prop_assert!(text.is_empty() || !problem.span.range().is_empty(), "{:?}", problem);
        }
        if let Ok(expression) = parse(&text) {
            prop_assert_eq!(&super::read(&expression.to_string()), &expression);
            evaluate(&expression, WhereUsed::Promotion, &branch);
        }
    }

    #[test]
    fn no_regular_expression_makes_anything_panic(
        regex in "([a-c.*+?|()\\[\\]{}^$\\\\]|\\(\\?[<=!:>PiRsx#(]|\\\\[a-zA-Z0-9]|[0-9,é-]){0,12}",
        branch in "[a-cé\\n]{0,6}",
    ) {
        let text = format!("branch =~ '{}' or 'ab' !~ branch", regex.replace('\'', "a") + "x");
        evaluate(&super::read(&text), WhereUsed::Pipeline, &branch);
        let _ = check(&text, WhereUsed::Pipeline);
    }
}
