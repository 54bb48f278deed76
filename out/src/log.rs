//! The log: one JSON object a line on standard output, as container platforms
//! collect it. Neither bodies nor paths nor settings are ever logged.

use tracing::level_filters::LevelFilter;

pub fn start(level: LevelFilter) {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(level)
        .with_current_span(false)
        .with_span_list(false)
        .init();
    // Only the place: a panic's message may quote what a client sent.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place = place.unwrap_or_default(), "panic");
    }));
}
