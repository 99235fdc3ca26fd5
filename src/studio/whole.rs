//! Files that the window writes beside the project's own: there as a whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes a file by a temporary one beside it.
///
/// # Errors
/// Whatever the disk or the content says; what was there still is. With `replace` off, also that
/// something is there already.
pub fn write_whole(
    path: &Path,
    replace: bool,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".exchange-studio-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the user's mask leaves of this, as with any new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    let mut out = BufWriter::new(temporary);
    content(&mut out)?;
    let temporary = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    temporary.as_file().sync_all()?;
    if replace {
        // Through a link, not over it.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        temporary.persist(path)?;
    } else {
        temporary.persist_noclobber(path)?;
    }
    Ok(())
}

/// Why it was not written, as a sentence without its stop.
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "a file is there already, so choose another name".to_owned()
        }
        _ => error.to_string(),
    }
}
