//! A studio without a screen.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::Project;
use exchange_studio::exchange::SystemKeyring;
use exchange_studio::studio::{Command, FileDialogs, Outside, Studio};

/// Two client apps: the one may exchange a token into the other.
pub const PORTAL_INTO_LEDGER: &str = "---
!ClientAppDto
id: portal
name: Portal
allowedTokenExchangeClientApps:
  - id: ledger
---
!ClientAppDto
id: ledger
name: Ledger
";

/// The same, and back.
pub const EACH_INTO_THE_OTHER: &str = "---
!ClientAppDto
id: portal
name: Portal
allowedTokenExchangeClientApps:
  - id: ledger
---
!ClientAppDto
id: ledger
name: Ledger
allowedTokenExchangeClientApps:
  - id: portal
";

/// Dialogs that answer with what the test put in, as a person would.
#[derive(Default)]
pub struct Answers {
    pub available: bool,
    pub files: Mutex<Option<Vec<PathBuf>>>,
    pub folder: Mutex<Option<PathBuf>>,
    pub save: Mutex<Option<PathBuf>>,
}

impl FileDialogs for Answers {
    fn available(&self) -> bool {
        self.available
    }
    fn pick_files(&self) -> Option<Vec<PathBuf>> {
        self.files.lock().unwrap().take()
    }
    fn pick_folder(&self) -> Option<PathBuf> {
        self.folder.lock().unwrap().take()
    }
    fn pick_key(&self) -> Option<PathBuf> {
        self.files.lock().unwrap().take()?.pop()
    }
    fn save_file(&self, _suggested: &Path) -> Option<PathBuf> {
        self.save.lock().unwrap().take()
    }
}

/// What is outside of a window that reads files and keeps nothing.
pub fn outside(answers: Answers) -> Outside {
    let (dialogs, open) = (Arc::new(answers), Arc::new(Project::open_with));
    let keyring = Arc::new(SystemKeyring::on_bus("unix:path=/nowhere/bus"));
    Outside { dialogs, open, settings: None, state: None, keyring }
}

/// A window of a given size with nothing open.
pub fn empty(answers: Answers) -> Harness<'static, Studio> {
    window(outside(answers))
}

pub fn window(outside: Outside) -> Harness<'static, Studio> {
    Harness::builder()
        .with_size(egui::vec2(1360.0, 860.0))
        .with_max_steps(24)
        .build_eframe(|creation| Studio::new(&creation.egui_ctx, outside).unwrap())
}

/// A window with a file or folder open.
pub fn opened(path: &Path) -> Harness<'static, Studio> {
    let mut harness = empty(Answers::default());
    send(&mut harness, Command::Open(vec![path.to_path_buf()]));
    until(&mut harness, "the project is open", |studio| !studio.state.project.files().is_empty());
    harness
}

/// A window with a file of this text open, in a folder of its own.
pub fn with_text(text: &str) -> (tempfile::TempDir, Harness<'static, Studio>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    std::fs::write(&path, text).unwrap();
    let mut harness = opened(&path);
    harness.run_ok();
    (folder, harness)
}

pub fn send(harness: &mut Harness<'static, Studio>, command: Command) {
    harness.state_mut().state.apply(command);
    harness.run_ok();
}

/// Runs frames until a condition holds; what it waits for is work on other threads.
pub fn until(harness: &mut Harness<'static, Studio>, what: &str, done: impl Fn(&Studio) -> bool) {
    let started = Instant::now();
    while !done(harness.state()) {
        assert!(started.elapsed() < Duration::from_secs(60), "waited for: {what}");
        std::thread::yield_now();
        harness.step();
    }
    harness.run_ok();
}

/// Presses a button by its name, wherever it is. What it starts may go on in the background.
pub fn click(harness: &mut Harness<'static, Studio>, name: &str) {
    harness.get_by_label(name).scroll_to_me();
    harness.run_ok();
    harness.get_by_label(name).click();
    harness.run_ok();
}

/// A field for text by its name. The label beside it may have the same.
pub fn field<'a>(harness: &'a Harness<'static, Studio>, name: &'a str) -> egui_kittest::Node<'a> {
    harness.get_by(|node| {
        let role = node.role();
        let text = matches!(role, Role::TextInput | Role::MultilineTextInput);
        text && node.label().as_deref() == Some(name)
    })
}

/// Replaces the text of a field.
pub fn retype(harness: &mut Harness<'static, Studio>, name: &str, text: &str) {
    field(harness, name).scroll_to_me();
    harness.run_ok();
    field(harness, name).focus();
    harness.run_ok();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_ok();
    field(harness, name).type_text(text);
    harness.run_ok();
}

/// Presses keys. What they start may go on in the background.
pub fn press(harness: &mut Harness<'static, Studio>, modifiers: egui::Modifiers, key: egui::Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_ok();
}
