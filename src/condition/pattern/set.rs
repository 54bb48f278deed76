//! Sets of bytes: what a class of characters comes to where a character is a byte.
//!
//! The platform compiles its patterns without Unicode, so PCRE sees the bytes of the UTF-8 text
//! and takes their classes from Erlang's Latin-1 table (measured on Erlang/OTP 25).

/// A set of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) const EMPTY: Self = Self([0; 4]);

    pub(super) fn of(belongs: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::EMPTY;
        for byte in 0..=u8::MAX {
            set.0[usize::from(byte / 64)] |= u64::from(belongs(byte)) << (byte % 64);
        }
        set
    }

    pub(super) fn one(byte: u8) -> Self {
        Self::of(|other| other == byte)
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        Self::of(|byte| self.contains(byte) || other.contains(byte))
    }

    pub(super) fn negated(&self) -> Self {
        Self::of(|byte| !self.contains(byte))
    }

    /// With the other case of each letter.
    pub(super) fn any_case(&self) -> Self {
        Self::of(|byte| self.contains(byte) || self.contains(other_case(byte)))
    }

    /// The class that `\d`, `\W` and so on stand for.
    pub(super) fn escaped(letter: u8) -> Option<Self> {
        let set = match letter.to_ascii_lowercase() {
            b'd' => Self::of(|byte| byte.is_ascii_digit()),
            b'w' => Self::of(is_word),
            b's' => Self::of(is_space),
            b'h' => Self::of(|byte| matches!(byte, b'\t' | b' ' | 0xA0)),
            b'v' => Self::of(|byte| matches!(byte, 10..=13 | 0x85)),
            _ => return None,
        };
        Some(if letter.is_ascii_uppercase() { set.negated() } else { set })
    }

    /// The class `[:name:]`.
    pub(super) fn posix(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"alpha" => Self::of(is_letter),
            b"lower" => Self::of(|byte| is_letter(byte) && !is_upper(byte)),
            b"upper" => Self::of(is_upper),
            b"alnum" => Self::of(|byte| is_letter(byte) || byte.is_ascii_digit()),
            b"ascii" => Self::of(|_| true),
            b"blank" => Self::of(|byte| matches!(byte, b'\t' | b' ')),
            b"cntrl" => Self::of(is_control),
            b"digit" => Self::of(|byte| byte.is_ascii_digit()),
            b"graph" => Self::of(|byte| !is_control(byte) && byte != b' '),
            b"print" => Self::of(|byte| !is_control(byte)),
            b"punct" => Self::of(|byte| {
                !is_control(byte) && byte != b' ' && !is_letter(byte) && !byte.is_ascii_digit()
            }),
            b"space" => Self::of(is_space),
            b"word" => Self::of(is_word),
            b"xdigit" => Self::of(|byte| byte.is_ascii_hexdigit()),
            _ => return None,
        })
    }

    /// The set in the brackets of a class, for the engine: bytes as characters up to U+00FF.
    pub(super) fn ranges(&self) -> String {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for byte in (0..=u8::MAX).filter(|&byte| self.contains(byte)) {
            match ranges.last_mut() {
                Some((_, end)) if *end + 1 == byte => *end = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        ranges.iter().map(|(low, high)| format!("\\x{{{low:x}}}-\\x{{{high:x}}}")).collect()
    }

    /// The set as an expression for the engine.
    pub(super) fn class(&self) -> String {
        match self.ranges() {
            // Nothing: outside of what there is.
            ranges if ranges.is_empty() => "[^\\x{0}-\\x{ff}]".to_owned(),
            ranges => format!("[{ranges}]"),
        }
    }
}

/// The byte of the same letter in the other case, or the byte itself.
pub(super) const fn other_case(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' | 0xC0..=0xD6 | 0xD8..=0xDE => byte + 32,
        b'a'..=b'z' | 0xE0..=0xF6 | 0xF8..=0xFE => byte - 32,
        _ => byte,
    }
}

/// What `[:space:]`, `\s` and extended mode call white space.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, 9..=13 | b' ')
}

pub(super) const fn is_word(byte: u8) -> bool {
    is_letter(byte) || byte.is_ascii_digit() || byte == b'_'
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
        || matches!(byte, 0xAA | 0xB5 | 0xBA | 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0xFF)
}

const fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || matches!(byte, 0xC0..=0xD6 | 0xD8..=0xDE)
}

const fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=31 | 127..=159)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ranges that `re:run` of Erlang/OTP 25 finds for each class.
    #[test]
    fn classes_are_those_of_erlangs_latin_1_table() {
        let letters = [
            (65, 90),
            (97, 122),
            (170, 170),
            (181, 181),
            (186, 186),
            (192, 214),
            (216, 246),
            (248, 255),
        ];
        let measured: [(&str, &[(u8, u8)]); 9] = [
            ("alpha", &letters),
            ("lower", &[(97, 122), (170, 170), (181, 181), (186, 186), (223, 246), (248, 255)]),
            ("upper", &[(65, 90), (192, 214), (216, 222)]),
            ("blank", &[(9, 9), (32, 32)]),
            ("cntrl", &[(0, 31), (127, 159)]),
            ("graph", &[(33, 126), (160, 255)]),
            ("print", &[(32, 126), (160, 255)]),
            ("space", &[(9, 13), (32, 32)]),
            (
                "punct",
                &[
                    (33, 47),
                    (58, 64),
                    (91, 96),
                    (123, 126),
                    (160, 169),
                    (171, 180),
                    (182, 185),
                    (187, 191),
                    (215, 215),
                    (247, 247),
                ],
            ),
        ];
        for (name, ranges) in measured {
            let expected =
                ByteSet::of(|byte| ranges.iter().any(|&(low, high)| (low..=high).contains(&byte)));
            assert_eq!(ByteSet::posix(name.as_bytes()), Some(expected), "{name}");
        }
        assert_eq!(ByteSet::posix(b"foo"), None);
    }
}
