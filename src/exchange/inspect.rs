//! A server looked at before anything is exchanged with it: what it says of itself, and what of that
//! keeps to the standards.
//!
//! [`discover`](super::discover) stops at the first metadata that can be used. Here both well-known
//! places are asked, since a server that says one thing at one of them and another at the other is a
//! trap for its clients, and nothing that is wrong is an error: it is a finding.

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::checks::{Check, Rule};
use super::discovery::{
    self, DIS_01, DIS_02, DIS_07, DIS_08, check_document, read_document, site, well_known,
};
use super::http::{self, Http, TransportError, TransportKind};
use super::verify::{self, PublishedKey};

/// What an issuer says of itself, and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// As it was asked for.
    pub issuer: String,
    /// The two well-known places, in the order they were asked.
    pub places: Vec<Place>,
    /// Where the metadata is that all below is about; `None` when there is none.
    pub found_at: Option<String>,
    /// In the order of the metadata.
    pub endpoints: Vec<Endpoint>,
    /// Lists of what the server knows, in a fixed order; one that is not there is left out.
    pub supported: Vec<Supported>,
    /// Whether the server binds tokens to certificates (RFC 8705 §3.3), when it says so.
    pub certificate_bound_tokens: Option<bool>,
    /// In the order of the key set.
    pub keys: Vec<PublishedKey>,
    /// In the order of their ids.
    pub checks: Vec<Check>,
    /// The metadata itself, as the server has it; no part of the JSON shape.
    #[serde(skip)]
    pub document: Option<Map<String, Value>>,
}

/// One of the places where metadata may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub url: String,
    /// Whether there is metadata of the issuer that was asked for.
    pub usable: bool,
    /// Why not, or what is there.
    pub finding: String,
}

/// An address in the metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// As in `token_endpoint`.
    pub name: String,
    pub url: String,
    /// For clients with a certificate (RFC 8705 §5), when it is another.
    pub mtls_alias: Option<String>,
    /// At another site than the issuer.
    pub foreign: bool,
    /// Why nothing would be sent there.
    pub problem: Option<String>,
}

/// A list of the metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Supported {
    /// As in `grant_types_supported`.
    pub name: &'static str,
    pub values: Vec<String>,
}

/// The lists that matter to an exchange (RFC 8414 §2, RFC 9449 §5.1, OpenID Connect Discovery §3,
/// draft-ietf-oauth-identity-chaining).
const LISTS: [&str; 8] = [
    "grant_types_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "dpop_signing_alg_values_supported",
    "id_token_signing_alg_values_supported",
    "scopes_supported",
    "identity_chaining_requested_token_types_supported",
    "authorization_grant_profiles_supported",
];

const DIS_05: Rule =
    Rule::new("DIS-05", "The server publishes its keys", "RFC 8414 §2, RFC 7517 §5");
const DIS_09: Rule = Rule::new(
    "DIS-09",
    "The endpoints are addresses that may be used",
    "RFC 8414 §2, RFC 6749 §3.1, §3.2",
);
const DIS_10: Rule = Rule::new(
    "DIS-10",
    "Grant profiles come with the grant they are profiles of",
    "draft-ietf-oauth-identity-assertion-authz-grant",
)
.about("authorization_grant_profiles_supported");

impl Inspection {
    /// The documented JSON shape, version 1.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("version".to_owned(), Value::from(1));
        if let Ok(Value::Object(members)) = serde_json::to_value(self) {
            object.extend(members);
        }
        Value::Object(object)
    }
}

/// Asks a server about itself: both well-known places, and its keys.
///
/// # Errors
///
/// When the issuer is no address, or nobody answers there.
pub async fn inspect(http: &Http, issuer: &str) -> Result<Inspection, TransportError> {
    let issuer = issuer.trim();
    let url = http::parse_url(issuer)?;
    let mut places = Vec::new();
    let mut documents: Vec<(Url, Map<String, Value>)> = Vec::new();
    let mut strangers = Vec::new();
    let mut silence = None;
    for at in well_known(&url) {
        let place = |usable, finding: String| Place { url: at.to_string(), usable, finding };
        let document = match http.get(&at).await {
            Ok(answer) => read_document(&at, &answer),
            Err(error) => {
                let reason = error.message.clone();
                silence.get_or_insert(error);
                Err(reason)
            }
        };
        let document = match document {
            Ok(document) => document,
            Err(reason) => {
                places.push(place(false, reason));
                continue;
            }
        };
        let found = document.get("issuer").and_then(Value::as_str).unwrap_or_default();
        if found == issuer {
            places.push(place(true, "Metadata of this issuer.".to_owned()));
            documents.push((at, document));
        } else {
            let hint = discovery::difference(issuer, found);
            let finding = format!("It describes the issuer “{found}”{hint}.");
            strangers.push(format!("{at} describes the issuer “{found}”{hint}"));
            places.push(place(false, finding));
        }
    }
    let Some((found_at, document)) = documents.first() else {
        return nothing(issuer, places, &strangers, silence);
    };
    let mut checks = check_document(&url, found_at, document);
    checks.retain(|check| !matches!(check.id, "DIS-01" | "DIS-02"));
    checks.push(both(&documents, &places));
    checks.push(match strangers.as_slice() {
        [] => DIS_02.pass("It is byte for byte the one asked for."),
        strangers => DIS_02
            .fail(format!("{}. Clients that look there must not use it.", strangers.join(", "))),
    });
    let endpoints = endpoints(&url, document);
    let (keys, published) = keys(http, document).await;
    checks.push(published);
    checks.push(authentication(document));
    checks.push(proofs(document));
    checks.push(addresses(&endpoints));
    checks.extend(profiles(document));
    checks.sort_by_key(|check| check.id);
    let supported = LISTS.into_iter().filter_map(|name| {
        let values = list(document, name)?.into_iter().map(str::to_owned).collect();
        Some(Supported { name, values })
    });
    Ok(Inspection {
        issuer: issuer.to_owned(),
        found_at: Some(found_at.to_string()),
        endpoints,
        supported: supported.collect(),
        certificate_bound_tokens: document
            .get("tls_client_certificate_bound_access_tokens")
            .and_then(Value::as_bool),
        keys,
        checks,
        places,
        document: Some(document.clone()),
    })
}

/// An issuer that has no metadata of its own.
fn nothing(
    issuer: &str,
    places: Vec<Place>,
    strangers: &[String],
    silence: Option<TransportError>,
) -> Result<Inspection, TransportError> {
    // Somebody who answers, and be it nonsense, is a finding; where nobody answers there is none.
    let answers = |kind| {
        matches!(kind, TransportKind::Closed | TransportKind::TooLarge | TransportKind::Content)
    };
    if let Some(error) = silence
        && !answers(error.kind)
    {
        return Err(error);
    }
    let mut checks = vec![DIS_01.fail("There is none at either of the well-known places.")];
    if !strangers.is_empty() {
        checks.push(DIS_02.fail(format!(
            "{}. Metadata of another issuer must not be used.",
            strangers.join(", ")
        )));
    }
    Ok(Inspection {
        issuer: issuer.to_owned(),
        places,
        found_at: None,
        endpoints: Vec::new(),
        supported: Vec::new(),
        certificate_bound_tokens: None,
        keys: Vec::new(),
        checks,
        document: None,
    })
}

fn list<'a>(document: &'a Map<String, Value>, name: &str) -> Option<Vec<&'a str>> {
    let items = document.get(name)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).collect())
}

/// DIS-01, when metadata was found: whether both places say the same.
fn both(documents: &[(Url, Map<String, Value>)], places: &[Place]) -> Check {
    let [(first, one), (second, two)] = documents else {
        let at = documents.first().map_or("", |(at, _)| at.as_str());
        let other = places.iter().find(|place| !place.usable);
        let other = other.map_or("", |place| place.url.as_str());
        return DIS_01.pass(format!("Found at {at}, and not at {other}; one is enough."));
    };
    let differing: Vec<&str> =
        ["token_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint"]
            .into_iter()
            .filter(|name| one.get(*name) != two.get(*name))
            .collect();
    if differing.is_empty() {
        DIS_01.pass(format!("Found at {first} and at {second}, with the same endpoints."))
    } else {
        DIS_01.warn(format!(
            "Found at {first} and at {second}, which differ in {}: clients that look at one place \
             use another server than those that look at the other.",
            differing.join(", ")
        ))
    }
}

fn endpoints(issuer: &Url, document: &Map<String, Value>) -> Vec<Endpoint> {
    let aliases = document.get("mtls_endpoint_aliases").and_then(Value::as_object);
    let is_endpoint = |name: &str| name.ends_with("_endpoint") || name == "jwks_uri";
    document
        .iter()
        .filter(|(name, _)| is_endpoint(name))
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let parsed = http::parse_url(&text);
            let alias = aliases.and_then(|aliases| aliases.get(name)?.as_str());
            Endpoint {
                name: name.clone(),
                mtls_alias: alias.filter(|alias| *alias != text).map(str::to_owned),
                foreign: parsed.as_ref().is_ok_and(|url| site(url) != site(issuer)),
                problem: parsed.err().map(|error| error.message),
                url: text,
            }
        })
        .collect()
}

async fn keys(http: &Http, document: &Map<String, Value>) -> (Vec<PublishedKey>, Check) {
    let Some(text) = document.get("jwks_uri").and_then(Value::as_str) else {
        let finding = "The metadata does not say where they are, so no signature can be verified.";
        return (Vec::new(), DIS_05.warn(finding));
    };
    let url = match http::parse_url(text) {
        Ok(url) => url,
        Err(error) => return (Vec::new(), DIS_05.fail(error.message)),
    };
    match verify::fetch(http, &url).await {
        Ok(jwks) => (jwks.published(), jwks.check()),
        Err(error) => (Vec::new(), DIS_05.fail(error.message)),
    }
}

/// DIS-07 without a client: whether the ways to authenticate are said as they must be.
fn authentication(document: &Map<String, Value>) -> Check {
    let Some(methods) = list(document, "token_endpoint_auth_methods_supported") else {
        return DIS_07.note("The metadata lists no methods, which means client_secret_basic.");
    };
    let signs = methods.iter().any(|one| matches!(*one, "private_key_jwt" | "client_secret_jwt"));
    let algorithms = list(document, "token_endpoint_auth_signing_alg_values_supported");
    match algorithms {
        None if signs => DIS_07.fail(
            "Assertions are, and which algorithms may sign them is not said, though it must be.",
        ),
        Some(algorithms) if algorithms.contains(&"none") => DIS_07
            .fail("“none” is among the algorithms that sign assertions, which it must not be."),
        _ if methods.is_empty() => DIS_07.warn("The list of methods is empty."),
        _ if methods == ["none"] => {
            DIS_07.warn("No client authenticates: whoever has a token can exchange it.")
        }
        _ => DIS_07.pass(format!("{}.", methods.join(", "))),
    }
}

/// DIS-08 without a client: whether proofs are taken, and with what.
fn proofs(document: &Map<String, Value>) -> Check {
    let Some(algorithms) = list(document, "dpop_signing_alg_values_supported") else {
        return DIS_08.note("The metadata does not say that the server knows DPoP.");
    };
    // RFC 9449 §4.2.
    let bad = algorithms.iter().find(|name| **name == "none" || name.starts_with("HS"));
    match bad {
        Some(name) => DIS_08.fail(format!(
            "“{name}” is among them, and proves nothing: the key would have to be known to both."
        )),
        None if algorithms.is_empty() => DIS_08.warn("The list is empty."),
        None => DIS_08.pass(format!("{}.", algorithms.join(", "))),
    }
}

fn addresses(endpoints: &[Endpoint]) -> Check {
    let bad: Vec<String> = endpoints
        .iter()
        .filter_map(|one| Some(format!("{}: {}", one.name, one.problem.as_ref()?)))
        .collect();
    if !bad.is_empty() {
        return DIS_09.fail(bad.join(" "));
    }
    if endpoints.iter().all(|one| one.name != "token_endpoint") {
        return DIS_09.fail("There is no token_endpoint, so nothing can be exchanged.");
    }
    DIS_09.pass("All of them are.")
}

fn profiles(document: &Map<String, Value>) -> Option<Check> {
    const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    list(document, "authorization_grant_profiles_supported").filter(|list| !list.is_empty())?;
    let grants = list(document, "grant_types_supported").unwrap_or_default();
    Some(if grants.contains(&JWT_BEARER) {
        DIS_10.pass("grant_types_supported lists jwt-bearer.")
    } else {
        DIS_10.warn("grant_types_supported does not list jwt-bearer, which they are profiles of.")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::super::Level;
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("no object") };
        members
    }

    #[test]
    pub fn ways_to_authenticate_are_judged() {
        let (methods, algorithms) = (
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_signing_alg_values_supported",
        );
        for (document, expected) in [
            (json!({}), Level::Note),
            (json!({methods: ["client_secret_basic"]}), Level::Pass),
            (json!({methods: ["private_key_jwt"]}), Level::Fail),
            (json!({methods: ["private_key_jwt"], algorithms: ["ES256"]}), Level::Pass),
            (json!({methods: ["private_key_jwt"], algorithms: ["none"]}), Level::Fail),
            (json!({methods: []}), Level::Warn),
            (json!({methods: ["none"]}), Level::Warn),
        ] {
            let check = authentication(&object(document));
            assert_eq!(check.level, expected, "{}", check.finding);
        }
    }

    #[test]
    pub fn proofs_and_profiles_are_judged() {
        let name = "dpop_signing_alg_values_supported";
        for (document, expected) in [
            (json!({}), Level::Note),
            (json!({name: ["ES256", "RS256"]}), Level::Pass),
            (json!({name: ["ES256", "HS256"]}), Level::Fail),
            (json!({name: ["none"]}), Level::Fail),
            (json!({name: []}), Level::Warn),
        ] {
            assert_eq!(proofs(&object(document)).level, expected);
        }
        let name = "authorization_grant_profiles_supported";
        let bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        assert!(profiles(&object(json!({}))).is_none());
        let alone = profiles(&object(json!({name: ["x"]}))).unwrap();
        assert_eq!(alone.level, Level::Warn);
        let whole = profiles(&object(json!({name: ["x"], "grant_types_supported": [bearer]})));
        assert_eq!(whole.unwrap().level, Level::Pass);
    }

    #[test]
    pub fn metadata_that_is_not_there_or_another_issuers_is_seen() {
        let found = nothing("https://a.example", Vec::new(), &["b".to_owned()], None).unwrap();
        let levels: Vec<_> = found.checks.iter().map(|it| (it.id, it.level)).collect();
        assert_eq!(levels, [("DIS-01", Level::Fail), ("DIS-02", Level::Fail)]);
        for (issuer, expected) in [
            ("https://a.example", Level::Pass),
            ("http://127.0.0.1", Level::Note),
            ("https://a.example?x", Level::Fail),
            ("https://a.example#x", Level::Fail),
        ] {
            let url = Url::parse(issuer).unwrap();
            let checks = check_document(&url, &url, &Map::new());
            let proper = checks.iter().find(|check| check.id == "DIS-03").unwrap();
            assert_eq!(proper.level, expected, "{issuer}");
        }
        let at = |text: &str| Url::parse(text).unwrap();
        let document = |endpoint: &str| object(json!({ "token_endpoint": endpoint }));
        let two = [
            (at("https://a.example/1"), document("https://a.example/t")),
            (at("https://a.example/2"), document("https://a.example/u")),
        ];
        assert_eq!(both(&two, &[]).level, Level::Warn);
    }

    #[test]
    pub fn endpoints_are_listed_with_what_is_odd_about_them() {
        let document = object(json!({
            "issuer": "https://login.example",
            "token_endpoint": "https://login.example/token",
            "mtls_endpoint_aliases": {"token_endpoint": "https://mtls.login.example/token"},
            "jwks_uri": "https://elsewhere.test/keys",
            "revocation_endpoint": "http://login.example/revoke",
            "introspection_endpoint": 3,
        }));
        let issuer = Url::parse("https://login.example").unwrap();
        let found = endpoints(&issuer, &document);
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        let expected =
            ["token_endpoint", "jwks_uri", "revocation_endpoint", "introspection_endpoint"];
        assert_eq!(names, expected);
        assert_eq!(found[0].mtls_alias.as_deref(), Some("https://mtls.login.example/token"));
        assert_eq!(
            found.iter().map(|one| one.foreign).collect::<Vec<_>>(),
            [false, true, false, false]
        );
        assert!(found[2].problem.as_ref().unwrap().contains("plain http"));
        assert_eq!(addresses(&found).level, Level::Fail);
        assert_eq!(addresses(&found[..2]).level, Level::Pass);
        assert_eq!(addresses(&found[1..2]).level, Level::Fail);
    }
}
