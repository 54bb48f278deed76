//! The manifests as Kubernetes gets them: filled in by the real `apply.sh` with the real `envsubst`,
//! then decoded strictly into the types of the Kubernetes API. `kubectl` is a stub that keeps what
//! it is given.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{
    Container, PodSpec, Probe, Service as KubernetesService, ServiceAccount,
};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use support::matrix::CASES;
use support::{Ran, Service, tool, yaml};

/// Keeps what `apply` reads, succeeds at everything, and says so for Jobs too.
const KUBECTL: &str = r#"#!/usr/bin/env bash
printf '%s\n' "$*" >>"$KEPT.calls"
if [[ $1 == apply ]]; then cat >"$KEPT"; fi
"#;

const WORKFLOW: &str = "0f3a-11";
const IMAGE: &str = "registry.example.com/team/shop:0f3a-11";

/// Runs a repository's `apply.sh` with a `kubectl` that keeps its input.
fn apply(service: &Service, arguments: &[&str]) -> (Ran, Option<String>) {
    let tools = support::folder();
    let kubectl = tools.path().join("kubectl");
    fs::write(&kubectl, KUBECTL).unwrap();
    make_executable(&kubectl);
    let kept = tools.path().join("kept");
    tool("envsubst", |command| {
        command.arg("--version");
    })
    .fine();
    let paths =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    let ran = tool("bash", |command: &mut Command| {
        command
            .arg("./apply.sh")
            .args(arguments)
            .current_dir(service.path())
            .env(
                "PATH",
                std::env::join_paths([tools.path().to_path_buf()].iter().chain(&paths)).unwrap(),
            )
            .env("KEPT", &kept)
            .env("SEMAPHORE_WORKFLOW_ID", WORKFLOW)
            // Values that must not get into any manifest, whatever they are called.
            .env("HOME", "/home/PWNED")
            .env("DB_PASSWORD", "PWNED")
            .env("x", "PWNED");
    });
    (ran, fs::read_to_string(kept).ok())
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A manifest filled in for one Deployment or Job.
fn filled_in(service: &Service, manifest: &str, name: &str, replicas: u32) -> Value {
    let replicas = replicas.to_string();
    let (ran, kept) = apply(service, &[&format!("manifests/{manifest}"), name, &replicas, IMAGE]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    yaml(&kept.expect("kubectl apply was called"))
}

/// Decodes strictly: what the type does not know would be missing when it is written again.
fn strict<T: DeserializeOwned + Serialize>(document: &Value) -> T {
    let typed: T = serde_json::from_value(document.clone())
        .unwrap_or_else(|error| panic!("{error}: {document:#}"));
    assert_eq!(&serde_json::to_value(&typed).unwrap(), document, "a field is unknown");
    typed
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Whether a selector chooses pods with these labels.
fn selects(selector: &BTreeMap<String, String>, pods: &BTreeMap<String, String>) -> bool {
    selector.iter().all(|(key, value)| pods.get(key) == Some(value))
}

/// Everything of one configuration, decoded.
struct Decoded {
    case: &'static str,
    name: String,
    service: Service,
    canary: Deployment,
    stable: Deployment,
    job: Option<Job>,
    kubernetes_service: Option<KubernetesService>,
    policy: NetworkPolicy,
    ingress: Option<Ingress>,
    autoscaler: Option<HorizontalPodAutoscaler>,
    budget: PodDisruptionBudget,
    account: ServiceAccount,
}

impl Decoded {
    fn of(case: &support::matrix::Case) -> Self {
        let service = Service::generated(case.config);
        let config = service.yaml("pipewright.yml");
        let name = config["name"].as_str().unwrap_or("addressbook").to_owned();
        let file = |name: &str| {
            let path = format!("manifests/{name}.yml");
            service.exists(&path).then(|| service.yaml(&path))
        };
        let deployment = |kind: &str, replicas| {
            strict(&filled_in(&service, "deployment.yml", &format!("{name}-{kind}"), replicas))
        };
        Self {
            case: case.name,
            canary: deployment("canary", 1),
            stable: deployment("stable", 7),
            job: file("migrate-job").map(|_| {
                strict(&filled_in(&service, "migrate-job.yml", &format!("{name}-migrate"), 1))
            }),
            kubernetes_service: file("service").map(|document| strict(&document)),
            policy: strict(&file("networkpolicy").expect("networkpolicy.yml")),
            ingress: file("ingress").map(|document| strict(&document)),
            autoscaler: file("hpa").map(|document| strict(&document)),
            budget: strict(&file("pdb").expect("pdb.yml")),
            account: strict(&file("serviceaccount").expect("serviceaccount.yml")),
            name,
            service,
        }
    }

    fn deployments(&self) -> [(&Deployment, String, i32); 2] {
        [
            (&self.canary, format!("{}-canary", self.name), 1),
            (&self.stable, format!("{}-stable", self.name), 7),
        ]
    }

    fn pod_specs(&self) -> Vec<&PodSpec> {
        let deployments = [&self.canary, &self.stable].map(|deployment| &deployment.spec.template);
        let job = self.job.as_ref().map(|job| &job.spec.as_ref().unwrap().template);
        deployments.into_iter().chain(job).map(|template| template.spec.as_ref().unwrap()).collect()
    }
}

fn deployment_pod_labels(deployment: &Deployment) -> BTreeMap<String, String> {
    let template = &deployment.spec.template;
    template.metadata.as_ref().unwrap().labels.clone().unwrap()
}

fn check_deployments(decoded: &Decoded) {
    for (deployment, name, replicas) in decoded.deployments() {
        let spec = &deployment.spec;
        let exactly = labels(&[("app", &decoded.name), ("deployment", &name)]);
        assert_eq!(deployment.metadata.name.as_deref(), Some(name.as_str()));
        assert_eq!(
            spec.selector.match_labels.as_ref(),
            Some(&exactly),
            "the selector may never change"
        );
        assert_eq!(spec.selector.match_expressions, None);
        let pods = deployment_pod_labels(deployment);
        assert!(selects(&exactly, &pods));
        assert_eq!(pods["workflow"], WORKFLOW);
        assert_eq!(deployment.metadata.labels.as_ref().unwrap()["workflow"], WORKFLOW);
        assert_eq!(spec.replicas, Some(replicas));
        // Nothing of the namespace of a target may stand in a manifest that all targets share.
        assert_eq!(deployment.metadata.namespace, None);
        assert!(spec.progress_deadline_seconds.unwrap() < 300, "below the wait of apply.sh");
        let rolling = spec.strategy.as_ref().unwrap().rolling_update.as_ref().unwrap();
        assert_eq!(
            rolling.max_unavailable,
            Some(IntOrString::Int(0)),
            "no pod goes before its successor is ready"
        );
    }
}

fn check_probes(decoded: &Decoded) {
    let config = decoded.service.yaml("pipewright.yml");
    let health = &config["health"];
    for deployment in [&decoded.canary, &decoded.stable] {
        let spec = deployment.spec.template.spec.as_ref().unwrap();
        let container = &spec.containers[0];
        if health == "none" || health["command"].is_array() {
            check_worker(decoded, deployment, container, &health["command"]);
            continue;
        }
        assert_eq!(deployment.spec.min_ready_seconds, None);
        let path = |probe: &Option<Probe>| {
            let get = probe.as_ref().unwrap().http_get.clone().unwrap();
            assert_eq!(get.port, IntOrString::String("http".into()));
            get.path.unwrap()
        };
        assert_eq!(path(&container.readiness_probe), "/ready");
        assert_eq!(path(&container.liveness_probe), "/live");
        assert_eq!(path(&container.startup_probe), "/live");
        let port = &container.ports.as_ref().unwrap()[0];
        assert_eq!(port.name.as_deref(), Some("http"));
        let variable =
            container.env.as_ref().unwrap().iter().find(|variable| variable.name == "PORT");
        assert_eq!(variable.unwrap().value, Some(port.container_port.to_string()));
    }
}

/// Nobody connects to a worker, and a command or nothing tells its health.
fn check_worker(decoded: &Decoded, deployment: &Deployment, container: &Container, health: &Value) {
    assert!(decoded.kubernetes_service.is_none(), "{}", decoded.case);
    assert_eq!(container.ports, None);
    assert_eq!(container.lifecycle, None, "there is nothing to drain");
    assert!(!container.env.iter().flatten().any(|variable| variable.name == "PORT"));
    let probes = [&container.readiness_probe, &container.liveness_probe, &container.startup_probe];
    for probe in probes {
        // Unlike in a command, Kubernetes fills nothing in here.
        let words = probe.as_ref().map(|probe| probe.exec.clone().unwrap().command.unwrap());
        assert_eq!(json!(words), *health, "{}", decoded.case);
    }
    let waits = deployment.spec.min_ready_seconds.unwrap_or(0);
    assert_eq!(waits > 0, health.is_null(), "{}", decoded.case);
    assert!(waits < deployment.spec.progress_deadline_seconds.unwrap());
}

/// Requests by a name reach the Service, and the autoscaler scales stable and nothing else.
fn check_ingress_and_autoscaler(decoded: &Decoded) {
    let config = decoded.service.yaml("pipewright.yml");
    assert_eq!(decoded.ingress.is_some(), config["ingress"].is_object(), "{}", decoded.case);
    if let Some(ingress) = &decoded.ingress {
        let service = decoded.kubernetes_service.as_ref().expect("an Ingress leads to a Service");
        let spec = ingress.spec.as_ref().unwrap();
        let [rule] = spec.rules.as_deref().unwrap() else { panic!("one rule") };
        let wanted = &config["ingress"];
        assert_eq!(json!(rule.host), wanted["host"]);
        assert_eq!(json!(spec.ingress_class_name), wanted["class"]);
        let [path] = rule.http.as_ref().unwrap().paths.as_slice() else { panic!("one path") };
        assert_eq!(path.path.as_deref(), Some(wanted["path"].as_str().unwrap_or("/")));
        let backend = path.backend.service.as_ref().unwrap();
        assert_eq!(Some(&backend.name), service.metadata.name.as_ref());
        let port = &service.spec.as_ref().unwrap().ports.as_ref().unwrap()[0];
        assert_eq!(backend.port.as_ref().unwrap().name, port.name);
        let tls = spec.tls.iter().flatten().next();
        assert_eq!(json!(tls.map(|tls| tls.secret_name.clone())), wanted["tls_secret"]);
        assert!(tls.is_none_or(|tls| tls.hosts == rule.host.clone().map(|host| vec![host])));
        let kind = service.spec.as_ref().unwrap().type_.as_deref();
        assert_ne!(kind, Some("LoadBalancer"), "that would lead past the Ingress");
    }
    let wanted = &config["autoscaling"];
    assert_eq!(decoded.autoscaler.is_some(), wanted.is_object(), "{}", decoded.case);
    if let Some(autoscaler) = &decoded.autoscaler {
        let spec = &autoscaler.spec;
        assert_eq!(Some(&spec.scale_target_ref.name), decoded.stable.metadata.name.as_ref());
        assert_eq!(spec.scale_target_ref.kind, "Deployment");
        assert_eq!(json!(spec.max_replicas), wanted["max"]);
        let least = spec.min_replicas.unwrap();
        assert!(least >= 1 && least <= spec.max_replicas);
        let [metric] = spec.metrics.as_deref().unwrap() else { panic!("one metric") };
        let resource = metric.resource.as_ref().unwrap();
        assert_eq!(resource.name, "cpu");
        let percent = resource.target.average_utilization.unwrap();
        assert_eq!(percent, wanted["cpu"].as_i64().map_or(80, |cpu| i32::try_from(cpu).unwrap()));
    }
}

fn check_pods(decoded: &Decoded) {
    for pod in decoded.pod_specs() {
        assert_eq!(pod.automount_service_account_token, Some(false));
        assert_eq!(pod.service_account_name.as_ref(), decoded.account.metadata.name.as_ref());
        assert_eq!(pod.enable_service_links, Some(false));
        let security = pod.security_context.as_ref().unwrap();
        assert_eq!(security.run_as_non_root, Some(true));
        assert_eq!(security.seccomp_profile.as_ref().unwrap().type_, "RuntimeDefault");
        for flag in [pod.host_network, pod.host_pid, pod.host_ipc] {
            assert_ne!(flag, Some(true));
        }
        let [container] = pod.containers.as_slice() else { panic!("one container") };
        assert_eq!(container.image.as_deref(), Some(IMAGE));
        assert_eq!(container.image_pull_policy.as_deref(), Some("IfNotPresent"));
        let security = container.security_context.as_ref().unwrap();
        assert_eq!(security.allow_privilege_escalation, Some(false));
        assert_eq!(security.read_only_root_filesystem, Some(true));
        assert_ne!(security.privileged, Some(true));
        let capabilities = security.capabilities.as_ref().unwrap();
        assert_eq!(capabilities.drop, Some(vec!["ALL".to_owned()]));
        assert_eq!(capabilities.add, None);
        let resources = container.resources.as_ref().unwrap();
        for amounts in [&resources.requests, &resources.limits] {
            let keys: Vec<&String> = amounts.as_ref().unwrap().keys().collect();
            assert_eq!(keys, ["cpu", "memory"]);
        }
    }
}

fn check_selectors(decoded: &Decoded) {
    let app = labels(&[("app", &decoded.name)]);
    let budget = decoded.budget.spec.as_ref().unwrap();
    assert_eq!(budget.max_unavailable, Some(IntOrString::Int(1)));
    assert_eq!(budget.min_available, None);
    assert_eq!(budget.selector.as_ref().unwrap().match_labels, Some(app.clone()));
    for deployment in [&decoded.canary, &decoded.stable] {
        assert!(selects(&app, &deployment_pod_labels(deployment)));
    }
    if let Some(service) = &decoded.kubernetes_service {
        let spec = service.spec.as_ref().unwrap();
        assert_eq!(spec.selector, Some(app.clone()), "the Service selects stable and canary");
        let [port] = spec.ports.as_deref().unwrap() else { panic!("one port") };
        assert_eq!(port.target_port, Some(IntOrString::String("http".into())));
    }
    if let Some(job) = &decoded.job {
        let template = &job.spec.as_ref().unwrap().template;
        let pods = template.metadata.as_ref().unwrap().labels.clone().unwrap();
        assert!(!selects(&app, &pods), "a migration takes no requests and counts for no budget");
        for deployment in [&decoded.canary, &decoded.stable] {
            let selector = deployment.spec.selector.match_labels.clone().unwrap();
            assert!(!selects(&selector, &pods));
        }
        assert_eq!(template.spec.as_ref().unwrap().restart_policy.as_deref(), Some("Never"));
    }
}

/// The pods of the service and of its migration are reached on the port of the service, and on no
/// other.
fn check_network(decoded: &Decoded) {
    let policy = decoded.policy.spec.as_ref().unwrap();
    let selector = policy.pod_selector.as_ref().unwrap().match_labels.clone().unwrap();
    let job = decoded.job.as_ref().map(|job| {
        let template = &job.spec.as_ref().unwrap().template;
        template.metadata.as_ref().unwrap().labels.clone().unwrap()
    });
    let pods = [&decoded.canary, &decoded.stable].map(deployment_pod_labels);
    for labels in pods.into_iter().chain(job) {
        assert!(selects(&selector, &labels));
    }
    assert_eq!(policy.policy_types, Some(vec!["Ingress".to_owned()]));
    let container = &decoded.canary.spec.template.spec.as_ref().unwrap().containers[0];
    let served = container.ports.iter().flatten().map(|port| port.container_port).next();
    // Decoded, an empty list is none.
    let rules = policy.ingress.as_deref().unwrap_or_default();
    let Some(served) = served else {
        assert!(rules.is_empty(), "nobody connects to a worker");
        return;
    };
    let [rule] = rules else { panic!("one rule") };
    assert_eq!(rule.from, None, "the load balancer and the probes come from anywhere");
    let [port] = rule.ports.as_deref().unwrap() else { panic!("one port") };
    assert_eq!(port.port, Some(IntOrString::Int(served)));
}

/// No value of a secret can be in a manifest, because no variable with one is named in it: only
/// references to Kubernetes Secrets are.
fn check_secrets(decoded: &Decoded) {
    for path in decoded.service.files().keys().filter(|path| path.starts_with("manifests/")) {
        let text = decoded.service.read(path);
        for word in ["PASSWORD", "PWNED", "kind: Secret", "stringData", "TOKEN", "SMTP_USER"] {
            // The configuration with hostile values has the word in one of them.
            let own = word == "PWNED" && text.contains("touch PWNED");
            assert!(own || !text.contains(word), "{}: {path} has {word}", decoded.case);
        }
    }
    let config = decoded.service.yaml("pipewright.yml");
    // The migration is the canary's.
    for (pod, track) in decoded.pod_specs().into_iter().zip(["canary", "stable", "canary"]) {
        let database = format!("{}-{track}-db", decoded.name);
        let from: Vec<String> = pod.containers[0]
            .env_from
            .iter()
            .flatten()
            .map(|source| source.secret_ref.as_ref().unwrap().name.clone())
            .collect();
        assert_eq!(from.contains(&database), config["database"] != json!("none"));
        for own in config["secrets"].as_array().into_iter().flatten() {
            let name = format!("{}-{track}-{}", decoded.name, own["name"].as_str().unwrap());
            assert!(from.contains(&name), "{}: {name}", decoded.case);
        }
        for variable in pod.containers[0].env.iter().flatten() {
            assert!(variable.value.is_some() && variable.value_from.is_none());
        }
    }
}

/// The environment is what the configuration says, letter by letter.
fn check_environment(decoded: &Decoded) {
    let config = decoded.service.yaml("pipewright.yml");
    for pod in decoded.pod_specs() {
        let found: BTreeMap<&str, &str> = pod.containers[0]
            .env
            .iter()
            .flatten()
            .map(|variable| (variable.name.as_str(), variable.value.as_deref().unwrap()))
            .collect();
        for (name, value) in config["env"].as_object().into_iter().flatten() {
            assert_eq!(found.get(name.as_str()), value.as_str().as_ref(), "{}", decoded.case);
        }
    }
}

#[test]
fn every_object_of_every_configuration_is_sound() {
    for case in CASES {
        let decoded = Decoded::of(case);
        check_deployments(&decoded);
        check_probes(&decoded);
        check_pods(&decoded);
        check_selectors(&decoded);
        check_network(&decoded);
        check_secrets(&decoded);
        check_ingress_and_autoscaler(&decoded);
        check_environment(&decoded);
    }
}

/// What Kubernetes makes of `$` in the words of a command; variables have no value here.
fn expanded_by_kubernetes(word: &str) -> String {
    word.replace("$$", "$")
}

#[test]
fn the_words_of_the_migration_reach_it_as_they_are() {
    for words in [
        json!([
            "shop",
            "$HOME",
            "$$",
            "$(PORT)",
            "$(touch PWNED)",
            "$$(PORT)",
            "$img",
            "${deployment}"
        ]),
        json!([
            "shop",
            "it's",
            "\"x\"",
            "a\nb",
            "`x`",
            "\\",
            "",
            " ",
            "- x",
            "a: b",
            "# c",
            "é",
            "017",
            "{{ 7*7 }}"
        ]),
    ] {
        let config = json!({"commands": {"migrate": words}});
        let service = Service::generated(&config.to_string());
        let job: Job = strict(&filled_in(&service, "migrate-job.yml", "addressbook-migrate", 1));
        let pod = job.spec.unwrap().template.spec.unwrap();
        let found: Vec<String> = pod.containers[0]
            .command
            .iter()
            .flatten()
            .map(|word| {
                let left = word.replace("$$", "");
                assert!(!left.contains("$("), "Kubernetes would fill in {word:?}");
                expanded_by_kubernetes(word)
            })
            .collect();
        assert_eq!(json!(found), words);
        // It is the whole command: the image's own entry point plays no part.
        assert_eq!(pod.containers[0].args, None);
    }
}

#[test]
fn the_pull_secret_is_asked_for_where_a_registry_needs_one() {
    for (config, needed) in [
        ("targets: [{cloud: digitalocean}]", true),
        ("targets: [{cloud: gcp}, {cloud: aws}]", false),
        ("version: 1", true),
    ] {
        let service = Service::generated(config);
        let account: ServiceAccount = strict(&service.yaml("manifests/serviceaccount.yml"));
        let names: Vec<String> =
            account.image_pull_secrets.iter().flatten().map(|secret| secret.name.clone()).collect();
        assert_eq!(names == ["addressbook-registry"], needed);
        assert_eq!(names.is_empty(), !needed);
        assert_eq!(account.automount_service_account_token, Some(false));
    }
}

#[test]
fn apply_says_what_is_wrong_with_its_arguments_before_it_does_anything() {
    let service = Service::generated("version: 1");
    let manifest = "manifests/deployment.yml";
    for arguments in [
        &[][..],
        &[manifest],
        &[manifest, "a", "1"],
        &[manifest, "a", "1", IMAGE, "more"],
        &["manifests/none.yml", "a", "1", IMAGE],
        &["manifests", "a", "1", IMAGE],
        &[manifest, "", "1", IMAGE],
        &[manifest, "A_b", "1", IMAGE],
        &[manifest, "a b", "1", IMAGE],
        &[manifest, "a\nb", "1", IMAGE],
        &[manifest, "-x", "1", IMAGE],
        &[manifest, "a", "", IMAGE],
        &[manifest, "a", "-1", IMAGE],
        &[manifest, "a", "1.5", IMAGE],
        &[manifest, "a", "1\nspec: {}", IMAGE],
        &[manifest, "a", "1", ""],
        &[manifest, "a", "1", "shop"],
        &[manifest, "a", "1", "shop:"],
        &[manifest, "a", "1", ":tag"],
        &[manifest, "a", "1", "/shop:tag"],
        &[manifest, "a", "1", "registry//shop:tag"],
        &[manifest, "a", "1", "shop:tag\nhostNetwork: true"],
        &[manifest, "a", "1", "shop:tag # x"],
        &[manifest, "a", "1", "shop@"],
        &[manifest, "a", "1", "shop@sha256:"],
        &[manifest, "a", "1", "shop@sha256:0123"],
        &[manifest, "a", "1", "shop@latest"],
    ] {
        let (ran, kept) = apply(&service, arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!ran.err.trim().is_empty(), "{arguments:?}");
        assert_eq!(kept, None, "{arguments:?}");
    }
}
