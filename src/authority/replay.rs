//! Names (`jti`) that are remembered until they have expired: those of assertions and proofs, which
//! may be used once, and those of tokens that were revoked.

use std::collections::HashMap;

use crate::exchange::keys::sha256_base64url;

/// How many names are kept. More at once means that somebody floods the server.
const MOST: usize = 100_000;

/// The names seen so far, by a digest of a fixed length, with the second until which each counts.
#[derive(Default)]
pub(super) struct Seen(HashMap<String, i64>);

/// Why a name is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replay {
    /// It was there before.
    Again,
    /// There is no room to remember it, so that it could come again.
    Full,
}

impl Seen {
    /// Takes a name the first time, and not again until `until` has passed. `owner` is whose name
    /// it is: two clients may have the same.
    pub fn first(&mut self, owner: &str, name: &str, until: i64, now: i64) -> Result<(), Replay> {
        self.0.retain(|_, until| *until >= now);
        let key = key(owner, name);
        if self.0.contains_key(&key) {
            return Err(Replay::Again);
        }
        if self.0.len() >= MOST {
            return Err(Replay::Full);
        }
        self.0.insert(key, until);
        Ok(())
    }

    /// Whether the name was taken, and its time has not passed.
    pub fn has(&self, owner: &str, name: &str, now: i64) -> bool {
        self.0.get(&key(owner, name)).is_some_and(|until| *until >= now)
    }
}

/// The length keeps one pair apart from another with the same letters.
fn key(owner: &str, name: &str) -> String {
    sha256_base64url(&format!("{}:{owner}{name}", owner.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_once_per_owner_until_its_time_has_passed() {
        let mut seen = Seen::default();
        assert_eq!(seen.first("a", "b1", 100, 50), Ok(()));
        assert_eq!(seen.first("a", "b1", 100, 100), Err(Replay::Again));
        assert!(seen.has("a", "b1", 100) && !seen.has("a", "b1", 101) && !seen.has("b", "b1", 60));
        assert_eq!(seen.first("ab", "1", 100, 60), Ok(()));
        assert_eq!(seen.first("c", "b1", 100, 60), Ok(()));
        assert_eq!(seen.first("a", "b1", 200, 101), Ok(()));
        assert_eq!(seen.0.len(), 1, "what has expired is forgotten");
    }

    #[test]
    fn what_cannot_be_remembered_is_not_taken() {
        let mut seen = Seen((0..MOST).map(|n| (n.to_string(), 10)).collect());
        assert_eq!(seen.first("a", "x", 10, 5), Err(Replay::Full));
        assert_eq!(seen.first("a", "x", 20, 11), Ok(()));
    }
}
