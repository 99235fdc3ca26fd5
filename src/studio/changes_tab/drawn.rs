//! Chains of either version as things of the drawing that compares them.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use crate::diagram::scene::{Difference, Thing};
use crate::studio::canvas::{Hop as Step, Spotlight};
use crate::studio::graph_tab::{arrow_of, permission_of};
use crate::trust::report::Scope;
use crate::trust::{Chain, Hop, Side};

impl Comparison {
    /// A chain to be lifted out of the drawing. Arrows that the drawing has not are left out.
    pub fn spotlight(&self, side: Side, chain: &Chain) -> Spotlight {
        let scope = self.scope(side);
        let Scope { project, graph, .. } = scope;
        let mut things = BTreeSet::new();
        let mut hops = Vec::with_capacity(chain.len());
        for hop in chain {
            let sentence = hop.sentence(project, graph);
            let arrow = arrow_of(scope, *hop);
            if let Some(arrow) = arrow.and_then(|it| self.thing(side, *hop, it)) {
                hops.push(Step { arrow, sentence });
            }
            if hop.is_external(graph) {
                // Who brings the token, and what permits that.
                let broker = crate::config::ClientKey(hop.requester.0);
                things.extend(self.client(side, broker));
                things.extend(permission_of(scope, *hop).filter(|_| side == Side::New));
            }
        }
        let from = chain.first().map(|hop| graph.label(project, hop.from)).unwrap_or_default();
        let to = chain.last().map(|hop| project.client(hop.to).label()).unwrap_or_default();
        let what = if side == Side::Old { "lost" } else { "gained" };
        let count = super::rows::count(chain.len() as u64, "hop", "hops");
        Spotlight {
            title: format!("{from} to {to}, {count}, {what}"),
            hops,
            things,
            refused: false,
        }
    }

    /// What the drawing calls an arrow of a side.
    fn thing(&self, side: Side, hop: Hop, arrow: Thing) -> Option<Thing> {
        if side == Side::New {
            return Some(arrow);
        }
        let scene = self.scene.as_ref()?;
        let removed = Thing::Removed(Box::new(arrow));
        if scene.edge_of(&removed).is_some() {
            return Some(removed);
        }
        // It is still there, although it can no longer be used; only its keys may be others.
        let node = |node| {
            let number = self.diff.matching.number(Side::Old, node);
            self.diff.matching.on(Side::New, number)
        };
        let graph = &self.analysis.graph.graph;
        let edge = graph.find_edge(node(hop.from)?, node(hop.to_node())?)?;
        let has = |it: &&crate::diagram::scene::SceneEdge| {
            it.difference != Difference::Removed && it.edges.contains(&edge)
        };
        scene.edges.iter().find(has).map(|it| it.thing.clone())
    }

    fn client(&self, side: Side, key: crate::config::ClientKey) -> Option<Thing> {
        let graph = self.scope(side).graph;
        let number = self.diff.matching.number(side, graph.client_node(key)?);
        match self.diff.matching.on(Side::New, number) {
            Some(node) => match self.analysis.graph.graph.node_weight(node)? {
                crate::trust::Node::Client(key) => Some(Thing::Client(*key)),
                _ => None,
            },
            None => Some(Thing::Removed(Box::new(Thing::Client(key)))),
        }
    }
}
