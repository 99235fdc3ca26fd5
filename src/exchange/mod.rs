//! RFC 8693 token exchange from the client's side: build, authenticate, send, check, explain.
//!
//! One test exchange is a [`Simulation`]: a [`Server`], the [`Client`] that asks, and an
//! [`ExchangeRequest`]. [`simulate`] finds the token endpoint (RFC 8414, or given as it is), sends
//! the request, reads the answer without trust, verifies what was issued against the server's own
//! keys, and gives back a [`Report`]: everything a person needs to judge the answer, in a shape that
//! is safe to print. The caller puts its prediction beside it as data, so that a single exchange is
//! never judged by what *should* work; the report says what happened, and whether the server kept to
//! the standard while it happened.
//!
//! A run of many is another matter. It shares a [`Session`] with the server, is given a [`Supply`] of
//! tokens and credentials, goes at a [`pace`], and can be stopped by a [`Cancel`]. There what the
//! configuration says ([`decide`](crate::trust::decide), and nothing else) is compared with what the
//! server does:
//!
//! | run | asks |
//! |---|---|
//! | [`sweep`] | everything that is permitted, and a sample of what is not |
//! | [`calibrate`] | the two exchanges that tell the readings apart |
//! | [`probe`] | what a careful server must refuse |
//! | [`case`] | what somebody saved, with expectations |
//!
//! Two lines run through all of it. **Nothing that authenticates is ever printable**: tokens and
//! client secrets are [`secrecy`] types, and every text that leaves this room has gone through one
//! [`Redactor`] that knows the secrets of this exchange, so that even a server that echoes a token
//! in its error description cannot put it on a screen. **A dialect is not a breach**: servers differ
//! in known ways, and a [`Check`] says which of the two it has seen.
//!
//! Nothing here reads a clock or the environment on its own: the time is an argument, and whoever wants
//! the environment of this process passes [`Process`]. Everything
//! async needs a tokio runtime and does not care whose it is.

mod address;
pub mod agree;
pub mod ask;
pub mod assertion;
pub mod calibrate;
pub mod cancel;
pub mod case;
pub mod certificate;
pub mod chain;
pub mod checks;
pub mod client_auth;
pub mod client_credentials;
pub mod compare;
mod der;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod explain;
pub mod follow_up;
pub mod http;
pub mod inspect;
pub mod json;
pub mod junit;
pub mod jwt_bearer;
pub mod key_file;
pub mod keyring;
pub mod keys;
pub mod login;
pub mod mac;
pub mod near;
pub mod pace;
pub mod paste;
mod phases;
mod post;
pub mod preset;
pub mod probe;
pub mod profile;
pub mod public_pem;
pub mod redact;
pub mod refresh;
pub mod report;
pub mod request;
pub mod run;
pub mod secret_file;
pub mod session;
pub mod share;
pub mod supply;
pub mod sweep;
pub mod time;
pub mod token;
pub mod token_type;
mod transport;
pub mod verify;

pub use assertion::{AssertionAudience, Occasion};
pub use cancel::Cancel;
pub use certificate::{CertificateError, ClientCertificate};
pub use chain::chain;
pub use checks::{Check, Level};
pub use client_auth::{Client, ClientAuth, ClientAuthMethod, Credentials};
pub use compare::{Comparison, Difference};
pub use discovery::{DiscoveryError, Endpoints, Metadata, Server, discover};
pub use follow_up::{FollowUp, Hop, follow_up, follow_up_chain};
pub use http::{Http, HttpOptions, TransportError, TransportKind};
pub use inspect::{Inspection, inspect};
pub use jwt_bearer::{Redeemed, Redemption, redeem};
pub use keyring::{Keyring, KeyringError, KeyringErrorKind, SystemKeyring};
pub use phases::Phases;
pub use preset::Preset;
pub use profile::{ClockOffset, NamedProfile, Process, ProfileError, ProfileErrorKind, Secrets};
pub use redact::Redactor;
pub use report::{Outcome, Report};
pub use request::ExchangeRequest;
pub use run::{Exchange, SimulateError, Simulation, exchange, simulate, simulate_in};
pub use session::Session;
pub use supply::{Supplies, Supply};
pub use token::Token;
pub use verify::Verification;
