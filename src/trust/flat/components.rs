//! Strongly connected components (Tarjan 1972), with a stack of its own.

use super::{Csr, NodeId};

/// The components of a graph. Numbers are in reverse topological order: an edge between two
/// components goes from the higher number to the lower.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Components {
    /// The component of each node.
    pub(super) of: Vec<u32>,
    /// Where the members of each component begin; one more at the end.
    starts: Vec<u32>,
    members: Vec<NodeId>,
}

const NEW: u32 = 0;
/// Beside numbers of nodes on the stack: one whose component is known.
const DONE: u32 = u32::MAX;

impl Components {
    /// Finds the components of a graph, in time linear in its size.
    pub fn new(graph: &Csr) -> Self {
        let nodes = graph.len();
        // The number at which a node was first seen, counted from 1, then the lowest one that it
        // is known to lead back to.
        let mut low = vec![NEW; nodes];
        let mut of = vec![0; nodes];
        let mut starts = vec![0];
        let mut members = Vec::with_capacity(nodes);
        let mut open: Vec<NodeId> = Vec::new();
        // Node, its own number, and its next edge.
        let mut calls: Vec<(NodeId, u32, u32)> = Vec::new();
        let mut seen = 0;
        for root in 0..nodes as NodeId {
            if low[root as usize] != NEW {
                continue;
            }
            seen += 1;
            low[root as usize] = seen;
            open.push(root);
            calls.push((root, seen, graph.range(root).start as u32));
            while let Some((node, number, edge)) = calls.last_mut() {
                let (at, own) = (*node as usize, *number);
                let end = graph.range(*node).end as u32;
                let mut descend = None;
                while *edge < end {
                    let next = graph.targets[*edge as usize];
                    *edge += 1;
                    match low[next as usize] {
                        NEW => {
                            descend = Some(next);
                            break;
                        }
                        DONE => {}
                        other => low[at] = low[at].min(other),
                    }
                }
                if let Some(next) = descend {
                    seen += 1;
                    low[next as usize] = seen;
                    open.push(next);
                    calls.push((next, seen, graph.range(next).start as u32));
                    continue;
                }
                calls.pop();
                if low[at] == own {
                    let component = starts.len() as u32 - 1;
                    let from = members.len();
                    while let Some(member) = open.pop() {
                        low[member as usize] = DONE;
                        of[member as usize] = component;
                        members.push(member);
                        if member as usize == at {
                            break;
                        }
                    }
                    members[from..].sort_unstable();
                    starts.push(members.len() as u32);
                } else if let Some((parent, ..)) = calls.last() {
                    let parent = *parent as usize;
                    low[parent] = low[parent].min(low[at]);
                }
            }
        }
        Self { of, starts, members }
    }

    /// How many components there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The component of a node.
    pub fn of(&self, node: NodeId) -> u32 {
        self.of[node as usize]
    }

    /// The nodes of a component, ascending.
    pub fn members(&self, component: u32) -> &[NodeId] {
        let at = component as usize;
        &self.members[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The graph of the components: an edge where any member has one to another component.
    pub fn condensed(&self, graph: &Csr) -> Csr {
        let mut starts = Vec::with_capacity(self.len() + 1);
        let mut targets = Vec::with_capacity(graph.edges());
        let mut last = vec![u32::MAX; self.len()];
        starts.push(0);
        for component in 0..self.len() as u32 {
            let from = targets.len();
            for member in self.members(component) {
                for next in graph.row(*member) {
                    let other = self.of[*next as usize];
                    if other != component && last[other as usize] != component {
                        last[other as usize] = component;
                        targets.push(other);
                    }
                }
            }
            targets[from..].sort_unstable();
            starts.push(targets.len() as u32);
        }
        Csr { starts, targets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_go_down() {
        // 0 ⇄ 1 → 2 → 3 ⇄ 4, 5 alone, 2 → 2
        let edges = [(0, 1), (1, 0), (1, 2), (2, 3), (3, 4), (4, 3), (2, 2)];
        let graph = Csr::new(6, &edges);
        let found = Components::new(&graph);
        assert_eq!(found.len(), 4);
        assert_eq!(found.members(found.of(0)), [0, 1]);
        assert_eq!(found.members(found.of(4)), [3, 4]);
        assert_eq!(found.members(found.of(5)), [5]);
        for (from, to) in edges {
            assert!(found.of(from) >= found.of(to), "{from} → {to}");
        }
        let condensed = found.condensed(&graph);
        assert_eq!((condensed.len(), condensed.edges()), (4, 2));
        assert!(condensed.has(found.of(0), found.of(2)) && condensed.has(found.of(2), found.of(3)));
        assert!(Components::new(&Csr::default()).is_empty());
    }

    #[test]
    fn a_long_chain_and_a_long_circle_need_no_stack() {
        let nodes = 100_000;
        let mut edges: Vec<_> = (1..nodes).map(|node| (node - 1, node)).collect();
        let chain = Components::new(&Csr::new(nodes as usize, &edges));
        assert_eq!((chain.len(), chain.of(nodes - 1), chain.of(0)), (100_000, 0, 99_999));
        edges.push((nodes - 1, 0));
        assert_eq!(Components::new(&Csr::new(nodes as usize, &edges)).len(), 1);
    }
}
