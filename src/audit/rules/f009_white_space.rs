use super::prelude::*;
use crate::config::Stated;

pub static RULE: Rule = Rule {
    id: "F-009",
    title: "White space around issuer or subject",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Document,
    under_reading: false,
    why: "The text is compared as it is. With a blank, a line break or an invisible control \
          character more than the token has, the entry never matches, and nobody sees why.",
    help: "Remove it.",
    references: &["CWE-178", "Microsoft Entra, considerations for federated credentials"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        for identity in &client.identities {
            let both = [("issuer", &identity.issuer), ("subject", &identity.subject)];
            for (what, stated) in both {
                let Some(Stated { value, place, .. }) = stated else { continue };
                let around = value.trim() != value && !value.trim().is_empty();
                let control = value.chars().find(|c| c.is_control());
                let how = match (around, control) {
                    (_, Some('\n' | '\r')) => "has a line break",
                    (_, Some('\t')) => "has a tab",
                    (_, Some(_)) => "has a control character",
                    (true, None) => "has white space around it",
                    (false, None) => continue,
                };
                let who = context.name(client.key);
                let message =
                    format!("The {what} '{}' on {who} {how}.", value.trim().escape_debug());
                let owner = context.identity(client.key);
                findings.push(Finding::at(&RULE, *place, &[&owner, what, value], message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &federation(" https://i.net", "s"), &[5]);
        assert_lines(&RULE, &federation("https://i.net", "s "), &[5]);
        let block =
            "clientAppFederatedIdentities:\n  - issuer: https://i.net\n    subject: |\n      s";
        assert_lines(&RULE, &client("a", block), &[7]);
        let tab = r#"clientAppFederatedIdentities: [{issuer: "https://i.net", subject: "a\tb"}]"#;
        assert_lines(&RULE, &client("a", tab), &[5]);
    }

    #[test]
    fn white_space_that_yaml_takes_away_is_fine() {
        let spaced = "clientAppFederatedIdentities: [{issuer:   https://i.net  , subject:  a b }]";
        assert_silent(&RULE, &client("a", spaced));
    }
}
