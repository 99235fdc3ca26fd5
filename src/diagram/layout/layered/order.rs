//! The order of boxes within each column, so that few arrows cross.
//!
//! A search in rounds. Each round starts from another order and improves it by sweeps of the
//! weighted median (Gansner, Koutsofios, North and Vo, 1993), or of the mean, with exchanges of
//! neighbours after each sweep. If that comes near the best order so far, it is refined by sifting,
//! in which each box is tried at every place of its column (Matuszewski, Schönfeld and Molitor,
//! 1999), and by choosing the ways of long arrows anew ([`super::reinsert`]), until neither helps.
//! The first rounds start from walks through the graph, depth first and breadth first, from the
//! left and from the right; later ones from the best order with one column scrambled, or from a
//! random walk. The best order of all rounds wins.
//!
//! Among orders with as many crossings one with lighter crossings is better, see [`State::lighten`].
//!
//! Work is counted in visits of arrow ends and compared with a budget, never with a clock, so the
//! picture does not depend on how busy the machine is. Chance comes from a fixed seed.

use super::mesh::Mesh;
use super::reinsert::Room;
use super::state::{LEFT, RIGHT, State};

/// Sweeps in a round.
const SWEEPS: usize = 12;
/// Sweeps in a row that may bring nothing.
const PATIENCE: usize = 3;
/// Passes that make crossings lighter.
const LIGHTER: usize = 16;
/// Walks that rounds start from.
const WALKS: usize = 4;
/// How much worse than the best a round may be, in percent, to be refined.
const PROMISING: u64 = 125;
/// Work that may be spent: so much for each segment, and some more, within limits.
const WORK_EACH: u64 = 600;
const WORK_LEAST: u64 = 60_000;
const WORK_MOST: u64 = 20_000_000;

/// The order found, column by column; `None` when cancelled.
pub(super) fn order(mesh: &Mesh, cancelled: &dyn Fn() -> bool) -> Option<Vec<Vec<u32>>> {
    let mut search = Search::new(mesh, cancelled);
    search.run()?;
    Some(search.columns())
}

/// The order of these heights, in which only the nodes that are `free` are moved to where they
/// cross less; `None` when cancelled.
pub(super) fn order_as(
    mesh: &Mesh,
    heights: &[f32],
    free: &[bool],
    cancelled: &dyn Fn() -> bool,
) -> Option<Vec<Vec<u32>>> {
    let mut search = Search::new(mesh, cancelled);
    let state = &mut search.state;
    for l in 0..mesh.layers {
        state
            .column_mut(l)
            .sort_by(|&a, &b| heights[a as usize].total_cmp(&heights[b as usize]).then(a.cmp(&b)));
        state.number(l);
    }
    let mut crossings = search.state.crossings();
    for _ in 0..2 {
        if search.reinsertion <= search.budget {
            crossings -= search.reinsert_all()?;
        }
        crossings -= search.sift_all(Some(free))?;
    }
    search.keep(crossings);
    Some(search.columns())
}

struct Search<'a> {
    state: State<'a>,
    mesh: &'a Mesh,
    best: (u64, Vec<u32>),
    budget: u64,
    /// What choosing the ways of all long arrows costs.
    reinsertion: u64,
    room: Room,
    chance: u64,
    cancelled: &'a dyn Fn() -> bool,
}

impl<'a> Search<'a> {
    fn new(mesh: &'a Mesh, cancelled: &'a dyn Fn() -> bool) -> Self {
        let state = State::new(mesh);
        let budget = (WORK_LEAST + WORK_EACH * mesh.segments.len() as u64).min(WORK_MOST);
        let reinsertion = state.reinsertion_work();
        Self {
            state,
            mesh,
            best: (u64::MAX, Vec::new()),
            budget,
            reinsertion,
            room: Room::default(),
            chance: 0x9E37_79B9_7F4A_7C15,
            cancelled,
        }
    }

    fn columns(mut self) -> Vec<Vec<u32>> {
        self.state.set(&self.best.1);
        for _ in 0..LIGHTER {
            if (0..self.mesh.layers).map(|l| self.state.lighten(l)).sum::<usize>() == 0 {
                break;
            }
        }
        (0..self.mesh.layers).map(|l| self.state.column(l).to_vec()).collect()
    }

    /// A whole number from 0 up to but without `below` (xorshift of Marsaglia, 2003).
    fn chance(&mut self, below: usize) -> usize {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        (self.chance >> 33) as usize % below.max(1)
    }

    fn run(&mut self) -> Option<()> {
        for round in 0.. {
            if round < WALKS {
                self.walk(3 - round, false);
            } else if round % 2 == 0 {
                self.scramble();
            } else {
                self.walk(round, true);
            }
            let (mut crossings, order) = self.sweep(round % 2 == 1)?;
            if crossings <= self.best.0.saturating_mul(PROMISING) / 100 {
                self.state.set(&order);
                crossings -= self.settle()?;
                self.keep(crossings);
            }
            if self.best.0 == 0 || self.state.work > self.budget {
                return Some(());
            }
        }
        Some(())
    }

    fn keep(&mut self, crossings: u64) {
        if crossings < self.best.0 {
            self.best.0 = crossings;
            self.best.1.clone_from(&self.state.order);
        }
    }

    /// Sweeps back and forth; gives the best order on the way with its crossings.
    fn sweep(&mut self, mean: bool) -> Option<(u64, Vec<u32>)> {
        let layers = self.mesh.layers;
        let mut best = (u64::MAX, Vec::new());
        let mut stale = 0;
        for sweep in 0..=SWEEPS {
            if sweep > 0 {
                for step in 1..layers {
                    let forward = sweep % 2 == 1;
                    let (layer, side) =
                        if forward { (step, LEFT) } else { (layers - 1 - step, RIGHT) };
                    self.state.arrange(layer, side, mean);
                }
            }
            // Exchanges that change nothing lead out of dead ends, but not all the time.
            self.exchange(!mean && sweep % 4 < 2)?;
            let crossings = self.state.crossings();
            if crossings < best.0 {
                best.0 = crossings;
                best.1.clone_from(&self.state.order);
                stale = 0;
            } else {
                stale += 1;
            }
            if crossings == 0 || stale > PATIENCE || self.state.work > self.budget {
                break;
            }
        }
        Some(best)
    }

    /// Exchanges neighbours in all columns, again where something changed beside them.
    fn exchange(&mut self, even: bool) -> Option<()> {
        let layers = self.mesh.layers;
        let mut due = vec![true; layers];
        for pass in 0..8 {
            if (self.cancelled)() {
                return None;
            }
            let mut any = false;
            for l in 0..layers {
                if std::mem::replace(&mut due[l], false)
                    && self.state.switch(l, even && pass == 0, self.budget) > 0
                {
                    any = true;
                    due[l.saturating_sub(1)] = true;
                    due[(l + 1).min(layers - 1)] = true;
                }
            }
            if !any {
                break;
            }
        }
        Some(())
    }

    /// Sifts boxes and chooses ways until neither helps; gives how many crossings that removed.
    fn settle(&mut self) -> Option<u64> {
        let mut removed = self.sift_all(None)?;
        while self.reinsertion <= 4 * self.budget {
            let gain = self.reinsert_all()?;
            removed += gain;
            if gain == 0 || self.state.work > 2 * self.budget {
                break;
            }
            removed += self.sift_all(None)?;
        }
        Some(removed)
    }

    fn reinsert_all(&mut self) -> Option<u64> {
        let mut removed = 0;
        for arrow in 0..self.mesh.long.len() {
            if arrow % 16 == 0 && (self.cancelled)() {
                return None;
            }
            removed += self.state.reinsert(arrow, &mut self.room);
        }
        Some(removed)
    }

    fn sift_all(&mut self, free: Option<&[bool]>) -> Option<u64> {
        let layers = self.mesh.layers;
        let mut due = vec![true; layers];
        let mut removed = 0;
        let mut forward = true;
        loop {
            let mut any = false;
            for step in 0..layers {
                let l = if forward { step } else { layers - 1 - step };
                if !std::mem::replace(&mut due[l], false) {
                    continue;
                }
                if (self.cancelled)() {
                    return None;
                }
                let gain = self.state.sift(l, free, self.budget);
                if gain > 0 {
                    removed += gain;
                    any = true;
                    due[l.saturating_sub(1)] = true;
                    due[(l + 1).min(layers - 1)] = true;
                }
            }
            if !any || self.state.work > self.budget {
                return Some(removed);
            }
            forward = !forward;
        }
    }

    /// Starts from the best order with one column in random order and the others arranged by it.
    fn scramble(&mut self) {
        self.state.set(&self.best.1);
        let layers = self.mesh.layers;
        let layer = self.chance(layers);
        for i in (1..self.state.width(layer)).rev() {
            let j = self.chance(i + 1);
            self.state.column_mut(layer).swap(i, j);
        }
        self.state.number(layer);
        for l in layer + 1..layers {
            self.state.arrange(l, LEFT, true);
        }
        for l in (0..layer).rev() {
            self.state.arrange(l, RIGHT, true);
        }
    }

    /// Starts from the order in which a walk through the graph meets the nodes: from the right if
    /// the second bit of `kind` is set, else from the left; breadth first if the first one is.
    fn walk(&mut self, kind: usize, random: bool) {
        let mesh = self.mesh;
        let nodes = mesh.layer.len();
        let (breadth, from_right) = (kind & 1 != 0, kind & 2 != 0);
        let mut roots: Vec<u32> = (0..nodes as u32).collect();
        roots.sort_by_key(|&n| {
            let layer = i64::from(mesh.layer[n as usize]);
            (if from_right { -layer } else { layer }, n)
        });
        if random {
            for i in (1..nodes).rev() {
                let j = self.chance(i + 1);
                roots.swap(i, j);
            }
        }
        let mut next = self.state.first.clone();
        let mut order = vec![0u32; nodes];
        let mut seen = vec![false; nodes];
        let mut queue = std::collections::VecDeque::new();
        for root in roots {
            queue.push_back(root);
            while let Some(node) = if breadth { queue.pop_front() } else { queue.pop_back() } {
                if std::mem::replace(&mut seen[node as usize], true) {
                    continue;
                }
                let slot = &mut next[mesh.layer[node as usize] as usize];
                order[*slot as usize] = node;
                *slot += 1;
                let right = mesh.after.of(node).iter().map(|&s| mesh.segments[s as usize].right);
                let left = mesh.before.of(node).iter().map(|&s| mesh.segments[s as usize].left);
                queue.extend(right.chain(left).filter(|&n| !seen[n as usize]));
            }
        }
        self.state.set(&order);
        self.state.work += (nodes + mesh.segments.len()) as u64;
    }
}
