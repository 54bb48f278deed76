//! What a backslash and the characters after it mean.

use super::reader::{Reader, Result};
use super::set::{self, ByteSet};

/// What an escape stands for, outside of a class as well as inside.
#[derive(Debug)]
pub(super) enum Escape {
    /// This byte.
    Byte(u8),
    /// One byte out of a set.
    Set(ByteSet),
    /// One character with a Unicode property.
    Property(String),
    /// A letter that only the place can explain: an assertion, a reference, …
    Letter(u8),
    /// `\` and a number that starts with this digit, which is still to be read.
    Number(u8),
}

/// The general categories, and PCRE's own properties, that may stand after `\p`. Scripts are the
/// names that are longer.
const PROPERTIES: [&str; 43] = [
    "Any", "L&", "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc",
    "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc",
    "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Xan", "Xps", "Xsp", "Xwd",
];

/// The scripts that characters up to U+00FF can have.
const SCRIPTS: [&str; 3] = ["Latin", "Common", "Greek"];

/// Other scripts that PCRE 8.44 knows; no byte has one of them.
const FOREIGN_SCRIPTS: &str = "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah \
    Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian \
    Caucasian_Albanian Chakma Cham Cherokee Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari \
    Dogra Duployan Egyptian_Hieroglyphs Elbasan Ethiopic Georgian Glagolitic Gothic Grantha \
    Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana \
    Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi \
    Kannada Katakana Kayah_Li Kharoshthi Khmer Khojki Khudawadi Lao Lepcha Limbu Linear_A \
    Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen \
    Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs \
    Miao Modi Mongolian Mro Multani Myanmar Nabataean New_Tai_Lue Newa Nko Nushu Ogham Ol_Chiki \
    Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian \
    Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa \
    Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham \
    SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog \
    Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu Thaana Thai Tibetan Tifinagh \
    Tirhuta Ugaritic Unknown Vai Warang_Citi Yi Zanabazar_Square Xuc";

impl Reader<'_> {
    /// Reads an escape whose backslash is behind.
    pub(super) fn escape(&mut self) -> Result<Escape> {
        let start = self.at - 1;
        let Some(byte) = self.next() else {
            return Err(self.malformed(start, "nothing follows the `\\`"));
        };
        Ok(match byte {
            b'a' => Escape::Byte(7),
            b'e' => Escape::Byte(27),
            b'f' => Escape::Byte(12),
            b'n' => Escape::Byte(b'\n'),
            b'r' => Escape::Byte(b'\r'),
            b't' => Escape::Byte(b'\t'),
            b'x' => Escape::Byte(self.hexadecimal(start)?),
            b'o' => Escape::Byte(self.braced_octal(start)?),
            b'c' => Escape::Byte(self.control(start)?),
            b'p' | b'P' => self.property(start, byte == b'P')?,
            b'L' | b'l' | b'U' | b'u' => {
                return Err(self.malformed(start, &format!("PCRE has no `\\{}`", char::from(byte))));
            }
            b'0' => Escape::Byte(self.octal(start, 0)?),
            b'1'..=b'9' => Escape::Number(byte - b'0'),
            b'A' | b'B' | b'b' | b'C' | b'E' | b'G' | b'g' | b'K' | b'k' | b'N' | b'Q' | b'R'
            | b'X' | b'Z' | b'z' => Escape::Letter(byte),
            byte => match ByteSet::escaped(byte) {
                Some(set) => Escape::Set(set),
                None if self.flags.extra && byte.is_ascii_alphabetic() => {
                    let message = format!("`\\{}` means nothing", char::from(byte));
                    return Err(self.malformed(start, &message));
                }
                None => Escape::Byte(byte),
            },
        })
    }

    /// Up to two more octal digits after `value`.
    pub(super) fn octal(&mut self, start: usize, value: u8) -> Result<u8> {
        let mut value = u32::from(value);
        for _ in 0..2 {
            let Some(digit @ b'0'..=b'7') = self.peek() else { break };
            value = value * 8 + u32::from(digit - b'0');
            self.at += 1;
        }
        u8::try_from(value)
            .map_err(|_| self.malformed(start, "the octal number is greater than 377"))
    }

    fn hexadecimal(&mut self, start: usize) -> Result<u8> {
        if self.take(b"{") {
            return self.braced(start, 16, "hexadecimal");
        }
        let mut value = 0;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                break;
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        u8::try_from(value).map_err(|_| self.malformed(start, "the number is too large"))
    }

    fn braced_octal(&mut self, start: usize) -> Result<u8> {
        if !self.take(b"{") {
            return Err(self.malformed(start, "`\\o` needs a number in braces"));
        }
        self.braced(start, 8, "octal")
    }

    fn braced(&mut self, start: usize, radix: u32, kind: &str) -> Result<u8> {
        let mut value = 0u32;
        let first = self.at;
        while let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(radix)) {
            value = value.saturating_mul(radix).saturating_add(digit);
            self.at += 1;
        }
        let digits = self.at - first;
        if !self.take(b"}") {
            return Err(self.malformed(start, &format!("expected a {kind} number and `}}`")));
        }
        if digits == 0 {
            return Err(self.malformed(start, &format!("expected a {kind} number in the braces")));
        }
        u8::try_from(value).map_err(|_| {
            self.malformed(
                start,
                "a character is one byte here, and the number is greater than 255",
            )
        })
    }

    fn control(&mut self, start: usize) -> Result<u8> {
        match self.next() {
            None => Err(self.malformed(start, "nothing follows the `\\c`")),
            Some(byte) if byte.is_ascii() => Ok(byte.to_ascii_uppercase() ^ 0x40),
            Some(_) => Err(self.malformed(start, "an ASCII character must follow `\\c`")),
        }
    }

    fn property(&mut self, start: usize, mut negated: bool) -> Result<Escape> {
        let malformed = "a property in braces must follow `\\p`";
        let name = match self.next() {
            None => return Err(self.malformed(start, malformed)),
            Some(b'{') => {
                negated ^= self.take(b"^");
                let first = self.at;
                loop {
                    match self.next() {
                        Some(b'}') => break,
                        Some(_) => {}
                        None => return Err(self.malformed(start, malformed)),
                    }
                }
                String::from_utf8_lossy(&self.bytes[first..self.at - 1]).into_owned()
            }
            Some(byte) => char::from(byte).to_string(),
        };
        let sign = if negated { 'P' } else { 'p' };
        let engine = match name.as_str() {
            "Any" => return Ok(Escape::Set(whether(negated, |_| true))),
            "L&" => {
                return Ok(Escape::Property(format!(
                    "[{}\\p{{Lu}}\\p{{Ll}}\\p{{Lt}}]",
                    if negated { "^" } else { "" }
                )));
            }
            "Xan" => format!("[{}\\p{{L}}\\p{{N}}]", if negated { "^" } else { "" }),
            "Xwd" => format!("[{}\\p{{L}}\\p{{N}}_]", if negated { "^" } else { "" }),
            "Xsp" | "Xps" => {
                return Ok(Escape::Set(whether(negated, |byte| {
                    set::is_space(byte) || matches!(byte, 0x85 | 0xA0)
                })));
            }
            "Xuc" => {
                return Ok(Escape::Set(whether(negated, |byte| {
                    matches!(byte, b'$' | b'@' | b'`' | 0xA0..)
                })));
            }
            name if PROPERTIES.contains(&name) => format!("\\{sign}{{{name}}}"),
            name if SCRIPTS.contains(&name) => format!("\\{sign}{{Script={name}}}"),
            name if FOREIGN_SCRIPTS.split_whitespace().any(|script| script == name) => {
                return Ok(Escape::Set(whether(negated, |_| false)));
            }
            name => return Err(self.malformed(start, &format!("unknown property '{name}'"))),
        };
        Ok(Escape::Property(engine))
    }
}

fn whether(negated: bool, belongs: impl Fn(u8) -> bool) -> ByteSet {
    ByteSet::of(|byte| belongs(byte) != negated)
}
