//! Which scalars of a document are secrets, and how a text is shown without them.
//!
//! The value of a secret is never part of a finding. But findings are shown with the lines around
//! them, and differences with their context, so whoever shows text of a file asks here first what
//! to cover.

use std::borrow::Cow;

use crate::yaml::{Document, Kind, NodeId, Span, Tree};

/// A secret that stands in a document as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal<'a> {
    /// The key it is the value of, or the key of the list it stands in.
    pub key: &'a str,
    /// Where the key stands, which is safe to show.
    pub key_span: Span,
    /// Where the secret stands.
    pub value_span: Span,
}

/// Every literal secret of a document: the value of a key that ends in a word for a secret, what
/// `clientAppSecrets` lists, and name and value pairs whose name is such a word.
pub fn literals(tree: &Tree) -> Vec<Literal<'_>> {
    let mut found = Vec::new();
    for id in tree.ids() {
        let Kind::Mapping { entries, .. } = tree.node(id).kind else { continue };
        for &(key, value) in entries {
            let Some(name) = tree.text(key) else { continue };
            if is_secret_key(name) {
                push(tree, &mut found, (name, key), value);
            }
            if is_secret_list(name) {
                for &item in tree.items(value) {
                    push(tree, &mut found, (name, key), item);
                    for &(key, value) in tree.entries(item) {
                        if let Some(name) = tree.text(key)
                            && ["value", "hash", "text"].iter().any(|it| is_key(name, it))
                        {
                            push(tree, &mut found, (name, key), value);
                        }
                    }
                }
            }
        }
        pair(tree, entries, &mut found);
    }
    found.sort_by_key(|literal| literal.value_span);
    found.dedup_by_key(|literal| literal.value_span);
    found
}

/// `name: ClientSecret` with `value: …` beside it, as options are written.
fn pair<'a>(tree: &'a Tree, entries: &[(NodeId, NodeId)], found: &mut Vec<Literal<'a>>) {
    let named = entries.iter().find_map(|&(key, value)| {
        let text = tree.text(key)?;
        let is_name = is_key(text, "name") || is_key(text, "key");
        tree.text(value).filter(|name| is_name && is_secret_key(name))
    });
    let Some(name) = named else { return };
    for &(key, value) in entries {
        if tree.text(key).is_some_and(|key| is_key(key, "value")) {
            push(tree, found, (name, key), value);
        }
    }
}

fn push<'a>(
    tree: &'a Tree,
    found: &mut Vec<Literal<'a>>,
    (key, key_node): (&'a str, NodeId),
    value: NodeId,
) {
    let value = tree.resolve(value);
    if tree.text(value).is_some_and(is_literal) {
        let (key_span, value_span) = (tree.node(key_node).span, tree.node(value).span);
        found.push(Literal { key, key_span, value_span });
    }
}

/// Whether a value under this key would be a secret in plain text.
pub fn would_be_literal(key: &str, value: &str) -> bool {
    is_secret_key(key) && is_literal(value)
}

/// Whether a key ends in a word, whatever its case and separators. Asked of every key of every
/// document, so nothing is allocated.
fn key_ends(key: &str, word: &str) -> bool {
    rest_before(key, word).is_some()
}

/// Whether a key is a word, whatever its case and separators.
fn is_key(key: &str, word: &str) -> bool {
    rest_before(key, word).is_some_and(|mut rest| !rest.any(|b| b.is_ascii_alphanumeric()))
}

/// What stands before the word that a key ends in, from back to front.
fn rest_before<'k>(key: &'k str, word: &str) -> Option<impl Iterator<Item = u8> + 'k> {
    let mut bytes = key.bytes().rev();
    for wanted in word.bytes().rev() {
        let found = bytes.by_ref().find(u8::is_ascii_alphanumeric)?;
        if found.to_ascii_lowercase() != wanted {
            return None;
        }
    }
    Some(bytes)
}

fn is_secret_key(key: &str) -> bool {
    ["secret", "secretvalue", "password", "passphrase", "apikey", "privatekey", "accesskey"]
        .iter()
        .any(|word| key_ends(key, word))
}

fn is_secret_list(key: &str) -> bool {
    key_ends(key, "secrets")
}

/// Whether a value is the secret itself, and not a stand-in for it or a setting about it.
fn is_literal(text: &str) -> bool {
    let text = text.trim();
    let stand_in = [
        ("{{", "}}"),
        ("${", "}"),
        ("$(", ")"),
        ("#{", "}"),
        ("<", ">"),
        ("%", "%"),
        ("__", "__"),
        ("@Microsoft.KeyVault(", ")"),
    ];
    let elsewhere = ["env:", "vault:", "file:", "ref+", "keyvault:", "secretref:", "op://"];
    let lower = text.to_ascii_lowercase();
    !(text.is_empty()
        || text == "~"
        || matches!(lower.as_str(), "null" | "true" | "false" | "yes" | "no")
        || text.chars().all(|c| "*•.xX".contains(c))
        || stand_in.iter().any(|(start, end)| text.starts_with(start) && text.ends_with(end))
        || elsewhere.iter().any(|prefix| lower.starts_with(prefix)))
}

/// A secret in the text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The key it belongs to, which is safe to show.
    pub key: String,
    pub span: Span,
    /// Whether it is a value as a whole, and not a part of one, of a comment, or of a text that
    /// cannot be read.
    pub is_node: bool,
}

/// Every secret in the text of a document, in order and apart from each other: literal secrets,
/// passwords in URLs, and what was commented out. For texts that leave the user's files, so in
/// doubt it is one: in a document that cannot be read, everything that a secret's key may lead.
pub fn all(document: &Document) -> Vec<Secret> {
    let text = document.text();
    let mut found = Vec::new();
    let part = |(key, span)| Secret { key, span, is_node: false };
    match document.tree() {
        Ok(tree) => {
            found.extend(literals(tree).into_iter().map(|literal| Secret {
                key: literal.key.to_owned(),
                span: literal.value_span,
                is_node: true,
            }));
            for comment in tree.comments() {
                let lines = doubtful(document.slice(*comment));
                found.extend(lines.into_iter().map(|(key, span)| {
                    part((key, Span::new(comment.start + span.start, comment.start + span.end)))
                }));
            }
        }
        Err(_) => found.extend(doubtful(text).into_iter().map(part)),
    }
    let urls = passwords_in_urls(text).map(|span| part(("password in a URL".to_owned(), span)));
    found.extend(urls);
    found.sort_by_key(|secret| (secret.span.start, std::cmp::Reverse(secret.span.end)));
    let mut end = 0;
    found.retain(|secret| {
        let is_apart = secret.span.start >= end && !secret.span.is_empty();
        end = if is_apart { secret.span.end } else { end };
        is_apart
    });
    found
}

/// What stands behind a secret's key up to the end of its line, and on the lines that are further
/// in or are items of its list.
fn doubtful(text: &str) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let mut led: Option<(String, usize)> = None;
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let content = line.trim();
        let indentation = line.len() - line.trim_start().len();
        let from = start + indentation;
        if let Some((key, column)) = &led
            && (indentation > *column || (indentation == *column && content.starts_with('-')))
        {
            found.push((key.clone(), Span::new(from, from + content.len())));
        } else if !content.is_empty() {
            led = secret_key_in(content).map(|(key, end)| {
                found.push((key.to_owned(), Span::new(from + end, from + content.len())));
                (key.to_owned(), indentation)
            });
        }
        start += line.len();
    }
    found.retain(|(_, span)| !span.is_empty());
    found
}

/// The first key of a line that leads to a secret, and where its value begins.
fn secret_key_in(line: &str) -> Option<(&str, usize)> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    line.match_indices(':').find_map(|(colon, _)| {
        let before = line[..colon].trim_end_matches(['"', '\'', ' ']);
        let from = before
            .rfind(|c| !is_part(c))
            .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
        let key = &before[from..];
        let leads = is_secret_key(key) || is_secret_list(key) || is_key(key, "value");
        leads.then_some((key, colon + 1))
    })
}

/// The text of a document with every secret covered, byte for byte as long as it was, so that spans
/// still fit. A document without a tree is covered line by line.
pub fn covered(document: &Document) -> String {
    let text = document.text();
    let mut spans: Vec<Span> = match document.tree() {
        Ok(tree) => literals(tree).into_iter().map(|literal| literal.value_span).collect(),
        Err(_) => suspicious_lines(text),
    };
    spans.extend(passwords_in_urls(text));
    spans.sort_unstable();
    cover(text, &spans)
}

/// A text with the passwords covered that stand in its URLs, as in `https://user:password@host`
/// (RFC 3986 §3.2.1).
pub fn covered_urls(text: &str) -> Cow<'_, str> {
    let spans: Vec<Span> = passwords_in_urls(text).collect();
    if spans.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(cover(text, &spans)) }
}

fn passwords_in_urls(text: &str) -> impl Iterator<Item = Span> + '_ {
    text.match_indices("://").filter_map(|(at, mark)| {
        let start = at + mark.len();
        let rest = &text[start..];
        let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'".contains(c));
        let (userinfo, _) = rest[..end.unwrap_or(rest.len())].rsplit_once('@')?;
        let (user, password) = userinfo.split_once(':')?;
        let start = start + user.len() + 1;
        Some(Span { start, end: start + password.len() })
    })
}

/// What follows a secret's key on its line, for text that cannot be parsed.
fn suspicious_lines(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((key, value)) = line.split_once(':')
            && (is_secret_key(key) || is_secret_list(key) || is_key(key, "value"))
        {
            let from = start + key.len() + 1;
            spans.push(Span { start: from, end: from + value.trim_end().len() });
        }
        start += line.len();
    }
    spans
}

fn cover(text: &str, spans: &[Span]) -> String {
    let mut covered = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        let (start, end) = (span.start.max(at).min(text.len()), span.end.min(text.len()));
        if start >= end {
            continue;
        }
        covered.push_str(&text[at..start]);
        for c in text[start..end].chars() {
            if matches!(c, '\n' | '\r' | ' ' | '"' | '\'') {
                covered.push(c);
            } else {
                covered.extend(std::iter::repeat_n('*', c.len_utf8()));
            }
        }
        at = end;
    }
    covered.push_str(&text[at..]);
    covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Limits;

    fn covered_text(text: &str) -> String {
        covered(&Document::parse(text, &Limits::default()))
    }

    #[test]
    fn secrets_are_covered_and_nothing_else() {
        let text = "name: A\nclientAppSecrets:\n  - id: 1\n    value: \"hush hush\"\n  - plain\n\
                    clientSecret: töp\nsecretExpiry: 2027\noption: {name: Password, value: p w}\n";
        assert_eq!(
            covered_text(text),
            "name: A\nclientAppSecrets:\n  - id: 1\n    value: \"**** ****\"\n  - *****\n\
             clientSecret: ****\nsecretExpiry: 2027\noption: {name: Password, value: * *}\n"
        );
        assert_eq!(covered_text(text).len(), text.len());
    }

    #[test]
    fn what_leaves_the_files_is_covered_in_doubt() {
        let found = |text: &str| -> Vec<String> {
            let document = Document::parse(text, &Limits::default());
            all(&document).iter().map(|it| document.slice(it.span).trim().to_owned()).collect()
        };
        let text = "a: 1 # clientSecret: old\nclientSecret: new\nurl: https://u:pw@h/\n";
        assert_eq!(found(text), ["old", "new", "pw"]);
        let broken = "x: [\nclientAppSecrets:\n- value: one\n  more\n- two\nname: A\n\
                      o: {clientSecret: three, b: 1\npassword: |\n  four\n  five\nid: 1\n";
        assert_eq!(
            found(broken),
            ["- value: one", "more", "- two", "three, b: 1", "|", "four", "five"]
        );
    }

    #[test]
    fn passwords_in_urls_are_covered() {
        assert_eq!(
            covered_text("issuer: https://me:psst@i.net/a:b@c\n"),
            "issuer: https://me:****@i.net/a:b@c\n"
        );
        assert_eq!(
            covered_urls("see https://i.net:8443 and x@y"),
            "see https://i.net:8443 and x@y"
        );
    }

    #[test]
    fn stand_ins_are_no_secrets() {
        for value in ["\"{{secret:a}}\"", "${A}", "env:A", "\"\"", "", "true", "'****'", "<secret>"]
        {
            let text = format!("clientSecret: {value}\n");
            assert_eq!(covered_text(&text), text);
        }
    }

    #[test]
    fn keys_are_known_in_any_spelling() {
        for key in ["clientSecret", "client_secret", "CLIENT-SECRET", "api.key", "secret value"] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in ["secretary", "secretExpiry", "key", "monkey", ""] {
            assert!(!is_secret_key(key), "{key}");
        }
        assert!(is_key("- value", "value") && !is_key("oldValue", "value"));
    }

    #[test]
    fn a_value_is_judged_with_its_key() {
        assert!(would_be_literal("clientSecret", "hush"));
        assert!(!would_be_literal("clientSecret", "{{secret:a}}"));
        assert!(!would_be_literal("name", "hush"));
    }

    #[test]
    fn a_broken_document_is_covered_by_lines() {
        assert_eq!(covered_text("a: [\nclientSecret: hush\n"), "a: [\nclientSecret: ****\n");
    }
}
