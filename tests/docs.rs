//! Every `console` block of the README and of `docs/` is run, and its output compared.
//!
//! Lines that start with `$ ` are commands for bash, run in a folder of the document's own with the
//! built `pipewright` on the PATH; the lines after one are its output, in which a line `...` stands
//! for any lines. A block with a `title="PATH"` is written to PATH first.
//!
//! The pages of the rules show a mistake and its correction each, and are held to that.

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
        } else if let Some((_, path)) = info.split_once(" title=") {
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
    documents.extend(texts_in("docs"));
    documents.extend(texts_in("docs/services"));
    documents
}

/// The Markdown files of a folder, without those of its subfolders.
fn texts_in(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut texts: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    texts.sort();
    texts
}

/// The lines under the heading `## NAME`, up to the next heading of the same level.
fn section<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let heading = format!("\n## {name}\n");
    let (_, rest) = text.split_once(&heading)?;
    Some(rest.find("\n## ").map_or(rest, |end| &rest[..end]))
}

/// The output of the last command of a section.
fn last_output(section: &str) -> Option<Vec<String>> {
    let Part::Run(examples) =
        parts(section).into_iter().rfind(|part| matches!(part, Part::Run(_)))?
    else {
        return None;
    };
    Some(examples.into_iter().next_back()?.expected)
}

/// One rule as `pipewright rules list` shows it.
struct Listed {
    id: String,
    severity: String,
    source: String,
    summary: String,
}

fn rules() -> Vec<Listed> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_pipewright")).args(["rules", "list"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let rules: Vec<Listed> = text
        .lines()
        .map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            let mut next = || words.next().unwrap();
            let (id, severity, source) = (next(), next(), next());
            Listed { id, severity, source, summary: words.collect::<Vec<_>>().join(" ") }
        })
        .collect();
    assert!(rules.len() > 40, "hardly any rule is listed: {}", rules.len());
    rules
}

#[test]
fn what_the_documentation_shows_is_what_happens() {
    let run: usize = documents().iter().map(|path| run_document(path)).sum();
    assert!(run > 10, "hardly any example was found: {run}");
}

#[test]
fn what_the_pages_of_the_rules_show_is_what_happens() {
    for page in texts_in("docs/rules") {
        let run = run_document(&page);
        assert!(run >= 2 || page.ends_with("README.md"), "{} runs {run}", page.display());
    }
}

#[test]
fn every_rule_has_a_page_with_its_finding_and_without() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    for Listed { id, .. } in rules() {
        let text = fs::read_to_string(folder.join(format!("{id}.md"))).unwrap();
        let output = |name: &str| {
            section(&text, name)
                .and_then(last_output)
                .unwrap_or_else(|| panic!("{id}: no example under \"## {name}\""))
        };
        let bad = output("Bad").join("\n");
        assert!(bad.contains(&format!("[{id}]: ")), "{id}: the bad example finds\n{bad}");
        let good = output("Good");
        assert!(
            matches!(&good[..], [line] if line.starts_with("no problems in ")),
            "{id}: the good example finds\n{}",
            good.join("\n")
        );
    }
}

#[test]
fn the_index_of_the_rules_is_complete() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let index = fs::read_to_string(folder.join("README.md")).unwrap();
    let rules = rules();
    for source in ["platform", "workflow", "lint"] {
        let expected: Vec<String> = rules
            .iter()
            .filter(|rule| rule.source == source)
            .map(|Listed { id, severity, summary, .. }| {
                format!("| [{id}]({id}.md) | {severity} | {summary} |")
            })
            .collect();
        let rows: Vec<&str> = section(&index, &format!("`{source}`"))
            .unwrap_or_else(|| panic!("docs/rules/README.md has no section `{source}`"))
            .lines()
            .filter(|line| line.starts_with("| ["))
            .collect();
        assert_eq!(rows, expected, "`{source}` in docs/rules/README.md");
    }
    let pages = texts_in("docs/rules").len();
    assert_eq!(pages, rules.len() + 1, "each page is of a rule, but for the index");
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
