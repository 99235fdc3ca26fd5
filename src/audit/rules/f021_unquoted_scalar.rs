use super::prelude::*;
use crate::audit::scalar::resolves_to;
use crate::config::Place;

pub static RULE: Rule = Rule {
    id: "F-021",
    title: "Unquoted text that other readers take for a number or a boolean",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "Issuer, subject and id are text, and the studio reads them so. Another program may read \
          unquoted digits as a number: leading zeros go, and of a subject with 21 digits the last \
          ones change, so that it names somebody else. Words such as 'no' become booleans.",
    help: "Put quotes around it.",
    references: &["YAML 1.2.2 §10.3", "CWE-681"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let owner = context.identity(client.key);
        let mut look = |what: &str, text: &str, place: Place| {
            let written = context.source(place);
            // Nothing at all is F-012; what is quoted or a block is text to everybody.
            if written.is_empty() || written.starts_with(['"', '\'', '|', '>']) || written != text {
                return;
            }
            let Some(taken_for) = resolves_to(text) else { return };
            let message = format!(
                "The {what} {text} on {} is not quoted, and other readers take it for {taken_for}.",
                context.name(client.key)
            );
            findings.push(
                Finding::at(&RULE, place, &[&owner, what, text], message)
                    .help(format!("Put quotes around it: \"{text}\".")),
            );
        };
        if let Some(id) = &client.id {
            look("id", id.value.as_str(), id.place);
        }
        for identity in &client.identities {
            if let Some(id) = &identity.id {
                look("id of a federated identity", id.value.as_str(), id.place);
            }
            if let Some(issuer) = &identity.issuer {
                look("issuer", &issuer.value, issuer.place);
            }
            if let Some(subject) = &identity.subject {
                look("subject", &subject.value, subject.place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(text: &str) -> String {
        client("a", &format!("clientAppFederatedIdentities:\n  - issuer: i\n    subject: {text}"))
    }

    #[test]
    fn fires() {
        for text in ["123456789", "00123", "1e9", "0x1F", "no", "~", "104857600000000000021"] {
            assert_lines(&RULE, &subject(text), &[7]);
        }
        assert_lines(&RULE, "!ClientAppDto\nid: 12345678\n", &[2]);
    }

    #[test]
    fn quoted_text_is_fine() {
        for text in ["\"123456789\"", "'no'", "|-\n      123", "repo:a/b", "12345678e"] {
            assert_silent(&RULE, &subject(text));
        }
    }
}
