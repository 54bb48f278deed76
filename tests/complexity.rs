//! What grows with the input grows no faster than it: texts that are made to cost the product of
//! two of their sizes, each in two sizes in the same run. A busy machine slows both down.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that panics says where.

use pipewright::check::{self, Alone, Files, Report, Selection, Severities, Unread};
use pipewright::report;
use pipewright::yaml::Tree;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// How many times as large the larger input is.
const TIMES: usize = 10;

/// How many times as long it may take: three times as long as what is linear, and a third of what
/// is quadratic.
const LONGER: u32 = 30;

/// What takes less is not worth measuring.
const SHORT: Duration = Duration::from_millis(300);

/// Runs the larger input up to three times and compares its best time with that of the smaller.
fn grows_linearly<I>(what: &str, make: impl Fn(usize) -> I, run: impl Fn(&I)) {
    let best = |input: &I, runs: usize| {
        let times = (0..runs).map(|_| {
            let start = Instant::now();
            run(input);
            start.elapsed()
        });
        times.min().unwrap()
    };
    let (small, large) = (make(1), make(TIMES));
    let mut last = Duration::ZERO;
    for _ in 0..3 {
        last = best(&large, 1);
        if last < SHORT || last < best(&small, 3) * LONGER {
            return;
        }
    }
    panic!("{what}: {TIMES} times the input took {last:?}, more than {LONGER} times as long");
}

const HEAD: &str = "version: v1.0\nname: P\nagent: {machine: {type: f1-standard-2}}\n";
const BLOCKS: &str = "blocks: [{task: {jobs: [{commands: [x]}]}}]\n";

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        let _ = writeln!(text, "{}", line(index));
        text
    })
}

fn alone(text: &str) -> Report {
    let files = Alone::new("x.yml", text.as_bytes().to_vec());
    check::check(&files, &Selection::Files(vec!["x.yml".to_owned()]), &Severities::new(), &|| {})
}

/// Every format; those with snippets, which cost most, for one finding of twenty at the end.
fn told(report: &Report) -> usize {
    let found = &report.diagnostics;
    let last = &found[found.len() - found.len().div_ceil(20)..];
    report::render(last, false).len()
        + report::json(found, 1).len()
        + report::sarif(found).len()
        + report::github(found).len()
        + report::junit(last, &report.files, true).len()
}

fn checked(what: &str, make: impl Fn(usize) -> String) {
    grows_linearly(what, make, |text| {
        told(&alone(text));
    });
}

#[test]
fn deep_nesting() {
    checked("brackets", |times| "[".repeat(20_000 * times));
    checked("indentation", |times| lines(100 * times, |at| format!("{}-", " ".repeat(at))));
    checked("dashes", |times| format!("{}x\n", "- ".repeat(10_000 * times)));
}

#[test]
fn aliases_of_aliases() {
    checked("an alias bomb", |times| {
        let items = ["*a"; 10].join(", ");
        let mut text = "a0: &a0 [x]\n".to_owned();
        for level in 1..10 * times {
            let items = items.replace("*a", &format!("*a{}", level - 1));
            let _ = writeln!(text, "a{level}: &a{level} [{items}]");
        }
        text
    });
    checked("a condition repeated", |times| {
        let condition = "branch =~ '^a{1,9}(b|c)$' or ".repeat(20 * times);
        let skips = lines(100 * times, |_| "- skip: {when: *w}".to_owned());
        format!("{HEAD}x: &w \"{condition}true\"\nblocks:\n{skips}")
    });
}

#[test]
fn many_keys() {
    checked("keys", |times| HEAD.to_owned() + &lines(300 * times, |at| format!("k{at}: 1")));
    checked("the same key", |times| HEAD.to_owned() + &lines(300 * times, |_| "k: 1".to_owned()));
    checked("merge keys", |times| HEAD.to_owned() + &lines(300 * times, |_| "<<: 1".to_owned()));
    checked("unknown escapes", |times| {
        HEAD.to_owned() + &lines(100 * times, |at| format!("k{at}: \"\\d\\s\""))
    });
    checked("long unknown keys", |times| format!("{HEAD}{}: 1\n", "nam".repeat(1_000 * times)));
}

#[test]
fn many_comments() {
    let rules = ["unknown-key", "wrong-type", "no-such-rule"];
    checked("comments at the ends of lines", |times| {
        let line = |at: usize| format!("k{at}: 1 # pipewright: ignore[{}]", rules[at % 3]);
        HEAD.to_owned() + &lines(200 * times, line)
    });
    checked("comments alone", |times| {
        let line = |at: usize| format!("# pipewright: ignore[{}]", rules[at % 3]);
        format!("{HEAD}{}{BLOCKS}", lines(200 * times, line))
    });
    checked("comments at the end", |times| {
        HEAD.to_owned() + &lines(200 * times, |_| "# pipewright: ignore[x]".to_owned())
    });
    checked("rules in one comment", |times| {
        format!("{HEAD}# pipewright: ignore[{}]\n{BLOCKS}", "wrong-type, ".repeat(1_000 * times))
    });
}

#[test]
fn many_problems() {
    let jobs = |times: usize| lines(200 * times, |_| "      - {name: J, cmds: [x]}".to_owned());
    checked("jobs of one name with unknown keys", |times| {
        format!("{HEAD}blocks:\n- task:\n    jobs:\n{}", jobs(times))
    });
    checked("blocks that wait for unknown ones", |times| {
        let block = |at: usize| format!("- {{name: B{at}, dependencies: [C{at}]}}");
        format!("{HEAD}blocks:\n{}", lines(200 * times, block))
    });
    let report = alone(&(HEAD.to_owned() + &lines(5_000, |at| format!("k{at}: 1"))));
    assert!(report.diagnostics.len() >= 5_000);
}

#[test]
fn long_lines() {
    checked("a line of unknown keys", |times| {
        let entries: String = (0..20 * times).fold(String::new(), |mut text, at| {
            let _ = write!(text, "key{at}: {}, ", "x".repeat(1000));
            text
        });
        format!("{{{entries} version: v1.0}}\n")
    });
    checked("a line of escapes", |times| {
        format!("{HEAD}x: \"{}\"\n", "\\d \\n".repeat(200 * times))
    });
}

#[test]
fn expressions() {
    checked("expressions without an end", |times| {
        format!("{HEAD}{BLOCKS}x: '{}'\n", "${{ parameters.A ".repeat(2_000 * times))
    });
    checked("expressions in expressions", |times| {
        format!("{HEAD}{BLOCKS}x: '{}}}}}'\n", "${{ parameters.A ".repeat(2_000 * times))
    });
    checked("parameters of one text", |times| {
        let line = |at: usize| format!("  echo ${{{{ parameters.P{at} }}}}");
        format!("{HEAD}x: |\n{}{BLOCKS}", lines(200 * times, line))
    });
}

#[test]
fn depth_takes_no_stack_and_no_memory() {
    // An alias bomb is refused by arithmetic, not by walking it.
    let bomb = lines(60, |at| match at {
        0 => "a0: &a0 [x, x]".to_owned(),
        at => format!("a{at}: &a{at} [*a{0}, *a{0}, *a{0}]", at - 1),
    });
    assert_eq!(Tree::parse(bomb).unwrap_err().rule, "yaml-syntax");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(1_000));
    assert_eq!(Tree::parse(long).unwrap_err().rule, "yaml-syntax");
}

/// Files in memory.
struct Memory(BTreeMap<String, String>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<String, Unread> {
        self.0.get(path).cloned().ok_or(Unread::Missing)
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let below = |path: &&String| path.starts_with(folder);
        self.0.keys().filter(below).cloned().collect()
    }

    fn name(&self, path: &str) -> String {
        path.to_owned()
    }
}

fn repository(files: impl IntoIterator<Item = (String, String)>) -> Memory {
    Memory(files.into_iter().map(|(name, text)| (format!(".semaphore/{name}"), text)).collect())
}

fn promotions(to: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{HEAD}{BLOCKS}promotions:\n");
    for (index, target) in to.into_iter().enumerate() {
        let parameters = "{env_vars: [{name: STAGE, required: true}]}";
        let _ = writeln!(
            text,
            "- {{name: P{index}, pipeline_file: {target}, parameters: {parameters}}}"
        );
    }
    text
}

fn whole(what: &str, make: impl Fn(usize) -> Memory) {
    grows_linearly(what, make, |files| {
        let all = files.0.keys().cloned().collect();
        told(&check::check(files, &Selection::Repository(all), &Severities::new(), &|| {}));
    });
}

#[test]
fn promotions_across_many_files() {
    let name = |index: usize| format!("p{index}.yml");
    let start = || ("semaphore.yml".to_owned(), promotions(["p0.yml".to_owned()]));
    whole("a chain that leads back", |times| {
        let count = 50 * times;
        let link = |at: usize| (name(at), promotions([name((at + 1) % count), name(at / 2)]));
        repository((0..count).map(link).chain([start()]))
    });
    whole("all to one that is broken and long", |times| {
        let count = 50 * times;
        let broken = format!("version: v2\nname: X\n# {}\n", "x".repeat(1_000 * times));
        let file = |at: usize| (name(at + 1), promotions(["p0.yml".to_owned()]));
        repository((0..count).map(file).chain([start(), (name(0), broken)]))
    });
    whole("one to all", |times| {
        let count = 50 * times;
        let file = |at: usize| (name(at), format!("{HEAD}{BLOCKS}# ${{{{parameters.NO}}}}\n"));
        let start = ("semaphore.yml".to_owned(), promotions((0..count).map(name)));
        repository((0..count).map(file).chain([start]))
    });
    whole("nowhere", |times| {
        let missing = |at: usize| format!("q{at}.yml");
        let file = |at: usize| (name(at), promotions((0..20).map(|k| missing(at * 20 + k))));
        repository((0..20 * times).map(file).chain([start()]))
    });
}

#[test]
fn task_files_of_many_blocks() {
    whole("one task file of many blocks", |times| {
        let block = |at: usize| format!("- {{name: B{at}, task_file: t.yml}}");
        let jobs = lines(100 * times, |_| "- {commands: [1]}".to_owned());
        let pipeline = format!("{HEAD}blocks:\n{}", lines(100 * times, block));
        let task = format!("jobs:\n{jobs}");
        repository([("semaphore.yml".to_owned(), pipeline), ("t.yml".to_owned(), task)])
    });
}
