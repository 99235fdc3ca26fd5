//! `token`: a token of a server, to try an exchange with.

use std::time::{Duration, SystemTime};

use clap::ValueEnum;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use super::client::{self, Authentication, ProofKey};
use super::connection::{Connection, Reached};
use super::project::Format;
use super::{Exit, Failure, Globals, Terminal, secret};
use crate::exchange::client_credentials::{Issued, client_credentials};
use crate::exchange::device::{DeviceError, DeviceLogin};
use crate::exchange::login::{Login, LoginError, Receiver};
use crate::exchange::refresh::refresh;
use crate::exchange::{
    Cancel, Client, DiscoveryError, Http, Metadata, Occasion, Server, TransportError, discover,
};

/// Get a token of a server, to exchange it
///
/// By client credentials (RFC 6749 §4.4), by signing in with the browser (authorization code with
/// PKCE on a loopback port, RFC 8252), by a code that is typed elsewhere (RFC 8628), or by a refresh
/// token (RFC 6749 §6). The address or the code goes to standard error.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  A token of a service for itself:
    export SUBJECT_TOKEN=$(exchange-studio token --profile staging --client-id portal)
  A user's, signed in with the browser:
    export SUBJECT_TOKEN=$(exchange-studio token --server https://login.example \\
        --client-id portal --client-auth none --flow code --scope 'openid api' --open)
  A user's on another device, with what gets the next one:
    exchange-studio token --server https://login.example --client-id portal --flow device \\
        --format json --with-refresh-token > token.json
  The next one:
    export REFRESH_TOKEN=$(jq -r .refresh_token token.json)
    exchange-studio token --server https://login.example --client-id portal --flow refresh \\
        --refresh-token-env REFRESH_TOKEN --format json --with-refresh-token

Only the token goes to standard output, or with --format json an object with \"version\": 1. A server
may replace the refresh token each time it is used, and then the old one is of no use any more: take
the new one from the object.

Exit status: 0 done, 1 the server or the person refused, or nobody signed in, 2 usage, 3 a file
cannot be read, 4 nobody answers")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,

    /// The client id, as the server knows it.
    #[arg(long, value_name = "ID")]
    client_id: String,

    #[command(flatten)]
    authentication: Authentication,

    #[command(flatten)]
    proof_key: ProofKey,

    /// How the token is got.
    #[arg(long, value_enum, default_value_t, value_name = "FLOW")]
    flow: Flow,

    /// Scopes to ask for, with spaces between them.
    #[arg(long, value_name = "SCOPE", default_value = "")]
    scope: String,

    /// A further parameter of the request, as a tenant: of the token request for client-credentials,
    /// of the sign-in for code; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::exchange::parameter)]
    param: Vec<(String, String)>,

    /// The environment variable with the refresh token, for --flow refresh.
    #[arg(long, value_name = "VAR", required_if_eq("flow", "refresh"))]
    refresh_token_env: Option<String>,

    /// Open the address in the system's browser too.
    #[arg(long)]
    open: bool,

    /// Seconds that somebody may take to sign in, with --flow code.
    #[arg(long, value_name = "SECONDS", default_value_t = 600,
        value_parser = clap::value_parser!(u64).range(1..))]
    patience: u64,

    /// The ID token instead of the access token; it comes with the scope openid.
    #[arg(long)]
    id_token: bool,

    /// How the token is written: alone, or with what the server said of it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,

    /// Put the refresh token, which is worth more than the token, into the JSON.
    #[arg(long)]
    with_refresh_token: bool,
}

/// How a token is got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Flow {
    /// For the client itself.
    #[default]
    ClientCredentials,
    /// Somebody signs in with a browser on this machine.
    Code,
    /// Somebody signs in wherever they like, and types a code.
    Device,
    /// With a refresh token.
    Refresh,
}

pub fn run(args: &Args, _globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.with_refresh_token && args.format != Format::Json {
        return Err(Failure::usage("--with-refresh-token is for JSON").hint("add --format json"));
    }
    let waits = matches!(args.flow, Flow::Code | Flow::Device);
    if args.open && !waits {
        return Err(Failure::usage("--open is for --flow code and --flow device"));
    }
    if !args.param.is_empty() && !matches!(args.flow, Flow::ClientCredentials | Flow::Code) {
        return Err(Failure::usage("--param is for --flow client-credentials and --flow code"));
    }
    let reached = args.connection.open()?;
    let mut client = args.authentication.client_at(&args.client_id, &reached)?;
    if let Some(key) = args.proof_key.key()? {
        client.dpop = Some(key);
    }
    if client.dpop.is_some() && !args.proof_key.is_given() {
        return Err(Failure::usage(
            "the profile binds tokens to a key, and one made now would be gone with this command",
        )
        .hint("give the key to keep: --dpop-key-file FILE"));
    }
    let http = reached.http()?;
    let http = client.way_to(reached.server()?, &http);
    let asking = Asking { args, reached: &reached, http: &http, client: &client };
    let cancel = Cancel::default();
    let issued = client::wait_or_stop(&cancel, async {
        match cancel.unless(asking.issued(terminal)).await {
            Some(issued) => issued,
            None => Err(Failure::no("stopped before there was a token")),
        }
    })??;
    write(args, &issued, terminal)?;
    Ok(Exit::Fine)
}

fn write(args: &Args, issued: &Issued, terminal: &mut Terminal) -> Result<(), Failure> {
    let no_id_token =
        || Failure::no("the server sent no ID token").hint("ask for it: --scope openid");
    let token = match (args.id_token, &issued.id_token) {
        (false, _) => &issued.access_token,
        (true, Some(id_token)) => id_token,
        (true, None) => return Err(no_id_token()),
    };
    if args.format == Format::Human {
        writeln!(terminal.out(), "{}", token.expose_secret())?;
        return Ok(());
    }
    let mut object = Map::new();
    object.insert("version".to_owned(), json!(1));
    let mut put = |name: &str, value: Option<Value>| {
        object.extend(value.map(|value| (name.to_owned(), value)));
    };
    let secret = |token: &SecretString| Value::from(token.expose_secret());
    put("access_token", Some(secret(&issued.access_token)));
    put("token_type", issued.token_type.clone().map(Value::from));
    put("expires_in", issued.expires_in.map(Value::from));
    put("id_token", issued.id_token.as_ref().map(secret));
    let refresh = issued.refresh_token.as_ref();
    put("refreshable", Some(Value::from(refresh.is_some())));
    put("refresh_token", refresh.filter(|_| args.with_refresh_token).map(secret));
    terminal.json(&Value::Object(object))
}

/// All that getting a token needs.
struct Asking<'a> {
    args: &'a Args,
    reached: &'a Reached,
    http: &'a Http,
    client: &'a Client,
}

impl Asking<'_> {
    async fn issued(&self, terminal: &mut Terminal) -> Result<Issued, Failure> {
        match self.args.flow {
            Flow::ClientCredentials => {
                let parameters = self.reached.parameters(&self.args.param)?;
                let (issuer, endpoint) = self.endpoint().await?;
                let occasion = self.occasion(issuer.as_deref(), &endpoint);
                let scope = &self.args.scope;
                client_credentials(self.http, &occasion, self.client, scope, &parameters)
                    .await
                    .map_err(|error| refused(&error))
            }
            Flow::Refresh => {
                let variable = self.args.refresh_token_env.as_deref().unwrap_or_default();
                let token = secret::needed(variable, "the refresh token")?;
                let (issuer, endpoint) = self.endpoint().await?;
                let occasion = self.occasion(issuer.as_deref(), &endpoint);
                let issued =
                    refresh(self.http, &occasion, self.client, &token, &self.args.scope).await;
                let mut issued = issued.map_err(|error| refused(&error))?;
                // A server that keeps the old one says nothing of it.
                issued.refresh_token = issued.refresh_token.or(Some(token));
                Ok(issued)
            }
            Flow::Code => self.by_browser(terminal).await,
            Flow::Device => self.by_device(terminal).await,
        }
    }

    fn now(&self) -> SystemTime {
        self.reached.now()
    }

    fn occasion<'a>(&self, issuer: Option<&'a str>, endpoint: &'a url::Url) -> Occasion<'a> {
        Occasion { issuer, token_endpoint: endpoint, now: self.now() }
    }

    /// The metadata, of a server that has some.
    async fn metadata(&self) -> Result<Metadata, Failure> {
        let Server::Issuer(issuer) = self.reached.server()? else {
            return Err(Failure::usage("to sign in, the server's issuer must be known")
                .hint("give --server ISSUER instead of its token endpoint"));
        };
        discover(self.http, issuer).await.map_err(|error| undiscovered(&error))
    }

    /// The issuer, when it is known, and the token endpoint for this client.
    async fn endpoint(&self) -> Result<(Option<String>, url::Url), Failure> {
        if let Server::Issuer(_) = self.reached.server()? {
            let metadata = self.metadata().await?;
            let endpoint = metadata.endpoint_for("token_endpoint", self.client);
            return Ok((Some(metadata.issuer), endpoint.map_err(|error| undiscovered(&error))?));
        }
        crate::exchange::http::parse_url(self.reached.server()?.address())
            .map(|url| (None, url))
            .map_err(|error| refused(&error))
    }

    fn tell(&self, terminal: &mut Terminal, sentence: &str, url: &url::Url) {
        terminal.say(format_args!("{sentence}\n{url}"));
        if self.args.open && webbrowser::open(url.as_str()).is_err() {
            terminal.say("No browser could be opened; go there yourself.");
        }
    }

    async fn by_browser(&self, terminal: &mut Terminal) -> Result<Issued, Failure> {
        let metadata = self.metadata().await?;
        let parameters = self.reached.parameters(&self.args.param)?;
        let mut extra: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        extra.extend(Login::binding(self.client));
        let receiver = Receiver::open().await.map_err(not_signed_in)?;
        let redirect = receiver.redirect_uri();
        let login = Login::begin(&metadata, &self.client.id, &redirect, &self.args.scope, &extra)
            .map_err(not_signed_in)?;
        self.tell(terminal, "Sign in here:", &login.url);
        let patience = Duration::from_secs(self.args.patience);
        let code = receiver.wait(&login, patience).await.map_err(not_signed_in)?;
        let endpoint = metadata
            .endpoint_for("token_endpoint", self.client)
            .map_err(|error| undiscovered(&error))?;
        login
            .redeem(self.http, &endpoint, self.client, &code, self.now())
            .await
            .map_err(not_signed_in)
    }

    async fn by_device(&self, terminal: &mut Terminal) -> Result<Issued, Failure> {
        let metadata = self.metadata().await?;
        let failed = |error: DeviceError| {
            let exit = match &error {
                DeviceError::Transport(error) => client::exit_of(error),
                DeviceError::Discovery(error) => exit_of_discovery(error),
                _ => Exit::No,
            };
            Failure::new(exit, error.to_string())
        };
        let scope = &self.args.scope;
        let login = DeviceLogin::begin(self.http, &metadata, self.client, scope, self.now());
        let login = login.await.map_err(failed)?;
        let url = login.verification_uri_complete.as_ref().unwrap_or(&login.verification_uri);
        let sentence = format!("Sign in here with the code {}:", login.user_code);
        self.tell(terminal, &sentence, url);
        login.wait(self.http, &metadata, self.client, self.now()).await.map_err(failed)
    }
}

fn refused(error: &TransportError) -> Failure {
    Failure::new(client::exit_of(error), error.to_string())
}

fn exit_of_discovery(error: &DiscoveryError) -> Exit {
    match error {
        DiscoveryError::Transport(error) => client::exit_of(error),
        _ => Exit::No,
    }
}

fn undiscovered(error: &DiscoveryError) -> Failure {
    Failure::new(exit_of_discovery(error), error.to_string())
}

fn not_signed_in(error: LoginError) -> Failure {
    let exit = match &error {
        LoginError::Transport(error) => client::exit_of(error),
        LoginError::Discovery(error) => exit_of_discovery(error),
        _ => Exit::No,
    };
    Failure::new(exit, error.to_string())
}
