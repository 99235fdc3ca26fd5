//! What is measured, with the budgets: design §8 and reference/graph.md §6.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::folder;
use crate::generate::{self, Estate};
use crate::peers;
use crate::quality::{Movement, Quality};
use crate::run::Run;
use crate::table::{Row, Table, thousands};

/// What the arguments ask for.
pub struct Wanted {
    parts: Vec<String>,
    sizes: Vec<usize>,
    peers: bool,
    seed: u64,
}

impl Wanted {
    pub fn of(arguments: &[String]) -> Self {
        let is_part = |it: &&String| PARTS.contains(&it.as_str());
        let seed = arguments.iter().find_map(|it| it.strip_prefix("seed=")?.parse().ok());
        Self {
            parts: arguments.iter().filter(is_part).cloned().collect(),
            sizes: arguments.iter().filter_map(|it| it.parse().ok()).collect(),
            peers: !arguments.iter().any(|it| it == "ours"),
            seed: seed.unwrap_or(generate::SEED),
        }
    }

    fn part(&self, name: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|it| it == name)
    }

    /// Those of some sizes that are asked for.
    fn sizes<const N: usize>(&self, sizes: [usize; N]) -> impl Iterator<Item = usize> {
        sizes.into_iter().filter(|size| self.sizes.is_empty() || self.sizes.contains(size))
    }

    /// A graph and its file.
    fn graph(&self, nodes: usize, tangled: bool) -> Graph {
        let shape = if tangled { "tangled" } else { "tidy" };
        let estate = Estate::new(nodes, tangled, self.seed);
        let name = format!("{shape}-{nodes}-{}", self.seed);
        let file = peers::write(&estate, &name);
        Graph { estate, file, name, tangled, seed: self.seed }
    }
}

const PARTS: [&str; 6] = ["reach", "chains", "layered", "overview", "again", "frames"];

/// A graph that everybody reads.
struct Graph {
    estate: Estate,
    file: PathBuf,
    name: String,
    tangled: bool,
    seed: u64,
}

impl Graph {
    /// This program again, for one measurement.
    fn ours(&self, what: &str, repeats: usize, other: Option<&Path>) -> Run {
        let program = std::env::current_exe().expect("a name of this program");
        let mut command = Command::new(program);
        command.arg("--child").arg(what).arg(&self.file).arg(repeats.to_string());
        let nodes = self.estate.len().to_string();
        command.arg(nodes).arg(self.tangled.to_string()).arg(self.seed.to_string()).args(other);
        Run::of(command).unwrap_or_else(|| {
            eprintln!("{what} of {} failed", self.name);
            Run::default()
        })
    }

    fn label(&self, what: &str) -> String {
        let nodes = thousands_apart(self.estate.len());
        format!("{what}, {nodes}{}", if self.tangled { " tangled" } else { "" })
    }

    /// Where a drawing of it is kept.
    fn drawing(&self, by: &str) -> PathBuf {
        folder().join(format!("{}-{by}.drawing", self.name))
    }

    /// What a drawing of it is worth.
    fn quality(
        &self,
        table: &mut Table,
        what: &str,
        by: &'static str,
        at: &Path,
    ) -> Option<Quality> {
        let quality = Quality::of(&peers::drawing(at, &self.estate)?);
        table.draw(&self.label(what), by, quality);
        Some(quality)
    }
}

fn thousands_apart(number: usize) -> String {
    match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
}

/// What reaches what: from the documents to the model, to the graph, to the closure.
pub fn reach(wanted: &Wanted, table: &mut Table) {
    if !wanted.part("reach") {
        return;
    }
    for nodes in wanted.sizes([500, 10_000, 50_000]) {
        for tangled in [false, true] {
            let graph = wanted.graph(nodes, tangled);
            let repeats = if nodes > 20_000 { 9 } else { 25 };
            let ours = graph.ours("reach", repeats, None);
            let budget = match (nodes, tangled) {
                (10_000, false) => Some(6.0),
                (10_000, true) => Some(4.0),
                (50_000, false) => Some(50.0),
                (50_000, true) => Some(90.0),
                _ => None,
            };
            let mut row = Row::new(graph.label("closure"), ours.median("closure"), budget);
            let parts = ["components", "condensed"].map(|part| ours.median(part));
            if let [Some(components), Some(condensed)] = parts {
                let time = crate::table::time;
                let text = format!(
                    "of that: components {}, graph of them {}",
                    time(components),
                    time(condensed)
                );
                row.note(text, None);
            }
            if let (Some(bytes), Some(pairs)) = (ours.count("bytes"), ours.count("pairs")) {
                let most = if nodes > 20_000 { 40e6 } else { 4e6 };
                let text = format!("{:.1} MB for {} pairs", bytes / 1e6, thousands(pairs));
                row.note(text, Some(bytes <= most));
            }
            let peers = wanted.peers.then(|| {
                // Counting a thousand million pairs one by one takes igraph minutes.
                let igraph = !(tangled && nodes > 20_000);
                let igraph =
                    igraph.then(|| peers::python("igraph", &graph.file, 3, None)).flatten();
                // It keeps each pair of components as an object.
                let networkx = nodes < 20_000 && !tangled;
                let networkx =
                    networkx.then(|| peers::python("networkx", &graph.file, 1, None)).flatten();
                [("igraph", igraph, 8.0), ("networkx", networkx, 100.0)]
            });
            for (name, peer, wanted) in peers.into_iter().flatten() {
                let Some(peer) = peer else { continue };
                // What is small is over in the time it takes to call a peer.
                let wanted = match (tangled, name) {
                    _ if nodes < 1_000 => None,
                    (true, _) => Some(100.0),
                    // The budgets are a fifth of what igraph was measured to take.
                    (false, "igraph") if nodes < 20_000 => Some(5.0),
                    (false, _) => Some(wanted),
                };
                row.peer(name, peer.median("closure"), wanted);
                if let (Some(own), Some(its)) = (ours.count("pairs"), peer.count("pairs")) {
                    let same = own == its;
                    let text = format!("{name} finds {} pairs", thousands(its));
                    row.note(text, Some(same));
                }
            }
            table.add(row);
            let model = graph.ours("model", repeats.min(9), None);
            let frame = (nodes == 10_000).then_some(16.0);
            let whole =
                Row::new(graph.label("  edit, graph and closure"), model.median("all"), frame);
            table.add(whole);
            for (part, label) in [
                ("edit", "    the change"),
                ("graph", "    documents to graph"),
                ("access", "    graph to usable hops"),
                ("reach", "    closure of them"),
            ] {
                table.add(Row::new(label, model.median(part), None));
            }
        }
    }
}

/// The first chain between two nodes, of six hops at most.
pub fn chains(wanted: &Wanted, table: &mut Table) {
    if !wanted.part("chains") {
        return;
    }
    for nodes in wanted.sizes([10_000, 50_000]) {
        for tangled in [false, true] {
            let graph = wanted.graph(nodes, tangled);
            let pairs = peers::pairs(&graph.estate, &graph.name, 25);
            let ours = graph.ours("chains", 1, Some(&pairs));
            let label = graph.label("first chain of ≤ 6 hops");
            let budget = (nodes == 50_000).then_some(0.1);
            let mut row = Row::new(label, ours.median("first"), budget);
            if let Some(all) = ours.median("all") {
                let text = format!(
                    "all of them: {}, {} chains at most",
                    crate::table::time(all),
                    thousands(ours.count("chains").unwrap_or_default())
                );
                row.note(text, None);
            }
            if wanted.peers {
                for (name, what) in [("networkx", "networkx-chains"), ("igraph", "igraph-chains")] {
                    let peer = peers::python(what, &graph.file, 1, Some(&pairs));
                    row.peer(name, peer.and_then(|it| it.median("chains")), None);
                }
            }
            table.add(row);
        }
    }
}

/// What is demanded of a layout beside a peer: times as fast, and crossings.
type Demand = (&'static str, Option<Run>, Option<f64>, Option<f64>);

fn layout(
    table: &mut Table,
    graph: &Graph,
    mut row: Row,
    what: &str,
    ours: &Run,
    peers: Vec<Demand>,
) {
    let own = graph.quality(table, what, "ours", &graph.drawing(what));
    let same = ours.count("same").map(|it| it == 1.0);
    if let Some(same) = same {
        row.note(if same { "the same each time" } else { "another each time" }, Some(same));
    }
    if let Some(own) = own {
        let none = |what: &str, it: f64| (format!("{} {what}", thousands(it)), Some(it == 0.0));
        if what == "layered" {
            let (text, kept) = none("edges through boxes", own.through_boxes);
            row.note(text, kept);
        } else {
            row.note(format!("spread {:.3} (≤ 0.2)", own.spread), Some(own.spread <= 0.2));
        }
        let (text, kept) = none("% of boxes overlap", (own.overlap * 1000.0).round() / 10.0);
        row.note(text, kept);
    }
    for (name, peer, faster, most) in peers {
        let Some(peer) = peer else { continue };
        row.note(format!("{name} takes {:.0} MB of memory", peer.peak / 1024.0), None);
        row.peer(name, peer.median("layout"), faster);
        let theirs = graph.quality(table, what, name, &graph.drawing(name));
        if let (Some(own), Some(theirs), Some(last)) = (own, theirs, row.peers.last_mut()) {
            last.crossings = Some((own.crossings / theirs.crossings.max(1.0), most));
        }
    }
    table.add(row);
}

pub fn layered(wanted: &Wanted, table: &mut Table) {
    if !wanted.part("layered") {
        return;
    }
    for nodes in wanted.sizes([50, 150, 500]) {
        let graph = wanted.graph(nodes, false);
        let repeats = if nodes < 500 { 25 } else { 9 };
        let ours = graph.ours("layered", repeats, Some(&graph.drawing("layered")));
        let budget = match nodes {
            50 => Some(2.0),
            500 => Some(50.0),
            _ => None,
        };
        let row = Row::new(graph.label("layered"), ours.median("layout"), budget);
        let mut peers = Vec::new();
        if wanted.peers {
            let at = graph.drawing("dot");
            let dot = peers::python("dot", &graph.file, 3, Some(&at));
            // Starting dot takes as long as its work on a small graph, so the factor is for 500.
            peers.push(("dot", dot, (nodes == 500).then_some(25.0), Some(1.15)));
            let at = graph.drawing("rust-sugiyama");
            let sugiyama = peers::rust("sugiyama", &graph.file, 3, Some(&at));
            peers.push(("rust-sugiyama", sugiyama, (nodes == 500).then_some(10.0), None));
        }
        layout(table, &graph, row, "layered", &ours, peers);
    }
}

pub fn overview(wanted: &Wanted, table: &mut Table) {
    if !wanted.part("overview") {
        return;
    }
    for nodes in wanted.sizes([500, 2_000, 10_000, 50_000]) {
        for tangled in [false, true] {
            let graph = wanted.graph(nodes, tangled);
            let repeats = if nodes > 20_000 { 3 } else { 7 };
            let ours = graph.ours("overview", repeats, Some(&graph.drawing("overview")));
            let budget = match nodes {
                500 => 20.0,
                2_000 => 80.0,
                10_000 => 400.0,
                _ => 2_000.0,
            };
            let mut row = Row::new(graph.label("overview"), ours.median("layout"), Some(budget));
            if let Some(grown) = ours.count("grown").filter(|_| nodes == 50_000) {
                let text = format!("{:.0} MB of memory (≤ 40)", grown / 1024.0);
                row.note(text, Some(grown <= 40.0 * 1024.0));
            }
            let mut peers = Vec::new();
            // The peers take minutes; what is tangled they are asked once.
            if wanted.peers && (!tangled || nodes == 10_000) {
                let at = graph.drawing("sfdp");
                let repeats = if nodes > 5_000 { 1 } else { 3 };
                let sfdp = peers::python("sfdp", &graph.file, repeats, Some(&at));
                peers.push(("sfdp", sfdp, Some(20.0), Some(1.0)));
                if nodes < 20_000 {
                    let at = graph.drawing("fa2");
                    let fa2 = peers::rust("fa2", &graph.file, repeats, Some(&at));
                    peers.push(("fa2", fa2, None, None));
                }
            }
            layout(table, &graph, row, "overview", &ours, peers);
        }
    }
}

/// The layout after an edit of one arrow in a hundred.
pub fn again(wanted: &Wanted, table: &mut Table) {
    if !wanted.part("again") {
        return;
    }
    for nodes in wanted.sizes([500, 2_000, 10_000]) {
        let graph = wanted.graph(nodes, false);
        let before = graph.drawing("before");
        let after = peers::afterwards(&before);
        let ours = graph.ours("again", 9, Some(&before));
        let budget = match nodes {
            500 => 5.0,
            2_000 => 20.0,
            _ => 110.0,
        };
        let label = graph.label("layout after an edit of 1 %");
        let mut row = Row::new(label, ours.median("layout"), Some(budget));
        let drawings = [&before, &after].map(|at| peers::drawing(at, &graph.estate));
        if let [Some(before), Some(after)] = drawings {
            let by = Movement::between(&before, &after);
            let percent = |it: f64| it * 100.0;
            let text = format!(
                "nodes move {:.2} % of the diagonal (≤ 1.5), p95 {:.2} % (≤ 3); unaligned {:.2} %",
                percent(by.mean),
                percent(by.p95),
                percent(by.raw_mean)
            );
            row.note(text, Some(by.mean <= 0.015 && by.p95 <= 0.03));
        }
        if let Some(same) = ours.count("same").map(|it| it == 1.0) {
            row.note(if same { "the same each time" } else { "another each time" }, Some(same));
        }
        if let Some(moved) = ours.count("pinned-moved") {
            let pinned = ours.count("pinned").unwrap_or_default();
            row.note(format!("of {pinned} pinned nodes {moved} move"), Some(moved == 0.0));
        }
        table.add(row);
    }
}

pub fn frames(wanted: &Wanted, table: &mut Table) {
    if !wanted.part("frames") {
        return;
    }
    for nodes in wanted.sizes([500, 2_000, 10_000, 50_000]) {
        let graph = wanted.graph(nodes, false);
        let repeats = if nodes > 20_000 { 15 } else { 40 };
        let ours = graph.ours("frames", repeats, None);
        let budget = match nodes {
            10_000 => Some(2.5),
            50_000 => Some(12.0),
            _ => None,
        };
        let mut row = Row::new(graph.label("frame, all in view"), ours.median("whole"), budget);
        if let (Some(boxes), Some(arrows)) = (ours.count("boxes"), ours.count("arrows")) {
            let vertices = ours.count("whole-vertices").unwrap_or_default() / boxes;
            // Smaller ones are seen from near, with their words.
            let far = nodes >= 10_000;
            let limit = if far { " (≤ 16)" } else { "" };
            let text = format!(
                "{} boxes, {} arrows, {vertices:.1} vertices a box{limit}",
                thousands(boxes),
                thousands(arrows)
            );
            row.note(text, far.then_some(vertices <= 16.0));
        }
        if wanted.peers
            && let Some(peers) = peers::rust("frames", &graph.file, repeats.min(15), None)
        {
            row.peer("egui's shapes", peers.median("shapes"), None);
            row.peer("egui_graphs", peers.median("egui_graphs"), None);
        }
        table.add(row);
        let budget = (nodes >= 10_000).then_some(0.5);
        table.add(Row::new(graph.label("frame, zoomed in"), ours.median("zoomed"), budget));
        for (name, label) in [("whole-still", "  all in view"), ("zoomed-still", "  zoomed in")] {
            let label = format!("{label}, nothing changes");
            table.add(Row::new(label, ours.median(name), None));
        }
    }
}
