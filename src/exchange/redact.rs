//! The one place that keeps secrets out of texts.
//!
//! A [`Redactor`] knows the secrets of one exchange and takes them out of any text: the request as
//! it was sent, a header, a body, an error description in which a server echoes what it was given.
//! It looks for each secret as it is, encoded for a form, a URL or JSON, as the value of a Basic
//! header, and (for a compact JWT) for its signature, without which the rest cannot be replayed.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use url::{Url, form_urlencoded};

/// What stands in the place of a secret.
pub const MASK: &str = "••••";

/// The shortest text that is looked for. A shorter secret would tear holes into every sentence; it
/// is still never printed where a value is known to be secret.
const SHORTEST: usize = 4;

/// Takes known secrets out of texts.
#[derive(Clone, Default)]
pub struct Redactor {
    needles: Vec<SecretString>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} texts)", self.needles.len())
    }
}

impl Redactor {
    pub fn new() -> Self {
        Self::default()
    }

    /// Learns a secret.
    pub fn add(&mut self, secret: &SecretString) {
        let text = secret.expose_secret();
        self.needle(text.to_owned());
        let encoded = form_encode(text);
        self.needle(encoded.replace('+', "%20"));
        self.needle(encoded);
        // As it stands in JSON that could not be read, and is shown as text.
        if let Ok(quoted) = serde_json::to_string(text) {
            self.needle(quoted.trim_matches('"').to_owned());
        }
        // A JWT without its signature authenticates nobody, one with it does, so a server that
        // echoes only the tail is caught as well.
        if let Some((_, signature)) = text.rsplit_once('.')
            && signature.len() >= 16
        {
            self.needle(signature.to_owned());
        }
    }

    /// Learns the credentials of a Basic header, and the secret within.
    pub fn add_basic(&mut self, id: &str, secret: &SecretString) {
        self.add(secret);
        let pair = format!("{}:{}", form_encode(id), form_encode(secret.expose_secret()));
        self.needle(STANDARD.encode(pair));
    }

    fn needle(&mut self, text: String) {
        if text.len() >= SHORTEST && !self.needles.iter().any(|known| known.expose_secret() == text)
        {
            self.needles.push(SecretString::from(text));
            // Longest first, so that a secret inside another leaves no tail behind.
            self.needles.sort_by_key(|needle| std::cmp::Reverse(needle.expose_secret().len()));
        }
    }

    /// Whether the text holds one of the secrets.
    pub fn finds(&self, text: &str) -> bool {
        self.needles.iter().any(|needle| text.contains(needle.expose_secret()))
    }

    /// The text without the secrets.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for needle in &self.needles {
            if text.contains(needle.expose_secret()) {
                text = text.replace(needle.expose_secret(), MASK);
            }
        }
        text
    }

    /// A JSON value without the secrets, in keys and in values.
    pub fn value(&self, value: &serde_json::Value) -> serde_json::Value {
        // The depth is bounded by the parser (128), so this recursion is.
        use serde_json::Value;
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => Value::Array(items.iter().map(|v| self.value(v)).collect()),
            Value::Object(members) => Value::Object(
                members.iter().map(|(key, v)| (self.text(key), self.value(v))).collect(),
            ),
            other => other.clone(),
        }
    }
}

/// A secret as it is shown: nothing of it but its length.
pub fn masked(secret: &str) -> String {
    match secret.chars().count() {
        0 => "(empty)".to_owned(),
        // The length of a short secret says too much about it.
        1..32 => MASK.to_owned(),
        length => format!("{MASK} ({length} characters)"),
    }
}

/// An address without the user and the password that somebody may have put into it, which no server is
/// asked with, but which errors and debug texts could repeat.
pub fn without_user(address: &str) -> Cow<'_, str> {
    let start = address.find("://").map_or(0, |at| at + "://".len());
    let rest = address.get(start..).unwrap_or_default();
    // Of what is no address nobody knows where the password ends.
    let end = match Url::parse(address) {
        Ok(_) => rest.find(['/', '?', '#']).unwrap_or(rest.len()),
        Err(_) => rest.len(),
    };
    match rest.get(..end).unwrap_or_default().rfind('@') {
        Some(at) => {
            let (before, after) = (address.get(..start), rest.get(at..));
            format!("{}{MASK}{}", before.unwrap_or_default(), after.unwrap_or_default()).into()
        }
        None => address.into(),
    }
}

/// `application/x-www-form-urlencoded` for one text (RFC 6749 appendix B).
pub fn form_encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_each_of_its_shapes() {
        let mut redactor = Redactor::new();
        redactor.add_basic("portal", &SecretString::from("p:ss+w/rd"));
        redactor.add(&SecretString::from("eyJh.eyJz.c2lnbmF0dXJlLW9mLXRva2Vu"));
        redactor.add(&SecretString::from("with space and \"quote\""));
        for text in [
            "secret p:ss+w/rd here",
            "client_secret=p%3Ass%2Bw%2Frd",
            "with%20space%20and%20%22quote%22",
            r#"{"error":"with space and \"quote\"""#,
            &format!("Basic {}", STANDARD.encode("portal:p%3Ass%2Bw%2Frd")),
            "token eyJh.eyJz.c2lnbmF0dXJlLW9mLXRva2Vu",
            "…c2lnbmF0dXJlLW9mLXRva2Vu",
        ] {
            assert!(redactor.finds(text), "{text}");
            assert!(redactor.text(text).contains(MASK), "{text}");
            assert!(!redactor.finds(&redactor.text(text)), "{text}");
        }
        assert_eq!(redactor.text("nothing of it"), "nothing of it");
        assert!(!format!("{redactor:?}").contains("ss"));
    }

    #[test]
    fn a_secret_within_another_leaves_no_tail() {
        let mut redactor = Redactor::new();
        redactor.add(&SecretString::from("hidden"));
        redactor.add(&SecretString::from("hidden-and-more"));
        assert_eq!(redactor.text("hidden-and-more"), MASK);
    }

    #[test]
    fn json_is_searched_in_keys_and_values() {
        let mut redactor = Redactor::new();
        redactor.add(&SecretString::from("hidden"));
        let value = serde_json::json!({"a": ["x hidden"], "hidden": {"b": "hidden"}});
        assert!(!redactor.value(&value).to_string().contains("hidden"));
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_was_learnt_is_left(
            secret in "[a-zA-Z0-9+/%\"\\\\: .ü-]{4,40}",
            before in ".{0,20}",
            after in ".{0,20}",
        ) {
            let mut redactor = Redactor::new();
            redactor.add(&SecretString::from(secret.as_str()));
            let text = redactor.text(&format!("{before}{secret}{after}"));
            proptest::prop_assert!(!text.contains(&secret), "{}", text);
        }
    }
}
