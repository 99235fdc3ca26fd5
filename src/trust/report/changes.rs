//! What two versions of a project say differently.

use serde::Serialize;

use super::super::{ClientChange, FactChange, ghost_label};
use super::{At, Party};
use crate::config::Project;

/// A client app that came, went or says something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientChangeReport {
    /// `added`, `removed` or `changed`.
    pub change: &'static str,
    /// As the new version has it; for one that was removed, the old one.
    pub client: Party,
    pub facts: Vec<FactReport>,
}

/// One difference; for a client app that came or went, what it brought or took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactReport {
    /// `added`, `removed` or `changed`.
    pub change: &'static str,
    #[serde(flatten)]
    pub fact: FactLine,
    /// In the version that states it: the new one, but for what was removed.
    pub at: At,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FactLine {
    /// Name, id, subscription or a setting; null where it is not stated.
    Value {
        what: &'static str,
        before: Option<String>,
        after: Option<String>,
    },
    /// An entry of the list of permissions.
    Permission {
        id: String,
        name: String,
    },
    Identity {
        issuer: String,
        subject: String,
    },
    /// How many secrets there are; null where the list is not stated.
    Secrets {
        before: Option<usize>,
        after: Option<usize>,
    },
}

/// All differences in words.
pub fn client_changes(
    (old, new): (&Project, &Project),
    changes: &[ClientChange],
) -> Vec<ClientChangeReport> {
    let report = |change: &ClientChange| {
        let (word, client) = match (change.old, change.new) {
            (Some(_), Some(key)) => ("changed", Party::client(new, key)),
            (None, Some(key)) => ("added", Party::client(new, key)),
            (Some(key), None) => ("removed", Party::client(old, key)),
            (None, None) => return None,
        };
        let facts = change.facts.iter().map(|fact| {
            // What went with its client app stands in the old version, and so does what went alone.
            let side = |added: bool| if added { new } else { old };
            fact_report(fact, side)
        });
        Some(ClientChangeReport { change: word, client, facts: facts.collect() })
    };
    changes.iter().filter_map(report).collect()
}

fn fact_report<'a>(fact: &FactChange, side: impl Fn(bool) -> &'a Project) -> FactReport {
    let word = |added: bool| if added { "added" } else { "removed" };
    match fact {
        FactChange::Value { what, before, after, place } => FactReport {
            change: "changed",
            at: At::of(side(true), *place),
            fact: FactLine::Value { what, before: before.clone(), after: after.clone() },
        },
        FactChange::Permission { entry, added, place } => {
            let project = side(*added);
            let named = project.by_id(entry).map(|key| project.client(key).label().to_owned());
            FactReport {
                change: word(*added),
                at: At::of(project, *place),
                fact: FactLine::Permission {
                    id: entry.as_str().to_owned(),
                    name: named.unwrap_or_else(|| ghost_label(entry)),
                },
            }
        }
        FactChange::Identity { issuer, subject, added, place } => FactReport {
            change: word(*added),
            at: At::of(side(*added), *place),
            fact: FactLine::Identity { issuer: issuer.clone(), subject: subject.clone() },
        },
        FactChange::Secrets { before, after, place } => FactReport {
            change: "changed",
            at: At::of(side(true), *place),
            fact: FactLine::Secrets { before: *before, after: *after },
        },
    }
}

impl FactReport {
    /// The difference in a few words.
    pub fn sentence(&self) -> String {
        let text =
            |value: &Option<String>| value.clone().unwrap_or_else(|| "not stated".to_owned());
        let count = |value: &Option<usize>| match value {
            Some(count) => count.to_string(),
            None => "not stated".to_owned(),
        };
        match &self.fact {
            FactLine::Value { what, before, after } => {
                format!("{}: {} → {}", what.to_lowercase(), text(before), text(after))
            }
            FactLine::Permission { name, .. } => format!("permission for {name}"),
            FactLine::Identity { issuer, subject } => format!("identity {subject} of {issuer}"),
            FactLine::Secrets { before, after } => {
                format!("secrets: {} → {}", count(before), count(after))
            }
        }
    }
}
