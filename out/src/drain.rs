//! Whether the service is about to end. Set once, on the first signal, and
//! read by `/ready` and by every answer.

use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Default)]
pub struct Drain(AtomicBool);

impl Drain {
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn began(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
