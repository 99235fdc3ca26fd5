//! Two forms at once: what is asked for in the form of the second leg ends there and nowhere else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::{ClientAuthMethod, Keyring, Preset};
use exchange_studio::studio::{
    Command, ExchangeCommand, FileDialogs, Outside, RedeemCommand, ServerChoice, ServerCommand,
    Studio,
};
use secrecy::ExposeSecret as _;

use super::harness::{Answers, click, outside, retype, send, until, window};
use super::keyring::Paper;
use super::redeem::{CLIENTS, ask, redeem, run, second};

const THERE: &str = " at the other server";

/// A grant was issued; a client at the issuer of the other domain is to redeem it. The issuers of both
/// domains.
fn granted(outside: Outside) -> (tempfile::TempDir, Harness<'static, Studio>, [String; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    std::fs::write(&path, CLIENTS).unwrap();
    let mut harness = window(outside);
    send(&mut harness, Command::Open(vec![path]));
    until(&mut harness, "the project is open", |studio| !studio.state.project.files().is_empty());
    ask(&mut harness, Preset::IdJag);
    let (here, there) = second(&mut harness);
    click(&mut harness, "Ask for it");
    click(&mut harness, "Add identity of alice");
    run(&mut harness);
    choose(&mut harness, &format!("Server{THERE}: Built-in authority"), "Issuer");
    retype(&mut harness, "Issuer of the other server", &there);
    (folder, harness, [here, there])
}

fn choose(harness: &mut Harness<'static, Studio>, field: &str, choice: &str) {
    click(harness, field);
    harness.get_by_label(choice).click();
    harness.run_ok();
}

fn send_there(harness: &mut Harness<'static, Studio>, command: RedeemCommand) {
    send(harness, Command::Exchange(ExchangeCommand::Redeem(command)));
}

fn type_secret(harness: &mut Harness<'static, Studio>, name: &str, secret: &str) {
    let field = |harness: &Harness<'static, Studio>| {
        harness.get_by_role_and_label(Role::PasswordInput, name).scroll_to_me();
        harness.get_by_role_and_label(Role::PasswordInput, name).focus();
    };
    field(harness);
    harness.run_ok();
    harness.get_by_role_and_label(Role::PasswordInput, name).type_text(secret);
    harness.run_ok();
}

#[test]
fn the_secret_of_the_second_leg_is_kept_used_and_forgotten_there() {
    let paper = Arc::new(Paper::default());
    let keyring: Arc<dyn Keyring> = Arc::<Paper>::clone(&paper);
    let (_folder, mut harness, [_, there]) =
        granted(Outside { keyring, ..outside(Answers::default()) });
    let from = format!("Where the secret comes from{THERE}: asked for, not kept");
    choose(&mut harness, &from, "system keyring");
    let other = harness.state().state.exchange.other.clone().unwrap();
    let secret = other.client_secret().expose_secret().to_owned();
    type_secret(&mut harness, &format!("Secret of portal to keep in the keyring{THERE}"), &secret);

    // The keyring answers late, and the first form is worked on meanwhile.
    *paper.locked.lock().unwrap() = true;
    click(&mut harness, &format!("Keep the secret of portal in the keyring{THERE}"));
    let tab = &harness.state().state.exchange;
    assert!(tab.redeem.server.keyring.asking().is_some());
    assert!(tab.server.keyring.asking().is_none());
    retype(&mut harness, "scope", "ledger.read");
    click(&mut harness, &format!("Give up on the keyring{THERE}"));
    harness.get_by_label_contains("The keyring was not waited for.");
    *paper.locked.lock().unwrap() = false;
    click(&mut harness, &format!("Keep the secret of portal in the keyring{THERE}"));
    until(&mut harness, "the keyring has answered", |studio| {
        studio.state.exchange.redeem.server.keyring.asking().is_none()
    });
    harness.get_by_label("The system keyring keeps the secret.");
    let kept = paper.kept.lock().unwrap().clone();
    let label = format!("Exchange Studio: portal at {there}");
    assert_eq!(kept.keys().collect::<Vec<_>>(), [&label]);
    assert_eq!(kept[&label].expose_secret(), secret);

    // It is the keyring of the window that is read, for this leg alone.
    let first = &harness.state().state.exchange.form;
    assert!(!first.own.secret_keyring && first.scope == "ledger.read");
    let redeemed = redeem(&mut harness);
    assert_eq!(redeemed.outcome, Outcome::Issued, "{:?}", redeemed.refusal);
    assert_eq!(redeemed.server.issuer.as_deref(), Some(there.as_str()));

    click(&mut harness, &format!("Forget the secret of portal in the keyring{THERE}"));
    until(&mut harness, "the keyring has answered", |studio| {
        studio.state.exchange.redeem.server.keyring.asking().is_none()
    });
    harness.get_by_label("The secret is out of the system keyring.");
    assert!(paper.kept.lock().unwrap().is_empty());
    click(&mut harness, "Redeem grant");
    until(&mut harness, "the grant was sent", |studio| {
        studio.state.exchange.redeem.done.as_ref().is_some_and(|done| done.result.is_err())
    });
    let done = harness.state().state.exchange.redeem.done.as_ref().unwrap();
    let error = done.result.as_ref().unwrap_err();
    assert!(error.contains(&format!("keeps no secret of portal at {there}")), "{error}");
}

#[test]
fn a_server_that_is_looked_at_is_that_of_the_form_that_asked() {
    let (_folder, mut harness, [here, there]) = granted(outside(Answers::default()));
    let issuer = |studio: &Studio| {
        let tab = &studio.state.exchange;
        [&tab.server, &tab.redeem.server].map(|server| {
            server.inspection.as_ref().map(|found| found.as_ref().unwrap().issuer.clone())
        })
    };
    send_there(&mut harness, RedeemCommand::Server(ServerCommand::Inspect));
    until(&mut harness, "the other server was asked", |studio| issuer(studio)[1].is_some());
    assert_eq!(issuer(harness.state()), [None, Some(there.clone())]);
    send(&mut harness, Command::Exchange(ExchangeCommand::Server(ServerCommand::Inspect)));
    until(&mut harness, "the server was asked", |studio| issuer(studio)[0].is_some());
    assert_eq!(issuer(harness.state()), [Some(here), Some(there)]);

    // A profile that is chosen for one does not touch what is known of the server of the other.
    let form = &harness.state().state.exchange.redeem.form;
    let mut profile = form.profile();
    profile.client_auth = Some("client_secret_basic".to_owned());
    harness.state_mut().state.kept.file.set_profile("their side", profile).unwrap();
    send_there(&mut harness, RedeemCommand::Server(ServerCommand::Choose("their side".to_owned())));
    assert!(issuer(harness.state())[0].is_some());
    let tab = &harness.state().state.exchange;
    assert_eq!(tab.redeem.form.profile_name.as_deref(), Some("their side"));
    assert_eq!((tab.form.server, &tab.form.profile_name), (ServerChoice::BuiltIn, &None));
    // It is the one that is marked, in its own form alone.
    click(&mut harness, &format!("Server{THERE}: their side"));
    let marked = harness.get_by_role_and_label(Role::Button, "their side");
    let toggled = marked.accesskit_node().toggled();
    assert_eq!(toggled, Some(egui::accesskit::Toggled::True));
    harness.key_press(egui::Key::Escape);
    harness.run_ok();
    send(
        &mut harness,
        Command::Exchange(ExchangeCommand::Server(ServerCommand::Remove("their side".to_owned()))),
    );
    assert_eq!(harness.state().state.exchange.redeem.form.profile_name, None);
}

/// A dialog that somebody takes a long time to answer, the first time.
struct Slow {
    asked: AtomicUsize,
    hold: Mutex<()>,
}

struct Dialogs(Arc<Slow>);

impl FileDialogs for Dialogs {
    fn available(&self) -> bool {
        true
    }
    fn pick_files(&self) -> Option<Vec<PathBuf>> {
        None
    }
    fn pick_folder(&self) -> Option<PathBuf> {
        None
    }
    fn pick_key(&self) -> Option<PathBuf> {
        if self.0.asked.fetch_add(1, Ordering::SeqCst) > 0 {
            return Some("/keys/here.pem".into());
        }
        drop(self.0.hold.lock().unwrap());
        Some("/keys/there.pem".into())
    }
    fn save_file(&self, _: &Path) -> Option<PathBuf> {
        None
    }
}

#[test]
fn a_file_goes_to_the_form_that_it_was_asked_for_in() {
    let slow = Arc::new(Slow { asked: AtomicUsize::new(0), hold: Mutex::new(()) });
    let dialogs = Arc::new(Dialogs(Arc::clone(&slow)));
    let (_folder, mut harness, _) = granted(Outside { dialogs, ..outside(Answers::default()) });
    let method = |leg: &str, method: &str| format!("Client authentication{leg}: {method}");
    choose(&mut harness, &method(THERE, "client_secret_post"), "private_key_jwt");
    choose(&mut harness, &method("", "client_secret_post"), "private_key_jwt");
    let hold = slow.hold.lock().unwrap();
    click(&mut harness, &format!("Choose the key file{THERE}"));
    until(&mut harness, "the dialog is open", |_| slow.asked.load(Ordering::SeqCst) == 1);
    click(&mut harness, "Choose the key file");
    until(&mut harness, "a file was chosen", |it| !it.state.exchange.form.key_file.is_empty());
    let files = |studio: &Studio| {
        let tab = &studio.state.exchange;
        [tab.form.key_file.clone(), tab.redeem.form.key_file.clone()]
    };
    assert_eq!(files(harness.state()), ["/keys/here.pem", ""]);
    drop(hold);
    until(&mut harness, "the other was chosen", |it| {
        !it.state.exchange.redeem.form.key_file.is_empty()
    });
    assert_eq!(files(harness.state()), ["/keys/here.pem", "/keys/there.pem"]);
}

/// Controls that are called the same as another.
fn same_names(harness: &Harness<'static, Studio>) -> Vec<String> {
    let mut names = BTreeMap::<String, usize>::new();
    let takes = [
        Role::TextInput,
        Role::MultilineTextInput,
        Role::PasswordInput,
        Role::ComboBox,
        Role::CheckBox,
    ];
    for node in harness.query_all_by(|node| {
        let label = node.label().unwrap_or_default();
        let button = ["Choose ", "Keep ", "Forget ", "Add ", "Give up "];
        takes.contains(&node.role())
            || node.role() == Role::Button && button.iter().any(|it| label.starts_with(it))
    }) {
        *names.entry(node.accesskit_node().label().unwrap_or_default()).or_default() += 1;
    }
    names.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
}

#[test]
fn nothing_is_called_the_same_in_both_legs() {
    let (_folder, mut harness, [here, _]) = granted(outside(Answers::default()));
    // As much as there can be of both: a server that is no authority built in, by every method.
    let mut form = harness.state().state.exchange.form.clone();
    (form.server, form.issuer) = (ServerChoice::Issuer, here);
    let mut there = harness.state().state.exchange.redeem.form.clone();
    let mut seen = 0;
    for method in ClientAuthMethod::ALL {
        for server in [ServerChoice::Issuer, ServerChoice::TokenEndpoint] {
            for from in ["asked", "variable", "file", "keyring"] {
                for form in [&mut form, &mut there] {
                    (form.auth, form.server) = (method, server);
                    form.token_endpoint = "https://login.example/token".to_owned();
                    form.own.certificate_file = Some("client.pem".into());
                    form.own.secret_env = (from == "variable").then(String::new);
                    form.own.secret_file = (from == "file").then(PathBuf::new);
                    form.own.secret_keyring = from == "keyring";
                }
                let edit = ExchangeCommand::Edit(Box::new(form.clone()));
                send(&mut harness, Command::Exchange(edit));
                send_there(&mut harness, RedeemCommand::Edit(Box::new(there.clone())));
                assert_eq!(same_names(&harness), [""; 0], "{method:?} {server:?} {from}");
                let fields = harness
                    .query_all_by(|node| node.label().is_some_and(|label| label.ends_with(THERE)));
                seen = seen.max(fields.count());
            }
        }
    }
    assert!(seen >= 8, "{seen}");
}

#[test]
fn the_keyboard_stays_where_it_was_while_something_is_asked_for() {
    let paper = Arc::new(Paper::default());
    let keyring: Arc<dyn Keyring> = Arc::<Paper>::clone(&paper);
    let (_folder, mut harness, _) = granted(Outside { keyring, ..outside(Answers::default()) });
    let from = format!("Where the secret comes from{THERE}: asked for, not kept");
    choose(&mut harness, &from, "system keyring");
    let field = format!("Secret of portal to keep in the keyring{THERE}");
    let other = harness.state().state.exchange.other.clone().unwrap();
    type_secret(&mut harness, &field, other.client_secret().expose_secret());
    let focused = |harness: &Harness<'static, Studio>, name: &str| {
        harness.query_all_by(|node| node.label().as_deref() == Some(name)).any(|it| it.is_focused())
    };
    let tab = |harness: &mut Harness<'static, Studio>, name: &str| {
        harness.key_press(egui::Key::Tab);
        harness.run_ok();
        assert!(focused(harness, name), "Tab goes to {name}");
    };
    tab(&mut harness, &format!("Keep the secret of portal in the keyring{THERE}"));
    *paper.locked.lock().unwrap() = true;
    harness.key_press(egui::Key::Space);
    harness.run_ok();
    assert!(harness.state().state.exchange.redeem.server.keyring.asking().is_some());
    assert!(focused(&harness, &format!("Give up on the keyring{THERE}")));
    harness.key_press(egui::Key::Space);
    harness.run_ok();
    assert!(harness.state().state.exchange.redeem.server.keyring.asking().is_none());
    let keep = format!("Keep the secret of portal in the keyring{THERE}");
    assert!(focused(&harness, &keep), "for another try");
    *paper.locked.lock().unwrap() = false;
    harness.key_press(egui::Key::Space);
    harness.run_ok();
    until(&mut harness, "the keyring has answered", |studio| {
        studio.state.exchange.redeem.server.keyring.asking().is_none()
    });
    harness.run_ok();
    assert!(focused(&harness, &field), "nothing is typed, so there is nothing to keep");

    // To the button that redeems, and on from it when it is done.
    harness.get_by_label("Redeem grant").focus();
    harness.run_ok();
    harness.key_press(egui::Key::Enter);
    harness.run_ok();
    until(&mut harness, "the grant was sent", |studio| studio.state.exchange.redeem.done.is_some());
    harness.run_ok();
    assert!(focused(&harness, "Redeem grant"));
    tab(&mut harness, &format!("Server{THERE}: Issuer"));
    // Who goes elsewhere meanwhile stays there.
    harness.key_press(egui::Key::Escape);
    harness.run_ok();
    assert!(!focused(&harness, "Redeem grant"));
}
