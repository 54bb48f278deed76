//! The rules: what each finding about a pipeline is called, how bad it is, and who would
//! complain. A rule's documentation is `docs/rules/<id>.md`, which is part of the binary.

use crate::diagnostic::{Origin, Severity};

/// What kind of thing is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, in kebab case: in messages, in comments and settings that turn it off, and of
    /// its page.
    pub id: &'static str,
    /// How bad it is, unless the configuration says otherwise.
    pub severity: Severity,
    /// Who would complain.
    pub origin: Origin,
    /// Its page, in Markdown.
    pub page: &'static str,
}

impl Rule {
    /// One sentence: the first paragraph of its page.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.page.split("\n\n").nth(1).unwrap_or_default().trim_end()
    }

    /// Where its page lies in the repository of pipewright.
    #[must_use]
    pub fn path(&self) -> String {
        format!("docs/rules/{}.md", self.id)
    }
}

macro_rules! rules {
    ($($id:literal $severity:ident $origin:ident,)*) => {
        &[$(Rule {
            id: $id,
            severity: Severity::$severity,
            origin: Origin::$origin,
            page: include_str!(concat!("../../docs/rules/", $id, ".md")),
        }),*]
    };
}

/// All rules, in the order of their ids.
pub static ALL: &[Rule] = rules! {
    "broken-target" Error Workflow,
    "change-in-arguments" Warning Workflow,
    "change-in-path" Warning Workflow,
    "commands-file" Error Platform,
    "condition-crash" Error Workflow,
    "condition-function" Error Platform,
    "condition-keyword" Error Platform,
    "condition-regex" Error Platform,
    "condition-syntax" Error Platform,
    "dependency-cycle" Error Platform,
    "duplicate-key" Warning Lint,
    "duplicate-name" Error Platform,
    "duplicate-promotion" Error Workflow,
    "duplicate-variable" Error Platform,
    "empty-value" Error Platform,
    "exclusive-keys" Error Platform,
    "lost-exclamation-mark" Warning Lint,
    "matrix-size" Error Platform,
    "merge-key" Error Platform,
    "missing-commands-file" Error Workflow,
    "missing-dependencies" Error Platform,
    "missing-key" Error Platform,
    "missing-target" Error Workflow,
    "missing-task-file" Error Workflow,
    "out-of-range" Error Platform,
    "promotion-loop" Info Workflow,
    "promotion-parameters" Error Workflow,
    "several-documents" Warning Lint,
    "tab-indentation" Warning Lint,
    "task-file" Error Platform,
    "time-limit" Error Platform,
    "too-few-items" Error Platform,
    "too-many-items" Error Platform,
    "unclosed-collection" Error Platform,
    "undeclared-parameter" Warning Workflow,
    "unknown-dependency" Error Platform,
    "unknown-escape" Warning Lint,
    "unknown-key" Error Platform,
    "unknown-value" Error Platform,
    "unknown-version" Error Platform,
    "unreached-pipeline" Warning Workflow,
    "unused-ignore" Warning Lint,
    "unused-parameter" Info Workflow,
    "wrong-type" Error Platform,
    "yaml-syntax" Error Platform,
};

/// The rule of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.binary_search_by(|rule| rule.id.cmp(id)).ok().and_then(|index| ALL.get(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_found_and_has_a_page() {
        for rule in ALL {
            assert_eq!(find(rule.id), Some(rule), "the rules stand in the order of their ids");
            assert!(rule.page.starts_with(&format!("# {}\n\n", rule.id)), "{}", rule.id);
            let summary = rule.summary();
            assert!(summary.ends_with('.') && summary.len() > 20, "{}: {summary}", rule.id);
        }
        assert_eq!(find("no-such-rule"), None);
    }
}
