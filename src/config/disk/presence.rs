//! Two studios on one file notice each other.
//!
//! A studio that has a file open holds a lock in the user's state folder, never beside the file.
//! The system gives the lock back when the studio ends, however it ends; a file without a lock says
//! nothing. The name of the lock is made from the real path of the file, so it is the same through
//! links.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::{real, write};

/// Another studio that has a file open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// The file, as it was asked for.
    pub path: PathBuf,
    /// The other's process, when it can be told.
    pub process: Option<u32>,
    /// When it opened the file, when it can be told.
    pub since: Option<SystemTime>,
}

/// The files that this studio holds. Given back when it is dropped.
#[derive(Debug)]
pub struct Presence {
    folder: PathBuf,
    held: Vec<Held>,
}

#[derive(Debug)]
struct Held {
    /// The real path of the file that is open.
    real: PathBuf,
    lock: PathBuf,
    file: File,
}

impl Presence {
    /// Presence by locks in a folder of the user's (see [`state_folder`](super::state_folder)).
    /// What studios that are gone left there is taken away.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(state: &Path) -> io::Result<Self> {
        let folder = state.join("open");
        super::state::private_folder(&folder)?;
        for entry in fs::read_dir(&folder)?.flatten() {
            write::remove_unless_held(&entry.path());
        }
        Ok(Self { folder, held: Vec::new() })
    }

    /// Says that this studio has exactly these files open, and tells who else has any of them. To
    /// be called again when files were opened or saved elsewhere, and whenever it is worth knowing
    /// whether the others are still there. A lock that cannot be had for another reason is as if
    /// nobody was there: presence is a courtesy, the look at the disk before each save protects.
    pub fn claim(&mut self, paths: &[PathBuf]) -> Vec<Other> {
        let wanted: Vec<(PathBuf, &PathBuf)> = paths.iter().map(|it| (real(it), it)).collect();
        self.held.retain_mut(|held| {
            let stays = wanted.iter().any(|(real, _)| *real == held.real);
            if !stays {
                held.give_back();
            }
            stays
        });
        let mut others = Vec::new();
        for (real, path) in wanted {
            if self.held.iter().any(|held| held.real == real) {
                continue;
            }
            match self.lock(&real, path) {
                Ok(Ok(held)) => self.held.push(held),
                Ok(Err(other)) => others.push(other),
                Err(_) => {}
            }
        }
        others
    }

    fn lock(&self, real: &Path, path: &Path) -> io::Result<Result<Held, Other>> {
        let name = Uuid::new_v5(&Uuid::NAMESPACE_URL, real.as_os_str().as_encoded_bytes());
        let lock = self.folder.join(format!("{name}.lock"));
        // How often somebody may be met who holds it and is nobody.
        let mut nobody = 100;
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&lock)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let other = holder(&mut file, path);
                    // A studio that starts looks whether it may be taken away, for a moment.
                    if other.process.is_some() || nobody == 0 {
                        return Ok(Err(other));
                    }
                    nobody -= 1;
                    std::thread::yield_now();
                    continue;
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever had it may just have taken it away.
            if !write::is_still(&lock, &file) {
                continue;
            }
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            let seconds = now.map_or(0, |now| now.as_secs());
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(format!("{} {seconds}\n", std::process::id()).as_bytes())?;
            return Ok(Ok(Held { real: real.to_owned(), lock, file }));
        }
    }
}

impl Held {
    fn give_back(&self) {
        // While it is still locked, so that nobody else's is taken away.
        fs::remove_file(&self.lock).ok();
        self.file.unlock().ok();
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        for held in &self.held {
            held.give_back();
        }
    }
}

/// What a lock's holder wrote into it.
fn holder(file: &mut File, path: &Path) -> Other {
    let mut text = String::new();
    // Some systems do not let others read what is locked: then only that there is somebody is
    // known.
    Read::by_ref(file).take(64).read_to_string(&mut text).ok();
    let mut numbers = text.split_whitespace().map(str::parse::<u64>);
    let mut next = || numbers.next().and_then(Result::ok);
    let process = next().and_then(|number| u32::try_from(number).ok());
    let since =
        next().and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    Other { path: path.to_owned(), process, since }
}
