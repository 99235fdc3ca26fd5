use std::collections::HashMap;

use super::prelude::*;
use crate::config::Place;

pub static RULE: Rule = Rule {
    id: "Y-008",
    title: "The same entry twice in one list",
    severity: Severity::Low,
    confidence: Confidence::High,
    under_reading: false,
    why: "The second entry adds nothing, and whoever takes the permission back may remove only one \
          of the two.",
    help: "Remove one of the two.",
    references: &["NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let mut first: HashMap<(&str, String), Place> = HashMap::new();
        let owner = context.identity(client.key);
        let mut seen = |list: &'static str, text: String, place: Place, message: String| {
            let Some(&earlier) = first.get(&(list, text.clone())) else {
                first.insert((list, text), place);
                return;
            };
            findings.push(
                Finding::at(&RULE, place, &[&owner, list, &text], message)
                    .label("again")
                    .related(earlier, "first here"),
            );
        };
        let who = context.name(client.key);
        for permission in &client.permissions {
            let Some(id) = &permission.id else { continue };
            let message = format!("{who} lists '{}' twice.", id.as_str());
            seen("allowed", id.key().into_owned(), permission.place, message);
        }
        for identity in &client.identities {
            let before = identity.id.as_ref().map(|id| id.value.key().into_owned());
            if let Some(id) = before {
                let message = format!("Two federated identities of {who} have the id '{id}'.");
                seen("identity", id, identity.place, message);
            }
            if let (Some(issuer), Some(subject)) = (&identity.issuer, &identity.subject) {
                let (issuer, subject) = (&issuer.value, &subject.value);
                let message =
                    format!("{who} has the federated identity '{subject}' of '{issuer}' twice.");
                seen("pair", format!("{issuer} {subject}"), identity.place, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", &lists(&["b", "b"])), &[5]);
        let pairs = "clientAppFederatedIdentities:\n  - {id: x, issuer: i, subject: s}\n  \
                     - {id: y, issuer: i, subject: s}\n  - {id: x, issuer: i, subject: t}";
        assert_lines(&RULE, &client("a", pairs), &[7, 8]);
    }

    #[test]
    fn entries_that_differ_are_fine() {
        assert_silent(&RULE, &client("a", &lists(&["b", "c"])));
        assert_silent(&RULE, &(client("a", &lists(&["c"])) + &client("b", &lists(&["c"]))));
    }
}
