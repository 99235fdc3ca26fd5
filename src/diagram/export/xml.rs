//! Text in XML, for SVG and GraphML.

use super::caption::is_invisible;

/// Text for people in XML: markup escaped; what cannot be seen, and what XML 1.0 (§2.2) cannot
/// hold, shows as `�`; line breaks become spaces.
pub(super) fn escape(text: &str) -> String {
    escaped(text, |c| match c {
        '\n' | '\r' | '\t' => Some(' '),
        c if is_invisible(c) => Some('\u{fffd}'),
        _ => None,
    })
}

/// Text as data in XML: every character kept that XML 1.0 can hold.
pub(super) fn data(text: &str) -> String {
    escaped(text, |c| match c {
        '\n' | '\t' => None,
        c if c.is_control() && !('\u{7f}'..='\u{9f}').contains(&c) => Some('\u{fffd}'),
        _ => None,
    })
}

fn escaped(text: &str, instead: impl Fn(char) -> Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(instead(c).unwrap_or(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            escape("</title><script>&\"'\u{1}\n\u{202e}"),
            "&lt;/title&gt;&lt;script&gt;&amp;&quot;&#39;\u{fffd} \u{fffd}"
        );
        assert_eq!(data("a<b\n\u{202e}\u{1}\u{ffff}"), "a&lt;b\n\u{202e}\u{fffd}\u{fffd}");
    }
}
