use super::prelude::*;
use crate::audit::web::Url;
use crate::config::{Place, Stated};

pub static RULE: Rule = Rule {
    id: "F-012",
    title: "Unfinished external identity",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "An empty value or a stand-in from an example matches no token of the partner's; but \
          whoever controls the stand-in (a free host name, an account called 'example') could make \
          one that does.",
    help: "Fill in the 'iss' and 'sub' of the partner's tokens, or remove the entry until you have \
           them.",
    references: &["CWE-1188", "RFC 2606", "NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let owner = context.identity(client.key);
        for identity in &client.identities {
            let issuer = judge(identity.issuer.as_ref(), identity.place, issuer_unfinished);
            let subject = judge(identity.subject.as_ref(), identity.place, subject_unfinished);
            // A placeholder without quotes is no text, and has its own rule, Y-014.
            let unquoted = context.source(identity.place).contains("{{");
            for (what, judged) in [("issuer", issuer), ("subject", subject)] {
                let Some((place, text, why)) = judged else { continue };
                if text.is_none() && unquoted {
                    continue;
                }
                let message = format!(
                    "The {what} of a federated identity of {} {why}.",
                    context.name(client.key)
                );
                let text = text.unwrap_or_default();
                findings.push(Finding::at(&RULE, place, &[&owner, what, text], message));
            }
        }
    }
}

fn judge(
    stated: Option<&Stated<String>>,
    entry: Place,
    unfinished: fn(&str) -> Option<&'static str>,
) -> Option<(Place, Option<&str>, &'static str)> {
    let Some(stated) = stated else { return Some((entry, None, "is not stated")) };
    if stated.value.trim().is_empty() {
        return Some((stated.place, Some(&stated.value), "is empty"));
    }
    Some((stated.place, Some(&stated.value), unfinished(stated.value.trim())?))
}

fn stand_in(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.contains('<') && text.contains('>')
        || lower.contains("your-")
        || lower.contains("your_")
        || lower.split(|c: char| !c.is_alphanumeric()).any(|word| {
            matches!(word, "todo" | "fixme" | "tbd" | "xxx" | "changeme" | "placeholder" | "dummy")
        })
}

fn issuer_unfinished(text: &str) -> Option<&'static str> {
    if stand_in(text) {
        return Some("is a stand-in");
    }
    let host = Url::cut(text).map_or(text, |url| url.host).to_ascii_lowercase();
    let reserved = ["example.com", "example.net", "example.org"];
    let below = |name: &&str| host == **name || host.ends_with(&format!(".{name}"));
    (reserved.iter().any(below) || host.ends_with(".invalid"))
        .then_some("is on a host that is reserved for examples")
}

fn subject_unfinished(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    if stand_in(text) || matches!(lower.as_str(), "example" | "subject" | "sub" | "test") {
        Some("is a stand-in")
    } else if text.ends_with([':', '/']) {
        Some("looks cut off: it ends in a separator")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        for (issuer, subject) in [
            ("https://i.net", ""),
            ("", "s"),
            ("https://i.net", "<sub>"),
            ("https://i.net", "TODO"),
            ("https://i.net", "repo:your-org/app"),
            ("https://i.net", "repo:"),
            ("https://login.example.com", "s"),
            ("https://your-tenant.net", "s"),
        ] {
            assert_lines(&RULE, &federation(issuer, subject), &[5]);
        }
        let no_subject = "clientAppFederatedIdentities:\n  - issuer: https://i.net";
        assert_lines(&RULE, &client("a", no_subject), &[6]);
    }

    #[test]
    fn what_is_filled_in_is_fine() {
        for (issuer, subject) in [
            ("https://auth.external.com", "123456789"),
            ("https://myexample.com", "s"),
            ("https://sso.partner.example", "s"),
            ("https://i.net", "repo:example/app:ref:refs/heads/main"),
            ("https://i.net", "{{env:sub}}"),
        ] {
            assert_silent(&RULE, &federation(issuer, subject));
        }
    }
}
