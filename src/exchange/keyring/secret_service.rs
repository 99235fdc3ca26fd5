//! The Secret Service of freedesktop.org, over the session's bus.
//!
//! What a keyring wants its user to say comes as a *prompt*: an object that is told to show itself,
//! and says once that it is done. That is the one place where waiting has no limit; every other call
//! has one.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zbus::zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Type, Value};
use zbus::{Connection, MatchRule, MessageStream};

use super::{Cancel, Entry, KeyringError, KeyringErrorKind, SERVICE, text};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";

/// How long a bus or a keyring may take that waits for nobody.
const PATIENCE: Duration = Duration::from_secs(20);

/// A secret as it travels: session, parameters of its encryption, value, kind of content.
type Travelling = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// A keyring, with a session for secrets that are not encrypted on their way.
pub struct Service<'a> {
    connection: Connection,
    session: OwnedObjectPath,
    cancel: &'a Cancel,
}

impl<'a> Service<'a> {
    /// Opens a session on the bus of this address, or the user's own.
    pub async fn open(address: Option<&str>, cancel: &'a Cancel) -> Result<Self, KeyringError> {
        let builder = match address {
            Some(address) => zbus::connection::Builder::address(address),
            None => zbus::connection::Builder::session(),
        };
        let connecting = builder.map_err(|error| unreachable(&error))?.method_timeout(PATIENCE);
        let connecting = tokio::time::timeout(PATIENCE, connecting.build());
        let connection = match cancel.unless(connecting).await {
            None => return Err(KeyringError::given_up()),
            Some(Err(_)) => return Err(KeyringError::missing("the session's bus says nothing")),
            Some(Ok(connection)) => connection.map_err(|error| unreachable(&error))?,
        };
        let nowhere = OwnedObjectPath::from(ObjectPath::from_static_str_unchecked("/"));
        let mut service = Self { connection, session: nowhere, cancel };
        let (_, session): (OwnedValue, OwnedObjectPath) =
            service.call(PATH, "Service", "OpenSession", &("plain", Value::from(""))).await?;
        service.session = session;
        Ok(service)
    }

    /// Tells the keyring that nothing more is wanted. It would find out by itself.
    pub async fn close(self) {
        let _: Result<(), _> = self.call(&self.session, "Session", "Close", &()).await;
    }

    pub async fn keep(&self, entry: &Entry, secret: &SecretString) -> Result<(), KeyringError> {
        let collection = self.default_collection().await?;
        self.unlock(&[&collection]).await?;
        let label = entry.label();
        let properties = HashMap::from([
            ("org.freedesktop.Secret.Item.Label", Value::from(label.as_str())),
            ("org.freedesktop.Secret.Item.Attributes", Value::from(attributes(entry))),
        ]);
        let secret = (&self.session, &[0_u8; 0][..], secret.expose_secret().as_bytes(), PLAIN_TEXT);
        let (_, prompt): (OwnedObjectPath, OwnedObjectPath) =
            self.call(&collection, "Collection", "CreateItem", &(properties, secret, true)).await?;
        self.answer(&prompt).await.map(|_| ())
    }

    pub async fn read(&self, entry: &Entry) -> Result<SecretString, KeyringError> {
        let (open, locked) = self.found(entry).await?;
        let item = match (open.first(), locked.first()) {
            (Some(item), _) => item,
            (None, Some(item)) => {
                self.unlock(&[item]).await?;
                item
            }
            (None, None) => return Err(KeyringError::nothing(entry)),
        };
        let ((_, _, value, _),): (Travelling,) =
            self.call(item, "Item", "GetSecret", &(&self.session,)).await?;
        text(value)
    }

    pub async fn forget(&self, entry: &Entry) -> Result<(), KeyringError> {
        let (open, locked) = self.found(entry).await?;
        if open.is_empty() && locked.is_empty() {
            return Err(KeyringError::nothing(entry));
        }
        self.unlock(&locked.iter().collect::<Vec<_>>()).await?;
        for item in open.iter().chain(&locked) {
            let (prompt,): (OwnedObjectPath,) = self.call(item, "Item", "Delete", &()).await?;
            self.answer(&prompt).await?;
        }
        Ok(())
    }

    /// What is kept as the entry: what can be read at once, and what is locked.
    async fn found(
        &self,
        entry: &Entry,
    ) -> Result<(Vec<OwnedObjectPath>, Vec<OwnedObjectPath>), KeyringError> {
        self.call(PATH, "Service", "SearchItems", &(attributes(entry),)).await
    }

    /// Where new secrets go. A user who has no such place yet is asked for its password.
    async fn default_collection(&self) -> Result<OwnedObjectPath, KeyringError> {
        let (path,): (OwnedObjectPath,) =
            self.call(PATH, "Service", "ReadAlias", &("default",)).await?;
        if !is_none(&path) {
            return Ok(path);
        }
        let label = ("org.freedesktop.Secret.Collection.Label", Value::from("Default keyring"));
        let (path, prompt): (OwnedObjectPath, OwnedObjectPath) = self
            .call(PATH, "Service", "CreateCollection", &(HashMap::from([label]), "default"))
            .await?;
        match self.answer(&prompt).await? {
            None => Ok(path),
            Some(made) => made.try_into().map_err(KeyringError::failed),
        }
    }

    async fn unlock(&self, objects: &[&OwnedObjectPath]) -> Result<(), KeyringError> {
        if objects.is_empty() {
            return Ok(());
        }
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            self.call(PATH, "Service", "Unlock", &(objects,)).await?;
        self.answer(&prompt).await.map(|_| ())
    }

    /// Lets the keyring ask its user, if it wants to, and waits for the answer.
    async fn answer(&self, prompt: &OwnedObjectPath) -> Result<Option<OwnedValue>, KeyringError> {
        if is_none(prompt) {
            return Ok(None);
        }
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .sender(NAME)
            .and_then(|rule| rule.interface("org.freedesktop.Secret.Prompt"))
            .and_then(|rule| rule.member("Completed"))
            .and_then(|rule| rule.path(prompt.as_ref()))
            .map_err(KeyringError::failed)?
            .build();
        // Listened for before it is shown, so that no answer is missed.
        let mut completed = MessageStream::for_match_rule(rule, &self.connection, None)
            .await
            .map_err(|error| refused(&error))?;
        let asked = async {
            let () = self.call(prompt, "Prompt", "Prompt", &("",)).await?;
            let next = poll_fn(|context| Pin::new(&mut completed).poll_next(context)).await;
            let message =
                next.ok_or_else(|| KeyringError::failed("it went away while it asked"))?;
            message.map_err(|error| refused(&error))
        };
        let asked =
            self.cancel.unless(asked).await.unwrap_or_else(|| Err(KeyringError::given_up()));
        if asked.as_ref().is_err_and(|error| error.kind == KeyringErrorKind::GivenUp) {
            // It may be on the screen already, even when the keyring has not said so.
            let dismiss = self.send(prompt, "Prompt", "Dismiss", &());
            let _ = tokio::time::timeout(PATIENCE, dismiss).await;
        }
        let message = asked?;
        let body = message.body();
        let (dismissed, result): (bool, Value<'_>) =
            body.deserialize().map_err(KeyringError::failed)?;
        if dismissed {
            return Err(KeyringError::locked());
        }
        result.try_to_owned().map(Some).map_err(KeyringError::failed)
    }

    /// Calls something of the keyring, unless that is given up.
    async fn call<T: DeserializeOwned + Type>(
        &self,
        path: impl AsPath,
        interface: &str,
        method: &str,
        arguments: &(impl Serialize + DynamicType),
    ) -> Result<T, KeyringError> {
        let asked = self.cancel.unless(self.send(path, interface, method, arguments)).await;
        let message = asked.ok_or_else(KeyringError::given_up)?;
        let message = message.map_err(|error| refused(&error))?;
        message.body().deserialize().map_err(KeyringError::failed)
    }

    fn send(
        &self,
        path: impl AsPath,
        interface: &str,
        method: &str,
        arguments: &(impl Serialize + DynamicType),
    ) -> impl Future<Output = zbus::Result<zbus::Message>> {
        let interface = format!("org.freedesktop.Secret.{interface}");
        async move {
            let path = path.as_path();
            self.connection.call_method(Some(NAME), path, Some(interface), method, arguments).await
        }
    }
}

const PLAIN_TEXT: &str = "text/plain; charset=utf8";

/// What an entry is found by.
fn attributes(entry: &Entry) -> HashMap<&str, &str> {
    HashMap::from([
        ("xdg:schema", "org.freedesktop.Secret.Generic"),
        ("service", SERVICE),
        ("server", &entry.server),
        ("client_id", &entry.client_id),
    ])
}

/// The path that stands for no object.
fn is_none(path: &OwnedObjectPath) -> bool {
    path.as_str() == "/"
}

/// Somewhere on the bus.
trait AsPath {
    fn as_path(&self) -> &str;
}

impl AsPath for &str {
    fn as_path(&self) -> &str {
        self
    }
}

impl AsPath for &OwnedObjectPath {
    fn as_path(&self) -> &str {
        self.as_str()
    }
}

/// There is no way to the bus.
fn unreachable(error: &zbus::Error) -> KeyringError {
    match error {
        zbus::Error::Connection(error, _) | zbus::Error::InputOutput(error) => {
            KeyringError::missing(format_args!("there is no session bus ({error})"))
        }
        error => KeyringError::missing(format_args!("there is no session bus ({error})")),
    }
}

/// The bus, or who has the name on it, said no.
fn refused(error: &zbus::Error) -> KeyringError {
    let zbus::Error::MethodError(name, said, _) = error else {
        return match error {
            zbus::Error::InputOutput(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                KeyringError::failed("it took too long")
            }
            error => KeyringError::failed(error),
        };
    };
    let said = said.as_deref().unwrap_or(name.as_str());
    match name.as_str() {
        "org.freedesktop.Secret.Error.IsLocked" => KeyringError::locked(),
        "org.freedesktop.DBus.Error.AccessDenied" => KeyringError::denied(said),
        "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner" => {
            KeyringError::missing("none runs in this session")
        }
        name if name.starts_with("org.freedesktop.DBus.Error.Spawn.") => {
            KeyringError::missing(format_args!("it could not be started ({said})"))
        }
        _ => KeyringError::failed(said),
    }
}
