//! Comments that turn a rule off: `# pipewright: ignore[rule-id]`, for what starts in their line,
//! or in the next line with content when nothing else stands in theirs.

use crate::diagnostic::{Problem, Span, nearest};
use crate::rule;
use crate::yaml::Tree;
use std::collections::{BTreeMap, HashMap};

/// One rule of one comment.
#[derive(Debug, Clone)]
pub(super) struct Ignore {
    /// The rule as written.
    pub rule: String,
    /// Where its name stands.
    pub span: Span,
    /// The bytes of the line that it is about.
    pub line: Span,
}

impl Ignore {
    /// That it found nothing to ignore. `search`: whether to look for the rule that was meant.
    pub(super) fn unused(&self, search: bool) -> Problem {
        let Self { rule, span, .. } = self;
        let problem = |message: String| Problem::new("unused-ignore", *span, message);
        if rule::find(rule).is_some() {
            return problem(format!("\"{rule}\" finds nothing here to ignore"))
                .help("remove it; a comment is about its own line, or about the next one when it stands alone");
        }
        let unknown = problem(format!("there is no rule \"{rule}\""));
        let known = rule::ALL.iter().map(|rule| rule.id);
        match nearest(rule, known.filter(|_| search)) {
            Some(near) => unknown.help(format!("did you mean \"{near}\"?")),
            None => unknown.help("write `ignore[RULE]`; `pipewright rules list` shows all rules"),
        }
    }
}

/// The comments of a text that ignore something, and which of them found something.
pub(super) struct Heeded<'i> {
    ignores: &'i [Ignore],
    /// By rule, and by the start of the line that they are about: where that ends, and whether
    /// there was something to ignore. Lines do not overlap.
    lines: HashMap<&'i str, BTreeMap<usize, (usize, bool)>>,
}

/// How many unknown rules of a file get a help.
const MOST_HELPS: usize = 100;

impl<'i> Heeded<'i> {
    pub(super) fn new(ignores: &'i [Ignore]) -> Self {
        let mut lines: HashMap<&str, BTreeMap<usize, (usize, bool)>> = HashMap::new();
        for Ignore { rule, line, .. } in ignores {
            lines.entry(rule).or_default().insert(line.start, (line.end, false));
        }
        Self { ignores, lines }
    }

    /// Whether a comment is about the problem.
    pub(super) fn covers(&mut self, problem: &Problem) -> bool {
        let at = problem.span.start;
        let lines = self.lines.get_mut(problem.rule);
        let line = lines.and_then(|lines| lines.range_mut(..=at).next_back());
        match line {
            Some((_, (end, used))) if at <= *end => {
                *used = true;
                true
            }
            _ => false,
        }
    }

    /// A problem for each comment that found nothing, but for those of these rules.
    pub(super) fn unused(&self, but: &[&str]) -> Vec<Problem> {
        let found = |ignore: &Ignore| {
            let line = self.lines.get(ignore.rule.as_str())?.get(&ignore.line.start)?;
            Some(line.1)
        };
        self.ignores
            .iter()
            .filter(|ignore| found(ignore) != Some(true) && !but.contains(&ignore.rule.as_str()))
            .enumerate()
            .map(|(index, ignore)| ignore.unused(index < MOST_HELPS))
            .collect()
    }
}

/// The rules that the comments of a text turn off.
pub(super) fn ignores(tree: &Tree) -> Vec<Ignore> {
    let text = tree.text();
    let mut ignores = Vec::new();
    // A stretch of comments that stand alone, and the line that they are all about.
    let mut ahead = Span::default();
    let mut next = Span::default();
    for comment in tree.comments() {
        let Some((list, offset)) = parts(comment.span.slice(text)) else { continue };
        let offset = comment.span.start + offset;
        let line = if comment.alone {
            if !(ahead.start..ahead.end).contains(&comment.span.end) {
                let line = next_content(text, comment.span.end);
                ahead = Span::new(comment.span.end, line.start);
                next = line;
            }
            next
        } else {
            line_of(text, comment.span.start)
        };
        let mut at = 0;
        for part in list {
            let rule = part.trim();
            if !rule.is_empty() {
                let start = offset + at + (part.len() - part.trim_start().len());
                let span = Span::new(start, start + rule.len());
                ignores.push(Ignore { rule: rule.to_owned(), span, line });
            }
            at += part.len() + 1;
        }
    }
    ignores
}

/// The rules in the brackets of `# pipewright: ignore[…]`, with where they begin. Of any other
/// instruction all of it, which is no rule and is told so.
fn parts(comment: &str) -> Option<(Vec<&str>, usize)> {
    const WORD: &str = "ignore[";
    let rest = comment.trim_start_matches('#').trim_start().strip_prefix("pipewright:")?;
    let instruction = rest.trim();
    if instruction.is_empty() {
        return None;
    }
    let start = comment.find(instruction)?;
    match instruction.strip_prefix(WORD).and_then(|list| list.split_once(']')) {
        Some((list, _)) => Some((list.split(',').collect(), start + WORD.len())),
        None => Some((vec![instruction], start)),
    }
}

fn line_of(text: &str, at: usize) -> Span {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end);
    Span::new(start, end)
}

/// The next line that is neither blank nor a comment.
fn next_content(text: &str, from: usize) -> Span {
    let mut line = line_of(text, from);
    while line.end < text.len() {
        line = line_of(text, line.end + 1);
        let content = line.slice(text).trim_start();
        if !content.is_empty() && !content.starts_with('#') {
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_about_its_line_or_the_next() {
        let text = "a: 1 # pipewright: ignore[wrong-type, x] known\n# pipewright: ignore[missing-key]\n# more\n\nb: 2\n# other\n";
        let tree = Tree::parse(text).unwrap();
        let found: Vec<(String, &str, &str)> = ignores(&tree)
            .into_iter()
            .map(|ignore| (ignore.rule.clone(), ignore.span.slice(text), ignore.line.slice(text)))
            .collect();
        assert_eq!(
            found,
            [
                ("wrong-type".to_owned(), "wrong-type", text.lines().next().unwrap()),
                ("x".to_owned(), "x", text.lines().next().unwrap()),
                ("missing-key".to_owned(), "missing-key", "b: 2"),
            ]
        );
    }
}
