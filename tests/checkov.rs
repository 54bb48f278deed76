//! What checkov finds in generated manifests and the Dockerfile: nothing but what a waiver beside it
//! gives a reason for. Without an account it knows no severities, so this holds for all of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use support::{Service, tool};

/// The configurations whose manifests differ.
const VARIANTS: [(&str, &str); 9] = [
    ("defaults", "version: 1\n"),
    ("in-canary", "migrate: in-canary\n"),
    ("inside", "service: {type: ClusterIP, port: 8080}\nport: 9090\ntargets: [{cloud: gcp}]\n"),
    ("node-port", "service: {type: NodePort}\ntargets: [{cloud: aws}]\n"),
    ("no-service", "service: none\ntargets: [{cloud: do}]\n"),
    ("no-database", "database: none\n"),
    (
        "own",
        "name: shop\napp: none\nenv: {GREETING: hello}\nsecrets: [{name: mail, env: [SMTP_PASSWORD]}]\n\
         commands: {migrate: shop migrate}\ntargets: [{cloud: gcp, namespace: shop}]\n",
    ),
    ("worker", "name: worker\napp: none\ndatabase: none\nservice: none\nhealth: none\n"),
    (
        "scaled",
        "service: {type: ClusterIP}\ningress: {host: shop.example.com, tls_secret: shop-tls}\n\
         autoscaling: {min: 2, max: 9}\n",
    ),
];

/// The checks that may be waived, each by the kinds of objects that have a reason to.
const WAIVED: [(&str, &[&str]); 7] = [
    // Targets share the manifests, and each has a namespace of its own.
    ("CKV_K8S_21", &["Deployment", "Ingress", "Job", "Service", "ServiceAccount"]),
    // The image is filled in: what is applied is looked at below.
    ("CKV_K8S_14", &["Deployment", "Job"]),
    ("CKV_K8S_43", &["Deployment", "Job"]),
    ("CKV_K8S_15", &["Deployment", "Job"]),
    ("CKV_K8S_35", &["Deployment", "Job"]),
    // Of a worker with `health: none`.
    ("CKV_K8S_8", &["Deployment"]),
    ("CKV_K8S_9", &["Deployment"]),
];

const DIGEST: &str = "registry.example.com/team/shop@sha256:\
                      0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A manifest as `apply.sh` fills it in, with an image by its digest and without the waivers for
/// images whose digest is not known yet.
fn filled_in(text: &str) -> String {
    let lines = text.lines().filter(|line| {
        !["CKV_K8S_14", "CKV_K8S_43"]
            .iter()
            .any(|id| line.contains("checkov.io/skip") && line.contains(id))
    });
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    [
        ("$deployment", "shop-canary"),
        ("$replicas", "3"),
        ("$img", DIGEST),
        ("$workflow_number", "1"),
        ("$workflow_ref", "refs/heads/main"),
        ("$workflow", "0f3a-11"),
        ("$commit_time", "1"),
        ("$secrets", "0"),
    ]
    .iter()
    .fold(text, |text, (variable, value)| text.replace(variable, value))
}

/// Writes all variants, each as it is generated and as it is applied.
fn write_variants(folder: &Path) {
    for (name, config) in VARIANTS {
        let service = Service::generated(config);
        for (path, content) in service.files() {
            let Some(file) = path.strip_prefix("manifests/") else { continue };
            let text = String::from_utf8(content).unwrap();
            for (kind, text) in [("applied", filled_in(&text)), ("generated", text)] {
                let at = folder.join(name).join(kind);
                fs::create_dir_all(&at).unwrap();
                fs::write(at.join(file), text).unwrap();
            }
        }
        if service.exists("Dockerfile") {
            fs::write(folder.join(name).join("Dockerfile"), service.read("Dockerfile")).unwrap();
        }
    }
}

/// The reports of checkov about a folder, by what they are about.
fn checkov(folder: &Path) -> BTreeMap<String, Value> {
    let ran = tool("checkov", |command| {
        command
            .args(["--skip-download", "--compact", "--output", "json"])
            .args(["--framework", "kubernetes", "dockerfile", "--directory", "."])
            .current_dir(folder)
            .env("LOG_LEVEL", "ERROR");
    });
    assert!(ran.status == 0 || ran.status == 1, "{}{}", ran.out, ran.err);
    let reports: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
    let reports = reports.as_array().expect("a report for each framework").iter();
    reports
        .map(|report| (report["check_type"].as_str().unwrap().to_owned(), report.clone()))
        .collect()
}

/// One finding on one line.
fn told(check: &Value) -> String {
    let part = |key: &str| check[key].as_str().unwrap_or_default();
    let (id, name) = (part("check_id"), part("check_name"));
    format!("{}: {} in {}: {name}", id, part("resource"), part("file_path"))
}

#[test]
fn checkov_finds_nothing_but_what_is_waived_for_a_reason() {
    let folder = support::folder();
    write_variants(folder.path());
    let reports = checkov(folder.path());
    let mut waived = BTreeSet::new();
    for (framework, least) in [("kubernetes", 800), ("dockerfile", 100)] {
        let report = &reports[framework];
        let checks = |kind: &str| report["results"][kind].as_array().cloned().unwrap_or_default();
        let failed: Vec<String> = checks("failed_checks").iter().map(told).collect();
        assert!(failed.is_empty(), "checkov finds:\n{}", failed.join("\n"));
        assert_eq!(report["summary"]["parsing_errors"], 0);
        let passed = report["summary"]["passed"].as_u64().unwrap();
        assert!(passed > least, "{framework}: checkov has looked at hardly anything: {passed}");
        for check in checks("skipped_checks") {
            let id = check["check_id"].as_str().unwrap();
            let kind = check["resource"].as_str().unwrap().split('.').next().unwrap();
            let known = WAIVED.iter().find(|(known, _)| *known == id);
            assert!(known.is_some_and(|(_, kinds)| kinds.contains(&kind)), "{}", told(&check));
            let reason = check["check_result"]["suppress_comment"].as_str().unwrap_or_default();
            assert!(reason.len() > 20, "no reason for {}", told(&check));
            let applied = check["file_path"].as_str().unwrap().contains("/applied/");
            assert!(!applied || !["CKV_K8S_14", "CKV_K8S_43"].contains(&id), "{}", told(&check));
            waived.insert(id.to_owned());
        }
    }
    // A waiver that nothing needs any more goes.
    let known: BTreeSet<String> = WAIVED.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(waived, known);
}
