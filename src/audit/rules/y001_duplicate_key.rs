use std::collections::HashMap;

use super::prelude::*;
use crate::yaml::{Kind, NodeId};

pub static RULE: Rule = Rule {
    id: "Y-001",
    title: "The same key twice in one mapping",
    severity: Severity::High,
    confidence: Confidence::High,
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
            if entries.len() < 2 {
                continue;
            }
            let mut first: HashMap<&str, NodeId> = HashMap::with_capacity(entries.len());
            for &(key, _) in entries {
                let Some(text) = parsed.tree.text(key) else { continue };
                if text == "<<" {
                    continue;
                }
                let Some(&earlier) = first.get(text) else {
                    first.insert(text, key);
                    continue;
                };
                let place = parsed.place(parsed.tree.node(key).span);
                let at = context.project.position(parsed.place(parsed.tree.node(earlier).span));
                let file = &context.project.file(parsed.file).name;
                let message = format!(
                    "The key '{text}' stands twice in this mapping, first on line {}.",
                    at.line
                );
                findings.push(
                    Finding::at(&RULE, place, &[file, text], message)
                        .label("here again")
                        .related(parsed.place(parsed.tree.node(earlier).span), "first here"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "isPublic: true\nisPublic: false"), &[6]);
        assert_lines(&RULE, "other:\n  - {a: 1, 'a': 2}\n", &[2]);
    }

    #[test]
    fn the_same_key_in_another_mapping_is_fine() {
        assert_silent(&RULE, "a: {b: 1}\nb: {b: 1, c: 2}\n");
    }
}
