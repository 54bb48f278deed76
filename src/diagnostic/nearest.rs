//! "Did you mean": the known name that comes closest to a wrong one.

/// The candidate that differs from the word in the fewest letters, in a third of its own at most;
/// of several such the first in the alphabet.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(known, word), known))
        .filter(|(distance, known)| *distance <= known.chars().count().div_ceil(3))
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_name_that_is_too_far_is_not_meant() {
        assert_eq!(nearest("regin", ["id", "region", "repository"]), Some("region"));
        assert_eq!(nearest("azure", ["aws", "gcp", "digitalocean"]), None);
        assert_eq!(nearest("x", []), None);
    }
}
