//! Values written back: the plainest spelling that every reader takes for this very value.

use std::fmt::Write as _;

use super::node::Node;
use super::scalar::resolve_plain;
use super::tree::{Style, Value};

/// Words that some reader takes for a boolean, null or number.
const WORDS: &[&str] =
    &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"];

/// A string on one line: plain where the platform and readers of YAML 1.1 and 1.2 read it back as
/// this very string in every place (in block and flow collections, as key, item and value), else
/// in single quotes, else in double quotes.
///
/// As a key it must be shorter than 1,024 characters, which is a limit of YAML.
#[must_use]
pub fn scalar(text: &str) -> String {
    written(text, is_plain(text, true))
}

/// Like [`scalar`] for an item or a value of a block collection, where commas and brackets need
/// no quotes: `docker push "${IMAGE}"`.
#[must_use]
pub fn block_value(text: &str) -> String {
    written(text, is_plain(text, false))
}

fn written(text: &str, plain: bool) -> String {
    if plain {
        text.to_owned()
    } else if text.chars().all(is_printable) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        double_quoted(text)
    }
}

/// A literal block scalar: its header and its lines, `indent` spaces before each, without the
/// line break after the last one, which the caller writes. Nothing where the text cannot be one:
/// when it has characters that only an escape can write, or no content.
///
/// `indent` is two columns more than that of the key or dash that the scalar belongs to.
#[must_use]
pub fn block_scalar(text: &str, indent: usize) -> Option<String> {
    let content = text.trim_end_matches('\n');
    let writable = |c: char| is_printable(c) || matches!(c, '\n' | '\t');
    if content.is_empty() || indent < 2 || !text.chars().all(writable) {
        return None;
    }
    let mut block = "|".to_owned();
    let first = content.trim_start_matches('\n');
    if first.starts_with([' ', '\t']) {
        block.push('2');
    }
    match text.len() - content.len() {
        0 => block.push('-'),
        1 => {}
        _ => block.push('+'),
    }
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        block.push('\n');
        if !line.is_empty() {
            block.extend(std::iter::repeat_n(' ', indent));
            block.push_str(line);
        }
    }
    Some(block)
}

/// A node on one line, collections in brackets; aliases are written out.
#[must_use]
pub fn flow(node: Node<'_>) -> String {
    let mut text = String::new();
    write_flow(node, &mut text);
    text
}

// As deep as the tree, which is bounded by `MAX_DEPTH`.
fn write_flow(node: Node<'_>, text: &mut String) {
    match node.value() {
        Value::Str(value) => text.push_str(&scalar(value)),
        Value::Seq => {
            text.push('[');
            for (index, item) in node.items().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_flow(item, text);
            }
            text.push(']');
        }
        Value::Map => {
            text.push('{');
            for (index, entry) in node.entries().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_flow(entry.key, text);
                text.push_str(": ");
                write_flow(entry.value, text);
            }
            text.push('}');
        }
        value => {
            // A number keeps its spelling (`0x1F`) unless a tag made it one.
            let spelling = node.definition_span().slice(node.tree().text());
            if node.style() == Style::Plain
                && !spelling.is_empty()
                && resolve_plain(spelling) == value
            {
                text.push_str(spelling);
            } else {
                write_scalar(value, text);
            }
        }
    }
}

fn write_scalar(value: Value<'_>, text: &mut String) {
    let _ = match value {
        Value::Bool(value) => write!(text, "{value}"),
        Value::Int(value) => write!(text, "{value}"),
        Value::Float(value) if value.is_nan() => write!(text, ".nan"),
        Value::Float(f64::INFINITY) => write!(text, ".inf"),
        Value::Float(f64::NEG_INFINITY) => write!(text, "-.inf"),
        Value::Float(value) => write!(text, "{value:?}"),
        _ => write!(text, "null"),
    };
}

fn is_plain(text: &str, in_flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let starts = match first {
        '-' => chars.next().is_some_and(|second| second.is_alphanumeric() || second == '-'),
        _ => first.is_alphanumeric() || "_/.$()^+;~\\=<".contains(first),
    };
    let ends_otherwise = text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
        || (in_flow && (text.contains([',', '[', ']', '{', '}']) || text.contains(":?")));
    let is_document_marker = text.starts_with("---") || text.starts_with("...");
    let is_word =
        matches!(text, "=" | "<<") || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    let is_special = is_document_marker || is_word || is_like_number(text);
    starts
        && !ends_otherwise
        && !is_special
        && text.chars().all(is_printable)
        && matches!(resolve_plain(text), Value::Str(_))
}

/// What some reader may take for a number or a date: underscores, base 2 and 60, time stamps.
fn is_like_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.chars().all(|c| c.is_ascii_hexdigit() || "xXoOtTzZnNiI_.:+- ".contains(c))
}

/// What stands for itself in quotes on one line, for every reader.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{FEFF}' | '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}')
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 8);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            c => {
                let _ = match u32::from(c) {
                    code @ 0..=0xFF => write!(quoted, "\\x{code:02X}"),
                    code @ 0x100..=0xFFFF => write!(quoted, "\\u{code:04X}"),
                    code => write!(quoted, "\\U{code:08X}"),
                };
            }
        }
    }
    quoted.push('"');
    quoted
}
