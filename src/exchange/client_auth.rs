//! How the requester shows the server who it is (RFC 6749 §2.3).
//!
//! One mechanism a request, chosen by a type, so that Basic and a body secret together cannot be
//! built at all (REQ-12).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::redact::{Redactor, form_encode};

/// A client authentication method, by its registered name (RFC 7591 §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// Id and secret in the `Authorization` header: what every server must support.
    #[default]
    ClientSecretBasic,
    /// Id and secret in the body: not recommended (RFC 6749 §2.3.1), but common.
    ClientSecretPost,
    /// The id alone: a public client.
    None,
}

impl ClientAuthMethod {
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    pub fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
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
    None,
}

impl ClientAuth {
    /// The secret is ignored for [`ClientAuthMethod::None`].
    pub fn new(method: ClientAuthMethod, secret: SecretString) -> Self {
        match method {
            ClientAuthMethod::ClientSecretBasic => Self::Basic(secret),
            ClientAuthMethod::ClientSecretPost => Self::Post(secret),
            ClientAuthMethod::None => Self::None,
        }
    }

    pub fn method(&self) -> ClientAuthMethod {
        match self {
            Self::Basic(_) => ClientAuthMethod::ClientSecretBasic,
            Self::Post(_) => ClientAuthMethod::ClientSecretPost,
            Self::None => ClientAuthMethod::None,
        }
    }
}

/// The client that authenticates at the token endpoint.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client id as the server knows it.
    pub id: String,
    pub auth: ClientAuth,
}

impl Client {
    /// The value of the `Authorization` header, for Basic. Id and secret are form-encoded before
    /// they are joined and encoded (RFC 6749 §2.3.1), so a colon, a plus, a percent sign or a
    /// letter beyond ASCII arrives as what it is.
    pub fn authorization(&self) -> Option<SecretString> {
        match &self.auth {
            ClientAuth::Basic(secret) => {
                let pair =
                    format!("{}:{}", form_encode(&self.id), form_encode(secret.expose_secret()));
                Some(SecretString::from(format!("Basic {}", STANDARD.encode(pair))))
            }
            ClientAuth::Post(_) | ClientAuth::None => None,
        }
    }

    /// Teaches a redactor what of this client must not be seen.
    pub fn teach(&self, redactor: &mut Redactor) {
        match &self.auth {
            ClientAuth::Basic(secret) | ClientAuth::Post(secret) => {
                redactor.add_basic(&self.id, secret);
            }
            ClientAuth::None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_encodes_id_and_secret_before_joining_them() {
        let client =
            Client { id: "a:b".to_owned(), auth: ClientAuth::Basic(SecretString::from("ü+% :")) };
        let header = client.authorization().unwrap();
        let encoded = header.expose_secret().strip_prefix("Basic ").unwrap().to_owned();
        let pair = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        assert_eq!(pair, "a%3Ab:%C3%BC%2B%25+%3A");
    }

    #[test]
    fn debug_shows_no_secret() {
        let client = Client {
            id: "portal".to_owned(),
            auth: ClientAuth::Post(SecretString::from("MARKED-SECRET")),
        };
        assert!(!format!("{client:?}").contains("MARKED"));
    }

    #[test]
    fn method_names_round_trip() {
        for method in ClientAuthMethod::ALL {
            assert_eq!(ClientAuthMethod::from_name(method.name()), Some(method));
        }
        assert_eq!(ClientAuthMethod::from_name("client_secret"), None);
    }
}
