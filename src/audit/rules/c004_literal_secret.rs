use super::prelude::*;
use crate::audit::secrets;

pub static RULE: Rule = Rule {
    id: "C-004",
    title: "A secret stands in the file",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scope: Scope::Document,
    under_reading: false,
    why: "Whoever can read the file, or its history, or a copy of it in a build log, can act as the \
          client app it belongs to.",
    help: "Put a placeholder in its place that is filled in on import, and replace the secret: it \
           must be taken for known.",
    references: &["CWE-798", "CWE-312", "OWASP NHI2", "MITRE ATT&CK T1552.001"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for parsed in context.documents() {
        let document_id = parsed
            .tree
            .root()
            .and_then(|root| parsed.tree.get(root, "id"))
            .and_then(|id| parsed.tree.text(id))
            .unwrap_or_default();
        for literal in secrets::literals(parsed.tree) {
            let message = format!("'{}' holds a secret in plain text.", literal.key);
            findings.push(
                Finding::at(
                    &RULE,
                    parsed.place(literal.key_span),
                    &[document_id, literal.key],
                    message,
                )
                .label("its value is not shown"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires_without_saying_the_secret() {
        let yaml = client("a", "clientAppSecrets:\n  - value: hush-hush");
        assert_lines(&RULE, &yaml, &[6]);
        let findings = found(&RULE, &project(&yaml), Reading::default());
        assert!(!format!("{findings:?}").contains("hush"));
        assert_lines(&RULE, &client("a", "smtp: {userPassword: hush}"), &[5]);
    }

    #[test]
    fn a_placeholder_is_fine() {
        assert_silent(&RULE, &client("a", "clientAppSecrets:\n  - value: '{{secret:a}}'"));
        assert_silent(&RULE, &client("a", "requireClientSecret: true\nsecretExpiry: 2027-01-01"));
    }
}
