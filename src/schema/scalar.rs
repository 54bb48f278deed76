//! Strings and numbers.

use super::bounds::{Bounds, Number};
use super::form::{Form, Text};
use super::help;
use super::place::{Names, Place};
use super::walk::Walk;
use crate::diagnostic::Problem;
use crate::yaml::{Node, Value, emit};

/// Holds a string against the alternatives of a form.
pub(super) fn text(
    walk: &mut Walk<'_>,
    form: &Form,
    text: &str,
    node: Node<'_>,
    place: &Place<'_>,
) {
    if form.texts.iter().any(|alternative| accepts(alternative, text)) {
        return;
    }
    let span = place.value_token(node);
    let names: Vec<&str> =
        form.texts.iter().flat_map(|text| &text.names).map(String::as_str).collect();
    let free = form.texts.iter().find(|text| text.names.is_empty());
    walk.report(match free {
        None => {
            let message = format!("{place} cannot be \"{text}\"");
            let problem = Problem::new("unknown-value", span, message);
            match help::nearest(text, &names) {
                Some(name) => {
                    problem.help(format!("did you mean \"{name}\"?")).instead(emit::scalar(name))
                }
                None => problem.help(format!("write {}", Names(&names, "or"))),
            }
        }
        Some(free) => {
            let length = text.chars().count();
            let (least, most) = (free.length.least, free.length.most);
            if length == 0 && least > 0 {
                Problem::new("empty-value", span, format!("{place} is empty")).help(
                    match place.is_required() {
                        true => "write at least one character",
                        false => "write at least one character, or remove the key",
                    },
                )
            } else if length < least {
                let message =
                    format!("{place} has {length} characters, but needs at least {least}");
                Problem::new("out-of-range", span, message)
            } else if length > most {
                let message =
                    format!("{place} has {length} characters, but may have at most {most}");
                Problem::new("out-of-range", span, message)
            } else {
                let problem =
                    Problem::new("pattern-mismatch", span, format!("{place} cannot be \"{text}\""));
                match &free.pattern {
                    Some(pattern) => problem.help(format!("it must match `{}`", pattern.source)),
                    None => problem,
                }
            }
        }
    });
}

fn accepts(alternative: &Text, text: &str) -> bool {
    if !alternative.names.is_empty() {
        return alternative.names.iter().any(|name| name == text);
    }
    let (least, most) = (alternative.length.least, alternative.length.most);
    // A string has no fewer bytes than characters: most need no counting.
    let long_enough =
        least == 0 || (least == 1 && !text.is_empty()) || text.chars().count() >= least;
    long_enough
        && (text.len() <= most || text.chars().count() <= most)
        && alternative.pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
}

/// Holds a number against the alternatives of a form.
pub(super) fn number(walk: &mut Walk<'_>, form: &Form, node: Node<'_>, place: &Place<'_>) {
    let (number, bounds): (_, Vec<&Bounds>) = match node.value() {
        Value::Int(int) => (Number::Int(int), form.integers.iter().chain(&form.numbers).collect()),
        Value::Float(float) => (Number::Float(float), form.numbers.iter().collect()),
        _ => return,
    };
    if bounds.iter().any(|bounds| bounds.contain(number)) {
        return;
    }
    let allowed: Vec<String> = bounds.iter().map(ToString::to_string).collect();
    let message = format!("{place} is {number}, but must be {}", allowed.join(" or "));
    walk.report(Problem::new("out-of-range", place.value_token(node), message));
}

/// What may stand in a place: `a string or a boolean`, `"jobs" or "block"`.
pub(super) fn expected(form: &Form) -> String {
    let mut sorts = Vec::new();
    if !form.texts.is_empty() {
        let names: Vec<&String> = form.texts.iter().flat_map(|text| &text.names).collect();
        let named_only = form.texts.iter().all(|text| !text.names.is_empty());
        sorts.push(match named_only && names.len() < 6 {
            true => Names(&names, "or").to_string(),
            false => "a string".into(),
        });
    }
    let sort = |there: bool, name: &str| there.then(|| name.to_owned());
    sorts.extend(sort(!form.numbers.is_empty(), "a number"));
    sorts.extend(sort(!form.integers.is_empty() && form.numbers.is_empty(), "an integer"));
    sorts.extend(sort(form.boolean, "true or false"));
    sorts.extend(sort(!form.lists.is_empty(), "a list"));
    sorts.extend(sort(!form.maps.is_empty(), "a map"));
    sorts.extend(sort(form.null, "null"));
    match sorts.split_last() {
        None => "absent".into(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
    }
}
