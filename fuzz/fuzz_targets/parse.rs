#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code)] // Each target runs one of the bodies.
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bodies::parse(input));
