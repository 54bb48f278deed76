//! `out/` is what `generate` writes today for the three clouds, byte for byte. After a change that is
//! meant: `rm -r out && cargo run -- generate`, and read the diff.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that panics says where.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_path_buf();
            if name == Path::new("target") || name == Path::new("proptest-regressions") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn out_is_what_generate_writes() {
    let fresh = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pipewright"))
        .arg("generate")
        .current_dir(fresh.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let fresh = files(&fresh.path().join("out"));
    let committed = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("out"));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&fresh), "out/ has other files than generate writes");
    for (name, content) in &fresh {
        assert!(
            &committed[name] == content,
            "out/{} differs from what generate writes; see the top of this test",
            name.display()
        );
    }
}
