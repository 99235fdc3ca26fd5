//! What an exchange did to a token: subject and issued side by side.

use std::time::SystemTime;

use serde::Serialize;
use serde_json::Value;

use super::time;
use super::token::{self, Jwt};

/// What became of one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    Same,
    Changed,
    Gained,
    Lost,
}

/// One claim in both tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub claim: String,
    pub fate: Fate,
    /// As a person reads it; `None` when the token does not have it.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What changed from the subject token to the issued one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Every claim of either, those of the subject token first, in order.
    pub claims: Vec<Difference>,
    /// The changes that matter for access, as sentences.
    pub sentences: Vec<String>,
}

impl Comparison {
    pub fn new(before: &Jwt, after: &Jwt, now: SystemTime) -> Self {
        let mut claims: Vec<Difference> = before
            .claims
            .iter()
            .map(|(name, old)| {
                let new = after.claims.get(name);
                Difference {
                    claim: name.clone(),
                    fate: match new {
                        None => Fate::Lost,
                        Some(new) if new == old => Fate::Same,
                        Some(_) => Fate::Changed,
                    },
                    before: Some(token::explain(name, old, now)),
                    after: new.map(|new| token::explain(name, new, now)),
                }
            })
            .collect();
        claims.extend(
            after.claims.iter().filter(|(name, _)| !before.claims.contains_key(*name)).map(
                |(name, new)| Difference {
                    claim: name.clone(),
                    fate: Fate::Gained,
                    before: None,
                    after: Some(token::explain(name, new, now)),
                },
            ),
        );
        Self { claims, sentences: sentences(before, after) }
    }
}

fn sentences(before: &Jwt, after: &Jwt) -> Vec<String> {
    let mut found = Vec::new();
    match (before.text("sub"), after.text("sub")) {
        (Some(old), Some(new)) if old == new => {
            found.push(
                "The subject stays the same: the token still speaks of the same party.".into(),
            );
        }
        (Some(old), Some(new)) => found.push(format!(
            "The subject changes from “{old}” to “{new}”: the requester becomes someone else."
        )),
        _ => {}
    }
    let list = |items: &[&str]| items.join(", ");
    let (old, new) = (before.audiences(), after.audiences());
    let gained: Vec<&str> = new.iter().copied().filter(|one| !old.contains(one)).collect();
    let lost: Vec<&str> = old.iter().copied().filter(|one| !new.contains(one)).collect();
    if !gained.is_empty() {
        found.push(format!("The audience gains {}.", list(&gained)));
    }
    if !lost.is_empty() {
        found.push(format!("The audience loses {}.", list(&lost)));
    }
    if let (Some(old), Some(new)) = (before.scopes(), after.scopes()) {
        let gained: Vec<&str> = new.iter().copied().filter(|one| !old.contains(one)).collect();
        let lost: Vec<&str> = old.iter().copied().filter(|one| !new.contains(one)).collect();
        if !gained.is_empty() {
            found.push(format!("The scope gains {}.", list(&gained)));
        }
        if !lost.is_empty() {
            found.push(format!("The scope loses {}.", list(&lost)));
        }
    }
    if let (Some(old), Some(new)) = (before.date("exp"), after.date("exp")) {
        let length = time::span(new.abs_diff(old));
        match new.cmp(&old) {
            std::cmp::Ordering::Greater => {
                found.push(format!("It lives {length} longer than the subject token."));
            }
            std::cmp::Ordering::Less => {
                found.push(format!("It ends {length} before the subject token."));
            }
            std::cmp::Ordering::Equal => {}
        }
    }
    if let (Some((_, old)), Some((_, new))) = (before.client(), after.client())
        && old != new
    {
        found.push(format!("The client changes from “{old}” to “{new}”."));
    }
    let actor = |jwt: &Jwt| {
        jwt.actors().first().map(|actor| {
            actor
                .get("sub")
                .or_else(|| actor.get("client_id"))
                .and_then(Value::as_str)
                .map_or_else(|| "an actor without a name".to_owned(), |name| format!("“{name}”"))
        })
    };
    match (actor(before), actor(after)) {
        (None, Some(new)) => found.push(format!("The token now names {new} as the acting party.")),
        (Some(old), None) => {
            found.push(format!("That {old} acted before is no longer in the token."));
        }
        (Some(old), Some(new)) if old != new => {
            found.push(format!("The acting party changes from {old} to {new}."));
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    fn jwt(claims: Value) -> Jwt {
        let Value::Object(claims) = claims else { panic!("not an object") };
        Jwt { header: Map::new(), claims }
    }

    #[test]
    fn each_claim_has_its_fate() {
        let before = jwt(json!({"sub": "u", "aud": "a", "nonce": "n", "exp": 100}));
        let after = jwt(json!({"exp": 160, "sub": "u", "aud": ["b"], "act": {"sub": "p"}}));
        let comparison = Comparison::new(&before, &after, SystemTime::UNIX_EPOCH);
        let fates: Vec<_> = comparison.claims.iter().map(|d| (d.claim.as_str(), d.fate)).collect();
        assert_eq!(
            fates,
            [
                ("sub", Fate::Same),
                ("aud", Fate::Changed),
                ("nonce", Fate::Lost),
                ("exp", Fate::Changed),
                ("act", Fate::Gained)
            ]
        );
        let text = comparison.sentences.join(" ");
        for part in ["stays the same", "gains b", "loses a", "1 min longer", "names “p”"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn a_changed_subject_and_grown_scope_are_said() {
        let before = jwt(json!({"sub": "u", "scope": "read", "azp": "a", "act": {"sub": "x"}}));
        let after = jwt(json!({"sub": "v", "scope": "read write", "client_id": "b"}));
        let text = Comparison::new(&before, &after, SystemTime::UNIX_EPOCH).sentences.join(" ");
        for part in ["becomes someone else", "gains write", "from “a” to “b”", "no longer"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("loses"));
    }
}
