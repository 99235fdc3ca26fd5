//! What this project takes. Each measurement is a process of its own and prints a line of JSON a
//! number, as the peers do.

mod closure;
mod frames;
mod layouts;
mod model;

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

use crate::generate::Estate;

/// What a measurement is of.
struct Task<'a> {
    repeats: usize,
    estate: Estate,
    seed: u64,
    /// The file of pairs, or where a drawing goes.
    other: Option<&'a Path>,
}

/// Measures one thing: `WHAT FILE REPEATS NODES TANGLED SEED [OTHER]`.
pub fn child(what: &str, _: &Path, arguments: &[String]) {
    let [repeats, nodes, tangled, seed, other @ ..] = arguments else {
        eprintln!("{what} needs more arguments");
        return;
    };
    let seed = seed.parse().unwrap_or(crate::generate::SEED);
    let estate = Estate::new(nodes.parse().unwrap_or(0), tangled == "true", seed);
    let other = other.first().map(Path::new);
    let task = Task { repeats: repeats.parse().unwrap_or(1), estate, seed, other };
    match what {
        "reach" => closure::measure(&task),
        "model" => model::edits(&task),
        "chains" => model::chains(&task),
        "layered" | "overview" => layouts::cold(&task, what),
        "again" => layouts::again(&task),
        "frames" => frames::measure(&task),
        other => eprintln!("nothing is called {other}"),
    }
    println!("{}", json!({ "peak": memory("VmHWM:") }));
}

/// A line of the kernel's account of this process, in KiB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|it| it.strip_prefix(line));
    found.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Seconds on the clock and of processors.
type Seconds = [f64; 2];

fn once<T>(work: impl FnOnce() -> T) -> (Seconds, T) {
    let processor = || {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    };
    let (used, began) = (processor(), Instant::now());
    let result = black_box(work());
    ([began.elapsed().as_secs_f64(), processor() - used], result)
}

/// Does a work some times, prints what each time took and gives the last result. Results go away
/// outside of what is measured.
fn timed<T>(name: &str, times: usize, mut work: impl FnMut() -> T) -> T {
    let (first, mut result) = once(&mut work);
    let mut seconds = vec![first];
    for _ in 1..times {
        drop(result);
        let (took, next) = once(&mut work);
        seconds.push(took);
        result = next;
    }
    report(name, &seconds);
    result
}

fn report(name: &str, seconds: &[Seconds]) {
    println!("{}", json!({ "name": name, "seconds": seconds }));
}

fn count(name: &str, count: f64) {
    println!("{}", json!({ "name": name, "count": count }));
}
