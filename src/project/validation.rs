//! How `validate` is configured: the key `validate` of `pipewright.yml`, which stands also in
//! repositories that pipewright generates nothing for.

use super::resolve::{ConfigError, faulty};
use crate::diagnostic::{Problem, Severity, SourceFile, Span, nearest};
use crate::rule;
use crate::schema::Shape;
use crate::yaml::{Node, Tree};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// How pipelines are validated.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ValidateConfig {
    /// How bad the findings of a rule are, by its id; `off` drops them.
    #[serde(default)]
    pub rules: IndexMap<String, Level>,
    /// Files that are not validated, by patterns as in `.gitignore`.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// How bad the findings of a rule are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// They are dropped.
    Off,
    /// They are shown.
    Info,
    /// They fail the run with `--deny-warnings`.
    Warning,
    /// They fail the run.
    Error,
}

/// The configuration of `validate`, checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Validation {
    /// By rule; `None` drops its findings.
    pub severities: HashMap<&'static str, Option<Severity>>,
    /// Patterns as in `.gitignore`.
    pub exclude: Vec<String>,
}

impl Validation {
    /// Reads the key `validate` of a configuration. The rest of it is not looked at.
    ///
    /// # Errors
    /// With all problems of that part, or because the text is no YAML.
    pub fn load(file: &SourceFile) -> Result<Self, ConfigError> {
        static SHAPE: LazyLock<Shape> = LazyLock::new(Shape::of::<ValidateConfig>);
        let tree = Tree::parse(file.text()).map_err(|problem| faulty(file, vec![problem]))?;
        if !tree.traps().is_empty() {
            return Err(faulty(file, tree.traps().to_vec()));
        }
        let Some(node) = tree.root().get("validate").filter(|node| !node.is_null()) else {
            return Ok(Self::default());
        };
        let mut problems = SHAPE.check_at(node);
        problems.extend(unknown_rules(node));
        if !problems.is_empty() {
            return Err(faulty(file, problems));
        }
        let config = ValidateConfig::deserialize(node)
            .map_err(|error| faulty(file, vec![error.problem("config")]))?;
        let severities = config
            .rules
            .iter()
            .filter_map(|(id, level)| Some((rule::find(id)?.id, level.severity())))
            .collect();
        Ok(Self { severities, exclude: config.exclude })
    }
}

impl Level {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// The names under `rules` that no rule has.
pub(super) fn unknown_rules(validate: Node<'_>) -> Vec<Problem> {
    let unknown = |name: &str, span: Span| {
        let problem = Problem::new("config", span, format!("there is no rule \"{name}\""));
        match nearest(name, rule::ALL.iter().map(|rule| rule.id)) {
            Some(near) => problem.help(format!("did you mean \"{near}\"?")),
            None => problem.help("`pipewright rules list` shows them all"),
        }
    };
    let rules = validate.get("rules").into_iter().flat_map(Node::entries);
    rules
        .filter_map(|entry| {
            let name = entry.key.as_str()?;
            rule::find(name).is_none().then(|| unknown(name, entry.key.span()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Validation, ConfigError> {
        Validation::load(&SourceFile::new("pipewright.yml", text))
    }

    #[test]
    fn only_its_own_part_is_read() {
        let text = "version: 7\nnames: x\nvalidate:\n  rules: {unreached-pipeline: off, time-limit: info}\n  exclude: [old/]\n";
        let validation = load(text).unwrap();
        assert_eq!(validation.severities["unreached-pipeline"], None);
        assert_eq!(validation.severities["time-limit"], Some(Severity::Info));
        assert_eq!(validation.exclude, ["old/"]);
        assert_eq!(load("version: 1\n").unwrap(), Validation::default());
    }

    #[test]
    fn wrong_settings_are_told_together() {
        let Err(ConfigError::Faulty(problems)) =
            load("validate: {rules: {time-limits: off, wrong-type: 'no'}, excludes: x}\n")
        else {
            panic!("it is faulty")
        };
        let mut messages: Vec<String> =
            problems.iter().map(|found| found.problem.message.clone()).collect();
        messages.sort();
        assert_eq!(
            messages,
            [
                "\"wrong-type\" cannot be \"no\"",
                "there is no rule \"time-limits\"",
                "unknown key \"excludes\" at the top level",
            ]
        );
    }
}
