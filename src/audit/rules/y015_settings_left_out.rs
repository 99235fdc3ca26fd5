use super::prelude::*;

pub static RULE: Rule = Rule {
    id: "Y-015",
    title: "Settings left out",
    severity: Severity::Info,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "A comment with nothing but dots says that the document leaves settings out. What it does \
          not state (enabled, public, restricted, secrets) is then not known, and a decision that \
          needs it says 'not stated'.",
    help: "Check the whole configuration where you can, or read 'not stated' as a question to ask.",
    references: &["NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let Some(document) = context.project.document(client.file, client.document) else {
            continue;
        };
        let Ok(tree) = document.tree() else { continue };
        let elision = tree.comments().iter().find(|comment| {
            let text = document.slice(**comment).trim_start_matches('#').trim();
            text.contains(['…', '.']) && text.chars().all(|c| c == '…' || c == '.') && text != "."
        });
        let Some(&span) = elision else { continue };
        let place = crate::config::Place { file: client.file, document: client.document, span };
        let message = format!("{} leaves settings out here.", context.name(client.key));
        findings.push(Finding::at(&RULE, place, &[&context.identity(client.key)], message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "# ..."), &[5]);
        assert_lines(&RULE, &client("a", "x: 1 # …"), &[5]);
    }

    #[test]
    fn other_comments_are_fine() {
        assert_silent(&RULE, &client("a", "# and so on ...\n# .\n#\nx: '# ...'"));
    }
}
