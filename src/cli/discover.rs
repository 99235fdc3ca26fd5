//! `discover`: what a server says of itself, before anything is exchanged with it.

use std::sync::Arc;

use super::connection::{Connection, Reached};
use super::project::Format;
use super::terminal::Colour;
use super::{Exit, Failure, Globals, Terminal, client};
use crate::exchange::verify::PublishedKey;
use crate::exchange::{Check, ClientCertificate, Inspection, Level, Server, http, inspect};

/// Show what a server says of itself, and check it
///
/// Asks both well-known places for the server's metadata (RFC 8414, OpenID Connect Discovery), reads
/// its key set, and checks both against the standards, each check by its id. Nothing secret is sent.
///
/// A server that lets nobody in without a certificate is shown the one of the profile's client, if a
/// profile is named and just one of its clients has one; --client-id names another.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio discover --server https://login.example
  exchange-studio discover --profile staging --format json

Marks: + passed, ! recommendation not kept, - requirement not kept, i worth knowing, ~ a known way
in which servers differ.

Exit status:
  0  there is metadata, and every requirement was kept
  1  there is none, or a requirement was not kept
  2  usage
  3  a file cannot be read
  4  the server cannot be reached")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,

    /// The client of the profile whose certificate is shown to a server that asks for one.
    #[arg(long, value_name = "ID", requires = "profile")]
    client_id: Option<String>,

    /// How the findings are written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

pub fn run(args: &Args, _globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let reached = args.connection.open()?;
    let Server::Issuer(issuer) = reached.server()? else {
        return Err(Failure::usage("a server without discovery says nothing of itself")
            .hint("give its issuer: --server URL"));
    };
    let mut http = reached.http()?;
    if let Some(certificate) = certificate(args.client_id.as_deref(), &reached)? {
        let to = http::parse_url(issuer).map_err(|error| Failure::usage(error.message))?;
        http = http.showing(&certificate, &to);
    }
    let found = client::wait(inspect(&http, issuer))?
        .map_err(|error| Failure::new(client::exit_of(&error), error.to_string()))?;
    match args.format {
        Format::Json => terminal.json(&found.to_json())?,
        Format::Human => {
            let text = human(&found, terminal.out_colour());
            write!(terminal.out(), "{text}")?;
        }
    }
    let kept = found.checks.iter().all(|check| check.level < Level::Fail);
    Ok(if kept { Exit::Fine } else { Exit::No })
}

/// The certificate that is shown: of the client that is named, else of the only one that has any.
fn certificate(
    client_id: Option<&str>,
    reached: &Reached,
) -> Result<Option<Arc<ClientCertificate>>, Failure> {
    let Some(named) = reached.profile() else { return Ok(None) };
    let mut with: Vec<&str> = named
        .with_certificate()
        .filter(|id| client_id.is_none_or(|wanted| wanted == *id))
        .collect();
    match (with.pop(), client_id) {
        (Some(id), _) if with.is_empty() => reached.certificate(id),
        (None, Some(wanted)) => {
            let known: Vec<&str> = named.profile.clients.keys().map(String::as_str).collect();
            let said = format!("the profile {} has no certificate of client {wanted}", named.name);
            Err(Failure::usage(said).hint(format!("its clients: {}", known.join(", "))))
        }
        _ => Ok(None),
    }
}

fn human(found: &Inspection, colour: Colour) -> String {
    let mut lines = vec![colour.bold(&found.issuer), String::new()];
    for place in &found.places {
        let mark = if place.usable { colour.good("+") } else { colour.dim("·") };
        lines.push(format!("  {mark} {}", place.url));
        if !place.usable {
            lines.push(format!("      {}", colour.dim(&place.finding)));
        }
    }
    let wide = |names: &mut dyn Iterator<Item = &str>| names.map(str::len).max().unwrap_or(0);
    if !found.endpoints.is_empty() {
        lines.extend([String::new(), colour.bold("Endpoints")]);
        let width = wide(&mut found.endpoints.iter().map(|one| one.name.as_str()));
        for one in &found.endpoints {
            let foreign = if one.foreign { "  (another site)" } else { "" };
            lines.push(format!("  {:width$}  {}{foreign}", one.name, one.url));
            if let Some(alias) = &one.mtls_alias {
                lines.push(format!("  {:width$}  {alias}  (with a certificate)", ""));
            }
        }
    }
    if !found.supported.is_empty() {
        lines.extend([String::new(), colour.bold("Supported")]);
        let width = wide(&mut found.supported.iter().map(|one| one.name));
        for one in &found.supported {
            lines.push(format!("  {:width$}  {}", one.name, one.values.join(", ")));
        }
    }
    if !found.keys.is_empty() {
        lines.extend([String::new(), colour.bold("Keys")]);
        lines.extend(found.keys.iter().map(|key| format!("  {}", key_text(key))));
    }
    let passed = found.checks.iter().filter(|check| check.level == Level::Pass).count();
    lines.extend([String::new(), colour.bold(format!("Checks: {passed} passed"))]);
    for check in found.checks.iter().filter(|check| check.level > Level::Pass) {
        lines.push(format!("  {} {:<7} {}", mark(check, colour), check.id, check.finding));
        if check.level >= Level::Warn {
            let rule = format!("{} ({})", check.title, check.clause);
            lines.push(format!("            {}", colour.dim(rule)));
        }
    }
    lines.join("\n") + "\n"
}

fn mark(check: &Check, colour: Colour) -> String {
    match (check.level, check.dialect) {
        (_, true) => colour.note("~"),
        (Level::Fail, _) => colour.bad("-"),
        (Level::Warn, _) => colour.unsure("!"),
        _ => colour.note("i"),
    }
}

/// As in `RSA 2048 bits, RS256, sig, id k-1`.
fn key_text(key: &PublishedKey) -> String {
    let strength = match (&key.crv, key.bits) {
        (Some(curve), _) => format!(" {curve}"),
        (None, Some(bits)) => format!(" {bits} bits"),
        (None, None) => String::new(),
    };
    let kid = key.kid.as_ref().map_or("no id".to_owned(), |kid| format!("id {kid}"));
    let said = [key.alg.as_deref(), key.purpose.as_deref()].into_iter().flatten();
    let kind = if key.kty.is_empty() { "(of no kind)" } else { &key.kty };
    let parts: Vec<&str> = said.chain([kid.as_str()]).collect();
    format!("{kind}{strength}, {}", parts.join(", "))
}
