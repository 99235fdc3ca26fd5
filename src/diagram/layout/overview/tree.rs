//! Repulsion between all boxes at once (Barnes and Hut, 1986).
//!
//! Points are sorted along a Morton curve, so that a quadtree is a list of ranges and neighbours in
//! the list are neighbours in the plane. The tree lies flat, in the order in which a walk meets its
//! cells, each with the number of the cell to go on with when it is not looked into; so the walk
//! needs neither a stack nor recursion. Eight neighbours walk together and keep one list of what
//! pushes them; each sum over it has eight parts side by side, which the compiler turns into vector
//! code without changing their order: the same input gives the same bits on every machine.

use super::super::Point;

/// Points that walk the tree together.
const TOGETHER: usize = 8;
/// Parts of a sum.
const PARTS: usize = 8;
/// Points a cell holds without being divided.
const LEAF: usize = 8;
/// Halvings of the area along each axis.
const DEPTH: usize = 16;
/// Distances are not taken to be smaller than the root of this, in ideal lengths of an arrow.
const SOFTENING: f32 = 1e-3;

#[derive(Clone, Copy, Default)]
struct Cell {
    /// Centre of mass.
    x: f32,
    y: f32,
    mass: f32,
    /// The square of its width, over the square of the opening angle.
    reach: f32,
    /// The cell to go on with when this one is not looked into.
    next: u32,
    parent: u32,
    first: u32,
    end: u32,
    depth: u8,
    leaf: bool,
}

/// What pushes a few points: where it is and how hard, and how much that comes to for one of them.
/// Each has a list of its own, for vector code.
#[derive(Default)]
struct List {
    x: Vec<f32>,
    y: Vec<f32>,
    mass: Vec<f32>,
    weight: Vec<f32>,
}

/// What pushes, and how hard; the buffers are kept from one step to the next.
#[derive(Default)]
pub(super) struct Field {
    cells: Vec<Cell>,
    codes: Vec<u64>,
    spare: Vec<u64>,
    x: Vec<f32>,
    y: Vec<f32>,
    mass: Vec<f32>,
    list: List,
}

impl Field {
    /// Takes in where everything is. `mass` may be empty, for 1 each; `angle` is the ratio of the
    /// width of a cell to its distance below which it counts as one point.
    pub fn build(&mut self, at: &[Point], mass: &[f32], angle: f32) {
        let (mut low, mut high) = (Point::new(f32::MAX, f32::MAX), Point::new(f32::MIN, f32::MIN));
        for p in at {
            low = Point::new(low.x.min(p.x), low.y.min(p.y));
            high = Point::new(high.x.max(p.x), high.y.max(p.y));
        }
        let width = (high.x - low.x).max(high.y - low.y).max(1e-6);
        let scale = 65_535.0 / width;
        self.codes.clear();
        self.codes.extend(at.iter().enumerate().map(|(i, p)| {
            let code = morton(((p.x - low.x) * scale) as u32, ((p.y - low.y) * scale) as u32);
            u64::from(code) << 32 | i as u64
        }));
        sort(&mut self.codes, &mut self.spare);
        self.x.clear();
        self.y.clear();
        self.mass.clear();
        for &code in &self.codes {
            let i = code as u32 as usize;
            self.x.push(at[i].x);
            self.y.push(at[i].y);
            self.mass.push(mass.get(i).copied().unwrap_or(1.0));
        }
        self.divide(width * width / (angle * angle));
        self.weigh();
    }

    fn divide(&mut self, reach: f32) {
        self.cells.clear();
        let mut open: Vec<(u32, u32, u32, u8)> = vec![(0, self.codes.len() as u32, 0, 0)];
        while let Some((first, end, parent, depth)) = open.pop() {
            let number = self.cells.len() as u32;
            let leaf = (end - first) as usize <= LEAF || depth as usize == DEPTH;
            self.cells.push(Cell {
                reach: reach / (1u64 << (2 * u32::from(depth))) as f32,
                parent,
                first,
                end,
                depth,
                leaf,
                ..Cell::default()
            });
            if leaf {
                continue;
            }
            let shift = 32 + 2 * (DEPTH - 1 - depth as usize);
            let mut stop = end;
            for quarter in (0..4u64).rev() {
                let range = &self.codes[first as usize..stop as usize];
                let start = first + range.partition_point(|c| (c >> shift) & 3 < quarter) as u32;
                if start < stop {
                    open.push((start, stop, number, depth + 1));
                }
                stop = start;
            }
        }
    }

    fn weigh(&mut self) {
        let mut after = [self.cells.len() as u32; DEPTH + 2];
        for i in (0..self.cells.len()).rev() {
            let mut cell = self.cells[i];
            if cell.leaf {
                for j in cell.first as usize..cell.end as usize {
                    cell.mass += self.mass[j];
                    cell.x += self.mass[j] * self.x[j];
                    cell.y += self.mass[j] * self.y[j];
                }
            }
            if i > 0 {
                let parent = &mut self.cells[cell.parent as usize];
                parent.mass += cell.mass;
                parent.x += cell.x;
                parent.y += cell.y;
            }
            let mass = cell.mass.max(1e-12);
            cell.x /= mass;
            cell.y /= mass;
            cell.next = after[cell.depth as usize];
            after[cell.depth as usize..].fill(i as u32);
            self.cells[i] = cell;
        }
    }

    /// The push on each point, added to `force`: from every other one its mass over the distance.
    /// Points for which `still` says so are left out.
    pub fn push(&mut self, still: &[bool], force: &mut [Point]) {
        let Self { cells, codes, x, y, mass, list, .. } = self;
        for (group, members) in codes.chunks(TOGETHER).enumerate() {
            let node = |code: u64| code as u32 as usize;
            if !still.is_empty() && members.iter().all(|&c| still[node(c)]) {
                continue;
            }
            let here = group * TOGETHER..group * TOGETHER + members.len();
            let mut low = Point::new(x[here.start], y[here.start]);
            let mut high = low;
            for j in here.clone() {
                low = Point::new(low.x.min(x[j]), low.y.min(y[j]));
                high = Point::new(high.x.max(x[j]), high.y.max(y[j]));
            }
            list.clear();
            let mut at = 0u32;
            while let Some(cell) = cells.get(at as usize) {
                let dx = larger(larger(low.x - cell.x, cell.x - high.x), 0.0);
                let dy = larger(larger(low.y - cell.y, cell.y - high.y), 0.0);
                if cell.reach < dx * dx + dy * dy {
                    list.x.push(cell.x);
                    list.y.push(cell.y);
                    list.mass.push(cell.mass);
                    at = cell.next;
                } else if cell.leaf {
                    let range = cell.first as usize..cell.end as usize;
                    list.x.extend_from_slice(&x[range.clone()]);
                    list.y.extend_from_slice(&y[range.clone()]);
                    list.mass.extend_from_slice(&mass[range]);
                    at = cell.next;
                } else {
                    at += 1;
                }
            }
            list.fill_up();
            for (&code, j) in members.iter().zip(here) {
                let (x, y) = list.push(x[j], y[j]);
                let force = &mut force[node(code)];
                force.x += x;
                force.y += y;
            }
        }
    }
}

impl List {
    fn clear(&mut self) {
        self.x.clear();
        self.y.clear();
        self.mass.clear();
    }

    /// What weighs nothing pushes nothing: it makes the lists a multiple of the parts long.
    fn fill_up(&mut self) {
        let length = self.x.len().next_multiple_of(PARTS);
        self.x.resize(length, 0.0);
        self.y.resize(length, 0.0);
        self.mass.resize(length, 0.0);
    }

    /// How a point is pushed by all of it. One loop each for the weights, for x and for y: each of
    /// them becomes vector code, which one loop for all does not.
    fn push(&mut self, px: f32, py: f32) -> (f32, f32) {
        let all = self.x.iter().zip(&self.y).zip(&self.mass);
        self.weight.clear();
        self.weight.extend(all.map(|((x, y), mass)| {
            let (dx, dy) = (px - x, py - y);
            mass / (dx * dx + dy * dy + SOFTENING)
        }));
        (sum(px, &self.x, &self.weight), sum(py, &self.y, &self.weight))
    }
}

/// The larger of two numbers; that of the standard library also looks for what is none.
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The distances of a coordinate from others, each as often as it weighs.
fn sum(from: f32, to: &[f32], weight: &[f32]) -> f32 {
    let mut sums = [0f32; PARTS];
    for (to, weight) in to.as_chunks::<PARTS>().0.iter().zip(weight.as_chunks::<PARTS>().0) {
        for i in 0..PARTS {
            sums[i] += (from - to[i]) * weight[i];
        }
    }
    sums.iter().sum()
}

/// The bits of two numbers of 16 bits, in turn.
fn morton(x: u32, y: u32) -> u32 {
    let spread = |v: u32| {
        let v = (v | v << 8) & 0x00ff_00ff;
        let v = (v | v << 4) & 0x0f0f_0f0f;
        let v = (v | v << 2) & 0x3333_3333;
        (v | v << 1) & 0x5555_5555
    };
    spread(x & 0xffff) | spread(y & 0xffff) << 1
}

/// By the upper half of each code; codes of the same place keep their order.
fn sort(codes: &mut Vec<u64>, spare: &mut Vec<u64>) {
    if codes.len() < 512 {
        codes.sort_unstable();
        return;
    }
    spare.resize(codes.len(), 0);
    for shift in [32, 40, 48, 56] {
        let mut start = [0u32; 257];
        for &code in codes.iter() {
            start[(code >> shift & 0xff) as usize + 1] += 1;
        }
        for i in 0..256 {
            start[i + 1] += start[i];
        }
        for &code in codes.iter() {
            let slot = &mut start[(code >> shift & 0xff) as usize];
            spare[*slot as usize] = code;
            *slot += 1;
        }
        std::mem::swap(codes, spare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scattered(count: usize) -> Vec<Point> {
        let mut seed = 7u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 16_777_216.0
        };
        (0..count).map(|_| Point::new(next() * 40.0, next() * 25.0)).collect()
    }

    #[test]
    fn a_small_angle_gives_the_exact_sum() {
        let at = scattered(1_000);
        let mut field = Field::default();
        let mut force = vec![Point::default(); at.len()];
        field.build(&at, &[], 0.05);
        field.push(&[], &mut force);
        for (i, a) in at.iter().enumerate().step_by(37) {
            let mut exact = Point::default();
            for b in &at {
                let (dx, dy) = (a.x - b.x, a.y - b.y);
                let weight = 1.0 / (dx * dx + dy * dy + SOFTENING);
                exact.x += dx * weight;
                exact.y += dy * weight;
            }
            let error = (force[i].x - exact.x).hypot(force[i].y - exact.y);
            assert!(error < 0.01 * exact.x.hypot(exact.y).max(1.0), "{:?} {exact:?}", force[i]);
        }
    }

    #[test]
    fn points_in_one_place_do_not_push_each_other_away_without_end() {
        let at = vec![Point::new(3.0, 3.0); 100];
        let mut field = Field::default();
        let mut force = vec![Point::default(); at.len()];
        field.build(&at, &[], 1.0);
        field.push(&[], &mut force);
        assert!(force.iter().all(|f| *f == Point::default()));
    }
}
