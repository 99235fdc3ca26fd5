//! `mint`: a token from a local external issuer.

use secrecy::ExposeSecret as _;

use super::{Exit, Failure, Globals, Terminal};
use crate::authority::{self, DEFAULT_LIFETIME, MintRequest, RemoteMintError};

/// Mint a token of an external issuer
///
/// Asks the external issuers that 'serve' has started for a signed token, as a cloud or a partner
/// would issue it to a workload, and prints it. Use it as the subject token of an exchange. The
/// token is good for that 'serve' alone.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  export SUBJECT_TOKEN=$(exchange-studio mint --issuer-port 9401 \\
      --issuer https://auth.external.com --subject 123456789)

Only the token goes to standard output.

Exit status: 0 minted, 1 the issuer refused, 2 usage, 4 nobody answers on the port")]
pub struct Args {
    /// Port of the external issuers, as 'serve' shows it.
    #[arg(long, value_name = "N")]
    issuer_port: u16,

    /// The subject of the token (its 'sub'), as the configuration has it.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    subject: String,

    /// The issuer of the token (its 'iss'), as the configuration has it; left out, the address of
    /// the local issuer itself.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,

    /// An audience of the token (its 'aud'); may be given several times.
    #[arg(long, value_name = "TEXT")]
    audience: Vec<String>,

    /// Seconds until the token expires; negative for one that has expired already.
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_LIFETIME, allow_negative_numbers = true)]
    lifetime: i64,
}

pub fn run(args: &Args, _globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let request = MintRequest {
        issuer: args.issuer.clone(),
        subject: args.subject.clone(),
        audience: args.audience.clone(),
        lifetime: args.lifetime,
        not_before: None,
    };
    let endpoint = authority::mint_endpoint(&format!("http://127.0.0.1:{}", args.issuer_port));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Unreachable, format!("cannot connect: {error}")))?;
    let token =
        runtime.block_on(authority::mint_over_http(&endpoint, &request)).map_err(|error| {
            match error {
                RemoteMintError::Unreachable { .. } => Failure::new(
                    Exit::Unreachable,
                    error.to_string(),
                )
                .hint(
                    "start the issuers with 'exchange-studio serve PATH --issuer-port N', and give \
                     the port it shows",
                ),
                RemoteMintError::Refused(_) => Failure::no(error.to_string()),
            }
        })?;
    writeln!(terminal.out(), "{}", token.expose_secret())?;
    Ok(Exit::Fine)
}
