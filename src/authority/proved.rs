//! What the sender of a request has proved to have, and what its tokens are bound to.
//!
//! A key, by a proof in the request ([`dpop`](super::dpop)); or a certificate, by showing it while the
//! connection was made (RFC 8705 §3), whether or not the client authenticates with it (§4). A token is
//! bound to one of them, because `cnf` names a single key (RFC 7800 §3.1): to the key when there is a
//! proof, which was sent for that very purpose.
//!
//! # A subject token that is bound
//!
//! RFC 8705 has a *protected resource* refuse a token whose certificate is not that of the connection
//! (§3), and RFC 8693 does not speak of bound tokens. What this server makes of the two:
//!
//! | who brings a token that is bound to a certificate | |
//! |---|---|
//! | whoever shows that certificate | may |
//! | the client app that the token is for (`aud`), when it was issued to another | may: the token came to it over a connection that it has checked, and it cannot have the other's certificate |
//! | anybody else, its own client with another certificate among them | is refused: a stolen token, useless as it is, would become a good one |
//!
//! What is issued is bound to what *this* request proves: the certificate of whoever asks, not that of
//! whoever asked before. A token that is bound to a key takes a proof of that key from everybody.

use serde_json::{Value, json};

use super::Shared;
use super::dpop::{self, Proof};
use super::http::OAuthError;
use super::tls::Caller;
use crate::exchange::certificate;

/// The member of `cnf` for a certificate (RFC 8705 §3.1).
const CERTIFICATE: &str = "x5t#S256";

/// What was proved; nothing, by default.
#[derive(Default)]
pub(super) struct Proved {
    pub key: Option<Proof>,
    /// SHA-256 thumbprint of the certificate that was shown.
    certificate: Option<String>,
    /// Whether tokens are bound to certificates.
    binds: bool,
}

impl Proved {
    /// Nothing.
    pub const NOTHING: &Self = &Self { key: None, certificate: None, binds: false };

    /// What a request proves.
    pub fn of(shared: &Shared, caller: &Caller) -> Result<Self, OAuthError> {
        Ok(Self {
            key: dpop::proof(shared, &caller.headers)?,
            certificate: caller.certificates().first().map(certificate::thumbprint),
            binds: shared.binds_to_certificates,
        })
    }

    /// What a token is bound to (`cnf`); `None` for a bearer token.
    pub fn confirmation(&self) -> Option<Value> {
        let certificate = self.certificate.as_ref().filter(|_| self.binds);
        match (&self.key, certificate) {
            (Some(key), _) => Some(json!({ "jkt": key.thumbprint })),
            (None, Some(thumbprint)) => Some(json!({ CERTIFICATE: thumbprint })),
            (None, None) => None,
        }
    }

    /// Thumbprint of the key that was proved.
    pub fn thumbprint(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.thumbprint.as_str())
    }

    /// Whether the sender has what something is bound to.
    pub fn has(&self, bound: &Value) -> bool {
        match member(bound) {
            Some(("jkt", thumbprint)) => self.thumbprint() == Some(thumbprint),
            Some((_, thumbprint)) => self.certificate.as_deref() == Some(thumbprint),
            None => false,
        }
    }

    /// Lets a subject token pass that is bound to nothing, or to what was proved, or that its `aud`
    /// names the sender of.
    pub fn require(&self, bound: Option<&Value>, is_audience: bool) -> Result<(), OAuthError> {
        let Some(bound) = bound.filter(|bound| !self.has(bound)) else { return Ok(()) };
        let words = match (member(bound), &self.key, &self.certificate) {
            (Some(("jkt", _)), Some(_), _) => {
                "The subject token is bound to another key than the one that the DPoP proof is of."
            }
            (Some(("jkt", _)), None, _) => {
                "The subject token is bound to a key (cnf), and no DPoP proof of that key came along."
            }
            (Some(_), ..) if is_audience => return Ok(()),
            (Some(_), _, Some(_)) => {
                "The subject token is bound to another certificate (cnf) than the one that was shown."
            }
            (Some(_), _, None) => {
                "The subject token is bound to a certificate (cnf), and none was shown."
            }
            (None, ..) => {
                "The subject token is bound to something that cannot be proved here (cnf)."
            }
        };
        Err(OAuthError::invalid_request(words))
    }
}

/// What `cnf` names: a key or a certificate, and its thumbprint.
fn member(bound: &Value) -> Option<(&str, &str)> {
    ["jkt", CERTIFICATE].into_iter().find_map(|name| Some((name, bound.get(name)?.as_str()?)))
}

/// How a token with these claims is used (RFC 6749 §7.1): one that is bound to a key with a proof
/// (RFC 9449 §5), and one that is bound to a certificate as a bearer token over a connection with it.
pub(super) fn token_type(confirmation: Option<&Value>) -> &'static str {
    if confirmation.is_some_and(|cnf| cnf.get("jkt").is_some()) { "DPoP" } else { "Bearer" }
}
