//! The matrix that is shown, with all it was made from, and a row of it as it is painted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use petgraph::stable_graph::NodeIndex;

use super::sorting::Sorting;
use crate::config::{ClientKey, Project};
use crate::studio::analysis::Analysis;
use crate::studio::graph_tab::{Looking, Passing};
use crate::studio::selection::Selection;
use crate::trust::matrix::{Matrix, Order, View};
use crate::trust::{Access, Node, Overview, Reading, TrustGraph, Verdict};

/// What every view of a project shares.
#[derive(Debug)]
pub struct Base {
    pub analysis: Arc<Analysis>,
    pub access: Access,
    overview: Overview,
}

impl Base {
    pub fn new(analysis: Arc<Analysis>) -> Self {
        let access = Access::new(&analysis.project, &analysis.graph);
        let overview = Overview::new(&access);
        Self { analysis, access, overview }
    }

    /// Whether it is of this state of a project, read this way. A drawing may have come since.
    pub fn is_of(&self, analysis: &Analysis) -> bool {
        Arc::ptr_eq(&self.analysis.project, &analysis.project)
            && self.analysis.graph.reading == analysis.graph.reading
    }
}

/// How a matrix is to be shown.
#[derive(Clone, Debug)]
pub struct Asked {
    pub view: View,
    pub sorting: Sorting,
    pub looking: Arc<Looking>,
}

impl Asked {
    fn is_same(&self, other: &Self) -> bool {
        self.view == other.view
            && self.sorting == other.sorting
            && self.looking.filters_as(&other.looking)
    }
}

/// A view of it: rows and columns in order.
#[derive(Debug)]
pub struct Table {
    pub base: Arc<Base>,
    pub matrix: Matrix,
    asked: Asked,
    worked_out: AtomicUsize,
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// One exchange, every condition of which is true.
    Allowed,
    /// One exchange, some conditions of which are not stated.
    NotStated,
    /// One exchange that is permitted and refused all the same, and no longer way.
    Refused,
    /// Several exchanges.
    Chain,
}

/// A cell that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub column: u32,
    /// The fewest hops; 0 where there is no way.
    pub hops: u32,
    pub look: Look,
    /// Whether a single exchange is permitted and refused.
    pub refused: bool,
}

impl Table {
    pub fn new(base: Arc<Base>, asked: Asked) -> Self {
        let Analysis { project, graph, .. } = &*base.analysis;
        let order = |party: &Option<Selection>, otherwise| {
            let node = party.as_ref().and_then(|party| node_of(graph, party));
            node.map_or(otherwise, Order::Hops)
        };
        let view = View {
            row_order: order(&asked.sorting.rows, asked.view.row_order),
            column_order: order(&asked.sorting.columns, asked.view.column_order),
            ..asked.view.clone()
        };
        let passing = Passing::new(&asked.looking, &base.analysis);
        let only = passing.as_ref().map(|passing| &passing.subset);
        let matrix = Matrix::new(project, graph, &base.access, &base.overview, view, only);
        Self { base, matrix, asked, worked_out: AtomicUsize::new(0) }
    }

    pub fn project(&self) -> &Project {
        &self.base.analysis.project
    }

    pub fn graph(&self) -> &TrustGraph {
        &self.base.analysis.graph
    }

    pub fn reading(&self) -> Reading {
        self.base.access.reading()
    }

    /// Whether it is what was asked for, of an analysis.
    pub fn shows(&self, analysis: &Analysis, asked: &Asked) -> bool {
        self.base.is_of(analysis) && self.asked.is_same(asked)
    }

    /// How many rows and columns there are before any is left out.
    pub fn whole(&self) -> (usize, usize) {
        let access = &self.base.access;
        let externals = if self.matrix.view.externals { access.externals().len() } else { 0 };
        (access.clients() + externals, access.clients())
    }

    /// Pairs of somebody who can become somebody, in the worst case and by any number of hops.
    pub fn pairs(&self) -> u64 {
        self.base.overview.pairs
    }

    /// A row, one search long.
    pub fn work_out(&self, row: usize) -> Vec<Mark> {
        self.worked_out.fetch_add(1, Ordering::Relaxed);
        let access = &self.base.access;
        let refused = self.matrix.refused(self.project(), self.graph(), access, row);
        let is_refused = |column: usize| refused.binary_search(&column).is_ok();
        let mut marks: Vec<Mark> = Vec::new();
        for cell in self.matrix.row(access, row) {
            let look = match cell.direct {
                Some(Verdict::Allowed) => Look::Allowed,
                Some(_) => Look::NotStated,
                None => Look::Chain,
            };
            let (column, hops) = (cell.column as u32, cell.hops);
            marks.push(Mark { column, hops, look, refused: is_refused(cell.column) });
        }
        let reached: usize = marks.len();
        for column in refused {
            let column = column as u32;
            let known = marks[..reached].binary_search_by_key(&column, |mark| mark.column);
            if known.is_err() {
                marks.push(Mark { column, hops: 0, look: Look::Refused, refused: true });
            }
        }
        marks.sort_unstable_by_key(|mark| mark.column);
        marks
    }

    /// How many rows were worked out: what holds the promise that only those in view are.
    pub fn rows_worked_out(&self) -> usize {
        self.worked_out.load(Ordering::Relaxed)
    }

    /// Who a row is, or a column.
    pub fn party(&self, node: NodeIndex) -> Option<Selection> {
        match self.graph().graph.node_weight(node)? {
            Node::Client(key) => Some(Selection::Client(*key)),
            Node::External { issuer, subject } => {
                Some(Selection::External { issuer: issuer.clone(), subject: subject.clone() })
            }
            Node::Ghost(_) => None,
        }
    }

    /// The node of a party.
    pub fn node(&self, party: &Selection) -> Option<NodeIndex> {
        node_of(self.graph(), party)
    }

    /// The nodes of a cell: where the token starts, and the client app it comes out for.
    pub fn ends(&self, (row, column): (usize, usize)) -> Option<(NodeIndex, NodeIndex)> {
        let row = self.matrix.rows().get(row)?;
        Some((row.node, self.matrix.columns().get(column)?.node))
    }

    /// Where a pair is, if it is shown.
    pub fn place(&self, from: &Selection, to: ClientKey) -> Option<(usize, usize)> {
        let node = self.node(from)?;
        let row = self.matrix.rows().iter().position(|row| row.node == node)?;
        Some((row, self.matrix.column_of(to)?))
    }
}

fn node_of(graph: &TrustGraph, party: &Selection) -> Option<NodeIndex> {
    match party {
        Selection::Client(key) => graph.client_node(*key),
        Selection::External { issuer, subject } => graph.external_node(issuer, subject),
        _ => None,
    }
}
