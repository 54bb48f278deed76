//! What a pipeline says about other files, by the places in its text.

use super::limits::Around;
use super::{blocks, limits};
use crate::diagnostic::Span;
use crate::yaml::{Node, Tree};
use std::collections::HashSet;

/// A text and where it stands.
pub(super) type Named = (String, Span);

/// What the rules across files need to know of a pipeline.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub promotions: Vec<Promotion>,
    /// Names in `${{ parameters.NAME }}` and `%{{ … }}`, each once.
    pub parameters: Vec<Named>,
    pub commands_files: Vec<Named>,
    pub task_files: Vec<TaskFile>,
    /// Whether anything shows that this is meant to be a pipeline.
    pub pipeline: bool,
    /// Where to speak of the file as a whole.
    pub head: Span,
}

#[derive(Debug)]
pub(super) struct Promotion {
    pub name: Option<Named>,
    pub target: Option<Named>,
    pub parameters: Vec<Named>,
}

#[derive(Debug)]
pub(super) struct TaskFile {
    pub reference: Named,
    /// The limits around the task; none around the one after the pipeline.
    pub around: Option<Around>,
}

impl Facts {
    pub(super) fn of(tree: &Tree) -> Self {
        let root = tree.root();
        let mut facts = Self {
            promotions: root
                .get("promotions")
                .into_iter()
                .flat_map(Node::items)
                .map(promotion)
                .collect(),
            pipeline: is_pipeline(root),
            head: head(root),
            ..Self::default()
        };
        for block in blocks(root) {
            facts.task_file(block, Some(limits::Around::of(root, block).elsewhere()));
        }
        if let Some(after) = root.get("after_pipeline") {
            facts.task_file(after, None);
        }
        facts.walk(root);
        facts
    }

    fn task_file(&mut self, holder: Node<'_>, around: Option<Around>) {
        self.task_files
            .extend(named(holder.get("task_file")).map(|reference| TaskFile { reference, around }));
    }

    /// Finds what may stand anywhere. What an alias repeats was seen at its anchor.
    fn walk(&mut self, root: Node<'_>) {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if node.is_alias() {
                continue;
            }
            for entry in node.entries() {
                if entry.key.as_str() == Some("commands_file") {
                    self.commands_files.extend(named(Some(entry.value)));
                }
                open.push(entry.value);
            }
            open.extend(node.items());
            if let Some(text) = node.as_str().filter(|text| text.contains("{{")) {
                let within = node.within();
                for (name, at) in parameters(text) {
                    if seen.insert(name) {
                        let span = within.span(at..at + name.len());
                        self.parameters.push((name.to_owned(), span));
                    }
                }
            }
        }
        self.parameters.sort_by_key(|(_, span)| *span);
        self.commands_files.sort_by_key(|(_, span)| *span);
    }
}

fn named(node: Option<Node<'_>>) -> Option<Named> {
    let node = node?;
    Some((node.as_str()?.to_owned(), node.span()))
}

fn promotion(node: Node<'_>) -> Promotion {
    let declared = node.get("parameters").and_then(|parameters| parameters.get("env_vars"));
    Promotion {
        name: named(node.get("name")),
        target: named(node.get("pipeline_file")),
        parameters: declared
            .into_iter()
            .flat_map(Node::items)
            .filter_map(|parameter| named(parameter.get("name")))
            .collect(),
    }
}

fn is_pipeline(root: Node<'_>) -> bool {
    // Fragments that a script puts together have only some of these.
    ["version", "blocks"].iter().all(|key| root.get(key).is_some())
}

/// The first key: there a comment at the top of the file is about it.
fn head(root: Node<'_>) -> Span {
    root.entries().next().map_or(root, |entry| entry.key).span()
}

/// The names of the parameters in the expressions of a text, with their offsets.
pub(super) fn parameters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    const WORD: &str = "parameters.";
    expressions(text).flat_map(move |(expression, start)| {
        expression.match_indices(WORD).filter_map(move |(at, _)| {
            let rest = expression.get(at + WORD.len()..)?;
            let end =
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let name = rest.get(..end).filter(|name| !name.is_empty())?;
            Some((name, start + at + WORD.len()))
        })
    })
}

/// What stands inside each `${{…}}` and `%{{…}}`, with its offset. One that begins inside of
/// another one is part of that.
fn expressions(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.find("{{")? + 2;
            at = start;
            if !text.get(..start - 2)?.ends_with(['$', '%']) {
                continue;
            }
            let Some(length) = text.get(start..)?.find("}}") else {
                // No later one has an end, either.
                at = text.len();
                return None;
            };
            at = start + length;
            return Some((text.get(start..at)?, start));
        }
    })
}

/// Whether a word stands in a text with no letter, digit or `_` on either side.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(inner) && !after.is_some_and(inner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_in_both_kinds_of_expression() {
        let text = "a ${{ parameters.ONE }}-%{{parameters.TWO | splitList \",\"}} ${parameters.NO} {{parameters.NO}}";
        let found: Vec<&str> = parameters(text).map(|(name, _)| name).collect();
        assert_eq!(found, ["ONE", "TWO"]);
        assert!(parameters(text).all(|(name, at)| text[at..].starts_with(name)));
    }

    #[test]
    fn words_are_whole_words() {
        assert!(mentions("echo ${STAGE}x", "STAGE"));
        assert!(!mentions("echo $STAGES $OLD_STAGE", "STAGE"));
    }

    #[test]
    fn every_place_is_the_text_it_names() {
        let text = "version: v1.0\nname: 'It: ${{parameters.A}}'\nblocks:\n- task_file: t.yml\n- task: {prologue: {commands_file: \"a b.sh\"}, jobs: []}\npromotions:\n- {name: P, pipeline_file: p.yml, parameters: {env_vars: [{name: X}]}}\n";
        let tree = Tree::parse(text).unwrap();
        let facts = Facts::of(&tree);
        let cut = |(_, span): &Named| span.slice(text).to_owned();
        assert_eq!(facts.parameters.iter().map(cut).collect::<Vec<_>>(), ["A"]);
        assert_eq!(facts.commands_files.iter().map(cut).collect::<Vec<_>>(), ["\"a b.sh\""]);
        assert_eq!(cut(&facts.task_files[0].reference), "t.yml");
        assert_eq!(facts.promotions[0].target.as_ref().map(cut).unwrap(), "p.yml");
        assert_eq!(facts.promotions[0].parameters.iter().map(cut).collect::<Vec<_>>(), ["X"]);
        assert_eq!(facts.head.slice(text), "version");
        assert!(facts.pipeline);
    }
}
