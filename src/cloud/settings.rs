//! The values of a profile's settings for one target.
//!
//! Every value is shell-safe text, whatever a profile's pattern allows: letters, digits and
//! `_ . / : @ % + = , -`, starting with a letter or digit. So no setting can turn into a command,
//! wherever a template puts it.

use super::profile::{Profile, Setting, SettingKind, When, holds};
use super::render::{Surroundings, render_text};
use indexmap::IndexMap;

/// What is wrong with the settings of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// The setting.
    pub key: String,
    /// Whether the target gives it, so that there is a place to point at.
    pub given: bool,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// The value of every setting of the profile, empty where there is neither value nor default.
///
/// # Errors
/// All problems: unknown settings, missing ones, values that don't match.
pub fn resolve(
    profile: &Profile,
    given: &IndexMap<String, String>,
    surroundings: &Surroundings<'_>,
) -> Result<IndexMap<String, String>, Vec<SettingProblem>> {
    let mut values = IndexMap::new();
    let mut problems = Vec::new();
    for (key, setting) in &profile.settings {
        if !holds(&setting.when, &values) {
            if given.contains_key(key) {
                problems.push(SettingProblem {
                    key: key.clone(),
                    given: true,
                    message: format!("\"{key}\" is of no use unless {}", told(&setting.when)),
                    help: Some("take it away, or change that".to_owned()),
                });
            }
            values.insert(key.clone(), String::new());
            continue;
        }
        let value = match (given.get(key), &setting.default) {
            (Some(value), _) => value.clone(),
            // A default may use the settings before it.
            (None, Some(default)) => match render_text(default, surroundings, &values) {
                Ok(value) => value,
                Err(why) => {
                    problems.push(SettingProblem {
                        key: key.clone(),
                        given: false,
                        message: format!("the default of \"{key}\" can't be filled in: {why}"),
                        help: None,
                    });
                    String::new()
                }
            },
            (None, None) => String::new(),
        };
        if !value.is_empty() || given.contains_key(key) {
            if let Some((message, help)) = fault(key, setting, &value) {
                problems.push(SettingProblem {
                    key: key.clone(),
                    given: given.contains_key(key),
                    message,
                    help,
                });
            }
        } else if setting.required
            || !setting.required_when.is_empty() && holds(&setting.required_when, &values)
        {
            let because: When =
                setting.when.iter().chain(&setting.required_when).map(owned).collect();
            let because = match because.is_empty() {
                true => String::new(),
                false => format!(", as {}", told(&because)),
            };
            problems.push(SettingProblem {
                key: key.clone(),
                given: false,
                message: format!(
                    "{} needs the setting \"{key}\"{because}: {}",
                    profile.name,
                    lower_first(&setting.description)
                ),
                help: Some(format!("add \"{key}: …\" to this target")),
            });
        }
        values.insert(key.clone(), value);
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

fn owned((key, value): (&String, &String)) -> (String, String) {
    (key.clone(), value.clone())
}

/// Settings and their values in words.
fn told(when: &When) -> String {
    let each: Vec<String> =
        when.iter().map(|(key, value)| format!("\"{key}\" is \"{value}\"")).collect();
    each.join(" and ")
}

/// What is wrong with one value: a message and help.
pub(super) fn fault(key: &str, setting: &Setting, value: &str) -> Option<(String, Option<String>)> {
    if setting.kind == SettingKind::Choice {
        if setting.choices.iter().any(|choice| choice == value) {
            return None;
        }
        return Some((
            format!("{value:?} is not a value of \"{key}\""),
            Some(format!("one of: {}", setting.choices.join(", "))),
        ));
    }
    if !is_safe(value) {
        return Some((
            format!("{value:?} can't be the value of \"{key}\""),
            Some(
                "use letters, digits and _ . / : @ % + = , - only, and start with a letter or digit"
                    .to_owned(),
            ),
        ));
    }
    let pattern = setting.pattern.as_deref()?;
    let matches = regex_lite::Regex::new(&format!("^(?:{pattern})$"))
        .is_ok_and(|regex| regex.is_match(value));
    (!matches).then(|| {
        (
            format!("{value:?} does not look like a value of \"{key}\""),
            Some(format!("{}; it must match {pattern}", lower_first(&setting.description))),
        )
    })
}

fn is_safe(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_alphanumeric())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "_./:@%+=,-".contains(c))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.as_str()) {
        // "URL of…" stays as it is.
        (Some(first), rest) if !rest.starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(rest.chars()).collect()
        }
        _ => text.to_owned(),
    }
}
