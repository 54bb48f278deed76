//! `regenerate` on real folders: nothing of the user's is lost, whatever changes and whenever the
//! process dies.

#![allow(clippy::unwrap_used, clippy::panic)] // A test that panics says where.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Ran {
    out: String,
    err: String,
    /// None when it was killed.
    status: Option<i32>,
}

/// A service in a folder of its own.
struct Service {
    folder: tempfile::TempDir,
}

const CONFIG: &str = "version: 1\n# Our shop.\nname: shop\napp: none # we have one\nci_registry: artifact\ndatabase: none\ntargets:\n  - cloud: gcp\n    project: demo-shop\n";

impl Service {
    fn new(config: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("regenerate").tempdir().unwrap();
        let service = Self { folder };
        service.write("pipewright.yml", config);
        service.run("generate", &[]).passed();
        service
    }

    /// A folder with these files.
    fn copied(files: &BTreeMap<String, Vec<u8>>) -> Self {
        let service = Self { folder: tempfile::tempdir().unwrap() };
        for (path, content) in files {
            let path = service.at(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        service
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    fn exists(&self, path: &str) -> bool {
        self.at(path).exists()
    }

    fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} has no {old:?}");
        self.write(path, &text.replacen(old, new, 1));
    }

    fn command(&self, command: &str, arguments: &[&str]) -> Command {
        let mut process = Command::new(env!("CARGO_BIN_EXE_pipewright"));
        process.arg(command).args(arguments).current_dir(self.folder.path());
        process
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Ran {
        let output = self.command(command, arguments).output().unwrap();
        Ran {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code(),
        }
    }

    fn regenerate(&self, arguments: &[&str]) -> Ran {
        self.run("regenerate", arguments)
    }

    /// Every file but the journal's, with its content.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(root, &path, files);
                } else {
                    let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        let mut files = BTreeMap::new();
        walk(self.folder.path(), self.folder.path(), &mut files);
        files
    }
}

impl Ran {
    fn passed(self) -> Self {
        assert_eq!(self.status, Some(0), "{}{}", self.out, self.err);
        self
    }

    fn failed(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}{}", self.out, self.err);
        self
    }
}

const CANARY: &str = ".semaphore/deploy-canary-gcp.yml";
const DEPLOYMENT: &str = "manifests/deployment.yml";

#[test]
fn without_edits_the_result_is_a_fresh_generate() {
    let service = Service::new(CONFIG);
    service.regenerate(&["--set", "replicas.stable=5", "--set", "port=4000"]).passed();
    let fresh = Service::new(&service.read("pipewright.yml"));
    assert_eq!(service.files(), fresh.files());
    let again = service.files();
    assert_eq!(service.regenerate(&[]).passed().out, "everything is up to date\n");
    assert_eq!(service.files(), again);
}

#[test]
fn settings_given_as_flags_are_written_back_with_the_comments_kept() {
    let service = Service::new(CONFIG);
    service.regenerate(&["--set", "replicas.stable=5"]).passed();
    let config = service.read("pipewright.yml");
    assert!(config.starts_with(CONFIG), "{config}");
    assert!(config.contains("stable: 5"), "{config}");
    service.regenerate(&["--cloud", "aws"]).passed();
    assert!(service.read("pipewright.yml").contains("# Our shop."));
    assert!(service.exists(".semaphore/deploy-canary-aws.yml") && !service.exists(CANARY));
}

#[test]
fn edits_and_changes_come_together() {
    let service = Service::new(CONFIG);
    service.edit(DEPLOYMENT, "maxSurge: 25%", "maxSurge: 50% # we have room");
    service.edit("apply.sh", "#!/", "#!/");
    service.edit(CANARY, "blocks:\n", "# ours\nblocks:\n");
    let ran = service.regenerate(&["--set", "resources.requests.cpu=200m"]).passed();
    assert!(ran.out.contains("merged    manifests/deployment.yml"), "{}", ran.out);
    let text = service.read(DEPLOYMENT);
    assert!(text.contains("maxSurge: 50% # we have room") && text.contains("cpu: 200m"), "{text}");
    assert!(service.read(CANARY).contains("# ours\nblocks:\n"));
}

#[test]
fn a_file_that_was_deleted_stays_so_and_is_told_once() {
    let service = Service::new(CONFIG);
    fs::remove_file(service.at("manifests/pdb.yml")).unwrap();
    let told = "manifests/pdb.yml: you have deleted it, and it stays so\n";
    assert_eq!(service.regenerate(&[]).passed().out, told);
    assert_eq!(service.regenerate(&[]).passed().out, "everything is up to date\n");
    let ran = service.regenerate(&["--set", "name=store"]).passed();
    assert!(!ran.out.contains("pdb") && !service.exists("manifests/pdb.yml"), "{}", ran.out);
}

#[test]
fn what_is_no_longer_generated_goes_unless_it_was_edited() {
    let two = CONFIG.replace("targets:\n", "targets:\n  - cloud: aws\n");
    let service = Service::new(&two);
    service.edit(".semaphore/rollback-canary-aws.yml", "blocks:", "# mine\nblocks:");
    let ran =
        service.regenerate(&["--cloud", "gcp", "--set", "targets.gcp.project=demo-shop"]).failed(1);
    assert!(!service.exists(".semaphore/deploy-canary-aws.yml"));
    assert!(service.exists(".semaphore/rollback-canary-aws.yml"));
    assert!(
        ran.err.contains("rollback-canary-aws.yml: is no longer generated, but you have edited it")
    );
    assert_eq!(service.regenerate(&[]).passed().out, "everything is up to date\n");
}

#[test]
fn a_new_name_takes_the_edits_along() {
    let service = Service::new(CONFIG);
    service.edit(CANARY, "blocks:", "# mine\nblocks:");
    service.edit("pipewright.yml", "- cloud: gcp", "- id: production\n    cloud: gcp");
    let ran = service.regenerate(&[]).passed();
    assert!(!service.exists(CANARY), "{}", ran.out);
    let text = service.read(".semaphore/deploy-canary-production.yml");
    assert!(
        text.contains("# mine\nblocks:") && text.contains("deploy-stable-production.yml"),
        "{text}"
    );
    assert_eq!(service.regenerate(&[]).passed().out, "everything is up to date\n");
}

#[test]
fn both_versions_of_a_conflict_can_be_had() {
    for how in ["markers", "side", "ours", "theirs"] {
        let service = Service::new(CONFIG);
        service.edit(DEPLOYMENT, "cpu: 50m", "cpu: 75m # measured");
        let ran = service
            .regenerate(&["--set", "resources.requests.cpu=200m", "--conflicts", how])
            .failed(1);
        assert!(ran.err.contains("conflict at spec > template > spec > containers > shop > resources > requests > cpu"), "{}", ran.err);
        let text = service.read(DEPLOYMENT);
        let (mine, new) = (text.contains("cpu: 75m # measured"), text.contains("cpu: 200m"));
        assert_eq!(
            (mine, new),
            (how != "ours", how == "markers" || how == "ours"),
            "{how}: {text}"
        );
        assert_eq!(service.exists("manifests/deployment.yml.new"), how == "side");
        let before = service.files();
        let again = service.regenerate(&[]);
        // Markers are to be resolved first.
        assert_eq!(again.status, Some(i32::from(how == "markers")), "{}{}", again.out, again.err);
        assert_eq!(service.files(), before);
    }
}

#[test]
fn a_file_in_the_way_is_a_conflict_until_it_is_adopted() {
    let service =
        Service::new(&CONFIG.replace("targets:", "files: {skip: [RUNBOOK.md]}\ntargets:"));
    service.write("RUNBOOK.md", "# Our own\n");
    service.edit("pipewright.yml", "files: {skip: [RUNBOOK.md]}\n", "");
    let ran = service.regenerate(&[]).failed(1);
    assert!(ran.err.contains("RUNBOOK.md: is not pipewright's"), "{}", ran.err);
    assert_eq!(service.read("RUNBOOK.md"), "# Our own\n");
    service.regenerate(&["--adopt"]).passed();
    assert_eq!(service.read("RUNBOOK.md"), "# Our own\n");
    assert_eq!(service.regenerate(&[]).passed().out, "everything is up to date\n");
}

#[test]
fn a_hand_written_folder_comes_under_management() {
    let service = Service::new(CONFIG);
    fs::remove_dir_all(service.at(".pipewright")).unwrap();
    let mine = service.read(CANARY).replace("blocks:", "# by hand\nblocks:");
    service.write(CANARY, &mine);
    let ran = service.regenerate(&[]).failed(2);
    assert!(ran.err.contains("nothing is known") && ran.err.contains("--adopt"), "{}", ran.err);
    service.regenerate(&["--adopt"]).passed();
    assert_eq!(service.read(CANARY), mine);
    service.regenerate(&["--set", "name=store"]).passed();
    let text = service.read(CANARY);
    assert!(text.contains("# by hand\nblocks:") && text.contains("name: store-gcp"), "{text}");
}

#[test]
fn a_lost_base_is_told_and_nothing_is_guessed() {
    let service = Service::new(CONFIG);
    service.edit(DEPLOYMENT, "maxSurge: 25%", "maxSurge: 50%");
    service.write(".pipewright/base/manifests/deployment.yml.base", "damaged\n");
    let before = service.read(DEPLOYMENT);
    let ran = service.regenerate(&["--set", "resources.requests.cpu=200m"]).failed(1);
    assert!(
        ran.err.contains("manifests/deployment.yml: what was generated last is not known"),
        "{}",
        ran.err
    );
    assert_eq!(service.read(DEPLOYMENT), before);
    service.write(".pipewright/state.yml", "version: 1\nfiles: [\n");
    let ran = service.regenerate(&[]).failed(2);
    assert!(
        ran.err.contains("state.yml") && ran.err.contains("restore it from git"),
        "{}",
        ran.err
    );
}

#[test]
fn each_file_says_why_it_changes() {
    let config = "name: shop\napp: none\ndatabase: none\ntargets: [{cloud: aws}, {cloud: gcp}]\n";
    let service = Service::new(config);
    let profile = service.run("clouds", &["show", "aws"]).passed().out;
    let newer = |version: &str| {
        let version = format!("version: 3\nchangelog:\n  - version: 3\n    summary: {version}\n");
        profile.replacen("version: 2\nchangelog:\n", &version, 1).replacen(
            "update-kubeconfig --name",
            "update-kubeconfig --alias shop --name",
            1,
        )
    };
    let reasons = || -> Vec<(String, String)> {
        let ran = service.regenerate(&["--diff"]).passed();
        let lines = ran.out.lines().filter_map(|line| line.strip_prefix("# "));
        let files = lines.filter_map(|line| line.split_once(": updated ("));
        files.map(|(path, why)| (path.to_owned(), why.to_owned())).collect()
    };
    let of = |target: &str, why: &str| {
        ["deploy-canary", "deploy-stable", "rollback-canary"]
            .map(|name| (format!(".semaphore/{name}-{target}.yml"), format!("{why})")))
    };
    let settings = "settings in pipewright.yml changed";
    let changed = "aws profile 2 → 3: one context a service";

    service.write("clouds/aws.yml", &newer("one context a service"));
    assert_eq!(reasons(), of("aws", changed));
    service.write(
        "clouds/aws.yml",
        &profile.replacen("update-kubeconfig --name", "update-kubeconfig  --name", 1),
    );
    let unnamed = "the text of a template or profile changed, without a new version";
    assert_eq!(reasons(), of("aws", unnamed));

    service.write("clouds/aws.yml", &newer("one context a service"));
    service.edit("pipewright.yml", "database", "replicas: {stable: 5}\ndatabase");
    let both = of("aws", &format!("{changed}, {settings}"));
    let expected = (0..3).flat_map(|at| [both[at].clone(), of("gcp", settings)[at].clone()]);
    let expected = expected.chain([("RUNBOOK.md".to_owned(), format!("{settings})"))]);
    assert_eq!(reasons(), expected.collect::<Vec<_>>());
    let ran = service.regenerate(&[]).passed();
    for line in [
        changed,
        settings,
        "updated   .semaphore/deploy-canary-aws.yml (aws profile, settings)",
        "updated   .semaphore/deploy-canary-gcp.yml (settings)",
    ] {
        assert!(ran.out.lines().any(|told| told == line), "{line:?} is not in\n{}", ran.out);
    }
}

#[test]
fn looking_changes_nothing() {
    let service = Service::new(CONFIG);
    service.edit(DEPLOYMENT, "maxSurge: 25%", "maxSurge: 50%");
    let before = service.files();
    let ran = service.regenerate(&["--check"]).passed();
    assert!(ran.out.contains("manifests/deployment.yml: edited by hand"), "{}", ran.out);
    let more = ["--set", "resources.requests.cpu=200m"];
    let ran = service.regenerate(&[&more[..], &["--check"]].concat()).failed(1);
    assert!(
        ran.out.contains("manifests/deployment.yml: would be merged with your edits"),
        "{}",
        ran.out
    );
    let ran = service.regenerate(&[&more[..], &["--diff"]].concat()).passed();
    assert!(ran.out.contains("-              cpu: 50m\n+              cpu: 200m\n"), "{}", ran.out);
    assert!(!ran.out.contains("maxSurge: 25%"), "{}", ran.out);
    let ran = service.regenerate(&[&more[..], &["--dry-run"]].concat()).passed();
    assert!(ran.out.contains("merged    manifests/deployment.yml"), "{}", ran.out);
    assert_eq!(service.files(), before);
}

#[test]
fn line_ends_and_the_executable_bit_are_the_users() {
    use std::os::unix::fs::PermissionsExt;
    let service = Service::new(CONFIG);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    service.write(DEPLOYMENT, &crlf(&service.read(DEPLOYMENT)));
    service.edit(DEPLOYMENT, "maxSurge: 25%", "maxSurge: 50%");
    service.write(CANARY, &crlf(&service.read(CANARY)));
    fs::set_permissions(service.at(DEPLOYMENT), fs::Permissions::from_mode(0o755)).unwrap();
    service.regenerate(&["--set", "name=store"]).passed();
    for path in [DEPLOYMENT, CANARY] {
        let text = service.read(path);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{path}");
        assert!(text.contains("store"));
    }
    let mode = fs::metadata(service.at(DEPLOYMENT)).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
}

#[test]
fn nothing_is_written_through_a_symbolic_link() {
    let service = Service::new(CONFIG);
    let outside = tempfile::tempdir().unwrap();
    fs::remove_dir_all(service.at("manifests")).unwrap();
    std::os::unix::fs::symlink(outside.path(), service.at("manifests")).unwrap();
    let ran = service.regenerate(&["--set", "name=store"]).failed(2);
    assert!(ran.err.contains("symbolic link"), "{}", ran.err);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn all_services_below_a_folder_are_brought_up_to_date() {
    let top = tempfile::tempdir().unwrap();
    let at = |name: &str| top.path().join(name);
    for name in ["a", "b", "deep/c"] {
        fs::create_dir_all(at(name)).unwrap();
        fs::write(at(name).join("pipewright.yml"), CONFIG.replace("shop", &name.replace('/', "-")))
            .unwrap();
    }
    let run = |folder: &Path, arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_pipewright"))
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap()
    };
    for name in ["a", "deep/c"] {
        assert!(run(&at(name), &["generate"]).status.success());
    }
    fs::write(at("a/pipewright.yml"), CONFIG.replace("shop", "a") + "port: 4000\n").unwrap();
    let output = run(top.path(), &["regenerate", "--all"]);
    let err = String::from_utf8(output.stderr).unwrap();
    // One that was never generated fails, and stops nobody.
    assert_eq!(output.status.code(), Some(2));
    assert!(err.starts_with("./b:\nerror: ") && !err.contains("deep"), "{err}");
    assert!(fs::read_to_string(at("a/manifests/deployment.yml")).unwrap().contains("4000"));
}

#[test]
fn a_run_that_dies_at_any_step_leaves_the_old_or_the_new() {
    let set_up = || {
        let two = CONFIG.replace("targets:\n", "targets:\n  - cloud: aws\n");
        let service = Service::new(&two);
        service.edit(DEPLOYMENT, "maxSurge: 25%", "maxSurge: 50%");
        service
    };
    let arguments =
        ["--cloud", "gcp", "--set", "targets.gcp.project=demo-shop", "--set", "name=store"];
    let reference = set_up();
    let old = reference.files();
    reference.regenerate(&arguments).passed();
    let new = reference.files();
    assert_ne!(old, new);
    let mut crashes = 0;
    for step in 0.. {
        let service = Service::copied(&old);
        let status = service
            .command("regenerate", &arguments)
            .env("PIPEWRIGHT_CRASH_AT", step.to_string())
            .output()
            .unwrap()
            .status;
        if status.code().is_some() {
            assert_eq!(service.files(), new);
            break;
        }
        crashes += 1;
        // What somebody edits before the next run is never undone.
        let note = service.at("notes.txt");
        fs::write(&note, "mine").unwrap();
        service.regenerate(&["--dry-run"]);
        fs::remove_file(&note).unwrap();
        let found = service.files();
        assert!(found == old || found == new, "step {step}: neither the old nor the new tree");
    }
    assert!(crashes > 50, "{crashes}");
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_the_old_or_the_new() {
    let reference = Service::new(CONFIG);
    let old = reference.files();
    let arguments = ["--set", "name=store", "--cloud", "aws"];
    let start = std::time::Instant::now();
    reference.regenerate(&arguments).passed();
    let whole = start.elapsed();
    let new = reference.files();
    let mut killed = 0;
    for round in 0..60_u32 {
        let service = Service::copied(&old);
        let mut child = service.command("regenerate", &arguments).spawn().unwrap();
        std::thread::sleep(whole * round / 60);
        let _ = child.kill();
        killed += usize::from(child.wait().unwrap().code().is_none());
        service.regenerate(&["--dry-run"]);
        let found = service.files();
        assert!(found == old || found == new, "round {round}: neither the old nor the new tree");
    }
    assert!(killed > 10, "hardly any run was killed: {killed}");
}

#[test]
fn a_second_run_in_one_folder_says_so() {
    let service = Service::new(CONFIG);
    let before = service.files();
    let held = fs::File::open(service.folder.path()).unwrap();
    held.lock().unwrap();
    let ran = service.regenerate(&["--set", "name=store"]).failed(2);
    assert!(ran.err.contains("another pipewright is writing"), "{}", ran.err);
    assert_eq!(service.files(), before);
    drop(held);
    service.regenerate(&["--set", "name=store"]).passed();
}

/// Random edits of a text: lines removed, repeated, changed or added.
#[derive(Debug, Clone)]
enum Edit {
    Remove(usize),
    Double(usize),
    Append(usize, String),
    Insert(usize, String),
}

fn edit() -> impl Strategy<Value = Edit> {
    let line = prop_oneof![
        Just("    # a comment".to_owned()),
        Just("            - echo mine".to_owned()),
        Just("key: value".to_owned()),
        Just("  - name: mine".to_owned()),
        Just("\tx: [".to_owned()),
        "[ a-z:#\"'-]{0,12}",
    ];
    prop_oneof![
        any::<usize>().prop_map(Edit::Remove),
        any::<usize>().prop_map(Edit::Double),
        (any::<usize>(), "[ a-z0-9#\"]{1,8}").prop_map(|(at, text)| Edit::Append(at, text)),
        (any::<usize>(), line).prop_map(|(at, text)| Edit::Insert(at, text)),
    ]
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for edit in edits {
        let at = |at: &usize, lines: &[String]| at % lines.len().max(1);
        match edit {
            Edit::Remove(place) if !lines.is_empty() => {
                lines.remove(at(place, &lines));
            }
            Edit::Double(place) if !lines.is_empty() => {
                let place = at(place, &lines);
                lines.insert(place, lines[place].clone());
            }
            Edit::Append(place, more) if !lines.is_empty() => {
                let place = at(place, &lines);
                lines[place].push_str(more);
            }
            Edit::Insert(place, line) => lines.insert(at(place, &lines), line.clone()),
            _ => {}
        }
    }
    lines.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Every line that the user added is in the result or in a reported conflict.
    #[test]
    fn no_line_of_the_users_is_ever_lost(
        file in 0..FILES.len(),
        theirs in prop::collection::vec(edit(), 1..6),
        ours in prop::collection::vec(edit(), 1..4),
    ) {
        use pipewright::merge::{Conflicts, merge};
        let (path, base) = FILES[file];
        let (theirs, ours) = (apply(base, &theirs), apply(base, &ours));
        let merged = merge(path, base, &theirs, &ours, Conflicts::Markers);
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for line in base.lines() {
            *known.entry(line.trim()).or_default() += 1;
        }
        for line in theirs.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match known.get_mut(line).filter(|count| **count > 0) {
                Some(count) => *count -= 1,
                None => {
                    let there = merged.text.lines().any(|found| found.trim() == line)
                        || merged.conflicts.iter().any(|conflict| conflict.theirs.contains(line))
                        || line.split_whitespace().all(|word| {
                            merged.text.contains(word.trim_matches(['"', '\'']))
                        });
                    prop_assert!(there, "{path}: {line:?} is lost in\n{}", merged.text);
                }
            }
        }
        let again = merge(path, &ours, &merged.text, &ours, Conflicts::Markers);
        prop_assert_eq!(again.text, merged.text);
    }
}

const FILES: [(&str, &str); 5] = [
    ("semaphore.yml", include_str!("../out/.semaphore/semaphore.yml")),
    ("deploy-canary-aws.yml", include_str!("../out/.semaphore/deploy-canary-aws.yml")),
    ("deployment.yml", include_str!("../out/manifests/deployment.yml")),
    ("apply.sh", include_str!("../out/apply.sh")),
    ("RUNBOOK.md", include_str!("../out/RUNBOOK.md")),
];
