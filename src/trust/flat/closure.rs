//! Everything that is reached from everywhere, without ever listing the pairs.
//!
//! A tangled estate of fifty thousand nodes has close to a thousand million pairs. Members of one
//! component reach the same, so one row a component is enough, and a row is only the 64-bit blocks
//! that have a bit set. Components are numbered with the sinks first; so rows are made in that
//! order, each by joining those of the successors, the highest first: a successor that is in the
//! row already brings nothing that its bringer did not, and is passed over.
//!
//! Numbers in that order also put what is reached together side by side, so blocks that are full
//! come in runs, and a run is stored as one: the rows of a chain of a hundred thousand clients would
//! take a gigabyte otherwise.

use super::{Components, Csr, NodeId};

/// What reaches what.
#[derive(Clone, Debug, Default)]
pub struct Closure {
    components: Components,
    condensed: Csr,
    /// For each edge of `condensed`: whether no other way leads there.
    essential: Vec<bool>,
    /// Where the row of each component begins; one more at the end.
    starts: Vec<u32>,
    /// Which 64 components each block of bits is about; with [`RUN`], the first of a run of full
    /// blocks.
    blocks: Vec<u32>,
    /// The bits of a block, or the length of a run.
    bits: Vec<u64>,
}

/// Marks a run of full blocks. There are never so many blocks that one has this number.
const RUN: u32 = 1 << 31;

impl Closure {
    /// Works out the closure of a graph.
    pub fn new(graph: &Csr) -> Self {
        let components = Components::new(graph);
        let condensed = components.condensed(graph);
        let count = components.len();
        let mut closure = Self {
            essential: vec![false; condensed.edges()],
            starts: Vec::with_capacity(count + 1),
            blocks: Vec::with_capacity(count),
            bits: Vec::with_capacity(count),
            components,
            condensed,
        };
        closure.starts.push(0);
        let mut row = Row::new(count);
        for component in 0..count as u32 {
            let edges = closure.condensed.range(component);
            if edges.len() == 1 {
                closure.essential[edges.start] = true;
                closure.copy_with(closure.condensed.targets[edges.start]);
                continue;
            }
            for edge in edges.rev() {
                let next = closure.condensed.targets[edge];
                if !row.has(next) {
                    closure.essential[edge] = true;
                    let blocks = closure.span(next);
                    row.set(next);
                    for at in blocks {
                        row.join_all(closure.blocks[at], closure.bits[at]);
                    }
                }
            }
            let from = closure.blocks.len();
            row.drain(|block, bits| closure.push(from, block, bits));
            closure.starts.push(closure.blocks.len() as u32);
        }
        closure
    }

    /// Adds the row of a component whose only successor is this one: the successor's, and itself.
    fn copy_with(&mut self, next: u32) {
        let from = self.blocks.len();
        let span = self.span(next);
        self.blocks.extend_from_within(span.clone());
        self.bits.extend_from_within(span);
        let (block, mut bits) = (next / 64, 1 << (next % 64));
        // It has a higher number than all that it reaches, so it belongs at the end.
        if self.blocks.len() > from && self.blocks.last() == Some(&block) {
            self.blocks.pop();
            bits |= self.bits.pop().unwrap_or_default();
        }
        self.push(from, block, bits);
        self.starts.push(self.blocks.len() as u32);
    }

    /// Adds a block to the row that begins at an entry.
    fn push(&mut self, from: usize, block: u32, bits: u64) {
        if bits == u64::MAX && self.blocks.len() > from {
            let last = self.blocks.len() - 1;
            let (start, length) = (self.blocks[last] & !RUN, self.bits[last]);
            if self.blocks[last] & RUN != 0 && u64::from(start) + length == u64::from(block) {
                self.bits[last] += 1;
                return;
            }
            if self.blocks[last] + 1 == block && length == u64::MAX {
                (self.blocks[last], self.bits[last]) = (start | RUN, 2);
                return;
            }
        }
        self.blocks.push(block);
        self.bits.push(bits);
    }

    /// The components, sinks first.
    pub fn components(&self) -> &Components {
        &self.components
    }

    /// The graph of the components.
    pub fn condensed(&self) -> &Csr {
        &self.condensed
    }

    /// Whether an edge between two components is the only way from the one to the other.
    pub fn is_essential(&self, from: u32, to: u32) -> bool {
        let range = self.condensed.range(from);
        let found = self.condensed.row(from).binary_search(&to);
        found.is_ok_and(|at| self.essential[range.start + at])
    }

    fn span(&self, component: u32) -> std::ops::Range<usize> {
        let at = component as usize;
        self.starts[at] as usize..self.starts[at + 1] as usize
    }

    /// The blocks of the components that a component reaches, itself not among them: which 64, and
    /// which of these.
    pub fn row(&self, component: u32) -> impl Iterator<Item = (u32, u64)> {
        self.span(component).flat_map(|at| {
            let (start, bits) = (self.blocks[at] & !RUN, self.bits[at]);
            let (length, bits) =
                if self.blocks[at] & RUN != 0 { (bits as u32, u64::MAX) } else { (1, bits) };
            (start..start + length).map(move |block| (block, bits))
        })
    }

    /// Whether one component reaches another.
    pub fn component_reaches(&self, from: u32, to: u32) -> bool {
        self.block(from, to / 64) >> (to % 64) & 1 == 1
    }

    /// Which of 64 components a component reaches.
    pub fn block(&self, component: u32, block: u32) -> u64 {
        let span = self.span(component);
        let after = self.blocks[span.clone()].partition_point(|it| it & !RUN <= block);
        let Some(at) = after.checked_sub(1).map(|at| span.start + at) else { return 0 };
        let (start, bits) = (self.blocks[at] & !RUN, self.bits[at]);
        match self.blocks[at] & RUN {
            0 if start == block => bits,
            0 => 0,
            _ if u64::from(block - start) < bits => u64::MAX,
            _ => 0,
        }
    }

    /// How many entries the row of a component has: about what it costs to go through it.
    pub fn entries(&self, component: u32) -> usize {
        self.span(component).len()
    }

    /// Whether there is a way from one node to another one. Of a node to itself nothing is said:
    /// false.
    pub fn reaches(&self, from: NodeId, to: NodeId) -> bool {
        let (from_in, to_in) = (self.components.of(from), self.components.of(to));
        from != to && (from_in == to_in || self.component_reaches(from_in, to_in))
    }

    /// The other nodes that a node reaches, by component.
    pub fn reached(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let own = self.components.of(node);
        let beside = self.components.members(own).iter().copied();
        let further = self.reached_components(own);
        beside
            .filter(move |other| *other != node)
            .chain(further.flat_map(|component| self.components.members(component).iter().copied()))
    }

    /// The components that a component reaches, ascending, itself not among them.
    pub fn reached_components(&self, component: u32) -> impl Iterator<Item = u32> {
        self.row(component).flat_map(|(block, bits)| ones(bits).map(move |bit| block * 64 + bit))
    }

    /// For each node, the weight of the others that it reaches.
    pub fn counts(&self, weights: &Weights) -> Vec<u64> {
        let mut counts = vec![0; self.components.of.len()];
        for component in 0..self.components.len() as u32 {
            let entries = self.span(component).map(|at| (self.blocks[at], self.bits[at]));
            let further: u64 = entries.map(|(block, bits)| weights.of_entry(block, bits)).sum();
            let all = further + weights.of_component(component);
            for member in self.components.members(component) {
                counts[*member as usize] = all - u64::from(weights.of_node(*member));
            }
        }
        counts
    }

    /// Bytes of memory that the rows take.
    pub fn bytes(&self) -> usize {
        self.starts.len() * 4 + self.blocks.len() * 4 + self.bits.len() * 8
    }
}

/// The positions of the bits that are set, ascending.
fn ones(mut bits: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let at = (bits != 0).then(|| bits.trailing_zeros())?;
        bits &= bits - 1;
        Some(at)
    })
}

/// How much the nodes of a set of components count, 64 components at a time.
#[derive(Clone, Debug)]
pub struct Weights {
    counted: Vec<bool>,
    components: Vec<u32>,
    /// For each block, the components that count for one; nearly all do.
    single: Vec<u64>,
    /// For each block, those that count for more.
    heavy: Vec<u64>,
    /// The weight of all blocks before each.
    before: Vec<u64>,
}

impl Weights {
    /// Each node that `counts` weighs one, the others nothing.
    pub fn new(components: &Components, counts: impl Fn(NodeId) -> bool) -> Self {
        let counted: Vec<bool> = (0..components.of.len() as NodeId).map(counts).collect();
        let mut weights = vec![0; components.len()];
        for (node, component) in components.of.iter().enumerate() {
            weights[*component as usize] += u32::from(counted[node]);
        }
        let blocks = components.len().div_ceil(64);
        let (mut single, mut heavy) = (vec![0; blocks], vec![0; blocks]);
        for (at, weight) in weights.iter().enumerate() {
            match weight {
                0 => {}
                1 => single[at / 64] |= 1 << (at % 64),
                _ => heavy[at / 64] |= 1 << (at % 64),
            }
        }
        let before = Vec::with_capacity(blocks + 1);
        let mut all = Self { counted, components: weights, single, heavy, before };
        let mut sum = 0;
        for block in 0..blocks as u32 {
            all.before.push(sum);
            sum += all.of_block(block, u64::MAX);
        }
        all.before.push(sum);
        all
    }

    fn of_entry(&self, block: u32, bits: u64) -> u64 {
        match block & RUN {
            0 => self.of_block(block, bits),
            _ => {
                let start = (block & !RUN) as usize;
                self.before[start + bits as usize] - self.before[start]
            }
        }
    }

    /// The weight of some of the components of a block.
    pub fn of_block(&self, block: u32, bits: u64) -> u64 {
        let at = block as usize;
        let many = ones(bits & self.heavy[at]);
        let many: u64 = many.map(|bit| u64::from(self.components[at * 64 + bit as usize])).sum();
        u64::from((bits & self.single[at]).count_ones()) + many
    }

    /// The weight of one component.
    pub fn of_component(&self, component: u32) -> u64 {
        u64::from(self.components[component as usize])
    }

    fn of_node(&self, node: NodeId) -> bool {
        self.counted[node as usize]
    }
}

/// A row while it is made: all bits, and which blocks have any, so that neither emptying nor
/// reading it looks at all of them.
struct Row {
    bits: Vec<u64>,
    touched: Vec<u64>,
}

impl Row {
    fn new(components: usize) -> Self {
        let blocks = components.div_ceil(64);
        Self { bits: vec![0; blocks], touched: vec![0; blocks.div_ceil(64)] }
    }

    fn has(&self, component: u32) -> bool {
        self.bits[component as usize / 64] >> (component % 64) & 1 == 1
    }

    fn set(&mut self, component: u32) {
        self.join(component / 64, 1 << (component % 64));
    }

    fn join(&mut self, block: u32, bits: u64) {
        let at = block as usize;
        self.bits[at] |= bits;
        self.touched[at / 64] |= 1 << (at % 64);
    }

    /// Joins a block or a run of them.
    fn join_all(&mut self, block: u32, bits: u64) {
        if block & RUN == 0 {
            return self.join(block, bits);
        }
        let start = (block & !RUN) as usize;
        let end = start + bits as usize;
        self.bits[start..end].fill(u64::MAX);
        for block in start..end {
            self.touched[block / 64] |= 1 << (block % 64);
        }
    }

    /// Gives every block that has bits, ascending, and empties it.
    fn drain(&mut self, mut take: impl FnMut(u32, u64)) {
        for (word, touched) in self.touched.iter_mut().enumerate() {
            for bit in ones(std::mem::take(touched)) {
                let block = word * 64 + bit as usize;
                take(block as u32, std::mem::take(&mut self.bits[block]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything(closure: &Closure, nodes: u32) -> Vec<(NodeId, NodeId)> {
        let pairs = (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to)));
        pairs.filter(|(from, to)| closure.reaches(*from, *to)).collect()
    }

    #[test]
    fn a_small_graph_with_a_circle() {
        // 0 → 1 ⇄ 2 → 3, 0 → 3, 4 → 4
        let graph = Csr::new(5, &[(0, 1), (1, 2), (2, 1), (2, 3), (0, 3), (4, 4)]);
        let closure = Closure::new(&graph);
        let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 1), (2, 3)];
        assert_eq!(everything(&closure, 5), pairs);
        let weights = Weights::new(closure.components(), |_| true);
        assert_eq!(closure.counts(&weights), [3, 2, 2, 0, 0]);
        let odd = Weights::new(closure.components(), |node| node % 2 == 1);
        assert_eq!(closure.counts(&odd), [2, 1, 2, 0, 0]);
        let of = |node| closure.components().of(node);
        assert!(closure.is_essential(of(0), of(1)) && closure.is_essential(of(2), of(3)));
        assert!(!closure.is_essential(of(0), of(3)), "it is reached through the circle too");
        let mut reached: Vec<_> = closure.reached(2).collect();
        reached.sort_unstable();
        assert_eq!(reached, [1, 3]);
    }

    #[test]
    fn degenerate_graphs() {
        assert_eq!(Closure::new(&Csr::default()).bytes(), 4);
        let one = Closure::new(&Csr::new(1, &[(0, 0)]));
        assert!(!one.reaches(0, 0));

        let leaves = 10_000;
        let star: Vec<_> = (1..=leaves).map(|leaf| (0, leaf)).collect();
        let star = Closure::new(&Csr::new(leaves as usize + 1, &star));
        let counts = star.counts(&Weights::new(star.components(), |_| true));
        assert_eq!((counts[0], counts[1]), (10_000, 0));

        let nodes = 300;
        let clique: Vec<_> =
            (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to))).collect();
        let clique = Closure::new(&Csr::new(nodes as usize, &clique));
        let counts = clique.counts(&Weights::new(clique.components(), |_| true));
        assert!(counts.iter().all(|count| *count == 299));
        assert!(clique.bytes() < 64);
    }

    #[test]
    fn a_long_chain_has_long_rows() {
        let nodes = 100_000;
        let chain: Vec<_> = (1..nodes).map(|node| (node - 1, node)).collect();
        let closure = Closure::new(&Csr::new(nodes as usize, &chain));
        assert!(closure.reaches(0, nodes - 1) && !closure.reaches(nodes - 1, 0));
        assert!(closure.reaches(5, 99_000) && closure.reaches(0, 1) && !closure.reaches(99_000, 5));
        assert!(closure.bytes() < 4_000_000, "{}", closure.bytes());
        let counts = closure.counts(&Weights::new(closure.components(), |_| true));
        assert!(counts.iter().zip((0..nodes).rev()).all(|(count, left)| *count == u64::from(left)));
    }
}
