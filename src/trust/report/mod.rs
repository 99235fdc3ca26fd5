//! Answers as data and as text, the same for the window and the command line.
//!
//! An answer leaves the program as JSON (these types, in this shape, which only grows), as CSV, or
//! as sentences; each with the lines it rests on. Whatever is listed is cut off somewhere and says
//! how many there are.
//!
//! | part | purpose |
//! |---|---|
//! | `csv` | RFC 4180, safe to open in a spreadsheet |
//! | `reach` | who can become X, and the chains |
//! | `change` | access gained and lost |
//! | `changes` | what two versions say differently |
//! | `markdown` | both as a text for a review |

mod change;
mod changes;
pub mod csv;
mod markdown;
mod reach;

use serde::Serialize;

use petgraph::stable_graph::NodeIndex;

use super::{Access, Chain, Decision, Hop, Node, Step, TrustGraph, Verdict};
use crate::config::{ClientKey, FileId, Place, Project};

pub use change::{AccessChange, PairReport, ReweighedReport, SurplusReport};
pub use changes::{ClientChangeReport, FactLine, FactReport, client_changes};
pub use markdown::changes_markdown;
pub use reach::{ChainsReport, ReachLine, ReachReport, WayReport, reach_csv, reach_csv_header};

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub project: &'a Project,
    pub graph: &'a TrustGraph,
    pub access: &'a Access,
}

/// A place in a file; line and column count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl At {
    pub fn of(project: &Project, place: Place) -> Self {
        let position = project.position(place);
        let file = path_of(project, place.file);
        Self { file, line: position.line, column: position.column }
    }
}

/// The path of a file as a person would write it from where they stand; its name when it has none.
pub fn path_of(project: &Project, file: FileId) -> String {
    let file = project.file(file);
    let Some(path) = &file.path else { return file.name.clone() };
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Somebody that a token can be of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Party {
    Client {
        id: Option<String>,
        name: Option<String>,
        at: At,
    },
    External {
        issuer: String,
        subject: String,
    },
    /// An id that no document defines.
    Unknown {
        id: String,
    },
}

impl Party {
    pub fn client(project: &Project, key: ClientKey) -> Self {
        let client = project.client(key);
        let place = client.id.as_ref().map(|id| id.place);
        Self::Client {
            id: client.id.as_ref().map(|id| id.value.as_str().to_owned()),
            name: client.name.as_ref().map(|name| name.value.clone()),
            at: At::of(project, place.unwrap_or(client.place)),
        }
    }

    pub fn node(project: &Project, graph: &TrustGraph, node: NodeIndex) -> Self {
        match graph.graph.node_weight(node) {
            Some(Node::Client(key)) => Self::client(project, *key),
            Some(Node::External { issuer, subject }) => {
                Self::External { issuer: issuer.clone(), subject: subject.clone() }
            }
            Some(Node::Ghost(id)) => Self::Unknown { id: id.clone() },
            None => Self::Unknown { id: String::new() },
        }
    }

    /// What a person calls it.
    pub fn label(&self) -> String {
        match self {
            Self::Client { name: Some(name), .. } if !name.trim().is_empty() => name.clone(),
            Self::Client { id: Some(id), .. } => id.clone(),
            Self::Client { .. } => "unnamed client".to_owned(),
            Self::External { issuer, subject } => format!("{subject} of {issuer}"),
            Self::Unknown { id } => format!("unknown {id}"),
        }
    }

    /// Kind, id, name, issuer and subject, for the columns of a table.
    pub fn columns(&self) -> [&str; 5] {
        fn text(value: &Option<String>) -> &str {
            value.as_deref().unwrap_or_default()
        }
        match self {
            Self::Client { id, name, .. } => ["client", text(id), text(name), "", ""],
            Self::External { issuer, subject } => ["external", "", "", issuer, subject],
            Self::Unknown { id } => ["unknown", id, "", "", ""],
        }
    }
}

/// One condition of a hop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The id of the step, as in `permission`.
    pub id: &'static str,
    /// The condition in a few words.
    pub label: &'static str,
    /// `true`, `false` or `not-stated`.
    pub truth: &'static str,
    pub sentence: String,
    /// The lines it rests on.
    pub evidence: Vec<At>,
}

impl Condition {
    pub fn of(project: &Project, step: &Step) -> Self {
        Self {
            id: step.id,
            label: step.label(),
            truth: step.truth.name(),
            sentence: step.sentence.clone(),
            evidence: step.evidence.iter().map(|place| At::of(project, *place)).collect(),
        }
    }
}

/// One hop of a chain with its decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HopReport {
    pub from: Party,
    pub to: Party,
    /// The client app that asks; the hop takes its credential.
    pub requester: Party,
    /// `allowed`, `allowed-if-not-stated` or `refused`.
    pub verdict: &'static str,
    pub sentence: String,
    pub conditions: Vec<Condition>,
    /// The lines of the entries that permit it; for an external token, of the identity first.
    pub permitted_by: Vec<At>,
}

impl HopReport {
    pub fn of(scope: Scope<'_>, hop: Hop) -> Self {
        let Scope { project, graph, access } = scope;
        let decision = access.decide(project, graph, hop);
        Self::decided(scope, hop, &decision)
    }

    fn decided(scope: Scope<'_>, hop: Hop, decision: &Decision) -> Self {
        let Scope { project, graph, .. } = scope;
        let conditions: Vec<_> =
            decision.steps.iter().map(|step| Condition::of(project, step)).collect();
        let entries = ["identity-match", "permission"];
        let permitted = conditions.iter().filter(|it| entries.contains(&it.id));
        let permitted_by = permitted.flat_map(|it| it.evidence.clone()).collect();
        Self {
            from: Party::node(project, graph, hop.from),
            to: Party::client(project, hop.to),
            requester: Party::client(project, hop.requester),
            verdict: decision.verdict().name(),
            sentence: hop.sentence(project, graph),
            permitted_by,
            conditions,
        }
    }
}

/// The verdict on a chain as a whole: the weakest of its hops.
pub fn chain_verdict(scope: Scope<'_>, chain: &Chain) -> Verdict {
    let mut all = Verdict::Allowed;
    for hop in chain {
        match scope.access.verdict(*hop) {
            Verdict::Allowed => {}
            Verdict::AllowedIfNotStated => all = Verdict::AllowedIfNotStated,
            Verdict::Refused => return Verdict::Refused,
        }
    }
    all
}

/// The client apps whose credentials a chain takes, each once, in the order of the hops.
pub fn credentials(chain: &Chain) -> Vec<ClientKey> {
    let mut needed = Vec::new();
    for hop in chain {
        if !needed.contains(&hop.requester) {
            needed.push(hop.requester);
        }
    }
    needed
}

/// A chain as names with arrows between them.
pub fn arrows(project: &Project, graph: &TrustGraph, chain: &Chain) -> String {
    let mut text = match chain.first() {
        Some(hop) => graph.label(project, hop.from),
        None => return String::new(),
    };
    for hop in chain {
        text.push_str(" → ");
        text.push_str(project.client(hop.to).label());
    }
    text
}

/// Names joined as in a sentence: "A", "A and B", "A, B and C".
pub fn listing(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
