//! What `kubectl` asks of the API server for each of its commands, as verbs and resources: what a Role
//! has to allow whoever runs it. `kubectl --v=6` lists the requests of a command.

use crate::support::cluster::Call;
use crate::support::words::Words;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Verbs on resources: `(resource.group, verb)`. A Secret has its name behind the resource, unless
/// it is yet to be created.
pub type Rights = BTreeSet<(String, String)>;

/// What these calls need together. Calls that are no `kubectl` need nothing.
pub fn needed(calls: &[Call]) -> Rights {
    let mut reader = Reader::default();
    for call in calls.iter().filter(|call| call.program == "kubectl") {
        reader.read(call);
    }
    reader.rights
}

#[derive(Default)]
struct Reader {
    rights: Rights,
    /// Jobs that are there: deleting one that is not is no more than the question.
    jobs: BTreeSet<String>,
}

impl Reader {
    fn add(&mut self, resource: &str, verbs: &[&str]) {
        for verb in verbs {
            self.rights.insert((resource.to_owned(), (*verb).to_owned()));
        }
    }

    fn read(&mut self, call: &Call) {
        let mut words = Words::of(&call.arguments, &[]);
        let plain = words.plain.clone();
        let word = |at: usize| plain.get(at).map(String::as_str).unwrap_or_default();
        match word(0) {
            "config" => {}
            "create" => words.is("dry-run", "client").expect("nothing is created like this"),
            "apply" => self.apply(call, &mut words),
            "get" => {
                let named = plain.len() > 2 || word(1).contains('/');
                for kind in word(1).split('/').next().unwrap_or_default().split(',') {
                    if resource(kind) == "secrets" {
                        self.add(&format!("secrets {}", word(2)), &["get"]);
                        continue;
                    }
                    self.add(resource(kind), if named { &["get"] } else { &["list"] });
                }
            }
            "scale" => {
                self.add("deployments.apps", &["get"]);
                self.add("deployments/scale.apps", &["patch"]);
            }
            "rollout" if word(1) == "status" => {
                self.add("deployments.apps", &["get", "list", "watch"]);
            }
            "rollout" => {
                assert_eq!(word(1), "undo");
                self.add("deployments.apps", &["get", "patch"]);
                self.add("replicasets.apps", &["list"]);
            }
            "label" => self.add(resource(word(1)), &["get", "patch"]),
            "delete" => self.delete(word(1), &plain[2..]),
            "wait" => self.add(resource(word(1)), &["get", "list", "watch"]),
            "exec" => {
                self.add("deployments.apps", &["get"]);
                self.add("pods", &["list"]);
                // Older ones begin the connection with a POST, newer ones with a GET.
                self.add("pods/exec", &["get", "create"]);
            }
            "logs" => {
                if plain.len() > 1 {
                    self.add(resource(word(1)), &["get"]);
                }
                self.add("pods", &["list"]);
                self.add("pods/log", &["get"]);
            }
            "describe" => {
                self.add(resource(word(1)), &["get"]);
                self.add("events", &["list"]);
                match (word(1), plain.len()) {
                    (kind, 2) => self.add(resource(kind), &["list"]),
                    ("deployment", _) => self.add("replicasets.apps", &["list"]),
                    _ => {}
                }
            }
            other => panic!("what does \"kubectl {other}\" need?"),
        }
    }

    fn apply(&mut self, call: &Call, words: &mut Words) {
        let file = words.needs("filename").expect("a file");
        let text = match file.as_str() {
            "-" => call.input.clone(),
            file => std::fs::read_to_string(Path::new(&call.variables["PWD"]).join(file))
                .unwrap_or_else(|error| panic!("{file}: {error}")),
        };
        // What has failed before sends nothing.
        if text.trim().is_empty() {
            return;
        }
        let object: Value = yaml_serde::from_str(&text).expect("an object");
        let kind = object["kind"].as_str().expect("a kind").to_lowercase();
        if kind == "job" {
            self.jobs.insert(object["metadata"]["name"].as_str().expect("a name").to_owned());
        }
        if kind == "secret" {
            let name = object["metadata"]["name"].as_str().expect("a name");
            assert!(words.has("server-side"), "its values would stand in an annotation");
            self.add("secrets", &["create"]);
            self.add(&format!("secrets {name}"), &["patch"]);
            return;
        }
        // The server merges what it is sent, and creates what is not there.
        let server = words.has("server-side");
        self.add(
            resource(&kind),
            if server { &["create", "patch"] } else { &["get", "create", "patch"] },
        );
    }

    fn delete(&mut self, kind: &str, names: &[String]) {
        if kind == "secret" {
            for name in names {
                self.add(&format!("secrets {name}"), &["delete", "get"]);
            }
            return;
        }
        self.add(resource(kind), &["delete"]);
        // It waits until the object is gone: it asks once, and watches what goes step by step.
        if kind != "job" {
            self.add(resource(kind), &["get"]);
        } else if names.iter().filter(|name| self.jobs.remove(*name)).count() > 0 {
            self.add(resource(kind), &["get", "list", "watch"]);
        }
    }
}

/// A resource by the name of its kind, or of an object `kind/name`.
fn resource(kind: &str) -> &'static str {
    match kind.split('/').next().unwrap_or_default().trim_end_matches('s') {
        "ingre" => "ingresses.networking.k8s.io",
        "hpa" | "horizontalpodautoscaler" => "horizontalpodautoscalers.autoscaling",
        "networkpolicy" => "networkpolicies.networking.k8s.io",
        "deployment" => "deployments.apps",
        "replicaset" => "replicasets.apps",
        "job" => "jobs.batch",
        "pod" => "pods",
        "event" => "events",
        "secret" => "secrets",
        "service" => "services",
        "serviceaccount" => "serviceaccounts",
        "poddisruptionbudget" => "poddisruptionbudgets.policy",
        other => panic!("which resource is {other:?}?"),
    }
}
