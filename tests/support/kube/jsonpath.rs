//! The part of `kubectl`'s JSONPath that scripts here may use: text, `{.a.b[*].c}`, a filter
//! `[?(@.a=="b")]`, `{range}` and `{end}`, and strings. Anything else is an error, not a guess.

use serde_json::Value;

/// What `--output=jsonpath=TEMPLATE` prints of an object.
pub fn print(template: &str, object: &Value) -> Result<String, String> {
    let mut rest = template;
    let out = body(&mut rest, object, false)?;
    Ok(out)
}

/// Prints up to the end of the template, or of the range that is open.
fn body(rest: &mut &str, object: &Value, in_range: bool) -> Result<String, String> {
    let mut out = String::new();
    loop {
        let Some(at) = rest.find('{') else {
            if in_range {
                return Err("a range without end".into());
            }
            out.push_str(rest);
            *rest = "";
            return Ok(out);
        };
        out.push_str(&rest[..at]);
        let close = closing(&rest[at..]).ok_or("unclosed action")? + at;
        let action = rest[at + 1..close].trim();
        *rest = &rest[close + 1..];
        if action == "end" {
            return if in_range { Ok(out) } else { Err("not in range, nothing to end".into()) };
        } else if let Some(path) = action.strip_prefix("range ") {
            let inside = *rest;
            let items = select(path.trim(), object)?;
            // Also for no item, to find where the range ends.
            body(rest, &Value::Null, true)?;
            for item in items {
                out.push_str(&body(&mut &*inside, item, true)?);
            }
        } else if action.starts_with('"') {
            let text: String = serde_json::from_str(action).map_err(|error| error.to_string())?;
            out.push_str(&text);
        } else {
            let found: Vec<String> = select(action, object)?.into_iter().map(text).collect();
            out.push_str(&found.join(" "));
        }
    }
}

/// Where an action that begins here is closed.
fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == '}' && !quoted).then_some(at)
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What a path leads to; what is missing is left out.
fn select<'v>(path: &str, object: &'v Value) -> Result<Vec<&'v Value>, String> {
    let mut found = vec![object];
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(field) = rest.strip_prefix('.') {
            // A dot that belongs to the name has a backslash before it.
            let ends = |(at, c): (usize, char)| match c {
                '[' => true,
                '.' => !field[..at].ends_with('\\'),
                _ => false,
            };
            let end = field
                .char_indices()
                .find(|&(at, c)| ends((at, c)))
                .map_or(field.len(), |(at, _)| at);
            let name = field[..end].replace("\\.", ".");
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-./".contains(c)) {
                return Err(format!("unrecognized character in {name:?}"));
            }
            if !name.is_empty() {
                found = found.into_iter().filter_map(|value| value.get(&name)).collect();
            }
            rest = &field[end..];
        } else if let Some(index) = rest.strip_prefix('[') {
            let end = index.find(']').ok_or("unterminated array")?;
            let inside = &index[..end];
            let items = found.into_iter().filter_map(Value::as_array).flatten();
            found = if inside == "*" {
                items.collect()
            } else if let Some(filter) =
                inside.strip_prefix("?(@.").and_then(|filter| filter.strip_suffix("\")"))
            {
                let (key, wanted) = filter.split_once("==\"").ok_or("unknown filter")?;
                items.filter(|item| item.get(key).and_then(Value::as_str) == Some(wanted)).collect()
            } else {
                return Err(format!("unknown index {inside:?}"));
            };
            rest = &index[end + 1..];
        } else {
            return Err(format!("unrecognized path {rest:?}"));
        }
    }
    Ok(found)
}
