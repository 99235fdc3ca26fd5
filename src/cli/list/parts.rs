//! The parts of a client app that only some have, and the other documents. Values of secrets are
//! not among them, and neither are values of metadata that would be secrets.

use std::borrow::Cow;

use serde::Serialize;

use crate::audit::secrets;
use crate::config::{
    Attached, ClientApp, Named, OtherDocument, Project, Purpose, Stated, StatedDate, Unknown,
    Withheld,
};
use crate::trust::report::At;

/// What only some client apps state; what one does not is left out.
#[derive(Serialize)]
pub struct Parts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    /// One line for each secret, without its value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secret_list: Vec<SecretLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    redirect_uris: Vec<UriLine<'a>>,
    /// Resources, scopes, users, groups and whatever else is attached by reference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attached: Vec<AttachedLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<RoleLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metadata: Vec<MetadataLine<'a>>,
    /// Entries that the studio does not understand, without their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<UnknownLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    placeholders: Vec<PlaceholderLine<'a>>,
}

#[derive(Serialize)]
struct SecretLine<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'a str>,
    expires: Option<DateLine<'a>>,
    created: Option<DateLine<'a>>,
    /// `literal`, `placeholder` or `empty`; null when it is not stated.
    value: Option<&'static str>,
    at: At,
}

#[derive(Serialize)]
struct DateLine<'a> {
    text: &'a str,
    /// Seconds since 1970-01-01T00:00:00Z; null when the text is no date.
    seconds: Option<i64>,
}

#[derive(Serialize)]
struct UriLine<'a> {
    /// `login`, `logout`, or null when the key does not say.
    purpose: Option<&'static str>,
    uri: Option<Cow<'a, str>>,
    at: At,
}

#[derive(Serialize)]
struct AttachedLine<'a> {
    /// The list it is in, by its label.
    list: &'static str,
    /// The id of what is attached.
    id: Option<&'a str>,
    name: Option<&'a str>,
    at: At,
}

#[derive(Serialize)]
struct RoleLine<'a> {
    role: Option<&'a str>,
    target: Option<&'a str>,
    at: At,
}

#[derive(Serialize)]
struct MetadataLine<'a> {
    key: Option<&'a str>,
    /// Null when it is no text, or may be a secret.
    value: Option<&'a str>,
    at: At,
}

#[derive(Serialize)]
struct UnknownLine<'a> {
    /// Null when the key is no text, or stands there for the second time.
    key: Option<&'a str>,
    /// The known key that it may have been meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<&'static str>,
    at: At,
}

#[derive(Serialize)]
struct PlaceholderLine<'a> {
    kind: &'a str,
    name: &'a str,
    at: At,
}

/// A document that is not a client app.
#[derive(Serialize)]
pub struct Document<'a> {
    tag: Option<&'a str>,
    kind: &'static str,
    id: Option<&'a str>,
    name: Option<&'a str>,
    /// Every key that ends in `Id`, with what it names.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    parents: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    at: At,
}

fn text(named: Option<&Named<String>>) -> Option<&str> {
    named.map(|named| named.value().as_str())
}

fn stated(stated: Option<&Stated<String>>) -> Option<&str> {
    stated.map(|stated| stated.value.as_str())
}

fn date(named: Option<&Named<StatedDate>>) -> Option<DateLine<'_>> {
    let date = named?.value();
    Some(DateLine { text: &date.text, seconds: date.moment.map(|moment| moment.seconds) })
}

impl<'a> Parts<'a> {
    pub fn of(project: &'a Project, client: &'a ClientApp) -> Self {
        let secret_list = client.secrets().unwrap_or_default().iter().map(|secret| SecretLine {
            id: secret.id.as_ref().map(|id| id.value().as_str()),
            name: text(secret.name.as_ref()),
            description: text(secret.description.as_ref()),
            r#type: text(secret.kind.as_ref()),
            expires: date(secret.expires.as_ref()),
            created: date(secret.created.as_ref()),
            value: secret.value.as_ref().map(|value| match value.value() {
                Withheld::Empty => "empty",
                Withheld::Placeholder => "placeholder",
                Withheld::Something => "literal",
            }),
            at: At::of(project, secret.at.place),
        });
        let redirect_uris = client.redirect_uris().iter().map(|uri| UriLine {
            purpose: match uri.purpose() {
                Purpose::Login => Some("login"),
                Purpose::Logout => Some("logout"),
                Purpose::NotStated => None,
            },
            uri: text(uri.uri.as_ref()).map(secrets::covered_urls),
            at: At::of(project, uri.at.place),
        });
        let attached = client.attached().iter().map(|it: &Attached| AttachedLine {
            list: it.at.part.label(),
            id: it.what().map(|id| id.as_str()),
            name: text(it.name.as_ref()),
            at: At::of(project, it.at.place),
        });
        let roles = client.roles().iter().map(|role| RoleLine {
            role: text(role.role.as_ref()),
            target: role.target.as_ref().map(|target| target.value().as_str()),
            at: At::of(project, role.at.place),
        });
        let metadata = client.metadata().iter().map(|metadata| {
            let key = stated(metadata.key.as_ref());
            let value = metadata.value.and_then(|place| project.text(place));
            let value = value.filter(|value| {
                !secrets::would_be_literal(key.unwrap_or_default(), value)
                    && matches!(secrets::covered_urls(value), Cow::Borrowed(_))
            });
            MetadataLine { key, value, at: At::of(project, metadata.at.place) }
        });
        let unknown = client.unknown().iter().map(|it: &Unknown| UnknownLine {
            key: it.key(),
            meant: it.meant(),
            at: At::of(project, client.place_at(it.key_span())),
        });
        let placeholders = client.placeholders().iter().map(|it| PlaceholderLine {
            kind: it.kind(),
            name: it.name(),
            at: At::of(project, client.place_at(it.span())),
        });
        Self {
            description: stated(client.description()),
            secret_list: secret_list.collect(),
            redirect_uris: redirect_uris.collect(),
            attached: attached.collect(),
            roles: roles.collect(),
            metadata: metadata.collect(),
            unknown: unknown.collect(),
            placeholders: placeholders.collect(),
        }
    }
}

impl<'a> Document<'a> {
    pub fn of(project: &'a Project, other: &'a OtherDocument) -> Self {
        let parents = other.parents.iter().map(|parent| {
            let id = parent.id.value.as_str();
            (parent.key.to_string(), serde_json::Value::from(id))
        });
        Self {
            tag: other.tag.as_deref(),
            kind: other.kind.label(),
            id: other.id.as_ref().map(|id| id.value.as_str()),
            name: stated(other.name.as_ref()),
            parents: parents.collect(),
            status: stated(other.status.as_ref()),
            at: At::of(project, other.place),
        }
    }
}
