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

mod context;
mod finding;
pub mod rules;
mod scalar;
pub mod secrets;
#[cfg(test)]
mod testing;
mod web;

use rayon::prelude::*;

pub use context::{Arrow, Context};
pub use finding::{Confidence, Finding, Location, Related, Severity};
pub use rules::{RULES, rule};

use crate::config::Project;
use crate::trust::Reading;

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

/// Runs every rule, and sorts what they find by file and line.
pub fn run(project: &Project, reading: Reading) -> Vec<Finding> {
    let context = Context::new(project, reading);
    let found = RULES.par_iter().map(|rule| {
        let mut findings = Vec::new();
        (rule.check)(&context, &mut findings);
        if rule.under_reading {
            for finding in &mut findings {
                finding.reading = Some(reading);
            }
        }
        findings
    });
    let mut findings: Vec<Finding> = found.flatten_iter().collect();
    findings.sort_by_cached_key(|finding| (finding.sort_key(), finding.rule.id));
    finding::make_fingerprints_unique(&mut findings);
    findings
}
