//! What a drawing is made of.

use petgraph::stable_graph::{EdgeIndex, NodeIndex};

use super::{GroupKey, measure};
use crate::config::ClientKey;
use crate::diagram::layout::{Point, Rect};

/// What a person can point at in a drawing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    Client(ClientKey),
    /// An id that no document defines.
    Ghost(String),
    /// All external identities of one issuer.
    Issuer(String),
    /// An external identity.
    Identity {
        issuer: String,
        subject: String,
    },
    /// The entry `index` of the owner's `allowedTokenExchangeClientApps`.
    Permission {
        owner: ClientKey,
        index: usize,
    },
    /// The entry `index` of the client's `clientAppFederatedIdentities`.
    Federation {
        client: ClientKey,
        index: usize,
    },
    /// A group that is drawn as one box.
    Group(GroupKey),
    /// Several arrows between the same two boxes, one of them a group, that are drawn as one.
    Bundle {
        from: Box<Thing>,
        to: Box<Thing>,
        kind: EdgeKind,
        difference: Difference,
    },
    /// What is in the old version of a comparison only. Keys and indices in it are those of the old
    /// project.
    Removed(Box<Thing>),
}

/// How something in a comparison differs from the old version to the new one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Difference {
    /// In both, and alike; also everything in a drawing that compares nothing.
    #[default]
    Same,
    /// In the new version only.
    Added,
    /// In the old version only.
    Removed,
    /// In both, and it says something else.
    Changed,
}

impl Difference {
    /// The word on a box; empty for what is the same.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// The mark on an arrow or before a word, so that no meaning hangs on colour alone.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Added => "+",
            Self::Removed => "−",
            Self::Changed => "≠",
        }
    }

    /// What two parts of one thing are together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Changed }
    }
}

/// A short word on a client's box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Badge {
    /// Its document is broken: it is drawn as it was when it could be read last.
    Broken,
    /// It may bring the tokens of external identities of some principal.
    Broker,
    /// It holds federated identities.
    Principal,
    Disabled,
    Public,
    Restricted,
}

impl Badge {
    pub fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Broker => "broker",
            Self::Principal => "principal",
            Self::Disabled => "disabled",
            Self::Public => "public",
            Self::Restricted => "restricted",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Client(ClientKey),
    /// An id, by its key, that a list names and no document defines.
    Ghost(String),
    /// The issuer as written in the files.
    Issuer(String),
    /// A group that is collapsed into one box.
    Group(GroupKey),
}

/// A row of an issuer's box.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The subject, shortened to fit.
    pub text: String,
    /// The whole subject; empty for the row that stands for the folded rest.
    pub subject: String,
    /// The node of the graph (of the old one when the row is [`Difference::Removed`]); `None` for
    /// the row that stands for the folded rest.
    pub node: Option<NodeIndex>,
    /// The middle of the row, from the top of the box.
    pub center: f32,
    pub difference: Difference,
}

/// A node of the graph that a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The node: of the old graph when it is [`Difference::Removed`], else of the new one, or of
    /// the only one.
    pub node: NodeIndex,
    /// The same node in the old graph of a comparison, if it is there.
    pub old: Option<NodeIndex>,
    pub difference: Difference,
}

/// An edge of the graph that stays within a collapsed group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner {
    /// The edge: of the old graph when it is [`Difference::Removed`].
    pub edge: EdgeIndex,
    pub difference: Difference,
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneNode {
    pub kind: NodeKind,
    /// Shortened to fit.
    pub title: String,
    pub subtitle: String,
    pub badges: Vec<Badge>,
    /// Only issuers have rows.
    pub rows: Vec<Row>,
    pub rect: Rect,
    /// What the box is called in full, for search, tooltips and screen readers, as in
    /// "Client app Portal".
    pub name: String,
    /// The index of the block it belongs to, in [`Scene::clusters`](super::Scene::clusters).
    pub cluster: usize,
    /// The boxes of the clients that may bring a token of its external identities.
    pub brokers: Vec<usize>,
    /// The nodes of the graph that it stands for: one, the identities of an issuer, or those of a
    /// group.
    pub members: Vec<Member>,
    /// Of a group: the edges of the graph that stay within it and are not drawn.
    pub inside: Vec<Inner>,
    pub difference: Difference,
    /// Whether the marked path goes through it.
    pub on_path: bool,
}

impl SceneNode {
    pub fn thing(&self) -> Thing {
        let thing = match &self.kind {
            NodeKind::Client(key) => Thing::Client(*key),
            NodeKind::Ghost(id) => Thing::Ghost(id.clone()),
            NodeKind::Issuer(issuer) => Thing::Issuer(issuer.clone()),
            NodeKind::Group(key) => Thing::Group(key.clone()),
        };
        // Groups and issuers are the same in both versions; only their members are not.
        match (self.difference, &self.kind) {
            (Difference::Removed, NodeKind::Client(_) | NodeKind::Ghost(_)) => {
                Thing::Removed(Box::new(thing))
            }
            _ => thing,
        }
    }

    /// The rectangle of a row.
    pub fn row_rect(&self, row: usize) -> Option<Rect> {
        let center = self.rows.get(row)?.center;
        Some(Rect::new(
            self.rect.min.x,
            self.rect.min.y + center - measure::ROW / 2.0,
            self.rect.width(),
            measure::ROW,
        ))
    }
}

/// Which end of an arrow asks for the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    From,
    To,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EdgeKind {
    /// A user's token goes in for the source and comes out for the target.
    Exchange { asks: End },
    /// A token of the external identity stands for the client app.
    Federation,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneEdge {
    pub kind: EdgeKind,
    /// Indices into [`Scene::nodes`](super::Scene::nodes).
    pub from: usize,
    pub to: usize,
    /// The row it leaves from.
    pub from_row: Option<usize>,
    /// The edges of the graph it stands for: one, or several where rows are folded or groups are
    /// collapsed. Those of the old graph when the arrow is [`Difference::Removed`].
    pub edges: Vec<EdgeIndex>,
    pub thing: Thing,
    /// What it means, in full.
    pub sentence: String,
    /// Corner points; see [`Layout::routes`](crate::diagram::layout::Layout::routes).
    pub route: Vec<Point>,
    /// Whether it runs against the reading direction, because it closes a cycle.
    pub reversed: bool,
    pub difference: Difference,
    /// Which hops of the marked path it is, counted from 1; empty beside the path.
    pub hops: Vec<usize>,
}

impl SceneEdge {
    /// The short text at its middle: hops of the path, the mark of a difference, how many it
    /// stands for. Empty for a plain arrow.
    pub fn label(&self) -> String {
        let mut parts = Vec::new();
        if !self.hops.is_empty() {
            let hops: Vec<String> = self.hops.iter().map(usize::to_string).collect();
            parts.push(hops.join(", "));
        }
        if self.difference != Difference::Same {
            parts.push(self.difference.mark().to_owned());
        }
        if self.edges.len() > 1 {
            parts.push(format!("×{}", self.edges.len()));
        }
        parts.join(" ")
    }
}

/// A block of the overview: the boxes of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    pub title: String,
    /// Around its boxes.
    pub rect: Rect,
    /// What makes it a group; `None` for blocks that something else than a graph gave.
    pub key: Option<GroupKey>,
}
