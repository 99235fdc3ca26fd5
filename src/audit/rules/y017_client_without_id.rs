use super::prelude::*;
use crate::config::ProblemKind;

pub static RULE: Rule = Rule {
    id: "Y-017",
    title: "Client app without id",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Nothing can refer to it, and on import it becomes a new client app each time, or none.",
    help: "Give it an id: a new GUID, or a quoted placeholder such as \"{{guid:portal}}\".",
    references: &["NIST SP 800-53 IA-4"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    context.report_problems(&RULE, &[ProblemKind::ClientWithoutId], findings);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, "!ClientAppDto\nname: a\n", &[2]);
        assert_lines(&RULE, "!ClientAppDto\nid: ~\nname: a\n", &[2]);
    }

    #[test]
    fn an_id_of_any_form_is_one() {
        assert_silent(&RULE, &client("a", ""));
        assert_silent(&RULE, "!ClientAppDto\nid: {{guid:a}}\n");
    }
}
