//! Measurements and the table of them.

use std::collections::BTreeMap;

/// What one program was measured to take, by name: seconds on the clock and of processors, each in
/// order.
#[derive(Default)]
pub struct Run {
    seconds: BTreeMap<String, [Vec<f64>; 2]>,
    peak: u64,
}

impl Run {
    /// From what a program prints: a name and pairs of seconds in each line, `peak` and KiB in one.
    pub fn read(text: &str) -> Self {
        let mut run = Self::default();
        for line in text.lines() {
            let mut words = line.split(' ');
            let Some(name) = words.next() else { continue };
            if name == "peak" {
                run.peak = words.next().and_then(|it| it.parse().ok()).unwrap_or(0);
                continue;
            }
            let pairs = words.filter_map(|it| it.split_once(':'));
            let (clock, processor): (Vec<f64>, Vec<f64>) = pairs
                .filter_map(|(clock, processor)| {
                    Some((clock.parse::<f64>().ok()?, processor.parse::<f64>().ok()?))
                })
                .unzip();
            let mut both = [clock, processor];
            both.iter_mut().for_each(|it: &mut Vec<f64>| it.sort_by(f64::total_cmp));
            run.seconds.insert(name.to_owned(), both);
        }
        run
    }

    /// With what another process of the same program was measured to take. The peak of memory is
    /// that of the first.
    pub fn join(&mut self, other: Self) {
        self.seconds.extend(other.seconds);
        if self.peak == 0 {
            self.peak = other.peak;
        }
    }

    fn at(&self, name: &str, which: usize, share: f64) -> Option<f64> {
        let seconds = &self.seconds.get(name)?[which];
        let last = seconds.len().checked_sub(1)?;
        seconds.get(((seconds.len() as f64 * share) as usize).min(last)).copied()
    }
}

const CLOCK: usize = 0;
const PROCESSOR: usize = 1;

/// Ours beside the peers.
#[derive(Default)]
pub struct Table {
    ours: Run,
    peers: Vec<(&'static str, Run)>,
}

/// What is measured, and what of ours a peer's measurement of another name is held against.
const ROWS: [(&str, &str, &str); 12] = [
    ("load", "load", "text to model"),
    ("load-text", "", "  of that: text to trees"),
    ("edit", "edit", "one scalar edit, model and all"),
    ("edit-held", "", "  with a background analysis"),
    ("undo", "edit", "undo of it"),
    ("undo-held", "", "  with a background analysis"),
    ("type", "", "one keystroke in the text"),
    ("insert", "", "a document comes"),
    ("move", "", "a document moves"),
    ("remove", "", "a document goes"),
    ("same", "", "is it saved?"),
    ("save", "save", "save, synced"),
];

impl Table {
    pub fn ours(&mut self, run: Run) {
        self.ours = run;
    }

    pub fn peer(&mut self, name: &'static str, run: Run) {
        self.peers.push((name, run));
    }

    /// Ours on the clock and, as other programs may be using the machine, in time of processors.
    /// The peers are held against that: none of them uses more than one, so where ours uses two it
    /// is ahead by more.
    pub fn print(&self) {
        print!("{:34}{:>10}{:>10}{:>10}{:>10}", "", "median", "p99", "cpu", "cpu p99");
        for (name, _) in &self.peers {
            print!("{name:>20}");
        }
        println!();
        for (name, peer, label) in ROWS {
            let Some(used) = self.ours.at(name, PROCESSOR, 0.5) else { continue };
            let many = self.ours.seconds.get(name).is_some_and(|it| it[CLOCK].len() >= 100);
            print!("{label:34}");
            for which in [CLOCK, PROCESSOR] {
                for share in [0.5, 0.99] {
                    let seconds = self.ours.at(name, which, share).filter(|_| many || share < 0.9);
                    print!("{:>10}", seconds.map(time).unwrap_or_default());
                }
            }
            for (_, run) in &self.peers {
                let cell = run.at(peer, PROCESSOR, 0.5);
                let cell = cell.map(|it| format!("{} ({:.0}x)", time(it), it / used));
                print!("{:>20}", cell.unwrap_or_default());
            }
            println!();
        }
        let memory = |run: &Run| format!("{} MB", run.peak / 1024);
        print!("{:34}{:>10}{:30}", "peak of memory", memory(&self.ours), "");
        for (_, run) in &self.peers {
            let ratio = run.peak as f64 / self.ours.peak.max(1) as f64;
            print!("{:>20}", format!("{} ({ratio:.1}x)", memory(run)));
        }
        println!();
    }
}

fn time(seconds: f64) -> String {
    match seconds {
        it if it >= 1.0 => format!("{it:.2} s"),
        it if it >= 1e-3 => format!("{:.1} ms", it * 1e3),
        it => format!("{:.1} us", it * 1e6),
    }
}
