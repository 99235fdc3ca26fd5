//! The access matrix: who can become whom, with the fewest hops, as rows and columns.
//!
//! Rows are whoever a token can start at, columns the client apps it can end at. A matrix of ten
//! thousand client apps has a hundred million places and an estate fills a few of them, so nothing
//! is laid out: a row is worked out when it is looked at, one search for as many cells as it has.
//! Rows and columns are filtered and sorted by what the closure counts, which is there at once.

use std::collections::HashMap;

use petgraph::stable_graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::access::{Access, Actor};
use super::reach::Reach;
use super::report::{Party, csv};
use super::weight::Overview;
use super::{Edge, Node, Subset, TrustGraph, Verdict};
use crate::config::{ClientKey, Project};

/// A cell that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The place of the column among [`Matrix::columns`].
    pub column: usize,
    pub client: ClientKey,
    /// The fewest hops.
    pub hops: u32,
    /// For a single hop: what decides on it.
    pub direct: Option<Verdict>,
}

/// A row or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub node: NodeIndex,
    pub label: String,
    /// For a row, how many client apps it can become; for a column, how many can become it,
    /// external identities included. Worst case, any number of hops, whatever is filtered.
    pub count: u64,
}

/// By what rows or columns are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// As in the project.
    #[default]
    Project,
    /// By name, without case.
    Name,
    /// Those with most access first.
    Count,
    /// By the hops that stand in one column (for rows, of this client app) or in one row (for
    /// columns, of this start): the fewest first, those without a way last.
    Hops(NodeIndex),
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// A part of the names of the rows, without case; empty for all.
    pub rows: String,
    /// The same of the columns.
    pub columns: String,
    /// Whether external identities have rows.
    pub externals: bool,
    /// Whether rows and columns without any access are left out.
    pub only_access: bool,
    /// Hops of the longest way that fills a cell.
    pub max_hops: u32,
    pub actor: Actor,
    pub row_order: Order,
    pub column_order: Order,
}

impl Default for View {
    fn default() -> Self {
        Self {
            rows: String::new(),
            columns: String::new(),
            externals: true,
            only_access: true,
            max_hops: u32::MAX,
            actor: Actor::Worst,
            row_order: Order::Project,
            column_order: Order::Project,
        }
    }
}

/// The access matrix, as far as a view shows it.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub view: View,
    rows: Vec<Head>,
    columns: Vec<Head>,
    /// For each client app, its column plus one; 0 when it is not shown.
    places: Vec<usize>,
}

impl Matrix {
    /// The rows and columns of a view, of `only` these where a filter leaves others out.
    pub fn new(
        project: &Project,
        graph: &TrustGraph,
        access: &Access,
        overview: &Overview,
        view: View,
        only: Option<&Subset>,
    ) -> Self {
        let passes =
            |node: &u32| only.is_none_or(|subset| subset.has_node(NodeIndex::new(*node as usize)));
        let head = |node: u32, count: u64| {
            let node = NodeIndex::new(node as usize);
            Head { node, label: graph.label(project, node), count }
        };
        let starts = access.starts().filter(|node| view.externals || access.is_client(*node));
        let starts = starts.filter(passes);
        let rows = starts.map(|node| head(node, overview.impact[node as usize]));
        let clients = (0..access.clients() as u32).filter(passes);
        let columns = clients.map(|node| {
            let at = node as usize;
            head(node, overview.exposure[at] + overview.external_exposure[at])
        });
        let (actor, max_hops) = (view.actor, view.max_hops);
        let hops = |order, reach: &dyn Fn(NodeIndex) -> Reach| match order {
            Order::Hops(node) => reach(node).found.iter().map(|it| (it.node, it.hops)).collect(),
            _ => HashMap::new(),
        };
        let to_one = hops(view.row_order, &|node| access.reach_to(node, actor, max_hops));
        let from_one = hops(view.column_order, &|node| access.reach_from(node, actor, max_hops));
        let rows = arrange(rows, &view.rows, view.row_order, &to_one, view.only_access);
        let columns =
            arrange(columns, &view.columns, view.column_order, &from_one, view.only_access);
        let mut places = vec![0; access.clients()];
        for (at, column) in columns.iter().enumerate() {
            places[column.node.index()] = at + 1;
        }
        Self { view, rows, columns, places }
    }

    /// The rows, in order.
    pub fn rows(&self) -> &[Head] {
        &self.rows
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Head] {
        &self.columns
    }

    /// The cells of a row that are not empty, by column. A cell of a client app with itself is
    /// empty.
    pub fn row(&self, access: &Access, row: usize) -> Vec<Cell> {
        let Some(head) = self.rows.get(row) else { return Vec::new() };
        let reach = access.reach_from(head.node, self.view.actor, self.view.max_hops);
        let mut cells: Vec<Cell> = reach
            .found
            .iter()
            .filter_map(|line| {
                let at = line.node.index();
                let column = self.places.get(at)?.checked_sub(1)?;
                let direct = match line.hops {
                    1 => access.direct(head.node.index() as u32, at as u32),
                    _ => None,
                };
                Some(Cell { column, client: ClientKey(at), hops: line.hops, direct })
            })
            .collect();
        cells.sort_unstable_by_key(|cell| cell.column);
        cells
    }

    /// The column of a client app, when it is shown.
    pub fn column_of(&self, client: ClientKey) -> Option<usize> {
        self.places.get(client.0)?.checked_sub(1)
    }

    /// The columns that a list permits the row to become by one exchange, which is refused all the
    /// same because a condition is false. A longer way may lead there nevertheless.
    pub fn refused(
        &self,
        project: &Project,
        graph: &TrustGraph,
        access: &Access,
        row: usize,
    ) -> Vec<usize> {
        let Some(head) = self.rows.get(row) else { return Vec::new() };
        let from = head.node;
        let mut found: Vec<usize> = graph
            .graph
            .edges(from)
            .filter_map(|edge| {
                let to = edge.target();
                let client = ClientKey(to.index());
                let is_permitted = match edge.weight() {
                    Edge::Exchange(_) => access.is_client(to.index() as u32),
                    Edge::Federation { .. } => graph.has_brokers(project, client),
                };
                let refused = is_permitted
                    && to != from
                    && !access.out().has(from.index() as u32, to.index() as u32);
                if refused { self.column_of(client) } else { None }
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The first line of a CSV of cells.
    pub fn csv_header() -> String {
        let mut text = String::new();
        let columns = [
            "reading",
            "actor",
            "from kind",
            "from id",
            "from name",
            "issuer",
            "subject",
            "to id",
            "to name",
            "hops",
            "asks",
            "verdict",
        ];
        csv::line(&mut text, columns);
        text
    }

    /// The cells of a row, one a line: a pivot table makes rows and columns of them.
    pub fn csv_row(
        &self,
        project: &Project,
        graph: &TrustGraph,
        access: &Access,
        row: usize,
    ) -> String {
        let mut text = String::new();
        let Some(head) = self.rows.get(row) else { return text };
        let from = Party::node(project, graph, head.node);
        for cell in self.row(access, row) {
            let to = Party::client(project, cell.client);
            let [_, id, name, ..] = to.columns();
            let hops = cell.hops.to_string();
            let asks = match cell.direct {
                Some(_) => self.askers(project, graph, access, head.node, cell.client),
                None => String::new(),
            };
            let verdict = cell.direct.map_or("", Verdict::name);
            let lead = [access.reading().name(), self.view.actor.name()];
            let rest = [id, name, &hops, &asks, verdict];
            csv::line(&mut text, lead.into_iter().chain(from.columns()).chain(rest));
        }
        text
    }

    fn askers(
        &self,
        project: &Project,
        graph: &TrustGraph,
        access: &Access,
        from: NodeIndex,
        to: ClientKey,
    ) -> String {
        let is_external = matches!(graph.graph.node_weight(from), Some(Node::External { .. }));
        let hops = access.hops(from.index() as u32, to.0 as u32);
        let shown = if is_external { 5 } else { 1 };
        let more = hops.len().saturating_sub(shown);
        let names: Vec<_> =
            hops.iter().take(shown).map(|hop| project.client(hop.requester).label()).collect();
        match more {
            0 => names.join("; "),
            _ => format!("{}; and {more} more", names.join("; ")),
        }
    }
}

fn arrange(
    heads: impl Iterator<Item = Head>,
    part: &str,
    order: Order,
    hops: &HashMap<NodeIndex, u32>,
    only_access: bool,
) -> Vec<Head> {
    let part = part.trim().to_lowercase();
    let shown = |head: &Head| {
        (head.count > 0 || !only_access)
            && (part.is_empty() || head.label.to_lowercase().contains(&part))
    };
    let mut heads: Vec<Head> = heads.filter(shown).collect();
    match order {
        Order::Project => {}
        Order::Name => heads.sort_by_cached_key(|head| (head.label.to_lowercase(), head.node)),
        Order::Count => heads.sort_by_key(|head| (std::cmp::Reverse(head.count), head.node)),
        // Those of as many hops stay as in the project.
        Order::Hops(_) => {
            heads.sort_by_key(|head| hops.get(&head.node).copied().unwrap_or(u32::MAX));
        }
    }
    heads
}
