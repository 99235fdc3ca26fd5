//! What a certificate of the client is good for (MTLS, RFC 8705).

use serde_json::Value;

use super::{Check, Context, Rule};
use crate::exchange::certificate::ClientCertificate;
use crate::exchange::client_auth::{Client, ClientAuth};
use crate::exchange::discovery::Metadata;
use crate::exchange::run::Exchange;
use crate::exchange::token::{Jwt, Token};

/// MTLS-01; nothing for a client without a certificate.
pub fn shown(client: &Client, metadata: Option<&Metadata>, exchange: &Exchange) -> Option<Check> {
    client.certificate()?;
    let alias = metadata.is_some_and(|metadata| metadata.alias("token_endpoint").is_some());
    Some(judge(&client.auth, alias, exchange.answer.phases.certificate_wanted))
}

fn judge(auth: &ClientAuth, alias: bool, wanted: Option<bool>) -> Check {
    const RULE: Rule =
        Rule::new("MTLS-01", "The server asks for the client's certificate", "RFC 8705 §2, §5")
            .about("client_auth");
    let place = if alias {
        "at the endpoint that the metadata has for clients with one"
    } else {
        "at its usual token endpoint"
    };
    match (wanted, auth) {
        (Some(true), _) => RULE.pass(format!("It did, {place}.")),
        (None, _) => RULE.not_applicable("The connection stood already."),
        (Some(false), ClientAuth::Tls { .. }) => RULE.fail(format!(
            "It did not, {place}, so none was shown and nothing proved who the client is."
        )),
        (Some(false), _) => RULE.warn(format!(
            "It did not, {place}, so none was shown and no token can be bound to it."
        )),
    }
}

/// MTLS-02: whether the issued token is bound to the certificate; nothing for a client without one.
pub fn bound(context: &Context<'_>) -> Option<Check> {
    let certificate = context.client.certificate()?;
    let jwt = context.issued.and_then(Token::jwt);
    let name = "tls_client_certificate_bound_access_tokens";
    let promised = context
        .metadata
        .is_some_and(|metadata| metadata.document.get(name) == Some(&Value::Bool(true)));
    Some(compare(certificate, jwt, promised, context.client.dpop.is_some()))
}

fn compare(
    certificate: &ClientCertificate,
    jwt: Option<&Jwt>,
    promised: bool,
    proved: bool,
) -> Check {
    const RULE: Rule = Rule::new(
        "MTLS-02",
        "The token is bound to the client's certificate",
        "RFC 8705 §3, §3.1, §3.3",
    )
    .about("cnf");
    let Some(jwt) = jwt else { return RULE.not_applicable("The token cannot be looked into.") };
    let claimed = jwt.claim("cnf").and_then(|cnf| cnf.get("x5t#S256")).map(Value::as_str);
    match claimed {
        Some(Some(thumbprint)) if thumbprint == certificate.thumbprint() => {
            RULE.pass("It is: cnf has the certificate's thumbprint (x5t#S256).")
        }
        Some(Some(thumbprint)) if thumbprint.trim_end_matches('=') == certificate.thumbprint() => {
            RULE.fail("The thumbprint in cnf (x5t#S256) ends in “=”, which it must not.")
        }
        Some(_) => RULE.fail("The thumbprint in cnf (x5t#S256) is not that of the certificate."),
        // RFC 7800 §3.1. Whether it is the right one is TOK-13.
        None if proved && jwt.claim("cnf").is_some_and(|cnf| cnf.get("jkt").is_some()) => RULE
            .not_applicable("It is bound to the key of the proof instead; cnf names a single one."),
        None if promised => RULE.warn(
            "It is not, though the metadata says that the server binds tokens to certificates. \
             Whether it does so may be a setting of the client.",
        ),
        None => RULE.note("It is not. The metadata does not say that the server would."),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;
    use crate::exchange::Level;
    use crate::exchange::certificate::tests::certificate;

    #[test]
    pub fn a_token_that_is_not_bound_to_the_certificate_is_seen() {
        let certificate = certificate();
        let jwt = |claims: Value| {
            let Value::Object(claims) = claims else { panic!("no object") };
            Jwt { header: serde_json::Map::new(), claims }
        };
        let thumbprint = certificate.thumbprint();
        let (certificate, proved) = (&certificate, false);
        for (claims, promised, expected) in [
            (json!({"cnf": {"x5t#S256": thumbprint}}), false, Level::Pass),
            (json!({"cnf": {"x5t#S256": format!("{thumbprint}=")}}), true, Level::Fail),
            (json!({"cnf": {"x5t#S256": "x"}}), false, Level::Fail),
            (json!({"cnf": {"x5t#S256": 3}}), false, Level::Fail),
            (json!({"cnf": {"jkt": "x"}}), true, Level::Warn),
            (json!({}), true, Level::Warn),
            (json!({}), false, Level::Note),
        ] {
            let check = compare(certificate, Some(&jwt(claims)), promised, proved);
            assert_eq!(check.level, expected, "{}", check.finding);
        }
        assert_eq!(compare(certificate, None, true, proved).level, Level::NotApplicable);
        // A proof of possession is what such a token is bound to.
        for (claims, expected) in
            [(json!({"cnf": {"jkt": "x"}}), Level::NotApplicable), (json!({}), Level::Warn)]
        {
            let check = compare(certificate, Some(&jwt(claims)), true, true);
            assert_eq!(check.level, expected, "{}", check.finding);
        }
    }

    #[test]
    pub fn a_server_that_asks_for_none_is_seen() {
        let tls = ClientAuth::Tls { certificate: certificate(), self_signed: true };
        let basic = ClientAuth::Basic(SecretString::default());
        for (auth, alias, wanted, expected) in [
            (&tls, true, Some(true), Level::Pass),
            (&basic, false, Some(true), Level::Pass),
            (&tls, false, Some(false), Level::Fail),
            (&basic, true, Some(false), Level::Warn),
            (&tls, false, None, Level::NotApplicable),
        ] {
            let check = judge(auth, alias, wanted);
            assert_eq!(check.level, expected);
            let named = check.finding.contains("metadata");
            assert_eq!(named, alias && wanted.is_some(), "{}", check.finding);
        }
    }
}
