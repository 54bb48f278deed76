//! The keys of one map: of equal ones the first counts, as on the platform.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::trap;
use super::tree::{Arena, Data, NodeId};
use crate::diagnostic::{Problem, Span};

/// From this many entries on a table is cheaper than comparing all with all.
const FEW: usize = 12;

/// A key by what it says. Two collections are never the same key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'t> {
    Null,
    Bool(bool),
    Int(i128),
    Float(u64),
    Str(&'t str),
    Collection(NodeId),
}

/// Moves the entries of a map (`pairs`: keys and values in turn) to the arena's children, without
/// those whose key an earlier one has; each of these is a trap. Returns how many entries remain.
pub(super) fn first_of_each(
    text: &str,
    arena: &mut Arena,
    pairs: &[NodeId],
    traps: &mut Vec<Problem>,
) -> u32 {
    let count = pairs.len() / 2;
    let mut dropped = Vec::new();
    if count <= FEW {
        let mut keys = [Key::Null; FEW];
        for (index, pair) in pairs.chunks_exact(2).enumerate() {
            let Some(&id) = pair.first() else { continue };
            let key = key(text, arena, id);
            let earlier =
                keys.get(..index).unwrap_or_default().iter().position(|&other| other == key);
            if let Some(earlier) = earlier {
                dropped.push((index, earlier));
            }
            if let Some(place) = keys.get_mut(index) {
                *place = key;
            }
        }
    } else {
        let mut seen = HashMap::with_capacity(count);
        for (index, pair) in pairs.chunks_exact(2).enumerate() {
            let Some(&id) = pair.first() else { continue };
            match seen.entry(key(text, arena, id)) {
                Entry::Vacant(place) => {
                    place.insert(index);
                }
                Entry::Occupied(earlier) => dropped.push((index, *earlier.get())),
            }
        }
    }
    for &(index, earlier) in &dropped {
        let span = |index: usize| {
            let node = pairs.get(index * 2).and_then(|&id| arena.nodes.get(id as usize));
            node.map(|node| Span::new(node.start as usize, node.end as usize)).unwrap_or_default()
        };
        let (later, earlier) = (span(index), span(earlier));
        traps.push(trap::duplicate_key(later, earlier, later.slice(text)));
    }
    let mut dropped = dropped.into_iter().peekable();
    let mut kept = 0;
    for (index, pair) in pairs.chunks_exact(2).enumerate() {
        if dropped.next_if(|&(drop, _)| drop == index).is_none() {
            arena.children.extend_from_slice(pair);
            kept += 1;
        }
    }
    kept
}

fn key<'a>(text: &'a str, arena: &'a Arena, id: NodeId) -> Key<'a> {
    let data = |id: NodeId| arena.nodes.get(id as usize).map(|node| node.data);
    let resolved = match data(id) {
        Some(Data::Alias(target)) => data(target),
        data => data,
    };
    match resolved {
        None | Some(Data::Null | Data::Alias(_)) => Key::Null,
        Some(Data::Bool(value)) => Key::Bool(value),
        Some(Data::Int(value)) => Key::Int(value),
        Some(Data::Float(value)) => Key::Float(value.to_bits()),
        Some(Data::Spelled(start, end)) => {
            Key::Str(text.get(start as usize..end as usize).unwrap_or_default())
        }
        Some(Data::Decoded(start, end)) => {
            Key::Str(arena.decoded.get(start as usize..end as usize).unwrap_or_default())
        }
        Some(Data::Seq(..) | Data::Map(..)) => Key::Collection(id),
    }
}
