//! What may be released: a cloud that trusts the jobs of Semaphore by branch and tag has to know.

use crate::condition::{self, Expression, Keyword, Kind, Logic, NodeId, Operator};

/// What a cloud has to trust.
pub(super) struct Release<'a> {
    /// Branch that is deployed.
    pub branch: &'a str,
    /// How the tags start that are released; one empty text when any is, nothing when none is.
    pub tags: Vec<String>,
}

impl<'a> Release<'a> {
    /// Of the default branch and the condition of a release.
    pub fn of(branch: &'a str, when: &str) -> Self {
        // A condition that can't be read has been reported.
        let tags = condition::parse(when).map(|when| tags(&when)).unwrap_or_default();
        Self { branch, tags }
    }
}

/// How the tags start for which the condition may be true; `None` for none of them. There is no
/// `not`, so a part that may be true can't make the whole false.
type Tags = Option<Vec<String>>;

fn any() -> Tags {
    Some(vec![String::new()])
}

fn is_any(tags: &[String]) -> bool {
    tags.iter().any(String::is_empty)
}

fn tags(when: &Expression) -> Vec<String> {
    let mut known: Vec<Tags> = Vec::new();
    for (_, node) in when.nodes() {
        // Children come before their parent.
        let of = |id: NodeId| known.get(id.index()).cloned().unwrap_or_else(any);
        let tags = match &node.kind {
            Kind::Group(inner) => of(*inner),
            Kind::Boolean(value) => any().filter(|_| *value),
            Kind::Logic { operator: Logic::And, left, right, .. } => {
                match (of(*left), of(*right)) {
                    (Some(left), Some(right)) => Some(if is_any(&left) { right } else { left }),
                    _ => None,
                }
            }
            Kind::Logic { operator: Logic::Or, left, right, .. } => match (of(*left), of(*right)) {
                (Some(left), Some(right)) => Some(union(left, right)),
                (left, right) => left.or(right),
            },
            Kind::Comparison { operator, left, right, .. } => {
                comparison(*operator, when.kind(*left), when.kind(*right))
            }
            _ => any(),
        };
        known.push(tags);
    }
    known.pop().flatten().unwrap_or_default()
}

fn union(mut left: Vec<String>, right: Vec<String>) -> Vec<String> {
    if is_any(&left) || is_any(&right) {
        return vec![String::new()];
    }
    left.extend(right);
    left.sort();
    left.dedup();
    left
}

fn comparison(operator: Operator, left: &Kind, right: &Kind) -> Tags {
    let (keyword, text) = match (left, right) {
        (Kind::Keyword(keyword), Kind::Text(text)) | (Kind::Text(text), Kind::Keyword(keyword)) => {
            (keyword, text)
        }
        _ => return any(),
    };
    match (keyword, operator) {
        (Keyword::Tag, Operator::Equal) => Some(vec![plain(text)]),
        (Keyword::Tag, Operator::Match) => Some(vec![start(text)]),
        // Without a value: they are set for what is no tag.
        (Keyword::Branch | Keyword::PullRequest, Operator::Equal | Operator::Match) => None,
        (Keyword::Result, Operator::Equal) => any().filter(|_| text == "passed"),
        _ => any(),
    }
}

/// Whether a character may stand in every policy language as it is.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_/-".contains(c)
}

/// The start of a text up to the first character that is not plain.
fn plain(text: &str) -> String {
    text.chars().take_while(|c| is_plain(*c)).collect()
}

/// How everything starts that a regular expression matches.
fn start(pattern: &str) -> String {
    let Some(anchored) = pattern.strip_prefix('^').filter(|rest| !rest.contains('|')) else {
        return String::new();
    };
    let mut start = plain(anchored);
    // What may be repeated may be missing.
    let next = anchored.chars().nth(start.len());
    if next.is_some_and(|next| "*+?{".contains(next)) {
        start.pop();
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_trusted_only_where_they_are_released() {
        for (when, expected) in [
            ("result = 'passed' and (branch = 'main' or tag =~ '^hotfix')", &["hotfix"][..]),
            ("result = 'passed' and branch = 'main'", &[]),
            ("result = 'failed' and tag =~ '^v'", &[]),
            ("result = 'passed'", &[""]),
            ("branch != 'dev'", &[""]),
            ("tag =~ 'v1'", &[""]),
            ("tag =~ '^v1|x'", &[""]),
            ("tag =~ '^v?1'", &[""]),
            ("tag =~ '^rel[0-9]'", &["rel"]),
            ("tag = 'v1.0'", &["v1"]),
            ("tag =~ '^v' or tag =~ '^hotfix/'", &["hotfix/", "v"]),
            ("tag =~ '^v' or result = 'passed'", &[""]),
            ("tag =~ '^v' and result = 'passed'", &["v"]),
            ("tag !~ '^v'", &[""]),
            ("branch = 'main' and tag =~ '^v'", &[]),
            ("pull_request =~ '.*'", &[]),
            ("false or change_in('/lib')", &[""]),
            ("(", &[]),
        ] {
            assert_eq!(Release::of("main", when).tags, expected, "{when}");
        }
    }
}
