//! Presets of `exchange`, and redeeming what they issue at another server.

use clap::ValueEnum;
use secrecy::SecretString;

use super::{Failure, secret};
use crate::exchange::checks::{Level, request};
use crate::exchange::preset::breaches;
use crate::exchange::{
    Client, ClientAuth, ExchangeRequest, Preset, Redemption, Server, Simulation,
};

/// A profile of token exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PresetName {
    /// Identity assertion grant (ID-JAG), also known as cross-app access.
    IdJag,
    /// Identity and authorization chaining across domains.
    Chaining,
    /// Transaction token.
    TransactionToken,
}

impl PresetName {
    fn preset(self) -> Preset {
        match self {
            Self::IdJag => Preset::IdJag,
            Self::Chaining => Preset::Chaining,
            Self::TransactionToken => Preset::TransactionToken,
        }
    }
}

/// The profile that an exchange follows, and its second leg.
#[derive(Debug, clap::Args)]
pub struct PresetArgs {
    /// Follow a profile of token exchange: fills in what it settles, refuses what it forbids, and
    /// judges the answer by its checks too.
    #[arg(long, value_enum, value_name = "NAME")]
    preset: Option<PresetName>,

    /// Redeem the grant that was issued at the server with this issuer (RFC 7523).
    #[arg(long, value_name = "ISSUER", conflicts_with_all = ["redeem_token_endpoint", "shared", "case"])]
    redeem_at: Option<String>,

    /// Redeem it at this token endpoint, for a server without discovery.
    #[arg(long, value_name = "URL", conflicts_with_all = ["shared", "case"])]
    redeem_token_endpoint: Option<String>,

    /// The client that redeems, by the id that server knows it by; --client-id unless given.
    #[arg(long, value_name = "ID")]
    redeem_client_id: Option<String>,

    /// The environment variable with its secret there, for client_secret_basic. Without it the grant is
    /// redeemed with what the client authenticates with in the exchange.
    #[arg(long, value_name = "VAR")]
    redeem_secret_env: Option<String>,

    /// Scopes to ask for there; what the grant gives unless given.
    #[arg(long, value_name = "SCOPE", default_value = "", hide_default_value = true)]
    redeem_scope: String,
}

impl PresetArgs {
    /// Fills a request with what the preset settles.
    ///
    /// # Errors
    ///
    /// When the request asks for something else.
    pub fn fill(&self, request: &mut ExchangeRequest) -> Result<(), Failure> {
        let Some(preset) = self.preset.map(PresetName::preset) else { return Ok(()) };
        let terms = preset.terms();
        let own = request.requested_token_type.trim();
        if !own.is_empty() && own != terms.requested_token_type {
            return Err(Failure::usage(format!(
                "the preset {} asks for {}, not for {own}",
                terms.name, terms.requested_token_type
            ))
            .hint("leave --requested-token-type out"));
        }
        let kind = request.subject_token_type.clone();
        preset.fill(request);
        if !kind.is_empty() {
            // What was said is not replaced; the checks say what is wrong with it.
            request.subject_token_type = kind;
        }
        Ok(())
    }

    /// The second leg, without the grant that it is for.
    ///
    /// # Errors
    ///
    /// When options are given for a leg that is none, or its secret is missing.
    pub fn redemption(&self, first: &Simulation) -> Result<Option<Redemption>, Failure> {
        let server = match (&self.redeem_at, &self.redeem_token_endpoint) {
            (Some(issuer), _) => Server::Issuer(issuer.clone()),
            (None, Some(url)) => Server::TokenEndpoint { url: url.clone(), jwks_uri: None },
            (None, None) => {
                let given = [
                    ("--redeem-client-id", self.redeem_client_id.is_some()),
                    ("--redeem-secret-env", self.redeem_secret_env.is_some()),
                    ("--redeem-scope", !self.redeem_scope.is_empty()),
                ];
                return match given.into_iter().find(|(_, given)| *given) {
                    Some((option, _)) => Err(Failure::usage(format!(
                        "{option} is for redeeming, and no server is given for that"
                    ))
                    .hint("add --redeem-at ISSUER or --redeem-token-endpoint URL")),
                    None => Ok(None),
                };
            }
        };
        if Preset::of(&first.request).is_some_and(|preset| !preset.terms().redeemed) {
            return Err(Failure::usage("a transaction token is no grant and cannot be redeemed")
                .hint("it goes into the header Txn-Token of the calls of its transaction"));
        }
        let mut client = first.client.clone();
        if let Some(id) = &self.redeem_client_id {
            client.id.clone_from(id);
        }
        if let Some(variable) = &self.redeem_secret_env {
            let secret = secret::needed(variable, "the secret of the client that redeems")?;
            client = Client { auth: ClientAuth::Basic(secret), ..client };
        }
        Ok(Some(Redemption {
            server,
            client,
            assertion: SecretString::default(),
            scope: self.redeem_scope.clone(),
            resource: Vec::new(),
            extra: Vec::new(),
            skew: first.skew,
        }))
    }
}

/// Refuses to send what the chosen preset forbids.
///
/// # Errors
///
/// When a requirement of the preset is not kept (exit 2).
pub fn refuse(
    asked: &ExchangeRequest,
    client: &Client,
    server: &Server,
    now: std::time::SystemTime,
) -> Result<(), Failure> {
    let Some(preset) = asked.preset else { return Ok(()) };
    let mut checks = request::all(asked, client, server, now, super::exchange::SKEW);
    checks.retain(|check| check.level == Level::Fail);
    match breaches(&checks).first() {
        None => Ok(()),
        Some(breach) => Err(Failure::usage(format!(
            "the preset {} forbids this request. {breach}",
            preset.terms().name
        ))
        .hint("without --preset it is sent as it is")),
    }
}
