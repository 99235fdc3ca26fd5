use std::borrow::Cow;
use std::collections::HashMap;

use super::prelude::*;
use crate::config::{ClientKey, Place};

pub static RULE: Rule = Rule {
    id: "Y-010",
    title: "The id of a federated identity stands under two client apps",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Each federated identity is an entity with an id of its own. When two client apps hold the \
          same id, importing the second moves the identity away from the first, which then no \
          longer accepts its external tokens.",
    help: "Give one of the two a new GUID.",
    references: &["NIST SP 800-53 IA-4"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut first: HashMap<Cow<'_, str>, (ClientKey, Place)> = HashMap::new();
    for client in context.clients() {
        for id in client.identities.iter().filter_map(|identity| identity.id.as_ref()) {
            let key = id.value.key();
            let Some(&(holder, place)) = first.get(&key) else {
                first.insert(key, (client.key, id.place));
                continue;
            };
            if holder == client.key {
                continue; // Y-008
            }
            let message = format!(
                "A federated identity of {} has the id '{}', which one of {} has already.",
                context.name(client.key),
                id.value.as_str(),
                context.name(holder)
            );
            findings
                .push(Finding::at(&RULE, id.place, &[&key], message).related(place, "first here"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        let yaml =
            client("a", &identity("https://i", "1")) + &client("b", &identity("https://i", "2"));
        assert_lines(&RULE, &yaml, &[10]);
    }

    #[test]
    fn ids_of_their_own_are_fine() {
        let other = identity("https://i", "2").replace("b4e9c08d", "c4e9c08d");
        assert_silent(&RULE, &(client("a", &identity("https://i", "1")) + &client("b", &other)));
    }
}
