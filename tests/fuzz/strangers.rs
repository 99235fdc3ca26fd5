//! What must hold of every text that somebody else wrote, whatever is in it: a server's answer, its
//! keys and metadata, a token, a pasted request, a file of cases, a file with a key.
//!
//! Each takes any bytes and panics when something does not hold. None may hang, and nothing that
//! was put in as a secret may come out.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{SecretBox, SecretString};
use serde_json::{Map, Value};
use url::Url;

use crate::exchange::case::CaseFile;
use crate::exchange::certificate::read_roots;
use crate::exchange::checks::{Context, answer as check_answer};
use crate::exchange::discovery::check_document;
use crate::exchange::http::HttpAnswer;
use crate::exchange::keys::{KeySet, SigningKey};
use crate::exchange::token::{self, Token};
use crate::exchange::token_type::ACCESS_TOKEN;
use crate::exchange::verify::{Jwks, verify};
use crate::exchange::{
    Client, ClientAuth, ClientCertificate, Comparison, ExchangeRequest, Metadata, Redactor, Server,
    Verification, json, paste,
};

const NOW: u64 = 1_800_000_000;
const SECRET: &str = "MARKED-client-secret-0123456789";
const SUBJECT: &str = "MARKED-subject-token-0123456789";

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// A token of any kind is decoded, explained and compared.
pub fn token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let decoded = token::decode(&text);
    explained(&decoded);
    // The same claims, whatever else is wrong with the text around them.
    let made = Jwt::around(bytes);
    let decoded = token::decode(&made);
    explained(&decoded);
    let _ = format!("{decoded:?}");
    let secret = SecretString::from(made);
    let keys = Jwks::parse(br#"{"keys":[{"kty":"oct","k":"AA"},{"kty":"EC"},7]}"#);
    let verified = verify(&secret, &keys.expect("a key set"));
    assert!(!matches!(verified, Verification::Verified { .. }), "nobody signed it");
}

/// The parts of a JWT made of any bytes.
struct Jwt;

impl Jwt {
    fn around(bytes: &[u8]) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let (header, claims) = bytes.split_at(at);
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!("{}.{}.{}", part(header), part(claims), part(b"no signature"))
    }
}

fn explained(token: &Token) {
    assert!(!token.summary().is_empty());
    let Some(jwt) = token.jwt() else { return };
    for (name, value) in &jwt.claims {
        let _ = token::explain(name, value, now());
        let _ = token::meaning(name);
    }
    let _ = (jwt.audiences(), jwt.scopes(), jwt.client(), jwt.actors());
    let _ = Comparison::new(jwt, jwt, now());
}

/// Headers up to an empty line, then a body; the first byte says how it is answered.
pub fn answer(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let status =
        [200, 201, 204, 302, 400, 401, 403, 404, 422, 429, 500, 503][usize::from(first % 12)];
    let at = rest.windows(2).position(|two| two == b"\n\n");
    let (head, body) = at.map_or((&[][..], rest), |at| (&rest[..at], &rest[at + 2..]));
    let headers = String::from_utf8_lossy(head)
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let request = ExchangeRequest {
        subject_token: SUBJECT.into(),
        subject_token_type: ACCESS_TOKEN.to_owned(),
        audience: vec!["dashboard".to_owned()],
        scope: "read".to_owned(),
        ..ExchangeRequest::default()
    };
    let client = Client::new("portal", ClientAuth::Basic(SECRET.into()));
    let server = Server::Issuer("https://login.example".to_owned());
    let mut sent = Redactor::new();
    request.teach(&mut sent);
    client.teach(&mut sent);
    let metadata = Metadata {
        issuer: "https://login.example".to_owned(),
        found_at: Url::parse("https://login.example/x").expect("an address"),
        document: Map::new(),
        checks: Vec::new(),
    };
    let parsed = json::parse_object(body);
    let issued = parsed.as_ref().ok().and_then(|it| it.get("access_token")?.as_str());
    let (issued, subject) = (issued.map(token::decode), token::decode(SUBJECT));
    let verification = Verification::NotPossible { reason: "no keys".to_owned() };
    let reply = HttpAnswer {
        status,
        headers,
        body: SecretBox::new(body.to_vec().into_boxed_slice()),
        first_byte: Duration::ZERO,
        total: Duration::ZERO,
        phases: Default::default(),
    };
    let skew = Duration::from_secs(60);
    let succeeded = status == 200 && issued.is_some();
    let checks = check_answer(&Context {
        client: &client,
        request: &request,
        asked: &request.check(&client, &server, now(), skew),
        redactor: &sent,
        sent: &sent,
        answer: &reply,
        body: parsed.as_ref(),
        metadata: Some(&metadata),
        subject: &subject,
        actor: None,
        issued: issued.as_ref().filter(|_| succeeded),
        verification: succeeded.then_some(&verification),
        now: now(),
        skew,
    });
    assert!(!checks.is_empty());
    for check in &checks {
        assert!(!check.finding.is_empty() && !check.clause.is_empty(), "{check:?}");
        let shown = sent.text(&check.finding);
        assert!(!shown.contains(SECRET) && !shown.contains(SUBJECT), "{shown}");
    }
    let text = String::from_utf8_lossy(body);
    let shown = sent.text(&text);
    assert!(!shown.contains(SECRET) && !shown.contains(SUBJECT), "{shown}");
    if let Ok(members) = &parsed {
        let shown = sent.value(&Value::Object(members.clone())).to_string();
        assert!(!shown.contains(SECRET) && !shown.contains(SUBJECT), "{shown}");
    }
}

/// A document of a server: a key set, or metadata.
pub fn metadata(bytes: &[u8]) {
    if let Ok(keys) = Jwks::parse(bytes) {
        assert_eq!(keys.published().len(), keys.len());
        assert!(!keys.check().finding.is_empty());
        let token = SecretString::from("eyJhbGciOiJFUzI1NiJ9.e30.AAAA");
        assert!(!matches!(verify(&token, &keys), Verification::Verified { .. }));
    }
    if let Ok(keys) = KeySet::parse(bytes) {
        assert!(keys.verify("eyJhbGciOiJFUzI1NiJ9.e30.AAAA").is_err());
    }
    let Ok(document) = json::parse_object(bytes) else { return };
    let url = Url::parse("https://login.example/tenant").expect("an address");
    let checks = check_document(&url, &url, &document);
    assert!(checks.iter().all(|check| !check.finding.is_empty()));
    let metadata =
        Metadata { issuer: "https://login.example".to_owned(), found_at: url, document, checks };
    let client = Client::new("portal", ClientAuth::Basic(SECRET.into()));
    for name in ["token_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint"] {
        let _ = (metadata.endpoint(name), metadata.endpoint_for(name, &client));
        let _ = (metadata.text(name), metadata.list(name), metadata.alias(name));
    }
    assert!(!metadata.check_authentication(&client.auth).finding.is_empty());
    assert!(!metadata.check_proofs("ES256").finding.is_empty());
}

/// A request that somebody pasted. What is taken over can be shared again, without its secrets.
pub fn paste(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // A secret of its own, wherever the text has room for one.
    let text = text.replace('%', SECRET);
    match paste::read(&text) {
        Err(error) => {
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(SECRET), "{shown}");
        }
        Ok(pasted) => {
            let url = Url::parse(&pasted.token_endpoint).expect("an address");
            assert!(url.username().is_empty() && url.password().is_none(), "{url}");
            let request = &pasted.request;
            let server = Server::TokenEndpoint { url: pasted.token_endpoint, jwks_uri: None };
            let auth = ClientAuth::new(pasted.method, pasted.client_secret);
            let client = Client::new(pasted.client_id, auth.unwrap_or(ClientAuth::None));
            let checks = request.check(&client, &server, now(), Duration::from_secs(60));
            assert!(checks.iter().all(|check| !check.finding.is_empty()));
        }
    }
}

/// A file of cases.
pub fn case(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match CaseFile::read(&text) {
        Err(error) => {
            assert!(!error.message.is_empty());
            // A line ends with a carriage return, too, and in older YAML with others.
            let ends = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
            let lines = text.matches(ends).count() + 1;
            assert!(error.line.is_none_or(|line| (1..=lines + 1).contains(&line)), "{error}");
        }
        Ok(file) => {
            let _ = file.target();
            assert!(!format!("{file:?}").is_empty());
        }
    }
}

/// A file with a private key, a public one or a certificate. What is wrong is said without a word of
/// what was in it.
pub fn keys(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let secret = SecretString::from(text.as_str());
    let mut told = Vec::new();
    told.extend(SigningKey::read(&secret, None, None).err().map(|it| format!("{it} {it:?}")));
    told.extend(SigningKey::read(&secret, Some("k"), Some("PS256")).err().map(|it| it.to_string()));
    told.extend(KeySet::read_public(&text).err().map(|it| format!("{it} {it:?}")));
    told.extend(ClientCertificate::read(&secret, None).err().map(|it| format!("{it} {it:?}")));
    told.extend(read_roots(&text).err().map(|it| format!("{it} {it:?}")));
    // A long run of the file would be a piece of the key.
    let pieces: Vec<&str> = text.split_whitespace().filter(|word| word.len() >= 24).collect();
    for text in told {
        assert!(!pieces.iter().any(|piece| text.contains(piece)), "{text}");
    }
}
