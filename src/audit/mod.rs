//! What is wrong or risky in a configuration: rules and findings.
//!
//! A rule reads a loaded project and reports; it changes nothing, asks no network and reads no
//! clock, so the same files always give the same findings in the same order. One file a rule, in
//! [`rules`]; what all of them know of the project is worked out once, in [`Context`].
//!
//! Three habits keep the list worth reading:
//!
//! - **One cause, one finding.** Where two rules see the same slip, the one that explains it best
//!   speaks and the other is silent; the rule that is silent says so in its code.
//! - **Missing is not false.** A file that does not state a setting is not accused of it.
//! - **A finding keeps its name.** Its fingerprint is made of the rule and the ids involved, never
//!   of lines, so that a finding stays the same one when the file is reformatted.
//!
//! Some findings depend on how permissions are read ([`Reading`]); those carry the reading they
//! were found under.

pub mod asked;
mod context;
mod finding;
mod memory;
pub mod review;
pub mod rules;
mod scalar;
#[cfg(test)]
mod testing;
mod web;

use std::collections::HashMap;

use rayon::prelude::*;

pub use crate::config::secrets;
pub use asked::FindingIs;
pub use context::{Arrow, Arrows, Context};
pub use finding::{Confidence, Finding, Location, Related, Severity};
pub use memory::{Memory, update};
pub use rules::{RULES, rule};

use crate::config::Project;
use crate::trust::{Reading, TrustGraph};

/// Something that can be wrong or risky, and how it is found.
#[derive(Debug)]
pub struct Rule {
    /// As in `G-003`; it never changes its meaning.
    pub id: &'static str,
    /// What it is about, as a heading.
    pub title: &'static str,
    /// How bad it usually is; a finding may say otherwise.
    pub severity: Severity,
    /// How sure it usually is; a finding may say otherwise.
    pub confidence: Confidence,
    /// How far it looks.
    pub scope: Scope,
    /// Whether it depends on how permissions are read.
    pub under_reading: bool,
    /// Why it matters, and to whom.
    pub why: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// Published sources.
    pub references: &'static [&'static str],
    /// Reports every place where it applies.
    pub check: fn(&Context<'_>, &mut Vec<Finding>),
}

/// How far a rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What it says of a document rests on that document and the name of its file alone. It names no
    /// line, for that depends on the documents above.
    Document,
    /// It holds documents against each other.
    Project,
}

/// Runs every rule, and sorts what they find by file and line.
pub fn run(project: &Project, reading: Reading) -> Vec<Finding> {
    update(project, &TrustGraph::new(project, reading), None).0
}

/// Runs the rules that depend on the reading under the other readings too. Notes on each of the
/// findings under which readings it is found, and gives those that are found only under others.
pub fn compare_readings(
    project: &Project,
    reading: Reading,
    findings: &mut [Finding],
) -> Vec<Finding> {
    let others: Vec<_> = Reading::ALL.into_iter().filter(|other| *other != reading).collect();
    let mut elsewhere: Vec<Finding> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut here: HashMap<String, &mut Finding> = findings
        .iter_mut()
        .filter(|finding| finding.reading.is_some())
        .map(|finding| (finding.fingerprint.clone(), finding))
        .collect();
    for finding in here.values_mut() {
        finding.readings = vec![reading];
    }
    for other in others {
        for mut found in run_rules(project, other, |rule| rule.under_reading) {
            if let Some(finding) = here.get_mut(&found.fingerprint) {
                finding.readings.push(other);
            } else if let Some(&at) = places.get(&found.fingerprint) {
                elsewhere[at].readings.push(other);
            } else {
                places.insert(found.fingerprint.clone(), elsewhere.len());
                found.readings = vec![other];
                elsewhere.push(found);
            }
        }
    }
    elsewhere
}

fn run_rules(project: &Project, reading: Reading, wanted: fn(&Rule) -> bool) -> Vec<Finding> {
    let graph = TrustGraph::new(project, reading);
    let arrows = Arrows::of(&graph);
    let mut findings = found(&Context::new(project, &graph, &arrows), wanted);
    put_in_order(&mut findings);
    findings
}

/// What the wanted rules find, rule by rule.
fn found(context: &Context<'_>, wanted: impl Fn(&Rule) -> bool + Sync) -> Vec<Finding> {
    let found = RULES.par_iter().filter(|rule| wanted(rule)).map(|rule| {
        let mut findings = Vec::new();
        (rule.check)(context, &mut findings);
        if rule.under_reading {
            for finding in &mut findings {
                finding.reading = Some(context.reading);
            }
        }
        findings
    });
    found.flatten_iter().collect()
}

fn put_in_order(findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| (finding.sort_key(), finding.rule.id));
    finding::make_fingerprints_unique(findings);
}

#[cfg(test)]
mod tests {
    use super::testing::{client, identity, lists, project};
    use super::*;

    #[test]
    fn findings_say_under_which_readings_they_hold() {
        // Listing itself makes no arrow; a public client app that lists asks under two readings.
        let yaml = client("a", &format!("isPublic: true\n{}", lists(&["b"])))
            + &client("b", "isRestricted: true")
            + &client("c", &identity("https://i", "s"));
        let project = project(&yaml);
        let reading = Reading::RequesterListsTarget;
        let mut findings = run(&project, reading);
        let elsewhere = compare_readings(&project, reading, &mut findings);
        let readings = |id: &str| {
            let finding = findings.iter().find(|finding| finding.rule.id == id).unwrap();
            finding.readings.clone()
        };
        assert_eq!(readings("C-003"), [reading, Reading::RequesterListsOrigin]);
        assert_eq!(readings("C-006"), [reading]);
        assert_eq!(readings("G-008"), Reading::ALL);
        assert!(elsewhere.is_empty(), "{elsewhere:#?}");
        let reading = Reading::TargetListsRequester;
        let mut findings = run(&project, reading);
        let elsewhere = compare_readings(&project, reading, &mut findings);
        let ids: Vec<_> = elsewhere.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(ids, ["C-003", "C-006"]);
        assert_eq!(elsewhere[0].readings.len(), 2);
    }
}
