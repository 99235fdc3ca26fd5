//! Token type identifiers (RFC 8693 §3) and what an answer that issues one should look like.
//!
//! An identifier is any absolute URI; the table only knows the ones that standards and current
//! drafts name. A type that is not in it is somebody's own, never an error.

/// The value of `grant_type` of a token exchange (RFC 8693 §2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// What the identifiers of the table begin with.
pub const PREFIX: &str = "urn:ietf:params:oauth:token-type:";

pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
pub const SAML1: &str = "urn:ietf:params:oauth:token-type:saml1";
pub const SAML2: &str = "urn:ietf:params:oauth:token-type:saml2";
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
pub const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";
pub const TXN_TOKEN: &str = "urn:ietf:params:oauth:token-type:txn_token";
/// A JWT that a workload made itself, as the subject of a transaction token.
pub const SELF_SIGNED: &str = "urn:ietf:params:oauth:token-type:self_signed";
/// A JSON object, likewise.
pub const UNSIGNED_JSON: &str = "urn:ietf:params:oauth:token-type:unsigned_json";

/// A token type that standards or drafts name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenType {
    pub uri: &'static str,
    /// For people, as in "access token".
    pub label: &'static str,
    /// What it says about the token, in one sentence.
    pub meaning: &'static str,
    /// Whether a token of this type is an access token for sure (`Some(true)`), for sure not one
    /// (`Some(false)`, then `token_type` is `N_A`, RFC 8693 §2.2.1), or may be used as one (`None`).
    pub is_access_token: Option<bool>,
}

/// The types that can be chosen by name.
pub const KNOWN: [TokenType; 8] = [
    TokenType {
        uri: ACCESS_TOKEN,
        label: "access token",
        meaning: "An OAuth 2.0 access token; its inside is the server's own business.",
        is_access_token: Some(true),
    },
    TokenType {
        uri: JWT,
        label: "JWT",
        meaning: "A JSON Web Token; whether it is usable as an access token is left open.",
        is_access_token: None,
    },
    TokenType {
        uri: ID_TOKEN,
        label: "ID token",
        meaning: "An OpenID Connect ID token: it says who signed in, and to whom.",
        is_access_token: Some(false),
    },
    TokenType {
        uri: REFRESH_TOKEN,
        label: "refresh token",
        meaning: "An OAuth 2.0 refresh token.",
        is_access_token: Some(false),
    },
    TokenType {
        uri: SAML2,
        label: "SAML 2.0 assertion",
        meaning: "A SAML 2.0 assertion, base64url encoded.",
        is_access_token: Some(false),
    },
    TokenType {
        uri: SAML1,
        label: "SAML 1.1 assertion",
        meaning: "A SAML 1.1 assertion, base64url encoded.",
        is_access_token: Some(false),
    },
    TokenType {
        uri: ID_JAG,
        label: "identity assertion grant (ID-JAG)",
        meaning: "A grant to be redeemed at another authorization server (draft).",
        is_access_token: Some(false),
    },
    TokenType {
        uri: TXN_TOKEN,
        label: "transaction token",
        meaning: "A token for the calls of one transaction inside a trust domain (draft).",
        is_access_token: Some(false),
    },
];

/// The table's entry for an identifier. URNs of this kind are compared as they are written.
pub fn known(uri: &str) -> Option<&'static TokenType> {
    KNOWN.iter().find(|known| known.uri == uri)
}

/// The identifier a person means by what they type: a short name of the table (`access_token`,
/// `id-jag`) becomes its URI, anything else stays as it is.
pub fn expand(text: &str) -> String {
    let text = text.trim();
    if text.contains(':') {
        return text.to_owned();
    }
    KNOWN
        .iter()
        .find(|known| known.uri.strip_prefix(PREFIX) == Some(text))
        .map_or_else(|| text.to_owned(), |known| known.uri.to_owned())
}

/// What to call a type in a sentence: the label of the table, or the identifier itself.
pub fn label(uri: &str) -> &str {
    known(uri).map_or(uri, |known| known.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_become_uris_and_others_stay() {
        assert_eq!(expand("access_token"), ACCESS_TOKEN);
        assert_eq!(expand(" id-jag "), ID_JAG);
        assert_eq!(expand("urn:zitadel:params:user_id"), "urn:zitadel:params:user_id");
        assert_eq!(expand("Access_Token"), "Access_Token");
    }

    #[test]
    fn every_known_type_has_the_common_prefix() {
        assert!(KNOWN.iter().all(|known| known.uri.starts_with(PREFIX)));
    }
}
