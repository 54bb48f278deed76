//! Where else a key is known: below the map in which it was found, above it, or anywhere.

use std::collections::HashSet;
use std::fmt;

use super::Shape;
use super::form::{FormId, MapForm};
use super::place::{self, Place, Step};

/// How many places a help may name.
const MOST: usize = 3;

/// A place where a key belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Home {
    Top,
    Key(String),
    ItemOf(String),
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => f.write_str("the top level"),
            Self::Key(key) => write!(f, "\"{key}\""),
            Self::ItemOf(key) => write!(f, "an item of \"{key}\""),
        }
    }
}

/// The nearest places where `key` belongs, in words; none when it belongs nowhere, or to too many
/// places to be of help.
pub(super) fn of(shape: &Shape, key: &str, maps: &[MapForm], place: &Place<'_>) -> Option<String> {
    let below = nearest(shape, key, maps.iter().flat_map(children).collect());
    let above = ancestor(key, place);
    let mut homes = if below.len() < MOST || above.is_none() { below } else { Vec::new() };
    homes.extend(above);
    if homes.is_empty() {
        let root = shape.form(shape.root);
        let at_top = root.maps.iter().any(|map| map.key(key).is_some());
        homes = match at_top {
            true => vec![Home::Top],
            false => nearest(shape, key, root.maps.iter().flat_map(children).collect()),
        };
    }
    if homes.is_empty() || homes.len() > MOST {
        return None;
    }
    let homes: Vec<String> = homes.iter().map(ToString::to_string).collect();
    let (last, first) = homes.split_last()?;
    Some(if first.is_empty() { last.clone() } else { format!("{} or {last}", first.join(", ")) })
}

/// The nearest map above that knows the key.
fn ancestor(key: &str, place: &Place<'_>) -> Option<Home> {
    let mut above = place.parent;
    while let Some(place) = above {
        if place.map.is_some_and(|map| map.key(key).is_some()) {
            return Some(match place.step {
                Step::Root => Home::Top,
                Step::Key(node) => Home::Key(place::name(node).to_owned()),
                Step::Item(_) => Home::ItemOf(place.key().map(place::name)?.to_owned()),
            });
        }
        above = place.parent;
    }
    None
}

/// All places of the same, least depth.
fn nearest<'s>(shape: &'s Shape, key: &str, start: Vec<(&'s str, FormId)>) -> Vec<Home> {
    let mut level: Vec<(Home, FormId)> =
        start.into_iter().map(|(name, form)| (Home::Key(name.to_owned()), form)).collect();
    let mut seen: HashSet<FormId> = HashSet::new();
    while !level.is_empty() {
        let mut found = Vec::new();
        let mut next = Vec::new();
        let mut at = 0;
        while let Some((home, id)) = level.get(at).cloned() {
            at += 1;
            let form = shape.form(id);
            if let Home::Key(name) = &home {
                // An item is as deep as its list.
                for list in &form.lists {
                    level.push((Home::ItemOf(name.clone()), list.items));
                }
            }
            if form.maps.iter().any(|map| map.key(key).is_some()) && !found.contains(&home) {
                found.push(home);
            }
            if seen.insert(id) {
                let children = form.maps.iter().flat_map(children);
                next.extend(children.map(|(name, form)| (Home::Key(name.to_owned()), form)));
            }
        }
        if !found.is_empty() {
            return found;
        }
        level = next;
    }
    Vec::new()
}

fn children(map: &MapForm) -> impl Iterator<Item = (&str, FormId)> {
    map.keys.iter().map(|key| (key.name.as_str(), key.form))
}
