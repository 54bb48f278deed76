//! What a simulation assumes, as it runs nothing: how pipelines and blocks end, and which buttons
//! people press.

use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// How a pipeline or a block ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunResult {
    /// All went well.
    Passed,
    /// A job failed.
    Failed,
    /// It was stopped while it ran.
    Stopped,
    /// It was canceled before it ran.
    Canceled,
}

impl RunResult {
    const ALL: [Self; 4] = [Self::Passed, Self::Failed, Self::Stopped, Self::Canceled];

    /// How conditions call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Canceled => "canceled",
        }
    }

    /// What conditions see as `result_reason` unless something else is assumed.
    #[must_use]
    pub const fn usual_reason(self) -> &'static str {
        match self {
            Self::Passed => "",
            Self::Failed => "test",
            Self::Stopped | Self::Canceled => "user",
        }
    }
}

impl fmt::Display for RunResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An assumption about the end of a pipeline or block: `FILE=RESULT`, `FILE:BLOCK=RESULT`, or
/// `:BLOCK=RESULT` for a block of any pipeline; RESULT may have a reason, `failed/malformed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// The pipeline file, its path from the root or the end of it; empty means any.
    pub file: String,
    /// The block; `None` means the pipeline itself.
    pub block: Option<String>,
    /// How it ends.
    pub result: RunResult,
    /// Why it ends so, as conditions see it.
    pub reason: String,
}

impl Assumption {
    /// Whether it speaks of this pipeline file.
    #[must_use]
    pub fn is_about(&self, file: &str) -> bool {
        self.file.is_empty() || names_file(&self.file, file)
    }
}

/// Whether `name` is the path or ends it at a slash.
pub(super) fn names_file(name: &str, file: &str) -> bool {
    let name = name.trim_start_matches("./").trim_start_matches('/');
    file.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

impl FromStr for Assumption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |what: &str| {
            format!("\"{text}\" {what}: write FILE=RESULT, FILE:BLOCK=RESULT or :BLOCK=RESULT")
        };
        let (what, result) = text.rsplit_once('=').ok_or_else(|| wrong("has no result"))?;
        let (result, reason) = match result.split_once('/') {
            Some((result, reason)) => (result, Some(reason)),
            None => (result, None),
        };
        let result =
            RunResult::ALL.into_iter().find(|known| known.as_str() == result).ok_or_else(|| {
                format!("\"{result}\" is no result: passed, failed, stopped or canceled")
            })?;
        let (file, block) = match what.split_once(':') {
            Some((file, block)) => (file, Some(block)),
            None => (what, None),
        };
        if block.is_some_and(str::is_empty) || (block.is_none() && file.is_empty()) {
            return Err(wrong("names neither a file nor a block"));
        }
        Ok(Self {
            file: file.to_owned(),
            block: block.map(str::to_owned),
            result,
            reason: reason.unwrap_or(result.usual_reason()).to_owned(),
        })
    }
}

/// Which promotions people start that do not start by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pressed {
    /// None.
    #[default]
    None,
    /// Those with one of these names or target files.
    These(Vec<String>),
    /// All of them.
    All,
}

impl Pressed {
    pub(super) fn includes(&self, name: &str, file: &str) -> bool {
        match self {
            Self::None => false,
            Self::These(these) => these.iter().any(|this| this == name || names_file(this, file)),
            Self::All => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assumptions_are_read() {
        let read = |text: &str| {
            let found: Assumption = text.parse().expect(text);
            (found.file, found.block.unwrap_or_default(), found.result.as_str(), found.reason)
        };
        let owned = |file: &str, block: &str, result, reason: &str| {
            (file.to_owned(), block.to_owned(), result, reason.to_owned())
        };
        assert_eq!(read("a.yml=failed"), owned("a.yml", "", "failed", "test"));
        assert_eq!(read("a.yml:B=c=stopped"), owned("a.yml", "B=c", "stopped", "user"));
        assert_eq!(read(":Tests: unit=passed"), owned("", "Tests: unit", "passed", ""));
        assert_eq!(read("a.yml=failed/stuck"), owned("a.yml", "", "failed", "stuck"));
        for wrong in ["a.yml", "=failed", ":=failed", "a.yml=broken", "a.yml:=failed", ""] {
            assert!(wrong.parse::<Assumption>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn files_are_named_by_their_end() {
        let file = ".semaphore/deploy.yml";
        for (name, expected) in [
            ("deploy.yml", true),
            (".semaphore/deploy.yml", true),
            ("/.semaphore/deploy.yml", true),
            ("./.semaphore/deploy.yml", true),
            ("eploy.yml", false),
            ("re/deploy.yml", false),
            ("x.yml", false),
        ] {
            assert_eq!(names_file(name, file), expected, "{name}");
        }
    }
}
