//! The user's state folder: what must outlive the studio and belongs to no project.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where locks and unsaved work are kept, where the platform has a place for it.
pub fn state_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "exchange-studio")?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_owned())
}

/// Makes a folder that nobody else can look into.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
