//! What client apps are grouped by, in blocks and in boxes that stand for many.
//!
//! A [`GroupKey`] says by itself what it groups, so that a set of collapsed groups outlives edits
//! and a change of the grouping: keys of another grouping just do nothing.

use std::collections::HashMap;

use petgraph::stable_graph::NodeIndex;

use super::build::short_id;
use crate::config::{ClientApp, Id, Project};
use crate::trust::{Node, TrustGraph};

/// What makes a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupBy {
    /// The subscription, or the file for client apps that state none.
    #[default]
    Subscription,
    /// The issuer of their external identities.
    Issuer,
    File,
    /// What they state as `environment`, `env` or `stage`, in their metadata or beside it.
    Environment,
}

impl GroupBy {
    pub const ALL: [Self; 4] = [Self::Subscription, Self::Issuer, Self::File, Self::Environment];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Issuer => "issuer",
            Self::File => "file",
            Self::Environment => "environment",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }

    /// The group of a node of the graph.
    pub fn group(self, project: &Project, graph: &TrustGraph, node: NodeIndex) -> GroupKey {
        match &graph.graph[node] {
            Node::Client(key) => self.client(project, project.client(*key)),
            Node::Ghost(_) => GroupKey::Unknown,
            Node::External { issuer, .. } if self == Self::Issuer => {
                GroupKey::Issuer(issuer.clone())
            }
            Node::External { .. } => GroupKey::Issuers,
        }
    }

    /// The group of a client app.
    pub fn client(self, project: &Project, app: &ClientApp) -> GroupKey {
        let file = || GroupKey::File(project.file(app.file).name.clone());
        match self {
            Self::Subscription => match &app.subscription {
                Some(id) => GroupKey::Subscription(id.value.key().into_owned()),
                None => file(),
            },
            Self::File => file(),
            Self::Issuer => {
                let mut issuers = app.identities.iter().filter_map(|it| Some(it.pair()?.0));
                match issuers.next() {
                    None => GroupKey::NoIssuer,
                    Some(first) if issuers.all(|it| it == first) => {
                        GroupKey::Issuer(first.to_owned())
                    }
                    Some(_) => GroupKey::SeveralIssuers,
                }
            }
            Self::Environment => match environment(project, app) {
                Some(name) => GroupKey::Environment(name),
                None => GroupKey::NoEnvironment,
            },
        }
    }
}

/// The environment that a client app states, in its metadata or beside what the studio knows.
pub fn environment(project: &Project, app: &ClientApp) -> Option<String> {
    let key_is = |key: &str| ["environment", "env", "stage"].contains(&key.to_lowercase().as_str());
    let metadata =
        app.metadata().iter().filter(|it| it.key.as_ref().is_some_and(|k| key_is(&k.value)));
    let beside =
        app.unknown().iter().filter(|it| it.is_top_level() && it.key().is_some_and(key_is));
    let mut places =
        metadata.filter_map(|it| it.value).chain(beside.map(|it| app.place_at(it.value_span())));
    places.find_map(|place| {
        let text = project.text(place)?.trim();
        // More than a line is no name of an environment.
        (!text.is_empty() && !text.contains('\n')).then(|| text.to_owned())
    })
}

/// A group of client apps, or of what stands beside them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKey {
    /// By [`Id::key`].
    Subscription(String),
    /// By name.
    File(String),
    /// The issuer as written, with the client apps that all its identities stand for.
    Issuer(String),
    Environment(String),
    /// Client apps with identities of several issuers.
    SeveralIssuers,
    /// Client apps without external identities.
    NoIssuer,
    /// Client apps that state no environment.
    NoEnvironment,
    /// All external issuers.
    Issuers,
    /// All ids without a client app.
    Unknown,
}

/// What groups are called. Subscriptions have names where a document gives them one.
#[derive(Debug, Default)]
pub(super) struct GroupNames {
    subscriptions: HashMap<String, String>,
}

impl GroupNames {
    pub fn new<'a>(projects: impl Iterator<Item = &'a Project>) -> Self {
        let mut subscriptions = HashMap::new();
        for project in projects {
            for group in project.subscriptions() {
                if let Some(name) = group.name.filter(|name| !name.trim().is_empty()) {
                    subscriptions.entry(group.id.key().into_owned()).or_insert(name);
                }
            }
        }
        Self { subscriptions }
    }

    /// The sort and the name of a group, as in "subscription" and "Retail".
    pub fn parts(&self, key: &GroupKey) -> (&'static str, String) {
        match key {
            GroupKey::Subscription(key) => {
                let name = self.subscriptions.get(key).cloned();
                ("subscription", name.unwrap_or_else(|| short_id(key, Id::new(key).form())))
            }
            GroupKey::File(name) => ("file", name.clone()),
            GroupKey::Issuer(issuer) if issuer.is_empty() => {
                ("issuer", "(no issuer stated)".to_owned())
            }
            GroupKey::Issuer(issuer) => {
                let address = issuer.trim_start_matches("https://").trim_end_matches('/');
                ("issuer", address.to_owned())
            }
            GroupKey::Environment(name) => ("environment", name.clone()),
            GroupKey::SeveralIssuers => ("", "Several issuers".to_owned()),
            GroupKey::NoIssuer => ("", "No external issuer".to_owned()),
            GroupKey::NoEnvironment => ("", "No environment stated".to_owned()),
            GroupKey::Issuers => ("", "External issuers".to_owned()),
            GroupKey::Unknown => ("", "Ids without a client app".to_owned()),
        }
    }

    /// The title of a block. Files stand for themselves.
    pub fn title(&self, key: &GroupKey) -> String {
        match (key, self.parts(key)) {
            (GroupKey::File(_), (_, name)) | (_, ("", name)) => name,
            (_, (sort, name)) => {
                let mut letters = sort.chars();
                let first = letters.next().map(|c| c.to_ascii_uppercase());
                format!("{}{} {name}", first.unwrap_or_default(), letters.as_str())
            }
        }
    }
}

/// A group as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub key: GroupKey,
    /// As over a block, as in "Subscription Retail".
    pub title: String,
    /// The name alone, as in "Retail".
    pub name: String,
    /// How many nodes of the graph are in it.
    pub nodes: usize,
}

/// The groups of a graph, in the order of their first nodes.
pub fn groups(project: &Project, graph: &TrustGraph, by: GroupBy) -> Vec<Group> {
    let names = GroupNames::new(std::iter::once(project));
    let mut places: HashMap<GroupKey, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for node in graph.graph.node_indices() {
        let key = by.group(project, graph, node);
        let at = *places.entry(key).or_insert_with_key(|key| {
            let (title, (_, name)) = (names.title(key), names.parts(key));
            groups.push(Group { key: key.clone(), title, name, nodes: 0 });
            groups.len() - 1
        });
        groups[at].nodes += 1;
    }
    groups
}
