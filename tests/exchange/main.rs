//! What protects exchanges: the client against every kind of server, the authority's protocol, and
//! that it decides what the configuration says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authority_assertions;
mod authority_bench;
mod authority_bound;
mod authority_decides;
mod authority_dpop;
mod authority_issuers;
mod authority_keys;
mod authority_lifecycle;
mod authority_login;
mod authority_mints;
mod authority_misbehaves;
mod authority_predicts;
mod authority_profile;
mod authority_refreshes;
mod authority_refuses;
mod authority_scenarios;
mod authority_status;
mod authority_tls;
mod calibrate;
mod client_assertions;
mod client_chain_follow_up;
mod client_dpop;
mod client_faults;
mod client_follow_up;
mod client_hostile;
mod client_inspect;
mod client_mtls;
mod client_scenarios;
mod client_secrets;
mod client_timings;
mod debug_texts;
mod how_it_shows;
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(target_os = "linux")]
mod keyring_session;
mod many;
mod misbehaviours_are_told_apart;
mod panics;
mod presets;
mod probe;
mod real_authgent;
mod real_clients;
mod real_idpyoidc;
mod real_servers;
mod servers_that_fail;
mod sweep;
mod tls;
mod transaction_tokens;
