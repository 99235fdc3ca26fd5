//! A file that is written as a whole or not at all, and is no stream of documents.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::folder_of;
use super::save::{OwnSaves, SaveError, SaveOptions, read_seen};
use super::write::{Old, Target, destination, keep, sweep, sync_folder, temporary};

/// What is in a file; `None` when there is none.
///
/// # Errors
///
/// When it is there and cannot be read.
pub(in crate::config) fn read_whole(path: &Path) -> io::Result<Option<Vec<u8>>> {
    Ok(read_seen(path)?.map(|(bytes, _)| bytes))
}

/// Gives a file another content in one step; `known` is what was read from it, `None` when it was
/// not there.
///
/// # Errors
///
/// Any [`SaveError`]; the content is the old one then, also when it is not the known one.
pub(in crate::config) fn write_whole(
    path: &Path,
    bytes: &[u8],
    known: Option<&[u8]>,
    options: &SaveOptions,
) -> Result<(), SaveError> {
    let target = Target::check(path, options, bytes.len())?;
    let old = target.read()?;
    let now = old.as_ref().map(|(bytes, _)| bytes.as_slice());
    if now != known && !options.overwrite {
        return Err(SaveError::ChangedOnDisk(path.to_owned()));
    }
    let old = old.map(|(bytes, stamp)| Old { bytes, stamp });
    target.write(bytes, old.as_ref(), options, &OwnSaves::default())?;
    Ok(())
}

/// Writes what was derived from a project, piece by piece: a drawing, a table. What is replaced
/// hands on its permissions, and a link to it stays.
///
/// # Errors
///
/// Whatever the disk or the content says; what was there still is. Without `replace` also
/// [`io::ErrorKind::AlreadyExists`].
pub fn write_derived(
    path: &Path,
    replace: bool,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let path = if replace { destination(path) } else { path.to_owned() };
    let folder = folder_of(&path);
    sweep(folder);
    let old = fs::metadata(&path).ok().filter(|old| replace && old.is_file());
    let mut out = BufWriter::new(temporary(folder, old.is_some())?);
    content(&mut out)?;
    let temporary = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(old) = &old {
        keep(&path, old, temporary.as_file())?;
    }
    temporary.as_file().sync_all()?;
    if replace {
        temporary.persist(&path)?;
    } else {
        temporary.persist_noclobber(&path)?;
    }
    sync_folder(folder)
}
