//! `serve`: the built-in authority and its external issuers, until they are told to stop.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::project::{self, Format, Paths};
use super::{Exit, Failure, Globals, Terminal, secret};
use crate::authority::{
    self, KnownCertificate, Misbehaviour, Options, Running, StartError, TestUser,
};
use crate::config::Project;
use crate::exchange::certificate::{self, CertificateError};
use crate::exchange::keys::{KeyError, KeySet};

/// Run the built-in authority on the configuration
///
/// Starts an authorization server on 127.0.0.1 that grants exactly what the configuration allows,
/// and beside it external issuers that mint a token for any subject. Use it to try a permission
/// before it is deployed, with this program's 'exchange' or with any OAuth client. Nothing leaves
/// the machine; keys are made at start and forgotten at the end.
///
/// Every confidential client has the secret that the environment variable holds, unless it has a key
/// (--client-key); clients that the configuration calls public have none. Users log in with authorization code and PKCE on a page
/// without passwords.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  export EXCHANGE_STUDIO_CLIENT_SECRET=$(openssl rand -hex 16)
  exchange-studio serve config/ --port 9400 --issuer-port 9401

An audience in a request is a client app's id, placeholder or name. Where your clients send a URL,
say whom it means: --audience-map https://api.example=Dashboard

The configuration has no place for the keys of clients. A client that authenticates with
private_key_jwt gets its public key here: --client-key Portal=portal.pub.pem, as made by
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out portal.pem
  openssl pkey -in portal.pem -pubout -out portal.pub.pem

The configuration is read once: start again after a change.

With --misbehave it does one thing wrongly, as real servers do, so that a client, a check or a
probe can be tried against it: --misbehave grow-scope, for example.

With --format json the first line of standard output is one JSON object with every address, written
when both ports are open:
  mkfifo started
  exchange-studio serve config/ --format json > started &
  jq -r .issuer < started

Exit status: 0 stopped by Ctrl-C or SIGTERM, 2 usage (also when a port is in use or the secret is
missing), 3 a path cannot be read")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Port of the authority; 0 takes a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,

    /// Port of the external issuers; 0 takes a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    issuer_port: u16,

    /// The environment variable with the secret of every confidential client.
    #[arg(long, value_name = "VAR", default_value = secret::CLIENT_SECRET)]
    client_secret_env: String,

    /// A client app and the file with its public key: PEM (PUBLIC KEY), a JSON Web Key, or a key set.
    /// That client authenticates with private_key_jwt and has no secret. May be given several times,
    /// also for one client, as while it changes its key.
    #[arg(long = "client-key", value_name = "CLIENT=FILE", value_parser = client_key)]
    client_keys: Vec<(String, PathBuf)>,

    /// Speak https, with a certificate authority made for this run; its certificate is written into
    /// this file, for those who are to trust it (--ca-file).
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,

    /// A client app and the file with its certificate (PEM): it authenticates with
    /// self_signed_tls_client_auth and has no secret. May be given several times.
    #[arg(long = "client-certificate", value_name = "CLIENT=FILE", value_parser = client_key, requires = "tls_ca")]
    client_certificates: Vec<(String, PathBuf)>,

    /// The file with the certificate authorities (PEM) of clients that authenticate with
    /// tls_client_auth.
    #[arg(long, value_name = "FILE", requires = "client_certificate_names")]
    client_ca: Option<PathBuf>,

    /// A client app and the DNS name of its certificate, which --client-ca has issued. May be given
    /// several times.
    #[arg(long = "client-certificate-name", value_name = "CLIENT=NAME", value_parser = client_name, requires = "client_ca", requires = "tls_ca")]
    client_certificate_names: Vec<(String, String)>,

    /// Want a nonce of this server in every proof of possession (DPoP): a request without it is
    /// refused with 'use_dpop_nonce' and the nonce to use.
    #[arg(long)]
    dpop_nonce: bool,

    /// The people who can log in: a YAML or JSON file with a list of users, each with 'subject' and,
    /// as wanted, 'name' and further claims of their ID tokens. Left out, they are alice, bob and carol.
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,

    /// Sign with a new key every so often, as in 90s, 10m or 2h. The old one stays in the key set
    /// until its tokens have ended.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    rotate_keys_every: Option<Duration>,

    /// Refuse every exchange that is refused for its token or for want of a permission in the same
    /// words, as a server that faces strangers should.
    #[arg(long)]
    same_words: bool,

    /// Do something wrongly on purpose, to try what notices it: the checks and probes in brackets. May
    /// be given several times.
    #[arg(
        long,
        value_name = "NAME",
        hide_short_help = true,
        value_parser = misbehaviours(),
    )]
    misbehave: Vec<Misbehaviour>,

    /// What an audience or resource URL stands for; may be given several times.
    #[arg(long, value_name = "URL=ID", value_parser = audience_map)]
    audience_map: Vec<(String, String)>,

    /// The authorization server of another domain, and the client app that stands for it: grants for it
    /// can be asked for (ID-JAG, identity chaining). May be given several times.
    #[arg(long, value_name = "ISSUER=ID", value_parser = audience_map)]
    domain: Vec<(String, String)>,

    /// A trust domain, and the client app that stands for it: transaction tokens for it can be asked for.
    /// May be given several times.
    #[arg(long, value_name = "NAME=ID", value_parser = audience_map)]
    trust_domain: Vec<(String, String)>,

    /// Redeem the grants of this server of another domain, which must run on this machine, where the
    /// configuration has its issuer and subject as a federated identity. May be given several times.
    #[arg(long, value_name = "ISSUER")]
    trust_issuer: Vec<String>,

    /// How the addresses are written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

fn misbehaviours() -> impl TypedValueParser<Value = Misbehaviour> {
    let help = |one: &Misbehaviour| match one.noticed_by() {
        [] => one.what().to_owned(),
        ids => format!("{} [{}]", one.what(), ids.join(", ")),
    };
    let known = Misbehaviour::ALL.iter().map(|one| PossibleValue::new(one.name()).help(help(one)));
    PossibleValuesParser::new(known)
        .try_map(|name| Misbehaviour::from_name(&name).ok_or("no such misbehaviour"))
}

/// Seconds, minutes or hours, as in `90s`.
fn duration(text: &str) -> Result<Duration, String> {
    let (unit, seconds) = match text.chars().last() {
        Some('s') => (1, 1),
        Some('m') => (1, 60),
        Some('h') => (1, 3_600),
        _ => (0, 1),
    };
    let number = text.get(..text.len() - unit).and_then(|digits| digits.parse::<u32>().ok());
    match number {
        Some(number @ 1..) if unit == 1 => Ok(Duration::from_secs(u64::from(number) * seconds)),
        _ => Err("it must be a number with s, m or h behind it, as in 90s or 10m".to_owned()),
    }
}

/// The people in the file, or the usual ones.
fn users(path: Option<&Path>) -> Result<Vec<TestUser>, Failure> {
    let Some(path) = path else { return Ok(TestUser::defaults()) };
    let unreadable = |reason: String| {
        Failure::unreadable(format!("the users in {} cannot be read: {reason}", path.display()))
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    TestUser::read(&text).map_err(|error| unreadable(error.to_string()))
}

/// `URL=ID`; the URL may have equals signs of its own, an id has none.
pub fn audience_map(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((url, id)) if !url.is_empty() && !id.is_empty() => Ok((url.to_owned(), id.to_owned())),
        _ => Err("it must be URL=ID, as in https://api.example=Dashboard".to_owned()),
    }
}

/// `CLIENT=FILE`; the path may have equals signs of its own.
fn client_key(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((client, file)) if !client.is_empty() && !file.is_empty() => {
            Ok((client.to_owned(), file.into()))
        }
        _ => Err("it must be CLIENT=FILE, as in Portal=portal.pub.pem".to_owned()),
    }
}

/// `CLIENT=NAME`.
fn client_name(text: &str) -> Result<(String, String), String> {
    let (client, file) = client_key(text).map_err(|_| "it must be CLIENT=NAME".to_owned())?;
    Ok((client, file.display().to_string()))
}

/// The id of a client app that an option names.
fn client_id(project: &Project, option: &str, client: &str) -> Result<String, Failure> {
    let key = project.find(client).map_err(|reason| {
        Failure::usage(format!("{option} {client}=… names no client app: {reason}"))
    })?;
    let id = project.client(key).id.as_ref().ok_or_else(|| {
        Failure::usage(format!("{option} {client}=… names a client app without an id"))
    })?;
    Ok(id.value.as_str().to_owned())
}

/// The registered certificates, by client id.
fn certificates(
    args: &Args,
    project: &Project,
) -> Result<Vec<(String, KnownCertificate)>, Failure> {
    let text = |path: &Path| secret::from_file(path);
    let wrong = |path: &Path, error: CertificateError| {
        Failure::usage(format!("{} cannot be used: {error}", path.display()))
    };
    let mut known = Vec::new();
    for (client, path) in &args.client_certificates {
        let id = client_id(project, "--client-certificate", client)?;
        let certificate = KnownCertificate::read(text(path)?.expose_secret());
        known.push((id, certificate.map_err(|error| wrong(path, error))?));
    }
    let Some(path) = &args.client_ca else { return Ok(known) };
    let roots = certificate::read_roots(text(path)?.expose_secret());
    let roots = roots.map_err(|error| wrong(path, error))?;
    for (client, name) in &args.client_certificate_names {
        let id = client_id(project, "--client-certificate-name", client)?;
        let (roots, name) = (roots.clone(), name.clone());
        known.push((id, KnownCertificate::IssuedFor { roots, name }));
    }
    Ok(known)
}

/// The registered keys, by client id.
fn client_keys(args: &Args, project: &Project) -> Result<Vec<(String, KeySet)>, Failure> {
    let read = |(client, path): &(String, PathBuf)| {
        let id = client_id(project, "--client-key", client)?;
        // Public, but whoever takes the wrong file has a private one in hand.
        let text = secret::from_file(path)?;
        let keys = KeySet::read_public(text.expose_secret()).map_err(|error| {
            Failure::usage(format!("{} cannot be used as a client's key: {error}", path.display()))
        })?;
        Ok((id, keys))
    };
    args.client_keys.iter().map(read).collect()
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    project::warn_about_gaps(&project, terminal);
    for (url, id) in &args.audience_map {
        project.find(id).map_err(|reason| {
            Failure::usage(format!("--audience-map {url}={id} names no client app: {reason}"))
        })?;
    }
    for (issuer, id) in &args.domain {
        project.find(id).map_err(|reason| {
            Failure::usage(format!("--domain {issuer}={id} names no client app: {reason}"))
        })?;
    }
    for (name, id) in &args.trust_domain {
        project.find(id).map_err(|reason| {
            Failure::usage(format!("--trust-domain {name}={id} names no client app: {reason}"))
        })?;
    }
    let client_keys = client_keys(args, &project)?;
    let client_certificates = certificates(args, &project)?;
    let users = users(args.users.as_deref())?;
    let client_secret = secret::needed(&args.client_secret_env, "the secret of the clients")?;
    // Signals are listened for before anybody is told that the server is there to be stopped.
    let stop = StopSignal::new()?;
    let options = Options {
        port: args.port,
        issuer_port: args.issuer_port,
        client_secret: Some(client_secret),
        audiences: args.audience_map.clone(),
        domains: args.domain.clone(),
        trust_domains: args.trust_domain.clone(),
        trusted: args.trust_issuer.clone(),
        client_keys,
        client_certificates,
        tls: args.tls_ca.is_some(),
        dpop_nonce: args.dpop_nonce,
        users,
        misbehave: args.misbehave.clone(),
        same_words: args.same_words,
        ..Options::default()
    };
    let clients = project.clients().len();
    let running =
        authority::start(Arc::new(project), globals.reading, options).map_err(|error| {
            // A port is part of what was asked for on the command line, so it is a matter of usage.
            let failure = Failure::usage(error.to_string());
            match error {
                StartError::PortInUse { .. } => {
                    failure.hint("choose another port, or 0 for a free one")
                }
                _ => failure,
            }
        })?;
    if let (Some(path), Some(pem)) = (&args.tls_ca, running.certificate_authority()) {
        project::write_output(path, pem.as_bytes(), terminal)?;
    }
    let started = Started::of(&running, globals, clients);
    match args.format {
        Format::Human => human(&started, &args.client_secret_env, terminal)?,
        Format::Json => {
            let line = serde_json::to_string(&started)
                .map_err(|error| Failure::unreadable(format!("cannot write JSON: {error}")))?;
            writeln!(terminal.out(), "{line}")?;
        }
    }
    terminal.flush()?;
    stop.wait(args.rotate_keys_every, || running.rotate_key().map(drop));
    running.shutdown();
    Ok(Exit::Fine)
}

/// The shape of `--format json`, version 1: one object on one line.
#[derive(Serialize)]
struct Started {
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
    fn of(running: &Running, globals: &Globals, clients: usize) -> Self {
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

fn human(started: &Started, variable: &str, terminal: &mut Terminal) -> Result<(), Failure> {
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

/// Ctrl-C, and SIGTERM where there is such a thing.
struct StopSignal {
    runtime: tokio::runtime::Runtime,
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl StopSignal {
    fn new() -> Result<Self, Failure> {
        let failure = |error: std::io::Error| {
            Failure::unreadable(format!("cannot wait for signals: {error}"))
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failure)?;
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            let signals = {
                let _inside = runtime.enter();
                [
                    signal(SignalKind::interrupt()).map_err(failure)?,
                    signal(SignalKind::terminate()).map_err(failure)?,
                ]
            };
            Ok(Self { runtime, signals })
        }
        #[cfg(not(unix))]
        Ok(Self { runtime })
    }

    /// Waits for the end, and rotates the key meanwhile, if that is wanted. A key that cannot be made
    /// leaves the old one at work.
    fn wait(self, every: Option<Duration>, rotate: impl Fn() -> Result<(), KeyError>) {
        let turn = async {
            let Some(every) = every else { return std::future::pending().await };
            loop {
                tokio::time::sleep(every).await;
                let _ = rotate();
            }
        };
        #[cfg(unix)]
        {
            let [mut interrupt, mut terminate] = self.signals;
            self.runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    () = turn => {}
                }
            });
        }
        #[cfg(not(unix))]
        self.runtime.block_on(async {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                () = turn => {}
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_key_splits_at_the_first_equals_sign() {
        assert_eq!(client_key("Portal=a=b.pem"), Ok(("Portal".into(), "a=b.pem".into())));
        for bad in ["", "x", "=x", "x="] {
            assert!(client_key(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_duration_has_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7_200)));
        for bad in ["", "s", "10", "0m", "-1s", "1.5h", "1d", "9ü"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_audience_map_splits_at_the_last_equals_sign() {
        assert_eq!(
            audience_map("https://x/?a=b=Dashboard"),
            Ok(("https://x/?a=b".into(), "Dashboard".into()))
        );
        for bad in ["", "x", "=x", "x="] {
            assert!(audience_map(bad).is_err(), "{bad}");
        }
    }
}
