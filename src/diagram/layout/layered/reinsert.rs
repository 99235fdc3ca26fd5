//! Takes a long arrow out of the drawing and puts it back the best way.
//!
//! Exchanges within one column cannot carry an arrow with several bends past an obstacle: each bend
//! alone would only add crossings. So the whole way of an arrow through its columns is chosen anew,
//! by dynamic programming over the gaps of each column: the least number of crossings on a way to a
//! gap is the least over all gaps of the column before. When the gap on the right moves down past a
//! node, the cost from every gap on the left changes by one for each arrow that ends there: a sum
//! over a stretch of an array, which processors do many elements at a time.

use super::state::{LEFT, RIGHT, State};

/// Room that is used again for each arrow.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// Least crossings on the way to each gap of the current column.
    cost: Vec<i32>,
    next: Vec<i32>,
    /// The gap of the column before that a gap is best reached from, column by column.
    origin: Vec<u32>,
    start: Vec<usize>,
}

impl State<'_> {
    /// What [`State::reinsert`] of all long arrows costs about, in visits.
    pub fn reinsertion_work(&self) -> u64 {
        let mut channel = vec![0u64; self.layers()];
        for s in &self.mesh.segments {
            channel[self.mesh.layer[s.left as usize] as usize] += 1;
        }
        let mut total = 0;
        for &(first, last) in &self.mesh.long {
            for s in first..=last {
                let l = self.mesh.layer[self.mesh.segments[s as usize].left as usize] as usize;
                let (left, right) = (self.width(l) as u64, self.width(l + 1) as u64);
                let middle = s != first && s != last;
                total += if middle { left * (channel[l] / 2 + right) / 4 } else { channel[l] };
            }
        }
        total
    }

    /// Finds the best way for a long arrow; gives how many crossings that removed.
    pub fn reinsert(&mut self, arrow: usize, room: &mut Room) -> u64 {
        let (first, last) = self.mesh.long[arrow];
        let segments = &self.mesh.segments[first as usize..=last as usize];
        let bends = segments.len() - 1;
        let base = self.mesh.layer[segments[0].right as usize] as usize;
        let bend = |i: usize| segments[i].right;
        let (from, to) = (segments[0], segments[bends]);

        // From the box on the left to the first column.
        let own = self.place[bend(0) as usize] as usize;
        let near = self.side[RIGHT].slot[from.left as usize] + from.left_row;
        room.cost.clear();
        let mut sum = 0i32;
        let mut steps = 0u64;
        room.cost.push(0);
        for (i, &node) in self.column(base).iter().enumerate() {
            if i == own {
                continue;
            }
            for end in self.side[LEFT].of(node) {
                let slot = self.side[RIGHT].slot[end.node as usize] + end.row;
                // Passing an end that lies higher on the left takes a crossing away.
                sum += i32::from(slot > near) - i32::from(slot < near);
                room.cost[0] += i32::from(slot < near);
                steps += 1;
            }
            room.cost.push(sum);
        }
        let start = room.cost[0];
        room.cost[1..].iter_mut().for_each(|c| *c += start);
        let mut now = room.cost[own];

        room.origin.clear();
        room.start.clear();
        let mut before = own;
        for i in 1..bends {
            let own = self.place[bend(i) as usize] as usize;
            let cost = &mut room.cost;
            let mut current = cost[before];
            room.next.clear();
            room.start.push(room.origin.len());
            // With the right end above everything, a gap pays for each arrow that starts above it.
            let mut gap = 0;
            let mut above = 0i32;
            for (j, &node) in self.column(base + i - 1).iter().enumerate() {
                if j == before {
                    continue;
                }
                above += self.side[RIGHT].of(node).len() as i32;
                gap += 1;
                cost[gap] += above;
            }
            current = if before == 0 { current } else { cost[before] } - current;
            let mut base_cost = 0i32;
            let mut change = 0i32;
            for (j, &node) in self.column(base + i).iter().enumerate() {
                if j == own {
                    continue;
                }
                least(cost, base_cost, &mut room.next, &mut room.origin);
                for end in self.side[LEFT].of(node) {
                    let place = self.place[end.node as usize] as usize;
                    let high = place - usize::from(place > before);
                    cost[..=high].iter_mut().for_each(|c| *c += 2);
                    base_cost -= 1;
                    if j < own {
                        change += if before <= high { 1 } else { -1 };
                    }
                    steps += high as u64 / 4 + 1;
                }
                steps += cost.len() as u64 / 4;
            }
            least(cost, base_cost, &mut room.next, &mut room.origin);
            now += current + change;
            std::mem::swap(&mut room.cost, &mut room.next);
            before = own;
        }

        // From the last column to the box on the right.
        let near = self.side[LEFT].slot[to.right as usize] + to.right_row;
        let column = base + bends - 1;
        let mut gap = 0;
        let mut sum = 0i32;
        let mut whole = 0i32;
        for (j, &node) in self.column(column).iter().enumerate() {
            if j == before {
                now += sum;
                continue;
            }
            for end in self.side[RIGHT].of(node) {
                let slot = self.side[LEFT].slot[end.node as usize] + end.row;
                sum += i32::from(slot > near) - i32::from(slot < near);
                whole += i32::from(slot < near);
                steps += 1;
            }
            gap += 1;
            room.cost[gap] += sum;
        }
        now += whole;
        let (mut best, mut goal) = (i32::MAX, before);
        for (gap, &cost) in room.cost.iter().enumerate() {
            let better =
                cost < best || (cost == best && gap.abs_diff(before) < goal.abs_diff(before));
            if better {
                (best, goal) = (cost, gap);
            }
        }
        best += whole;
        self.work += steps;
        if best >= now {
            return 0;
        }
        for i in (0..bends).rev() {
            let bend = bend(i);
            let own = self.place[bend as usize] as usize;
            let column = self.column_mut(base + i);
            if goal < own {
                column[goal..=own].rotate_right(1);
            } else {
                column[own..=goal].rotate_left(1);
            }
            self.number(base + i);
            if i > 0 {
                goal = room.origin[room.start[i - 1] + goal] as usize;
            }
        }
        (now - best) as u64
    }
}

/// Appends the least cost, and the gap it comes from.
fn least(cost: &[i32], base: i32, next: &mut Vec<i32>, origin: &mut Vec<u32>) {
    let least = cost.iter().copied().min().unwrap_or(0);
    let gap = cost.iter().position(|c| *c == least).unwrap_or(0);
    next.push(least + base);
    origin.push(gap as u32);
}
