//! `exchange`: one test exchange, its answer, and what there is to say about it.

mod act;
mod hops;
mod then;
mod written;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use super::client::{Authentication, ProofKey};
use super::connection::Connection;
use super::preset::PresetArgs;
use super::serve::audience_map;
use super::share::ToolName;
use then::ThenArgs;

pub(super) use act::failure;
pub use act::run;

/// Run one token exchange against a server
///
/// Sends one RFC 8693 request, reads the answer without trust, verifies the issued token against
/// the server's keys, compares it with the token that went in, and checks request, answer and token
/// against the standards, each check by its id. With --predict it also says what the configuration
/// had led to expect.
///
/// Secrets and tokens come from environment variables, a private key from a file or a variable, and
/// none is printed: not in the report, not in errors, not in JSON. --print-token is the one exception.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Against the built-in authority ('exchange-studio serve'), the partner's scenario:
    export SUBJECT_TOKEN=$(exchange-studio mint --issuer-port 9401 \\
        --issuer https://auth.external.com --subject 123456789)
    exchange-studio exchange --server http://127.0.0.1:9400 --client-id BROKER-ID \\
        --subject-token-env SUBJECT_TOKEN --predict config/

  Take the issued token along to the next hop:
    NEXT=$(exchange-studio exchange ... --print-token)

  A chain of hops at once, each with its report, its time, and what becomes of its token:
    exchange-studio exchange ... --audience DASHBOARD-ID --then DASHBOARD-ID=LEDGER-ID \\
        --introspect --revoke-subject

  As a client that signs with its own key ('serve' got the public half by --client-key):
    exchange-studio exchange ... --client-auth private_key_jwt --client-key-file portal.pem
  With a token that only this client can use, and use again for the next hop:
    exchange-studio exchange ... --dpop-key-file proof.pem

  At a server of the project file, with its profile's clients, proxy and authorities:
    exchange-studio exchange --profile staging --client-id portal --subject-token-env TOKEN

  An identity assertion grant (ID-JAG) for another application, redeemed there:
    exchange-studio exchange --preset id-jag --server https://idp.example --client-id portal \\
        --subject-token-env ID_TOKEN --audience https://chat.example/ \\
        --redeem-at https://chat.example/ --redeem-secret-env CHAT_SECRET

  Saved cases, for a pipeline:
    exchange-studio exchange --case cases/*.yaml --format junit > cases.xml

  The same request for somebody who has curl, without any secret in it:
    exchange-studio exchange ... --as curl

Token types are URIs; the ones of the standard have short names: access_token, id_token, jwt,
refresh_token, saml1, saml2.

Marks: + passed, ! recommendation not kept, - requirement not kept, i worth knowing, ~ a known way
in which servers differ.

Exit status:
  0  a token was issued, by every hop, every requirement was kept, and the prediction (if any) held
  1  the server refused, its answer cannot be used, a requirement was not kept, the prediction was
     wrong, --introspect or --revoke-subject could not be asked after a token was issued, or a case
     did not pass
  2  usage
  3  a path of --predict, the file of a key or one of cases cannot be read
  4  the server cannot be reached for the exchange or a later hop, or the second one for the grant;
     what was said before is reported all the same")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,

    /// The client that asks, by the id the server knows it by.
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "case",
        default_value = "",
        hide_default_value = true
    )]
    client_id: String,

    #[command(flatten)]
    authentication: Authentication,

    #[command(flatten)]
    preset: PresetArgs,

    /// Prove possession of a key (DPoP), so that the token is bound to it: a new P-256 key for this
    /// exchange alone, unless one is named.
    #[arg(long)]
    dpop: bool,

    #[command(flatten)]
    proof_key: ProofKey,

    /// The environment variable with the token that goes in.
    #[arg(
        long,
        value_name = "VAR",
        required_unless_present = "case",
        default_value = "",
        hide_default_value = true
    )]
    subject_token_env: String,

    /// What kind of token goes in; access_token unless this or a preset says otherwise.
    #[arg(long, value_name = "TYPE")]
    subject_token_type: Option<String>,

    /// The environment variable with the token of the party that acts.
    #[arg(long, value_name = "VAR", requires = "actor_token_type")]
    actor_token_env: Option<String>,

    /// What kind of token the actor's is.
    #[arg(long, value_name = "TYPE", requires = "actor_token_env")]
    actor_token_type: Option<String>,

    /// What kind of token is wanted.
    #[arg(long, value_name = "TYPE")]
    requested_token_type: Option<String>,

    /// Logical name of a target; may be given several times.
    #[arg(long, value_name = "TEXT")]
    audience: Vec<String>,

    /// Address of a target; may be given several times.
    #[arg(long, value_name = "URL")]
    resource: Vec<String>,

    /// Scopes, with single spaces between them.
    #[arg(long, value_name = "SCOPE", default_value = "", hide_default_value = true)]
    scope: String,

    /// A further parameter that the server wants; may be given several times.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,

    #[command(flatten)]
    then: ThenArgs,

    /// Ask the server about the issued token (RFC 7662), and compare what it says with the token.
    #[arg(long)]
    introspect: bool,

    /// Revoke the subject token afterwards (RFC 7009), and see what becomes of the issued one; of a
    /// chain, of the one that each hop has issued. The subject token is of no use any more then.
    #[arg(long)]
    revoke_subject: bool,

    /// Files and folders with the configuration that says what to expect.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    predict: Vec<PathBuf>,

    /// What an audience or resource stands for in the configuration; may be given several times.
    #[arg(long, value_name = "URL=ID", value_parser = audience_map, requires = "predict")]
    audience_map: Vec<(String, String)>,

    /// Print the issued token: alone on standard output, with the report on standard error; in JSON
    /// as "token".
    #[arg(long)]
    print_token: bool,

    /// Print the request as another tool sends it, instead of sending it. What authenticates is
    /// named by the variables that it comes from here.
    #[arg(long = "as", value_enum, value_name = "TOOL", conflicts_with_all = ["predict", "print_token", "format", "introspect", "revoke_subject"])]
    shared: Option<ToolName>,

    /// Write the exchange as an HTTP archive (HAR 1.2) into a file too, with variables for secrets;
    /// '-' is standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "shared")]
    har: Option<PathBuf>,

    /// Run saved exchanges with their expectations instead: files of cases, which name the server
    /// (unless --server or --token-endpoint does), the clients, the variables that hold secrets, and
    /// what is expected.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = [
        "client_id", "subject_token_env", "predict", "print_token", "shared", "introspect",
        "revoke_subject", "audience", "resource", "scope", "parameters", "dpop", "actor_token_env",
        "preset",
    ])]
    case: Vec<PathBuf>,

    /// Port of the external issuers beside 'serve', for cases that mint a token.
    #[arg(long, value_name = "N", requires = "case")]
    issuer_port: Option<u16>,

    /// How the report is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; carries "version": 1.
    Json,
    /// For pipelines; of cases alone.
    Junit,
}

pub(super) fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, _)) if crate::exchange::request::is_reserved(name) => {
            Err(format!("{name} has an option of its own"))
        }
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must be NAME=VALUE".to_owned()),
    }
}

/// Clocks that differ by less are taken to agree.
pub(super) const SKEW: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_a_name_that_is_free() {
        assert_eq!(
            parameter("acr_values=tenant:1=2"),
            Ok(("acr_values".into(), "tenant:1=2".into()))
        );
        for bad in ["x", "=x", "subject_token=x", "CLIENT_SECRET=x"] {
            assert!(parameter(bad).is_err(), "{bad}");
        }
    }
}
