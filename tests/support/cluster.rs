//! The world that generated jobs act on, small but strict: registries that know who is logged in and
//! what was pushed, and a cluster whose pods become ready when all they need is there. A call with an
//! argument that the real program would not take, or that the world can't vouch for, fails.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A call of a stub.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub program: String,
    pub arguments: Vec<String>,
    pub input: String,
    pub variables: BTreeMap<String, String>,
}

/// The answer to a call.
pub struct Reply {
    pub status: i32,
    pub out: String,
    pub err: String,
}

type Answer = Result<String, String>;

/// A Deployment: what is wanted and what there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deployment {
    pub image: String,
    pub replicas: u64,
    /// Pods that take requests, and the image that they run.
    pub ready: u64,
    pub serving: Option<String>,
    selector: Value,
    template: Value,
}

#[derive(Default)]
pub struct World {
    pub calls: Vec<Call>,
    pub deployments: BTreeMap<String, Deployment>,
    /// The Jobs that are there, and whether each has failed.
    jobs: BTreeMap<String, bool>,
    /// How many migrations have run, by image.
    pub migrated: Vec<String>,
    /// Kubernetes Secrets.
    pub secrets: BTreeMap<String, BTreeMap<String, String>>,
    /// Kind and name of all other objects, with the object.
    pub objects: BTreeMap<(String, String), Value>,
    /// Images in registries.
    pub pushed: BTreeSet<String>,
    /// Artifacts of the workflow.
    artifacts: BTreeMap<String, String>,
    /// Commands that were run in pods of the canary, with the image of the pod.
    pub executed: Vec<(String, Vec<String>)>,
    /// Ready pods of the service after every change.
    pub capacity: Vec<u64>,
    /// Parts of the tags of images whose pods never become ready.
    pub broken: BTreeSet<String>,
    pub migration_fails: bool,
    pub ping_fails: bool,
    /// Whether a job finds the builder that the last one has left on its machine.
    pub self_hosted: bool,
    /// The namespace that must be chosen.
    pub namespace: Option<String>,
    machine: Machine,
}

/// What lasts as long as a job.
#[derive(Default)]
struct Machine {
    connected: bool,
    namespace: String,
    logins: BTreeSet<String>,
    images: BTreeSet<String>,
    has_builder: bool,
    /// Whether it is in use.
    builder: bool,
    google: bool,
}

/// Flags and other arguments of a call; every flag has to be asked for.
struct Words {
    flags: Vec<(String, String)>,
    plain: Vec<String>,
    /// What stands behind `--`.
    rest: Vec<String>,
}

impl Words {
    /// Splits arguments; the named flags take the argument after them as their value.
    fn of(arguments: &[String], valued: &[&str]) -> Self {
        let mut words = Self { flags: Vec::new(), plain: Vec::new(), rest: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                words.rest = arguments.cloned().collect();
                break;
            }
            match argument.strip_prefix("--") {
                Some(flag) => {
                    let (name, value) = match flag.split_once('=') {
                        Some((name, value)) => (name, value.to_owned()),
                        None if valued.contains(&flag) => {
                            (flag, arguments.next().cloned().unwrap_or_default())
                        }
                        None => (flag, String::new()),
                    };
                    words.flags.push((name.to_owned(), value));
                }
                None => words.plain.push(argument.clone()),
            }
        }
        words
    }

    fn flag(&mut self, name: &str) -> Option<String> {
        let at = self.flags.iter().position(|(known, _)| known == name)?;
        Some(self.flags.remove(at).1)
    }

    fn needs(&mut self, name: &str) -> Answer {
        self.flag(name).ok_or_else(|| format!("--{name} is missing"))
    }

    fn has(&mut self, name: &str) -> bool {
        self.flag(name).is_some()
    }

    fn is(&mut self, name: &str, expected: &str) -> Result<(), String> {
        let value = self.needs(name)?;
        if value == expected { Ok(()) } else { Err(format!("--{name} is {value:?}")) }
    }

    /// Fails when flags are left that nobody has asked for.
    fn end(self) -> Result<Vec<String>, String> {
        match self.flags.first() {
            Some((name, _)) => Err(format!("unknown flag: --{name}")),
            None => Ok(self.plain),
        }
    }
}

fn fail<T>(text: impl Into<String>) -> Result<T, String> {
    Err(text.into())
}

impl World {
    /// A job begins: nothing of the one before is there.
    pub fn new_machine(&mut self) {
        let has_builder = self.self_hosted && self.machine.has_builder;
        let namespace = "default".into();
        self.machine = Machine { namespace, has_builder, ..Machine::default() };
    }

    pub fn call(&mut self, call: Call) -> Reply {
        self.calls.push(call.clone());
        let answer = match call.program.as_str() {
            "kubectl" => self.kubectl(&call),
            "docker" => self.docker(&call),
            "aws" => self.aws(&call),
            "gcloud" => self.gcloud(&call),
            "doctl" => self.doctl(&call),
            "artifact" => self.artifact(&call),
            "sem-service" => match call.arguments.join(" ").as_str() {
                "start postgres 17" => Ok(String::new()),
                _ => fail("only PostgreSQL 17 is there"),
            },
            _ => Ok(String::new()),
        };
        self.settle();
        match answer {
            Ok(out) => Reply { status: 0, out, err: String::new() },
            Err(err) => Reply {
                status: 1,
                out: String::new(),
                err: format!("{}: {err} ({})\n", call.program, call.arguments.join(" ")),
            },
        }
    }

    /// The names of the programs that were called with these first arguments.
    pub fn count(&self, program: &str, start: &str) -> usize {
        let matches =
            |call: &&Call| call.program == program && call.arguments.join(" ").starts_with(start);
        self.calls.iter().filter(matches).count()
    }

    // The cluster

    /// Pods become ready, as far as they can.
    fn settle(&mut self) {
        let names: Vec<String> = self.deployments.keys().cloned().collect();
        for name in names {
            let sound = self.pods_can_run(&self.deployments[&name]);
            let deployment = self.deployments.get_mut(&name).expect("it is there");
            if sound {
                deployment.serving = Some(deployment.image.clone());
                deployment.ready = deployment.replicas;
            } else if deployment.serving.is_some() {
                // No pod of the last version goes before its successor is ready.
                deployment.ready = deployment.ready.min(deployment.replicas);
            }
        }
        let ready = self.deployments.values().map(|deployment| deployment.ready).sum();
        if self.capacity.last() != Some(&ready) {
            self.capacity.push(ready);
        }
    }

    fn pods_can_run(&self, deployment: &Deployment) -> bool {
        let pod = &deployment.template["spec"];
        self.can_pull(&deployment.image, pod)
            && !self.broken.iter().any(|part| deployment.image.contains(part.as_str()))
            && self.has_secrets(pod)
    }

    fn has_secrets(&self, pod: &Value) -> bool {
        pod["containers"].as_array().into_iter().flatten().all(|container| {
            container["envFrom"].as_array().into_iter().flatten().all(|source| {
                let name = source["secretRef"]["name"].as_str().unwrap_or_default();
                self.secrets.contains_key(name)
            })
        })
    }

    fn can_pull(&self, image: &str, pod: &Value) -> bool {
        let account = pod["serviceAccountName"].as_str().unwrap_or("default").to_owned();
        let Some(account) = self.objects.get(&("ServiceAccount".to_owned(), account)) else {
            return false;
        };
        // Images on Docker Hub are private here; the nodes may pull from their own cloud.
        let credentials = account["imagePullSecrets"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|secret| self.secrets.get(secret["name"].as_str()?))
            .filter_map(|secret| secret.get(".dockerconfigjson"))
            .filter_map(|text| serde_json::from_str::<Value>(text).ok())
            .any(|config| {
                let login = &config["auths"]["https://index.docker.io/v1/"];
                login["username"] == "team" && login["password"] == "s3cret'\"$(x)\\hub"
            });
        self.pushed.contains(image) && (host(image) != "docker.io" || credentials)
    }

    fn kubectl(&mut self, call: &Call) -> Answer {
        let mut words = Words::of(&call.arguments, &[]);
        let verb = words.plain.first().cloned().unwrap_or_default();
        let second = words.plain.get(1).cloned().unwrap_or_default();
        if (verb.as_str(), second.as_str()) == ("create", "secret") {
            return create_secret(words, call);
        }
        if !self.machine.connected {
            return fail("the connection to the server localhost:8080 was refused");
        }
        if verb == "config" {
            words.has("current").then_some(()).ok_or("which context?")?;
            self.machine.namespace = words.needs("namespace")?;
            return match words.end()?.join(" ").as_str() {
                "config set-context" => Ok("Context modified.\n".into()),
                other => fail(format!("unknown command {other:?}")),
            };
        }
        if let Some(expected) = &self.namespace
            && *expected != self.machine.namespace
        {
            return fail(format!("forbidden in the namespace {:?}", self.machine.namespace));
        }
        match verb.as_str() {
            "apply" => self.apply(words, call),
            "get" => self.get(words),
            "scale" => {
                let replicas = words.needs("replicas")?.parse().map_err(|_| "no number")?;
                let name = deployment_name(&words.end()?[1])?;
                self.deployment(&name)?.replicas = replicas;
                Ok(format!("deployment.apps/{name} scaled\n"))
            }
            "rollout" => {
                seconds(&words.needs("timeout")?)?;
                let plain = words.end()?;
                let [_, status, name] = plain.as_slice() else { return fail("rollout what?") };
                if status != "status" {
                    return fail(format!("unknown command {status:?}"));
                }
                let name = deployment_name(name)?;
                let deployment = self.deployment(&name)?.clone();
                if self.pods_can_run(&deployment) {
                    Ok(format!("deployment {name:?} successfully rolled out\n"))
                } else {
                    fail(format!("deployment {name:?} exceeded its progress deadline"))
                }
            }
            "delete" => {
                let ignore = words.has("ignore-not-found");
                let cascade = words.flag("cascade");
                if cascade.is_some_and(|cascade| cascade != "foreground") {
                    return fail("unknown cascade");
                }
                let plain = words.end()?;
                let [_, kind, name] = plain.as_slice() else { return fail("delete what?") };
                let known = match kind.as_str() {
                    "deployment" => self.deployments.remove(name).is_some(),
                    "job" => self.jobs.remove(name).is_some(),
                    _ => return fail(format!("unknown kind {kind:?}")),
                };
                if known || ignore { Ok(String::new()) } else { fail("not found") }
            }
            "wait" => {
                words.is("for", "condition=complete")?;
                seconds(&words.needs("timeout")?)?;
                let plain = words.end()?;
                let name = plain[1].strip_prefix("job/").ok_or("no job")?;
                match self.jobs.get(name) {
                    Some(false) => Ok("condition met\n".into()),
                    Some(true) => fail("timed out waiting for the condition"),
                    None => fail("not found"),
                }
            }
            "exec" => {
                let container = words.needs("container")?;
                let command = std::mem::take(&mut words.rest);
                let name = deployment_name(&words.end()?[1])?;
                let deployment = self.deployment(&name)?.clone();
                let pod = &deployment.template["spec"]["containers"][0]["name"];
                if deployment.ready == 0 || *pod != json!(container) {
                    return fail("there is no such container");
                }
                let image = deployment.serving.unwrap_or_default();
                self.executed.push((image.clone(), command.clone()));
                match command.last().map(String::as_str) {
                    Some("ping") if self.ping_fails => fail("exit code 1"),
                    Some("migrate") if self.migration_fails => fail("exit code 1"),
                    Some("migrate") => {
                        self.migrated.push(image);
                        Ok(String::new())
                    }
                    _ => Ok(String::new()),
                }
            }
            "logs" => {
                for flag in ["selector", "all-containers", "prefix", "previous"] {
                    words.flag(flag);
                }
                words.needs("tail")?;
                words.end().map(|_| "a line of a log\n".into())
            }
            "describe" => {
                words.flag("selector");
                words.end().map(|_| "a description\n".into())
            }
            _ => fail(format!("unknown command {verb:?}")),
        }
    }

    fn deployment(&mut self, name: &str) -> Result<&mut Deployment, String> {
        self.deployments.get_mut(name).ok_or_else(|| format!("deployment {name:?} not found"))
    }

    fn get(&mut self, mut words: Words) -> Answer {
        let ignore = words.has("ignore-not-found");
        let output = words.flag("output");
        let selected = words.flag("selector").is_some() || words.flag("sort-by").is_some();
        let plain = words.end()?;
        match (plain[1].as_str(), plain.get(2), output.as_deref()) {
            (_, None, None | Some("wide")) if selected => Ok("a table\n".into()),
            ("deployment", Some(name), Some("name")) => match self.deployments.get(name) {
                Some(_) => Ok(format!("deployment.apps/{name}\n")),
                None if ignore => Ok(String::new()),
                None => fail("not found"),
            },
            ("job", Some(name), Some(path)) => {
                assert!(path.starts_with("jsonpath={.status.conditions["), "{path}");
                match self.jobs.get(name) {
                    Some(true) => Ok("BackoffLimitExceeded".into()),
                    Some(false) => Ok(String::new()),
                    None => fail("not found"),
                }
            }
            other => fail(format!("nobody knows how to get {other:?}")),
        }
    }

    fn apply(&mut self, mut words: Words, call: &Call) -> Answer {
        if words.has("server-side") && !words.has("force-conflicts") {
            return fail("conflicts with another field manager");
        }
        let file = words.needs("filename")?;
        words.end()?;
        let text = if file == "-" {
            call.input.clone()
        } else {
            let folder = call.variables.get("PWD").cloned().unwrap_or_default();
            std::fs::read_to_string(Path::new(&folder).join(&file))
                .map_err(|error| format!("{file}: {error}"))?
        };
        if text.trim().is_empty() {
            return fail("no objects passed to apply");
        }
        let object: Value = yaml_serde::from_str(&text).map_err(|error| error.to_string())?;
        let kind = object["kind"].as_str().ok_or("no kind")?.to_owned();
        let name = object["metadata"]["name"].as_str().ok_or("no name")?.to_owned();
        match kind.as_str() {
            "Deployment" => self.apply_deployment(&name, &object)?,
            "Job" => {
                if self.jobs.contains_key(&name) {
                    return fail("spec.template: field is immutable");
                }
                let pod = &object["spec"]["template"]["spec"];
                let image = pod["containers"][0]["image"].as_str().ok_or("no image")?;
                let fails =
                    self.migration_fails || !self.can_pull(image, pod) || !self.has_secrets(pod);
                if !fails {
                    self.migrated.push(image.to_owned());
                }
                self.jobs.insert(name.clone(), fails);
            }
            "Secret" => {
                let data = object["stringData"].as_object().ok_or("no data")?;
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let values = data.iter().map(|(key, value)| (key.clone(), text(value))).collect();
                self.secrets.insert(name.clone(), values);
            }
            "Service" | "ServiceAccount" | "PodDisruptionBudget" => {
                self.objects.insert((kind.clone(), name.clone()), object);
            }
            _ => return fail(format!("no matches for kind {kind:?}")),
        }
        Ok(format!("{kind}/{name} configured\n"))
    }

    fn apply_deployment(&mut self, name: &str, object: &Value) -> Result<(), String> {
        let spec = &object["spec"];
        let deployment = self.deployments.entry(name.to_owned()).or_default();
        if !deployment.selector.is_null() && deployment.selector != spec["selector"] {
            return fail("spec.selector: field is immutable");
        }
        deployment.selector = spec["selector"].clone();
        deployment.template = spec["template"].clone();
        deployment.replicas = spec["replicas"].as_u64().ok_or("no number of replicas")?;
        let image = &spec["template"]["spec"]["containers"][0]["image"];
        deployment.image = image.as_str().ok_or("no image")?.to_owned();
        Ok(())
    }

    // Registries and images

    fn docker(&mut self, call: &Call) -> Answer {
        let first = call.arguments.first().cloned().unwrap_or_default();
        if first == "run" {
            return self.docker_run(call);
        }
        let valued = [
            "username",
            "driver",
            "file",
            "target",
            "cache-from",
            "cache-to",
            "tag",
            "output",
            "input",
        ];
        let mut words = Words::of(&call.arguments, &valued);
        match first.as_str() {
            "login" => {
                words.needs("username")?;
                words.needs("password-stdin")?;
                if call.input.is_empty() {
                    return fail("password is empty");
                }
                let plain = words.end()?;
                let host = plain.get(1).cloned().unwrap_or_else(|| "docker.io".into());
                self.machine.logins.insert(host);
                Ok("Login Succeeded\n".into())
            }
            "pull" | "push" => {
                let image = words.end()?.get(1).cloned().unwrap_or_default();
                self.reach(&image)?;
                let (from, to) = if first == "pull" {
                    (&self.pushed, &mut self.machine.images)
                } else {
                    (&self.machine.images, &mut self.pushed)
                };
                if !from.contains(&image) {
                    return fail("no such image");
                }
                to.insert(image);
                Ok(String::new())
            }
            "tag" => {
                let plain = words.end()?;
                let [_, from, to] = plain.as_slice() else { return fail("tag what?") };
                if !self.machine.images.contains(from) {
                    return fail("no such image");
                }
                check_image(to)?;
                self.machine.images.insert(to.clone());
                Ok(String::new())
            }
            "save" => {
                let file = words.needs("output")?;
                let image = words.end()?.get(1).cloned().unwrap_or_default();
                if !self.machine.images.contains(&image) {
                    return fail("no such image");
                }
                write(call, &file, &image)
            }
            "load" => {
                let file = words.needs("input")?;
                let image = read(call, &file)?;
                self.machine.images.insert(image);
                Ok(String::new())
            }
            "buildx" => match words.plain.get(1).map(String::as_str) {
                Some("use") => {
                    self.machine.builder = self.machine.has_builder;
                    match self.machine.builder {
                        true => words.end().map(|_| String::new()),
                        false => fail("no builder found"),
                    }
                }
                Some("create") => {
                    words.is("driver", "docker-container")?;
                    words.needs("name")?;
                    words.needs("use")?;
                    if std::mem::replace(&mut self.machine.has_builder, true) {
                        return fail("existing instance but no append mode");
                    }
                    self.machine.builder = true;
                    words.end().map(|_| "builder\n".into())
                }
                Some("build") => self.build(words, call),
                Some("imagetools") => {
                    let tag = words.needs("tag")?;
                    let plain = words.end()?;
                    let [_, _, create, from] = plain.as_slice() else {
                        return fail("create what?");
                    };
                    self.reach(from)?;
                    self.reach(&tag)?;
                    if create != "create" || !self.pushed.contains(from) {
                        return fail("no such image");
                    }
                    self.pushed.insert(tag);
                    Ok(String::new())
                }
                other => fail(format!("unknown command {other:?}")),
            },
            _ => fail(format!("unknown command {first:?}")),
        }
    }

    fn build(&mut self, mut words: Words, call: &Call) -> Answer {
        let image = words.needs("tag")?;
        check_image(&image)?;
        words.is("provenance", "false")?;
        let (push, load) = (words.has("push"), words.has("load"));
        let caches = [words.flag("cache-from"), words.flag("cache-to")];
        words.flag("target");
        let dockerfile = words.flag("file");
        let plain = words.end()?;
        let [_, _, context] = plain.as_slice() else { return fail("one context, please") };
        let dockerfile = dockerfile.unwrap_or_else(|| format!("{context}/Dockerfile"));
        read(call, &dockerfile)?;
        if caches.iter().flatten().any(|_| !self.machine.builder) {
            return fail("cache export is not supported for the docker driver");
        }
        match (push, load) {
            (true, false) => {
                self.reach(&image)?;
                self.pushed.insert(image);
            }
            (false, true) => {
                self.machine.images.insert(image);
            }
            _ => return fail("the image goes nowhere"),
        }
        Ok(String::new())
    }

    fn docker_run(&mut self, call: &Call) -> Answer {
        let mut arguments = call.arguments.iter().skip(1);
        let image = loop {
            match arguments.next().map(String::as_str) {
                Some("--rm") => {}
                Some("--network" | "--entrypoint") => drop(arguments.next()),
                Some("--env") => {
                    let name = arguments.next().cloned().unwrap_or_default();
                    if !call.variables.contains_key(&name) {
                        return fail(format!("the variable {name:?} is not set"));
                    }
                }
                Some(image) if !image.starts_with('-') => break image.to_owned(),
                other => return fail(format!("unknown flag {other:?}")),
            }
        };
        if self.machine.images.contains(&image) { Ok(String::new()) } else { fail("no such image") }
    }

    /// Whether an image's registry lets this machine in.
    fn reach(&self, image: &str) -> Result<(), String> {
        check_image(image)?;
        let host = host(image);
        if self.machine.logins.contains(host) { Ok(()) } else { fail(format!("denied: {host}")) }
    }

    fn artifact(&mut self, call: &Call) -> Answer {
        let mut words = Words::of(&call.arguments, &[]);
        words.has("force");
        let plain = words.end()?;
        let [verb, level, file] = plain.as_slice() else { return fail("what?") };
        match (verb.as_str(), level.as_str()) {
            ("push", "workflow") => {
                let content = read(call, file)?;
                self.artifacts.insert(file.clone(), content);
                Ok(String::new())
            }
            ("pull", "workflow") => {
                let content = self.artifacts.get(file).ok_or("no such artifact")?;
                write(call, file, content)
            }
            other => fail(format!("unknown command {other:?}")),
        }
    }

    // Clouds

    fn aws(&mut self, call: &Call) -> Answer {
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            variable(call, name)?;
        }
        let mut words = Words::of(&call.arguments, &["query", "output", "region", "name"]);
        match words.plain.join(" ").as_str() {
            "sts get-caller-identity" => {
                words.is("query", "Account")?;
                words.is("output", "text")?;
                words.end().map(|_| "123456789012\n".into())
            }
            "ecr get-login-password" => {
                words.needs("region")?;
                words.end().map(|_| "password\n".into())
            }
            "eks update-kubeconfig" => {
                self.connect(&words.needs("name")?)?;
                words.needs("region")?;
                words.end().map(|_| String::new())
            }
            other => fail(format!("unknown command {other:?}")),
        }
    }

    fn gcloud(&mut self, call: &Call) -> Answer {
        let mut words = Words::of(&call.arguments, &["key-file", "project", "region", "zone"]);
        let command = words.plain.join(" ");
        if command == "auth activate-service-account" {
            read(call, &words.needs("key-file")?)?;
            self.machine.google = true;
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

    fn doctl(&mut self, call: &Call) -> Answer {
        variable(call, "DIGITALOCEAN_ACCESS_TOKEN")?;
        let words = Words::of(&call.arguments, &[]).end()?.join(" ");
        match words.strip_prefix("kubernetes cluster kubeconfig save ") {
            Some(cluster) => self.connect(cluster).map(|()| String::new()),
            None => fail("unknown command"),
        }
    }

    fn connect(&mut self, cluster: &str) -> Result<(), String> {
        self.machine.connected = !cluster.is_empty();
        if cluster.is_empty() { fail("which cluster?") } else { Ok(()) }
    }
}

/// `kubectl create secret`, which talks to nobody with `--dry-run=client`.
fn create_secret(mut words: Words, call: &Call) -> Answer {
    words.is("dry-run", "client")?;
    words.is("output", "yaml")?;
    let kind = words.flag("type").unwrap_or_else(|| "Opaque".into());
    let mut data = BTreeMap::new();
    if let Some(file) = words.flag("from-env-file") {
        assert_eq!(file, "/dev/stdin");
        for name in call.input.lines() {
            // A name without a value stands for the variable, and one that is not set is left out.
            if name.contains('=') {
                return fail("a value is in the input");
            }
            if let Some(value) = call.variables.get(name) {
                data.insert(name.to_owned(), value.clone());
            }
        }
    } else {
        let source = words.needs("from-file")?;
        let (key, file) = source.split_once('=').ok_or("no key")?;
        assert_eq!(file, "/dev/stdin");
        data.insert(key.to_owned(), call.input.clone());
    }
    let plain = words.end()?;
    let [_, _, generic, name] = plain.as_slice() else { return fail("which secret?") };
    if generic != "generic" {
        return fail("unknown command");
    }
    Ok(json!({"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": name}, "stringData": data}).to_string())
}

fn deployment_name(text: &str) -> Answer {
    ["deployment/", "deployment.apps/"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .map(str::to_owned)
        .ok_or_else(|| format!("{text:?} is no deployment"))
}

fn seconds(text: &str) -> Result<u64, String> {
    text.strip_suffix('s')
        .and_then(|digits| digits.parse().ok())
        .ok_or(format!("{text:?} is no duration"))
}

fn host(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) => host,
        _ => "docker.io",
    }
}

fn check_image(image: &str) -> Result<(), String> {
    let name = image.rsplit_once(':').filter(|(name, tag)| !name.is_empty() && !tag.is_empty());
    let sound = image.starts_with(|c: char| c.is_ascii_alphanumeric()) && !image.contains("//");
    if name.is_some() && sound {
        Ok(())
    } else {
        fail(format!("invalid reference format: {image:?}"))
    }
}

fn variable(call: &Call, name: &str) -> Answer {
    let value = call.variables.get(name).filter(|value| !value.is_empty());
    value.cloned().ok_or_else(|| format!("{name} is not set"))
}

fn read(call: &Call, file: &str) -> Answer {
    let folder = variable(call, "PWD")?;
    std::fs::read_to_string(Path::new(&folder).join(file))
        .map_err(|error| format!("{file}: {error}"))
}

fn write(call: &Call, file: &str, content: &str) -> Answer {
    let folder = variable(call, "PWD")?;
    std::fs::write(Path::new(&folder).join(file), content)
        .map(|()| String::new())
        .map_err(|error| format!("{file}: {error}"))
}
