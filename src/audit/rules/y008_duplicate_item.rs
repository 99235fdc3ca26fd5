use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::prelude::*;
use crate::config::Place;

pub static RULE: Rule = Rule {
    id: "Y-008",
    title: "The same entry twice in one list",
    severity: Severity::Low,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "The second entry adds nothing, and whoever takes the permission back may remove only one \
          of the two.",
    help: "Remove one of the two.",
    references: &["NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let lists = [
            client.permissions.len(),
            client.identities.len(),
            client.redirect_uris().len(),
            client.attached().len(),
            client.metadata().len(),
        ];
        if lists.iter().all(|length| *length < 2) {
            continue;
        }
        let owner = context.identity(client.key);
        let who = context.name(client.key);
        let mut first: HashMap<(&str, String), Place> = HashMap::new();
        // The place of the same entry earlier in the list.
        let mut earlier = |list: &'static str, text: Cow<'_, str>, place: Place| match first
            .entry((list, text.into_owned()))
        {
            Entry::Occupied(earlier) => Some(*earlier.get()),
            Entry::Vacant(vacant) => {
                vacant.insert(place);
                None
            }
        };
        let mut report = |list: &str, text: &str, place: Place, earlier: Place, message: String| {
            findings.push(
                Finding::at(&RULE, place, &[&owner, list, text], message)
                    .label("again")
                    .related(earlier, "first here"),
            );
        };
        for permission in &client.permissions {
            let Some(id) = &permission.id else { continue };
            if let Some(at) = earlier("allowed", id.key(), permission.place) {
                let message = format!("{who} lists '{}' twice.", id.as_str());
                report("allowed", &id.key(), permission.place, at, message);
            }
        }
        for identity in &client.identities {
            if let Some(id) = identity.id.as_ref().map(|id| &id.value)
                && let Some(at) = earlier("identity", id.key(), identity.place)
            {
                let message =
                    format!("Two federated identities of {who} have the id '{}'.", id.as_str());
                report("identity", &id.key(), identity.place, at, message);
            }
            if let Some((issuer, subject)) = identity.pair() {
                let pair = format!("{issuer} {subject}");
                if let Some(at) = earlier("pair", Cow::Borrowed(&pair), identity.place) {
                    let message = format!(
                        "{who} has the federated identity '{subject}' of '{issuer}' twice."
                    );
                    report("pair", &pair, identity.place, at, message);
                }
            }
        }
        for uri in client.redirect_uris() {
            let Some(named) = &uri.uri else { continue };
            let (place, text) = (named.stated.place, named.value());
            if let Some(at) = earlier(uri.at.key, Cow::Borrowed(text), place) {
                let message = format!("The {} of {who} have '{text}' twice.", uri.at.key);
                report(uri.at.key, text, place, at, message);
            }
        }
        for attached in client.attached() {
            let id = attached.what().map(|id| id.key());
            let name = attached.name.as_ref().map(|name| Cow::Borrowed(name.value().as_str()));
            let Some(text) = id.or(name) else { continue };
            let (key, place) = (attached.at.key, attached.at.place);
            if let Some(at) = earlier(key, text.clone(), place) {
                let message = format!("The {key} of {who} have '{text}' twice.");
                report(key, &text, place, at, message);
            }
        }
        for metadata in client.metadata() {
            let Some(key) = &metadata.key else { continue };
            if let Some(at) = earlier("metadata", Cow::Borrowed(&key.value), key.place) {
                let message = format!(
                    "The metadata of {who} have the key '{}' twice; each key has one value.",
                    key.value
                );
                report("metadata", &key.value, key.place, at, message);
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
        for list in [
            "clientAppLoginRedirectUris:\n- uri: https://a\n- https://a",
            "scopes:\n- openid\n- name: openid",
            "clientAppResources:\n- id: r\n- {id: r}",
            "metadata:\n- {key: owner, value: a}\n- {key: owner, value: b}",
        ] {
            assert_lines(&RULE, &client("a", list), &[7]);
        }
    }

    #[test]
    fn entries_that_differ_are_fine() {
        assert_silent(&RULE, &client("a", &lists(&["b", "c"])));
        assert_silent(&RULE, &client("a", "scopes: [x]\nclientAppResources: [{name: x}]"));
        assert_silent(&RULE, &(client("a", &lists(&["c"])) + &client("b", &lists(&["c"]))));
    }
}
