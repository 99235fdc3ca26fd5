//! A project without names, for pictures that leave the house.
//!
//! Replacing names in finished pictures is a hunt that one day misses one. So the project itself is
//! made anew: a [`Redaction`] writes YAML that has only aliases in it and reads that as a project.
//! Everything downstream (boxes, sentences, places, all formats) is then without names because the
//! names were never there. What is kept is the shape: client apps, permissions and identities in
//! the same order, so that nodes and edges of the two graphs have the same indices; the settings
//! that pictures show; and the lines on which entries stand, as far as the new text can have them
//! there.
//!
//! Aliases are counted in the order of the files, so the same input gets the same aliases, and two
//! versions redacted together share them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::json;

use crate::config::{ClientApp, FileId, Id, Place, Project, Setting, Source};
use crate::diagram::scene::environment;
use crate::trust::{Filter, Says, SettingIs};

/// Aliases for everything in some projects that names somebody.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    clients: Names,
    issuers: Names,
    subjects: Names,
    subscriptions: Names,
    files: Names,
    environments: Names,
    identities: Names,
    /// The alias of the id of each client app, by [`Id::key`]; an id that nobody has has one too.
    ids: BTreeMap<String, String>,
    /// What the ids were, by alias.
    id_texts: BTreeMap<String, String>,
    unknown: usize,
    digits: usize,
}

/// Aliases of one sort.
#[derive(Clone, Debug, Default)]
struct Names {
    aliases: BTreeMap<String, String>,
}

impl Names {
    fn alias(&mut self, original: &str, sort: &str, digits: usize) -> String {
        let number = self.aliases.len() + 1;
        let alias = self.aliases.entry(original.to_owned());
        alias.or_insert_with(|| format!("{sort}-{number:0digits$}")).clone()
    }

    fn get(&self, original: &str) -> String {
        self.aliases.get(original).cloned().unwrap_or_else(|| "(withheld)".to_owned())
    }

    fn mapping(&self) -> BTreeMap<&str, &str> {
        self.aliases.iter().map(|(original, alias)| (alias.as_str(), original.as_str())).collect()
    }
}

impl Redaction {
    /// Aliases for what is in these projects; the first comes first.
    pub fn new<'a>(projects: impl IntoIterator<Item = &'a Project>) -> Self {
        let projects: Vec<&Project> = projects.into_iter().collect();
        let most = projects.iter().map(|it| it.clients().len()).max().unwrap_or_default();
        let digits = most.to_string().len().max(3);
        let mut names = Self { digits, ..Self::default() };
        for project in projects {
            for file in project.files() {
                names.files.alias(&file.name, "file", 2);
            }
            // Client apps first, so that their numbers go from one up without gaps.
            for (app, key) in project.clients().iter().zip(keys(project)) {
                names.client(&key, app);
            }
            for app in project.clients() {
                names.rest(project, app);
            }
        }
        names
    }

    fn client(&mut self, key: &str, app: &ClientApp) {
        let alias = self.clients.alias(key, "client", self.digits);
        if let Some(id) = &app.id {
            let key = id.value.key().into_owned();
            let alias = self.ids.entry(key).or_insert(alias);
            let text = id.value.as_str().to_owned();
            self.id_texts.entry(alias.clone()).or_insert(text);
        }
    }

    fn rest(&mut self, project: &Project, app: &ClientApp) {
        if let Some(id) = &app.subscription {
            self.subscriptions.alias(&id.value.key(), "subscription", 2);
        }
        if let Some(name) = environment(project, app) {
            self.environments.alias(&name, "environment", 2);
        }
        for permission in &app.permissions {
            let Some(id) = &permission.id else { continue };
            let key = id.key().into_owned();
            if !self.ids.contains_key(&key) {
                self.unknown += 1;
                let alias = format!("unknown-{:02}", self.unknown);
                self.ids.insert(key, alias.clone());
                self.id_texts.insert(alias, id.as_str().to_owned());
            }
        }
        for identity in &app.identities {
            if let Some(id) = &identity.id {
                self.identities.alias(&id.value.key(), "identity", 4);
            }
            let stated = [
                (&identity.issuer, &mut self.issuers, "issuer", 2),
                (&identity.subject, &mut self.subjects, "subject", 4),
            ];
            for (text, names, sort, digits) in stated {
                if let Some(text) = text.as_ref().filter(|text| !text.value.is_empty()) {
                    names.alias(&text.value, sort, digits);
                }
            }
        }
    }

    /// The project with aliases for names. Its graph has the same nodes and edges under the same
    /// indices as that of the original.
    pub fn project(&self, project: &Project) -> Project {
        let mut pages: BTreeMap<FileId, Page> = BTreeMap::new();
        for (app, key) in project.clients().iter().zip(keys(project)) {
            self.document(project, app, &key, pages.entry(app.file).or_default());
        }
        let sources = project.files().iter().map(|file| Source {
            path: None,
            name: format!("{}.yaml", self.files.get(&file.name)),
            bytes: pages.remove(&file.id).unwrap_or_default().text.into_bytes(),
        });
        Project::from_sources(sources.collect())
    }

    /// A client app, in flow style: there line breaks are free, so every entry can stand on its
    /// line.
    fn document(&self, project: &Project, app: &ClientApp, key: &str, page: &mut Page) {
        let line = |place: Place| project.position(place).line;
        // The marker and the tag stand before the mapping.
        page.go_to(line(app.place).saturating_sub(1));
        if !page.text.is_empty() && !page.text.ends_with('\n') {
            let next = page.line() + 1;
            page.go_to(next);
        }
        page.text.push_str("--- !ClientAppDto");
        page.go_to(line(app.place));
        page.text.push_str(" {");
        if let Some(id) = &app.id {
            page.pair("id", &self.id(&id.value));
        }
        if app.name.as_ref().is_some_and(|name| !name.value.trim().is_empty()) {
            page.pair("name", &self.clients.get(key));
        }
        if let Some(id) = &app.subscription {
            page.pair("subscriptionId", &self.subscriptions.get(&id.value.key()));
        }
        if let Some(name) = environment(project, app) {
            page.pair("environment", &self.environments.get(&name));
        }
        for setting in [Setting::Enabled, Setting::Public, Setting::Restricted] {
            let key = setting.spellings().first().copied();
            if let (Some(key), Some(flag)) = (key, app.flag(setting)) {
                let _ = write!(page.text, " {key}: {},", flag.value);
            }
        }
        let first = |places: &mut dyn Iterator<Item = Place>| places.map(line).min();
        let permissions = first(&mut app.permissions.iter().map(|it| it.place));
        let identities = first(&mut app.identities.iter().map(|it| it.place));
        if permissions <= identities {
            self.permissions(project, app, page);
            self.identities(project, app, page);
        } else {
            self.identities(project, app, page);
            self.permissions(project, app, page);
        }
        page.text.push_str(" }");
    }

    fn permissions(&self, project: &Project, app: &ClientApp, page: &mut Page) {
        if app.permissions.is_empty() {
            return;
        }
        let _ = write!(page.text, " {}: [", crate::config::PERMISSIONS);
        for permission in &app.permissions {
            page.go_to(project.position(permission.place).line);
            page.text.push_str(" {");
            if let Some(id) = &permission.id {
                page.pair("id", &self.id(id));
            }
            page.text.push_str(" },");
        }
        page.text.push_str(" ],");
    }

    fn identities(&self, project: &Project, app: &ClientApp, page: &mut Page) {
        if app.identities.is_empty() {
            return;
        }
        let _ = write!(page.text, " {}: [", crate::config::IDENTITIES);
        for identity in &app.identities {
            page.go_to(project.position(identity.place).line);
            page.text.push_str(" {");
            if let Some(id) = &identity.id {
                page.pair("id", &self.identities.get(&id.value.key()));
            }
            let stated = [
                ("issuer", &identity.issuer, &self.issuers),
                ("subject", &identity.subject, &self.subjects),
            ];
            for (key, text, names) in stated {
                match text.as_ref().map(|text| text.value.as_str()) {
                    None => {}
                    Some("") => page.pair(key, ""),
                    Some(text) => page.pair(key, &names.get(text)),
                }
            }
            page.text.push_str(" },");
        }
        page.text.push_str(" ],");
    }

    fn id(&self, id: &Id) -> String {
        self.ids.get(id.key().as_ref()).cloned().unwrap_or_default()
    }

    /// The filter with aliases for names, for a caption. What was searched for is not repeated.
    pub fn filter(&self, filter: &Filter) -> Filter {
        let some = |names: &Names, values: &BTreeSet<String>| -> BTreeSet<String> {
            values.iter().map(|value| names.get(value)).collect()
        };
        let settings = filter.settings.iter().map(|it| SettingIs {
            setting: it.setting,
            says: match &it.says {
                Says::Text(_) => Says::Text("(withheld)".to_owned()),
                says => says.clone(),
            },
        });
        let files = filter.files.iter().map(|file| format!("{}.yaml", self.files.get(file)));
        Filter {
            kinds: filter.kinds.clone(),
            relations: filter.relations.clone(),
            issuers: some(&self.issuers, &filter.issuers),
            settings: settings.collect(),
            files: files.collect(),
            subscriptions: some(&self.subscriptions, &filter.subscriptions),
            text: if filter.text.trim().is_empty() { "" } else { "(withheld)" }.to_owned(),
            clients: filter.clients.clone(),
        }
    }

    /// What each alias stands for, as a JSON document ending in a newline; carries
    /// `"version": 1`. Whoever has it can undo the redaction.
    pub fn mapping<'a>(&self, projects: impl IntoIterator<Item = &'a Project>) -> String {
        let mut clients = serde_json::Map::new();
        for project in projects {
            for (app, key) in project.clients().iter().zip(keys(project)) {
                let alias = self.clients.get(&key);
                clients.entry(alias).or_insert_with(|| {
                    json!({
                        "id": app.id.as_ref().map(|id| id.value.as_str()),
                        "name": app.name.as_ref().map(|name| name.value.as_str()),
                        "place": project.describe_place(app.place),
                    })
                });
            }
        }
        let unknown: BTreeMap<_, _> =
            self.id_texts.iter().filter(|(alias, _)| alias.starts_with("unknown-")).collect();
        let files: BTreeMap<String, &str> = self
            .files
            .mapping()
            .into_iter()
            .map(|(alias, name)| (format!("{alias}.yaml"), name))
            .collect();
        let document = json!({
            "version": 1,
            "clients": clients,
            "unknown": unknown,
            "issuers": self.issuers.mapping(),
            "subjects": self.subjects.mapping(),
            "identities": self.identities.mapping(),
            "subscriptions": self.subscriptions.mapping(),
            "environments": self.environments.mapping(),
            "files": files,
        });
        // A tree of strings can always be written.
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// What each client app is known by in every version: its id, or its file and name; and the how
/// many-th it is of those with the same.
fn keys(project: &Project) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let key = |app: &ClientApp| {
        let base = match &app.id {
            Some(id) => format!("id {}", id.value.key()),
            None => format!("in {} {}", project.file(app.file).name, app.label()),
        };
        let number = seen.entry(base.clone()).or_default();
        *number += 1;
        format!("{number} {base}")
    };
    project.clients().iter().map(key).collect()
}

/// A text that is written line by line.
#[derive(Default)]
struct Page {
    text: String,
    /// Line breaks in the text, counted as it grows.
    breaks: usize,
    counted: usize,
}

impl Page {
    fn line(&mut self) -> usize {
        self.breaks += self.text[self.counted..].matches('\n').count();
        self.counted = self.text.len();
        self.breaks + 1
    }

    /// Goes down to a line, if it is not there or beyond already.
    fn go_to(&mut self, line: usize) {
        for _ in self.line()..line {
            self.text.push('\n');
        }
    }

    /// A key with a text. Aliases need no escapes.
    fn pair(&mut self, key: &str, value: &str) {
        let _ = write!(self.text, " {key}: \"{value}\",");
    }
}
