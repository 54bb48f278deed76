//! Two workflows and a person who presses Stop: in whichever order their pipelines come, nobody's
//! canary is trampled, and from whichever state they are left in, one more press of a button ends in
//! a sane cluster.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use std::collections::BTreeMap;
use support::cluster::{At, Kill};
use support::invariants::{deployment, owner, wrong};
use support::kube::Kube;
use support::kube::rollout::Trouble;
use support::sandbox::Played;
use support::stage::Stage;

/// What there is of stable at full size and beside a canary, and the settings that say so.
#[derive(Clone, Copy)]
struct Size {
    full: usize,
    beside: usize,
    settings: &'static str,
}

const USUAL: Size = Size { full: 3, beside: 2, settings: "version: 1" };
/// The load asks for more pods than the fewest, and the canary is no reason to have fewer.
const AUTOSCALED: Size = Size { full: 5, beside: 5, settings: "autoscaling: {min: 2, max: 9}" };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pipeline {
    Canary,
    Promote,
    RollBack,
}

use Pipeline::{Canary, Promote, RollBack};

/// Stages whose images are all pushed, and which skip what has nothing to do with the cluster; `way` is
/// the one that is usual.
fn stages(way: usize, settings: &str) -> impl Iterator<Item = Stage> {
    Stage::some(way, settings).map(|mut stage| {
        for workflow in ["zero", "one", "two"] {
            stage.released(workflow);
        }
        stage
    })
}

/// As [`stages`], with the pods that the load asks for.
fn sized(way: usize, size: Size, settings: &str) -> Vec<Stage> {
    let settings = format!("{}\n{settings}", size.settings);
    let sized = |stage: &Stage| stage.sandbox.world().kube.load = Some(size.full);
    stages(way, &settings).inspect(sized).collect()
}

fn play(stage: &mut Stage, workflow: &str, pipeline: Pipeline) -> Played {
    stage.work_as(workflow);
    let kind = match pipeline {
        Canary => "deploy-canary",
        Promote => "deploy-stable",
        RollBack => "rollback-canary",
    };
    let file = format!("{kind}-{}.yml", stage.cloud);
    stage.sandbox.play_where(&file, |job| job.block != "Push")
}

fn kube(stage: &Stage) -> Kube {
    stage.rest();
    stage.sandbox.world().kube.clone()
}

fn put(stage: &Stage, kube: &Kube) {
    stage.sandbox.world().kube = kube.clone();
}

/// Who has what: the workflows of stable and canary.
type Owners = (Option<String>, Option<String>);

fn owners(kube: &Kube) -> Owners {
    (owner(kube, "stable"), owner(kube, "canary"))
}

/// What a pipeline of a workflow makes of it; nothing when it refuses.
fn expected(before: &Owners, workflow: &str, pipeline: Pipeline) -> Option<Owners> {
    let age = |name: &Option<String>| {
        name.as_ref()
            .map_or(0, |name| ["zero", "one", "two"].iter().position(|of| of == name).unwrap())
    };
    let (stable, canary) = before.clone();
    let me = Some(workflow.to_owned());
    match pipeline {
        Canary => (age(&canary) <= age(&me) && age(&stable) <= age(&me)).then_some((stable, me)),
        Promote => {
            let free = canary.is_none() || canary == me;
            (free && age(&stable) <= age(&me)).then_some((me, None))
        }
        RollBack if canary == me => Some((stable, None)),
        RollBack => Some((stable, canary)),
    }
}

/// Goes through every state that two workflows can bring a service into, whichever order their
/// pipelines come in, however often, and whether they get to their end or are stopped in a rollout;
/// each pipeline in each state does what is expected of it.
fn every_order(mut stage: Stage, size: Size) -> usize {
    let state = |kube: &Kube| {
        (owners(kube), deployment(kube, "stable").map_or(0, |stable| stable.replicas))
    };
    let mut states = BTreeMap::new();
    let mut open = vec![kube(&stage)];
    play(&mut stage, "zero", Promote).passed();
    open.push(kube(&stage));
    while let Some(before) = open.pop() {
        if states.insert(state(&before), ()).is_some() {
            continue;
        }
        for workflow in ["one", "two"] {
            for (pipeline, stopped) in [
                (Canary, false),
                (Promote, false),
                (RollBack, false),
                (Canary, true),
                (Promote, true),
            ] {
                put(&stage, &before);
                if stopped {
                    let at = At::Command("rollout");
                    stage.sandbox.world().kill = Some(Kill { at, steps: Some(0) });
                }
                let played = play(&mut stage, workflow, pipeline);
                stage.sandbox.world().kill = None;
                let after = kube(&stage);
                let place = format!(
                    "{:?}, then {pipeline:?} of {workflow}{}",
                    state(&before),
                    if stopped { ", stopped" } else { "" }
                );
                match expected(&owners(&before), workflow, pipeline) {
                    Some((stable, canary)) => {
                        assert_eq!(played.passed, !stopped, "{place}:\n{}", played.log);
                        // The canary goes last.
                        let left = stopped && pipeline == Promote;
                        let canary = if left { owners(&before).1 } else { canary };
                        assert_eq!(owners(&after), (stable, canary), "{place}:\n{}", played.log);
                    }
                    None => {
                        assert!(!played.passed, "{place} is not refused:\n{}", played.log);
                        assert!(played.log.contains("Nothing has changed"), "{}", played.log);
                        assert_eq!(after.deployments, before.deployments, "{place}");
                    }
                }
                // A canary that is not its own is not touched, and neither is stable beside it.
                if pipeline == RollBack && owners(&before).1 != Some(workflow.into()) {
                    assert_eq!(after.deployments, before.deployments, "{place}");
                }
                is_sane(&after, size, &place, &played.log);
                if let (Some(stable), true) = (deployment(&after, "stable"), played.passed) {
                    let beside = deployment(&after, "canary").is_some();
                    let untouched = pipeline == RollBack && beside;
                    let full = if beside { size.beside } else { size.full };
                    assert!(untouched || stable.replicas == full, "{place}: {}", stable.replicas);
                }
                open.push(after);
            }
        }
    }
    states.len()
}

#[test]
fn two_workflows_in_every_order() {
    // Stable is nobody's, zero's, one's or two's, the canary nobody's, one's or two's, but never older
    // than stable: eleven. Where there are both, a stop may have left stable at full size: five more.
    for stage in sized(3, USUAL, "database: none") {
        assert_eq!(every_order(stage, USUAL), 16);
    }
}

#[test]
fn two_workflows_of_an_autoscaled_service_in_every_order() {
    // A stop leaves stable at the size that the load asks for too.
    for stage in sized(3, AUTOSCALED, "database: none") {
        assert_eq!(every_order(stage, AUTOSCALED), 11);
    }
}

fn is_sane(kube: &Kube, size: Size, place: &str, log: &str) {
    if let Err(what) = wrong(kube, size.full) {
        panic!("{place}: {what}\n{log}");
    }
    if kube.deployments.contains_key("addressbook-stable") {
        // Since stable was there, its pods were.
        assert_ne!(kube.capacity.last(), Some(&0), "{place}");
    }
}

#[test]
fn a_person_who_insists_brings_an_older_version_back() {
    stages(5, "").for_each(insists);
}

fn insists(mut stage: Stage) {
    play(&mut stage, "one", Promote).passed();
    play(&mut stage, "two", Canary).passed();
    play(&mut stage, "two", Promote).passed();
    for pipeline in [Canary, Promote] {
        let log = play(&mut stage, "one", pipeline).failed();
        assert!(log.contains("is a newer workflow's: workflow two"), "{log}");
        assert!(log.contains("promote again with FORCE set to true"), "{log}");
    }
    assert_eq!(stage.state(), ["stable two 3/3"]);
    stage.forced(|stage| stage.canary()).failed();
    let mut forced = |pipeline| {
        stage.sandbox.force = true;
        let played = play(&mut stage, "one", pipeline);
        stage.sandbox.force = false;
        played.passed()
    };
    forced(Canary);
    forced(Promote);
    assert_eq!(stage.state(), ["stable one 3/3"]);
    // What is newer needs no force to come back.
    play(&mut stage, "two", Canary).passed();
    assert_eq!(stage.state(), ["canary two 1/1", "stable one 2/2"]);
    // But force is no reason to deploy beside the canary of another.
    stage.sandbox.force = true;
    let log = play(&mut stage, "one", Promote).failed();
    assert!(log.contains("there is a canary of workflow two"), "{log}");
}

/// Semaphore counts the workflows of each branch and tag for itself.
#[test]
fn between_branches_and_tags_the_newer_commit_is_newer() {
    stages(4, "").for_each(branches_and_tags);
}

fn branches_and_tags(mut stage: Stage) {
    let commit = |stage: &Stage, time: u32| {
        let script = format!(
            "cd '{}' && git init -q . 2>/dev/null; \
             GIT_COMMITTER_DATE='{time} +0000' git -c user.name=a -c user.email=a@b commit \
             -q --allow-empty --message x --date '{time} +0000'",
            stage.sandbox.service.path().display()
        );
        support::tool("bash", |bash| {
            bash.args(["-c", &script]);
        })
        .fine();
    };
    commit(&stage, 1_700_000_000);
    play(&mut stage, "two", Promote).passed();
    // The first workflow of a tag has a lower number than the latest of the branch.
    stage.sandbox.git_ref = "refs/tags/hotfix\"1".into();
    commit(&stage, 1_700_000_500);
    play(&mut stage, "one", Canary).passed();
    play(&mut stage, "one", Promote).passed();
    assert_eq!(stage.state(), ["stable one 3/3"]);
    stage.sandbox.git_ref = "refs/heads/main".into();
    commit(&stage, 1_700_000_100);
    play(&mut stage, "two", Canary).failed();
    assert_eq!(stage.state(), ["stable one 3/3"]);
}

/// Plays a pipeline that is killed in one of its calls after another, and after each kill what a
/// person may do next, until the pipeline gets to its end.
fn stopped_everywhere(
    way: usize,
    workflow: &str,
    pipeline: Pipeline,
    prepare: impl Fn(&mut Stage),
) {
    for size in [USUAL, AUTOSCALED] {
        for mut stage in sized(way, size, "") {
            prepare(&mut stage);
            stopped_in(stage, size, workflow, pipeline);
        }
    }
}

fn stopped_in(mut stage: Stage, size: Size, workflow: &str, pipeline: Pipeline) {
    let before = kube(&stage);
    for call in 0.. {
        put(&stage, &before);
        let Some(verb) = killed(&mut stage, workflow, pipeline, call, 0) else {
            assert!(call > 3, "it makes no more than {call} calls");
            return;
        };
        let place = format!("{:?}, {pipeline:?} of {workflow}, call {call}", owners(&before));
        // A call that only looks leaves nothing behind that is new.
        if ["apply", "delete", "scale", "rollout"].contains(&verb.as_str()) {
            is_put_right(&mut stage, size, &before, workflow, &place);
        }
        // Two steps into a rollout, and the next pipeline comes at once.
        if verb == "rollout" {
            put(&stage, &before);
            killed(&mut stage, workflow, pipeline, call, 2);
            stage.sandbox.world().hurry = true;
            is_put_right(&mut stage, size, &before, workflow, &place);
            stage.sandbox.world().hurry = false;
        }
    }
}

/// Kills a pipeline in a call of `kubectl`, after so many steps of the controllers; the call's first
/// word, or nothing when the pipeline makes no more calls and passes.
fn killed(
    stage: &mut Stage,
    workflow: &str,
    pipeline: Pipeline,
    call: usize,
    steps: usize,
) -> Option<String> {
    stage.sandbox.world().kill = Some(Kill { at: At::Call(call), steps: Some(steps) });
    let played = play(stage, workflow, pipeline);
    let mut world = stage.sandbox.world();
    if std::mem::take(&mut world.killed) {
        return world.calls.last().map(|call| call.arguments[0].clone());
    }
    world.kill = None;
    assert!(played.passed, "{}", played.log);
    None
}

/// Both things that a person may do next end in a sane cluster.
fn is_put_right(stage: &mut Stage, size: Size, before: &Kube, workflow: &str, place: &str) {
    let left = stage.sandbox.world().kube.clone();
    let me = Some(workflow.to_owned());
    for next in [RollBack, Promote] {
        put(stage, &left);
        let played = play(stage, workflow, next);
        let after = kube(stage);
        let place = format!("{place}, then {next:?}");
        if expected(&owners(&left), workflow, next).is_none() {
            assert!(!played.passed, "{place}:\n{}", played.log);
            continue;
        }
        assert!(played.passed, "{place}:\n{}", played.log);
        is_sane(&after, size, &place, &played.log);
        if next == Promote {
            assert_eq!(owners(&after), (me.clone(), None), "{place}");
        } else {
            // What is another workflow's is left alone.
            let canary = owners(&left).1.filter(|canary| Some(canary) != me.as_ref());
            assert_eq!(owners(&after).1, canary, "{place}");
        }
        if before.deployments.contains_key("addressbook-stable") {
            let least = if size.beside < size.full { 1 } else { size.full };
            let since = &after.capacity[before.capacity.len()..];
            assert!(since.iter().all(|&pods| pods >= least), "{place}: {since:?}");
        }
    }
}

#[test]
fn a_first_canary_may_be_stopped_anywhere() {
    stopped_everywhere(0, "one", Canary, |_| {});
}

#[test]
fn a_canary_may_be_stopped_anywhere() {
    stopped_everywhere(5, "one", Canary, |stage| {
        play(stage, "zero", Promote).passed();
    });
}

#[test]
fn a_canary_that_replaces_another_may_be_stopped_anywhere() {
    stopped_everywhere(4, "two", Canary, |stage| {
        play(stage, "zero", Promote).passed();
        play(stage, "one", Canary).passed();
    });
}

#[test]
fn a_first_promotion_may_be_stopped_anywhere() {
    stopped_everywhere(3, "one", Promote, |stage| {
        play(stage, "one", Canary).passed();
    });
}

#[test]
fn a_promotion_may_be_stopped_anywhere() {
    stopped_everywhere(2, "one", Promote, |stage| {
        play(stage, "zero", Promote).passed();
        play(stage, "one", Canary).passed();
    });
}

#[test]
fn a_rollback_may_be_stopped_anywhere() {
    stopped_everywhere(1, "one", RollBack, |stage| {
        play(stage, "zero", Promote).passed();
        play(stage, "one", Canary).passed();
    });
}

/// A promotion of pods that never get ready, stopped while it waits.
#[test]
fn a_broken_promotion_that_was_stopped_is_put_right_by_whoever_comes_next() {
    stages(0, "").for_each(stops_a_broken_promotion);
}

fn stops_a_broken_promotion(mut stage: Stage) {
    play(&mut stage, "zero", Promote).passed();
    play(&mut stage, "one", Canary).passed();
    stage.breaks("one", Trouble::Crash);
    let before = kube(&stage);
    // In the wait for the rollout.
    let mut call = 0;
    loop {
        put(&stage, &before);
        stage.sandbox.world().kill = Some(Kill { at: At::Call(call), steps: Some(2) });
        play(&mut stage, "one", Promote).failed();
        if owners(&kube(&stage)).0 == Some("one".into()) {
            break;
        }
        call += 1;
    }
    let left = kube(&stage);
    assert_eq!(stage.state(), ["canary one 1/1", "stable zero 2/3"]);
    play(&mut stage, "one", RollBack).passed();
    assert_eq!(stage.state(), ["stable zero 3/3"]);
    put(&stage, &left);
    play(&mut stage, "one", Promote).failed();
    assert_eq!(stage.state(), ["canary one 1/1", "stable zero 3/3"]);
    put(&stage, &left);
    play(&mut stage, "two", Canary).passed();
    assert_eq!(stage.state(), ["canary two 1/1", "stable zero 2/2"]);
    play(&mut stage, "two", RollBack).passed();
    assert_eq!(stage.state(), ["stable zero 3/3"]);
}
