//! Working out an answer, away from the window.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use petgraph::stable_graph::NodeIndex;

use super::super::looking::Passing;
use super::form::{self, Form, Kind, at_most};
use super::readings::Elsewhere;
use crate::config::Project;
use crate::diagram::scene::Thing;
use crate::studio::analysis::Analysis;
use crate::studio::canvas::{Hop as Step, Spotlight};
use crate::trust::report::{Scope, arrows};
use crate::trust::{
    Access, Actor, Chain, ChainLimits, Ended, Hop, Node, Reach, Reading, TrustGraph,
};

/// Chains that are listed.
pub const MOST_CHAINS: usize = 200;

/// An answer for both actors, with all it was made from.
#[derive(Debug)]
pub struct Answer {
    pub form: Form,
    pub analysis: Arc<Analysis>,
    access: Access,
    /// In the order of [`Actor::ALL`].
    found: [Found; 2],
    /// What is found under each other reading.
    pub elsewhere: Vec<Elsewhere>,
}

#[derive(Debug)]
pub enum Found {
    Reach(Reach),
    Chains(ChainList),
}

#[derive(Debug, Default)]
pub struct ChainList {
    /// The shortest first.
    pub chains: Vec<Chain>,
    /// For the worst case: no more than so many there are.
    pub at_most: Option<u64>,
    /// Why there are no more; `None` when the list was cut off.
    pub ended: Option<Ended>,
}

/// Works out an answer; `None` when it was given up or a party is not there.
pub fn work_out(form: Form, analysis: Arc<Analysis>, stop: &Arc<AtomicBool>) -> Option<Answer> {
    let (project, graph) = (&analysis.project, &analysis.graph);
    let access = Access::new(project, graph);
    let found = find(&form, graph, &access, stop)?;
    let mut elsewhere = Vec::new();
    for reading in Reading::ALL.into_iter().filter(|it| *it != graph.reading) {
        let other = TrustGraph::new(project, reading);
        let there = find(&form, &other, &Access::new(project, &other), stop)?;
        elsewhere.push(Elsewhere::new(reading, (graph, &found), (&other, &there)));
    }
    let stopped = stop.load(Ordering::Relaxed);
    (!stopped).then(|| Answer { form, access, found, elsewhere, analysis: Arc::clone(&analysis) })
}

/// What is found for each actor, in the order of [`Actor::ALL`].
fn find(
    form: &Form,
    graph: &TrustGraph,
    access: &Access,
    stop: &Arc<AtomicBool>,
) -> Option<[Found; 2]> {
    let node = |party: &Option<_>| form::node(graph, party.as_ref()?);
    let found = |actor: Actor| {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let max_hops = form.max_hops();
        Some(match form.kind {
            Kind::WhoCanBecome => Found::Reach(access.reach_to(node(&form.x)?, actor, max_hops)),
            Kind::WhatCanBecome => Found::Reach(access.reach_from(node(&form.x)?, actor, max_hops)),
            Kind::Chains => {
                let ends = (node(&form.a)?, node(&form.b)?);
                Found::Chains(chains(access, ends, actor, max_hops, stop))
            }
            // These are answered by `suppose` and `structure`.
            Kind::WhatIf | Kind::Structure | Kind::Chokes => return None,
        })
    };
    let [first, second] = Actor::ALL;
    Some([found(first)?, found(second)?])
}

fn chains(
    access: &Access,
    (from, to): (NodeIndex, NodeIndex),
    actor: Actor,
    max_hops: u32,
    stop: &Arc<AtomicBool>,
) -> ChainList {
    let limits = ChainLimits { max_hops, ..ChainLimits::default() };
    let mut all = access.chains(from, to, actor, limits).stop_at(Arc::clone(stop));
    let at_most = (actor == Actor::Worst).then(|| all.at_most()).filter(|most| *most < u64::MAX);
    let chains: Vec<Chain> = all.by_ref().take(MOST_CHAINS).collect();
    let is_cut_off = chains.len() == MOST_CHAINS && all.next().is_some();
    let ended = if is_cut_off { None } else { all.ended().or(Some(Ended::Complete)) };
    ChainList { chains, at_most, ended }
}

impl Found {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Reach(reach) => reach.found.len(),
            Self::Chains(list) => list.chains.len(),
        }
    }
}

impl Answer {
    pub fn project(&self) -> &Project {
        &self.analysis.project
    }

    pub fn reading(&self) -> Reading {
        self.access.reading()
    }

    pub fn scope(&self) -> Scope<'_> {
        Scope { project: self.project(), graph: &self.analysis.graph, access: &self.access }
    }

    pub fn found(&self, actor: Actor) -> &Found {
        &self.found[usize::from(actor == Actor::Worst)]
    }

    /// Whether it is of this very state of a project, read this way.
    pub fn holds_for(&self, project: &Project, reading: Reading) -> bool {
        self.project().revision() == project.revision() && self.reading() == reading
    }

    /// The question in words.
    pub fn title(&self) -> String {
        let name = |party: &Option<_>| {
            party.as_ref().map_or_else(String::new, |it| form::name(self.project(), it))
        };
        match self.form.kind {
            Kind::WhoCanBecome => format!("Who can become {}?", name(&self.form.x)),
            Kind::WhatCanBecome => format!("What can {} become?", name(&self.form.x)),
            Kind::Chains => {
                format!("All chains from {} to {}", name(&self.form.a), name(&self.form.b))
            }
            kind @ (Kind::WhatIf | Kind::Structure | Kind::Chokes) => kind.label().to_owned(),
        }
    }

    /// What it was worked out under, as a sentence.
    pub fn conditions(&self) -> String {
        format!("Under the reading {}, {}.", self.reading(), at_most(self.form.max_hops()))
    }

    /// How many lines there are.
    pub fn len(&self, actor: Actor) -> usize {
        self.found(actor).len()
    }

    /// The lines that a filter lets through, in order; `None` where it leaves none out. A chain
    /// passes when every client app on it does.
    pub fn passing(&self, actor: Actor, passing: Option<&Passing>) -> Option<Vec<usize>> {
        let passing = passing.filter(|it| Arc::ptr_eq(&it.analysis, &self.analysis))?;
        let has = |node: NodeIndex| passing.subset.has_node(node);
        let client = |key| passing.subset.has_client(&self.analysis.graph, key);
        let passes = |at: &usize| match self.found(actor) {
            Found::Reach(reach) => reach.found.get(*at).is_some_and(|line| has(line.node)),
            Found::Chains(list) => list
                .chains
                .get(*at)
                .is_some_and(|chain| chain.iter().all(|hop| has(hop.from) && client(hop.to))),
        };
        let all = self.len(actor);
        let lines: Vec<usize> = (0..all).filter(passes).collect();
        (lines.len() < all).then_some(lines)
    }

    /// How many were found, as sentences.
    pub fn count(&self, actor: Actor) -> String {
        match self.found(actor) {
            Found::Reach(reach) => {
                let externals = reach.externals(&self.access);
                let clients = counted(reach.found.len() - externals, "client app", "client apps");
                match externals {
                    0 => format!("{clients}."),
                    _ => format!(
                        "{clients}, {}.",
                        counted(externals, "external identity", "external identities")
                    ),
                }
            }
            Found::Chains(list) => {
                let count = counted(list.chains.len(), "chain", "chains");
                let max_hops = self.form.max_hops();
                match (list.ended, list.at_most) {
                    (None, Some(most)) => format!(
                        "Capped at {MOST_CHAINS}: these are the shortest; there are at most {most} \
                         of at most {max_hops} hops."
                    ),
                    (None, None) => {
                        format!("Capped at {MOST_CHAINS}: these are the shortest; there are more.")
                    }
                    (Some(Ended::MaxHops), _) => {
                        format!("{count}. Longer ones than {max_hops} hops were not looked for.")
                    }
                    (Some(Ended::MaxSteps), _) => {
                        format!("{count}. The search became too long; there may be more.")
                    }
                    (Some(Ended::Cancelled), _) => {
                        format!("{count}. The search was cancelled; there may be more.")
                    }
                    (Some(Ended::Complete), _) if list.chains.is_empty() => {
                        "No chains, of any length.".to_owned()
                    }
                    (Some(Ended::Complete), _) => format!("{count}. There are no others."),
                }
            }
        }
    }

    /// A line in words, and its hops.
    pub fn line(&self, actor: Actor, at: usize) -> Option<(String, u32)> {
        let scope = self.scope();
        Some(match self.found(actor) {
            Found::Reach(reach) => {
                let line = reach.found.get(at)?;
                (scope.graph.label(scope.project, line.node), line.hops)
            }
            Found::Chains(list) => {
                let chain = list.chains.get(at)?;
                (arrows(scope.project, scope.graph, chain), chain.len() as u32)
            }
        })
    }

    /// The chain of a line: for what can be reached a shortest way.
    pub fn chain(&self, actor: Actor, at: usize) -> Option<Chain> {
        match self.found(actor) {
            Found::Reach(reach) => Some(self.access.way(reach, reach.found.get(at)?)),
            Found::Chains(list) => list.chains.get(at).cloned(),
        }
    }
}

/// From where to where a chain goes, and how far.
pub fn chain_title(scope: Scope<'_>, chain: &Chain) -> String {
    let from = chain.first().map(|hop| scope.graph.label(scope.project, hop.from));
    let to = chain.last().map(|hop| scope.project.client(hop.to).label());
    format!(
        "{} to {}, {}",
        from.unwrap_or_default(),
        to.unwrap_or_default(),
        counted(chain.len(), "hop", "hops")
    )
}

/// A chain to be lifted out of the drawing.
pub fn spotlight(scope: Scope<'_>, chain: &Chain) -> Spotlight {
    let Scope { project, graph, .. } = scope;
    let mut things = BTreeSet::new();
    let mut hops = Vec::with_capacity(chain.len());
    for hop in chain {
        let sentence = hop.sentence(project, graph);
        let Some(arrow) = arrow_of(scope, *hop) else { continue };
        hops.push(Step { arrow, sentence });
        if hop.is_external(graph) {
            // Who brings the token, and what permits that.
            things.insert(Thing::Client(hop.requester));
            things.extend(permission_of(scope, *hop));
        }
    }
    Spotlight { title: chain_title(scope, chain), hops, things, refused: false }
}

/// The arrow of the drawing that a hop follows.
pub fn arrow_of(scope: Scope<'_>, hop: Hop) -> Option<Thing> {
    let Scope { project, graph, .. } = scope;
    match graph.graph.node_weight(hop.from)? {
        Node::External { issuer, subject } => {
            let mut identities = project.client(hop.to).identities.iter();
            let pair = Some((issuer.as_str(), subject.as_str()));
            let index = identities.position(|identity| identity.pair() == pair)?;
            Some(Thing::Federation { client: hop.to, index })
        }
        _ => permission_of(scope, hop),
    }
}

/// The arrow of the permission that a hop rests on.
pub fn permission_of(scope: Scope<'_>, hop: Hop) -> Option<Thing> {
    let (owner, entry) = hop.permission(scope.graph);
    let mut permissions = scope.project.client(owner).permissions.iter();
    let index = permissions.position(|permission| permission.client == Some(entry))?;
    Some(Thing::Permission { owner, index })
}

/// As in "1 hop", "3 hops".
pub fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        0 => format!("No {many}"),
        count => format!("{count} {many}"),
    }
}
