//! The Role that the runbook gives CI allows what the pipelines do, and nothing else: a whole life of
//! the service is played, and every call of `kubectl` in it is held against the Role.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::Service;
use support::kube::rights::{Rights, needed};
use support::kube::rollout::Trouble;
use support::shell::bash_blocks;
use support::stage::{CLOUDS, Stage};
use support::{strings, yaml};

/// The documents that a target's step of the runbook applies: the Role and its binding.
fn documents(service: &Service) -> Vec<serde_json::Value> {
    let blocks: Vec<String> = bash_blocks(&service.read("RUNBOOK.md"))
        .into_iter()
        .filter(|(headings, _)| headings.last().is_some_and(|last| last.starts_with("Rights")))
        .map(|(_, commands)| commands)
        .collect();
    let [block] = blocks.as_slice() else { panic!("{blocks:?}") };
    let text = block.split_once("<<ROLE\n").unwrap().1.split_once("\nROLE").unwrap().0;
    text.split("\n---\n").map(yaml).collect()
}

fn allowed(service: &Service) -> Rights {
    let [role, binding] = documents(service).try_into().unwrap();
    assert_eq!(role["kind"], "Role");
    assert_eq!(binding["kind"], "RoleBinding");
    assert_eq!(binding["roleRef"]["name"], role["metadata"]["name"]);
    assert_eq!(binding["metadata"]["namespace"], role["metadata"]["namespace"]);
    let mut rights = Rights::new();
    for rule in role["rules"].as_array().unwrap() {
        for group in strings(&rule["apiGroups"]) {
            for resource in strings(&rule["resources"]) {
                let resource = match group.as_str() {
                    "" => resource,
                    group => format!("{resource}.{group}"),
                };
                let named: Vec<String> = match strings(&rule["resourceNames"]) {
                    none if none.is_empty() => vec![resource],
                    names => names.iter().map(|name| format!("{resource} {name}")).collect(),
                };
                for verb in strings(&rule["verbs"]) {
                    for name in &named {
                        assert!(rights.insert((name.clone(), verb.clone())), "twice in {role}");
                    }
                }
            }
        }
    }
    rights
}

/// All that can happen: releases, failures on every step, stops, rollbacks.
fn life(stage: &mut Stage) {
    stage.roll_back().passed();
    stage.built("first");
    stage.canary().passed();
    stage.promote().passed();
    stage.built("second");
    stage.canary().passed();
    stage.roll_back().passed();
    stage.canary().passed();
    stage.breaks("second", Trouble::Crash);
    stage.promote().failed();
    stage.roll_back().passed();
    stage.sandbox.world().kube.broken.clear();
    stage.built("third");
    stage.breaks("third", Trouble::Pull);
    stage.canary().failed();
    stage.roll_back().passed();
    stage.sandbox.world().kube.broken.clear();
    stage.sandbox.world().kube.migration_fails = true;
    stage.canary();
    stage.sandbox.world().kube.migration_fails = false;
    stage.canary().passed();
    stage.promote().passed();
}

/// One of the ways to pull images looks whether the Secret is there, the other does not.
const LOOKS: &str = "get secrets addressbook-registry";

fn told(rights: impl Iterator<Item = (String, String)>) -> Vec<String> {
    rights.map(|(resource, verb)| format!("{verb} {resource}")).collect()
}

/// What the Role lacks, and what it allows that nothing needs.
fn differences(stage: &mut Stage) -> (Vec<String>, Vec<String>) {
    life(stage);
    let needed = needed(&stage.sandbox.world().calls);
    assert!(needed.len() > 20, "{needed:?}");
    let allowed = allowed(&stage.sandbox.service);
    let (missing, unused) = (needed.difference(&allowed), allowed.difference(&needed));
    let mut unused = told(unused.cloned());
    unused.retain(|right| right != LOOKS);
    (told(missing.cloned()), unused)
}

#[test]
fn the_role_of_ci_is_what_the_pipelines_do() {
    for mut stage in Stage::all("") {
        let nothing: Vec<String> = Vec::new();
        assert_eq!(differences(&mut stage), (nothing.clone(), nothing), "{}", stage.cloud);
    }
}

#[test]
fn a_service_that_needs_less_allows_less() {
    for (at, settings) in [
        "database: none",
        "migrate: in-canary",
        "service: none",
        "service: {type: ClusterIP}\ningress: {host: shop.example.com}\nautoscaling: {max: 5}",
        "secrets: [{name: mail, env: [SMTP_PASSWORD]}]\ndatabase: none",
        "name: addressbook\napp: none\ndatabase: none",
    ]
    .into_iter()
    .enumerate()
    {
        // Without a pull secret, and with one.
        for way in if at == 0 { 0..2 } else { at % 2..at % 2 + 1 } {
            let (cloud, image) = CLOUDS[way];
            let mut stage = Stage::new(cloud, image, settings);
            let mail = support::sandbox::Secret {
                variables: [("SMTP_PASSWORD".into(), "s3cret".into())].into(),
                ..Default::default()
            };
            stage.sandbox.secrets.insert("mail".into(), mail);
            let (missing, mut unused) = differences(&mut stage);
            // Stable is made larger only where it has fewer pods than the autoscaler would leave it.
            if settings.contains("autoscaling") {
                unused.retain(|right| right != "patch deployments/scale.apps");
            }
            assert!(missing.is_empty(), "{cloud}, {settings}: {missing:?}");
            assert!(unused.is_empty(), "{cloud}, {settings}: {unused:?}");
        }
    }
}

#[test]
fn the_role_is_bound_in_the_namespace_to_whom_the_cloud_says() {
    for (config, subjects) in [
        ("targets: [{cloud: aws, namespace: shop}]\n", &["Group addressbook-ci"][..]),
        (
            "namespace: shop\ntargets: [{cloud: gcp}]\n",
            &["User addressbook-ci@$GCP_PROJECT.iam.gserviceaccount.com", "User $CI_UNIQUE_ID"],
        ),
        ("namespace: shop\ntargets: [{cloud: do}]\n", &["User $CI_USER"]),
    ] {
        let documents = documents(&Service::generated(config));
        for document in &documents {
            assert_eq!(document["metadata"]["namespace"], "shop");
        }
        let found: Vec<String> = documents[1]["subjects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| format!("{} {}", of["kind"].as_str().unwrap(), of["name"].as_str().unwrap()))
            .collect();
        assert_eq!(found, subjects);
    }
}

#[test]
fn the_policy_on_aws_names_one_repository_and_one_cluster() {
    for target in [
        "cloud: aws",
        "cloud: aws, auth: oidc, role: \"arn:aws:iam::123456789012:role/addressbook-ci\"",
    ] {
        let runbook = Service::generated(&format!("targets: [{{{target}}}]\n")).read("RUNBOOK.md");
        let (_, rest) = runbook.split_once("<<POLICY\n").unwrap();
        let policy: serde_json::Value =
            serde_json::from_str(rest.split_once("\nPOLICY").unwrap().0).unwrap();
        let mut resources = Vec::new();
        for statement in policy["Statement"].as_array().unwrap() {
            let text = statement["Action"].as_str().map(|one| vec![one.to_owned()]);
            let actions = text.unwrap_or_else(|| strings(&statement["Action"]));
            assert!(actions.iter().all(|action| !action.contains('*')), "{actions:?}");
            let resource = statement["Resource"].as_str().unwrap().to_owned();
            // The token for the registry is the same for all repositories: AWS knows no narrower one.
            assert_eq!(resource == "*", actions == ["ecr:GetAuthorizationToken"]);
            resources.push(resource);
        }
        assert_eq!(
            resources,
            [
                "*",
                "arn:aws:ecr:us-east-1:$AWS_ACCOUNT_ID:repository/addressbook",
                "arn:aws:eks:us-east-1:$AWS_ACCOUNT_ID:cluster/semaphore-demo-cicd-kubernetes",
            ]
        );
        assert!(!runbook.contains("associate-access-policy"), "rights come from the Role alone");
    }
}

#[test]
fn ci_on_google_cloud_may_push_and_find_the_cluster() {
    for (target, more) in [
        ("cloud: gcp", None),
        (
            "cloud: gcp, auth: oidc, project: demo-project, project_number: 123456789012",
            Some("roles/iam.workloadIdentityUser"),
        ),
    ] {
        let runbook = Service::generated(&format!("targets: [{{{target}}}]\n")).read("RUNBOOK.md");
        let roles: Vec<&str> = runbook
            .split("--role=")
            .skip(1)
            .map(|rest| rest.split(char::is_whitespace).next().unwrap())
            .filter(|role| {
                // The nodes'.
                !["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"]
                    .contains(role)
            })
            .collect();
        let expected = ["roles/artifactregistry.writer", "roles/container.clusterViewer"];
        assert_eq!(roles, expected.into_iter().chain(more).collect::<Vec<_>>());
    }
}
