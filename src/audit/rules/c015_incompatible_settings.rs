use super::prelude::*;
use crate::config::ProblemKind;

pub static RULE: Rule = Rule {
    id: "C-015",
    title: "Settings that do not go together",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "One of them has no effect, and nobody can tell which one was meant: a client app may be \
          open that was to be closed, or a secret may protect nothing.",
    help: "Keep the one that is meant.",
    references: &["RFC 6749 §2.1", "NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    context.report_problems(&RULE, &[ProblemKind::Incompatible], findings);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "isPublic: true\nclientAppSecrets: [{id: s}]"), &[5]);
        assert_lines(&RULE, &client("a", "isRestricted: false\nauthorizedUsers: [{id: u}]"), &[5]);
    }

    #[test]
    fn settings_that_go_together_are_fine() {
        assert_silent(&RULE, &client("a", "isPublic: false\nclientAppSecrets: [{id: s}]"));
        assert_silent(&RULE, &client("a", "isPublic: true\nclientAppSecrets: []"));
    }
}
