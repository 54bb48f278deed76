//! What the fuzzer checks, on inputs that are kept: the seeds that it starts from, and every
//! input that once broke something. `fuzz/README.md` tells how to look for more.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that panics says where.

#[path = "../fuzz/bodies.rs"]
mod bodies;

use std::fs;
use std::path::{Path, PathBuf};

/// The inputs of a target, by path.
fn inputs(target: &str) -> Vec<PathBuf> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut inputs: Vec<PathBuf> = ["seeds", "found"]
        .iter()
        .filter_map(|folder| fs::read_dir(fuzz.join(folder).join(target)).ok())
        .flat_map(|entries| entries.map(|entry| entry.unwrap().path()))
        .collect();
    inputs.sort();
    inputs
}

fn each(target: &str, body: fn(&[u8])) {
    let inputs = inputs(target);
    assert!(inputs.len() >= 20, "where are the seeds of {target}?");
    for path in inputs {
        let input = fs::read(&path).unwrap();
        let result = std::panic::catch_unwind(|| body(&input));
        assert!(result.is_ok(), "{} fails", path.display());
    }
}

#[test]
fn every_kept_text_is_parsed_with_sound_places() {
    each("parse", bodies::parse);
    // Whatever validation is tried on is a text, too.
    each("validate", bodies::parse);
}

#[test]
fn every_kept_repository_is_validated_and_told_of() {
    each("validate", bodies::validate);
    each("parse", bodies::validate);
}

#[test]
fn every_kept_condition_is_read_printed_and_evaluated() {
    each("condition", bodies::condition);
}
