use std::collections::BTreeSet;

use super::prelude::*;
use crate::audit::Arrow;
use crate::config::ClientKey;

pub static RULE: Rule = Rule {
    id: "G-005",
    title: "One client app may exchange with many",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scope: Scope::Project,
    under_reading: true,
    why: "The credential of this client app alone stands between an attacker and the identities of \
          all the others.",
    help: "Split it by purpose into several client apps, each with the permissions of one use case, \
           and guard its secret best of all.",
    references: &["OWASP NHI5", "OWASP NHI9", "NIST SP 800-53 AC-6", "MITRE ATT&CK T1528"],
    check,
};

/// Fewer are never many.
const FEW: usize = 5;

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut asks: Vec<(ClientKey, Vec<&Arrow>)> = Vec::new();
    for requester in context.clients().map(|client| client.key) {
        let mut ends = BTreeSet::new();
        let others = context.arrows.asked_by(requester).filter(|arrow| arrow.from != arrow.to);
        let arrows: Vec<_> = others.filter(|arrow| ends.insert(arrow.other_end())).collect();
        if !arrows.is_empty() {
            asks.push((requester, arrows));
        }
    }
    // The 95th percentile over all client apps; those that ask for nothing count as none.
    let mut counts: Vec<usize> = asks.iter().map(|(_, arrows)| arrows.len()).collect();
    counts.resize(context.project.clients().len().max(counts.len()), 0);
    counts.sort_unstable();
    let rank = (counts.len() * 95).div_ceil(100);
    let threshold = counts.get(rank.saturating_sub(1)).copied().unwrap_or(0).max(FEW);
    for (requester, arrows) in asks {
        if arrows.len() < threshold {
            continue;
        }
        let message = format!(
            "{} may ask for exchanges with {} other client apps.",
            context.name(requester),
            arrows.len()
        );
        let mut finding = Finding::at(
            &RULE,
            context.heading(requester),
            &[&context.identity(requester)],
            message,
        );
        for arrow in arrows.into_iter().take(FEW) {
            finding = finding.related(arrow.place, context.name(arrow.other_end()));
        }
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Reading;

    fn star(points: usize) -> String {
        let names: Vec<_> = (0..points).map(|i| format!("p{i}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let ends: String = names.iter().map(|name| client(name, "")).collect();
        client("hub", &lists(&names)) + &ends
    }

    #[test]
    fn fires_on_the_one_that_asks() {
        assert_lines(&RULE, &star(5), &[3]);
        assert_lines_under(&RULE, Reading::RequesterListsOrigin, &star(5), &[3]);
        assert_lines_under(&RULE, Reading::TargetListsRequester, &star(5), &[]);
    }

    #[test]
    fn four_are_few() {
        assert_silent(&RULE, &star(4));
        assert_silent(&RULE, &(client("a", &lists(&["b", "b", "b", "b", "b"])) + &client("b", "")));
    }
}
