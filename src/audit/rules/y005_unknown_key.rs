use super::prelude::*;
use crate::config::{ClientFacts, Unknown};

pub static RULE: Rule = Rule {
    id: "Y-005",
    title: "Unknown key that looks like a slip",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scope: Scope::Document,
    under_reading: false,
    why: "An importer passes over a key that it does not know, or refuses the file. A permission, a \
          filter or an expiry under a misspelt key seems to be there and is not.",
    help: "Write the key as the other documents do.",
    references: &["NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients().filter(|client| client.stale.is_none()) {
        for unknown in client.unknown() {
            // What repeats a known key is Y-001, or a contradiction.
            let Some(key) = unknown.key().filter(|_| unknown.repeats.is_none()) else { continue };
            let Some(meant) = unknown.meant().filter(|meant| !says(client, unknown, meant)) else {
                continue;
            };
            let message = format!(
                "The key '{key}' of {} is not known; it looks like '{meant}'.",
                context.name(client.key)
            );
            let identity = [&*context.identity(client.key), key];
            findings.push(
                Finding::at(&RULE, client.place_at(unknown.key_span()), &identity, message)
                    .help(format!("If it means '{meant}', write it so.")),
            );
        }
    }
}

/// Whether the document says what is meant already, so that the key is likely something else.
fn says(client: &ClientFacts, unknown: &Unknown, meant: &str) -> bool {
    let part = crate::config::Part::from_key(meant);
    unknown.is_top_level() && part.is_some_and(|part| client.states(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "isPublik: true"), &[5]);
        assert_lines(&RULE, &client("a", "clientAppSecrets: [{expiresat: 2027-01-01}]"), &[5]);
        assert_lines(&RULE, &client("a", "allowedTokenExchangeClientApp: []"), &[5]);
    }

    #[test]
    fn foreign_keys_are_somebody_elses() {
        assert_silent(&RULE, &client("a", "requirePkce: true\nx: 1\nisPublic: true\nispublic: 1"));
        assert_silent(&RULE, "!CustomerDto\nid: a\nnmae: b\n");
    }
}
