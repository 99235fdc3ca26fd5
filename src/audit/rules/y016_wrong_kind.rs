use super::prelude::*;
use crate::config::ProblemKind;

pub static RULE: Rule = Rule {
    id: "Y-016",
    title: "A list, a mapping or a text in the wrong place",
    severity: Severity::High,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "What stands there cannot be read as what its key means, so an importer ignores it or refuses the file: permissions or identities that seem to be there are not.",
    help: "Write it the way the other documents do: lists as lines that begin with '- ', each entry with its keys.",
    references: &["NIST SP 800-53 CM-6"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    context.report_problems(&RULE, &[ProblemKind::WrongType], findings);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires() {
        assert_lines(&RULE, &client("a", "allowedTokenExchangeClientApps: {id: b}"), &[5]);
        assert_lines(&RULE, "!ClientAppDto\n- id: a\n", &[2]);
    }

    #[test]
    fn lists_and_empty_values_are_fine() {
        assert_silent(&RULE, &client("a", &lists(&["a"])));
        assert_silent(&RULE, &client("a", "allowedTokenExchangeClientApps:"));
    }
}
