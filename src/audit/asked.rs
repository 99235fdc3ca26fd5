//! What is asked of findings, when client apps are chosen by them.

use std::collections::{BTreeSet, HashSet};
use std::str::FromStr;

use super::{Finding, RULES, Severity};
use crate::config::{ClientKey, FileId, Project};
use crate::trust::Filter;

/// What a finding must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingIs {
    /// As grave as this, or graver.
    AtLeast(Severity),
    /// Of the rule with this id.
    Of(&'static str),
}

impl FindingIs {
    /// It as words for a filter.
    pub fn words(self) -> String {
        match self {
            Self::AtLeast(Severity::Info) => "any finding".to_owned(),
            Self::AtLeast(least) => format!("a finding of {} or graver", least.name()),
            Self::Of(rule) => format!("a finding of {rule}"),
        }
    }

    fn is_met_by(self, finding: &Finding) -> bool {
        match self {
            Self::AtLeast(least) => finding.severity >= least,
            Self::Of(rule) => finding.rule.id == rule,
        }
    }

    /// The client apps in whose documents there is such a finding.
    pub fn clients(self, project: &Project, findings: &[Finding]) -> BTreeSet<ClientKey> {
        let places = findings.iter().filter(|it| self.is_met_by(it)).filter_map(Finding::place);
        let documents: HashSet<(FileId, usize)> =
            places.map(|place| (place.file, place.document)).collect();
        let clients = project.clients().iter();
        clients
            .filter(|app| documents.contains(&(app.file, app.document)))
            .map(|app| app.key)
            .collect()
    }
}

/// A filter together with what is asked of findings, in words; empty when both let everything
/// through.
pub fn words(filter: &Filter, finding: Option<FindingIs>, project: &Project) -> String {
    let filter = filter.words(project);
    match finding {
        None => filter,
        Some(finding) if filter.is_empty() => finding.words(),
        Some(finding) => format!("{filter}; {}", finding.words()),
    }
}

impl FromStr for FindingIs {
    type Err = String;

    /// Reads the id of a rule, as in `G-003`, a severity, which is the least, or `any`.
    ///
    /// # Errors
    /// A sentence that says what there is to choose from.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("any") {
            return Ok(Self::AtLeast(Severity::Info));
        }
        let severity = Severity::ALL.into_iter().find(|it| it.name().eq_ignore_ascii_case(text));
        let rule = RULES.iter().find(|rule| rule.id.eq_ignore_ascii_case(text));
        let found = severity.map(Self::AtLeast).or(rule.map(|rule| Self::Of(rule.id)));
        found.ok_or_else(|| {
            let severities = Severity::ALL.map(Severity::name).join(", ");
            format!("write the id of a rule as in G-003, any, or a severity: {severities}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_from_a_rule_a_severity_or_any() {
        assert_eq!("g-003".parse(), Ok(FindingIs::Of("G-003")));
        assert_eq!("high".parse(), Ok(FindingIs::AtLeast(Severity::High)));
        assert_eq!("any".parse(), Ok(FindingIs::AtLeast(Severity::Info)));
        let error = "G-999".parse::<FindingIs>().unwrap_err();
        assert!(
            error.ends_with("any, or a severity: info, low, medium, high, critical"),
            "{error}"
        );
    }
}
