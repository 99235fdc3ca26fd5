use super::prelude::*;
use crate::config::ProblemKind;

pub static RULE: Rule = Rule {
    id: "Y-007",
    title: "Anchor or merge key copies trust",
    severity: Severity::Low,
    confidence: Confidence::High,
    scope: Scope::Project,
    under_reading: false,
    why: "What is written once and used in several places changes in all of them, also where nobody \
          meant it to. Merge keys are not part of YAML 1.2: an importer that does not apply them \
          reads another configuration than the one that was reviewed.",
    help: "Write it out in each place.",
    references: &["CWE-436", "YAML 1.2.2 §10.3"],
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    context.report_problems(&RULE, &[ProblemKind::MergeKey, ProblemKind::SharedTrust], findings);
    let from = findings.len();
    context.report_problems(&RULE, &[ProblemKind::TooMuchShared], findings);
    for finding in &mut findings[from..] {
        // Something is missing from every answer.
        finding.severity = Severity::High;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    #[test]
    fn fires() {
        let list = format!("other: &l [{{id: b}}]\n{}", "allowedTokenExchangeClientApps: *l");
        assert_lines(&RULE, &client("a", &list), &[6]);
        let merged = "base: &b {enabled: true}\n<<: *b";
        assert_lines(&RULE, &client("a", merged), &[6]);
        let findings = found(&RULE, &project(&client("a", merged)), Reading::default());
        assert!(findings[0].message.contains("enabled"), "{findings:#?}");
    }

    #[test]
    fn what_is_not_read_in_full_weighs_more() {
        let keys: String = (0..1_000).map(|at| format!("k{at}: 1, ")).collect();
        let yaml = client(
            "a",
            &format!(
                "big: &big {{{keys}id: b}}\nallowedTokenExchangeClientApps:\n{}",
                "- *big\n".repeat(200)
            ),
        );
        let findings = found(&RULE, &project(&yaml), Reading::default());
        assert!(findings.iter().any(|finding| finding.severity == Severity::High));
    }

    #[test]
    fn a_shared_text_is_fine() {
        let issuer = "clientAppFederatedIdentities:\n- {issuer: &i https://i, subject: a}\n\
                      - {issuer: *i, subject: b}";
        assert_silent(&RULE, &client("a", issuer));
    }
}
