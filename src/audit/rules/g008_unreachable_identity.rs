use super::prelude::*;
use crate::config::Setting;

pub static RULE: Rule = Rule {
    id: "G-008",
    title: "A federated identity that no broker can bring",
    severity: Severity::Low,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: true,
    why: "The client app trusts an external identity, but no enabled client app is permitted to \
          hand its token in. The trust is of no use today, and waits for somebody to add a \
          permission.",
    help: "Permit the broker that should bring it, or remove the federated identity.",
    references: &["OWASP NHI1", "NIST SP 800-53 AC-2", "CIS Controls 5.3"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let Some(first) = client.identities.first() else { continue };
        let disabled = |key| context.client(key).flag(Setting::Enabled).is_some_and(|f| !f.value);
        if context.graph.each_broker(context.project, client.key).any(|broker| !disabled(broker)) {
            continue;
        }
        let brokers = context.graph.brokers(context.project, client.key);
        let who = context.name(client.key);
        let message = match brokers.as_slice() {
            [] => format!("No client app may hand in a token of an external identity of {who}."),
            [one] => format!(
                "Only {} may hand in a token of an external identity of {who}, and it is disabled.",
                context.name(*one)
            ),
            several => format!(
                "All {} client apps that may hand in a token of an external identity of {who} are \
                 disabled.",
                several.len()
            ),
        };
        findings.push(Finding::at(&RULE, first.place, &[&context.identity(client.key)], message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", &identity("https://i", "s")), &[5]);
        let disabled = format!("{}\nenabled: false", lists(&["a"]));
        let yaml = client("a", &identity("https://i", "s")) + &client("broker", &disabled);
        assert_lines(&RULE, &yaml, &[5]);
    }

    #[test]
    fn a_broker_is_enough() {
        assert_silent(&RULE, &federation("https://i", "s"));
        assert_silent(&RULE, &client("a", ""));
    }
}
