//! Diagnostics for people.

mod text;

pub use text::render;
