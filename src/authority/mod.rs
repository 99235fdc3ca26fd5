//! An authorization server and external issuers on loopback, driven by the loaded project.
//!
//! The authority answers as a server that holds the project's configuration would: it is where a
//! permission can be tried before it is deployed, with no network and no account anywhere. Three
//! things make its answers worth something.
//!
//! **It has no opinion of its own.** Whether an exchange is allowed is asked of
//! [`decide`](crate::trust::decide), and of nothing else: what the window predicts, what the audit
//! says and what this server does cannot drift apart. Only what the decision does not speak of is
//! judged here: the form of a request, the credential of a client, the signature and the times of a
//! token, the scope, which may only shrink. A refusal says the step that failed, in words.
//!
//! **It speaks the protocol.** Real HTTP, real signatures, discovery (RFC 8414), keys (RFC 7517),
//! code with PKCE (RFC 7636), device codes (RFC 8628), refresh tokens, exchange (RFC 8693), access tokens (RFC 9068), introspection
//! (RFC 7662), revocation (RFC 7009) and their errors, so that a client tried against it needs no special case. Clients
//! authenticate with their secret, as it is or by an assertion that it signs, or with a key of their
//! own (RFC 7523); a token is bound to a key when the request proves one (DPoP, RFC 9449), or to the
//! certificate that the client showed (RFC 8705). It refuses actor tokens, because nothing in the configuration could allow one.
//!
//! **It cannot be mistaken for a real one.** It binds 127.0.0.1 alone and answers to no other name;
//! keys and secrets are made at start and live in memory; users are chosen by a click. Nothing in a
//! file makes it connect anywhere: an external issuer's keys are always fetched from the loopback
//! port that plays that issuer.
//!
//! A server that faces strangers should answer every refusal in the same words; this one explains
//! itself, because the person in front of it owns both ends. It can be told to use the same words
//! ([`Options::same_words`]), and to do wrongly what real servers do wrongly, so that whatever judges
//! servers can be tried against one that deserves it ([`Misbehaviour`]).
//!
//! # What its tokens say
//!
//! `cnf` names the key or the certificate that a token is bound to, and not everybody else can exchange
//! it then.
//!
//! `client_id` is the client that asked (RFC 8693 §4.3). `aud` names the client app that the token
//! is for: the text that was asked for, or the client's id. `auth_time` stands in every token that
//! goes back to a user's login, through any number of exchanges, and in no other (RFC 9068 §2.2.1).
//! `act` names the requester when the token that went in was not its own, with earlier actors inside
//! (RFC 8693 §4.1); a client that exchanges a token issued to itself acts for nobody new.

mod assertion;
mod call;
mod clients;
mod device;
mod dpop;
mod exchange;
mod forge;
mod grants;
mod http;
mod issuers;
mod key_ring;
mod login;
mod metadata;
mod misbehave;
mod options;
mod pages;
mod predict;
mod proved;
mod refresh;
mod remote_mint;
mod replay;
mod running;
mod shapes;
mod shared;
mod start;
mod status;
mod subject;
mod tls;
mod token;
mod transaction;
mod users;

pub use forge::Wrong;
pub use grants::is_loopback as can_be_trusted;
pub use issuers::{DEFAULT_LIFETIME, MintError, MintRequest};
pub use misbehave::Misbehaviour;
pub use options::{Clock, Options, StartError};
pub use predict::{Planned, Prediction, predict};
pub use remote_mint::{RemoteMintError, mint_endpoint, mint_over_http, minting};
pub use running::Running;
pub use shapes::{SHAPES, Shape};
pub use start::start;
pub use tls::KnownCertificate;
pub use users::{TestUser, UsersError};

use shared::{Current, Shared, now};

/// How long an issued access token lives, in seconds, unless the token that went in ends earlier.
pub const TOKEN_LIFETIME: i64 = 3_600;
