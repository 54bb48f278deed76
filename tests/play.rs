//! The generated pipelines, played as written: every item under bash as the agent runs it, against a
//! strict little world of registries and a cluster. What counts is the state of the cluster.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::kube::rollout::Trouble;
use support::stage::Stage;

#[test]
fn a_service_goes_through_its_first_releases() {
    for mut stage in Stage::all("") {
        stage.push("first");
        let log = stage.canary().passed();
        // Before the first promotion there is no stable, and nothing to scale.
        assert_eq!(stage.state(), ["canary first 1/1"], "{log}");
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
        stage.push("second");
        stage.canary().passed();
        assert_eq!(stage.state(), ["canary second 1/1", "stable first 2/2"]);
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable second 3/3"]);
        assert_eq!(stage.least_capacity(), 1, "the first canary was alone");
        let world = stage.sandbox.world();
        let image = |workflow: &str| format!("{}:{workflow}", stage.image);
        assert_eq!(world.kube.migrated, [image("first"), image("second")]);
        let ping = vec!["addressbook".to_owned(), "ping".to_owned()];
        assert_eq!(world.kube.executed, [(image("first"), ping.clone()), (image("second"), ping)]);
    }
}

#[test]
fn settings_of_the_database_arrive_as_they_are() {
    for stage in Stage::all("secrets: [{name: mail, env: [SMTP_PASSWORD]}]") {
        let mut stage = stage;
        let mail = support::sandbox::Secret {
            variables: [("SMTP_PASSWORD".into(), "s3cret\nin two lines".into())].into(),
            ..Default::default()
        };
        stage.sandbox.secrets.insert("mail".into(), mail.clone());
        let stage = stage.settled();
        let world = stage.sandbox.world();
        let mut expected = stage.sandbox.secrets["db-params"].variables.clone();
        expected.remove("DB_SSL_CA_BASE64").unwrap();
        let certificate = "-----BEGIN CERTIFICATE-----\nAAAA==";
        expected.insert("DB_SSL_CA".into(), certificate.into());
        let names: Vec<&str> = world.kube.secrets.keys().map(String::as_str).collect();
        let own: Vec<&&str> = names.iter().filter(|name| !name.contains("registry")).collect();
        assert_eq!(own, [&"addressbook-stable-db", &"addressbook-stable-mail"]);
        assert_eq!(world.kube.secrets["addressbook-stable-db"].data, expected);
        assert_eq!(world.kube.secrets["addressbook-stable-mail"].data, mail.variables);
    }
}

#[test]
fn no_pod_goes_before_another_is_ready() {
    let mut stage = Stage::one("").settled();
    let before = stage.sandbox.world().kube.capacity.len() - 1;
    for workflow in ["second", "third"] {
        stage.built(workflow);
        stage.canary().passed();
        stage.promote().passed();
    }
    stage.built("fourth");
    stage.canary().passed();
    stage.roll_back().passed();
    let least = stage.sandbox.world().kube.capacity[before..].iter().min().copied();
    assert_eq!(least, Some(3));
}

#[test]
fn a_canary_that_never_gets_ready_fails_and_is_rolled_back() {
    for stage in Stage::all("") {
        let mut stage = stage.settled();
        stage.built("second");
        stage.breaks("second", Trouble::Unready);
        let log = stage.canary().failed();
        assert!(log.contains("what Kubernetes knows") && log.contains("a description"), "{log}");
        assert!(log.contains("has not rolled out within 300 seconds"), "{log}");
        // Stable has not given up anything.
        assert_eq!(stage.state(), ["canary none 0/1", "stable first 3/3"]);
        let log = stage.roll_back().passed();
        assert!(log.contains("a line of a log"), "{log}");
        assert_eq!(stage.state(), ["stable first 3/3"]);
        // The next build is not held up by it.
        stage.built("third");
        stage.canary().passed();
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable third 3/3"]);
    }
}

#[test]
fn a_canary_that_fails_its_test_is_rolled_back() {
    let mut stage = Stage::one("").settled();
    stage.built("second");
    stage.sandbox.world().kube.ping_fails = true;
    stage.canary().failed();
    assert_eq!(stage.state(), ["canary second 1/1", "stable first 2/2"]);
    stage.roll_back().passed();
    assert_eq!(stage.state(), ["stable first 3/3"]);
}

#[test]
fn a_migration_that_fails_changes_no_pod() {
    let mut stage = Stage::one("").settled();
    stage.built("second");
    stage.sandbox.world().kube.migration_fails = true;
    let log = stage.canary().failed();
    assert!(log.contains("has failed: BackoffLimitExceeded"), "{log}");
    assert!(log.contains("a line of a log"), "{log}");
    assert_eq!(stage.state(), ["stable first 3/3"]);
    stage.roll_back().passed();
    // The Job that failed is not in the way of the next one.
    stage.sandbox.world().kube.migration_fails = false;
    stage.canary().passed();
    assert_eq!(stage.state(), ["canary second 1/1", "stable first 2/2"]);
}

#[test]
fn every_pipeline_may_run_twice() {
    for stage in Stage::all("") {
        let mut stage = stage.settled();
        stage.built("second");
        for _ in 0..2 {
            stage.canary().passed();
            assert_eq!(stage.state(), ["canary second 1/1", "stable first 2/2"]);
        }
        for _ in 0..2 {
            stage.roll_back().passed();
            assert_eq!(stage.state(), ["stable first 3/3"]);
        }
        stage.canary().passed();
        for _ in 0..2 {
            stage.promote().passed();
            assert_eq!(stage.state(), ["stable second 3/3"]);
        }
    }
}

#[test]
fn rolling_back_before_there_is_a_stable_removes_the_canary() {
    for mut stage in Stage::all("") {
        // Before anything was ever deployed.
        stage.roll_back().passed();
        assert!(stage.state().is_empty());
        stage.built("first");
        stage.canary().passed();
        stage.roll_back().passed();
        assert!(stage.state().is_empty());
        // Promoting without a canary is a deployment.
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
    }
}

#[test]
fn a_single_pod_of_stable_stays_beside_the_canary() {
    for stage in Stage::all("replicas: {stable: 1, canary: 1}") {
        let mut stage = stage.settled();
        assert_eq!(stage.state(), ["stable first 1/1"]);
        stage.built("second");
        stage.canary().passed();
        assert_eq!(stage.state(), ["canary second 1/1", "stable first 1/1"]);
        stage.roll_back().passed();
        assert_eq!(stage.state(), ["stable first 1/1"]);
        assert_eq!(stage.least_capacity(), 1);
    }
}

#[test]
fn more_canary_than_stable_leaves_one_pod_of_stable() {
    let mut stage = Stage::one("replicas: {stable: 2, canary: 5}").settled();
    stage.built("second");
    stage.canary().passed();
    assert_eq!(stage.state(), ["canary second 5/5", "stable first 1/1"]);
    stage.promote().passed();
    assert_eq!(stage.state(), ["stable second 2/2"]);
}

#[test]
fn a_migration_in_the_canary_runs_in_its_pod() {
    let stage = Stage::one("migrate: in-canary");
    let stage = stage.settled();
    let world = stage.sandbox.world();
    assert_eq!(world.kube.migrated, [format!("{}:first", stage.image)]);
    assert!(world.kube.jobs.is_empty());
    assert_eq!(world.kube.executed.len(), 2);
}

#[test]
fn images_travel_every_way_there_is() {
    for way in ["artifact", "cloud"] {
        for mut stage in Stage::usual(&format!("ci_registry: {way}")) {
            stage.push("first");
            stage.canary().passed();
            stage.promote().passed();
            assert_eq!(stage.state(), ["stable first 3/3"]);
            let pushes = stage.sandbox.world().count("docker", "push ");
            assert_eq!(pushes, usize::from(way == "artifact"), "what is there needs no push");
            let latest = format!("{}:latest", stage.image);
            assert_eq!(stage.sandbox.world().pushed.contains(&latest), way == "cloud");
        }
    }
}

#[test]
fn a_machine_that_has_built_before_builds_again() {
    let mut stage = Stage::one("agent: {machine: s1-own}");
    stage.sandbox.world().self_hosted = true;
    stage.push("first");
    stage.push("second");
    let world = stage.sandbox.world();
    assert_eq!(world.count("docker", "buildx create"), 1);
    assert_eq!(world.count("docker", "buildx build"), 4);
}

#[test]
fn a_namespace_is_chosen_before_anything_is_done() {
    let stage = Stage::one("namespace: shop");
    stage.sandbox.world().namespace = Some("shop".into());
    let mut stage = stage.settled();
    stage.built("second");
    stage.canary().passed();
    stage.roll_back().passed();
    assert_eq!(stage.state(), ["stable first 3/3"]);
}

#[test]
fn a_service_without_database_needs_none_of_its_secrets() {
    let mut stage = Stage::one("database: none");
    stage.sandbox.secrets.remove("db-params");
    stage.push("first");
    stage.canary().passed();
    stage.promote().passed();
    let world = stage.sandbox.world();
    assert!(world.kube.migrated.is_empty());
    assert!(!world.kube.secrets.keys().any(|name| name.contains("db")));
    assert_eq!(world.count("sem-service", ""), 0);
}

#[test]
fn a_secret_that_nobody_has_filled_in_stops_a_deployment_with_a_reason() {
    let mut stage = Stage::one("");
    stage.built("first");
    stage.sandbox.secrets.insert("db-params".into(), Default::default());
    let log = stage.canary().failed();
    assert!(log.contains("\"db-params\" has no DB_HOST: see RUNBOOK.md"), "{log}");
    assert!(stage.state().is_empty());
}
