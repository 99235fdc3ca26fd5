//! A user token by authorization code with PKCE (RFC 6749 §4.1, RFC 7636).
//!
//! The flow is the real one: a request with a challenge, a redirect that carries a code, and a code
//! that is redeemed with the verifier. [`as_test_user`] walks it without a browser at a server where
//! the user is already signed in (`prompt=none`, OpenID Connect Core §3.1.2.1), as every test user is
//! at the built-in authority.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::client_auth::Client;
use super::client_credentials::{Issued, token_request};
use super::discovery::{DiscoveryError, Metadata, discover};
use super::http::{Http, TransportError};
use super::keys::random_text;

/// Where a redirect would lead. Nothing listens there: the code is read from the answer itself, and
/// the port is the one that can never be a client's own (RFC 8252 §7.3 leaves the port open).
const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";

/// Why there is no user token.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server sent the user back with an error (RFC 6749 §4.1.2.1).
    #[error("the server said {error}{}", described(.description))]
    Refused { error: String, description: String },
    /// The answer is no redirect with a code, or not one to this request.
    #[error("{0}")]
    Unusable(&'static str),
    #[error("the system gives no randomness for the request")]
    Randomness,
}

fn described(description: &str) -> String {
    if description.is_empty() { String::new() } else { format!(": {description}") }
}

/// One authorization request, with what is needed to redeem its code.
#[derive(Debug)]
pub struct AuthorizationRequest {
    /// To be opened by the user's browser.
    pub url: Url,
    redirect_uri: String,
    state: String,
    verifier: SecretString,
}

impl AuthorizationRequest {
    /// # Errors
    ///
    /// When the server has no authorization endpoint, or the system no randomness.
    pub fn new(
        metadata: &Metadata,
        client_id: &str,
        redirect_uri: &str,
        scope: &str,
        extra: &[(&str, &str)],
    ) -> Result<Self, LoginError> {
        let state = random_text().map_err(|_| LoginError::Randomness)?;
        let verifier = random_text().map_err(|_| LoginError::Randomness)?;
        let mut url = metadata.endpoint("authorization_endpoint")?;
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", client_id)
                .append_pair("redirect_uri", redirect_uri)
                .append_pair("state", &state)
                .append_pair("code_challenge", &challenge(&verifier))
                .append_pair("code_challenge_method", "S256");
            if !scope.trim().is_empty() {
                query.append_pair("scope", scope.trim());
            }
            query.extend_pairs(extra);
        }
        let redirect_uri = redirect_uri.to_owned();
        Ok(Self { url, redirect_uri, state, verifier: SecretString::from(verifier) })
    }

    /// The code of the redirect that answers this request.
    ///
    /// # Errors
    ///
    /// When the redirect carries an error, another state, another issuer (RFC 9207) or no code.
    pub fn code(&self, redirect: &Url, issuer: &str) -> Result<SecretString, LoginError> {
        let value = |name: &str| {
            redirect
                .query_pairs()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
        };
        if value("state").as_deref() != Some(self.state.as_str()) {
            return Err(LoginError::Unusable("the redirect does not answer this request (state)"));
        }
        if value("iss").is_some_and(|iss| iss != issuer) {
            return Err(LoginError::Unusable("the redirect comes from another issuer (iss)"));
        }
        if let Some(error) = value("error") {
            let description = value("error_description").unwrap_or_default();
            return Err(LoginError::Refused { error, description });
        }
        value("code")
            .map(SecretString::from)
            .ok_or(LoginError::Unusable("the redirect carries no code"))
    }

    /// Redeems the code.
    ///
    /// # Errors
    ///
    /// When the server gives no token for it.
    pub async fn redeem(
        &self,
        http: &Http,
        metadata: &Metadata,
        client: &Client,
        code: &SecretString,
    ) -> Result<Issued, LoginError> {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", self.verifier.expose_secret()),
        ];
        Ok(token_request(http, &metadata.token_endpoint()?, client, &parameters).await?)
    }
}

/// The S256 challenge of a verifier (RFC 7636 §4.2).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// An access token of a user, issued to a client, at a server where that user is signed in.
///
/// # Errors
///
/// When the server cannot be reached, does not know the user or the client, or answers otherwise.
pub async fn as_test_user(
    http: &Http,
    issuer: &str,
    client: &Client,
    user: &str,
    scope: &str,
) -> Result<SecretString, LoginError> {
    let metadata = discover(http, issuer).await?;
    let extra = [("prompt", "none"), ("login_hint", user)];
    let request = AuthorizationRequest::new(&metadata, &client.id, REDIRECT_URI, scope, &extra)?;
    let answer = http.get(&request.url).await?;
    let redirect = answer
        .header("location")
        .filter(|_| (300..400).contains(&answer.status))
        .and_then(|location| Url::parse(location).ok())
        .filter(|url| url.as_str().starts_with(REDIRECT_URI))
        .ok_or(LoginError::Unusable("the authorization endpoint did not send the user back"))?;
    let code = request.code(&redirect, &metadata.issuer)?;
    Ok(request.redeem(http, &metadata, client, &code).await?.access_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    fn request() -> AuthorizationRequest {
        AuthorizationRequest {
            url: Url::parse("https://issuer.example/authorize").unwrap(),
            redirect_uri: REDIRECT_URI.to_owned(),
            state: "s1".to_owned(),
            verifier: SecretString::from("v"),
        }
    }

    fn code(query: &str) -> Result<String, LoginError> {
        let redirect = Url::parse(&format!("{REDIRECT_URI}?{query}")).unwrap();
        let code = request().code(&redirect, "https://issuer.example")?;
        Ok(code.expose_secret().to_owned())
    }

    #[test]
    fn a_code_is_taken_from_its_own_redirect_only() {
        assert_eq!(code("state=s1&code=c").unwrap(), "c");
        assert_eq!(code("state=s1&code=c&iss=https%3A%2F%2Fissuer.example").unwrap(), "c");
        assert!(matches!(code("state=other&code=c"), Err(LoginError::Unusable(_))));
        assert!(matches!(code("code=c"), Err(LoginError::Unusable(_))));
        assert!(matches!(code("state=s1"), Err(LoginError::Unusable(_))));
        let foreign = code("state=s1&code=c&iss=https%3A%2F%2Fevil.example");
        assert!(matches!(foreign, Err(LoginError::Unusable(_))));
        let refused = code("state=s1&error=login_required&error_description=no").unwrap_err();
        assert_eq!(refused.to_string(), "the server said login_required: no");
    }
}
