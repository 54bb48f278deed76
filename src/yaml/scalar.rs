//! What a plain scalar means: the platform's table, measured on its parser. It is the core
//! schema of YAML 1.2 with a few edges of its own; quoted and block scalars are always strings.

use super::tree::Value;

/// What the platform's dialect makes of a plain scalar.
///
/// An integer that does not fit 128 bits keeps being an integer, the greatest or the least one.
#[must_use]
pub fn resolve_plain(text: &str) -> Value<'_> {
    let Some(&first) = text.as_bytes().first() else {
        return Value::Null;
    };
    match first {
        b'~' | b'n' | b'N' if is_null(text) => Value::Null,
        b't' | b'T' | b'f' | b'F' => boolean(text).map_or(Value::Str(text), Value::Bool),
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text).unwrap_or(Value::Str(text)),
        _ => Value::Str(text),
    }
}

/// Whether the text is one of the words for null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// The boolean that the text is.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<Value<'_>> {
    integer(text).map(Value::Int).or_else(|| float(text).map(Value::Float))
}

/// The integer that the text is: `+1`, `017` (decimal), `0o17`, `0x1F`.
pub(super) fn integer(text: &str) -> Option<i128> {
    if let Some(digits) = text.strip_prefix("0o") {
        return in_radix(digits, 8, false);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return in_radix(digits, 16, false);
    }
    match text.strip_prefix('-') {
        Some(digits) => in_radix(digits, 10, true),
        None => in_radix(text.strip_prefix('+').unwrap_or(text), 10, false),
    }
}

fn in_radix(digits: &str, radix: u32, negative: bool) -> Option<i128> {
    if digits.is_empty() {
        return None;
    }
    let mut value: i128 = 0;
    for digit in digits.chars() {
        let digit = i128::from(digit.to_digit(radix)?);
        value = value.saturating_mul(i128::from(radix));
        value = if negative { value.saturating_sub(digit) } else { value.saturating_add(digit) };
    }
    Some(value)
}

/// The float that the text is: `1.0`, `.5`, `1.`, `1e3`, `-.inf`, `.nan`.
pub(super) fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    if let Some(exponent) = exponent {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if exponent.is_empty() || !digits(exponent) {
            return None;
        }
    }
    text.parse().ok()
}

/// What a tagged scalar means; nothing where the tag is unknown or does not fit. The non-specific
/// tag `!` makes a string.
pub(super) fn resolve_tagged<'t>(
    text: &'t str,
    plain: bool,
    core: Option<&str>,
    non_specific: bool,
) -> Option<Value<'t>> {
    match core {
        None if non_specific => Some(Value::Str(text)),
        Some("str") => Some(Value::Str(text)),
        Some("int") => integer(text).map(Value::Int),
        Some("float") => match integer(text) {
            #[allow(clippy::cast_precision_loss)]
            Some(value) => Some(Value::Float(value as f64)),
            None => float(text).map(Value::Float),
        },
        Some("bool") => boolean(text).map(Value::Bool),
        Some("null") if is_null(text) && (plain || !text.is_empty()) => Some(Value::Null),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_resolve_as_the_platform_measured() {
        for word in ["yes", "no", "on", "off", "tRue", "nULL", "y", "N", "nil", "TRue", "none"] {
            assert_eq!(resolve_plain(word), Value::Str(word));
        }
        for word in ["true", "True", "TRUE"] {
            assert_eq!(resolve_plain(word), Value::Bool(true));
        }
        for word in ["false", "False", "FALSE"] {
            assert_eq!(resolve_plain(word), Value::Bool(false));
        }
        for word in ["~", "null", "Null", "NULL", ""] {
            assert_eq!(resolve_plain(word), Value::Null);
        }
    }

    #[test]
    fn integers_resolve_as_the_platform_measured() {
        let table = [
            ("1", 1),
            ("+1", 1),
            ("-1", -1),
            ("01", 1),
            ("017", 17),
            ("0o17", 15),
            ("0x1F", 31),
            ("0", 0),
            ("-0", 0),
            ("99999999999999999999", 99_999_999_999_999_999_999),
            ("170141183460469231731687303715884105728", i128::MAX),
            ("-999999999999999999999999999999999999999999", i128::MIN),
        ];
        for (text, value) in table {
            assert_eq!(resolve_plain(text), Value::Int(value), "{text}");
        }
    }

    #[test]
    fn floats_resolve_as_the_platform_measured() {
        let table = [
            ("1.0", 1.0),
            (".5", 0.5),
            ("1.", 1.0),
            ("1e3", 1000.0),
            ("4.0", 4.0),
            ("-1.5E-2", -0.015),
            ("+.5", 0.5),
            (".inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
        ];
        for (text, value) in table {
            assert_eq!(resolve_plain(text), Value::Float(value), "{text}");
        }
        assert!(matches!(resolve_plain(".nan"), Value::Float(value) if value.is_nan()));
    }

    #[test]
    fn what_only_looks_like_a_number_is_a_string() {
        for text in [
            "1_000",
            "0b11",
            "0O7",
            "1e",
            "2020-01-01",
            "12:30",
            "0.1.2",
            ".",
            "-",
            "+",
            "0x",
            "0o",
            "0o8",
            "1e+",
            "-.",
            "e3",
            ".e3",
            "+-1",
            "-.nan",
            ".inF",
            "1 ",
            "0xg",
            "-0x1F",
            "inf",
            "nan",
            "infinity",
            "１",
        ] {
            assert_eq!(resolve_plain(text), Value::Str(text));
        }
    }
}
