//! The tokens of this session, in memory and nowhere else.
//!
//! Whatever was got or issued is kept here until it is forgotten, one by one or all at once, and is
//! wiped then, as it is when the window closes. What is shown of a token is what it is for and how
//! long it lives; the token itself leaves only by a deliberate copy.

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use crate::exchange::time::seconds;
use crate::exchange::token;

/// Most tokens that are kept; the oldest goes first.
const MOST: usize = 50;

/// Names a token for as long as the window is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenId(u64);

/// A token that was got or issued. `Debug` masks it.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for, as in "alice at Portal".
    pub label: String,
    pub token: SecretString,
    /// What gets the next one without the user.
    pub refresh: Option<SecretString>,
    /// What kind it is, as a URI.
    pub token_type: String,
    /// Whom it was issued to, which is who may refresh it.
    pub client_id: String,
    /// For how long, as the server said; what the token says itself goes first.
    pub lifetime: Option<Duration>,
    /// When it was got.
    pub at: SystemTime,
}

/// A token that is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: TokenId,
    pub label: String,
    pub token: SecretString,
    pub refresh: Option<SecretString>,
    pub token_type: String,
    pub client_id: String,
    /// Seconds since 1970.
    pub expires: Option<i64>,
    pub at: SystemTime,
}

impl Kept {
    /// How long it still lives; `None` when nobody says, zero when it has ended.
    pub fn remaining(&self, now: SystemTime) -> Option<u64> {
        self.expires.map(|end| u64::try_from(end.saturating_sub(seconds(now))).unwrap_or(0))
    }
}

#[derive(Debug, Default)]
pub struct Vault {
    tokens: Vec<Kept>,
    next: u64,
}

impl Vault {
    /// Keeps a token, the newest first. One that is here already moves to the front.
    pub fn keep(&mut self, new: NewToken) -> TokenId {
        let NewToken { label, token, refresh, token_type, client_id, lifetime, at } = new;
        let known = self.tokens.iter().position(|kept| {
            crate::exchange::keys::same_secret(kept.token.expose_secret(), token.expose_secret())
        });
        if let Some(known) = known {
            let kept = self.tokens.remove(known);
            let id = kept.id;
            self.tokens.insert(0, kept);
            return id;
        }
        let says = token::decode(token.expose_secret());
        let own = says.jwt().and_then(|jwt| jwt.claims.get("exp")?.as_f64());
        let lifetime = lifetime.and_then(|lifetime| i64::try_from(lifetime.as_secs()).ok());
        let expires = own
            .map(|end| end as i64)
            .or_else(|| lifetime.map(|lifetime| seconds(at).saturating_add(lifetime)));
        let id = TokenId(self.next);
        self.next += 1;
        let kept = Kept { id, label, token, refresh, token_type, client_id, expires, at };
        self.tokens.insert(0, kept);
        self.tokens.truncate(MOST);
        id
    }

    /// The tokens, the newest first.
    pub fn tokens(&self) -> &[Kept] {
        &self.tokens
    }

    pub fn get(&self, id: TokenId) -> Option<&Kept> {
        self.tokens.iter().find(|kept| kept.id == id)
    }

    pub fn forget(&mut self, id: TokenId) {
        self.tokens.retain(|kept| kept.id != id);
    }

    pub fn wipe(&mut self) {
        self.tokens.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> NewToken {
        NewToken {
            label: text.to_owned(),
            token: SecretString::from(format!("MARKED-{text}")),
            refresh: None,
            token_type: String::new(),
            client_id: String::new(),
            lifetime: Some(Duration::from_secs(60)),
            at: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_newest_is_first_and_the_same_is_kept_once() {
        let mut vault = Vault::default();
        let (a, b) = (vault.keep(token("a")), vault.keep(token("b")));
        assert_eq!(vault.keep(token("a")), a);
        let order: Vec<TokenId> = vault.tokens().iter().map(|kept| kept.id).collect();
        assert_eq!(order, [a, b]);
        vault.forget(a);
        assert!(vault.get(a).is_none());
        assert!(vault.get(b).is_some());
        assert!(!format!("{vault:?}").contains("MARKED"));
        vault.wipe();
        assert!(vault.tokens().is_empty());
        // A name is not given twice.
        assert_ne!(vault.keep(token("c")), a);
        for number in 0..2 * MOST {
            vault.keep(token(&number.to_string()));
        }
        assert_eq!(vault.tokens().len(), MOST);
    }

    #[test]
    fn a_life_ends_when_the_token_or_the_server_says() {
        let mut vault = Vault::default();
        let id = vault.keep(token("opaque"));
        let after = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let kept = vault.get(id).unwrap();
        assert_eq!(kept.remaining(after(20)), Some(40));
        assert_eq!(kept.remaining(after(70)), Some(0));
        use base64::Engine as _;
        let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let jwt = format!("{}.{}.c2ln", part(r#"{"alg":"ES256"}"#), part(r#"{"exp":90}"#));
        let id = vault.keep(NewToken { token: jwt.into(), ..token("jwt") });
        assert_eq!(vault.get(id).unwrap().remaining(after(20)), Some(70));
        let id = vault.keep(NewToken { lifetime: None, ..token("x") });
        assert_eq!(vault.get(id).unwrap().remaining(after(20)), None);
    }
}
