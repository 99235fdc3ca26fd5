//! Which rows the list has: client apps, and the headings of their groups.

use std::collections::{BTreeMap, HashSet};

use crate::config::{ClientApp, ClientKey, FileId, Id, Project};

use super::super::super::selection::{Selection, at, documents};
use super::super::super::user_state::Grouping;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// A file, with the count of what it shows below it.
    File(FileId, usize),
    /// A subscription, by the key of its id; `None` for client apps that state none.
    Subscription(Option<String>, usize),
    Client(ClientKey),
    /// A document that describes no client app.
    Document(FileId, usize),
}

/// A heading's name, by which it stays folded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// By the name of the file.
    File(String),
    Subscription(Option<String>),
}

impl Row {
    pub fn is_heading(&self) -> bool {
        matches!(self, Self::File(..) | Self::Subscription(..))
    }

    /// The group that the row is the heading of.
    pub fn group(&self, project: &Project) -> Option<Group> {
        match self {
            Self::File(file, _) => Some(Group::File(project.file(*file).name.clone())),
            Self::Subscription(id, _) => Some(Group::Subscription(id.clone())),
            Self::Client(_) | Self::Document(..) => None,
        }
    }

    /// What is selected with the row.
    pub fn selection(&self, project: &Project) -> Option<Selection> {
        match self {
            Self::File(file, _) => Some(Selection::File(*file)),
            Self::Subscription(id, _) => {
                let group = project.subscription(&Id::new(id.as_deref()?))?;
                Some(at(project, group.place.file, group.place.document))
            }
            Self::Client(key) => Some(Selection::Client(*key)),
            Self::Document(file, document) => {
                Some(Selection::Document { file: *file, document: *document })
            }
        }
    }
}

/// What the list is asked to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// What is searched for, in small letters.
    pub needle: &'a str,
    /// The client apps that a filter lets through; `None` where nothing is filtered.
    pub passing: Option<&'a HashSet<ClientKey>>,
}

impl Wanted<'_> {
    fn is_all(self) -> bool {
        self.needle.is_empty() && self.passing.is_none()
    }

    fn takes(self, project: &Project, client: &ClientApp) -> bool {
        self.passing.is_none_or(|keys| keys.contains(&client.key))
            && found(project, client, self.needle)
    }
}

/// The rows of the list: what is wanted, under the headings of its groups.
pub fn rows(
    project: &Project,
    grouping: Grouping,
    wanted: Wanted,
    folded: &HashSet<Group>,
) -> Vec<Row> {
    match grouping {
        Grouping::None => matching(project, wanted).map(Row::Client).collect(),
        Grouping::File => by_file(project, wanted, folded),
        Grouping::Subscription => by_subscription(project, wanted, folded),
    }
}

/// The client apps that are wanted.
pub fn matching<'a>(
    project: &'a Project,
    wanted: Wanted<'a>,
) -> impl Iterator<Item = ClientKey> + use<'a> {
    let clients = project.clients().iter();
    clients.filter(move |client| wanted.takes(project, client)).map(|client| client.key)
}

/// Whether a client app is found by its name, id, file, issuer or subject.
fn found(project: &Project, client: &ClientApp, needle: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(needle);
    needle.is_empty()
        || has(client.label())
        || client.id.as_ref().is_some_and(|id| has(id.value.as_str()))
        || has(&project.file(client.file).name)
        || client.identities.iter().any(|identity| {
            identity.issuer.as_ref().is_some_and(|issuer| has(&issuer.value))
                || identity.subject.as_ref().is_some_and(|subject| has(&subject.value))
        })
}

fn by_file(project: &Project, wanted: Wanted, folded: &HashSet<Group>) -> Vec<Row> {
    let mut files: BTreeMap<FileId, Vec<Row>> =
        project.files().iter().map(|file| (file.id, Vec::new())).collect();
    let others: HashSet<(FileId, usize)> = project
        .other_documents()
        .iter()
        .filter(|other| {
            let texts = [
                other.tag.as_deref(),
                other.name.as_ref().map(|name| name.value.as_str()),
                other.id.as_ref().map(|id| id.value.as_str()),
            ];
            let found = |text: &str| text.to_lowercase().contains(wanted.needle);
            // A filter is about client apps.
            wanted.is_all() || wanted.passing.is_none() && texts.into_iter().flatten().any(found)
        })
        .map(|other| (other.file, other.document))
        .collect();
    for (file, document, source) in documents(project) {
        let broken = source.tree().is_err() && wanted.is_all();
        match project.client_at(file, document) {
            Some(key) if wanted.takes(project, project.client(key)) => {
                files.entry(file).or_default().push(Row::Client(key));
            }
            Some(_) => {}
            None if broken || others.contains(&(file, document)) => {
                files.entry(file).or_default().push(Row::Document(file, document));
            }
            None => {}
        }
    }
    let mut rows = Vec::new();
    for (file, below) in files {
        if below.is_empty() && !wanted.is_all() {
            continue;
        }
        let heading = Row::File(file, below.len());
        push(project, &mut rows, heading, below, folded);
    }
    rows
}

fn by_subscription(project: &Project, wanted: Wanted, folded: &HashSet<Group>) -> Vec<Row> {
    // In the order of the subscriptions' own documents, then of first mention, those without last.
    let mut order: Vec<Option<String>> =
        project.subscriptions().map(|group| Some(group.id.key().into_owned())).collect();
    let mut places: std::collections::HashMap<Option<String>, usize> =
        order.iter().cloned().zip(0..).collect();
    let mut groups: Vec<Vec<Row>> = order.iter().map(|_| Vec::new()).collect();
    let mut loose = Vec::new();
    for key in matching(project, wanted) {
        let Some(subscription) = &project.client(key).subscription else {
            loose.push(Row::Client(key));
            continue;
        };
        let id = Some(subscription.value.key().into_owned());
        let place = *places.entry(id.clone()).or_insert_with(|| {
            order.push(id);
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(Row::Client(key));
    }
    order.push(None);
    groups.push(loose);
    let mut rows = Vec::new();
    for (id, below) in order.into_iter().zip(groups) {
        if below.is_empty() && (id.is_none() || !wanted.is_all()) {
            continue;
        }
        let heading = Row::Subscription(id, below.len());
        push(project, &mut rows, heading, below, folded);
    }
    rows
}

fn push(
    project: &Project,
    rows: &mut Vec<Row>,
    heading: Row,
    below: Vec<Row>,
    folded: &HashSet<Group>,
) {
    let is_folded = heading.group(project).is_some_and(|group| folded.contains(&group));
    rows.push(heading);
    if !is_folded {
        rows.extend(below);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn project() -> Project {
        let source = |name: &str, text: &str| Source {
            path: None,
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        Project::from_sources(vec![
            source(
                "a.yaml",
                "!SubscriptionDto\nid: s\nname: Sales\n---\n!ClientAppDto\nid: p\nname: Portal\nsubscriptionId: s\n",
            ),
            source("b.yaml", "!ClientAppDto\nid: d\nname: Dashboard\n---\nbroken: [\n"),
        ])
    }

    #[test]
    fn each_file_heads_its_documents() {
        let rows = rows(&project(), Grouping::File, Wanted::default(), &HashSet::new());
        assert_eq!(
            rows,
            [
                Row::File(FileId(0), 2),
                Row::Document(FileId(0), 0),
                Row::Client(ClientKey(0)),
                Row::File(FileId(1), 2),
                Row::Client(ClientKey(1)),
                Row::Document(FileId(1), 1),
            ]
        );
    }

    #[test]
    fn client_apps_without_a_subscription_come_last() {
        let rows = rows(&project(), Grouping::Subscription, Wanted::default(), &HashSet::new());
        assert_eq!(
            rows,
            [
                Row::Subscription(Some("s".to_owned()), 1),
                Row::Client(ClientKey(0)),
                Row::Subscription(None, 1),
                Row::Client(ClientKey(1)),
            ]
        );
    }

    #[test]
    fn a_search_leaves_out_groups_without_a_match() {
        let wanted = Wanted { needle: "dash", passing: None };
        let rows = rows(&project(), Grouping::File, wanted, &HashSet::new());
        assert_eq!(rows, [Row::File(FileId(1), 1), Row::Client(ClientKey(1))]);
    }

    #[test]
    fn a_filter_leaves_out_what_does_not_pass_and_what_is_no_client_app() {
        let passing = HashSet::from([ClientKey(0)]);
        let wanted = Wanted { needle: "", passing: Some(&passing) };
        let client = Row::Client(ClientKey(0));
        let by_file = rows(&project(), Grouping::File, wanted, &HashSet::new());
        assert_eq!(by_file, [Row::File(FileId(0), 1), client.clone()]);
        let all = rows(&project(), Grouping::None, wanted, &HashSet::new());
        assert_eq!(all, [client]);
        let wanted = Wanted { needle: "dash", ..wanted };
        assert_eq!(rows(&project(), Grouping::None, wanted, &HashSet::new()), []);
    }

    #[test]
    fn a_folded_group_is_its_heading() {
        let folded = HashSet::from([Group::File("a.yaml".to_owned())]);
        let rows = rows(&project(), Grouping::File, Wanted::default(), &folded);
        assert_eq!(rows[..2], [Row::File(FileId(0), 2), Row::File(FileId(1), 2)]);
    }
}
