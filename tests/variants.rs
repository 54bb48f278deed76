//! The life of a service, with all that goes well and wrong in it, for each way to set one up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::cluster::{At, Kill};
use support::invariants::wrong;
use support::kube::rollout::Trouble;
use support::stage::{CLOUDS, Stage};

/// Pods of stable at full size, beside a canary, and of the canary.
#[derive(Clone, Copy)]
struct Pods {
    full: usize,
    beside: usize,
    canary: usize,
}

const USUAL: Pods = Pods { full: 3, beside: 2, canary: 1 };

/// A state as [`Stage::state`] tells it.
fn state(stable: &str, canary: Option<&str>, pods: Pods) -> Vec<String> {
    let full = if canary.is_some() { pods.beside } else { pods.full };
    let canary = canary.map(|canary| format!("canary {canary} {0}/{0}", pods.canary));
    canary.into_iter().chain([format!("stable {stable} {full}/{full}")]).collect()
}

fn lives(mut stage: Stage, pods: Pods) {
    let sane = |stage: &Stage| {
        let kube = stage.sandbox.world().kube.clone();
        wrong(&kube, pods.full).unwrap();
    };
    // The first deployment ever, and a second.
    stage.push("first");
    stage.canary().passed();
    assert_eq!(stage.state(), [format!("canary first {0}/{0}", pods.canary)]);
    stage.promote().passed();
    assert_eq!(stage.state(), state("first", None, pods));
    sane(&stage);
    let served = stage.sandbox.world().kube.capacity.len() - 1;
    stage.push("second");
    stage.canary().passed();
    assert_eq!(stage.state(), state("first", Some("second"), pods));
    // A newer workflow takes the place of a canary that nobody has promoted.
    stage.push("third");
    stage.canary().passed();
    assert_eq!(stage.state(), state("first", Some("third"), pods));
    stage.work_as("second");
    assert!(stage.promote().failed().contains("there is a canary of workflow third"));
    assert!(stage.roll_back().passed().contains("it is left alone, and so is stable"));
    assert_eq!(stage.state(), state("first", Some("third"), pods));
    // A stable that does not get ready goes back; then it does.
    stage.work_as("third");
    stage.breaks("third", Trouble::Crash);
    assert!(stage.promote().failed().contains("stable goes back to workflow first"));
    assert_eq!(stage.state()[1], format!("stable first {0}/{0}", pods.full));
    stage.sandbox.world().kube.broken.clear();
    for _ in 0..2 {
        stage.promote().passed();
        assert_eq!(stage.state(), state("third", None, pods));
        sane(&stage);
    }
    // A canary that fails, and one that is stopped while it rolls out: stable gives up nothing.
    stage.push("fourth");
    stage.breaks("fourth", Trouble::Pull);
    assert!(stage.canary().failed().contains("its image cannot be pulled"));
    stage.roll_back().passed();
    assert_eq!(stage.state(), state("third", None, pods));
    stage.sandbox.world().kube.broken.clear();
    stage.sandbox.world().kill = Some(Kill { at: At::Call(8), steps: Some(1) });
    stage.canary().failed();
    for _ in 0..2 {
        stage.sandbox.world().kill = None;
        stage.roll_back().passed();
        assert_eq!(stage.state(), state("third", None, pods));
        sane(&stage);
    }
    let least = stage.sandbox.world().kube.capacity[served..].iter().min().copied();
    assert!(least >= Some(pods.full), "{least:?}");
}

#[test]
fn on_every_cloud() {
    for stage in Stage::all("") {
        lives(stage, USUAL);
    }
}

#[test]
fn with_images_that_travel_as_artifacts() {
    let (cloud, image) = CLOUDS[0];
    lives(Stage::new(cloud, image, "ci_registry: artifact"), USUAL);
}

#[test]
fn with_images_that_live_in_the_cloud() {
    lives(Stage::one("ci_registry: cloud"), USUAL);
}

#[test]
fn with_images_by_their_digest() {
    for (way, (cloud, image)) in ["semaphore", "artifact", "cloud"].into_iter().zip(CLOUDS) {
        lives(Stage::new(cloud, image, &format!("pin: digest\nci_registry: {way}")), USUAL);
    }
}

#[test]
fn with_a_migration_in_the_canary() {
    lives(Stage::one("migrate: in-canary"), USUAL);
}

#[test]
fn without_a_database() {
    let mut stage = Stage::one("database: none");
    stage.sandbox.secrets.remove("db-params");
    lives(stage, USUAL);
}

#[test]
fn with_a_single_pod() {
    let pods = Pods { full: 1, beside: 1, canary: 1 };
    lives(Stage::one("replicas: {stable: 1, canary: 1}"), pods);
}

#[test]
fn with_more_canary_than_stable() {
    let pods = Pods { full: 2, beside: 1, canary: 3 };
    lives(Stage::one("replicas: {stable: 2, canary: 3}"), pods);
}

#[test]
fn behind_a_deployment_target_in_a_namespace() {
    let (cloud, image) = CLOUDS[2];
    let config =
        format!("targets: [{{cloud: {cloud}, namespace: shop, deployment_target: production}}]\n");
    let stage = Stage::of(cloud, image, &config);
    stage.sandbox.world().namespace = Some("shop".into());
    lives(stage, USUAL);
}

#[test]
fn behind_an_ingress_and_scaled_by_load() {
    // More than the fewest: the load asks for them, beside a canary too.
    let pods = Pods { full: 5, beside: 5, canary: 1 };
    let settings = "ingress: {host: shop.example.com}\nautoscaling: {min: 2, max: 9}";
    for stage in Stage::all(settings) {
        stage.sandbox.world().kube.load = Some(pods.full);
        lives(stage, pods);
    }
}
