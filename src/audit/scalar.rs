//! What other YAML readers make of a plain scalar.
//!
//! The studio takes every scalar for text. A reader that resolves plain scalars does not: it turns
//! digits into a number and writes them back with other digits. Both the core schema of YAML 1.2
//! (§10.3) and the type repository of YAML 1.1 are in use, so what either of them resolves counts.

/// What a plain scalar is taken for, `None` when every reader takes it for text.
pub fn resolves_to(text: &str) -> Option<&'static str> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some("nothing (null)"),
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" | "yes" | "Yes" | "YES" | "no"
        | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF" | "y" | "Y" | "n" | "N" => {
            return Some("a boolean");
        }
        ".nan" | ".NaN" | ".NAN" => return Some("a number"),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || is_number(unsigned) {
        return Some("a number");
    }
    if is_date(text) {
        return Some("a date");
    }
    if is_sexagesimal(unsigned) {
        return Some("a number to the base of 60");
    }
    None
}

fn is_number(text: &str) -> bool {
    let based = |prefix: &str, radix: u32| {
        text.strip_prefix(prefix).is_some_and(|digits| {
            !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix))
        })
    };
    if based("0x", 16) || based("0o", 8) || based("0b", 2) {
        return true;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    exponent_fits
        && digits(whole)
        && digits(fraction)
        && (whole.starts_with(|c: char| c.is_ascii_digit())
            || whole.is_empty() && fraction.starts_with(|c: char| c.is_ascii_digit()))
}

/// `2024-01-31`, with or without a time after it.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes.get(10), None | Some(b'T' | b't' | b' '))
}

/// `12:30:45`, which YAML 1.1 takes for seconds.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let first = parts.next().is_some_and(digits);
    let mut rest = 0;
    let all = parts.all(|part| {
        rest += 1;
        digits(part) && part.len() <= 2 && part.parse::<u8>().is_ok_and(|part| part < 60)
    });
    first && all && rest > 0
}

#[cfg(test)]
mod tests {
    use super::resolves_to;

    #[test]
    fn scalars_that_other_readers_do_not_take_for_text() {
        for text in [
            "123456789",
            "104857600000000000021",
            "00123",
            "1e9",
            "0x1F",
            "0o17",
            "1_000",
            "-5",
            "3.14",
            ".5",
            "no",
            "~",
            "",
            "2024-01-02",
            "2024-01-02T10:00:00Z",
            "12:30:45",
            ".inf",
        ] {
            assert!(resolves_to(text).is_some(), "{text}");
        }
    }

    #[test]
    fn scalars_that_every_reader_takes_for_text() {
        for text in [
            "b4e9c08d-1b36-4cf0-8c65-1a3ee0676f7a",
            "repo:a/b",
            "1.2.3",
            "12345678e",
            "0x",
            "e9",
            "-",
            ".",
            "_1",
            "nobody",
            "system:serviceaccount:a:b",
            "12:99",
            "2024-1-2",
            "é1234567890",
        ] {
            assert_eq!(resolves_to(text), None, "{text}");
        }
    }
}
