//! A new value: given as YAML text, written as its place needs it.

use super::super::emit;
use super::super::node::Node;
use super::super::route::Step;
use super::super::tree::{Style, Tree};
use super::RULE;
use super::layout::{column, end_with_kept_lines, line_end};
use crate::diagnostic::{Problem, Span};

/// The value to set.
#[derive(Debug)]
pub(super) struct Fragment {
    tree: Tree,
    /// Where its problems are shown.
    place: Span,
}

/// A value written for its place.
#[derive(Debug)]
pub(super) struct Written {
    /// What stands behind the `:` or `-`; empty when everything stands below.
    pub head: String,
    /// The lines below, indented; empty when there are none.
    pub body: String,
}

impl Fragment {
    /// Reads the value. Its line breaks are `\n` from here on.
    pub fn parse(yaml: &str, place: Span) -> Result<Self, Problem> {
        let refused = |message: String| Problem::new(RULE, place, message);
        let tree = Tree::parse(yaml.replace("\r\n", "\n"))
            .map_err(|problem| refused(format!("the new value is no YAML: {}", problem.message)))?;
        let odd = ["several-documents", "unclosed-collection"];
        if let Some(trap) = tree.traps().iter().find(|trap| odd.contains(&trap.rule)) {
            return Err(refused(format!(
                "the new value is no single YAML value: {}",
                trap.message
            )));
        }
        if tree.root().span() == Span::default() {
            return Err(refused("the new value is empty; write `null` for nothing".to_owned()));
        }
        Ok(Self { tree, place })
    }

    /// What it says.
    pub fn root(&self) -> Node<'_> {
        self.tree.root()
    }

    /// Whether it is a collection by indentation.
    pub fn is_block_collection(&self) -> bool {
        self.root().style() == Style::Block
    }

    /// Whether it ends with a `|+` or `>+`, to which blank lines after it would belong.
    pub fn keeps_blank_lines(&self) -> bool {
        end_with_kept_lines(self.root()) > self.root().span().end
    }

    /// The value at the end of these steps from a new one.
    pub fn nested(&self, steps: &[Step]) -> Result<Self, Problem> {
        let mut fragment = Self { tree: self.tree.clone(), place: self.place };
        for step in steps.iter().rev() {
            let text = match step {
                Step::Key(key) => fragment.entry(key, 0, "\n"),
                Step::Index(0) => fragment.item(0, "\n"),
                Step::Index(index) => {
                    let message = format!("item {index} cannot be the first of a new list");
                    return Err(Problem::new(RULE, self.place, message));
                }
            };
            fragment = Self::parse(&text, self.place)?;
        }
        Ok(fragment)
    }

    /// An entry of a block map at a column, without the indentation of its first line.
    pub fn entry(&self, key: &str, column: usize, line_break: &str) -> String {
        let Written { head, body } = self.written(column + 2, line_break);
        let mut text = format!("{}:", emit::scalar(key));
        for (gap, part) in [(" ", head), (line_break, body)] {
            if !part.is_empty() {
                text.push_str(gap);
                text.push_str(&part);
            }
        }
        text
    }

    /// An item of a block list at a column, without the indentation of its first line.
    pub fn item(&self, column: usize, line_break: &str) -> String {
        let Written { head, body } = self.written(column + 2, line_break);
        match (head.is_empty(), body.is_empty()) {
            (true, _) => format!("- {}", body.trim_start_matches(' ')),
            (false, true) => format!("- {head}"),
            (false, false) => format!("- {head}{line_break}{body}"),
        }
    }

    /// The value on one line, for within brackets.
    pub fn in_flow(&self) -> String {
        emit::flow(self.root())
    }

    /// The value for a block collection, what is below in the column given.
    pub fn written(&self, target: usize, line_break: &str) -> Written {
        let text = self.tree.text();
        let node = self.root();
        let (outer, span) = (node.outer_span(), node.span());
        let end = end_with_kept_lines(node);
        let slice = |start, end| Span::new(start, end).slice(text);
        let (head, body) = match node.style() {
            Style::Block => {
                let body = slice(span.start, end);
                (
                    slice(outer.start, span.start).trim(),
                    shifted(body, column(text, span.start), target),
                )
            }
            Style::Literal | Style::Folded => {
                let header_end = line_end(text, span.start);
                let header = slice(span.start, header_end);
                let header = header.split([' ', '\t']).next().unwrap_or_default();
                let body = slice(header_end, end).strip_prefix('\n').unwrap_or_default();
                // An indicator counts from the parent, which is two columns further left.
                let explicit = header.contains(|c: char| c.is_ascii_digit());
                let body = match (explicit, first_column(body)) {
                    (true, _) => shifted(&format!("\n{body}"), 0, target.saturating_sub(2)),
                    (false, from) => shifted(&format!("\n{body}"), from, target),
                };
                let body = body.trim_start_matches(' ');
                (
                    slice(outer.start, span.start + header.len()),
                    body.strip_prefix('\n').unwrap_or(body).to_owned(),
                )
            }
            _ => {
                let whole = slice(outer.start, end);
                let lines = whole.split_once('\n').map_or("", |(_, lines)| lines);
                let from =
                    lines.lines().filter(|line| !line.trim().is_empty()).map(indentation).min();
                let whole = shifted(whole, from.unwrap_or_default(), target);
                return Written {
                    head: whole.trim_start_matches(' ').replace('\n', line_break),
                    body: String::new(),
                };
            }
        };
        let body = body.strip_suffix('\n').unwrap_or(&body);
        Written { head: head.replace('\n', line_break), body: body.replace('\n', line_break) }
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The column of the first line that is not blank.
fn first_column(lines: &str) -> usize {
    lines.lines().find(|line| indentation(line) < line.len()).map_or(0, indentation)
}

/// The lines moved from a column to another; the first one, which starts at its content, gets the
/// whole indentation.
fn shifted(lines: &str, from: usize, to: usize) -> String {
    let mut result = " ".repeat(to);
    for (index, line) in lines.split('\n').enumerate() {
        if index > 0 {
            result.push('\n');
            if line.is_empty() {
                continue;
            }
            result.extend(std::iter::repeat_n(' ', to.saturating_sub(from)));
            let cut = from.saturating_sub(to).min(indentation(line));
            result.push_str(line.get(cut..).unwrap_or_default());
        } else {
            result.push_str(line);
        }
    }
    result
}
