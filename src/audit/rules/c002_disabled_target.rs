use super::prelude::*;
use crate::config::Setting;

pub static RULE: Rule = Rule {
    id: "C-002",
    title: "An exchange for a disabled client app",
    severity: Severity::Low,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: true,
    why: "Whoever uses the permission gets an error; and when the client app is enabled again, so is \
          the way into it.",
    help: "Take the permission back, or enable the client app if it is needed.",
    references: &["NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for arrow in context.arrows.iter() {
        if arrow.from == arrow.to {
            continue;
        }
        let enabled = context.client(arrow.to).flag(Setting::Enabled);
        let Some(enabled) = enabled.filter(|enabled| !enabled.value) else { continue };
        let (from, to) = (context.name(arrow.from), context.name(arrow.to));
        let message = format!("Tokens of {from} may be exchanged for {to}, which is disabled.");
        let identity = [&*context.identity(arrow.from), &*context.identity(arrow.to)];
        findings.push(
            Finding::at(&RULE, arrow.place, &identity, message)
                .label("permitted here")
                .related(enabled.place, "disabled here"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires_on_the_end_the_token_is_for() {
        let yaml = client("a", &lists(&["b"])) + &client("b", "enabled: false");
        assert_lines(&RULE, &yaml, &[5]);
        assert_lines_under(&RULE, Reading::RequesterListsOrigin, &yaml, &[]);
    }

    #[test]
    fn what_is_not_stated_is_not_disabled() {
        assert_silent(&RULE, &(client("a", &lists(&["b"])) + &client("b", "")));
    }
}
