//! What the tree costs over the bare events of the parser, on a text like a large pipeline.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use granit_parser::Parser;
use pipewright::yaml::Tree;

mod support;

fn benches(criterion: &mut Criterion) {
    let text = support::pipeline();
    let mut group = criterion.benchmark_group("yaml");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("events", |bencher| {
        bencher.iter(|| Parser::new_from_str(black_box(&text)).filter(Result::is_ok).count());
    });
    group.bench_function("tree", |bencher| {
        bencher.iter(|| Tree::parse(black_box(&text).as_str()).is_ok());
    });
    let escaped = text.replace("mix ecto.setup", "\"mix \\d\"");
    group.bench_function("tree with unknown escapes", |bencher| {
        bencher.iter(|| Tree::parse(black_box(&escaped).as_str()).is_ok());
    });
    group.finish();
}

criterion_group!(yaml, benches);
criterion_main!(yaml);
