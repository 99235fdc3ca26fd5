//! What a dangling reference, or a mistyped one, may have meant.
//!
//! Ids get cut short when they are copied and mistyped when they are not. So candidates are, best
//! first: a client whose *name* was written for its id, ids of which one is the beginning of the
//! other (the longer the common part the better), and ids a few keystrokes away.

use super::index::{Letters, fold_name};
use super::{ClientKey, Id, IdForm, Project};

/// Fewer characters than these in common say nothing.
const PREFIX: usize = 6;
/// Keystrokes by which two ids may differ.
const DISTANCE: usize = 3;
/// More than these are no help.
const MOST: usize = 5;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Name,
    /// By how much is missing.
    Cut(usize),
    Typed(usize),
}

impl Project {
    /// Client apps that the dangling reference may have meant, best first: by name, by shared
    /// prefix, then by edit distance. At most five; none when nothing comes near.
    pub fn did_you_mean(&self, id: &Id) -> Vec<ClientKey> {
        // Even a part of a GUID is meant without case.
        let key = id.key().to_lowercase();
        let letters = Letters::of(&key);
        let name = fold_name(id.as_str());
        let placeholder = id.form() == IdForm::Placeholder;
        let mut found: Vec<(Rank, ClientKey)> = Vec::new();
        for (client, shape) in self.index.shapes() {
            if shape.name.as_deref() == Some(&*name) {
                found.push((Rank::Name, client));
                continue;
            }
            let Some(own) = shape.id.as_deref() else { continue };
            if shape.placeholder == placeholder
                && let Some(rank) = rank(&key, own, || letters.difference(&shape.letters))
                && self.client(client).id.as_ref().is_some_and(|own| own.value != *id)
            {
                found.push((rank, client));
            }
        }
        found.sort();
        found.truncate(MOST);
        found.into_iter().map(|(_, client)| client).collect()
    }

    /// The client app that a text names: by its id (GUID or placeholder), or by a name that only one
    /// has (without case). Quick, also where there is none, so that it may be asked in every frame.
    pub fn named(&self, text: &str) -> Option<ClientKey> {
        let text = text.trim();
        match self.all_by_id(&Id::new(text)) {
            [one] => return Some(*one),
            [] => {}
            _ => return None,
        }
        let mut named = self.all_by_name(text);
        named.next().filter(|_| named.next().is_none())
    }

    fn all_by_name(&self, text: &str) -> impl Iterator<Item = ClientKey> {
        let name = fold_name(text);
        let shapes = self.index.shapes();
        shapes.filter(move |(_, shape)| shape.name.as_deref() == Some(&*name)).map(|(key, _)| key)
    }

    /// A client app by what a person types, as [`Project::named`] has it; where there is none, what was
    /// perhaps meant is looked for, which takes a while in a large project.
    ///
    /// # Errors
    /// A sentence for that person, when nothing or more than one thing is meant.
    pub fn find(&self, text: &str) -> Result<ClientKey, String> {
        let text = text.trim();
        let id = Id::new(text);
        match self.all_by_id(&id) {
            [one] => return Ok(*one),
            [] => {}
            many => {
                let places: Vec<_> =
                    many.iter().map(|key| self.describe_place(self.client(*key).place)).collect();
                return Err(format!(
                    "{} client apps have the id {text}: {}",
                    many.len(),
                    places.join(", ")
                ));
            }
        }
        let named: Vec<_> = self.all_by_name(text).map(|key| self.client(key)).collect();
        match named.as_slice() {
            [one] => return Ok(one.key),
            [] => {}
            many => {
                let ids: Vec<_> = many
                    .iter()
                    .map(|client| match &client.id {
                        Some(id) => id.value.as_str().to_owned(),
                        None => self.describe_place(client.place),
                    })
                    .collect();
                return Err(format!(
                    "{} client apps are named {text}; use the id: {}",
                    many.len(),
                    ids.join(", ")
                ));
            }
        }
        let mut near: Vec<_> =
            self.did_you_mean(&id).iter().map(|key| self.client(*key).label().to_owned()).collect();
        if near.is_empty() {
            near = self.names_near(text);
        }
        Err(if near.is_empty() {
            format!("no client app has the id or name {text}")
        } else {
            format!("no client app has the id or name {text}; did you mean {}?", near.join(", "))
        })
    }

    fn names_near(&self, text: &str) -> Vec<String> {
        let text = fold_name(text);
        let allowed = (text.chars().count() / 3).clamp(1, DISTANCE);
        let near = |name: &str| {
            let distance = strsim::osa_distance(name, &text);
            let within = !text.is_empty() && name.contains(&text);
            (distance <= allowed || within).then_some(distance)
        };
        let shapes = self.index.shapes();
        let mut near: Vec<(usize, &str)> = shapes
            .filter_map(|(key, shape)| {
                let distance = near(shape.name.as_deref()?)?;
                Some((distance, self.client(key).label()))
            })
            .collect();
        near.sort_unstable();
        near.truncate(MOST);
        near.into_iter().map(|(_, name)| name.to_owned()).collect()
    }
}

/// The known key nearest to another: the same in another case or with other separators, or within
/// two keystrokes (one, when it is short).
pub(super) fn key_near(
    key: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let fold = |key: &str| -> String {
        let letters = key.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    // Keys are short; what is not is no slip of the hand.
    if key.len() > 64 {
        return None;
    }
    let own = fold(key);
    let allowed = match own.chars().count() {
        0..3 => 0,
        3..8 => 1,
        _ => 2,
    };
    let near = known.filter_map(|known| {
        let distance = strsim::osa_distance(&own, &fold(known));
        (distance <= allowed && !own.is_empty()).then_some((distance, known))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

fn rank(key: &str, own: &str, letters: impl Fn() -> u32) -> Option<Rank> {
    let (short, long) = if own.len() < key.len() { (own, key) } else { (key, own) };
    if short.len() < PREFIX {
        return None;
    }
    if long.starts_with(short) {
        return Some(Rank::Cut(long.len() - short.len()));
    }
    // Most ids need no closer look than at their letters.
    if long.len() - short.len() > DISTANCE || letters() > 2 * DISTANCE as u32 {
        return None;
    }
    let distance = strsim::osa_distance(key, own);
    (distance <= DISTANCE).then_some(Rank::Typed(distance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_near_a_known_one() {
        let known = || super::super::known_keys();
        for (key, meant) in [
            ("isPublik", "isPublic"),
            ("IsPublic", "isPublic"),
            ("is_public", "isPublic"),
            ("enable", "enabled"),
            ("allowedTokenExchangeClientApp", "allowedTokenExchangeClientApps"),
            ("clientAppFederatedIdentites", "clientAppFederatedIdentities"),
            ("nmae", "name"),
        ] {
            assert_eq!(key_near(key, known()), Some(meant), "{key}");
        }
        for key in ["", "x", "ld", "requirePkce", "tokenLifetime", "äöü", "---"] {
            assert_eq!(key_near(key, known()), None, "{key}");
        }
        assert_eq!(key_near(&"a".repeat(1 << 20), known()), None);
    }
}
