use std::collections::HashMap;

use super::prelude::*;
use crate::config::{ClientKey, Place};

pub static RULE: Rule = Rule {
    id: "F-001",
    title: "The same external identity on two client apps",
    severity: Severity::Critical,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Issuer and subject are all that tells whom an external token stands for. When two client \
          apps hold the same pair, the server picks one, and which one nobody decided; or whoever \
          asks picks the more powerful of the two.",
    help: "Leave the identity with one client app, and let the partner use another subject for the \
           other.",
    references: &["NIST SP 800-63C-4", "NIST SP 800-53 IA-4", "CWE-441"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut first: HashMap<(&str, &str), (ClientKey, Place)> = HashMap::new();
    for client in context.clients() {
        for identity in &client.identities {
            let (Some(issuer), Some(subject)) = (&identity.issuer, &identity.subject) else {
                continue;
            };
            let pair = (issuer.value.as_str(), subject.value.as_str());
            if pair.0.is_empty() || pair.1.is_empty() {
                continue; // F-012
            }
            let &mut (holder, place) = first.entry(pair).or_insert((client.key, identity.place));
            if holder == client.key {
                continue; // twice on one client app: Y-008
            }
            let message = format!(
                "Tokens of '{}' of {} stand for {} and for {}.",
                pair.1,
                pair.0,
                context.name(holder),
                context.name(client.key)
            );
            let owner = context.identity(client.key);
            findings.push(
                Finding::at(&RULE, identity.place, &[&owner, pair.0, pair.1], message)
                    .label("the same pair again")
                    .related(place, "first here"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        let yaml =
            client("a", &identity("https://i", "s")) + &client("b", &identity("https://i", "s"));
        assert_lines(&RULE, &yaml, &[10]);
    }

    #[test]
    fn another_subject_or_issuer_is_fine() {
        let yaml = client("a", &identity("https://i", "s"))
            + &client("b", &identity("https://i", "t"))
            + &client("c", &identity("https://j", "s"));
        assert_silent(&RULE, &yaml);
    }
}
