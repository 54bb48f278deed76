//! Kubernetes quantities: `500m`, `2`, `128Mi`.

/// Reads a quantity as a number of thousandths of its unit (a core, a byte).
///
/// Source of the suffixes: the Kubernetes API reference, "Quantity"; exponents are left out.
pub(super) fn in_thousandths(text: &str) -> Option<u128> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let factor: u128 = match suffix {
        "m" => 1,
        "" => 1000,
        "k" => 1000 * 1000,
        "M" => 1000 * 1000_u128.pow(2),
        "G" => 1000 * 1000_u128.pow(3),
        "T" => 1000 * 1000_u128.pow(4),
        "Ki" => 1000 * 1024,
        "Mi" => 1000 * 1024_u128.pow(2),
        "Gi" => 1000 * 1024_u128.pow(3),
        "Ti" => 1000 * 1024_u128.pow(4),
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.len() > 3 || whole.len() > 15 {
        return None;
    }
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let value: u128 = whole.parse::<u128>().ok()? * scale + fraction.parse::<u128>().ok()?;
    Some(value * factor / scale)
}

#[cfg(test)]
mod tests {
    use super::in_thousandths;

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        for (text, value) in [
            ("500m", Some(500)),
            ("2", Some(2000)),
            ("0.5", Some(500)),
            ("1.25", Some(1250)),
            ("1k", Some(1_000_000)),
            ("128Mi", Some(134_217_728_000)),
            ("1Gi", Some(1_073_741_824_000)),
            ("", None),
            ("Mi", None),
            ("-1", None),
            ("1MB", None),
            ("1.", None),
            (".5", None),
            ("1 Gi", None),
            ("1.2.3", None),
        ] {
            assert_eq!(in_thousandths(text), value, "{text:?}");
        }
    }
}
