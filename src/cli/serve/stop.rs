//! Waiting for the end.

use std::time::Duration;

use crate::cli::Failure;
use crate::exchange::keys::KeyError;

/// Ctrl-C, and SIGTERM where there is such a thing.
pub struct StopSignal {
    runtime: tokio::runtime::Runtime,
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl StopSignal {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// When the system has no signals to give.
    pub fn new() -> Result<Self, Failure> {
        let failure = |error: std::io::Error| {
            Failure::unreadable(format!("cannot wait for signals: {error}"))
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failure)?;
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            let signals = {
                let _inside = runtime.enter();
                [
                    signal(SignalKind::interrupt()).map_err(failure)?,
                    signal(SignalKind::terminate()).map_err(failure)?,
                ]
            };
            Ok(Self { runtime, signals })
        }
        #[cfg(not(unix))]
        Ok(Self { runtime })
    }

    /// Waits for the end, and rotates the key meanwhile, if that is wanted. A key that cannot be made
    /// leaves the old one at work.
    pub fn wait(self, every: Option<Duration>, rotate: impl Fn() -> Result<(), KeyError>) {
        let turn = async {
            let Some(every) = every else { return std::future::pending().await };
            loop {
                tokio::time::sleep(every).await;
                let _ = rotate();
            }
        };
        #[cfg(unix)]
        {
            let [mut interrupt, mut terminate] = self.signals;
            self.runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    () = turn => {}
                }
            });
        }
        #[cfg(not(unix))]
        self.runtime.block_on(async {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                () = turn => {}
            }
        });
    }
}
