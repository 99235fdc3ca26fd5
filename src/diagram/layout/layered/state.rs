//! An order of all columns, with what is needed to change it quickly.
//!
//! Every end of a segment has a *slot*, counted from the top of its column over all rows of all
//! boxes: two segments of a channel cross when their slots are ordered one way on the left and the
//! other way on the right. Slots are small numbers without gaps, so crossings can be counted with a
//! binary indexed tree (Barth, Jünger and Mutzel, 2002), and while one column is improved, the
//! sorted slots of all its ends are laid out once in flat arrays.

use super::mesh::Mesh;

/// The far end of a segment, seen from one of its nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub node: u32,
    pub row: u32,
    /// The row on the near side.
    own: u32,
}

/// One side of all nodes.
#[derive(Debug, Default)]
pub(super) struct Side {
    start: Vec<u32>,
    ends: Vec<End>,
    /// Rows of each node on this side.
    rows: Vec<u32>,
    /// The first slot of each node on this side, and the number of slots of each column.
    pub slot: Vec<u32>,
    slots: Vec<u32>,
}

impl Side {
    pub fn of(&self, node: u32) -> &[End] {
        &self.ends[self.start[node as usize] as usize..self.start[node as usize + 1] as usize]
    }
}

pub(super) const LEFT: usize = 0;
pub(super) const RIGHT: usize = 1;

/// Crossings for each end of a node after which sifting carries it no farther.
const FAR: i64 = 4;

/// Sorted slots of the far ends of the nodes of one column.
#[derive(Debug, Default)]
struct Keys {
    /// By place in the column when the keys were taken.
    start: Vec<u32>,
    keys: Vec<u32>,
}

impl Keys {
    fn of(&self, place: u32) -> &[u32] {
        &self.keys[self.start[place as usize] as usize..self.start[place as usize + 1] as usize]
    }
}

pub(super) struct State<'a> {
    pub(super) mesh: &'a Mesh,
    /// Nodes column by column; column `l` is `order[first[l]..first[l + 1]]`.
    pub order: Vec<u32>,
    pub first: Vec<u32>,
    /// Place of each node in its column.
    pub place: Vec<u32>,
    pub(super) side: [Side; 2],
    keys: [Keys; 2],
    tree: Vec<u32>,
    scratch: Vec<u64>,
    /// Visits of ends so far.
    pub work: u64,
}

impl<'a> State<'a> {
    /// All columns in the order of the nodes' numbers.
    pub fn new(mesh: &'a Mesh) -> Self {
        let total = mesh.layer.len();
        let mut first = vec![0u32; mesh.layers + 1];
        mesh.layer.iter().for_each(|&l| first[l as usize + 1] += 1);
        for l in 0..mesh.layers {
            first[l + 1] += first[l];
        }
        let mut side = [Side::default(), Side::default()];
        for (s, side) in side.iter_mut().enumerate() {
            let links = if s == LEFT { &mesh.before } else { &mesh.after };
            side.rows = vec![1; total];
            side.slot = vec![0; total];
            side.slots = vec![0; mesh.layers];
            side.start.push(0);
            for node in 0..total as u32 {
                for &i in links.of(node) {
                    let x = &mesh.segments[i as usize];
                    let end = if s == LEFT {
                        End { node: x.left, row: x.left_row, own: x.right_row }
                    } else {
                        End { node: x.right, row: x.right_row, own: x.left_row }
                    };
                    let rows = &mut side.rows[node as usize];
                    *rows = (*rows).max(end.own + 1);
                    side.ends.push(end);
                }
                side.start.push(side.ends.len() as u32);
            }
        }
        let mut state = Self {
            mesh,
            order: vec![0; total],
            first,
            place: vec![0; total],
            side,
            keys: Default::default(),
            tree: Vec::new(),
            scratch: Vec::new(),
            work: 0,
        };
        let mut next = state.first.clone();
        for (node, &l) in mesh.layer.iter().enumerate() {
            state.order[next[l as usize] as usize] = node as u32;
            next[l as usize] += 1;
        }
        (0..mesh.layers).for_each(|l| state.number(l));
        state
    }

    pub fn layers(&self) -> usize {
        self.mesh.layers
    }

    fn range(&self, layer: usize) -> std::ops::Range<usize> {
        self.first[layer] as usize..self.first[layer + 1] as usize
    }

    pub fn width(&self, layer: usize) -> usize {
        self.range(layer).len()
    }

    pub fn column(&self, layer: usize) -> &[u32] {
        &self.order[self.range(layer)]
    }

    pub fn column_mut(&mut self, layer: usize) -> &mut [u32] {
        let range = self.range(layer);
        &mut self.order[range]
    }

    /// Takes over an order of all columns.
    pub fn set(&mut self, order: &[u32]) {
        self.order.copy_from_slice(order);
        (0..self.mesh.layers).for_each(|l| self.number(l));
    }

    /// Brings places and slots of a column up to date with its order.
    pub fn number(&mut self, layer: usize) {
        let range = self.range(layer);
        let (mut left, mut right) = (0, 0);
        for (i, &node) in self.order[range].iter().enumerate() {
            let n = node as usize;
            self.place[n] = i as u32;
            self.side[LEFT].slot[n] = left;
            self.side[RIGHT].slot[n] = right;
            left += self.side[LEFT].rows[n];
            right += self.side[RIGHT].rows[n];
        }
        self.side[LEFT].slots[layer] = left;
        self.side[RIGHT].slots[layer] = right;
    }

    /// The slots of the far ends of a node on one side, sorted, appended to `into`.
    fn take_keys(&self, node: u32, side: usize, into: &mut Vec<u32>) {
        let far = &self.side[1 - side].slot;
        let from = into.len();
        into.extend(self.side[side].of(node).iter().map(|e| far[e.node as usize] + e.row));
        sort_small(&mut into[from..]);
    }

    /// Crossings in the channel to the right of a column.
    pub fn crossings_after(&mut self, layer: usize) -> u64 {
        if layer + 1 >= self.mesh.layers {
            return 0;
        }
        let slots = self.side[LEFT].slots[layer + 1] as usize;
        let mut tree = std::mem::take(&mut self.tree);
        let mut list = std::mem::take(&mut self.scratch);
        tree.clear();
        tree.resize(slots + 1, 0);
        let (mut total, mut entered) = (0u64, 0u64);
        for i in self.range(layer) {
            let node = self.order[i];
            let far = &self.side[LEFT].slot;
            list.clear();
            list.extend(
                self.side[RIGHT]
                    .of(node)
                    .iter()
                    .map(|e| u64::from(e.own) << 32 | u64::from(far[e.node as usize] + e.row)),
            );
            list.sort_unstable();
            // Sorted by near slot, then by far slot: ends with the same near slot never count each
            // other, because a later one lies no higher.
            for &key in &list {
                let slot = key as u32 as usize;
                let mut not_below = 0u64;
                let mut i = slot + 1;
                while i > 0 {
                    not_below += u64::from(tree[i]);
                    i &= i - 1;
                }
                total += entered - not_below;
                entered += 1;
                let mut i = slot + 1;
                while i <= slots {
                    tree[i] += 1;
                    i += i & i.wrapping_neg();
                }
            }
        }
        self.work += 4 * entered;
        (self.tree, self.scratch) = (tree, list);
        total
    }

    /// All crossings.
    pub fn crossings(&mut self) -> u64 {
        (0..self.mesh.layers).map(|l| self.crossings_after(l)).sum()
    }

    /// Sorts a column by the weighted median, or the mean, of its nodes' ends on one side. Nodes
    /// without ends there keep their places, and ties their order.
    pub fn arrange(&mut self, layer: usize, side: usize, mean: bool) {
        let range = self.range(layer);
        let mut keys = std::mem::take(&mut self.keys[0].keys);
        let mut list: Vec<(f64, u32)> = Vec::with_capacity(range.len());
        let mut fixed = false;
        for i in range.clone() {
            keys.clear();
            self.take_keys(self.order[i], side, &mut keys);
            self.work += keys.len() as u64 + 1;
            match if mean { average(&keys) } else { weighted_median(&keys) } {
                Some(at) => list.push((at, self.order[i])),
                None => fixed = true,
            }
        }
        list.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.work += list.len() as u64 * 2;
        let mut sorted = list.iter().map(|l| l.1);
        for i in range {
            if fixed && self.side[side].of(self.order[i]).is_empty() {
                continue;
            }
            if let Some(node) = sorted.next() {
                self.order[i] = node;
            }
        }
        self.keys[0].keys = keys;
        self.number(layer);
    }

    fn take_all_keys(&mut self, layer: usize) {
        let range = self.range(layer);
        for side in [LEFT, RIGHT] {
            let mut all = std::mem::take(&mut self.keys[side]);
            all.start.clear();
            all.keys.clear();
            all.start.push(0);
            for i in range.clone() {
                self.take_keys(self.order[i], side, &mut all.keys);
                all.start.push(all.keys.len() as u32);
            }
            self.work += all.keys.len() as u64;
            self.keys[side] = all;
        }
    }

    /// What comparing two nodes costs, in visits.
    fn pair_work(&self, a: u32, b: u32) -> u64 {
        let ends = |n: u32| self.keys[LEFT].of(n).len() + self.keys[RIGHT].of(n).len();
        2 + (ends(a) + ends(b)) as u64 / 2
    }

    /// Crossings lost if the lower of two neighbours, given by their places when the keys were
    /// taken, came to stand above the upper one.
    fn gain(&self, upper: u32, lower: u32) -> i64 {
        difference(self.keys[LEFT].of(upper), self.keys[LEFT].of(lower))
            + difference(self.keys[RIGHT].of(upper), self.keys[RIGHT].of(lower))
    }

    /// Exchanges neighbours in a column while that removes crossings; gives how many it removed.
    /// With `even`, exchanges also those for which it makes no difference, once. Stops early when all
    /// work together reaches the limit.
    pub fn switch(&mut self, layer: usize, even: bool, limit: u64) -> u64 {
        let range = self.range(layer);
        let count = range.len() as u32;
        if count < 2 {
            return 0;
        }
        self.take_all_keys(layer);
        let mut list: Vec<u32> = (0..count).collect();
        // Pairs to look at: only where something changed since.
        let mut due = vec![true; count as usize];
        let mut removed = 0;
        let mut again = true;
        let mut even = even;
        while again && self.work <= limit {
            again = false;
            for i in 1..list.len() {
                if !std::mem::replace(&mut due[i], false) {
                    continue;
                }
                let (a, b) = (list[i - 1], list[i]);
                let gain = self.gain(a, b);
                self.work += self.pair_work(a, b);
                if gain > 0 || (even && gain == 0) {
                    list.swap(i - 1, i);
                    due[i - 1] = true;
                    if i + 1 < list.len() {
                        due[i + 1] = true;
                    }
                    removed += gain as u64;
                    again |= gain > 0;
                }
            }
            even = false;
        }
        self.apply(layer, &list);
        removed
    }

    /// Tries each node of a column, or only those that are free, at each place; gives how many
    /// crossings that removed. Stops early when all work together reaches the limit.
    ///
    /// A node is carried on until it has gained much more crossings than it has ends: then it has
    /// left its surroundings, and farther away it practically never gets better.
    pub fn sift(&mut self, layer: usize, free: Option<&[bool]>, limit: u64) -> u64 {
        let range = self.range(layer);
        let count = range.len();
        if count < 2 {
            return 0;
        }
        self.take_all_keys(layer);
        let mut list: Vec<u32> = (0..count as u32).collect();
        let mut at: Vec<u32> = list.clone();
        let mut removed = 0;
        for node in 0..count as u32 {
            if free.is_some_and(|f| !f[self.order[range.start + node as usize] as usize]) {
                continue;
            }
            if self.work > limit {
                break;
            }
            let mut visits = 1;
            let now = at[node as usize] as usize;
            let (mut best, mut goal) = (0i64, now);
            let ends = (self.keys[LEFT].of(node).len() + self.keys[RIGHT].of(node).len()) as i64;
            let hopeless = -(ends * FAR);
            let mut sum = 0i64;
            for j in (0..now).rev() {
                sum += self.gain(list[j], node);
                if sum > best {
                    (best, goal) = (sum, j);
                } else if sum < hopeless {
                    break;
                }
                visits += self.pair_work(list[j], node);
            }
            sum = 0;
            for (j, &other) in list.iter().enumerate().skip(now + 1) {
                sum += self.gain(node, other);
                if sum > best {
                    (best, goal) = (sum, j);
                } else if sum < hopeless {
                    break;
                }
                visits += self.pair_work(other, node);
            }
            self.work += visits;
            if goal < now {
                list[goal..=now].rotate_right(1);
            } else {
                list[now..=goal].rotate_left(1);
            }
            let (from, to) = (now.min(goal), now.max(goal));
            for (j, &other) in list.iter().enumerate().take(to + 1).skip(from) {
                at[other as usize] = j as u32;
            }
            removed += best as u64;
        }
        self.apply(layer, &list);
        removed
    }

    /// Exchanges neighbours where that makes no difference to the number of crossings but makes
    /// them lighter; gives how many. A crossing weighs the product of what the two segments weigh:
    /// 1 between boxes, 2 at a bend, 8 between bends, for there it would break a straight line.
    pub fn lighten(&mut self, layer: usize) -> usize {
        self.take_all_keys(layer);
        let mut list: Vec<u32> = (0..self.width(layer) as u32).collect();
        let mut done = 0;
        for i in 1..list.len() {
            if self.gain(list[i - 1], list[i]) == 0 {
                let column = self.column(layer);
                let (a, b) = (column[list[i - 1] as usize], column[list[i] as usize]);
                if self.weight_gain(a, b) > 0 {
                    list.swap(i - 1, i);
                    done += 1;
                }
            }
        }
        self.apply(layer, &list);
        done
    }

    fn weight_gain(&self, upper: u32, lower: u32) -> i64 {
        let mut gain = 0;
        for side in [LEFT, RIGHT] {
            let (a, b) = (self.side[side].of(upper), self.side[side].of(lower));
            // Only boxes have many ends, and the less can be gained by exchanging them.
            if a.len() * b.len() > 64 {
                return 0;
            }
            let far = &self.side[1 - side].slot;
            let slot = |e: &End| far[e.node as usize] + e.row;
            let weight = |near: u32, e: &End| {
                [1, 2, 8]
                    [usize::from(self.mesh.is_bend(near)) + usize::from(self.mesh.is_bend(e.node))]
            };
            for x in a {
                for y in b {
                    let product = weight(upper, x) * weight(lower, y);
                    gain += product * (i64::from(slot(x) > slot(y)) - i64::from(slot(x) < slot(y)));
                }
            }
        }
        gain
    }

    /// Puts a column in the order of these former places.
    fn apply(&mut self, layer: usize, list: &[u32]) {
        let range = self.range(layer);
        let mut column: Vec<u32> = Vec::with_capacity(list.len());
        column.extend(list.iter().map(|&i| self.order[range.start + i as usize]));
        self.order[range].copy_from_slice(&column);
        self.number(layer);
    }
}

fn sort_small(keys: &mut [u32]) {
    match keys {
        [] | [_] => {}
        [a, b] => {
            if a > b {
                std::mem::swap(a, b);
            }
        }
        _ => keys.sort_unstable(),
    }
}

/// Pairs out of order as things are, less those out of order when exchanged; both lists sorted.
#[inline]
fn difference(upper: &[u32], lower: &[u32]) -> i64 {
    match (upper, lower) {
        // Most nodes are bends.
        ([a], [b]) => i64::from(a > b) - i64::from(a < b),
        _ => difference_of_many(upper, lower),
    }
}

#[inline(never)]
fn difference_of_many(upper: &[u32], lower: &[u32]) -> i64 {
    let (Some(&first), Some(&start)) = (upper.first(), lower.first()) else { return 0 };
    let (last, end) = (upper[upper.len() - 1], lower[lower.len() - 1]);
    if last < start {
        return -((upper.len() * lower.len()) as i64);
    }
    if first > end {
        return (upper.len() * lower.len()) as i64;
    }
    let (mut less, mut most) = (0, 0);
    let mut sum = 0i64;
    for &key in upper {
        while less < lower.len() && lower[less] < key {
            less += 1;
        }
        most = most.max(less);
        while most < lower.len() && lower[most] == key {
            most += 1;
        }
        sum += less as i64 - (lower.len() - most) as i64;
    }
    sum
}

fn average(keys: &[u32]) -> Option<f64> {
    (!keys.is_empty()).then(|| keys.iter().map(|k| f64::from(*k)).sum::<f64>() / keys.len() as f64)
}

fn weighted_median(keys: &[u32]) -> Option<f64> {
    let n = keys.len();
    let at = |i: usize| f64::from(keys[i]);
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(at(n / 2)),
        2 => Some((at(0) + at(1)) / 2.0),
        _ => {
            let (low, high) = (at(n / 2 - 1), at(n / 2));
            let (left, right) = (low - at(0), at(n - 1) - high);
            let both = left + right;
            Some(if both > 0.0 { (low * right + high * left) / both } else { low })
        }
    }
}
