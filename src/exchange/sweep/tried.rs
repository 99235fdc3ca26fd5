//! One exchange of a sweep and what came of it.

use serde::{Deserialize, Serialize};

use super::plan::{Expected, Item, Why};
use crate::config::{ClientKey, Project};
use crate::exchange::ask::Observed;
use crate::trust::Subject;

/// A client app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

impl Named {
    pub fn of(project: &Project, key: ClientKey) -> Self {
        let client = project.client(key);
        let id = client.id.as_ref().map(|id| id.value.as_str().to_owned());
        Self { id: id.unwrap_or_default(), name: client.label().to_owned() }
    }
}

/// Whose token went in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectReport {
    UserOf(Named),
    External { issuer: String, subject: String },
}

impl SubjectReport {
    pub fn of(project: &Project, subject: &Subject) -> Self {
        match subject {
            Subject::UserOf(client) => Self::UserOf(Named::of(project, *client)),
            Subject::External { issuer, subject } => {
                Self::External { issuer: issuer.clone(), subject: subject.clone() }
            }
        }
    }

    /// For people.
    pub fn label(&self) -> String {
        match self {
            Self::UserOf(client) => format!("a token of a user of {}", client.name),
            Self::External { issuer, subject } => format!("a token of {issuer} for {subject}"),
        }
    }
}

/// A requirement of the standard that an answer did not keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCheck {
    pub id: String,
    pub finding: String,
}

/// One exchange and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub id: String,
    pub requester: Named,
    pub subject: SubjectReport,
    pub target: Named,
    pub why: Why,
    pub expected: Expected,
    /// Whether every condition of the expectation is stated.
    pub certain: bool,
    pub observed: Observed,
    /// Whether the server did as expected; nothing when it gave no answer to the question.
    pub agrees: Option<bool>,
    pub status: Option<u16>,
    /// The server's error code.
    pub error: Option<String>,
    /// What the server said, or why it was not asked, in one sentence.
    pub server: String,
    pub checks_failed: Vec<FailedCheck>,
    /// From the request to the last byte of the answer.
    pub ms: Option<f64>,
    /// Whether an earlier run asked for it.
    #[serde(default)]
    pub earlier: bool,
}

impl Tried {
    /// An item that has not been asked for yet.
    pub fn not_yet(project: &Project, item: &Item) -> Self {
        Self {
            id: item.id.clone(),
            requester: Named::of(project, item.question.requester),
            subject: SubjectReport::of(project, &item.question.subject),
            target: Named::of(project, item.target),
            why: item.why,
            expected: item.expected,
            certain: item.certain,
            observed: Observed::NotTried,
            agrees: None,
            status: None,
            error: None,
            server: "It was not asked for.".to_owned(),
            checks_failed: Vec::new(),
            ms: None,
            earlier: false,
        }
    }

    /// The exchange in a few words.
    pub fn label(&self) -> String {
        format!("{}: {} → {}", self.requester.name, self.subject.label(), self.target.name)
    }

    fn observe(&mut self, observed: Observed) {
        self.observed = observed;
        self.agrees = observed
            .is_answer()
            .then_some((observed == Observed::Granted) == (self.expected == Expected::Granted));
    }

    pub(super) fn with(mut self, observed: Observed, server: impl Into<String>) -> Self {
        self.observe(observed);
        self.server = server.into();
        self
    }
}
