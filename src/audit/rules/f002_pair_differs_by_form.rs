use std::collections::HashMap;

use super::prelude::*;
use crate::audit::web;
use crate::config::{ClientKey, Place};

pub static RULE: Rule = Rule {
    id: "F-002",
    title: "Two external identities that differ only by form",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "The two differ in case, in a slash at the end or in percent-coding. A server that compares \
          exactly tells them apart; a database that ignores case does not. Where the two halves of a \
          server disagree, a token can stand for the wrong client app.",
    help: "Write both exactly as the issuer's tokens say ('iss' and 'sub'), and remove the one that \
           no token has.",
    references: &["CWE-178", "RFC 8414 §3.3", "Microsoft Entra AADSTS7002138"],
    check,
};

struct Seen<'a> {
    pair: (&'a str, &'a str),
    client: ClientKey,
    place: Place,
}

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<(String, String), Vec<Seen<'_>>> = HashMap::new();
    for client in context.clients() {
        for identity in &client.identities {
            let (Some(issuer), Some(subject)) = (&identity.issuer, &identity.subject) else {
                continue;
            };
            // White space has its own rule, F-009.
            let pair = (issuer.value.trim(), subject.value.trim());
            if pair.0.is_empty() || pair.1.is_empty() {
                continue;
            }
            let forms = seen.entry((form(pair.0), form(pair.1))).or_default();
            if forms.iter().any(|earlier| earlier.pair == pair) {
                continue;
            }
            if let Some(earlier) = forms.first() {
                let owner = context.identity(client.key);
                let message = format!(
                    "'{}' of {} on {} differs only by form from '{}' of {} on {}.",
                    pair.1,
                    pair.0,
                    context.name(client.key),
                    earlier.pair.1,
                    earlier.pair.0,
                    context.name(earlier.client),
                );
                let mut finding =
                    Finding::at(&RULE, identity.place, &[&owner, pair.0, pair.1], message)
                        .related(earlier.place, "the other form");
                if earlier.client == client.key {
                    // Whichever matches, the token stands for the same client app.
                    finding = finding.severity(Severity::Medium);
                }
                findings.push(finding);
            }
            forms.push(Seen { pair, client: client.key, place: identity.place });
        }
    }
}

fn form(text: &str) -> String {
    web::decode_unreserved(text).trim_end_matches('/').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        for (issuer, subject) in
            [("https://i.example/", "s"), ("https://I.example", "s"), ("https://i.example", "%53")]
        {
            let yaml = client("a", &identity("https://i.example", "s"))
                + &client("b", &identity(issuer, subject));
            assert_lines(&RULE, &yaml, &[10]);
        }
    }

    #[test]
    fn equal_or_different_pairs_are_not_its_business() {
        for (issuer, subject) in
            [("https://i.example", "s"), ("https://i.example", " s"), ("https://i.example", "t")]
        {
            let yaml = client("a", &identity("https://i.example", "s"))
                + &client("b", &identity(issuer, subject));
            assert_silent(&RULE, &yaml);
        }
    }
}
