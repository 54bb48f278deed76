//! A count of what is done, on a terminal and only when it takes long.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Once;
use std::time::{Duration, Instant};

/// How long to wait before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts, and shows the count on standard error after a second.
pub(super) struct Progress {
    bar: ProgressBar,
    start: Instant,
    shown: Once,
}

impl Progress {
    pub(super) fn new(verb: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}: {pos} files") {
            bar.set_style(style);
        }
        bar.set_message(verb);
        Self { bar, start: Instant::now(), shown: Once::new() }
    }

    /// One more is done.
    pub(super) fn tick(&self) {
        self.bar.inc(1);
        if self.start.elapsed() > PATIENCE {
            // A target that is no terminal shows nothing.
            self.shown.call_once(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
