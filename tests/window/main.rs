//! What protects the window: the jobs people do in it, driven by accessible names.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ask;
mod campaign;
mod canvas;
mod certificates;
mod chain;
mod changes;
mod clients;
mod disk;
mod documents;
mod exchange;
mod export;
mod graph;
mod harness;
mod history;
mod jobs;
mod keyring;
#[cfg(target_os = "linux")]
#[expect(dead_code, reason = "the window needs less of it")]
#[path = "../exchange/keyring_session.rs"]
mod keyring_session;
mod looking;
mod marked;
mod matrix;
mod opening;
mod presets;
mod project_file;
mod redeem;
mod safety;
mod second_leg;
mod server;
mod source;
mod structure;
mod tls_server;
mod what_if;
