use super::prelude::*;

pub static RULE: Rule = Rule {
    id: "G-003",
    title: "A reference to a client app that no document defines",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Either the id is mistyped, and the permission that seems to be there is not; or the client \
          app does not exist yet, and whoever creates one with that id later inherits the \
          permission.",
    help: "Correct the id, remove the entry, or open the file that defines the client app together \
           with this one.",
    references: &["CWE-1188", "MITRE ATT&CK T1098", "NIST SP 800-53 CM-3"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        for permission in &client.permissions {
            let (Some(id), None) = (&permission.id, permission.client) else { continue };
            if id.is_unquoted() {
                continue; // Y-014
            }
            let message = format!(
                "{} lists '{}', which no document of the project defines.",
                context.name(client.key),
                id.as_str()
            );
            let identity = [&*context.identity(client.key), &*id.key()];
            let mut finding = Finding::at(&RULE, permission.place, &identity, message);
            if let Some(&near) = context.project.did_you_mean(id).first() {
                let near_id = context.client(near).id.as_ref();
                let near_id = near_id.map_or("none", |id| id.value.as_str());
                finding = finding
                    .help(format!(
                        "Did you mean {}, whose id is '{near_id}'? Make the two agree.",
                        context.name(near)
                    ))
                    .related(context.heading(near), "perhaps this one");
            }
            findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires() {
        assert_lines(&RULE, &(client("a", &lists(&["b", "c"])) + &client("b", "")), &[5]);
    }

    #[test]
    fn a_cut_id_and_a_typo_are_recognised() {
        for id in ["b8075fdb-ac4f-4c25-8f2a-2", "b8075fdb-ac4f-4c25-8f2a-2085a9addbf7"] {
            let yaml = format!("!ClientAppDto\nid: {id}\nname: Portal\n")
                + &client(
                    "a",
                    "allowedTokenExchangeClientApps:\n  - id: b8075fdb-ac4f-4c25-8f2a-2085a9addbf6",
                );
            let findings = found(&RULE, &project(&yaml), Reading::default());
            assert!(findings[0].help.contains("Did you mean 'Portal'"), "{findings:#?}");
        }
    }

    #[test]
    fn guids_are_compared_without_case() {
        let yaml = "!ClientAppDto\nid: C400A0EE-F266-45F2-8FBA-F5884ED2E386\n".to_owned()
            + &client(
                "a",
                "allowedTokenExchangeClientApps: [{id: '{c400a0ee-f266-45f2-8fba-f5884ed2e386}'}]",
            );
        assert_silent(&RULE, &yaml);
    }
}
