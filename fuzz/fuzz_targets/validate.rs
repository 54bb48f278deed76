#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code)] // Each target runs one of the bodies.
mod bodies;

libfuzzer_sys::fuzz_target!(
    init: {
        // All on one thread, so that a run does the same each time.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        pool.build_global().expect("no other pool was made before");
    },
    |input: &[u8]| bodies::validate(input)
);
