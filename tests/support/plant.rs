//! Values that can be told from all others, planted in secrets, and the search for them in what a run
//! leaves behind: as they are, in base64, in hexadecimal digits. Encodings for URLs and quotes leave
//! the marks in them alone.

use super::sandbox::{Sandbox, Secret};
use std::collections::BTreeMap;

/// Variables of secrets that are no secrets: what the image's address begins with.
const PUBLIC: [&str; 1] = ["DOCKER_USERNAME"];

/// The marks of the planted values, with what each was planted in.
#[derive(Default)]
pub struct Plants(BTreeMap<String, String>);

impl Plants {
    /// Plants a value in every variable and file of every secret of a sandbox, of its cloud's profile,
    /// and in the password of Semaphore's registry.
    pub fn in_secrets_of(sandbox: &mut Sandbox, profile: &str) -> Self {
        let mut plants = Self::default();
        let path = format!("{}/clouds/{profile}.yml", env!("CARGO_MANIFEST_DIR"));
        let profile = super::yaml(&std::fs::read_to_string(path).unwrap());
        for (name, content) in profile["secrets"].as_object().unwrap() {
            let secret = sandbox.secrets.get_mut(name).expect("the sandbox has all secrets");
            let keys = |key: &str| content[key].as_object().into_iter().flatten();
            for (variable, _) in keys("env_vars") {
                let known = secret.variables.contains_key(variable);
                assert!(known, "the sandbox does not know {variable}");
            }
            for (file, _) in keys("files") {
                assert!(secret.files.contains_key(file), "the sandbox does not know {file}");
            }
        }
        for (name, secret) in &mut sandbox.secrets {
            plants.plant_in(name, secret);
        }
        let password =
            sandbox.secrets.get("dockerhub").map(|hub| &hub.variables["DOCKER_PASSWORD"]);
        sandbox.world().kube.hub_password = password.cloned();
        sandbox.registry_password = plants.value("the registry's password", "'\"$(x)\\");
        plants
    }

    fn plant_in(&mut self, name: &str, secret: &mut Secret) {
        for (variable, value) in &mut secret.variables {
            let place = format!("{name}: {variable}");
            if variable == "DB_SSL_CA_BASE64" {
                // As text on one line; what it stands for has several.
                *value =
                    base64(&format!("-----BEGIN-----\n{}\n-----END-----\n", self.mark(&place)));
            } else if !PUBLIC.contains(&variable.as_str()) {
                // What `sem` takes has one line, but a secret may be made otherwise.
                // The stand-in for doctl knows its tokens by their beginning.
                let planted =
                    self.value(&place, "'\"$(touch PWNED)`x`\\ = # %s {{é}}\tx\nsecond line");
                *value =
                    if variable.starts_with("DO_") { format!("{value}{planted}") } else { planted };
            }
        }
        for (path, content) in &mut secret.files {
            let mark = self.mark(&format!("{name}: {path}"));
            *content = format!(
                "{{\"project_id\": \"demo-project\",\n \"private_key\": \"-----BEGIN-----\\n{mark}'$x\\n\"}}\n"
            );
        }
    }

    /// A value with a mark before and behind what is hard to quote.
    fn value(&mut self, place: &str, hard: &str) -> String {
        let mark = self.mark(place);
        format!("{mark}{hard}{mark}")
    }

    /// A new mark: letters and digits that stand nowhere else.
    pub fn mark(&mut self, place: &str) -> String {
        let mark = format!("pLaNt{:03}qXzJ", self.0.len());
        self.0.insert(mark.clone(), place.to_owned());
        mark
    }

    /// The planted values that a text tells, in any form.
    pub fn told_by(&self, text: &str) -> Vec<&str> {
        let lower = text.to_lowercase();
        // Encoders break lines.
        let joined: String = text.split_whitespace().collect();
        let tells = |mark: &str| {
            let hex: String = mark.bytes().map(|byte| format!("{byte:02x}")).collect();
            lower.contains(&mark.to_lowercase())
                || lower.contains(&hex)
                || middles(mark).iter().any(|middle| joined.contains(middle.as_str()))
        };
        self.0.iter().filter(|(mark, _)| tells(mark)).map(|(_, place)| place.as_str()).collect()
    }
}

/// What base64 makes of the middle of a text, wherever the text begins.
fn middles(text: &str) -> [String; 3] {
    ["", "a", "bc"].map(|before| {
        let encoded = base64(&format!("{before}{text}"));
        let whole = (before.len() + text.len()) / 3 * 4;
        encoded[if before.is_empty() { 0 } else { 4 }..whole].to_owned()
    })
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for bytes in text.as_bytes().chunks(3) {
        let at = |index: usize| u32::from(bytes.get(index).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let index = usize::try_from(group >> (18 - 6 * digit) & 63).unwrap();
            encoded.push(if digit > bytes.len() { '=' } else { char::from(DIGITS[index]) });
        }
    }
    encoded
}

/// What a run has left behind that others may read: everything but the contents of Secrets, the
/// variables of processes, and what a program reads that is made for it.
pub fn evidence(sandbox: &Sandbox) -> Vec<(String, String)> {
    let mut evidence = sandbox.evidence();
    let world = sandbox.world();
    for call in &world.calls {
        let words = call.arguments.join(" ");
        evidence.push((format!("the arguments of {}", call.program), words.clone()));
        // Without `--server-side` an annotation would repeat all values.
        let applied = words.starts_with("apply --server-side ")
            && yaml_serde::from_str::<serde_json::Value>(&call.input)
                .is_ok_and(|object| object["kind"] == "Secret");
        let secret = applied || words.starts_with("create secret ");
        if !secret && !words.ends_with("--password-stdin") && !words.contains("--password-stdin ") {
            evidence.push((format!("the input of {} {words}", call.program), call.input.clone()));
        }
    }
    let kube = &world.kube;
    for (name, deployment) in &kube.deployments {
        evidence.push((format!("Deployment {name}"), format!("{:?}", deployment.template)));
        evidence.push((format!("Deployment {name}"), format!("{:?}", deployment.metadata)));
        for set in &deployment.sets {
            evidence.push((format!("replica set of {name}"), format!("{:?}", set.template)));
        }
    }
    for (name, job) in &kube.jobs {
        evidence.push((format!("Job {name}"), format!("{:?}", job.object)));
    }
    for (name, object) in &kube.objects {
        evidence.push((format!("{name:?}"), format!("{object:?}")));
    }
    evidence.push(("names of Secrets".into(), format!("{:?}", kube.secrets.keys())));
    evidence.push(("commands in pods".into(), format!("{:?}", kube.executed)));
    evidence.push(("artifacts".into(), format!("{:?}", world.artifacts)));
    drop(world);
    let files = sandbox.service.files();
    evidence.extend(files.into_iter().map(|(path, content)| {
        (format!("the file {path}"), String::from_utf8_lossy(&content).into_owned())
    }));
    evidence
}

/// Fails with every place that tells a planted value.
pub fn nothing_leaks(plants: &Plants, sandbox: &Sandbox) {
    let leaks: Vec<String> = leaks(plants, &evidence(sandbox));
    assert!(leaks.is_empty(), "secrets are told:\n{}", leaks.join("\n"));
}

/// Every place that tells a planted value.
pub fn leaks(plants: &Plants, evidence: &[(String, String)]) -> Vec<String> {
    let told = |(place, text): &(String, String)| {
        let values = plants.told_by(text);
        (!values.is_empty()).then(|| format!("{place} tells {}", values.join(", ")))
    };
    evidence.iter().filter_map(told).collect()
}
