//! Diagnostics for people and programs: text, JSON, SARIF, annotations of GitHub, JUnit.

mod github;
mod json;
mod junit;
mod place;
mod sarif;
mod text;

pub use github::github;
pub use json::json;
pub use junit::junit;
pub use sarif::sarif;
pub use text::{render, summary};

#[cfg(test)]
mod tests;
