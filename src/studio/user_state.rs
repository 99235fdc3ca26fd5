//! What a person would want back tomorrow: recent files and theme. Kept in the platform's
//! configuration folder, never with anything of a project in it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How many recent projects are remembered.
const RECENT: usize = 10;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

impl From<ThemeChoice> for egui::ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::System => Self::System,
            ThemeChoice::Light => Self::Light,
            ThemeChoice::Dark => Self::Dark,
        }
    }
}

/// What the client apps are listed under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grouping {
    #[default]
    None,
    File,
    Subscription,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserState {
    pub theme: ThemeChoice,
    /// Projects opened lately, the latest first, each as the paths it was opened from.
    pub recent: Vec<Vec<PathBuf>>,
    pub show_problems: bool,
    pub grouping: Grouping,
    /// How many numbered backups a save leaves beside the file.
    pub backups: usize,
}

impl Default for UserState {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            recent: Vec::new(),
            show_problems: true,
            grouping: Grouping::None,
            backups: 0,
        }
    }
}

impl UserState {
    /// The file it is kept in, where the platform has a place for it.
    pub fn default_path() -> Option<PathBuf> {
        directories::ProjectDirs::from("", "", "exchange-studio")
            .map(|folders| folders.config_dir().join("settings.yaml"))
    }

    /// Reads it; what cannot be read is as if it had never been written.
    pub fn load(path: &Path) -> Self {
        std::fs::read_to_string(path)
            .ok()
            .and_then(|text| serde_yaml::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// # Errors
    ///
    /// When the folder or the file cannot be written.
    pub fn store(&self, path: &Path) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let text = serde_yaml::to_string(self).map_err(std::io::Error::other)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    }

    pub fn remember(&mut self, paths: &[PathBuf]) {
        self.recent.retain(|known| known != paths);
        self.recent.insert(0, paths.to_vec());
        self.recent.truncate(RECENT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/settings.yaml");
        let mut state = UserState { theme: ThemeChoice::Dark, ..UserState::default() };
        state.remember(&[PathBuf::from("/a"), PathBuf::from("/b")]);
        state.store(&path).unwrap();
        assert_eq!(UserState::load(&path), state);
    }

    #[test]
    fn a_broken_settings_file_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.yaml");
        std::fs::write(&path, "theme: [").unwrap();
        assert_eq!(UserState::load(&path), UserState::default());
    }

    #[test]
    fn the_latest_project_comes_first_and_once() {
        let mut state = UserState::default();
        for name in ["/a", "/b", "/a"] {
            state.remember(&[PathBuf::from(name)]);
        }
        assert_eq!(state.recent, [vec![PathBuf::from("/a")], vec![PathBuf::from("/b")]]);
    }
}
