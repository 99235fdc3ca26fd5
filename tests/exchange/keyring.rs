//! The keyring of the system, as it is on a desktop: GNOME's, on a bus of its own.

use exchange_studio::exchange::keyring::Entry;
use exchange_studio::exchange::{Cancel, Keyring as _, KeyringErrorKind, SystemKeyring};
use secrecy::ExposeSecret as _;
use zbus::MessageStream;

use crate::keyring_session::{PASSWORD, Session, next, wait};

const SECRET: &str = "MARKED-client-secret é";

fn entry() -> Entry {
    Entry::new("https://login.example", "portal")
}

fn keyring(session: &Session) -> SystemKeyring {
    SystemKeyring::on_bus(session.address.as_str())
}

fn read(keyring: &SystemKeyring, entry: &Entry) -> Result<String, KeyringErrorKind> {
    let secret = keyring.read(entry, &Cancel::default());
    secret.map(|secret| secret.expose_secret().to_owned()).map_err(|error| {
        let text = format!("{error} {error:?}");
        assert!(!text.contains("MARKED"), "{text}");
        error.kind
    })
}

#[test]
fn a_secret_is_kept_changed_and_forgotten() {
    let session = Session::new();
    let keyring = keyring(&session);
    let none = Cancel::default();
    let other = Entry::new("https://other.example", "portal");
    assert_eq!(read(&keyring, &entry()), Err(KeyringErrorKind::Nothing));
    keyring.keep(&entry(), &SECRET.into(), &none).unwrap();
    assert_eq!(read(&keyring, &entry()).as_deref(), Ok(SECRET));
    // Another server, or another client, is another entry.
    assert_eq!(read(&keyring, &other), Err(KeyringErrorKind::Nothing));
    let broker = Entry::new("https://login.example", "broker");
    assert_eq!(read(&keyring, &broker), Err(KeyringErrorKind::Nothing));
    keyring.keep(&other, &"MARKED of another".into(), &none).unwrap();
    keyring.keep(&entry(), &"MARKED and new".into(), &none).unwrap();
    assert_eq!(read(&keyring, &entry()).as_deref(), Ok("MARKED and new"));

    // It is encrypted where it is kept, and found by what a person knows.
    let files = session.files();
    assert!(!files.is_empty());
    for secret in [SECRET, "MARKED", PASSWORD] {
        assert!(!files.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
    }
    let label = wait(async {
        let connection = session.connect().await;
        let found = connection
            .call_method(
                Some("org.freedesktop.secrets"),
                "/org/freedesktop/secrets",
                Some("org.freedesktop.Secret.Service"),
                "SearchItems",
                &(std::collections::HashMap::from([
                    ("service", "Exchange Studio"),
                    ("server", "https://login.example"),
                    ("client_id", "portal"),
                ]),),
            )
            .await
            .unwrap();
        type Paths = Vec<zbus::zvariant::OwnedObjectPath>;
        let (open, locked): (Paths, Paths) = found.body().deserialize().unwrap();
        assert_eq!((open.len(), locked.len()), (1, 0), "one entry, however often it was kept");
        let label = connection
            .call_method(
                Some("org.freedesktop.secrets"),
                &open[0],
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &("org.freedesktop.Secret.Item", "Label"),
            )
            .await
            .unwrap();
        let label: zbus::zvariant::OwnedValue = label.body().deserialize().unwrap();
        String::try_from(label).unwrap()
    });
    assert_eq!(label, "Exchange Studio: portal at https://login.example");

    keyring.forget(&entry(), &none).unwrap();
    assert_eq!(read(&keyring, &entry()), Err(KeyringErrorKind::Nothing));
    let again = keyring.forget(&entry(), &none).unwrap_err();
    assert_eq!(again.kind, KeyringErrorKind::Nothing);
    assert_eq!(read(&keyring, &other).as_deref(), Ok("MARKED of another"));
}

#[test]
fn a_keyring_that_is_locked_missing_or_forbidden_is_told_apart() {
    let session = Session::new();
    let none = Cancel::default();
    let locked = keyring(&session);
    locked.keep(&entry(), &SECRET.into(), &none).unwrap();
    session.lock();
    // Nobody is there who could show its question.
    assert_eq!(read(&locked, &entry()), Err(KeyringErrorKind::Locked));
    let kind = |result: Result<(), exchange_studio::exchange::KeyringError>| {
        let error = result.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("MARKED"), "{error}");
        error.kind
    };
    assert_eq!(kind(locked.keep(&entry(), &SECRET.into(), &none)), KeyringErrorKind::Locked);
    assert_eq!(kind(locked.forget(&entry(), &none)), KeyringErrorKind::Locked);

    let empty = Session::without_keyring("");
    let missing = keyring(&empty);
    assert_eq!(read(&missing, &entry()), Err(KeyringErrorKind::Missing));
    let nowhere = SystemKeyring::on_bus("unix:path=/nowhere/bus");
    assert_eq!(read(&nowhere, &entry()), Err(KeyringErrorKind::Missing));
    let nonsense = SystemKeyring::on_bus("nonsense");
    assert_eq!(read(&nonsense, &entry()), Err(KeyringErrorKind::Missing));

    let rule = "<deny send_interface='org.freedesktop.Secret.Item' send_member='GetSecret'/>";
    let guarded = Session::with_rules(rule);
    let denied = keyring(&guarded);
    denied.keep(&entry(), &SECRET.into(), &none).unwrap();
    assert_eq!(read(&denied, &entry()), Err(KeyringErrorKind::Denied));
}

#[test]
fn a_question_that_nobody_answers_is_given_up_and_taken_away() {
    let session = Session::new();
    keyring(&session).keep(&entry(), &SECRET.into(), &Cancel::default()).unwrap();
    session.lock();
    let cancel = Cancel::default();
    wait(async {
        // Somebody who is to show the question, and never answers.
        let prompter = zbus::connection::Builder::address(session.address.as_str())
            .unwrap()
            .name("org.gnome.keyring.SystemPrompter")
            .unwrap()
            .build()
            .await
            .unwrap();
        let monitor = session.connect().await;
        let mut seen = MessageStream::from(&monitor);
        let interface = Some("org.freedesktop.DBus.Monitoring");
        let all = (Vec::<String>::new(), 0_u32);
        monitor
            .call_method(
                Some("org.freedesktop.DBus"),
                "/org/freedesktop/DBus",
                interface,
                "BecomeMonitor",
                &all,
            )
            .await
            .unwrap();
        let mut until = async |wanted: &str| loop {
            let message = next(&mut seen).await;
            if message.header().member().is_some_and(|member| member.as_str() == wanted) {
                return;
            }
        };
        let (waiting, sign) = (keyring(&session), cancel.clone());
        let reading =
            tokio::task::spawn_blocking(move || waiting.read(&entry(), &sign).unwrap_err());
        until("BeginPrompting").await;
        assert!(!reading.is_finished());
        cancel.cancel();
        until("Dismiss").await;
        assert_eq!(reading.await.unwrap().kind, KeyringErrorKind::GivenUp);
        drop(prompter);
    });
    // Stopped before it began, nobody is asked.
    let error = keyring(&session).read(&entry(), &cancel).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::GivenUp);
}

#[test]
fn it_may_be_asked_from_work_that_is_waited_for() {
    let session = Session::new();
    let keyring = keyring(&session);
    wait(async {
        keyring.keep(&entry(), &SECRET.into(), &Cancel::default()).unwrap();
        assert_eq!(read(&keyring, &entry()).as_deref(), Ok(SECRET));
    });
}
