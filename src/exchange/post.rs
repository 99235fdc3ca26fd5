//! One request to the token endpoint, with all that authenticates it, and its one repetition.
//!
//! A server may want a nonce of its own in the proof of possession, and says so by refusing the
//! first request (RFC 9449 §8). The request is then made anew, since an assertion and a proof are
//! good for once, and sent once more. A server that asks again is not obeyed: it would never end.

use std::time::Instant;

use secrecy::SecretString;

use super::assertion::Occasion;
use super::client_auth::{Client, Credentials};
use super::dpop::{self, Proved};
use super::http::{self, Http, HttpAnswer, TransportError};
use super::redact::Redactor;
use super::request::{Parameter, form};

/// What was sent, and what came back.
#[derive(Debug)]
pub(super) struct Attempt {
    pub parameters: Vec<Parameter>,
    /// Whether there was an `Authorization` header.
    pub authorization: bool,
    /// The proof of possession that went along.
    pub proof: Option<SecretString>,
    pub answer: HttpAnswer,
}

/// The request that counts, and the one before it when a nonce was wanted.
#[derive(Debug)]
pub(super) struct Posted {
    pub first: Option<Attempt>,
    pub last: Attempt,
}

/// Posts a form to the occasion's token endpoint. `parameters` puts it together with what
/// authenticates; the redactor learns what of that is secret.
pub(super) async fn post(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    parameters: impl Fn(&Credentials) -> Vec<Parameter> + Send + Sync,
    redactor: &mut Redactor,
) -> Result<Posted, TransportError> {
    http::allowed(occasion.token_endpoint)?;
    let started = Instant::now();
    client.teach(redactor);
    let first = attempt(http, occasion, client, &parameters, None, redactor).await?;
    let nonce = first.proof.as_ref().and_then(|_| dpop::wanted_nonce(&first.answer));
    let Some(nonce) = nonce.map(str::to_owned) else {
        return Ok(Posted { first: None, last: first });
    };
    let later = Occasion { now: occasion.now + started.elapsed(), ..*occasion };
    let last = attempt(http, &later, client, &parameters, Some(&nonce), redactor).await?;
    Ok(Posted { first: Some(first), last })
}

async fn attempt(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    parameters: &(impl Fn(&Credentials) -> Vec<Parameter> + Send + Sync),
    nonce: Option<&str>,
    redactor: &mut Redactor,
) -> Result<Attempt, TransportError> {
    let credentials = client.credentials(occasion)?;
    credentials.teach(redactor);
    let url = occasion.token_endpoint;
    let proof = match &client.dpop {
        None => None,
        Some(key) => {
            let proved =
                Proved { method: "POST", url, nonce, access_token: None, now: occasion.now };
            Some(dpop::proof(key, &proved)?)
        }
    };
    if let Some(proof) = &proof {
        redactor.add(proof);
    }
    let parameters = parameters(&credentials);
    let secrets: Vec<(&str, &SecretString)> =
        [("authorization", credentials.authorization.as_ref()), ("dpop", proof.as_ref())]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
    let answer = http.post_form(url, client.certificate(), &secrets, &form(&parameters)).await?;
    let authorization = credentials.authorization.is_some();
    Ok(Attempt { parameters, authorization, proof, answer })
}
