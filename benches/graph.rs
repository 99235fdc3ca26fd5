//! The graph floors beside their peers: what reaches what, chains, layouts and frames.
//!
//! `benches/run graph` installs the peers into `target/peers` and runs this. Every program is
//! measured in a process of its own and on the same graphs, which `graph/generate.rs` makes from a
//! fixed seed. The first table has medians of the time of processors, as other programs may be using
//! the machine, beside the budgets and the peers; the second what the drawings are worth, all of
//! them measured by `graph/quality.rs`.
//!
//! Arguments choose what is measured: `ours` leaves out the peers; `reach`, `chains`, `layered`,
//! `overview`, `again` and `frames` are the parts; numbers are sizes; `seed=7` makes other graphs.

#[path = "graph/generate.rs"]
mod generate;
#[path = "graph/ours/mod.rs"]
mod ours;
#[path = "graph/parts.rs"]
mod parts;
#[path = "graph/peers.rs"]
mod peers;
#[path = "graph/quality.rs"]
mod quality;
#[path = "graph/run.rs"]
mod run;
#[path = "graph/table.rs"]
mod table;

use std::path::{Path, PathBuf};

use parts::Wanted;
use table::Table;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [child, what, file, rest @ ..] = &arguments[..]
        && child == "--child"
    {
        return ours::child(what, Path::new(file), rest);
    }
    let wanted = Wanted::of(&arguments);
    std::fs::create_dir_all(folder()).expect("a folder for the graphs and drawings");
    let mut table = Table::default();
    parts::reach(&wanted, &mut table);
    parts::chains(&wanted, &mut table);
    parts::layered(&wanted, &mut table);
    parts::overview(&wanted, &mut table);
    parts::again(&wanted, &mut table);
    parts::frames(&wanted, &mut table);
    table.print();
}

/// Where graphs and drawings are kept; they may be looked at afterwards.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/benches/graph")
}
