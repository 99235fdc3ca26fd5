//! One file's bytes onto the disk.
//!
//! Replacing: a temporary file beside it is written, synced and renamed over it, and the folder is
//! synced, so that a crash leaves the old text or the new one and never half of either. The
//! temporary file is locked while it is being written: one that nobody holds was left behind by a
//! save that was killed, and the next save into the folder takes it away.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::save::{OwnSaves, SaveError, SaveMethod, SaveOptions, read_seen};
use super::{Stamp, folder_of};

const PREFIX: &str = ".exchange-studio-";
const SUFFIX: &str = ".tmp";

/// A place on disk that was found fit to be written.
#[derive(Debug)]
pub(super) struct Target {
    /// Through symlinks: a link is somebody's, and stays.
    path: PathBuf,
    in_place: bool,
}

/// The file as it was found.
pub(super) struct Old {
    pub bytes: Vec<u8>,
    pub stamp: Stamp,
}

pub(super) struct Written {
    pub stamp: Stamp,
    pub backup: Option<PathBuf>,
    pub not_kept: Vec<String>,
}

impl Target {
    /// Looks whether so many bytes can be written there, without writing.
    pub fn check(path: &Path, options: &SaveOptions, length: usize) -> Result<Self, SaveError> {
        let real = destination(path);
        let folder = folder_of(&real);
        let mut in_place = options.method == SaveMethod::InPlace;
        match fs::metadata(&real) {
            Ok(old) if !old.is_file() => return Err(SaveError::NotAFile(path.to_owned())),
            Ok(old) => {
                if !options.write_protected && is_protected(&real, &old) {
                    return Err(SaveError::WriteProtected(path.to_owned()));
                }
                let links = links(&old);
                if links > 1 && options.method == SaveMethod::Auto {
                    return Err(SaveError::HardLinks { path: path.to_owned(), links });
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !folder.is_dir() {
                    return Err(SaveError::NoFolder(folder.to_owned()));
                }
                // There is nothing to keep.
                in_place = false;
            }
            Err(error) => return Err(SaveError::of(path, error)),
        }
        if !in_place {
            may_create_in(folder)
                .map_err(|error| SaveError::FolderProtected { path: folder.to_owned(), error })?;
        }
        if room_in(folder).is_some_and(|room| room < length as u64) {
            return Err(SaveError::Full { path: path.to_owned(), error: None });
        }
        Ok(Self { path: real, in_place })
    }

    pub fn read(&self) -> Result<Option<(Vec<u8>, Stamp)>, SaveError> {
        read_seen(&self.path).map_err(|error| SaveError::of(&self.path, error))
    }

    /// Gives the file another content.
    pub fn write(
        &self,
        bytes: &[u8],
        old: Option<&Old>,
        options: &SaveOptions,
        own: &OwnSaves,
    ) -> Result<Written, SaveError> {
        sweep(folder_of(&self.path));
        match old {
            Some(old) if self.in_place => self.write_in_place(bytes, old, options, own),
            _ => self.replace(bytes, old, options, own),
        }
    }

    fn replace(
        &self,
        bytes: &[u8],
        old: Option<&Old>,
        options: &SaveOptions,
        own: &OwnSaves,
    ) -> Result<Written, SaveError> {
        let failed = |error| SaveError::of(&self.path, error);
        let folder = folder_of(&self.path);
        let old_metadata = fs::metadata(&self.path).ok();
        let mut temporary = temporary(folder, old_metadata.is_some()).map_err(failed)?;
        temporary.write_all(bytes).map_err(failed)?;
        let mut not_kept = Vec::new();
        if let Some(metadata) = &old_metadata {
            not_kept = keep(&self.path, metadata, temporary.as_file()).map_err(failed)?;
        }
        temporary.as_file().sync_all().map_err(failed)?;
        let backup = match old {
            Some(old) if options.backups > 0 => Some(self.back_up(&old.bytes)?),
            _ => None,
        };
        // Writing took its time; somebody may have been quicker.
        let now = fs::metadata(&self.path).ok().map(|metadata| Stamp::of(&metadata));
        if !options.overwrite && now.as_ref() != old.map(|old| &old.stamp) {
            return Err(SaveError::ChangedOnDisk(self.path.clone()));
        }
        let stamp = Stamp::of(&temporary.as_file().metadata().map_err(failed)?);
        // Told before it happens, so that no look at the disk comes in between.
        own.end(&self.path, Some(&stamp));
        temporary.persist(&self.path).map_err(|error| {
            own.end(&self.path, None);
            failed(error.error)
        })?;
        sync_folder(folder).map_err(failed)?;
        if options.backups > 0 {
            self.forget_backups(options.backups);
        }
        Ok(Written { stamp, backup, not_kept })
    }

    /// Writes into the file itself. The old text lies beside it as a backup until that is done, and
    /// is put back when it fails.
    fn write_in_place(
        &self,
        bytes: &[u8],
        old: &Old,
        options: &SaveOptions,
        own: &OwnSaves,
    ) -> Result<Written, SaveError> {
        let failed = |error| SaveError::of(&self.path, error);
        let mut file = OpenOptions::new().write(true).open(&self.path).map_err(failed)?;
        // In a folder that takes no file the old text is in memory only.
        let backup = match self.back_up(&old.bytes) {
            Ok(backup) => Some(backup),
            Err(SaveError::Backup { error, .. })
                if options.backups == 0 && error.kind() == io::ErrorKind::PermissionDenied =>
            {
                None
            }
            Err(error) => return Err(error),
        };
        own.begin(&self.path);
        let mut put = |bytes: &[u8]| -> io::Result<Stamp> {
            file.rewind()?;
            file.write_all(bytes)?;
            file.set_len(bytes.len() as u64)?;
            file.sync_all()?;
            Ok(Stamp::of(&file.metadata()?))
        };
        let result = put(bytes);
        let restored = if result.is_err() { put(&old.bytes).is_ok() } else { true };
        own.end(&self.path, result.as_ref().ok());
        match (&backup, options.backups) {
            // The only whole copy of the old text is never taken away.
            (Some(backup), 0) if restored => {
                fs::remove_file(backup).ok();
            }
            (_, count) if count > 0 => self.forget_backups(count),
            _ => {}
        }
        let stamp = result.map_err(failed)?;
        let backup = backup.filter(|_| options.backups > 0);
        Ok(Written { stamp, backup, not_kept: Vec::new() })
    }

    /// Puts the old text beside the file under the next number, whole or not at all.
    fn back_up(&self, bytes: &[u8]) -> Result<PathBuf, SaveError> {
        let make = || -> io::Result<PathBuf> {
            let folder = folder_of(&self.path);
            let mut copy = temporary(folder, true)?;
            copy.write_all(bytes)?;
            keep(&self.path, &fs::metadata(&self.path)?, copy.as_file())?;
            copy.as_file().sync_all()?;
            let mut number = backups(&self.path).last().map_or(1, |(number, _)| number + 1);
            loop {
                let path = self.backup_path(number);
                match copy.persist_noclobber(&path) {
                    Ok(_) => break sync_folder(folder).map(|()| path),
                    Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                        copy = error.file;
                        number += 1;
                    }
                    Err(error) => break Err(error.error),
                }
            }
        };
        make().map_err(|error| match SaveError::of(&self.path, error) {
            SaveError::Io { path, error } => SaveError::Backup { path, error },
            full => full,
        })
    }

    fn backup_path(&self, number: u64) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".~{number}~"));
        self.path.with_file_name(name)
    }

    fn forget_backups(&self, keep: usize) {
        let backups = backups(&self.path);
        for (_, path) in &backups[..backups.len().saturating_sub(keep)] {
            // One that stays is one too many, and no harm.
            fs::remove_file(path).ok();
        }
    }
}

/// The numbered backups of a file and their numbers, the oldest first. They lie beside the file
/// itself, also when the path is a symlink to it.
pub fn backups(path: &Path) -> Vec<(u64, PathBuf)> {
    let path = destination(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let number = |entry: &str| -> Option<u64> {
        entry.strip_prefix(&name)?.strip_prefix(".~")?.strip_suffix('~')?.parse().ok()
    };
    let entries = fs::read_dir(folder_of(&path)).into_iter().flatten().flatten();
    let mut backups: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| Some((number(&entry.file_name().to_string_lossy())?, entry.path())))
        .collect();
    backups.sort();
    backups
}

/// Through symlinks to the file itself, even one that is not there (any more).
pub(super) fn destination(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let mut path = path.to_owned();
    // As many links as Linux follows before it takes them for a loop.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// A locked temporary file. `private` when it is to have the permissions of another file, which
/// may be fewer than those of a new one.
pub(super) fn temporary(folder: &Path, private: bool) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A new file gets what the user's mask leaves of this, as any editor's would.
        let mode = if private { 0o600 } else { 0o666 };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = private;
    loop {
        let temporary = builder.tempfile_in(folder)?;
        match temporary.as_file().try_lock() {
            // Between making and locking, a sweep may have taken it for a leftover.
            Ok(()) if !is_still(temporary.path(), temporary.as_file()) => {}
            Err(fs::TryLockError::WouldBlock) => {}
            // Where files cannot be locked nobody sweeps either.
            Ok(()) | Err(fs::TryLockError::Error(_)) => return Ok(temporary),
        }
    }
}

/// Whether a path still leads to an open file.
pub(super) fn is_still(path: &Path, file: &File) -> bool {
    match (fs::metadata(path), file.metadata()) {
        (Ok(path), Ok(file)) => super::identity(&path) == super::identity(&file),
        _ => false,
    }
}

/// Whether a name is that of a temporary file of a save.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// Takes away temporary files that nobody holds.
pub(super) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_temporary(&name) {
            remove_unless_held(&entry.path());
        }
    }
}

/// Takes a file away unless somebody has it locked.
pub(super) fn remove_unless_held(path: &Path) -> bool {
    // Never through a link, nor into a pipe that waits for a writer.
    if !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    let Ok(file) = OpenOptions::new().write(true).open(path) else { return false };
    file.try_lock().is_ok() && is_still(path, &file) && fs::remove_file(path).is_ok()
}

/// Gives a new file what makes the old one what it is beside its text; tells in words what could
/// not be given.
pub(super) fn keep(path: &Path, old: &Metadata, new: &File) -> io::Result<Vec<String>> {
    let mut not_kept = Vec::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // Only root may give a file away; for everybody else it is theirs already.
        let now = new.metadata()?;
        if old.uid() != now.uid() && std::os::unix::fs::fchown(new, Some(old.uid()), None).is_err()
        {
            not_kept.push("its owner".to_owned());
        }
        if old.gid() != now.gid() && std::os::unix::fs::fchown(new, None, Some(old.gid())).is_err()
        {
            not_kept.push("its group".to_owned());
        }
    }
    #[cfg(target_os = "linux")]
    if let Ok(file) = File::open(path) {
        not_kept.extend(copy_attributes(&file, new));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = path;
    new.set_permissions(old.permissions())?;
    Ok(not_kept)
}

/// Copies extended attributes, access control lists among them.
#[cfg(target_os = "linux")]
fn copy_attributes(old: &File, new: &File) -> Vec<String> {
    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
    let get = |file: &File, name: &str| -> Option<Vec<u8>> {
        // The kernel allows no more than 64 KiB for one.
        let mut value = vec![0; 1 << 16];
        let length = fgetxattr(file, name, &mut value).ok()?;
        value.truncate(length);
        Some(value)
    };
    let mut names = vec![0; 1 << 16];
    // A file system without attributes has none to lose.
    let Ok(length) = flistxattr(old, &mut names) else { return Vec::new() };
    let names = names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let mut lost = Vec::new();
    for name in names {
        let name = String::from_utf8_lossy(name).into_owned();
        let Some(value) = get(old, &name) else { continue };
        if get(new, &name).as_ref() != Some(&value)
            && fsetxattr(new, &name, &value, XattrFlags::empty()).is_err()
        {
            lost.push(format!("its attribute {name}"));
        }
    }
    lost
}

fn links(metadata: &Metadata) -> u64 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        metadata.nlink()
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        1
    }
}

/// Whether a file is marked as not to be written, or may not be by this user. Root may write what
/// is marked, and still should be asked.
fn is_protected(path: &Path, metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use rustix::fs::{Access, AtFlags, CWD, accessat};
        metadata.permissions().readonly()
            || accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS).is_err()
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        metadata.permissions().readonly()
    }
}

fn may_create_in(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::fs::{Access, AtFlags, CWD, accessat};
        let wanted = Access::WRITE_OK | Access::EXEC_OK;
        accessat(CWD, folder, wanted, AtFlags::EACCESS).map_err(io::Error::from)
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Ok(())
    }
}

/// How many bytes the user can still write there, where the system tells.
fn room_in(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let room = rustix::fs::statvfs(folder).ok()?;
        // Some network file systems say zero of everything.
        (room.f_blocks > 0).then(|| room.f_bavail.saturating_mul(room.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

/// The rename itself is on disk only when the folder is.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
