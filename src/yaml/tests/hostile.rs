//! Texts that mean harm: depth, bombs, noise. Nothing panics, and nothing takes long.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::super::*;
use super::{SNIPPETS, parse};

/// Everything that a tree says of itself holds.
fn assert_sound(tree: &Tree) {
    let text = tree.text();
    let sound = |span: crate::diagnostic::Span| {
        assert!(text.get(span.range()).is_some(), "{span:?} is no range of {text:?}");
    };
    let mut open = vec![(tree.root(), 0)];
    let mut seen = 0;
    while let Some((node, depth)) = open.pop() {
        seen += 1;
        assert!(depth <= MAX_DEPTH, "{text:?}");
        if seen > 20_000 {
            break;
        }
        for span in [node.span(), node.outer_span(), node.definition_span()] {
            sound(span);
        }
        if let Some(value) = node.as_str() {
            for at in 0..=value.len().min(20) {
                sound(node.span_within(at..value.len()));
                sound(node.span_within(0..at));
            }
        }
        let children =
            node.items().chain(node.entries().flat_map(|entry| [entry.key, entry.value]));
        open.extend(children.map(|child| {
            let inside = node.definition_span();
            let span = child.span();
            assert!(
                inside.start <= span.start && span.end <= inside.end,
                "{span:?} {inside:?} {text:?}"
            );
            (child, depth + 1)
        }));
    }
    for comment in tree.comments() {
        sound(comment.span);
        assert!(comment.span.slice(text).starts_with('#'));
    }
    for trap in tree.traps() {
        sound(trap.span);
        trap.notes.iter().for_each(|note| sound(note.span));
    }
}

fn try_parse(text: &str) {
    match Tree::parse(text) {
        Ok(tree) => assert_sound(&tree),
        Err(problem) => {
            assert!(text.get(problem.span.range()).is_some(), "{problem:?} of {text:?}");
        }
    }
}

#[test]
fn depth_is_refused_before_it_hurts() {
    let fine = MAX_DEPTH;
    assert!(Tree::parse("[".repeat(fine) + &"]".repeat(fine)).is_ok());
    assert!(Tree::parse("- ".repeat(fine) + "x").is_ok());
    for text in [
        "[".repeat(fine + 1) + &"]".repeat(fine + 1),
        "[".repeat(1_000_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "[? ".repeat(100_000),
        (0..500).map(|depth| " ".repeat(depth) + "a:\n").collect(),
        format!("{}{}{}", "- ".repeat(100), "[".repeat(100), "]".repeat(100)),
        format!(
            "a: &a {}1{}\nb: {}*a{}",
            "[".repeat(100),
            "]".repeat(100),
            "[".repeat(60),
            "]".repeat(60)
        ),
    ] {
        let problem = Tree::parse(text).unwrap_err();
        assert!(problem.message.contains("128 levels"), "{problem:?}");
    }
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let alias = vec![format!("*a{}", level - 1); 9].join(", ");
        text += &format!("a{level}: &a{level} [{alias}]\n");
    }
    let problem = Tree::parse(text).unwrap_err();
    assert!(problem.message.contains("more than 1000000 values"), "{problem:?}");
    let fine: String = "a: &a [1, 2, 3]\n".to_owned() + &"- *a\n".repeat(0);
    assert!(Tree::parse(fine).is_ok());
}

#[test]
fn aliases_share_what_they_stand_for() {
    let text = format!("a: &a [{}]\nb: [{}]\n", "x, ".repeat(900), "*a, ".repeat(900));
    let tree = parse(&text);
    assert!(tree.root().get("b").unwrap().items().all(|item| item.items().len() == 900));
}

/// Texts of a size, each of another sort of repetition.
fn repetitions(n: usize) -> Vec<String> {
    vec![
        "\"\\.\": \"\\.\"\n".repeat(n),
        "- @a\n".repeat(n),
        "a:\n\t- \"\\d\"\n\t- b\n".to_owned() + &"\t- c\n".repeat(n),
        "# c\n".repeat(n),
        "a: # c\n".repeat(n),
        format!("a:\n{}", "  # c\n".repeat(n)),
        format!("a: [{}", "b, ".repeat(n)),
        format!("[{}]", "a: b, ".repeat(n)),
        (0..n).map(|i| format!("- &a{i} [x]\n- *a{i}\n")).collect(),
        (0..n).map(|i| format!("k{i}: v\n")).collect::<String>(),
        "k: v\n".repeat(n),
        "? a\n".repeat(n),
        "- |\n  a\n\n".repeat(n),
        "- !!str a\n".repeat(n),
        "-\n".repeat(n),
        "---\n".repeat(n),
        format!("a: \"{}\"", "\\.".repeat(n)),
        format!("a: >\n{}", "  x\n".repeat(n)),
        format!("a: {}", "x\n  ".repeat(n)),
        format!("a: {}", " ".repeat(n * 10)),
        "\n".repeat(n * 10),
        "\\".repeat(n * 10),
    ]
}

/// No clock: what is quadratic takes minutes here instead of a second.
#[test]
fn long_texts_come_to_an_end() {
    for text in repetitions(20_000) {
        let _ = Tree::parse(text);
    }
}

#[test]
fn every_truncation_and_many_mutations_are_sound() {
    const PIECES: &[&str] = &[
        "", "\n", "\t", " ", "- ", ": ", ":", "? ", "[", "]", "{", "}", ",", "'", "\"", "\\",
        "\\.", "|", ">-", "|2+\n", "&a ", "*a", "!!str ", "!x ", "#", " # c", "---\n", "...\n",
        "%", "@", "`", "~", "\r\n", "é", "\u{FEFF}", "\0", "<<: ", "  ", "\u{85}", "\u{2028}",
        "\r",
    ];
    let mut random: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % (below as u64)).unwrap()
    };
    let start = Instant::now();
    for text in SNIPPETS {
        for (end, _) in text.char_indices() {
            try_parse(&text[..end]);
            try_parse(&text[end..]);
        }
    }
    while start.elapsed() < Duration::from_secs(1) {
        let mut text: Vec<char> = SNIPPETS[next(SNIPPETS.len())].chars().collect();
        for _ in 0..=next(4) {
            let from = next(text.len() + 1);
            let to = (from + [0, 0, 1, 3][next(4)]).min(text.len());
            text.splice(from..to, PIECES[next(PIECES.len())].chars());
        }
        try_parse(&text.into_iter().collect::<String>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        try_parse(&text);
    }

    #[test]
    fn yaml_like_noise_is_read_or_refused(text in "([-?:,\\[\\]{}#&*!|>'\"%@`\\\\ \t\n\r~ab01.<]|- |: |\n  ){0,60}") {
        try_parse(&text);
        if let Ok(tree) = Tree::parse(text) {
            let _: Result<IgnoredAny, _> = serde::Deserialize::deserialize(tree.root());
        }
    }
}

#[test]
fn a_block_scalar_after_an_end_mark_has_its_own_text() {
    for (text, expected) in [
        ("...\n|\n\u{feff}", "|\n\u{feff}"),
        ("...\n|\n  x\n", "|\n  x"),
        ("a: 1\n...\n# ...\n>-\n  x\n", ">-\n  x"),
    ] {
        let tree = Tree::parse(text).unwrap();
        assert_eq!(tree.root().span().slice(text), expected, "{text:?}");
    }
}
