//! Which box goes into which block.

use super::super::links::Links;
use super::super::{CellKind, Sketch};
use super::force::Spring;

/// Instead of a number of a block: it has no arrow, and goes to the tray.
pub(super) const TRAY: u32 = u32::MAX;
/// Neighbours from which on a box may be a hub, and clusters they must be in.
const HUB_NEIGHBOURS: usize = 16;
const HUB_CLUSTERS: usize = 5;
/// One box in so many may be a hub.
const HUB_SHARE: usize = 50;
/// Clusters are of use when they have so many members on average.
const LEAST_MEMBERS: usize = 3;

pub(super) struct Blocks {
    of: Vec<u32>,
    /// Place of each box among the members of its block.
    place: Vec<u32>,
    members: Links,
    kinds: Vec<CellKind>,
    lone: Vec<u32>,
    /// Neighbours in both directions, each once.
    neighbours: Links,
    springs: Vec<Spring>,
}

impl Blocks {
    pub fn of(sketch: &Sketch) -> Self {
        let count = sketch.nodes.len();
        let neighbours = neighbours(sketch);
        // An arrow from a box to itself is an arrow, and holds it nowhere.
        let mut has_arrow = vec![false; count];
        for edge in &sketch.edges {
            has_arrow[edge.from] = true;
            has_arrow[edge.to] = true;
        }
        let lone: Vec<u32> = {
            let mut lone: Vec<u32> =
                (0..count as u32).filter(|&n| !has_arrow[n as usize]).collect();
            lone.sort_by_key(|&n| (sketch.nodes[n as usize].cluster, n));
            lone
        };
        let held = count - lone.len();
        let mut sizes: std::collections::BTreeMap<u32, usize> = Default::default();
        for n in (0..count).filter(|&n| has_arrow[n]) {
            *sizes.entry(sketch.nodes[n].cluster).or_default() += 1;
        }
        let useful = sizes.len() > 1 && held >= LEAST_MEMBERS * sizes.len();
        let (of, kinds) = if useful {
            by_cluster(sketch, &neighbours, &has_arrow)
        } else {
            by_component(&neighbours, &has_arrow)
        };
        let grouped = (0..count as u32).filter(|&n| of[n as usize] != TRAY);
        let members = Links::new(kinds.len(), grouped.map(|n| (of[n as usize], n)));
        let mut place = vec![0; count];
        for b in 0..kinds.len() as u32 {
            for (i, &n) in members.of(b).iter().enumerate() {
                place[n as usize] = i as u32;
            }
        }
        let springs = springs_between(sketch, &of);
        Self { of, place, members, kinds, lone, neighbours, springs }
    }

    pub fn count(&self) -> usize {
        self.kinds.len()
    }
    pub fn kind(&self, block: usize) -> CellKind {
        self.kinds[block]
    }
    pub fn members(&self, block: usize) -> &[u32] {
        self.members.of(block as u32)
    }
    pub fn block_of(&self, node: u32) -> u32 {
        self.of[node as usize]
    }
    pub fn lone(&self) -> &[u32] {
        &self.lone
    }
    pub fn neighbours(&self, node: u32) -> &[u32] {
        self.neighbours.of(node)
    }
    /// Springs between blocks, 1 for as many arrows as two that have some have on average.
    pub fn springs(&self) -> &[Spring] {
        &self.springs
    }
    /// Springs between the members of a block, by their places among them.
    pub fn inner(&self, block: usize) -> Vec<Spring> {
        let mut springs = Vec::new();
        for (a, &n) in self.members(block).iter().enumerate() {
            for &other in self.neighbours(n) {
                let b = self.place[other as usize];
                if self.of[other as usize] == block as u32 && (a as u32) < b {
                    springs.push(Spring { a: a as u32, b, weight: 1.0 });
                }
            }
        }
        springs
    }
}

/// Neighbours of each box in both directions, each once, without itself.
fn neighbours(sketch: &Sketch) -> Links {
    let count = sketch.nodes.len();
    let pairs = sketch.edges.iter().filter(|e| e.from != e.to).flat_map(|e| {
        let (a, b) = (e.from as u32, e.to as u32);
        [(a, b), (b, a)]
    });
    let all = Links::new(count, pairs);
    let mut last = vec![u32::MAX; count];
    let mut once: Vec<(u32, u32)> = Vec::new();
    for n in 0..count as u32 {
        for &other in all.of(n) {
            if std::mem::replace(&mut last[other as usize], n) != n {
                once.push((n, other));
            }
        }
    }
    Links::new(count, once.iter().copied())
}

fn by_cluster(
    sketch: &Sketch,
    neighbours: &Links,
    has_arrow: &[bool],
) -> (Vec<u32>, Vec<CellKind>) {
    let count = sketch.nodes.len();
    let cluster = |n: u32| sketch.nodes[n as usize].cluster;
    let mut hubs: Vec<(usize, u32)> = Vec::new();
    let mut seen: Vec<u32> = Vec::new();
    for n in 0..count as u32 {
        let around = neighbours.of(n);
        if around.len() < HUB_NEIGHBOURS {
            continue;
        }
        seen.clear();
        seen.extend(around.iter().map(|&m| cluster(m)).filter(|&c| c != cluster(n)));
        let foreign = seen.len();
        seen.sort_unstable();
        seen.dedup();
        if 2 * foreign > around.len() && seen.len() >= HUB_CLUSTERS {
            hubs.push((foreign, n));
        }
    }
    hubs.sort_by_key(|&(foreign, n)| (std::cmp::Reverse(foreign), n));
    hubs.truncate(count / HUB_SHARE);
    let mut is_hub = vec![false; count];
    hubs.iter().for_each(|&(_, n)| is_hub[n as usize] = true);

    let mut number: std::collections::BTreeMap<u32, u32> = Default::default();
    for n in (0..count).filter(|&n| has_arrow[n] && !is_hub[n]) {
        number.insert(sketch.nodes[n].cluster, 0);
    }
    let mut kinds = Vec::with_capacity(number.len() + 1);
    for (i, (cluster, number)) in number.iter_mut().enumerate() {
        *number = i as u32;
        kinds.push(CellKind::Cluster(*cluster));
    }
    let hub_block = kinds.len() as u32;
    if !hubs.is_empty() {
        kinds.push(CellKind::Hubs);
    }
    let of = (0..count)
        .map(|n| match (has_arrow[n], is_hub[n]) {
            (false, _) => TRAY,
            (_, true) => hub_block,
            _ => number[&sketch.nodes[n].cluster],
        })
        .collect();
    (of, kinds)
}

fn by_component(neighbours: &Links, has_arrow: &[bool]) -> (Vec<u32>, Vec<CellKind>) {
    let mut of = vec![TRAY; has_arrow.len()];
    let mut kinds = Vec::new();
    let mut queue: Vec<u32> = Vec::new();
    for root in (0..has_arrow.len()).filter(|&n| has_arrow[n]) {
        if of[root] != TRAY {
            continue;
        }
        let block = kinds.len() as u32;
        kinds.push(CellKind::Component);
        of[root] = block;
        queue.push(root as u32);
        while let Some(node) = queue.pop() {
            for &other in neighbours.of(node) {
                if of[other as usize] == TRAY {
                    of[other as usize] = block;
                    queue.push(other);
                }
            }
        }
    }
    (of, kinds)
}

/// One spring for each two blocks with arrows between them, stronger for more arrows.
fn springs_between(sketch: &Sketch, of: &[u32]) -> Vec<Spring> {
    let mut pairs: Vec<u64> = sketch
        .edges
        .iter()
        .filter_map(|e| {
            let (a, b) = (of[e.from], of[e.to]);
            (a != b).then(|| u64::from(a.min(b)) << 32 | u64::from(a.max(b)))
        })
        .collect();
    pairs.sort_unstable();
    let groups = pairs.chunk_by(|a, b| a == b);
    let count = groups.clone().count().max(1);
    let mean = pairs.len() as f32 / count as f32;
    groups
        .map(|group| Spring {
            a: (group[0] >> 32) as u32,
            b: group[0] as u32,
            weight: group.len() as f32 / mean,
        })
        .collect()
}
