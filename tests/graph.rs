//! `pipewright graph`: every format has the whole workflow in it, whatever its names are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const AGENT: &str =
    "version: v1.0\nagent: {machine: {type: f1-standard-2, os_image: ubuntu2404}}\n";

const FIRST: &str = "name: Build & \"test\"\n\
    global_job_config: {prologue: {commands: [checkout]}, secrets: [{name: shared}]}\n\
    blocks:\n\
    - {name: A <b>, dependencies: [], task: {secrets: [{name: key}], jobs: [{name: One, commands: ['echo \"</script><script>alert(1)</script>\"']}]}}\n\
    - {name: 'B ]]> {{data}}', dependencies: [A <b>], run: {when: \"branch = 'main' and tag !~ '<'\"}, task: {jobs: [{name: Two, parallelism: 4, commands: [x]}, {name: Three, matrix: [{env_var: OS, values: [a, b]}, {env_var: V, values: ['1', '2', '3']}], commands: [x]}]}}\n\
    after_pipeline: {task: {jobs: [{name: Report, commands: [x]}]}}\n\
    promotions:\n\
    - {name: \"Ship | it\", pipeline_file: deploy.yml, auto_promote: {when: \"result = 'passed' and branch = 'main'\"}}\n\
    - {name: By hand, pipeline_file: deploy.yml, deployment_target: prod, parameters: {env_vars: [{name: ENV, default_value: prod}]}}\n\
    - {name: Gone, pipeline_file: gone.yml}\n";

const DEPLOY: &str = "blocks: [{name: Größe 日本, task: {jobs: [{commands: [x]}]}}]\n\
    promotions: [{name: Back, pipeline_file: semaphore.yml}]\n";

fn service() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let pipelines = folder.path().join(".semaphore");
    fs::create_dir(&pipelines).unwrap();
    fs::write(pipelines.join("semaphore.yml"), format!("{AGENT}{FIRST}")).unwrap();
    fs::write(pipelines.join("deploy.yml"), format!("{AGENT}{DEPLOY}")).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pipewright"))
        .arg("graph")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .output()
        .unwrap()
}

fn drawn(format: &str) -> String {
    let output = run(service().path(), &["--format", format]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The texts of the elements of a class, with the number of elements.
fn classes(svg: &str) -> BTreeMap<String, usize> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let mut found = BTreeMap::new();
    for node in document.descendants() {
        if let Some(class) = node.attribute("class") {
            *found.entry(class.to_owned()).or_default() += 1;
        }
    }
    found
}

#[test]
fn svg_shows_blocks_jobs_promotions_and_what_is_broken() {
    let svg = drawn("svg");
    let classes = classes(&svg);
    let count = |class: &str| classes.get(class).copied().unwrap_or(0);
    assert_eq!((count("pipeline"), count("pipeline missing")), (2, 1));
    assert_eq!((count("block"), count("block conditional")), (2, 2));
    assert_eq!((count("promotion automatic"), count("promotion manual")), (1, 3));
    assert_eq!((count("promotes automatic"), count("promotes manual")), (2, 6));
    assert_eq!(count("dependency"), 2);
    let document = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<&str> = document
        .descendants()
        .filter(|n| n.has_tag_name("text"))
        .filter_map(|n| n.text())
        .collect();
    for text in [
        "Build & \"test\"",
        ".semaphore/semaphore.yml",
        "A <b>",
        "B ]]> {{data}}",
        "run when branch = 'main' and tag !~ '<'",
        "Two ×4",
        "Three ×6: OS × V",
        "Report",
        "by hand",
        "deployment target prod",
        "ENV = prod",
        "Größe 日本",
        "Nameless 1",
        "cannot start",
        "the file \".semaphore/gone.yml\" does not exist",
    ] {
        assert!(texts.contains(&text), "{text} is not in {texts:?}");
    }
    assert!(svg.contains("prefers-color-scheme: dark"));
}

#[test]
fn mermaid_and_dot_have_every_node_and_edge() {
    let mermaid = drawn("mermaid");
    for line in [
        "  subgraph p0[\"Build #38; #34;test#34; (.semaphore/semaphore.yml)\"]",
        "    p0b0 --> p0b1",
        "    p0b1 --> p0b2",
        "  p0 ==>|\"Ship #124; it<br/>by itself when result = 'passed' and branch = 'main'\"| p1",
        "  p0 -.->|\"By hand<br/>by hand\"| p1",
        "  p1 -.->|\"Back<br/>by hand\"| p0",
    ] {
        assert!(mermaid.lines().any(|found| found == line), "{line} is not in\n{mermaid}");
    }
    assert!(mermaid.contains("p2[\".semaphore/gone.yml<br/>cannot start: "), "{mermaid}");
    let dot = drawn("dot");
    for part in [
        "p0b0 -> p0b1;",
        "label=\"Build & \\\"test\\\"\\n.semaphore/semaphore.yml\"",
        "style=bold, ltail=cluster_0, lhead=cluster_1",
        "p0b2 -> p2 [label=\"Gone\\nby hand\", style=dashed, ltail=cluster_0]",
        "color=red",
    ] {
        assert!(dot.contains(part), "{part} is not in\n{dot}");
    }
    assert_eq!(dot.matches('{').count() - 1, dot.matches('}').count() - 1);
}

#[test]
fn the_page_holds_everything_and_loads_nothing() {
    let page = drawn("html");
    assert!(page.contains("default-src 'none'"));
    for outside in ["http://", "https://", "src=", "href=", "@import", "url("] {
        let found: Vec<&str> = page
            .match_indices(outside)
            .map(|(at, _)| &page[at..page.len().min(at + 40)])
            .filter(|text| {
                !text.starts_with("http://www.w3.org/2000/svg") && !text.starts_with("url(#tip)")
            })
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }
    // No text of a pipeline ends the element that it stands in.
    assert_eq!(page.matches("</script>").count(), 2);
    assert_eq!(page.matches("<script").count(), 2);
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let block = &data["graph"]["pipelines"][0]["blocks"][0];
    assert_eq!(block["secrets"], serde_json::json!(["shared", "key"]));
    assert_eq!(block["prologue"], serde_json::json!(["checkout"]));
    assert_eq!(block["jobs"][0]["commands"][0], "echo \"</script><script>alert(1)</script>\"");
    let events: Vec<&str> = data["forecasts"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(serde_json::Value::as_str)
        .collect();
    assert_eq!(
        events,
        [
            "a push to the branch \"main\"",
            "a push to the branch \"feature\"",
            "a push of the tag \"v1.0.0\"",
            "the pull request 1"
        ]
    );
    let runs = &data["forecasts"]["runs"];
    assert_eq!(runs[0][0][0]["0"], serde_json::json!({"blocks": "rrr", "promotions": "aww"}));
    assert_eq!(runs[0][1][0]["0"]["promotions"], "www");
    assert_eq!(runs[1][0][0]["0"], serde_json::json!({"blocks": "rsr", "promotions": "www"}));
    assert_eq!(runs[1][0][0]["1"], serde_json::Value::Null);
    assert_eq!(runs[1][0][1]["0"]["promotions"], "ppp");
    assert_eq!(runs[1][0][1]["1"]["blocks"], "r");
}

#[test]
fn the_output_file_says_the_format() {
    let service = service();
    for (name, start) in [
        ("w.svg", "<svg "),
        ("w.html", "<!doctype html>"),
        ("w.dot", "digraph "),
        ("w.mmd", "flowchart LR"),
        ("w.txt", "flowchart LR"),
    ] {
        let output = run(service.path(), &["-o", name]);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("\"{name}\" written\n"));
        assert!(
            fs::read_to_string(service.path().join(name)).unwrap().starts_with(start),
            "{name}"
        );
    }
    let output = run(service.path(), &["-o", "none/w.svg"]);
    assert_eq!(output.status.code(), Some(2));
    fs::write(service.path().join("bad.yml"), "blocks: []\n").unwrap();
    assert_eq!(run(service.path(), &["bad.yml"]).status.code(), Some(1));
    assert_eq!(run(service.path(), &["none.yml"]).status.code(), Some(2));
}
