//! Between the form and a server profile: what the form says of a server, as a profile, and back.
//!
//! The form is the only place where a server is described. A profile of the project file fills it
//! in, and what it says can be kept as a profile; that one is in use never means that something of
//! it cannot be changed for a try.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::config::{Profile, ProfileClient};
use crate::exchange::keyring::Entry;
use crate::exchange::{
    AssertionAudience, Cancel, ClientAuthMethod, ClockOffset, HttpOptions, Keyring, KeyringError,
    KeyringErrorKind, NamedProfile, Process, ProfileError, ProfileErrorKind, Secrets, request,
};

use super::super::form::{Form, ServerChoice};

/// Leaves out what was begun and says nothing yet, before a profile is kept.
pub fn tidy(profile: &mut Profile) {
    let no_text =
        |text: &Option<String>| text.as_deref().is_some_and(|text| text.trim().is_empty());
    let no_path =
        |path: &Option<PathBuf>| path.as_ref().is_some_and(|path| path.as_os_str().is_empty());
    for own in profile.clients.values_mut() {
        for text in [&mut own.secret_env, &mut own.key_id, &mut own.assertion_audience] {
            if no_text(text) {
                *text = None;
            }
        }
        for path in [
            &mut own.secret_file,
            &mut own.key_file,
            &mut own.certificate_file,
            &mut own.certificate_key_file,
        ] {
            if no_path(path) {
                *path = None;
            }
        }
    }
}

/// A text that may be left out.
pub fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Form {
    /// What the form says of the server, as a profile. It holds no secret.
    pub fn profile(&self) -> Profile {
        let mut profile = self.place.clone();
        let by_issuer = self.server != ServerChoice::TokenEndpoint;
        profile.issuer = given(&self.issuer).filter(|_| by_issuer);
        let bare = |text: &str| given(text).filter(|_| !by_issuer);
        profile.token_endpoint = bare(&self.token_endpoint);
        profile.jwks_uri = bare(&self.jwks_uri);
        profile.introspection_endpoint = bare(&self.introspection_endpoint);
        profile.revocation_endpoint = bare(&self.revocation_endpoint);
        profile.dpop = self.dpop.is_some();
        if let Some(id) = given(&self.client_id) {
            let own = self.own_settings(&id);
            if own != self.settings_of(&id) {
                profile.clients.insert(id, own);
            }
        }
        profile
    }

    /// Fills in what a profile says of a server; what is asked for there stays.
    pub fn take_profile(&mut self, profile: Profile) {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        self.server = match (&profile.issuer, &profile.token_endpoint) {
            (None, Some(_)) => ServerChoice::TokenEndpoint,
            _ => ServerChoice::Issuer,
        };
        self.issuer = text(&profile.issuer);
        self.token_endpoint = text(&profile.token_endpoint);
        self.jwks_uri = text(&profile.jwks_uri);
        self.introspection_endpoint = text(&profile.introspection_endpoint);
        self.revocation_endpoint = text(&profile.revocation_endpoint);
        self.bind(profile.dpop);
        self.place = profile;
        self.load_client();
        self.suit_server();
    }

    /// Another server than that of a profile. What the profile said stays where it can be kept again,
    /// but the authority built in is not spoken to as a server of a profile is.
    pub fn leave_profile(&mut self, server: ServerChoice) {
        self.leave_client();
        let of_profile = self.profile_name.take().is_some() || !self.place.clients.is_empty();
        self.server = server;
        if server != ServerChoice::BuiltIn {
            self.load_client();
        } else if self.auth.is_tls() || (of_profile && self.auth != ClientAuthMethod::None) {
            self.auth = ClientAuthMethod::ClientSecretPost;
        }
        self.suit_server();
    }

    /// How the server is spoken to where a client says nothing of its own.
    fn common_method(&self) -> ClientAuthMethod {
        let name = self.place.client_auth.as_deref();
        name.and_then(ClientAuthMethod::from_name).unwrap_or_default()
    }

    /// What is kept of a client.
    fn settings_of(&self, id: &str) -> ProfileClient {
        self.place.clients.get(id).cloned().unwrap_or_default()
    }

    /// What the form says of the client that asks.
    fn own_settings(&self, id: &str) -> ProfileClient {
        let kept = self.settings_of(id);
        let says = kept.method.is_some() || self.auth != self.common_method();
        let audience = match &self.assertion_audience {
            AssertionAudience::Issuer => None,
            audience => Some(audience.name().to_owned()),
        };
        let mut own = kept;
        own.method = says.then(|| self.auth.name().to_owned());
        own.key_file = given(&self.key_file).map(PathBuf::from);
        own.key_id = given(&self.key_id);
        own.assertion_audience = audience;
        own.secret_env.clone_from(&self.own.secret_env);
        own.secret_file.clone_from(&self.own.secret_file);
        own.secret_keyring = self.own.secret_keyring;
        own.certificate_file.clone_from(&self.own.certificate_file);
        own.certificate_key_file.clone_from(&self.own.certificate_key_file);
        own.key_env.clone_from(&self.own.key_env);
        own.assertion_alg.clone_from(&self.own.assertion_alg);
        own.certificate_env.clone_from(&self.own.certificate_env);
        own.certificate_key_env.clone_from(&self.own.certificate_key_env);
        own
    }

    /// Another client is going to ask: what was changed of the one before goes with it.
    pub fn leave_client(&mut self) {
        if let (Some(_), Some(id)) = (&self.profile_name, given(&self.client_id)) {
            let own = self.own_settings(&id);
            if own != self.settings_of(&id) {
                self.place.clients.insert(id, own);
            }
        }
    }

    /// Fills in how the client that asks authenticates, where the server's description says it.
    pub fn load_client(&mut self) {
        let said = self.profile_name.is_some() || !self.place.clients.is_empty();
        if !said || self.server == ServerChoice::BuiltIn {
            return;
        }
        let own = self.settings_of(self.client_id.trim());
        let said = own.method.as_deref().or(self.place.client_auth.as_deref());
        match said.map(ClientAuthMethod::from_name) {
            Some(Some(method)) => self.auth = method,
            // One that this studio does not know is for the person to choose.
            Some(None) => {}
            None if self.auth != ClientAuthMethod::None => self.auth = self.common_method(),
            None => {}
        }
        self.key_file = super::path_text(&own.key_file);
        self.key_id = own.key_id.clone().unwrap_or_default();
        let audience = own.assertion_audience.as_deref().and_then(AssertionAudience::parse);
        self.assertion_audience = audience.unwrap_or_default();
        self.own = own;
    }

    /// The server's description as the rooms below take it.
    pub fn named<'a>(&'a self, profile: &'a Profile) -> NamedProfile<'a> {
        let name = self.profile_name.as_deref().unwrap_or_default();
        NamedProfile { name, profile, folder: &self.folder }
    }

    /// Limits, proxy and trust. Blocks: the file of authorities is read.
    ///
    /// # Errors
    ///
    /// One sentence for a person.
    pub fn http_options(&self) -> Result<HttpOptions, String> {
        if self.server == ServerChoice::BuiltIn {
            return Ok(HttpOptions::default());
        }
        let said = |error: ProfileError| sentence(&error);
        self.named(&self.place).http_options(&Process).map_err(said)
    }

    /// The clock of the server; the authority built in has this machine's.
    pub fn clock(&self) -> ClockOffset {
        match self.server {
            ServerChoice::BuiltIn => ClockOffset::default(),
            _ => ClockOffset::new(self.place.clock_offset),
        }
    }

    /// What goes along with every request to the server; those that it cannot have are left out, as
    /// they are in the form.
    pub fn parameters(&self) -> Vec<(String, String)> {
        if self.server == ServerChoice::BuiltIn {
            return Vec::new();
        }
        let own = |name: &str| self.extra.iter().any(|(other, _)| other.trim() == name);
        self.place
            .parameters
            .iter()
            .map(|(name, value)| (name.trim().to_owned(), value.clone()))
            .filter(|(name, _)| !name.is_empty() && !request::is_reserved(name) && !own(name))
            .collect()
    }

    /// A path as it is kept: below the folder of the project, from there.
    pub fn short_path(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.folder) {
            Ok(below) if !self.folder.as_os_str().is_empty() => below.to_owned(),
            _ => path.to_owned(),
        }
    }
}

/// The variable that stands for a secret which was asked for. No environment has one of this name.
pub const ASKED: &str = "=asked";

/// Where the window has secrets from: what a person typed, the environment, files, and the keyring.
pub struct Sources<'a> {
    pub asked: SecretString,
    pub keyring: &'a dyn Keyring,
    pub cancel: &'a Cancel,
}

impl Secrets for Sources<'_> {
    fn variable(&self, name: &str) -> Result<Option<SecretString>, String> {
        if name == ASKED {
            return Ok(Some(self.asked.clone()));
        }
        Process.variable(name)
    }

    fn file(&self, path: &Path) -> Result<SecretString, String> {
        Process.file(path)
    }

    fn kept(&self, entry: &Entry) -> Result<SecretString, KeyringError> {
        self.keyring.read(entry, self.cancel)
    }
}

/// What is wrong with a server's description, by what the window calls the field.
pub fn sentence(error: &ProfileError) -> String {
    let field = error.member.rsplit('.').next().unwrap_or_default();
    let what = match field {
        "issuer" => "The issuer",
        "token_endpoint" => "The token endpoint",
        "ca_file" => "The file of certificate authorities",
        "proxy" => "The proxy",
        "connect_timeout" | "timeout" => "The time limit",
        "secret_env" | "secret_file" | "secret_keyring" => "The client's secret",
        "key_file" | "key_env" => "The client's private key",
        "certificate_file" | "certificate_env" => "The client's certificate",
        "certificate_key_file" | "certificate_key_env" => "The certificate's private key",
        "method" | "client_auth" => "The method",
        "assertion_alg" => "The algorithm of the assertion",
        _ => "The server's description",
    };
    let said = format!("{what}: {}", error.problem.trim_end_matches('.'));
    match error.kind {
        ProfileErrorKind::Keyring(kind) => advised(&said, kind),
        _ => format!("{said}."),
    }
}

/// What went wrong with the keyring, as sentences, with what to do about it.
pub fn advised(said: &str, kind: KeyringErrorKind) -> String {
    let advice = match kind {
        KeyringErrorKind::Nothing => Some("type it and keep it there, or choose another source"),
        kind => kind.advice(),
    };
    match advice {
        Some(advice) => format!("{}. {}.", capital(said), capital(advice)),
        None => format!("{}.", capital(said)),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const STAGING: &str = "issuer: https://login.example\n\
        parameters: {acr_values: 'tenant:north', audience: no}\n\
        client_auth: private_key_jwt\n\
        clients:\n  broker: {method: client_secret_basic, secret_env: BROKER_SECRET, later: kept}\n  \
        portal: {key_file: keys/portal.pem, key_id: k-1, assertion_audience: token-endpoint}\n\
        dpop: true\nca_file: keys/ca.pem\nproxy: http://proxy.example:3128\ntimeout: 10\n\
        clock_offset: -30\naudiences: {'https://api.example': Dashboard}\ncolour: red\n";

    fn staging() -> (Profile, Form) {
        let profile: Profile = serde_yaml::from_str(STAGING).unwrap();
        let mut form = Form { profile_name: Some("staging".to_owned()), ..Form::default() };
        form.take_profile(profile.clone());
        (profile, form)
    }

    #[test]
    fn a_profile_fills_the_form_and_comes_back_as_it_was() {
        let (profile, mut form) = staging();
        assert_eq!(form.profile(), profile);
        assert_eq!(
            (form.server, form.issuer.as_str()),
            (ServerChoice::Issuer, "https://login.example")
        );
        assert!(form.dpop.is_some());
        assert_eq!(form.parameters(), [("acr_values".to_owned(), "tenant:north".to_owned())]);
        // Whoever asks brings what is kept of them, and looking changes nothing.
        for (id, method, key) in [
            ("portal", ClientAuthMethod::PrivateKeyJwt, "keys/portal.pem"),
            ("broker", ClientAuthMethod::ClientSecretBasic, ""),
            ("else", ClientAuthMethod::PrivateKeyJwt, ""),
        ] {
            form.leave_client();
            form.client_id = id.to_owned();
            form.load_client();
            assert_eq!((form.auth, form.key_file.as_str()), (method, key), "{id}");
            assert_eq!(form.profile(), profile, "{id}");
        }
    }

    #[test]
    fn what_is_changed_of_a_client_stays_with_it() {
        let (profile, mut form) = staging();
        form.client_id = "portal".to_owned();
        form.load_client();
        form.key_id = "k-2".to_owned();
        form.leave_client();
        form.client_id = "broker".to_owned();
        form.load_client();
        form.own.secret_env = None;
        form.own.secret_file = Some("broker.txt".into());
        let changed = form.profile();
        assert_eq!(changed.clients["portal"].key_id.as_deref(), Some("k-2"));
        assert_eq!(changed.clients["broker"].secret_file, Some("broker.txt".into()));
        assert_eq!(changed.clients["broker"].secret_env, None);
        // What this studio does not know stays too.
        let text = serde_yaml::to_string(&changed).unwrap();
        assert!(text.contains("later: kept") && text.contains("colour: red"), "{text}");
        assert_ne!(changed, profile);
        assert_eq!(changed.refuse_secrets("staging"), Ok(()));
    }

    #[test]
    fn the_authority_built_in_is_not_spoken_to_as_a_profile_says() {
        let (_, mut form) = staging();
        form.client_id = "portal".to_owned();
        form.load_client();
        form.key_id = "k-2".to_owned();
        form.leave_profile(ServerChoice::BuiltIn);
        assert_eq!((form.auth, &form.profile_name), (ClientAuthMethod::ClientSecretPost, &None));
        assert!(form.parameters().is_empty());
        // What was said of the other server is not lost.
        form.leave_profile(ServerChoice::Issuer);
        assert_eq!((form.auth, form.key_id.as_str()), (ClientAuthMethod::PrivateKeyJwt, "k-2"));
        assert_eq!(form.profile().proxy.as_deref(), Some("http://proxy.example:3128"));
    }

    #[test]
    fn bare_endpoints_are_no_issuer() {
        let mut form = Form {
            server: ServerChoice::TokenEndpoint,
            issuer: "https://left.example".to_owned(),
            token_endpoint: " https://sts.example/token ".to_owned(),
            revocation_endpoint: "https://sts.example/revoke".to_owned(),
            client_secret: "MARKED".into(),
            ..Form::default()
        };
        form.bind(true);
        let profile = form.profile();
        assert_eq!(profile.issuer, None);
        assert_eq!(profile.token_endpoint.as_deref(), Some("https://sts.example/token"));
        assert!(profile.dpop);
        assert!(!serde_yaml::to_string(&profile).unwrap().contains("MARKED"));
        let mut again = Form::default();
        let key = form.dpop.as_ref().map(Arc::clone);
        again.dpop = key.clone();
        again.take_profile(profile);
        assert_eq!(again.server, ServerChoice::TokenEndpoint);
        assert_eq!(again.revocation_endpoint, "https://sts.example/revoke");
        // A key that tokens are bound to already stays.
        assert_eq!(
            again.dpop.map(|key| key.thumbprint().to_owned()),
            key.map(|key| key.thumbprint().to_owned())
        );
    }

    #[test]
    fn what_is_wrong_is_named_as_the_window_names_it() {
        let mut form = Form { server: ServerChoice::Issuer, ..Form::default() };
        form.place.proxy = Some("socks5://p.example".to_owned());
        assert!(form.http_options().unwrap_err().starts_with("The proxy: "));
        form.server = ServerChoice::BuiltIn;
        assert!(form.http_options().is_ok());
    }
}
