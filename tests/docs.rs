//! Every `console` block of the README and of `docs/` is run, and its output compared.
//!
//! Lines that start with `$ ` are commands for bash, run in a folder of the document's own with the
//! built `pipewright` on the PATH; the lines after one are its output, in which a line `...` stands
//! for any lines. A block `yaml title="PATH"` is written to PATH first.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that panics says where.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Example {
    line: usize,
    command: String,
    expected: Vec<String>,
}

enum Part {
    Run(Vec<Example>),
    Write { path: String, content: String },
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((_, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<(usize, &str)> =
            lines.by_ref().take_while(|(_, line)| *line != "```").collect();
        if info == "console" {
            let mut examples: Vec<Example> = Vec::new();
            for (number, line) in block {
                match (line.strip_prefix("$ "), examples.last_mut()) {
                    (Some(command), _) => examples.push(Example {
                        line: number + 1,
                        command: command.to_owned(),
                        expected: Vec::new(),
                    }),
                    (None, Some(example)) => example.expected.push(line.to_owned()),
                    (None, None) => panic!("line {}: output before a command", number + 1),
                }
            }
            parts.push(Part::Run(examples));
        } else if let Some(path) = info.strip_prefix("yaml title=") {
            let content = block.iter().map(|(_, line)| format!("{line}\n")).collect();
            parts.push(Part::Write { path: path.trim_matches('"').to_owned(), content });
        }
    }
    parts
}

/// Whether lines match, `...` standing for any number of lines.
fn matches(expected: &[String], found: &[&str]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=found.len()).any(|skipped| matches(rest, &found[skipped..]))
        }
        Some((first, rest)) => {
            found.first().is_some_and(|line| line == first) && matches(rest, &found[1..])
        }
    }
}

fn run_document(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_pipewright")).parent().unwrap().to_path_buf();
    let search = std::env::join_paths(
        std::iter::once(binary)
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .unwrap();
    let mut run = 0;
    for part in parts(&text) {
        match part {
            Part::Write { path, content } => {
                let target = folder.path().join(path);
                fs::create_dir_all(target.parent().unwrap()).unwrap();
                fs::write(target, content).unwrap();
            }
            Part::Run(examples) => {
                for example in examples {
                    let output = Command::new("bash")
                        .args(["-c", &format!("exec 2>&1; {}", example.command)])
                        .current_dir(folder.path())
                        .env("PATH", &search)
                        .env("NO_COLOR", "1")
                        .output()
                        .unwrap();
                    let found = String::from_utf8(output.stdout).unwrap();
                    let lines: Vec<&str> = found.lines().map(str::trim_end).collect();
                    assert!(
                        matches(&example.expected, &lines),
                        "{}:{}: `{}` prints\n{found}\ninstead of\n{}",
                        path.display(),
                        example.line,
                        example.command,
                        example.expected.join("\n")
                    );
                    run += 1;
                }
            }
        }
    }
    run
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec![root.join("README.md")];
    for entry in fs::read_dir(root.join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            documents.push(path);
        }
    }
    documents.sort();
    documents
}

#[test]
fn what_the_documentation_shows_is_what_happens() {
    let run: usize = documents().iter().map(|path| run_document(path)).sum();
    assert!(run > 10, "hardly any example was found: {run}");
}

#[test]
fn every_key_of_the_configuration_is_documented() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_pipewright")).args(["schema", "config"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/configuration.md")).unwrap();
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("`{key}")), "docs/configuration.md lacks `{key}`");
    }
}

#[test]
fn lines_of_dots_stand_for_any_lines() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a\n...\nd"), &["a", "b", "c", "d"]));
    assert!(matches(&lines("..."), &[]));
    assert!(!matches(&lines("a\n..."), &["b"]));
    assert!(!matches(&lines("a"), &["a", "b"]));
}
