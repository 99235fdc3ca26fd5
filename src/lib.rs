//! Exchange Studio: see, change and try out who may exchange a token into whose.
//!
//! An identity system keeps its OAuth 2.0 Token Exchange (RFC 8693) permissions in YAML, one
//! `!ClientAppDto` a document. The studio loads that text without ever rewriting it, derives the
//! graph of trust from it, edits permissions and federated identities in place, and runs test
//! exchanges against a server or against the authority built in.
//!
//! # The house
//!
//! A room imports only rooms on lower floors; the test `house` holds that.
//!
//! | floor | room | purpose |
//! |---|---|---|
//! | 5 | [`studio`] | the window: state, commands, panels, canvas, theme |
//! | 5 | [`cli`] | the same jobs without a window |
//! | 4 | [`authority`] | an authorization server and external issuers on loopback, driven by the loaded project |
//! | 4 | [`audit`] | rules and findings |
//! | 3 | [`exchange`] | RFC 8693: build, authenticate, send, check, explain |
//! | 3 | [`diagram`] | layout, scene and export of a trust graph |
//! | 2 | [`trust`] | the graph: readings, decisions, reach, what-if, comparison |
//! | 2 | [`samples`] | the sample configurations, built in |
//! | 1 | [`config`] | client apps, identities, references, changes, history, files |
//! | 0 | [`yaml`] | text ⇄ tree with spans, edits as splices; knows nothing of clients |
//!
//! Data travels one way: text → tree → project → graph → decisions, findings, diagram → pixels.
//! A change travels back as a [`config::Change`], becomes a splice, and the same way runs again
//! for what was touched.

pub mod yaml;

pub mod config;

pub mod samples;
pub mod trust;

pub mod diagram;
pub mod exchange;

pub mod audit;
pub mod authority;

pub mod cli;
pub mod studio;
