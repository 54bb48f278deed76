//! The values of the service itself: release, resources, build, commands, environment.

use super::super::config::{AgentConfig, CommandLine, Config, QuantitiesConfig, Quantity};
use super::super::target::{DB_PARAMS, DB_VARIABLES};
use super::super::{Agent, AppSecret, Build, Commands, Quantities, Resources, names, quantity};
use super::{Resolver, route};
use crate::condition;
use crate::diagnostic::Problem;
use crate::yaml::{Part, Route};
use std::collections::BTreeSet;

impl Resolver<'_> {
    pub(super) fn release(
        &mut self,
        config: &Config,
        default_branch: &str,
        folder: Option<&str>,
    ) -> String {
        // What no block has built can't be released.
        let changed = folder.map(|folder| super::super::changed(folder, default_branch));
        let given = config.release.as_ref().and_then(|release| release.when.clone());
        let Some(when) = given else {
            let when =
                format!("result = 'passed' and (branch = '{default_branch}' or tag =~ '^hotfix')");
            return changed.map_or(when.clone(), |changed| format!("{when} and {changed}"));
        };
        let at = route("release.when");
        if let Some(node) = self.tree.find(&at) {
            for problem in condition::check(&when, condition::WhereUsed::Promotion) {
                let problem = Problem {
                    span: node.span_within(problem.span.range()),
                    instead: None,
                    notes: Vec::new(),
                    ..problem
                };
                self.problems.push(problem);
            }
        }
        changed.map_or(when.clone(), |changed| format!("({when}) and {changed}"))
    }

    pub(super) fn resources(&mut self, config: &Config) -> Resources {
        let given = config.resources.clone().unwrap_or_default();
        let mut read = |given: Option<&QuantitiesConfig>, of: &str, cpu: &str, memory: &str| {
            let mut one = |given: Option<&Quantity>, key: &str, default: &str| {
                let text = match given {
                    None => default.to_owned(),
                    Some(Quantity::Number(number)) => number.to_string(),
                    Some(Quantity::Decimal(number)) => number.to_string(),
                    Some(Quantity::Text(text)) => text.clone(),
                };
                if quantity::in_thousandths(&text).is_none_or(|value| value == 0) {
                    let at = route(&format!("resources.{of}.{key}"));
                    self.report(
                        &at,
                        format!("\"{at}\" is no Kubernetes quantity"),
                        Some("such as 500m or 2 for cpu, 128Mi or 1Gi for memory".into()),
                    );
                }
                text
            };
            Quantities {
                cpu: one(given.and_then(|given| given.cpu.as_ref()), "cpu", cpu),
                memory: one(given.and_then(|given| given.memory.as_ref()), "memory", memory),
            }
        };
        let requests = read(given.requests.as_ref(), "requests", "50m", "64Mi");
        let mut limits = read(given.limits.as_ref(), "limits", "500m", "128Mi");
        for (key, request, limit) in [
            ("cpu", &requests.cpu, &mut limits.cpu),
            ("memory", &requests.memory, &mut limits.memory),
        ] {
            let (Some(least), Some(most)) =
                (quantity::in_thousandths(request), quantity::in_thousandths(limit))
            else {
                continue;
            };
            if least <= most {
                continue;
            }
            let at = route(&format!("resources.limits.{key}"));
            if self.tree.find(&at).is_some() {
                self.report(
                    &at,
                    format!("the limit of {key} ({limit}) is below the request ({request})"),
                    None,
                );
            } else {
                // Nobody asked for the default limit: it gives way.
                limit.clone_from(request);
            }
        }
        Resources { requests, limits }
    }

    pub(super) fn build(&mut self, config: &Config, starter: bool) -> Build {
        let given = config.build.clone().unwrap_or_default();
        let build = Build {
            dockerfile: given.dockerfile.unwrap_or_else(|| "Dockerfile".into()),
            context: given.context.unwrap_or_else(|| ".".into()),
            test_stage: match given.test_stage.as_deref() {
                Some("none") => None,
                Some(stage) => Some(stage.to_owned()),
                None => starter.then(|| "test".to_owned()),
            },
        };
        self.check(&route("build.dockerfile"), names::path(&build.dockerfile));
        self.check(&route("build.context"), names::path(&build.context));
        if let Some(stage) = &build.test_stage {
            self.check(&route("build.test_stage"), names::word(stage));
        }
        build
    }

    pub(super) fn commands(&mut self, config: &Config, starter: bool, database: bool) -> Commands {
        let given = config.commands.clone().unwrap_or_default();
        // What the starter's commands reach is its database.
        let starter = starter && database && config.commands.is_none();
        let default = |line: &str| starter.then(|| CommandLine::Line(line.into()));
        let ping = given.ping.or_else(|| default("addressbook ping"));
        let migrate = given.migrate.or_else(|| default("addressbook migrate"));
        if !database && migrate.is_some() {
            let at = route("commands.migrate");
            self.report(
                &at,
                "there is no database to migrate".into(),
                Some("remove \"commands.migrate\", or set \"database: postgres\"".into()),
            );
        }
        let mut words = |given: Option<CommandLine>, path: &str| {
            let at = route(path);
            let words = match given? {
                CommandLine::Line(line) => names::words(&line),
                CommandLine::Words(words) => names::check_words(&words).map(|()| words),
            };
            words.map_err(|why| self.report(&at, format!("\"{at}\" {why}"), None)).ok()
        };
        Commands { ping: words(ping, "commands.ping"), migrate: words(migrate, "commands.migrate") }
    }

    pub(super) fn agent(&mut self, given: Option<&AgentConfig>) -> Agent {
        let given = given.cloned().unwrap_or_default();
        let machine = given.machine.unwrap_or_else(|| "f1-standard-2".into());
        self.check(&route("agent.machine"), names::word(&machine));
        let os_image = given
            .os_image
            .or_else(|| (!machine.starts_with("s1-")).then(|| "ubuntu2404".to_owned()));
        if let Some(os_image) = &os_image {
            self.check(&route("agent.os_image"), names::word(os_image));
        }
        Agent { machine, os_image }
    }

    pub(super) fn variable(&mut self, map: &Route, variable: &str, value: &str) {
        let at = map.clone().key(variable);
        if let Err(why) = names::variable(variable) {
            let span = self.tree.place(&at, Part::Key);
            self.report_at(span, format!("the variable {variable:?} {why}"), None);
        }
        if let Err(why) = names::control(value) {
            self.report(&at, format!("the value of {variable:?} {why}"), None);
        }
    }

    pub(super) fn env(&mut self, config: &Config, database: bool) {
        for (variable, value) in config.env.iter().flatten() {
            self.variable(&route("env"), variable, value);
            let owner = match variable.as_str() {
                "PORT" => "the setting \"port\"",
                name if database && DB_VARIABLES.contains(&name) => "the secret \"db-params\"",
                _ => continue,
            };
            let span = self.tree.place(&route("env").key(variable), Part::Key);
            self.report_at(span, format!("\"{variable}\" is given by {owner}"), None);
        }
    }

    pub(super) fn secrets(&mut self, config: &Config, name: &str) -> Vec<AppSecret> {
        let mut secrets = Vec::new();
        let mut seen = BTreeSet::new();
        for (index, given) in config.secrets.iter().flatten().enumerate() {
            let at = Route::root().key("secrets").index(index);
            // The Kubernetes Secret is called <service>-<name>.
            let most = 63_usize.saturating_sub(name.len() + 1);
            let name_at = at.clone().key("name");
            self.check(&name_at, names::label(&given.name, most));
            let taken = ["registry", "db"].contains(&given.name.as_str());
            if taken || given.name == DB_PARAMS || !seen.insert(given.name.clone()) {
                self.report(
                    &name_at,
                    format!("the secret \"{}\" is used already", given.name),
                    None,
                );
            }
            for (number, variable) in given.env.iter().enumerate() {
                self.check(&at.clone().key("env").index(number), names::variable(variable));
            }
            secrets.push(AppSecret { name: given.name.clone(), env: given.env.clone() });
        }
        secrets
    }

    pub(super) fn skip(&mut self, config: &Config) {
        let Some(files) = &config.files else { return };
        for (index, path) in files.skip.iter().enumerate() {
            let checked = names::path(path.strip_suffix('/').unwrap_or(path));
            self.check(&route("files.skip").index(index), checked);
        }
    }
}
