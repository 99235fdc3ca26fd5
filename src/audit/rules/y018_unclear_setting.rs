use super::prelude::*;
use crate::config::ProblemKind;

pub static RULE: Rule = Rule {
    id: "Y-018",
    title: "A setting that says nothing",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Nobody can tell whether the client app is enabled, public or restricted, and an importer may take it either way. Here it counts as not stated.",
    help: "Write true or false, once, under one spelling of the key.",
    references: &["CWE-436", "NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    context.report_problems(
        &RULE,
        &[ProblemKind::NotBoolean, ProblemKind::Contradiction],
        findings,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "isPublic: maybe"), &[5]);
    }

    #[test]
    fn true_and_false_are_fine() {
        assert_silent(&RULE, &client("a", "isPublic: true\nenabled: false"));
        assert_silent(&RULE, &client("a", "somethingElse: maybe"));
    }
}
