//! Secrets that are typed wherever one can be typed, and then looked for in everything that the window
//! leaves behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::authority;
use exchange_studio::config::{ClientKey, Project};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::token_type::ACCESS_TOKEN;
use exchange_studio::studio::campaign::{Command as Order, Kind, Product, Wish};
use exchange_studio::studio::{
    Action, Command, ExchangeCommand, ExchangeMode, Outside, RedeemCommand, ServerChoice, Studio,
    TokenSource,
};
use exchange_studio::trust::Reading;
use secrecy::ExposeSecret as _;

use super::campaign::{idle, look};
use super::harness::{
    Answers, EACH_INTO_THE_OTHER, click, outside, press, retype, send, until, window,
};
use super::keyring::Paper;
use super::presets::user_token;

/// What is secret, and where a person has put it.
#[derive(Default)]
struct Marks(Vec<(String, String)>);

impl Marks {
    /// A secret for one place.
    fn mark(&mut self, place: &str) -> String {
        let mark = format!("MARKED{}{}", self.0.len(), "x9".repeat(8));
        self.is(place, &mark);
        mark
    }

    fn is(&mut self, place: &str, secret: &str) {
        self.0.push((place.to_owned(), secret.to_owned()));
    }

    /// The places whose secret is there: as it is, or in one of the ways it is sent.
    fn found(&self, bytes: &[u8]) -> Vec<&str> {
        let has = |needle: &str| bytes.windows(needle.len()).any(|at| at == needle.as_bytes());
        let there = |secret: &str| {
            let reversed: String = secret.chars().rev().collect();
            has(secret)
                || has(&STANDARD.encode(secret))
                || has(&URL_SAFE_NO_PAD.encode(secret))
                || has(&STANDARD.encode(format!("portal:{secret}")))
                || has(&reversed)
        };
        self.0.iter().filter(|(_, secret)| there(secret)).map(|(at, _)| at.as_str()).collect()
    }

    /// Looks into every file below a folder, and at the names of them. How many there were.
    fn look_through(&self, folder: &Path) -> usize {
        let mut count = 0;
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                assert_eq!(self.found(path.to_string_lossy().as_bytes()), [""; 0], "{path:?}");
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                count += 1;
                assert_eq!(self.found(&fs::read(&path).unwrap()), [""; 0], "{path:?}");
            }
        }
        count
    }

    /// Looks at what a bug report would have in it.
    fn look_at(&self, studio: &Studio) {
        let state = &studio.state;
        let said = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            state.exchange,
            state.kept,
            state.user,
            state.notices,
            state.dialog,
            state.surroundings.news,
            state.requests,
        );
        assert_eq!(self.found(said.as_bytes()), [""; 0]);
    }
}

fn masked<'a>(harness: &'a Harness<'static, Studio>, name: &'a str) -> egui_kittest::Node<'a> {
    harness.get_by_role_and_label(Role::PasswordInput, name)
}

/// Types where it is masked, over what was there.
fn type_secret(harness: &mut Harness<'static, Studio>, name: &str, secret: &str) {
    harness.run_ok();
    masked(harness, name).scroll_to_me();
    harness.run_ok();
    masked(harness, name).focus();
    harness.run_ok();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_ok();
    masked(harness, name).type_text(secret);
    harness.run_ok();
    let value = masked(harness, name).value().unwrap_or_default();
    assert!(value.chars().count() == secret.chars().count() && !value.contains(secret), "{name}");
}

fn choose(harness: &mut Harness<'static, Studio>, field: &str, choice: &str) {
    click(harness, field);
    harness.get_by_label(choice).click();
    harness.run_ok();
}

fn run(harness: &mut Harness<'static, Studio>) {
    harness.state_mut().state.exchange.forget_outcome();
    press(harness, Modifiers::NONE, Key::F5);
    until(harness, "the exchange has ended", |studio| studio.state.exchange.outcome().is_some());
}

fn save(harness: &mut Harness<'static, Studio>, product: Product, path: &Path) {
    let order = Order::SaveTo { product, path: path.to_owned(), replace: true };
    send(harness, Command::Exchange(ExchangeCommand::Campaign(order)));
    until(harness, "what was to be saved is written or refused", |studio| {
        studio.state.jobs.running().next().is_none()
    });
}

#[test]
fn nothing_that_is_typed_as_a_secret_is_left_behind() {
    let all = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf {
        let path = all.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    };
    let (project, state) = (at("project"), at("state"));
    let settings = at("config").join("settings.json");
    fs::write(project.join("clients.yaml"), EACH_INTO_THE_OTHER).unwrap();
    let mut marks = Marks::default();

    // The search can fail.
    let trap = project.join("trap");
    let mark = marks.mark("the trap");
    fs::write(&trap, STANDARD.encode(format!("portal:{mark}"))).unwrap();
    assert_eq!(marks.found(&fs::read(&trap).unwrap()), ["the trap"]);
    fs::remove_file(&trap).unwrap();

    let paper = Arc::new(Paper::default());
    let mut harness = window(Outside {
        keyring: Arc::<Paper>::clone(&paper),
        state: Some(state.clone()),
        settings: Some(settings.clone()),
        ..outside(Answers::default())
    });
    send(&mut harness, Command::Open(vec![project.clone()]));
    until(&mut harness, "the project is open", |it| !it.state.project.files().is_empty());
    let server = {
        let project = Project::open(&[project.join("clients.yaml")]).unwrap();
        authority::start(Arc::new(project), Reading::default(), authority::Options::default())
            .unwrap()
    };
    let secret = server.client_secret().expose_secret().to_owned();
    marks.is("the secret of the server's clients", &secret);

    // A request of another tool: one that cannot be read, then one that is taken over.
    send(&mut harness, Command::Act(Action::ShowExchange));
    click(&mut harness, "From a curl command or an HTTP archive");
    for text in [
        format!("wget {}", marks.mark("a command that is none")),
        format!(
            "curl {}/connect/token -u portal:{} -d audience=ledger -d api_token={} \
             -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token={}",
            server.issuer(),
            marks.mark("the secret of a curl command"),
            marks.mark("a parameter of a curl command"),
            marks.mark("the token of a curl command"),
        ),
    ] {
        let name = "Request of another tool";
        harness.get_by_label(name).scroll_to_me();
        harness.get_by_label(name).focus();
        harness.run_ok();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.run_ok();
        harness.get_by_label(name).type_text(&text);
        harness.run_ok();
        marks.look_at(harness.state());
        click(&mut harness, "Fill the form");
    }
    assert_eq!(harness.state().state.exchange.form.extra[0].0, "api_token");
    marks.look_at(harness.state());
    run(&mut harness);
    let refused = harness.state().state.exchange.outcome().unwrap();
    assert!(refused.observation.as_ref().is_ok_and(|it| it.outcome == Outcome::Refused));

    // Typed into the form: the secret of the client, tokens of both parties, of the second hop.
    let form = &mut harness.state_mut().state.exchange.form;
    (form.server, form.issuer) = (ServerChoice::Issuer, server.issuer().to_owned());
    form.extra.clear();
    form.subject.token_type = ACCESS_TOKEN.to_owned();
    form.actor = Some(form.subject.clone());
    form.further.push(Default::default());
    form.further[0].client_id = "ledger".to_owned();
    for (name, place) in [
        ("client_secret", "a secret that is wrong"),
        ("subject_token", "the subject token"),
        ("actor_token", "the actor token"),
        ("client_secret of hop 2", "the secret of the second hop"),
    ] {
        let mark = marks.mark(place);
        type_secret(&mut harness, name, &mark);
    }
    marks.look_at(harness.state());
    run(&mut harness);

    // The secret of whom a user signs in to; and a parameter whose name says what it is.
    let form = &mut harness.state_mut().state.exchange.form;
    form.further.clear();
    form.actor = None;
    form.subject.source = TokenSource::Browser;
    form.requester = Some(ClientKey(0));
    form.subject.login_client = Some(ClientKey(1));
    let mark = marks.mark("the secret of whom a user signs in to");
    type_secret(&mut harness, "Client secret of the subject token", &mark);
    let mark = marks.mark("a further parameter");
    harness.state_mut().state.exchange.form.extra =
        vec![("api_token".to_owned(), mark), ("tenant".to_owned(), "north".to_owned())].into();

    // An exchange that works, with a token that is as secret as what it was got with.
    let form = &mut harness.state_mut().state.exchange.form;
    form.subject.source = TokenSource::Pasted;
    let token = user_token(&server, "portal");
    marks.is("a user's token", token.expose_secret());
    type_secret(&mut harness, "client_secret", &secret);
    type_secret(&mut harness, "subject_token", token.expose_secret());
    run(&mut harness);
    let report = harness.state().state.exchange.outcome().unwrap().observation.as_ref().unwrap();
    assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.refusal);
    marks.is("the issued token", report.issued.as_ref().unwrap().expose_secret());
    marks.look_at(harness.state());

    // The second leg has a secret of its own.
    let mut there = harness.state().state.exchange.redeem.form.clone();
    (there.server, there.issuer) = (ServerChoice::Issuer, "https://there.example".to_owned());
    there.client_secret = marks.mark("the secret of the second leg").into();
    let edit = RedeemCommand::Edit(Box::new(there));
    send(&mut harness, Command::Exchange(ExchangeCommand::Redeem(edit)));

    // Many of them, reported; and as a case.
    look(&mut harness, Kind::Sweep);
    let begin = Order::Begin(Wish::Sweep { go_on: false });
    send(&mut harness, Command::Exchange(ExchangeCommand::Campaign(begin)));
    idle(&mut harness);
    for product in [Product::SweepJson, Product::SweepCsv, Product::SweepJunit, Product::Case] {
        save(&mut harness, product, &project.join(format!("{product:?}.txt")));
    }
    assert!(project.join("Case.txt").exists(), "a case was saved");
    marks.look_at(harness.state());

    // The keyring, a profile, and the project file.
    send(&mut harness, Command::Exchange(ExchangeCommand::Show(ExchangeMode::One)));
    choose(&mut harness, "Where the secret comes from: asked for, not kept", "system keyring");
    let mark = marks.mark("the secret for the keyring");
    type_secret(&mut harness, "Secret of portal to keep in the keyring", &mark);
    marks.look_at(harness.state());
    click(&mut harness, "Keep the secret of portal in the keyring");
    until(&mut harness, "the keyring has answered", |studio| {
        studio.state.exchange.server.keyring.asking().is_none()
    });
    assert_eq!(paper.kept.lock().unwrap().values().next().unwrap().expose_secret(), mark);
    let other = marks.mark("another secret for the keyring, not kept yet");
    type_secret(&mut harness, "Secret of portal to keep in the keyring", &other);
    send(&mut harness, Command::Exchange(ExchangeCommand::Show(ExchangeMode::Server)));
    retype(&mut harness, "Name of the profile", "local");
    click(&mut harness, "Save as profile");
    send(&mut harness, Command::Act(Action::SaveProjectFile));
    let file = project.join("exchange-studio.yaml");
    until(&mut harness, "the project file is written", |_| file.exists());

    // An edit that is not saved is written down for the case of a crash.
    send(&mut harness, Command::Act(Action::ShowGraph));
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Renamed");
    let unsaved = state.join("unsaved");
    until(&mut harness, "the work is written down", |_| {
        let entries = fs::read_dir(&unsaved).into_iter().flatten().flatten();
        entries.filter(|it| it.path().extension().is_some_and(|it| it == "json")).count() == 1
    });
    assert!(marks.look_through(all.path()) >= 5);
    marks.look_at(harness.state());

    send(&mut harness, Command::Act(Action::Lock));
    marks.look_at(harness.state());
    let tab = &harness.state().state.exchange;
    assert!(tab.vault.tokens().is_empty() && tab.outcome().is_none());
    for form in [&tab.form, &tab.redeem.form] {
        let typed = [&form.client_secret, &form.subject.pasted, &form.subject.login_secret];
        assert!(typed.iter().all(|secret| secret.expose_secret().is_empty()));
    }
    let extra: Vec<_> = tab.form.extra.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(extra, ["", "north"], "what is no secret stays");
    send(&mut harness, Command::Act(Action::Save));
    click(&mut harness, "Save");
    until(&mut harness, "it is saved", |it| it.state.project.unsaved().is_empty());
    assert!(marks.look_through(all.path()) >= 4);
    drop(harness);
    assert!(marks.look_through(all.path()) >= 4);
}

#[test]
fn what_was_wiped_does_not_come_back_by_undoing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("clients.yaml"), EACH_INTO_THE_OTHER).unwrap();
    let mut harness = super::harness::opened(folder.path());
    send(&mut harness, Command::Act(Action::ShowExchange));
    let form = &mut harness.state_mut().state.exchange.form;
    (form.server, form.issuer) = (ServerChoice::Issuer, "https://login.example".to_owned());
    form.subject.source = TokenSource::Pasted;
    for name in ["client_secret", "subject_token"] {
        type_secret(&mut harness, name, "MARKED");
    }
    send(&mut harness, Command::Act(Action::Lock));
    for name in ["client_secret", "subject_token"] {
        masked(&harness, name).scroll_to_me();
        harness.run_ok();
        masked(&harness, name).focus();
        harness.run_ok();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.run_ok();
        assert_eq!(masked(&harness, name).value().unwrap_or_default(), "", "{name}");
    }
    let form = &harness.state().state.exchange.form;
    assert!(form.client_secret.expose_secret().is_empty());
    assert!(form.subject.pasted.expose_secret().is_empty());
}
