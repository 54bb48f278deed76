//! Finding an indicator in what stands between two nodes: white space, comments, the other
//! indicators, tags and anchors, and nothing else.

/// Offset of the first indicator that `wanted` accepts, from `from` on, or nothing when something
/// else than white space, comments, indicators, tags and anchors comes first.
pub(super) fn to(text: &str, from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            _ if wanted(byte) => return Some(at),
            b'#' => at = end_of(bytes, at, |byte| matches!(byte, b'\n' | b'\r')),
            b'&' | b'!' => {
                at = end_of(bytes, at, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
            }
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b'?' | b'-' | b',' => at += 1,
            _ => return None,
        }
    }
    None
}

fn end_of(bytes: &[u8], from: usize, stop: impl Fn(u8) -> bool) -> usize {
    bytes.iter().skip(from).position(|&byte| stop(byte)).map_or(bytes.len(), |length| from + length)
}
