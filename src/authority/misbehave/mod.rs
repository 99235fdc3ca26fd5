//! What a server does wrongly, done on purpose.
//!
//! A check that never fires may be a check that cannot. Each [`Misbehaviour`] is one thing that a
//! real server has been seen to do, or that a standard forbids; the authority does it when it is told
//! to, and whatever looks at servers can be tried against it: the checks of an exchange, the probes,
//! a client's patience.
//!
//! The rules stand where they always stand. A misbehaviour is a question at that one place
//! (`shared.misbehaves(…)`), and whatever is more than a question is in this module: what an answer
//! looks like on its way out in [`answers`], what a token says in [`tokens`], signatures that should not be
//! believed in [`signatures`], identities that are almost the configured ones in [`identities`]. A server that is
//! told nothing never comes here.
//!
//! Nothing here opens the machine to anybody: the authority still answers on loopback alone, fetches
//! nothing from elsewhere, and its tokens are worth nothing to any other server.

pub(super) mod answers;
mod broken;
pub(super) mod identities;
pub(super) mod signatures;
pub(super) mod tokens;

use axum::http::StatusCode;
use axum::response::Response;

use super::Shared;
use super::http::{Form, OAuthError, no_store};
use super::proved::Proved;
use super::token::{AccessToken, need_client_id, requested_scope, success};
use crate::config::ClientApp;
use crate::exchange::token_type::ACCESS_TOKEN;
use crate::trust::Subject;

/// Names, what they do, and the ids of the checks and probes that should notice.
macro_rules! misbehaviours {
    ($($variant:ident $name:literal [$($id:literal),*] $what:literal)*) => {
        /// One thing that a server does wrongly, or in a dialect of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Misbehaviour {
            $(#[doc = $what] $variant,)*
        }

        impl Misbehaviour {
            /// All of them, in the order in which they are listed to people: what is granted, to
            /// whom, what the token says, what the answer looks like, what comes of the connection,
            /// and what the other endpoints say.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name on the command line, as in `skip-permission-check`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What the server does, as one sentence.
            pub fn what(self) -> &'static str {
                match self { $(Self::$variant => $what),* }
            }

            /// The ids of the checks (RES, ERR, TOK, MTLS, DIS, INT, REV, TXN) and probes (P) that notice. None
            /// where the answer is merely poor.
            pub fn noticed_by(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($id),*]),* }
            }
        }
    };
}

misbehaviours! {
    // What is granted, and to whom.
    SkipPermissionCheck "skip-permission-check" ["P-01", "P-02", "P-03"]
        "Exchanges the tokens of users without a permission in the configuration."
    SkipBrokerCheck "skip-broker-check" ["P-10"]
        "Exchanges external tokens for a client that has no permission to bring them."
    AnyAudience "any-audience" ["P-04", "P-05"]
        "Issues tokens for audiences and resources that nobody has registered."
    GrowScope "grow-scope" ["P-06", "TOK-05"]
        "Grants every scope that is asked for, also those that the subject token lacks."
    FixedScope "fixed-scope" ["P-06", "P-11", "TOK-05"]
        "Gives every exchanged token the scope 'admin'."
    DropSubject "drop-subject" ["P-07"]
        "Falls back to the client's own rights when subject_token is missing, empty or repeated."
    DropActor "drop-actor" ["P-08"]
        "Ignores that a subject token says who may act for its subject (may_act)."
    AnyIssuer "any-issuer" ["P-09", "P-14"]
        "Looks at the subject of an external token alone, and not at its issuer."
    AnyTokenAudience "any-token-audience" ["P-12"]
        "Takes external tokens that were issued for another service (aud)."
    NearMissSubject "near-miss-subject" ["P-13"]
        "Compares external subjects without case, surrounding spaces and percent encoding."
    NearMissIssuer "near-miss-issuer" ["P-14"]
        "Compares issuers without case, scheme, default port and trailing slash."
    AlgNone "alg-none" ["P-15"]
        "Believes tokens that say that they are not signed (alg: none)."
    Hs256PublicKey "hs256-public-key" ["P-15"]
        "Believes tokens signed by HS256 with the public key as the secret."
    SkipSignatureCheck "skip-signature-check" ["P-15"]
        "Believes tokens whatever their signature is and whoever made it."
    IgnoreExpiry "ignore-expiry" ["P-16"]
        "Exchanges tokens that have expired."
    IgnoreNotBefore "ignore-not-before" ["P-16"]
        "Exchanges tokens that are not valid yet (nbf)."
    AnyLifetime "any-lifetime" ["P-16"]
        "Exchanges external tokens that are valid for years."
    DisabledClients "disabled-clients" ["P-18"]
        "Exchanges tokens for clients that are disabled, as requester and as target."
    NoClientSecret "no-client-secret" ["P-19"]
        "Takes a confidential client without its secret, or with a wrong one."
    PublicClients "public-clients" ["P-19"]
        "Lets public clients exchange, which prove nothing of themselves."
    MissingTokenType "missing-token-type" []
        "Takes an exchange without subject_token_type."
    AnyTokenType "any-token-type" ["P-20"]
        "Takes an ID token where an access token is declared, and the reverse."

    // What the issued token says.
    IgnoreAudience "ignore-audience" ["TOK-04"]
        "Issues tokens for another audience than was asked for."
    NoAudience "no-audience" ["TOK-03", "TOK-04"]
        "Issues tokens without an audience (aud)."
    DropAct "drop-act" ["TOK-09", "TOK-10"]
        "Leaves out who acts (act), and who acted before."
    LongExpiry "long-expiry" ["TOK-06"]
        "Issues tokens that outlive the subject token."
    UnpublishedKey "unpublished-key" ["TOK-01"]
        "Signs with a key that its key set does not have."
    WrongIssuer "wrong-issuer" ["TOK-02"]
        "Names another issuer in its tokens (iss) than in its metadata."
    PlainTyp "plain-typ" ["TOK-03"]
        "Calls its access tokens JWT instead of at+jwt in their header (typ)."
    WrongClient "wrong-client" ["TOK-11"]
        "Names another client than the requester in client_id."
    PersonalData "personal-data" ["TOK-14"]
        "Puts name and e-mail address of the subject into exchanged tokens."
    IgnoreDpop "ignore-dpop" ["RES-08", "TOK-13"]
        "Ignores proofs of possession and issues tokens that are bound to nothing."
    IgnoreCertificate "ignore-certificate" ["MTLS-02"]
        "Issues tokens that are not bound to the certificate that was shown, whatever its metadata says."
    CarrySubjectToken "carry-subject-token" ["TXN-17"]
        "Puts the subject token into transaction tokens."
    NewTransaction "new-transaction" ["TXN-16"]
        "Gives a transaction token that replaces another a transaction of its own (txn)."
    OpaqueToken "opaque-token" ["TOK-15"]
        "Issues 64 hexadecimal characters instead of a JWT."
    EncryptedToken "encrypted-token" ["TOK-15"]
        "Issues what has the form of an encrypted JWT (JWE)."
    UnchangedToken "unchanged-token" ["RES-10"]
        "Gives the subject token back as it was."

    // What the answer looks like.
    Cacheable "cacheable" ["RES-01"]
        "Leaves out Cache-Control: no-store."
    NoIssuedTokenType "no-issued-token-type" ["RES-03"]
        "Leaves out issued_token_type."
    ShortTokenType "short-token-type" ["RES-03"]
        "Says access_token in issued_token_type, which is no URI."
    NotApplicable "not-applicable" ["RES-04"]
        "Says N_A in token_type of an access token."
    OddTokenType "odd-token-type" ["RES-04"]
        "Says access_token in token_type, which is no way of using a token."
    ExpMismatch "exp-mismatch" ["RES-05"]
        "Says ten times as much in expires_in as the token itself does."
    TextExpiry "text-expiry" ["RES-05"]
        "Writes expires_in as text."
    HideScope "hide-scope" ["RES-06", "TOK-05"]
        "Grants the whole scope of the subject token whatever is asked for, and does not say so."
    RefreshToken "refresh-token" ["RES-07"]
        "Sends a refresh token beside the exchanged token."
    NullRefreshToken "null-refresh-token" ["RES-07"]
        "Sends refresh_token: null."
    Redirect "redirect" ["RES-09"]
        "Redirects exchanges to another address."
    MoreMembers "more-members" ["RES-11"]
        "Sends id_token and session_state beside the issued token."
    RepeatedMember "repeated-member" ["RES-01", "RES-12"]
        "Writes access_token twice into one answer."
    Forbidden "forbidden" ["ERR-01", "ERR-02"]
        "Refuses with 403 and access_denied."
    Bare400 "bare-400" []
        "Refuses everything with 400 and invalid_request, without a description."
    ScopeEscalation "scope-escalation" ["ERR-01", "ERR-02"]
        "Refuses a scope with 403 and scope_escalation."
    ClientError400 "client-error-400" ["ERR-01"]
        "Refuses clients with 400, where they used HTTP Basic too."
    InvalidGrant "invalid-grant" ["ERR-02"]
        "Refuses subject tokens with invalid_grant."
    TextErrors "text-errors" ["ERR-02"]
        "Refuses in plain text instead of JSON."
    Status422 "status-422" ["ERR-01", "ERR-02"]
        "Refuses with 422 and a text that is not JSON."
    Status500 "status-500" ["ERR-01"]
        "Refuses with 500."
    BadCharacters "bad-characters" ["ERR-03"]
        "Writes quotation marks and accents into error_description."
    EchoToken "echo-token" ["ERR-04"]
        "Repeats the subject token in error_description."
    TellApart "tell-apart" ["ERR-05"]
        "Tells an unknown subject from one that lacks a permission, even with --same-words."
    Html "html" ["RES-01", "ERR-02"]
        "Answers exchanges with a web page."

    // What comes of the connection.
    Slow "slow" []
        "Answers exchanges after a minute."
    DropConnection "drop-connection" []
        "Breaks the connection off in the middle of an answer."
    TooMany "too-many" ["ERR-01"]
        "Answers 429 with Retry-After from the fourth exchange on."

    // What the other endpoints say.
    DiscoveryWithoutGrant "discovery-without-grant" ["DIS-04"]
        "Does not list token exchange in its metadata."
    DiscoveryWrongIssuer "discovery-wrong-issuer" ["DIS-02"]
        "Writes a slash at the end of its issuer into its metadata."
    IntrospectionInactive "introspection-inactive" ["INT-01"]
        "Calls every token inactive."
    IntrospectionSilent "introspection-silent" ["INT-01"]
        "Leaves out whether a token is active."
    IntrospectionDiffers "introspection-differs" ["INT-02"]
        "Says another audience of a token than the token itself."
    Revocation404 "revocation-404" ["REV-02"]
        "Lists a revocation endpoint that is not there."
    RevocationIdle "revocation-idle" ["REV-02"]
        "Says yes to every revocation and revokes nothing."
}

impl Misbehaviour {
    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }
}

/// The steps of a decision that a misbehaving server does not ask for.
pub(super) fn passes_over(shared: &Shared, step: &str, subject: &Subject) -> bool {
    let rule = match (step, subject) {
        ("permission" | "subject-token", Subject::UserOf(_)) => Misbehaviour::SkipPermissionCheck,
        ("permission", Subject::External { .. }) => Misbehaviour::SkipBrokerCheck,
        ("requester-enabled" | "subject-client-enabled" | "target-enabled", _) => {
            Misbehaviour::DisabledClients
        }
        ("requester-credential", _) => Misbehaviour::PublicClients,
        _ => return false,
    };
    shared.misbehaves(rule)
}

/// The answer to an exchange without a subject: a token of the client's own, for whatever it asked.
pub(super) fn own_rights(
    shared: &Shared,
    client: &ClientApp,
    form: &Form,
) -> Result<Response, OAuthError> {
    let id = need_client_id(client)?;
    let scope = requested_scope(form)?;
    let asked: Vec<String> =
        form.all("audience").chain(form.all("resource")).map(str::to_owned).collect();
    let audience = if asked.is_empty() { vec![id.to_owned()] } else { asked };
    let (token, lifetime) = AccessToken {
        subject: id,
        client_id: id,
        audience,
        scope,
        auth_time: None,
        actor: None,
        not_after: None,
        proved: Proved::NOTHING,
    }
    .sign(shared)?;
    let mut body = success(&token, lifetime, scope, Proved::NOTHING);
    body["issued_token_type"] = ACCESS_TOKEN.into();
    Ok(no_store(StatusCode::OK, body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_distinct_kebab_case_and_found_again() {
        let names: BTreeSet<&str> = Misbehaviour::ALL.iter().map(|one| one.name()).collect();
        assert_eq!(names.len(), Misbehaviour::ALL.len());
        for one in Misbehaviour::ALL {
            assert_eq!(Misbehaviour::from_name(one.name()), Some(*one));
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(one.name().chars().all(kebab), "{}", one.name());
            assert!(one.what().ends_with('.') && one.what().is_ascii(), "{}", one.name());
        }
        assert_eq!(Misbehaviour::from_name("polite"), None);
    }
}
