//! What is said once the authority runs.

use serde::Serialize;

use crate::authority::{Misbehaviour, Running, TestUser};
use crate::cli::{Failure, Globals, Terminal};

/// The shape of `--format json`, version 1: one object on one line.
#[derive(Serialize)]
pub struct Started {
    version: u32,
    issuer: String,
    token_endpoint: String,
    authorization_endpoint: String,
    discovery: String,
    external_issuer: String,
    mint_endpoint: String,
    reading: &'static str,
    clients: usize,
    /// Subjects that can log in.
    users: Vec<String>,
    /// What it does wrongly, as it was told.
    misbehave: Vec<&'static str>,
}

impl Started {
    pub fn of(running: &Running, globals: &Globals, clients: usize) -> Self {
        Self {
            version: 1,
            issuer: running.issuer().to_owned(),
            token_endpoint: running.token_endpoint(),
            authorization_endpoint: running.authorization_endpoint(),
            discovery: format!("{}/.well-known/openid-configuration", running.issuer()),
            external_issuer: running.external_issuer().to_owned(),
            mint_endpoint: running.mint_endpoint(),
            reading: globals.reading.name(),
            clients,
            users: running.users().iter().map(|TestUser { subject, .. }| subject.clone()).collect(),
            misbehave: running.misbehaviour().into_iter().map(Misbehaviour::name).collect(),
        }
    }
}

/// The same for people.
///
/// # Errors
///
/// When it cannot be written.
pub fn human(started: &Started, variable: &str, terminal: &mut Terminal) -> Result<(), Failure> {
    let colour = terminal.out_colour();
    let issuer_port = started.external_issuer.rsplit(':').next().unwrap_or_default().to_owned();
    let out = terminal.out();
    let plural = if started.clients == 1 { "" } else { "s" };
    writeln!(out, "{}", colour.bold("The authority is running on this machine only."))?;
    for (term, text) in [
        ("issuer", started.issuer.as_str()),
        ("token endpoint", &started.token_endpoint),
        ("login page", &started.authorization_endpoint),
        ("discovery", &started.discovery),
        ("external issuers", &started.external_issuer),
        ("client secret", &format!("the value of {variable}")),
        ("test users", &started.users.join(", ")),
        ("configuration", &format!("{} client app{plural}", started.clients)),
        ("reading", started.reading),
    ] {
        writeln!(out, "  {term:<17} {text}")?;
    }
    if !started.misbehave.is_empty() {
        writeln!(out, "  {:<17} {}", "misbehaves", started.misbehave.join(", "))?;
    }
    writeln!(
        out,
        "\nIn another terminal:\n  \
         exchange-studio mint --issuer-port {issuer_port} --issuer URL --subject TEXT\n  \
         exchange-studio exchange --server {} --client-id ID --subject-token-env VAR\n\n\
         {}",
        started.issuer,
        colour.dim("Ctrl-C stops it.")
    )?;
    Ok(())
}
