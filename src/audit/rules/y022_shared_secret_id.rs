use std::borrow::Cow;
use std::collections::HashMap;

use super::prelude::*;
use crate::config::{ClientKey, Place};

pub static RULE: Rule = Rule {
    id: "Y-022",
    title: "The id of a secret stands twice",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Each secret is an entity with an id of its own. When the id stands twice, importing the \
          second overwrites the first or moves it to another client app, which then cannot \
          authenticate any more.",
    help: "Give one of the two a new GUID.",
    references: &["NIST SP 800-53 IA-4"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut first: HashMap<Cow<'_, str>, (ClientKey, Place)> = HashMap::new();
    for client in context.clients() {
        for secret in client.secrets().unwrap_or_default() {
            let Some(id) = &secret.id else { continue };
            let (key, place) = (id.value().key(), id.stated.place);
            let Some(&(holder, earlier)) = first.get(&key) else {
                first.insert(key, (client.key, place));
                continue;
            };
            let who = if holder == client.key {
                "another one of its secrets".to_owned()
            } else {
                format!("one of {}", context.name(holder))
            };
            let message = format!(
                "A secret of {} has the id '{}', which {who} has already.",
                context.name(client.key),
                id.value().as_str()
            );
            findings
                .push(Finding::at(&RULE, place, &[&key], message).related(earlier, "first here"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "clientAppSecrets:\n- id: s\n- {id: s}"), &[7]);
        let one = client("a", "secrets: [{id: s}]");
        assert_lines(&RULE, &(one + &client("b", "clientAppSecrets: [{id: s}]")), &[10]);
    }

    #[test]
    fn ids_of_their_own_are_fine() {
        assert_silent(&RULE, &client("a", "clientAppSecrets: [{id: s}, {id: t}, {name: u}]"));
    }
}
