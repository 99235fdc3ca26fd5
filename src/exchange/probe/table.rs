//! All probes, in one place.

use super::ground::Ground;
use super::shots::{self, Shot};

/// A probe: what must be refused, and why.
pub struct Probe {
    /// Stable, as in `P-01`.
    pub id: &'static str,
    pub title: &'static str,
    /// Why it must be refused, in a few words.
    pub because: &'static str,
    /// Where that is written down.
    pub clause: &'static str,
    /// Where it went wrong before; empty when no advisory is known.
    pub precedent: &'static str,
    /// The requests, or why there are none.
    pub shots: fn(&Ground<'_>) -> Result<Vec<Shot>, String>,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe").field("id", &self.id).finish_non_exhaustive()
    }
}

macro_rules! probes {
    ($($id:literal $make:ident, $title:literal, $because:literal, $clause:literal, $precedent:literal;)*) => {
        &[$(Probe {
            id: $id,
            title: $title,
            because: $because,
            clause: $clause,
            precedent: $precedent,
            shots: shots::$make,
        }),*]
    };
}

/// The probes, in the order they are sent.
pub const PROBES: &[Probe] = probes! {
    "P-01" no_edge, "No permission", "nothing permits it",
        "RFC 8693 §2.2.2", "keycloak GHSA-75p6-52g3-rqc8";
    "P-02" reverse, "The permission the other way round", "a permission has a direction",
        "RFC 8693 §2.2.2", "";
    "P-03" two_hops, "Two hops at once", "a permission does not go on by itself",
        "RFC 8693 §2.2.2", "";
    "P-04" arbitrary_audience, "An audience that nobody registered", "a token would be minted for anybody",
        "RFC 8693 §2.2.2", "thunder-id/thunderid#2861";
    "P-05" widened_resource, "A resource beside the permitted audience", "the resource was not part of what is permitted",
        "RFC 8707 §2", "better-auth GHSA-p2fr-6hmx-4528";
    "P-06" wider_scope, "A scope that the subject token does not have", "an exchange must not add rights",
        "RFC 6749 §3.3, §6", "ZITADEL GHSA-vrh8-c9cm-wh8v";
    "P-07" dropped_subject, "The subject token left out, empty, or twice", "the client's own rights must not step in",
        "RFC 8693 §2.1, RFC 6749 §3.2", "keycloak CVE-2026-9704";
    "P-08" dropped_actor, "A token that names who may act, without an actor", "the actor must be checked",
        "RFC 8693 §4.4", "keycloak#52691";
    "P-09" other_issuer, "A trusted issuer that is not trusted for this client app", "an identity is a pair of issuer and subject",
        "OpenID Connect Core §5.7", "dex GHSA-7qjx-gp9h-65qj";
    "P-10" no_broker, "An external token from a client that may not bring it", "the permission of the broker is missing",
        "RFC 8693 §2.2.2", "keycloak#49993";
    "P-11" privilege, "More scopes than the subject token has", "rights must come from the token that goes in",
        "RFC 9700 §2.3", "opencrvs GHSA-8qc8-4w2g-h9c9";
    "P-12" wrong_audience, "An external token for another service", "whoever gets such a token could use it here",
        "RFC 7519 §4.1.3", "";
    "P-13" near_subject, "A subject that is nearly the right one", "a subject is compared character by character",
        "RFC 7519 §2, §4.1.2", "Azure/login#515";
    "P-14" near_issuer, "An issuer that is nearly the right one", "an issuer is compared character by character",
        "RFC 7519 §2, §4.1.1", "indigo-iam/iam#714";
    "P-15" signature, "A token that the server did not sign", "a signature is what a token rests on",
        "RFC 8725 §3.1, §3.10", "";
    "P-16" times, "An external token outside its time", "a token has a beginning and an end, and not one in ten years",
        "RFC 7519 §4.1.4, §4.1.5", "";
    "P-17" replay, "The same external token twice", "some servers take it once; it is worth knowing",
        "RFC 7519 §4.1.7", "";
    "P-18" disabled, "A client app that is disabled", "it is to be out of use",
        "RFC 6749 §5.2", "";
    "P-19" no_secret, "A client without its secret", "only a client that authenticates can be held to its list",
        "RFC 6749 §3.2.1", "";
    "P-20" confusion, "An ID token as an access token, and the reverse", "one kind of token must not do for another",
        "RFC 8725 §3.11, §3.12", "";
};
