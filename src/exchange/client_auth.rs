//! How the requester shows the server who it is (RFC 6749 §2.3).
//!
//! One mechanism a request, chosen by a type, so that Basic and a body secret together cannot be
//! built at all (REQ-12).

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;

use super::assertion::{self, ASSERTION_TYPE, AssertionAudience, Occasion, Signer};
use super::certificate::ClientCertificate;
use super::discovery::Server;
use super::http::{Http, parse_url};
use super::key_file::KeyFileError;
use super::keys::{KeyError, SigningKey};
use super::mac::MacAlgorithm;
use super::redact::{Redactor, form_encode};
use super::request::Parameter;

/// A client authentication method, by its registered name (RFC 7591 §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// Id and secret in the `Authorization` header: what every server must support.
    #[default]
    ClientSecretBasic,
    /// Id and secret in the body: not recommended (RFC 6749 §2.3.1), but common.
    ClientSecretPost,
    /// An assertion signed with the secret, which itself stays here (OpenID Connect Core §9).
    ClientSecretJwt,
    /// An assertion signed with a private key, of which the server has the public half alone
    /// (OpenID Connect Core §9): what RFC 9700 §2.5 recommends.
    PrivateKeyJwt,
    /// A certificate of an authority that the server trusts, shown while the connection is made
    /// (RFC 8705 §2.1).
    TlsClientAuth,
    /// A certificate that the client made itself and that the server knows (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
    /// The id alone: a public client.
    None,
}

impl ClientAuthMethod {
    pub const ALL: [Self; 7] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    /// Whether the client shows a certificate (RFC 8705 §2), which takes `https`.
    pub fn is_tls(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// A method with what it needs.
#[derive(Clone, Debug)]
pub enum ClientAuth {
    Basic(SecretString),
    Post(SecretString),
    SecretJwt {
        secret: SecretString,
        algorithm: MacAlgorithm,
        audience: AssertionAudience,
    },
    PrivateKeyJwt {
        key: Box<SigningKey>,
        audience: AssertionAudience,
    },
    /// A certificate, of an authority or `self_signed`.
    Tls {
        certificate: Arc<ClientCertificate>,
        self_signed: bool,
    },
    None,
}

impl ClientAuth {
    /// A method with its credential: the client's secret, for [`ClientAuthMethod::PrivateKeyJwt`]
    /// the text of the key (PEM or a JSON Web Key), for a certificate that with its key (PEM);
    /// ignored for [`ClientAuthMethod::None`]. Assertions are meant for the issuer alone.
    ///
    /// # Errors
    ///
    /// When the text is no key, or no certificate with its key.
    pub fn new(method: ClientAuthMethod, credential: SecretString) -> Result<Self, KeyFileError> {
        Ok(match method {
            ClientAuthMethod::ClientSecretBasic => Self::Basic(credential),
            ClientAuthMethod::ClientSecretPost => Self::Post(credential),
            ClientAuthMethod::ClientSecretJwt => Self::SecretJwt {
                secret: credential,
                algorithm: MacAlgorithm::default(),
                audience: AssertionAudience::default(),
            },
            ClientAuthMethod::PrivateKeyJwt => Self::PrivateKeyJwt {
                key: Box::new(SigningKey::read(&credential, None, None)?),
                audience: AssertionAudience::default(),
            },
            ClientAuthMethod::TlsClientAuth | ClientAuthMethod::SelfSignedTlsClientAuth => {
                Self::Tls {
                    certificate: Arc::new(ClientCertificate::read(&credential, None)?),
                    self_signed: method == ClientAuthMethod::SelfSignedTlsClientAuth,
                }
            }
            ClientAuthMethod::None => Self::None,
        })
    }

    pub fn method(&self) -> ClientAuthMethod {
        match self {
            Self::Basic(_) => ClientAuthMethod::ClientSecretBasic,
            Self::Post(_) => ClientAuthMethod::ClientSecretPost,
            Self::SecretJwt { .. } => ClientAuthMethod::ClientSecretJwt,
            Self::PrivateKeyJwt { .. } => ClientAuthMethod::PrivateKeyJwt,
            Self::Tls { self_signed: false, .. } => ClientAuthMethod::TlsClientAuth,
            Self::Tls { self_signed: true, .. } => ClientAuthMethod::SelfSignedTlsClientAuth,
            Self::None => ClientAuthMethod::None,
        }
    }

    /// The secret that both sides have, when there is one.
    pub fn secret(&self) -> Option<&SecretString> {
        match self {
            Self::Basic(secret) | Self::Post(secret) | Self::SecretJwt { secret, .. } => {
                Some(secret)
            }
            Self::PrivateKeyJwt { .. } | Self::Tls { .. } | Self::None => None,
        }
    }

    /// The algorithm that signs the assertion, and whom it is meant for.
    pub fn assertion(&self) -> Option<(&'static str, &AssertionAudience)> {
        match self {
            Self::SecretJwt { algorithm, audience, .. } => Some((algorithm.name(), audience)),
            Self::PrivateKeyJwt { key, audience } => Some((key.algorithm().name(), audience)),
            Self::Basic(_) | Self::Post(_) | Self::Tls { .. } | Self::None => None,
        }
    }
}

/// The client that authenticates at the token endpoint.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client id as the server knows it.
    pub id: String,
    pub auth: ClientAuth,
    /// The key that its tokens are to be bound to (DPoP, RFC 9449); `None` for bearer tokens.
    pub dpop: Option<Arc<SigningKey>>,
    /// The certificate that its tokens are to be bound to (RFC 8705 §3), for a client that
    /// authenticates in another way; see [`Client::certificate`].
    pub bound_certificate: Option<Arc<ClientCertificate>>,
}

/// What authenticates one request. An assertion is good for one, so each request needs its own.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The value of the `Authorization` header.
    pub authorization: Option<SecretString>,
    /// What stands in the body, at its end.
    pub parameters: Vec<Parameter>,
}

impl Credentials {
    /// Teaches a redactor what of this request must not be seen.
    pub fn teach(&self, redactor: &mut Redactor) {
        for one in self.parameters.iter().filter(|one| one.secret) {
            redactor.add(&one.value);
        }
    }
}

impl Client {
    /// A client that asks for bearer tokens.
    pub fn new(id: impl Into<String>, auth: ClientAuth) -> Self {
        Self { id: id.into(), auth, dpop: None, bound_certificate: None }
    }

    /// The same client, asking for tokens that are bound to a key.
    #[must_use]
    pub fn bound_to(self, key: Arc<SigningKey>) -> Self {
        Self { dpop: Some(key), ..self }
    }

    /// The way of this client to a server. One with a certificate shows it also when it fetches what
    /// the server says of itself and its keys, for servers that let nobody in without one. The host of
    /// the server's own address alone sees it: of its issuer, or of the token endpoint where that is all
    /// that is known.
    pub fn way_to<'a>(&self, server: &Server, http: &'a Http) -> Cow<'a, Http> {
        let to = || parse_url(server.address()).ok();
        match self.certificate().and_then(|certificate| Some((certificate, to()?))) {
            Some((certificate, to)) => Cow::Owned(http.clone().showing(certificate, &to)),
            None => Cow::Borrowed(http),
        }
    }

    /// The certificate that is shown to a server that asks for one: the one the client authenticates
    /// with, or the one its tokens are to be bound to.
    pub fn certificate(&self) -> Option<&ClientCertificate> {
        match &self.auth {
            ClientAuth::Tls { certificate, .. } => Some(certificate),
            _ => self.bound_certificate.as_deref(),
        }
    }

    /// What authenticates one request to the token endpoint.
    ///
    /// # Errors
    ///
    /// When an assertion cannot be signed.
    pub fn credentials(&self, occasion: &Occasion<'_>) -> Result<Credentials, KeyError> {
        self.credentials_at(occasion, occasion.token_endpoint)
    }

    /// What authenticates one request to an endpoint of the server.
    ///
    /// # Errors
    ///
    /// When an assertion cannot be signed.
    pub fn credentials_at(
        &self,
        occasion: &Occasion<'_>,
        endpoint: &Url,
    ) -> Result<Credentials, KeyError> {
        let id = || Parameter::open("client_id", &self.id);
        let signed = |signer: &Signer<'_>, audience: &AssertionAudience| {
            let assertion = assertion::make(&self.id, signer, audience, occasion, endpoint)?;
            // The id is in the assertion already (RFC 7521 §4.2); some servers look for it here.
            Ok::<_, KeyError>(vec![
                id(),
                Parameter::open("client_assertion_type", ASSERTION_TYPE),
                Parameter::secret("client_assertion", &assertion),
            ])
        };
        let parameters = match &self.auth {
            ClientAuth::Basic(_) => Vec::new(),
            ClientAuth::Post(secret) => vec![id(), Parameter::secret("client_secret", secret)],
            ClientAuth::SecretJwt { secret, algorithm, audience } => {
                signed(&Signer::Secret(secret, *algorithm), audience)?
            }
            ClientAuth::PrivateKeyJwt { key, audience } => signed(&Signer::Key(key), audience)?,
            // A certificate alone does not say which client it is (RFC 8705 §2).
            ClientAuth::Tls { .. } | ClientAuth::None => vec![id()],
        };
        Ok(Credentials { authorization: self.authorization(), parameters })
    }

    /// The value of the `Authorization` header, for Basic. Id and secret are form-encoded before
    /// they are joined and encoded (RFC 6749 §2.3.1), so a colon, a plus, a percent sign or a
    /// letter beyond ASCII arrives as what it is.
    fn authorization(&self) -> Option<SecretString> {
        let ClientAuth::Basic(secret) = &self.auth else { return None };
        let pair = format!("{}:{}", form_encode(&self.id), form_encode(secret.expose_secret()));
        Some(SecretString::from(format!("Basic {}", STANDARD.encode(pair))))
    }

    /// Teaches a redactor what of this client must not be seen.
    pub fn teach(&self, redactor: &mut Redactor) {
        if let Some(secret) = self.auth.secret() {
            redactor.add_basic(&self.id, secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::exchange::keys::SigningAlgorithm;
    use crate::exchange::token::{self, Jwt, Token};

    #[test]
    fn basic_encodes_id_and_secret_before_joining_them() {
        let client = Client::new("a:b", ClientAuth::Basic(SecretString::from("ü+% :")));
        let header = client.authorization().unwrap();
        let encoded = header.expose_secret().strip_prefix("Basic ").unwrap().to_owned();
        let pair = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        assert_eq!(pair, "a%3Ab:%C3%BC%2B%25+%3A");
    }

    #[test]
    fn debug_shows_no_secret() {
        let takes_text = |method: &ClientAuthMethod| {
            *method != ClientAuthMethod::PrivateKeyJwt && !method.is_tls()
        };
        for method in ClientAuthMethod::ALL.into_iter().filter(takes_text) {
            let auth = ClientAuth::new(method, SecretString::from("MARKED-SECRET")).unwrap();
            let client = Client::new("portal", auth);
            let url = Url::parse("https://login.example/token").unwrap();
            let occasion = Occasion { issuer: None, token_endpoint: &url, now: UNIX_EPOCH };
            let credentials = client.credentials(&occasion).unwrap();
            let text = format!("{client:?} {credentials:?}");
            assert!(!text.contains("MARKED") && !text.contains("eyJ"), "{text}");
        }
    }

    /// Header and claims of the assertion in what authenticates.
    fn assertion(client: &Client, issuer: Option<&str>) -> (Jwt, Credentials) {
        let url = Url::parse("https://login.example/token").unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let credentials =
            client.credentials(&Occasion { issuer, token_endpoint: &url, now }).unwrap();
        let names: Vec<&str> = credentials.parameters.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["client_id", "client_assertion_type", "client_assertion"]);
        assert!(credentials.parameters[2].secret);
        let token = token::decode(credentials.parameters[2].value.expose_secret());
        let Token::Jwt(jwt) = token else { panic!("no JWT") };
        (jwt, credentials)
    }

    #[test]
    fn an_assertion_is_for_the_issuer_alone_lives_a_minute_and_is_never_the_same() {
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let secret = SecretString::from("s".repeat(32));
        let audience = AssertionAudience::Issuer;
        let algorithm = MacAlgorithm::Hs256;
        for auth in [
            ClientAuth::PrivateKeyJwt { key: Box::new(key), audience: audience.clone() },
            ClientAuth::SecretJwt { secret, algorithm, audience },
        ] {
            let client = Client::new("portal", auth);
            let (jwt, credentials) = assertion(&client, Some("https://login.example"));
            assert!(credentials.authorization.is_none());
            assert_eq!(jwt.header["typ"], "client-authentication+jwt");
            assert_eq!(jwt.header["alg"], client.auth.assertion().unwrap().0);
            assert_eq!(
                (&jwt.claims["iss"], &jwt.claims["sub"]),
                (&"portal".into(), &"portal".into())
            );
            assert_eq!(jwt.claims["aud"], "https://login.example");
            assert_eq!(jwt.claims["iat"], 1_800_000_000);
            assert_eq!(jwt.claims["exp"], 1_800_000_060);
            let (again, _) = assertion(&client, Some("https://login.example"));
            assert_ne!(jwt.claims["jti"], again.claims["jti"]);
        }
    }

    #[test]
    fn an_audience_of_the_old_kind_is_said_only_when_it_is_asked_for_or_all_there_is() {
        let key = Box::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
        let endpoint = "https://login.example/token";
        for (audience, issuer, expected) in [
            (AssertionAudience::Issuer, None, endpoint),
            (AssertionAudience::TokenEndpoint, Some("https://login.example"), endpoint),
            (AssertionAudience::Text("urn:x".to_owned()), Some("https://login.example"), "urn:x"),
        ] {
            let auth = ClientAuth::PrivateKeyJwt { key: key.clone(), audience };
            let (jwt, _) = assertion(&Client::new("portal", auth), issuer);
            assert_eq!(jwt.claims["aud"], expected);
            assert_eq!(jwt.header["typ"], "JWT");
        }
    }

    #[test]
    fn an_assertion_can_be_meant_for_the_endpoint_it_is_sent_to() {
        let key = Box::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
        let url = |path: &str| Url::parse(&format!("https://login.example/{path}")).unwrap();
        let (token_endpoint, other) = (url("token"), url("introspect"));
        let occasion = Occasion {
            issuer: Some("https://login.example"),
            token_endpoint: &token_endpoint,
            now: UNIX_EPOCH,
        };
        for (audience, at_other) in [
            (AssertionAudience::Endpoint, other.as_str()),
            (AssertionAudience::TokenEndpoint, token_endpoint.as_str()),
            (AssertionAudience::Issuer, "https://login.example"),
        ] {
            assert_eq!(AssertionAudience::parse(audience.name()), Some(audience.clone()));
            let auth = ClientAuth::PrivateKeyJwt { key: key.clone(), audience };
            let client = Client::new("portal", auth);
            let aud = |credentials: Credentials| {
                let token = token::decode(credentials.parameters[2].value.expose_secret());
                let Token::Jwt(jwt) = token else { panic!("no JWT") };
                jwt.claims["aud"].clone()
            };
            assert_eq!(aud(client.credentials_at(&occasion, &other).unwrap()), at_other);
            if at_other == other.as_str() {
                let at_token = aud(client.credentials(&occasion).unwrap());
                assert_eq!(at_token, token_endpoint.as_str());
            }
        }
    }

    #[test]
    fn a_client_with_a_certificate_says_who_it_is_in_the_body() {
        let pem = crate::exchange::certificate::tests::pem();
        for method in [ClientAuthMethod::TlsClientAuth, ClientAuthMethod::SelfSignedTlsClientAuth] {
            let auth = ClientAuth::new(method, pem.clone()).unwrap();
            assert_eq!(auth.method(), method);
            let client = Client::new("portal", auth);
            assert!(client.certificate().is_some());
            assert!(!format!("{client:?}").contains("PRIVATE"));
            let url = Url::parse("https://login.example/token").unwrap();
            let occasion = Occasion { issuer: None, token_endpoint: &url, now: UNIX_EPOCH };
            let credentials = client.credentials(&occasion).unwrap();
            assert!(credentials.authorization.is_none());
            let [id] = &credentials.parameters[..] else { panic!("not the id alone") };
            assert_eq!((id.name.as_str(), id.value.expose_secret()), ("client_id", "portal"));
            assert!(ClientAuth::new(method, SecretString::from("x")).is_err());
        }
    }

    #[test]
    fn method_names_round_trip() {
        for method in ClientAuthMethod::ALL {
            assert_eq!(ClientAuthMethod::from_name(method.name()), Some(method));
        }
        assert_eq!(ClientAuthMethod::from_name("client_secret"), None);
    }
}
