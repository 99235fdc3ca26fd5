//! The request of a token exchange (RFC 8693 §2.1), as data.
//!
//! It can hold every parameter of the standard, also in combinations the standard forbids: this is a
//! tool to try things with, so [`ExchangeRequest::check`] says what is wrong and sending stays
//! possible. Three things can still not be built: an empty value (it counts as omitted, RFC 6749
//! §3.2, so it is never sent), a second client authentication, and an extra parameter that takes the
//! place of a reserved one (REQ-23).

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::checks::{self, Check};
use super::client_auth::{Client, Credentials};
use super::discovery::Server;
use super::preset::Preset;
use super::redact::{MASK, Redactor, masked};
use super::token_type::GRANT_TYPE;

/// Names no extra parameter may have: those of RFC 8693 §2.1, and those client authentication uses.
pub const RESERVED: [&str; 14] = [
    "grant_type",
    "subject_token",
    "subject_token_type",
    "actor_token",
    "actor_token_type",
    "requested_token_type",
    "audience",
    "resource",
    "scope",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code_verifier",
];

/// A token exchange, before it is sent. Empty texts are parameters that are not there. `Debug` masks
/// tokens, and extra parameters whose name says that they are secret.
#[derive(Clone, Default)]
pub struct ExchangeRequest {
    pub subject_token: SecretString,
    /// A URI; see [`super::token_type`].
    pub subject_token_type: String,
    pub actor_token: SecretString,
    pub actor_token_type: String,
    pub requested_token_type: String,
    /// Logical names of targets.
    pub audience: Vec<String>,
    /// Addresses of targets, as absolute URIs.
    pub resource: Vec<String>,
    /// Scopes, separated by single spaces.
    pub scope: String,
    /// What the server wants beyond the standard, in order. A reserved name is not sent.
    pub extra: Vec<(String, String)>,
    /// The profile that was chosen, which request and answer are judged by. It changes nothing of what
    /// is sent; [`Preset::fill`] does that.
    pub preset: Option<Preset>,
}

impl std::fmt::Debug for ExchangeRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let extra: Vec<(&str, &str)> = self
            .extra
            .iter()
            .map(|(name, value)| (name.as_str(), if looks_secret(name) { MASK } else { value }))
            .collect();
        f.debug_struct("ExchangeRequest")
            .field("subject_token", &self.subject_token)
            .field("subject_token_type", &self.subject_token_type)
            .field("actor_token", &self.actor_token)
            .field("actor_token_type", &self.actor_token_type)
            .field("requested_token_type", &self.requested_token_type)
            .field("audience", &self.audience)
            .field("resource", &self.resource)
            .field("scope", &self.scope)
            .field("extra", &extra)
            .field("preset", &self.preset)
            .finish()
    }
}

/// One parameter as it will be sent.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub value: SecretString,
    /// Whether the value must not be seen.
    pub secret: bool,
}

impl Parameter {
    pub(super) fn open(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: SecretString::from(value), secret: false }
    }

    pub(super) fn secret(name: &str, value: &SecretString) -> Self {
        Self { name: name.to_owned(), value: value.clone(), secret: true }
    }

    /// The value for a person: masked when it is secret.
    pub fn shown(&self) -> String {
        let value = self.value.expose_secret();
        if self.secret { masked(value) } else { value.to_owned() }
    }
}

impl ExchangeRequest {
    /// The parameters in the order they are sent, without those that are empty.
    pub fn parameters(&self, credentials: &Credentials) -> Vec<Parameter> {
        let mut parameters = vec![
            Parameter::open("grant_type", GRANT_TYPE),
            Parameter::secret("subject_token", &self.subject_token),
            Parameter::open("subject_token_type", self.subject_token_type.trim()),
            Parameter::secret("actor_token", &self.actor_token),
            Parameter::open("actor_token_type", self.actor_token_type.trim()),
            Parameter::open("requested_token_type", self.requested_token_type.trim()),
        ];
        parameters.extend(self.audience.iter().map(|text| Parameter::open("audience", text)));
        parameters.extend(self.resource.iter().map(|text| Parameter::open("resource", text)));
        parameters.push(Parameter::open("scope", &self.scope));
        parameters.extend(self.extra.iter().filter(|(name, _)| !is_reserved(name)).map(
            |(name, value)| Parameter {
                secret: looks_secret(name),
                ..Parameter::open(name.trim(), value)
            },
        ));
        parameters.extend(credentials.parameters.iter().cloned());
        parameters.retain(|one| !one.name.is_empty() && !one.value.expose_secret().is_empty());
        parameters
    }

    /// What can be said about the request before it is sent: the REQ checks. `server` is what was
    /// typed of it so far.
    pub fn check(
        &self,
        client: &Client,
        server: &Server,
        now: SystemTime,
        skew: Duration,
    ) -> Vec<Check> {
        checks::request::all(self, client, server, now, skew)
    }

    /// The scopes asked for.
    pub fn scopes(&self) -> Vec<&str> {
        self.scope.split(' ').filter(|scope| !scope.is_empty()).collect()
    }

    /// Teaches a redactor what of this request must not be seen.
    pub fn teach(&self, redactor: &mut Redactor) {
        redactor.add(&self.subject_token);
        redactor.add(&self.actor_token);
        for (name, value) in &self.extra {
            if looks_secret(name) {
                redactor.add(&SecretString::from(value.as_str()));
            }
        }
    }
}

/// Parameters as a form body (RFC 6749 appendix B).
pub fn form(parameters: &[Parameter]) -> SecretString {
    let mut body = form_urlencoded::Serializer::new(String::new());
    for one in parameters {
        body.append_pair(&one.name, one.value.expose_secret());
    }
    SecretString::from(body.finish())
}

/// Whether an extra parameter may not have this name. Case does not matter, so that nothing looks
/// like a reserved parameter without being one.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name.trim()))
}

/// Whether the value of a parameter with this name is better not shown.
pub fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_type = name.ends_with("_type");
    // Whoever has one of these has the token that it stands for (RFC 6749 §4.1, RFC 8628 §3.2, and
    // CIBA).
    let stands_for_one =
        ["code", "code_verifier", "device_code", "user_code", "auth_req_id"].contains(&&*name);
    stands_for_one
        || !is_type
            && ["token", "secret", "password", "assertion", "credential", "api_key", "private_key"]
                .iter()
                .any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::assertion::Occasion;
    use crate::exchange::client_auth::ClientAuth;
    use crate::exchange::token_type::ACCESS_TOKEN;

    fn credentials(auth: ClientAuth) -> Credentials {
        let url = url::Url::parse("https://login.example/token").unwrap();
        let now = SystemTime::UNIX_EPOCH;
        let occasion = Occasion { issuer: None, token_endpoint: &url, now };
        Client::new("portal", auth).credentials(&occasion).unwrap()
    }

    fn request() -> ExchangeRequest {
        ExchangeRequest {
            subject_token: SecretString::from("MARKED-SUBJECT"),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            audience: vec!["a".to_owned(), String::new(), "b".to_owned()],
            extra: vec![
                ("connector_id".to_owned(), "hub".to_owned()),
                ("Subject_Token ".to_owned(), "stolen".to_owned()),
                ("client_secret".to_owned(), "stolen".to_owned()),
                ("session_token".to_owned(), "MARKED-EXTRA".to_owned()),
            ],
            ..ExchangeRequest::default()
        }
    }

    #[test]
    fn parameters_are_in_order_and_never_empty_or_overridden() {
        let names: Vec<String> = request()
            .parameters(&credentials(ClientAuth::Post(SecretString::from("MARKED-SECRET"))))
            .into_iter()
            .map(|one| format!("{}={}", one.name, one.shown()))
            .collect();
        assert_eq!(
            names,
            [
                format!("grant_type={GRANT_TYPE}"),
                "subject_token=••••".to_owned(),
                format!("subject_token_type={ACCESS_TOKEN}"),
                "audience=a".to_owned(),
                "audience=b".to_owned(),
                "connector_id=hub".to_owned(),
                "session_token=••••".to_owned(),
                "client_id=portal".to_owned(),
                "client_secret=••••".to_owned(),
            ]
        );
    }

    #[test]
    fn basic_puts_nothing_of_the_client_into_the_body() {
        let parameters = request()
            .parameters(&credentials(ClientAuth::Basic(SecretString::from("MARKED-SECRET"))));
        assert!(parameters.iter().all(|one| !one.name.starts_with("client_")));
    }

    #[test]
    fn the_form_is_encoded() {
        let body = form(&[Parameter::open("a b", "ü+/&=")]);
        assert_eq!(body.expose_secret(), "a+b=%C3%BC%2B%2F%26%3D");
    }

    #[test]
    fn debug_shows_no_token() {
        let request =
            ExchangeRequest { subject_token: SecretString::from("MARKED-SUBJECT"), ..request() };
        assert!(!format!("{request:?}").contains("MARKED"));
    }

    #[test]
    fn names_that_hold_secrets_are_known() {
        assert!(looks_secret("subject_token") && looks_secret("ApiSecret"));
        assert!(!looks_secret("subject_token_type") && !looks_secret("connector_id"));
    }
}
