//! A workflow as a picture: its pipelines with their blocks and jobs, joined by promotions.
//!
//! Every pipeline that a promotion leads to is shown, whatever the event; a target that cannot start
//! is shown as broken.

mod collect;
mod dot;
mod events;
mod html;
mod label;
mod layout;
mod mermaid;
mod scene;
mod svg;

pub use collect::{BlockNode, Graph, JobNode, PipelineNode, PromotionEdge};
pub use dot::dot;
pub use html::html;
pub use mermaid::mermaid;
pub use svg::svg;
