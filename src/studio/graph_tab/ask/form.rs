//! The question as it is put together.

use petgraph::stable_graph::NodeIndex;

use super::suppose::Supposition;
use crate::config::{ClientKey, Project};
use crate::studio::selection::{Selection, permission_index};
use crate::trust::TrustGraph;

/// What can be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    #[default]
    WhoCanBecome,
    WhatCanBecome,
    Chains,
    /// What something would do to access.
    WhatIf,
    /// Hubs, circles, islands, and the permissions with which most goes.
    Structure,
    /// What everything has to pass that leads from outside to X.
    Chokes,
}

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::WhoCanBecome,
        Self::WhatCanBecome,
        Self::Chains,
        Self::WhatIf,
        Self::Structure,
        Self::Chokes,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::WhoCanBecome => "Who can become X?",
            Self::WhatCanBecome => "What can X become?",
            Self::Chains => "All chains from A to B",
            Self::WhatIf => "What if …?",
            Self::Structure => "How is it all built?",
            Self::Chokes => "What has all to pass to X?",
        }
    }

    /// Whether it is asked how far to look.
    pub fn has_hops(self) -> bool {
        matches!(self, Self::WhoCanBecome | Self::WhatCanBecome | Self::Chains)
    }

    /// The parties that it is about, in the order of the form.
    pub fn slots(self) -> &'static [Slot] {
        match self {
            Self::WhoCanBecome | Self::WhatCanBecome | Self::Chokes => &[Slot::X],
            Self::Structure => &[],
            Self::Chains => &[Slot::A, Slot::B],
            Self::WhatIf => &[Slot::Subject],
        }
    }
}

/// A party of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    X,
    A,
    B,
    /// What a supposition is about.
    Subject,
}

impl Slot {
    pub fn name(self) -> &'static str {
        match self {
            Self::X => "X",
            Self::A => "A",
            Self::B => "B",
            Self::Subject => "It",
        }
    }
}

/// The most hops that are asked for; all there may be.
const ANY: u32 = u32::MAX;

/// A question, complete or not. Parties are client apps and external identities of the project that
/// was analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub kind: Kind,
    pub x: Option<Selection>,
    pub a: Option<Selection>,
    pub b: Option<Selection>,
    pub supposition: Supposition,
    /// What a supposition is about.
    pub subject: Option<Selection>,
    /// Of who can become whom.
    pub reach_hops: u32,
    /// Of chains: there may be very many long ones.
    pub chain_hops: u32,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            x: None,
            a: None,
            b: None,
            supposition: Supposition::default(),
            subject: None,
            reach_hops: ANY,
            chain_hops: 6,
        }
    }
}

impl Form {
    pub fn party(&self, slot: Slot) -> Option<&Selection> {
        match slot {
            Slot::X => self.x.as_ref(),
            Slot::A => self.a.as_ref(),
            Slot::B => self.b.as_ref(),
            Slot::Subject => self.subject.as_ref(),
        }
    }

    pub fn party_mut(&mut self, slot: Slot) -> &mut Option<Selection> {
        match slot {
            Slot::X => &mut self.x,
            Slot::A => &mut self.a,
            Slot::B => &mut self.b,
            Slot::Subject => &mut self.subject,
        }
    }

    pub fn max_hops(&self) -> u32 {
        match self.kind {
            Kind::Chains => self.chain_hops,
            _ => self.reach_hops,
        }
    }

    pub fn max_hops_mut(&mut self) -> &mut u32 {
        match self.kind {
            Kind::Chains => &mut self.chain_hops,
            _ => &mut self.reach_hops,
        }
    }

    /// How many hops can be asked for, with their words.
    pub fn hop_choices(&self) -> Vec<(u32, String)> {
        let counts: &[u32] = match self.kind {
            Kind::Chains => &[1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20],
            _ => &[1, 2, 3, 4, 5, 6, 8, 10, ANY],
        };
        let mut counts = counts.to_vec();
        // What is asked for elsewhere may lie between.
        if let Err(at) = counts.binary_search(&self.max_hops()) {
            counts.insert(at, self.max_hops());
        }
        counts.into_iter().map(|hops| (hops, at_most(hops))).collect()
    }

    /// Keeps the names of parties right where documents came, went or moved.
    pub fn follow(&mut self, before: &Project, after: &Project) {
        for slot in [Slot::X, Slot::A, Slot::B, Slot::Subject] {
            let party = self.party_mut(slot);
            let carried = party.take().and_then(|it| it.carried_over(before, after));
            *party = carried.filter(|it| it.still_there(after));
        }
    }

    /// What is still missing, as a sentence without its stop.
    pub fn missing(&self) -> Option<&'static str> {
        let comes_out = match self.kind {
            Kind::WhoCanBecome | Kind::Chokes => self.x.as_ref(),
            Kind::WhatCanBecome | Kind::WhatIf | Kind::Structure => None,
            Kind::Chains => self.b.as_ref(),
        };
        match self.kind {
            _ if matches!(comes_out, Some(Selection::External { .. })) => {
                Some("No token comes out for an external identity; choose a client app")
            }
            Kind::WhoCanBecome | Kind::WhatCanBecome | Kind::Chokes if self.x.is_none() => {
                Some("Choose X")
            }
            Kind::Chains if self.a.is_none() => Some("Choose A, where the token starts"),
            Kind::Chains if self.b.is_none() => Some("Choose B, where the token ends"),
            Kind::WhatIf if !self.subject.as_ref().is_some_and(|it| self.supposition.fits(it)) => {
                Some(self.supposition.missing())
            }
            Kind::Chains if self.a == self.b => Some("Choose another B: it is the same as A"),
            _ => None,
        }
    }
}

/// As in "at most 3 hops".
pub fn at_most(hops: u32) -> String {
    match hops {
        ANY => "any number of hops".to_owned(),
        1 => "1 hop".to_owned(),
        hops => format!("at most {hops} hops"),
    }
}

/// Whether a question can be about it.
pub fn is_party(selection: &Selection) -> bool {
    matches!(selection, Selection::Client(_) | Selection::External { .. })
}

/// The node of a party.
pub fn node(graph: &TrustGraph, party: &Selection) -> Option<NodeIndex> {
    match party {
        Selection::Client(key) => graph.client_node(*key),
        Selection::External { issuer, subject } => graph.external_node(issuer, subject),
        _ => None,
    }
}

/// What a person calls a party.
pub fn name(project: &Project, party: &Selection) -> String {
    match party {
        Selection::Client(key) => {
            project.clients().get(key.0).map_or("", |client| client.label()).to_owned()
        }
        Selection::External { issuer, subject } => format!("{subject} of {issuer}"),
        Selection::Issuer(issuer) => issuer.clone(),
        Selection::Exchange { owner, entry } => permission_name(project, *owner, entry),
        _ => String::new(),
    }
}

/// What a person calls an entry of a list.
pub fn permission_name(project: &Project, owner: ClientKey, entry: &str) -> String {
    let Some(client) = project.clients().get(owner.0) else { return String::new() };
    let index = permission_index(project, owner, entry);
    let named = index.and_then(|index| client.permissions.get(index)?.client);
    let named = named.map_or(entry, |key| project.client(key).label());
    format!("{named} in the list of {}", client.label())
}
