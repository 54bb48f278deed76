//! The scan of the image for known vulnerabilities: as configured, and as it is done.

use schemars::JsonSchema;
use serde::Deserialize;

/// The scanner: one whose contents nobody can change, since in March 2026 somebody moved tags of this
/// very image to a version that collected credentials.
pub(super) const SCANNER: &str = "ghcr.io/aquasecurity/trivy:0.69.3@sha256:bcc376de8d77cfe086a917230e818dc9f8528e3c852f7b1aff648949b6258d1c";

/// A scan of the image for known vulnerabilities, between its build and its release.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ScanConfig {
    /// The least severity that fails the pipeline. Default: `high`.
    pub severity: Option<Severity>,
    /// Whether vulnerabilities count that no version has a fix for. Default: false.
    pub unfixed: Option<bool>,
    /// Ids of vulnerabilities that don't count, such as `CVE-2026-1234`.
    pub ignore: Option<Vec<String>>,
    /// Image of Trivy. Default: a version by its digest.
    pub image: Option<String>,
}

/// How bad a vulnerability is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// High or critical.
    High,
    /// Critical.
    Critical,
}

/// A scan of the image, all values checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The least severity that fails the pipeline.
    pub severity: Severity,
    /// Whether vulnerabilities without a fix count.
    pub unfixed: bool,
    /// Ids of vulnerabilities that don't count.
    pub ignore: Vec<String>,
    /// Image of the scanner.
    pub image: String,
}
