use super::prelude::*;

pub static RULE: Rule = Rule {
    id: "G-001",
    title: "A client app lists itself",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Whoever holds a token of this client app can exchange it for a new one, again and again, \
          without a login: the lifetime of tokens is no bound any more.",
    help: "Remove the entry, unless tokens have to be narrowed this way; then keep it and say why \
           in a comment.",
    references: &["RFC 8693 §5", "CWE-613"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        for permission in &client.permissions {
            if permission.client == Some(client.key) {
                let message = format!("{} may exchange its own tokens.", context.name(client.key));
                let identity = context.identity(client.key);
                findings.push(Finding::at(&RULE, permission.place, &[&identity], message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", &lists(&["b", "a"])), &[5]);
    }

    #[test]
    fn listing_another_is_fine() {
        assert_silent(&RULE, &(client("a", &lists(&["b"])) + &client("b", "")));
    }
}
