//! The graph as flat arrays, for questions about all nodes at once.
//!
//! petgraph keeps the model; its algorithms follow pointers and some of them call themselves, which
//! a chain of a hundred thousand client apps does not survive. Here a graph is two arrays (rows of
//! successors, one after the other), every algorithm is a loop with its own stack, and the order of
//! everything follows from the order of the nodes, so the same project gives the same answer.
//!
//! | part | purpose |
//! |---|---|
//! | `Csr` | compressed rows: successors of each node, sorted, each once |
//! | `components` | strongly connected components, and the graph of them |
//! | `closure` | what reaches what, as bits over components |

mod closure;
mod components;

pub use closure::{Closure, Weights};
pub use components::Components;

/// A node: the number of its [`NodeIndex`](petgraph::stable_graph::NodeIndex).
pub type NodeId = u32;

/// A directed graph without parallel edges, as compressed sparse rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Csr {
    /// Where the row of each node begins; one more at the end.
    starts: Vec<u32>,
    targets: Vec<NodeId>,
}

impl Csr {
    /// The graph with `nodes` nodes and these edges, in any order. Parallel ones become one.
    ///
    /// # Panics
    ///
    /// When an edge names a node that is not there.
    pub fn new(nodes: usize, edges: &[(NodeId, NodeId)]) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for (from, _) in edges {
            starts[*from as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; edges.len()];
        for (from, to) in edges {
            let place = &mut next[*from as usize];
            targets[*place as usize] = *to;
            *place += 1;
        }
        let mut graph = Self { starts, targets };
        graph.sort_rows();
        graph
    }

    /// Sorts each row and leaves out what stands twice.
    fn sort_rows(&mut self) {
        let mut written = 0;
        for node in 0..self.len() {
            let (start, end) = (self.starts[node] as usize, self.starts[node + 1] as usize);
            self.starts[node] = written as u32;
            self.targets[start..end].sort_unstable();
            for at in start..end {
                if at == start || self.targets[at] != self.targets[at - 1] {
                    // What was read is never behind what is written.
                    self.targets[written] = self.targets[at];
                    written += 1;
                }
            }
        }
        let nodes = self.len();
        self.starts[nodes] = written as u32;
        self.targets.truncate(written);
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many edges there are.
    pub fn edges(&self) -> usize {
        self.targets.len()
    }

    /// The successors of a node, ascending; none for a node that is not there.
    pub fn row(&self, node: NodeId) -> &[NodeId] {
        &self.targets[self.range(node)]
    }

    /// The places of a node's edges among all edges.
    pub fn range(&self, node: NodeId) -> std::ops::Range<usize> {
        match self.starts.get(node as usize..node as usize + 2) {
            Some([start, end]) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    /// Whether there is an edge.
    pub fn has(&self, from: NodeId, to: NodeId) -> bool {
        self.row(from).binary_search(&to).is_ok()
    }

    /// Every edge, by source and target.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        (0..self.len() as NodeId).flat_map(|from| self.row(from).iter().map(move |to| (from, *to)))
    }

    /// The same edges the other way round.
    pub fn reversed(&self) -> Self {
        let nodes = self.len();
        let mut starts = vec![0u32; nodes + 1];
        for to in &self.targets {
            starts[*to as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; self.targets.len()];
        for (from, to) in self.iter() {
            let place = &mut next[to as usize];
            targets[*place as usize] = from;
            *place += 1;
        }
        // Sources come in order, so rows are sorted already.
        Self { starts, targets }
    }

    /// The same graph without some edges.
    pub fn without(&self, edges: &[(NodeId, NodeId)]) -> Self {
        let kept: Vec<_> = self.iter().filter(|edge| !edges.contains(edge)).collect();
        Self::new(self.len(), &kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_have_each_once() {
        let graph = Csr::new(4, &[(2, 0), (0, 3), (0, 1), (0, 3), (3, 3)]);
        assert_eq!((graph.len(), graph.edges()), (4, 4));
        assert_eq!(graph.row(0), [1, 3]);
        assert!(graph.row(1).is_empty() && graph.row(99).is_empty());
        assert!(graph.has(2, 0) && graph.has(3, 3) && !graph.has(0, 2));
        let back = graph.reversed();
        assert_eq!(back.row(3), [0, 3]);
        assert_eq!(back.reversed(), graph);
        assert_eq!(
            graph.without(&[(0, 3), (1, 1)]).iter().collect::<Vec<_>>(),
            [(0, 1), (2, 0), (3, 3)]
        );
        assert!(Csr::new(0, &[]).is_empty());
    }
}
