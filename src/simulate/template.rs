//! Expressions over promotion parameters, in the places where the platform fills them in.
//!
//! Facts from semaphoreci/spc (`expression.go`, `template_evaluator.go`): `${{ … }}` gives text,
//! `%{{ … }}` alone in a field gives a value; a parameter without a value is its own name. Of the
//! many functions that the platform has, those for counts and lists are known here; the others are
//! said not to be.

/// The values of parameters.
pub(super) type Values<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What an expression gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    Text(String),
    Number(i64),
    List(Vec<String>),
}

/// A text with its expressions filled in; those that are not known here stay as they are.
pub(super) fn fill(text: &str, values: Values<'_>) -> String {
    if !text.contains("{{") {
        return text.to_owned();
    }
    let mut done = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let (before, from) = rest.split_at(start);
        let marked = before.strip_suffix(['$', '%']);
        let end = from.find("}}").map(|end| end + 2);
        let (Some(kept), Some(end)) = (marked, end) else {
            done.push_str(before);
            done.push_str("{{");
            rest = from.get(2..).unwrap_or_default();
            continue;
        };
        let (whole, after) = from.split_at(end);
        let inner = whole.get(2..end - 2).unwrap_or_default();
        match evaluate(inner, values) {
            Ok(given) => {
                done.push_str(kept);
                done.push_str(&given.to_text());
            }
            Err(_) => {
                done.push_str(before);
                done.push_str(whole);
            }
        }
        rest = after;
    }
    done + rest
}

/// The value of a field that is one expression, `%{{ … }}`.
pub(super) fn value(text: &str, values: Values<'_>) -> Result<Given, String> {
    let inner = text
        .trim()
        .strip_prefix("%{{")
        .and_then(|text| text.strip_suffix("}}"))
        .ok_or_else(|| format!("\"{text}\" is no expression"))?;
    evaluate(inner, values)
}

fn evaluate(inner: &str, values: Values<'_>) -> Result<Given, String> {
    let unknown = || format!("the expression \"{}\" is not evaluated here", inner.trim());
    let mut steps = inner.split('|').map(str::trim);
    let name =
        steps.next().and_then(|first| first.strip_prefix("parameters.")).ok_or_else(unknown)?;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(unknown());
    }
    let value = values(name).filter(|value| !value.is_empty());
    let mut given = Given::Text(value.unwrap_or_else(|| name.to_owned()));
    for step in steps {
        let (function, argument) = step.split_once(' ').unwrap_or((step, ""));
        given = match (function, argument.trim(), given) {
            // What is no number counts as 0.
            ("int" | "int64", "", Given::Text(text)) => {
                Given::Number(text.trim().parse().unwrap_or(0))
            }
            ("splitList", separator, Given::Text(text)) => {
                let separator = unquoted(separator).ok_or_else(unknown)?;
                Given::List(text.split(separator).map(str::to_owned).collect())
            }
            ("upper", "", Given::Text(text)) => Given::Text(text.to_uppercase()),
            ("lower", "", Given::Text(text)) => Given::Text(text.to_lowercase()),
            ("trim", "", Given::Text(text)) => Given::Text(text.trim().to_owned()),
            _ => return Err(unknown()),
        };
    }
    Ok(given)
}

fn unquoted(text: &str) -> Option<&str> {
    let text = text.strip_prefix('"')?.strip_suffix('"')?;
    (!text.is_empty() && !text.contains(['"', '\\'])).then_some(text)
}

impl Given {
    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
                format!("[{}]", items.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(name: &str) -> Option<String> {
        match name {
            "COPIES" => Some("3".to_owned()),
            "VERSIONS" => Some("1.0,2.0".to_owned()),
            "ENV" => Some("prod".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn texts_are_filled_in() {
        for (text, expected) in [
            ("Deploy to ${{parameters.ENV}}", "Deploy to prod"),
            ("${{ parameters.ENV | upper }}-${{ parameters.NONE }}", "PROD-NONE"),
            ("%{{ parameters.COPIES | int64 }} copies", "3 copies"),
            ("%{{ parameters.VERSIONS | splitList \",\" }}", "[\"1.0\",\"2.0\"]"),
            ("${{ parameters.ENV | rot13 }}", "${{ parameters.ENV | rot13 }}"),
            ("{{ no }} $x ${{ open", "{{ no }} $x ${{ open"),
            ("plain", "plain"),
        ] {
            assert_eq!(fill(text, &values), expected, "{text}");
        }
    }

    #[test]
    fn fields_get_values() {
        assert_eq!(value("%{{ parameters.COPIES | int64 }}", &values), Ok(Given::Number(3)));
        assert_eq!(value("%{{ parameters.ENV | int64 }}", &values), Ok(Given::Number(0)));
        assert_eq!(
            value("%{{ parameters.VERSIONS | splitList \",\" }}", &values),
            Ok(Given::List(vec!["1.0".to_owned(), "2.0".to_owned()]))
        );
        for unknown in
            ["%{{ parameters.COPIES | mul 2 }}", "%{{ COPIES }}", "3", "%{{parameters.A-B}}"]
        {
            assert!(value(unknown, &values).is_err(), "{unknown}");
        }
    }
}
