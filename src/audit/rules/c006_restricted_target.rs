use super::prelude::*;
use crate::config::Setting;

pub static RULE: Rule = Rule {
    id: "C-006",
    title: "A restricted client app can be reached by exchange",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scope: Scope::Project,
    under_reading: true,
    why: "Only assigned users may log in to a restricted client app. Whether an exchange checks the \
          assignment is up to the server; where it does not, any user of the first client app ends \
          up in the second.",
    help: "Test it with a user who is not assigned, or take the permission back.",
    references: &["CWE-863", "NIST SP 800-53 AC-3", "GHSA-vrh8-c9cm-wh8v"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let Some(restricted) = client.flag(Setting::Restricted).filter(|flag| flag.value) else {
            continue;
        };
        let who = context.name(client.key);
        let mut arrows = context.arrows.arriving_at(client.key);
        let arrow = arrows.find(|arrow| arrow.from != client.key);
        let (message, because) = if let Some(arrow) = arrow {
            let from = context.name(arrow.from);
            (
                format!("{who} is restricted, but users of {from} can reach it by exchange."),
                arrow.place,
            )
        } else if let Some(identity) = client.identities.first()
            && context.has_brokers(client.key)
        {
            (
                format!("{who} is restricted, but an external identity can reach it by exchange."),
                identity.place,
            )
        } else {
            continue;
        };
        findings.push(
            Finding::at(&RULE, restricted.place, &[&context.identity(client.key)], message)
                .label("restricted here")
                .related(because, "reached this way"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires_on_the_end_the_token_is_for() {
        let yaml = client("a", &lists(&["b"])) + &client("b", "isRestricted: true");
        assert_lines(&RULE, &yaml, &[10]);
        assert_lines_under(&RULE, Reading::TargetListsRequester, &yaml, &[]);
        let principal = format!("isRestricted: true\n{}", identity("https://i", "s"));
        let yaml = client("p", &principal) + &client("broker", &lists(&["p"]));
        assert_lines_under(&RULE, Reading::RequesterListsOrigin, &yaml, &[5]);
    }

    #[test]
    fn a_restricted_client_app_that_nobody_reaches_is_fine() {
        let yaml =
            client("a", &format!("isRestricted: true\n{}", lists(&["b"]))) + &client("b", "");
        assert_silent(&RULE, &yaml);
    }
}
