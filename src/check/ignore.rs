//! Comments that turn a rule off: `# pipewright: ignore[rule-id]`, for what starts in their line,
//! or in the next line with content when nothing else stands in theirs.

use crate::diagnostic::{Problem, Span, nearest};
use crate::rule;
use crate::yaml::Tree;

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
    /// Whether this is about a problem.
    pub(super) fn covers(&self, problem: &Problem) -> bool {
        let Span { start, end } = self.line;
        problem.rule == self.rule && (start..=end).contains(&problem.span.start)
    }

    /// That it found nothing to ignore.
    pub(super) fn unused(&self) -> Problem {
        let Self { rule, span, .. } = self;
        let problem = |message: String| Problem::new("unused-ignore", *span, message);
        if rule::find(rule).is_some() {
            return problem(format!("\"{rule}\" finds nothing here to ignore"))
                .help("remove it; a comment is about its own line, or about the next one when it stands alone");
        }
        let unknown = problem(format!("there is no rule \"{rule}\""));
        match nearest(rule, rule::ALL.iter().map(|rule| rule.id)) {
            Some(near) => unknown.help(format!("did you mean \"{near}\"?")),
            None => unknown.help("`pipewright rules list` shows them all"),
        }
    }
}

/// The rules that the comments of a text turn off.
pub(super) fn ignores(tree: &Tree) -> Vec<Ignore> {
    let text = tree.text();
    let mut ignores = Vec::new();
    for comment in tree.comments() {
        let Some((list, offset)) = rules(comment.span.slice(text)) else { continue };
        let offset = comment.span.start + offset;
        let line = if comment.alone {
            next_content(text, comment.span.end)
        } else {
            line_of(text, comment.span.start)
        };
        let mut at = 0;
        for part in list.split(',') {
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

/// What stands in the brackets of `# pipewright: ignore[…]`, with its offset.
fn rules(comment: &str) -> Option<(&str, usize)> {
    const WORD: &str = "ignore[";
    let rest = comment.trim_start_matches('#').trim_start().strip_prefix("pipewright:")?;
    rest.trim_start().strip_prefix(WORD)?;
    let start = comment.find(WORD)? + WORD.len();
    let list = comment.get(start..)?;
    Some((list.get(..list.find(']')?)?, start))
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
