//! How long things may take. Each wait lies below the limit of its pipeline together with the
//! other waits of that pipeline, so that a rollout that hangs ends with diagnostics and not with
//! a stopped job.

/// Seconds that Kubernetes gives a rollout to make progress.
pub(super) const PROGRESS: u64 = 240;
/// Seconds until the canary must be ready; above [`PROGRESS`], whose message says more.
pub(super) const CANARY_WAIT: u64 = 300;
/// Seconds until all pods of stable must be replaced.
pub(super) const STABLE_WAIT: u64 = 900;
/// Seconds that the migration Job may run.
pub(super) const MIGRATE: u64 = 840;
/// Seconds until the migration Job must have ended; above [`MIGRATE`], whose message says more.
pub(super) const MIGRATE_WAIT: u64 = 900;

/// Minutes that the canary pipeline may take.
pub(super) const CANARY_PIPELINE: u64 = 45;
/// Minutes that the stable pipeline may take.
pub(super) const STABLE_PIPELINE: u64 = 45;
/// Minutes that the rollback pipeline may take.
pub(super) const ROLLBACK_PIPELINE: u64 = 30;
