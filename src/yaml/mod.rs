//! YAML as the platform reads it: the only room that knows a YAML library. Text becomes a
//! [`Tree`] whose nodes know the bytes they were written in; `emit` writes scalars back and
//! `edit` changes a text and keeps everything else of it. The dialect was measured on the
//! platform's parser; where that left a case open, the choice is told where it is made.

mod build;
mod de;
pub mod edit;
pub mod emit;
mod escape;
mod keys;
mod mask;
mod node;
mod route;
mod scalar;
mod skip;
mod spelling;
mod syntax;
mod trap;
mod tree;
mod within;

pub use de::ReadError;
pub use node::{Entries, Entry, Items, Node};
pub use route::{Part, Route, Step};
pub use scalar::resolve_plain;
pub use tree::{Comment, Kind, MAX_BYTES, MAX_DEPTH, MAX_NODES, Style, Tree, Value};
pub use within::Within;

#[cfg(test)]
mod tests;
