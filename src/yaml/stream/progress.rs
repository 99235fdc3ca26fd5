//! How far a long load is, and the wish that it end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// How far a long load is, in bytes, and the wish that it end. Clones are the same progress: one is
/// given to the work, the other is looked at meanwhile.
///
/// The total is what the one who starts the work says: he knows how many files there are.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    total: AtomicU64,
    done: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// A progress over so many bytes.
    pub fn new(total: u64) -> Self {
        let progress = Self::default();
        progress.add_total(total);
        progress
    }

    /// Bytes there are, as far as that is known.
    pub fn total(&self) -> u64 {
        self.0.total.load(Relaxed)
    }

    /// Bytes that are done.
    pub fn done(&self) -> u64 {
        self.0.done.load(Relaxed)
    }

    /// More was found to be done.
    pub fn add_total(&self, bytes: u64) {
        self.0.total.fetch_add(bytes, Relaxed);
    }

    /// More is done.
    pub fn add_done(&self, bytes: u64) {
        self.0.done.fetch_add(bytes, Relaxed);
    }

    /// Asks the work to end. It does within some milliseconds, with
    /// [`LoadError::Cancelled`](super::super::LoadError::Cancelled).
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Relaxed);
    }

    /// Whether the work has been asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Relaxed)
    }
}
