//! What of the graph is drawn, as a command line says it.

use std::collections::BTreeSet;

use clap::ValueEnum;
use petgraph::stable_graph::EdgeIndex;

use super::super::Failure;
use super::super::project;
use crate::config::{Id, Project};
use crate::diagram::scene::{Group, GroupBy, GroupKey, groups};
use crate::trust::{Edge, Filter, Kind, Relation, SettingIs, TrustGraph};

/// Which client apps are drawn. Values of one option are alternatives; different options must all
/// hold. Identities and unknown ids come along with the client apps that hold or list them.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What is drawn")]
pub struct Selection {
    /// Only this client app and what is at most --hops arrows away from it.
    #[arg(long, value_name = "ID")]
    pub focus: Option<String>,

    /// How many arrows around the focus are followed, whichever way they run.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "focus")]
    pub hops: usize,

    /// Only boxes of this kind; may be given more than once.
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Vec<KindName>,

    /// Only arrows of this kind.
    #[arg(long, value_enum, value_name = "KIND")]
    arrows: Option<RelationName>,

    /// Only client apps with an identity of this issuer, and only these identities.
    #[arg(long, value_name = "URL")]
    issuer: Vec<String>,

    /// Only client apps whose setting is so: true, false or not-stated, as in enabled=false.
    #[arg(long, value_name = "KEY=VALUE")]
    setting: Vec<String>,

    /// Only client apps of this file, by its name or the end of its path.
    #[arg(long, value_name = "NAME")]
    file: Vec<String>,

    /// Only client apps of this subscription, by id or name.
    #[arg(long, value_name = "ID")]
    subscription: Vec<String>,

    /// Only client apps with this text in name, id, subscription, file or identities, in any case.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindName {
    /// Client apps.
    Client,
    /// Client apps that may bring tokens of external identities.
    Broker,
    /// Client apps with external identities.
    Principal,
    /// External identities.
    Identity,
    /// Ids that no file defines.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RelationName {
    /// A user's token may be exchanged.
    Exchange,
    /// An external identity stands for a client app.
    Federation,
}

impl Selection {
    /// The filter that the options are.
    ///
    /// # Errors
    ///
    /// When one names what is not there (exit 2).
    pub fn filter(&self, project: &Project, old: Option<&Project>) -> Result<Filter, Failure> {
        let versions: Vec<&Project> = std::iter::once(project).chain(old).collect();
        let mut filter = Filter {
            kinds: self.kind.iter().map(|kind| kind_of(*kind)).collect(),
            relations: self.arrows.iter().map(|it| relation_of(*it)).collect(),
            text: self.text.clone().unwrap_or_default(),
            ..Filter::default()
        };
        for text in &self.setting {
            let setting: SettingIs = text.parse().map_err(Failure::usage)?;
            filter.settings.insert(setting);
        }
        let all = |of: &dyn Fn(&Project) -> BTreeSet<String>| -> BTreeSet<String> {
            versions.iter().flat_map(|project| of(project)).collect()
        };
        let issuers = all(&issuers);
        let plain = |text: &str| text.trim_end_matches('/').to_lowercase();
        for text in &self.issuer {
            let same = |it: &&String| plain(it) == plain(text);
            filter.issuers.extend(named("issuer", text, &issuers, same)?);
        }
        let files = all(&|project| project.files().iter().map(|file| file.name.clone()).collect());
        for text in &self.file {
            let end = format!("/{text}");
            let same = |it: &&String| *it == text || it.ends_with(&end);
            filter.files.extend(named("file", text, &files, same)?);
        }
        let subscriptions = all(&subscriptions);
        for text in &self.subscription {
            let names = versions.iter().flat_map(|project| project.subscriptions());
            let of_name = names.filter(|group| group.label().eq_ignore_ascii_case(text));
            let keys: BTreeSet<String> = of_name.map(|it| it.id.key().into_owned()).collect();
            let key = Id::new(text).key().into_owned();
            let same = |it: &&String| **it == key || keys.contains(*it);
            filter.subscriptions.extend(named("subscription", text, &subscriptions, same)?);
        }
        Ok(filter)
    }
}

fn kind_of(kind: KindName) -> Kind {
    match kind {
        KindName::Client => Kind::Client,
        KindName::Broker => Kind::Broker,
        KindName::Principal => Kind::Principal,
        KindName::Identity => Kind::Identity,
        KindName::Unknown => Kind::Unknown,
    }
}

fn relation_of(relation: RelationName) -> Relation {
    match relation {
        RelationName::Exchange => Relation::Exchange,
        RelationName::Federation => Relation::Federation,
    }
}

fn issuers(project: &Project) -> BTreeSet<String> {
    let identities = project.clients().iter().flat_map(|app| &app.identities);
    identities.filter_map(|it| Some(it.pair()?.0.to_owned())).collect()
}

fn subscriptions(project: &Project) -> BTreeSet<String> {
    let stated = project.clients().iter().filter_map(|app| app.subscription.as_ref());
    stated.map(|id| id.value.key().into_owned()).collect()
}

/// Those that a text on the command line means.
fn named<'a>(
    what: &str,
    text: &str,
    there: &'a BTreeSet<String>,
    same: impl Fn(&&'a String) -> bool,
) -> Result<Vec<String>, Failure> {
    let found: Vec<String> = there.iter().filter(same).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let failure = Failure::usage(format!("no client app has the {what} {text}"));
    let some: Vec<&str> = there.iter().take(8).map(String::as_str).collect();
    Err(match some.as_slice() {
        [] => failure,
        some if there.len() > some.len() => {
            failure.hint(format!("there are {} and others", some.join(", ")))
        }
        some => failure.hint(format!("there are {}", some.join(", "))),
    })
}

/// The groups that are to be collapsed, by name or `all`.
///
/// # Errors
///
/// When there is no such group (exit 2).
pub fn collapsed(
    texts: &[String],
    by: GroupBy,
    versions: &[(&Project, &TrustGraph)],
) -> Result<BTreeSet<GroupKey>, Failure> {
    let mut there: Vec<Group> =
        versions.iter().flat_map(|(project, graph)| groups(project, graph, by)).collect();
    there.dedup_by(|a, b| a.key == b.key);
    let mut keys = BTreeSet::new();
    for text in texts {
        if text == "all" {
            keys.extend(there.iter().map(|group| group.key.clone()));
            continue;
        }
        let id = Id::new(text).key().into_owned();
        let is_meant = |group: &&Group| {
            let is_id = matches!(&group.key, GroupKey::Subscription(key) if *key == id);
            is_id || [&group.title, &group.name].into_iter().any(|it| it.eq_ignore_ascii_case(text))
        };
        let found: Vec<&Group> = there.iter().filter(is_meant).collect();
        keys.extend(found.iter().map(|group| group.key.clone()));
        if found.is_empty() {
            let names: Vec<&str> = there.iter().take(8).map(|it| it.name.as_str()).collect();
            return Err(Failure::usage(format!("no {} group is called {text}", by.name()))
                .hint(format!("say 'all', or one of {}", names.join(", "))));
        }
    }
    Ok(keys)
}

/// The arrows from each client app of a chain to the next.
///
/// # Errors
///
/// When a client app is not known (exit 2), or there is no arrow (exit 1).
pub fn chain(
    texts: &[String],
    project: &Project,
    graph: &TrustGraph,
) -> Result<Vec<EdgeIndex>, Failure> {
    let keys: Vec<_> =
        texts.iter().map(|text| project::client(project, text)).collect::<Result<_, _>>()?;
    if keys.len() == 1 {
        return Err(Failure::usage("a chain has two client apps or more")
            .hint("give --chain once for each client app, in order"));
    }
    let mut edges = Vec::new();
    for pair in keys.windows(2) {
        let nodes = (graph.client_node(pair[0]), graph.client_node(pair[1]));
        let (Some(from), Some(to)) = nodes else { continue };
        let edge = graph
            .graph
            .edges_connecting(from, to)
            .map(|edge| petgraph::visit::EdgeRef::id(&edge))
            .filter(|edge| matches!(graph.graph[*edge], Edge::Exchange(_)))
            .min();
        edges.push(edge.ok_or_else(|| {
            let (from, to) = (graph.label(project, from), graph.label(project, to));
            Failure::no(format!("there is no arrow from {from} to {to}"))
                .hint("'exchange-studio decide' says what is missing for an exchange")
        })?);
    }
    Ok(edges)
}
