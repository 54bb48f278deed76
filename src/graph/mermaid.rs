//! The workflow as Mermaid text, which many sites draw.

use super::collect::Graph;
use std::fmt::Write as _;

/// The workflow as a Mermaid flowchart.
#[must_use]
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (index, pipeline) in graph.pipelines.iter().enumerate() {
        let name = pipeline.name.as_deref().unwrap_or("(no name)");
        if let Some(reason) = &pipeline.broken {
            let _ = writeln!(
                out,
                "  p{index}[\"{}<br/>cannot start: {}\"]:::broken",
                text(&pipeline.file),
                text(reason)
            );
            continue;
        }
        let _ = writeln!(out, "  subgraph p{index}[\"{} ({})\"]", text(name), text(&pipeline.file));
        out.push_str("    direction LR\n");
        for (place, block) in pipeline.blocks.iter().enumerate() {
            let mut label = format!("<b>{}</b>", text(&block.name));
            if let Some(condition) = &block.condition {
                let _ = write!(label, "<br/><i>{}</i>", text(condition));
            }
            for job in &block.jobs {
                let _ = write!(label, "<br/>{}", text(&job.name));
                if let Some(copies) = &job.copies {
                    let _ = write!(label, " {}", text(copies));
                }
            }
            let _ = writeln!(out, "    p{index}b{place}[\"{label}\"]");
        }
        for (place, block) in pipeline.blocks.iter().enumerate() {
            for before in &block.dependencies {
                let _ = writeln!(out, "    p{index}b{before} --> p{index}b{place}");
            }
        }
        out.push_str("  end\n");
    }
    for promotion in &graph.promotions {
        let (arrow, how) = match &promotion.automatic {
            Some(condition) => ("==>", format!("by itself when {condition}")),
            None => ("-.->", "by hand".to_owned()),
        };
        let _ = writeln!(
            out,
            "  p{} {arrow}|\"{}<br/>{}\"| p{}",
            promotion.from,
            text(&promotion.name),
            text(&how),
            promotion.to
        );
    }
    out.push_str("  classDef broken stroke:#cf222e,stroke-width:2px,stroke-dasharray:6 4\n");
    out
}

/// A text in a quoted label: what has a meaning there is written by its number.
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | ';'
            | '*' | '_' | '\\' => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}
