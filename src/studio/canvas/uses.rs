//! Which marks a drawing uses: a legend explains those and no others.

use std::collections::HashSet;

use crate::diagram::scene::{Difference, EdgeKind, NodeKind, Scene};

/// Which marks a drawing uses, for its legend.
#[derive(Clone, Copy, Debug, Default)]
pub struct Uses {
    pub exchange: bool,
    pub federation: bool,
    pub brokers: bool,
    pub ghosts: bool,
    /// Of a comparison: what came, went and changed.
    pub added: bool,
    pub removed: bool,
    pub changed: bool,
}

impl Uses {
    pub fn of(scene: &Scene) -> Self {
        let parts = scene.nodes.iter().flat_map(|node| {
            std::iter::once(node.difference).chain(node.rows.iter().map(|row| row.difference))
        });
        let edges = scene.edges.iter().map(|edge| edge.difference);
        let found: HashSet<Difference> = match scene.compared {
            true => parts.chain(edges).collect(),
            false => HashSet::new(),
        };
        Self {
            exchange: scene.edges.iter().any(|e| e.kind != EdgeKind::Federation),
            federation: scene.edges.iter().any(|e| e.kind == EdgeKind::Federation),
            brokers: scene.nodes.iter().any(|n| !n.brokers.is_empty()),
            ghosts: scene.nodes.iter().any(|n| matches!(n.kind, NodeKind::Ghost(_))),
            added: found.contains(&Difference::Added),
            removed: found.contains(&Difference::Removed),
            changed: found.contains(&Difference::Changed),
        }
    }
}
