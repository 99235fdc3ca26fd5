//! The budgets of the document floors, measured beside what else reads and writes YAML.
//!
//! `benches/run` installs the peers into `target/` and runs this. It prints one table: medians, the
//! 99th percentile where something is done often, ratios to the peers, and the peak of memory, each
//! program measured in a process of its own. Absolute times mean little on a machine that others
//! use too; the ratios were measured within minutes of each other.
//!
//! Without peers: `cargo bench --bench budgets -- ours`. With a number, only that many documents:
//! `cargo bench --bench budgets -- 10000`. Only the hostile inputs: `-- hostile`.

#[path = "budgets/hostile.rs"]
mod hostile;
#[path = "budgets/ours.rs"]
mod ours;
#[path = "budgets/table.rs"]
mod table;

mod generate;

use std::path::{Path, PathBuf};
use std::process::Command;

use table::{Run, Table};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [child, what, file, repeats] = &arguments[..]
        && child == "--child"
    {
        ours::child(what, Path::new(file), repeats.parse().unwrap_or(1));
        return;
    }
    if arguments.iter().any(|it| it == "hostile") {
        return hostile::measure();
    }
    let sizes: Vec<usize> = arguments.iter().filter_map(|it| it.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000] } else { sizes };
    let alone = arguments.iter().any(|it| it == "ours");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/benches");
    std::fs::create_dir_all(&folder).expect("a folder for the files");
    for size in sizes {
        let path = folder.join(format!("{size}.yaml"));
        let text = generate::clients(0, size, size);
        std::fs::write(&path, &text).expect("a file to read");
        println!("\n{size} documents, {:.1} MB", text.len() as f64 / 1e6);
        let mut table = Table::default();
        let repeats = if size > 20_000 { 5 } else { 15 };
        let mut own = Run::default();
        for what in ["memory", "load", "edit", "documents", "save"] {
            own.join(this(what, &path, repeats));
        }
        table.ours(own);
        if !alone {
            for (name, command) in peers(&path, size, 1) {
                match run(command) {
                    Some(run) => table.peer(name, run),
                    None => eprintln!("{name} is not installed; `benches/run` installs it"),
                }
            }
        }
        table.print();
    }
    if arguments.iter().all(|it| it == "ours") {
        hostile::measure();
    }
}

/// This program again, for one measurement.
fn this(what: &str, path: &Path, repeats: usize) -> Run {
    let program = std::env::current_exe().expect("a name of this program");
    let mut command = Command::new(program);
    command.arg("--child").arg(what).arg(path).arg(repeats.to_string());
    run(command).expect("this program runs")
}

fn peers(path: &Path, size: usize, repeats: usize) -> Vec<(&'static str, Command)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = |which: &str| {
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", root.join("target/peers"));
        command.arg(root.join("benches/peers/py.py")).arg(which).arg(path);
        command.arg(repeats.to_string());
        command
    };
    let mut node = Command::new("node");
    // Node looks for packages above the script, so a copy of it stands beside them.
    let script: PathBuf = root.join("target/peers/js.mjs");
    std::fs::copy(root.join("benches/peers/js.mjs"), &script).ok();
    node.arg("--max-old-space-size=8192").arg(script).arg(path).arg(repeats.to_string());
    let mut peers = vec![("PyYAML C", python("pyyaml")), ("yaml (npm)", node)];
    // At 100,000 documents ruamel takes ten minutes, and no one would wait for it.
    if size <= 20_000 {
        peers.push(("ruamel.yaml", python("ruamel")));
    }
    peers
}

fn run(mut command: Command) -> Option<Run> {
    let output = command.stderr(std::process::Stdio::inherit()).output().ok()?;
    output.status.success().then(|| Run::read(&String::from_utf8_lossy(&output.stdout)))
}
