//! Runs the jobs of generated pipelines as the agent does: one item after another in one bash
//! session, each sourced from a file, until one fails. Every program that would leave the machine is
//! a stub that hands its call to the [`World`], which lives in the test's process.

use super::cluster::{Call, World};
use super::elsewhere::Elsewhere;
use super::{Job, Ran, Service, folder};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use tempfile::TempDir;

/// The programs that are played.
const PROGRAMS: [&str; 13] = [
    "kubectl",
    "docker",
    "aws",
    "gcloud",
    "doctl",
    "artifact",
    "sem-service",
    "pg_isready",
    "az",
    "kubelogin",
    "make",
    "npm",
    "sem",
];

/// Programs of the machine whose arguments are looked at; bash runs its own.
const WATCHED: [&str; 20] = [
    "awk",
    "base64",
    "cat",
    "curl",
    "cut",
    "date",
    "env",
    "envsubst",
    "git",
    "grep",
    "head",
    "jq",
    "mktemp",
    "openssl",
    "sed",
    "sha256sum",
    "sleep",
    "tail",
    "tee",
    "tr",
];

/// Hands arguments, input and environment to the test, and its answer back. Written for speed: no
/// process is started, which is why the variables are found by their first letters.
const STUB: &str = r#"
input=
case " $* " in
*" --filename=- "* | *"/dev/stdin"* | *" --password-stdin"* | *" --password @-"*) IFS= read -r -d '' input ;;
esac
exec 3<>"/dev/tcp/127.0.0.1/$WORLD" || exit 125
call=("${0##*/}" "$#" "$@" "$input")
for name in ${!A*} ${!B*} ${!C*} ${!D*} ${!E*} ${!F*} ${!G*} ${!H*} ${!I*} ${!J*} ${!K*} ${!L*} \
  ${!M*} ${!N*} ${!O*} ${!P*} ${!Q*} ${!R*} ${!S*} ${!T*} ${!U*} ${!V*} ${!W*} ${!X*} ${!Y*} ${!Z*}; do
  call+=("$name" "${!name}")
done
printf '%s\0' "${call[@]}" '' >&3
IFS= read -r -d '' status <&3
IFS= read -r -d '' out <&3
IFS= read -r -d '' err <&3
printf '%s' "$out"
printf '%s' "$err" >&2
# The whole job, as when somebody presses Stop.
if ((status == -9)); then kill -KILL 0; fi
exit "$status"
"#;

/// How the subjects of the project's tokens start.
pub const PROJECT: &str = "org:team:project:936a5312-a3b8-4921-8b3f-2cec8baac574:repo:shop";

/// The agent's loop, and the commands of its toolbox that are functions.
const AGENT: &str = r#"
checkout() { cd "$SEMAPHORE_GIT_DIR" || return; }
retry() { while [[ $1 == --* ]]; do shift 2; done; "$@"; }
for agent_item in "$ITEMS"/*; do
  source "$agent_item"
  agent_status=$?
  if ((agent_status)); then exit "$agent_status"; fi
done
"#;

/// What the project's Semaphore secrets hold.
#[derive(Default, Clone)]
pub struct Secret {
    pub variables: BTreeMap<String, String>,
    /// Files by their path on the agent.
    pub files: BTreeMap<String, String>,
}

/// An agent with a repository to check out and a world around it.
pub struct Sandbox {
    pub service: Service,
    /// Folder of the service in the repository, with a slash at its end; empty for the root.
    pub folder: String,
    pub secrets: BTreeMap<String, Secret>,
    /// `SEMAPHORE_WORKFLOW_ID`.
    pub workflow: String,
    /// `SEMAPHORE_WORKFLOW_NUMBER`, which counts the workflows of a branch or tag.
    pub number: u32,
    /// `SEMAPHORE_GIT_REF`.
    pub git_ref: String,
    /// Whether Semaphore signs tokens for jobs.
    pub oidc: bool,
    /// What the person who promotes has said.
    pub force: bool,
    /// `SEMAPHORE_REGISTRY_PASSWORD`.
    pub registry_password: String,
    /// What jobs have left behind, by its place, once somebody asks for it.
    evidence: Option<Mutex<Vec<(String, String)>>>,
    world: Arc<Mutex<World>>,
    port: u16,
    tools: TempDir,
}

impl Sandbox {
    pub fn new(service: Service) -> Self {
        let tools = folder();
        for used in ["jq", "envsubst"] {
            super::tool(used, |command| {
                command.arg("--version");
            })
            .fine();
        }
        let stub = format!("#!{}{STUB}", bash());
        for program in PROGRAMS {
            let path = tools.path().join(program);
            fs::write(&path, &stub).unwrap();
            make_executable(&path);
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a local port");
        let port = listener.local_addr().unwrap().port();
        let world = Arc::new(Mutex::new(World::default()));
        let shared = Arc::clone(&world);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(stream, &shared);
            }
        });
        let secrets = usual_secrets();
        Self {
            service,
            folder: String::new(),
            secrets,
            workflow: "workflow-1".into(),
            number: 1,
            git_ref: "refs/heads/main".into(),
            oidc: true,
            force: false,
            registry_password: "s3cret-registry".into(),
            evidence: None,
            world,
            port,
            tools,
        }
    }

    /// From now on, writes down the logs of jobs, the arguments of all programs that they start, and the
    /// files that they leave on their machines.
    pub fn record(&mut self) {
        self.evidence = Some(Mutex::default());
        let (bash, paths) = (bash(), std::env::var_os("PATH").unwrap_or_default());
        for program in WATCHED {
            let found = std::env::split_paths(&paths).map(|path| path.join(program));
            let Some(real) = found.into_iter().find(|path| path.is_file()) else { continue };
            let path = self.tools.path().join(program);
            fs::write(&path, format!("#!{}\nexec '{}' \"$@\"\n", bash, real.display())).unwrap();
            make_executable(&path);
        }
        // Every bash reads it at its start, those of the scripts and of the stubs too.
        let arguments = "printf '%s\\n' \"$0\" \"$@\" >>\"$ARGUMENTS\"\n";
        fs::write(self.tools.path().join("bash_env"), arguments).unwrap();
    }

    /// What was written down.
    pub fn evidence(&self) -> Vec<(String, String)> {
        self.evidence.as_ref().map(|known| known.lock().unwrap().clone()).unwrap_or_default()
    }

    /// Writes down what a job has left on its machine; what it was given is no news.
    fn note(&self, job: &Job, machine: &Path, log: &str, given: &[(String, String)]) {
        let Some(evidence) = &self.evidence else { return };
        let mut evidence = evidence.lock().unwrap();
        evidence.push((format!("the log of {}", job.title), log.to_owned()));
        for (path, content) in super::files(machine) {
            let text = String::from_utf8_lossy(&content).into_owned();
            let at = machine.join(&path).display().to_string();
            if !given.iter().any(|(known, content)| *known == at && *content == text) {
                evidence.push((format!("{path} after {}", job.title), text));
            }
        }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("the world stands")
    }

    /// The cluster of this sandbox, as another one may use it from outside.
    pub fn elsewhere(&self) -> Elsewhere {
        assert!(self.shell("true").passed, "it is connected now");
        let world = Arc::clone(&self.world);
        Elsewhere {
            kubectl: self.tools.path().join("kubectl"),
            variables: BTreeMap::from([("WORLD".to_owned(), self.port.to_string())]),
            images: BTreeMap::new(),
            pause: Box::new(move || {
                let mut world = world.lock().expect("the world stands");
                let pushed = world.pushed.clone();
                world.kube.rest(&pushed);
            }),
        }
    }

    /// Runs a job on a fresh machine.
    pub fn run(&self, job: &Job) -> Ran {
        self.world().new_machine();
        let machine = folder();
        let (home, items) = (machine.path().join("home"), machine.path().join("items"));
        fs::create_dir(&home).unwrap();
        fs::create_dir(&items).unwrap();
        for (number, command) in job.commands.iter().enumerate() {
            fs::write(items.join(format!("{number:03}")), command).unwrap();
        }
        let mut given = Vec::new();
        let at_home = |text: &str| text.replace("/home/semaphore", home.to_str().unwrap());
        let mut variables: BTreeMap<String, String> = BTreeMap::new();
        for name in &job.secrets {
            let secret = self
                .secrets
                .get(name)
                .unwrap_or_else(|| panic!("{}: nobody has made the secret {name}", job.title));
            variables.extend(secret.variables.clone());
            for (path, content) in &secret.files {
                fs::write(at_home(path), content).unwrap();
                given.push((at_home(path), content.clone()));
            }
        }
        // What a job says wins over what a secret holds.
        variables.extend(job.variables.iter().map(|(name, value)| (name.clone(), at_home(value))));
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let tools = std::iter::once(self.tools.path().to_path_buf());
        let paths = std::env::join_paths(tools.chain(std::env::split_paths(&paths))).unwrap();
        if self.oidc {
            let kind = if self.git_ref.starts_with("refs/tags/") { "tag" } else { "branch" };
            let subject = format!("{PROJECT}:ref_type:{kind}:ref:{}", self.git_ref);
            variables.insert("SEMAPHORE_OIDC_TOKEN".into(), super::clouds::token(&subject));
        }
        let output = Command::new("bash")
            .args(["--norc", "--noprofile", "-c", &format!("{{ {AGENT}\n}} 2>&1")])
            .current_dir(&home)
            .stdin(Stdio::null())
            .process_group(0)
            .env_clear()
            .envs(&variables)
            .envs([
                ("CI", "true"),
                ("SEMAPHORE", "true"),
                ("SEMAPHORE_WORKFLOW_ID", &self.workflow),
                ("SEMAPHORE_WORKFLOW_NUMBER", &self.number.to_string()),
                ("SEMAPHORE_JOB_ID", "c117e453-1189-4eaf-b03a-dd6538eb49b2"),
                ("SEMAPHORE_ORGANIZATION_URL", "https://team.semaphoreci.example"),
                ("SEMAPHORE_GIT_BRANCH", "main"),
                ("SEMAPHORE_GIT_REF", &self.git_ref),
                ("FORCE", if self.force { "true" } else { "false" }),
                ("SEMAPHORE_REGISTRY_URL", "registry.semaphore.example"),
                ("SEMAPHORE_REGISTRY_USERNAME", "semaphore"),
                ("SEMAPHORE_REGISTRY_PASSWORD", &self.registry_password),
            ])
            .env("SEMAPHORE_GIT_DIR", self.service.path())
            .env("PATH", paths)
            .env("HOME", &home)
            .env("ITEMS", &items)
            .env("WORLD", self.port.to_string())
            .envs(self.evidence.is_some().then(|| ("BASH_ENV", self.tools.path().join("bash_env"))))
            .env("ARGUMENTS", machine.path().join("arguments"))
            .output()
            .expect("this test needs bash");
        let ran = Ran::of(output);
        self.note(job, machine.path(), &ran.out, &given);
        assert!(!ran.out.contains("s3cret"), "{} prints a secret:\n{}", job.title, ran.out);
        for call in &self.world().calls {
            let words = call.arguments.join(" ");
            assert!(!words.contains("s3cret"), "a secret is on a command line: {words}");
        }
        ran
    }

    /// Runs what a person types who is connected to the cluster.
    pub fn shell(&self, commands: &str) -> Played {
        let pipelines = self.service.pipelines();
        let (file, pipeline) =
            pipelines.iter().find(|(file, _)| file.starts_with("rollback")).unwrap();
        let mut job = super::jobs(file, pipeline).remove(0);
        job.commands.pop();
        job.commands.push(commands.to_owned());
        let ran = self.run(&job);
        Played { passed: ran.status == 0, log: ran.out }
    }

    /// Runs the jobs of a pipeline, block after block, until one fails; whether it passed.
    pub fn play(&self, file: &str) -> Played {
        self.play_where(file, |_| true)
    }

    /// As [`Self::play`], but leaves out jobs; what they would have done is there already.
    pub fn play_where(&self, file: &str, wanted: impl Fn(&Job) -> bool) -> Played {
        let pipeline = self.service.yaml(&format!("{}.semaphore/{file}", self.folder));
        let mut log = String::new();
        for job in super::jobs(file, &pipeline).into_iter().filter(wanted) {
            let ran = self.run(&job);
            log.push_str(&format!("== {}\n{}", job.title, ran.out));
            if ran.status != 0 {
                return Played { passed: false, log };
            }
        }
        Played { passed: true, log }
    }
}

/// What a pipeline ended with.
pub struct Played {
    pub passed: bool,
    pub log: String,
}

impl Played {
    pub fn passed(self) -> String {
        assert!(self.passed, "{}", self.log);
        self.log
    }

    pub fn failed(self) -> String {
        assert!(!self.passed, "{}", self.log);
        self.log
    }
}

/// Where bash is.
fn bash() -> String {
    let found = super::tool("bash", |bash| {
        bash.args(["-c", "type -P bash"]);
    });
    found.fine().trim_end().to_owned()
}

pub fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn answer(mut stream: TcpStream, world: &Mutex<World>) {
    let Some(call) = read_call(&mut stream) else { return };
    let reply = world.lock().expect("the world stands").call(call);
    let text = format!("{}\0{}\0{}\0", reply.status, reply.out, reply.err);
    let _ = stream.write_all(text.as_bytes());
}

fn read_call(stream: &mut TcpStream) -> Option<Call> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    // An empty name of a variable ends the call; a value may be empty, so the parts are counted.
    loop {
        let parts: Vec<&[u8]> = bytes.split(|&byte| byte == 0).collect();
        if let Some(call) = whole_call(&parts) {
            return Some(call);
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

/// The call in these parts, once it is complete; behind the last NUL is always one part more.
fn whole_call(parts: &[&[u8]]) -> Option<Call> {
    let parts = &parts[..parts.len() - 1];
    let text = |at: usize| parts.get(at).map(|part| String::from_utf8_lossy(part).into_owned());
    let program = text(0)?;
    let count: usize = text(1)?.parse().ok()?;
    let arguments = (2..2 + count).map(text).collect::<Option<Vec<_>>>()?;
    let input = text(2 + count)?;
    let mut variables = BTreeMap::new();
    let mut at = 3 + count;
    loop {
        let name = text(at)?;
        if name.is_empty() {
            return Some(Call { program, arguments, input, variables });
        }
        variables.insert(name, text(at + 1)?);
        at += 2;
    }
}

fn usual_secrets() -> BTreeMap<String, Secret> {
    let secret = |variables: &[(&str, &str)]| Secret {
        variables: variables.iter().map(|&(key, value)| (key.into(), value.into())).collect(),
        files: BTreeMap::new(),
    };
    let key = Secret {
        files: BTreeMap::from([(
            "/home/semaphore/gcp-key.json".into(),
            r#"{"project_id": "demo-project", "private_key": "s3cret-key"}"#.into(),
        )]),
        ..Secret::default()
    };
    BTreeMap::from([
        ("do-key".into(), secret(&[("DO_ACCESS_TOKEN", "s3cret-token")])),
        ("do-registry".into(), secret(&[("DO_REGISTRY_TOKEN", "s3cret-push")])),
        (
            "dockerhub".into(),
            secret(&[("DOCKER_USERNAME", "team"), ("DOCKER_PASSWORD", "s3cret'\"$(x)\\hub")]),
        ),
        (
            "aws-key".into(),
            secret(&[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s3cret-access")]),
        ),
        ("gcp-key".into(), key),
        (
            "db-params".into(),
            secret(&[
                ("DB_HOST", "db.example.com"),
                ("DB_PORT", "5432"),
                ("DB_SCHEMA", "demo"),
                ("DB_USER", "demouser"),
                ("DB_PASSWORD", "s3cret'\"$(touch PWNED)`x`\\ = # é"),
                ("DB_SSL", "true"),
                ("DB_SSL_CA_BASE64", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUE9PQo="),
            ]),
        ),
    ])
}
