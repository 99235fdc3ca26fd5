//! Adjacency in two flat arrays: what a layout walks many times over.

/// For each node, a slice of items (edge numbers or neighbours).
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    start: Vec<u32>,
    items: Vec<u32>,
}

impl Links {
    /// Groups `(node, item)` pairs by node, keeping the order of the pairs.
    pub fn new(nodes: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut start = vec![0u32; nodes + 1];
        for (node, _) in pairs.clone() {
            start[node as usize + 1] += 1;
        }
        for i in 0..nodes {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut items = vec![0u32; start[nodes] as usize];
        for (node, item) in pairs {
            let slot = &mut next[node as usize];
            items[*slot as usize] = item;
            *slot += 1;
        }
        Self { start, items }
    }

    pub fn of(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.items[self.start[node] as usize..self.start[node + 1] as usize]
    }
}
