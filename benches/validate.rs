//! What a verdict costs: one large pipeline in process beside the bare events of the parser, and
//! whole processes on repositories of ten and of 10,000 files. `check-jsonschema` from PyPI, where
//! it is installed, checks the same files against the schema that `pipewright schema pipeline`
//! prints.
//!
//! `cargo bench --bench validate`

#![allow(clippy::unwrap_used, clippy::print_stdout)] // A benchmark that panics says where.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use granit_parser::Parser;
use pipewright::check::{self, Alone, Selection, Severities};
use pipewright::yaml::Tree;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, iter};

mod support;

fn one_file(criterion: &mut Criterion) {
    let text = support::pipeline();
    let tree = Tree::parse(text.as_str()).unwrap();
    let found = check::platform(&tree);
    assert!(found.is_empty(), "{found:?}");
    let mut group = criterion.benchmark_group("validate");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("bare events", |bencher| {
        bencher.iter(|| Parser::new_from_str(black_box(&text)).filter(Result::is_ok).count());
    });
    group.bench_function("tree", |bencher| {
        bencher.iter(|| Tree::parse(black_box(&text).as_str()).is_ok());
    });
    group.bench_function("what the platform refuses", |bencher| {
        bencher.iter(|| check::platform(black_box(&tree)).len());
    });
    let files = Alone::new("x.yml", text.clone().into_bytes());
    let selection = Selection::Files(vec!["x.yml".to_owned()]);
    group.bench_function("the whole verdict", |bencher| {
        bencher.iter(|| {
            let none = Severities::new();
            check::check(black_box(&files), &selection, &none, &|| {}).diagnostics.len()
        });
    });
    group.finish();
}

/// A repository of pipelines that are reached from each other, `size` in all.
fn repository(root: &Path, size: usize) {
    let folder = root.join(".semaphore");
    fs::create_dir_all(&folder).unwrap();
    let whole = support::pipeline();
    let end = whole.match_indices("\n  # Suite").nth(4).unwrap().0;
    for index in 0..size {
        let name = |index: usize| match index {
            0 => "semaphore.yml".to_owned(),
            index => format!("p{index}.yml"),
        };
        let mut text = whole[..end].to_owned();
        for (at, next) in (index * 8 + 1..index * 8 + 9).filter(|next| *next < size).enumerate() {
            text.push_str(if at == 0 { "\npromotions:\n" } else { "" });
            let _ = writeln!(text, "  - name: To {next}\n    pipeline_file: {}", name(next));
        }
        fs::write(folder.join(name(index)), text).unwrap();
    }
}

/// The time of a process, and its largest memory in KiB where GNU time tells it.
fn run(program: &str, arguments: &[&str], folder: &Path) -> (Duration, Option<u64>) {
    let timer = Path::new("/usr/bin/time");
    let note = folder.join("memory");
    let mut command = match timer.exists() {
        true => {
            let mut command = Command::new(timer);
            command.args(["-f", "%M", "-o"]).arg(&note).arg(program);
            command
        }
        false => Command::new(program),
    };
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    command.status().unwrap();
    let time = start.elapsed();
    let memory = fs::read_to_string(&note).ok();
    (time, memory.and_then(|text| text.lines().last()?.trim().parse().ok()))
}

/// The best of several runs, told in one line.
fn processes(what: &str, runs: usize, program: &str, arguments: &[&str], folder: &Path) {
    let all = iter::repeat_with(|| run(program, arguments, folder)).take(runs);
    let (time, memory) = all.min().unwrap();
    let memory = memory.map_or_else(String::new, |memory| format!(", {} MiB", memory / 1024));
    println!("{what}: {:.1} ms{memory}", time.as_secs_f64() * 1000.0);
}

fn repositories(_: &mut Criterion) {
    let shm = Path::new("/dev/shm");
    let base = if shm.is_dir() { shm.to_path_buf() } else { std::env::temp_dir() };
    let pipewright = env!("CARGO_BIN_EXE_pipewright");
    let other = Command::new("check-jsonschema").arg("--version").output().is_ok();
    for (size, runs) in [(10, 30), (10_000, 3)] {
        let folder = tempfile::tempdir_in(&base).unwrap();
        repository(folder.path(), size);
        let what = format!("pipewright validate, {size} files");
        processes(&what, runs, pipewright, &["validate"], folder.path());
        if !other || size > 10 {
            continue;
        }
        let schema = Command::new(pipewright).args(["schema", "pipeline"]).output().unwrap();
        fs::write(folder.path().join("schema.json"), schema.stdout).unwrap();
        let files: Vec<String> = fs::read_dir(folder.path().join(".semaphore"))
            .unwrap()
            .map(|entry| entry.unwrap().path().display().to_string())
            .collect();
        let mut arguments = vec!["--schemafile", "schema.json"];
        arguments.extend(files.iter().map(String::as_str));
        let what = format!("check-jsonschema, {size} files");
        processes(&what, 3, "check-jsonschema", &arguments, folder.path());
    }
    let folder = tempfile::tempdir_in(&base).unwrap();
    fs::write(folder.path().join("large.yml"), support::pipeline()).unwrap();
    let what = "pipewright validate, one file of 300 blocks";
    processes(what, 10, pipewright, &["validate", "large.yml"], folder.path());
    processes("pipewright --version", 30, pipewright, &["--version"], folder.path());
}

criterion_group!(benches, one_file, repositories);
criterion_main!(benches);
