//! What `generate` costs: in process, and as a whole process into a memory file system. Beside each
//! stands something measured in the same run: plain serde over the same pipelines, and a process
//! that only prints its version.
//!
//! `cargo bench --bench generate`

#![allow(clippy::unwrap_used)] // A benchmark that panics says where.

use criterion::{Criterion, criterion_group, criterion_main};
use pipewright::cloud::Clouds;
use pipewright::diagnostic::SourceFile;
use pipewright::project::{Draft, load};
use pipewright::{generate, yaml};
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

fn in_process(c: &mut Criterion) {
    let clouds = Clouds::embedded().unwrap();
    let file = SourceFile::new("pipewright.yml", Draft::default().text(&clouds).unwrap());
    let project = load(&file, &clouds).unwrap();
    let tree = generate::render(&project).unwrap();
    let texts: Vec<&str> = tree
        .iter()
        .filter(|(path, _)| path.as_str().starts_with(".semaphore/"))
        .map(|(_, file)| file.content.as_str())
        .collect();
    let mut group = c.benchmark_group("three clouds, in process");
    group.bench_function("generate, from the configuration's text", |bench| {
        bench.iter(|| {
            let clouds = Clouds::embedded().unwrap();
            let project = load(black_box(&file), &clouds).unwrap();
            generate::render(&project).unwrap()
        });
    });
    group.bench_function("render alone", |bench| {
        bench.iter(|| generate::render(black_box(&project)).unwrap());
    });
    group.bench_function("for comparison: read the rendered pipelines", |bench| {
        bench.iter(|| {
            texts
                .iter()
                .map(|text| yaml::Tree::parse(*black_box(text)).unwrap())
                .collect::<Vec<_>>()
        });
    });
    group.finish();
}

fn whole_process(c: &mut Criterion) {
    let memory = Path::new("/dev/shm");
    let root = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
    let out = root.join(format!("pipewright-bench-{}", std::process::id()));
    let run = |arguments: &[&str]| {
        let status = Command::new(env!("CARGO_BIN_EXE_pipewright"))
            .args(arguments)
            .current_dir(&root)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    };
    let out_text = out.to_str().unwrap();
    let mut group = c.benchmark_group("whole process");
    group.bench_function("generate three clouds into a new folder", |bench| {
        bench.iter_batched(
            || drop(std::fs::remove_dir_all(&out)),
            |()| run(&["generate", "--out", out_text]),
            criterion::BatchSize::PerIteration,
        );
    });
    run(&["generate", "--out", out_text]);
    group.bench_function("generate again, nothing to write", |bench| {
        bench.iter(|| run(&["generate", "--out", out_text]));
    });
    group.bench_function("for comparison: --version", |bench| bench.iter(|| run(&["--version"])));
    group.finish();
    let _ = std::fs::remove_dir_all(&out);
}

criterion_group!(benches, in_process, whole_process);
criterion_main!(benches);
