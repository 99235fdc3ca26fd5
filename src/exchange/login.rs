//! Getting a user's token to exchange: authorization code with PKCE (RFC 6749 §4.1, RFC 7636).
//!
//! A [`Login`] is made before the browser opens and is the only thing that can accept what comes
//! back: it holds the `state` and the PKCE verifier, and compares `state`, the issuer (RFC 9207) and
//! the redirect URI. The way back leads to a [`Receiver`] on a loopback port of the system's choice
//! (RFC 8252 §7.3), which takes one answer and closes. For the built-in authority's test users there
//! is [`sign_in`], which walks the same flow without a browser.

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::assertion::Occasion;
use super::client_auth::Client;
use super::client_credentials::{Issued, token_request};
use super::discovery::{DiscoveryError, Metadata, discover};
use super::http::{self, Http, TransportError, TransportKind};
use super::keys::{KeyError, random_text, same_secret, sha256_base64url};

/// Why a user's token was not obtained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error("The login could not begin: {0}.")]
    Key(#[from] KeyError),
    /// The server answered with an error instead of a code.
    #[error("The login was refused: {error}{}", describe(description))]
    Refused { error: String, description: String },
    /// The answer is not one to this login.
    #[error("The answer is not one to this login: {0}. Nothing was accepted; begin again.")]
    NotOurs(&'static str),
    #[error("Nobody signed in within {} s.", .0.as_secs())]
    Timeout(Duration),
    #[error("No port on this machine could be opened for the answer: {0}.")]
    Port(String),
}

impl LoginError {
    /// What went wrong on the way to the server, if that is where it went wrong.
    pub fn transport(&self) -> Option<&TransportError> {
        match self {
            Self::Transport(error) | Self::Discovery(DiscoveryError::Transport(error)) => {
                Some(error)
            }
            _ => None,
        }
    }
}

fn describe(text: &str) -> String {
    if text.is_empty() { ".".to_owned() } else { format!(" ({text}).") }
}

/// One login that has begun. `Debug` leaves out the address, since that holds the state.
pub struct Login {
    /// Where the browser goes.
    pub url: Url,
    issuer: String,
    /// Whether the server says that it names itself in its answers (RFC 9207 §3).
    names_itself: bool,
    state: SecretString,
    verifier: SecretString,
    redirect_uri: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Login {
    /// Begins a login: new `state`, new PKCE verifier. `extra` are further parameters, as
    /// `login_hint` or `prompt`; those of the flow itself cannot be replaced.
    pub fn begin(
        metadata: &Metadata,
        client_id: &str,
        redirect_uri: &str,
        scope: &str,
        extra: &[(&str, &str)],
    ) -> Result<Self, LoginError> {
        let mut url = metadata.endpoint("authorization_endpoint")?;
        let state = random_text()?;
        let verifier = random_text()?;
        let challenge = sha256_base64url(&verifier);
        let own = [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(own.iter().filter(|(_, value)| !value.is_empty()));
            query.extend_pairs(
                extra.iter().filter(|(name, _)| !own.iter().any(|(reserved, _)| reserved == name)),
            );
        }
        Ok(Self {
            url,
            issuer: metadata.issuer.clone(),
            names_itself: metadata
                .document
                .get("authorization_response_iss_parameter_supported")
                .and_then(serde_json::Value::as_bool)
                .unwrap_or(false),
            state: SecretString::from(state),
            verifier: SecretString::from(verifier),
            redirect_uri: redirect_uri.to_owned(),
        })
    }

    /// What binds the code, and not only the token, to the client's key (`dpop_jkt`, RFC 9449 §10):
    /// one of the `extra` of [`Login::begin`]. `None` for a client whose tokens are not bound.
    pub fn binding(client: &Client) -> Option<(&'static str, &str)> {
        client.dpop.as_ref().map(|key| ("dpop_jkt", key.thumbprint()))
    }

    /// The code in an answer, after `state` and `iss` were compared.
    pub fn code(&self, answer: &Url) -> Result<SecretString, LoginError> {
        let all = |wanted: &str| -> Vec<String> {
            answer
                .query_pairs()
                .filter(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
                .collect()
        };
        let one = |wanted: &'static str, twice: &'static str| {
            let mut found = all(wanted);
            if found.len() > 1 { Err(LoginError::NotOurs(twice)) } else { Ok(found.pop()) }
        };
        let state = one("state", "it has two states")?.unwrap_or_default();
        if !same_secret(&state, self.state.expose_secret()) {
            return Err(LoginError::NotOurs("its state is another"));
        }
        match one("iss", "it names two issuers")? {
            Some(issuer) if issuer != self.issuer => {
                return Err(LoginError::NotOurs("it comes from another issuer"));
            }
            None if self.names_itself => {
                return Err(LoginError::NotOurs("it does not name its issuer"));
            }
            _ => {}
        }
        if let Some(error) = one("error", "it has two errors")? {
            let description = one("error_description", "it has two descriptions")?;
            return Err(LoginError::Refused {
                error,
                description: description.unwrap_or_default(),
            });
        }
        one("code", "it has two codes")?
            .filter(|code| !code.is_empty())
            .map(SecretString::from)
            .ok_or(LoginError::NotOurs("it has no code"))
    }

    /// Exchanges the code for tokens. Consumes the login: a code works once.
    pub async fn redeem(
        self,
        http: &Http,
        token_endpoint: &Url,
        client: &Client,
        code: &SecretString,
        now: SystemTime,
    ) -> Result<Issued, LoginError> {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", self.verifier.expose_secret()),
        ];
        let occasion = Occasion { issuer: Some(&self.issuer), token_endpoint, now };
        Ok(token_request(http, &occasion, client, &parameters).await?)
    }
}

/// Signs in a user that the server knows without a page: `prompt=none` with a `login_hint` (OpenID
/// Connect Core §3.1.2.1). The built-in authority grants this to its test users; other servers need a
/// browser and a [`Receiver`].
pub async fn sign_in(
    http: &Http,
    metadata: &Metadata,
    client: &Client,
    user: &str,
    scope: &str,
    now: SystemTime,
) -> Result<Issued, LoginError> {
    // Nobody listens there: the answer is read from the redirect itself.
    let redirect_uri = "http://127.0.0.1:1/callback";
    let mut extra = vec![("prompt", "none"), ("login_hint", user)];
    extra.extend(Login::binding(client));
    let login = Login::begin(metadata, &client.id, redirect_uri, scope, &extra)?;
    let answer = http.get(&login.url).await?;
    let place = http::place(&login.url);
    let location = match (answer.status, answer.header("location")) {
        (300..400, Some(location)) => location,
        (status, _) => {
            return Err(TransportError::new(
                TransportKind::Content,
                format!(
                    "{place} did not sign in “{user}” without a page (status {status}). Sign in \
                     with the browser, or paste a token."
                ),
            )
            .into());
        }
    };
    let url = Url::parse(location)
        .ok()
        .filter(|url| url.as_str().starts_with(redirect_uri))
        .ok_or(LoginError::NotOurs("it leads to another address"))?;
    let code = login.code(&url)?;
    let endpoint = metadata.endpoint_for("token_endpoint", client)?;
    login.redeem(http, &endpoint, client, &code, now).await
}

/// [`sign_in`] from an issuer alone: the access token of a test user.
pub async fn as_test_user(
    http: &Http,
    issuer: &str,
    client: &Client,
    user: &str,
    scope: &str,
    now: SystemTime,
) -> Result<SecretString, LoginError> {
    let metadata = discover(http, issuer).await?;
    Ok(sign_in(http, &metadata, client, user, scope, now).await?.access_token)
}

/// The loopback end of a login in the browser (RFC 8252 §7.3).
#[derive(Debug)]
pub struct Receiver {
    listener: TcpListener,
    port: u16,
}

/// Longest request line and header that is read.
const HEAD_LIMIT: usize = 16 << 10;

impl Receiver {
    /// Opens a free port of the loopback address.
    pub async fn open() -> Result<Self, LoginError> {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(|error| LoginError::Port(error.to_string()))?;
        let port =
            listener.local_addr().map_err(|error| LoginError::Port(error.to_string()))?.port();
        Ok(Self { listener, port })
    }

    /// What goes into the login as its redirect URI.
    pub fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}/callback", self.port)
    }

    /// Waits until the browser brings the answer to `login`. Anything else that knocks is turned
    /// away and does not end the wait.
    pub async fn wait(self, login: &Login, limit: Duration) -> Result<SecretString, LoginError> {
        tokio::time::timeout(limit, async {
            loop {
                let Ok((mut stream, _)) = self.listener.accept().await else { continue };
                // One that connects and says nothing must not keep out the one that matters.
                let request =
                    tokio::time::timeout(Duration::from_secs(5), read_target(&mut stream)).await;
                let Ok(Some(target)) = request else { continue };
                let Ok(url) = Url::parse(&format!("http://127.0.0.1:{}{target}", self.port)) else {
                    continue;
                };
                if url.path() != "/callback" {
                    respond(&mut stream, 404, "There is nothing here.").await;
                    continue;
                }
                match login.code(&url) {
                    Err(LoginError::NotOurs(_)) => {
                        respond(&mut stream, 400, "This is not the answer to the login.").await;
                    }
                    Ok(code) => {
                        respond(&mut stream, 200, "You are signed in. Go back to the studio.")
                            .await;
                        return Ok(code);
                    }
                    Err(error) => {
                        respond(&mut stream, 200, "The login was refused. Go back to the studio.")
                            .await;
                        return Err(error);
                    }
                }
            }
        })
        .await
        .unwrap_or(Err(LoginError::Timeout(limit)))
    }
}

/// The target of a GET request.
async fn read_target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let count = stream.read(&mut buffer).await.ok()?;
        if count == 0 || head.len() + count > HEAD_LIMIT {
            return None;
        }
        head.extend_from_slice(&buffer[..count]);
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    (words.next()? == "GET").then_some(())?;
    words.next().filter(|target| target.starts_with('/')).map(str::to_owned)
}

async fn respond(stream: &mut TcpStream, status: u16, text: &str) {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Exchange Studio</title>\
         <p>{text}</p></html>"
    );
    let head = format!(
        "HTTP/1.1 {status} \r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // The browser's page is a courtesy: the answer is in hand already.
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn metadata(extra: Value) -> Metadata {
        let mut document = json!({
            "issuer": "https://login.example",
            "authorization_endpoint": "https://login.example/authorize?tenant=1",
        });
        let members = extra.as_object().unwrap().clone();
        document.as_object_mut().unwrap().extend(members);
        Metadata {
            issuer: "https://login.example".to_owned(),
            found_at: Url::parse("https://login.example/x").unwrap(),
            document: document.as_object().unwrap().clone(),
            checks: Vec::new(),
        }
    }

    fn begin(extra: Value) -> Login {
        let hints = [("login_hint", "alice"), ("state", "stolen")];
        Login::begin(&metadata(extra), "portal", "http://127.0.0.1:9/callback", "openid", &hints)
            .unwrap()
    }

    fn answer(login: &Login, rest: &str) -> Url {
        let state = login.state.expose_secret();
        Url::parse(&format!("http://127.0.0.1:9/callback?state={state}{rest}")).unwrap()
    }

    #[test]
    fn the_address_has_pkce_and_a_state_of_its_own() {
        let login = begin(json!({}));
        let pairs: Vec<(String, String)> = login.url.query_pairs().into_owned().collect();
        let get = |name: &str| {
            let found: Vec<&str> =
                pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
            assert_eq!(found.len(), 1, "{name}");
            found[0].to_owned()
        };
        assert_eq!(get("tenant"), "1");
        assert_eq!(get("login_hint"), "alice");
        assert_eq!(get("code_challenge_method"), "S256");
        assert_eq!(get("code_challenge"), sha256_base64url(login.verifier.expose_secret()));
        assert_ne!(get("state"), "stolen");
        assert_ne!(begin(json!({})).state.expose_secret(), login.state.expose_secret());
        assert!(!format!("{login:?}").contains(&get("state")));
    }

    #[test]
    fn only_an_answer_to_this_login_is_accepted() {
        let login = begin(json!({}));
        assert_eq!(login.code(&answer(&login, "&code=c1")).unwrap().expose_secret(), "c1");
        for rest in ["&code=a&code=b", "", "&code=", "&code=a&iss=https://evil.example"] {
            assert!(
                matches!(login.code(&answer(&login, rest)), Err(LoginError::NotOurs(_))),
                "{rest}"
            );
        }
        let foreign = Url::parse("http://127.0.0.1:9/callback?state=x&code=c").unwrap();
        assert!(matches!(login.code(&foreign), Err(LoginError::NotOurs(_))));
        let refused = login.code(&answer(&login, "&error=access_denied&error_description=no"));
        assert_eq!(refused.unwrap_err().to_string(), "The login was refused: access_denied (no).");
    }

    #[test]
    fn a_server_that_names_itself_must_do_so() {
        let login = begin(json!({"authorization_response_iss_parameter_supported": true}));
        assert!(matches!(
            login.code(&answer(&login, "&code=c")),
            Err(LoginError::NotOurs("it does not name its issuer"))
        ));
        assert!(login.code(&answer(&login, "&code=c&iss=https://login.example")).is_ok());
    }

    #[tokio::test]
    async fn the_receiver_turns_away_what_is_not_the_answer() {
        let login = begin(json!({}));
        let receiver = Receiver::open().await.unwrap();
        let port = receiver.port;
        let get = |target: String| async move {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            text
        };
        let state = login.state.expose_secret().to_owned();
        let browser = async {
            assert!(get("/favicon.ico".to_owned()).await.contains(" 404 "));
            assert!(get("/callback?state=guess&code=evil".to_owned()).await.contains(" 400 "));
            assert!(get(format!("/callback?state={state}&code=good")).await.contains(" 200 "));
        };
        let (code, ()) = tokio::join!(receiver.wait(&login, Duration::from_secs(30)), browser);
        assert_eq!(code.unwrap().expose_secret(), "good");
    }

    #[tokio::test]
    async fn a_login_that_nobody_finishes_ends() {
        let login = begin(json!({}));
        let receiver = Receiver::open().await.unwrap();
        let error = receiver.wait(&login, Duration::from_millis(20)).await.unwrap_err();
        assert!(matches!(error, LoginError::Timeout(_)));
    }
}
