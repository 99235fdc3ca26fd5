//! Long lists of which a program keeps several states.

use std::ops::{Index, IndexMut, Range};
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

/// Items in a piece.
const PIECE: usize = 128;

/// A list in pieces that copies share until one of them changes: with a hundred thousand client
/// apps a copy costs eight hundred pointers, and a change in one of two copies one piece.
#[derive(Clone, PartialEq, Eq)]
pub struct Table<T> {
    /// All of [`PIECE`] items, but for the last.
    pieces: Vec<Arc<Vec<T>>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T> Table<T> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        match self.pieces.split_last() {
            Some((last, full)) => full.len() * PIECE + last.len(),
            None => 0,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The item at a place, counted from 0.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.pieces.get(at / PIECE)?.get(at % PIECE)
    }

    /// The first item.
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last item.
    pub fn last(&self) -> Option<&T> {
        self.pieces.last()?.last()
    }

    /// All of them, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { table: self, start: 0, end: self.len() }
    }

    /// Those at the places of a range, as far as they are there.
    pub fn range(&self, range: Range<usize>) -> Iter<'_, T> {
        let end = range.end.min(self.len());
        Iter { table: self, start: range.start.min(end), end }
    }

    /// Where an item with a key is, or would have to be, in a table that is sorted by these keys.
    ///
    /// # Errors
    ///
    /// There is none with the key; the place is the one for it.
    pub fn binary_search_by_key<K: Ord>(
        &self,
        key: &K,
        key_of: impl Fn(&T) -> K,
    ) -> Result<usize, usize> {
        let piece =
            self.pieces.partition_point(|it| it.first().is_some_and(|it| key_of(it) <= *key));
        let Some(piece) = piece.checked_sub(1) else { return Err(0) };
        let within = self.pieces[piece].binary_search_by_key(key, key_of);
        within.map(|at| piece * PIECE + at).map_err(|at| piece * PIECE + at)
    }

    /// All of them, for work in parallel.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &T>
    where
        T: Send + Sync,
    {
        (0..self.len()).into_par_iter().map(|at| &self[at])
    }
}

impl<T: Clone> Table<T> {
    pub(super) fn push(&mut self, item: T) {
        match self.pieces.last_mut().filter(|last| last.len() < PIECE) {
            Some(last) => Arc::make_mut(last).push(item),
            None => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(item);
                self.pieces.push(Arc::new(piece));
            }
        }
    }

    /// All of them, copied only where a copy of the table shares them.
    pub(super) fn into_items(self) -> impl Iterator<Item = T> {
        self.pieces.into_iter().flat_map(Arc::unwrap_or_clone)
    }
}

impl<T: Clone> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut table = Self::default();
        items.into_iter().for_each(|item| table.push(item));
        table
    }
}

impl<T> Index<usize> for Table<T> {
    type Output = T;

    /// # Panics
    ///
    /// When there is nothing at this place, as a list does.
    fn index(&self, at: usize) -> &T {
        &self.pieces[at / PIECE][at % PIECE]
    }
}

impl<T: Clone> IndexMut<usize> for Table<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut Arc::make_mut(&mut self.pieces[at / PIECE])[at % PIECE]
    }
}

impl<'a, T> IntoIterator for &'a Table<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Table<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self).finish()
    }
}

/// The items of a [`Table`], in order.
#[derive(Debug)]
pub struct Iter<'a, T> {
    table: &'a Table<T>,
    start: usize,
    end: usize,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.nth(0)
    }

    fn nth(&mut self, skipped: usize) -> Option<&'a T> {
        let at = self.start.saturating_add(skipped).min(self.end);
        self.start = (at + 1).min(self.end);
        if at < self.end { self.table.get(at) } else { None }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.start, Some(self.end - self.start))
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.start == self.end {
            return None;
        }
        self.end -= 1;
        self.table.get(self.end)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_share_what_they_do_not_change() {
        let mut table = Table::default();
        (0..300).for_each(|item| table.push(item));
        let copy = table.clone();
        table[130] = 1000;
        assert!(Arc::ptr_eq(&table.pieces[0], &copy.pieces[0]));
        table[299] = 2000;
        table.push(300);
        assert!(copy.iter().copied().eq(0..300));
        let changed = |at: usize| match at {
            130 => 1000,
            299 => 2000,
            _ => at,
        };
        assert!(table.iter().copied().eq((0..301).map(changed)));
        assert!(copy.clone().into_items().eq(0..300));
        assert_eq!((0..300).collect::<Table<_>>(), copy);
        assert!(table.iter().rev().copied().eq((0..301).rev().map(changed)));
        assert_eq!((table.len(), table.iter().len(), copy.len()), (301, 301, 300));
        let found = |number: usize| copy.binary_search_by_key(&(number * 2), |it| it * 2);
        assert_eq!((found(0), found(128), found(299)), (Ok(0), Ok(128), Ok(299)));
        assert_eq!(copy.binary_search_by_key(&255, |it| it * 2), Err(128));
        assert_eq!(
            (found(300), Table::<usize>::default().binary_search_by_key(&1, |it| *it)),
            (Err(300), Err(0))
        );
        assert!(copy.range(120..140).copied().eq(120..140) && copy.range(299..400).len() == 1);
        assert_eq!((table.first(), table.last(), table.get(301)), (Some(&0), Some(&300), None));
        let mut rest = table.iter();
        assert_eq!(
            (rest.nth(128), rest.next(), rest.next()),
            (Some(&128), Some(&129), Some(&1000))
        );
        assert_eq!((rest.nth(500), rest.next(), rest.next_back()), (None, None, None));
    }
}
