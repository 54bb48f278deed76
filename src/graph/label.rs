//! Labels: how wide they are, how they are cut, and how they are written in XML.

/// The width of a text in a usual sans-serif font, rather too wide than too narrow.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let units: f64 = text.chars().map(advance).sum();
    units * size * if bold { 1.08 } else { 1.0 }
}

/// Share of the font's size that a character takes; measured on DejaVu Sans, which is wider than
/// most fonts that a browser has for `system-ui`.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.30,
        ' ' | '.' | ',' | ':' | ';' | 'I' | '!' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/'
        | '-' | '\\' => 0.41,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.99,
        '=' | '+' | '<' | '>' | '~' | '×' | '→' => 0.84,
        'A'..='Z' | '&' | '#' => 0.78,
        '\u{300}'..='\u{36f}' => 0.0,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{ffff}' | '\u{1f000}'.. => 1.15,
        _ => 0.65,
    }
}

/// The text on one line, cut so that it is no wider; what is cut ends with `…`.
pub(super) fn fitted(text: &str, size: f64, bold: bool, most: f64) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if width(&line, size, bold) <= most {
        return line;
    }
    let room = most - width("…", size, bold);
    let factor = size * if bold { 1.08 } else { 1.0 };
    let mut used = 0.0;
    let mut short = String::new();
    for c in line.chars() {
        used += advance(c) * factor;
        if used > room {
            break;
        }
        short.push(c);
    }
    format!("{}…", short.trim_end())
}

/// The text for XML, in elements and attributes. Characters that XML cannot have are replaced.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cut_to_their_width() {
        for text in
            ["short", "a rather long label that does not fit anywhere", "日本語日本語日本語"]
        {
            let short = fitted(text, 12.0, true, 100.0);
            assert!(width(&short, 12.0, true) <= 100.0, "{short}");
            assert_eq!(short.ends_with('…'), short != text);
        }
        assert_eq!(fitted("two\n  lines", 12.0, false, 100.0), "two lines");
    }

    #[test]
    fn xml_has_no_markup_of_others() {
        assert_eq!(xml("<a b=\"c\">&'\u{1b}"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\u{fffd}");
    }
}
