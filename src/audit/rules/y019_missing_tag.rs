use super::prelude::*;
use crate::config::ProblemKind;

pub static RULE: Rule = Rule {
    id: "Y-019",
    title: "A client app without its tag",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "The document has lists that only client apps have, but nothing says that it is one, so it is skipped: its permissions seem to be there and are not.",
    help: "Put '!ClientAppDto' on a line of its own before it.",
    references: &["CWE-436"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    context.report_problems(&RULE, &[ProblemKind::MissingTag], findings);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, "id: a\nallowedTokenExchangeClientApps: []\n", &[1]);
    }

    #[test]
    fn other_documents_are_fine() {
        assert_silent(&RULE, "id: a\nname: b\n");
        assert_silent(&RULE, "!Other\nallowedTokenExchangeClientApps: []\n");
    }
}
