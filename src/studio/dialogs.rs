//! Native file dialogs, behind a trait so that a test can answer in their place.

use std::path::{Path, PathBuf};

use crate::diagram::export::Format;

/// Asks a person for files. Called on a background thread; a dialog may stay open for minutes.
pub trait FileDialogs: Send + Sync {
    /// Whether a dialog service answers here; if not, the window asks for a path instead.
    fn available(&self) -> bool;
    fn pick_files(&self) -> Option<Vec<PathBuf>>;
    fn pick_folder(&self) -> Option<PathBuf>;
    /// A file with a private key.
    fn pick_key(&self) -> Option<PathBuf>;
    /// Files of cases.
    fn pick_cases(&self) -> Option<Vec<PathBuf>> {
        self.pick_files()
    }
    /// A file with certificates.
    fn pick_certificate(&self) -> Option<PathBuf> {
        self.pick_key()
    }
    fn save_file(&self, suggested: &Path) -> Option<PathBuf>;
}

/// The dialogs of the desktop, through rfd.
#[derive(Debug, Default)]
pub struct NativeDialogs;

impl FileDialogs for NativeDialogs {
    fn available(&self) -> bool {
        native_service_answers()
    }

    fn pick_files(&self) -> Option<Vec<PathBuf>> {
        dialog("Open client apps").pick_files()
    }

    fn pick_folder(&self) -> Option<PathBuf> {
        rfd::FileDialog::new().set_title("Open a folder of client apps").pick_folder()
    }

    fn pick_key(&self) -> Option<PathBuf> {
        rfd::FileDialog::new()
            .set_title("Choose a private key")
            .add_filter("Keys (PEM, JSON Web Key)", &["pem", "key", "jwk", "json"])
            .add_filter("All files", &["*"])
            .pick_file()
    }

    fn pick_cases(&self) -> Option<Vec<PathBuf>> {
        dialog("Open files of cases").pick_files()
    }

    fn pick_certificate(&self) -> Option<PathBuf> {
        rfd::FileDialog::new()
            .set_title("Choose a certificate")
            .add_filter("Certificates (PEM)", &["pem", "crt", "cer"])
            .add_filter("All files", &["*"])
            .pick_file()
    }

    fn save_file(&self, suggested: &Path) -> Option<PathBuf> {
        let ending = suggested.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let derived = [("csv", "CSV"), ("xml", "JUnit XML"), ("md", "Markdown")];
        let derived = derived.into_iter().find(|(known, _)| *known == ending);
        let plain = || rfd::FileDialog::new().set_title("Save as");
        let mut dialog = match Format::of_path(suggested) {
            Some(first) => {
                let rest = Format::ALL.into_iter().filter(|format| *format != first);
                let formats = std::iter::once(first).chain(rest);
                formats.fold(plain(), |dialog, format| {
                    dialog.add_filter(format.label(), &[format.ending()])
                })
            }
            None => match derived {
                Some((ending, label)) => plain().add_filter(label, &[ending]),
                None => dialog("Save as"),
            },
        };
        if let Some(folder) = suggested.parent() {
            dialog = dialog.set_directory(folder);
        }
        if let Some(name) = suggested.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        dialog.save_file()
    }
}

fn dialog(title: &str) -> rfd::FileDialog {
    rfd::FileDialog::new()
        .set_title(title)
        .add_filter("YAML", &["yaml", "yml"])
        .add_filter("All files", &["*"])
}

/// On Linux a dialog comes from the desktop portal, over the session bus, or from `zenity`. Where
/// neither is there rfd answers as if the person had cancelled, so it is asked beforehand.
#[cfg(target_os = "linux")]
fn native_service_answers() -> bool {
    let search = |variable: &str, default: &str, relative: &str| {
        let value = std::env::var_os(variable).unwrap_or_else(|| default.into());
        std::env::split_paths(&value).any(|folder| folder.join(relative).exists())
    };
    let bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || std::env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|folder| Path::new(&folder).join("bus").exists());
    let portal = search(
        "XDG_DATA_DIRS",
        "/usr/local/share:/usr/share",
        "dbus-1/services/org.freedesktop.portal.Desktop.service",
    );
    (bus && portal) || search("PATH", "", "zenity")
}

#[cfg(not(target_os = "linux"))]
fn native_service_answers() -> bool {
    true
}
