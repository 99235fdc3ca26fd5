//! Where a force layout starts: distances in the graph become distances in the plane, roughly.
//!
//! Distances are known from a few pivots only (sparse stress; Ortmann, Klimenta and Brandes, 2017)
//! and are met by stochastic gradient descent (Zheng, Pawar and Goodman, 2019). "Stochastic" means
//! an order without a pattern: it comes from a fixed seed, so the same graph gives the same places.
//! Each component is treated on its own; what cannot be reached has no distance that could be met.

use super::super::Point;
use super::super::links::Links;
use super::force::Spring;

/// Rounds of the descent for a few hundred points, and for more: those take longer to unfold.
const ROUNDS: usize = 9;
const ROUNDS_OF_MANY: usize = 12;
const MANY: usize = 1_000;
/// Step size at the end, as a part of a full correction.
const LAST: f32 = 0.08;
const UNKNOWN: u16 = u16::MAX;

/// Numbers without a pattern, the same ones every time (a linear congruential generator).
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(which: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ which.wrapping_mul(0xd134_2543_de82_ef95))
    }
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 33) * bound as u64) >> 31) as usize
    }
    /// Between -1 and 1.
    pub fn side(&mut self) -> f32 {
        self.below(1 << 24) as f32 / 8_388_608.0 - 1.0
    }
}

/// Places for `count` points, so that springs come out about 1 long; `None` when cancelled.
pub(super) fn places(
    count: usize,
    springs: &[Spring],
    pivots: usize,
    which: u64,
    cancelled: &dyn Fn() -> bool,
) -> Option<Vec<Point>> {
    let mut dice = Dice::new(which);
    let spread = (count as f32).sqrt() * 0.7;
    let mut at: Vec<Point> =
        (0..count).map(|_| Point::new(dice.side() * spread, dice.side() * spread)).collect();
    let both = springs.iter().map(|s| (s.a, s.b)).chain(springs.iter().map(|s| (s.b, s.a)));
    let links = Links::new(count, both);
    let mut walk = Walk { links: &links, distance: vec![UNKNOWN; count], queue: Vec::new() };
    let mut seen = vec![false; count];
    for root in 0..count as u32 {
        if seen[root as usize] {
            continue;
        }
        walk.from(root);
        let members = walk.queue.clone();
        for &n in &members {
            seen[n as usize] = true;
        }
        if members.len() > 2 {
            let share = (pivots * members.len()).div_ceil(count).max(6).min(members.len());
            Component { members: &members, links: &links, walk: &mut walk }
                .descend(share, &mut at, &mut dice, cancelled)?;
        }
    }
    Some(at)
}

/// A breadth-first walk whose memory is used again.
struct Walk<'a> {
    links: &'a Links,
    distance: Vec<u16>,
    queue: Vec<u32>,
}

impl Walk<'_> {
    /// Distances from `root` to what it reaches, which is then in the queue, nearest first.
    fn from(&mut self, root: u32) {
        for node in self.queue.drain(..) {
            self.distance[node as usize] = UNKNOWN;
        }
        self.queue.push(root);
        self.distance[root as usize] = 0;
        let mut at = 0;
        while let Some(&node) = self.queue.get(at) {
            at += 1;
            // A chain may be longer than the numbers go; the rest counts as equally far.
            let next = (self.distance[node as usize] + 1).min(UNKNOWN - 1);
            for &other in self.links.of(node) {
                if self.distance[other as usize] == UNKNOWN {
                    self.distance[other as usize] = next;
                    self.queue.push(other);
                }
            }
        }
    }
}

struct Component<'a, 'w> {
    members: &'a [u32],
    links: &'a Links,
    walk: &'a mut Walk<'w>,
}

impl Component<'_, '_> {
    fn descend(
        self,
        pivots: usize,
        at: &mut [Point],
        dice: &mut Dice,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<()> {
        let (count, mut chosen) = (self.members.len(), Vec::with_capacity(pivots));
        // Distances to the pivots, all those of a node side by side.
        let mut distance = vec![0u16; count * pivots];
        let mut nearest = vec![(UNKNOWN, 0u32); count];
        let mut next = 0usize;
        for pivot in 0..pivots {
            if cancelled() {
                return None;
            }
            chosen.push(self.members[next]);
            self.walk.from(self.members[next]);
            for (i, &n) in self.members.iter().enumerate() {
                let d = self.walk.distance[n as usize];
                distance[i * pivots + pivot] = d;
                if d < nearest[i].0 {
                    nearest[i] = (d, pivot as u32);
                }
            }
            next = (0..count).max_by_key(|&i| (nearest[i].0, count - i)).unwrap_or(0);
        }
        // A pivot speaks for the nodes around it: for those up to half way to the node it acts on.
        let longest = distance.iter().copied().max().unwrap_or(0) as usize;
        let kept = longest.min(4_000);
        let mut around = vec![0u32; pivots * (kept + 1)];
        for &(d, pivot) in &nearest {
            around[pivot as usize * (kept + 1) + (d as usize).min(kept)] += 1;
        }
        for row in around.chunks_mut(kept + 1) {
            for d in 1..row.len() {
                row[d] += row[d - 1];
            }
        }
        let mut order: Vec<u32> = (0..count as u32).collect();
        let rounds = if count < MANY { ROUNDS } else { ROUNDS_OF_MANY };
        let first = (longest * longest) as f32;
        let fall = ((first / LAST).sqrt() - 1.0) / (rounds - 1) as f32;
        for round in 0..rounds {
            if cancelled() {
                return None;
            }
            let slower = 1.0 + round as f32 * fall;
            let step = first / (slower * slower);
            for i in (1..count).rev() {
                order.swap(i, dice.below(i + 1));
            }
            for &i in &order {
                let (i, node) = (i as usize, self.members[i as usize] as usize);
                let mut p = at[node];
                for (pivot, &d) in distance[i * pivots..(i + 1) * pivots].iter().enumerate() {
                    if d < 2 {
                        // An arrow, or the pivot itself.
                        continue;
                    }
                    let half = (d as usize / 2).min(kept);
                    let speaks = around[pivot * (kept + 1) + half].max(1) as f32;
                    let d = f32::from(d);
                    let part = (speaks * step / (d * d)).min(1.0) * 0.5;
                    let q = at[chosen[pivot] as usize];
                    let (dx, dy) = (p.x - q.x, p.y - q.y);
                    let now = (dx * dx + dy * dy).sqrt().max(1e-3);
                    let by = part * (d - now) / now;
                    p = Point::new(p.x + dx * by, p.y + dy * by);
                }
                at[node] = p;
                for &other in self.links.of(node as u32) {
                    let other = other as usize;
                    if other <= node {
                        continue;
                    }
                    let (p, q) = (at[node], at[other]);
                    let (dx, dy) = (p.x - q.x, p.y - q.y);
                    let now = (dx * dx + dy * dy).sqrt().max(1e-3);
                    let by = step.min(1.0) * 0.5 * (1.0 - now) / now;
                    at[node] = Point::new(p.x + dx * by, p.y + dy * by);
                    at[other] = Point::new(q.x - dx * by, q.y - dy * by);
                }
            }
        }
        Some(())
    }
}
