//! Hostile text, wherever a configuration, a flag or a cloud profile takes text: it is refused with its
//! place and nothing is written, or it arrives letter by letter where it belongs and does nothing on
//! the way. What is generated from it is executed, under bash, with stubs for all that could do harm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use support::sandbox::Sandbox;
use support::{Service, files, folder, pipewright};

/// No name, path, number, word or condition looks like this.
const TEXTS: &[&str] = &[
    "it's",
    "\"quoted\"",
    "$(touch PWNED)",
    "`touch PWNED`",
    "x; touch PWNED #",
    "x && touch PWNED",
    "x | touch PWNED",
    "x & touch PWNED",
    "'; touch PWNED; '",
    "\"; touch PWNED; \"",
    "x\ntouch PWNED\n",
    "$PWD $HOME ${img}",
    "$img",
    "$$",
    "${deployment}",
    "{{ 7*7 }}",
    "{% raw %}",
    "{# comment",
    "x }} {{ name }}",
    "a: b",
    "a # b",
    "*a",
    "&a b",
    "!tag x",
    "@at sign",
    "%percent",
    "- x",
    "[x",
    "{x: y}",
    "| x",
    "> x",
    "? x",
    "'",
    "\"",
    "\\",
    "<<EOF\ntouch PWNED\nEOF",
    "x\\\ny",
    "žluťoučký 🐎",
    "\u{202e}reversed",
    "\u{2028}line\u{2029}",
    "\u{feff}mark",
    "~/*?[a]",
    "!!",
    " leading",
    "trailing ",
    "\ttab\t",
    "",
    " ",
    "```\n# Heading",
    "| table | cell |",
];

/// Refused wherever they stand.
const NEVER: &[&str] =
    &["nul \0 here", "bell \u{7}", "escape \u{1b}[31m", "delete \u{7f}", "next \u{85} line"];

/// A configuration in which `@` is the hostile value, one a line.
const PLACES: &str = r#"
version: @
name: @
app: @
port: @
health:
  ready: @
  live: @
default_branch: @
release:
  when: @
namespace: @
replicas:
  stable: @
  canary: @
resources:
  requests:
    cpu: @
    memory: @
  limits:
    cpu: @
    memory: @
service:
  type: @
  port: @
database: @
commands:
  ping: @
  migrate: [shop, @]
migrate: @
build:
  dockerfile: @
  context: @
  test_stage: @
ci: @
ci_registry: @
agent:
  machine: @
  os_image: @
tests:
  - {name: t3, commands: [a], env: {@: x}}
  - {name: t4, commands: [a], env: {VALUE: @}}
  - {name: t5, in: test, commands: [@]}
  - {name: t6, in: release, commands: [@]}
env:
  @: x
  VALUE: @
secrets:
  - {env: [A], name: @}
  - {name: s1, env: [@]}
files:
  skip:
    - @
@: x
targets:
  - {cloud: @}
  - {cloud: aws, id: @}
  - {id: t2, cloud: aws, deployment_target: @}
  - {id: t3, cloud: aws, namespace: @}
  - {id: t4, cloud: aws, replicas: {stable: @}}
  - {id: t5, cloud: aws, secrets: {@: x}}
  - {id: t6, cloud: aws, secrets: {aws-key: @}}
  - {id: t7, cloud: aws, @: x}
  - {id: t8, cloud: aws, cluster: @}
  - {id: t9, cloud: aws, region: @}
  - {id: t10, cloud: aws, repository: @}
  - {id: t11, cloud: gcp, cluster: @}
  - {id: t12, cloud: gcp, region: @}
  - {id: t13, cloud: gcp, zone: @}
  - {id: t14, cloud: gcp, project: @}
  - {id: t15, cloud: gcp, repository: @}
  - {id: t16, cloud: do, cluster: @}
  - {id: t17, cloud: do, registry: @}
  - {id: t18, cloud: do, repository: @}
  - {id: t19, cloud: do, region: @}
  - {cloud: aws, cluster: own}
"#;

/// The same for what hides other problems of the same list.
const SHAPES: &str = r#"
tests:
  - {name: t1, commands: [a], in: @}
  - {name: t2, commands: [a], database: @}
  - {name: t3, commands: [a], @: x}
  - {name: t4, commands: @}
  - @
env: @
secrets: @
targets:
  - @
  - {cloud: aws, replicas: @}
  - {id: t1, cloud: aws, after: @}
  - {cloud: aws, secrets: @}
"#;

/// The same for names that may not be empty, which hides other problems too.
const NAMES: &str = "
tests:
  - {name: @, commands: [a]}
targets:
  - {cloud: aws, id: @}
";

/// Where text may be free: everything else is refused for every text.
const FREE: &[&str] = &[
    "  ping: @",
    "  migrate: [shop, @]",
    "    - @",
    "  dockerfile: @",
    "  context: @",
    "  - {name: @, commands: [a]}",
    "  - {name: t4, commands: [a], env: {VALUE: @}}",
    "  - {name: t5, in: test, commands: [@]}",
    "  - {name: t6, in: release, commands: [@]}",
    "  VALUE: @",
    // A condition may be anything that is one: '@at' is none, but a text in quotes is.
    "  when: @",
];

/// A text in YAML's double quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() || !c.is_ascii() => {
                quoted.push_str(&format!("\\U{:08x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// Numbers of the lines that an error message points at.
fn lines_of(err: &str, file: &str) -> BTreeSet<usize> {
    err.match_indices(&format!("--> {file}:"))
        .map(|(at, found)| {
            let rest = &err[at + found.len()..];
            let mut numbers = rest.lines().next().unwrap().split(':');
            let line = numbers.next().unwrap().parse().unwrap();
            let column: usize = numbers.next().expect("a column").trim().parse().unwrap();
            assert!(column > 0);
            line
        })
        .collect()
}

fn nothing_happened(service: &Service) {
    for path in service.files().keys() {
        assert!(!path.contains("PWNED"), "{path}");
    }
}

#[test]
fn every_value_is_refused_with_its_place_or_free() {
    for text in TEXTS.iter().chain(NEVER) {
        check_places(PLACES, text);
        check_places(NAMES, text);
    }
    // No text is a number, a map or a list.
    for text in [TEXTS[0], TEXTS[2], NEVER[0]] {
        check_places(SHAPES, text);
    }
}

fn check_places(places: &str, text: &str) {
    let lines: Vec<&str> = places.trim_start().lines().collect();
    let config: String = lines.iter().map(|line| line.replace('@', &quoted(text)) + "\n").collect();
    let service = Service::new(&config);
    let before = service.files();
    let err = service.run(&["generate"]).refused(2);
    assert_eq!(service.files(), before, "{text:?}");
    let refused = lines_of(&err, "pipewright.yml");
    for (index, line) in lines.iter().enumerate() {
        let free = FREE.contains(line) && !NEVER.contains(&text);
        if line.contains('@') && !free {
            assert!(refused.contains(&(index + 1)), "{text:?} is taken in {line:?}:\n{err}");
        } else if !line.contains('@') {
            assert!(!refused.contains(&(index + 1)), "nothing is wrong with {line:?}:\n{err}");
        }
    }
    assert!(err.ends_with("; nothing was written\n"), "{err}");
}

/// A configuration with every text in every place that is free.
fn free_for_all() -> Value {
    let not_blank: Vec<&str> =
        TEXTS.iter().copied().filter(|text| !text.trim().is_empty()).collect();
    let one_line = |text: &&&str| !text.chars().any(char::is_control);
    let named: Vec<Value> = not_blank
        .iter()
        .filter(one_line)
        .map(|text| json!({"name": text, "in": "test", "commands": ["true"]}))
        .collect();
    let env: serde_json::Map<String, Value> = TEXTS
        .iter()
        .enumerate()
        .map(|(number, text)| (format!("V{number}"), json!(text)))
        .collect();
    let words = |program: &'static str| -> Vec<&str> { [&[program][..], TEXTS].concat() };
    let mut tests = named;
    tests.push(json!({"name": "shell", "in": "test", "env": env, "commands": not_blank}));
    tests.push(json!({
        "name": "program",
        "in": "release",
        "env": env,
        "commands": TEXTS.iter().map(|text| format!("shop {}", single_quoted(text))).collect::<Vec<_>>(),
    }));
    json!({
        "name": "shop",
        "app": "none",
        "build": {"test_stage": "test", "dockerfile": "it's $(touch PWNED)/`x` \"Docker\" file", "context": "$(touch PWNED) 'é' & \"x\""},
        "commands": {"ping": words("ping"), "migrate": words("migrate")},
        "migrate": "in-canary",
        "tests": tests,
        "env": env,
        "release": {"when": "branch = '$(touch PWNED) \"x\" {{ 7*7 }} # é' or result = 'passed'"},
        "targets": [{"cloud": "do"}],
    })
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[test]
fn free_text_reaches_its_program_and_does_nothing_on_the_way() {
    let config = free_for_all();
    let service = Service::generated(&config.to_string());
    let build = &config["build"];
    let (dockerfile, context) =
        (build["dockerfile"].as_str().unwrap(), build["context"].as_str().unwrap());
    service.write(dockerfile, "FROM scratch\n");
    service.write(&format!("{context}/file"), "");
    let sandbox = Sandbox::new(service);
    for pipeline in [
        "semaphore.yml",
        "deploy-canary-digitalocean.yml",
        "deploy-stable-digitalocean.yml",
        "rollback-canary-digitalocean.yml",
    ] {
        sandbox.play(pipeline).passed();
    }
    let made: Vec<String> =
        sandbox.service.files().into_keys().filter(|path| path.ends_with("PWNED")).collect();
    assert_eq!(made, Vec::<String>::new());
    let world = sandbox.world();
    let docker: Vec<&support::cluster::Call> =
        world.calls.iter().filter(|call| call.program == "docker").collect();
    for text in TEXTS.iter().copied() {
        let ends_in = |words: &[&str]| {
            docker.iter().any(|call| {
                call.arguments.iter().map(String::as_str).collect::<Vec<_>>().ends_with(words)
            })
        };
        if !text.trim().is_empty() {
            assert!(ends_in(&["sh", "-ec", text]), "no shell gets {text:?}");
        }
        assert!(
            ends_in(&["registry.semaphore.example/shop:workflow-1", text]),
            "no program gets {text:?}"
        );
    }
    let builds: Vec<_> = docker
        .iter()
        .filter(|call| call.arguments.starts_with(&["buildx".into(), "build".into()]))
        .collect();
    assert_eq!(builds.len(), 2);
    for build in builds {
        assert_eq!(build.arguments.last().map(String::as_str), Some(context));
        let at = build.arguments.iter().position(|word| word == "--file").unwrap();
        assert_eq!(build.arguments[at + 1], dockerfile);
    }
    let run = docker.iter().filter(|call| call.arguments.contains(&"--entrypoint".to_owned()));
    for call in run {
        for (name, value) in config["env"].as_object().unwrap() {
            assert_eq!(call.variables.get(name).map(String::as_str), value.as_str(), "{name}");
            assert!(call.arguments.contains(name));
        }
    }
    let executed: Vec<&Vec<String>> = world.kube.executed.iter().map(|(_, words)| words).collect();
    for program in ["ping", "migrate"] {
        let words: Vec<String> = config["commands"][program]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect();
        assert!(executed.contains(&&words), "{program} gets other words: {executed:?}");
    }
}

#[test]
fn names_of_jobs_are_text_and_nothing_else() {
    let config = free_for_all();
    let service = Service::generated(&config.to_string());
    let pipeline = service.yaml(".semaphore/semaphore.yml");
    let jobs = support::jobs("semaphore.yml", &pipeline);
    let found: Vec<&str> =
        jobs.iter().filter(|job| job.block == "Tests").map(|job| job.name.as_str()).collect();
    let wanted: Vec<&str> = config["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| test["name"].as_str().unwrap())
        .collect();
    assert_eq!(found, wanted);
    let promotion = &pipeline["promotions"][0]["auto_promote"]["when"];
    assert_eq!(promotion, &config["release"]["when"]);
}

#[test]
fn shellcheck_finds_nothing_in_hostile_commands() {
    let service = Service::generated(&free_for_all().to_string());
    let mut scripts = support::Scripts::default();
    for job in service.jobs() {
        scripts.add(job.title.clone(), job.script());
        for command in &job.commands {
            assert_eq!(support::shell::statements(command), 1, "{}:\n{command}", job.title);
        }
    }
    scripts.add("secrets", service.run(&["secrets"]).fine());
    scripts.shellcheck();
}

/// A service of which everything that can have a name is called so.
fn called(word: &str) -> Service {
    let config = json!({
        "name": word,
        "namespace": word,
        "default_branch": word,
        "env": {word: word, word.to_uppercase(): "1"},
        "secrets": [{"name": word, "env": [word.to_uppercase()]}],
        "build": {"test_stage": word},
        "targets": [{"cloud": "aws", "id": word, "deployment_target": word, "cluster": word}],
    });
    Service::generated(&config.to_string())
}

/// Readers of YAML 1.1, which kubectl is, take more words for a truth value than the library of these
/// tests: so what counts is that such a word stands in quotes wherever another one stands alone.
#[test]
fn words_that_yaml_knows_are_names_like_others() {
    let other = called("other");
    for word in ["true", "null", "yes", "no", "on", "off", "y", "n", "false"] {
        let service = called(word);
        let mut quoted = 0;
        for (path, bytes) in other.files() {
            let path = path.replace("other", word);
            if !(path.starts_with("manifests/") || path.starts_with(".semaphore/")) {
                continue;
            }
            let text = service.read(&path);
            let other = String::from_utf8(bytes).unwrap();
            assert_eq!(text.lines().count(), other.lines().count(), "{path}");
            for (line, other) in text.lines().zip(other.lines()) {
                if other.ends_with(": other") || other.ends_with(": OTHER") {
                    let value = line.rsplit(": ").next().unwrap();
                    assert!(value.starts_with(['\'', '"']), "{path}: {line:?} is no text");
                    quoted += 1;
                }
            }
        }
        assert!(quoted > 20, "hardly any name: {quoted}");
    }
}

#[test]
fn flags_are_checked_like_the_configuration() {
    for (number, text) in TEXTS.iter().enumerate() {
        let service = Service::new("targets: [{cloud: aws}]\n");
        let before = service.files();
        // In quotes it is YAML's text, of which the quotes are no part.
        let value = if text.starts_with('"') { "$(x)" } else { text };
        let key = ["name", "targets.aws.cluster", "namespace", "build.test_stage"][number % 4];
        let arguments = [
            vec!["generate".to_owned(), "--set".into(), format!("{key}={value}")],
            vec!["generate".to_owned(), "--cloud".into(), (*text).to_owned()],
            vec!["init".to_owned(), "new".into(), "--name".into(), (*text).to_owned()],
            vec!["init".to_owned(), "new".into(), "--cloud".into(), (*text).to_owned()],
        ];
        // Every text against two of the four, every flag against half of the texts.
        for arguments in arguments.iter().skip(number % 2).step_by(2) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            service.run(&arguments).refused(2);
            assert_eq!(service.files(), before, "{arguments:?}");
        }
    }
}

#[test]
fn free_values_of_flags_arrive_as_they_are() {
    let mut arguments = vec!["generate".to_owned(), "--out".into(), "new".into()];
    for (number, text) in TEXTS.iter().enumerate() {
        // YAML stays YAML, which is what the flag promises.
        if text.starts_with(['[', '{', '"', '\'']) || text.is_empty() {
            continue;
        }
        arguments.extend(["--set".into(), format!("env.V{number}={text}")]);
    }
    let service = Service::new("# Ours.\ntargets: [{cloud: aws}]\n");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    service.run(&arguments).fine();
    let config = service.yaml("new/pipewright.yml");
    for (number, text) in TEXTS.iter().enumerate() {
        let value = &config["env"][format!("V{number}")];
        assert!(value.is_null() || value == text, "{value} instead of {text:?}");
    }
    assert!(service.read("new/pipewright.yml").starts_with("# Ours.\n"));
    nothing_happened(&service);
}

#[test]
fn folders_may_be_called_anything() {
    let outside = folder();
    for name in ["$(touch PWNED)", "it's \"x\"", "žluťoučký", "a b", "{{ 7*7 }}", "-x", "a\nb"]
    {
        let service = Service::empty();
        let place = service.at(name);
        std::fs::create_dir(&place).unwrap();
        pipewright(&place, &["init", "--yes", "--cloud", "aws"]).fine();
        pipewright(&place, &["generate"]).fine();
        assert!(place.join("apply.sh").exists());
        let out = format!("--out={name}/out");
        service.run(&["generate", &out]).fine();
        assert!(place.join("out/apply.sh").exists());
        nothing_happened_below(&place);
    }
    assert_eq!(files(outside.path()).len(), 0);
}

fn nothing_happened_below(place: &std::path::Path) {
    assert!(files(place).keys().all(|path| !path.ends_with("PWNED")));
}

#[test]
fn paths_never_lead_out_of_the_repository() {
    for path in ["../x", "a/../../x", "/etc/x", "a//b", "./a", "..", "C:/x", "a\\b", "-x", "x\ny"] {
        for config in [
            json!({"build": {"dockerfile": path}}),
            json!({"build": {"context": path}}),
            json!({"files": {"skip": [path]}}),
        ] {
            let service = Service::new(&config.to_string());
            let before = service.files();
            let err = service.run(&["generate"]).refused(2);
            assert!(!lines_of(&err, "pipewright.yml").is_empty(), "{config}: {err}");
            assert_eq!(service.files(), before, "{config}");
        }
    }
}

#[test]
fn a_text_of_any_length_is_answered() {
    let long = "x".repeat(100_000);
    for config in [
        json!({"name": long}),
        json!({"default_branch": format!("{long}'")}),
        json!({"targets": [{"cloud": long}]}),
        json!({"release": {"when": format!("branch = {long}")}}),
        json!({&long: 1}),
    ] {
        let started = Instant::now();
        let err = Service::new(&config.to_string()).run(&["generate"]).refused(2);
        assert!(started.elapsed() < Duration::from_secs(5));
        assert!(err.contains("pipewright.yml:1:"), "{}", &err[..err.len().min(500)]);
    }
    let service = Service::generated(&json!({"env": {"LONG": long}}).to_string());
    let container =
        &service.yaml("manifests/migrate-job.yml")["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["env"][0]["value"], long);
}

#[test]
fn yaml_that_blows_up_is_answered() {
    let mut aliases = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let above = format!("*a{}, ", level - 1).repeat(10);
        aliases.push_str(&format!("a{level}: &a{level} [{}]\n", above.trim_end_matches(", ")));
    }
    let deep_list = format!("tests: {}{}\n", "[".repeat(20_000), "]".repeat(20_000));
    let deep_map = format!("env: {}x{}\n", "{a: ".repeat(20_000), "}".repeat(20_000));
    let deep_block: String = (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    for text in [
        aliases,
        deep_list,
        deep_map,
        deep_block,
        "&a [*a]\n".into(),
        "\u{feff}\u{feff}a".into(),
        "\0".into(),
    ] {
        let started = Instant::now();
        let service = Service::new(&text);
        service.run(&["generate"]).refused(2);
        assert!(started.elapsed() < Duration::from_secs(10), "{}", &text[..text.len().min(80)]);
        assert_eq!(service.files().len(), 1);
    }
}

/// A profile with one thing wrong: what is replaced by what, where that is, and what is said.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("id: test", "id: ../test", "1:5", "id"),
    ("id: test", "id: Test Cloud", "1:5", "id"),
    ("name: Test", "nmae: Test", "2:1", "did you mean \"name\"?"),
    ("version: 1", "version: one", "3:10", "version"),
    ("  zone:", "  namespace:", "5:3", "a key of every target"),
    ("type: string", "type: text", "6:11", "string"),
    ("default: a1", "default: $(touch PWNED)", "8:14", "can't be the value"),
    ("default: a1", "default: \"{{ nothing }}\"", "8:14", "nothing"),
    ("pattern: \"[a-z0-9]+\"", "pattern: \"[a-z\"", "9:14", "no regular expression"),
    ("type: string", "choices: [b1]\n    type: choice", "9:14", "not a value"),
    ("default: a1", "default: UPPER", "8:14", "does not look like"),
    ("image: test/{{ name }}", "image: test/{{ name", "10:8", "template"),
    ("image: test/{{ name }}", "image: test/{{ nmae }}", "10:8", "nmae"),
    ("image: test/{{ name }}", "image: \"{% include '/etc/passwd' %}\"", "10:8", "template"),
    ("image: test/{{ name }}", "image: \"{{ name | frobnicate }}\"", "10:8", "frobnicate"),
    ("image: test/{{ name }}", "image: \"{% for x in [1] %}\"", "10:8", "template"),
    ("secrets: [key]", "secrets: [kye]", "13:13", "there is no secret \"kye\""),
    ("- test login {{ zone }}", "- \"test {{ zone.x.y }}\"", "15:7", "template"),
    ("- test connect", "- \"{{ 1 / 0 }}\"", "20:7", "template"),
    ("- test connect", "- {a: b}", "20:7", "string"),
    ("  key:", "  kye:", "18:13", "there is no secret \"key\""),
    ("description: the key", "descripton: the key", "23:5", "did you mean \"description\"?"),
    ("text: Go to {{ zone }}.", "text: \"{{ zone\"", "26:11", "template"),
    ("commands: test create {{ zone }}", "commands: \"{% if %}\"", "27:15", "template"),
];

const PROFILE: &str = "id: test
name: Test
version: 1
settings:
  zone:
    type: string
    description: Zone of the cluster
    default: a1
    pattern: \"[a-z0-9]+\"
image: test/{{ name }}
registry:
  name: Registry
  secrets: [key]
  login:
    - test login {{ zone }}
cluster:
  name: Cluster
  secrets: [key]
  connect:
    - test connect
secrets:
  key:
    description: the key
runbook:
  - title: Cluster
    text: Go to {{ zone }}.
    commands: test create {{ zone }}
";

#[test]
fn a_faulty_profile_is_reported_with_file_place_and_reason() {
    let service = Service::new("targets: [{cloud: aws}]\n");
    service.write("clouds/test.yml", PROFILE);
    service.run(&["clouds", "check", "clouds/test.yml"]).fine();
    for (good, bad, place, word) in FAULTS {
        assert!(PROFILE.contains(good), "{good}");
        service.write("clouds/test.yml", &PROFILE.replacen(good, bad, 1));
        let ran = service.run(&["clouds", "check", "clouds/test.yml"]);
        assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{bad}: {}", ran.err);
        let err = ran.err;
        assert!(
            err.contains(&format!("clouds/test.yml:{place}\n")),
            "{bad}: not at {place}:\n{err}"
        );
        assert!(err.contains(word), "{bad}: no {word:?} in:\n{err}");
        let err = service.run(&["generate"]).refused(2);
        assert!(err.contains(&format!("clouds/test.yml:{place}\n")), "{bad}: {err}");
        assert_eq!(service.files().len(), 2, "{bad}");
    }
}

#[test]
fn no_pattern_of_a_profile_lets_a_command_through() {
    let profile = PROFILE.replace("[a-z0-9]+", "(.|\\\\n)*");
    for text in TEXTS {
        let config = json!({"targets": [{"cloud": "test", "zone": text}]});
        let service = Service::new(&config.to_string());
        service.write("clouds/test.yml", &profile);
        let err = service.run(&["generate"]).refused(2);
        assert!(err.contains("can't be the value of \"zone\""), "{text:?}: {err}");
        assert!(err.contains("pipewright.yml:1:"), "{text:?}: {err}");
        assert_eq!(service.files().len(), 2);
    }
}
