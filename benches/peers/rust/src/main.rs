//! Other programs in Rust that lay out and draw graphs: `WHAT FILE REPEATS [DRAWING]`.
//!
//! `sugiyama`, `fa2`: lays out the graph of the file and writes the drawing. `frames`: what
//! egui_graphs, and egui's shapes one by one, take for a frame of it. Prints a line of JSON for each
//! measurement, with seconds on the clock and of processors, and one for the peak of memory.

mod frames;
mod layouts;

use std::fmt::Write;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// These crates recurse once for each node of a chain.
const STACK: usize = 2 << 30;

/// The graph of a file: `benches/graph/generate.rs` says what is in it.
pub struct Graph {
    pub clusters: Vec<u32>,
    pub edges: Vec<(u32, u32)>,
}

impl Graph {
    fn read(path: &str) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        let mut numbers = text.split_ascii_whitespace().map_while(|it| it.parse::<u32>().ok());
        let (nodes, edges) = (numbers.next()?, numbers.next()?);
        let clusters = (0..nodes).map_while(|_| numbers.next()).collect();
        let edges = (0..edges).map_while(|_| Some((numbers.next()?, numbers.next()?))).collect();
        Some(Self { clusters, edges })
    }
}

/// Runs a work some times, prints what each time took and gives the last result.
pub fn timed<T>(name: &str, times: usize, mut work: impl FnMut() -> T) -> Option<T> {
    let processor = || {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    };
    let (mut text, mut last) = (String::new(), None);
    for at in 0..times {
        drop(last.take());
        let (used, began) = (processor(), Instant::now());
        last = Some(black_box(work()));
        let (clock, used) = (began.elapsed().as_secs_f64(), processor() - used);
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, "{comma}[{clock},{used}]");
    }
    println!("{{\"name\":\"{name}\",\"seconds\":[{text}]}}");
    last
}

/// Writes boxes, each by its middle: left, top, right and bottom in a line. Without lines for the
/// edges they are straight.
pub fn write(path: Option<&str>, middles: &[(f64, f64)], (width, height): (f64, f64)) {
    let Some(path) = path else { return };
    let mut text = String::new();
    for (x, y) in middles {
        let (left, top) = (x - width / 2.0, y - height / 2.0);
        let _ = writeln!(text, "{left} {top} {} {}", left + width, top + height);
    }
    if let Err(error) = std::fs::write(path, text) {
        eprintln!("{path}: {error}");
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, file, repeats, rest @ ..] = &arguments[..] else {
        eprintln!("usage: WHAT FILE REPEATS [DRAWING]");
        return ExitCode::from(2);
    };
    let (Some(graph), Ok(repeats)) = (Graph::read(file), repeats.parse::<usize>()) else {
        eprintln!("{file}: not a graph");
        return ExitCode::from(3);
    };
    let drawing = rest.first().map(String::as_str);
    let known = std::thread::scope(|scope| {
        let work = || {
            match what.as_str() {
                "sugiyama" => layouts::sugiyama(&graph, repeats, drawing),
                "fa2" => layouts::fa2(&graph, repeats, drawing),
                "frames" => frames::measure(&graph, repeats),
                _ => return false,
            }
            .is_some()
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.is_ok_and(|thread| thread.join().unwrap_or(false))
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{{\"peak\":{}}}", peak.unwrap_or("0").trim().trim_end_matches(" kB"));
    if known { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
