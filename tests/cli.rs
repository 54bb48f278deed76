//! The command line as people use it: what is written, what is refused, what is said where, and
//! that no failure leaves half of anything.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};
use support::{PIPEWRIGHT, Service, command, folder, pipewright, tool};

const MINIMAL: &str = "targets: [{cloud: aws}]\n";

/// When each file of a folder was last written.
fn times(root: &Path) -> BTreeMap<String, SystemTime> {
    support::files(root)
        .into_keys()
        .filter(|path| !path.ends_with('/'))
        .map(|path| {
            let time = fs::symlink_metadata(root.join(&path)).unwrap().modified().unwrap();
            (path, time)
        })
        .collect()
}

mod generating {
    use super::*;

    #[test]
    fn without_a_configuration_the_default_project_goes_to_out() {
        let service = Service::empty();
        let out = service.run(&["generate"]).fine();
        assert!(out.starts_with("addressbook on DigitalOcean, Google Cloud and AWS: "), "{out}");
        assert!(out.contains("next: out/RUNBOOK.md"), "{out}");
        assert!(service.files().keys().all(|path| path.starts_with("out/")));
        for path in [
            ".semaphore/semaphore.yml",
            ".semaphore/deploy-canary-gcp.yml",
            ".semaphore/deploy-stable-aws.yml",
            ".semaphore/rollback-canary-digitalocean.yml",
            "manifests/deployment.yml",
            "manifests/service.yml",
            "apply.sh",
            "RUNBOOK.md",
            "Dockerfile",
            "pipewright.yml",
            ".pipewright/state.yml",
            ".pipewright/base/apply.sh.base",
            ".pipewright/base/.semaphore/semaphore.yml.base",
        ] {
            assert!(service.exists(&format!("out/{path}")), "{path}");
        }
        // The result regenerates with nothing but itself.
        let before = service.files();
        pipewright(&service.at("out"), &["generate"]).fine();
        assert_eq!(service.files(), before);
    }

    #[test]
    fn only_scripts_are_executable() {
        use std::os::unix::fs::PermissionsExt;
        let service = Service::generated(MINIMAL);
        for path in service.files().into_keys() {
            let mode = fs::metadata(service.at(&path)).unwrap().permissions().mode();
            assert_eq!(mode & 0o111 != 0, path.ends_with(".sh"), "{path}: {mode:o}");
        }
    }

    #[test]
    fn the_same_tree_again_writes_nothing() {
        let service = Service::generated(MINIMAL);
        let (files, before) = (service.files(), times(service.path()));
        let out = service.run(&["generate"]).fine();
        assert!(out.contains("are as generated"), "{out}");
        assert!(!out.contains("next:"), "{out}");
        assert_eq!(times(service.path()), before);
        assert_eq!(service.files(), files);
    }

    #[test]
    fn line_ends_that_git_has_changed_are_no_difference() {
        let service = Service::generated(MINIMAL);
        let text = service.read(".semaphore/semaphore.yml").replace('\n', "\r\n");
        service.write(".semaphore/semaphore.yml", &text);
        let before = service.files();
        service.run(&["generate"]).fine();
        assert_eq!(service.files(), before);
    }

    #[test]
    fn a_file_of_somebody_else_is_not_touched() {
        let service = Service::new(MINIMAL);
        service.write("apply.sh", "mine\n");
        service.write("Dockerfile", "FROM scratch\n");
        let before = service.files();
        let err = service.run(&["generate"]).refused(1);
        for part in [
            "apply.sh: not written by pipewright",
            "Dockerfile: not",
            "files.skip",
            "--force",
            "--out",
        ] {
            assert!(err.contains(part), "no {part:?} in:\n{err}");
        }
        assert!(!err.contains("regenerate"), "there is nothing to merge:\n{err}");
        assert_eq!(service.files(), before);
    }

    #[test]
    fn an_edited_file_is_left_to_regenerate() {
        let service = Service::generated(MINIMAL);
        let edited = service.read("RUNBOOK.md") + "\nOur own notes.\n";
        service.write("RUNBOOK.md", &edited);
        let before = service.files();
        let err = service.run(&["generate"]).refused(1);
        for part in [
            "RUNBOOK.md: generated before, and different now",
            "`pipewright regenerate`",
            "--force",
        ] {
            assert!(err.contains(part), "no {part:?} in:\n{err}");
        }
        assert!(!err.contains("files.skip"), "{err}");
        assert_eq!(service.files(), before);
    }

    #[test]
    fn changed_settings_are_left_to_regenerate_too() {
        let service = Service::generated(MINIMAL);
        service.write("pipewright.yml", "port: 4000\ntargets: [{cloud: aws}]\n");
        let before = service.files();
        let err = service.run(&["generate"]).refused(1);
        assert!(err.contains("manifests/deployment.yml: generated before"), "{err}");
        assert_eq!(service.files(), before);
    }

    #[test]
    fn force_keeps_what_it_replaces() {
        let service = Service::generated(MINIMAL);
        let fresh = service.read("apply.sh");
        for (edit, kept) in [
            ("one\n", "apply.sh.orig"),
            ("two\n", "apply.sh.orig.2"),
            ("three\n", "apply.sh.orig.3"),
        ] {
            service.write("apply.sh", edit);
            let out = service.run(&["generate", "--force"]).fine();
            assert!(out.contains("1 file replaced; the old content is in NAME.orig"), "{out}");
            assert_eq!(service.read(kept), edit);
            assert_eq!(service.read("apply.sh"), fresh);
        }
        assert_eq!(service.read("apply.sh.orig"), "one\n");
        // The old file is no longer in the way.
        service.run(&["generate"]).fine();
    }

    #[test]
    fn a_touched_scaffold_is_the_users() {
        let service = Service::generated(MINIMAL);
        service.write("Dockerfile", "FROM scratch\n");
        service.write("docker-compose.yml", "services: {}\n");
        let out = service.run(&["generate"]).fine();
        assert!(out.contains("left as you have them: Dockerfile, docker-compose.yml"), "{out}");
        assert_eq!(service.read("Dockerfile"), "FROM scratch\n");
    }

    #[test]
    fn a_file_that_was_deleted_comes_back() {
        let service = Service::generated(MINIMAL);
        let before = service.files();
        fs::remove_file(service.at("apply.sh")).unwrap();
        fs::remove_dir_all(service.at(".semaphore")).unwrap();
        service.run(&["generate"]).fine();
        assert_eq!(service.files(), before);
    }

    #[test]
    fn a_dry_run_lists_and_writes_nothing() {
        let service = Service::new(MINIMAL);
        let before = service.files();
        let out = service.run(&["generate", "--dry-run"]).fine();
        assert_eq!(service.files(), before);
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.contains(&"create  .semaphore/semaphore.yml"), "{out}");
        assert!(lines.contains(&"same    pipewright.yml"), "{out}");
        service.run(&["generate"]).fine();
        let written: Vec<String> = service
            .files()
            .into_keys()
            .filter(|path| !path.starts_with(".pipewright/") && path != "pipewright.yml")
            .map(|path| format!("create  {path}"))
            .collect();
        let listed: Vec<&str> =
            lines.iter().filter(|line| line.starts_with("create")).copied().collect();
        assert_eq!(listed, written, "what is listed is what is written");
        service.write("apply.sh", "mine\n");
        let again = service.run(&["generate", "--dry-run"]);
        assert_eq!(again.status, 1);
        assert!(again.err.contains("apply.sh: generated before"), "{}", again.err);
        let forced = service.run(&["generate", "--dry-run", "--force"]).fine();
        assert!(forced.contains("replace apply.sh"), "{forced}");
        assert_eq!(service.read("apply.sh"), "mine\n");
    }

    #[test]
    fn a_configuration_elsewhere_writes_beside_itself() {
        let service = Service::empty();
        service.write("shop/pipewright.yml", "name: shop\ntargets: [{cloud: gcp}]\n");
        service.run(&["generate", "--config", "shop/pipewright.yml"]).fine();
        assert!(service.exists("shop/.semaphore/deploy-canary-gcp.yml"));
        assert!(!service.exists(".semaphore"));
        assert!(!service.exists("out"));
    }

    #[test]
    fn out_goes_elsewhere_with_its_configuration() {
        let service = Service::new("name: shop\ntargets: [{cloud: gcp}]\n");
        service.run(&["generate", "--out", "deep/down"]).fine();
        assert!(service.exists("deep/down/.semaphore/deploy-canary-gcp.yml"));
        assert_eq!(service.read("deep/down/pipewright.yml"), service.read("pipewright.yml"));
        assert!(!service.exists(".semaphore"));
        assert!(!service.exists(".pipewright"));
    }

    #[test]
    fn flags_change_the_configuration_that_is_written() {
        let service = Service::empty();
        service
            .run(&[
                "generate",
                "--cloud",
                "eks",
                "--cloud",
                "google",
                "--app",
                "none",
                "--set",
                "name=shop",
                "--set",
                "replicas.stable=5",
                "--set",
                "targets.aws.region=eu-west-1",
                "--set",
                "service.type=ClusterIP",
            ])
            .fine();
        let config = service.yaml("out/pipewright.yml");
        assert_eq!(config["name"], "shop");
        assert_eq!(config["app"], "none");
        assert_eq!(config["replicas"]["stable"], 5);
        assert_eq!(config["service"]["type"], "ClusterIP");
        let clouds: Vec<&str> = config["targets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|target| target["cloud"].as_str().unwrap())
            .collect();
        assert_eq!(clouds, ["aws", "gcp"]);
        assert!(!service.exists("out/Dockerfile"));
        let stable = service.read("out/.semaphore/deploy-stable-aws.yml");
        assert!(stable.contains("./release.sh stable shop 5 "), "{stable}");
        assert!(stable.contains("value: eu-west-1"), "{stable}");
        // What was generated with flags regenerates without them.
        let before = service.files();
        pipewright(&service.at("out"), &["generate"]).fine();
        assert_eq!(service.files(), before);
    }

    #[test]
    fn comments_of_the_configuration_survive_flags() {
        let service = Service::new(
            "# The shop.\nname: shop # its name\ntargets:\n  # First.\n  - cloud: aws # here\n    region: eu-west-1\n  - cloud: gcp\n",
        );
        service.run(&["generate", "--out", "new", "--cloud", "aws", "--set", "port=81"]).fine();
        let text = service.read("new/pipewright.yml");
        for part in ["# The shop.", "# its name", "region: eu-west-1", "port: 81"] {
            assert!(text.contains(part), "no {part:?} in:\n{text}");
        }
        assert!(!text.contains("gcp"), "{text}");
    }

    #[test]
    fn skipped_files_are_not_written() {
        let service = Service::generated(
            "files: {skip: [RUNBOOK.md, src/, .semaphore/rollback-canary-aws.yml, Dockerfile]}\ntargets: [{cloud: aws}]\n",
        );
        for path in ["RUNBOOK.md", "src", ".semaphore/rollback-canary-aws.yml", "Dockerfile"] {
            assert!(!service.exists(path), "{path}");
        }
        assert!(service.exists("apply.sh"));
    }

    #[test]
    fn with_a_pipeline_of_ones_own_the_promotions_are_printed() {
        let service =
            Service::new("ci: existing\ntargets: [{cloud: aws}, {cloud: gcp, after: aws}]\n");
        service.write(".semaphore/semaphore.yml", "version: v1.0\n");
        let out = service.run(&["generate"]).fine();
        assert_eq!(service.read(".semaphore/semaphore.yml"), "version: v1.0\n");
        let (_, promotions) =
            out.split_once("paste this into .semaphore/semaphore.yml:\n").expect(&out);
        let promotions = &support::yaml(promotions)["promotions"];
        assert_eq!(promotions.as_array().unwrap().len(), 1);
        assert_eq!(promotions[0]["pipeline_file"], "deploy-canary-aws.yml");
    }
}

mod refusing {
    use super::*;

    #[test]
    fn all_problems_of_a_configuration_are_reported_together() {
        let service = Service::new(
            "nmae: shop\nport: 70000\nreplicas: {stabel: 3}\nhealth: {ready: ready}\ntargets:\n  - {cloud: awz}\n  - {cloud: gcp, regoin: x}\n",
        );
        let before = service.files();
        let err = service.run(&["generate"]).refused(2);
        for (place, word) in [
            ("1:1", "did you mean \"name\"?"),
            ("2:7", "70000"),
            ("3:12", "did you mean \"stable\"?"),
            ("4:17", "\"health.ready\""),
            ("6:13", "did you mean \"aws\"?"),
            ("7:18", "did you mean \"region\"?"),
        ] {
            assert!(
                err.contains(&format!("pipewright.yml:{place}\n")),
                "nothing at {place}:\n{err}"
            );
            assert!(err.contains(word), "no {word:?} in:\n{err}");
        }
        assert!(err.ends_with("6 problems; nothing was written\n"), "{err}");
        assert_eq!(service.files(), before);
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused_where_they_stand() {
        let autoscaled = "the load says how many pods of stable run";
        for (config, place, word) in [
            ("health: none\n", "1:9", "requests would reach pods that can't take them yet"),
            ("service: none\nhealth: none\nport: 80\n", "3:1", "nobody connects to this port"),
            (
                "service: none\nport: 80\nhealth: {command: a healthy}\n",
                "2:1",
                "nobody connects to this port",
            ),
            (
                "health: {command: a, ready: /x}\n",
                "1:22",
                "plays no part beside \"health.command\"",
            ),
            ("health: {command: \"'\"}\n", "1:19", "a quote that is never closed"),
            ("health: nothing\n", "1:9", ""),
            ("service: none\ningress: {host: a.b}\n", "1:10", "an Ingress leads to a Service"),
            (
                "ingress: {host: a.b}\nservice: {type: LoadBalancer}\n",
                "2:17",
                "would lead past the Ingress",
            ),
            ("ingress: {path: /}\n", "1:1", "\"host\" is missing"),
            ("ingress: {host: 'a b'}\n", "1:17", "\"ingress.host\""),
            ("ingress: {host: 'a.*.b'}\n", "1:17", "\"ingress.host\""),
            ("ingress: {host: 'https://a.b'}\n", "1:17", "\"ingress.host\""),
            ("ingress: {host: a.b, path: x}\n", "1:28", "must start with"),
            ("ingress: {host: a.b, path: /a//b}\n", "1:28", "\"ingress.path\""),
            ("ingress: {host: a.b, class: A}\n", "1:29", "\"ingress.class\""),
            ("ingress: {host: a.b, tls_secret: -x}\n", "1:34", "\"ingress.tls_secret\""),
            ("autoscaling: {min: 2}\n", "1:1", "\"max\" is missing"),
            (
                "autoscaling: {min: 3, max: 2}\n",
                "1:28",
                "the most pods (2) are below the fewest (3)",
            ),
            ("autoscaling: {min: 0, max: 2}\n", "1:20", "between 1 and 1000"),
            ("autoscaling: {max: 2}\nreplicas: {stable: 2}\n", "2:12", autoscaled),
            (
                "autoscaling: {max: 2}\ntargets: [{cloud: aws, replicas: {stable: 4}}]\n",
                "2:35",
                autoscaled,
            ),
            ("folder: ../shop\n", "1:9", "\"folder\""),
            ("folder: /shop\n", "1:9", "\"folder\""),
            ("folder: \"it's\"\n", "1:9", "\"folder\""),
            ("folder: 'a b'\n", "1:9", "\"folder\""),
            ("folder: ''\n", "1:9", "\"folder\""),
        ] {
            let service = Service::new(config);
            let err = service.run(&["generate"]).refused(2);
            assert!(err.contains(&format!("pipewright.yml:{place}\n")), "{config}{err}");
            assert!(err.contains(word), "no {word:?} in:\n{err}");
            assert!(err.contains("1 problem; nothing was written"), "{config}{err}");
        }
    }

    #[test]
    fn a_folder_that_is_not_where_the_files_go_is_refused() {
        let repository = Service::empty();
        support::tool("git", |git| {
            git.args(["init", "--quiet", "."]).current_dir(repository.path());
        })
        .fine();
        let config = "folder: services/shop\napp: none\ntargets: [{cloud: aws}]\n";
        for place in ["services/cart", "services/shop"] {
            repository.write(&format!("{place}/pipewright.yml"), config);
        }
        let cart = repository.at("services/cart");
        let before = repository.files();
        for command in ["generate", "regenerate"] {
            let err = support::pipewright(&cart, &[command]).refused(2);
            assert!(err.contains("\"services/shop\""), "{err}");
            assert!(err.contains("\"services/cart\""), "{err}");
        }
        assert_eq!(repository.files(), before);
        support::pipewright(&repository.at("services/shop"), &["generate"]).fine();
        support::pipewright(&cart, &["generate", "--out", "../shop"]).fine();
        let config = ["generate", "--config", "services/shop/pipewright.yml"];
        repository.run(&config).fine();
    }

    #[test]
    fn a_configuration_that_is_not_there_is_said_to_be_missing() {
        let service = Service::empty();
        let err = service.run(&["generate", "--config", "none.yml"]).refused(2);
        assert!(err.contains("can't read \"none.yml\": it does not exist"), "{err}");
        assert!(err.contains("pipewright init"), "{err}");
        let err = service.run(&["secrets"]).refused(2);
        assert!(err.contains("pipewright.yml"), "{err}");
        assert_eq!(service.files(), BTreeMap::new());
    }

    #[test]
    fn a_configuration_that_is_no_text_or_a_folder_is_refused() {
        let service = Service::empty();
        fs::write(service.at("bytes.yml"), b"name: \xff\xfe\n").unwrap();
        fs::create_dir(service.at("folder.yml")).unwrap();
        let err = service.run(&["generate", "--config", "bytes.yml"]).refused(2);
        assert!(err.contains("not UTF-8"), "{err}");
        service.run(&["generate", "--config", "folder.yml"]).refused(2);
        assert!(!service.exists("out"));
    }

    #[test]
    fn wrong_arguments_say_how_they_should_be() {
        let service = Service::new(MINIMAL);
        let before = service.files();
        for (arguments, word) in [
            (&["generate", "--cloud", "azur"][..], "known clouds: digitalocean, gcp, aws"),
            (&["generate", "--cloud", "asw"], "did you mean \"aws\"?"),
            (&["generate", "--set", "port"], "key.path=value"),
            (&["generate", "--set", "=1"], "empty key"),
            (&["generate", "--set", "a..b=1"], "empty key"),
            (&["generate", "--set", "targets.gcp.region=x"], "\"gcp\" is neither"),
            (&["generate", "--set", "prot=1"], "did you mean \"port\"?"),
            (&["generate", "--set", "port=x"], "port"),
            (&["generate", "--app", "rails"], "addressbook"),
            (&["generate", "--frobnicate"], "--frobnicate"),
            (&["frobnicate"], "frobnicate"),
            (&[], "Usage"),
            (&["schema", "nothing"], "pipeline"),
            (&["clouds", "show", "azur"], "known clouds"),
            (&["clouds", "check", "none.yml"], "none.yml"),
        ] {
            let err = service.run(arguments).refused(2);
            assert!(err.contains(word), "{arguments:?}: no {word:?} in:\n{err}");
        }
        assert_eq!(service.files(), before);
    }

    #[test]
    fn nothing_is_written_through_a_symbolic_link() {
        let outside = folder();
        for link in [
            ".semaphore",
            "apply.sh",
            "manifests/deployment.yml",
            ".pipewright",
            ".pipewright/journal",
        ] {
            let service = Service::new(MINIMAL);
            let at = service.at(link);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(outside.path(), &at).unwrap();
            let before = service.files();
            let err = service.run(&["generate"]).refused(2);
            assert!(err.contains("symbolic link"), "{link}: {err}");
            assert_eq!(service.files(), before, "{link}");
            service.run(&["generate", "--force"]).refused(2);
            assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "{link}");
        }
    }

    #[test]
    fn what_stands_where_the_other_kind_has_to_be_is_in_the_way() {
        let service = Service::new(MINIMAL);
        service.write("manifests", "a file\n");
        fs::create_dir_all(service.at("apply.sh/inside")).unwrap();
        let before = service.files();
        for arguments in [&["generate"][..], &["generate", "--force"]] {
            let err = service.run(arguments).refused(1);
            assert!(err.contains("apply.sh: a file or folder"), "{err}");
            assert!(err.contains("move what stands at these paths away"), "{err}");
            assert_eq!(service.files(), before);
        }
    }

    #[test]
    fn a_file_is_no_folder_to_write_to() {
        let service = Service::new(MINIMAL);
        service.write("file", "content\n");
        let before = service.files();
        for out in ["file", "file/below", "pipewright.yml"] {
            let err = service.run(&["generate", "--out", out]).refused(2);
            assert!(err.contains(out), "{err}");
        }
        assert_eq!(service.files(), before);
    }

    #[test]
    fn a_damaged_memory_is_no_reason_to_write() {
        for damage in ["version: 99\n", "{", "version: 1\nfiles: 3\n", ""] {
            let service = Service::generated(MINIMAL);
            service.write(".pipewright/state.yml", damage);
            let before = service.files();
            let err = service.run(&["generate"]).refused(2);
            assert!(err.contains("state.yml") && err.contains("git"), "{damage:?}: {err}");
            assert_eq!(service.files(), before);
        }
    }
}

mod failing {
    use super::*;

    /// Runs the program under bash after a command that takes something away from it.
    fn after(service: &Service, limit: &str, arguments: &str) -> support::Ran {
        tool("bash", |bash| {
            bash.args(["-c", &format!("{limit}; exec \"$0\" {arguments}"), PIPEWRIGHT])
                .current_dir(service.path())
                .stdin(Stdio::null());
        })
    }

    #[test]
    fn a_full_disk_leaves_everything_as_it_was() {
        // The limit is on the size of a file, in KiB: some files fit, others don't. Without the
        // signal, writing fails as it does on a full disk.
        for kib in [0, 1, 4, 8] {
            let limit = format!("trap '' XFSZ; ulimit -f {kib}");
            let service = Service::new(MINIMAL);
            let before = service.files();
            let ran = after(&service, &limit, "generate");
            assert_eq!(ran.status, 2, "{kib}: {}", ran.err);
            assert!(ran.err.contains("can't write"), "{kib}: {}", ran.err);
            assert_eq!(service.files(), before, "{kib}");
            service.run(&["generate"]).fine();
            for path in ["apply.sh", "RUNBOOK.md", "Dockerfile"] {
                service.write(path, "mine\n");
            }
            let before = service.files();
            let ran = after(&service, &limit, "generate --force");
            assert_eq!(ran.status, 2, "{kib}: {}", ran.err);
            assert_eq!(service.files(), before, "{kib}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_leaves_nothing() {
        // Nobody can make a folder here, not even root.
        let Ok(proc) = fs::metadata("/proc/sys/kernel") else { return };
        assert!(proc.is_dir());
        let service = Service::new(MINIMAL);
        let err = service.run(&["generate", "--out", "/proc/sys/kernel/pipewright"]).refused(2);
        assert!(err.contains("/proc/sys/kernel/pipewright"), "{err}");
        let err = service.run(&["init", "/proc/sys/kernel/pipewright", "--yes"]).refused(2);
        assert!(err.contains("/proc/sys/kernel/pipewright"), "{err}");
    }

    #[test]
    fn a_folder_without_permission_leaves_nothing() {
        use std::os::unix::fs::PermissionsExt;
        let service = Service::new(MINIMAL);
        fs::create_dir(service.at("locked")).unwrap();
        fs::set_permissions(service.at("locked"), fs::Permissions::from_mode(0o555)).unwrap();
        let may_all = fs::write(service.at("locked/try"), "").is_ok();
        if may_all {
            // Root may write everywhere: becomes nobody, who may read what is needed.
            fs::remove_file(service.at("locked/try")).unwrap();
            fs::set_permissions(service.path(), fs::Permissions::from_mode(0o755)).unwrap();
            fs::copy(PIPEWRIGHT, service.at("pipewright")).unwrap();
        }
        let ran = {
            use std::os::unix::process::CommandExt;
            let program = if may_all { service.at("pipewright") } else { PIPEWRIGHT.into() };
            let mut run = std::process::Command::new(program);
            run.args(["generate", "--out", "locked"]).current_dir(service.path());
            if may_all {
                run.uid(65534).gid(65534);
            }
            run.output().unwrap()
        };
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{err}");
        assert!(err.contains("locked") && err.contains("ermission denied"), "{err}");
        assert_eq!(fs::read_dir(service.at("locked")).unwrap().count(), 0);
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error() {
        let service = Service::empty();
        let ran = tool("bash", |bash| {
            bash.args([
                "-c",
                "\"$0\" schema config | head -n 1 >/dev/null; echo \"${PIPESTATUS[0]}\"",
                PIPEWRIGHT,
            ])
            .current_dir(service.path());
        });
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("0\n", ""));
        // Closed at once, so that nothing can be written at all.
        let mut child = command(service.path())
            .args(["clouds", "list"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
    }

    #[test]
    fn a_killed_run_is_completed_by_the_next() {
        let expected = Service::generated(MINIMAL).files();
        let mut interrupted = 0;
        let service = Service::new(MINIMAL);
        for round in 0..30 {
            for path in expected.keys().filter(|path| *path != "pipewright.yml") {
                // Nothing, something or all of the former run may be there.
                let _ = fs::remove_file(service.at(path));
            }
            if round % 3 == 0 {
                let _ = fs::remove_dir_all(service.at(".pipewright"));
                let _ = fs::remove_dir_all(service.at(".semaphore"));
            }
            let mut child = command(service.path())
                .arg("generate")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            wait_until_it_writes(&service, &mut child);
            std::thread::sleep(Duration::from_micros(round * 200));
            child.kill().unwrap();
            let killed = child.wait().unwrap().code().is_none();
            let whole = service.files() == expected;
            interrupted += usize::from(killed && !whole);
            let ran = service.run(&["generate"]);
            assert_eq!((ran.status, ran.err.as_str()), (0, ""), "round {round}");
            assert_eq!(service.files(), expected, "round {round}");
        }
        assert!(interrupted >= 5, "only {interrupted} of 30 runs were killed while they wrote");
    }

    fn wait_until_it_writes(service: &Service, child: &mut std::process::Child) {
        let journal = service.at(".pipewright/journal");
        while !journal.exists() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(100));
        }
    }

    #[test]
    fn a_killed_run_that_replaces_files_loses_none() {
        let expected = Service::generated(MINIMAL);
        for round in 0..6 {
            let service = Service::generated(MINIMAL);
            let mine = format!("round {round}\n");
            let paths = ["apply.sh", "RUNBOOK.md", ".semaphore/semaphore.yml", "Dockerfile"];
            for path in paths {
                service.write(path, &mine);
            }
            let mut child = command(service.path())
                .args(["generate", "--force"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            wait_until_it_writes(&service, &mut child);
            std::thread::sleep(Duration::from_micros(round * 100));
            child.kill().unwrap();
            child.wait().unwrap();
            service.run(&["generate", "--force"]).fine();
            for path in paths {
                assert_eq!(service.read(path), expected.read(path), "round {round}: {path}");
                assert_eq!(service.read(&format!("{path}.orig")), mine, "round {round}: {path}");
                assert!(!service.exists(&format!("{path}.orig.2")), "round {round}: {path}");
            }
            assert!(!service.exists(".pipewright/journal"), "round {round}");
        }
    }

    #[test]
    fn two_runs_at_once_do_not_disturb_each_other() {
        let expected = Service::generated(MINIMAL).files();
        for _ in 0..5 {
            let service = Service::new(MINIMAL);
            let children: Vec<_> = (0..4)
                .map(|_| {
                    command(service.path())
                        .arg("generate")
                        .stdout(Stdio::null())
                        .stderr(Stdio::piped())
                        .spawn()
                        .unwrap()
                })
                .collect();
            for child in children {
                let output = child.wait_with_output().unwrap();
                let err = String::from_utf8(output.stderr).unwrap();
                let busy = err.contains("another pipewright is writing");
                assert!(output.status.success() || busy, "{err}");
            }
            service.run(&["generate"]).fine();
            assert_eq!(service.files(), expected);
        }
    }
}

mod clouds {
    use super::*;

    /// A cloud that pipewright does not know: Azure's AKS with ACR.
    const AZURE: &str = r#"id: azure
name: Azure
aliases: [aks]
version: 1
settings:
  cluster:
    type: string
    description: Name of the AKS cluster
    default: "{{ name }}-cluster"
  group:
    type: string
    description: Resource group of cluster and registry
    required: true
    pattern: "[a-z0-9-]+"
  registry_name:
    type: string
    description: Name of the container registry
    default: registry
  tier:
    type: choice
    description: Kind of nodes
    choices: [basic, premium]
    default: basic
env_vars:
  AKS_CLUSTER: "{{ cluster }}"
  AKS_GROUP: "{{ group }}"
image: "{{ registry_name }}.azurecr.io/{{ name }}"
registry:
  name: Azure Container Registry
  secrets: [azure-key]
  login:
    - az login --service-principal --username "$AZURE_ID" --password "$AZURE_PASSWORD" --tenant "$AZURE_TENANT"
    - az acr login --name {{ registry_name }}
cluster:
  name: AKS
  secrets: [azure-key]
  connect:
    - az login --service-principal --username "$AZURE_ID" --password "$AZURE_PASSWORD" --tenant "$AZURE_TENANT"
    - az aks get-credentials --name "$AKS_CLUSTER" --resource-group "$AKS_GROUP"
database:
  user: azureuser
  ssl: "true"
secrets:
  azure-key:
    description: service principal of CI
    env_vars: {AZURE_ID: application id, AZURE_PASSWORD: its password, AZURE_TENANT: tenant}
runbook:
  - title: Cluster
    text: "Nodes of the tier {{ tier }}."
    commands: az aks create --name {{ cluster }} --resource-group {{ group }}
"#;

    #[test]
    fn the_embedded_ones_are_listed_with_their_settings() {
        let out = Service::empty().run(&["clouds", "list"]).fine();
        for part in [
            "digitalocean  DigitalOcean, profile ",
            "gcp  Google Cloud",
            "aws  AWS",
            "(embedded)",
            "aliases: do, doks",
            "    region: ",
        ] {
            assert!(out.contains(part), "no {part:?} in:\n{out}");
        }
    }

    #[test]
    fn what_show_prints_passes_the_check_and_takes_the_place_of_the_embedded_one() {
        for id in ["digitalocean", "gcp", "aws"] {
            let service = Service::new(&format!("targets: [{{cloud: {id}}}]\n"));
            let plain = Service::generated(&format!("targets: [{{cloud: {id}}}]\n"));
            let shown = service.run(&["clouds", "show", id]).fine();
            service.write(&format!("clouds/{id}.yml"), &shown);
            let path = format!("clouds/{id}.yml");
            let out = service.run(&["clouds", "check", &path]).fine();
            assert!(out.ends_with("is fine\n"), "{out}");
            let listed = service.run(&["clouds", "list"]).fine();
            assert!(listed.contains(&path), "{listed}");
            service.run(&["generate"]).fine();
            let mut files = service.files();
            files.remove(&path);
            assert_eq!(files, plain.files());
        }
    }

    #[test]
    fn aliases_name_a_cloud_too() {
        let service = Service::empty();
        for (alias, id) in
            [("do", "digitalocean"), ("google", "gcp"), ("eks", "aws"), ("AWS", "aws")]
        {
            let out = service.run(&["clouds", "show", alias]).fine();
            assert!(out.contains(&format!("\nid: {id}\n")), "{alias}");
        }
    }

    #[test]
    fn a_fourth_cloud_needs_no_rust() {
        let service = Service::new("targets: [{cloud: aks, group: shop-group}, {cloud: aws}]\n");
        service.write("clouds/azure.yml", AZURE);
        service.run(&["clouds", "check", "clouds/azure.yml"]).fine();
        assert!(service.run(&["clouds", "list"]).fine().contains("azure  Azure, profile 1"));
        assert_eq!(service.run(&["clouds", "show", "aks"]).fine(), AZURE);
        let out = service.run(&["generate"]).fine();
        assert!(out.starts_with("addressbook on Azure and AWS: "), "{out}");
        let canary = service.read(".semaphore/deploy-canary-azure.yml");
        for part in [
            "docker push \"registry.azurecr.io/addressbook:$SEMAPHORE_WORKFLOW_ID\"",
            "az aks get-credentials --name \"$AKS_CLUSTER\" --resource-group \"$AKS_GROUP\"",
            "value: shop-group",
            "- name: azure-key",
        ] {
            assert!(canary.contains(part), "no {part:?} in:\n{canary}");
        }
        let runbook = service.read("RUNBOOK.md");
        assert!(runbook.contains("az aks create --name addressbook-cluster"), "{runbook}");
        let secrets = service.run(&["secrets"]).fine();
        assert!(secrets.contains("sem create secret azure-key"), "{secrets}");
        let mut scripts = support::Scripts::default();
        for job in service.jobs() {
            scripts.add(job.title.clone(), job.script());
        }
        scripts.add("secrets", secrets);
        scripts.shellcheck();
    }

    #[test]
    fn a_fourth_clouds_settings_are_checked_like_any_other() {
        for (target, word) in [
            ("{cloud: azure}", "Azure needs the setting \"group\""),
            ("{cloud: azure, group: A_B}", "it must match [a-z0-9-]+"),
            ("{cloud: azure, group: a, tier: golden}", "one of: basic, premium"),
            ("{cloud: azure, gruop: a}", "did you mean \"group\"?"),
        ] {
            let service = Service::new(&format!("targets:\n  - {target}\n"));
            service.write("clouds/azure.yml", AZURE);
            let err = service.run(&["generate"]).refused(2);
            assert!(err.contains(word), "{target}: no {word:?} in:\n{err}");
            assert!(err.contains("pipewright.yml:2:"), "{err}");
            assert!(!service.exists(".semaphore"));
        }
    }

    #[test]
    fn a_faulty_profile_is_reported_with_its_place() {
        let service = Service::new(MINIMAL);
        service.write("clouds/azure.yml", &AZURE.replace("required: true", "requierd: true"));
        let err = service.run(&["clouds", "check", "clouds/azure.yml"]).refused(1);
        assert!(err.contains("clouds/azure.yml:13:5"), "{err}");
        assert!(err.contains("did you mean \"required\"?"), "{err}");
        for arguments in [&["generate"][..], &["clouds", "list"], &["secrets"]] {
            let err = service.run(arguments).refused(2);
            assert!(err.contains("clouds/azure.yml:13:5"), "{arguments:?}: {err}");
        }
        assert!(!service.exists(".semaphore"));
    }
}

mod init {
    use super::*;

    #[test]
    fn the_defaults_generate() {
        let service = Service::empty();
        let out = service.run(&["init", "--yes"]).fine();
        assert!(out.contains("pipewright generate"), "{out}");
        assert_eq!(service.files().into_keys().collect::<Vec<_>>(), ["pipewright.yml"]);
        service.run(&["generate"]).fine();
        // It is what generate takes without a configuration.
        let other = Service::empty();
        other.run(&["generate"]).fine();
        assert_eq!(service.files(), support::files(&other.at("out")));
    }

    #[test]
    fn off_a_terminal_nothing_is_asked() {
        let service = Service::empty();
        service.run(&["init"]).fine();
        assert!(service.exists("pipewright.yml"));
    }

    #[test]
    fn flags_answer() {
        let service = Service::empty();
        service
            .run(&[
                "init",
                "new/place",
                "--yes",
                "--cloud",
                "google",
                "--cloud",
                "eks",
                "--app",
                "none",
                "--name",
                "shop",
                "--port",
                "8080",
            ])
            .fine();
        let config = service.yaml("new/place/pipewright.yml");
        assert_eq!(config["name"], "shop");
        assert_eq!(config["app"], "none");
        assert_eq!(config["port"], 8080);
        assert_eq!(config["targets"][0]["cloud"], "gcp");
        assert_eq!(config["targets"][1]["cloud"], "aws");
        pipewright(&service.at("new/place"), &["generate"]).fine();
    }

    #[test]
    fn a_configuration_that_is_there_stays() {
        for content in ["mine: true\n", ""] {
            let service = Service::new(content);
            let err = service.run(&["init", "--yes"]).refused(1);
            assert!(err.contains("\"./pipewright.yml\" is there already"), "{err}");
            assert!(err.contains("edit it"), "{err}");
            assert_eq!(service.read("pipewright.yml"), content);
        }
        // A link that leads nowhere is there too.
        let service = Service::empty();
        std::os::unix::fs::symlink("/nowhere/at/all", service.at("pipewright.yml")).unwrap();
        service.run(&["init", "--yes"]).refused(1);
    }

    #[test]
    fn wrong_flags_write_nothing() {
        for flags in [
            &["--cloud", "azur"][..],
            &["--name", "Not A Label"],
            &["--name", "$(touch PWNED)"],
            &["--name", ""],
            &["--name", "a\nb: c"],
            &["--port", "70000"],
            &["--port", "0"],
            &["--port", "x"],
            &["--app", "rails"],
        ] {
            let service = Service::empty();
            service.run(&[&["init", "--yes"][..], flags].concat()).refused(2);
            assert_eq!(service.files(), BTreeMap::new(), "{flags:?}");
        }
    }

    #[test]
    fn the_branch_is_the_one_that_origin_head_names() {
        let service = Service::empty();
        let git = |folder: &str, arguments: &[&str]| {
            let ran = tool("git", |git| {
                git.args([
                    "-c",
                    "init.defaultBranch=trunk",
                    "-c",
                    "user.name=T",
                    "-c",
                    "user.email=t@example.com",
                ])
                .args(arguments)
                .current_dir(service.at(folder))
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_CONFIG_SYSTEM", "/dev/null");
            });
            assert_eq!(ran.status, 0, "git {arguments:?}: {}", ran.err);
        };
        fs::create_dir(service.at("origin")).unwrap();
        git("origin", &["init", "--quiet"]);
        git("origin", &["commit", "--quiet", "--allow-empty", "--message", "first"]);
        git(".", &["clone", "--quiet", "origin", "clone"]);
        git("clone", &["switch", "--quiet", "--create", "feature/other"]);
        pipewright(&service.at("clone"), &["init", "--yes"]).fine();
        assert_eq!(service.yaml("clone/pipewright.yml")["default_branch"], "trunk");
        // Without a remote nothing is known, and the current branch is no answer.
        git("origin", &["switch", "--quiet", "--create", "something"]);
        pipewright(&service.at("origin"), &["init", "--yes"]).fine();
        assert_eq!(service.yaml("origin/pipewright.yml")["default_branch"], "main");
    }

    #[test]
    fn a_service_of_ones_own_is_called_after_its_folder() {
        let service = Service::empty();
        for (folder, name) in
            [("my-shop", "my-shop"), ("My Shöp 2", "my-sh-p-2"), ("123", "addressbook")]
        {
            fs::create_dir(service.at(folder)).unwrap();
            service.run(&["init", folder, "--yes", "--app", "none"]).fine();
            assert_eq!(service.yaml(&format!("{folder}/pipewright.yml"))["name"], name);
        }
    }
}

mod printing {
    use super::*;

    #[test]
    fn secrets_are_a_script_that_names_each_once() {
        let service = Service::new(
            "targets: [{cloud: do}, {cloud: gcp}]\nsecrets: [{name: mail, env: [SMTP_PASSWORD]}]\n",
        );
        let out = service.run(&["secrets"]).fine();
        for name in ["do-key", "dockerhub", "gcp-key", "db-params", "mail"] {
            let command = format!("sem create secret {name} ");
            assert_eq!(out.matches(&command).count(), 1, "{command}:\n{out}");
        }
        assert!(out.starts_with("#!/usr/bin/env bash\n"), "{out}");
        let elsewhere =
            pipewright(Path::new("/"), &["secrets", service.path().to_str().unwrap()]).fine();
        assert_eq!(elsewhere, out);
    }

    #[test]
    fn secrets_ask_for_what_the_runbook_has_not_left_in_a_variable() {
        let service = Service::new("targets: [{cloud: aws}]\n");
        let script = service.run(&["secrets"]).fine();
        let ran = tool("bash", |bash| {
            bash.args(["-c", &format!("sem() {{ printf '%s\\n' \"$@\"; }}\n{script}")])
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap())
                .env("AWS_ACCESS_KEY_ID", "the administrator's")
                .env("CI_AWS_ACCESS_KEY_ID", "id")
                .env("CI_AWS_SECRET_ACCESS_KEY", "it's $(touch PWNED)")
                .env("DB_HOST", "db")
                .env("DB_PORT", "5432")
                .env("DB_PASSWORD", "\"secret\"")
                .env("DB_SSL_CA_BASE64", "LS0tLQo=")
                .stdin(Stdio::null())
                .current_dir(service.path());
        });
        let out = ran.fine();
        for part in [
            "create\nsecret\naws-key\n",
            "AWS_SECRET_ACCESS_KEY=it's $(touch PWNED)\n",
            "DB_PASSWORD=\"secret\"\n",
            "-e\nDB_SSL_CA_BASE64=LS0tLQo=\n",
        ] {
            assert!(out.contains(part), "no {part:?} in:\n{out}");
        }
        assert!(!out.contains("administrator"), "{out}");
        // sem refuses what is empty or has several lines.
        for value in out.split("-e\n").skip(1) {
            let (value, _) = value.split_once('\n').unwrap();
            let (name, content) = value.split_once('=').unwrap();
            assert!(!name.is_empty() && !content.is_empty(), "{value}");
        }
        assert!(!service.exists("PWNED"));
    }

    #[test]
    fn schemas_are_json_with_a_description_for_every_key() {
        for (of, key) in [("pipeline", "blocks"), ("config", "targets"), ("cloud", "registry")] {
            let out = Service::empty().run(&["schema", of]).fine();
            let schema: Value = serde_json::from_str(&out).unwrap();
            let properties = schema["properties"].as_object().unwrap();
            assert!(properties.contains_key(key), "{of}");
            for (name, property) in properties {
                let text = property.get("description").and_then(Value::as_str);
                assert!(text.is_some_and(|text| !text.is_empty()), "{of}: {name}");
            }
        }
    }

    #[test]
    fn help_and_version_are_results() {
        let service = Service::empty();
        assert!(service.run(&["--version"]).fine().starts_with("pipewright "));
        let help = service.run(&["--help"]).fine();
        for name in ["init", "generate", "secrets", "clouds", "schema"] {
            assert!(help.contains(name), "{help}");
            assert!(service.run(&[name, "--help"]).fine().contains("Usage"));
        }
    }

    #[test]
    fn nothing_is_coloured_off_a_terminal() {
        let service = Service::new("nmae: x\n");
        let output = std::process::Command::new(PIPEWRIGHT)
            .arg("generate")
            .current_dir(service.path())
            .env_remove("NO_COLOR")
            .output()
            .unwrap();
        assert!(!output.stderr.contains(&0x1b));
    }
}
