//! A cluster that is not the stand-in in the test's own world, but behind a `kubectl` program: calls
//! of generated jobs are handed to that program, and what there is afterwards is asked of it.

use super::cluster::{Call, Reply};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long things may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(180);

pub struct Elsewhere {
    /// The program that knows the cluster.
    pub kubectl: PathBuf,
    /// What it needs to find it.
    pub variables: BTreeMap<String, String>,
    /// What runs in place of the images of the pipelines, which no registry has.
    pub images: BTreeMap<String, String>,
    /// Lets some time pass.
    pub pause: Box<dyn Fn() + Send>,
}

impl Elsewhere {
    /// Makes the call of a job there.
    pub fn call(&self, call: &Call) -> Reply {
        let mut input = call.input.clone();
        for (of_pipelines, there) in &self.images {
            input = input.replace(of_pipelines, there);
        }
        // Manifests are named from where the job is.
        let here = call.variables.get("PWD").map_or(".", String::as_str);
        let mut running = Command::new(&self.kubectl)
            .args(&call.arguments)
            .current_dir(here)
            .env("PWD", here)
            .envs(&self.variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl");
        let mut pipe = running.stdin.take().unwrap();
        // A program that reads nothing may be gone already.
        let _ = pipe.write_all(input.as_bytes());
        drop(pipe);
        let output = running.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Reply {
            status: output.status.code().unwrap_or(1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// What the program prints.
    pub fn ask(&self, arguments: &[&str]) -> String {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let reply = self.call(&Call { program: "kubectl".into(), arguments, ..Call::default() });
        assert_eq!(reply.status, 0, "{}{}", reply.out, reply.err);
        reply.out
    }

    /// Each Deployment of a service as `TRACK WORKFLOW READY/WANTED`.
    pub fn state(&self, service: &str) -> Vec<String> {
        const WHAT: &str = "--output=jsonpath={.spec.template.metadata.labels.workflow} {.status.readyReplicas}/{.spec.replicas}";
        let tracks = ["canary", "stable"].into_iter().filter_map(|track| {
            let name = format!("{service}-{track}");
            let found = self.ask(&["get", "deployment", &name, "--ignore-not-found", WHAT]);
            (!found.is_empty()).then(|| format!("{track} {}", found.replace(" /", " 0/")))
        });
        tracks.collect()
    }

    /// Waits until the Deployments are these.
    pub fn comes_to(&self, service: &str, expected: &[&str]) {
        let start = Instant::now();
        loop {
            let state = self.state(service);
            if state == expected {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{state:?} instead of {expected:?}");
            (self.pause)();
        }
    }
}
