//! The rooms of `src/` import only downwards; `docs/architecture.md` has the same floors.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that panics says where.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms by floor, the lowest first. Rooms of one floor do not import each other.
const FLOORS: [&[&str]; 8] = [
    &["diagnostic", "git"],
    &["yaml", "rule"],
    &["schema", "model", "condition", "merge", "tree"],
    &["cloud"],
    &["project"],
    &["check", "simulate"],
    &["generate", "sync", "report", "explain", "graph"],
    &["cli"],
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The rooms that a text names: `crate::room`, also inside `use crate::{a, b}`.
fn imports(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = &group[..group.find("};").unwrap_or(group.len())];
                let mut depth = 0;
                let mut word = String::new();
                for c in group.chars().chain([',']) {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            let room = word.trim().split("::").next().unwrap().to_owned();
                            rooms.push(room);
                            word.clear();
                        }
                        _ => word.push(c),
                    }
                }
            }
            None => {
                rooms.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
            }
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

#[test]
fn every_room_has_a_floor() {
    let known: Vec<&str> = FLOORS.concat();
    for entry in fs::read_dir(source()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !["lib", "main"].contains(&name.as_str()) {
            assert!(known.contains(&name.as_str()), "the room \"{name}\" has no floor");
        }
    }
}

#[test]
fn rooms_import_only_downwards() {
    let floor: BTreeMap<&str, usize> = FLOORS
        .iter()
        .enumerate()
        .flat_map(|(floor, rooms)| rooms.iter().map(move |room| (*room, floor)))
        .collect();
    let mut seen = 0;
    for (room, own) in &floor {
        for file in rust_files(&source().join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            for import in imports(&text).iter().filter(|import| import != room) {
                let Some(other) = floor.get(import.as_str()) else { continue };
                assert!(other < own, "{} imports \"{import}\"", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "the search for imports finds hardly any: {seen}");
}

#[test]
fn the_search_sees_all_forms_of_import() {
    assert_eq!(imports("use crate::a::B; crate::c::d()"), ["a", "c"]);
    assert_eq!(imports("use crate::{a, b::{C, D}, e::F};"), ["a", "b", "e"]);
}

#[test]
fn the_documentation_shows_the_same_floors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    for (floor, rooms) in FLOORS.iter().enumerate() {
        let rooms: Vec<String> = rooms.iter().map(|room| format!("`{room}/`")).collect();
        let row = format!("| {floor} | {} |", rooms.join(", "));
        assert!(text.contains(&row), "docs/architecture.md lacks the row {row}");
    }
}
