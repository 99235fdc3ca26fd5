//! The entries of a list as they are shown: their fields, and what is to be said of each.

use crate::config::{
    ClientApp, Field, Id, ItemAt, Metadata, Moment, Named, Part, Secret, Withheld,
};
use crate::yaml::Step;

use super::super::super::super::state::State;

/// One entry as it is shown.
pub struct Entry<'a> {
    pub at: &'a ItemAt,
    pub fields: Vec<Shown>,
    /// What is to be said of the entry: whether it is a warning, and the words.
    pub notes: Vec<(bool, String)>,
}

/// One field of an entry.
pub struct Shown {
    pub field: Field,
    pub path: Vec<Step>,
    pub text: String,
    pub shared: bool,
}

fn shown<T>(
    at: &ItemAt,
    field: Field,
    named: &Option<Named<T>>,
    text: impl Fn(&T) -> String,
) -> Option<Shown> {
    let named = named.as_ref()?;
    let path = if named.key.is_empty() { at.path() } else { at.path_to(named.key) };
    let shared = named.stated.shared.is_some() || at.shared.is_some();
    Some(Shown { field, path, text: text(&named.stated.value), shared })
}

fn id_text(id: &Id) -> String {
    id.as_str().to_owned()
}

/// The entries of a list.
pub fn entries<'a>(state: &State, client: &'a ClientApp, part: Part, now: i64) -> Vec<Entry<'a>> {
    let entry = |at: &'a ItemAt, fields: Vec<Option<Shown>>| Entry {
        at,
        fields: fields.into_iter().flatten().collect(),
        notes: Vec::new(),
    };
    match part {
        Part::Secret | Part::Secrets => {
            let secrets = client.secrets().unwrap_or_default().iter();
            let secrets = secrets.filter(|secret| secret.at.part == part);
            secrets
                .map(|secret| {
                    let at = &secret.at;
                    let mut shown = entry(
                        at,
                        vec![
                            shown(at, Field::Name, &secret.name, String::clone),
                            shown(at, Field::Description, &secret.description, String::clone),
                            shown(at, Field::Type, &secret.kind, String::clone),
                            shown(at, Field::Expires, &secret.expires, |date| date.text.clone()),
                        ],
                    );
                    shown.notes = secret_notes(secret, now);
                    shown
                })
                .collect()
        }
        Part::LoginRedirectUris | Part::LogoutRedirectUris | Part::RedirectUris => {
            let uris = client.redirect_uris().iter().filter(|uri| uri.at.part == part);
            uris.map(|uri| {
                let at = &uri.at;
                entry(
                    at,
                    vec![
                        shown(at, Field::Uri, &uri.uri, String::clone),
                        shown(at, Field::Type, &uri.kind, String::clone),
                    ],
                )
            })
            .collect()
        }
        Part::Roles => {
            let roles = client.roles().iter();
            roles
                .map(|role| {
                    let at = &role.at;
                    entry(
                        at,
                        vec![
                            shown(at, Field::Role, &role.role, String::clone),
                            shown(at, Field::Target, &role.target, id_text),
                        ],
                    )
                })
                .collect()
        }
        Part::Metadata => client.metadata().iter().map(|it| metadata(state, it)).collect(),
        _ => {
            let attached = client.attached_in(part);
            attached
                .map(|it| {
                    let at = &it.at;
                    let id = if it.target.is_some() || it.name.is_some() {
                        None
                    } else {
                        shown(at, Field::Id, &it.id, id_text)
                    };
                    entry(
                        at,
                        vec![
                            shown(at, Field::Name, &it.name, String::clone),
                            shown(at, Field::Target, &it.target, id_text),
                            id,
                        ],
                    )
                })
                .collect()
        }
    }
}

fn metadata<'a>(state: &State, it: &'a Metadata) -> Entry<'a> {
    let mut fields = Vec::new();
    let shared = it.at.shared.is_some();
    if let Some(key) = &it.key {
        let path = match (&it.at.step, it.value_key) {
            // The key of a mapping is renamed, not set.
            (_, "") => Vec::new(),
            _ => it.at.path_to("key"),
        };
        let shared = shared || key.shared.is_some();
        fields.push(Shown { field: Field::Key, path, text: key.value.clone(), shared });
    }
    let path = it.value_path();
    let document = it.value.and_then(|place| state.project.document(place.file, place.document));
    if let Some(Ok(tree)) = document.map(|document| document.tree())
        && let Some(text) = tree.at(&path).and_then(|node| tree.text(node))
    {
        fields.push(Shown { field: Field::Value, path, text: text.to_owned(), shared });
    }
    Entry { at: &it.at, fields, notes: Vec::new() }
}

fn secret_notes(secret: &Secret, now: i64) -> Vec<(bool, String)> {
    let mut notes = Vec::new();
    match secret.value.as_ref().map(|value| *value.value()) {
        Some(Withheld::Something) => {
            notes.push((false, "A value is stated here. It is not shown.".to_owned()))
        }
        Some(Withheld::Placeholder) => {
            notes.push((false, "Its value is a placeholder.".to_owned()))
        }
        Some(Withheld::Empty) => notes.push((true, "Its value is empty.".to_owned())),
        None => notes.push((false, "No value is stated.".to_owned())),
    }
    match secret.expires.as_ref().map(|date| date.value()) {
        Some(date) => match date.moment {
            Some(moment) => notes.push(expiry(moment, now)),
            None => notes.push((false, format!("“{}” is not a date that can be read.", date.text))),
        },
        None => notes.push((false, "No expiry is stated.".to_owned())),
    }
    notes
}

/// How long something holds, in words, and whether that is a worry.
fn expiry(moment: Moment, now: i64) -> (bool, String) {
    let days = (moment.seconds - now).div_euclid(24 * 60 * 60);
    match days {
        ..0 => (true, format!("Expired {} ago.", days_text(-days))),
        0 => (true, "Expires within a day.".to_owned()),
        1..30 => (true, format!("Expires in {}.", days_text(days))),
        _ => (false, format!("Expires in {}.", days_text(days))),
    }
}

fn days_text(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}
