//! What must hold of any input. The fuzz targets run these on what the fuzzer makes up, and
//! `tests/fuzz_corpus.rs` on the seeds and on every input that once broke something.

use pipewright::check::{self, Alone, Files, Report, Selection, Severities, Unread};
use pipewright::condition::{self, Changes, Inputs, Kind, WhereUsed};
use pipewright::diagnostic::{Problem, SourceFile, Span};
use pipewright::report;
use pipewright::yaml::{MAX_NODES, Node, Tree, emit};
use std::collections::{BTreeMap, HashSet};

/// Any text: its tree, or why there is none.
pub fn parse(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match Tree::parse(text) {
        Err(problem) => sound(text, &problem),
        Ok(tree) => walk(text, &tree),
    }
}

fn walk(text: &str, tree: &Tree) {
    assert_eq!(tree.text(), text);
    for problem in tree.traps() {
        sound(text, problem);
    }
    let mut end = 0;
    for comment in tree.comments() {
        let written = covered(text, comment.span);
        assert_eq!(written.strip_prefix('#'), Some(comment.text.as_str()));
        assert!(!written.contains('\n'), "a comment of several lines: {written:?}");
        assert!(end <= comment.span.start, "comments are in order");
        end = comment.span.end;
    }
    let mut open = vec![tree.root()];
    let mut nodes: u64 = 0;
    let mut rewritten = 0;
    while let Some(node) = open.pop() {
        nodes += 1;
        assert!(nodes <= MAX_NODES, "more nodes than a text may have");
        covered(text, node.span());
        covered(text, node.outer_span());
        covered(text, node.definition_span());
        if node.is_alias() {
            assert!(covered(text, node.span()).starts_with('*'));
            continue;
        }
        for entry in node.entries() {
            within(node, entry.key);
            within(node, entry.value);
            open.extend([entry.key, entry.value]);
        }
        for item in node.items() {
            within(node, item);
            open.push(item);
        }
        if let Some(value) = node.as_str() {
            scalar(text, node, value);
            if value.len() < 100 && rewritten < 8 {
                rewritten += 1;
                written_back(value);
            }
        }
    }
}

/// Children lie in the text of their collection.
fn within(parent: Node<'_>, child: Node<'_>) {
    let (outer, inner) = (parent.span(), child.span());
    assert!(
        outer.start <= inner.start && inner.end <= outer.end,
        "{inner:?} is not within {outer:?}"
    );
}

/// Parts of a string have their places in its text.
fn scalar(text: &str, node: Node<'_>, value: &str) {
    let whole = node.span();
    let first = value.chars().next().map_or(0, char::len_utf8);
    let last = value.chars().next_back().map_or(0, char::len_utf8);
    for range in [0..value.len(), 0..first, value.len() - last..value.len(), first..first] {
        let part = node.span_within(range);
        covered(text, part);
        assert!(whole.start <= part.start, "{part:?} is not within {whole:?}");
    }
    if covered(text, whole) == value {
        assert_eq!(node.span_within(0..value.len()), whole);
    }
}

/// What is written for a string reads as that string.
fn written_back(value: &str) {
    let written = format!("k: {}\n", emit::scalar(value));
    let tree = Tree::parse(written.as_str());
    let read = tree.as_ref().ok().and_then(|tree| tree.root().get("k")).and_then(Node::as_str);
    assert_eq!(read, Some(value), "{written:?}");
}

/// A repository in one input: `.semaphore/semaphore.yml`, and after each line `=== PATH` another
/// file.
struct Memory<'i>(BTreeMap<String, &'i [u8]>);

const START: &str = ".semaphore/semaphore.yml";
const NEXT: &[u8] = b"\n=== ";

impl<'i> Memory<'i> {
    fn of(input: &'i [u8]) -> Self {
        let mut files = BTreeMap::new();
        let mut path = START.to_owned();
        let mut rest = input;
        while let Some(at) = rest.windows(NEXT.len()).position(|bytes| bytes == NEXT) {
            files.entry(path).or_insert(&rest[..=at]);
            rest = &rest[at + NEXT.len()..];
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            path = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        files.entry(path).or_insert(rest);
        Self(files)
    }
}

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> Result<String, Unread> {
        let bytes = self.0.get(path).ok_or(Unread::Missing)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| {
            let file = SourceFile::new(path, "");
            let problem = Problem::new("yaml-syntax", Span::default(), "no text");
            Unread::Binary(Box::new((file, problem)))
        })
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let in_folder = |path: &&String| path.rsplit_once('/').map_or("", |(at, _)| at) == folder;
        self.0.keys().filter(in_folder).cloned().collect()
    }

    fn name(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Any repository: what is found, and every way to tell it.
pub fn validate(input: &[u8]) {
    let files = Memory::of(input);
    let start = files.0.get(START).copied().unwrap_or_default();
    let chosen = || vec![START.to_owned()];
    let severities = Severities::new();
    let alone = Alone::new(START, start.to_vec());
    let report = check::check(&alone, &Selection::Files(chosen()), &severities, &|| {});
    told(&report);
    refused_as_by_the_platform(start, &report);
    if let Ok(text) = std::str::from_utf8(start) {
        fixed(text, &report);
    }
    let all: Vec<String> = files.0.keys().cloned().collect();
    let selection =
        if all.len() == 1 { Selection::Files(chosen()) } else { Selection::Repository(all) };
    told(&check::check(&files, &selection, &severities, &|| {}));
}

/// Fixing a text makes it no worse, and comes to an end.
fn fixed(text: &str, report: &Report) {
    let problems = report.diagnostics.iter().map(|found| &found.problem);
    if let Some((fixed, count)) = check::fixed(text, problems) {
        assert!(count > 0 && fixed != text);
        assert!(Tree::parse(fixed).is_ok());
    }
}

/// One file by itself is refused exactly when something was found that no comment hides.
fn refused_as_by_the_platform(bytes: &[u8], report: &Report) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        assert_eq!(report.diagnostics.len(), 1);
        return;
    };
    if text.contains("ignore[") {
        return;
    }
    let expected = match Tree::parse(text) {
        Ok(tree) => check::platform(&tree).len(),
        Err(_) => 1,
    };
    let origin = pipewright::diagnostic::Origin::Platform;
    let found = report.diagnostics.iter().filter(|found| found.origin == origin).count();
    assert_eq!(found, expected, "{:?}", report.diagnostics);
}

/// The findings are sound, sorted, each there once; and each format can tell them.
fn told(report: &Report) {
    let mut seen = HashSet::new();
    let mut last = None;
    for found in &report.diagnostics {
        sound(found.file.text(), &found.problem);
        let place = (found.file.name(), found.problem.span, found.problem.rule);
        assert!(last <= Some(place), "{place:?} comes after {last:?}");
        last = Some(place);
        let Problem { message, help, notes, .. } = &found.problem;
        let notes: Vec<_> = notes.iter().map(|note| (note.span, &note.message)).collect();
        assert!(seen.insert((place, message, help, notes)), "twice: {found:?}");
    }
    let count = report.files.len();
    let found = &report.diagnostics;
    assert_eq!(report::github(found).lines().count(), found.len());
    assert!(report::json(found, count).ends_with("}\n"));
    // It repeats the pages of all rules, which is more work than all else.
    if found.first().is_some_and(|first| found.len() == 1 && first.file.text().len() % 32 == 0) {
        assert!(report::sarif(found).ends_with("}\n"));
    }
    assert!(report::junit(found, &report.files, true).ends_with(">\n"));
    assert!(report::render(found, false).len() >= found.len());
    assert!(report::summary(found, count).ends_with('\n'));
}

/// Any condition, and what it comes to.
pub fn condition(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for (name, at) in condition::parameters(text).into_iter().zip(0..) {
        assert!(at < text.len() && text.contains(name));
    }
    let substituted = condition::substitute(text, |name| Some(name.repeat(2)));
    assert!(substituted.len() <= 2 * text.len());
    let expression = match condition::parse(text) {
        Ok(expression) => expression,
        Err(problem) => {
            sound(text, &problem);
            let found = condition::findings(text, WhereUsed::Pipeline);
            assert_eq!(found.len(), 1, "what can't be read has one finding");
            return;
        }
    };
    let printed = expression.to_string();
    let again = condition::parse(&printed);
    assert_eq!(again.map(|again| again.to_string()), Ok(printed.clone()), "{text:?}");
    let count = expression.nodes().count();
    for (_, node) in expression.nodes() {
        covered(text, node.span);
        if let Kind::Call { name, name_span, .. } = &node.kind {
            assert_eq!(covered(text, *name_span), name);
        }
    }
    for place in [WhereUsed::Pipeline, WhereUsed::Promotion] {
        let found = expression.findings(place);
        for finding in &found {
            sound(text, &finding.problem);
        }
        for inputs in events() {
            let paths = ["lib/a.rb", ".semaphore/semaphore.yml", "docs/ü/x y.md"];
            let changes = |call: &condition::ChangeIn| {
                call.first_change(START, paths)
                    .map(|change| change.is_some())
                    .map_err(|error| format!("{error:?}"))
            };
            evaluated(&expression, place, &inputs, &changes, count);
        }
    }
}

fn evaluated(
    expression: &condition::Expression,
    place: WhereUsed,
    inputs: &Inputs,
    changes: &dyn Changes,
    count: usize,
) {
    match expression.evaluate(place, inputs, changes) {
        Ok(evaluation) => {
            let root = evaluation.value(expression.root());
            assert_eq!(root.truth(), evaluation.result());
            assert!(count > 0);
        }
        Err(error) => sound(expression.text(), &error.problem),
    }
}

fn events() -> [Inputs; 3] {
    let event = |branch: &str, tag: &str, pull_request: &str| Inputs {
        branch: branch.to_owned(),
        tag: tag.to_owned(),
        pull_request: pull_request.to_owned(),
        result: "passed".to_owned(),
        result_reason: String::new(),
    };
    [event("feature/ü-1", "", ""), event("", "v1.2.3", ""), event("", "", "42")]
}

/// A problem speaks of text that is there.
fn sound(text: &str, problem: &Problem) {
    covered(text, problem.span);
    for note in &problem.notes {
        covered(text, note.span);
    }
    assert!(pipewright::rule::find(problem.rule).is_some(), "no rule {}", problem.rule);
    assert!(!problem.message.is_empty());
}

fn covered(text: &str, span: Span) -> &str {
    let covered = text.get(span.range());
    assert!(covered.is_some(), "{span:?} is no range of {} bytes", text.len());
    covered.unwrap_or_default()
}
