use super::prelude::*;
use crate::config::ProblemKind;

pub static RULE: Rule = Rule {
    id: "Y-020",
    title: "A date that is none",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "Nobody can tell when the secret expires: an importer may refuse the file, or take the \
          secret for one that never does.",
    help: "Write year, month and day, as in 2027-01-31, or a time as in 2027-01-31T12:00:00Z.",
    references: &["RFC 3339", "NIST SP 800-53 IA-5"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    context.report_problems(&RULE, &[ProblemKind::NotADate], findings);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "clientAppSecrets:\n- expiresAt: 31.1.2027"), &[6]);
    }

    #[test]
    fn dates_and_placeholders_are_fine() {
        for date in ["2027-01-31", "'2027-01-31T12:00:00Z'", "'{{env:END}}'", ""] {
            assert_silent(&RULE, &client("a", &format!("clientAppSecrets: [{{expiry: {date}}}]")));
        }
    }
}
