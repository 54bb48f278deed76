//! The commands of the pipelines' jobs.
//!
//! One list item is one command with an exit status that says the truth: the agent sources each
//! item in the job's shell and looks at `$?` (so `exit` and `set -e` would end the session). An
//! item has several lines only for `\` continuation, an `&&` chain or one compound statement.

use crate::project::{Autoscaling, DB_VARIABLES, Project, Target};

/// Commands with the reasons that become comments above them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Script {
    /// Each command with its comment, which may be empty.
    pub lines: Vec<(String, &'static str)>,
}

impl Script {
    /// Adds a command that speaks for itself.
    pub fn run(&mut self, command: impl Into<String>) {
        self.lines.push((command.into(), ""));
    }

    /// Adds a command with what a reader must know about it.
    pub fn explained(&mut self, comment: &'static str, command: impl Into<String>) {
        self.lines.push((command.into(), comment));
    }

    /// Adds the commands of another script.
    pub fn extend(&mut self, other: Self) {
        self.lines.extend(other.lines);
    }

    /// Adds commands as they are.
    pub fn all(&mut self, commands: &[String]) {
        self.lines.extend(commands.iter().map(|command| (command.clone(), "")));
    }

    /// Whether there is no command.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// A word as the shell takes it literally. Single quotes would be shorter, but a `$` or `\` inside
/// them reads like a mistake (and shellcheck says so).
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    // Inside quotes it would be literal too, but look as if somebody had forgotten that.
    if let Some(rest) = word.strip_prefix('~') {
        return if rest.is_empty() { "\\~".to_owned() } else { format!("\\~{}", quoted(rest)) };
    }
    if !word.contains(['\'', '$', '`', '\\']) {
        return format!("'{word}'");
    }
    let mut text = String::from("\"");
    for c in word.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}

/// A program and its arguments as the shell takes them literally.
pub(super) fn quoted_words(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// Gets the repository, and goes to the folder that the service's files are in.
pub(super) fn checkout(project: &Project) -> Script {
    let mut script = Script::default();
    script.run("checkout");
    if let Some(folder) = &project.folder {
        script.run(format!("cd {}", quoted(folder)));
    }
    script
}

/// How many pods of stable run, as `release.sh` takes it.
pub(super) fn stable_pods(project: &Project, target: &Target) -> String {
    match project.autoscaling {
        Some(Autoscaling { min, max, .. }) => format!("{min}-{max}"),
        None => target.replicas.stable.to_string(),
    }
}

/// Makes `kubectl` talk to the target.
pub(super) fn connect(target: &Target) -> Script {
    let mut script = Script::default();
    script.all(&target.rendered.prerequisites);
    script.all(&target.rendered.connect);
    script.run(format!("kubectl config set-context --current --namespace={}", target.namespace));
    script
}

/// Makes a Kubernetes Secret from variables of the job. `kubectl` reads their values from the
/// environment: no value is on a command line or in a file.
fn secret_from_variables(name: &str, variables: &[&str]) -> String {
    format!(
        "printf '%s\\n' {} | \\\n  \
         kubectl create secret generic {name} --from-env-file=/dev/stdin --dry-run=client --output=yaml | \\\n  \
         kubectl apply --server-side --force-conflicts --filename=-",
        variables.join(" ")
    )
}

/// Last part of the name of the Kubernetes Secret with the database's settings.
const DATABASE: &str = "db";

/// Last parts of the names of the Kubernetes Secrets that the pods get their variables from; the
/// Deployment's name comes before.
pub(super) fn pod_secrets(project: &Project) -> Vec<&str> {
    let database = project.database.then_some(DATABASE);
    let own = project.secrets.iter().map(|secret| secret.name.as_str());
    database.into_iter().chain(own).collect()
}

/// Variable of the Semaphore secret with the database's certificate authority, on one line.
pub(super) const DB_SSL_CA_BASE64: &str = "DB_SSL_CA_BASE64";

/// Everything a pod of the Deployment `NAME-track` needs before it can start: its secrets and the
/// service account. Nothing changes when the Deployment is not this workflow's to change.
pub(super) fn prepare(project: &Project, target: &Target, track: &'static str) -> Script {
    let mut script = Script::default();
    let name = &project.name;
    script.explained(
        match track {
            CANARY => "Ends here when a newer workflow has deployed already, unless FORCE is true.",
            _ => "Ends here while the canary of another workflow runs, and when stable is a newer workflow's,\nunless FORCE is true.",
        },
        release(&format!("check-{track}"), project, &[]),
    );
    if project.database {
        let secret = target.secret_name(crate::project::DB_PARAMS);
        script.run(format!(
            "if test -z \"$DB_HOST\"; then echo 'The Semaphore secret \"{secret}\" has no DB_HOST: see RUNBOOK.md, section 1'; false; fi"
        ));
        script.explained(
            "A variable of a Semaphore secret has one line, a certificate several.",
            format!(
                "if test -n \"${DB_SSL_CA_BASE64}\"; then DB_SSL_CA=$(printf '%s' \"${DB_SSL_CA_BASE64}\" | base64 --decode) && export DB_SSL_CA; fi"
            ),
        );
        script.explained(
            "kubectl takes the values from the environment: they are in no argument, file or log.",
            secret_from_variables(&format!("{name}-{track}-{DATABASE}"), &DB_VARIABLES),
        );
    }
    for secret in &project.secrets {
        let variables: Vec<&str> = secret.env.iter().map(String::as_str).collect();
        let name = format!("{name}-{track}-{}", secret.name);
        script.run(secret_from_variables(&name, &variables));
    }
    script.all(&target.rendered.pull_secret);
    let mut manifests = vec!["serviceaccount.yml", "networkpolicy.yml", "pdb.yml"];
    if project.service.is_some() {
        manifests.push("service.yml");
    }
    if project.ingress.is_some() {
        manifests.push("ingress.yml");
    }
    // Before the pods that it is for, so that there are none without it.
    if project.autoscaling.is_some() && track == STABLE {
        manifests.push("hpa.yml");
    }
    for manifest in manifests {
        script.run(format!("kubectl apply --filename=manifests/{manifest}"));
    }
    script
}

/// The Deployment that a few users get.
pub(super) const CANARY: &str = "canary";
/// The Deployment that all other users get.
pub(super) const STABLE: &str = "stable";

/// A command of `release.sh` about the service.
pub(super) fn release(command: &str, project: &Project, arguments: &[&str]) -> String {
    let mut words = vec!["./release.sh", command, &project.name];
    words.extend(arguments);
    words.join(" ")
}

/// Names of the Kubernetes Secrets that only the canary reads.
pub(super) fn canary_secrets(project: &Project) -> Vec<String> {
    let of_canary = |secret: &str| format!("{}-{CANARY}-{secret}", project.name);
    pod_secrets(project).into_iter().map(of_canary).collect()
}

/// Runs a command in a pod of the canary.
pub(super) fn in_canary(project: &Project, words: &[String]) -> String {
    let name = &project.name;
    format!("kubectl exec deployment/{name}-canary --container={name} -- {}", quoted_words(words))
}

/// Applies a manifest and waits for it.
pub(super) fn apply(manifest: &str, name: &str, replicas: u32, image: &str) -> String {
    format!("./apply.sh manifests/{manifest} {name} {replicas} \"{image}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_words_reach_the_program_unchanged() {
        for word in [
            "plain",
            "",
            "a b",
            "it's",
            "$(touch x)",
            "`x`",
            "a\"b\\c$d",
            "!x",
            "*",
            "~",
            "ü\n",
            "\\",
        ] {
            let output = std::process::Command::new("bash")
                .args(["-c", &format!("printf '%s' {}", quoted(word))])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
        }
    }
}
