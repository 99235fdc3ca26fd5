//! What two versions of a project say differently, client app by client app.
//!
//! A text diff shows lines; this says what they mean: a permission came, an identity went, a client
//! app was disabled. Client apps are matched by id, GUIDs without case and placeholders by name, the
//! same as everywhere; where one side states no id, by name. Order, comments and spelling are no
//! difference. Values of secrets are never read, so a changed secret is not among these.

use std::collections::{BTreeMap, HashMap, VecDeque};

use petgraph::stable_graph::NodeIndex;

use super::{Matching, Node, TrustGraph};
use crate::config::{ClientApp, ClientKey, Id, Place, Project, Setting, Source};

/// One difference of a client app. `place` is in the version that states it: the new one, but for
/// what was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactChange {
    /// Another name, subscription or setting; `None` where it is not stated.
    Value {
        what: &'static str,
        before: Option<String>,
        after: Option<String>,
        place: Place,
    },
    Permission {
        entry: Id,
        added: bool,
        place: Place,
    },
    Identity {
        issuer: String,
        subject: String,
        added: bool,
        place: Place,
    },
    /// How many secrets there are.
    Secrets {
        before: Option<usize>,
        after: Option<usize>,
        place: Place,
    },
}

/// A client app that is in one version only, or says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientChange {
    pub old: Option<ClientKey>,
    pub new: Option<ClientKey>,
    /// What is different; for one that came or went, what it brought or took.
    pub facts: Vec<FactChange>,
}

/// What two versions say differently: what went and what changed in the old order, then what came.
pub fn changes(old: &Project, new: &Project) -> Vec<ClientChange> {
    let (pairs, came) = counterparts(old, new);
    let mut found = Vec::new();
    for (at, other) in pairs.into_iter().enumerate() {
        let before = old.client(ClientKey(at));
        let facts = facts(Some(before), other.map(|key| new.client(key)));
        if other.is_none() || !facts.is_empty() {
            found.push(ClientChange { old: Some(before.key), new: other, facts });
        }
    }
    for key in came {
        let facts = facts(None, Some(new.client(key)));
        found.push(ClientChange { old: None, new: Some(key), facts });
    }
    found
}

/// For each client app of the old version its counterpart, and the client apps that have none.
fn counterparts(old: &Project, new: &Project) -> (Vec<Option<ClientKey>>, Vec<ClientKey>) {
    // Where several documents have an id, the first is matched with the first.
    let mut by_id: HashMap<&Id, VecDeque<ClientKey>> = HashMap::new();
    let mut by_name: HashMap<&str, VecDeque<ClientKey>> = HashMap::new();
    for client in new.clients() {
        if let Some(id) = &client.id {
            by_id.entry(&id.value).or_default().push_back(client.key);
        }
    }
    let mut taken = vec![false; new.clients().len()];
    let mut pairs: Vec<Option<ClientKey>> = vec![None; old.clients().len()];
    for client in old.clients() {
        let found = client.id.as_ref().and_then(|id| by_id.get_mut(&id.value)?.pop_front());
        if let Some(key) = found {
            taken[key.0] = true;
            pairs[client.key.0] = found;
        }
    }
    for client in new.clients().iter().filter(|client| !taken[client.key.0]) {
        if let Some(name) = &client.name {
            by_name.entry(name.value.trim()).or_default().push_back(client.key);
        }
    }
    for client in old.clients() {
        let Some(name) = client.name.as_ref().filter(|_| pairs[client.key.0].is_none()) else {
            continue;
        };
        let Some(named) = by_name.get_mut(name.value.trim()) else { continue };
        let fits = |key: &ClientKey| client.id.is_none() || new.client(*key).id.is_none();
        if let Some(at) = named.iter().position(fits)
            && let Some(key) = named.remove(at)
        {
            taken[key.0] = true;
            pairs[client.key.0] = Some(key);
        }
    }
    let came = new.clients().iter().map(|client| client.key).filter(|key| !taken[key.0]);
    (pairs, came.collect())
}

/// The project as it was last read or saved, to compare unsaved work with. Files that were not on
/// disk yet are not in it.
pub fn as_saved(project: &Project) -> Project {
    let files = project.files().iter().filter_map(|file| {
        let bytes = file.saved()?.to_bytes();
        Some(Source { path: file.path.clone(), name: file.name.clone(), bytes })
    });
    Project::from_sources(files.collect())
}

/// The nodes of two versions under common numbers: client apps as [`changes`] matches them, external
/// identities by issuer and subject, unknown ids by id.
pub fn matching(
    (old, old_graph): (&Project, &TrustGraph),
    (new, new_graph): (&Project, &TrustGraph),
) -> Matching {
    let (pairs, _) = counterparts(old, new);
    let nodes = (0..old_graph.graph.node_count()).map(NodeIndex::new);
    let other = nodes.map(|node| match old_graph.graph.node_weight(node)? {
        Node::Client(key) => new_graph.client_node(pairs[key.0]?),
        Node::External { issuer, subject } => new_graph.external_node(issuer, subject),
        Node::Ghost(id) => new_graph.ghost_node(&Id::new(id)),
    });
    Matching::new(new_graph.graph.node_count(), &other.collect::<Vec<_>>())
}

fn facts(old: Option<&ClientApp>, new: Option<&ClientApp>) -> Vec<FactChange> {
    let mut found = Vec::new();
    // For what came or went, only what matters for access; its settings are all its own.
    if let (Some(old), Some(new)) = (old, new) {
        values(old, new, &mut found);
        let count = |client: &ClientApp| client.secrets().map(<[_]>::len);
        let (before, after) = (count(old), count(new));
        if before != after {
            found.push(FactChange::Secrets { before, after, place: new.place });
        }
    }
    let permissions = |client: Option<&ClientApp>| {
        let mut all: BTreeMap<String, (Id, Place)> = BTreeMap::new();
        for permission in client.into_iter().flat_map(|client| &client.permissions) {
            let Some(id) = &permission.id else { continue };
            all.entry(id.key().into_owned()).or_insert((id.clone(), permission.place));
        }
        all
    };
    let (before, after) = (permissions(old), permissions(new));
    for (added, these, those) in [(false, &before, &after), (true, &after, &before)] {
        for (key, (entry, place)) in these {
            if !those.contains_key(key) {
                let (entry, place) = (entry.clone(), *place);
                found.push(FactChange::Permission { entry, added, place });
            }
        }
    }
    let identities = |client: Option<&ClientApp>| {
        let mut all: BTreeMap<(String, String), Place> = BTreeMap::new();
        for identity in client.into_iter().flat_map(|client| &client.identities) {
            let Some((issuer, subject)) = identity.pair() else { continue };
            all.entry((issuer.to_owned(), subject.to_owned())).or_insert(identity.place);
        }
        all
    };
    let (before, after) = (identities(old), identities(new));
    for (added, these, those) in [(false, &before, &after), (true, &after, &before)] {
        for (pair, place) in these {
            if !those.contains_key(pair) {
                let ((issuer, subject), place) = (pair.clone(), *place);
                found.push(FactChange::Identity { issuer, subject, added, place });
            }
        }
    }
    found
}

/// Name, subscription and settings.
fn values(old: &ClientApp, new: &ClientApp, found: &mut Vec<FactChange>) {
    let mut compare =
        |what: &'static str, before: Option<&str>, after: Option<&str>, place: Place| {
            if before != after {
                let [before, after] = [before, after].map(|text| text.map(str::to_owned));
                found.push(FactChange::Value { what, before, after, place });
            }
        };
    let id = |client: &ClientApp| client.id.as_ref().map(|id| id.value.clone());
    if id(old) != id(new) {
        let (before, after) = (id(old), id(new));
        let place = new.id.as_ref().map_or(new.place, |id| id.place);
        compare("id", before.as_ref().map(Id::as_str), after.as_ref().map(Id::as_str), place);
    }
    let name = |client: &ClientApp| client.name.as_ref().map(|name| name.value.clone());
    let place = new.name.as_ref().map_or(new.place, |name| name.place);
    compare("name", name(old).as_deref(), name(new).as_deref(), place);
    let subscription = |client: &ClientApp| client.subscription.as_ref().map(|it| it.value.clone());
    if subscription(old) != subscription(new) {
        let (before, after) = (subscription(old), subscription(new));
        let place = new.subscription.as_ref().map_or(new.place, |it| it.place);
        compare(
            "subscription",
            before.as_ref().map(Id::as_str),
            after.as_ref().map(Id::as_str),
            place,
        );
    }
    let mut settings: Vec<Setting> = Vec::new();
    for value in old.settings.iter().chain(&new.settings) {
        if !settings.contains(&value.setting) {
            settings.push(value.setting);
        }
    }
    for setting in settings {
        let text = |client: &ClientApp| client.setting(setting).map(|value| value.text.clone());
        let place = new.setting(setting).map_or(new.place, |value| value.place);
        compare(setting.label(), text(old).as_deref(), text(new).as_deref(), place);
    }
}
