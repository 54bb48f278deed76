//! The pipelines against a cluster behind a `kubectl`: the stand-in behind a program of its own, and
//! with `KUBECONFIG=… cargo test --test cluster -- --ignored` a real one, in a namespace that is made
//! for it and removed afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)] // A test says where it fails.

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use support::elsewhere::Elsewhere;
use support::sandbox::Played;
use support::stage::Stage;

/// Serves HTTP on port 8080, without root and without a writable file system.
const SOUND: &str = "public.ecr.aws/nginx/nginx-unprivileged:1.29.3-alpine";
/// Nobody has it.
const ABSENT: &str = "public.ecr.aws/nginx/nginx-unprivileged:0.0.0-absent";

const SETTINGS: &str = "name: addressbook\napp: none\ndatabase: none\nport: 8080\n\
    health: {ready: /, live: /}\nservice: {type: ClusterIP}\ncommands: {ping: \"true\"}\n\
    secrets: [{name: mail, env: [SMTP_PASSWORD]}]";

fn play(stage: &mut Stage, workflow: &str, kind: &str) -> Played {
    stage.work_as(workflow);
    let file = format!("{kind}-{}.yml", stage.cloud);
    stage.sandbox.play_where(&file, |job| job.block != "Push")
}

/// Runs a workflow's pods from another image from now on.
fn runs(stage: &Stage, workflow: &str, image: &str) {
    let mut world = stage.sandbox.world();
    let images = &mut world.elsewhere.as_mut().unwrap().images;
    images.insert(format!("{}:{workflow}", stage.image), image.to_owned());
}

fn comes_to(stage: &Stage, expected: &[&str]) {
    stage.sandbox.world().elsewhere.as_ref().unwrap().comes_to("addressbook", expected);
}

/// What people do with a service, from its first deployment on.
fn scenarios(cluster: Elsewhere) -> Stage {
    let mut stage = Stage::one(SETTINGS);
    let mail = support::sandbox::Secret {
        variables: [("SMTP_PASSWORD".into(), "s3cret".into())].into(),
        ..Default::default()
    };
    stage.sandbox.secrets.insert("mail".into(), mail);
    stage.sandbox.world().elsewhere = Some(cluster);
    for workflow in ["one", "two", "three", "four", "five"] {
        stage.work_as(workflow);
        runs(&stage, workflow, SOUND);
    }
    runs(&stage, "two", ABSENT);
    const CANARY: &str = "deploy-canary";
    const PROMOTE: &str = "deploy-stable";
    const ROLL_BACK: &str = "rollback-canary";

    // The first deployment ever.
    play(&mut stage, "one", CANARY).passed();
    comes_to(&stage, &["canary one 1/1"]);
    play(&mut stage, "one", PROMOTE).passed();
    comes_to(&stage, &["stable one 3/3"]);
    // Once more: nothing changes.
    play(&mut stage, "one", PROMOTE).passed();
    play(&mut stage, "one", ROLL_BACK).passed();
    comes_to(&stage, &["stable one 3/3"]);

    // A canary that fails is told in plain words, and rolled back, twice even.
    let log = play(&mut stage, "two", CANARY).failed();
    assert!(log.contains("cannot be pulled"), "{log}");
    for _ in 0..2 {
        play(&mut stage, "two", ROLL_BACK).passed();
        comes_to(&stage, &["stable one 3/3"]);
    }

    // A canary beside stable; others keep off it.
    play(&mut stage, "three", CANARY).passed();
    comes_to(&stage, &["canary three 1/1", "stable one 2/2"]);
    play(&mut stage, "two", PROMOTE).failed();
    play(&mut stage, "two", ROLL_BACK).passed();
    comes_to(&stage, &["canary three 1/1", "stable one 2/2"]);
    // A newer one takes its place, and is promoted.
    play(&mut stage, "four", CANARY).passed();
    play(&mut stage, "four", PROMOTE).passed();
    comes_to(&stage, &["stable four 3/3"]);
    play(&mut stage, "three", PROMOTE).failed();
    comes_to(&stage, &["stable four 3/3"]);

    // A stable that does not get ready goes back, and the canary stays.
    play(&mut stage, "five", CANARY).passed();
    runs(&stage, "five", ABSENT);
    play(&mut stage, "five", PROMOTE).failed();
    comes_to(&stage, &["canary five 1/1", "stable four 3/3"]);
    play(&mut stage, "five", ROLL_BACK).passed();
    comes_to(&stage, &["stable four 3/3"]);
    stage
}

#[test]
fn a_cluster_behind_another_program_is_played_alike() {
    let behind = Stage::one("");
    behind.sandbox.world().pushed.insert(SOUND.to_owned());
    let stage = scenarios(behind.sandbox.elsewhere());
    // It was that cluster which all this happened to.
    assert!(stage.sandbox.world().kube.deployments.is_empty());
    assert!(behind.sandbox.world().kube.deployments.contains_key("addressbook-stable"));
}

/// A namespace for this run alone.
struct Namespace {
    name: String,
    kubeconfig: PathBuf,
}

impl Namespace {
    fn kubectl(&self, arguments: &[&str]) -> bool {
        let mut command = Command::new("kubectl");
        command.args(arguments).env("KUBECONFIG", &self.kubeconfig);
        command.status().expect("this test needs kubectl").success()
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if !self.kubectl(&["delete", "namespace", &self.name, "--wait=false"]) {
            eprintln!("the namespace {} is still there", self.name);
        }
    }
}

#[test]
#[ignore = "needs a cluster: KUBECONFIG=… cargo test --test cluster -- --ignored"]
fn a_real_cluster_is_played_alike() {
    let given = std::env::var_os("KUBECONFIG").expect("KUBECONFIG says which cluster to use");
    let folder = support::folder();
    // The namespace is chosen in a copy, so that the person's own stays as it is.
    let kubeconfig = folder.path().join("kubeconfig");
    std::fs::copy(given, &kubeconfig).expect("KUBECONFIG is one file");
    let name = format!("pipewright-test-{}", std::process::id());
    let namespace = Namespace { name, kubeconfig: kubeconfig.clone() };
    assert!(namespace.kubectl(&["create", "namespace", &namespace.name]), "it can't be made");
    let chosen = format!("--namespace={}", namespace.name);
    assert!(namespace.kubectl(&["config", "set-context", "--current", &chosen]));
    let path = kubeconfig.to_str().unwrap().to_owned();
    scenarios(Elsewhere {
        kubectl: "kubectl".into(),
        variables: BTreeMap::from([("KUBECONFIG".to_owned(), path)]),
        images: BTreeMap::new(),
        pause: Box::new(|| std::thread::sleep(Duration::from_millis(500))),
    });
}
