//! A client's secret in the keyring, chosen, kept, used and forgotten in the window.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use exchange_studio::authority::{self, Running};
use exchange_studio::config::Project;
use exchange_studio::exchange::keyring::Entry;
use exchange_studio::exchange::{Cancel, Keyring, KeyringError};
use exchange_studio::studio::{
    Action, Command, ExchangeCommand, ExchangeMode, Outside, Studio, TokenSource,
};
use exchange_studio::trust::Reading;
use secrecy::{ExposeSecret as _, SecretString};

use super::harness::{
    Answers, PORTAL_INTO_LEDGER, click, outside, press, retype, send, until, window,
};

/// A keyring of paper. While it is locked it asks somebody who never answers.
#[derive(Debug, Default)]
pub struct Paper {
    pub kept: Mutex<BTreeMap<String, SecretString>>,
    pub locked: Mutex<bool>,
    pub asked: Mutex<usize>,
}

impl Paper {
    fn open(&self, cancel: &Cancel) -> Result<(), KeyringError> {
        *self.asked.lock().unwrap() += 1;
        if !*self.locked.lock().unwrap() {
            return Ok(());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| runtime.block_on(cancel.cancelled())).join().unwrap();
        });
        Err(KeyringError::given_up())
    }
}

impl Keyring for Paper {
    fn keep(
        &self,
        entry: &Entry,
        secret: &SecretString,
        cancel: &Cancel,
    ) -> Result<(), KeyringError> {
        self.open(cancel)?;
        self.kept.lock().unwrap().insert(entry.label(), secret.clone());
        Ok(())
    }
    fn read(&self, entry: &Entry, cancel: &Cancel) -> Result<SecretString, KeyringError> {
        self.open(cancel)?;
        let kept = self.kept.lock().unwrap().get(&entry.label()).cloned();
        kept.ok_or_else(|| KeyringError::nothing(entry))
    }
    fn forget(&self, entry: &Entry, cancel: &Cancel) -> Result<(), KeyringError> {
        self.open(cancel)?;
        let kept = self.kept.lock().unwrap().remove(&entry.label());
        kept.map(|_| ()).ok_or_else(|| KeyringError::nothing(entry))
    }
}

fn opened(folder: &Path, keyring: Arc<dyn Keyring>) -> Harness<'static, Studio> {
    fs::write(folder.join("clients.yaml"), PORTAL_INTO_LEDGER).unwrap();
    let mut harness = window(Outside { keyring, ..outside(Answers::default()) });
    send(&mut harness, Command::Open(vec![folder.to_path_buf()]));
    until(&mut harness, "the project is open", |studio| !studio.state.project.files().is_empty());
    send(&mut harness, Command::Act(Action::ShowExchange));
    show(&mut harness, ExchangeMode::Server);
    harness
}

fn show(harness: &mut Harness<'static, Studio>, mode: ExchangeMode) {
    send(harness, Command::Exchange(ExchangeCommand::Show(mode)));
}

fn choose(harness: &mut Harness<'static, Studio>, field: &str, choice: &str) {
    click(harness, field);
    harness.get_by_label(choice).click();
    harness.run_ok();
}

/// Describes a server whose client portal has its secret in the keyring.
fn describe(harness: &mut Harness<'static, Studio>, issuer: &str) {
    choose(harness, "Server: Built-in authority", "Issuer");
    retype(harness, "Issuer of the server", issuer);
    retype(harness, "Id of the next client", "portal");
    click(harness, "Add client");
    choose(harness, "Method of portal: as all others", "client_secret_post");
    let from = "Where the secret comes from of portal: asked for, not kept";
    choose(harness, from, "system keyring");
}

const TYPED: &str = "Secret of portal to keep in the keyring";
const KEEP: &str = "Keep the secret of portal in the keyring";
const FORGET: &str = "Forget the secret of portal in the keyring";

fn secret_field<'a>(harness: &'a Harness<'static, Studio>) -> egui_kittest::Node<'a> {
    harness.get_by_role_and_label(Role::PasswordInput, TYPED)
}

/// What stands in the field of the secret, masked.
fn typed(harness: &Harness<'static, Studio>) -> String {
    secret_field(harness).value().unwrap_or_default()
}

fn type_secret(harness: &mut Harness<'static, Studio>, secret: &str) {
    secret_field(harness).scroll_to_me();
    harness.run_ok();
    secret_field(harness).focus();
    harness.run_ok();
    secret_field(harness).type_text(secret);
    harness.run_ok();
    assert_eq!(typed(harness).chars().count(), secret.len());
    assert!(!typed(harness).contains(secret), "it is masked");
}

fn answered(harness: &mut Harness<'static, Studio>) {
    until(harness, "the keyring has answered", |studio| {
        studio.state.exchange.server.keyring.asking().is_none()
    });
}

fn error(harness: &Harness<'static, Studio>) -> String {
    let outcome = harness.state().state.exchange.outcome().unwrap();
    outcome.observation.as_ref().unwrap_err().clone()
}

fn run(harness: &mut Harness<'static, Studio>) {
    harness.state_mut().state.exchange.forget_outcome();
    press(harness, egui::Modifiers::NONE, egui::Key::F5);
    until(harness, "the exchange has ended", |studio| studio.state.exchange.outcome().is_some());
}

/// The authority as a server of its own.
fn server(folder: &Path) -> Running {
    let project = Project::open(&[folder.join("clients.yaml")]).unwrap();
    authority::start(Arc::new(project), Reading::default(), authority::Options::default()).unwrap()
}

/// Keeps a secret, exchanges with it, and forgets it; the project file has none of it.
fn kept_used_and_forgotten(keyring: Arc<dyn Keyring>) {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = opened(folder.path(), keyring);
    let running = server(folder.path());
    let secret = running.client_secret().expose_secret().to_owned();
    describe(&mut harness, running.issuer());
    assert!(harness.get_by_label(KEEP).accesskit_node().is_disabled(), "nothing is typed yet");
    type_secret(&mut harness, &secret);
    click(&mut harness, KEEP);
    answered(&mut harness);
    harness.get_by_label("The system keyring keeps the secret.");
    assert_eq!(typed(&harness), "", "what was typed is gone");
    retype(&mut harness, "Name of the profile", "local");
    click(&mut harness, "Save as profile");
    let text = harness.state().state.kept.file.text().unwrap();
    assert!(text.contains("secret_keyring: true") && !text.contains(&secret), "{text}");
    assert!(!format!("{:?}", harness.state().state.exchange).contains(&secret));

    show(&mut harness, ExchangeMode::One);
    retype(&mut harness, "client_id", "portal");
    let form = &mut harness.state_mut().state.exchange.form;
    assert!(form.own.secret_keyring && form.client_secret.expose_secret().is_empty());
    form.subject.source = TokenSource::ClientCredentials;
    form.audience = vec!["ledger".to_owned()];
    run(&mut harness);
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let report = outcome.observation.as_ref().unwrap();
    assert_eq!(report.client_auth.name(), "client_secret_post");

    click(&mut harness, FORGET);
    answered(&mut harness);
    harness.get_by_label("The secret is out of the system keyring.");
    run(&mut harness);
    assert_eq!(
        error(&harness),
        format!(
            "The client's secret: the system keyring keeps no secret of portal at {}. Type it and \
             keep it there, or choose another source.",
            running.issuer()
        )
    );
    click(&mut harness, FORGET);
    answered(&mut harness);
    harness.get_by_label("Nothing was kept there.");
}

#[test]
fn a_secret_is_kept_used_and_forgotten() {
    kept_used_and_forgotten(Arc::new(Paper::default()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_secret_is_kept_used_and_forgotten_in_the_keyring_of_a_desktop() {
    let session = super::keyring_session::Session::new();
    let keyring = exchange_studio::exchange::SystemKeyring::on_bus(session.address.as_str());
    kept_used_and_forgotten(Arc::new(keyring));
}

#[test]
fn the_window_does_not_wait_for_a_locked_keyring() {
    let folder = tempfile::tempdir().unwrap();
    let paper = Arc::new(Paper::default());
    let mut harness = opened(folder.path(), Arc::<Paper>::clone(&paper));
    describe(&mut harness, "https://login.example");
    assert_eq!(*paper.asked.lock().unwrap(), 0, "nothing was asked of it yet");
    *paper.locked.lock().unwrap() = true;
    type_secret(&mut harness, "MARKED");
    click(&mut harness, KEEP);
    harness.get_by_label("A locked keyring asks for its password, in a window of its own.");
    // The rest of the window goes on.
    retype(&mut harness, "Proxy", "http://proxy.example:3128");
    assert!(harness.state().state.exchange.server.keyring.asking().is_some());
    click(&mut harness, "Give up on the keyring");
    assert!(harness.state().state.exchange.server.keyring.asking().is_none());
    harness.get_by_label_contains("The keyring was not waited for.");
    // What was typed is there for another try.
    *paper.locked.lock().unwrap() = false;
    click(&mut harness, KEEP);
    answered(&mut harness);
    harness.get_by_label("The system keyring keeps the secret.");
    let kept = paper.kept.lock().unwrap();
    assert_eq!(kept["Exchange Studio: portal at https://login.example"].expose_secret(), "MARKED");
    drop(kept);

    // So it is with an exchange that waits for it.
    *paper.locked.lock().unwrap() = true;
    show(&mut harness, ExchangeMode::One);
    retype(&mut harness, "client_id", "portal");
    let form = &mut harness.state_mut().state.exchange.form;
    form.subject.source = TokenSource::ClientCredentials;
    form.audience = vec!["ledger".to_owned()];
    form.place.proxy = None;
    press(&mut harness, egui::Modifiers::NONE, egui::Key::F5);
    let before = *paper.asked.lock().unwrap();
    until(&mut harness, "it waits", |_| *paper.asked.lock().unwrap() >= before.max(3));
    assert!(harness.state().state.exchange.running.is_some());
    send(&mut harness, Command::Exchange(ExchangeCommand::Cancel));
    assert!(harness.state().state.exchange.running.is_none());
    // Its thread has let go of the keyring, and of the secret, when nobody else holds it.
    drop(harness);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while Arc::strong_count(&paper) > 1 {
        assert!(std::time::Instant::now() < deadline, "somebody still waits");
        std::thread::yield_now();
    }
}

#[test]
fn locking_the_session_wipes_what_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = opened(folder.path(), Arc::new(Paper::default()));
    describe(&mut harness, "https://login.example");
    type_secret(&mut harness, "MARKED");
    assert!(!format!("{:?}", harness.state().state.exchange).contains("MARKED"));
    send(&mut harness, Command::Act(Action::Lock));
    assert_eq!(typed(&harness), "");
    // Another server is another entry: what was typed for one is not kept for another.
    type_secret(&mut harness, "MARKED");
    retype(&mut harness, "Issuer of the server", "https://other.example");
    assert_eq!(typed(&harness), "");
}
