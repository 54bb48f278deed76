//! `kubectl` against the cluster: the commands and flags that generated files use. Any other is an
//! error, as it is for a command that the real program does not have.

use super::autoscaler::Autoscaler;
use super::rollout::{COMPLETE, Deployment};
use super::{Job, Kube, Secret, jsonpath};
use crate::support::cluster::Call;
use crate::support::words::{Answer, Words, fail};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How long a call lets the controllers work.
pub enum Time {
    /// As usual.
    Usual,
    /// Whoever waits gives up after so many steps.
    Cut(usize),
}

impl Kube {
    /// Answers a call that has reached the API server.
    pub fn call(
        &mut self,
        words: Words,
        call: &Call,
        pushed: &BTreeSet<String>,
        time: Time,
    ) -> Answer {
        self.patience = match time {
            Time::Usual => None,
            Time::Cut(steps) => Some(steps),
        };
        let verb = words.plain.first().cloned().unwrap_or_default();
        let answer = match verb.as_str() {
            "apply" => self.apply(words, call),
            "get" => self.get(words),
            "scale" => self.scale(words),
            "rollout" => self.rollout(words, pushed),
            "label" => self.label(words),
            "delete" => self.delete(words),
            "wait" => self.wait(words, pushed),
            "exec" => self.exec(words),
            "logs" => self.logs(words),
            "describe" => self.describe(words),
            _ => fail(format!("unknown command {verb:?}")),
        };
        self.go(self.patience.unwrap_or(self.pace), pushed);
        answer
    }

    fn deployment(&mut self, name: &str) -> Result<&mut Deployment, String> {
        let unknown = format!("deployments.apps {name:?} not found");
        self.deployments.get_mut(name).ok_or(unknown)
    }

    // What there is

    fn get(&mut self, mut words: Words) -> Answer {
        let ignore = words.has("ignore-not-found");
        let output = words.flag("output");
        let selector = words.flag("selector").map(|text| labels(&text)).transpose()?;
        if let Some(path) = words.flag("sort-by") {
            jsonpath::print(&format!("{{{path}}}"), &json!({}))?;
        }
        let plain = words.end()?;
        let (kinds, name) = match plain.as_slice() {
            [_, kinds] => match kinds.split_once('/') {
                Some((kind, name)) => (kind.to_owned(), Some(name.to_owned())),
                None => (kinds.clone(), None),
            },
            [_, kind, name] => (kind.clone(), Some(name.clone())),
            _ => return fail("get what?"),
        };
        let mut found = Vec::new();
        for kind in kinds.split(',') {
            let (kind, objects) = self.listed(kind)?;
            found.extend(objects.into_iter().filter_map(|object| {
                let metadata = &object["metadata"];
                let named = name.as_ref().is_none_or(|name| metadata["name"] == json!(name));
                let selected = selector.as_ref().is_none_or(|wanted| {
                    wanted.iter().all(|(key, value)| metadata["labels"][key] == json!(value))
                });
                (named && selected).then_some((kind, object))
            }));
        }
        if let (Some(name), true) = (&name, found.is_empty()) {
            return if ignore { Ok(String::new()) } else { fail(format!("{name:?} not found")) };
        }
        match output.as_deref() {
            None | Some("wide") => {
                Ok(found.iter().map(|(kind, object)| row(kind, object)).collect())
            }
            Some("name") => {
                Ok(found.iter().map(|(kind, object)| id(kind, object) + "\n").collect())
            }
            Some(other) => {
                let path = other.strip_prefix("jsonpath=").ok_or("unknown output format")?;
                let objects: Vec<Value> = found.into_iter().map(|(_, object)| object).collect();
                match (name, objects.as_slice()) {
                    (Some(_), [object]) => jsonpath::print(path, object),
                    _ => jsonpath::print(path, &json!({"items": objects})),
                }
            }
        }
    }

    /// A kind by any of its names, and all its objects.
    fn listed(&self, kind: &str) -> Result<(&'static str, Vec<Value>), String> {
        let others = |wanted: &str| {
            let of_kind = self.objects.iter().filter(|((kind, _), _)| kind == wanted);
            of_kind.map(|(_, object)| object.clone()).collect()
        };
        Ok(match kind {
            "deployment" | "deployments" => {
                let known = self.deployments.iter();
                ("deployment.apps", known.map(|(name, of)| deployment_object(name, of)).collect())
            }
            "pod" | "pods" => ("pod", self.pod_objects()),
            "job" | "jobs" => {
                let object = |(_, job): (&String, &Job)| {
                    let mut object = job.object.clone();
                    let (kind, reason) = match job.done {
                        None => return object,
                        Some(true) => ("Complete", "CompletionsReached"),
                        Some(false) => ("Failed", "BackoffLimitExceeded"),
                    };
                    object["status"] =
                        json!({"conditions": [{"type": kind, "status": "True", "reason": reason}]});
                    object
                };
                ("job.batch", self.jobs.iter().map(object).collect())
            }
            "secret" | "secrets" => {
                let object = |(name, secret): (&String, &Secret)| json!({"metadata": {"name": name, "uid": secret.uid}, "data": secret.data});
                ("secret", self.secrets.iter().map(object).collect())
            }
            "service" | "services" => ("service", others("Service")),
            "ingress" | "ingresses" => ("ingress", others("Ingress")),
            "hpa" => ("horizontalpodautoscaler", others("HorizontalPodAutoscaler")),
            "replicaset" | "replicasets" => {
                let owned = self.deployments.iter().flat_map(|(name, deployment)| {
                    deployment.sets.iter().map(move |set| (Some(name), set))
                });
                let sets = owned.chain(self.orphans.iter().map(|set| (None, set)));
                let object = |(owner, set): (Option<&String>, &super::rollout::ReplicaSet)| {
                    let mut object = json!({"metadata": set.template["metadata"]});
                    object["metadata"]["name"] = json!(format!("set-{}", set.revision));
                    if let Some(owner) = owner {
                        object["metadata"]["ownerReferences"] = json!([{"name": owner}]);
                    }
                    object
                };
                ("replicaset.apps", sets.map(object).collect())
            }
            "events" => ("event", Vec::new()),
            _ => return fail(format!("the server doesn't have a resource type {kind:?}")),
        })
    }

    fn logs(&mut self, mut words: Words) -> Answer {
        let selector = words.flag("selector");
        for flag in ["all-containers", "prefix", "previous"] {
            if words.flag(flag).is_some_and(|value| !value.is_empty()) {
                return fail(format!("--{flag} takes no value here"));
            }
        }
        words.needs("tail")?.parse::<u32>().map_err(|error| error.to_string())?;
        match (selector, words.end()?.as_slice()) {
            (Some(selector), [_]) => labels(&selector).map(|_| "a line of a log\n".into()),
            (None, [_, job]) => match job.strip_prefix("job/") {
                Some(name) if self.jobs.contains_key(name) => Ok("a line of a log\n".into()),
                _ => fail("not found"),
            },
            _ => fail("logs of what?"),
        }
    }

    fn describe(&mut self, mut words: Words) -> Answer {
        let selector = words.flag("selector");
        let plain = words.end()?;
        let (kind, name) = match (plain.as_slice(), selector) {
            ([_, kind], Some(selector)) => {
                labels(&selector)?;
                (kind, None)
            }
            ([_, kind, name], None) => (kind, Some(name)),
            _ => return fail("describe what?"),
        };
        let (_, objects) = self.listed(kind)?;
        let known = |name: &String| objects.iter().any(|of| of["metadata"]["name"] == json!(name));
        if name.is_none_or(known) { Ok("a description\n".into()) } else { fail("not found") }
    }

    // What changes

    fn scale(&mut self, mut words: Words) -> Answer {
        let replicas = words.needs("replicas")?.parse().map_err(|_| "no number")?;
        let name = deployment_name(words.end()?.get(1).ok_or("scale what?")?)?;
        let deployment = self.deployment(&name)?;
        deployment.generation += u64::from(deployment.replicas != replicas);
        deployment.replicas = replicas;
        Ok(format!("deployment.apps/{name} scaled\n"))
    }

    fn label(&mut self, mut words: Words) -> Answer {
        let overwrite = words.has("overwrite");
        let plain = words.end()?;
        let [_, kind, name, label] = plain.as_slice() else { return fail("label what?") };
        if kind != "deployment" {
            return fail("only Deployments are labelled here");
        }
        let (key, value) = label.split_once('=').ok_or("no value")?;
        check_label(value)?;
        let deployment = self.deployment(name)?;
        let known = &mut deployment.metadata["labels"][key];
        if !known.is_null() && *known != json!(value) && !overwrite {
            return fail("already has a value, and --overwrite is false");
        }
        *known = json!(value);
        Ok(format!("deployment.apps/{name} labeled\n"))
    }

    fn rollout(&mut self, mut words: Words, pushed: &BTreeSet<String>) -> Answer {
        let timeout = words.flag("timeout");
        let plain = words.end()?;
        let [_, verb, name] = plain.as_slice() else { return fail("rollout what?") };
        let name = deployment_name(name)?;
        match (verb.as_str(), timeout) {
            ("status", Some(timeout)) => {
                seconds(&timeout)?;
                self.deployment(&name)?;
                let more = self.go(self.patience.unwrap_or(usize::MAX), pushed);
                self.patience = Some(0);
                let deployment = self.deployment(&name)?;
                if deployment.is_complete() {
                    return Ok(format!("deployment {name:?} successfully rolled out\n"));
                }
                if more || deployment.progress == COMPLETE {
                    return fail("timed out waiting for the condition");
                }
                deployment.progress = "ProgressDeadlineExceeded";
                fail(format!("deployment {name:?} exceeded its progress deadline"))
            }
            ("undo", None) => {
                self.deployment(&name)?.undo()?;
                Ok(format!("deployment.apps/{name} rolled back\n"))
            }
            other => fail(format!("unknown command {other:?}")),
        }
    }

    fn delete(&mut self, mut words: Words) -> Answer {
        let ignore = words.has("ignore-not-found");
        let cascade = words.flag("cascade");
        let plain = words.end()?;
        let [_, kind, names @ ..] = plain.as_slice() else { return fail("delete what?") };
        if names.is_empty() {
            return fail("resource(s) were provided, but no name was specified");
        }
        for name in names {
            let known = match kind.as_str() {
                "deployment" => match (self.deployments.remove(name), cascade.as_deref()) {
                    (Some(deployment), Some("orphan")) => {
                        self.orphans.extend(deployment.sets);
                        true
                    }
                    (known, None) => known.is_some(),
                    _ => return fail("unknown cascade"),
                },
                "job" => match cascade.as_deref() {
                    None | Some("foreground") => self.jobs.remove(name).is_some(),
                    _ => return fail("unknown cascade"),
                },
                "hpa" => {
                    self.objects.remove(&("HorizontalPodAutoscaler".to_owned(), name.clone()));
                    self.autoscalers.remove(name).is_some()
                }
                "secret" => self.secrets.remove(name).is_some(),
                "replicaset" => {
                    let before = self.orphans.len();
                    self.orphans.retain(|set| format!("set-{}", set.revision) != *name);
                    self.orphans.len() < before
                }
                _ => return fail(format!("unknown kind {kind:?}")),
            };
            if !known && !ignore {
                return fail(format!("{kind} {name:?} not found"));
            }
        }
        Ok(String::new())
    }

    fn wait(&mut self, mut words: Words, pushed: &BTreeSet<String>) -> Answer {
        words.is("for", "condition=complete")?;
        seconds(&words.needs("timeout")?)?;
        let plain = words.end()?;
        let name = plain.get(1).and_then(|job| job.strip_prefix("job/")).ok_or("no job")?;
        if self.patience.is_none() {
            self.run_job(name, pushed);
        }
        match self.jobs.get(name).ok_or("not found")?.done {
            Some(true) => Ok("condition met\n".into()),
            _ => fail("timed out waiting for the condition"),
        }
    }

    fn exec(&mut self, mut words: Words) -> Answer {
        let container = words.needs("container")?;
        let command = std::mem::take(&mut words.rest);
        let name = deployment_name(words.end()?.get(1).ok_or("exec where?")?)?;
        let deployment = self.deployment(&name)?;
        let running = deployment.pods().find(|(pod, _)| pod.ready);
        let pod = running.map(|(_, template)| template["spec"]["containers"][0].clone());
        let pod = pod.filter(|pod| pod["name"] == json!(container));
        let image = pod.ok_or("there is no such container")?["image"].clone();
        let image = image.as_str().unwrap_or_default().to_owned();
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

    fn apply(&mut self, mut words: Words, call: &Call) -> Answer {
        if words.has("server-side") && !words.has("force-conflicts") {
            return fail("conflicts with another field manager");
        }
        let file = words.needs("filename")?;
        let sets_last_applied = match words.end()?.as_slice() {
            [_] => false,
            [_, verb] if verb == "set-last-applied" => true,
            other => return fail(format!("unknown command {other:?}")),
        };
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
        check_metadata(&object["metadata"])?;
        if sets_last_applied {
            if kind != "Deployment" {
                return fail("only of Deployments here");
            }
            let deployment = self.deployment(&name)?;
            if deployment.last_applied.is_null() {
                return fail(
                    "no last-applied-configuration annotation found, use --create-annotation",
                );
            }
            deployment.last_applied = object;
            return Ok(format!("{kind}/{name} configured\n"));
        }
        match kind.as_str() {
            "Deployment" => self.apply_deployment(&name, &object)?,
            "Job" => {
                check_metadata(&object["spec"]["template"]["metadata"])?;
                if self.jobs.contains_key(&name) {
                    return fail("spec.template: Invalid value: {}: field is immutable");
                }
                self.jobs.insert(name.clone(), Job { object, done: None, trouble: None });
            }
            "Secret" => {
                let data = object["stringData"].as_object().or(object["data"].as_object());
                let data = data.ok_or("no data")?;
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let data = data.iter().map(|(key, value)| (key.clone(), text(value))).collect();
                let uid = match self.secrets.get(&name) {
                    Some(known) => known.uid.clone(),
                    None => self.make("uid"),
                };
                self.secrets.insert(name.clone(), Secret { uid, data });
            }
            "HorizontalPodAutoscaler" => {
                self.autoscalers.insert(name.clone(), Autoscaler::of(&object)?);
                self.objects.insert((kind.clone(), name.clone()), object);
            }
            "Ingress" => {
                self.check_ingress(&object)?;
                self.objects.insert((kind.clone(), name.clone()), object);
            }
            "Service" | "ServiceAccount" | "PodDisruptionBudget" | "NetworkPolicy" => {
                self.objects.insert((kind.clone(), name.clone()), object);
            }
            _ => return fail(format!("no matches for kind {kind:?}")),
        }
        Ok(format!("{kind}/{name} configured\n"))
    }

    fn apply_deployment(&mut self, name: &str, object: &Value) -> Result<(), String> {
        let spec = &object["spec"];
        let (selector, template) = (&spec["selector"], &spec["template"]);
        check_metadata(&template["metadata"])?;
        let wanted = selector["matchLabels"].as_object().ok_or("no selector")?;
        if wanted.iter().any(|(key, value)| template["metadata"]["labels"][key] != *value) {
            return fail("`selector` does not match template `labels`");
        }
        if spec["replicas"].is_null() != spec.get("replicas").is_none() {
            return fail("spec.replicas: Required value");
        }
        let replicas = spec.get("replicas").map(|number| number.as_u64().ok_or("no number"));
        let replicas = replicas.transpose()?;
        let image = &template["spec"]["containers"][0]["image"];
        image.as_str().ok_or("no image")?;
        let deployment = self
            .deployments
            .entry(name.to_owned())
            .or_insert_with(|| Deployment::new(selector.clone()));
        if deployment.selector != *selector {
            return fail(format!(
                "The Deployment {name:?} is invalid: spec.selector: Invalid value: {selector}: field is immutable"
            ));
        }
        // What was applied once and is no more goes back to the default.
        let replicas = match replicas {
            Some(number) => usize::try_from(number).map_err(|error| error.to_string())?,
            None if deployment.last_applied["spec"]["replicas"].is_null() => deployment.replicas,
            None => 1,
        };
        let changed = deployment.template != *template || deployment.replicas != replicas;
        deployment.generation += u64::from(changed || deployment.generation == 0);
        deployment.metadata = object["metadata"].clone();
        deployment.template = template.clone();
        deployment.replicas = replicas;
        deployment.last_applied = object.clone();
        Ok(())
    }
}

/// `kubectl create secret`, which talks to nobody with `--dry-run=client`.
pub fn create_secret(mut words: Words, call: &Call) -> Answer {
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

fn deployment_object(name: &str, of: &Deployment) -> Value {
    let mut metadata = of.metadata.clone();
    metadata["name"] = json!(name);
    metadata["generation"] = json!(of.generation);
    if !of.last_applied.is_null() {
        let last = of.last_applied.to_string() + "\n";
        metadata["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json!(last);
    }
    json!({
        "metadata": metadata,
        "spec": {"replicas": of.replicas, "selector": of.selector, "template": of.template},
        "status": {
            // The controller looks after every call.
            "observedGeneration": of.generation,
            "readyReplicas": of.ready(),
            "conditions": [
                {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"},
                {"type": "Progressing", "reason": of.progress},
            ],
        },
    })
}

fn id(kind: &str, object: &Value) -> String {
    format!("{kind}/{}", object["metadata"]["name"].as_str().unwrap_or_default())
}

fn row(kind: &str, object: &Value) -> String {
    format!("{}   a row of a table\n", id(kind, object))
}

/// A selector of labels.
fn labels(text: &str) -> Result<Vec<(String, String)>, String> {
    let pair = |part: &str| {
        let (key, value) = part.split_once('=').ok_or("no value in a selector")?;
        check_label(value)?;
        Ok((key.to_owned(), value.to_owned()))
    };
    text.split(',').map(pair).collect()
}

fn check_label(value: &str) -> Result<(), String> {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let ends = |c: char| c.is_ascii_alphanumeric();
    let sound = value.len() <= 63
        && value.chars().all(inner)
        && (value.is_empty() || value.starts_with(ends) && value.ends_with(ends));
    if sound { Ok(()) } else { fail(format!("{value:?} is no value of a label")) }
}

fn check_metadata(metadata: &Value) -> Result<(), String> {
    for key in ["labels", "annotations"] {
        for (name, value) in metadata[key].as_object().into_iter().flatten() {
            let text = value.as_str().ok_or(format!("{key}.{name} is no string"))?;
            if key == "labels" {
                check_label(text)?;
            }
        }
    }
    Ok(())
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
