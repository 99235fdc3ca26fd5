//! Word from the system that something may have happened to the files.
//!
//! Folders are watched, not files: whoever replaces a file in one step gives its name to another.
//! The word is only that it is worth looking; [`DiskWatch::check`] tells what happened. A run of
//! events, such as a checkout makes, is one word, given when it has become quiet.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{
    Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher as _,
};

use super::{DiskWatch, file_name, find, folder_of, identity, real, write};

/// It is quiet when nothing happened for so long.
const QUIET: Duration = Duration::from_millis(100);
/// A run that does not end is told all the same.
const LONGEST: Duration = Duration::from_secs(1);
/// How often file systems are looked at that tell nothing.
const POLL: Duration = Duration::from_secs(2);

/// Why the files cannot be watched. They can still be looked at.
#[derive(Debug, thiserror::Error)]
#[error("the files cannot be watched for changes: {0}")]
pub struct WatchError(#[from] notify::Error);

/// Calls back when something may have happened to the files of a project, until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    sender: Sender<Message>,
}

enum Message {
    Event(notify::Result<Event>),
    Follow(Box<DiskWatch>),
    Stop,
}

impl Watcher {
    /// Begins to watch. `changed` is called on a thread of the watcher's own.
    ///
    /// # Errors
    /// The system gives no means to watch anything.
    pub fn start(
        watch: &DiskWatch,
        changed: impl FnMut() + Send + 'static,
    ) -> Result<Self, WatchError> {
        let (sender, receiver) = channel();
        let mut eyes = Eyes::new(&sender)?;
        eyes.follow(watch)?;
        let spawned = std::thread::Builder::new()
            .name("studio-watch".to_owned())
            .spawn(move || listen(eyes, &receiver, changed));
        spawned.map_err(notify::Error::io)?;
        Ok(Self { sender })
    }

    /// Watches for another state of the project from now on: after files were opened, added, or
    /// saved under another name.
    pub fn follow(&self, watch: DiskWatch) {
        // A thread that is gone watches nothing, and there is nothing to be done about it here.
        self.sender.send(Message::Follow(Box::new(watch))).ok();
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.sender.send(Message::Stop).ok();
    }
}

fn listen(mut eyes: Eyes, receiver: &Receiver<Message>, mut changed: impl FnMut()) {
    while let Ok(message) = receiver.recv() {
        match eyes.take(message) {
            Taken::Nothing => continue,
            Taken::Stop => return,
            Taken::Happened => {}
        }
        let latest = Instant::now() + LONGEST;
        loop {
            let left = latest.saturating_duration_since(Instant::now());
            match receiver.recv_timeout(QUIET.min(left)) {
                Ok(message) => {
                    if let Taken::Stop = eyes.take(message) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        // Folders may have come and gone. What cannot be watched is still looked at, now.
        eyes.refresh().ok();
        changed();
    }
}

enum Taken {
    Nothing,
    Happened,
    Stop,
}

/// What is being watched, and how.
struct Eyes {
    events: Option<RecommendedWatcher>,
    poll: PollWatcher,
    watch: DiskWatch,
    /// Each folder with what makes it itself, and whether it is polled.
    folders: BTreeMap<PathBuf, (Option<(u64, u64)>, bool)>,
    names: HashSet<String>,
    any_name: bool,
}

impl Eyes {
    fn new(sender: &Sender<Message>) -> Result<Self, WatchError> {
        let handler = || {
            let sender = sender.clone();
            move |event| {
                sender.send(Message::Event(event)).ok();
            }
        };
        Ok(Self {
            // Without events, everything is polled.
            events: RecommendedWatcher::new(handler(), Config::default()).ok(),
            poll: PollWatcher::new(handler(), Config::default().with_poll_interval(POLL))?,
            watch: DiskWatch::default(),
            folders: BTreeMap::new(),
            names: HashSet::new(),
            any_name: false,
        })
    }

    fn follow(&mut self, watch: &DiskWatch) -> Result<(), WatchError> {
        self.names.clear();
        for path in watch.paths() {
            self.names.insert(file_name(path));
            self.names.insert(file_name(&real(path)));
        }
        self.any_name = watch.opened().iter().any(|path| find::is_pattern(path));
        self.watch = watch.clone();
        self.refresh()
    }

    fn take(&mut self, message: Message) -> Taken {
        match message {
            Message::Stop => Taken::Stop,
            Message::Event(Ok(event)) if self.matters(&event) => Taken::Happened,
            Message::Event(Ok(_)) => Taken::Nothing,
            // Events may have been lost.
            Message::Event(Err(_)) => Taken::Happened,
            Message::Follow(watch) => match self.follow(&watch) {
                // What happened before the new folders were watched is not to be missed.
                Ok(()) | Err(_) => Taken::Happened,
            },
        }
    }

    fn matters(&self, event: &Event) -> bool {
        match event.kind {
            // Our own looking is one of these.
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => {}
            EventKind::Access(_) => return false,
            _ => {}
        }
        let matters = |path: &PathBuf| {
            let name = file_name(path);
            if write::is_temporary(&name) {
                return false;
            }
            // What has no ending may be a folder.
            self.any_name
                || self.names.contains(&name)
                || path.extension().is_none()
                || find::is_yaml(path)
                || self.folders.contains_key(path)
        };
        event.need_rescan() || event.paths.is_empty() || event.paths.iter().any(matters)
    }

    /// Watches the folders that are there now, and no others.
    fn refresh(&mut self) -> Result<(), WatchError> {
        let mut wanted = BTreeMap::new();
        for folder in self.watch.folders() {
            // Of a folder that is gone the next one above tells when it comes back.
            let mut folder = folder.as_path();
            while !folder.is_dir() && folder != Path::new(".") {
                folder = folder_of(folder);
            }
            let identity = fs::metadata(folder).ok().and_then(|metadata| identity(&metadata));
            wanted.insert(folder.to_owned(), identity);
        }
        let gone: Vec<PathBuf> = self
            .folders
            .iter()
            .filter(|(folder, (identity, _))| wanted.get(*folder) != Some(identity))
            .map(|(folder, _)| folder.clone())
            .collect();
        for folder in gone {
            if let Some((_, polled)) = self.folders.remove(&folder) {
                // A folder that is gone is not watched any more anyway.
                match &mut self.events {
                    Some(events) if !polled => events.unwatch(&folder).ok(),
                    _ => self.poll.unwatch(&folder).ok(),
                };
            }
        }
        let mut failure = None;
        for (folder, identity) in wanted {
            if self.folders.contains_key(&folder) {
                continue;
            }
            match self.look_at(&folder) {
                Ok(polled) => {
                    self.folders.insert(folder, (identity, polled));
                }
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(()), |error| Err(error.into()))
    }

    /// By events where they come, else by looking again and again.
    fn look_at(&mut self, folder: &Path) -> notify::Result<bool> {
        if let Some(events) = &mut self.events
            && !is_remote(folder)
            && events.watch(folder, RecursiveMode::NonRecursive).is_ok()
        {
            return Ok(false);
        }
        self.poll.watch(folder, RecursiveMode::NonRecursive).map(|()| true)
    }
}

/// Whether a folder is on a file system whose other writers this machine hears nothing of.
fn is_remote(folder: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        // NFS, SMB, SMB 2, CIFS, 9P, FUSE, AFS (linux/magic.h).
        const REMOTE: [u32; 7] =
            [0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x0102_1997, 0x6573_5546, 0x5346_414F];
        rustix::fs::statfs(folder).is_ok_and(|it| REMOTE.contains(&(it.f_type as u32)))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        false
    }
}
