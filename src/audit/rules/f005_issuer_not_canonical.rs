use super::prelude::*;
use crate::audit::web::{Url, decode_unreserved, has_placeholder};

pub static RULE: Rule = Rule {
    id: "F-005",
    title: "Issuer in an unusual form",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "Issuers are compared character by character, and issuers write themselves in the plainest \
          form. An address written otherwise leads to the same place in a browser but matches no \
          token.",
    help: "Write the issuer exactly as the 'iss' of its tokens says.",
    references: &["RFC 8414 §3.3", "RFC 3986 §6.2"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (client, issuer) in context.issuers() {
        let text = issuer.value.trim();
        // White space around it is F-009, nothing at all F-012.
        if text.is_empty() || has_placeholder(text) {
            continue;
        }
        let what = match Url::cut(text) {
            None => Some("is not an absolute URL".to_owned()),
            // Another scheme is F-003, which matters more.
            Some(url) if !url.scheme.eq_ignore_ascii_case("https") => None,
            Some(url) => oddity(&url, text),
        };
        let Some(what) = what else { continue };
        let message = format!("The issuer '{text}' on {} {what}.", context.name(client));
        let owner = context.identity(client);
        findings.push(Finding::at(&RULE, issuer.place, &[&owner, text], message));
    }
}

fn oddity(url: &Url<'_>, text: &str) -> Option<String> {
    let mut odd = Vec::new();
    if url.scheme.bytes().any(|b| b.is_ascii_uppercase()) {
        odd.push("has capitals in 'https'");
    }
    if url.host.bytes().any(|b| b.is_ascii_uppercase()) {
        odd.push("has capitals in its host");
    }
    if url.port == Some("443") {
        odd.push("names the port 443, which https has anyway");
    }
    if url.port == Some("") {
        odd.push("has a colon without a port");
    }
    if url.path.split('/').any(|part| part == "." || part == "..") {
        odd.push("has a '.' or '..' in its path");
    }
    if url.path.contains("//") {
        odd.push("has two slashes in a row");
    }
    if text.contains(char::is_whitespace) {
        odd.push("has white space in it");
    }
    if decode_unreserved(text) != text {
        odd.push("has percent-codes for characters that need none");
    }
    (!odd.is_empty()).then(|| odd.join(", and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        for issuer in [
            "i.partner.net",
            "HTTPS://i.net",
            "https://I.net",
            "https://i.net:443",
            "https://i.net:",
            "https://i.net/a/../b",
            "https://i.net//a",
            "https://i.net/a b",
            "https://i.net/%7Ea",
        ] {
            assert_lines(&RULE, &federation(issuer, "s"), &[5]);
        }
    }

    #[test]
    fn plain_forms_and_what_other_rules_say_are_fine() {
        for issuer in [
            "https://i.net",
            "https://i.net:8443/a/b",
            "https://i.net/A%2Fb",
            "http://I.net",
            " https://i.net",
            "https://{{env:host}}",
            "",
        ] {
            assert_silent(&RULE, &federation(issuer, "s"));
        }
    }
}
