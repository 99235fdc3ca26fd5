//! `list`: the client apps as the studio understood them.

mod parts;

use std::borrow::Cow;

use serde::Serialize;

use self::parts::{Document, Parts};
use super::filter::{self, Filters};
use super::project::{self, Format, Paths};
use super::{Exit, Failure, Globals, Terminal};
use crate::audit::secrets;
use crate::config::{ClientApp, ClientKey, Place, Project, Purpose, Setting, Stated};
use crate::trust::report::At;
use crate::trust::{TrustGraph, ghost_label};

/// List client apps with their identities and permissions
///
/// Shows every client app as the studio understood it, with the file and line that says so: its
/// id, its settings, whom its allowedTokenExchangeClientApps names, and the external identities
/// that stand for it. Use it to see that a configuration was read as you meant it. What a file
/// does not state is not shown.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio list config/
  exchange-studio list config/ --kind broker --setting enabled=not-stated
  exchange-studio list config/ --format json | jq -r '.clients[].name'

Files and documents that cannot be read are named on standard error.

Exit status: 0 fine, 2 usage, 3 a path or a file cannot be read (the others are listed)")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    filters: Filters,

    /// How the list is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    let chosen = args.filters.choose(&[&project])?;
    let graph = TrustGraph::new(&project, globals.reading);
    let only = chosen.select(&project, &graph);
    let is_listed =
        |app: &&ClientApp| only.as_ref().is_none_or(|only| only.has_client(&graph, app.key));
    let clients: Vec<&ClientApp> = project.clients().iter().filter(is_listed).collect();
    match args.format {
        Format::Human => {
            human(&project, &clients, terminal)?;
            filter::note(&chosen.words(&project), terminal)?;
        }
        Format::Json => terminal.json(&List::of(&project, &clients, chosen.words(&project)))?,
    }
    Ok(project::warn_about_gaps(&project, terminal))
}

fn human(
    project: &Project,
    clients: &[&ClientApp],
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let colour = terminal.out_colour();
    let out = terminal.out();
    for (index, client) in clients.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let at = project::describe(project, client.place);
        writeln!(out, "{}  {}", colour.bold(client.label()), colour.dim(at))?;
        let mut line = |label: &str, text: &str, at: Option<Place>| {
            let at = at.map(|at| format!("  {}", colour.dim(project::describe(project, at))));
            writeln!(out, "  {label:<24}  {text}{}", at.unwrap_or_default())
        };
        line("id", client.id.as_ref().map_or("not stated", |id| id.value.as_str()), None)?;
        if let Some(subscription) = &client.subscription {
            line("subscription", subscription.value.as_str(), None)?;
        }
        for setting in &client.settings {
            line(&setting.setting.label().to_lowercase(), &setting.text, None)?;
        }
        if let Some(secrets) = client.secrets().map(<[_]>::len) {
            line("secrets", &format!("{secrets} (not shown)"), None)?;
        }
        for secret in client.secrets().unwrap_or_default() {
            let Some(expires) = &secret.expires else { continue };
            let name = secret.name.as_ref().map(|name| name.value().as_str());
            let name = name.or(secret.id.as_ref().map(|id| id.value().as_str()));
            let text = format!("{} expires {}", name.unwrap_or("one"), expires.value().text);
            line("secret", &text, Some(secret.at.place))?;
        }
        for uri in client.redirect_uris() {
            let text = uri.uri.as_ref().map_or("(not stated)", |uri| uri.value());
            let label = match uri.purpose() {
                Purpose::Login => "login redirect",
                Purpose::Logout => "logout redirect",
                Purpose::NotStated => "redirect",
            };
            line(label, &secrets::covered_urls(text), Some(uri.at.place))?;
        }
        for attached in client.attached() {
            let label = attached.at.part.label().to_lowercase();
            line(&label, attached.label().unwrap_or("(not stated)"), Some(attached.at.place))?;
        }
        for role in client.roles() {
            let text = role.role.as_ref().map_or("(not stated)", |role| role.value());
            line("role", text, Some(role.at.place))?;
        }
        let unknown = client.unknown().iter().filter(|it| it.is_top_level());
        let unknown: Vec<&str> = unknown.filter_map(|it| it.key()).collect();
        if !unknown.is_empty() {
            line("not understood", &unknown.join(", "), None)?;
        }
        for permission in &client.permissions {
            let who = match (permission.client, &permission.id) {
                (Some(key), _) => project.client(key).label().to_owned(),
                (None, Some(id)) => ghost_label(id),
                (None, None) => "an entry without id".to_owned(),
            };
            line("lists", &who, Some(permission.place))?;
        }
        for identity in &client.identities {
            let issuer = text_or_not_stated(identity.issuer.as_ref());
            let subject = text_or_not_stated(identity.subject.as_ref());
            let text = format!("subject {subject} of {}", secrets::covered_urls(issuer));
            line("external identity", &text, Some(identity.place))?;
        }
    }
    Ok(())
}

fn text_or_not_stated(text: Option<&Stated<String>>) -> &str {
    text.map_or("(not stated)", |text| &text.value)
}

/// The shape of `--format json`, version 1. Keys that a file does not state are null; parts that
/// only some client apps have are left out.
#[derive(Serialize)]
struct List<'a> {
    version: u32,
    /// Which client apps are listed, in words; left out when it is all.
    #[serde(skip_serializing_if = "String::is_empty")]
    filter: String,
    clients: Vec<Client<'a>>,
    /// The documents that are not client apps, unless client apps are filtered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    documents: Vec<Document<'a>>,
}

/// One client app, in the order of files and documents.
#[derive(Serialize)]
struct Client<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    subscription: Option<&'a str>,
    /// As written, by the label of the setting.
    settings: Vec<SettingLine<'a>>,
    /// How many secrets the file lists; never the secrets.
    secrets: Option<usize>,
    /// The entries of its allowedTokenExchangeClientApps.
    permissions: Vec<PermissionLine<'a>>,
    /// The entries of its clientAppFederatedIdentities.
    identities: Vec<IdentityLine<'a>>,
    #[serde(flatten)]
    parts: Parts<'a>,
    /// Where the document is broken; the rest is what it said before.
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_at: Option<At>,
    at: At,
}

#[derive(Serialize)]
struct SettingLine<'a> {
    label: &'static str,
    key: &'a str,
    text: &'a str,
    at: At,
}

#[derive(Serialize)]
struct PermissionLine<'a> {
    id: Option<&'a str>,
    /// The name of the client app with that id; null when no document defines it.
    name: Option<&'a str>,
    /// Whether a document of the project has that id.
    defined: bool,
    at: At,
}

#[derive(Serialize)]
struct IdentityLine<'a> {
    id: Option<&'a str>,
    /// As written, but for a password that somebody put into it.
    issuer: Option<Cow<'a, str>>,
    subject: Option<&'a str>,
    at: At,
}

impl<'a> List<'a> {
    fn of(project: &'a Project, clients: &[&'a ClientApp], filter: String) -> Self {
        let clients = clients.iter().map(|client| Client::of(project, client)).collect();
        let others = project.other_documents().iter().filter(|_| filter.is_empty());
        let documents = others.map(|other| Document::of(project, other)).collect();
        Self { version: 1, filter, clients, documents }
    }
}

impl<'a> Client<'a> {
    fn of(project: &'a Project, client: &'a ClientApp) -> Self {
        let name_of = |key: ClientKey| project.client(key).name.as_ref().map(|n| n.value.as_str());
        let settings = client.settings.iter().map(|setting| SettingLine {
            label: Setting::label(setting.setting),
            key: setting.key,
            text: &setting.text,
            at: At::of(project, setting.place),
        });
        let permissions = client.permissions.iter().map(|permission| PermissionLine {
            id: permission.id.as_ref().map(|id| id.as_str()),
            name: permission.client.and_then(name_of),
            defined: permission.client.is_some(),
            at: At::of(project, permission.place),
        });
        let identities = client.identities.iter().map(|identity| IdentityLine {
            id: identity.id.as_ref().map(|id| id.value.as_str()),
            issuer: identity.issuer.as_ref().map(|it| secrets::covered_urls(&it.value)),
            subject: identity.subject.as_ref().map(|subject| subject.value.as_str()),
            at: At::of(project, identity.place),
        });
        Self {
            id: client.id.as_ref().map(|id| id.value.as_str()),
            name: client.name.as_ref().map(|name| name.value.as_str()),
            subscription: client.subscription.as_ref().map(|id| id.value.as_str()),
            settings: settings.collect(),
            secrets: client.secrets().map(<[_]>::len),
            permissions: permissions.collect(),
            identities: identities.collect(),
            parts: Parts::of(project, client),
            broken_at: client.stale.as_deref().map(|place| At::of(project, *place)),
            at: At::of(project, client.place),
        }
    }
}
