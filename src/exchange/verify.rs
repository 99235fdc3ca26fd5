//! Whether a token was signed by the server that issued it.
//!
//! The keys come from the server's own `jwks_uri`, never from where a token points to (`jku`, `x5u`,
//! `jwk` in its header are not followed, RFC 8725 §3.10). `none` and the symmetric algorithms are
//! refused before any key is looked at (RFC 8725 §3.1, §3.2): a public key used as an HMAC secret is
//! the classic confusion. Times and audiences are the business of the checks; this is about the
//! signature alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::checks::{Check, Rule};
use super::http::{self, Http, TransportError, TransportKind};
use super::json;
use super::keys::{KeySet, SignatureError};
use super::token::{self, Token};

/// What became of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Verification {
    /// Signed by the key `kid` of the server.
    Verified { alg: String, kid: Option<String> },
    /// The signature is wrong, or the algorithm is one that proves nothing.
    Failed { reason: String },
    /// It cannot be told, as for an opaque token or a server without published keys.
    NotPossible { reason: String },
}

/// The keys a server publishes (RFC 7517).
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    /// Every member of `keys`, also those that cannot be used.
    keys: Vec<Value>,
    /// Those that can.
    set: KeySet,
}

impl Jwks {
    /// Reads a key set. A key that makes no sense does not spoil the others.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut document = json::parse_object(bytes).map_err(|error| error.to_string())?;
        let set = KeySet::parse(bytes).map_err(|error| error.to_string())?;
        match document.remove("keys") {
            Some(Value::Array(keys)) => Ok(Self { keys, set }),
            _ => Err("it has no list “keys”".to_owned()),
        }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key with a name, or the first when there is no name or no such key.
    pub(super) fn named(&self, kid: Option<&str>) -> Option<&Value> {
        let has = |key: &&Value| kid.is_some() && key.get("kid").and_then(Value::as_str) == kid;
        self.keys.iter().find(has).or_else(|| self.keys.first())
    }

    /// Whether a key has this name.
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.get("kid").and_then(Value::as_str) == Some(kid))
    }

    /// What each key says of itself, also of those that cannot be used.
    pub fn published(&self) -> Vec<PublishedKey> {
        self.keys.iter().map(PublishedKey::of).collect()
    }

    /// DIS-05: what can be said of a key set by itself.
    pub fn check(&self) -> Check {
        const DIS_05: Rule = Rule::new(
            "DIS-05",
            "The key set holds distinct, strong, public signing keys",
            "RFC 7517 §4, §5; RFC 7518 §3.3",
        );
        let keys = self.published();
        if keys.iter().any(|key| key.private) {
            return DIS_05
                .fail("A key in it has private members: whoever reads it can sign as the server.");
        }
        let short = |key: &&PublishedKey| key.kty == "RSA" && key.bits.is_some_and(|it| it < 2048);
        if let Some(key) = keys.iter().find(short) {
            let kid = key.kid.as_deref().unwrap_or_default();
            return DIS_05.fail(format!("The RSA key “{kid}” is shorter than 2048 bits."));
        }
        let mut kids: Vec<&str> = keys.iter().filter_map(|key| key.kid.as_deref()).collect();
        kids.sort_unstable();
        if let Some(pair) = kids.windows(2).find(|pair| pair[0] == pair[1]) {
            return DIS_05.warn(format!("Two keys have the id “{}”.", pair[0]));
        }
        if keys.is_empty() {
            return DIS_05.warn("It is empty.");
        }
        if !keys.iter().any(PublishedKey::signs) {
            return DIS_05.warn("None of its keys is for signing.");
        }
        match keys.len() {
            1 => DIS_05.pass("One key."),
            count => DIS_05.pass(format!("{count} keys.")),
        }
    }
}

/// What a key of a server says of itself (RFC 7517 §4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedKey {
    pub kid: Option<String>,
    /// Empty when it does not say it, though it must.
    pub kty: String,
    pub alg: Option<String>,
    /// `sig` or `enc`.
    #[serde(rename = "use")]
    pub purpose: Option<String>,
    /// The curve, of an elliptic one.
    pub crv: Option<String>,
    /// The length of an RSA modulus, or of the curve's order, in bits; `None` for what is not known.
    pub bits: Option<usize>,
    /// Whether it has members that nobody but the server may know.
    pub private: bool,
}

impl PublishedKey {
    fn of(key: &Value) -> Self {
        let text = |name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let crv = text("crv");
        let bits = match crv.as_deref() {
            Some("P-256" | "secp256k1") => Some(256),
            Some("P-384") => Some(384),
            Some("P-521") => Some(521),
            Some("Ed25519" | "X25519") => Some(255),
            Some("Ed448" | "X448") => Some(448),
            Some(_) => None,
            None => text("n").and_then(|n| modulus_bits(&n)),
        };
        // RFC 7518 §6.2.2, §6.3.2, §6.4.1.
        let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        Self {
            kid: text("kid"),
            kty: text("kty").unwrap_or_default(),
            alg: text("alg"),
            purpose: text("use"),
            crv,
            bits,
            private: private.iter().any(|name| key.get(*name).is_some()),
        }
    }

    /// Whether it may verify signatures, as far as it says.
    pub fn signs(&self) -> bool {
        self.purpose.as_deref() != Some("enc")
            && !matches!(self.crv.as_deref(), Some("X25519" | "X448"))
            && self
                .alg
                .as_deref()
                .is_none_or(|alg| !alg.starts_with("RSA-OAEP") && !alg.starts_with("ECDH"))
    }
}

/// The length of a number in base64url (RFC 7518 §2), in bits.
fn modulus_bits(text: &str) -> Option<usize> {
    let octets = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    let start = octets.iter().position(|octet| *octet != 0)?;
    let digits = &octets[start..];
    Some(digits.len() * 8 - digits.first()?.leading_zeros() as usize)
}

/// Fetches the keys of a server.
pub async fn fetch(http: &Http, url: &Url) -> Result<Jwks, TransportError> {
    let answer = http.get(url).await?;
    let place = http::place(url);
    if answer.status != 200 {
        let kind = if (300..400).contains(&answer.status) {
            TransportKind::Redirect
        } else {
            TransportKind::Content
        };
        return Err(TransportError::new(
            kind,
            format!("{place} answered {} when asked for its keys.", answer.status),
        ));
    }
    Jwks::parse(answer.body.expose_secret()).map_err(|problem| {
        TransportError::new(
            TransportKind::Content,
            format!("What {place} sent is no key set: {problem}."),
        )
    })
}

/// Verifies the signature of a token. What it claims is the business of the checks.
pub fn verify(secret: &SecretString, jwks: &Jwks) -> Verification {
    let text = secret.expose_secret();
    let not_possible = |reason: &str| Verification::NotPossible { reason: reason.to_owned() };
    let failed = |reason: String| Verification::Failed { reason };
    let jwt = match token::decode(text) {
        Token::Jwt(jwt) => jwt,
        Token::Encrypted { .. } => return not_possible("The token is encrypted."),
        Token::Opaque { .. } => return not_possible("The token is opaque."),
    };
    let alg = jwt.header_text("alg").unwrap_or_default();
    match jwks.set.verify(text) {
        Ok(verified) => Verification::Verified { alg: alg.to_owned(), kid: verified.kid },
        Err(SignatureError::NotSignedJwt) => failed("It is not a signed JWT.".to_owned()),
        Err(SignatureError::Algorithm(name)) if name.is_empty() => {
            failed("Its header names no algorithm.".to_owned())
        }
        Err(SignatureError::Algorithm(name)) if name.eq_ignore_ascii_case("none") => {
            failed("Its algorithm is “none”: it is not signed at all.".to_owned())
        }
        Err(SignatureError::Algorithm(name)) if name.starts_with("HS") => failed(format!(
            "Its algorithm, {name}, is symmetric: only who could have signed it can verify it, and \
             a public key taken for the secret lets anyone sign."
        )),
        Err(SignatureError::Algorithm(name)) => Verification::NotPossible {
            reason: format!("Its algorithm, “{name}”, is not one this program verifies."),
        },
        Err(SignatureError::Critical) => not_possible(
            "Its header has critical extensions (crit) that this program does not know.",
        ),
        Err(SignatureError::UnknownKey(Some(kid))) => {
            failed(format!("The server publishes no usable key “{kid}”."))
        }
        Err(SignatureError::UnknownKey(None)) => {
            failed("The server publishes no usable key.".to_owned())
        }
        Err(SignatureError::KeyMismatch(name)) => {
            failed(format!("The server's key is not one for {name}."))
        }
        Err(SignatureError::Wrong) => {
            failed("The signature does not fit the server's key.".to_owned())
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::exchange::Level;
    use crate::exchange::keys::{SigningAlgorithm, SigningKey};
    use serde_json::json;

    fn jwks(key: &SigningKey) -> Jwks {
        Jwks::parse(KeySet::of([key]).to_json().to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_right_signature_is_verified_and_a_wrong_one_is_not() {
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let token = key.sign("at+jwt", &json!({"sub": "a"})).unwrap();
        assert_eq!(
            verify(&SecretString::from(token.as_str()), &jwks(&key)),
            Verification::Verified { alg: "ES256".to_owned(), kid: Some(key.kid().to_owned()) }
        );
        let other = key.sign("at+jwt", &json!({"sub": "b"})).unwrap();
        let (head, _) = token.rsplit_once('.').unwrap();
        let (_, tail) = other.rsplit_once('.').unwrap();
        let spliced = SecretString::from(format!("{head}.{tail}"));
        assert!(matches!(verify(&spliced, &jwks(&key)), Verification::Failed { .. }));
        let stranger = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let unknown = verify(&SecretString::from(token), &jwks(&stranger));
        assert!(matches!(unknown, Verification::Failed { reason } if reason.contains("no usable")));
    }

    #[test]
    fn what_proves_nothing_is_refused_with_the_reason() {
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let result = |alg: &str| {
            let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let token = format!("{}.{}.AAAA", part(json!({"alg": alg})), part(json!({"sub": "a"})));
            verify(&SecretString::from(token), &jwks(&key))
        };
        for (alg, part) in [("none", "not signed"), ("NoNe", "not signed"), ("HS256", "symmetric")]
        {
            let Verification::Failed { reason } = result(alg) else { panic!("{alg}") };
            assert!(reason.contains(part), "{reason}");
        }
        assert!(matches!(result("ES512"), Verification::NotPossible { .. }));
        let opaque = verify(&SecretString::from("0123abcd"), &jwks(&key));
        assert!(matches!(opaque, Verification::NotPossible { .. }));
    }

    #[test]
    pub fn a_key_set_is_judged_by_itself() {
        let level = |keys: serde_json::Value| {
            Jwks::parse(json!({"keys": keys}).to_string().as_bytes()).unwrap().check().level
        };
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let public = serde_json::to_value(key.public()).unwrap();
        assert_eq!(level(json!([public.clone()])), Level::Pass);
        assert_eq!(level(json!([public.clone(), public.clone()])), Level::Warn);
        assert_eq!(level(json!([])), Level::Warn);
        let mut encrypts = public.clone();
        encrypts["use"] = json!("enc");
        assert_eq!(level(json!([encrypts])), Level::Warn);
        assert_eq!(level(json!([encrypts, public.clone()])), Level::Warn, "one id twice");
        for member in ["d", "k", "qi"] {
            let mut private = public.clone();
            private[member] = json!("AAAA");
            assert_eq!(level(json!([private])), Level::Fail);
        }
        let rsa = |bits: usize| {
            let mut n = vec![0_u8; 257];
            n[257 - bits.div_ceil(8)] = 1 << ((bits - 1) % 8);
            json!([{"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(n), "e": "AQAB"}])
        };
        assert_eq!(level(rsa(2047)), Level::Fail);
        assert_eq!(level(rsa(2048)), Level::Pass);
        assert_eq!(level(json!([{"kty": "RSA", "n": "AQAB", "e": "AQAB"}])), Level::Fail);
        assert!(Jwks::parse(b"{}").is_err());
    }
}
