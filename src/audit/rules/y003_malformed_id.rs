use super::prelude::*;
use crate::config::{Id, IdForm, Stated};

pub static RULE: Rule = Rule {
    id: "Y-003",
    title: "Malformed id",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "An id is a GUID or a placeholder for one. Anything else is refused on import, or quietly \
          replaced by a new id, and then nothing that refers to it is right any more.",
    help: "Write the whole GUID (8-4-4-4-12 hexadecimal digits), or a quoted placeholder such as \
           \"{{guid:portal}}\".",
    references: &["RFC 9562 §4", "NIST SP 800-53 IA-4"],
    check,
};

/// A reference has to share this much with an id before it is taken for its whole form.
const SHARED: usize = 8;

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut dangling: Option<Vec<&Id>> = None;
    for client in context.clients() {
        let own = client.id.as_ref().map(|id| (id, "The id"));
        let identities = client.identities.iter().filter_map(|identity| identity.id.as_ref());
        let identities = identities.map(|id| (id, "The id of the federated identity"));
        for (id, what) in own.into_iter().chain(identities) {
            let Stated { value, place, .. } = id;
            // Nearly all are well-formed: only of the others it is looked up how they are written.
            if value.form() != IdForm::Other
                || value.as_str().is_empty()
                || context.source(*place).starts_with("{{")
            {
                continue;
            }
            let dangling = dangling.get_or_insert_with(|| dangling_references(context));
            let whole = dangling.iter().find(|reference| completes(value, reference));
            let who = context.name(client.key);
            let message = format!(
                "{what} of {who}, '{}', is neither a GUID nor a placeholder{}.",
                value.as_str(),
                if whole.is_some() { "; it looks cut short" } else { "" },
            );
            let mut finding =
                Finding::at(&RULE, *place, &[&context.identity(client.key), &value.key()], message);
            if let Some(whole) = whole {
                finding = finding.help(format!(
                    "A list names '{}', which begins the same and which no document defines. If it \
                     is this client app, complete the id here.",
                    whole.as_str()
                ));
            }
            findings.push(finding);
        }
    }
}

fn dangling_references<'a>(context: &Context<'a>) -> Vec<&'a Id> {
    let permissions = context.clients().flat_map(|client| &client.permissions);
    permissions.filter(|p| p.client.is_none()).filter_map(|p| p.id.as_ref()).collect()
}

fn completes(cut: &Id, whole: &Id) -> bool {
    cut.key().len() >= SHARED
        && whole.form() != IdForm::Other
        && whole.key().to_ascii_lowercase().starts_with(&cut.key().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires() {
        assert_lines(&RULE, "!ClientAppDto\nid: portal\n", &[2]);
        assert_lines(&RULE, &client("a", "clientAppFederatedIdentities: [{id: b4e9c08d}]"), &[5]);
    }

    #[test]
    fn a_cut_id_is_completed_from_a_dangling_reference() {
        let yaml = "!ClientAppDto\nid: b8075fdb-ac4f-4c25-8f2a-2\n---\n!ClientAppDto\n\
                    id: ff64b54e-3d4f-426d-ad1a-da30ebed78ab\n\
                    allowedTokenExchangeClientApps:\n  - id: b8075fdb-ac4f-4c25-8f2a-2085a9addbf6\n";
        let findings = found(&RULE, &project(yaml), Reading::default());
        assert!(findings[0].help.contains("b8075fdb-ac4f-4c25-8f2a-2085a9addbf6"));
    }

    #[test]
    fn guids_and_placeholders_are_fine() {
        assert_silent(&RULE, &client("a", ""));
        assert_silent(&RULE, "!ClientAppDto\nid: '{FF64B54E-3D4F-426D-AD1A-DA30EBED78AB}'\n");
    }
}
