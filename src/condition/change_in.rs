//! The only function, `change_in(patterns, options)`: its arguments as types.
//!
//! Facts from semaphoreci/spc, which evaluates the function before the pipeline starts: a
//! pattern argument is a string or a list of strings (an empty list matches nothing but the
//! pipeline file); the strings 'true' and 'false' are no booleans here; of a key that is written
//! twice the last value counts; a second argument that is no map, and an option that is not
//! known, are ignored without a word. The number of arguments (one or two) is checked by the
//! platform's dry run.

use super::check::{Finding, WhereUsed};
use super::glob::Glob;
use super::syntax::{Entry, Expression, Kind, NodeId};
use crate::diagnostic::{Origin, Problem, Span};

/// The rule of everything that is wrong with a function call.
pub(super) const FUNCTION: &str = "condition-function";
/// The rule of arguments that the platform takes, but not as they read.
const ARGUMENTS: &str = "change-in-arguments";

/// The function's name.
pub const NAME: &str = "change_in";

const OPTIONS: [&str; 6] =
    ["exclude", "pipeline_file", "on_tags", "default_branch", "branch_range", "default_range"];

/// A call of `change_in` with every option filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeIn {
    /// Files and folders that count, as written.
    pub patterns: Vec<String>,
    /// Files and folders that do not count, even where a pattern matches.
    pub exclude: Vec<String>,
    /// Whether a change to the pipeline file itself counts.
    pub pipeline_file: PipelineFile,
    /// What the call is on a tag, where no changes are looked at.
    pub on_tags: bool,
    /// The branch that others are compared with, `master` unless given.
    pub default_branch: String,
    /// The commits looked at on any other branch.
    pub branch_range: String,
    /// The commits looked at on the default branch and on a forked pull request.
    pub default_range: String,
}

/// Whether a change to the pipeline file itself counts as a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PipelineFile {
    /// It counts; the default outside of promotions.
    Track,
    /// It does not; the default inside promotions.
    Ignore,
}

impl ChangeIn {
    /// What the platform uses where `branch_range` is not given.
    pub const BRANCH_RANGE: &'static str = "$SEMAPHORE_MERGE_BASE...$SEMAPHORE_GIT_SHA";
    /// What the platform uses where `default_range` is not given.
    pub const DEFAULT_RANGE: &'static str = "$SEMAPHORE_GIT_COMMIT_RANGE";

    /// A call with these patterns and no options.
    #[must_use]
    pub fn new(patterns: Vec<String>, place: WhereUsed) -> Self {
        Self {
            patterns,
            exclude: Vec::new(),
            pipeline_file: match place {
                WhereUsed::Pipeline => PipelineFile::Track,
                WhereUsed::Promotion => PipelineFile::Ignore,
            },
            on_tags: true,
            default_branch: "master".to_owned(),
            branch_range: Self::BRANCH_RANGE.to_owned(),
            default_range: Self::DEFAULT_RANGE.to_owned(),
        }
    }

    /// Reads the call at `id`; `None` when that node is no call of this function.
    ///
    /// # Errors
    /// The first argument that the platform cannot use.
    pub fn read(
        expression: &Expression,
        id: NodeId,
        place: WhereUsed,
    ) -> Option<Result<Self, Problem>> {
        match expression.kind(id) {
            Kind::Call { name, .. } if name == NAME => {
                let (call, findings) = read(expression, id, place);
                let refused = findings.into_iter().find(|found| found.origin == Origin::Platform);
                Some(refused.map_or(Ok(call), |found| Err(found.problem)))
            }
            _ => None,
        }
    }
}

/// Everything wrong with the call at `id`.
pub(super) fn check(expression: &Expression, id: NodeId, place: WhereUsed) -> Vec<Finding> {
    read(expression, id, place).1
}

/// The arguments that are good, and what is wrong with the others.
fn read(expression: &Expression, id: NodeId, place: WhereUsed) -> (ChangeIn, Vec<Finding>) {
    let mut reader =
        Reader { expression, call: ChangeIn::new(Vec::new(), place), findings: Vec::new() };
    if let Kind::Call { name_span, arguments, .. } = expression.kind(id) {
        reader.arguments(*name_span, arguments);
    }
    (reader.call, reader.findings)
}

struct Reader<'e> {
    expression: &'e Expression,
    call: ChangeIn,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn arguments(&mut self, name: Span, arguments: &[NodeId]) {
        if let Some(extra) = arguments.get(2) {
            let span = self.expression.span(*extra);
            let message = format!("`{NAME}` takes one or two arguments, found {}", arguments.len());
            self.refuse(span, message, "put several patterns into a list: `['/a', '/b']`");
        }
        let Some(patterns) = arguments.first() else {
            let message = format!("`{NAME}` needs a pattern");
            self.refuse(name, message, "write for example `change_in('/lib')`");
            return;
        };
        self.call.patterns = self.patterns(*patterns, "the first argument of `change_in`");
        if let Kind::List(items) = self.expression.kind(*patterns)
            && items.is_empty()
        {
            let span = self.expression.span(*patterns);
            self.warn(span, "an empty list of patterns matches no file".to_owned(), None);
        }
        let Some(&options) = arguments.get(1) else { return };
        let Kind::Map(entries) = self.expression.kind(options) else {
            let message = format!(
                "the second argument of `{NAME}` must be a map of options, found {}",
                self.describe(options)
            );
            let help = "the platform ignores it; for several patterns write a list: `['/a', '/b']`";
            self.warn(self.expression.span(options), message, Some(help.to_owned()));
            return;
        };
        for entry in entries {
            self.option(entry);
        }
    }

    fn option(&mut self, entry: &Entry) {
        let value = entry.value;
        match entry.key.as_str() {
            "exclude" => self.call.exclude = self.patterns(value, "`exclude`"),
            "on_tags" => match self.expression.kind(value) {
                Kind::Boolean(on_tags) => self.call.on_tags = *on_tags,
                _ => self.wrong_type(value, "`on_tags`", "true or false, without quotes"),
            },
            "pipeline_file" => match self.expression.kind(value) {
                Kind::Text(text) if text == "track" => {
                    self.call.pipeline_file = PipelineFile::Track;
                }
                Kind::Text(text) if text == "ignore" => {
                    self.call.pipeline_file = PipelineFile::Ignore;
                }
                _ => self.wrong_type(value, "`pipeline_file`", "'track' or 'ignore'"),
            },
            "default_branch" => {
                if let Some(text) = self.text(value, "`default_branch`") {
                    self.call.default_branch = text;
                }
            }
            "branch_range" => {
                if let Some(text) = self.text(value, "`branch_range`") {
                    self.call.branch_range = text;
                }
            }
            "default_range" => {
                if let Some(text) = self.text(value, "`default_range`") {
                    self.call.default_range = text;
                }
            }
            unknown => {
                let message = format!("unknown option `{unknown}` of `{NAME}`");
                let help =
                    format!("the platform ignores it; the options are {}", OPTIONS.join(", "));
                self.warn(entry.key_span, message, Some(help));
            }
        }
    }

    /// A string or a list of strings.
    fn patterns(&mut self, id: NodeId, what: &str) -> Vec<String> {
        let ids = match self.expression.kind(id) {
            Kind::Text(_) => vec![id],
            Kind::List(items) => items.clone(),
            _ => {
                self.wrong_type(id, what, "a string or a list of strings");
                return Vec::new();
            }
        };
        let mut patterns = Vec::new();
        for id in ids {
            let Some(pattern) = self.text(id, &format!("each pattern of {what}")) else { continue };
            if pattern.contains('*')
                && let Err(bad) = Glob::new(&pattern)
            {
                let message = format!("the pattern '{pattern}' cannot be read: {bad}");
                self.refuse(
                    self.expression.span(id),
                    message,
                    "put `\\` before a literal `[`, `{` or `\\`",
                );
                continue;
            }
            patterns.push(pattern);
        }
        patterns
    }

    fn text(&mut self, id: NodeId, what: &str) -> Option<String> {
        if let Kind::Text(text) = self.expression.kind(id) {
            return Some(text.clone());
        }
        self.wrong_type(id, what, "a string");
        None
    }

    fn wrong_type(&mut self, id: NodeId, what: &str, expected: &str) {
        let message = format!("{what} must be {expected}, found {}", self.describe(id));
        let span = self.expression.span(id);
        self.findings.push(Finding::at_start(Problem::new(FUNCTION, span, message)));
    }

    fn describe(&self, id: NodeId) -> String {
        match self.expression.kind(id) {
            Kind::List(items) if items.is_empty() => "an empty list".to_owned(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
            Kind::Text(text) => format!("the string '{text}'"),
            _ => format!("`{}`", self.expression.source(id)),
        }
    }

    fn refuse(&mut self, span: Span, message: String, help: &str) {
        let problem = Problem::new(FUNCTION, span, message).help(help);
        self.findings.push(Finding::at_start(problem));
    }

    fn warn(&mut self, span: Span, message: String, help: Option<String>) {
        let mut problem = Problem::new(ARGUMENTS, span, message);
        problem.help = help;
        self.findings.push(Finding { origin: Origin::Workflow, problem });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{findings, parse};
    use super::*;

    fn read_call(text: &str, place: WhereUsed) -> Result<ChangeIn, Problem> {
        let expression = parse(text).expect("a condition");
        ChangeIn::read(&expression, expression.root(), place).expect("a call of change_in")
    }

    #[test]
    fn options_are_read_and_the_others_filled_in() {
        let call = read_call(
            "change_in(['/a', 'b'], {exclude: '/a/c', pipeline_file: 'ignore', on_tags: false, \
             default_branch: 'main', branch_range: 'x...y', default_range: 'z..w', on_tags: true})",
            WhereUsed::Pipeline,
        );
        assert_eq!(
            call,
            Ok(ChangeIn {
                patterns: vec!["/a".to_owned(), "b".to_owned()],
                exclude: vec!["/a/c".to_owned()],
                pipeline_file: PipelineFile::Ignore,
                on_tags: true,
                default_branch: "main".to_owned(),
                branch_range: "x...y".to_owned(),
                default_range: "z..w".to_owned(),
            })
        );
        let call = read_call("change_in('/a')", WhereUsed::Pipeline).expect("good arguments");
        assert_eq!(call, ChangeIn::new(vec!["/a".to_owned()], WhereUsed::Pipeline));
        assert_eq!((call.pipeline_file, call.on_tags), (PipelineFile::Track, true));
        assert_eq!(call.default_branch, "master");
        let call = read_call("change_in('/a', {})", WhereUsed::Promotion).expect("good arguments");
        assert_eq!(call.pipeline_file, PipelineFile::Ignore);
        let call = read_call("change_in([])", WhereUsed::Promotion).expect("good arguments");
        assert_eq!(call.patterns, Vec::<String>::new());
    }

    #[test]
    fn other_nodes_are_no_calls() {
        for text in ["true", "foo('/a')", "(change_in('/a'))"] {
            let expression = parse(text).expect("a condition");
            assert!(ChangeIn::read(&expression, expression.root(), WhereUsed::Pipeline).is_none());
        }
    }

    #[test]
    fn bad_arguments_are_found_in_their_place() {
        use Origin::{Platform, Workflow};
        for (text, place, message, origin) in [
            ("change_in()", "change_in", "`change_in` needs a pattern", Platform),
            (
                "change_in('/a', {}, '/b')",
                "'/b'",
                "`change_in` takes one or two arguments, found 3",
                Platform,
            ),
            (
                "change_in(5)",
                "5",
                "the first argument of `change_in` must be a string or a list of strings, found `5`",
                Platform,
            ),
            ("change_in({})", "{}", "the first argument of `change_in` must be", Platform),
            (
                "change_in(['/a', 5])",
                "5",
                "each pattern of the first argument of `change_in` must be a string",
                Platform,
            ),
            ("change_in('/[*')", "'/[*'", "the pattern '/[*' cannot be read", Platform),
            (
                "change_in('/a', {exclude: true})",
                "true",
                "`exclude` must be a string or a list",
                Platform,
            ),
            (
                "change_in('/a', {on_tags: 'true'})",
                "'true'",
                "`on_tags` must be true or false",
                Platform,
            ),
            (
                "change_in('/a', {pipeline_file: 'no'})",
                "'no'",
                "`pipeline_file` must be 'track' or",
                Platform,
            ),
            (
                "change_in('/a', {pipeline_file: true})",
                "true",
                "`pipeline_file` must be 'track' or",
                Platform,
            ),
            (
                "change_in('/a', {default_branch: 1})",
                "1",
                "`default_branch` must be a string",
                Platform,
            ),
            (
                "change_in('/a', {branch_range: []})",
                "[]",
                "`branch_range` must be a string",
                Platform,
            ),
            (
                "change_in('/a', {default_range: {}})",
                "{}",
                "`default_range` must be a string",
                Platform,
            ),
            ("change_in([])", "[]", "an empty list of patterns", Workflow),
            (
                "change_in('/a', '/b')",
                "'/b'",
                "the second argument of `change_in` must be a map",
                Workflow,
            ),
            (
                "change_in('/a', {excludes: '/b'})",
                "excludes",
                "unknown option `excludes`",
                Workflow,
            ),
        ] {
            let found = findings(text, WhereUsed::Pipeline);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            let rule = if origin == Platform { FUNCTION } else { ARGUMENTS };
            assert_eq!(found[0].problem.rule, rule);
            assert_eq!(found[0].problem.span.slice(text), place, "{text}");
            assert!(found[0].problem.message.starts_with(message), "{text}: {found:?}");
            assert_eq!(found[0].origin, origin, "{text}");
            assert_eq!(read_call(text, WhereUsed::Pipeline).is_err(), origin == Platform, "{text}");
        }
    }
}
