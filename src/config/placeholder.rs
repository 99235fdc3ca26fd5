//! Placeholders: texts that something fills in before the configuration is imported.
//!
//! The import fills in `{{guid:name}}`, the same GUID for the same name. Other kinds are known from
//! practice (`{{secret:…}}`, `{{env:…}}`), and some have none at all (`{{name}}`). One may be a
//! whole text or a part of it, as in `https://{{env:HOST}}/callback`.

use crate::yaml::Span;

use super::client::Span32;

/// A placeholder in a text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// `kind:name`, without the blanks around either.
    text: Box<str>,
    /// How many bytes of `text` are the kind.
    kind: u16,
    pub(super) span: Span32,
}

impl Placeholder {
    /// The kind, as in `guid`; empty when it states none.
    pub fn kind(&self) -> &str {
        &self.text[..self.kind as usize]
    }

    /// The name, as in `customer_001`.
    pub fn name(&self) -> &str {
        match self.kind {
            0 => &self.text,
            kind => &self.text[kind as usize + 1..],
        }
    }

    /// `kind:name`, or the name alone: the same for placeholders that are filled in with the same.
    pub fn key(&self) -> &str {
        &self.text
    }

    /// Where it stands in its document, braces included. In a text that is written with escapes
    /// this is the whole text.
    pub fn span(&self) -> Span {
        self.span.span()
    }

    pub(super) fn new(kind: &str, name: &str, span: Span) -> Self {
        let text = if kind.is_empty() { name.into() } else { format!("{kind}:{name}").into() };
        // `find` gives no kind of 64 KiB.
        Self { text, kind: kind.len() as u16, span: Span32::new(span) }
    }
}

/// A placeholder found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    /// Where, braces included.
    pub at: usize,
    pub end: usize,
}

/// Longer than this is no placeholder but a text that has braces in it.
const LONGEST: usize = 512;

/// The placeholders of a text, from left to right.
pub(super) fn find(text: &str) -> impl Iterator<Item = Found<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let open = from + memchr::memmem::find(&text.as_bytes()[from..], b"{{")?;
            // Of `{{{x}}` the inner two braces count.
            let braces = text[open..].bytes().take_while(|byte| *byte == b'{').count();
            let at = open + braces - 2;
            from = at + 2;
            let rest = &text[from..];
            let close = rest.find(['{', '}', '\n', '\r'])?;
            if !rest[close..].starts_with("}}") || close > LONGEST {
                continue;
            }
            let inner = rest[..close].trim();
            let (kind, name) = inner.split_once(':').unwrap_or(("", inner));
            let (kind, name) = (kind.trim(), name.trim());
            if name.is_empty() || (kind.is_empty() && inner.contains(':')) {
                continue;
            }
            from += close + 2;
            return Some(Found { kind, name, at, end: from });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, &str, &str)> {
        find(text).map(|it| (it.kind, it.name, &text[it.at..it.end])).collect()
    }

    #[test]
    fn placeholders_of_any_kind_are_found_anywhere_in_a_text() {
        assert_eq!(found("{{guid:a}}"), [("guid", "a", "{{guid:a}}")]);
        assert_eq!(found("{{ env : HOST }}"), [("env", "HOST", "{{ env : HOST }}")]);
        assert_eq!(found("{{name}}"), [("", "name", "{{name}}")]);
        assert_eq!(
            found("https://{{env:HOST}}:{{env:PORT}}/x"),
            [("env", "HOST", "{{env:HOST}}"), ("env", "PORT", "{{env:PORT}}")]
        );
        assert_eq!(found("{{file:C:\\x}}"), [("file", "C:\\x", "{{file:C:\\x}}")]);
        assert_eq!(found("{{{guid:a}}}"), [("guid", "a", "{{guid:a}}")]);
        assert_eq!(found("{{a{{secret:b}}"), [("secret", "b", "{{secret:b}}")]);
        assert_eq!(found("{{ü:ß}}é"), [("ü", "ß", "{{ü:ß}}")]);
    }

    #[test]
    fn other_braces_are_none() {
        for text in [
            "", "{}", "{{}}", "{{ }}", "{{:a}}", "{{a:}}", "{{a", "{{a}", "{a}}", "{{a\n}}", "{{{{",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        assert_eq!(found(&format!("{{{{{}}}}}", "a".repeat(600))), []);
    }
}
