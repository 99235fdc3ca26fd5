//! Ids as they are found: GUIDs in any case, placeholders, and everything else.
//!
//! An id is often not a GUID. An import fills in `"{{guid:name}}"`, the same for the same name, so
//! a placeholder is as good an id as any: it is matched by its kind and name. Text that is neither
//! (an id cut short, a name) is kept and compared as it stands; guessing is the business of
//! [`Project::did_you_mean`](super::Project::did_you_mean), which only suggests.

use std::borrow::Cow;

/// The id of a client app, or a reference to one.
///
/// Compared by [`Id::key`]: GUIDs without case or braces, placeholders by kind and name, anything
/// else as written.
#[derive(Clone, Debug)]
pub struct Id {
    text: Box<str>,
    unquoted: bool,
}

/// What an id looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdForm {
    /// 8-4-4-4-12 hexadecimal digits, with or without braces.
    Guid,
    /// `{{guid:name}}`.
    Placeholder,
    /// Neither: cut short, a name …
    Other,
}

impl Id {
    /// An id by its text.
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), unquoted: false }
    }

    /// A placeholder that stands in the file without quotes, by its source text.
    ///
    /// To YAML `id: {{guid:x}}` is a mapping whose key is a mapping, not a text. The meaning is
    /// plain, so it is matched like any placeholder, and [`Id::is_unquoted`] tells that the file
    /// wants quotes there.
    pub fn unquoted(source: &str) -> Self {
        Self { text: source.into(), unquoted: true }
    }

    /// As written in the file.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is a placeholder without quotes, which YAML does not read as text.
    pub fn is_unquoted(&self) -> bool {
        self.unquoted
    }

    /// What the id looks like.
    pub fn form(&self) -> IdForm {
        if guid(&self.text).is_some() {
            IdForm::Guid
        } else if placeholder(&self.text).is_some() {
            IdForm::Placeholder
        } else {
            IdForm::Other
        }
    }

    /// Kind and name of a placeholder, as in `("guid", "customer_001")`.
    pub fn placeholder(&self) -> Option<(&str, &str)> {
        placeholder(&self.text)
    }

    /// The text two equal ids share.
    pub fn key(&self) -> Cow<'_, str> {
        if let Some(digits) = guid(&self.text) {
            return if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(digits.to_ascii_lowercase())
            } else {
                Cow::Borrowed(digits)
            };
        }
        match placeholder(&self.text) {
            Some((kind, name)) if self.text.len() != kind.len() + name.len() + 5 => {
                Cow::Owned(format!("{{{{{kind}:{name}}}}}"))
            }
            _ => Cow::Borrowed(&self.text),
        }
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Id {}

impl std::hash::Hash for Id {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// The digits and dashes of a GUID (RFC 9562 §4), without braces.
fn guid(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
    let right = digits.len() == 36
        && digits.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    right.then_some(digits)
}

fn placeholder(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("{{")?.strip_suffix("}}")?;
    let (kind, name) = inner.split_once(':')?;
    let (kind, name) = (kind.trim(), name.trim());
    let plain = |part: &str| !part.is_empty() && !part.contains(['{', '}']);
    (plain(kind) && plain(name)).then_some((kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_equal_without_case_and_braces() {
        let plain = Id::new("b8075fdb-ac4f-4c25-8f2a-2085a9addbf6");
        assert_eq!(plain, Id::new("B8075FDB-AC4F-4C25-8F2A-2085A9ADDBF6"));
        assert_eq!(plain, Id::new("{B8075fdb-ac4f-4c25-8f2a-2085a9addbf6}"));
        assert_eq!(plain.form(), IdForm::Guid);
        assert_ne!(plain, Id::new("b8075fdb-ac4f-4c25-8f2a-2085a9addbf7"));
    }

    #[test]
    fn placeholders_are_equal_by_kind_and_name() {
        let plain = Id::new("{{guid:customer_001}}");
        assert_eq!(plain.form(), IdForm::Placeholder);
        assert_eq!(plain.placeholder(), Some(("guid", "customer_001")));
        assert_eq!(plain, Id::new("{{ guid: customer_001 }}"));
        assert_eq!(plain, Id::unquoted("{{guid:customer_001}}"));
        assert_ne!(plain, Id::new("{{guid:Customer_001}}"), "names are text");
        assert_ne!(plain, Id::new("{{env:customer_001}}"));
    }

    #[test]
    fn anything_else_is_itself() {
        for text in [
            "",
            "b8075fdb-ac4f-4c25-8f2a-2",
            "Portal",
            "{{guid}}",
            "{{:x}}",
            "{{guid:}}",
            "{{a:b}} {{c:d}}",
            "{b8075fdb-ac4f-4c25-8f2a-2085a9addbf6",
            "g8075fdb-ac4f-4c25-8f2a-2085a9addbf6",
            "äöü75fdb-ac4f-4c25-8f2a-2085a9addbf6",
        ] {
            assert_eq!(Id::new(text).form(), IdForm::Other, "{text}");
            assert_eq!(Id::new(text).key(), text);
        }
        assert_ne!(Id::new("Portal"), Id::new("portal"));
    }
}
