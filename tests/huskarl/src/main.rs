//! Huskarl, a client that others wrote, at the studio's own authority.
//!
//! ```text
//! with-huskarl ISSUER WITH_SECRET WITH_KEY TARGET STRANGER
//! ```
//!
//! The ids of four clients: one with the secret `SECRET`, one with the private key `KEY` (PEM), whom both
//! may exchange for, and one that they may not. `SUBJECT` and `SUBJECT_OF_KEY` are tokens of a user, one
//! of each of the first two. Ends with a failure at the first thing that is not as it should be.

use std::error::Error;

use huskarl::core::client_auth::ClientAuthentication;
use huskarl::core::client_auth::{Audience, ClientSecret, JwtBearer};
use huskarl::core::dpop::{AuthorizationServerDPoP, DPoP, NoDPoP};
use huskarl::core::secrets::{EnvVarSecret, SecretString};
use huskarl::core::server_metadata::AuthorizationServerMetadata;
use huskarl::grant::client_credentials::{
    ClientCredentialsGrant, ClientCredentialsGrantParameters,
};
use huskarl::grant::token_exchange::{
    SecurityToken, SecurityTokenType, TokenExchangeGrant, TokenExchangeGrantParameters,
};
use huskarl::prelude::*;
use huskarl::revocation::TokenRevocation;
use huskarl::token::AccessToken;
use huskarl_crypto_native::asymmetric::signer::{
    AsymmetricAlgorithm, GenerateAlgorithm, PrivateKey, pkcs8_pem,
};
use huskarl_reqwest::ReqwestClient;

type Fallible<T> = Result<T, Box<dyn Error>>;

fn exchange_of(subject: &str, target: &str, scope: &[&str]) -> TokenExchangeGrantParameters {
    let subject = SecurityToken::builder()
        .token(SecretString::new(subject))
        .token_type(SecurityTokenType::AccessToken)
        .build();
    let scope = (!scope.is_empty()).then(|| scope.iter().map(|&one| one.to_owned()).collect());
    TokenExchangeGrantParameters::builder()
        .subject(subject)
        .audience(target)
        .maybe_scope(scope)
        .build()
}

struct Authority {
    http: ReqwestClient,
    metadata: AuthorizationServerMetadata,
}

impl Authority {
    async fn new(issuer: &str) -> Fallible<Self> {
        let http = ReqwestClient::builder().build().await?;
        let metadata =
            AuthorizationServerMetadata::fetch().http_client(&http).issuer(issuer).call().await?;
        let openid = AuthorizationServerMetadata::oidc_fetch()
            .http_client(&http)
            .issuer(issuer)
            .call()
            .await?;
        assert_eq!(metadata.token_endpoint, openid.token_endpoint);
        Ok(Self { http, metadata })
    }

    fn exchange(
        &self,
        client: &str,
        auth: impl ClientAuthentication + 'static,
        dpop: impl AuthorizationServerDPoP + 'static,
    ) -> TokenExchangeGrant {
        TokenExchangeGrant::builder_from_metadata(&self.metadata)
            .client_id(client)
            .http_client(self.http.clone())
            .client_auth(auth)
            .dpop(dpop)
            .build()
    }
}

fn secret(basic: bool) -> Fallible<ClientSecret> {
    let secret = EnvVarSecret::string("SECRET")?;
    Ok(ClientSecret::builder().client_secret(secret).prefer_basic_auth(basic).build())
}

fn bearer(key: PrivateKey, audience: Audience) -> JwtBearer {
    JwtBearer::builder().signer(key).audience(audience).build()
}

async fn refused(grant: &TokenExchangeGrant, parameters: TokenExchangeGrantParameters, code: &str) {
    match grant.exchange(parameters).await {
        Ok(_) => panic!("not refused: {code}"),
        Err(error) => {
            let verdict = error.verdict().unwrap_or_else(|| panic!("no verdict: {error:?}"));
            assert_eq!(verdict.code().as_str(), code, "{verdict:?}");
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [issuer, with_secret, with_key, target, stranger] = arguments.as_slice() else {
        return Err("ISSUER WITH_SECRET WITH_KEY TARGET STRANGER".into());
    };
    let subject = std::env::var("SUBJECT")?;
    let authority = Authority::new(issuer).await?;

    // A token of the client's own, and its end.
    let grant = ClientCredentialsGrant::builder_from_metadata(&authority.metadata)
        .client_id(with_secret.as_str())
        .http_client(authority.http.clone())
        .client_auth(secret(true)?)
        .build();
    let own = grant.exchange(ClientCredentialsGrantParameters::builder().build()).await?;
    assert!(matches!(own.access_token(), AccessToken::Bearer(_)), "{own:?}");
    let revocation = TokenRevocation::builder_from_metadata(&authority.metadata)?
        .client_id(with_secret.clone())
        .client_auth(secret(true)?)
        .build();
    revocation.revoke(&authority.http, own.access_token()).await?;

    for basic in [true, false] {
        let grant = authority.exchange(with_secret, secret(basic)?, NoDPoP);
        let issued = grant.exchange(exchange_of(&subject, target, &["read"])).await?;
        assert!(matches!(issued.access_token(), AccessToken::Bearer(_)), "{issued:?}");
        assert_ne!(issued.access_token().token().expose_secret(), subject);
        assert!(issued.refresh_token().is_none());
        refused(&grant, exchange_of(&subject, stranger, &[]), "invalid_target").await;
        refused(&grant, exchange_of(&subject, target, &["admin"]), "invalid_scope").await;
        refused(&grant, exchange_of("nonsense", target, &[]), "invalid_request").await;
    }

    // Huskarl says in the header of an assertion what it is, and means it for the issuer, or for the
    // endpoint that it goes to.
    let of_key = std::env::var("SUBJECT_OF_KEY")?;
    for audience in [Audience::Issuer, Audience::TargetEndpoint] {
        let jwk = pkcs8_pem(&std::env::var("KEY")?, AsymmetricAlgorithm::Es256, None)?;
        let auth = bearer(PrivateKey::from_jwk(jwk)?, audience.clone());
        let grant = authority.exchange(with_key, auth, NoDPoP);
        grant.exchange(exchange_of(&of_key, target, &[])).await?;
        let auth = bearer(PrivateKey::generate(GenerateAlgorithm::Es256, None)?, audience);
        let grant = authority.exchange(with_key, auth, NoDPoP);
        refused(&grant, exchange_of(&of_key, target, &[]), "invalid_client").await;
    }

    // Bound to a key; the authority wants a nonce in each proof, and tells it in its refusal.
    let key = PrivateKey::generate(GenerateAlgorithm::Es256, None)?;
    let dpop = DPoP::builder().signer(key).build();
    let grant = authority.exchange(with_secret, secret(true)?, dpop);
    let issued = grant.exchange(exchange_of(&subject, target, &[])).await?;
    assert!(matches!(issued.access_token(), AccessToken::DPoP(_)), "{issued:?}");

    println!("all as it should be");
    Ok(())
}
