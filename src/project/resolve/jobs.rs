//! The jobs of the Tests block: the user's, or those of the starter application.

use super::super::config::{Config, TestConfig, TestPlace};
use super::super::{Build, Test, TestCommand, names};
use super::Resolver;
use crate::yaml::Route;
use indexmap::IndexMap;
use std::collections::BTreeSet;

impl Resolver<'_> {
    pub(super) fn tests(
        &mut self,
        config: &Config,
        starter: bool,
        database: bool,
        build: &Build,
    ) -> Vec<Test> {
        let Some(given) = &config.tests else {
            return if starter { starter_tests(database, build) } else { Vec::new() };
        };
        let mut seen = BTreeSet::new();
        let mut tests = Vec::new();
        for (index, test) in given.iter().enumerate() {
            let at = Route::root().key("tests").index(index);
            let name_at = at.clone().key("name");
            self.check(&name_at, names::line(&test.name));
            if !seen.insert(test.name.clone()) {
                self.report(&name_at, format!("there is a test \"{}\" already", test.name), None);
            }
            tests.push(self.test(test, &at, database, build));
        }
        tests
    }

    pub(super) fn test(
        &mut self,
        test: &TestConfig,
        at: &Route,
        database: bool,
        build: &Build,
    ) -> Test {
        let place = test.place.unwrap_or(if build.test_stage.is_some() {
            TestPlace::Test
        } else {
            TestPlace::Agent
        });
        if place == TestPlace::Test && build.test_stage.is_none() {
            self.report(
                &at.clone().key("in"),
                "there is no test stage to run this test in".into(),
                Some("name a stage of the Dockerfile in \"build.test_stage\"".into()),
            );
        }
        if test.database && !database {
            self.report(
                &at.clone().key("database"),
                "this test wants a database, but the service has none".into(),
                Some("set \"database: postgres\"".into()),
            );
        }
        for (variable, value) in &test.env {
            self.variable(&at.clone().key("env"), variable, value);
        }
        let commands_at = at.clone().key("commands");
        let mut commands = Vec::new();
        for (index, command) in test.commands.iter().enumerate() {
            let at = commands_at.clone().index(index);
            let read = match place {
                TestPlace::Release => names::words(command).map(TestCommand::Words),
                TestPlace::Test | TestPlace::Agent => {
                    names::shell(command).map(|()| TestCommand::Shell(command.clone()))
                }
            };
            match read {
                Ok(command) => commands.push(command),
                Err(why) => self.report(&at, format!("\"{at}\" {why}"), None),
            }
        }
        Test {
            name: test.name.clone(),
            place,
            database: test.database,
            env: test.env.clone(),
            commands,
        }
    }
}

/// The tests of the starter application.
fn starter_tests(database: bool, build: &Build) -> Vec<Test> {
    let shell = |commands: &[&str]| {
        commands.iter().map(|&command| TestCommand::Shell(command.to_owned())).collect()
    };
    let words = |commands: &[&[&str]]| {
        commands
            .iter()
            .map(|words| TestCommand::Words(words.iter().map(|&word| word.to_owned()).collect()))
            .collect()
    };
    let test = |name: &str, place, database, commands| Test {
        name: name.to_owned(),
        place,
        database,
        env: IndexMap::new(),
        commands,
    };
    let mut tests = Vec::new();
    if build.test_stage.is_some() {
        tests.push(test(
            "Static checks",
            TestPlace::Test,
            false,
            shell(&[
                "cargo fmt --check",
                "cargo clippy --locked --offline --all-targets -- --deny warnings",
            ]),
        ));
        if database {
            let mut integration = test(
                "Integration tests",
                TestPlace::Test,
                true,
                shell(&["cargo test --locked --offline"]),
            );
            integration.env.insert(
                "TEST_DATABASE_URL".into(),
                "postgres://postgres@127.0.0.1:5432/postgres".into(),
            );
            tests.push(integration);
        }
    }
    if database {
        tests.push(test(
            "Functional tests",
            TestPlace::Release,
            true,
            words(&[&["addressbook", "migrate"], &["addressbook", "ping"]]),
        ));
    }
    tests
}
