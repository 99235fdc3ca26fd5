//! The little of DER (X.690) that keys are written in: tags, lengths and integers.
//!
//! Nothing here knows what a key is. Writing appends to a buffer of the caller's, who alone knows
//! whether it has to be wiped; reading gives slices of what was read.

/// Appends tag and length of a value (X.690 §8.1).
pub(super) fn write_head(der: &mut Vec<u8>, tag: u8, length: usize) {
    der.push(tag);
    let bytes = length.to_be_bytes();
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let bytes = &bytes[start..];
    if let [short @ 0..0x80] = bytes {
        der.push(*short);
    } else {
        der.push(0x80 | u8::try_from(bytes.len()).unwrap_or(0x7f));
        der.extend_from_slice(bytes);
    }
}

/// A whole value.
pub(super) fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut der = Vec::with_capacity(contents.len() + 8);
    write_head(&mut der, tag, contents.len());
    der.extend_from_slice(contents);
    der
}

/// Appends an `INTEGER` that is not negative, from its octets, most significant first.
pub(super) fn write_integer(der: &mut Vec<u8>, octets: &[u8]) {
    let start = octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len());
    let digits = &octets[start..];
    // An integer whose first bit is set would be a negative one.
    let sign: &[u8] = if digits.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    write_head(der, 0x02, sign.len() + digits.len());
    der.extend_from_slice(sign);
    der.extend_from_slice(digits);
}

/// The contents of the value with this tag at the start of `der`, and what follows it.
pub(super) fn read(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let length = bytes
            .iter()
            .try_fold(0_usize, |n, &byte| n.checked_mul(256)?.checked_add(usize::from(byte)))?;
        (length, rest)
    };
    if found != tag {
        return None;
    }
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0_usize, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let contents = vec![7; length];
            let mut der = value(0x30, &contents);
            der.push(9);
            assert_eq!(read(&der, 0x30), Some((&contents[..], &[9][..])), "{length}");
            assert_eq!(read(&der, 0x31), None);
            assert_eq!(read(&der[..der.len() - 2], 0x30).is_some(), length == 0 && der.len() < 3);
        }
        for (octets, written) in [
            (&[][..], &[2, 1, 0][..]),
            (&[0, 0], &[2, 1, 0]),
            (&[0, 1], &[2, 1, 1]),
            (&[0x80], &[2, 2, 0, 0x80]),
        ] {
            let mut der = Vec::new();
            write_integer(&mut der, octets);
            assert_eq!(der, written);
        }
    }
}
