//! The items of a sweep as a table, and as JUnit XML.

use serde::Serialize;
use serde_json::Value;

use super::report::Report;
use super::tried::Tried;
use crate::exchange::ask::Observed;
use crate::exchange::junit::{self, Case, Verdict};
use crate::trust::report::csv;

impl Report {
    /// The items as a table (RFC 4180).
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        csv::line(
            &mut text,
            [
                "requester",
                "requester id",
                "subject",
                "target",
                "target id",
                "why",
                "expected",
                "certain",
                "observed",
                "agrees",
                "status",
                "error",
                "server",
                "checks failed",
                "ms",
            ],
        );
        for item in &self.items {
            let agrees = item.agrees.map_or("", |agrees| if agrees { "yes" } else { "no" });
            let status = item.status.map(|status| status.to_string()).unwrap_or_default();
            let failed: Vec<&str> =
                item.checks_failed.iter().map(|check| check.id.as_str()).collect();
            let ms = item.ms.map(|ms| format!("{ms:.1}")).unwrap_or_default();
            csv::line(
                &mut text,
                [
                    item.requester.name.as_str(),
                    &item.requester.id,
                    &item.subject.label(),
                    &item.target.name,
                    &item.target.id,
                    &name(&item.why),
                    &name(&item.expected),
                    if item.certain { "yes" } else { "no" },
                    item.observed.name(),
                    agrees,
                    &status,
                    item.error.as_deref().unwrap_or_default(),
                    &item.server,
                    &failed.join(" "),
                    &ms,
                ],
            );
        }
        text
    }

    /// The items as JUnit XML: a difference or a breach of the standard is a failure, what was not
    /// answered an error, what was not asked is skipped.
    pub fn to_junit(&self) -> String {
        let cases: Vec<Case> = self.items.iter().map(|item| self.junit_case(item)).collect();
        junit::document(&format!("conformance sweep of {}", self.server), &cases)
    }

    fn junit_case(&self, item: &Tried) -> Case {
        let difference = self.differences.iter().find(|difference| difference.id == item.id);
        let verdict = match (difference, item.observed.unanswered()) {
            (Some(difference), _) => Verdict::Failed {
                message: difference.sentence.to_owned(),
                text: difference.to_text(),
            },
            (None, Some(why)) => Verdict::Error { message: format!("{why} {}", item.server) },
            (None, None) if item.observed == Observed::NotTried => {
                Verdict::Skipped { message: item.server.clone() }
            }
            (None, None) if item.checks_failed.is_empty() => Verdict::Passed,
            (None, None) => Verdict::Failed {
                message: "The answer breaks the standard.".to_owned(),
                text: item
                    .checks_failed
                    .iter()
                    .map(|check| format!("{}: {}\n", check.id, check.finding))
                    .collect(),
            },
        };
        Case {
            class: format!("sweep.{}", item.requester.name),
            name: format!("{} is {}", item.label(), name(&item.expected)),
            seconds: item.ms.unwrap_or(0.0) / 1_000.0,
            verdict,
        }
    }
}

/// The name of a plain variant in machine formats.
fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}
