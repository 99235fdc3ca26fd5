//! Who may exchange a token into whose.
//!
//! The direction of `allowedTokenExchangeClientApps` is not settled, so the raw fact (owner, entry)
//! is read under a [`Reading`], a visible setting of the project. [`decide`] is the one place where
//! permission is decided: prediction, the built-in authority, the audit and the drawing all call it.

use petgraph::stable_graph::StableDiGraph;

use crate::config::{ClientKey, Id, Place, Project};

/// How an entry of `allowedTokenExchangeClientApps` is read.
///
/// | reading | who asks | token goes in for | token comes out for |
/// |---|---|---|---|
/// | `requester-lists-target` | owner of the list | the requester's user, or an external identity of the entry | the entry |
/// | `requester-lists-origin` | owner of the list | the entry's user, or an external identity of the entry | the owner (for an external identity: the entry) |
/// | `target-lists-requester` | the entry | the requester's user, or an external identity of the owner | the owner |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reading {
    #[default]
    RequesterListsTarget,
    RequesterListsOrigin,
    TargetListsRequester,
}

impl Reading {
    pub const ALL: [Self; 3] =
        [Self::RequesterListsTarget, Self::RequesterListsOrigin, Self::TargetListsRequester];

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequesterListsTarget => "requester-lists-target",
            Self::RequesterListsOrigin => "requester-lists-origin",
            Self::TargetListsRequester => "target-lists-requester",
        }
    }
    pub fn from_name(_name: &str) -> Option<Self> {
        todo!()
    }
    /// One sentence for the legend.
    pub fn sentence(self) -> &'static str {
        todo!()
    }
    /// The list owner and the entry that let a user's token travel `from` → `to`.
    pub fn permission(self, _from: ClientKey, _to: ClientKey) -> (ClientKey, ClientKey) {
        todo!()
    }
}

/// Whose token goes in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A token of a user, issued to this client app.
    UserOf(ClientKey),
    /// A token of an external issuer.
    External { issuer: String, subject: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// The client app that authenticates at the token endpoint.
    pub requester: ClientKey,
    pub subject: Subject,
    /// The client app the issued token is for; `None` leaves it to the configuration.
    pub target: Option<ClientKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    True,
    False,
    NotStated,
}

/// One condition of a decision.
#[derive(Clone, Debug)]
pub struct Step {
    /// Stable name for machines, as in `permission`, `requester-enabled`, `identity-match`.
    pub id: &'static str,
    pub truth: Truth,
    /// The condition and what was found, in plain words.
    pub sentence: String,
    /// The lines it rests on.
    pub evidence: Vec<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every condition is true.
    Allowed,
    /// No condition is false, but at least one is not stated.
    AllowedIfNotStated,
    Refused,
}

#[derive(Clone, Debug)]
pub struct Decision {
    pub reading: Reading,
    pub question: Question,
    /// The client app the token comes out for, when the question or the configuration settles it.
    pub target: Option<ClientKey>,
    pub steps: Vec<Step>,
}

impl Decision {
    pub fn verdict(&self) -> Verdict {
        todo!()
    }
    /// The verdict and its reason as one sentence.
    pub fn sentence(&self, _project: &Project) -> String {
        todo!()
    }
}

/// Decides one exchange.
pub fn decide(_project: &Project, _reading: Reading, _question: &Question) -> Decision {
    todo!()
}

/// A node of the trust graph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    Client(ClientKey),
    /// An id that a list names and no document defines; by [`Id::key`].
    Ghost(String),
    /// An external identity, by its pair; the same pair on two client apps is one node.
    External {
        issuer: String,
        subject: String,
    },
}

/// An edge of the trust graph; it runs the way the token travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    /// A user's token goes in for the source and comes out for the target.
    Exchange(ExchangeEdge),
    /// A token of the external identity stands for the client app.
    Federation { client: ClientKey, index: usize, place: Place },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeEdge {
    pub owner: ClientKey,
    /// Index into the owner's permissions.
    pub index: usize,
    /// Whether the source of the edge is the client that asks; else the target does.
    pub source_asks: bool,
    pub place: Place,
}

/// The graph of a project under one reading.
#[derive(Clone, Debug)]
pub struct TrustGraph {
    pub reading: Reading,
    pub graph: StableDiGraph<Node, Edge>,
}

impl TrustGraph {
    pub fn new(_project: &Project, _reading: Reading) -> Self {
        todo!()
    }
    /// What an edge means, as a sentence with both names.
    pub fn sentence(&self, _project: &Project, _edge: petgraph::stable_graph::EdgeIndex) -> String {
        todo!()
    }
    /// The client apps that may bring a token of this identity holder: the brokers of `principal`.
    pub fn brokers(&self, _project: &Project, _principal: ClientKey) -> Vec<ClientKey> {
        todo!()
    }
}

/// What granting the arrow `from` → `to` will mean, before it is done: whose list grows, who may
/// then do what, for users and for external identities.
pub fn describe_grant(
    _project: &Project,
    _reading: Reading,
    _from: ClientKey,
    _to: ClientKey,
) -> String {
    todo!()
}

/// Names an id for people when no client app has it.
pub fn ghost_label(id: &Id) -> String {
    format!("unknown {}", id.as_str())
}
