use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::prelude::*;
use crate::yaml::{Kind, NodeId};

pub static RULE: Rule = Rule {
    id: "Y-001",
    title: "The same key twice in one mapping",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "YAML does not allow it, and programs disagree about what it means: some keep the first \
          value, some the last, some refuse the file. A reviewer sees one value and the importer \
          takes another.",
    help: "Keep the one that is meant and remove the other.",
    references: &["YAML 1.2.2 §3.2.1.1", "CWE-436"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for parsed in context.documents() {
        for id in parsed.tree.ids() {
            let Kind::Mapping { entries, .. } = parsed.tree.node(id).kind else { continue };
            let mut first = Seen::of(entries.len());
            for &(key, _) in entries {
                let Some(text) = parsed.tree.text(key).filter(|text| *text != "<<") else {
                    continue;
                };
                let Some(earlier) = first.put(text, key) else { continue };
                let place = parsed.place(parsed.tree.node(key).span);
                let file = &context.project.file(parsed.file).name;
                let message = format!("The key '{text}' stands twice in this mapping.");
                findings.push(
                    Finding::at(&RULE, place, &[file, text], message)
                        .label("here again")
                        .related(parsed.place(parsed.tree.node(earlier).span), "first here"),
                );
            }
        }
    }
}

/// The keys of a mapping so far. Nearly every mapping is so short that looking through a list is
/// faster than hashing; a long one must not take the square of its length.
enum Seen<'a> {
    Few(Vec<(&'a str, NodeId)>),
    Many(HashMap<&'a str, NodeId>),
}

impl<'a> Seen<'a> {
    fn of(length: usize) -> Self {
        if length <= 32 {
            Self::Few(Vec::with_capacity(length))
        } else {
            Self::Many(HashMap::with_capacity(length))
        }
    }

    /// Notes a key, or gives the one that has the same text.
    fn put(&mut self, text: &'a str, key: NodeId) -> Option<NodeId> {
        match self {
            Self::Few(seen) => {
                let earlier = seen.iter().find(|(other, _)| *other == text);
                let earlier = earlier.map(|(_, key)| *key);
                if earlier.is_none() {
                    seen.push((text, key));
                }
                earlier
            }
            Self::Many(seen) => match seen.entry(text) {
                Entry::Occupied(earlier) => Some(*earlier.get()),
                Entry::Vacant(place) => {
                    place.insert(key);
                    None
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "isPublic: true\nisPublic: false"), &[6]);
        let many: String = (0..40).map(|i| format!("k{i}: 1\n")).collect();
        assert_lines(&RULE, &(many + "k7: 2\n"), &[41]);
        assert_lines(&RULE, "other:\n  - {a: 1, 'a': 2}\n", &[2]);
    }

    #[test]
    fn the_same_key_in_another_mapping_is_fine() {
        assert_silent(&RULE, "a: {b: 1}\nb: {b: 1, c: 2}\n");
    }
}
