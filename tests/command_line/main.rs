//! What scripts, pipelines and people at a terminal rely on: the commands, run as a process, with
//! their streams and exit statuses.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod chain;
mod check;
mod decide;
mod diff;
mod edit;
mod edit_script;
mod graph;
mod help;
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(target_os = "linux")]
#[expect(dead_code, reason = "the commands need less of it")]
#[path = "../exchange/keyring_session.rs"]
mod keyring_session;
mod list;
mod matrix;
mod presets;
mod profiles;
mod reach;
mod secrets;
mod secrets_of_serve;
mod serve_exchange;
mod serve_options;
mod structure;
mod support;
mod sweep;
mod token;
