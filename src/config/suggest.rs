//! What a dangling reference, or a mistyped one, may have meant.
//!
//! Ids get cut short when they are copied and mistyped when they are not. So candidates are, best
//! first: a client whose *name* was written for its id, ids of which one is the beginning of the
//! other (the longer the common part the better), and ids a few keystrokes away.

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
        let letters = histogram(&key);
        let placeholder = id.form() == IdForm::Placeholder;
        let mut found: Vec<(Rank, ClientKey)> = Vec::new();
        for client in self.clients() {
            let named =
                client.name.as_ref().is_some_and(|name| same_name(&name.value, id.as_str()));
            if named {
                found.push((Rank::Name, client.key));
                continue;
            }
            let Some(own) = &client.id else { continue };
            if own.value == *id || (own.value.form() == IdForm::Placeholder) != placeholder {
                continue;
            }
            let rank = rank(&key, &letters, &own.value.key().to_lowercase());
            found.extend(rank.map(|rank| (rank, client.key)));
        }
        found.sort();
        found.truncate(MOST);
        found.into_iter().map(|(_, client)| client).collect()
    }

    /// A client app by what a person types: GUID, placeholder, or unambiguous name (without case).
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
        let named: Vec<_> = self
            .clients()
            .iter()
            .filter(|client| client.name.as_ref().is_some_and(|name| same_name(&name.value, text)))
            .collect();
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
        let text = text.to_lowercase();
        let allowed = (text.chars().count() / 3).clamp(1, DISTANCE);
        let mut near: Vec<(usize, &str)> = self
            .clients()
            .iter()
            .filter_map(|client| client.name.as_ref())
            .filter_map(|name| {
                let own = name.value.to_lowercase();
                let distance = strsim::osa_distance(&own, &text);
                let within = !text.is_empty() && own.contains(&text);
                (distance <= allowed || within).then_some((distance, name.value.as_str()))
            })
            .collect();
        near.sort_unstable();
        near.truncate(MOST);
        near.into_iter().map(|(_, name)| name.to_owned()).collect()
    }
}

fn same_name(name: &str, text: &str) -> bool {
    name.trim().to_lowercase() == text.trim().to_lowercase()
}

fn rank(key: &str, letters: &[u8; 32], own: &str) -> Option<Rank> {
    let (short, long) = if own.len() < key.len() { (own, key) } else { (key, own) };
    if short.len() >= PREFIX && long.starts_with(short) {
        return Some(Rank::Cut(long.len() - short.len()));
    }
    if long.len() - short.len() > DISTANCE || short.len() < PREFIX {
        return None;
    }
    // Each keystroke changes at most two of the counts, so most ids need no closer look: ten
    // thousand of them are compared in well under a millisecond.
    let differing: usize =
        letters.iter().zip(histogram(own)).map(|(a, b)| usize::from(a.abs_diff(b))).sum();
    if differing > 2 * DISTANCE {
        return None;
    }
    let distance = strsim::osa_distance(key, own);
    (distance <= DISTANCE).then_some(Rank::Typed(distance))
}

/// How often each class of byte occurs.
fn histogram(text: &str) -> [u8; 32] {
    let mut counts = [0u8; 32];
    for byte in text.bytes() {
        let count = &mut counts[usize::from(byte & 31)];
        *count = count.saturating_add(1);
    }
    counts
}
