//! Where everything of a picture is: blocks in their pipeline, pipelines and promotions around them.

use super::collect::{BlockNode, Graph, PipelineNode, PromotionEdge};
use super::label::{fitted, width};
use super::layout::{Gaps, Layout, Size, layered};

/// Sizes of the fonts, and the heights of their lines.
pub(super) const TITLE: f64 = 15.0;
pub(super) const NAME: f64 = 13.0;
pub(super) const SMALL: f64 = 11.0;
pub(super) const LINE: f64 = 17.0;

const PAD: f64 = 10.0;
const NARROWEST: f64 = 110.0;
const WIDEST: f64 = 300.0;
/// So many jobs of a block are named.
const MOST_JOBS: usize = 8;
/// Around the blocks of a pipeline, and above them for its title.
const AROUND: f64 = 18.0;
const HEAD: f64 = 48.0;

/// A line of text in a box.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub text: String,
    /// The style: `name`, `condition`, `job` or `file`.
    pub class: &'static str,
}

/// A box with lines of text; its corner is where the layout says.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub size: Size,
    pub lines: Vec<Line>,
}

/// A pipeline with its blocks laid out.
#[derive(Debug)]
pub(super) struct Cluster {
    pub card: Card,
    pub blocks: Vec<Card>,
    pub layout: Layout,
    /// Where the inner layout begins, from the corner of the cluster.
    pub inset: (f64, f64),
}

/// The whole picture: the nodes of the layout are the pipelines and then the promotions; its edges
/// are, for each promotion, the one to it and the one from it.
#[derive(Debug)]
pub(super) struct Scene {
    pub clusters: Vec<Cluster>,
    pub promotions: Vec<Card>,
    pub layout: Layout,
}

impl Scene {
    pub(super) fn of(graph: &Graph) -> Self {
        let clusters: Vec<Cluster> = graph.pipelines.iter().map(cluster).collect();
        let promotions: Vec<Card> = graph.promotions.iter().map(promotion).collect();
        let sizes: Vec<Size> = clusters
            .iter()
            .map(|cluster| cluster.card.size)
            .chain(promotions.iter().map(|card| card.size))
            .collect();
        let edges: Vec<(usize, usize)> = graph
            .promotions
            .iter()
            .enumerate()
            .flat_map(|(index, edge)| {
                let card = clusters.len() + index;
                [(edge.from, card), (card, edge.to)]
            })
            .collect();
        let layout = layered(&sizes, &edges, Gaps { layer: 56.0, node: 26.0 });
        Self { clusters, promotions, layout }
    }
}

fn cluster(pipeline: &PipelineNode) -> Cluster {
    let blocks: Vec<Card> = pipeline.blocks.iter().map(block).collect();
    let sizes: Vec<Size> = blocks.iter().map(|card| card.size).collect();
    let edges: Vec<(usize, usize)> = pipeline
        .blocks
        .iter()
        .enumerate()
        .flat_map(|(to, block)| block.dependencies.iter().map(move |&from| (from, to)))
        .collect();
    let layout = layered(&sizes, &edges, Gaps { layer: 44.0, node: 16.0 });
    let title = pipeline.name.as_deref().unwrap_or("(no name)");
    let most = (layout.width).max(WIDEST + 40.0);
    let mut lines = vec![
        Line { text: fitted(title, TITLE, true, most), class: "title" },
        Line { text: fitted(&pipeline.file, SMALL, false, most), class: "file" },
    ];
    if let Some(reason) = &pipeline.broken {
        lines[0].text = "cannot start".to_owned();
        lines.extend(wrapped(reason, most).into_iter().map(|text| Line { text, class: "broken" }));
    }
    let widest = lines.iter().map(|line| line.width()).fold(layout.width, f64::max);
    let extra = (lines.len() - 2) as f64 * LINE;
    let card = Card {
        size: Size { width: widest + 2.0 * AROUND, height: HEAD + extra + layout.height + AROUND },
        lines,
    };
    Cluster { card, blocks, layout, inset: (AROUND, HEAD + extra) }
}

fn block(block: &BlockNode) -> Card {
    let mut lines = vec![Line::new(&block.name, "name")];
    lines.extend(block.condition.as_ref().map(|text| Line::new(text, "condition")));
    if let Some(reason) = &block.broken {
        lines.push(Line::new(reason, "broken"));
    }
    let shown = if block.jobs.len() > MOST_JOBS { MOST_JOBS - 1 } else { block.jobs.len() };
    for job in block.jobs.iter().take(shown) {
        let text = match &job.copies {
            Some(copies) => format!("{} {copies}", job.name),
            None => job.name.clone(),
        };
        lines.push(Line::new(&text, "job"));
    }
    if shown < block.jobs.len() {
        let text = format!("and {} more jobs", block.jobs.len() - shown);
        lines.push(Line::new(&text, "job"));
    }
    Card::of(lines)
}

fn promotion(promotion: &PromotionEdge) -> Card {
    let mut lines = vec![Line::new(&promotion.name, "name")];
    match &promotion.automatic {
        None => lines.push(Line::new("by hand", "condition")),
        Some(condition) => {
            let text = format!("by itself when {condition}");
            let wrapped = wrapped(&text, WIDEST - 2.0 * PAD);
            lines.extend(wrapped.into_iter().map(|text| Line { text, class: "condition" }));
        }
    }
    for text in promotion
        .deployment_target
        .iter()
        .map(|target| format!("deployment target {target}"))
        .chain(promotion.parameters.iter().take(MOST_JOBS).cloned())
    {
        lines.push(Line::new(&text, "job"));
    }
    Card::of(lines)
}

impl Line {
    fn new(text: &str, class: &'static str) -> Self {
        let bold = class == "name";
        let size = if bold { NAME } else { SMALL };
        Self { text: fitted(text, size, bold, WIDEST - 2.0 * PAD), class }
    }

    fn width(&self) -> f64 {
        match self.class {
            "title" => width(&self.text, TITLE, true),
            "name" => width(&self.text, NAME, true),
            _ => width(&self.text, SMALL, false),
        }
    }
}

impl Card {
    fn of(lines: Vec<Line>) -> Self {
        let widest = lines.iter().map(Line::width).fold(NARROWEST - 2.0 * PAD, f64::max);
        let size = Size {
            width: (widest + 2.0 * PAD).round(),
            height: LINE * lines.len() as f64 + PAD * 1.4,
        };
        Self { size, lines }
    }
}

/// The text in at most four lines.
fn wrapped(text: &str, most: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len();
        let Some(line) = lines.last_mut() else { break };
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || last == 4 || width(&longer, SMALL, false) <= most {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.into_iter().map(|line| fitted(&line, SMALL, false, most)).collect()
}
