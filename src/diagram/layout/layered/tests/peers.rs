//! As few crossings as Graphviz's dot, whose counts are kept here so that the test needs no dot.

use super::*;

/// Boxes, seed, and what dot 2.43.0 says of the same graph. With `DOT_FILES` naming a folder, the
/// test writes the graphs there; then, for each of them,
///
/// ```text
/// dot -v -Tplain 50-42.dot 2>&1 >/dev/null |
///     sed -n 's/^mincross.*: \([0-9]*\) crossings.*/\1/p' | paste -sd+ | bc
/// ```
///
/// Seeds 42, 7, 1, 2 and 3 were looked at while the search was tuned, the others were not.
const DOT: [(usize, u64, usize); 19] = [
    (50, 42, 133),
    (50, 7, 183),
    (50, 1, 203),
    (50, 2, 203),
    (50, 3, 232),
    (50, 11, 242),
    (50, 12, 130),
    (50, 13, 235),
    (150, 42, 2082),
    (150, 7, 2015),
    (150, 1, 1860),
    (150, 2, 1811),
    (150, 3, 1900),
    (150, 11, 2372),
    (150, 12, 1945),
    (150, 13, 1995),
    (500, 42, 33_163),
    (500, 7, 26_230),
    (500, 11, 24_868),
];

struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }
    /// The next number of Steele, Lea and Flood's SplitMix (2014).
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.draw() % n as u64) as usize
    }
    fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The arrows of an estate: subscriptions of Zipf's sizes, a few issuers with identities for the
/// tenth of the boxes that are principals, hubs, six levels, 15 % of the arrows across
/// subscriptions, 1.5 % backwards, 2.4 arrows a box.
fn estate(count: usize, seed: u64) -> Vec<(usize, usize)> {
    let mut chance = Chance::new(seed);
    let groups = (count / 20).max(3);
    let weights: Vec<f64> = (0..groups).map(|k| 1.0 / (k + 1) as f64).collect();
    let total: f64 = weights.iter().sum();
    let group_by = |chance: &mut Chance| {
        let mut x = chance.unit() * total;
        let found = weights.iter().position(|w| {
            x -= w;
            x <= 0.0
        });
        found.unwrap_or(groups - 1)
    };
    let issuers = (2.0 * (count as f64 / 50.0).powf(0.36)).round() as usize;
    let (principals, hubs) = (count / 10, (count / 50).max(1));
    // Level and group of each box.
    let mut boxes = vec![(0, groups); issuers];
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for _ in 0..principals {
        boxes.push((2, group_by(&mut chance)));
    }
    for principal in issuers..issuers + principals {
        for _ in 0..1 + chance.below(5) {
            if boxes.len() + hubs + count / 3 >= count {
                break;
            }
            let identity = boxes.len();
            boxes.push((1, boxes[principal].1));
            edges.push(((chance.unit() * chance.unit() * issuers as f64) as usize, identity));
            edges.push((identity, principal));
        }
    }
    let first_hub = boxes.len();
    for _ in 0..hubs {
        boxes.push((2 + chance.below(2), group_by(&mut chance)));
    }
    while boxes.len() < count {
        boxes.push((3 + chance.below(4), group_by(&mut chance)));
    }
    let all: Vec<usize> = (0..count).filter(|&n| boxes[n].0 >= 2).collect();
    let of_group: Vec<Vec<usize>> =
        (0..groups).map(|g| all.iter().copied().filter(|&n| boxes[n].1 == g).collect()).collect();
    let mut seen: std::collections::BTreeSet<(usize, usize)> = edges.iter().copied().collect();
    let most = (count as f64 * 2.4).round() as usize;
    let mut add = |edges: &mut Vec<(usize, usize)>, a: usize, b: usize| {
        if a != b && edges.len() < most && seen.insert((a, b)) {
            edges.push((a, b));
        }
    };
    for k in 0..hubs {
        let degree = ((count as f64 * 0.058) / (k as f64 + 1.0).powf(0.8)).round() as usize + 2;
        for _ in 0..degree {
            let to = all[chance.below(all.len())];
            if boxes[to].0 > boxes[first_hub + k].0 {
                add(&mut edges, first_hub + k, to);
            }
        }
    }
    for _ in 0..100 * count {
        if edges.len() == most {
            break;
        }
        let a = all[chance.below(all.len())];
        let near = if chance.unit() < 0.15 { &all } else { &of_group[boxes[a].1] };
        let b = near[chance.below(near.len())];
        let (a, b) = if boxes[a].0 <= boxes[b].0 { (a, b) } else { (b, a) };
        if boxes[a].0 == boxes[b].0 && chance.unit() < 0.8 {
            continue;
        }
        let back = chance.unit() < 0.015;
        if back { add(&mut edges, b, a) } else { add(&mut edges, a, b) }
    }
    let mut names: Vec<usize> = (0..count).collect();
    for i in (1..count).rev() {
        names.swap(i, chance.below(i + 1));
    }
    let mut edges: Vec<(usize, usize)> =
        edges.into_iter().map(|(a, b)| (names[a], names[b])).collect();
    for i in (1..edges.len()).rev() {
        edges.swap(i, chance.below(i + 1));
    }
    edges
}

fn as_dot(count: usize, edges: &[(usize, usize)]) -> String {
    let mut text = String::from(
        "digraph {\nrankdir=LR; nodesep=0.2222; ranksep=0.8333;\n\
         node [shape=box, fixedsize=true, width=1.6667, height=0.4444, label=\"\"];\n\
         edge [dir=none];\n",
    );
    (0..count).for_each(|n| text += &format!("n{n};\n"));
    edges.iter().for_each(|(a, b)| text += &format!("n{a} -> n{b};\n"));
    text + "}\n"
}

/// On estates that dot was asked about, no more than 1.15 times its crossings in the geometric
/// mean, and never more than 1.4 times.
#[test]
fn about_as_few_crossings_as_dot() {
    let mut sum = 0.0;
    for (count, seed, dot) in DOT {
        let edges = estate(count, seed);
        if let Ok(folder) = std::env::var("DOT_FILES") {
            let path = std::path::Path::new(&folder).join(format!("{count}-{seed}.dot"));
            std::fs::write(path, as_dot(count, &edges)).expect("the folder can be written to");
        }
        let sketch = uniform(count, &edges);
        let layout = run(&sketch);
        let ratio = crossings(&sketch, &layout) as f64 / dot as f64;
        println!("{count} boxes, seed {seed}: {ratio:.3}");
        assert!(ratio < 1.4, "{count} boxes, seed {seed}: {ratio:.3} times as many");
        sum += ratio.ln();
    }
    let mean = (sum / DOT.len() as f64).exp();
    assert!(mean <= 1.15, "{mean:.3} times as many as dot");
}
