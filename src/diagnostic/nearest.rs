//! "Did you mean": the known name that comes closest to a wrong one.

/// How many letters a name may have for which another one is looked for: the distance of two
/// names takes time and memory by the product of their lengths.
const LONGEST: usize = 200;

/// The candidate that differs from the word in the fewest letters, in a third of its own at most;
/// of several such the first in the alphabet. None for a word of more than 200 letters.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().take(LONGEST + 1).count();
    if length > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|known| {
            let letters = known.chars().take(2 * LONGEST).count();
            let most = letters.div_ceil(3);
            // They differ in at least as many letters as one has more than the other.
            if letters.abs_diff(length) > most {
                return None;
            }
            let distance = strsim::damerau_levenshtein(known, word);
            (distance <= most).then_some((distance, known))
        })
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

    #[test]
    fn names_without_end_are_not_compared() {
        let (long, longer) = ("x".repeat(1_000_000), "x".repeat(1_000_001));
        assert_eq!(nearest(&long, [longer.as_str(), "x"]), None);
        assert_eq!(nearest("x", [longer.as_str(), "y"]), Some("y"));
        let (most, near) = ("x".repeat(200), "x".repeat(201));
        assert_eq!(nearest(&most, [near.as_str()]), Some(near.as_str()));
    }
}
