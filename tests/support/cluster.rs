//! The world that generated jobs act on, small but strict: registries that know who is logged in and
//! what was pushed, clouds, and a cluster. A call with an argument that the real program would not
//! take, or that the world can't vouch for, fails.

use super::clouds::Trust;
use super::elsewhere::Elsewhere;
use super::kube::Kube;
use super::kube::kubectl::{self, Time};
use super::words::{Answer, Words, fail};
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

/// The status with which the job ends that made the call, whatever it would have done next.
pub const KILL: i32 = -9;

/// The answer to a call.
pub struct Reply {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Which call of `kubectl` a job does not survive.
#[derive(Debug, Clone, Copy)]
pub enum At {
    /// The one with this number, counted from 0.
    Call(usize),
    /// The first with this command.
    Command(&'static str),
}

/// A job that is killed.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    pub at: At,
    /// Steps that the controllers still make for the call; without, the call is not even made.
    pub steps: Option<usize>,
}

#[derive(Default)]
pub struct World {
    pub calls: Vec<Call>,
    pub kube: Kube,
    /// Images in registries.
    pub pushed: BTreeSet<String>,
    /// Images that were scanned.
    pub scanned: Vec<String>,
    /// Images with a known vulnerability.
    pub vulnerable: BTreeSet<String>,
    /// How often a tag was moved to another image.
    pub moved: BTreeMap<String, u8>,
    /// Artifacts by their workflow and name.
    pub artifacts: BTreeMap<(String, String), String>,
    /// How the job that runs next is killed.
    pub kill: Option<Kill>,
    /// Whether a job starts the moment that the one before has ended, and not a while later.
    pub hurry: bool,
    /// Whether a job was killed.
    pub killed: bool,
    /// Calls of `kubectl` in the job that runs.
    kubectl_calls: usize,
    /// Whether a job finds the builder that the last one has left on its machine.
    pub self_hosted: bool,
    /// The namespace that must be chosen.
    pub namespace: Option<String>,
    /// The cluster that calls of `kubectl` go to, when it is not the stand-in here.
    pub elsewhere: Option<Elsewhere>,
    /// What the clouds were told to trust.
    pub trust: Trust,
    pub(super) machine: Machine,
}

/// What lasts as long as a job.
#[derive(Default)]
pub(super) struct Machine {
    pub connected: bool,
    pub namespace: String,
    pub logins: BTreeSet<String>,
    images: BTreeSet<String>,
    has_builder: bool,
    /// Whether it is in use.
    builder: bool,
    pub google: bool,
    pub azure: bool,
}

impl World {
    /// A job begins: nothing of the one before is there.
    pub fn new_machine(&mut self) {
        let has_builder = self.self_hosted && self.machine.has_builder;
        let namespace = "default".into();
        self.kubectl_calls = 0;
        self.machine = Machine { namespace, has_builder, ..Machine::default() };
        if !self.hurry {
            self.kube.rest(&self.pushed);
        }
    }

    pub fn call(&mut self, call: Call) -> Reply {
        self.calls.push(call.clone());
        if let (Some(elsewhere), "kubectl") = (&self.elsewhere, call.program.as_str())
            && call.arguments[0] != "config"
        {
            return elsewhere.call(&call);
        }
        let answer = match call.program.as_str() {
            "kubectl" => {
                let number = self.kubectl_calls;
                self.kubectl_calls += 1;
                let dies = |kill: &Kill| match kill.at {
                    At::Call(at) => at == number,
                    At::Command(command) => call.arguments[0] == command,
                };
                match self.kill.filter(dies) {
                    Some(kill) => {
                        if let Some(steps) = kill.steps {
                            let _ = self.kubectl(&call, Time::Cut(steps));
                        }
                        (self.kill, self.killed) = (None, true);
                        return Reply { status: KILL, out: String::new(), err: String::new() };
                    }
                    None => self.kubectl(&call, Time::Usual),
                }
            }
            "docker" => self.docker(&call),
            "aws" => self.aws(&call),
            "gcloud" => self.gcloud(&call),
            "doctl" => self.doctl(&call),
            "az" => self.az(&call),
            "kubelogin" => self.kubelogin(&call),
            "sem" => self.sem(&call),
            "artifact" => self.artifact(&call),
            "sem-service" => match call.arguments.join(" ").as_str() {
                "start postgres 17" => Ok(String::new()),
                _ => fail("only PostgreSQL 17 is there"),
            },
            _ => Ok(String::new()),
        };
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

    fn kubectl(&mut self, call: &Call, time: Time) -> Answer {
        let mut words = Words::of(&call.arguments, &[]);
        let verb = words.plain.first().cloned().unwrap_or_default();
        let second = words.plain.get(1).cloned().unwrap_or_default();
        if (verb.as_str(), second.as_str()) == ("create", "secret") {
            return kubectl::create_secret(words, call);
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
        self.kube.call(words, call, &self.pushed, time)
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
            "format",
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
                Some("imagetools") if words.plain.get(2).is_some_and(|verb| verb == "inspect") => {
                    // Another template of this kind may print a description for people.
                    words.is("format", "{{json .Manifest}}")?;
                    let image = words.end()?.get(3).cloned().unwrap_or_default();
                    self.reach(&image)?;
                    if !self.pushed.contains(&image) {
                        return fail("no such image");
                    }
                    let digest = self.digest(&image);
                    let (repository, _) = image.rsplit_once(':').ok_or("no tag")?;
                    self.pushed.insert(format!("{repository}@{digest}"));
                    Ok(format!("{{\"mediaType\": \"manifest\", \"digest\": \"{digest}\"}}\n"))
                }
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

    /// The digest of what a tag stands for: it tells the tag, and whether it was moved.
    fn digest(&self, image: &str) -> String {
        let tag = image.rsplit_once(':').map_or(image, |(_, tag)| tag);
        format!("sha256:{:0<62}{:02x}", hex(tag), self.moved.get(image).copied().unwrap_or(0))
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
        let mut mounted = BTreeMap::new();
        let mut arguments = call.arguments.iter().skip(1);
        let image = loop {
            match arguments.next().map(String::as_str) {
                Some("--rm") => {}
                Some("--network" | "--entrypoint") => drop(arguments.next()),
                Some("--volume") => {
                    let mount = arguments.next().map(String::as_str).unwrap_or_default();
                    let parts: Vec<&str> = mount.split(':').collect();
                    let [from, to, "ro"] = parts[..] else { return fail(format!("mount {mount}")) };
                    mounted.insert(to.to_owned(), read(call, from)?);
                }
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
        if image.contains("/trivy") {
            let arguments: Vec<String> = arguments.cloned().collect();
            return self.scan(&arguments, &mounted);
        }
        if self.machine.images.contains(&image) { Ok(String::new()) } else { fail("no such image") }
    }

    /// A scan by trivy of an image that was saved to a file.
    fn scan(&mut self, arguments: &[String], mounted: &BTreeMap<String, String>) -> Answer {
        let valued = ["input", "scanners", "ignorefile", "severity", "exit-code"];
        let mut words = Words::of(arguments, &valued);
        words.is("scanners", "vuln")?;
        words.is("exit-code", "1")?;
        words.has("no-progress");
        words.has("ignore-unfixed");
        let severities = words.needs("severity")?;
        let file = |path: String| mounted.get(&path).cloned().ok_or(format!("no file {path}"));
        let image = file(words.needs("input")?)?;
        let ignored = words.flag("ignorefile").map(file).transpose()?.unwrap_or_default();
        if words.end()? != ["image"] {
            return fail("scan what?");
        }
        self.scanned.push(image.clone());
        // There is one vulnerability, a critical one.
        if self.vulnerable.contains(&image) && !ignored.lines().any(|id| id == "CVE-2026-1234") {
            return fail(format!("CVE-2026-1234 CRITICAL, looked for {severities}"));
        }
        Ok(String::new())
    }

    /// Whether an image's registry lets this machine in.
    fn reach(&self, image: &str) -> Result<(), String> {
        check_image(image)?;
        let host = host(image);
        if self.machine.logins.contains(host) { Ok(()) } else { fail(format!("denied: {host}")) }
    }

    fn artifact(&mut self, call: &Call) -> Answer {
        let mut words = Words::of(&call.arguments, &[]);
        let force = words.has("force");
        let workflow = variable(call, "SEMAPHORE_WORKFLOW_ID")?;
        let plain = words.end()?;
        let [verb, level, file] = plain.as_slice() else { return fail("what?") };
        match (verb.as_str(), level.as_str()) {
            ("push", "workflow") => {
                let content = read(call, file)?;
                let key = (workflow, file.clone());
                if self.artifacts.contains_key(&key) && !force {
                    return fail("the artifact already exists");
                }
                self.artifacts.insert(key, content);
                Ok(String::new())
            }
            ("pull", "workflow") => {
                let content = self.artifacts.get(&(workflow, file.clone()));
                let content = content.ok_or("no such artifact")?;
                if !force && read(call, file).is_ok() {
                    return fail("the file already exists");
                }
                write(call, file, content)
            }
            other => fail(format!("unknown command {other:?}")),
        }
    }
}

/// The host of an image's registry.
pub fn host(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) => host,
        _ => "docker.io",
    }
}

/// A tag as the digits that stand for it in a digest.
pub fn hex(tag: &str) -> String {
    tag.bytes().map(|byte| format!("{byte:02x}")).collect()
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

pub(super) fn variable(call: &Call, name: &str) -> Answer {
    let value = call.variables.get(name).filter(|value| !value.is_empty());
    value.cloned().ok_or_else(|| format!("{name} is not set"))
}

pub(super) fn read(call: &Call, file: &str) -> Answer {
    let folder = variable(call, "PWD")?;
    std::fs::read_to_string(Path::new(&folder).join(file))
        .map_err(|error| format!("{file}: {error}"))
}

pub(super) fn write(call: &Call, file: &str, content: &str) -> Answer {
    let folder = variable(call, "PWD")?;
    std::fs::write(Path::new(&folder).join(file), content)
        .map(|()| String::new())
        .map_err(|error| format!("{file}: {error}"))
}
