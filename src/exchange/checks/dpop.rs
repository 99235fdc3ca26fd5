//! The proofs that went along, and how the server dealt with them (DPOP; RFC 9449).

use serde_json::{Map, Value};
use url::Url;

use super::{Check, Rule};
use crate::exchange::dpop::{self, TYP};
use crate::exchange::http::HttpAnswer;
use crate::exchange::keys::VERIFIED;
use crate::exchange::token::{self, Jwt, Token};

/// One request with its proof, and the answer to it.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    /// The values of all `DPoP` headers.
    pub proofs: &'a [&'a str],
    pub answer: &'a HttpAnswer,
}

/// All checks of the proofs of one exchange: `tried` has the request that was sent, or the two when
/// it was repeated with a nonce.
pub fn all(tried: &[Tried<'_>], endpoint: &Url) -> Vec<Check> {
    let decoded: Vec<Option<Jwt>> = tried
        .iter()
        .flat_map(|one| one.proofs)
        .map(|proof| match token::decode(proof) {
            Token::Jwt(jwt) => Some(jwt),
            _ => None,
        })
        .collect();
    let proofs: Vec<&Jwt> = decoded.iter().flatten().collect();
    let broken = proofs.len() < decoded.len();
    vec![
        header(&proofs, broken),
        claims(&proofs, tried, endpoint),
        one_header(tried),
        nonce(tried),
        names(&proofs),
    ]
}

/// The members that only a private key has (RFC 7518 §6).
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

fn header(proofs: &[&Jwt], broken: bool) -> Check {
    const RULE: Rule = Rule::new(
        "DPOP-01",
        "The proof says what it is and carries its public key",
        "RFC 9449 §4.2",
    );
    if broken {
        return RULE.fail("The proof is not a signed JWT.");
    }
    for proof in proofs {
        let algorithm = proof.header_text("alg").unwrap_or_default();
        if proof.header_text("typ") != Some(TYP) {
            return RULE.fail(format!("Its type (typ) is not {TYP}."));
        }
        if !VERIFIED.contains(&algorithm) {
            return RULE.fail(format!("“{algorithm}” is not an asymmetric signature."));
        }
        match proof.header.get("jwk").and_then(Value::as_object) {
            None => return RULE.fail("It does not carry its public key (jwk)."),
            Some(jwk) if has_private(jwk) => {
                return RULE.fail("It carries the private key, which is everybody's now.");
            }
            Some(_) => {}
        }
    }
    RULE.pass("It does.")
}

fn has_private(jwk: &Map<String, Value>) -> bool {
    PRIVATE.iter().any(|name| jwk.contains_key(*name))
}

fn claims(proofs: &[&Jwt], tried: &[Tried<'_>], endpoint: &Url) -> Check {
    const RULE: Rule = Rule::new("DPOP-02", "The proof is about this request", "RFC 9449 §4.2");
    for proof in proofs {
        let missing =
            ["jti", "htm", "htu", "iat"].into_iter().find(|name| proof.claim(name).is_none());
        if let Some(name) = missing {
            return RULE.fail(format!("It does not say {name}."));
        }
        if proof.text("htm") != Some("POST") {
            return RULE.fail("Its method (htm) is not POST.");
        }
        if proof.text("htu") != Some(&dpop::target(endpoint)) {
            return RULE.fail(
                "Its address (htu) is not that of the token endpoint without query and fragment.",
            );
        }
        if proof.claim("ath").is_some() {
            return RULE.warn("It names an access token (ath), which it does at a resource alone.");
        }
    }
    let told = tried.first().filter(|_| tried.len() > 1);
    if let (Some(first), Some(last)) = (told, proofs.last())
        && last.text("nonce") != first.answer.header("dpop-nonce")
    {
        return RULE.fail("It does not repeat the nonce that the server gave.");
    }
    RULE.pass(match told {
        Some(_) => "POST to the token endpoint, now, with the nonce of the server.",
        None => "POST to the token endpoint, now.",
    })
}

fn one_header(tried: &[Tried<'_>]) -> Check {
    const RULE: Rule = Rule::new("DPOP-03", "There is one proof in each request", "RFC 9449 §4.3");
    match tried.iter().find(|one| one.proofs.len() != 1) {
        Some(one) => RULE.fail(format!("There are {}.", one.proofs.len())),
        None => RULE.pass("There is."),
    }
}

fn nonce(tried: &[Tried<'_>]) -> Check {
    const RULE: Rule =
        Rule::new("DPOP-04", "A nonce is asked for once, and with one to use", "RFC 9449 §8")
            .about("nonce");
    let Some(last) = tried.last() else { return RULE.not_applicable("Nothing was sent.") };
    let again = dpop::asks_for_nonce(last.answer);
    match (tried.len() > 1, again) {
        (false, false) => RULE.not_applicable("The server asked for none."),
        (false, true) if last.answer.header("dpop-nonce").is_none() => {
            RULE.fail("The server asks for a nonce and gives none (DPoP-Nonce).")
        }
        (false, true) => RULE.fail("The nonce that the server gives has characters none may have."),
        (true, false) => RULE.pass("The server asked for one, and got it in a second request."),
        (true, true) => RULE.warn(
            "The server asked again after it got what it had asked for. There is no third try.",
        ),
    }
}

fn names(proofs: &[&Jwt]) -> Check {
    const RULE: Rule =
        Rule::new("DPOP-05", "No proof is used twice", "RFC 9449 §4.2, §11.1").about("jti");
    let names: Vec<&str> = proofs.iter().filter_map(|proof| proof.text("jti")).collect();
    let twice = names.iter().enumerate().any(|(at, name)| names[..at].contains(name));
    if twice {
        RULE.fail("Two of them have the same name, so a careful server refuses the second.")
    } else {
        RULE.pass("Each has a name of its own.")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use secrecy::SecretBox;
    use serde_json::json;

    use super::*;
    use crate::exchange::Level;

    fn answer(status: u16, nonce: Option<&str>, body: Value) -> HttpAnswer {
        HttpAnswer {
            status,
            headers: nonce.map(|n| ("dpop-nonce".to_owned(), n.to_owned())).into_iter().collect(),
            body: SecretBox::new(body.to_string().into_bytes().into_boxed_slice()),
            first_byte: Duration::ZERO,
            total: Duration::ZERO,
            phases: Default::default(),
        }
    }

    fn good() -> (Value, Value) {
        (
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": {"kty": "EC"}}),
            json!({"jti": "1", "htm": "POST", "htu": "https://login.example/token", "iat": 1}),
        )
    }

    fn text(parts: &(Value, Value)) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(&parts.0), part(&parts.1))
    }

    fn endpoint() -> Url {
        Url::parse("https://login.example/token?tenant=1").unwrap()
    }

    fn wants() -> HttpAnswer {
        answer(400, Some("n"), json!({"error": "use_dpop_nonce"}))
    }

    fn issued() -> HttpAnswer {
        answer(200, None, json!({"access_token": "x"}))
    }

    fn level(checks: &[Check], id: &str) -> Level {
        checks.iter().find(|check| check.id == id).unwrap().level
    }

    #[test]
    pub fn good_proofs_pass_with_and_without_a_nonce() {
        let proof = text(&good());
        let answer = issued();
        let checks = all(&[Tried { proofs: &[&proof], answer: &answer }], &endpoint());
        let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
        assert_eq!(ids, ["DPOP-01", "DPOP-02", "DPOP-03", "DPOP-04", "DPOP-05"]);
        assert!(checks.iter().all(|check| check.level <= Level::Pass), "{checks:?}");

        let mut again = good();
        again.1["jti"] = "2".into();
        again.1["nonce"] = "n".into();
        let (again, first) = (text(&again), wants());
        let tried = [
            Tried { proofs: &[&proof], answer: &first },
            Tried { proofs: &[&again], answer: &answer },
        ];
        let checks = all(&tried, &endpoint());
        assert!(checks.iter().all(|check| check.level == Level::Pass), "{checks:?}");
    }

    #[test]
    pub fn each_check_fires_on_what_it_is_for() {
        type Spoil = fn(&mut (Value, Value));
        let cases: &[(&str, Level, Spoil)] = &[
            ("DPOP-01", Level::Fail, |p| p.0["typ"] = "JWT".into()),
            ("DPOP-01", Level::Fail, |p| p.0["alg"] = "HS256".into()),
            ("DPOP-01", Level::Fail, |p| p.0["alg"] = "none".into()),
            ("DPOP-01", Level::Fail, |p| p.0["jwk"] = Value::Null),
            ("DPOP-01", Level::Fail, |p| p.0["jwk"]["d"] = "AA".into()),
            ("DPOP-02", Level::Fail, |p| p.1["jti"] = Value::Null),
            ("DPOP-02", Level::Fail, |p| {
                p.1.as_object_mut().unwrap().remove("iat");
            }),
            ("DPOP-02", Level::Fail, |p| p.1["htm"] = "GET".into()),
            ("DPOP-02", Level::Fail, |p| {
                p.1["htu"] = "https://login.example/token?tenant=1".into()
            }),
            ("DPOP-02", Level::Warn, |p| p.1["ath"] = "x".into()),
        ];
        for (index, (id, expected, spoil)) in cases.iter().enumerate() {
            let mut parts = good();
            spoil(&mut parts);
            let (proof, answer) = (text(&parts), issued());
            let checks = all(&[Tried { proofs: &[&proof], answer: &answer }], &endpoint());
            assert_eq!(level(&checks, id), *expected, "case {index}: {checks:?}");
        }
        let (proof, answer) = (text(&good()), issued());
        for proofs in [&[][..], &[&*proof, &*proof]] {
            let checks = all(&[Tried { proofs, answer: &answer }], &endpoint());
            assert_eq!(level(&checks, "DPOP-03"), Level::Fail);
        }
        let checks = all(&[Tried { proofs: &["opaque"], answer: &answer }], &endpoint());
        assert_eq!(level(&checks, "DPOP-01"), Level::Fail);
    }

    #[test]
    pub fn a_nonce_that_is_not_given_not_repeated_or_asked_for_twice_is_seen() {
        let proof = text(&good());
        for nonce in [None, Some("has \"quotes\"")] {
            let answer = answer(401, nonce, json!({"error": "use_dpop_nonce"}));
            let checks = all(&[Tried { proofs: &[&proof], answer: &answer }], &endpoint());
            assert_eq!(level(&checks, "DPOP-04"), Level::Fail);
        }
        let first = wants();
        let second = wants();
        let tried = [
            Tried { proofs: &[&proof], answer: &first },
            Tried { proofs: &[&proof], answer: &second },
        ];
        let checks = all(&tried, &endpoint());
        assert_eq!(level(&checks, "DPOP-02"), Level::Fail, "the nonce is not repeated");
        assert_eq!(level(&checks, "DPOP-04"), Level::Warn);
        assert_eq!(level(&checks, "DPOP-05"), Level::Fail, "the same proof again");
    }
}
