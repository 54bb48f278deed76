//! No secret is told: values that can be told from all others are planted in everything that is
//! secret, services live through good and bad deployments, and what that leaves behind is searched.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use support::kube::rollout::Trouble;
use support::plant::{Plants, evidence, leaks, nothing_leaks};
use support::sandbox::Secret;
use support::stage::{CLOUDS, Stage};

/// A stage with planted secrets, one of the application's own among them, that writes everything down.
fn planted(way: usize, settings: &str) -> (Stage, Plants) {
    let own = "secrets: [{name: mail, env: [SMTP_USER, SMTP_PASSWORD]}]";
    let mut stage = Stage::nth(way, &format!("{settings}\n{own}"));
    let of_mail = ["SMTP_USER", "SMTP_PASSWORD"].map(|name| (name.to_owned(), String::new()));
    let mail = Secret { variables: of_mail.into(), ..Secret::default() };
    stage.sandbox.secrets.insert("mail".into(), mail);
    let cloud = stage.cloud;
    let plants = Plants::in_secrets_of(&mut stage.sandbox, cloud);
    stage.sandbox.record();
    (stage, plants)
}

/// Everything that prints much: first releases, and each way to fail.
fn lives(stage: &mut Stage) {
    stage.push("first");
    stage.canary().passed();
    stage.promote().passed();
    assert_eq!(stage.state(), ["stable first 3/3"]);
    // A crash loop, whose logs are shown.
    stage.push("second");
    stage.breaks("second", Trouble::Crash);
    stage.canary().failed();
    stage.roll_back().passed();
    stage.sandbox.world().kube.broken.clear();
    // A stable that goes back.
    stage.canary().passed();
    stage.breaks("second", Trouble::Unready);
    stage.promote().failed();
    stage.roll_back().passed();
    stage.sandbox.world().kube.broken.clear();
    // A migration that fails, and a test of the canary.
    stage.sandbox.world().kube.migration_fails = true;
    stage.canary().failed();
    stage.roll_back().passed();
    stage.sandbox.world().kube.migration_fails = false;
    stage.sandbox.world().kube.ping_fails = true;
    stage.canary().failed();
    stage.roll_back().passed();
    // A secret that lacks something.
    let db = stage.sandbox.secrets.get_mut("db-params").unwrap();
    let host = db.variables.insert("DB_HOST".into(), String::new()).unwrap();
    stage.canary().failed();
    stage.sandbox.secrets.get_mut("db-params").unwrap().variables.insert("DB_HOST".into(), host);
    stage.sandbox.world().kube.ping_fails = false;
    stage.canary().passed();
    stage.promote().passed();
    assert_eq!(stage.state(), ["stable second 3/3"]);
}

/// One of the ways to use the clouds, with all that tells in a pipeline. CI itself gets at the registry
/// of a cloud only where it has a key.
fn holds_on(way: usize) {
    let oidc = way > CLOUDS.len();
    for settings in [
        "ci_registry: semaphore",
        "ci_registry: artifact\nmigrate: in-canary\nscan: {ignore: [CVE-1]}",
        if oidc { "pin: digest\nscan: {}" } else { "ci_registry: cloud\npin: digest\nscan: {}" },
    ] {
        let (mut stage, plants) = planted(way, settings);
        lives(&mut stage);
        nothing_leaks(&plants, &stage.sandbox);
        // The values were there to be told: the pods have them.
        let secrets = stage.sandbox.world().kube.secrets.clone();
        let arrived =
            format!("{:?}", secrets.values().map(|secret| &secret.data).collect::<Vec<_>>());
        let told = plants.told_by(&arrived);
        for place in
            ["db-params: DB_PASSWORD", "db-params: DB_SSL_CA_BASE64", "mail: SMTP_PASSWORD"]
        {
            assert!(told.contains(&place), "{place} has not arrived");
        }
    }
}

#[test]
fn no_secret_is_told_on_digitalocean() {
    holds_on(0);
    holds_on(3);
}

#[test]
fn no_secret_is_told_on_google_cloud() {
    holds_on(1);
    holds_on(4);
}

#[test]
fn no_secret_is_told_on_aws() {
    holds_on(2);
    holds_on(5);
}

#[test]
fn a_secret_that_is_told_is_found_however_it_is_told() {
    for (command, place) in [
        ("printf '%s\\n' \"$DB_PASSWORD\"", "the log of"),
        ("printf '%s' \"$DB_PASSWORD\" | base64", "the log of"),
        ("printf 'xy%s' \"$DB_PASSWORD\" | base64 --wrap 20", "the log of"),
        ("printf 'z%s' \"$DB_PASSWORD\" | base64 >left", "home/left"),
        ("jq --null-input --raw-output 'env.DB_PASSWORD | @uri'", "the log of"),
        ("jq --null-input --raw-output 'env.DB_PASSWORD | @sh' >left", "home/left"),
        ("jq --null-input --arg password \"$DB_PASSWORD\" 1", "arguments after"),
        ("bash -c true \"$DB_PASSWORD\"", "arguments after"),
        ("kubectl get pods --selector=\"a=$DB_PASSWORD\" || true", "the arguments of kubectl"),
        (
            "kubectl apply --filename=- <<<\"{kind: Service, metadata: {name: '${DB_PASSWORD:0:12}'}}\"",
            "the input of kubectl",
        ),
        ("checkout && printf '%s' \"${DB_PASSWORD^^}\" >manifests/left", "the file manifests/left"),
    ] {
        let (stage, plants) = planted(1, "");
        let pipeline = stage.sandbox.service.yaml(".semaphore/deploy-stable-gcp.yml");
        let mut job = support::jobs("deploy-stable-gcp.yml", &pipeline).remove(0);
        job.commands
            .retain(|command| command.contains("gcloud") || command.contains("GCP_PROJECT="));
        job.commands.push(command.to_owned());
        stage.sandbox.run(&job);
        let found = leaks(&plants, &evidence(&stage.sandbox));
        assert!(
            found
                .iter()
                .any(|leak| leak.contains(place) && leak.contains("db-params: DB_PASSWORD")),
            "{command} is not found in {place}: {found:?}"
        );
    }
}
