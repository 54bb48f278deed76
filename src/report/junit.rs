//! Diagnostics as JUnit XML, for the test reports of Semaphore: each file is a test.

use super::{place, text};
use crate::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// A report with one suite. A file fails by its errors, and by its warnings if they are denied;
/// what else there is to say stands in its output.
#[must_use]
pub fn junit(diagnostics: &[Diagnostic], files: &[String], deny_warnings: bool) -> String {
    let mut suite = TestSuite::new("pipewright validate");
    let mut tests: BTreeMap<&str, Vec<&Diagnostic>> =
        files.iter().map(|name| (name.as_str(), Vec::new())).collect();
    for found in diagnostics {
        tests.entry(found.file.name()).or_default().push(found);
    }
    for (name, of_file) in tests {
        let fails = |found: &&&Diagnostic| match found.severity {
            Severity::Error => true,
            Severity::Warning => deny_warnings,
            Severity::Info => false,
        };
        let failures: Vec<&&Diagnostic> = of_file.iter().filter(fails).collect();
        let mut status = match failures.first() {
            None => TestCaseStatus::success(),
            Some(_) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        };
        if let Some(first) = failures.first() {
            let (start, _) = place::range(first);
            let more = match failures.len() {
                1 => String::new(),
                2 => " (and 1 more)".to_owned(),
                count => format!(" (and {} more)", count - 1),
            };
            status.set_type(first.problem.rule);
            status.set_message(format!(
                "{name}:{}:{}: {}{more}",
                start.line, start.column, first.problem.message
            ));
            status.set_description(text::each(failures.iter().map(|found| **found), false));
        }
        let mut case = TestCase::new(name, status);
        case.set_classname("pipewright validate");
        let others = of_file.iter().filter(|found| !fails(found)).copied();
        let output = text::each(others, false);
        if !output.is_empty() {
            case.set_system_out(output);
        }
        suite.add_test_case(case);
    }
    let mut report = Report::new("pipewright validate");
    report.add_test_suite(suite);
    let mut text = report.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
