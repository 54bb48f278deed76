//! The command lines of the clouds: each call needs to be signed in, and has arguments that the real
//! program takes.

use super::cluster::{Call, World, read, variable, write};
use super::words::{Answer, Words, fail};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What the clouds were told to trust when somebody went through the runbook.
#[derive(Default, Debug)]
pub struct Trust {
    /// The role that AWS gives away, and the trust policy of it.
    pub aws: Option<(String, Value)>,
    /// The provider of Google Cloud, and its condition.
    pub google: Option<(String, String)>,
    /// The subjects that were let in.
    pub let_in: Vec<String>,
}

/// The token of a job.
pub fn token(subject: &str) -> String {
    format!("s3cret-token-of {subject}")
}

fn subject(token: &str) -> Result<&str, String> {
    token.strip_prefix("s3cret-token-of ").ok_or_else(|| "that is no token".into())
}

/// The token in a file that nobody else may read, outside the repository.
fn token_file(call: &Call, file: &str) -> Answer {
    let path = Path::new(file);
    let repository = call.variables.get("SEMAPHORE_GIT_DIR").cloned().unwrap_or_default();
    if !path.is_absolute() || path.starts_with(&repository) {
        return fail(format!("{file} is in the repository"));
    }
    let mode = fs::metadata(path).map_err(|error| error.to_string())?.permissions().mode();
    if mode & 0o77 != 0 {
        return fail(format!("others may read {file}: {mode:o}"));
    }
    read(call, file)
}

impl World {
    pub(super) fn aws(&mut self, call: &Call) -> Answer {
        let mut words = Words::of(
            &call.arguments,
            &[
                "query",
                "output",
                "region",
                "name",
                "url",
                "client-id-list",
                "role-name",
                "assume-role-policy-document",
            ],
        );
        let command = words.plain.join(" ");
        match command.as_str() {
            // What an administrator does.
            "iam create-open-id-connect-provider" => {
                let (url, audience) = (words.needs("url")?, words.needs("client-id-list")?);
                if url != audience || !url.starts_with("https://") {
                    return fail("not the address of an issuer");
                }
                return words.end().map(|_| "{}\n".into());
            }
            "iam create-role" => {
                let name = words.needs("role-name")?;
                words.is("assume-role-policy-document", "file:///dev/stdin")?;
                let policy =
                    serde_json::from_str(&call.input).map_err(|error| error.to_string())?;
                self.trust.aws = Some((name, policy));
                return words.end().map(|_| "{}\n".into());
            }
            _ => {}
        }
        self.aws_identity(call)?;
        match command.as_str() {
            "sts get-caller-identity" => {
                words.is("query", "Account")?;
                words.is("output", "text")?;
                words.end().map(|_| "123456789012\n".into())
            }
            "ecr get-login-password" => {
                words.needs("region")?;
                words.end().map(|_| "s3cret-for-ecr\n".into())
            }
            "eks update-kubeconfig" => {
                self.connect(&words.needs("name")?)?;
                words.needs("region")?;
                words.end().map(|_| String::new())
            }
            other => fail(format!("unknown command {other:?}")),
        }
    }

    /// Whether the AWS CLI finds credentials: a key, or a role and a token that AWS trades for it.
    fn aws_identity(&mut self, call: &Call) -> Result<(), String> {
        if variable(call, "AWS_ACCESS_KEY_ID").is_ok() {
            return variable(call, "AWS_SECRET_ACCESS_KEY").map(drop);
        }
        let role = variable(call, "AWS_ROLE_ARN")?;
        let session = variable(call, "AWS_ROLE_SESSION_NAME")?;
        if !(2..=64).contains(&session.len()) || session.ends_with('-') {
            return fail(format!("{session:?} is no name of a session"));
        }
        let token = token_file(call, &variable(call, "AWS_WEB_IDENTITY_TOKEN_FILE")?)?;
        let subject = subject(&token)?;
        let Some((name, policy)) = &self.trust.aws else { return Ok(()) };
        if !role.ends_with(&format!(":role/{name}")) {
            return fail(format!("there is no role {role}"));
        }
        let trusted = policy["Statement"][0]["Condition"]["StringLike"]["team.semaphoreci.com:sub"]
            .as_array()
            .ok_or("no condition about \"sub\"")?
            .iter()
            .filter_map(Value::as_str)
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => subject.starts_with(start),
                None => subject == pattern,
            });
        if !trusted {
            return fail("Not authorized to perform sts:AssumeRoleWithWebIdentity");
        }
        self.trust.let_in.push(subject.to_owned());
        Ok(())
    }

    pub(super) fn gcloud(&mut self, call: &Call) -> Answer {
        let mut words = Words::of(&call.arguments, &["key-file", "project", "region", "zone"]);
        let command = words.plain.join(" ");
        if command == "auth activate-service-account" {
            read(call, &words.needs("key-file")?)?;
            self.machine.google = true;
            return words.end().map(|_| String::new());
        }
        if command == "auth login" {
            let config = read(call, &words.needs("cred-file")?)?;
            words.needs("quiet")?;
            words.end()?;
            self.google_identity(call, &config)?;
            self.machine.google = true;
            return Ok(String::new());
        }
        if let Some(provider) =
            command.strip_prefix("iam workload-identity-pools create-cred-config ")
        {
            let parts: Vec<&str> = provider.split('/').collect();
            let [
                "projects",
                number,
                "locations",
                "global",
                "workloadIdentityPools",
                _,
                "providers",
                _,
            ] = parts.as_slice()
            else {
                return fail(format!("{provider:?} is no provider"));
            };
            number.parse::<u64>().map_err(|error| error.to_string())?;
            let config = json!({
                "audience": provider,
                "account": words.needs("service-account")?,
                "source": words.needs("credential-source-file")?,
            });
            let output = words.needs("output-file")?;
            words.end()?;
            return write(call, &output, &config.to_string());
        }
        // What an administrator does.
        if let Some(pool) = command.strip_prefix("iam workload-identity-pools create ") {
            words.is("location", "global")?;
            return words.end().map(|_| format!("{pool}\n"));
        }
        if let Some(provider) =
            command.strip_prefix("iam workload-identity-pools providers create-oidc ")
        {
            words.is("location", "global")?;
            let pool = words.needs("workload-identity-pool")?;
            let issuer = words.needs("issuer-uri")?;
            words.is("allowed-audiences", &issuer)?;
            let mapping = words.needs("attribute-mapping")?;
            if mapping.contains("assertion.sub,") || !mapping.contains("google.subject=") {
                return fail("the subject is longer than 127 bytes");
            }
            let condition = words.needs("attribute-condition")?;
            let provider = format!("workloadIdentityPools/{pool}/providers/{provider}");
            self.trust.google = Some((provider, condition));
            return words.end().map(|_| String::new());
        }
        if command.starts_with("iam service-accounts add-iam-policy-binding ") {
            words.is("role", "roles/iam.workloadIdentityUser")?;
            words.needs("member")?;
            return words.end().map(|_| String::new());
        }
        if !self.machine.google {
            return fail("you do not currently have an active account selected");
        }
        if let Some(host) = command.strip_prefix("auth configure-docker ") {
            words.needs("quiet")?;
            self.machine.logins.insert(host.to_owned());
            return words.end().map(|_| String::new());
        }
        if let Some(cluster) = command.strip_prefix("container clusters get-credentials ") {
            words.is("project", "demo-project")?;
            let place = [words.flag("region"), words.flag("zone")];
            if place.iter().flatten().filter(|place| !place.is_empty()).count() != 1 {
                return fail("exactly one of --region and --zone");
            }
            self.connect(cluster)?;
            return words.end().map(|_| String::new());
        }
        fail(format!("unknown command {command:?}"))
    }

    /// Whether Google trades the job's token for access as the service account.
    fn google_identity(&mut self, call: &Call, config: &str) -> Result<(), String> {
        let config: Value = serde_json::from_str(config).map_err(|error| error.to_string())?;
        let text = |key: &str| config[key].as_str().unwrap_or_default().to_owned();
        if !text("account").ends_with("@demo-project.iam.gserviceaccount.com") {
            return fail("there is no such service account");
        }
        let token = token_file(call, &text("source"))?;
        let subject = subject(&token)?;
        let Some((provider, condition)) = &self.trust.google else { return Ok(()) };
        if !text("audience").ends_with(provider) {
            return fail("there is no such provider");
        }
        let quoted = |text: &str| -> Answer {
            let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            inner.map(str::to_owned).ok_or_else(|| format!("{text} is no text"))
        };
        let mut trusted = false;
        for part in condition.split(" || ") {
            trusted |= if let Some(whole) = part.strip_prefix("assertion.sub == ") {
                subject == quoted(whole)?
            } else if let Some(start) = part.strip_prefix("assertion.sub.startsWith(") {
                subject.starts_with(&quoted(start.trim_end_matches(')'))?)
            } else {
                return fail(format!("{part:?} is no condition"));
            };
        }
        if !trusted {
            return fail("The given credential is rejected by the attribute condition");
        }
        self.trust.let_in.push(subject.to_owned());
        Ok(())
    }

    pub(super) fn doctl(&mut self, call: &Call) -> Answer {
        let token = variable(call, "DIGITALOCEAN_ACCESS_TOKEN")?;
        let valued = ["format", "expiry-seconds", "name", "namespace"];
        let mut words = Words::of(&call.arguments, &valued);
        let command = words.plain.join(" ");
        let scopes: &[&str] = match token.as_str() {
            token if token.starts_with("s3cret-token") => &["kubernetes", "registry:read"],
            token if token.starts_with("s3cret-push") => &["registry:read", "registry:update"],
            _ => &[],
        };
        let needs = |scope: &str| match scopes.contains(&scope) {
            true => Ok(()),
            false => Err(format!("403 you do not have access: {scope}")),
        };
        if let Some(cluster) = command.strip_prefix("kubernetes cluster kubeconfig save ") {
            needs("kubernetes")?;
            words.end()?;
            return self.connect(cluster).map(|()| String::new());
        }
        needs("registry:read")?;
        match command.as_str() {
            "registry get" => {
                words.is("format", "Name")?;
                words.needs("no-header")?;
                words.end().map(|_| "team-registry\n".into())
            }
            "registry login" => {
                needs("registry:update")?;
                let seconds = words.needs("expiry-seconds")?;
                seconds.parse::<u32>().map_err(|error| error.to_string())?;
                self.machine.logins.insert("registry.digitalocean.com".into());
                words.end().map(|_| "Logging Docker in\n".into())
            }
            "registry kubernetes-manifest" => {
                let name = words.needs("name")?;
                words.is("namespace", &self.machine.namespace)?;
                words.end()?;
                let secret = json!({
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "type": "kubernetes.io/dockerconfigjson",
                    "metadata": {"name": name, "namespace": self.machine.namespace},
                    "data": {".dockerconfigjson": "e30K"},
                });
                Ok(secret.to_string())
            }
            _ => fail("unknown command"),
        }
    }

    pub(super) fn az(&mut self, call: &Call) -> Answer {
        let valued =
            ["username", "tenant", "password", "output", "name", "resource-group", "subscription"];
        let mut words = Words::of(&call.arguments, &valued);
        let command = words.plain.join(" ");
        if command == "login" {
            words.needs("service-principal")?;
            words.needs("username")?;
            words.needs("tenant")?;
            words.is("output", "none")?;
            // A file, and "-" is the standard input.
            words.is("password", "@-")?;
            if !call.input.starts_with("s3cret") {
                return fail("AADSTS7000215: invalid client secret provided");
            }
            self.machine.azure = true;
            return words.end().map(|_| String::new());
        }
        if !self.machine.azure {
            return fail("Please run 'az login' to setup account");
        }
        match command.as_str() {
            "acr login" => {
                let host = format!("{}.azurecr.io", words.needs("name")?);
                self.machine.logins.insert(host);
                words.end().map(|_| "Login Succeeded\n".into())
            }
            "aks get-credentials" => {
                words.needs("resource-group")?;
                let cluster = words.needs("name")?;
                words.needs("overwrite-existing")?;
                words.end()?;
                if cluster.is_empty() { fail("which cluster?") } else { Ok(String::new()) }
            }
            _ => fail(format!("unknown command {command:?}")),
        }
    }

    /// Without it the credentials for a cluster ask a person to sign in.
    pub(super) fn kubelogin(&mut self, call: &Call) -> Answer {
        let mut words = Words::of(&call.arguments, &["login"]);
        words.is("login", "azurecli")?;
        match (words.end()?.join(" ").as_str(), self.machine.azure) {
            ("convert-kubeconfig", true) => self.connect("converted").map(|()| String::new()),
            _ => fail("unknown command, or nobody is signed in"),
        }
    }

    pub(super) fn sem(&mut self, call: &Call) -> Answer {
        match call.arguments.join(" ").as_str() {
            "get projects shop" => Ok("apiVersion: v1alpha\nkind: Project\nmetadata:\n  name: shop\n  id: 936a5312-a3b8-4921-8b3f-2cec8baac574\n  description: \"\"\nspec:\n".into()),
            _ => fail("unknown command"),
        }
    }

    fn connect(&mut self, cluster: &str) -> Result<(), String> {
        self.machine.connected = !cluster.is_empty();
        if cluster.is_empty() { fail("which cluster?") } else { Ok(()) }
    }
}
