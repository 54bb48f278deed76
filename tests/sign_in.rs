//! How CI signs in to the clouds without a stored key, and to DigitalOcean's registry: the trust that
//! the runbook sets up is the one that jobs are let in by, and what is missing is said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::Service;
use support::sandbox::PROJECT;
use support::shell::bash_blocks;
use support::stage::{Stage, WAYS};
use support::tool;

type Way = (&'static str, &'static str, &'static str);
const OWN_REGISTRY: Way = WAYS[0];
const GOOGLE: Way = WAYS[1];
const AWS: Way = WAYS[2];

/// Goes through the step of the runbook in which the cloud comes to trust Semaphore, as a person does
/// who answers its questions.
fn set_up_trust(stage: &Stage) {
    tool("git", |git| {
        git.args(["init", "--quiet"]).current_dir(stage.sandbox.service.path());
    })
    .fine();
    tool("git", |git| {
        git.args(["remote", "add", "origin", "git@example.com:team/shop.git"])
            .current_dir(stage.sandbox.service.path());
    })
    .fine();
    let blocks: Vec<String> = bash_blocks(&stage.sandbox.service.read("RUNBOOK.md"))
        .into_iter()
        .filter(|(headings, _)| headings.last().is_some_and(|title| title.starts_with("Trust in")))
        .map(|(_, commands)| commands)
        .collect();
    let [block] = blocks.as_slice() else { panic!("{blocks:?}") };
    let answered = block.replacen("</dev/tty", "<<<team.semaphoreci.com", 1).replacen(
        "</dev/tty",
        "<<<shop",
        1,
    );
    let setting =
        "export AWS_ACCESS_KEY_ID=admin AWS_SECRET_ACCESS_KEY=admin GCP_PROJECT=demo-project";
    stage.sandbox.shell(&format!("{setting}\n{answered}")).passed();
    stage.sandbox.world().trust.let_in.clear();
}

/// A stage whose cloud trusts Semaphore as the runbook says.
fn trusting(way: Way, settings: &str) -> Stage {
    let mut stage = Stage::set(way, settings);
    set_up_trust(&stage);
    let world = stage.sandbox.world();
    assert!(world.trust.aws.is_some() || world.trust.google.is_some());
    drop(world);
    stage.built("first");
    stage
}

#[test]
fn the_default_branch_and_hotfix_tags_are_let_in_and_nothing_else() {
    for way in [GOOGLE, AWS] {
        let mut stage = trusting(way, "");
        for (git_ref, trusted) in [
            ("refs/heads/main", true),
            ("refs/tags/hotfix-1", true),
            ("refs/tags/v1", false),
            ("refs/heads/feature", false),
            ("refs/heads/main2", false),
            ("refs/heads/hotfix", false),
            // A pull request to the default branch.
            ("refs/pull/7/head", false),
        ] {
            stage.sandbox.git_ref = git_ref.into();
            stage.sandbox.force = true;
            let played = stage.canary();
            assert_eq!(played.passed, trusted, "{git_ref}: {}", played.log);
            let let_in = std::mem::take(&mut stage.sandbox.world().trust.let_in);
            assert_eq!(let_in.is_empty(), !trusted, "{git_ref}");
            assert!(let_in.iter().all(|subject| {
                subject.starts_with(PROJECT) && subject.ends_with(&format!(":ref:{git_ref}"))
            }));
        }
        // No job has a stored key, and none could be taken for it.
        for job in stage.sandbox.service.jobs() {
            let stored = ["aws-key", "gcp-key"].map(str::to_owned);
            assert!(!job.secrets.iter().any(|name| stored.contains(name)), "{}", job.title);
        }
        stage.built("second");
    }
}

#[test]
fn only_what_is_released_is_trusted() {
    for (when, tags, others) in [
        ("result = 'passed' and branch = 'main'", &[][..], &["hotfix-1", "v1"][..]),
        ("result = 'passed'", &["v1", "anything"], &[]),
        ("branch = 'main' or tag =~ '^v' or tag =~ '^rel/'", &["v1", "rel/2"], &["hotfix-1"]),
    ] {
        for way in [GOOGLE, AWS] {
            let mut stage = trusting(way, &format!("release: {{when: \"{when}\"}}"));
            for (tag, trusted) in
                tags.iter().map(|tag| (tag, true)).chain(others.iter().map(|tag| (tag, false)))
            {
                stage.sandbox.git_ref = format!("refs/tags/{tag}");
                stage.sandbox.force = true;
                let played = stage.canary();
                assert_eq!(played.passed, trusted, "{when}, {tag}: {}", played.log);
            }
        }
    }
}

#[test]
fn an_organization_without_tokens_is_told_by_the_first_command() {
    for way in [GOOGLE, AWS] {
        let mut stage = Stage::set(way, "");
        stage.sandbox.oidc = false;
        let says = "Semaphore gives this job no OpenID Connect token, a feature of its Enterprise plan: see RUNBOOK.md, section 1";
        // At the push already, not when somebody promotes.
        let log = stage.sandbox.play("semaphore.yml").failed();
        assert!(log.contains(says), "{log}");
        stage.built("first");
        let before = stage.sandbox.world().calls.len();
        for log in [stage.canary().failed(), stage.promote().failed(), stage.roll_back().failed()] {
            assert!(log.contains(says), "{log}");
        }
        assert_eq!(stage.sandbox.world().calls.len(), before, "nothing else was done");
        let runbook = stage.sandbox.service.read("RUNBOOK.md");
        assert!(runbook.contains("set `auth: secret`"));
    }
    // Nobody else is asked for one.
    let mut stage = Stage::one("");
    stage.sandbox.oidc = false;
    stage.push("first");
    stage.canary().passed();
}

#[test]
fn no_stored_key_is_asked_for() {
    let config = format!(
        "database: none\ntargets: [{{cloud: aws, {}}}, {{cloud: gcp, {}}}]\n",
        AWS.2, GOOGLE.2
    );
    let service = Service::generated(&config);
    assert!(!service.run(&["secrets"]).fine().contains("sem create"));
    let runbook = service.read("RUNBOOK.md");
    for word in ["create-access-key", "keys create", "gcp-key", "aws-key", "put-user-policy"] {
        assert!(!runbook.contains(word), "{word}");
    }
}

#[test]
fn settings_that_only_oidc_needs_are_asked_for_then_only() {
    for (target, words) in [
        (
            "cloud: aws, auth: oidc",
            &["AWS needs the setting \"role\", as \"auth\" is \"oidc\": ARN of the IAM role"][..],
        ),
        (
            "cloud: gcp, auth: oidc",
            &[
                "needs the setting \"project\", as \"auth\" is \"oidc\"",
                "needs the setting \"project_number\", as \"auth\" is \"oidc\"",
            ],
        ),
        (
            "cloud: aws, role: \"arn:aws:iam::123456789012:role/x\"",
            &["\"role\" is of no use unless \"auth\" is \"oidc\""],
        ),
        ("cloud: aws, auth: oidc, role: me", &["\"me\" does not look like a value of \"role\""]),
        ("cloud: aws, auth: openid", &["\"openid\" is not a value of \"auth\"", "secret, oidc"]),
    ] {
        let service = Service::new(&format!("targets: [{{{target}}}]\n"));
        let said = service.run(&["generate"]).refused(2);
        for word in words {
            assert!(said.contains(word), "{target}: {word:?} is not in\n{said}");
        }
        assert!(!service.exists(".semaphore"));
    }
}

#[test]
fn ci_of_every_branch_cannot_keep_its_images_where_releases_only_get_in() {
    for (cloud, _, set) in [AWS, GOOGLE] {
        let config = format!("ci_registry: cloud\ntargets: [{{cloud: {cloud}, {set}}}]\n");
        let said = Service::new(&config).run(&["generate"]).refused(2);
        let expected = format!(
            "CI builds every branch, but only releases may log in to the registry of \"{cloud}\""
        );
        assert!(said.contains(&expected), "{said}");
        assert!(said.contains("ci_registry: artifact"), "{said}");
    }
}

#[test]
fn digital_oceans_own_registry_needs_no_docker_hub() {
    let stage = Stage::set(OWN_REGISTRY, "namespace: shop");
    stage.sandbox.world().namespace = Some("shop".into());
    let mut stage = stage.settled();
    stage.built("second");
    stage.canary().passed();
    stage.promote().passed();
    let world = stage.sandbox.world();
    // The cluster pulls with one credential, which was made once.
    assert!(world.kube.secrets["addressbook-registry"].data.contains_key(".dockerconfigjson"));
    assert_eq!(world.count("doctl", "registry kubernetes-manifest"), 1);
    drop(world);
    for job in stage.sandbox.service.jobs() {
        assert!(!job.secrets.contains(&"dockerhub".to_owned()), "{}", job.title);
        // Who pushes has no way into the cluster, and who has one can't push.
        let pushes = job.secrets.contains(&"do-registry".to_owned());
        assert_eq!(pushes, job.block == "Push" && job.file != "semaphore.yml", "{}", job.title);
        assert!(!(pushes && job.secrets.contains(&"do-key".to_owned())), "{}", job.title);
    }
    let secrets = stage.sandbox.service.run(&["secrets"]).fine();
    assert!(secrets.contains("sem create secret do-registry") && !secrets.contains("dockerhub"));
    let runbook = stage.sandbox.service.read("RUNBOOK.md");
    assert!(!runbook.contains("Docker Hub") && !runbook.contains("hub.docker.com"));
}

#[test]
fn digital_oceans_own_registry_keeps_the_images_of_ci_too() {
    let mut stage = Stage::set(OWN_REGISTRY, "ci_registry: cloud");
    stage.push("first");
    stage.canary().passed();
    stage.promote().passed();
    assert_eq!(stage.state(), ["stable first 3/3"]);
    assert_eq!(stage.sandbox.world().count("docker", "push "), 0);
}
