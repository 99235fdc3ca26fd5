//! Starting the authority with what the options name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::ExposeSecret as _;

use super::Args;
use super::stop::StopSignal;
use super::told::{Started, human};
use crate::authority::{self, KnownCertificate, Options, StartError, TestUser};
use crate::cli::project::{self, Format};
use crate::cli::{Exit, Failure, Globals, Terminal, secret};
use crate::config::Project;
use crate::exchange::certificate::{self, CertificateError};
use crate::exchange::keys::KeySet;

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
    for (option, stand) in [
        ("--audience-map", &args.audience_map),
        ("--domain", &args.domain),
        ("--trust-domain", &args.trust_domain),
    ] {
        for (name, id) in stand {
            project.find(id).map_err(|reason| {
                Failure::usage(format!("{option} {name}={id} names no client app: {reason}"))
            })?;
        }
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
