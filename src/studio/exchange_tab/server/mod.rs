//! The part of the exchange tab that is about the server itself: how it is reached and how clients
//! authenticate there, kept as a profile of the project file if a person wants that, and what the
//! server says of itself before anything is exchanged with it.
//!
//! Everything here works on the form of the exchange, so there is one description of the server and
//! not two that could differ. A profile is kept in the project file in memory at once, and written
//! with it: like pinned positions, only when somebody asks for that.

mod chooser_ui;
mod clients_ui;
pub mod draft;
mod fields_ui;
mod inspector_ui;
mod keep;
pub mod keyring;
mod keyring_ui;
mod way_ui;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::authority::Running;
use crate::config::{Profile, Project};
use crate::exchange::{Http, Inspection, inspect};
use crate::trust::Reading;

use super::super::command::Command as WindowCommand;
use super::super::jobs::{JobId, Jobs};
use super::super::state::State;
use super::form::{Form, ServerChoice};
use super::leg::Leg;
use super::{Command as TabCommand, ExchangeTab, key};
pub use chooser_ui::{chooser_ui, summary_ui};
pub use clients_ui::{audiences, certificate_ui};
pub use fields_ui::secret_ui;
use keyring::{Desk, KeyringCommand};
pub use keyring_ui::KeyringOf;

/// What this part can be asked to do.
#[derive(Debug)]
pub enum Command {
    /// Fills the form from a profile of the project file.
    Choose(String),
    /// Keeps what the form says of the server under a name, in place of what was there.
    SaveAs(String),
    /// Takes a profile out of the project file. What it said stays in the form.
    Remove(String),
    /// The person typed the name of something that is to be added.
    Name(Box<Names>),
    /// Looks at a client of the server's description.
    ShowClient(String),
    /// Asks the server what it says of itself.
    Inspect,
    Inspected(Result<Box<Inspection>, String>),
    /// About the system's keyring.
    Keyring(KeyringCommand),
}

/// Names of what is to be added, as far as they are typed.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub profile: String,
    pub client: String,
    pub parameter: String,
    pub audience: String,
}

/// A file that the server's description names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileOf {
    /// The client it belongs to; `None` for the one that asks, or for the server itself.
    pub client: Option<String>,
    pub file: File,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    Secret,
    Key,
    Certificate,
    CertificateKey,
    Authorities,
}

impl FileOf {
    /// A file of the client that asks, or of the server.
    pub fn own(file: File) -> Self {
        Self { client: None, file }
    }

    /// As in "the path of …".
    pub fn what(&self) -> &'static str {
        match self.file {
            File::Secret => "the file with the secret",
            File::Key => "the key file",
            File::Certificate => "the certificate file",
            File::CertificateKey => "the certificate's key file",
            File::Authorities => "the file of certificate authorities",
        }
    }

    pub fn is_certificate(&self) -> bool {
        matches!(self.file, File::Certificate | File::Authorities)
    }
}

/// What this part keeps between frames, for one form.
#[derive(Debug, Default)]
pub struct Server {
    /// The form it is about, to which every answer goes back.
    leg: Leg,
    /// What the server says of itself, or why that is not known.
    pub inspection: Option<Result<Box<Inspection>, String>>,
    inspecting: Option<JobId>,
    /// The authority built in is being started to be asked.
    waiting: bool,
    names: Names,
    /// What is asked of the system's keyring.
    pub keyring: Desk,
    /// The client that is looked at.
    client: Option<String>,
}

impl Server {
    /// Nothing of the server that the form of a leg describes.
    pub fn of(leg: Leg) -> Self {
        Self { leg, ..Self::default() }
    }

    /// Whether the server is being asked.
    pub fn is_asking(&self) -> bool {
        self.inspecting.is_some() || self.waiting
    }

    /// Whether the authority built in is being started to be asked.
    pub fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// Nothing could be asked.
    pub fn failed(&mut self, error: String) {
        (self.waiting, self.inspecting) = (false, None);
        self.inspection = Some(Err(error));
    }
}

impl ExchangeTab {
    pub(super) fn apply_to_server(
        &mut self,
        command: Command,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        match command {
            // The window does these, which has the project file.
            Command::Choose(_) | Command::SaveAs(_) | Command::Remove(_) => {}
            Command::Name(names) => self.server.names = *names,
            Command::ShowClient(id) => self.server.client = Some(id),
            Command::Keyring(command) => self.apply_to_keyring(command, jobs),
            Command::Inspect => {
                if self.server.is_asking() || self.running.is_some() {
                    return;
                }
                let built_in = self.form.server == ServerChoice::BuiltIn;
                match (self.server.leg, self.built_in().is_some()) {
                    (Leg::First, false) if built_in => {
                        self.server.waiting = true;
                        self.start_authority(project, reading, jobs);
                    }
                    // The second authority is started with the first.
                    (Leg::Second, false) if built_in => {
                        self.server.failed("The second authority does not run.".to_owned());
                    }
                    _ => self.inspect(jobs),
                }
            }
            Command::Inspected(result) => {
                self.server.inspecting = None;
                self.server.inspection = Some(result);
            }
        }
    }

    /// The authority built in runs now: whether it was started to be asked about itself.
    pub(super) fn inspect_started(&mut self, jobs: &mut Jobs) -> bool {
        let waiting = std::mem::take(&mut self.server.waiting);
        if waiting {
            self.inspect(jobs);
        }
        waiting
    }

    fn inspect(&mut self, jobs: &mut Jobs) {
        let (form, leg) = (self.form.clone(), self.server.leg);
        let issuer = form.address(self.built_in().map(|authority| authority.issuer()));
        self.server.inspection = None;
        self.server.inspecting = Some(jobs.future("Asking the server about itself", async move {
            let asked = async {
                let http = key::shown(&form, way(&form).await?).await?;
                inspect(&http, &issuer).await.map(Box::new).map_err(|error| error.message)
            };
            let result = asked.await;
            leg.server(Command::Inspected(result))
        }));
    }

    /// The authority that the form means where it means the one built in.
    fn built_in(&self) -> Option<&Arc<Running>> {
        match self.server.leg {
            Leg::First => self.authority.as_ref(),
            Leg::Second => self.other.as_ref(),
        }
    }

    /// A profile was chosen: the form says what it says.
    pub fn take_profile(&mut self, name: &str, profile: Profile) {
        self.form.profile_name = Some(name.to_owned());
        self.form.take_profile(profile);
        self.server.client = None;
        self.server.inspection = None;
    }

    /// Another project: its profiles are other ones, and paths start from its folder.
    pub fn leave_profiles(&mut self, folder: &Path) {
        for form in [&mut self.form, &mut self.redeem.form] {
            form.profile_name = None;
            form.folder = folder.to_owned();
        }
        self.server.client = None;
    }

    /// A file was chosen in a dialog.
    pub(super) fn take_file(&mut self, which: FileOf, path: &Path) {
        let short = self.form.short_path(path);
        if let (File::Authorities, _) = (which.file, &which.client) {
            self.form.place.ca_file = Some(short);
            return;
        }
        let mut profile = None;
        let own = match which.client.filter(|id| id != self.form.client_id.trim()) {
            None if which.file == File::Key => {
                self.form.key_file = short.display().to_string();
                return;
            }
            None => &mut self.form.own,
            Some(id) => profile.insert(self.form.profile()).clients.entry(id).or_default(),
        };
        match which.file {
            File::Secret => {
                (own.secret_env, own.secret_file) = (None, Some(short));
                own.secret_keyring = false;
            }
            File::Key => own.key_file = Some(short),
            File::Certificate => own.certificate_file = Some(short),
            File::CertificateKey => own.certificate_key_file = Some(short),
            File::Authorities => {}
        }
        if let Some(profile) = profile {
            self.form.take_profile(profile);
        }
    }
}

/// The way out to the server that the form describes.
///
/// # Errors
///
/// One sentence for a person.
pub async fn way(form: &Form) -> Result<Http, String> {
    let form = form.clone();
    let options = tokio::task::spawn_blocking(move || form.http_options());
    let options = options.await.map_err(|error| error.to_string())??;
    Http::new(options).map_err(|error| error.message)
}

/// The server's description on the left, what the server says of itself on the right.
pub fn server_ui(ui: &mut egui::Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let mut form = state.exchange.form.clone();
    let mut changed = false;
    let narrow = ui.available_width() < 720.0;
    let mut left = |ui: &mut egui::Ui, commands: &mut Vec<WindowCommand>| {
        changed |= chooser_ui::keep_ui(ui, state, &mut form, commands);
        changed |= way_ui::way_ui(ui, state, &mut form, commands);
        changed |= clients_ui::clients_ui(ui, state, &mut form, commands);
        ui.add_space(16.0);
    };
    if narrow {
        egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            left(ui, commands);
            ui.separator();
            inspector_ui::inspector_ui(ui, state, commands);
        });
    } else {
        let width = (ui.available_width() * 0.4).clamp(320.0, 460.0);
        egui::Panel::left("exchange-server")
            .frame(
                egui::Frame::new().inner_margin(egui::Margin { right: 12, ..Default::default() }),
            )
            .default_size(width)
            .size_range(300.0..=560.0)
            .show(ui, |ui| {
                egui::ScrollArea::vertical()
                    .auto_shrink([false, false])
                    .show(ui, |ui| left(ui, commands));
            });
        egui::CentralPanel::no_frame()
            .frame(egui::Frame::new().inner_margin(egui::Margin { left: 12, ..Default::default() }))
            .show(ui, |ui| {
                egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                    inspector_ui::inspector_ui(ui, state, commands);
                });
            });
    }
    if changed {
        commands.push(WindowCommand::Exchange(TabCommand::Edit(Box::new(form))));
    }
}

/// A path in a text field.
fn path_text(path: &Option<PathBuf>) -> String {
    path.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
}
