//! The one place where permission is decided.
//!
//! An exchange needs several things at once, and a file seldom states them all. So a decision is
//! not a yes or a no but a list of conditions, each true, false or not stated, each with the lines
//! it rests on. What an RFC 8693 server checks that no file can state (the signature of the token,
//! its age, whether the secret is right) is not among them.
//!
//! | step | asks |
//! |---|---|
//! | `requester-known` | is it clear which document describes the client that asks |
//! | `requester-enabled` | is it enabled |
//! | `requester-credential` | does it hold a credential; a public client holds none (RFC 6749 §2.1) |
//! | `subject-token` | is the user's token one that the reading lets this client bring |
//! | `subject-client-enabled` | is the client that the token was issued to enabled, when it is a third |
//! | `identity-match` | does exactly one client app hold exactly this pair of issuer and subject |
//! | `permission` | does the list have the entry |
//! | `target-known` | is it clear for whom the token comes out, and which document describes it |
//! | `target-fits-reading` | is the wanted target one that the reading can give |
//! | `target-enabled` | is it enabled |
//! | `target-restricted` | may anybody log in there |
//! | `subscription` | same subscription, or crossing allowed |
//!
//! | part | purpose |
//! |---|---|
//! | `inquiry` | the steps, put into words |
//! | `conditions` | what a setting says of a condition |
//! | `assume` | what is supposed beside what the files say |

mod assume;
pub(super) mod conditions;
mod inquiry;

use std::collections::BTreeSet;

use crate::config::{ClientKey, Place, Project};

use super::Reading;

pub use assume::{Assumptions, Hypothesis};

/// Whose token goes in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A token of a user, issued to this client app.
    UserOf(ClientKey),
    /// A token of an external issuer.
    External { issuer: String, subject: String },
}

/// An exchange that somebody might ask for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The client app that authenticates at the token endpoint.
    pub requester: ClientKey,
    pub subject: Subject,
    /// The client app the issued token is for; `None` leaves it to the configuration.
    pub target: Option<ClientKey>,
}

/// What the files say of a condition. Missing is not false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    True,
    False,
    NotStated,
}

impl Truth {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::NotStated => "not-stated",
        }
    }
}

/// One condition of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Stable name for machines, as in `permission`, `requester-enabled`, `identity-match`.
    pub id: &'static str,
    pub truth: Truth,
    /// The condition and what was found, in plain words.
    pub sentence: String,
    /// The lines it rests on; none when nothing is stated.
    pub evidence: Vec<Place>,
}

impl Step {
    /// The condition in a few words, for lists and headings.
    pub fn label(&self) -> &'static str {
        match self.id {
            "requester-known" => "requester is known",
            "requester-enabled" => "requester is enabled",
            "requester-credential" => "requester has a credential",
            "subject-token" => "requester may bring this token",
            "subject-client-enabled" => "the token's client app is enabled",
            "identity-match" => "external identity matches",
            "permission" => "the list allows it",
            "target-known" => "target is known",
            "target-fits-reading" => "target fits the reading",
            "target-enabled" => "target is enabled",
            "target-restricted" => "target is open to the subject",
            "subscription" => "subscription allows it",
            other => other,
        }
    }
}

/// What follows from all conditions together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every condition is true.
    Allowed,
    /// No condition is false, but at least one is not stated.
    AllowedIfNotStated,
    /// At least one condition is false.
    Refused,
}

impl Verdict {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::AllowedIfNotStated => "allowed-if-not-stated",
            Self::Refused => "refused",
        }
    }
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub reading: Reading,
    pub question: Question,
    /// The client app the token comes out for, when the question or the configuration settles it.
    pub target: Option<ClientKey>,
    pub steps: Vec<Step>,
}

impl Decision {
    /// What follows from the steps.
    pub fn verdict(&self) -> Verdict {
        if self.with(Truth::False).next().is_some() {
            Verdict::Refused
        } else if self.with(Truth::NotStated).next().is_some() {
            Verdict::AllowedIfNotStated
        } else {
            Verdict::Allowed
        }
    }

    /// The steps with one truth.
    pub fn with(&self, truth: Truth) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.truth == truth)
    }

    /// The step with an id, when this decision has it.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The verdict and its reason as one sentence or two.
    pub fn sentence(&self, project: &Project) -> String {
        match self.verdict() {
            Verdict::Allowed => format!("Allowed: {}.", self.wish(project)),
            Verdict::AllowedIfNotStated => {
                let open: Vec<_> = self.with(Truth::NotStated).map(Step::label).collect();
                format!(
                    "Allowed as far as the files say: {}. Not stated: {}.",
                    self.wish(project),
                    open.join("; ")
                )
            }
            Verdict::Refused => {
                let why: Vec<_> =
                    self.with(Truth::False).map(|step| step.sentence.as_str()).collect();
                format!("Refused: {}", why.join(" "))
            }
        }
    }

    fn wish(&self, project: &Project) -> String {
        let label = |key: ClientKey| project.client(key).label();
        let requester = label(self.question.requester);
        let token = match &self.question.subject {
            Subject::UserOf(client) if *client == self.question.requester => {
                "a token of its user".to_owned()
            }
            Subject::UserOf(client) => format!("a token of a user of {}", label(*client)),
            Subject::External { issuer, subject } => format!("a token of {issuer} for {subject}"),
        };
        match self.target {
            Some(target) if target == self.question.requester => {
                format!("{requester} may exchange {token} for a token of its own")
            }
            Some(target) => {
                format!("{requester} may exchange {token} for a token of {}", label(target))
            }
            None => format!("{requester} may exchange {token}"),
        }
    }
}

/// Decides one exchange.
pub fn decide(project: &Project, reading: Reading, question: &Question) -> Decision {
    decide_assuming(project, reading, question, &Assumptions::default())
}

/// Decides one exchange as it would be if some things were otherwise. A step that rests on an
/// assumption says so.
pub fn decide_assuming(
    project: &Project,
    reading: Reading,
    question: &Question,
    assumptions: &Assumptions,
) -> Decision {
    inquiry::run(project, reading, question, assumptions)
}

/// The client apps that a token can come out for when `requester` brings a token of `subject`, as
/// far as lists and identities go; [`decide`] says the rest. Each once, in project order.
pub fn candidates(
    project: &Project,
    reading: Reading,
    requester: ClientKey,
    subject: &Subject,
) -> Vec<ClientKey> {
    let all: BTreeSet<ClientKey> = match subject {
        Subject::UserOf(client) => match reading {
            Reading::RequesterListsOrigin => {
                let listed = !entries(project, requester, *client).is_empty();
                listed.then_some(requester).into_iter().collect()
            }
            _ if *client != requester => BTreeSet::new(),
            Reading::RequesterListsTarget => {
                project.client(requester).permissions.iter().filter_map(|it| it.client).collect()
            }
            Reading::TargetListsRequester => owners(project, requester).collect(),
        },
        Subject::External { issuer, subject } => {
            let holders = project.by_identity(issuer, subject).into_iter().map(|(key, _)| key);
            holders
                .filter(|principal| {
                    let (owner, entry) = reading.broker_permission(requester, *principal);
                    !entries(project, owner, entry).is_empty()
                })
                .collect()
        }
    };
    all.into_iter().collect()
}

/// The places where the list of `owner` names `entry`.
pub(super) fn entries(project: &Project, owner: ClientKey, entry: ClientKey) -> Vec<Place> {
    let Some(id) = project.client(entry).id.as_ref().map(|id| &id.value) else { return Vec::new() };
    let permissions = project.client(owner).permissions.iter();
    permissions.filter(|it| it.id.as_ref() == Some(id)).map(|it| it.place).collect()
}

/// The client apps whose lists name `entry`.
fn owners(project: &Project, entry: ClientKey) -> impl Iterator<Item = ClientKey> {
    let id = project.client(entry).id.as_ref().map(|id| &id.value);
    id.into_iter().flat_map(|id| project.references(id)).map(|(owner, _)| *owner)
}
