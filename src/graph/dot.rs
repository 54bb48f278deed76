//! The workflow as DOT, for Graphviz.

use super::collect::Graph;
use std::fmt::Write as _;

/// The workflow as a DOT digraph. Promotions join the boxes of pipelines through a point in each.
#[must_use]
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph workflow {\n  rankdir=LR;\n  compound=true;\n  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    for (index, pipeline) in graph.pipelines.iter().enumerate() {
        let name = pipeline.name.as_deref().unwrap_or("(no name)");
        if let Some(reason) = &pipeline.broken {
            let label = format!("{}\ncannot start: {reason}", pipeline.file);
            let _ = writeln!(
                out,
                "  p{index} [label=\"{}\", style=\"rounded,dashed\", color=red];",
                text(&label)
            );
            continue;
        }
        let _ = writeln!(out, "  subgraph cluster_{index} {{");
        let _ = writeln!(out, "    label=\"{}\";", text(&format!("{name}\n{}", pipeline.file)));
        let _ = writeln!(out, "    p{index} [shape=point, style=invis];");
        for (place, block) in pipeline.blocks.iter().enumerate() {
            let mut label = block.name.clone();
            if let Some(condition) = &block.condition {
                let _ = write!(label, "\n{condition}");
            }
            for job in &block.jobs {
                let _ = write!(label, "\n- {}", job.name);
                if let Some(copies) = &job.copies {
                    let _ = write!(label, " {copies}");
                }
            }
            let _ = writeln!(out, "    p{index}b{place} [label=\"{}\"];", text(&label));
        }
        for (place, block) in pipeline.blocks.iter().enumerate() {
            if block.dependencies.is_empty() {
                let _ = writeln!(out, "    p{index} -> p{index}b{place} [style=invis];");
            }
            for before in &block.dependencies {
                let _ = writeln!(out, "    p{index}b{before} -> p{index}b{place};");
            }
        }
        out.push_str("  }\n");
    }
    for promotion in &graph.promotions {
        let (style, how) = match &promotion.automatic {
            Some(condition) => ("bold", format!("by itself when {condition}")),
            None => ("dashed", "by hand".to_owned()),
        };
        // From the last block to the box of the target.
        let last = graph
            .pipelines
            .get(promotion.from)
            .and_then(|pipeline| pipeline.blocks.len().checked_sub(1))
            .map_or(String::new(), |last| format!("b{last}"));
        let head = match graph.pipelines.get(promotion.to).map(|target| &target.broken) {
            Some(None) => format!(", lhead=cluster_{}", promotion.to),
            _ => String::new(),
        };
        let _ = writeln!(
            out,
            "  p{}{last} -> p{} [label=\"{}\", style={style}, ltail=cluster_{}{head}];",
            promotion.from,
            promotion.to,
            text(&format!("{}\n{how}", promotion.name)),
            promotion.from
        );
    }
    out.push_str("}\n");
    out
}

/// A text in a quoted string; a line break centres the line before it.
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
