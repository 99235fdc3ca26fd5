//! What of the graph is drawn, as a command line says it.

use std::collections::BTreeSet;

use clap::ValueEnum;
use petgraph::stable_graph::EdgeIndex;

use super::super::Failure;
use super::super::filter::{Chosen, Filters};
use super::super::project;
use crate::config::{Id, Project};
use crate::diagram::scene::{Group, GroupBy, GroupKey, groups};
use crate::trust::{Edge, Relation, TrustGraph};

/// What is drawn.
#[derive(Debug, clap::Args)]
pub struct Selection {
    /// Only this client app and what is at most --hops arrows away from it.
    #[arg(long, value_name = "ID", help_heading = "What is drawn")]
    pub focus: Option<String>,

    /// How many arrows around the focus are followed, whichever way they run.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        requires = "focus",
        help_heading = "What is drawn"
    )]
    pub hops: usize,

    /// Only arrows of this kind.
    #[arg(long, value_enum, value_name = "KIND", help_heading = "What is drawn")]
    arrows: Option<RelationName>,

    #[command(flatten)]
    filters: Filters,
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
    pub fn choose(&self, versions: &[&Project]) -> Result<Chosen, Failure> {
        let mut chosen = self.filters.choose(versions)?;
        chosen.filter.relations = self.arrows.iter().map(|it| relation_of(*it)).collect();
        Ok(chosen)
    }
}

fn relation_of(relation: RelationName) -> Relation {
    match relation {
        RelationName::Exchange => Relation::Exchange,
        RelationName::Federation => Relation::Federation,
    }
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
