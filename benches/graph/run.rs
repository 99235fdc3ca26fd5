//! What a process was measured to take.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Measurements by name.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Seconds of processors, in order.
    seconds: BTreeMap<String, Vec<f64>>,
    counts: BTreeMap<String, f64>,
    /// The peak of memory, in KiB.
    pub peak: f64,
}

impl Run {
    /// Runs a program; `None` when it is not there, or fails.
    pub fn of(mut command: Command) -> Option<Self> {
        let output = command.stderr(Stdio::inherit()).output().ok()?;
        output.status.success().then(|| Self::read(&String::from_utf8_lossy(&output.stdout)))
    }

    /// From what a program prints: `{"name": …, "seconds": [[clock, processor], …]}`,
    /// `{"name": …, "count": …}` and `{"peak": KiB}`, a line each.
    pub fn read(text: &str) -> Self {
        let mut run = Self::default();
        for line in text.lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            if let Some(peak) = line["peak"].as_f64() {
                run.peak = peak;
            }
            let Some(name) = line["name"].as_str().map(str::to_owned) else { continue };
            if let Some(count) = line["count"].as_f64() {
                run.counts.insert(name, count);
            } else if let Some(times) = line["seconds"].as_array() {
                let mut times: Vec<f64> = times.iter().filter_map(|it| it[1].as_f64()).collect();
                times.sort_by(f64::total_cmp);
                run.seconds.insert(name, times);
            }
        }
        run
    }

    /// The median, in seconds of processors.
    pub fn median(&self, name: &str) -> Option<f64> {
        let seconds = self.seconds.get(name)?;
        seconds.get(seconds.len() / 2).copied()
    }

    pub fn count(&self, name: &str) -> Option<f64> {
        self.counts.get(name).copied()
    }
}
