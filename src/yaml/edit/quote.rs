//! Quoting: a text as a scalar on one line.
//!
//! A text is written plain only when every reader will take it for that text. Readers of YAML 1.1
//! and 1.2 disagree on what is a boolean, a number or a date, so a text that either of them would
//! take for something else counts as ambiguous and is quoted, unless it stands where ambiguous
//! plain text stood before (`subject: 123456789`): there the file has made its choice.

use std::fmt::Write as _;

use super::super::Style;

/// Where a scalar is to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Context {
    /// Inside `[ ]` or `{ }`, where `,` and brackets end a plain scalar.
    pub in_flow: bool,
    /// As a key, which has to fit on one line.
    pub key: bool,
}

/// The style to write in, and whether an ambiguous text may be plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub style: Style,
    pub ambiguous: bool,
}

impl Wish {
    /// Plain where that is unmistakable.
    pub const NONE: Self = Self { style: Style::Plain, ambiguous: false };

    /// As JSON has it: in double quotes, but for a number, a boolean or null where one stood.
    pub fn json(text: &str, plain: bool) -> Self {
        if plain && is_json_literal(text) {
            return Self { style: Style::Plain, ambiguous: true };
        }
        Self { style: Style::DoubleQuoted, ambiguous: false }
    }

    /// The style of a scalar that stands there already, or beside it.
    pub fn like(style: Style, text: &str) -> Self {
        Self { style, ambiguous: style == Style::Plain && is_ambiguous(text) }
    }
}

/// A text as a scalar on one line, in the wished style or else in double quotes.
pub(super) fn scalar(text: &str, wish: Wish, context: Context) -> String {
    match wish.style {
        Style::Plain if is_plain_safe(text, context) && (wish.ambiguous || !is_ambiguous(text)) => {
            text.to_owned()
        }
        Style::SingleQuoted if text.chars().all(|c| is_inline(c) && c != '\t') => {
            format!("'{}'", text.replace('\'', "''"))
        }
        // Without a wish for double quotes, text full of backslashes is easier to read in single.
        Style::Plain
            if text.contains(['"', '\\'])
                && !text.contains('\'')
                && text.chars().all(|c| is_inline(c) && c != '\t') =>
        {
            format!("'{text}'")
        }
        _ => double_quoted(text),
    }
}

/// A text in double quotes on one line (YAML 1.2 §7.3.1).
pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_inline(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ = match code {
                    // JSON knows no `\x`.
                    0..=0xFFFF => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// A character that may stand unescaped within a line for readers of YAML 1.1 and 1.2 alike:
/// printable, no line break of either version, no byte-order mark.
pub(super) fn is_inline(c: char) -> bool {
    matches!(c, '\t' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}'
        | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether a text can stand as it is (YAML 1.2 §7.3.3), whatever it is taken for.
pub(super) fn is_plain_safe(text: &str, context: Context) -> bool {
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return false };
    let starts = match first {
        b'-' | b'?' | b':' => {
            bytes.get(1).is_some_and(|&b| !matches!(b, b' ' | b',' | b'[' | b']' | b'{' | b'}'))
        }
        b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
        | b'"' | b'%' | b'@' | b'`' | b' ' => false,
        _ => true,
    };
    starts
        && !matches!(last, b' ' | b':')
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(|c| is_inline(c) && c != '\t')
        && !(context.in_flow && text.contains([',', '[', ']', '{', '}']))
        // After a quoted key in a flow mapping a colon needs no blank.
        && !(context.in_flow && (text.contains("::") || text.starts_with(':')))
        && !(context.key && text.len() > 512)
}

/// Whether a text is a number, a boolean or null of JSON.
pub(super) fn is_json_literal(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok_and(|value| {
        !value.is_string() && !value.is_array() && !value.is_object() && text.trim() == text
    })
}

/// Whether a reader of YAML 1.1 or 1.2 would take the plain text for something else than text.
pub(super) fn is_ambiguous(text: &str) -> bool {
    if matches!(text, "" | "~" | "=" | "<<") {
        return true;
    }
    let bytes = text.as_bytes();
    if text.len() <= 5 {
        let lower = text.to_ascii_lowercase();
        if matches!(
            lower.as_str(),
            "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | ".nan" | "nan"
        ) || matches!(lower.trim_start_matches(['+', '-']), ".inf" | "inf")
        {
            return true;
        }
    }
    // Whatever looks like a number, a time or a date in any spelling: digits and what may stand
    // between them.
    let digits = bytes.strip_prefix(b"+").or_else(|| bytes.strip_prefix(b"-")).unwrap_or(bytes);
    let starts = matches!(digits, [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..]);
    if !starts {
        return false;
    }
    let all = |allowed: fn(&u8) -> bool| digits.iter().all(allowed);
    let radix = |prefix: &[u8]| {
        digits.len() > 2
            && digits[..2].eq_ignore_ascii_case(prefix)
            && digits[2..].iter().all(|b| b.is_ascii_hexdigit() || *b == b'_')
    };
    all(|b| {
        b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'e' | b'E' | b'+' | b'-' | b',' | b':')
    }) || radix(b"0x")
        || radix(b"0o")
        || radix(b"0b")
        || is_date(digits)
}

/// `2001-12-14` with or without a time, a zone and blanks (YAML 1.1 timestamp).
fn is_date(bytes: &[u8]) -> bool {
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    digits == 4
        && bytes.get(4) == Some(&b'-')
        && bytes.iter().all(|b| {
            b.is_ascii_digit()
                || matches!(b, b'-' | b':' | b'.' | b' ' | b'+' | b't' | b'T' | b'Z' | b'z')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_text_is_what_some_reader_takes_for_something_else() {
        let ambiguous = "~ null NULL Null true False yes NO on off y N = << 1 -1 +1 0 00123 1e9 1E+9 1.5 .5 \
            -.5 0x1F 0o17 0b101 1_000 12:30:45 190:20:30.15 .inf -.Inf +.INF .nan NaN 2024-01-02 \
            2001-12-14t21:59:43.10-05:00 1,000 123456789 104857600000000000021";
        for text in ambiguous.split_whitespace() {
            assert!(is_ambiguous(text), "{text}");
        }
        assert!(is_ambiguous(""));
        assert!(is_ambiguous("2001-12-14 21:59:43.10 -5"));
        let clear =
            "a nope yesterday 1a b4e9c08d-1b36-4cf0-8c65-1a3ee0676f7a -x 0xg https://a.b .a + -";
        for text in clear.split_whitespace() {
            assert!(!is_ambiguous(text), "{text}");
        }
    }

    #[test]
    fn plain_only_where_it_can_stand() {
        let block = Context::default();
        let flow = Context { in_flow: true, key: false };
        for text in ["a", "a b", "a:b", "a#b", "-a", "?a", ":a", "https://a.b/c?d=e", "ü", "a,b"] {
            assert!(is_plain_safe(text, block), "{text}");
        }
        for text in [
            "",
            " a",
            "a ",
            "a: b",
            "a:",
            "a #b",
            "- a",
            "-",
            "? a",
            "#a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "'a",
            "\"a",
            "%a",
            "@a",
            "`a",
            "{{guid:x}}",
            "[a",
            "---",
            "--- a",
            "...",
            "a\nb",
            "a\tb",
            "\u{feff}a",
            "a\u{85}b",
            "a\u{2028}b",
            "\u{7}",
        ] {
            assert!(!is_plain_safe(text, block), "{text:?}");
        }
        for text in ["a,b", "a]", "a{", "x::y"] {
            assert!(!is_plain_safe(text, flow), "{text}");
        }
    }

    #[test]
    fn quotes_that_fit() {
        let wish = |style| Wish { style, ambiguous: false };
        let block = Context::default();
        assert_eq!(scalar("it's", wish(Style::SingleQuoted), block), "'it''s'");
        assert_eq!(scalar("a\nb", wish(Style::SingleQuoted), block), "\"a\\nb\"");
        assert_eq!(scalar("say \"x\": y", Wish::NONE, block), "'say \"x\": y'");
        assert_eq!(scalar("no", Wish::NONE, block), "\"no\"");
        assert_eq!(scalar("1", Wish { style: Style::Plain, ambiguous: true }, block), "1");
        assert_eq!(scalar("\u{7}\u{feff}\u{1f600}", Wish::NONE, block), "\"\\u0007\\ufeff😀\"");
    }
}
