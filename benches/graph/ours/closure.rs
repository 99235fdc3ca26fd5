//! What reaches what, in a plain graph as the peers have it.

use exchange_studio::trust::flat::{Closure, Components, Csr, Weights};

use super::{Task, count, timed};

/// Components, the graph of them, and what reaches what.
pub fn measure(task: &Task) {
    let graph = Csr::new(task.estate.len(), &task.estate.edges);
    let components = timed("components", task.repeats, || Components::new(&graph));
    timed("condensed", task.repeats, || components.condensed(&graph));
    let closure = timed("closure", task.repeats, || Closure::new(&graph));
    let reached = closure.counts(&Weights::new(closure.components(), |_| true));
    count("pairs", reached.iter().sum::<u64>() as f64);
    count("bytes", closure.bytes() as f64);
}
