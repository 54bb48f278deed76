//! The picture as SVG, for light and dark backgrounds.

use super::collect::Graph;
use super::label::xml;
use super::scene::{Card, LINE, Scene};
use std::fmt::Write as _;

const STYLE: &str = include_str!("page/picture.css");
const MARGIN: f64 = 20.0;

/// The workflow as an SVG image of its own.
#[must_use]
pub fn svg(graph: &Graph) -> String {
    picture(graph, true)
}

/// The image; without its style where the page around it has it.
pub(super) fn picture(graph: &Graph, alone: bool) -> String {
    let scene = Scene::of(graph);
    let (width, height) = (scene.layout.width + 2.0 * MARGIN, scene.layout.height + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{}\">\n",
        xml(&title(graph))
    );
    if alone {
        let _ = writeln!(out, "<style>\n{STYLE}</style>");
        let _ =
            writeln!(out, "<rect class=\"paper\" width=\"{width:.0}\" height=\"{height:.0}\"/>");
    }
    out.push_str(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\">\
         <path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
    );
    let _ = writeln!(out, "<g id=\"view\" transform=\"translate({MARGIN} {MARGIN})\">");
    promotion_edges(&mut out, graph, &scene);
    for (index, (pipeline, cluster)) in graph.pipelines.iter().zip(&scene.clusters).enumerate() {
        let Some(&(x, y)) = scene.layout.nodes.get(index) else { continue };
        let broken = if pipeline.broken.is_some() { " missing" } else { "" };
        let _ = writeln!(
            out,
            "<g class=\"pipeline{broken}\" data-pipeline=\"{index}\" transform=\"translate({x:.1} {y:.1})\">"
        );
        rectangle(&mut out, &cluster.card, 14);
        for (row, line) in cluster.card.lines.iter().enumerate() {
            let y = if row == 0 { 22.0 } else { 22.0 + LINE * row as f64 };
            let _ = writeln!(
                out,
                "<text class=\"{}\" x=\"18\" y=\"{y:.0}\">{}</text>",
                line.class,
                xml(&line.text)
            );
        }
        let (left, top) = cluster.inset;
        let _ = writeln!(out, "<g transform=\"translate({left:.1} {top:.1})\">");
        for (edge, points) in cluster.layout.edges.iter().enumerate() {
            let _ = writeln!(
                out,
                "<path class=\"dependency\" data-edge=\"{edge}\" d=\"{}\" marker-end=\"url(#tip)\"/>",
                curve(points)
            );
        }
        for (place, (card, block)) in cluster.blocks.iter().zip(&pipeline.blocks).enumerate() {
            let Some(&corner) = cluster.layout.nodes.get(place) else { continue };
            let kind = if block.condition.is_some() { "block conditional" } else { "block" };
            let attributes = format!("class=\"{kind}\" data-block=\"{place}\" tabindex=\"0\"");
            let mut whole = block.name.clone();
            if let Some(condition) = &block.condition {
                let _ = write!(whole, "\n{condition}");
            }
            boxed(&mut out, card, corner, &attributes, &whole);
        }
        out.push_str("</g>\n</g>\n");
    }
    promotion_cards(&mut out, graph, &scene);
    out.push_str("</g>\n</svg>\n");
    out
}

fn title(graph: &Graph) -> String {
    let first = graph.pipelines.first();
    let name = first.map(|first| first.name.as_deref().unwrap_or(&first.file)).unwrap_or_default();
    format!("Workflow {name}: {} pipelines", graph.pipelines.len())
}

fn kind(automatic: bool) -> &'static str {
    if automatic { "automatic" } else { "manual" }
}

fn promotion_edges(out: &mut String, graph: &Graph, scene: &Scene) {
    for (index, promotion) in graph.promotions.iter().enumerate() {
        let kind = kind(promotion.automatic.is_some());
        for (half, tip) in [(0, ""), (1, " marker-end=\"url(#tip)\"")] {
            let Some(points) = scene.layout.edges.get(2 * index + half) else { continue };
            let _ = writeln!(
                out,
                "<path class=\"promotes {kind}\" data-promotion=\"{index}\" d=\"{}\"{tip}/>",
                curve(points)
            );
        }
    }
}

fn promotion_cards(out: &mut String, graph: &Graph, scene: &Scene) {
    let before = graph.pipelines.len();
    for (index, (promotion, card)) in graph.promotions.iter().zip(&scene.promotions).enumerate() {
        let Some(&corner) = scene.layout.nodes.get(before + index) else { continue };
        let kind = kind(promotion.automatic.is_some());
        let attributes = format!("class=\"promotion {kind}\" data-promotion=\"{index}\"");
        let whole = match &promotion.automatic {
            Some(condition) => format!("{}\nby itself when {condition}", promotion.name),
            None => format!("{}\nby hand", promotion.name),
        };
        boxed(out, card, corner, &attributes, &whole);
    }
}

fn rectangle(out: &mut String, card: &Card, radius: u32) {
    let _ = writeln!(
        out,
        "<rect width=\"{:.1}\" height=\"{:.1}\" rx=\"{radius}\"/>",
        card.size.width, card.size.height
    );
}

/// A card with its lines; `whole` is what a pointer over it shows.
fn boxed(out: &mut String, card: &Card, corner: (f64, f64), attributes: &str, whole: &str) {
    let (x, y) = corner;
    let _ = writeln!(out, "<g {attributes} transform=\"translate({x:.1} {y:.1})\">");
    let _ = writeln!(out, "<title>{}</title>", xml(whole));
    rectangle(out, card, 7);
    for (row, line) in card.lines.iter().enumerate() {
        let _ = writeln!(
            out,
            "<text class=\"{}\" x=\"10\" y=\"{:.0}\">{}</text>",
            line.class,
            19.0 + LINE * row as f64,
            xml(&line.text)
        );
    }
    out.push_str("</g>\n");
}

/// A line through the points that leaves and reaches each of them level.
fn curve(points: &[(f64, f64)]) -> String {
    let Some(&(x, y)) = points.first() else { return String::new() };
    let mut path = format!("M{x:.1} {y:.1}");
    for pair in points.windows(2) {
        let [(from_x, from_y), (to_x, to_y)] = *pair else { continue };
        if (to_y - from_y).abs() < 0.05 {
            let _ = write!(path, "H{to_x:.1}");
            continue;
        }
        let bend = (to_x - from_x) / 2.0;
        let _ = write!(
            path,
            "C{:.1} {from_y:.1} {:.1} {to_y:.1} {to_x:.1} {to_y:.1}",
            from_x + bend,
            to_x - bend
        );
    }
    path
}
