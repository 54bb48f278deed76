//! The picture on a page of its own, with everything that the page needs in it: nothing is loaded.

use super::collect::Graph;
use super::events::{Forecasts, forecasts};
use super::label::xml;
use super::svg::picture;
use crate::simulate::Pipelines;
use serde::Serialize;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const PICTURE: &str = include_str!("page/picture.css");
const SCRIPT: &str = include_str!("page/page.js");

#[derive(Serialize)]
struct Data<'a> {
    graph: &'a Graph,
    forecasts: Forecasts,
}

/// The workflow that starts with the pipeline in `file`, as an HTML page.
#[must_use]
pub fn html(graph: &Graph, file: &str, pipelines: &dyn Pipelines) -> String {
    let data = Data { graph, forecasts: forecasts(graph, file, pipelines) };
    // No text of a pipeline can end the element that holds the data.
    let json = serde_json::to_string(&data).unwrap_or_default().replace('<', "\\u003c");
    let first = graph.pipelines.first();
    let name = first.map(|first| first.name.as_deref().unwrap_or(&first.file)).unwrap_or_default();
    let parts = [
        ("{{title}}", xml(name)),
        ("{{style}}", format!("{PICTURE}{STYLE}")),
        ("{{picture}}", picture(graph, false)),
        ("{{data}}", json),
        ("{{script}}", SCRIPT.to_owned()),
    ];
    // One pass: what is filled in is not looked at again.
    let mut page = String::new();
    let mut rest = PAGE;
    while let Some((at, mark, text)) = parts
        .iter()
        .filter_map(|(mark, text)| Some((rest.find(mark)?, *mark, text)))
        .min_by_key(|(at, _, _)| *at)
    {
        page.push_str(rest.get(..at).unwrap_or_default());
        page.push_str(text);
        rest = rest.get(at + mark.len()..).unwrap_or_default();
    }
    page + rest
}
