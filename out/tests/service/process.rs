//! The binary as a process: started with settings, read, signalled, and killed
//! at the end of the test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::database::Database;
use crate::http::{self, Answer};

/// Longer than anything takes on a busy machine; nothing waits this long
/// unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub struct Service {
    pub port: u16,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

/// Runs a command to its end.
pub fn run(environment: &[(String, String)], arguments: &[&str]) -> Output {
    command(environment)
        .args(arguments)
        .output()
        .expect("the binary starts")
}

fn command(environment: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_addressbook"));
    // Nothing of the developer's own settings.
    command
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    command
}

impl Service {
    /// Ready to serve requests that use the database.
    pub fn on(database: &Database) -> Self {
        Self::with(database, &[])
    }

    pub fn with(database: &Database, settings: &[(&str, &str)]) -> Self {
        let service = Self::start(&database.environment(), settings);
        service.wait_until_ready();
        service
    }

    /// Listening, whatever the database does.
    pub fn start(environment: &[(String, String)], settings: &[(&str, &str)]) -> Self {
        let mut child = command(environment)
            .env("PORT", "0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let output = child.stdout.take().expect("standard output is a pipe");
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                lines.lock().expect("no reader panics").push(line);
            }
        });
        let mut service = Self {
            port: 0,
            child,
            log,
        };
        eventually("the service listens", || {
            service.port = service
                .log()
                .iter()
                .find(|line| line["message"] == "listening")
                .and_then(|line| line["port"].as_u64())
                .map_or(0, |port| u16::try_from(port).expect("a port"));
            service.port != 0
        });
        service
    }

    pub fn wait_until_ready(&self) {
        eventually("the service is ready", || self.get("/ready").status == 200);
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "")
    }

    /// Panics when there is no answer.
    pub fn send(&self, method: &str, path: &str, content_type: &str, body: &str) -> Answer {
        http::send(self.port, method, path, content_type, body.as_bytes())
            .unwrap_or_else(|error| panic!("no answer to {method} {path}: {error}"))
    }

    pub fn put(&self, form: &str) -> Answer {
        self.send("PUT", "/person", http::FORM, form)
    }

    pub fn put_json(&self, json: &Value) -> Answer {
        self.send("PUT", "/person", http::JSON, &json.to_string())
    }

    pub fn log(&self) -> Vec<Value> {
        let lines = self.log.lock().expect("the writer does not panic");
        lines
            .iter()
            .map(|line| serde_json::from_str(line).expect("a log line is JSON"))
            .collect()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.child.id())])
            .status()
            .expect("sh starts");
        assert!(status.success());
    }

    pub fn wait(&mut self) -> ExitStatus {
        let mut ended = None;
        eventually("the service ends", || {
            ended = self.child.try_wait().expect("it is our child");
            ended.is_some()
        });
        ended.expect("it has ended")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "in vain: {what}");
        sleep(Duration::from_millis(20));
    }
}
