use super::prelude::*;
use crate::config::Setting;

pub static RULE: Rule = Rule {
    id: "C-003",
    title: "A public client app may exchange",
    severity: Severity::Critical,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: true,
    why: "A public client app has no secret, so nothing proves who asks: anybody who gets hold of a \
          token can exchange it. Keycloak and Logto refuse this outright.",
    help: "Let a confidential client app ask instead, or take the permission back.",
    references: &["RFC 8693 §5", "RFC 9700 §2.5", "OWASP NHI4", "CWE-287"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let Some(public) = client.flag(Setting::Public).filter(|public| public.value) else {
            continue;
        };
        let arrows = context.arrows.asked_by(client.key);
        let arrows: Vec<_> = arrows.collect();
        let Some(first) = arrows.first() else { continue };
        let message = format!(
            "{} is public, so anybody can ask in its name, and it may exchange with {}{}.",
            context.name(client.key),
            context.name(first.other_end()),
            if arrows.len() > 1 {
                format!(" and {} more", arrows.len() - 1)
            } else {
                String::new()
            }
        );
        findings.push(
            Finding::at(&RULE, public.place, &[&context.identity(client.key)], message)
                .label("public here")
                .related(first.place, "permitted here"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires_on_the_one_that_asks() {
        let yaml = client("a", &format!("isPublic: true\n{}", lists(&["b"]))) + &client("b", "");
        assert_lines(&RULE, &yaml, &[5]);
        let yaml = client("a", &lists(&["b"])) + &client("b", "isPublic: true");
        assert_lines_under(&RULE, Reading::TargetListsRequester, &yaml, &[10]);
    }

    #[test]
    fn a_public_target_is_fine() {
        assert_silent(&RULE, &(client("a", &lists(&["b"])) + &client("b", "isPublic: true")));
        assert_silent(&RULE, &client("a", "isPublic: true"));
    }
}
