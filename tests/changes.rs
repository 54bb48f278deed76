//! `change_in` on real git repositories, made here: which commits count for which event, and what
//! counts as a change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

use pipewright::condition::{ChangeIn, WhereUsed};
use pipewright::git::{GitError, Range, Repository};
use pipewright::simulate::{ChangeSource, ChangedFiles, Event};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository with a remote: `main` has `lib/a` and `app/b`, and was pushed.
struct Place {
    folder: tempfile::TempDir,
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "git {arguments:?}: {err}");
    out.trim().to_owned()
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        git(place.folder.path(), &["init", "--quiet", "--bare", "remote.git"]);
        git(place.folder.path(), &["init", "--quiet", "work"]);
        let remote = place.folder.path().join("remote.git");
        place.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
        place.commit(&["lib/a", "app/b"]);
        place.git(&["push", "--quiet", "origin", "main"]);
        place
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.work(), arguments)
    }

    /// Writes the files with new content and commits them.
    fn commit(&self, paths: &[&str]) {
        for path in paths {
            let full = self.work().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            let before =
                fs::read_to_string(&full).unwrap_or_else(|_| format!("new {path}\n").repeat(20));
            fs::write(&full, before + "one more line\n").unwrap();
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", &format!("change {paths:?}")]);
    }

    fn branch(&self, name: &str) {
        self.git(&["switch", "--quiet", "--create", name]);
    }

    fn repository(&self) -> Repository {
        Repository::discover(&self.work()).unwrap()
    }

    fn changed(&self, event: Event, call: &ChangeIn) -> Result<bool, String> {
        let source = ChangeSource::Repository(self.repository());
        ChangedFiles::new(source, Some(event))
            .answer(call, ".semaphore/semaphore.yml")
            .map(|answer| answer.changed)
    }

    fn diff(&self, range: &str) -> Result<Vec<String>, GitError> {
        let mut paths = self.repository().changed(&range.parse().unwrap())?;
        paths.sort();
        Ok(paths)
    }
}

fn call(pattern: &str) -> ChangeIn {
    ChangeIn {
        default_branch: "main".to_owned(),
        ..ChangeIn::new(vec![pattern.to_owned()], WhereUsed::Pipeline)
    }
}

#[test]
fn on_the_default_branch_the_commits_that_a_push_brings_count() {
    let place = Place::new();
    let main = || Event::branch("main");
    assert_eq!(place.changed(main(), &call("/lib")), Ok(false));
    place.commit(&["lib/a"]);
    place.commit(&["doc/c"]);
    for (pattern, expected) in [("/lib", true), ("/doc", true), ("/app", false)] {
        assert_eq!(place.changed(main(), &call(pattern)), Ok(expected), "{pattern}");
    }
    place.git(&["push", "--quiet", "origin", "main"]);
    assert_eq!(place.changed(main(), &call("/lib")), Ok(false));
    let last = ChangeIn { default_range: "HEAD^..HEAD".to_owned(), ..call("/doc") };
    assert_eq!(place.changed(main(), &last), Ok(true));
    assert_eq!(
        place.changed(main(), &ChangeIn { patterns: vec!["/lib".into()], ..last }),
        Ok(false)
    );
}

#[test]
fn on_another_branch_everything_since_it_left_the_default_branch_counts() {
    let place = Place::new();
    place.branch("feature");
    place.commit(&["lib/a"]);
    place.git(&["push", "--quiet", "origin", "feature"]);
    place.commit(&["doc/c"]);
    // What happens on the default branch meanwhile is not the branch's change.
    place.git(&["switch", "--quiet", "main"]);
    place.commit(&["app/b"]);
    place.git(&["push", "--quiet", "origin", "main"]);
    place.git(&["switch", "--quiet", "feature"]);
    let feature = || Event::branch("feature");
    for (pattern, expected) in [("/lib", true), ("/doc", true), ("/app", false)] {
        assert_eq!(place.changed(feature(), &call(pattern)), Ok(expected), "{pattern}");
    }
    // A merge of the default branch moves the point of comparison.
    place.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(place.changed(feature(), &call("/app")), Ok(false));
    assert_eq!(place.changed(feature(), &call("/lib")), Ok(true));
    // The same from elsewhere, as the branch is known by its name.
    place.git(&["switch", "--quiet", "main"]);
    assert_eq!(place.changed(feature(), &call("/lib")), Ok(true));
    assert_eq!(place.changed(Event::branch("new"), &call("/lib")), Ok(false));
}

#[test]
fn a_branch_is_compared_with_the_remote_not_with_a_stale_local_branch() {
    let place = Place::new();
    place.commit(&["app/b"]);
    place.git(&["push", "--quiet", "origin", "main"]);
    place.branch("feature");
    place.commit(&["lib/a"]);
    place.git(&["branch", "--force", "main", "main~1"]);
    assert_eq!(place.changed(Event::branch("feature"), &call("/app")), Ok(false));
    assert_eq!(place.changed(Event::branch("feature"), &call("/lib")), Ok(true));
}

#[test]
fn branch_range_says_what_is_compared() {
    let place = Place::new();
    place.branch("dev");
    place.commit(&["app/b"]);
    place.branch("feature");
    place.commit(&["doc/c"]);
    place.commit(&["lib/a"]);
    for (range, expected) in [
        ("$SEMAPHORE_MERGE_BASE...$SEMAPHORE_GIT_SHA", [true, true, true]),
        ("dev...$SEMAPHORE_GIT_SHA", [false, true, true]),
        ("$SEMAPHORE_GIT_SHA^...$SEMAPHORE_GIT_SHA", [false, false, true]),
        ("HEAD~2..HEAD~1", [false, true, false]),
    ] {
        let found = ["/app", "/doc", "/lib"].map(|pattern| {
            let call = ChangeIn { branch_range: range.to_owned(), ..call(pattern) };
            place.changed(Event::branch("feature"), &call).unwrap()
        });
        assert_eq!(found, expected, "{range}");
    }
    // The commits of the push: none is known before the branch was pushed once.
    let pushed =
        ChangeIn { branch_range: "$SEMAPHORE_GIT_COMMIT_RANGE".to_owned(), ..call("/lib") };
    let unknown = place.changed(Event::branch("feature"), &pushed).unwrap_err();
    assert!(unknown.contains("\"origin/feature\""), "{unknown}");
    place.git(&["push", "--quiet", "origin", "HEAD~1:refs/heads/feature"]);
    assert_eq!(place.changed(Event::branch("feature"), &pushed), Ok(true));
    let pushed = ChangeIn { patterns: vec!["/doc".to_owned()], ..pushed };
    assert_eq!(place.changed(Event::branch("feature"), &pushed), Ok(false));
    let wrong = ChangeIn { branch_range: "main".to_owned(), ..call("/lib") };
    let wrong = place.changed(Event::branch("feature"), &wrong).unwrap_err();
    assert_eq!(wrong, "\"main\" is no range of commits: write A...B or A..B");
}

#[test]
fn a_pull_request_is_compared_with_the_branch_that_it_wants_to_change() {
    let place = Place::new();
    place.branch("release");
    place.commit(&["app/b"]);
    place.git(&["push", "--quiet", "origin", "release"]);
    place.branch("fix");
    place.commit(&["lib/a"]);
    let pull = |base: &str| Event::PullRequest {
        number: "7".to_owned(),
        base: Some(base.to_owned()),
        fork: false,
    };
    assert_eq!(place.changed(pull("release"), &call("/app")), Ok(false));
    assert_eq!(place.changed(pull("release"), &call("/lib")), Ok(true));
    assert_eq!(place.changed(pull("main"), &call("/app")), Ok(true));
    assert_eq!(place.changed(Event::pull_request("7"), &call("/app")), Ok(true));
    // `branch_range` is for branches.
    let range = ChangeIn { branch_range: "HEAD^...HEAD".to_owned(), ..call("/app") };
    assert_eq!(place.changed(pull("main"), &range), Ok(true));
}

#[test]
fn a_forked_pull_request_uses_the_default_range() {
    let place = Place::new();
    place.branch("fix");
    place.commit(&["app/b"]);
    place.commit(&["lib/a"]);
    let fork = || Event::PullRequest { number: "7".to_owned(), base: None, fork: true };
    assert_eq!(place.changed(fork(), &call("/app")), Ok(true));
    let last = ChangeIn { default_range: "HEAD^..HEAD".to_owned(), ..call("/app") };
    assert_eq!(place.changed(fork(), &last), Ok(false));
}

#[test]
fn nothing_is_compared_on_a_tag() {
    let place = Place::new();
    place.git(&["tag", "v1"]);
    let condition = pipewright::condition::parse("change_in('/lib')").unwrap();
    let files =
        ChangedFiles::new(ChangeSource::Unknown("asked".to_owned()), Some(Event::tag("v1")));
    let asked = pipewright::simulate::Asked::new(&files, ".semaphore/semaphore.yml");
    let inputs = Event::tag("v1").inputs();
    let value = condition.evaluate(WhereUsed::Pipeline, &inputs, &asked).unwrap();
    assert!(value.result());
    // A tag is a fine side of a range, though.
    place.commit(&["lib/a"]);
    assert_eq!(place.diff("v1...HEAD").unwrap(), ["lib/a"]);
}

#[test]
fn new_deleted_and_renamed_files_count_under_the_names_that_the_platform_sees() {
    let place = Place::new();
    place.commit(&["doc/new"]);
    place.git(&["rm", "--quiet", "app/b"]);
    place.git(&["commit", "--quiet", "--message", "delete"]);
    assert_eq!(place.diff("HEAD~2..HEAD").unwrap(), ["app/b", "doc/new"]);
    // A renamed file has only its new name.
    place.git(&["mv", "lib/a", "moved"]);
    place.git(&["commit", "--quiet", "--message", "rename"]);
    assert_eq!(place.diff("HEAD^..HEAD").unwrap(), ["moved"]);
}

#[test]
fn names_are_taken_as_they_are() {
    let place = Place::new();
    let names = ["größe/é.rs", "with space/x", "quo\"te", "日本/語", "line\nbreak"];
    place.commit(&names);
    let mut expected = names.to_vec();
    expected.sort_unstable();
    assert_eq!(place.diff("HEAD^..HEAD").unwrap(), expected);
    assert_eq!(place.changed(Event::branch("main"), &call("/größe")), Ok(true));
    assert_eq!(place.changed(Event::branch("main"), &call("/日本/*")), Ok(true));
    assert_eq!(place.changed(Event::branch("main"), &call("/grosse")), Ok(false));
}

#[test]
fn the_folder_and_the_configuration_of_git_do_not_matter() {
    let place = Place::new();
    place.commit(&["lib/deep/x"]);
    place.git(&["config", "diff.relative", "true"]);
    place.git(&["config", "diff.renames", "false"]);
    place.git(&["config", "diff.external", "false"]);
    place.git(&["mv", "app/b", "app/c"]);
    place.git(&["commit", "--quiet", "--message", "rename"]);
    let inside = Repository::discover(&place.work().join("lib/deep")).unwrap();
    let range: Range = "HEAD~2..HEAD".parse().unwrap();
    let mut found = inside.changed(&range).unwrap();
    found.sort();
    assert_eq!(found, ["app/c", "lib/deep/x"]);
}

#[test]
fn what_is_missing_in_a_shallow_clone_is_said() {
    let place = Place::new();
    for _ in 0..3 {
        place.commit(&["lib/a"]);
    }
    place.git(&["push", "--quiet", "origin", "main"]);
    place.branch("feature");
    place.commit(&["app/b"]);
    place.git(&["push", "--quiet", "origin", "feature"]);
    let remote = format!("file://{}", place.folder.path().join("remote.git").display());
    git(
        place.folder.path(),
        &["clone", "--quiet", "--depth", "1", "--branch", "feature", &remote, "shallow"],
    );
    let shallow = Repository::discover(&place.folder.path().join("shallow")).unwrap();
    assert_eq!(shallow.is_shallow(), Ok(true));
    let unknown = shallow.changed(&"HEAD^...HEAD".parse().unwrap()).unwrap_err();
    assert_eq!(unknown, GitError::UnknownRevision { revision: "HEAD^".to_owned(), shallow: true });
    assert!(unknown.to_string().ends_with("run `git fetch --unshallow`"), "{unknown}");
    git(
        shallow.root(),
        &["fetch", "--quiet", "--depth", "1", "origin", "main:refs/remotes/origin/main"],
    );
    let apart =
        ChangedFiles::new(ChangeSource::Repository(shallow), Some(Event::branch("feature")))
            .answer(&call("/app"), ".semaphore/semaphore.yml")
            .unwrap_err();
    assert!(apart.contains("no commit in common") && apart.contains("--unshallow"), "{apart}");
}

#[test]
fn what_is_no_commit_or_no_repository_is_said() {
    let place = Place::new();
    assert_eq!(
        place.diff("nowhere...HEAD").unwrap_err().to_string(),
        "there is no commit \"nowhere\" in this repository; if it is a branch of the remote, run `git fetch`"
    );
    assert!(place.diff("--output=x...HEAD").is_err(), "a revision is no option");
    assert!(!place.work().join("x").exists());
    let unrelated = Place::new();
    unrelated.git(&["switch", "--quiet", "--orphan", "alone"]);
    unrelated.commit(&["x"]);
    let error = unrelated.diff("main...HEAD").unwrap_err().to_string();
    assert_eq!(error, "the two sides of \"main...HEAD\" have no commit in common");
    unrelated.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(unrelated.repository().current_branch(), Err(GitError::Detached));
    let nowhere = tempfile::tempdir().unwrap();
    assert!(matches!(Repository::discover(nowhere.path()), Err(GitError::NoRepository(_))));
    assert!(matches!(
        Repository::discover(&nowhere.path().join("missing")),
        Err(GitError::NoRepository(_))
    ));
}

#[test]
fn ranges_are_read_as_git_writes_them() {
    let range = |text: &str| text.parse::<Range>().map(|range| range.to_string());
    assert_eq!(range("a...b"), Ok("a...b".to_owned()));
    assert_eq!(range("a..b"), Ok("a..b".to_owned()));
    assert_eq!(range("...b"), Ok("HEAD...b".to_owned()));
    assert_eq!(range("a.."), Ok("a..HEAD".to_owned()));
    assert_eq!(range("v1.2...v1.3"), Ok("v1.2...v1.3".to_owned()));
    assert!(range("a").is_err() && range("").is_err());
}
