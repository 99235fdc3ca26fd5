//! A user's token where no browser can come back: the device code (RFC 8628).
//!
//! The studio shows an address and a short code; the person opens the address wherever they like and
//! types the code, while the studio asks the token endpoint at the pace the server wants. That pace is
//! the server's: it begins with `interval` (5 s when it is not said, §3.2), and grows by 5 s each time
//! it says `slow_down` (§3.5).

use std::time::{Duration, Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::assertion::Occasion;
use super::client_auth::Client;
use super::client_credentials::{Issued, ask, members};
use super::discovery::{DiscoveryError, Metadata};
use super::http::{self, Http, TransportError, TransportKind};

/// The grant (RFC 8628 §3.4).
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How much slower to ask after `slow_down`, and how often to ask when nothing is said (§3.2, §3.5).
const STEP: Duration = Duration::from_secs(5);

/// Why no token came of a device code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error("The login was refused: {error}{}", describe(description))]
    Refused { error: String, description: String },
    #[error("Nobody finished the login in time. Begin again.")]
    Expired,
}

fn describe(text: &str) -> String {
    if text.is_empty() { ".".to_owned() } else { format!(" ({text}).") }
}

/// A login that waits for a person. `Debug` masks what the token is asked for with.
#[derive(Clone, Debug)]
pub struct DeviceLogin {
    device_code: SecretString,
    /// What the person types.
    pub user_code: String,
    /// Where.
    pub verification_uri: Url,
    /// The same with the code in it, when the server has such an address.
    pub verification_uri_complete: Option<Url>,
    /// How long the code is good for, from when it was asked for.
    pub lifetime: Duration,
    interval: Duration,
    began: Instant,
}

impl DeviceLogin {
    /// Asks for a code (§3.1). A client that has credentials shows them here as at the token endpoint.
    ///
    /// # Errors
    ///
    /// When the server has no such endpoint, refuses, or does not say where the person has to go.
    pub async fn begin(
        http: &Http,
        metadata: &Metadata,
        client: &Client,
        scope: &str,
        now: SystemTime,
    ) -> Result<Self, DeviceError> {
        let endpoint = metadata.endpoint("device_authorization_endpoint")?;
        let occasion = Occasion { issuer: Some(&metadata.issuer), token_endpoint: &endpoint, now };
        // The credentials have the client id, whatever they are.
        let (status, members, _) = members(http, &occasion, client, &[("scope", scope)]).await?;
        let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
        if !(200..300).contains(&status) {
            return Err(DeviceError::Refused {
                error: text("error").to_owned(),
                description: text("error_description").to_owned(),
            });
        }
        let wrong = |what: &str| {
            let text = format!("{} sent {what}.", http::place(&endpoint));
            TransportError::new(TransportKind::Content, text)
        };
        let seconds = |name: &str| members.get(name).and_then(Value::as_u64);
        let (device_code, user_code) = (text("device_code"), text("user_code"));
        if device_code.is_empty() || user_code.is_empty() {
            return Err(wrong("no device_code or no user_code").into());
        }
        // Somebody is going to open it: nothing but a page will do.
        let page =
            |name: &str| Url::parse(text(name)).ok().filter(|url| http::allowed(url).is_ok());
        Ok(Self {
            device_code: SecretString::from(device_code),
            user_code: user_code.to_owned(),
            verification_uri: page("verification_uri")
                .ok_or_else(|| wrong("no verification_uri that can be opened"))?,
            verification_uri_complete: page("verification_uri_complete"),
            lifetime: Duration::from_secs(
                seconds("expires_in").ok_or_else(|| wrong("no expires_in"))?,
            ),
            interval: seconds("interval").map_or(STEP, Duration::from_secs),
            began: Instant::now(),
        })
    }

    /// Asks for the token until the person is done (§3.4). `now` is the time at the call.
    ///
    /// # Errors
    ///
    /// When the person or the server says no, the code expires, or the server cannot be reached.
    pub async fn wait(
        self,
        http: &Http,
        metadata: &Metadata,
        client: &Client,
        now: SystemTime,
    ) -> Result<Issued, DeviceError> {
        let endpoint = metadata.token_endpoint()?;
        let started = Instant::now();
        let mut interval = self.interval;
        let parameters = [("grant_type", GRANT), ("device_code", self.device_code.expose_secret())];
        loop {
            tokio::time::sleep(interval).await;
            if self.began.elapsed() >= self.lifetime {
                return Err(DeviceError::Expired);
            }
            let occasion = Occasion {
                issuer: Some(&metadata.issuer),
                token_endpoint: &endpoint,
                now: now + started.elapsed(),
            };
            match ask(http, &occasion, client, &parameters).await {
                Ok(Ok(issued)) => return Ok(issued),
                Ok(Err(refused)) => match refused.error.as_str() {
                    "authorization_pending" => {}
                    "slow_down" => interval += STEP,
                    "expired_token" => return Err(DeviceError::Expired),
                    _ => {
                        let (error, description) = (refused.error, refused.description);
                        return Err(DeviceError::Refused { error, description });
                    }
                },
                // A client backs off where the server does not answer in time (§3.5).
                Err(error) if error.kind == TransportKind::Timeout => interval *= 2,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
