//! The Semaphore secrets that the pipelines need, and the commands that make them.
//!
//! A command asks for each value on the terminal unless a step of the runbook has left it in a
//! variable: no value stands in a file or in the shell's history. What a cloud's secret holds comes
//! from variables that start with `CI_`, so that nobody's own credentials are taken for those of CI.
//! `sem` refuses an empty value and one of several lines.

use super::commands::DB_SSL_CA_BASE64;
use crate::project::{CiRegistry, DB_PARAMS, DB_VARIABLES, Project, Target};
use serde::Serialize;

/// A Semaphore secret: what it is for and how to make it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretCommand {
    /// Its name.
    pub name: String,
    /// What it gives access to.
    pub description: String,
    /// Ids of the targets whose pipelines use it.
    pub targets: Vec<String>,
    /// Bash commands that ask for the values and make the secret.
    pub commands: String,
}

/// All secrets that the pipelines need, each once, in the order of the targets.
#[must_use]
pub fn secret_commands(project: &Project) -> Vec<SecretCommand> {
    let mut secrets: Vec<SecretCommand> = Vec::new();
    for target in &project.targets {
        for secret in of_target(project, target) {
            match secrets.iter_mut().find(|known| known.name == secret.name) {
                Some(known) => known.targets.push(target.id.clone()),
                None => secrets.push(secret),
            }
        }
    }
    secrets
}

/// The secrets that one target's pipelines need.
pub(super) fn of_target(project: &Project, target: &Target) -> Vec<SecretCommand> {
    let secret = |name: &str, description: &str, values: Vec<Value<'_>>| SecretCommand {
        name: name.to_owned(),
        description: description.to_owned(),
        targets: vec![target.id.clone()],
        commands: commands(name, &values),
    };
    let mut secrets = Vec::new();
    for (name, content) in target.cloud_secrets() {
        let variables = content
            .env_vars
            .iter()
            .map(|(variable, prompt)| asked(variable, format!("CI_{variable}"), prompt));
        let files = content.files.iter().map(|(path, source)| Value::File { path, source });
        secrets.push(secret(name, &content.description, variables.chain(files).collect()));
    }
    if project.database {
        secrets.push(secret(
            target.secret_name(DB_PARAMS),
            "settings of the database",
            database_values(project, target),
        ));
    }
    for own in &project.secrets {
        let values =
            own.env.iter().map(|variable| asked(variable, variable.clone(), variable)).collect();
        let description = format!("variables of {}", project.name);
        secrets.push(secret(&own.name, &description, values));
    }
    secrets
}

/// The settings of the database: the user and the use of TLS come from the cloud, unless targets
/// that disagree share the secret.
fn database_values<'a>(project: &'a Project, target: &'a Target) -> Vec<Value<'a>> {
    let name = target.secret_name(DB_PARAMS);
    let sharing: Vec<&Target> =
        project.targets.iter().filter(|other| other.secret_name(DB_PARAMS) == name).collect();
    let agreed = |value: fn(&Target) -> &str| {
        sharing.iter().all(|other| value(other) == value(target)).then(|| value(target))
    };
    let user = agreed(|target| &target.cloud.database.user);
    let ssl = agreed(|target| &target.cloud.database.ssl);
    let by_cloud = |value: fn(&Target) -> &str| {
        let each: Vec<String> =
            sharing.iter().map(|other| format!("{} on {}", value(other), other.title())).collect();
        each.join(", ")
    };
    let mut values = Vec::new();
    for variable in DB_VARIABLES {
        let asked = |prompt: &str| asked(variable, variable.to_owned(), prompt);
        values.push(match (variable, user, ssl) {
            ("DB_HOST", ..) => asked("database host"),
            ("DB_PORT", ..) => asked("database port, such as 5432"),
            ("DB_SCHEMA", ..) => Value::Known { variable, value: "demo" },
            ("DB_USER", Some(value), _) | ("DB_SSL", _, Some(value)) => {
                Value::Known { variable, value }
            }
            ("DB_USER", None, _) => asked(&format!(
                "database user ({})",
                by_cloud(|target| &target.cloud.database.user)
            )),
            ("DB_SSL", _, None) => asked(&format!(
                "TLS, true or false ({})",
                by_cloud(|target| &target.cloud.database.ssl)
            )),
            ("DB_SSL_CA", _, Some("false")) => continue,
            ("DB_SSL_CA", ..) => Value::Optional { variable: DB_SSL_CA_BASE64 },
            _ => asked("database password"),
        });
    }
    values
}

enum Value<'a> {
    /// Taken from a variable of the shell, and asked for on the terminal unless that is set.
    Asked { variable: &'a str, from: String, prompt: String },
    /// Taken from the variable, and left out when that is empty.
    Optional { variable: &'a str },
    /// Known beforehand.
    Known { variable: &'a str, value: &'a str },
    /// A file on disk.
    File { path: &'a str, source: &'a str },
}

fn asked<'a>(variable: &'a str, from: String, prompt: &str) -> Value<'a> {
    Value::Asked { variable, from, prompt: prompt.to_owned() }
}

/// One group, so that pasting it does not answer the first question with its second line.
fn commands(name: &str, values: &[Value<'_>]) -> String {
    let mut lines = vec!["{".to_owned()];
    let mut create = format!("  sem create secret {name}");
    for value in values {
        create.push_str(" \\\n    ");
        match value {
            Value::Asked { variable, from, prompt } => {
                let prompt = super::commands::quoted(&format!("{prompt}: "));
                let read = if is_confidential(variable) {
                    format!("{{ read -r -s -p {prompt} {from} </dev/tty && echo; }}")
                } else {
                    format!("read -r -p {prompt} {from} </dev/tty")
                };
                lines.push(format!("  [[ -n ${{{from}:-}} ]] || {read}"));
                create.push_str(&format!("-e {variable}=\"${{{from}:?}}\""));
            }
            Value::Optional { variable } => {
                create.push_str(&format!("${{{variable}:+-e \"{variable}=${variable}\"}}"));
            }
            Value::Known { variable, value } => create.push_str(&format!("-e {variable}={value}")),
            Value::File { path, source } => create.push_str(&format!("-f \"{source}:{path}\"")),
        }
    }
    lines.push(create);
    lines.push("}".to_owned());
    lines.join("\n")
}

/// Whether what is typed for a variable must not be seen.
fn is_confidential(variable: &str) -> bool {
    ["PASSWORD", "TOKEN", "SECRET", "KEY"].iter().any(|word| variable.contains(word))
}

/// Whether the image waits for its deployment in Semaphore's private registry, which is no secret
/// to make but has to be enabled.
#[must_use]
pub fn needs_private_registry(project: &Project) -> bool {
    project.ci_registry == CiRegistry::Semaphore
}
