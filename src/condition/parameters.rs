//! `${{ parameters.NAME }}`, replaced as text before a condition is read.

/// The text with every `${{ parameters.NAME }}` replaced by the value of the parameter.
///
/// A parameter without a value, or with an empty one, becomes its own name, as in
/// semaphoreci/spc (`parameters/expression.go`). Names are letters, digits and `_`; white space
/// may stand inside of the braces on both sides. What was put in is not looked at again.
#[must_use]
pub fn substitute(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let (before, from) = rest.split_at(start);
        done.push_str(before);
        if let Some((name, after)) = parameter(from) {
            let value = value(name).filter(|value| !value.is_empty());
            done.push_str(value.as_deref().unwrap_or(name));
            rest = after;
        } else {
            done.push('$');
            rest = &from[1..];
        }
    }
    done + rest
}

/// The names of the parameters in a text, in order, each as often as it stands there.
#[must_use]
pub fn parameters(text: &str) -> Vec<&str> {
    text.match_indices("${{")
        .filter_map(|(start, _)| text.get(start..).and_then(parameter))
        .map(|(name, _)| name)
        .collect()
}

/// The name of the parameter that `text` starts with, and what follows it.
fn parameter(text: &str) -> Option<(&str, &str)> {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C');
    let text = text.strip_prefix("${{")?.trim_start_matches(blank).strip_prefix("parameters.")?;
    let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (name, after) = text.split_at(length);
    let after = after.trim_start_matches(blank).strip_prefix("}}")?;
    (!name.is_empty()).then_some((name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_their_values_or_else_their_names() {
        let value = |name: &str| match name {
            "BRANCH" => Some("master".to_owned()),
            "NESTED" => Some("${{ parameters.BRANCH }}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("branch = '${{parameters.BRANCH}}'", "branch = 'master'"),
            ("${{ parameters.BRANCH }}-${{\tparameters.BRANCH\n}}", "master-master"),
            ("${{parameters.UNKNOWN}}", "UNKNOWN"),
            ("${{parameters.EMPTY}}", "EMPTY"),
            ("${{parameters.NESTED}}", "${{ parameters.BRANCH }}"),
            ("${{parameters.}}", "${{parameters.}}"),
            ("${{parameters.A-B}}", "${{parameters.A-B}}"),
            ("${{ parameter.BRANCH }}", "${{ parameter.BRANCH }}"),
            ("%{{parameters.BRANCH}}", "%{{parameters.BRANCH}}"),
            ("$${{parameters.BRANCH}}", "$master"),
            ("${{${{parameters.BRANCH}}", "${{master"),
            ("${{parameters.BRANCH", "${{parameters.BRANCH"),
            ("é${{parameters.BRANCH}}é", "émasteré"),
            ("", ""),
        ] {
            assert_eq!(substitute(text, value), expected, "{text}");
        }
    }

    #[test]
    fn the_names_of_parameters_are_listed() {
        let text = "${{parameters.A}} ${{ parameters.B_1 }} ${{x}} ${{parameters.A}}";
        assert_eq!(parameters(text), ["A", "B_1", "A"]);
    }
}
