//! The table of all measurements, and that of the drawings.

use crate::quality::Quality;

/// One thing that is measured.
#[derive(Default)]
pub struct Row {
    pub label: String,
    /// Seconds of processors.
    pub ours: Option<f64>,
    /// At most so many seconds.
    pub budget: Option<f64>,
    pub peers: Vec<Peer>,
    /// What else there is to say.
    pub notes: Vec<Note>,
}

/// What a peer takes for the same.
pub struct Peer {
    pub name: &'static str,
    pub seconds: f64,
    /// Times as much as ours, at least.
    pub wanted: Option<f64>,
    /// Our crossings over those of the peer, and how much that may be.
    pub crossings: Option<(f64, Option<f64>)>,
}

/// A number beside the time.
pub struct Note {
    pub text: String,
    /// Whether it is as it should be; `None` where nothing is demanded.
    pub kept: Option<bool>,
}

impl Row {
    pub fn new(label: impl Into<String>, ours: Option<f64>, budget_ms: Option<f64>) -> Self {
        let budget = budget_ms.map(|it| it / 1e3);
        Self { label: label.into(), ours, budget, ..Self::default() }
    }

    pub fn peer(&mut self, name: &'static str, seconds: Option<f64>, wanted: Option<f64>) {
        let peer = |seconds| Peer { name, seconds, wanted, crossings: None };
        self.peers.extend(seconds.map(peer));
    }

    pub fn note(&mut self, text: impl Into<String>, kept: Option<bool>) {
        self.notes.push(Note { text: text.into(), kept });
    }
}

/// A drawing and what it is worth.
struct Drawn {
    label: String,
    by: &'static str,
    quality: Quality,
}

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
    drawings: Vec<Drawn>,
    missed: usize,
}

impl Table {
    pub fn add(&mut self, row: Row) {
        // Some parts take minutes: what is known is told at once.
        eprintln!("{}: {}", row.label, row.ours.map_or_else(|| "-".to_owned(), time));
        self.rows.push(row);
    }

    pub fn draw(&mut self, label: &str, by: &'static str, quality: Quality) {
        self.drawings.push(Drawn { label: label.to_owned(), by, quality });
    }

    pub fn print(&mut self) {
        println!(
            "\nmedians of processor time; what misses its budget has a cross\n\n{:44}{:>12}{:>14}  {:20}{:>12}{:>18}{:>20}",
            "", "ours", "budget", "peer", "theirs", "ratio", "crossings"
        );
        for row in std::mem::take(&mut self.rows) {
            self.row(&row);
        }
        if !self.drawings.is_empty() {
            println!(
                "\n{:36}{:14}{:>12}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
                "drawings",
                "by",
                "crossings",
                "through",
                "stress",
                "spread",
                "overlap",
                "lengths",
                "right"
            );
        }
        for Drawn { label, by, quality: it } in &self.drawings {
            println!(
                "{label:36}{by:14}{:>12}{:>9}{:>9.3}{:>9.3}{:>8.1}%{:>9.2}{:>8.1}%",
                thousands(it.crossings),
                it.through_boxes,
                it.stress,
                it.spread,
                it.overlap * 100.0,
                it.length_variation,
                it.rightward * 100.0
            );
        }
        println!("\n{} missed", self.missed);
    }

    fn row(&mut self, row: &Row) {
        let ours = row.ours.map(time).unwrap_or_default();
        let kept = row.ours.zip(row.budget).map(|(ours, budget)| ours <= budget);
        let budget = row.budget.map(|it| format!("≤ {}", time(it))).unwrap_or_default();
        print!("{:44}{:>12}{:>14}", row.label, self.mark(ours, kept), budget);
        for (at, peer) in row.peers.iter().enumerate() {
            if at > 0 {
                print!("{:70}", "");
            }
            let ratio = row.ours.map(|ours| peer.seconds / ours);
            let kept = ratio.zip(peer.wanted).map(|(ratio, wanted)| ratio >= wanted);
            let mut shown = ratio.map(|it| format!("{}x", number(it))).unwrap_or_default();
            if let Some(wanted) = peer.wanted {
                shown += &format!(" (≥ {})", number(wanted));
            }
            let crossings = peer.crossings.map(|(ratio, most)| {
                let most_said = most.map(|it| format!(" (≤ {it})")).unwrap_or_default();
                let kept = most.map(|most| ratio <= most);
                self.mark(format!("{ratio:.2}{most_said}"), kept)
            });
            println!(
                "  {:20}{:>12}{:>18}{:>20}",
                peer.name,
                time(peer.seconds),
                self.mark(shown, kept),
                crossings.unwrap_or_default()
            );
        }
        if row.peers.is_empty() {
            println!();
        }
        for note in &row.notes {
            println!("    {}", self.mark(note.text.clone(), note.kept));
        }
    }

    /// With a cross where something is not kept.
    fn mark(&mut self, text: String, kept: Option<bool>) -> String {
        if kept == Some(false) {
            self.missed += 1;
            return format!("✗ {text}");
        }
        text
    }
}

pub fn time(seconds: f64) -> String {
    match seconds {
        it if it >= 1.0 => format!("{it:.2} s"),
        it if it >= 1e-3 => format!("{:.1} ms", it * 1e3),
        it if it >= 1e-6 => format!("{:.1} µs", it * 1e6),
        it => format!("{:.0} ns", it * 1e9),
    }
}

pub fn thousands(number: f64) -> String {
    match number {
        it if it >= 1e6 => format!("{:.2}M", it / 1e6),
        it if it >= 1e4 => format!("{:.1}k", it / 1e3),
        it => format!("{it:.0}"),
    }
}

fn number(it: f64) -> String {
    if it >= 10.0 { format!("{it:.0}") } else { format!("{it:.1}") }
}
