//! A page of the documentation as a repository: its titled blocks are files.

use super::Service;

/// The blocks of a Markdown text that have a title: path and content.
pub fn files(markdown: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some((_, path)) = info.split_once(" title=") {
            files.push((path.trim_matches('"').to_owned(), block.join("\n") + "\n"));
        }
    }
    files
}

/// A repository with the files of a page of `docs/services/`.
pub fn repository(page: &str) -> Service {
    let path = format!("{}/docs/services/{page}.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let service = Service::empty();
    for (path, content) in files(&text) {
        service.write(&path, &content);
    }
    service
}
