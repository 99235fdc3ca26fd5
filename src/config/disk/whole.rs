//! A small file that is read and written as a whole, and is no stream of documents.

use std::io;
use std::path::Path;

use super::save::{OwnSaves, SaveError, SaveOptions, read_seen};
use super::write::{Old, Target};

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
