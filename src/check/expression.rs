//! Expressions over the parameters of a promotion, `${{ … }}` and `%{{ … }}`, which the platform
//! evaluates before it looks at what they stand in. Facts: semaphoreci/spc
//! (`templates/expression.go`): `$` always gives a string; `%` gives what its last function
//! gives, when nothing stands around it.

use std::ops::Range;

/// Whether a string holds an expression.
pub(super) fn any(text: &str) -> bool {
    find(text, 0).is_some()
}

/// Whether a string may become something else than a string: when it is one `%{{ … }}` and no
/// more, and a function follows the parameter.
pub(super) fn may_change_type(text: &str) -> bool {
    let text = text.trim();
    find(text, 0).is_some_and(|range| {
        range == (0..text.len()) && text.starts_with('%') && !inside(text).is_some_and(is_parameter)
    })
}

/// A condition in which each expression is replaced by as many letters, so that places stay; none
/// when one stands outside of a string, where it could become anything.
pub(super) fn masked(condition: &str) -> Option<String> {
    let mut masked = String::with_capacity(condition.len());
    while let Some(range) = find(condition, masked.len()) {
        let before = condition.get(..range.start)?;
        if before.matches('\'').count() % 2 == 0 {
            return None;
        }
        masked.push_str(condition.get(masked.len()..range.start)?);
        masked.extend(range.map(|_| 'x'));
    }
    masked.push_str(condition.get(masked.len()..)?);
    Some(masked)
}

/// Where the first expression from `from` on stands. The platform takes nothing with a
/// parenthesis for one.
fn find(text: &str, from: usize) -> Option<Range<usize>> {
    text.get(from..)?.match_indices("{{").find_map(|(at, _)| {
        let open = from + at;
        let start = open.checked_sub(1).filter(|start| *start >= from)?;
        if !matches!(text.as_bytes().get(start), Some(b'$' | b'%')) {
            return None;
        }
        let rest = text.get(open + 2..)?;
        let length = rest.find(['(', ')', '}'])?;
        let close = rest.get(length..)?.starts_with("}}");
        (length > 0 && close).then_some(start..open + 2 + length + 2)
    })
}

/// What stands between the braces of an expression.
fn inside(expression: &str) -> Option<&str> {
    expression.get(3..)?.strip_suffix("}}")
}

fn is_parameter(text: &str) -> bool {
    text.trim().strip_prefix("parameters.").is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_begin_with_a_sign_and_hold_no_parenthesis() {
        for (text, expected) in [
            ("${{parameters.A}}", true),
            ("x %{{ parameters.A | int64 }} y", true),
            ("{{parameters.A}}", false),
            ("%{{ (parameters.A) }}", false),
            ("%{{}}", false),
            ("%{{ a }", false),
            ("$ {{ a }}", false),
            ("%{{ (a) }} ${{ b }}", true),
        ] {
            assert_eq!(any(text), expected, "{text}");
        }
    }

    #[test]
    fn only_a_function_makes_something_else_than_a_string() {
        for (text, expected) in [
            ("%{{ parameters.N | int64 }}", true),
            (" %{{ parameters.N | int64 }} ", true),
            ("${{ parameters.N | int64 }}", false),
            ("%{{ parameters.N }}", false),
            ("1%{{ parameters.N | int64 }}", false),
            ("4", false),
        ] {
            assert_eq!(may_change_type(text), expected, "{text}");
        }
    }

    #[test]
    fn a_masked_condition_keeps_its_places() {
        assert_eq!(masked("tag = 'v${{ a }}!'").as_deref(), Some("tag = 'vxxxxxxxx!'"));
        assert_eq!(masked("branch = 'é${{a}}' or %{{b}}"), None);
        assert_eq!(masked("branch = 'a'").as_deref(), Some("branch = 'a'"));
        assert_eq!(masked("'%{{a}}' = branch and tag = '${{b}}'").map(|text| text.len()), Some(36));
    }
}
