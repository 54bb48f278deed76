//! Random sequences of pipelines of several workflows, with pods that break and jobs that are
//! stopped, end as they should: the service is never gone, and never two canaries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that panics says where.

mod support;

use proptest::prelude::*;
use support::cluster::{At, Kill};
use support::invariants::{deployment, owner, wrong, wrong_pods};
use support::kube::Kube;
use support::kube::rollout::{COMPLETE, Trouble};
use support::sandbox::Played;
use support::stage::Stage;

const WORKFLOWS: [&str; 3] = ["one", "two", "three"];
/// Pods of stable at full size.
const FULL: usize = 3;

/// What somebody starts, and what comes of it.
#[derive(Debug, Clone)]
struct Step {
    workflow: usize,
    pipeline: &'static str,
    force: bool,
    /// The call of `kubectl` in which the job is killed, and after how many steps of the cluster.
    stop: Option<(usize, usize)>,
    /// The migration, or the test of the canary, fails.
    fails: Option<&'static str>,
    /// The next pipeline comes at once.
    hurry: bool,
    /// Pods that the load asks for, where an autoscaler sees to their number.
    load: usize,
}

/// The fewest and the most pods where an autoscaler sees to their number.
const RANGE: (usize, usize) = (2, 6);

fn step() -> impl Strategy<Value = Step> {
    let pipeline = prop_oneof![
        3 => Just("deploy-canary"),
        3 => Just("deploy-stable"),
        2 => Just("rollback-canary"),
    ];
    let stop = prop_oneof![2 => Just(None), 3 => (3..24_usize, 0..8_usize).prop_map(Some)];
    let fails = prop_oneof![8 => Just(None), 1 => Just(Some("migrate")), 1 => Just(Some("ping"))];
    let force = prop::bool::weighted(0.1);
    (0..WORKFLOWS.len(), pipeline, force, stop, fails, any::<bool>(), 0..9_usize).prop_map(
        |(workflow, pipeline, force, stop, fails, hurry, load)| Step {
            workflow,
            pipeline,
            force,
            stop,
            fails,
            hurry,
            load,
        },
    )
}

fn play(stage: &mut Stage, step: &Step) -> Played {
    stage.work_as(WORKFLOWS[step.workflow]);
    stage.sandbox.force = step.force;
    {
        let mut world = stage.sandbox.world();
        world.kill = step.stop.map(|(call, steps)| Kill { at: At::Call(call), steps: Some(steps) });
        world.kube.migration_fails = step.fails == Some("migrate");
        world.kube.ping_fails = step.fails == Some("ping");
        world.kube.load = Some(step.load);
    }
    let file = format!("{}-{}.yml", step.pipeline, stage.cloud);
    let played = stage.sandbox.play_where(&file, |job| job.block != "Push");
    let mut world = stage.sandbox.world();
    (world.kill, world.killed) = (None, false);
    (world.kube.migration_fails, world.kube.ping_fails) = (false, false);
    played
}

/// What holds at any time, also while everything moves.
fn holds(kube: &Kube, since: usize, had_stable: bool) {
    let tracks = kube.deployments.keys().filter(|name| name.as_str() != "addressbook-stable");
    assert!(tracks.count() <= 1, "two canaries: {:?}", kube.deployments.keys());
    if had_stable {
        assert!(!kube.capacity[since..].contains(&0), "no pod was ready: {:?}", kube.capacity);
    }
}

/// Whether stable has ever been all there.
fn is_served(kube: &Kube) -> bool {
    deployment(kube, "stable").is_some_and(|stable| stable.progress == COMPLETE)
}

/// A sequence takes a second; `PROPTEST_CASES=500` looks longer.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig {
        cases: if asked { usual.cases } else { 16 },
        max_shrink_iters: 24,
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_one_more_press_of_a_button_ends_well(
        steps in prop::collection::vec(step(), 1..7),
        broken in prop::option::weighted(0.5, 0..WORKFLOWS.len()),
        trouble in prop_oneof![Just(Trouble::Crash), Just(Trouble::Unready), Just(Trouble::Pull)],
        last in 0..WORKFLOWS.len(),
        way in 0..6_usize,
        scaled in any::<bool>(),
    ) {
        let settings = format!("autoscaling: {{min: {}, max: {}}}", RANGE.0, RANGE.1);
        let mut stage = Stage::nth(way, if scaled { &settings } else { "" });
        for workflow in WORKFLOWS {
            stage.released(workflow);
        }
        if let Some(workflow) = broken {
            stage.breaks(WORKFLOWS[workflow], trouble);
        }
        let mut served = None;
        for step in &steps {
            stage.sandbox.world().hurry = step.hurry;
            play(&mut stage, step);
            let kube = stage.sandbox.world().kube.clone();
            holds(&kube, served.unwrap_or(0), served.is_some());
            if served.is_none() && is_served(&kube) {
                served = Some(kube.capacity.len() - 1);
            }
        }
        stage.sandbox.world().hurry = false;
        // The canary that is there, or any workflow, is promoted or rolled back.
        let left = stage.sandbox.world().kube.clone();
        let of = owner(&left, "canary")
            .map_or(last, |canary| WORKFLOWS.iter().position(|known| *known == canary).unwrap());
        for pipeline in ["rollback-canary", "deploy-stable"] {
            stage.sandbox.world().kube = left.clone();
            let whole = Step { workflow: of, pipeline, force: true, stop: None, fails: None, hurry: false, load: 4 };
            let played = play(&mut stage, &whole);
            stage.rest();
            let kube = stage.sandbox.world().kube.clone();
            holds(&kube, served.unwrap_or(0), served.is_some());
            let sound = broken != Some(of);
            if pipeline == "rollback-canary" || sound {
                prop_assert!(played.passed, "{pipeline}:\n{}", played.log);
                prop_assert!(deployment(&kube, "canary").is_none(), "{}", played.log);
            }
            // Only what passes cleans up behind those who were stopped before.
            let judge = if played.passed { wrong } else { wrong_pods };
            let full = if scaled { whole.load } else { FULL };
            if let Err(what) = judge(&kube, full) {
                prop_assert!(false, "after {pipeline} of {of}: {what}\n{}", played.log);
            }
        }
    }
}
