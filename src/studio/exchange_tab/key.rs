//! What clients authenticate with: a private key, a certificate or a secret, named by where it is.
//! Read when an exchange is run, gone when it has ended.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;

use crate::config::{ClientKey, Project};
use crate::exchange::chain::Further;
use crate::exchange::http::parse_url;
use crate::exchange::keys::KeySet;
use crate::exchange::{Cancel, Client, ClientAuth, ClientAuthMethod, Http, Process, ProfileError};

use super::super::command::{Command as WindowCommand, Notice};
use super::super::state::State;
use super::form::{Form, ServerChoice, client_id};
use super::leg::Leg;
use super::server::draft::{ASKED, Sources, sentence};
use super::server::keyring::StopOnDrop;

/// A client as the form and the server's description have it. `built_in` is the secret that the
/// authority built in has made, when that is the server.
///
/// # Errors
///
/// One sentence for a person, when something it authenticates with cannot be had or used.
pub async fn client(
    form: &Form,
    id: &str,
    asked: SecretString,
    built_in: Option<&SecretString>,
) -> Result<Client, String> {
    let (form, id, built_in) = (form.clone(), id.to_owned(), built_in.cloned());
    // Who stops waiting for the client does not leave the keyring's question behind.
    let stop = StopOnDrop::default();
    let sign = stop.sign();
    let read = move || client_now(&form, &id, asked, built_in.as_ref(), &sign);
    tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?
}

/// The same at once, for a thread that may wait for a disk, and for a keyring until it is told to
/// stop.
///
/// # Errors
///
/// As [`client`].
pub fn client_now(
    form: &Form,
    id: &str,
    asked: SecretString,
    built_in: Option<&SecretString>,
    cancel: &Cancel,
) -> Result<Client, String> {
    let mut profile = form.profile();
    // The key that proves possession is the form's, which outlives a run.
    profile.dpop = false;
    let own = profile.clients.entry(id.to_owned()).or_default();
    if built_in.is_some() || !own.says_where_its_secret_is() {
        own.take_secret_from(ASKED);
    }
    let asked = built_in.cloned().unwrap_or(asked);
    let sources = Sources { asked, keyring: form.keyring.as_ref(), cancel };
    let named = form.named(&profile);
    let client = named.client(id, &sources).map_err(|error| told(&error, form, id))?;
    Ok(Client { dpop: form.dpop.clone(), ..client })
}

/// A way on which the server is looked at before anybody authenticates there: a server that lets nobody
/// in without a certificate is shown that of the client that asks, or else of the first one that has any.
/// Nothing else of a client is read.
///
/// # Errors
///
/// As [`client`].
pub async fn shown(form: &Form, http: Http) -> Result<Http, String> {
    let server = form.server(None);
    let (false, Ok(to)) = (form.server == ServerChoice::BuiltIn, parse_url(server.address()))
    else {
        return Ok(http);
    };
    let form = form.clone();
    let read = move || {
        let profile = form.profile();
        let named = form.named(&profile);
        let asks = form.client_id.trim();
        let Some(id) =
            named.with_certificate().find(|id| *id == asks).or(named.with_certificate().next())
        else {
            return Ok(None);
        };
        named.certificate(id, &Process).map_err(|error| told(&error, &form, id))
    };
    let certificate =
        tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())??;
    Ok(match certificate {
        Some(certificate) => http.showing(&certificate, &to),
        None => http,
    })
}

/// What is wrong with a client, with the path of the file it is about.
fn told(error: &ProfileError, form: &Form, id: &str) -> String {
    use crate::exchange::ProfileErrorKind::{Keyring, NoSecret, Unreadable, Wrong};

    let profile = form.profile();
    let own = profile.clients.get(id);
    let path = |path: Option<&PathBuf>| {
        path.map(|path| form.folder.join(path).display().to_string()).unwrap_or_default()
    };
    match (error.kind, error.member.rsplit('.').next().unwrap_or_default()) {
        (Wrong, "key_file") if own.is_some_and(|own| own.key_file.is_some()) => {
            let path = path(own.and_then(|own| own.key_file.as_ref()));
            format!("{path} cannot be used as a key: {}.", error.problem)
        }
        (Wrong, "certificate_file") if own.is_some_and(|own| own.certificate_file.is_some()) => {
            let path = path(own.and_then(|own| own.certificate_file.as_ref()));
            format!("{path} cannot be used as a certificate: {}.", error.problem)
        }
        (Unreadable, _) => error.problem.clone(),
        (Wrong | NoSecret | Keyring(_), _) => sentence(error),
    }
}

/// A client app of the project, authenticating as the form says.
///
/// # Errors
///
/// As [`client`].
pub async fn client_app(
    form: &Form,
    project: &Project,
    key: ClientKey,
    built_in: Option<&SecretString>,
) -> Result<Client, String> {
    let mut form = form.clone();
    form.choose_requester(project, key);
    client(&form, &form.client_id, form.client_secret.clone(), built_in).await
}

/// The hops after the first, as they will be asked for.
///
/// # Errors
///
/// As [`client`].
pub async fn further_hops(
    form: &Form,
    first: &Client,
    built_in: Option<&SecretString>,
) -> Result<Vec<Further>, String> {
    let mut hops = Vec::new();
    for (id, secret, request) in form.further_requests() {
        let client = if id == first.id {
            first.clone()
        } else if form.server != ServerChoice::BuiltIn && form.place.clients.contains_key(&id) {
            client(form, &id, secret, None).await?
        } else {
            use secrecy::ExposeSecret as _;
            let mut own = form.clone();
            let public = secret.expose_secret().is_empty() && built_in.is_none();
            own.client_id = id;
            own.own = Default::default();
            if public {
                own.auth = ClientAuthMethod::None;
            }
            client(&own, &own.client_id, secret, built_in).await?
        };
        hops.push(Further { client, request });
    }
    Ok(hops)
}

/// What the authority built in is told of the key: its public half, as that of the client that asks
/// and of the one whose user logs in, which signs in the same way.
pub fn registered(form: &Form, project: &Project, client: &Client) -> Vec<(String, KeySet)> {
    let ClientAuth::PrivateKeyJwt { key, .. } = &client.auth else { return Vec::new() };
    let choices = std::iter::once(&form.subject).chain(&form.actor);
    let logins = choices
        .filter(|choice| choice.source.signs_in())
        .filter_map(|choice| choice.login_client)
        .filter(|login| login.0 < project.clients().len())
        .map(|login| client_id(project.client(login)).to_owned());
    let mut ids = vec![client.id.clone()];
    for id in logins {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.into_iter().map(|id| (id, KeySet::of([key.as_ref()]))).collect()
}

impl State {
    /// Asks a person for a file of the server's description, where a dialog service answers.
    pub(in crate::studio) fn pick_file(&mut self, which: super::server::FileOf, leg: Leg) {
        let Some(dialogs) = self.file_dialogs() else {
            let text = format!("There is no file dialog here. Type the path of {}.", which.what());
            self.notices.push(Notice::Hint(text));
            return;
        };
        let dialogs = Arc::clone(&dialogs);
        self.jobs.blocking("Waiting for the file dialog", move |_| {
            let picked = if which.is_certificate() {
                dialogs.pick_certificate()
            } else {
                dialogs.pick_key()
            };
            match picked {
                Some(path) => leg.file_picked(which, path),
                None => WindowCommand::Nothing,
            }
        });
    }
}
