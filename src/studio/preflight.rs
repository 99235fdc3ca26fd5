//! Whether a window can open here, asked before one is tried.
//!
//! On Linux the window's libraries are not linked but looked up while the program runs, so that
//! the same binary serves machines without a display. The price is that a missing one shows late
//! and in the words of whoever missed it, from deep inside and sometimes as a panic. So everything
//! needed is looked for first, where the dynamic loader would look, and what is missing is named
//! together with the package that brings it.
//!
//! Nothing is loaded to find out: a library counts as there when the loader's cache or one of its
//! folders has its name.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// A library that opening a window needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Library {
    /// The file names that serve, any of them; the first is the usual one.
    pub files: &'static [&'static str],
    /// The Debian package that brings it.
    pub package: &'static str,
}

/// What a window on an X server needs.
const X11: &[Library] = &[
    Library { files: &["libX11.so.6", "libX11.so"], package: "libx11-6" },
    Library { files: &["libX11-xcb.so.1", "libX11-xcb.so"], package: "libx11-xcb1" },
    Library { files: &["libXcursor.so.1", "libXcursor.so"], package: "libxcursor1" },
    Library { files: &["libXi.so.6", "libXi.so"], package: "libxi6" },
    Library { files: &["libXrandr.so.2", "libXrandr.so"], package: "libxrandr2" },
    Library {
        files: &["libxkbcommon-x11.so.0", "libxkbcommon-x11.so"],
        package: "libxkbcommon-x11-0",
    },
    Library { files: &["libGL.so.1", "libGL.so", "libEGL.so.1", "libEGL.so"], package: "libgl1" },
];

/// What a window on a Wayland compositor needs.
const WAYLAND: &[Library] = &[
    Library {
        files: &["libwayland-client.so.0", "libwayland-client.so"],
        package: "libwayland-client0",
    },
    Library { files: &["libwayland-egl.so.1", "libwayland-egl.so"], package: "libwayland-egl1" },
    Library { files: &["libxkbcommon.so.0", "libxkbcommon.so"], package: "libxkbcommon0" },
    Library { files: &["libEGL.so.1", "libEGL.so"], package: "libegl1" },
];

/// Why no window can open, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWindow {
    /// No display is named in the environment.
    NoDisplay,
    /// Libraries that the display needs were not found.
    Libraries(Vec<Library>),
}

/// The subcommands live on without a window; said at the end of every message.
const WITHOUT_A_WINDOW: &str = "Every subcommand works without a window, as in\n  \
    exchange-studio check FOLDER\nand exchange-studio --help lists them.";

impl fmt::Display for NoWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDisplay => write!(
                f,
                "There is no display to open a window on: neither WAYLAND_DISPLAY nor DISPLAY is \
                 set.\nStart the studio from a graphical session, or over a connection that \
                 forwards one (ssh -X).\n{WITHOUT_A_WINDOW}"
            ),
            Self::Libraries(libraries) => {
                writeln!(f, "No window can open, because system libraries are missing:")?;
                for library in libraries {
                    let file = library.files.first().copied().unwrap_or_default();
                    writeln!(f, "  {file} (Debian package {})", library.package)?;
                }
                write!(f, "On Debian and Ubuntu this installs them:\n  sudo apt-get install")?;
                for library in libraries {
                    write!(f, " {}", library.package)?;
                }
                write!(f, "\n{WITHOUT_A_WINDOW}")
            }
        }
    }
}

impl std::error::Error for NoWindow {}

/// What the answer depends on.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Whether a Wayland compositor is named (`WAYLAND_DISPLAY` or `WAYLAND_SOCKET`).
    pub wayland: bool,
    /// Whether an X server is named (`DISPLAY`).
    pub x11: bool,
    /// The loader's cache of library names, empty when there is none.
    pub cache: Vec<u8>,
    /// The folders the loader looks in besides.
    pub folders: Vec<PathBuf>,
}

impl Surroundings {
    /// Those of this process: its environment and the folders of this system.
    pub fn of_this_process() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            wayland: set("WAYLAND_DISPLAY").or_else(|| set("WAYLAND_SOCKET")).is_some(),
            x11: set("DISPLAY").is_some(),
            cache: std::fs::read("/etc/ld.so.cache").unwrap_or_default(),
            folders: folders(set("LD_LIBRARY_PATH")),
        }
    }

    fn has(&self, file: &str) -> bool {
        // The cache keeps names as texts that end in a zero byte.
        let entry = [b"\0", file.as_bytes(), b"\0"].concat();
        memchr::memmem::find(&self.cache, &entry).is_some()
            || self.folders.iter().any(|folder| folder.join(file).exists())
    }
}

/// Where the loader looks: the folders the user names, then those of the system, with the ones per
/// machine type that Debian and its kin have.
fn folders(library_path: Option<OsString>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = library_path.iter().flat_map(std::env::split_paths).collect();
    for system in ["/lib", "/usr/lib", "/usr/local/lib", "/lib64", "/usr/lib64"] {
        folders.push(system.into());
        let Ok(entries) = std::fs::read_dir(Path::new(system)) else { continue };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().contains("-linux-") {
                folders.push(entry.path());
            }
        }
    }
    folders
}

/// Says why no window can open, if that can be known beforehand. On systems other than Linux a
/// window's libraries are part of the system, and the answer is always yes.
pub fn check(surroundings: &Surroundings) -> Result<(), NoWindow> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    // The same choice the window makes: Wayland where there is one.
    let needed = match (surroundings.wayland, surroundings.x11) {
        (true, _) => WAYLAND,
        (false, true) => X11,
        (false, false) => return Err(NoWindow::NoDisplay),
    };
    let missing: Vec<Library> = needed
        .iter()
        .filter(|library| !library.files.iter().any(|file| surroundings.has(file)))
        .copied()
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(NoWindow::Libraries(missing)) }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    fn x11(files: &[&str]) -> (tempfile::TempDir, Surroundings) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let folders = vec![folder.path().to_owned()];
        (folder, Surroundings { x11: true, folders, ..Surroundings::default() })
    }

    #[test]
    fn without_a_display_it_says_so_and_what_works_without() {
        let error = check(&Surroundings::default()).unwrap_err();
        assert_eq!(error, NoWindow::NoDisplay);
        let message = error.to_string();
        assert!(message.contains("DISPLAY"), "{message}");
        assert!(message.contains("exchange-studio check"), "{message}");
    }

    #[test]
    fn a_missing_library_is_named_with_its_package_and_the_command() {
        let usual: Vec<&str> = X11.iter().map(|library| library.files[0]).collect();
        let (_folder, surroundings) = x11(&usual);
        assert_eq!(check(&surroundings), Ok(()));
        for missing in X11 {
            let rest: Vec<&str> =
                usual.iter().copied().filter(|file| *file != missing.files[0]).collect();
            let (_folder, surroundings) = x11(&rest);
            let error = check(&surroundings).unwrap_err();
            assert_eq!(error, NoWindow::Libraries(vec![*missing]));
            let message = error.to_string();
            assert!(message.contains(missing.files[0]), "{message}");
            let command = format!("sudo apt-get install {}\n", missing.package);
            assert!(message.contains(&command), "{message}");
        }
    }

    #[test]
    fn the_cache_counts_whole_names_only() {
        let cache = b"\0libGL.so.1.7.0\0libX11.so.6\0/usr/lib/libX11.so.6\0".to_vec();
        let surroundings = Surroundings { cache, ..Surroundings::default() };
        assert!(surroundings.has("libX11.so.6"));
        assert!(!surroundings.has("libGL.so.1"));
    }

    #[test]
    fn wayland_comes_before_x11() {
        let surroundings = Surroundings { wayland: true, x11: true, ..Surroundings::default() };
        let Err(NoWindow::Libraries(missing)) = check(&surroundings) else { panic!() };
        assert!(missing.iter().any(|library| library.package == "libwayland-client0"));
    }
}
