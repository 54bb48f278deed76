//! Length and depth that a hostile file could have.

use super::{on_branch, read};

const MANY: usize = 20_000;

#[test]
fn a_long_chain_is_read_printed_checked_and_evaluated() {
    let text = vec!["branch = 'x'"; MANY].join(" and ");
    let chain = read(&text);
    assert_eq!(chain.to_string(), text);
    assert!(chain.check(super::WhereUsed::Pipeline).is_empty());
    assert!(on_branch(&text, "x").is_ok_and(|result| result));
}

#[test]
fn deep_parentheses_have_no_limit() {
    let text = format!("{}true{}", "(".repeat(MANY), ")".repeat(MANY));
    assert_eq!(read(&text).to_string(), text);
    assert!(on_branch(&text, "x").is_ok_and(|result| result));
    assert!(super::parse(&"(".repeat(MANY)).is_err());
}

#[test]
fn deep_lists_and_maps_have_no_limit() {
    let text = format!("{}1{}", "[{a: ".repeat(MANY), "}]".repeat(MANY));
    assert_eq!(read(&text).to_string(), text);
    assert!(on_branch(&text, "x").is_ok_and(|result| result));
}

#[test]
fn calls_compared_with_calls_have_no_limit() {
    let text = format!("{}true", "change_in('/a') = ".repeat(MANY));
    assert_eq!(read(&text).to_string(), text);
    // An even number of calls that are false: false = (false = true) is true.
    assert!(on_branch(&text, "x").is_ok_and(|result| result));
}
