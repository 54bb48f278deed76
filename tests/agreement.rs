//! The starter's binary, its image, its compose file, the manifests and the pipelines agree with each
//! other: ports, paths, commands, variables, signals. Read from `out/`, which `tests/golden.rs` keeps
//! up to date; the service's own tests hold that the binary does what its sources say.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that panics says where.

use pipewright::yaml::{Node, Tree};
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("out").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The value at a path of keys and indexes.
fn at<'t>(tree: &'t Tree, path: &str) -> Node<'t> {
    path.split('.').fold(tree.root(), |node, part| {
        let child = match part.parse::<usize>() {
            Ok(index) => node.item(index),
            Err(_) => node.get(part),
        };
        child.unwrap_or_else(|| panic!("there is no {path}"))
    })
}

fn text(tree: &Tree, path: &str) -> String {
    at(tree, path).as_str().unwrap_or_else(|| panic!("{path} is no text")).to_owned()
}

/// The default that the settings' source gives a variable.
fn default_of(variable: &str) -> String {
    let sample = read("env-sample");
    let line = sample.lines().find_map(|line| line.strip_prefix(&format!("{variable}=")));
    line.unwrap_or_else(|| panic!("env-sample lacks {variable}")).to_owned()
}

const CONTAINER: &str = "spec.template.spec.containers.0";

#[test]
fn the_port_is_the_same_everywhere() {
    let deployment = Tree::parse(read("manifests/deployment.yml")).unwrap();
    let port = default_of("PORT");
    let container = at(&deployment, &format!("{CONTAINER}.ports.0.containerPort")).as_int();
    assert_eq!(container, port.parse().ok());
    assert_eq!(text(&deployment, &format!("{CONTAINER}.env.0.name")), "PORT");
    assert_eq!(text(&deployment, &format!("{CONTAINER}.env.0.value")), port);
    assert!(read("Dockerfile").contains(&format!("EXPOSE {port}\n")));
    assert!(read("docker-compose.yml").contains(&format!("PORT: \"{port}\"")));
    let name = text(&deployment, &format!("{CONTAINER}.ports.0.name"));
    let service = Tree::parse(read("manifests/service.yml")).unwrap();
    assert_eq!(text(&service, "spec.ports.0.targetPort"), name);
}

#[test]
fn probes_ask_for_paths_that_the_service_answers() {
    let deployment = Tree::parse(read("manifests/deployment.yml")).unwrap();
    let routes = read("src/routes.rs");
    for (probe, path) in
        [("readinessProbe", "/ready"), ("livenessProbe", "/live"), ("startupProbe", "/live")]
    {
        assert_eq!(text(&deployment, &format!("{CONTAINER}.{probe}.httpGet.path")), path);
        assert!(routes.contains(&format!("\"{path}\"")), "no route for {path}");
    }
}

#[test]
fn the_grace_period_is_the_one_that_the_service_counts_on() {
    let deployment = Tree::parse(read("manifests/deployment.yml")).unwrap();
    let grace = at(&deployment, "spec.template.spec.terminationGracePeriodSeconds").as_int();
    assert_eq!(grace, default_of("TERMINATION_GRACE_SECONDS").parse().ok());
    let compose = Tree::parse(read("docker-compose.yml")).unwrap();
    let grace = default_of("TERMINATION_GRACE_SECONDS");
    assert_eq!(text(&compose, "services.app.stop_grace_period"), format!("{grace}s"));
}

#[test]
fn commands_of_pipelines_and_manifests_are_commands_of_the_binary() {
    let main = read("src/main.rs");
    let job = Tree::parse(read("manifests/migrate-job.yml")).unwrap();
    let words: Vec<&str> = at(&job, &format!("{CONTAINER}.command"))
        .items()
        .filter_map(pipewright::yaml::Node::as_str)
        .collect();
    assert_eq!(words, ["addressbook", "migrate"]);
    let canary = read(".semaphore/deploy-canary-aws.yml");
    assert!(canary.contains("--container=addressbook -- addressbook ping"));
    let ci = read(".semaphore/semaphore.yml");
    for command in ["migrate", "ping"] {
        assert!(main.contains(&format!("\"{command}\"")), "the binary has no {command}");
        assert!(ci.contains(&format!("addressbook:$SEMAPHORE_WORKFLOW_ID\" {command}")));
    }
    assert!(read("Dockerfile").contains("/usr/local/bin/addressbook"));
    assert!(read("Cargo.toml").contains("name = \"addressbook\""));
}

#[test]
fn every_variable_of_the_database_secret_is_one_that_the_service_reads() {
    let settings = read("src/settings.rs");
    let canary = read(".semaphore/deploy-canary-aws.yml");
    let line = canary.lines().find(|line| line.contains("printf '%s\\n' DB_HOST")).unwrap();
    let variables: Vec<&str> =
        line.split_whitespace().filter(|word| word.starts_with("DB_")).collect();
    assert_eq!(variables.len(), 7, "{line}");
    for variable in variables {
        assert!(settings.contains(&format!("\"{variable}\"")), "{variable} is not read");
    }
    let deployment = Tree::parse(read("manifests/deployment.yml")).unwrap();
    let secret = text(&deployment, &format!("{CONTAINER}.envFrom.0.secretRef.name"));
    let secret = secret.replace("$deployment", "addressbook-canary");
    assert!(canary.contains(&format!("kubectl create secret generic {secret} ")));
}

#[test]
fn the_image_runs_as_the_user_that_the_manifests_name() {
    let deployment = Tree::parse(read("manifests/deployment.yml")).unwrap();
    let user = at(&deployment, "spec.template.spec.securityContext.runAsUser").as_int().unwrap();
    assert!(read("Dockerfile").contains(&format!("USER {user}:{user}\n")));
}
