//! Arbitrary pipelines.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use pipewright::model::*;

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-zA-Z][a-z0-9 _./-]{0,12}",
        Just("echo \"a: b\" # not a comment".to_owned()),
        Just("true".to_owned()),
        Just("1.0".to_owned()),
        Just("~".to_owned()),
        Just("line 1\n  line 2\n".to_owned()),
        Just("ünï 🦀 \\ ' \"".to_owned()),
        Just("- a\t".to_owned()),
    ]
    .boxed()
}

fn any_text() -> BoxedStrategy<String> {
    prop_oneof![6 => text(), 1 => Just(String::new())].boxed()
}

fn condition() -> BoxedStrategy<Condition> {
    prop_oneof![text().prop_map(Condition::When), any::<bool>().prop_map(Condition::Fixed)].boxed()
}

fn when() -> BoxedStrategy<When> {
    condition().prop_map(|when| When { when }).boxed()
}

fn limit() -> BoxedStrategy<TimeLimit> {
    let numbers = 1..5000_u64;
    prop_oneof![numbers.clone().prop_map(TimeLimit::Minutes), numbers.prop_map(TimeLimit::Hours)]
        .boxed()
}

fn commands() -> BoxedStrategy<Commands> {
    prop_oneof![
        3 => vec(any_text(), 0..4).prop_map(Commands::Inline),
        1 => any_text().prop_map(Commands::File)
    ]
    .boxed()
}

fn epilogue() -> BoxedStrategy<Epilogue> {
    let by_result = (of(commands()), of(commands()), commands()).prop_map(|(a, p, f)| {
        Epilogue::ByResult(EpilogueByResult { always: a, on_pass: p, on_fail: Some(f) })
    });
    prop_oneof![commands().prop_map(Epilogue::Plain), by_result].boxed()
}

fn env_vars() -> BoxedStrategy<Vec<EnvVar>> {
    let env_var = (any_text(), any_text()).prop_map(|(name, value)| EnvVar { name, value });
    vec(env_var, 0..3).boxed()
}

fn secrets() -> BoxedStrategy<Vec<Secret>> {
    let secret = (any_text(), vec(any_text(), 0..2), vec(any_text(), 0..2)).prop_map(
        |(name, env_var_names, config_file_paths)| Secret {
            name,
            env_var_names,
            config_file_paths,
        },
    );
    vec(secret, 0..3).boxed()
}

fn agent() -> BoxedStrategy<Agent> {
    let container = (any_text(), any_text(), vec(of(any_text()), 3), env_vars(), secrets())
        .prop_map(|(name, image, mut options, env_vars, secrets)| Container {
            name,
            image,
            command: options.pop().flatten(),
            entrypoint: options.pop().flatten(),
            user: options.pop().flatten(),
            env_vars,
            secrets,
        });
    let pull = any_text().prop_map(|name| ImagePullSecret { name });
    (text(), of(any_text()), vec(container, 0..2), vec(pull, 0..2))
        .prop_map(|(machine_type, os_image, containers, image_pull_secrets)| Agent {
            machine: Machine { machine_type, os_image },
            containers,
            image_pull_secrets,
        })
        .boxed()
}

fn priorities() -> BoxedStrategy<Vec<Priority>> {
    let priority = (0..=100_u8, condition()).prop_map(|(value, when)| Priority { value, when });
    vec(priority, 0..3).boxed()
}

fn spread() -> BoxedStrategy<Spread> {
    let values = prop_oneof![
        vec(any_text(), 1..4).prop_map(MatrixValues::List),
        any_text().prop_map(MatrixValues::Expression)
    ];
    let axis = (text(), values).prop_map(|(env_var, values)| MatrixAxis { env_var, values });
    prop_oneof![
        (1..=50_u8).prop_map(|n| Spread::Parallelism(Parallelism::Copies(n))),
        any_text().prop_map(|e| Spread::Parallelism(Parallelism::Expression(e))),
        vec(axis, 0..3).prop_map(Spread::Matrix)
    ]
    .boxed()
}

fn job() -> BoxedStrategy<Job> {
    (of(text()), priorities(), of(spread()), env_vars(), of(limit()), commands())
        .prop_map(|(name, priority, spread, env_vars, execution_time_limit, commands)| Job {
            name,
            priority,
            spread,
            env_vars,
            execution_time_limit,
            commands,
        })
        .boxed()
}

fn fail_fast() -> BoxedStrategy<FailFast> {
    (when(), of(when())).prop_map(|(stop, cancel)| FailFast { stop: Some(stop), cancel }).boxed()
}

fn task() -> BoxedStrategy<Task> {
    let booster_type = prop_oneof![Just(BoosterType::Rspec), Just(BoosterType::Cucumber)];
    let booster = (of(any_text()), booster_type, any::<i64>())
        .prop_map(|(name, booster_type, job_count)| Booster { name, booster_type, job_count });
    let shared = (of(agent()), secrets(), env_vars(), of(commands()), of(epilogue()));
    (shared, vec(job(), 0..3), vec(booster, 0..2), of(fail_fast()))
        .prop_map(|((agent, secrets, env_vars, prologue, epilogue), jobs, boosters, fail_fast)| {
            let boosters =
                if jobs.is_empty() || !boosters.is_empty() { Some(boosters) } else { None };
            Task { agent, secrets, env_vars, prologue, jobs, boosters, epilogue, fail_fast }
        })
        .boxed()
}

fn work() -> BoxedStrategy<Work> {
    prop_oneof![4 => task().prop_map(Work::from), 1 => any_text().prop_map(Work::File)].boxed()
}

fn gate() -> BoxedStrategy<Gate> {
    let label =
        prop_oneof![text().prop_map(FilterLabel::Exact), text().prop_map(FilterLabel::Pattern)];
    let action = prop_oneof![Just(FilterAction::Skip), Just(FilterAction::Execute)];
    let filter = (label, of(action)).prop_map(|(label, action)| Filter { label, action });
    prop_oneof![
        when().prop_map(Gate::Run),
        when().prop_map(Gate::Skip),
        vec(filter, 0..3).prop_map(Gate::Filters)
    ]
    .boxed()
}

fn partial_rerun() -> BoxedStrategy<PartialRerun> {
    prop_oneof![Just(PartialRerun::Jobs), Just(PartialRerun::Block)].boxed()
}

fn block() -> BoxedStrategy<Block> {
    let dependencies = of(vec(any_text(), 0..3));
    (of(text()), dependencies, of(limit()), of(gate()), work(), of(partial_rerun()))
        .prop_map(|(name, dependencies, execution_time_limit, gate, work, partial_rerun)| Block {
            name,
            dependencies,
            execution_time_limit,
            gate,
            work,
            partial_rerun,
        })
        .boxed()
}

fn queue() -> BoxedStrategy<Queue> {
    let scope = prop_oneof![Just(QueueScope::Project), Just(QueueScope::Organization)];
    let processing = prop_oneof![Just(Processing::Serialized), Just(Processing::Parallel)];
    let rule = (text(), of(scope), of(processing), of(condition())).prop_map(
        |(name, scope, processing, when)| QueueRule { name: Some(name), scope, processing, when },
    );
    prop_oneof![rule.clone().prop_map(Queue::One), vec(rule, 1..3).prop_map(Queue::FirstOf)].boxed()
}

fn promotion() -> BoxedStrategy<Promotion> {
    let on = prop_oneof![
        vec(any_text(), 0..2).prop_map(RefRule::Branch),
        vec(any_text(), 0..2).prop_map(RefRule::Labels),
        vec(any_text(), 0..2).prop_map(RefRule::LabelPatterns)
    ];
    let rule = (any_text(), of(any_text()), of(on))
        .prop_map(|(result, result_reason, on)| AutoPromoteRule { result, result_reason, on });
    let parameter =
        (any_text(), of(any_text()), vec(any_text(), 0..2), of(any_text()), any::<Option<bool>>())
            .prop_map(|(name, description, options, default_value, required)| Parameter {
                name,
                description,
                options,
                default_value,
                required,
            });
    let parameters = vec(parameter, 0..3).prop_map(|env_vars| Parameters { env_vars });
    (text(), any_text(), of(text()), of(when()), vec(rule, 0..2), of(parameters))
        .prop_map(|(name, file, deployment_target, auto_promote, auto_promote_on, parameters)| {
            Promotion {
                deployment_target,
                auto_promote,
                auto_promote_on,
                parameters,
                ..Promotion::new(name, file)
            }
        })
        .boxed()
}

fn global_job_config() -> BoxedStrategy<GlobalJobConfig> {
    (of(commands()), secrets(), of(env_vars()), of(epilogue()), of(priorities()))
        .prop_map(|(prologue, secrets, env_vars, epilogue, priority)| GlobalJobConfig {
            prologue,
            secrets: Some(secrets),
            env_vars,
            epilogue,
            priority,
        })
        .boxed()
}

/// Pipelines that use every construct.
pub fn pipeline() -> BoxedStrategy<Pipeline> {
    let auto_cancel = (when(), of(when()))
        .prop_map(|(running, queued)| AutoCancel { running: Some(running), queued });
    let options = (of(limit()), of(queue()), of(fail_fast()), of(auto_cancel), of(partial_rerun()));
    let head = (any_text(), of(any_text()), agent(), of(global_job_config()));
    (head, options, vec(block(), 1..4), vec(promotion(), 0..3), of(work()))
        .prop_map(|(head, options, blocks, promotions, after_pipeline)| {
            let (version, name, agent, global_job_config) = head;
            let (execution_time_limit, queue, fail_fast, auto_cancel, partial_rerun) = options;
            Pipeline {
                version,
                name,
                agent,
                execution_time_limit,
                queue,
                fail_fast,
                auto_cancel,
                partial_rerun,
                global_job_config,
                blocks,
                promotions,
                after_pipeline,
            }
        })
        .boxed()
}
