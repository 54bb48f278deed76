//! The fourth cloud, as `docs/azure.md` adds it: the file from that page is checked, generates what the
//! linters find nothing in, and is played.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use std::path::Path;
use support::invariants::wrong;
use support::kube::rollout::Trouble;
use support::sandbox::Secret;
use support::shell::{bash_blocks, statements};
use support::stage::Stage;
use support::{Scripts, Service};

/// The profile in the page.
fn profile() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/azure.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```yaml title=\"clouds/azure.yml\"\n").unwrap();
    rest.split_once("```\n").unwrap().0.to_owned()
}

fn service(settings: &str) -> Service {
    let service =
        Service::new(&format!("{settings}\ntargets: [{{cloud: aks, registry: bakery}}]\n"));
    service.write("clouds/azure.yml", &profile());
    let checked = service.run(&["clouds", "check", "clouds/azure.yml"]).fine();
    assert!(checked.ends_with("is fine\n"), "{checked}");
    service.run(&["generate"]).fine();
    service
}

fn stage(settings: &str) -> Stage {
    let mut stage = Stage::in_service("azure", "bakery.azurecr.io/addressbook", service(settings));
    let key = [
        ("AZURE_CLIENT_ID", "1b2c"),
        ("AZURE_TENANT_ID", "3d4e"),
        ("AZURE_CLIENT_SECRET", "s3cret~'\"$(x)`y`\\"),
    ];
    let variables = key.iter().map(|&(name, value)| (name.into(), value.into())).collect();
    stage.sandbox.secrets.insert("azure-key".into(), Secret { variables, ..Secret::default() });
    stage
}

#[test]
fn a_service_lives_on_azure() {
    for settings in
        ["", "ci_registry: cloud", "migrate: in-canary\nreplicas: {stable: 3, canary: 1}"]
    {
        let mut stage = stage(settings);
        stage.push("first");
        stage.canary().passed();
        assert_eq!(stage.state(), ["canary first 1/1"]);
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
        let served = stage.sandbox.world().kube.capacity.len() - 1;
        stage.push("second");
        stage.canary().passed();
        stage.roll_back().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
        stage.push("third");
        stage.breaks("third", Trouble::Unready);
        assert!(stage.canary().failed().contains("its probes fail"));
        assert_eq!(stage.state(), ["canary none 0/1", "stable first 3/3"]);
        stage.roll_back().passed();
        assert_eq!(stage.state(), ["stable first 3/3"]);
        stage.push("fourth");
        stage.canary().passed();
        stage.promote().passed();
        assert_eq!(stage.state(), ["stable fourth 3/3"]);
        let world = stage.sandbox.world();
        wrong(&world.kube, 3).unwrap();
        let least = world.kube.capacity[served..].iter().min().copied();
        assert_eq!(least, Some(3));
    }
}

#[test]
fn a_wrong_password_ends_the_pipeline_at_the_sign_in() {
    let mut stage = stage("");
    stage.built("first");
    let key = stage.sandbox.secrets.get_mut("azure-key").unwrap();
    key.variables.insert("AZURE_CLIENT_SECRET".into(), String::new());
    let log = stage.canary().failed();
    assert!(log.contains("invalid client secret"), "{log}");
    assert_eq!(stage.sandbox.world().count("kubectl", ""), 0);
}

#[test]
fn what_is_generated_for_azure_is_sound() {
    let service = service("namespace: shop");
    let mut scripts = Scripts::default();
    for job in service.jobs() {
        for command in &job.commands {
            assert_eq!(statements(command), 1, "{}: {command}", job.title);
        }
        scripts.add(job.title.clone(), job.script());
    }
    let mut first_section = String::new();
    for (headings, text) in bash_blocks(&service.read("RUNBOOK.md")) {
        if headings.get(1).is_some_and(|title| title.starts_with("1.")) {
            first_section.push_str(&text);
        }
    }
    for role in ["AcrPush", "Cluster User Role", "kind: RoleBinding", "name: \"$CI_OBJECT_ID\""] {
        assert!(first_section.contains(role), "{role} is not in\n{first_section}");
    }
    scripts.add("runbook", format!("#!/usr/bin/env bash\n{first_section}"));
    scripts.add("secrets", service.run(&["secrets"]).fine());
    scripts.shellcheck();
}
