//! A cluster, small but strict: objects as the API server keeps them, controllers that move pods one
//! by one, and below [`kubectl`] the program that talks to it.

pub mod autoscaler;
pub mod jsonpath;
pub mod kubectl;
pub mod rights;
pub mod rollout;

use rollout::{Deployment, Pod, Trouble};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A Secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub uid: String,
    pub data: BTreeMap<String, String>,
}

/// A Job: its object, and how it went.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub object: Value,
    /// Nothing while it runs; then whether it has completed.
    pub done: Option<bool>,
    trouble: Option<Trouble>,
}

/// The objects of a namespace, and what is to happen in it.
#[derive(Debug, Clone, Default)]
pub struct Kube {
    pub deployments: BTreeMap<String, Deployment>,
    /// Replica sets whose Deployment was deleted without them.
    pub orphans: Vec<rollout::ReplicaSet>,
    pub jobs: BTreeMap<String, Job>,
    pub secrets: BTreeMap<String, Secret>,
    /// Kind and name of all other objects, with the object.
    pub objects: BTreeMap<(String, String), Value>,
    /// Autoscalers by name; their objects are with the others.
    pub autoscalers: BTreeMap<String, autoscaler::Autoscaler>,
    /// Pods that the load asks for, where there is any.
    pub load: Option<usize>,
    /// Images whose migration has run, in that order.
    pub migrated: Vec<String>,
    /// Commands that were run in pods, with the image of the pod.
    pub executed: Vec<(String, Vec<String>)>,
    /// Ready pods of the service after every change.
    pub capacity: Vec<usize>,
    /// What is wrong with the images that have this in their tag.
    pub broken: BTreeMap<String, Trouble>,
    pub migration_fails: bool,
    pub ping_fails: bool,
    /// Pods that the nodes have room for. Default: any number.
    pub room: Option<usize>,
    /// Steps that the controllers make after each call; they make all there are between jobs, and
    /// while somebody waits.
    pub pace: usize,
    /// Steps that are left for who waits; a job that is killed does not wait to the end.
    patience: Option<usize>,
    /// The password of Docker Hub, where it is not the usual one.
    pub hub_password: Option<String>,
    /// Counts names and ids.
    made: u64,
}

impl Kube {
    /// Time passes: the controllers make as many steps as there are.
    pub fn rest(&mut self, pushed: &BTreeSet<String>) {
        self.go(usize::MAX, pushed);
        if self.autoscale() {
            self.go(usize::MAX, pushed);
        }
        let jobs: Vec<String> = self.jobs.keys().cloned().collect();
        for name in jobs {
            self.run_job(&name, pushed);
        }
    }

    /// The controllers make so many steps, at most; whether there were more to make.
    fn go(&mut self, steps: usize, pushed: &BTreeSet<String>) -> bool {
        let mut deployments = std::mem::take(&mut self.deployments);
        for deployment in deployments.values_mut() {
            deployment.observe();
        }
        self.count(&deployments);
        let mut made = 0;
        while made < steps {
            let scheduled = deployments
                .values()
                .flat_map(Deployment::pods)
                .filter(|(pod, _)| pod.ready || pod.trouble.is_some_and(|t| t != Trouble::NoRoom))
                .count();
            let room = self.room.is_none_or(|room| scheduled < room);
            let kube = &*self;
            let mut made_pods = kube.made;
            let mut start = |template: &Value| {
                made_pods += 1;
                let name = template["metadata"]["labels"]["deployment"].as_str().unwrap_or("pod");
                Pod {
                    name: format!("{name}-{made_pods}"),
                    ready: false,
                    trouble: None,
                    settings: kube.settings(template),
                }
            };
            let examine = |template: &Value, pod: &Pod| {
                if !room && pod.trouble.is_none_or(|trouble| trouble == Trouble::NoRoom) {
                    return Some(Trouble::NoRoom);
                }
                kube.trouble(template, &pod.settings, pushed)
            };
            let moved =
                deployments.values_mut().any(|deployment| deployment.step(&mut start, &examine));
            self.made = made_pods;
            if !moved {
                self.deployments = deployments;
                return false;
            }
            self.count(&deployments);
            made += 1;
        }
        self.deployments = deployments;
        true
    }

    /// Notes how many pods the Service leads to.
    fn count(&mut self, deployments: &BTreeMap<String, Deployment>) {
        let orphaned: usize = self.orphans.iter().map(rollout::ReplicaSet::ready).sum();
        let ready = deployments.values().map(Deployment::ready).sum::<usize>() + orphaned;
        if self.capacity.last() != Some(&ready) {
            self.capacity.push(ready);
        }
    }

    /// The variables that a pod of this template gets from Secrets.
    fn settings(&self, template: &Value) -> Vec<(String, String)> {
        let secrets = secret_names(&template["spec"]);
        let found = secrets.iter().filter_map(|name| self.secrets.get(name));
        found.flat_map(|secret| secret.data.clone()).collect()
    }

    /// What keeps a pod with this template and these settings from getting ready.
    fn trouble(
        &self,
        template: &Value,
        settings: &[(String, String)],
        pushed: &BTreeSet<String>,
    ) -> Option<Trouble> {
        let pod = &template["spec"];
        let image = pod["containers"][0]["image"].as_str().unwrap_or_default();
        if !self.can_pull(image, pod, pushed) {
            return Some(Trouble::Pull);
        }
        if !secret_names(pod).iter().all(|name| self.secrets.contains_key(name)) {
            return Some(Trouble::NoSecret);
        }
        let broken = self.broken.iter().find(|(part, _)| image.contains(part.as_str()));
        if let Some((_, trouble)) = broken {
            return Some(*trouble);
        }
        settings.iter().any(|(_, value)| value == "wrong").then_some(Trouble::Unready)
    }

    fn can_pull(&self, image: &str, pod: &Value, pushed: &BTreeSet<String>) -> bool {
        let account = pod["serviceAccountName"].as_str().unwrap_or("default").to_owned();
        let Some(account) = self.objects.get(&("ServiceAccount".to_owned(), account)) else {
            return false;
        };
        // Images on Docker Hub are private here; the nodes may pull from their own cloud.
        let password = self.hub_password.as_deref().unwrap_or("s3cret'\"$(x)\\hub");
        let credentials = account["imagePullSecrets"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|secret| self.secrets.get(secret["name"].as_str()?))
            .filter_map(|secret| secret.data.get(".dockerconfigjson"))
            .filter_map(|text| serde_json::from_str::<Value>(text).ok())
            .any(|config| {
                let login = &config["auths"]["https://index.docker.io/v1/"];
                login["username"] == "team" && login["password"] == password
            });
        pushed.contains(image) && (super::cluster::host(image) != "docker.io" || credentials)
    }

    /// A Job comes to its end.
    fn run_job(&mut self, name: &str, pushed: &BTreeSet<String>) {
        let Some(job) = self.jobs.get(name).filter(|job| job.done.is_none()).cloned() else {
            return;
        };
        let template = &job.object["spec"]["template"];
        let pod = &template["spec"];
        let image = pod["containers"][0]["image"].as_str().unwrap_or_default().to_owned();
        let trouble = if !self.can_pull(&image, pod, pushed) {
            Some(Trouble::Pull)
        } else if !secret_names(pod).iter().all(|name| self.secrets.contains_key(name)) {
            Some(Trouble::NoSecret)
        } else {
            self.migration_fails.then_some(Trouble::Crash)
        };
        if trouble.is_none() {
            self.migrated.push(image);
        }
        let job = Job { done: Some(trouble.is_none()), trouble, ..job };
        self.jobs.insert(name.to_owned(), job);
    }

    fn make(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}-{}", self.made)
    }

    /// All pods, as the API server would list them.
    fn pod_objects(&self) -> Vec<Value> {
        let deployed = self.deployments.values().flat_map(Deployment::pods);
        let orphaned =
            self.orphans.iter().flat_map(|set| set.pods.iter().map(|pod| (pod, &set.template)));
        let mut pods: Vec<Value> = deployed
            .chain(orphaned)
            .map(|(pod, template)| pod_object(&pod.name, template, pod.ready, pod.trouble))
            .collect();
        for (name, job) in &self.jobs {
            let mut pod = pod_object(
                &format!("{name}-pod"),
                &job.object["spec"]["template"],
                false,
                job.trouble,
            );
            pod["metadata"]["labels"]["job-name"] = json!(name);
            if job.trouble == Some(Trouble::Crash) {
                pod["status"]["phase"] = json!("Failed");
                pod["status"]["containerStatuses"] = json!([]);
            }
            pods.push(pod);
        }
        pods
    }
}

fn secret_names(pod: &Value) -> Vec<String> {
    let sources = pod["containers"][0]["envFrom"].as_array();
    sources
        .into_iter()
        .flatten()
        .filter_map(|source| source["secretRef"]["name"].as_str())
        .map(str::to_owned)
        .collect()
}

fn pod_object(name: &str, template: &Value, ready: bool, trouble: Option<Trouble>) -> Value {
    let mut metadata = template["metadata"].clone();
    metadata["name"] = json!(name);
    let waiting = match trouble {
        Some(Trouble::Pull) => Some("ImagePullBackOff"),
        Some(Trouble::NoSecret) => Some("CreateContainerConfigError"),
        Some(Trouble::Crash | Trouble::Memory) => Some("CrashLoopBackOff"),
        _ => None,
    };
    let running =
        ready || matches!(trouble, Some(Trouble::Crash | Trouble::Memory | Trouble::Unready));
    let scheduled = match trouble {
        Some(Trouble::NoRoom) => json!({
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/3 nodes are available: 3 Insufficient memory.",
        }),
        _ => json!({"type": "PodScheduled", "status": "True"}),
    };
    let mut container = json!({"name": "a", "ready": ready, "state": {}, "lastState": {}});
    if let Some(reason) = waiting {
        container["state"] = json!({"waiting": {"reason": reason}});
    }
    let ended = match trouble {
        Some(Trouble::Crash) => Some("Error"),
        Some(Trouble::Memory) => Some("OOMKilled"),
        _ => None,
    };
    if let Some(reason) = ended {
        container["lastState"] = json!({"terminated": {"reason": reason}});
    }
    json!({
        "kind": "Pod",
        "metadata": metadata,
        "spec": template["spec"],
        "status": {
            "phase": if running { "Running" } else { "Pending" },
            "conditions": [
                scheduled,
                {"type": "Ready", "status": if ready { "True" } else { "False" }},
            ],
            "containerStatuses": [container],
        },
    })
}
