//! Other programs, where they are installed, and the files they read and write.

use std::collections::VecDeque;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::folder;
use crate::generate::{Estate, Kind};
use crate::quality::Drawing;
use crate::run::Run;

/// Graphviz, igraph and networkx, through `benches/peers/graph.py`.
pub fn python(what: &str, file: &Path, repeats: usize, other: Option<&Path>) -> Option<Run> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", root.join("target/peers"));
    command.arg(root.join("benches/peers/graph.py"));
    said(what, command, file, repeats, other)
}

/// The crates of `benches/peers/rust`.
pub fn rust(what: &str, file: &Path, repeats: usize, other: Option<&Path>) -> Option<Run> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = root.join("target/peers/rust/release/exchange-studio-peers");
    said(what, Command::new(program), file, repeats, other)
}

fn said(
    what: &str,
    mut command: Command,
    file: &Path,
    repeats: usize,
    other: Option<&Path>,
) -> Option<Run> {
    command.arg(what).arg(file).arg(repeats.to_string()).args(other);
    let run = Run::of(command);
    if run.is_none() {
        eprintln!("{what} is not installed or failed; `benches/run graph` installs it");
    }
    run
}

/// Writes an estate for everybody to read.
pub fn write(estate: &Estate, name: &str) -> PathBuf {
    let path = folder().join(format!("{name}.txt"));
    std::fs::write(&path, estate.list()).expect("a file for the graph");
    path
}

/// The file of some pairs of client apps with a chain of three to six hops from the one to the other.
pub fn pairs(estate: &Estate, name: &str, count: usize) -> PathBuf {
    let mut next = vec![Vec::new(); estate.len()];
    for &(from, to) in &estate.edges {
        next[from as usize].push(to);
    }
    let mut text = String::new();
    let (mut found, mut start) = (0, 0usize);
    for _ in 0..estate.len() {
        // A prime far from all sizes: every node gets its turn, in no order.
        start = (start + 7_368_787) % estate.len();
        if matches!(estate.kinds[start], Kind::Issuer | Kind::Identity) {
            continue;
        }
        if let Some((last, depth)) = furthest(&next, start as u32)
            && depth >= 3
        {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{start} {last}");
            found += 1;
            if found == count {
                break;
            }
        }
    }
    let path = folder().join(format!("{name}-pairs.txt"));
    std::fs::write(&path, text).expect("a file for the pairs");
    path
}

/// The last node that a search of six hops finds, and how far it is.
fn furthest(next: &[Vec<u32>], start: u32) -> Option<(u32, u32)> {
    let mut depths = std::collections::HashMap::from([(start, 0)]);
    let mut queue = VecDeque::from([start]);
    let mut last = None;
    while let Some(node) = queue.pop_front() {
        let depth = depths[&node];
        last = Some((node, depth));
        if depth < 6 {
            for &to in &next[node as usize] {
                if let std::collections::hash_map::Entry::Vacant(entry) = depths.entry(to) {
                    entry.insert(depth + 1);
                    queue.push_back(to);
                }
            }
        }
    }
    last
}

/// Reads a drawing: a line for each box, then one for the corners of each edge where it has any.
pub fn drawing(path: &Path, estate: &Estate) -> Option<Drawing> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut lines = text.lines().map(|line| {
        line.split_ascii_whitespace().filter_map(|it| it.parse().ok()).collect::<Vec<f64>>()
    });
    let mut boxes = Vec::with_capacity(estate.len());
    for _ in 0..estate.len() {
        boxes.push(lines.next()?.try_into().ok()?);
    }
    let routes = lines.map(|line| line.chunks_exact(2).map(|it| [it[0], it[1]]).collect());
    Some(Drawing {
        boxes,
        edges: estate.edges.clone(),
        routes: routes.collect(),
        clusters: estate.clusters.clone(),
    })
}

/// Where the drawing after an edit is kept, beside the one before it.
pub fn afterwards(before: &Path) -> PathBuf {
    before.with_extension("after")
}

/// Writes a drawing in the same way.
pub fn write_drawing(path: &Path, drawing: &Drawing) {
    let mut text = String::new();
    for [left, top, right, bottom] in &drawing.boxes {
        let _ = writeln!(text, "{left} {top} {right} {bottom}");
    }
    for route in &drawing.routes {
        let corners: Vec<String> = route.iter().map(|[x, y]| format!("{x} {y}")).collect();
        let _ = writeln!(text, "{}", corners.join(" "));
    }
    std::fs::write(path, text).expect("a file for the drawing");
}
