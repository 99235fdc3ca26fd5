//! Discovery (RFC 8414, OpenID Connect Discovery) and the public keys.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Misbehaviour, Shared, device};
use crate::exchange::jwt_bearer;
use crate::exchange::keys::VERIFIED;
use crate::exchange::mac::MacAlgorithm;
use crate::exchange::preset::id_jag;
use crate::exchange::token_type::{GRANT_TYPE, ID_JAG, JWT};

pub(super) const TOKEN: &str = "/connect/token";
pub(super) const AUTHORIZE: &str = "/connect/authorize";
pub(super) const INTROSPECT: &str = "/connect/introspect";
pub(super) const REVOKE: &str = "/connect/revoke";
pub(super) const DEVICE_AUTHORIZATION: &str = "/connect/device_authorization";
pub(super) const DEVICE: &str = "/connect/device";
pub(super) const KEYS: &str = "/.well-known/jwks";

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(super::pages::home))
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route(KEYS, get(keys))
}

async fn metadata(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let url = |path: &str| format!("{}{path}", shared.issuer);
    // A method that no client of this run can use is not one that the server has.
    let keys = !shared.client_keys().is_empty();
    let mut methods = vec!["client_secret_basic", "client_secret_post", "client_secret_jwt"];
    let mut algorithms: Vec<&str> = MacAlgorithm::ALL.map(MacAlgorithm::name).to_vec();
    if keys {
        methods.push("private_key_jwt");
        algorithms.extend(VERIFIED);
    }
    for (_, known) in &shared.client_certificates {
        if !methods.contains(&known.method()) {
            methods.push(known.method());
        }
    }
    let domains = shared.domains();
    let mut grants =
        vec!["authorization_code", "refresh_token", "client_credentials", device::GRANT];
    if !shared.misbehaves(Misbehaviour::DiscoveryWithoutGrant) {
        grants.push(GRANT_TYPE);
    }
    if !domains.trusted.is_empty() {
        grants.push(jwt_bearer::GRANT_TYPE);
    }
    let issuer = if shared.misbehaves(Misbehaviour::DiscoveryWrongIssuer) {
        format!("{}/", shared.issuer)
    } else {
        shared.issuer.clone()
    };
    let introspection_methods = methods.clone();
    methods.push("none");
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": url(AUTHORIZE),
        "token_endpoint": url(TOKEN),
        "device_authorization_endpoint": url(DEVICE_AUTHORIZATION),
        "introspection_endpoint": url(INTROSPECT),
        "revocation_endpoint": url(REVOKE),
        "jwks_uri": url(KEYS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": introspection_methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "dpop_signing_alg_values_supported": VERIFIED,
        "scopes_supported": ["openid", "profile", "offline_access"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["login", "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [shared.keys.algorithm().name()],
        "claims_supported":
            ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "auth_time", "act",
             "cnf"],
    });
    // What this run cannot do is not said.
    if shared.binds_to_certificates {
        document["tls_client_certificate_bound_access_tokens"] = true.into();
    }
    if !domains.issued_for.is_empty() {
        document["identity_chaining_requested_token_types_supported"] = json!([ID_JAG, JWT]);
    }
    if !domains.trusted.is_empty() {
        document["authorization_grant_profiles_supported"] = json!([id_jag::GRANT_PROFILE]);
    }
    Json(document)
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.key_set().to_json())
}
