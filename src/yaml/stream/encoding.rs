//! Bytes ⇄ text.
//!
//! YAML is written in UTF-8, UTF-16 or UTF-32 (YAML 1.2 §5.2). A byte-order mark is a character of
//! the text like any other and stays where it is, so nothing more than the encoding has to be
//! remembered to write the same bytes again. A file without a mark shows its encoding by the zeros
//! of its first characters, which YAML wants to be ASCII.

use std::borrow::Cow;

use super::super::LoadError;

/// The encoding of a file. It is kept: what was read as UTF-16 is written as UTF-16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
}

impl Encoding {
    /// The name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 (little endian)",
            Self::Utf16Be => "UTF-16 (big endian)",
            Self::Utf32Le => "UTF-32 (little endian)",
            Self::Utf32Be => "UTF-32 (big endian)",
        }
    }

    /// The bytes of one character unit.
    fn unit(self) -> usize {
        match self {
            Self::Utf8 => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf32Le | Self::Utf32Be => 4,
        }
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

const MARK: char = '\u{feff}';

/// The text of a file and the encoding it is in.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), LoadError> {
    let encoding = seen(bytes);
    if encoding != Encoding::Utf8 {
        return decode_wide(bytes, encoding).map(|text| (text.into(), encoding));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.into(), encoding)),
        Err(error) => Err(LoadError::NotUtf8 {
            offset: error.valid_up_to(),
            looks_like: narrow_encoding(bytes),
        }),
    }
}

/// The encoding that bytes are read in.
fn seen(bytes: &[u8]) -> Encoding {
    let (encoding, sure) = detect(bytes);
    // A lone zero near the beginning is no sign of UTF-16 in what is UTF-8 otherwise, and no number
    // of them is behind the mark of UTF-8.
    let may_be_utf8 = !sure || bytes.starts_with("\u{feff}".as_bytes());
    if may_be_utf8 && std::str::from_utf8(bytes).is_ok() { Encoding::Utf8 } else { encoding }
}

/// Appends text in an encoding.
pub(super) fn encode(text: &str, encoding: Encoding, bytes: &mut Vec<u8>) {
    match encoding {
        Encoding::Utf8 => bytes.extend_from_slice(text.as_bytes()),
        Encoding::Utf16Le => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
        Encoding::Utf16Be => bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
        Encoding::Utf32Le => bytes.extend(text.chars().flat_map(|c| u32::from(c).to_le_bytes())),
        Encoding::Utf32Be => bytes.extend(text.chars().flat_map(|c| u32::from(c).to_be_bytes())),
    }
}

/// The mark to put before bytes that would not be read in the encoding they were written in, as
/// when a text without a mark has come to begin with a letter that is not ASCII, or with zeros.
pub(super) fn missing_mark(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
    let mut mark = Vec::new();
    // What is UTF-8 by its first bytes alone, as nearly all is, need not be looked through.
    let by_start = encoding == Encoding::Utf8 && detect(bytes).0 == Encoding::Utf8;
    if by_start || bytes.is_empty() || seen(bytes) == encoding {
        return mark;
    }
    encode(MARK.encode_utf8(&mut [0; 4]), encoding, &mut mark);
    // With a zero character behind it, the mark of two bytes a unit is that of four.
    if seen(&[&mark, bytes].concat()) != encoding {
        mark.extend_from_within(..);
    }
    mark
}

/// The encoding bytes show by a mark or by their zeros, and whether it can be no other.
fn detect(bytes: &[u8]) -> (Encoding, bool) {
    use Encoding::{Utf8, Utf16Be, Utf16Le, Utf32Be, Utf32Le};
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] if bytes.len().is_multiple_of(4) => return (Utf32Le, true),
        [0, 0, 0xFE, 0xFF, ..] => return (Utf32Be, true),
        [0xFF, 0xFE, ..] => return (Utf16Le, true),
        [0xFE, 0xFF, ..] => return (Utf16Be, true),
        // The first character, in ASCII.
        [0, 0, 0, 1..=255, ..] => return (Utf32Be, mostly(bytes, 4, 2)),
        [1..=255, 0, 0, 0, ..] => return (Utf32Le, mostly(bytes, 4, 1)),
        [0, 1..=255, ..] => return (Utf16Be, mostly(bytes, 2, 0)),
        [1..=255, 0, ..] => return (Utf16Le, mostly(bytes, 2, 1)),
        _ => {}
    }
    // Mostly Latin text after a first character that is not.
    let head = &bytes[..bytes.len().min(512) & !1];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match pairs {
        0 => (Utf8, false),
        _ if odd * 4 >= pairs * 3 && even * 8 <= pairs => (Utf16Le, true),
        _ if even * 4 >= pairs * 3 && odd * 8 <= pairs => (Utf16Be, true),
        _ => (Utf8, false),
    }
}

/// Whether nearly every unit of the beginning has a zero at a place, as Latin letters have.
fn mostly(bytes: &[u8], unit: usize, at: usize) -> bool {
    let units = bytes[..bytes.len().min(512)].chunks_exact(unit);
    let all = units.len();
    // One character may be anything, unless it is the whole file.
    (all > 1 || bytes.len() == unit) && units.filter(|unit| unit[at] == 0).count() * 4 >= all * 3
}

/// Text of two or four bytes a unit.
fn decode_wide(bytes: &[u8], encoding: Encoding) -> Result<String, LoadError> {
    let unit = encoding.unit();
    let broken =
        |offset: usize, what: &'static str| LoadError::Malformed { encoding, offset, what };
    let mut text = String::with_capacity(bytes.len() / unit + bytes.len() / 16);
    if unit == 4 {
        let (units, _) = bytes.as_chunks::<4>();
        for (at, unit) in units.iter().enumerate() {
            let number = match encoding {
                Encoding::Utf32Le => u32::from_le_bytes(*unit),
                _ => u32::from_be_bytes(*unit),
            };
            let character = char::from_u32(number)
                .ok_or_else(|| broken(at * 4, "four bytes that are no character"))?;
            text.push(character);
        }
    } else {
        let (units, _) = bytes.as_chunks::<2>();
        let units = units.iter().map(|unit| match encoding {
            Encoding::Utf16Le => u16::from_le_bytes(*unit),
            _ => u16::from_be_bytes(*unit),
        });
        let mut at = 0;
        for character in char::decode_utf16(units) {
            let character =
                character.map_err(|_| broken(at, "half of a surrogate pair without the other"))?;
            at += 2 * character.len_utf16();
            text.push(character);
        }
    }
    if !bytes.len().is_multiple_of(unit) {
        let offset = bytes.len() - bytes.len() % unit;
        return Err(broken(offset, "a character that is cut off by the end of the file"));
    }
    Ok(text)
}

/// The encoding of one byte a character that bytes which are not UTF-8 probably have: text with
/// few letters beyond ASCII and no control characters.
fn narrow_encoding(bytes: &[u8]) -> Option<&'static str> {
    let control = |b: &u8| matches!(b, 0..=8 | 11 | 12 | 14..=31 | 127);
    let beyond = bytes.iter().filter(|b| !b.is_ascii()).count();
    if bytes.iter().any(control) || beyond * 3 > bytes.len() {
        return None;
    }
    // 0x80–0x9F are control characters in Latin-1 and punctuation in Windows-1252.
    if bytes.iter().any(|b| (0x80..0xA0).contains(b)) {
        Some("Windows-1252")
    } else {
        Some("Latin-1 (ISO 8859-1)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: [Encoding; 4] =
        [Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Utf32Le, Encoding::Utf32Be];

    fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(text, encoding, &mut bytes);
        bytes
    }

    #[test]
    fn every_encoding_of_yaml_is_read_and_written() {
        for encoding in WIDE.into_iter().chain([Encoding::Utf8]) {
            for text in [
                "id: \"ü\"\nname: 𝄞 x\n",
                "\u{feff}id: a\n",
                "\u{feff}日本: 語\r\n",
                "# 日本語日本語日本語日本語\n",
                "a",
                "\u{feff}",
            ] {
                let bytes = encoded(text, encoding);
                let (read, as_what) = decode(&bytes).unwrap();
                assert_eq!((&*read, as_what), (text, encoding));
                assert!(missing_mark(&bytes, encoding).is_empty());
            }
        }
    }

    #[test]
    fn a_text_that_would_be_misread_gets_a_mark() {
        for encoding in WIDE {
            let bytes = encoded("日本: 語", encoding);
            let marked = [missing_mark(&bytes, encoding), bytes].concat();
            assert_eq!(decode(&marked).unwrap(), ("\u{feff}日本: 語".into(), encoding));
        }
        assert!(missing_mark(&[], Encoding::Utf16Le).is_empty());
        // Zeros in front, with which one or two bytes a character look like four.
        for encoding in WIDE.into_iter().chain([Encoding::Utf8]) {
            for text in [
                "\0x",
                "\0",
                "x\0",
                "\0\0",
                "\u{feff}\0",
                "\u{feff}\0x",
                "\0\u{feff}",
                "x\0\0\0y\0\0\0",
                "x\0y\0z\0",
                "\0x\0y",
            ] {
                let bytes = encoded(text, encoding);
                let marked = [missing_mark(&bytes, encoding), bytes].concat();
                let (read, as_what) = decode(&marked).unwrap();
                assert_eq!(as_what, encoding, "{text:?}");
                assert_eq!(
                    read.trim_start_matches(MARK),
                    text.trim_start_matches(MARK),
                    "{encoding}"
                );
            }
        }
    }

    #[test]
    fn broken_text_is_refused_with_its_place() {
        let fails = |bytes: &[u8]| match decode(bytes).unwrap_err() {
            LoadError::Malformed { encoding, offset, .. } => (encoding, offset),
            other => panic!("{other:?}"),
        };
        for (encoding, lone) in [
            (Encoding::Utf16Le, [0x34, 0xD8]),
            (Encoding::Utf16Be, [0xD8, 0x34]),
            (Encoding::Utf16Le, [0x34, 0xDC]),
        ] {
            let start = encoded("id: a", encoding);
            let end = encoded(" x", encoding);
            assert_eq!(fails(&[&start[..], &lone, &end].concat()), (encoding, 10));
            assert_eq!(fails(&[&start[..], &lone].concat()), (encoding, 10));
            assert_eq!(fails(&start[..9]), (encoding, 8), "an odd length");
        }
        let bytes = [&encoded("id: a", Encoding::Utf32Be)[..], &[0, 0x11, 0, 0]].concat();
        assert_eq!(fails(&bytes), (Encoding::Utf32Be, 20));
        assert_eq!(fails(&bytes[..18]), (Encoding::Utf32Be, 16));
    }

    #[test]
    fn a_zero_in_utf_8_is_not_taken_for_utf_16() {
        let (text, encoding) = decode(b"a\0b").unwrap();
        assert_eq!((&*text, encoding), ("a\0b", Encoding::Utf8));
        let (text, encoding) = decode(b"a\0bc: d, long enough to tell").unwrap();
        assert_eq!((text.len(), encoding), (28, Encoding::Utf8));
    }

    #[test]
    fn other_encodings_are_named() {
        let cases: &[(&[u8], Option<&str>)] = &[
            (b"name: M\xFCller\n", Some("Latin-1 (ISO 8859-1)")),
            (b"name: 5 \x80 each\n", Some("Windows-1252")),
            (&[0xFF, 0x01, 0x90, 0xC0, 0x02], None),
        ];
        for (bytes, expected) in cases {
            let error = decode(bytes).unwrap_err();
            assert!(
                matches!(&error, LoadError::NotUtf8 { looks_like, .. } if looks_like == expected),
                "{error:?}"
            );
        }
    }
}
