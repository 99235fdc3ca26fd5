//! Stopping a run of many exchanges from outside: from a button, or from Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// A stop sign that a run looks at. Copies are the same sign.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stopped: AtomicBool,
    told: Notify,
}

impl Cancel {
    /// Tells the run to stop. What it is waiting for is given up, what it has is kept.
    pub fn cancel(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        self.0.told.notify_waiters();
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Waits until somebody tells to stop.
    pub async fn cancelled(&self) {
        let mut told = std::pin::pin!(self.0.told.notified());
        // Listened for first, so that no call between the question and the wait is missed.
        told.as_mut().enable();
        if !self.is_cancelled() {
            told.await;
        }
    }

    /// The work's result, or `None` when it was told to stop before there was one.
    pub async fn unless<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.cancelled() => None,
            result = work => Some(result),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_ends_a_wait_whether_it_comes_before_or_after() {
        let cancel = Cancel::default();
        assert_eq!(cancel.unless(async { 1 }).await, Some(1));
        let other = cancel.clone();
        let (stopped, ()) = tokio::join!(cancel.unless(std::future::pending::<()>()), async move {
            other.cancel();
        });
        assert_eq!(stopped, None);
        assert_eq!(cancel.unless(async { 1 }).await, None);
    }
}
