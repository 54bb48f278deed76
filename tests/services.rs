//! Services of every kind: the files that a page of `docs/services/` shows, generated from and played
//! through their releases; and what the pages promise beyond that.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use std::collections::BTreeMap;
use support::kube::rollout::Trouble;
use support::sandbox::{Sandbox, Secret};
use support::stage::{CLOUDS, Stage};
use support::{Service, page, tool};

/// The service of a page.
struct Kind {
    page: &'static str,
    /// Folder in the repository, with a slash at its end; empty for the root.
    folder: &'static str,
    name: &'static str,
    cloud: &'static str,
    /// Pods of stable alone, and beside a canary.
    full: usize,
    beside: usize,
    /// Pods that the load asks for, where that matters.
    load: Option<usize>,
}

const fn kind(page: &'static str, name: &'static str, cloud: &'static str) -> Kind {
    Kind { page, folder: "", name, cloud, full: 3, beside: 2, load: None }
}

const NODE: Kind = kind("node", "orders", "gcp");
const GO: Kind = kind("go", "rates", "aws");
const WEBSITE: Kind = kind("website", "website", "digitalocean");
const WORKER: Kind = Kind { full: 2, beside: 1, ..kind("worker", "mailer", "gcp") };
const SCALED: Kind =
    Kind { full: 7, beside: 7, load: Some(7), ..kind("ingress-and-autoscaling", "catalog", "gcp") };
const SHOP: Kind = Kind { folder: "services/shop/", ..kind("monorepo", "shop", "gcp") };
const ADMIN: Kind =
    Kind { folder: "services/shop-admin/", ..kind("monorepo", "shop-admin", "gcp") };
const OWN_PIPELINE: Kind = kind("existing-pipeline", "search", "aws");

/// A repository with the files of a page, and what is generated from them.
fn generated(kind: &Kind) -> Service {
    let service = page::repository(kind.page);
    let ran = support::pipewright(&service.at(kind.folder), &["generate"]).fine();
    if let Some((_, promotions)) = ran.split_once("paste this into .semaphore/semaphore.yml:\n\n") {
        let own = service.read(".semaphore/semaphore.yml");
        service.write(".semaphore/semaphore.yml", &format!("{own}{promotions}"));
    }
    service
}

fn stage(kind: &Kind) -> Stage {
    let mut sandbox = Sandbox::new(generated(kind));
    sandbox.folder = kind.folder.into();
    // Only what the service asks for is there.
    if !matches!(kind.page, "node") {
        sandbox.secrets.remove("db-params");
    }
    let queue = BTreeMap::from([("QUEUE_URL".to_owned(), "https://s3cret@queue".to_owned())]);
    sandbox.secrets.insert("queue".into(), Secret { variables: queue, ..Secret::default() });
    let (_, image) = CLOUDS.into_iter().find(|(cloud, _)| *cloud == kind.cloud).unwrap();
    let stage =
        Stage::with(sandbox, kind.cloud, kind.name, &image.replace("addressbook", kind.name));
    stage.sandbox.world().kube.load = kind.load;
    stage
}

/// First and second release, a rollback, a canary that fails, one that fails its test, and a stable
/// that does not get ready.
fn lives(kind: &Kind) {
    let mut stage = stage(kind);
    let alone = |workflow: &str| vec![format!("stable {workflow} {0}/{0}", kind.full)];
    let beside = |canary: &str, workflow: &str| {
        vec![format!("canary {canary} 1/1"), format!("stable {workflow} {0}/{0}", kind.beside)]
    };
    stage.push("first");
    stage.canary().passed();
    assert_eq!(stage.state(), ["canary first 1/1"]);
    stage.promote().passed();
    assert_eq!(stage.state(), alone("first"));
    let served = stage.sandbox.world().kube.capacity.len() - 1;
    stage.push("second");
    stage.canary().passed();
    assert_eq!(stage.state(), beside("second", "first"));
    stage.roll_back().passed();
    assert_eq!(stage.state(), alone("first"));
    stage.push("third");
    stage.breaks("third", Trouble::Crash);
    let log = stage.canary().failed();
    assert!(log.contains("the application ends soon after its start"), "{log}");
    stage.roll_back().passed();
    assert_eq!(stage.state(), alone("first"));
    stage.push("fourth");
    stage.canary().passed();
    stage.breaks("fourth", Trouble::Unready);
    let log = stage.promote().failed();
    assert!(log.contains("stable goes back to workflow first"), "{log}");
    stage.sandbox.world().kube.broken.clear();
    stage.promote().passed();
    stage.promote().passed();
    assert_eq!(stage.state(), alone("fourth"));
    let world = stage.sandbox.world();
    let least = world.kube.capacity[served..].iter().min().copied();
    assert!(least >= Some(kind.full), "{least:?}");
    assert!(world.kube.jobs.is_empty());
    let canary = format!("{}-canary", kind.name);
    assert!(!world.kube.secrets.keys().any(|name| name.starts_with(&canary)));
}

/// Names of the objects of a kind that are in the cluster.
fn objects(stage: &Stage, kind: &str) -> Vec<String> {
    let world = stage.sandbox.world();
    let of_kind = world.kube.objects.keys().filter(|(known, _)| known == kind);
    of_kind.map(|(_, name)| name.clone()).collect()
}

#[test]
fn a_node_service_with_a_database() {
    lives(&NODE);
    let mut stage = stage(&NODE).settled();
    stage.built("second");
    stage.sandbox.world().kube.ping_fails = true;
    stage.canary().failed();
    stage.roll_back().passed();
    assert_eq!(stage.state(), ["stable first 3/3"]);
    let image = |workflow: &str| format!("{}:{workflow}", stage.image);
    assert_eq!(stage.sandbox.world().kube.migrated, [image("first"), image("second")]);
}

#[test]
fn a_go_service() {
    lives(&GO);
}

#[test]
fn a_website_without_a_database() {
    lives(&WEBSITE);
    let stage = stage(&WEBSITE).settled();
    assert!(stage.sandbox.world().kube.migrated.is_empty());
}

#[test]
fn a_worker_without_a_service() {
    lives(&WORKER);
    let stage = stage(&WORKER).settled();
    assert!(objects(&stage, "Service").is_empty());
    let world = stage.sandbox.world();
    assert_eq!(world.kube.secrets["mailer-stable-queue"].data["QUEUE_URL"], "https://s3cret@queue");
}

#[test]
fn a_service_behind_an_ingress_that_the_load_scales() {
    lives(&SCALED);
    let stage = stage(&SCALED).settled();
    assert_eq!(objects(&stage, "Ingress"), ["catalog"]);
    assert_eq!(objects(&stage, "HorizontalPodAutoscaler"), ["catalog-stable"]);
}

#[test]
fn the_services_of_a_monorepo() {
    lives(&SHOP);
    lives(&ADMIN);
}

#[test]
fn services_of_a_monorepo_leave_each_others_files_alone() {
    let repository = generated(&SHOP);
    let before = repository.files();
    support::pipewright(&repository.at(ADMIN.folder), &["generate"]).fine();
    let after = repository.files();
    for (path, content) in &before {
        assert_eq!(after.get(path), Some(content), "{path}");
    }
    let new = after.keys().filter(|path| !before.contains_key(*path));
    let new: Vec<&String> = new.filter(|path| !path.starts_with(ADMIN.folder)).collect();
    assert!(new.is_empty(), "{new:?}");
    repository.run(&["validate"]).fine();
    let ran = repository.run(&["regenerate", "--all", "--check"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

/// Which blocks run and which promotions start, for a push to main of one file.
fn started(repository: &Service, pipeline: &str, changed: &str) -> (Vec<String>, Vec<String>) {
    let arguments = ["explain", pipeline, "--branch", "main", "--changed", changed];
    let text = repository.run(&arguments).fine();
    let of = |word: &str| {
        let marked = text.lines().filter_map(|line| line.split_once(word));
        marked.map(|(_, rest)| rest.split([':', '-']).next().unwrap().trim().to_owned()).collect()
    };
    (of("─ runs"), of("─ promotes"))
}

#[test]
fn a_push_builds_and_releases_only_what_it_concerns() {
    let repository = generated(&SHOP);
    support::pipewright(&repository.at(ADMIN.folder), &["generate"]).fine();
    for (own, other) in [(&SHOP, &ADMIN), (&ADMIN, &SHOP)] {
        let pipeline = format!("{}.semaphore/semaphore.yml", own.folder);
        let file = |kind: &Kind| format!("{}index.html", kind.folder);
        let (blocks, promotions) = started(&repository, &pipeline, &file(own));
        assert!(blocks.contains(&"Docker Build".to_owned()), "{blocks:?}");
        assert!(blocks.contains(&"Deploy".to_owned()), "{blocks:?}");
        assert_eq!(promotions.len(), 1, "{promotions:?}");
        for elsewhere in
            [file(other).as_str(), "README.md", "services/shops", "docs/services/shop/x"]
        {
            let nothing = (Vec::new(), Vec::new());
            assert_eq!(started(&repository, &pipeline, elsewhere), nothing, "{elsewhere}");
        }
    }
}

#[test]
fn a_condition_of_ones_own_releases_only_what_was_built() {
    let service = Service::new(
        "folder: a\napp: none\ndatabase: none\nci_registry: artifact\n\
         release: {when: \"branch = 'main' or result = 'passed'\"}\ntargets: [{cloud: aws}]\n",
    );
    service.run(&["generate", "--out", "a"]).fine();
    let pipeline = "a/.semaphore/semaphore.yml";
    assert_eq!(started(&service, pipeline, "b/x"), (Vec::new(), Vec::new()));
    assert_eq!(started(&service, pipeline, "a/x").1.len(), 1);
}

/// One `semaphore.yml` in the root builds two services and leads to the deployments of both.
#[test]
fn services_of_a_monorepo_may_share_a_pipeline() {
    let repository = Service::empty();
    let mut promotions = String::from("promotions:\n");
    let mut commands = String::new();
    for name in ["shop", "cart"] {
        let folder = format!("services/{name}");
        let config = format!(
            "name: {name}\nfolder: {folder}\napp: none\ndatabase: none\nci: existing\n\
             ci_registry: artifact\ntargets: [{{cloud: aws}}]\n"
        );
        repository.write(&format!("{folder}/pipewright.yml"), &config);
        repository.write(&format!("{folder}/Dockerfile"), "FROM scratch\n");
        let ran = support::pipewright(&repository.at(&folder), &["generate"]).fine();
        promotions.push_str(ran.split_once("promotions:\n").unwrap().1);
        let runbook = repository.read(&format!("{folder}/RUNBOOK.md"));
        assert!(
            runbook.contains(&format!("the workflow artifact `{name}-image.tar`")),
            "{runbook}"
        );
        commands.push_str(&format!(
            "            - docker buildx build --provenance=false --tag \"{name}:$SEMAPHORE_WORKFLOW_ID\" --load {folder}\n\
             \x20           - docker save --output {name}-image.tar \"{name}:$SEMAPHORE_WORKFLOW_ID\"\n\
             \x20           - artifact push workflow --force {name}-image.tar\n"
        ));
    }
    let pipeline = format!(
        "version: v1.0\nname: All\nagent:\n  machine:\n    type: f1-standard-2\nblocks:\n\
         \x20 - name: Build\n    dependencies: []\n    task:\n      jobs:\n        - name: Images\n\
         \x20         commands:\n            - checkout\n{commands}{promotions}"
    );
    repository.write(".semaphore/semaphore.yml", &pipeline);
    repository.run(&["validate"]).fine();
    let main = ".semaphore/semaphore.yml";
    for name in ["shop", "cart"] {
        let (_, promoted) = started(&repository, main, &format!("services/{name}/x"));
        assert_eq!(promoted, [name]);
    }
    assert!(started(&repository, main, "README.md").1.is_empty());
    // Both are played in one cluster.
    let mut stage = Stage::with(
        Sandbox::new(repository),
        "aws",
        "shop",
        &CLOUDS[2].1.replace("addressbook", "shop"),
    );
    stage.push("first");
    for name in ["shop", "cart"] {
        stage.sandbox.folder = format!("services/{name}/");
        stage.canary().passed();
        stage.promote().passed();
    }
    let names: Vec<String> = stage.sandbox.world().kube.deployments.keys().cloned().collect();
    assert_eq!(names, ["cart-stable", "shop-stable"]);
}

#[test]
fn promotions_pasted_into_a_pipeline_of_ones_own_lead_to_the_deployments() {
    let repository = generated(&OWN_PIPELINE);
    repository.run(&["validate"]).fine();
    // The runbook has the same lines.
    let own = repository.read(".semaphore/semaphore.yml");
    let (_, promotions) = own.split_once("promotions:\n").unwrap();
    assert!(repository.read("RUNBOOK.md").contains(promotions.trim_end()));
    let (_, promoted) = started(&repository, ".semaphore/semaphore.yml", "index.html");
    assert_eq!(promoted, ["Canary deployment (AWS)"]);
    lives(&OWN_PIPELINE);
    // It stays the user's.
    repository.run(&["generate"]).fine();
    assert_eq!(repository.read(".semaphore/semaphore.yml"), own);
}

/// All pages but the index.
fn pages() -> Vec<String> {
    let folder = format!("{}/docs/services", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut pages: Vec<String> = names
        .filter_map(|name| name.to_str().unwrap().strip_suffix(".md").map(str::to_owned))
        .filter(|name| name != "README")
        .collect();
    pages.sort();
    pages
}

#[test]
fn every_page_is_played_and_in_the_index() {
    let mut played: Vec<&str> = [NODE, GO, WEBSITE, WORKER, SCALED, SHOP, OWN_PIPELINE]
        .iter()
        .map(|kind| kind.page)
        .collect();
    played.sort_unstable();
    assert_eq!(pages(), played);
    let index = format!("{}/docs/services/README.md", env!("CARGO_MANIFEST_DIR"));
    let index = std::fs::read_to_string(index).unwrap();
    for page in pages() {
        assert!(index.contains(&format!("({page}.md)")), "{page} is not in the index");
    }
}

#[test]
fn the_dockerfiles_of_the_pages_are_sound() {
    let mut checked = 0;
    for page in pages() {
        let repository = page::repository(&page);
        let files = repository.files();
        for path in files.keys().filter(|path| path.ends_with("Dockerfile")) {
            let linted = tool("hadolint", |command| {
                command.arg(repository.at(path));
            });
            assert_eq!((linted.status, linted.out.as_str()), (0, ""), "{page}: {path}");
            is_pinned_and_without_root(&page, &repository.read(path));
            checked += 1;
        }
    }
    assert!(checked >= 8, "hardly any Dockerfile was found: {checked}");
}

/// Every stage ends as the user that the pods run as, and every base image has an exact version.
fn is_pinned_and_without_root(page: &str, dockerfile: &str) {
    let mut stages: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut user, mut open) = ("", "");
    for line in dockerfile.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["FROM", image, rest @ ..] => {
                user = stages.get(image).copied().unwrap_or("root");
                if !stages.contains_key(image) && *image != "scratch" {
                    let tag = image.split_once(':').map_or("", |(_, tag)| tag);
                    let exact =
                        tag.split(['.', '-']).take(3).all(|part| part.parse::<u32>().is_ok());
                    assert!(exact && tag.contains('.'), "{page}: {image} is not pinned");
                }
                open = rest.get(1).copied().unwrap_or("");
                stages.insert(open, user);
            }
            ["USER", name] => {
                user = name;
                stages.insert(open, user);
            }
            _ => {}
        }
    }
    assert_eq!(user, "65532:65532", "{page}: the last stage runs as another user");
}
