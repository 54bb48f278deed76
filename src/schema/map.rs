//! Maps: which alternative was meant, which keys it knows, and which are missing.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::form::{Form, Key, Length, MapForm, Need};
use super::help::{self, Unknown};
use super::place::{Names, Place, Step, Within, name};
use super::scalar;
use super::walk::Walk;
use crate::diagnostic::Problem;
use crate::yaml::{Entry, Kind, Node, emit};

/// Holds a map against the alternatives of a form.
pub(super) fn check<'w>(
    walk: &mut Walk<'w>,
    maps: &'w [MapForm],
    node: Node<'_>,
    place: &Place<'_>,
) {
    if let [map] = maps {
        return one(walk, map, maps, node, place);
    }
    let alternatives = maps.iter();
    if walk.fitting(alternatives, |walk, map| one(walk, map, maps, node, place)).is_none() {
        return;
    }
    match meant(walk, maps, node, place) {
        Meant::This(map) => one(walk, map, maps, node, place),
        Meant::None => {
            let there = Keys::of(node);
            for entry in node.entries() {
                unknown_key(walk, maps, &there, entry, place);
            }
            if node.entries().len() == 0 {
                let keys: Vec<&str> = maps.iter().flat_map(wanted).collect();
                walk.report(missing(node, place, &format!("one of {}", Names(&keys, "and"))));
            }
        }
        Meant::Reported => {}
    }
}

/// The keys of a map, gathered when a help first asks for them.
struct Keys<'a> {
    of: Node<'a>,
    names: OnceCell<HashSet<&'a str>>,
}

impl<'a> Keys<'a> {
    const fn of(node: Node<'a>) -> Self {
        Self { of: node, names: OnceCell::new() }
    }

    fn get(&self) -> &HashSet<&'a str> {
        self.names
            .get_or_init(|| self.of.entries().filter_map(|entry| entry.key.as_str()).collect())
    }
}

enum Meant<'w> {
    This(&'w MapForm),
    /// No key tells.
    None,
    /// What would tell is wrong itself, and has been reported.
    Reported,
}

/// The alternative that a map was meant to be: by its tag, else by its keys.
fn meant<'w>(
    walk: &mut Walk<'w>,
    maps: &'w [MapForm],
    node: Node<'_>,
    place: &Place<'_>,
) -> Meant<'w> {
    let mut left: Vec<&MapForm> = maps.iter().collect();
    if let Some(tag) = tag_of(walk, maps) {
        let Some(entry) = node.entry(tag) else {
            let there: Vec<_> = node.entries().collect();
            let close = there.iter().find(|entry| help::nearest(name(entry.key), &[tag]).is_some());
            if let Some(entry) = close {
                unknown_key(walk, maps, &Keys::of(node), *entry, place);
            } else {
                walk.report(missing(node, place, &format!("\"{tag}\"")));
            }
            return Meant::Reported;
        };
        let value = entry.value.as_str();
        left.retain(|map| map.key(tag).and_then(|key| constant(walk, key)) == value);
        if left.is_empty() {
            let names =
                maps.iter().filter_map(|map| constant(walk, map.key(tag)?)).map(str::to_owned);
            let text = super::form::Text { names: names.collect(), ..Default::default() };
            let form = Form { texts: vec![text], ..Form::default() };
            let step = place.under(Step::Key(entry.key));
            match value {
                Some(value) => scalar::text(walk, &form, value, entry.value, &step),
                None => walk.wrong_type(&form, entry.value, &step),
            }
            return Meant::Reported;
        }
    }
    let known = |map: &MapForm| {
        let keys = node.entries().filter_map(|entry| entry.key.as_str());
        keys.filter(|key| map.key(key).is_some()).count()
    };
    let first = node.entries().next().and_then(|entry| entry.key.as_str());
    let best = left.iter().max_by_key(|map| {
        let has_first = first.is_some_and(|key| map.key(key).is_some());
        (known(map), has_first)
    });
    match best {
        Some(map) if known(map) > 0 || map.others.is_some() => {
            // Of equals the first: `max_by_key` gives the last.
            let score =
                |map: &MapForm| (known(map), first.is_some_and(|key| map.key(key).is_some()));
            Meant::This(left.iter().find(|other| score(other) == score(map)).unwrap_or(map))
        }
        _ => Meant::None,
    }
}

/// The key whose value tells all alternatives apart.
fn tag_of<'w>(walk: &Walk<'w>, maps: &'w [MapForm]) -> Option<&'w str> {
    let (first, others) = maps.split_first()?;
    let is_tag = |map: &'w MapForm, name: &str| {
        map.key(name).is_some_and(|key| key.required && constant(walk, key).is_some())
    };
    first
        .keys
        .iter()
        .map(|key| key.name.as_str())
        .find(|name| is_tag(first, name) && others.iter().all(|map| is_tag(map, name)))
}

/// The tag and its value, of the alternatives that a tag tells apart, with which a key is known.
fn tagged_home(walk: &Walk<'_>, maps: &[MapForm], key: &str) -> Option<String> {
    let map = maps.iter().find(|map| maps.len() > 1 && map.key(key).is_some())?;
    let tag = tag_of(walk, maps)?;
    Some(format!("{tag}: {}", constant(walk, map.key(tag)?)?))
}

/// The only string that a key's value may be.
fn constant<'w>(walk: &Walk<'w>, key: &Key) -> Option<&'w str> {
    match walk.shape.form(key.form).texts.as_slice() {
        [text] => match text.names.as_slice() {
            [name] => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// Holds a map against one alternative; the others help to understand what is wrong.
fn one<'w>(
    walk: &mut Walk<'w>,
    map: &'w MapForm,
    all: &'w [MapForm],
    node: Node<'_>,
    place: &Place<'_>,
) {
    let here = Place { map: Some(map), ..*place };
    // Keys that a misspelled one was probably meant to be.
    let mut misspelled: Vec<&str> = Vec::new();
    let there = Keys::of(node);
    for entry in node.entries() {
        let step = here.under(Step::Key(entry.key));
        if let Some(key) = entry.key.as_str().and_then(|key| map.key(key)) {
            walk.node(key.form, entry.value, &step);
            continue;
        }
        let text = name(entry.key);
        if let Some((_, form)) = map.matching.iter().find(|(pattern, _)| pattern.matches(text)) {
            walk.node(*form, entry.value, &step);
        } else if let Some(others) = map.others {
            free_key(walk, map, entry, &step);
            walk.node(others, entry.value, &step);
        } else if let Some(other) = all.iter().find(|other| other.key(text).is_some())
            && let Some(first) = node.entries().find(|entry| {
                entry.key.as_str().is_some_and(|k| map.key(k).is_some() && other.key(k).is_none())
            })
        {
            walk.report(exclusive(entry.key, first.key));
        } else if let Some(home) = tagged_home(walk, all, text) {
            let message = format!("unknown key \"{text}\" {}", Within(place));
            let problem = Problem::new("unknown-key", entry.key.span(), message);
            walk.report(problem.help(format!("\"{text}\" belongs to `{home}`")));
        } else if let Some(key) = unknown_key(walk, std::slice::from_ref(map), &there, entry, &here)
        {
            misspelled.push(&key.name);
            // A value of another sort says that the guess was wrong.
            if walk.shape.form(key.form).admits(entry.value.kind()) {
                walk.node(key.form, entry.value, &step);
            }
        }
    }
    let absent = |key: &str| node.get(key).is_none();
    for key in map.keys.iter().filter(|key| key.required && absent(&key.name)) {
        if !misspelled.contains(&key.name.as_str()) {
            walk.report(missing(node, place, &format!("\"{}\"", key.name)));
        }
    }
    for need in &map.needs {
        check_need(walk, need, &misspelled, node, place);
    }
    check_length(walk, map.length, node, place);
}

/// A key that stands for itself, as in a map of names to values.
fn free_key<'w>(walk: &mut Walk<'w>, map: &'w MapForm, entry: Entry<'_>, step: &Place<'_>) {
    if entry.key.kind() != Kind::Str {
        let text = name(entry.key);
        let message = format!("the key {text} must be a string, but is {}", entry.key.kind());
        walk.report(
            Problem::new("wrong-type", entry.key.span(), message)
                .help(format!("write it in quotes: \"{text}\"")),
        );
    } else if let Some(form) = map.key_text {
        walk.node(form, entry.key, step);
    }
}

/// Reports a key that no alternative knows; returns the key that was probably meant.
fn unknown_key<'w>(
    walk: &mut Walk<'w>,
    maps: &'w [MapForm],
    there: &Keys<'_>,
    entry: Entry<'_>,
    place: &Place<'_>,
) -> Option<&'w Key> {
    let text = name(entry.key);
    let message = format!("unknown key \"{text}\" {}", Within(place));
    let problem = Problem::new("unknown-key", entry.key.span(), message);
    if !walk.may_help() {
        walk.report(problem);
        return None;
    }
    let unknown = Unknown { text, there: there.get(), maps, value: entry.value, place };
    let (help, meant) = help::for_unknown_key(walk.shape, &unknown);
    let mut problem = problem;
    problem.help = help;
    problem.instead = meant.map(|key| emit::scalar(&key.name).into());
    walk.report(problem);
    meant
}

fn exclusive(second: Node<'_>, first: Node<'_>) -> Problem {
    let (later, earlier) = (name(second), name(first));
    let message = format!("\"{later}\" cannot stand beside \"{earlier}\"");
    Problem::new("exclusive-keys", second.span(), message)
        .help("keep one of them")
        .note(first.span(), format!("\"{earlier}\" stands here"))
}

fn missing(node: Node<'_>, place: &Place<'_>, what: &str) -> Problem {
    let message = format!("{what} is missing {}", Within(place));
    Problem::new("missing-key", place.token(node), message)
}

/// The keys without which an alternative cannot be.
fn wanted(map: &MapForm) -> Vec<&str> {
    let required = map.keys.iter().filter(|key| key.required).map(|key| key.name.as_str());
    let needed = map.needs.iter().filter_map(|need| match need {
        Need::OneOf(keys) | Need::AnyOf(keys) => Some(keys),
        Need::NotAll(_) => None,
    });
    required.chain(needed.flatten().map(String::as_str)).collect()
}

fn check_need(
    walk: &mut Walk<'_>,
    need: &Need,
    misspelled: &[&str],
    node: Node<'_>,
    place: &Place<'_>,
) {
    let (Need::OneOf(keys) | Need::AnyOf(keys) | Need::NotAll(keys)) = need;
    let has = |key: Node<'_>| key.as_str().is_some_and(|key| keys.iter().any(|k| k == key));
    let mut there = node.entries().map(|entry| entry.key).filter(|key| has(*key));
    let first = there.next();
    let meant = || keys.iter().any(|key| misspelled.contains(&key.as_str()));
    match (need, first) {
        (Need::OneOf(_), None) if !meant() => {
            walk.report(missing(node, place, &format!("one of {}", Names(keys, "and"))));
        }
        (Need::AnyOf(_), None) if !meant() => {
            walk.report(missing(node, place, &format!("at least one of {}", Names(keys, "and"))));
        }
        (Need::OneOf(_), Some(first)) => {
            for second in there {
                walk.report(exclusive(second, first));
            }
        }
        (Need::NotAll(_), Some(first)) => {
            if let Some(last) = there.last()
                && keys.iter().all(|key| node.get(key).is_some())
            {
                walk.report(exclusive(last, first));
            }
        }
        _ => {}
    }
}

fn check_length(walk: &mut Walk<'_>, length: Length, node: Node<'_>, place: &Place<'_>) {
    let count = node.entries().len();
    if count < length.least {
        let message = format!("{place} has {count} entries, but needs at least {}", length.least);
        walk.report(Problem::new("too-few-items", place.value_token(node), message));
    }
    if let Some(entry) = node.entries().nth(length.most) {
        let message = format!("{place} has {count} entries, but may have at most {}", length.most);
        walk.report(Problem::new("too-many-items", entry.key.span(), message));
    }
}
