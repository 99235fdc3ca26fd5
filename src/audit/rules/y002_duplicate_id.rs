use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::prelude::*;
use crate::config::{CLIENT_TAG, Id, Place, Stated};

pub static RULE: Rule = Rule {
    id: "Y-002",
    title: "Two documents with the same id",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "On import one of them overwrites the other. Which one is decided by the order of import, \
          so a reviewer may sign off the one that is lost. GUIDs are the same in either case, with \
          or without braces.",
    help: "Give one of them an id of its own, or remove the document that is out of date.",
    references: &["NIST SP 800-53 CM-3", "NIST SP 800-53 IA-4"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let clients = context.clients().filter_map(|it| Some((CLIENT_TAG, it.id.as_ref()?)));
    let others = context.project.other_documents().iter();
    let others = others.filter_map(|it| {
        let tag = it.tag.as_deref()?;
        let plain = tag.strip_prefix("!<").and_then(|tag| tag.strip_suffix('>'));
        Some((plain.unwrap_or(tag), it.id.as_ref()?))
    });
    let mut all: Vec<(&str, &Stated<Id>)> = clients.chain(others).collect();
    all.sort_by_key(|(_, id)| id.place);
    let mut first: HashMap<(&str, Cow<'_, str>), Place> = HashMap::with_capacity(all.len());
    for (tag, id) in all {
        let Stated { value: id, place, .. } = id;
        let earlier = match first.entry((tag, id.key())) {
            Entry::Occupied(earlier) => *earlier.get(),
            Entry::Vacant(vacant) => {
                vacant.insert(*place);
                continue;
            }
        };
        let message = format!(
            "Another {tag} document has the id '{}' already, at {}.",
            id.as_str(),
            context.project.describe_place(earlier)
        );
        findings.push(
            Finding::at(&RULE, *place, &[tag, &id.key()], message)
                .label("the same id again")
                .related(earlier, "first here"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &(client("a", "") + &client("a", "")), &[8]);
        let guids = "!ClientAppDto\nid: C400A0EE-F266-45F2-8FBA-F5884ED2E386\n---\n!ClientAppDto\n\
                     id: '{c400a0ee-f266-45f2-8fba-f5884ed2e386}'\n";
        assert_lines(&RULE, guids, &[5]);
        let subscriptions = "!SubscriptionDto\nid: {{guid:s}}\n---\n!<!SubscriptionDto>\nid: \
                             '{{guid:s}}'\n";
        assert_lines(&RULE, subscriptions, &[5]);
    }

    #[test]
    fn the_same_id_on_another_type_is_fine() {
        assert_silent(&RULE, "!ClientAppDto\nid: a\n---\n!CustomerDto\nid: a\n");
        assert_silent(&RULE, "id: a\n---\nid: a\n");
    }
}
