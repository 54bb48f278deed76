//! The parser against the grammar itself: every sequence of tokens up to a length, judged by a
//! table of productions.

use std::collections::{BTreeMap, BTreeSet};

use super::super::parse;
use super::read;

/// One token of each kind; where the letter case or the operator matters to the lexer only, one
/// of them stands for all.
const TOKENS: [(char, &str); 14] = [
    ('k', "branch"),
    ('s', "'x'"),
    ('v', "true"),
    ('f', "change_in"),
    ('o', "="),
    ('b', "and"),
    ('(', "("),
    (')', ")"),
    ('[', "["),
    (']', "]"),
    ('{', "{"),
    ('}', "}"),
    (',', ","),
    ('m', "a:"),
];

/// The platform's grammar: capital letters stand for what has productions of its own.
const GRAMMAR: [(char, &str); 23] = [
    ('E', "EbT"),
    ('E', "T"),
    ('T', "(E)"),
    ('T', "kos"),
    ('T', "sok"),
    ('T', "sos"),
    ('T', "V"),
    ('T', "F"),
    ('T', "FoT"),
    ('V', "s"),
    ('V', "v"),
    ('V', "L"),
    ('V', "M"),
    ('L', "[]"),
    ('L', "[P]"),
    ('M', "{}"),
    ('M', "{K}"),
    ('F', "f()"),
    ('F', "f(P)"),
    ('P', "V"),
    ('P', "V,P"),
    ('K', "mV"),
    ('K', "mV,K"),
];

/// Every sequence of up to `length` tokens that the grammar derives from each symbol.
fn sentences(length: usize) -> BTreeMap<char, BTreeSet<String>> {
    let mut known: BTreeMap<char, BTreeSet<String>> = BTreeMap::new();
    loop {
        let before: usize = known.values().map(BTreeSet::len).sum();
        for (symbol, production) in GRAMMAR {
            let mut partial = vec![String::new()];
            for part in production.chars() {
                let fill = known.get(&part).cloned().unwrap_or_default();
                partial = partial
                    .iter()
                    .flat_map(|head| {
                        let tails: Vec<String> = if part.is_ascii_uppercase() {
                            fill.iter().cloned().collect()
                        } else {
                            vec![part.to_string()]
                        };
                        tails.into_iter().map(move |tail| format!("{head}{tail}"))
                    })
                    .filter(|tokens| tokens.len() <= length)
                    .collect();
            }
            known.entry(symbol).or_default().extend(partial);
        }
        if known.values().map(BTreeSet::len).sum::<usize>() == before {
            return known;
        }
    }
}

fn spelled(tokens: &str) -> String {
    let text =
        |token: char| TOKENS.iter().find(|(kind, _)| *kind == token).map_or("", |(_, text)| text);
    tokens.chars().map(text).collect::<Vec<_>>().join(" ")
}

/// Compares the parser with the grammar on every sequence of these tokens.
fn compare(alphabet: &str, length: usize) {
    let conditions = sentences(length).remove(&'E').unwrap_or_default();
    let of_alphabet = |tokens: &&String| tokens.chars().all(|token| alphabet.contains(token));
    let expected = conditions.iter().filter(of_alphabet).count();
    let mut found = 0;
    let mut sequences = vec![String::new()];
    for _ in 0..length {
        sequences = sequences
            .iter()
            .flat_map(|before| alphabet.chars().map(move |token| format!("{before}{token}")))
            .collect();
        for tokens in &sequences {
            let text = spelled(tokens);
            assert_eq!(parse(&text).is_ok(), conditions.contains(tokens), "{text}");
            found += usize::from(conditions.contains(tokens));
        }
    }
    assert!(found == expected && found > 10, "{found} of {expected}");
}

#[test]
fn every_sequence_of_up_to_four_tokens_is_judged_as_the_grammar_does() {
    compare("ksvfob()[]{},m", 4);
}

#[test]
fn longer_conditions_are_judged_as_the_grammar_does() {
    compare("ksob()", 6);
}

#[test]
fn longer_calls_are_judged_as_the_grammar_does() {
    compare("f()s,o", 6);
}

#[test]
fn longer_values_are_judged_as_the_grammar_does() {
    compare("[]v,{}m", 5);
}

/// Longer ones cannot all be tried: those that the grammar derives, each also with one token
/// missing and with two changed places.
#[test]
fn every_condition_of_up_to_seven_tokens_is_read_and_its_neighbours_are_judged_alike() {
    let conditions = sentences(7).remove(&'E').unwrap_or_default();
    for tokens in conditions.iter().step_by(7) {
        assert!(parse(&spelled(tokens)).is_ok(), "{tokens}");
        for at in 0..tokens.len() {
            let mut shorter = tokens.clone();
            shorter.remove(at);
            let mut swapped: Vec<char> = tokens.chars().collect();
            swapped.swap(at, (at + 1) % tokens.len());
            for neighbour in [shorter, swapped.into_iter().collect()] {
                let text = spelled(&neighbour);
                assert_eq!(parse(&text).is_ok(), conditions.contains(&neighbour), "{text}");
            }
        }
    }
}

#[test]
fn every_keyword_and_operator_is_known_in_lower_and_in_upper_case_only() {
    for keyword in ["branch", "tag", "pull_request", "result", "result_reason"] {
        for operator in ["=", "!=", "=~", "!~"] {
            for text in [
                format!("{keyword} {operator} 'x'"),
                format!("{}{operator}'x'", keyword.to_uppercase()),
                format!("'x'{operator}{keyword}"),
            ] {
                assert_eq!(read(&text).to_string(), read(&text.to_lowercase()).to_string());
            }
            let mixed = format!("{}{} {operator} 'x'", keyword[..1].to_uppercase(), &keyword[1..]);
            assert!(parse(&mixed).is_err(), "{mixed}");
        }
    }
    for word in ["and", "AND", "or", "OR"] {
        assert!(parse(&format!("true {word} false")).is_ok());
    }
    for word in ["And", "aND", "Or", "oR", "xor", "not"] {
        assert!(parse(&format!("true {word} false")).is_err());
    }
    assert_eq!(read("TRUE or FALSE").to_string(), "true or false");
    assert!(parse("True").is_err() && parse("fALSE").is_err());
}

#[test]
fn and_and_or_have_the_same_precedence_and_associate_to_the_left() {
    // Each chain of three operators over all values, against a fold from the left.
    for operators in 0..8 {
        for values in 0..16 {
            let bit = |number: i32, at: i32| number >> at & 1 == 1;
            let mut text = bit(values, 0).to_string();
            let mut expected = bit(values, 0);
            for at in 0..3 {
                let (or, value) = (bit(operators, at), bit(values, at + 1));
                text += &format!(" {} {value}", if or { "or" } else { "and" });
                expected = if or { expected || value } else { expected && value };
            }
            assert_eq!(super::on_branch(&text, "x").ok(), Some(expected), "{text}");
        }
    }
}

#[test]
fn tokens_are_the_longest_that_fit() {
    for (text, expected) in [
        ("branch='x'and tag='y'or true", Some("branch = 'x' and tag = 'y' or true")),
        ("branch\n=\r\n'x'\tand true", Some("branch = 'x' and true")),
        ("branch=~'x'", Some("branch =~ 'x'")),
        ("{branch: 1, and: 2, true: 3, a-b_9: 4}", Some("{branch: 1, and: 2, true: 3, a-b_9: 4}")),
        ("{a:1,a:2}", Some("{a: 1, a: 2}")),
        ("change_in('a')", Some("change_in('a')")),
        ("branches = 'x'", None),
        ("branch-x = 'x'", None),
        ("tag_ = 'x'", None),
        ("android", None),
        ("{a : 1}", None),
        ("a: 1", None),
        ("branch\u{b}= 'x'", None),
        ("branch\u{a0}= 'x'", None),
        ("01", None),
        ("1 2", None),
        ("1-2", None),
        ("-", None),
        ("1.", None),
        ("1.2.3", None),
        (".5", None),
        ("0.5", None),
        ("-0.5", None),
        ("+1", None),
        ("1e3", None),
        ("-0", Some("-0")),
        ("-12.50", Some("-12.50")),
        ("123456789012345678901234567890", Some("123456789012345678901234567890")),
        ("''", None),
        ("'a", None),
        ("'it''s'", None),
        ("'\n\"é'", Some("'\n\"é'")),
    ] {
        assert_eq!(parse(text).ok().map(|read| read.to_string()).as_deref(), expected, "{text}");
    }
}
