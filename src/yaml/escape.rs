//! Escapes in double quotes. Of one that YAML does not know the platform drops the backslash.

/// What a backslash in double quotes makes, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// This character.
    Known(char, usize),
    /// The character after the backslash, as if there were none.
    Unknown(char, usize),
    /// Nothing: the line goes on in the next one.
    LineBreak(usize),
}

/// Whether YAML knows the escape of this character.
pub(super) fn is_known(c: char) -> bool {
    simple(c).is_some() || matches!(c, 'x' | 'u' | 'U' | '\n' | '\r')
}

/// Reads the escape whose backslash stands at `at`. Wrong digits, which the parser refuses, count
/// as unknown here.
pub(super) fn read(text: &str, at: usize) -> Escape {
    let rest = text.get(at + 1..).unwrap_or_default();
    let Some(c) = rest.chars().next() else { return Escape::LineBreak(text.len()) };
    let next = at + 1 + c.len_utf8();
    if let Some(value) = simple(c) {
        return Escape::Known(value, next);
    }
    let digits = match c {
        '\r' if rest.starts_with("\r\n") => return Escape::LineBreak(next + 1),
        '\n' | '\r' => return Escape::LineBreak(next),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return Escape::Unknown(c, next),
    };
    let Some(code) = hex(text, next, digits) else { return Escape::Unknown(c, next) };
    let end = next + digits;
    if let Some(value) = char::from_u32(code) {
        return Escape::Known(value, end);
    }
    let low = text
        .get(end..)
        .filter(|rest| rest.starts_with("\\u"))
        .and_then(|_| hex(text, end + 2, 4))
        .filter(|low| (0xDC00..0xE000).contains(low));
    match low {
        Some(low) if (0xD800..0xDC00).contains(&code) => {
            let value = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            Escape::Known(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER), end + 6)
        }
        _ => Escape::Unknown(c, next),
    }
}

fn hex(text: &str, start: usize, digits: usize) -> Option<u32> {
    let digits = text.get(start..start + digits)?;
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

const fn simple(c: char) -> Option<char> {
    Some(match c {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0B',
        'f' => '\x0C',
        'r' => '\r',
        'e' => '\x1B',
        ' ' | '"' | '/' | '\\' => c,
        'N' => '\u{85}',
        '_' => '\u{A0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    })
}
