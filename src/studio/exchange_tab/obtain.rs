//! Getting a token for an exchange, away from the window.
//!
//! What waits for a person says so to the window meanwhile; what was got is kept in the vault.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use url::Url;

use crate::authority::{self, MintRequest, Running};
use crate::config::{ClientKey, Project};
use crate::exchange::client_credentials::{Issued, client_credentials};
use crate::exchange::device::DeviceLogin;
use crate::exchange::login::{self, Login, Receiver};
use crate::exchange::refresh::refresh;
use crate::exchange::token_type::{ACCESS_TOKEN, ID_TOKEN};
use crate::exchange::{Client, ClientAuth, Http, Metadata, Occasion, Server, discover};

use super::super::jobs::Messenger;
use super::choice::{TokenChoice, TokenSource};
use super::form::{Form, client_id};
use super::vault::{Kept, NewToken};
use super::{Command, Waiting, key};

/// How long somebody may take to sign in.
const PATIENCE: Duration = Duration::from_secs(600);

/// All that getting a token may need.
pub struct Obtainer<'a> {
    pub http: &'a Http,
    pub form: &'a Form,
    /// The authority built in, when that is the server.
    pub built_in: Option<&'a Arc<Running>>,
    pub project: &'a Project,
    /// The client that asks.
    pub client: &'a Client,
    pub window: &'a Messenger,
}

/// A choice with what of the vault it needs, taken before the job began.
pub struct Chosen {
    pub choice: TokenChoice,
    /// The token, where it is at hand.
    pub at_hand: SecretString,
    /// The token that is refreshed.
    pub kept: Option<Kept>,
}

impl Obtainer<'_> {
    /// Gets the token.
    ///
    /// # Errors
    ///
    /// One sentence for a person.
    pub async fn token(&self, chosen: &Chosen) -> Result<SecretString, String> {
        let Chosen { choice, at_hand, kept } = chosen;
        match choice.source {
            TokenSource::Pasted | TokenSource::Kept => Ok(at_hand.clone()),
            TokenSource::External => self.minted(choice).await,
            TokenSource::TestUser => self.of_test_user(choice).await,
            TokenSource::Browser => self.by_browser(choice).await,
            TokenSource::Device => self.by_device(choice).await,
            TokenSource::ClientCredentials => self.of_client().await,
            TokenSource::Refresh => self.refreshed(kept.as_ref()).await,
        }
    }

    fn keep(&self, label: String, client: &str, token_type: &str, issued: &Issued) -> SecretString {
        let token = match (token_type, &issued.id_token) {
            (ID_TOKEN, Some(id_token)) => id_token.clone(),
            _ => issued.access_token.clone(),
        };
        let kept = NewToken {
            label,
            token: token.clone(),
            refresh: issued.refresh_token.clone(),
            token_type: token_type.to_owned(),
            client_id: client.to_owned(),
            lifetime: issued.expires_in.map(Duration::from_secs),
            at: SystemTime::now(),
        };
        self.tell(Command::Keep(Box::new(kept)));
        token
    }

    fn tell(&self, command: Command) {
        self.window.send(super::super::Command::Exchange(command));
    }

    /// The authority built in.
    fn authority(&self) -> Result<&Arc<Running>, String> {
        self.built_in.ok_or_else(|| "The built-in authority does not run.".to_owned())
    }

    async fn minted(&self, choice: &TokenChoice) -> Result<SecretString, String> {
        let authority = self.authority()?;
        let request = MintRequest {
            issuer: Some(choice.external_issuer.clone()),
            audience: vec![authority.issuer().to_owned()],
            ..MintRequest::new(choice.external_subject.clone())
        };
        let minted = authority::mint_over_http(&authority.mint_endpoint(), &request).await;
        let token = minted.map_err(|error| error.to_string())?;
        let label = format!("{} of {}", choice.external_subject, choice.external_issuer);
        self.tell(Command::Keep(Box::new(NewToken {
            label,
            token: token.clone(),
            refresh: None,
            token_type: choice.token_type.clone(),
            client_id: String::new(),
            lifetime: None,
            at: SystemTime::now(),
        })));
        Ok(token)
    }

    /// The client app whose user signs in, as the server knows it, and its name.
    async fn login_client(&self, choice: &TokenChoice) -> Result<(Client, String), String> {
        let key = choice.login_client.ok_or("Choose the client app whose user signs in.")?;
        let name = self.project.client(key).label().to_owned();
        let id = client_id(self.project.client(key)).to_owned();
        if self.form.requester == Some(key) || id == self.client.id {
            return Ok((self.client.clone(), name));
        }
        if self.built_in.is_some() {
            return Ok((self.client_app(key).await?, name));
        }
        if self.form.place.clients.contains_key(&id) {
            let secret = choice.login_secret.clone();
            return Ok((key::client(self.form, &id, secret, None).await?, name));
        }
        // Another client app at another server has a secret of its own, or none.
        use secrecy::ExposeSecret as _;
        let secret = choice.login_secret.clone();
        let auth = match secret.expose_secret().is_empty() {
            true => ClientAuth::None,
            false => {
                ClientAuth::new(self.form.auth, secret.clone()).unwrap_or(ClientAuth::Basic(secret))
            }
        };
        Ok((Client { dpop: self.form.dpop.clone(), ..Client::new(&id, auth) }, name))
    }

    /// A client app, authenticating as the form says.
    async fn client_app(&self, key: ClientKey) -> Result<Client, String> {
        key::client_app(self.form, self.project, key, self.secret()).await
    }

    /// The time as the server has it.
    fn now(&self) -> SystemTime {
        self.form.clock().at(SystemTime::now())
    }

    fn secret(&self) -> Option<&SecretString> {
        self.built_in.map(|authority| authority.client_secret())
    }

    async fn of_test_user(&self, choice: &TokenChoice) -> Result<SecretString, String> {
        let authority = self.authority()?;
        let (client, name) = self.login_client(choice).await?;
        let metadata = self.metadata(authority.issuer()).await?;
        let (user, scope) = (&choice.user, &self.scope(choice));
        let issued = login::sign_in(self.http, &metadata, &client, user, scope, self.now()).await;
        let issued = issued.map_err(|error| format!("{user} could not sign in: {error}"))?;
        Ok(self.keep(format!("{user} at {name}"), &client.id, &choice.token_type, &issued))
    }

    async fn metadata(&self, issuer: &str) -> Result<Metadata, String> {
        discover(self.http, issuer).await.map_err(|error| error.to_string())
    }

    /// The metadata of the server, wherever it is.
    async fn server(&self) -> Result<Metadata, String> {
        match self.form.server(self.built_in.map(|authority| authority.issuer())) {
            Server::Issuer(issuer) => self.metadata(&issuer).await,
            Server::TokenEndpoint { .. } | Server::Endpoints(_) => {
                Err("Only the token endpoint is known. Give the issuer, or paste a token.".into())
            }
        }
    }

    /// An ID token is for those who ask for one.
    fn scope(&self, choice: &TokenChoice) -> String {
        let scope = self.form.scope.trim();
        match choice.token_type.as_str() {
            ID_TOKEN if !scope.split(' ').any(|name| name == "openid") => {
                format!("openid {scope}").trim_end().to_owned()
            }
            _ => scope.to_owned(),
        }
    }

    async fn by_browser(&self, choice: &TokenChoice) -> Result<SecretString, String> {
        let (client, name) = self.login_client(choice).await?;
        let metadata = self.server().await?;
        let failed = |error: login::LoginError| error.to_string();
        let receiver = Receiver::open().await.map_err(failed)?;
        let redirect = receiver.redirect_uri();
        let parameters = self.form.parameters();
        let mut extra: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        extra.extend(Login::binding(&client));
        let login = Login::begin(&metadata, &client.id, &redirect, &self.scope(choice), &extra);
        let login = login.map_err(failed)?;
        self.tell(Command::Wait(Waiting::Browser { url: login.url.clone() }));
        let code = receiver.wait(&login, PATIENCE).await.map_err(failed)?;
        let endpoint = metadata.token_endpoint().map_err(|error| error.to_string())?;
        let now = self.now();
        let issued =
            login.redeem(self.http, &endpoint, &client, &code, now).await.map_err(failed)?;
        Ok(self.keep(format!("Signed in at {name}"), &client.id, &choice.token_type, &issued))
    }

    async fn by_device(&self, choice: &TokenChoice) -> Result<SecretString, String> {
        let (client, name) = self.login_client(choice).await?;
        let metadata = self.server().await?;
        let scope = self.scope(choice);
        let now = self.now();
        let login = DeviceLogin::begin(self.http, &metadata, &client, &scope, now).await;
        let login = login.map_err(|error| error.to_string())?;
        self.tell(Command::Wait(Waiting::Device {
            code: login.user_code.clone(),
            url: login.verification_uri.clone(),
            complete: login.verification_uri_complete.clone(),
        }));
        let issued = login.wait(self.http, &metadata, &client, self.now()).await;
        let issued = issued.map_err(|error| error.to_string())?;
        Ok(self.keep(format!("Signed in at {name}"), &client.id, &choice.token_type, &issued))
    }

    async fn of_client(&self) -> Result<SecretString, String> {
        let client = self.client;
        let (issuer, endpoint) = self.endpoint().await?;
        let occasion =
            Occasion { issuer: issuer.as_deref(), token_endpoint: &endpoint, now: self.now() };
        let scope = &self.form.scope;
        let extra: Vec<_> = self.form.extra.iter().cloned().chain(self.form.parameters()).collect();
        let issued = client_credentials(self.http, &occasion, client, scope, &extra).await;
        let issued = issued.map_err(|error| format!("No token by client credentials: {error}"))?;
        Ok(self.keep(format!("{} for itself", client.id), &client.id, ACCESS_TOKEN, &issued))
    }

    async fn refreshed(&self, kept: Option<&Kept>) -> Result<SecretString, String> {
        let none = "Choose a token of this session that came with a refresh token.";
        let kept = kept.ok_or(none)?;
        let token = kept.refresh.as_ref().ok_or(none)?;
        // Only the client that it was issued to may use it (RFC 6749 §6).
        let client = match self.project.named(&kept.client_id) {
            Some(key) if self.built_in.is_some() => self.client_app(key).await?,
            _ => self.client.clone(),
        };
        if client.id != kept.client_id {
            return Err(format!(
                "That token was issued to {}, which alone may refresh it. Choose it as the \
                 requester.",
                kept.client_id
            ));
        }
        let (issuer, endpoint) = self.endpoint().await?;
        let occasion =
            Occasion { issuer: issuer.as_deref(), token_endpoint: &endpoint, now: self.now() };
        let issued = refresh(self.http, &occasion, &client, token, "").await;
        let mut issued = issued.map_err(|error| format!("No token by refresh: {error}"))?;
        // A server that keeps the old one says nothing of it.
        issued.refresh_token = issued.refresh_token.or_else(|| Some(token.clone()));
        Ok(self.keep(kept.label.clone(), &kept.client_id, &kept.token_type, &issued))
    }

    /// The issuer, when it is known, and its token endpoint.
    async fn endpoint(&self) -> Result<(Option<String>, Url), String> {
        match self.form.server(self.built_in.map(|authority| authority.issuer())) {
            Server::Issuer(issuer) => {
                let metadata = self.metadata(&issuer).await?;
                let endpoint = metadata.token_endpoint().map_err(|error| error.to_string())?;
                Ok((Some(metadata.issuer), endpoint))
            }
            bare => crate::exchange::http::parse_url(bare.address())
                .map(|url| (None, url))
                .map_err(|error| error.to_string()),
        }
    }
}
