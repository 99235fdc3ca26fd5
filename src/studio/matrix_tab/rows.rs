//! The rows that were looked at.
//!
//! A row is worked out when it comes into view, and kept while there is room. A frame works out no
//! more than fits into it; what is left comes with the next one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::table::{Mark, Table};

/// Marks, and nodes that were searched, after which a frame has worked out enough.
const FRAME: usize = 20_000;
/// Marks that are kept.
const ROOM: usize = 1_000_000;

#[derive(Debug, Default)]
pub struct Rows {
    table: Option<Arc<Table>>,
    known: BTreeMap<usize, Arc<[Mark]>>,
    marks: usize,
}

impl Rows {
    /// Forgets what is of another table; gives whether there was another.
    pub fn follow(&mut self, table: &Arc<Table>) -> bool {
        let same = self.table.as_ref().is_some_and(|known| Arc::ptr_eq(known, table));
        if !same {
            *self = Self { table: Some(Arc::clone(table)), ..Self::default() };
        }
        !same
    }

    /// Works out the rows in view as far as a frame has time; gives whether all of them are there.
    pub fn work_out(&mut self, view: Range<usize>) -> bool {
        let Some(table) = self.table.clone() else { return false };
        let nodes = table.graph().graph.node_count();
        let mut spent = 0;
        for row in view.clone() {
            if self.known.contains_key(&row) {
                continue;
            }
            if spent >= FRAME {
                return false;
            }
            let marks: Arc<[Mark]> = table.work_out(row).into();
            spent += marks.len() + nodes / 16;
            self.marks += marks.len();
            self.known.insert(row, marks);
        }
        if self.marks > ROOM {
            self.known.retain(|row, _| view.contains(row));
            self.marks = self.known.values().map(|marks| marks.len()).sum();
        }
        true
    }

    /// A row, if it was worked out.
    pub fn get(&self, row: usize) -> Option<&[Mark]> {
        self.known.get(&row).map(|marks| &**marks)
    }

    /// A cell: `None` when its row is not there yet, `Some(None)` when it is empty.
    pub fn mark(&self, (row, column): (usize, usize)) -> Option<Option<Mark>> {
        let marks = self.get(row)?;
        let at = marks.binary_search_by_key(&(column as u32), |mark| mark.column);
        Some(at.ok().map(|at| marks[at]))
    }
}
