use super::prelude::*;
use crate::config::Setting;

pub static RULE: Rule = Rule {
    id: "C-001",
    title: "A disabled client app may exchange",
    severity: Severity::Low,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: true,
    why: "The permission has no effect as long as the client app is disabled, and returns without \
          anybody deciding so when it is enabled again.",
    help: "Take the permission back, or remove the client app if it is not needed any more.",
    references: &["OWASP NHI1", "NIST SP 800-53 AC-2(3)"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for client in context.clients() {
        let Some(enabled) = client.flag(Setting::Enabled).filter(|enabled| !enabled.value) else {
            continue;
        };
        let mut arrows = context.arrows.asked_by(client.key);
        let Some(first) = arrows.next() else { continue };
        let message = format!(
            "{} is disabled, but may exchange with {}{}.",
            context.name(client.key),
            context.name(first.other_end()),
            and_others(arrows.count())
        );
        findings.push(
            Finding::at(&RULE, enabled.place, &[&context.identity(client.key)], message)
                .label("disabled here")
                .related(first.place, "permitted here"),
        );
    }
}

fn and_others(count: usize) -> String {
    if count == 0 { String::new() } else { format!(" and {count} more") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires_on_the_one_that_asks() {
        let lists_b = format!("enabled: false\n{}", lists(&["b"]));
        let yaml = client("a", &lists_b) + &client("b", "");
        assert_lines(&RULE, &yaml, &[5]);
        assert_lines_under(&RULE, Reading::TargetListsRequester, &yaml, &[]);
    }

    #[test]
    fn what_is_not_stated_is_not_disabled() {
        assert_silent(&RULE, &(client("a", &lists(&["b"])) + &client("b", "enabled: false")));
    }
}
