//! `serve`: the built-in authority and its external issuers, until they are told to stop.

mod start;
mod stop;
mod told;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::project::{Format, Paths};
use super::secret;
use crate::authority::Misbehaviour;

pub use start::run;

/// Run the built-in authority on the configuration
///
/// Starts an authorization server on 127.0.0.1 that grants exactly what the configuration allows,
/// and beside it external issuers that mint a token for any subject. Use it to try a permission
/// before it is deployed, with this program's 'exchange' or with any OAuth client. Nothing leaves
/// the machine; keys are made at start and forgotten at the end.
///
/// Every confidential client has the secret that the environment variable holds, unless it has a key
/// (--client-key) or a certificate; clients that the configuration calls public have none. Users log
/// in with authorization code and PKCE on a page without passwords.
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

    /// Do this one thing wrongly on purpose, to see what notices it: for each, the checks and probes in
    /// brackets. May be given several times.
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

    /// The issuer of another domain's server, which runs on this machine: the grants that it issues are
    /// redeemed here, where the configuration has that issuer and the grant's subject as a federated
    /// identity. May be given several times.
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
