//! The files around the binary agree with it: ports, paths, commands, settings.

use std::path::Path;

use crate::process::run;

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of settings that the program reads.
fn settings() -> Vec<String> {
    let source = file("src/settings.rs");
    let program = source.split("#[cfg(test)]").next().unwrap();
    let mut names: Vec<String> = program
        .split('"')
        .filter(|text| {
            text.len() > 3
                && text
                    .chars()
                    .all(|character| character.is_ascii_uppercase() || character == '_')
        })
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_sample_and_the_readme_name_every_setting_with_its_default() {
    let sample = file("env-sample");
    let mut sampled: Vec<String> = sample
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.to_owned())
        .collect();
    sampled.sort();
    assert_eq!(sampled, settings());
    let readme = file("README.md");
    for line in sample
        .lines()
        .filter(|line| line.contains('=') && !line.starts_with('#'))
    {
        let (name, default) = line.split_once('=').unwrap();
        let default = if default.is_empty() { "empty" } else { default };
        let row = format!("| `{name}` | {default} |");
        assert!(readme.contains(&row), "README.md lacks {row}");
    }
}

#[test]
fn the_sample_holds_the_defaults() {
    // The defaults are accepted together, and the port is the one that the
    // image and the compose file publish.
    let environment: Vec<(String, String)> = file("env-sample")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let output = run(&environment, &["healthcheck"]);
    assert_ne!(output.status.code(), Some(2), "{output:?}");
    assert!(environment.contains(&("PORT".to_owned(), "3000".to_owned())));
}

#[test]
fn the_image_runs_the_binary_as_a_user_with_a_number() {
    let dockerfile = file("Dockerfile");
    let runtime = dockerfile.rsplit("\nFROM ").next().unwrap();
    for line in [
        "EXPOSE 3000",
        "USER 65532:65532",
        "ENTRYPOINT [\"addressbook\"]",
        "CMD [\"serve\"]",
        "    CMD [\"addressbook\", \"healthcheck\"]",
    ] {
        assert!(runtime.lines().any(|other| other == line), "{line}");
    }
    assert!(runtime.contains(" /usr/local/bin/addressbook\n"));
}

#[test]
fn the_compose_file_uses_commands_and_settings_that_exist() {
    let compose = file("docker-compose.yml");
    assert!(compose.contains("\"${PORT:-3000}:3000\"") && compose.contains("PORT: \"3000\""));
    let known = settings();
    for line in compose.lines() {
        let name = line.trim().split(':').next().unwrap();
        if name.starts_with("DB_") {
            assert!(known.contains(&name.to_owned()), "{name}");
        }
    }
    let help = String::from_utf8(run(&[], &["--help"]).stdout).unwrap();
    for command in ["serve", "migrate"] {
        assert!(compose.contains(&format!("command: [\"{command}\"]")));
        assert!(help.contains(&format!("\n  {command} ")));
    }
    assert!(compose.contains("\"addressbook\", \"healthcheck\", \"ready\""));
}
