//! Slow work, away from the window.
//!
//! A job runs on a thread of its own runtime and ends in one [`Command`], which the next frame
//! applies like any other. The window never waits for disk or network.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::command::{Command, Notice};

/// A job's name, for cancelling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JobId(u64);

/// What is going on in the background, for the status bar.
#[derive(Clone, Debug)]
pub struct Activity {
    pub id: JobId,
    /// What a person reads while it runs, as in "Opening estate".
    pub label: String,
    pub since: Instant,
    cancelled: Arc<AtomicBool>,
    abort: Option<tokio::task::AbortHandle>,
}

#[derive(Debug)]
pub struct Jobs {
    runtime: Option<tokio::runtime::Runtime>,
    context: egui::Context,
    sender: Sender<Word>,
    receiver: Receiver<Word>,
    running: Vec<Activity>,
    /// Jobs that nobody needs to know of.
    quiet: Vec<JobId>,
    next: u64,
}

/// A command from the background, and the job that ended with it.
type Word = (Option<JobId>, Command);

/// Sends commands to the window from anywhere, at any time.
#[derive(Clone, Debug)]
pub struct Messenger {
    sender: Sender<Word>,
    context: egui::Context,
}

impl Messenger {
    pub fn send(&self, command: Command) {
        // A send fails only when the window is gone, and then nobody waits for it.
        self.sender.send((None, command)).ok();
        self.context.request_repaint();
    }
}

impl Jobs {
    /// # Errors
    ///
    /// When the system gives no threads.
    pub fn new(context: egui::Context) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("studio-job")
            .enable_all()
            .build()?;
        let (sender, receiver) = channel();
        let runtime = Some(runtime);
        let (running, quiet) = (Vec::new(), Vec::new());
        Ok(Self { runtime, context, sender, receiver, running, quiet, next: 0 })
    }

    /// A way to send commands that no job ends with.
    pub fn messenger(&self) -> Messenger {
        Messenger { sender: self.sender.clone(), context: self.context.clone() }
    }

    /// What is going on, without what is not worth a word.
    pub fn running(&self) -> impl Iterator<Item = &Activity> {
        self.running.iter().filter(|activity| !self.quiet.contains(&activity.id))
    }

    /// The runtime's handle, for what needs to live as long as the window (the authority).
    pub fn handle(&self) -> Option<&tokio::runtime::Handle> {
        self.runtime.as_ref().map(tokio::runtime::Runtime::handle)
    }

    /// Runs blocking work; the flag it is given turns true when the job is cancelled.
    pub fn blocking<F>(&mut self, label: impl Into<String>, work: F) -> JobId
    where
        F: FnOnce(&AtomicBool) -> Command + Send + 'static,
    {
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&cancelled);
        let task = self.runtime.as_ref().map(|runtime| runtime.spawn_blocking(move || work(&flag)));
        self.begin(label.into(), cancelled, task)
    }

    /// Runs blocking work that the window does of its own accord and that is not worth a word in
    /// the status bar.
    pub fn quiet<F>(&mut self, work: F) -> JobId
    where
        F: FnOnce(&AtomicBool) -> Command + Send + 'static,
    {
        let id = self.blocking("Work in the background", work);
        self.quiet.push(id);
        id
    }

    /// Runs quiet blocking work a while from now.
    pub fn quiet_after<F>(&mut self, delay: Duration, work: F) -> JobId
    where
        F: FnOnce() -> Command + Send + 'static,
    {
        let id = self.future("Work in the background", async move {
            tokio::time::sleep(delay).await;
            // Work that panics has nothing to say; what it was to do is asked for again.
            tokio::task::spawn_blocking(work).await.unwrap_or(Command::Nothing)
        });
        self.quiet.push(id);
        id
    }

    /// Whether a job has not ended yet.
    pub fn is_running(&self, id: JobId) -> bool {
        self.running.iter().any(|activity| activity.id == id)
    }

    /// Runs a future.
    pub fn future<F>(&mut self, label: impl Into<String>, work: F) -> JobId
    where
        F: Future<Output = Command> + Send + 'static,
    {
        let task = self.runtime.as_ref().map(|runtime| runtime.spawn(work));
        self.begin(label.into(), Arc::default(), task)
    }

    /// Stops a job; its command, should it still come, is dropped.
    pub fn cancel(&mut self, id: JobId) {
        if let Some(index) = self.running.iter().position(|activity| activity.id == id) {
            let activity = self.running.remove(index);
            self.quiet.retain(|quiet| *quiet != id);
            activity.cancelled.store(true, Ordering::Relaxed);
            if let Some(abort) = activity.abort {
                abort.abort();
            }
        }
    }

    /// The commands of the jobs that have ended since the last call.
    pub fn finished(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while let Ok((id, command)) = self.receiver.try_recv() {
            let Some(id) = id else {
                commands.push(command);
                continue;
            };
            if let Some(index) = self.running.iter().position(|activity| activity.id == id) {
                self.running.remove(index);
                self.quiet.retain(|quiet| *quiet != id);
                commands.push(command);
            }
        }
        commands
    }

    /// Notes the job and sends its command, or word of its failure, to the window.
    fn begin(
        &mut self,
        label: String,
        cancelled: Arc<AtomicBool>,
        task: Option<JoinHandle<Command>>,
    ) -> JobId {
        let id = JobId(self.next);
        self.next += 1;
        let abort = task.as_ref().map(JoinHandle::abort_handle);
        self.running.push(Activity {
            id,
            label: label.clone(),
            since: Instant::now(),
            cancelled,
            abort,
        });
        let (sender, context) = (self.sender.clone(), self.context.clone());
        if let (Some(runtime), Some(task)) = (&self.runtime, task) {
            runtime.spawn(async move {
                let command = match task.await {
                    Ok(command) => command,
                    Err(error) if error.is_cancelled() => return,
                    Err(_) => Command::Notice(Notice::Failed(format!(
                        "{label} failed because of a defect of the studio. Nothing was changed."
                    ))),
                };
                // A send fails only when the window is gone, and then nobody waits for it.
                sender.send((Some(id), command)).ok();
                context.request_repaint();
            });
        }
        id
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        // Waiting for a hanging connection would keep a closed window's process alive.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
