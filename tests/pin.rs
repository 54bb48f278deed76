//! Images by their digest, played as written: whatever becomes of a tag, a workflow's pods run the
//! bytes that its canary pipeline has noted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use std::collections::BTreeSet;
use support::kube::rollout::Trouble;
use support::stage::{CLOUDS, Stage};

/// The images of all pods that a Deployment wants or has, each once.
fn images(stage: &Stage, track: &str) -> BTreeSet<String> {
    stage.rest();
    let world = stage.sandbox.world();
    let deployment = &world.kube.deployments[&format!("addressbook-{track}")];
    let image = |template: &serde_json::Value| {
        template["spec"]["containers"][0]["image"].as_str().unwrap().to_owned()
    };
    deployment
        .pods()
        .map(|(_, template)| image(template))
        .chain([image(&deployment.template)])
        .collect()
}

/// Moves the tag of a workflow to another image.
fn move_tag(stage: &Stage, workflow: &str) {
    let tag = format!("{}:{workflow}", stage.image);
    *stage.sandbox.world().moved.entry(tag).or_default() += 1;
}

#[test]
fn canary_and_stable_of_a_workflow_are_the_very_same_bytes() {
    for (way, (cloud, image)) in ["semaphore", "artifact", "cloud"].into_iter().zip(CLOUDS) {
        let mut stage = Stage::new(cloud, image, &format!("pin: digest\nci_registry: {way}"));
        stage.push("first");
        stage.canary().passed();
        let canary = images(&stage, "canary");
        let [pinned] = canary.iter().collect::<Vec<_>>()[..] else { panic!("{canary:?}") };
        let digest = pinned.strip_prefix(image).unwrap().strip_prefix("@sha256:").unwrap();
        assert!(digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit()), "{pinned}");
        assert_eq!(&stage.sandbox.world().kube.migrated[..], std::slice::from_ref(pinned));
        // Somebody pushes something else under the tag.
        move_tag(&stage, "first");
        stage.promote().passed();
        assert_eq!(images(&stage, "stable"), canary);
        stage.canary().passed();
        assert_eq!(images(&stage, "canary"), canary, "what is noted stays noted");
        stage.roll_back().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
        assert_eq!(images(&stage, "stable"), canary);
    }
}

#[test]
fn a_stable_that_goes_back_has_the_digest_that_it_had() {
    let mut stage = Stage::one("pin: digest").settled();
    let before = images(&stage, "stable");
    assert!(before.iter().all(|image| image.contains("@sha256:")), "{before:?}");
    stage.built("second");
    stage.canary().passed();
    assert_ne!(images(&stage, "canary"), before);
    move_tag(&stage, "first");
    stage.breaks("second", Trouble::Crash);
    stage.promote().failed();
    stage.roll_back().passed();
    assert_eq!(stage.state(), ["stable first 3/3"]);
    assert_eq!(images(&stage, "stable"), before);
    // An older workflow that is promoted again has its own digest still.
    stage.sandbox.world().kube.broken.clear();
    stage.canary().passed();
    stage.promote().passed();
    stage.work_as("first");
    stage.forced(Stage::promote).passed();
    assert_eq!(images(&stage, "stable"), before);
}

#[test]
fn a_build_of_ones_own_is_pinned_too() {
    for way in ["semaphore", "cloud"] {
        let (cloud, image) = CLOUDS[2];
        let settings = format!("pin: digest\nci: existing\nci_registry: {way}");
        let mut stage = Stage::new(cloud, image, &settings);
        // What the user's own pipeline has pushed.
        if way == "cloud" {
            stage.released("first");
        } else {
            stage.built("first");
        }
        stage.canary().passed();
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
        assert!(images(&stage, "stable").iter().all(|image| image.contains("@sha256:")));
    }
}

#[test]
fn targets_note_a_digest_each() {
    let config = "pin: digest\ntargets: [{cloud: gcp}, {cloud: aws, after: gcp}]\n";
    let (cloud, image) = CLOUDS[1];
    let mut stage = Stage::of(cloud, image, config);
    stage.push("first");
    stage.canary().passed();
    stage.promote().passed();
    stage.sandbox.play("deploy-canary-aws.yml").passed();
    let world = stage.sandbox.world();
    let noted: Vec<&str> = world.artifacts.keys().map(|(_, name)| name.as_str()).collect();
    assert_eq!(noted, ["digest-aws.txt", "digest-gcp.txt"]);
}

#[test]
fn a_workflow_that_has_noted_no_digest_changes_nothing() {
    let mut stage = Stage::one("pin: digest").settled();
    stage.released("second");
    let log = stage.promote().failed();
    assert!(log.contains("have no digest-gcp.txt: run its canary pipeline again"), "{log}");
    assert_eq!(stage.state(), ["stable first 3/3"]);
    // Half a digest is none.
    stage
        .sandbox
        .world()
        .artifacts
        .insert(("second".into(), "digest-gcp.txt".into()), "sha256:1\n".into());
    let log = stage.promote().failed();
    assert!(log.contains("is not an image with a tag or digest"), "{log}");
    assert_eq!(stage.state(), ["stable first 3/3"]);
}
