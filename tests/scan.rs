//! The scan of the image, played as written: it looks at the image that is released, and a finding
//! keeps it from being released.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::stage::{CLOUDS, Stage};
use support::{Service, pipewright};

/// Where each way keeps the image of the first workflow between build and deployment.
const WAYS: [(&str, &str); 3] = [
    ("semaphore", "registry.semaphore.example/addressbook:first"),
    ("artifact", "addressbook:first"),
    ("cloud", "123456789012.dkr.ecr.us-east-1.amazonaws.com/addressbook:first"),
];

#[test]
fn a_finding_fails_the_pipeline_before_anything_is_released() {
    for ((way, image), (cloud, address)) in WAYS.into_iter().zip(CLOUDS) {
        let mut stage = Stage::new(cloud, address, &format!("scan: {{}}\nci_registry: {way}"));
        stage.push("first");
        assert_eq!(stage.sandbox.world().scanned, [image]);
        stage.canary().passed();
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
        let second = image.replace(":first", ":second");
        stage.sandbox.world().vulnerable.insert(second);
        stage.work_as("second");
        let latest = |stage: &Stage| {
            let world = stage.sandbox.world();
            world.calls.iter().filter(|call| call.arguments.join(" ").contains(":latest")).count()
        };
        let before = latest(&stage);
        let log = stage.sandbox.play("semaphore.yml").failed();
        assert!(log.contains("CVE-2026-1234"), "{log}");
        assert_eq!(latest(&stage), before, "it is pushed as latest");
        // A pipeline that has failed is not promoted by itself, and what is pushed waits for the scan.
        let service = &stage.sandbox.service;
        let pipeline = service.yaml(".semaphore/semaphore.yml");
        for promotion in pipeline["promotions"].as_array().unwrap() {
            let condition = promotion["auto_promote"]["when"].as_str().unwrap();
            let asked = ["when", condition, "--branch", "main", "--result"];
            let result = |result: &str| {
                let arguments = [&asked[..], &[result, "--format", "json"]].concat();
                pipewright(service.path(), &arguments).fine()
            };
            assert!(result("passed").contains("true") && result("failed").contains("false"));
        }
    }
}

#[test]
fn the_scanner_gets_the_image_and_nothing_else() {
    for config in ["scan: {}\n", "scan: {}\nci_registry: cloud\ntargets: [{cloud: do}]\n"] {
        let jobs = Service::generated(config).jobs();
        let job = jobs.iter().find(|job| job.block == "Scan").expect("a scan");
        let scan = job.commands.last().unwrap();
        assert!(
            scan.contains("@sha256:") && scan.contains("--volume \"$PWD/image.tar:/image.tar:ro\"")
        );
        assert_eq!(scan.matches("--volume").count(), 1, "{scan}");
        for way_in in ["--env", "docker.sock", "--privileged", "--network", "$HOME", "PASSWORD"] {
            assert!(!scan.contains(way_in), "{scan}");
        }
    }
}

#[test]
fn what_is_ignored_does_not_count() {
    let mut stage = Stage::one("scan: {severity: critical, ignore: [CVE-2026-1234]}");
    stage.sandbox.world().vulnerable.insert(WAYS[0].1.into());
    stage.push("first");
    assert_eq!(stage.sandbox.world().scanned.len(), 1);
}

#[test]
fn a_scan_that_could_not_be_done_is_no_configuration() {
    for (config, word) in [
        ("scan: {severity: medium}", "critical"),
        ("scan: {severty: high}", "did you mean \"severity\"?"),
        ("scan: {image: trivy}", "\"scan.image\" must have a version"),
        ("scan: {image: 'trivy:latest'}", "\"scan.image\" must have a version"),
        ("scan: {image: 'trivy:1 --privileged'}", "\"scan.image\" must be an image"),
        ("scan: {ignore: ['$(x)']}", "scan.ignore"),
        ("scan: {}\nci: existing", "\"ci: existing\" leaves to you"),
        ("pin: sha", "digest"),
    ] {
        let service = Service::new(&format!("{config}\ntargets: [{{cloud: gcp}}]\n"));
        let err = service.run(&["generate"]).refused(2);
        assert!(err.contains(word), "no {word:?} in:\n{err}");
    }
}
