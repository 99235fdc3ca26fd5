//! Server profiles: how a server is reached and how clients authenticate there, under a name.
//!
//! A profile is part of the project file, so it is reviewed and shared like the configuration. That
//! is why it can hold no secret: it says *where* one comes from (an environment variable, a file,
//! the system's keyring), and a file in which a key or a value looks like a secret is refused before
//! anything else is read of it, with words that name the place and never the value. What an older
//! studio does not know of a profile it keeps, but for that: what looks like a secret is refused
//! under any name.
//!
//! Methods and addresses are texts here, judged by the room that uses them: a method that this
//! studio does not know makes one profile unusable, not the project file.
//!
//! ```yaml
//! profiles:
//!   staging:
//!     issuer: https://login.staging.example
//!     parameters:
//!       acr_values: tenant:north
//!     client_auth: private_key_jwt
//!     clients:
//!       portal:
//!         key_file: keys/portal.pem
//!       broker:
//!         method: client_secret_basic
//!         secret_env: BROKER_SECRET
//!       ledger:
//!         method: client_secret_post
//!         secret_keyring: true
//!     dpop: true
//!     ca_file: keys/staging-ca.pem
//!     proxy: http://proxy.example:3128
//!     timeout: 10
//!     clock_offset: -30
//!     audiences:
//!       https://api.example: c400a0ee-f266-45f2-8fba-f5884ed2e386
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_yaml::Value;

/// How one server is reached. Paths are relative to the folder of the project file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The issuer identifier; endpoints and keys come from its metadata (RFC 8414). Without it,
    /// `token_endpoint` is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// Where the keys are that verify what was issued (RFC 7517).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// What goes along with every token request, as a tenant; never a parameter of the standard's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// How clients authenticate that say nothing of their own, by the registered name (RFC 7591 §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_auth: Option<String>,
    /// Clients by the id that the server knows them by.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clients: BTreeMap<String, ProfileClient>,
    /// Whether tokens are to be bound to a key made for each run (RFC 9449).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dpop: bool,
    /// Certificate authorities (PEM) to trust beside those of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// An http proxy, used instead of those that the environment names; never for loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Seconds until a connection must stand, TLS included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_timeout: Option<u64>,
    /// Seconds for one request, from its start to the last byte of its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// How far the server's clock is ahead of this machine's, in seconds; negative when it is behind.
    #[serde(skip_serializing_if = "is_zero")]
    pub clock_offset: i64,
    /// What an audience or resource stands for in the configuration: a client app's id or name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub audiences: BTreeMap<String, String>,
    #[serde(flatten)]
    rest: serde_yaml::Mapping,
}

/// How one client authenticates, and where what it needs for that comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileClient {
    /// The method, when it is not the profile's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The environment variable with the client's secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_env: Option<String>,
    /// The file with the client's secret; a line break at its end is none of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// Whether the client's secret is in the system's keyring, of whoever runs the studio. It is found
    /// there by the server and the client's id.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret_keyring: bool,
    /// The file with the client's private key: PEM or a JSON Web Key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// The environment variable with the private key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_env: Option<String>,
    /// The key's `kid`, when the server knows it by another than its thumbprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// What signs an assertion, when it is not what the kind of key suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion_alg: Option<String>,
    /// Whom an assertion is meant for: `issuer`, `token-endpoint`, `endpoint` (the one it is sent to),
    /// or a text of the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion_audience: Option<String>,
    /// The file with the certificate that is shown to the server, with its chain and perhaps its key
    /// (PEM), for TLS client authentication or bound tokens (RFC 8705).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_file: Option<PathBuf>,
    /// The environment variable with the certificate itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_env: Option<String>,
    /// The file with the certificate's private key, where it is neither with the certificate nor,
    /// for a TLS method, in `key_file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_key_file: Option<PathBuf>,
    /// The environment variable with the certificate's private key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_key_env: Option<String>,
    #[serde(flatten)]
    rest: serde_yaml::Mapping,
}

impl ProfileClient {
    /// Whether it says where the client's secret is.
    pub fn says_where_its_secret_is(&self) -> bool {
        self.secret_env.is_some() || self.secret_file.is_some() || self.secret_keyring
    }

    /// Says that the client's secret is in this environment variable, and nowhere else.
    pub fn take_secret_from(&mut self, variable: &str) {
        self.secret_env = Some(variable.to_owned());
        (self.secret_file, self.secret_keyring) = (None, false);
    }
}

fn is_zero(seconds: &i64) -> bool {
    *seconds == 0
}

/// Something in a profile that looks like a secret. Names the place, never the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place} {what}, which does not belong in a file that is shared; {advice}")]
pub struct SecretInProfile {
    /// As in `profiles.staging.clients.portal.client_secret`.
    pub place: String,
    what: &'static str,
    advice: &'static str,
}

/// Looks for secrets in the text of `profiles`, before it is taken for what it should be.
///
/// # Errors
///
/// At the first thing that looks like a secret.
pub(super) fn refuse_secrets(profiles: &Value) -> Result<(), SecretInProfile> {
    walk("profiles", profiles, Names::Chosen)
}

impl Profile {
    /// Looks for secrets in a profile that was put together by a program.
    ///
    /// # Errors
    ///
    /// At the first thing that looks like a secret.
    pub fn refuse_secrets(&self, name: &str) -> Result<(), SecretInProfile> {
        let value = serde_yaml::to_value(self).unwrap_or_default();
        walk(&format!("profiles.{name}"), &value, Names::Members)
    }
}

/// What the names of a mapping are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Those of the format, or of a protocol: they say what the value is.
    Members,
    /// What people call a profile or a client: they say nothing of the value.
    Chosen,
}

/// A profile is a few levels deep; what is deeper is nothing this studio knows, and is not followed
/// without end.
const DEEPEST: usize = 32;

fn walk(place: &str, value: &Value, names: Names) -> Result<(), SecretInProfile> {
    let mut open = vec![(place.to_owned(), value, names, 0)];
    while let Some((place, value, names, depth)) = open.pop() {
        if depth > DEEPEST {
            continue;
        }
        match value {
            Value::String(text) => text_is_no_secret(&place, text)?,
            Value::Sequence(items) => {
                open.extend(items.iter().enumerate().rev().map(|(index, item)| {
                    (format!("{place}[{index}]"), item, Names::Members, depth + 1)
                }))
            }
            Value::Mapping(members) => {
                let members: Vec<(&Value, &Value)> = members.iter().collect();
                for (key, value) in members.into_iter().rev() {
                    let key = key.as_str().unwrap_or("?");
                    let place = format!("{place}.{key}");
                    if names == Names::Members && !value.is_null() && key_is_secret(key) {
                        return Err(SecretInProfile {
                            place,
                            what: "looks like a secret",
                            advice: "take it out, and name the environment variable that has it \
                                     (secret_env, key_env) or the file (secret_file, \
                                     key_file), or keep it in the system keyring \
                                     (secret_keyring: true)",
                        });
                    }
                    if names == Names::Members
                        && key.ends_with("_env")
                        && value.as_str().is_some_and(|name| !is_variable_name(name))
                    {
                        return Err(SecretInProfile {
                            place,
                            what: "is not the name of an environment variable and may be a secret",
                            advice: "give the name of the variable that has it",
                        });
                    }
                    if names == Names::Members
                        && key.ends_with("keyring")
                        && !matches!(value, Value::Bool(_) | Value::Null)
                    {
                        return Err(SecretInProfile {
                            place,
                            what: "is neither true nor false and may be a secret",
                            advice: "say true there, and keep the secret in the keyring itself",
                        });
                    }
                    let names = match key {
                        "clients" | "audiences" if names == Names::Members => Names::Chosen,
                        _ => Names::Members,
                    };
                    open.push((place, value, names, depth + 1));
                }
            }
            Value::Tagged(tagged) => open.push((place, &tagged.value, names, depth + 1)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    Ok(())
}

/// Whether a key says that its value is a secret. One that says where a secret is, or what kind of
/// thing it is, does not.
fn key_is_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_lowercase();
    const ELSEWHERE: [&str; 13] = [
        "env",
        "file",
        "keyring",
        "endpoint",
        "uri",
        "url",
        "type",
        "audience",
        "alg",
        "algorithm",
        "id",
        "method",
        "lifetime",
    ];
    if ELSEWHERE.iter().any(|end| plain.ends_with(end)) {
        return false;
    }
    const SECRET: [&str; 11] = [
        "secret",
        "password",
        "passwd",
        "passphrase",
        "token",
        "assertion",
        "credential",
        "apikey",
        "privatekey",
        "authorization",
        "cookie",
    ];
    plain == "key" || plain == "pin" || SECRET.iter().any(|part| plain.contains(part))
}

/// Whether a text is what a shell takes for the name of a variable (POSIX.1-2024 §8.1, and lower
/// case).
fn is_variable_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn text_is_no_secret(place: &str, text: &str) -> Result<(), SecretInProfile> {
    let found = |what, advice| Err(SecretInProfile { place: place.to_owned(), what, advice });
    if text.contains("PRIVATE KEY-----") {
        return found(
            "holds a private key",
            "keep it in a file of its own and name that (key_file)",
        );
    }
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_jwk = squeezed.contains("\"kty\":");
    if is_jwk && (squeezed.contains("\"d\":") || squeezed.contains("\"k\":")) {
        return found(
            "holds a private key",
            "keep it in a file of its own and name that (key_file)",
        );
    }
    if squeezed.starts_with("eyJ") && squeezed.split('.').count() >= 3 {
        return found("looks like a token", "take it out, and give it by an environment variable");
    }
    if has_user_info(&squeezed) {
        return found("has a user name or password in an address", "take it out");
    }
    Ok(())
}

/// Whether a text is an address with something before an `@` in its authority (RFC 3986 §3.2.1).
fn has_user_info(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && authority.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(yaml: &str) -> Result<(), SecretInProfile> {
        refuse_secrets(&serde_yaml::from_str(yaml).unwrap())
    }

    #[test]
    fn what_looks_like_a_secret_is_found_wherever_it_is_and_not_shown() {
        for (yaml, place) in [
            ("a: {client_secret: MARKED}", "profiles.a.client_secret"),
            ("a: {clients: {p: {secret: MARKED}}}", "profiles.a.clients.p.secret"),
            ("a: {clients: {p: {Client-Secret: MARKED}}}", "profiles.a.clients.p.Client-Secret"),
            ("a: {clients: {p: {key: MARKED}}}", "profiles.a.clients.p.key"),
            ("a: {clients: {p: {password: 12345}}}", "profiles.a.clients.p.password"),
            ("a: {later: [{passphrase: MARKED}]}", "profiles.a.later[0].passphrase"),
            ("a: {clients: {p: {secret_env: 'MARKED pass'}}}", "profiles.a.clients.p.secret_env"),
            ("a: {clients: {p: {key_env: 'MARKED+x=='}}}", "profiles.a.clients.p.key_env"),
            ("a: {clients: {p: {secret_keyring: MARKED}}}", "profiles.a.clients.p.secret_keyring"),
            (
                "a: {clients: {p: {secret_keyring: [MARKED]}}}",
                "profiles.a.clients.p.secret_keyring",
            ),
            ("a: {clients: {p: {secret_keyring: 12345}}}", "profiles.a.clients.p.secret_keyring"),
            ("a: {parameters: {subject_token: MARKED}}", "profiles.a.parameters.subject_token"),
            ("a: {parameters: {x-api-key: MARKED}}", "profiles.a.parameters.x-api-key"),
            ("a: {proxy: 'http://u:MARKED@proxy.example'}", "profiles.a.proxy"),
            ("a: {parameters: {x: eyJMARKED.eyJx.y}}", "profiles.a.parameters.x"),
            (
                "a: {clients: {p: {key_file: '-----BEGIN EC PRIVATE KEY----- MARKED'}}}",
                "profiles.a.clients.p.key_file",
            ),
            ("a: {x: '{\"kty\": \"EC\", \"d\" : \"MARKED\"}'}", "profiles.a.x"),
        ] {
            let error = judged(yaml).unwrap_err();
            assert_eq!(error.place, place, "{yaml}");
            let text = format!("{error} {error:?}");
            assert!(!text.contains("MARKED") && !text.contains("12345"), "{text}");
        }
    }

    #[test]
    fn where_a_secret_comes_from_is_none() {
        let yaml = "secret: {token_endpoint: https://a.example/token, clients: {password: \
                    {secret_env: A, key_file: k.pem, key_env: B, key_id: c, method: none, \
                    assertion_audience: issuer, assertion_alg: PS256, certificate_key_file: x}}, \
                    audiences: {'urn:token': secret}, parameters: {acr_values: 'tenant:a@b'}, \
                    client_auth: client_secret_basic}";
        assert_eq!(judged(yaml), Ok(()));
        // Deeper than anything that is known, and no stack to run out of.
        let deep = format!("a: {}{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(judged(&deep), Ok(()));
    }

    #[test]
    fn a_profile_made_by_a_program_is_judged_alike() {
        let mut profile = Profile::default();
        profile.parameters.insert("tenant".to_owned(), "north".to_owned());
        assert_eq!(profile.refuse_secrets("a"), Ok(()));
        profile.parameters.insert("client_secret".to_owned(), "MARKED".to_owned());
        let error = profile.refuse_secrets("a").unwrap_err();
        assert_eq!(error.place, "profiles.a.parameters.client_secret");
    }
}
