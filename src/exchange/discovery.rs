//! From an issuer to its endpoints and keys (RFC 8414, OpenID Connect Discovery 1.0).
//!
//! A server is named by its issuer, whose metadata is fetched from both well-known places (DIS-01),
//! or by its bare token endpoint. Metadata whose `issuer` is not byte for byte the one asked for must
//! not be used (RFC 8414 §3.3): the difference is usually a trailing slash, and the error says so.

use serde_json::{Map, Value};
use url::Url;

use super::checks::{Check, Rule};
use super::client_auth::{Client, ClientAuth};
use super::http::{self, Http, HttpAnswer, TransportError, TransportKind};
use super::json;
use super::redact::without_user;
use super::token_type::GRANT_TYPE;
use secrecy::ExposeSecret;

/// The server an exchange is sent to. `Debug` leaves out the password that somebody may have typed into
/// an address.
#[derive(Clone, PartialEq, Eq)]
pub enum Server {
    /// An issuer identifier; endpoints and keys come from its metadata.
    Issuer(String),
    /// The token endpoint itself, for servers without discovery; signatures can be verified only if
    /// `jwks_uri` says where the keys are.
    TokenEndpoint { url: String, jwks_uri: Option<String> },
    /// Several endpoints of a server without discovery.
    Endpoints(Box<Endpoints>),
}

/// The addresses of a server that says nothing of itself. `Debug` is as that of [`Server`].
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    pub token_endpoint: String,
    /// Where the keys are, for signatures to be verified.
    pub jwks_uri: Option<String>,
    /// RFC 7662.
    pub introspection_endpoint: Option<String>,
    /// RFC 7009.
    pub revocation_endpoint: Option<String>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Issuer(issuer) => f.debug_tuple("Issuer").field(&without_user(issuer)).finish(),
            Self::TokenEndpoint { url, jwks_uri } => f
                .debug_struct("TokenEndpoint")
                .field("url", &without_user(url))
                .field("jwks_uri", &jwks_uri.as_deref().map(without_user))
                .finish(),
            Self::Endpoints(all) => f.debug_tuple("Endpoints").field(all).finish(),
        }
    }
}

impl std::fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let maybe = |address: &Option<String>| {
            address.as_deref().map(|address| without_user(address).into_owned())
        };
        f.debug_struct("Endpoints")
            .field("token_endpoint", &without_user(&self.token_endpoint))
            .field("jwks_uri", &maybe(&self.jwks_uri))
            .field("introspection_endpoint", &maybe(&self.introspection_endpoint))
            .field("revocation_endpoint", &maybe(&self.revocation_endpoint))
            .finish()
    }
}

impl Server {
    /// Where the keys are, when the server itself does not say it.
    pub fn jwks_uri(&self) -> Option<&str> {
        match self {
            Self::Issuer(_) => None,
            Self::TokenEndpoint { jwks_uri, .. } => jwks_uri.as_deref(),
            Self::Endpoints(endpoints) => endpoints.jwks_uri.as_deref(),
        }
    }

    /// The address that was given, of the issuer or of the token endpoint.
    pub fn address(&self) -> &str {
        match self {
            Self::Issuer(issuer) => issuer,
            Self::TokenEndpoint { url, .. } => url,
            Self::Endpoints(endpoints) => &endpoints.token_endpoint,
        }
    }
}

/// What an issuer says about itself.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// As in the document, byte-equal to the one asked for.
    pub issuer: String,
    pub found_at: Url,
    pub document: Map<String, Value>,
    /// DIS-01 to DIS-06, as far as the document alone tells.
    pub checks: Vec<Check>,
}

/// Why an issuer's endpoints are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// DIS-02.
    #[error(
        "{found_at} describes the issuer “{found}”, not “{asked}”{hint}. Metadata of another issuer \
         must not be used (DIS-02, RFC 8414 §3.3)."
    )]
    IssuerMismatch { asked: String, found: String, hint: &'static str, found_at: String },
    #[error("No metadata was found for “{issuer}”: {}.", tried.join("; "))]
    NotFound { issuer: String, tried: Vec<String> },
    #[error("The metadata at {found_at} names no usable {what}: {problem}")]
    NoEndpoint { found_at: String, what: &'static str, problem: String },
}

impl Metadata {
    /// Metadata of a server that has none, with the endpoints that were given and no issuer.
    ///
    /// # Errors
    ///
    /// When the token endpoint is no address.
    pub fn of_endpoints(endpoints: &Endpoints) -> Result<Self, DiscoveryError> {
        let found_at = http::parse_url(&endpoints.token_endpoint)?;
        let mut document = Map::new();
        document.insert("token_endpoint".to_owned(), endpoints.token_endpoint.as_str().into());
        for (name, value) in [
            ("jwks_uri", &endpoints.jwks_uri),
            ("introspection_endpoint", &endpoints.introspection_endpoint),
            ("revocation_endpoint", &endpoints.revocation_endpoint),
        ] {
            if let Some(value) = value {
                document.insert(name.to_owned(), value.as_str().into());
            }
        }
        Ok(Self { issuer: String::new(), found_at, document, checks: Vec::new() })
    }

    /// A member that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.document.get(name).and_then(Value::as_str)
    }

    /// The strings of a member that is a list; `None` when the document does not have it.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        let items = self.document.get(name)?.as_array()?;
        Some(items.iter().filter_map(Value::as_str).collect())
    }

    /// An endpoint, as an address that may be used.
    pub fn endpoint(&self, name: &'static str) -> Result<Url, DiscoveryError> {
        let problem = match self.text(name) {
            None => "it is missing.".to_owned(),
            Some(text) => match http::parse_url(text) {
                Ok(url) => return Ok(url),
                Err(error) => error.message,
            },
        };
        Err(DiscoveryError::NoEndpoint { found_at: self.found_at.to_string(), what: name, problem })
    }

    pub fn token_endpoint(&self) -> Result<Url, DiscoveryError> {
        self.endpoint("token_endpoint")
    }

    /// Where requests to an endpoint go that a client makes: one with a certificate takes the alias
    /// made for that, where there is one (RFC 8705 §5).
    ///
    /// # Errors
    ///
    /// When the metadata names none that can be used.
    pub fn endpoint_for(&self, name: &'static str, client: &Client) -> Result<Url, DiscoveryError> {
        let Some(alias) = client.certificate().and_then(|_| self.alias(name)) else {
            return self.endpoint(name);
        };
        http::parse_url(alias).map_err(|error| DiscoveryError::NoEndpoint {
            found_at: self.found_at.to_string(),
            what: name,
            problem: format!("its alias in mtls_endpoint_aliases: {}", error.message),
        })
    }

    /// The address of an endpoint for clients with a certificate, when it has one of its own.
    pub fn alias(&self, name: &str) -> Option<&str> {
        self.document.get("mtls_endpoint_aliases")?.get(name)?.as_str()
    }

    /// Whether the server says that it takes proofs of possession of this kind (DIS-08).
    pub fn check_proofs(&self, algorithm: &str) -> Check {
        match self.list("dpop_signing_alg_values_supported") {
            None => DIS_08.warn(
                "The metadata does not say that the server knows DPoP, so the token may come \
                 unbound.",
            ),
            Some(list) if !list.contains(&algorithm) => {
                DIS_08.warn(format!("{algorithm} is not among them: {}.", list.join(", ")))
            }
            Some(_) => DIS_08.pass(format!("{algorithm} is.")),
        }
    }

    /// Whether the server says that it takes what the client authenticates with (DIS-07).
    pub fn check_authentication(&self, auth: &ClientAuth) -> Check {
        let method = auth.method().name();
        let methods = self.list("token_endpoint_auth_methods_supported");
        // RFC 8414 §2 gives the meaning of a list that is left out.
        if !methods.as_deref().unwrap_or(&["client_secret_basic"]).contains(&method) {
            return DIS_07.warn(match methods {
                None => format!(
                    "The metadata lists no methods, which means client_secret_basic, not {method}."
                ),
                Some(methods) => {
                    format!("{method} is not among them: {}.", methods.join(", "))
                }
            });
        }
        let Some((algorithm, _)) = auth.assertion() else {
            return DIS_07.pass(format!("{method} is."));
        };
        match self.list("token_endpoint_auth_signing_alg_values_supported") {
            None => DIS_07.note(format!(
                "{method} is. Which algorithms may sign the assertion is not said, though the \
                 standard requires it."
            )),
            Some(algorithms) if !algorithms.contains(&algorithm) => DIS_07
                .warn(format!("{method} is, but not with {algorithm}: {}.", algorithms.join(", "))),
            Some(_) => DIS_07.pass(format!("{method} with {algorithm} is.")),
        }
    }
}

/// Where an issuer's metadata may be: inserted (RFC 8414 §3.1) and appended (OpenID Connect
/// Discovery 1.0 §4), each without a trailing slash of the path.
pub fn well_known(issuer: &Url) -> [Url; 2] {
    let path = issuer.path().trim_end_matches('/');
    let mut inserted = issuer.clone();
    inserted.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    let mut appended = issuer.clone();
    appended.set_path(&format!("{path}/.well-known/openid-configuration"));
    for url in [&mut inserted, &mut appended] {
        url.set_query(None);
        url.set_fragment(None);
    }
    [inserted, appended]
}

/// Fetches and checks the metadata of an issuer.
pub async fn discover(http: &Http, issuer: &str) -> Result<Metadata, DiscoveryError> {
    let issuer = issuer.trim();
    let url = http::parse_url(issuer)?;
    let mut tried = Vec::new();
    let mut mismatch = None;
    for found_at in well_known(&url) {
        let answer = match http.get(&found_at).await {
            Ok(answer) => answer,
            // One well-known place may break where the other works; a server that is not there at
            // all is not asked twice.
            Err(error) if matches!(error.kind, TransportKind::Closed | TransportKind::TooLarge) => {
                tried.push(error.message);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let document = match read_document(&found_at, &answer) {
            Ok(document) => document,
            Err(reason) => {
                tried.push(reason);
                continue;
            }
        };
        let found = document.get("issuer").and_then(Value::as_str).unwrap_or_default();
        if found != issuer {
            mismatch.get_or_insert(DiscoveryError::IssuerMismatch {
                asked: issuer.to_owned(),
                found: found.to_owned(),
                hint: difference(issuer, found),
                found_at: found_at.into(),
            });
            continue;
        }
        let checks = check_document(&url, &found_at, &document);
        return Ok(Metadata { issuer: found.to_owned(), found_at, document, checks });
    }
    Err(mismatch.unwrap_or(DiscoveryError::NotFound { issuer: issuer.to_owned(), tried }))
}

/// The metadata in an answer from one of the well-known places, or why there is none.
pub(super) fn read_document(at: &Url, answer: &HttpAnswer) -> Result<Map<String, Value>, String> {
    match answer.status {
        200 => json::parse_object(answer.body.expose_secret())
            .map_err(|error| format!("what {at} sent is no metadata: {error}")),
        status @ 300..400 => {
            let to = answer.header("location").unwrap_or("nowhere");
            Err(format!("{at} redirects ({status}) to {to}, which is not followed"))
        }
        status => Err(format!("{at} answered {status}")),
    }
}

/// What two issuers that should be equal differ in.
pub(super) fn difference(asked: &str, found: &str) -> &'static str {
    if found.is_empty() {
        " (it names no issuer)"
    } else if asked.trim_end_matches('/') == found.trim_end_matches('/') {
        " (they differ in the trailing slash)"
    } else if asked.eq_ignore_ascii_case(found) {
        " (they differ in upper and lower case)"
    } else {
        let normal = |text: &str| Url::parse(text).map(String::from).ok();
        if normal(asked).is_some() && normal(asked) == normal(found) {
            " (they differ in an explicit default port or an escape)"
        } else if strip_scheme(asked) == strip_scheme(found) {
            " (they differ in http and https)"
        } else if on_loopback(asked).is_some() && on_loopback(asked) == on_loopback(found) {
            " (both are this machine, by another name)"
        } else {
            ""
        }
    }
}

/// An address of this machine, by the same name for all; `None` for any other.
fn on_loopback(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok().filter(http::is_loopback)?;
    url.set_host(Some("localhost")).ok()?;
    Some(url)
}

fn strip_scheme(text: &str) -> &str {
    text.split_once("://").map_or(text, |(_, rest)| rest)
}

pub(super) const DIS_01: Rule = Rule::new("DIS-01", "The metadata was found", "RFC 8414 §3.1");
pub(super) const DIS_02: Rule =
    Rule::new("DIS-02", "The issuer is the one asked for", "RFC 8414 §3.3");
pub(super) const DIS_03: Rule = Rule::new("DIS-03", "The issuer has a proper form", "RFC 8414 §2");
pub(super) const DIS_04: Rule = Rule::new("DIS-04", "Token exchange is advertised", "RFC 8414 §2");
pub(super) const DIS_06: Rule =
    Rule::new("DIS-06", "The endpoints belong to the issuer's host", "draft-ietf-oauth-rfc7523bis");
pub(super) const DIS_07: Rule =
    Rule::new("DIS-07", "The way the client authenticates is advertised", "RFC 8414 §2")
        .about("client_auth");
pub(super) const DIS_08: Rule =
    Rule::new("DIS-08", "The algorithm of the proofs is advertised", "RFC 9449 §5.1").about("dpop");

/// What a metadata document tells of itself (DIS-01 to DIS-06), without asking anybody.
pub fn check_document(issuer: &Url, found_at: &Url, document: &Map<String, Value>) -> Vec<Check> {
    let mut checks = vec![
        DIS_01.pass(format!("Found at {found_at}.")),
        DIS_02.pass("It is byte for byte the one asked for.".to_owned()),
    ];
    checks.push(if issuer.query().is_some() || issuer.fragment().is_some() {
        DIS_03.fail("The issuer has a query or a fragment, which it must not have.".to_owned())
    } else if issuer.scheme() == "http" {
        DIS_03.note("It is plain http. That is for tests on this machine only.".to_owned())
    } else {
        DIS_03.pass("https, without query and fragment.".to_owned())
    });
    let grants: Option<Vec<&str>> = document
        .get("grant_types_supported")
        .and_then(Value::as_array)
        .map(|items| items.iter().filter_map(Value::as_str).collect());
    checks.push(match grants {
        Some(grants) if grants.contains(&GRANT_TYPE) => {
            DIS_04.pass("grant_types_supported lists it.".to_owned())
        }
        Some(_) => DIS_04.dialect(
            "grant_types_supported does not list it. Some servers do exchanges all the same."
                .to_owned(),
        ),
        None => DIS_04.note(
            "The metadata does not say which grants there are, so nothing can be told before \
             asking."
                .to_owned(),
        ),
    });
    let strangers: Vec<String> = ["token_endpoint", "jwks_uri", "authorization_endpoint"]
        .into_iter()
        .filter_map(|name| {
            let url = Url::parse(document.get(name)?.as_str()?).ok()?;
            (site(&url) != site(issuer)).then(|| format!("{name} is at {}", http::place(&url)))
        })
        .collect();
    checks.push(if strangers.is_empty() {
        DIS_06.pass("All of them do.".to_owned())
    } else {
        DIS_06.warn(format!(
            "{}. An issuer cannot prove that a foreign host is its own.",
            strangers.join(", ")
        ))
    });
    checks
}

/// The last two labels of a host name: near enough to the registrable domain for a hint. The full
/// host for an address.
pub(super) fn site(url: &Url) -> String {
    match url.host() {
        Some(url::Host::Domain(name)) => {
            let labels: Vec<&str> = name.split('.').collect();
            labels[labels.len().saturating_sub(2)..].join(".")
        }
        Some(host) => host.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    pub fn both_well_known_places_are_built_as_the_standards_say() {
        let places = |issuer: &str| well_known(&Url::parse(issuer).unwrap()).map(String::from);
        assert_eq!(
            places("https://a.example"),
            [
                "https://a.example/.well-known/oauth-authorization-server",
                "https://a.example/.well-known/openid-configuration"
            ]
        );
        assert_eq!(
            places("https://a.example:8443/realms/x/"),
            [
                "https://a.example:8443/.well-known/oauth-authorization-server/realms/x",
                "https://a.example:8443/realms/x/.well-known/openid-configuration"
            ]
        );
    }

    #[test]
    pub fn the_difference_of_two_issuers_is_named() {
        assert!(difference("https://a/", "https://a").contains("slash"));
        assert!(difference("https://A", "https://a").contains("case"));
        assert!(difference("https://a:443/x", "https://a/x").contains("port"));
        assert!(difference("http://a", "https://a").contains("http and https"));
        assert!(
            difference("http://127.0.0.1:8080", "http://localhost:8080").contains("this machine")
        );
        assert_eq!(difference("http://127.0.0.1:8080", "http://localhost:8081"), "");
        assert!(difference("https://a", "").contains("no issuer"));
        assert_eq!(difference("https://a", "https://b"), "");
    }

    fn levels(document: Value) -> Vec<(String, super::super::Level)> {
        let issuer = Url::parse("https://login.example").unwrap();
        let at = well_known(&issuer)[0].clone();
        let Value::Object(document) = document else { panic!("not an object") };
        check_document(&issuer, &at, &document)
            .into_iter()
            .map(|check| (check.id.to_owned(), check.level))
            .collect()
    }

    #[test]
    pub fn a_method_or_an_algorithm_that_is_not_advertised_is_seen() {
        use super::super::Level;
        use super::super::{AssertionAudience, mac::MacAlgorithm};
        let level = |members: Value, auth: &ClientAuth| {
            let Value::Object(document) = members else { panic!("not an object") };
            let found_at = Url::parse("https://login.example").unwrap();
            let issuer = String::new();
            Metadata { issuer, found_at, document, checks: vec![] }.check_authentication(auth).level
        };
        let (methods, algorithms) = (
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_signing_alg_values_supported",
        );
        let none = serde_json::json!({});
        assert_eq!(level(none.clone(), &ClientAuth::Basic(String::new().into())), Level::Pass);
        assert_eq!(level(none, &ClientAuth::None), Level::Warn);
        let jwt = ClientAuth::SecretJwt {
            secret: String::new().into(),
            algorithm: MacAlgorithm::Hs384,
            audience: AssertionAudience::Issuer,
        };
        for (offered, signed, expected) in [
            (&["none"][..], Some(&["HS384"][..]), Level::Warn),
            (&["client_secret_jwt"], Some(&["HS256"]), Level::Warn),
            (&["client_secret_jwt"], None, Level::Note),
            (&["client_secret_jwt"], Some(&["HS256", "HS384"]), Level::Pass),
        ] {
            let mut members = serde_json::json!({ methods: offered });
            if let Some(signed) = signed {
                members[algorithms] = signed.into();
            }
            assert_eq!(level(members, &jwt), expected);
        }
    }

    #[test]
    pub fn proofs_that_are_not_advertised_are_seen() {
        use super::super::Level;
        for (document, expected) in [
            (serde_json::json!({}), Level::Warn),
            (serde_json::json!({"dpop_signing_alg_values_supported": ["RS256"]}), Level::Warn),
            (serde_json::json!({"dpop_signing_alg_values_supported": ["ES256"]}), Level::Pass),
        ] {
            let Value::Object(document) = document else { panic!("not an object") };
            let found_at = Url::parse("https://login.example").unwrap();
            let metadata =
                Metadata { issuer: String::new(), found_at, document, checks: Vec::new() };
            assert_eq!(metadata.check_proofs("ES256").level, expected);
        }
    }

    #[test]
    pub fn foreign_endpoints_and_a_missing_grant_are_seen() {
        use super::super::Level;
        let good = levels(serde_json::json!({
            "grant_types_supported": [GRANT_TYPE],
            "token_endpoint": "https://sts.login.example/token",
        }));
        assert!(good.iter().all(|(_, level)| *level == Level::Pass), "{good:?}");
        let bad = levels(serde_json::json!({
            "grant_types_supported": ["client_credentials"],
            "token_endpoint": "https://elsewhere.test/token",
        }));
        assert!(bad.contains(&("DIS-04".to_owned(), Level::Note)));
        assert!(bad.contains(&("DIS-06".to_owned(), Level::Warn)));
    }
}
