//! What to do about a problem: the name that was meant, the place where a key belongs, the value
//! as it should be written.

use std::collections::HashSet;

use super::Shape;
use super::form::{Form, FormId, Key, MapForm, Need};
use super::homes;
use super::place::{Names, Place, Step, name};
use crate::yaml::{Kind, Node, Style, Value, emit, resolve_plain};

/// A key that its map does not know.
pub(super) struct Unknown<'a, 'w> {
    pub text: &'a str,
    /// The keys of the map that it stands in.
    pub there: &'a HashSet<&'a str>,
    /// What that map may be.
    pub maps: &'w [MapForm],
    pub value: Node<'a>,
    pub place: &'a Place<'a>,
}

/// What to do about an unknown key, and the key that was probably meant.
pub(super) fn for_unknown_key<'w>(
    shape: &Shape,
    unknown: &Unknown<'_, 'w>,
) -> (Option<String>, Option<&'w Key>) {
    let Unknown { text, there, maps, value, place } = *unknown;
    if text == "<<" {
        return (Some("the platform merges nothing: write the entries themselves".into()), None);
    }
    let keys = || maps.iter().flat_map(|map| &map.keys);
    let mut present: Vec<&str> = Vec::new();
    let mut absent: Vec<&str> = Vec::new();
    for key in keys() {
        let names = if there.contains(key.name.as_str()) { &mut present } else { &mut absent };
        if !names.contains(&key.name.as_str()) {
            names.push(&key.name);
        }
    }
    if let Some(meant) = nearest(text, &absent) {
        let key = keys().find(|key| key.name == meant);
        return (Some(format!("did you mean \"{meant}\"?")), key);
    }
    if let Some(meant) = nearest(text, &present) {
        return (Some(format!("did you mean \"{meant}\", which stands here already?")), None);
    }
    if let Some(homes) = homes::of(shape, text, maps, place) {
        return (Some(format!("\"{text}\" belongs to {homes}")), None);
    }
    if there.len() == 1
        && let Some(pair) = maps
            .first()
            .filter(|map| maps.len() == 1 && map.keys.len() == 2)
            .and_then(|map| pair(map, text, value))
    {
        return (Some(format!("write `{pair}`")), None);
    }
    let help = match absent.as_slice() {
        [] => None,
        absent => Some(format!("allowed here: {}", Names(absent, "and"))),
    };
    (help, None)
}

/// The candidate that `text` most probably was meant to be.
pub(super) fn nearest<'c>(text: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let normal = |text: &str| text.trim().to_lowercase().replace(['-', ' '], "_");
    let text = normal(text);
    let length = text.chars().count();
    let most = (length / 3).clamp(usize::from(length > 2), 3);
    candidates
        .iter()
        // Texts of very different lengths are far apart, and dear to compare.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= most)
        .map(|candidate| (strsim::damerau_levenshtein(&text, &normal(candidate)), *candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How the value should have been written, in words; and the value itself, where there is only one
/// way.
pub(super) fn for_wrong_type(
    shape: &Shape,
    form: &Form,
    node: Node<'_>,
    place: &Place<'_>,
) -> Option<(String, Option<String>)> {
    let in_words = |help: String| (help, None);
    match node.value() {
        Value::Null if node.is_absent() => Some(in_words(match place.step {
            Step::Key(_) => "write a value, or remove the key".into(),
            Step::Item(_) => "write a value, or remove the dash".into(),
            Step::Root => "write something".into(),
        })),
        #[allow(clippy::cast_possible_truncation)]
        Value::Float(float)
            if !form.integers.is_empty() && float.fract() == 0.0 && float.abs() < 1e15 =>
        {
            Some((format!("write `{}`", float as i64), Some((float as i64).to_string())))
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_)
            if !form.texts.is_empty() =>
        {
            Some(as_string(form, node, place))
        }
        Value::Str(text) => unquoted(form, text).or_else(|| {
            lines(shape, form, text).or_else(|| wrapping(shape, form, node, place)).map(in_words)
        }),
        Value::Map if !form.texts.is_empty() => Some(map_as_string(node)),
        Value::Map => {
            pairs(shape, form, node).or_else(|| wrapping(shape, form, node, place)).map(in_words)
        }
        Value::Seq if !form.texts.is_empty() && form.maps.is_empty() => joined(node).map(in_words),
        _ => wrapping(shape, form, node, place).map(in_words),
    }
}

/// A number, boolean or null where a string is wanted.
fn as_string(form: &Form, node: Node<'_>, place: &Place<'_>) -> (String, Option<String>) {
    let names: Vec<&String> = form.texts.iter().flat_map(|text| &text.names).collect();
    if !names.is_empty() {
        return (format!("write {}", Names(&names, "or")), None);
    }
    let spelled = node.definition_span().slice(node.tree().text());
    let (words, instead) = match form.examples.iter().find(|example| example.contains(spelled)) {
        Some(example) => ("write", emit::scalar(example)),
        None => ("write it in quotes:", format!("\"{spelled}\"")),
    };
    let help = format!("{words} `{}`", with_key(place, &instead));
    // Who writes `null` may mean no text at all.
    (help, Some(instead).filter(|_| !node.is_null()))
}

/// A string where a number or boolean is wanted that it spells.
fn unquoted(form: &Form, text: &str) -> Option<(String, Option<String>)> {
    let boolean = match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some("true"),
        "false" | "no" | "off" | "n" => Some("false"),
        _ => None,
    };
    if form.boolean
        && let Some(boolean) = boolean
    {
        let help = format!("write `{boolean}`, without quotes");
        return Some((help, Some(boolean.to_owned())));
    }
    let wanted = match resolve_plain(text) {
        Value::Int(_) => !form.integers.is_empty() || !form.numbers.is_empty(),
        Value::Float(_) => !form.numbers.is_empty(),
        _ => false,
    };
    wanted.then(|| (format!("write it without quotes: `{text}`"), Some(text.to_owned())))
}

/// A text of several lines where a list of strings is wanted.
fn lines(shape: &Shape, form: &Form, text: &str) -> Option<String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (first, _) = (lines.next()?, lines.next()?);
    let items = shape.form(form.lists.first()?.items);
    (!items.texts.is_empty() && first.len() <= LONGEST).then(|| {
        format!("write each line as an item of a list, the first one `- {}`", emit::scalar(first))
    })
}

/// A map where a string is wanted: mostly a command with `: ` in it.
fn map_as_string(node: Node<'_>) -> (String, Option<String>) {
    let text = node.definition_span().slice(node.tree().text());
    let reason = match node.style() {
        Style::Flow => "the brace makes a map of it",
        _ => "\": \" makes a map of it",
    };
    if text.contains('\n') {
        (format!("{reason}: put the text under a `|`, or in quotes"), None)
    } else {
        let instead = quoted(text);
        (format!("{reason}: put the whole in quotes, `{instead}`"), Some(instead))
    }
}

/// In quotes, whatever it is.
fn quoted(text: &str) -> String {
    let scalar = emit::scalar(text);
    if scalar.starts_with(['\'', '"']) { scalar } else { format!("'{scalar}'") }
}

/// A list of strings where one string is wanted.
fn joined(node: Node<'_>) -> Option<String> {
    let words: Option<Vec<&str>> = node.items().map(Node::as_str).collect();
    let words = words.filter(|words| !words.is_empty())?.join(" ");
    Some(if words.len() > LONGEST || words.contains('\n') {
        "write one string".into()
    } else {
        format!("write one string: `{}`", emit::scalar(&words))
    })
}

/// A map of names to values where a list of maps with two strings each is wanted.
fn pairs(shape: &Shape, form: &Form, node: Node<'_>) -> Option<String> {
    let items = form.lists.first()?.items;
    let entry = node.entries().next()?;
    shape.form(items).maps.iter().find_map(|map| {
        if node.entries().any(|entry| entry.key.as_str().is_some_and(|key| map.knows(key))) {
            return None;
        }
        let pair = pair(map, name(entry.key), entry.value)?;
        Some(format!("write each as an item of a list: `- {pair}`"))
    })
}

/// A name and its value as the two strings that a map must have.
fn pair(map: &MapForm, text: &str, value: Node<'_>) -> Option<String> {
    let required: Vec<&Key> = map.keys.iter().filter(|key| key.required).collect();
    let [first, second] = required.as_slice() else { return None };
    let value = scalar_as_string(value)?;
    Some(format!("{{{}: {}, {}: {value}}}", first.name, emit::scalar(text), second.name))
}

fn scalar_as_string(node: Node<'_>) -> Option<String> {
    match node.kind() {
        Kind::Seq | Kind::Map | Kind::Null => None,
        Kind::Str => Some(one_line(node)),
        Kind::Bool | Kind::Int | Kind::Float => {
            Some(format!("\"{}\"", node.definition_span().slice(node.tree().text())))
        }
    }
}

/// How long a value may be to be shown in a help.
const LONGEST: usize = 60;

/// How deep a value may have to be wrapped.
const MOST_WRAPS: usize = 3;

/// A value that a map or list around it would make right: `run: true` for `run: {when: true}`.
fn wrapping(shape: &Shape, form: &Form, node: Node<'_>, place: &Place<'_>) -> Option<String> {
    if node.is_null() || matches!(place.step, Step::Root) {
        return None;
    }
    if node.kind() == Kind::Seq && node.style() == Style::Block {
        let keys = form.maps.iter().flat_map(needed);
        let mut keys = keys.filter(|key| !shape.form(key.form).lists.is_empty());
        if let Some(key) = keys.next() {
            return Some(format!("put the list under \"{}\"", key.name));
        }
        return (!form.maps.is_empty()).then(|| "remove the dashes: these are its keys".into());
    }
    if node.kind() == Kind::Map && node.style() == Style::Block && !form.lists.is_empty() {
        return Some("make it a list: put \"- \" before its first key, and indent the rest".into());
    }
    let text = wrapped(shape, form, node, MOST_WRAPS)?;
    Some(format!("write `{}`", with_key(place, &text)))
}

fn wrapped(shape: &Shape, form: &Form, node: Node<'_>, wraps: usize) -> Option<String> {
    if accepts(form, node) {
        return Some(one_line(node));
    }
    let wraps = wraps.checked_sub(1)?;
    let inner = |id: FormId| wrapped(shape, shape.form(id), node, wraps);
    let in_map = form.maps.iter().flat_map(needed).find_map(|key| {
        let inner = inner(key.form)?;
        Some(format!("{{{}: {inner}}}", key.name))
    });
    in_map.or_else(|| form.lists.iter().find_map(|list| Some(format!("[{}]", inner(list.items)?))))
}

/// The keys of which one alone makes a map complete.
fn needed(map: &MapForm) -> impl Iterator<Item = &Key> {
    let required: Vec<&Key> = map.keys.iter().filter(|key| key.required).collect();
    let one_of: Vec<&Key> = map
        .needs
        .iter()
        .filter_map(|need| match need {
            Need::OneOf(keys) | Need::AnyOf(keys) => Some(keys),
            Need::NotAll(_) => None,
        })
        .flatten()
        .filter_map(|key| map.key(key))
        .collect();
    let keys = match required.len() {
        0 => one_of,
        1 if one_of.is_empty() => required,
        _ => Vec::new(),
    };
    keys.into_iter()
}

/// Whether a form allows this sort of node; of strings, this one.
fn accepts(form: &Form, node: Node<'_>) -> bool {
    match node.value() {
        Value::Null => form.null,
        Value::Bool(_) => form.boolean,
        Value::Int(_) => !form.integers.is_empty() || !form.numbers.is_empty(),
        Value::Float(_) => !form.numbers.is_empty(),
        Value::Str(text) => form
            .texts
            .iter()
            .any(|known| known.names.is_empty() || known.names.iter().any(|name| name == text)),
        Value::Seq => !form.lists.is_empty(),
        Value::Map => !form.maps.is_empty(),
    }
}

/// A value in short.
fn one_line(node: Node<'_>) -> String {
    let text = match (node.value(), node.style()) {
        (Value::Str(text), _) => emit::scalar(text),
        (_, Style::Block) => "…".into(),
        _ => node.definition_span().slice(node.tree().text()).to_owned(),
    };
    if text.len() > LONGEST || text.contains('\n') { "…".into() } else { text }
}

/// A value with the key or dash before it.
fn with_key(place: &Place<'_>, value: &str) -> String {
    match place.step {
        Step::Root => value.to_owned(),
        Step::Key(key) => format!("{}: {value}", name(key)),
        Step::Item(_) => format!("- {value}"),
    }
}
