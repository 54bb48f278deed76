//! The pipeline format as `model` has it, through the structural check of `schema` and the typed
//! reader of `yaml`: what is told about mistakes, and that the three agree.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod agreement;
mod mistakes;
mod samples;
