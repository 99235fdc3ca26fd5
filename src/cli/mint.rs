//! `mint`: a token to try an exchange with, from a local external issuer or for a test user.

use std::time::SystemTime;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::client::{self, Authentication, ProofKey};
use super::{Exit, Failure, Globals, Terminal};
use crate::authority::{self, MintRequest, RemoteMintError, SHAPES, Shape, Wrong};
use crate::exchange::DiscoveryError;
use crate::exchange::keys::SigningAlgorithm;
use crate::exchange::login::{LoginError, as_test_user};

/// Get a token to exchange, from what 'serve' has started
///
/// With --issuer-port: asks the external issuers for a signed token, as a cloud or a partner would
/// issue it to a workload. With --server: logs a test user in to a client app, by authorization
/// code and PKCE, and takes the access token.
///
/// The token is good for that 'serve' alone.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  A token of a partner's service:
    export SUBJECT_TOKEN=$(exchange-studio mint --issuer-port 9401 \\
        --issuer https://auth.external.com --subject 123456789)
  A token as a workflow of GitHub Actions has it,:
    exchange-studio mint --issuer-port 9401 --like github-actions \\
        --subject repo:octo-org/octo-repo:environment:production --audience http://127.0.0.1:9400
  One that a server must refuse:
    exchange-studio mint --issuer-port 9401 --issuer https://auth.external.com \\
        --subject 123456789 --wrong alg-none
  A token of the user alice of a client app:
    export SUBJECT_TOKEN=$(exchange-studio mint --server http://127.0.0.1:9400 \\
        --client-id b8075fdb-ac4f-4c25-8f2a-2085a9addbf6 --user alice)

Only the token goes to standard output.

Exit status: 0 done, 1 the server refused, 2 usage, 3 the file of a key cannot be read, 4 nobody
answers")]
#[command(group(clap::ArgGroup::new("source").required(true).args(["issuer_port", "server"])))]
pub struct Args {
    /// Port of the external issuers, as 'serve' shows it.
    #[arg(long, value_name = "N")]
    issuer_port: Option<u16>,

    /// The subject of the token (its 'sub'), as the configuration has it.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, requires = "issuer_port")]
    subject: Option<String>,

    /// The issuer of the token (its 'iss'), as the configuration has it; left out, the address of
    /// the local issuer itself.
    #[arg(long, value_name = "URL", requires = "issuer_port")]
    issuer: Option<String>,

    /// An audience of the token (its 'aud'); may be given several times.
    #[arg(long, value_name = "TEXT", requires = "issuer_port")]
    audience: Vec<String>,

    /// Seconds until the token expires, 300 unless given; negative for one that has expired already.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, requires = "issuer_port")]
    lifetime: Option<i64>,

    /// Seconds until the token becomes valid (its 'nbf'); left out, it has no such claim.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, requires = "issuer_port")]
    not_before: Option<i64>,

    /// The algorithm that signs the token, ES256 unless given.
    #[arg(
        long,
        value_name = "ALG",
        requires = "issuer_port",
        value_parser = PossibleValuesParser::new(SigningAlgorithm::ALL.map(SigningAlgorithm::name))
            .try_map(|name| SigningAlgorithm::from_name(&name).ok_or("no such algorithm")),
    )]
    alg: Option<SigningAlgorithm>,

    /// A further claim of the token; may be given several times. The value is JSON, or else text.
    #[arg(long = "claim", value_name = "NAME=VALUE", requires = "issuer_port", value_parser = claim)]
    claims: Vec<(String, Value)>,

    /// Start from what the tokens of a well-known issuer look like: issuer, subject, audience, lifetime,
    /// algorithm and further claims. What else is given takes the place of the example's.
    #[arg(
        long,
        value_name = "NAME",
        requires = "issuer_port",
        hide_short_help = true,
        value_parser = shapes(),
    )]
    like: Option<&'static Shape>,

    /// Make one mistake in the token, which a server must notice.
    #[arg(
        long,
        value_name = "KIND",
        requires = "issuer_port",
        hide_short_help = true,
        value_parser = mistakes(),
    )]
    wrong: Option<Wrong>,

    /// The issuer at which a test user logs in, as 'serve' shows it.
    #[arg(long, value_name = "URL", requires = "client_id", requires = "user")]
    server: Option<String>,

    /// The client app that the user logs in to.
    #[arg(long, value_name = "ID", requires = "server")]
    client_id: Option<String>,

    /// The test user.
    #[arg(long, value_name = "NAME", requires = "server")]
    user: Option<String>,

    /// Scopes to log in with, with single spaces between them.
    #[arg(long, value_name = "SCOPE", requires = "server")]
    scope: Option<String>,

    #[command(flatten)]
    authentication: Authentication,

    #[command(flatten)]
    proof_key: ProofKey,
}

fn shapes() -> impl TypedValueParser<Value = &'static Shape> {
    let known = SHAPES.iter().map(|shape| PossibleValue::new(shape.name).help(shape.title));
    PossibleValuesParser::new(known).try_map(|name| Shape::named(&name).ok_or("no such shape"))
}

fn mistakes() -> impl TypedValueParser<Value = Wrong> {
    let known = Wrong::ALL.iter().map(|one| PossibleValue::new(one.name()).help(one.what()));
    PossibleValuesParser::new(known)
        .try_map(|name| Wrong::from_name(&name).ok_or("no such mistake"))
}

/// `NAME=VALUE`: a JSON value, or else text.
fn claim(text: &str) -> Result<(String, Value), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            Ok((name.to_owned(), value))
        }
        _ => Err("it must be NAME=VALUE, as in environment=production or admin=true".to_owned()),
    }
}

/// What is asked of the external issuers.
fn request(args: &Args) -> Result<MintRequest, Failure> {
    let mut request = match (args.like, &args.subject) {
        (Some(shape), _) => shape.request(),
        (None, Some(subject)) => MintRequest::new(subject),
        (None, None) => {
            return Err(Failure::usage("the token needs a subject")
                .hint("give --subject TEXT, or --like NAME for that of a well-known issuer"));
        }
    };
    if let Some(subject) = &args.subject {
        request.subject.clone_from(subject);
    }
    if args.issuer.is_some() {
        request.issuer.clone_from(&args.issuer);
    }
    if !args.audience.is_empty() {
        request.audience.clone_from(&args.audience);
    }
    request.lifetime = args.lifetime.unwrap_or(request.lifetime);
    request.not_before = args.not_before;
    request.algorithm = args.alg.unwrap_or(request.algorithm);
    request.claims.extend(args.claims.iter().cloned());
    request.wrong = args.wrong;
    Ok(request)
}

pub fn run(args: &Args, _globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let token = match (args.issuer_port, &args.server) {
        (Some(port), _) => external(args, port)?,
        (None, Some(server)) => user(args, server)?,
        (None, None) => return Err(Failure::usage("give --issuer-port or --server")),
    };
    writeln!(terminal.out(), "{}", token.expose_secret())?;
    Ok(Exit::Fine)
}

fn external(args: &Args, port: u16) -> Result<SecretString, Failure> {
    if args.proof_key.is_given() {
        return Err(Failure::usage("the external issuers bind no token to a key")
            .hint("leave out --dpop-key-file and --dpop-key-env"));
    }
    let request = request(args)?;
    let endpoint = authority::mint_endpoint(&format!("http://127.0.0.1:{port}"));
    client::wait(authority::mint_over_http(&endpoint, &request))?.map_err(|error| match error {
        RemoteMintError::Unreachable { .. } => Failure::new(Exit::Unreachable, error.to_string())
            .hint(
                "start the issuers with 'exchange-studio serve PATH --issuer-port N', and give the \
                 port it shows",
            ),
        RemoteMintError::Refused(_) => Failure::no(error.to_string()),
    })
}

fn user(args: &Args, server: &str) -> Result<SecretString, Failure> {
    let mut client = args.authentication.client(args.client_id.as_deref().unwrap_or_default())?;
    client.dpop = args.proof_key.key()?;
    let http = client::http()?;
    let user = args.user.as_deref().unwrap_or_default();
    let scope = args.scope.as_deref().unwrap_or_default();
    client::wait(as_test_user(&http, server, &client, user, scope, SystemTime::now()))?.map_err(
        |error| {
            let exit = match &error {
                LoginError::Discovery(DiscoveryError::Transport(error))
                | LoginError::Transport(error) => client::exit_of(error),
                _ => Exit::No,
            };
            Failure::new(exit, error.to_string())
        },
    )
}
