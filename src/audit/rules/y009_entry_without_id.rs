use super::prelude::*;

pub static RULE: Rule = Rule {
    id: "Y-009",
    title: "Entry without id",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scope: Scope::Project,
    under_reading: false,
    why: "Entries of allowedTokenExchangeClientApps name a client app by its id. An entry that has \
          only a name, or is the bare text, is ignored on import: the permission that seems to be \
          there is not.",
    help: "Write the entry as '- id: …' with the id of the client app.",
    references: &["NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        for permission in &client.permissions {
            // An unquoted placeholder has its own rule, Y-014.
            if permission.id.is_some() || context.source(permission.place).contains("{{") {
                continue;
            }
            let who = context.name(client.key);
            let entry = context.source(permission.place).lines().next().unwrap_or_default();
            let message = format!("An entry in the list of {who} has no id, so it names nobody.");
            let mut finding = Finding::at(
                &RULE,
                permission.place,
                &[&context.identity(client.key), entry],
                message,
            );
            let named = entry.split_once(':').map_or(entry, |(_, value)| value);
            let named = named.trim_matches([' ', '"', '\'', '}', '{']);
            if let Some(key) = context.project.named(named)
                && let Some(id) = &context.client(key).id
            {
                finding = finding.help(format!(
                    "If it means {}, write '- id: {}'.",
                    context.name(key),
                    id.value.as_str()
                ));
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
        let yaml = client("a", "allowedTokenExchangeClientApps:\n  - name: b") + &client("b", "");
        assert_lines(&RULE, &yaml, &[6]);
        let finding = &found(&RULE, &project(&yaml), Reading::default())[0];
        assert_eq!(finding.help, "If it means 'b', write '- id: {{guid:b}}'.");
    }

    #[test]
    fn an_entry_with_id_is_fine() {
        let named = "allowedTokenExchangeClientApps:\n  - name: b\n    id: '{{guid:b}}'";
        assert_silent(&RULE, &(client("a", named) + &client("b", "")));
        assert_silent(&RULE, &client("a", "allowedTokenExchangeClientApps: [{id: {{guid:b}}}]"));
    }
}
