//! Deployments that go wrong, played as written: what the cluster is left with, and whether the log
//! says so in words that a person on call understands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::kube::rollout::Trouble;
use support::sandbox::Secret;
use support::shell::bash_blocks;
use support::stage::Stage;

/// All that a log has to have in it.
fn says(log: &str, words: &[&str]) {
    for word in words {
        assert!(log.contains(word), "it does not say {word:?}:\n{log}");
    }
}

#[test]
fn a_stable_that_never_gets_ready_goes_back_and_keeps_the_canary() {
    for stage in Stage::all("") {
        let mut stage = stage.settled();
        stage.built("second");
        stage.canary().passed();
        stage.breaks("second", Trouble::Crash);
        let before = stage.sandbox.world().kube.capacity.len() - 1;
        let log = stage.promote().failed();
        says(
            &log,
            &[
                "has not rolled out within 900 seconds",
                "the application ends soon after its start",
                "stable goes back to workflow first",
                "https://team.semaphoreci.example/workflows/first",
                "the canary stays",
            ],
        );
        // The canary is still there, for whoever looks into it.
        assert_eq!(stage.state(), ["canary second 1/1", "stable first 3/3"]);
        let least = stage.sandbox.world().kube.capacity[before..].iter().min().copied();
        assert_eq!(least, Some(3));
        // Once more is no worse, and a rollback ends it.
        stage.promote().failed();
        assert_eq!(stage.state(), ["canary second 1/1", "stable first 3/3"]);
        stage.roll_back().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
        // Whose pods stable has, its label says too.
        let world = stage.sandbox.world();
        assert_eq!(
            world.kube.deployments["addressbook-stable"].metadata["labels"]["workflow"],
            "first"
        );
    }
}

#[test]
fn a_first_stable_that_never_gets_ready_goes_away() {
    let mut stage = Stage::one("");
    stage.built("first");
    stage.canary().passed();
    stage.breaks("first", Trouble::Unready);
    let log = stage.promote().failed();
    says(&log, &["this is the first stable, so there is nothing to go back to", "its probes fail"]);
    assert_eq!(stage.state(), ["canary first 1/1"]);
    stage.roll_back().passed();
    assert!(stage.state().is_empty());
    stage.built("second");
    stage.canary().passed();
    stage.promote().passed();
    assert_eq!(stage.state(), ["stable second 3/3"]);
}

#[test]
fn what_keeps_a_pod_from_getting_ready_is_said_in_plain_words() {
    for (trouble, words) in [
        (Trouble::Pull, "its image cannot be pulled (ImagePullBackOff). Check that the image"),
        (Trouble::NoSecret, "a Secret that it reads, or a key of it, is not there"),
        (Trouble::NoRoom, "no node of the cluster has room for it (0/3 nodes are available"),
        (Trouble::Crash, "the application ends soon after its start, again and again"),
        (Trouble::Memory, "Raise \"resources.limits.memory\" in pipewright.yml"),
        (Trouble::Unready, "it runs, but does not get ready: its probes fail"),
    ] {
        let mut stage = Stage::one("").settled();
        stage.built("second");
        stage.breaks("second", trouble);
        let log = stage.canary().failed();
        says(&log, &["addressbook-canary: what is wrong", words, "what Kubernetes knows"]);
        // The pods that are well are not talked about.
        assert_eq!(log.matches("  pod addressbook-").count(), 1, "{log}");
        assert_eq!(stage.state(), ["canary none 0/1", "stable first 3/3"]);
    }
}

#[test]
fn a_migration_whose_image_cannot_be_pulled_says_so() {
    let mut stage = Stage::one("").settled();
    stage.built("second");
    stage.sandbox.world().kube.objects.clear();
    stage.sandbox.world().kube.broken.clear();
    stage.sandbox.world().kube.migration_fails = true;
    let log = stage.canary().failed();
    says(&log, &["it has ended with an error", "no pod of the service has changed"]);
    assert_eq!(stage.state(), ["stable first 3/3"]);
    // What has failed does not stay.
    stage.roll_back().passed();
    assert!(stage.sandbox.world().kube.jobs.is_empty());
    assert_eq!(stage.state(), ["stable first 3/3"]);
}

/// The Semaphore secret of the database with another password.
fn password(stage: &mut Stage, password: &str) {
    let secret: &mut Secret = stage.sandbox.secrets.get_mut("db-params").unwrap();
    secret.variables.insert("DB_PASSWORD".into(), password.into());
}

/// The passwords that the pods of a Deployment have started with.
fn passwords(stage: &Stage, deployment: &str) -> Vec<String> {
    let world = stage.sandbox.world();
    let pods = world.kube.deployments[deployment].pods();
    let password = |(pod, _): (&support::kube::rollout::Pod, _)| {
        pod.settings.iter().find(|(name, _)| name == "DB_PASSWORD").unwrap().1.clone()
    };
    pods.map(password).collect()
}

#[test]
fn a_changed_secret_starts_new_pods_also_of_the_same_image() {
    let mut stage = Stage::one("").settled();
    let names = |stage: &Stage| -> Vec<String> {
        let world = stage.sandbox.world();
        world.kube.deployments["addressbook-stable"]
            .pods()
            .map(|(pod, _)| pod.name.clone())
            .collect()
    };
    let before = names(&stage);
    stage.promote().passed();
    assert_eq!(names(&stage), before, "nothing has changed, so no pod starts anew");
    password(&mut stage, "s3cret-new");
    stage.promote().passed();
    assert_eq!(passwords(&stage, "addressbook-stable"), vec!["s3cret-new"; 3]);
    assert_eq!(stage.least_capacity(), 1, "the first canary was alone");
}

#[test]
fn a_wrong_secret_ends_at_the_canary() {
    let mut stage = Stage::one("").settled();
    let good = passwords(&stage, "addressbook-stable");
    stage.built("second");
    password(&mut stage, "wrong");
    stage.canary().failed();
    stage.roll_back().passed();
    // A pod of stable that starts anew, on another node for instance, still gets what works.
    stage.sandbox.world().kube.deployments.get_mut("addressbook-stable").unwrap().replicas = 0;
    stage.rest();
    stage.sandbox.world().kube.deployments.get_mut("addressbook-stable").unwrap().replicas = 3;
    assert_eq!(stage.state(), ["stable first 3/3"]);
    assert_eq!(passwords(&stage, "addressbook-stable"), good);
    assert!(!stage.sandbox.world().kube.secrets.contains_key("addressbook-canary-db"));
}

#[test]
fn a_cluster_without_room_for_both_is_rolled_back_all_the_same() {
    let mut stage = Stage::one("").settled();
    stage.built("second");
    stage.canary().passed();
    // Somebody else took the place that stable gave up.
    stage.sandbox.world().kube.room = Some(3);
    let log = stage.roll_back().passed();
    says(&log, &["removing the canary makes room"]);
    assert_eq!(stage.state(), ["stable first 3/3"]);
}

#[test]
fn what_kubernetes_refuses_is_no_reason_to_go_back() {
    let mut stage = Stage::one("").settled();
    stage.built("second");
    stage.canary().passed();
    stage.promote().passed();
    let manifest = stage.sandbox.service.read("manifests/deployment.yml");
    let selector = "      deployment: $deployment\n  strategy:";
    assert!(manifest.contains(selector), "{manifest}");
    let other = manifest.replace(selector, "  strategy:");
    stage.sandbox.service.write("manifests/deployment.yml", &other);
    for workflow in ["second", "third"] {
        stage.built(workflow);
        stage.released(workflow);
        let log = stage.promote().failed();
        says(&log, &["field is immutable", "with another selector"]);
        assert_eq!(stage.state(), ["stable second 3/3"], "{log}");
    }
}

/// A Deployment of the tutorial: no label tells stable from canary in its selector.
fn of_the_tutorial(stage: &Stage) {
    let image = format!("{}:first", stage.image);
    let mut world = stage.sandbox.world();
    let pushed = world.pushed.clone();
    let mut old = world.kube.deployments.remove("addressbook-stable").unwrap();
    old.selector = serde_json::json!({"matchLabels": {"app": "addressbook"}});
    let metadata = &mut old.template["metadata"];
    metadata["labels"].as_object_mut().unwrap().remove("workflow");
    metadata.as_object_mut().unwrap().remove("annotations");
    for set in &mut old.sets {
        set.template = old.template.clone();
    }
    assert_eq!(old.template["spec"]["containers"][0]["image"], image);
    world.kube.deployments.insert("addressbook-stable".into(), old);
    world.kube.rest(&pushed);
}

#[test]
fn a_deployment_of_another_tool_is_taken_over_without_downtime() {
    let mut stage = Stage::one("").settled();
    of_the_tutorial(&stage);
    stage.built("second");
    stage.canary().passed();
    let log = stage.promote().failed();
    says(&log, &["with another selector, which Kubernetes never changes", "RUNBOOK.md"]);
    assert_eq!(stage.state(), ["canary second 1/1", "stable first 2/2"]);
    // What the runbook says.
    let before = stage.sandbox.world().kube.capacity.len() - 1;
    let steps: Vec<String> = bash_blocks(&stage.sandbox.service.read("RUNBOOK.md"))
        .into_iter()
        .filter(|(headings, _)| {
            headings.last().is_some_and(|title| title.starts_with("Take over a Deployment"))
        })
        .map(|(_, commands)| commands)
        .collect();
    let [orphan, list, delete] = steps.as_slice() else { panic!("{steps:?}") };
    stage.sandbox.shell(orphan).passed();
    stage.promote().passed();
    assert_eq!(stage.state(), ["stable second 3/3"]);
    let listed = stage.sandbox.shell(list).passed();
    // Those without an owner.
    let orphans: Vec<&str> =
        listed.lines().filter_map(|line| line.strip_suffix(" of ")).map(str::trim).collect();
    assert_eq!(orphans.len(), 1, "{listed}");
    stage.sandbox.shell(&delete.replace("NAME", orphans[0])).passed();
    assert!(stage.sandbox.world().kube.orphans.is_empty());
    let least = stage.sandbox.world().kube.capacity[before..].iter().min().copied();
    assert!(least >= Some(3), "{least:?}");
}
