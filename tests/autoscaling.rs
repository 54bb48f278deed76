//! An autoscaler sees to the number of stable's pods: no pipeline takes pods away that the load needs,
//! whatever goes wrong, and switching it on costs no pod.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::cluster::{At, Kill};
use support::invariants::wrong;
use support::kube::rollout::Trouble;
use support::stage::Stage;

const SCALED: &str = "autoscaling: {min: 2, max: 9}";

/// A service that has been released once, under a load that asks for so many pods.
fn under_load(pods: usize) -> Stage {
    let stage = Stage::one(SCALED);
    stage.sandbox.world().kube.load = Some(pods);
    let stage = stage.settled();
    assert_eq!(stage.state(), [format!("stable first {pods}/{pods}")]);
    stage
}

/// The fewest ready pods since then.
fn least_since(stage: &Stage, since: usize) -> usize {
    stage.sandbox.world().kube.capacity[since..].iter().copied().min().unwrap()
}

fn now(stage: &Stage) -> usize {
    stage.rest();
    stage.sandbox.world().kube.capacity.len() - 1
}

#[test]
fn a_deployment_takes_no_pod_away_that_the_load_needs() {
    let mut stage = under_load(7);
    let since = now(&stage);
    stage.built("second");
    stage.canary().passed();
    assert_eq!(stage.state(), ["canary second 1/1", "stable first 7/7"]);
    stage.promote().passed();
    assert_eq!(stage.state(), ["stable second 7/7"]);
    stage.built("third");
    stage.canary().passed();
    stage.roll_back().passed();
    assert_eq!(stage.state(), ["stable second 7/7"]);
    assert_eq!(least_since(&stage, since), 7);
}

#[test]
fn stable_follows_the_load_between_deployments() {
    let mut stage = under_load(7);
    for (workflow, load, pods) in [("second", 4, 4), ("third", 100, 9), ("fourth", 0, 2)] {
        stage.sandbox.world().kube.load = Some(load);
        stage.built(workflow);
        stage.canary().passed();
        stage.promote().passed();
        assert_eq!(stage.state(), [format!("stable {workflow} {pods}/{pods}")]);
    }
}

#[test]
fn a_stable_that_does_not_get_ready_goes_back_to_the_pods_that_it_had() {
    for trouble in [Trouble::Crash, Trouble::Unready, Trouble::Pull, Trouble::Memory] {
        let mut stage = under_load(6);
        let since = now(&stage);
        stage.built("second");
        stage.canary().passed();
        stage.breaks("second", trouble);
        stage.promote().failed();
        let state = stage.state();
        assert_eq!(state[1], "stable first 6/6", "{trouble:?}: {state:?}");
        stage.roll_back().passed();
        assert_eq!(stage.state(), ["stable first 6/6"]);
        assert!(least_since(&stage, since) >= 6);
    }
}

#[test]
fn a_first_stable_that_never_gets_ready_leaves_no_autoscaler() {
    let mut stage = Stage::one(SCALED);
    stage.built("first");
    stage.canary().passed();
    stage.breaks("first", Trouble::Crash);
    stage.promote().failed();
    assert_eq!(stage.state().len(), 1);
    stage.roll_back().passed();
    let kube = stage.sandbox.world().kube.clone();
    wrong(&kube, 2).unwrap();
    assert!(kube.autoscalers.is_empty());
}

#[test]
fn a_stable_that_somebody_has_switched_off_is_there_again_after_a_promotion() {
    for pods in [0, 1] {
        let mut stage = under_load(3);
        stage
            .sandbox
            .shell(&format!("kubectl scale deployment/addressbook-stable --replicas={pods}"))
            .passed();
        stage.sandbox.world().hurry = true;
        stage.built("second");
        stage.canary().passed();
        stage.promote().passed();
        stage.sandbox.world().hurry = false;
        assert_eq!(stage.state(), ["stable second 3/3"]);
    }
}

/// Writes other settings into the service's repository and generates again.
fn set_up(stage: &Stage, settings: &str) {
    let config = format!("{settings}\ntargets: [{{cloud: {}}}]\n", stage.cloud);
    stage.sandbox.service.write("pipewright.yml", &config);
    let ran = stage.sandbox.service.run(&["regenerate"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn switching_it_on_and_off_costs_no_pod() {
    let mut stage = Stage::one("replicas: {stable: 6}").settled();
    let manifest = "manifests/hpa.yml";
    assert!(!stage.sandbox.service.exists(manifest));
    let since = now(&stage);
    set_up(&stage, SCALED);
    assert!(stage.sandbox.service.exists(manifest));
    for workflow in ["second", "third"] {
        stage.built(workflow);
        stage.canary().passed();
        stage.promote().passed();
        // A number that was applied once, and is no more, would leave a single pod.
        assert_eq!(stage.state(), [format!("stable {workflow} 6/6")]);
    }
    set_up(&stage, "replicas: {stable: 6}");
    assert!(!stage.sandbox.service.exists(manifest));
    // As docs/services/ingress-and-autoscaling.md says.
    stage.sandbox.shell("kubectl delete hpa addressbook-stable").passed();
    stage.built("fourth");
    stage.canary().passed();
    assert_eq!(stage.state(), ["canary fourth 1/1", "stable third 5/5"]);
    stage.promote().passed();
    assert_eq!(stage.state(), ["stable fourth 6/6"]);
    assert!(least_since(&stage, since) >= 6);
}

#[test]
fn switched_on_beside_a_canary_it_brings_stable_back_to_its_least_size() {
    let mut stage = Stage::one("").settled();
    stage.built("second");
    stage.canary().passed();
    assert_eq!(stage.state(), ["canary second 1/1", "stable first 2/2"]);
    set_up(&stage, "autoscaling: {min: 4, max: 9}");
    stage.roll_back().passed();
    assert_eq!(stage.state(), ["stable first 4/4"]);
}

#[test]
fn a_stop_anywhere_takes_no_pod_away_and_the_next_pipeline_puts_it_right() {
    let mut stage = under_load(5);
    stage.built("second");
    stage.canary().passed();
    let since = now(&stage);
    let before = stage.sandbox.world().kube.clone();
    for call in 0.. {
        stage.sandbox.world().kube = before.clone();
        stage.sandbox.world().kill = Some(Kill { at: At::Call(call), steps: Some(3) });
        let done = stage.promote().passed;
        stage.sandbox.world().kill = None;
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable second 5/5"], "call {call}");
        assert!(least_since(&stage, since) >= 5, "call {call}");
        if done {
            assert!(call > 8, "it makes no more than {call} calls");
            return;
        }
    }
}

#[test]
fn a_cluster_without_room_for_the_canary_keeps_all_of_stable() {
    let mut stage = under_load(5);
    stage.built("second");
    stage.sandbox.world().kube.room = Some(5);
    let log = stage.canary().failed();
    assert!(log.contains("no node of the cluster has room for it"), "{log}");
    stage.roll_back().passed();
    assert_eq!(stage.state(), ["stable first 5/5"]);
}
