//! The documents of a stream, in order, with what it takes to find them by place.
//!
//! A file has a hundred thousand documents, a program keeps several states of it (the text now, the
//! text as saved, the one a background analysis looks at), and an edit touches one document. So the
//! documents are kept in pieces that states share until one of them changes: a copy costs a
//! pointer, an edit of one copy one piece. Each piece knows where its documents begin, in bytes and
//! in lines, counted from its own start, so nothing behind an edit has to be counted again but the
//! starts of the pieces.

use std::ops::{Index, Range};
use std::sync::{Arc, LazyLock};

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::Document;

/// Documents in a piece that is made; pieces that grow are cut at twice as many.
const PIECE: usize = 64;

/// How much of a text something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub documents: usize,
    pub bytes: usize,
    pub breaks: usize,
}

impl Extent {
    fn of(document: &Document) -> Self {
        Self { documents: 1, bytes: document.text().len(), breaks: document.breaks() }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            documents: self.documents + other.documents,
            bytes: self.bytes + other.bytes,
            breaks: self.breaks + other.breaks,
        }
    }
}

/// A run of documents.
#[derive(Clone, Debug)]
struct Piece {
    documents: Vec<Arc<Document>>,
    /// What stands before each document of the piece.
    before: Vec<Extent>,
    extent: Extent,
}

impl Piece {
    fn new(documents: Vec<Arc<Document>>) -> Self {
        let mut piece = Self { documents, before: Vec::new(), extent: Extent::default() };
        piece.before.reserve_exact(piece.documents.len());
        for document in &piece.documents {
            piece.before.push(piece.extent);
            piece.extent = piece.extent.plus(Extent::of(document));
        }
        piece
    }

    /// Puts other documents in the place of some, and counts what follows them anew.
    fn splice(&mut self, range: Range<usize>, documents: &[Arc<Document>]) -> Vec<Arc<Document>> {
        let start = range.start;
        let mut at = self.before.get(start).copied().unwrap_or(self.extent);
        let old_end = self.before.get(range.end).copied().unwrap_or(self.extent);
        let new = documents.iter().map(|document| {
            let before = at;
            at = at.plus(Extent::of(document));
            before
        });
        self.before.splice(range.clone(), new.collect::<Vec<_>>());
        let moved = |before: Extent| Extent {
            documents: before.documents - old_end.documents + at.documents,
            bytes: before.bytes - old_end.bytes + at.bytes,
            breaks: before.breaks - old_end.breaks + at.breaks,
        };
        for before in &mut self.before[start + documents.len()..] {
            *before = moved(*before);
        }
        self.extent = moved(self.extent);
        self.documents.splice(range, documents.iter().cloned()).collect()
    }
}

/// The documents of a stream, in file order. A clone shares what neither of the two changes.
#[derive(Clone, Default)]
pub struct Documents {
    pieces: Arc<Vec<Arc<Piece>>>,
    /// What stands before each piece.
    before: Arc<Vec<Extent>>,
    all: Extent,
}

/// Those of a file that is not there.
impl Default for &Documents {
    fn default() -> Self {
        static NONE: LazyLock<Documents> = LazyLock::new(Documents::default);
        &NONE
    }
}

impl Documents {
    pub(super) fn new(documents: Vec<Arc<Document>>) -> Self {
        let mut new = Self { pieces: Arc::new(pieces(documents).collect()), ..Self::default() };
        new.count_from(0);
        new
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.documents
    }

    /// Whether there are none, as in an empty file.
    pub fn is_empty(&self) -> bool {
        self.all.documents == 0
    }

    /// The document at a place, counted from 0.
    pub fn get(&self, index: usize) -> Option<&Arc<Document>> {
        let piece = self.piece_by(|before| before.documents, index)?;
        self.pieces[piece].documents.get(index - self.before[piece].documents)
    }

    /// The first one.
    pub fn first(&self) -> Option<&Arc<Document>> {
        self.get(0)
    }

    /// The last one.
    pub fn last(&self) -> Option<&Arc<Document>> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All of them, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.range(0..self.len())
    }

    /// Those with the numbers of a range, as far as they are there.
    pub fn range(&self, range: Range<usize>) -> Iter<'_> {
        let end = range.end.min(self.len());
        Iter { documents: self, piece: None, range: range.start.min(end)..end }
    }

    /// All of them, for work in parallel.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &Arc<Document>> {
        (0..self.len()).into_par_iter().with_min_len(PIECE).map(|index| &self[index])
    }

    /// All of them in one list.
    pub fn to_vec(&self) -> Vec<Arc<Document>> {
        self.iter().cloned().collect()
    }

    /// What stands before a document; everything, for one that is not there.
    pub(super) fn before(&self, index: usize) -> Extent {
        match self.piece_by(|before| before.documents, index) {
            Some(piece) => {
                let start = self.before[piece];
                let within = self.pieces[piece].before.get(index - start.documents);
                within.map_or(self.all, |within| start.plus(*within))
            }
            None => self.all,
        }
    }

    pub(super) fn all(&self) -> Extent {
        self.all
    }

    /// The last document before which there is not more of something than `at`, as of bytes or of
    /// line breaks. `None` only when there are no documents.
    pub(super) fn find(&self, measure: fn(&Extent) -> usize, at: usize) -> Option<usize> {
        let piece = self.piece_by(measure, at)?;
        let start = self.before[piece];
        let rest = at - measure(&start);
        let within = self.pieces[piece].before.partition_point(|before| measure(before) <= rest);
        Some(start.documents + within.saturating_sub(1))
    }

    fn piece_by(&self, measure: fn(&Extent) -> usize, at: usize) -> Option<usize> {
        self.before.partition_point(|before| measure(before) <= at).checked_sub(1)
    }

    /// Puts other documents in the place of some and gives these back. Places past the end are the
    /// end.
    pub(super) fn splice(
        &mut self,
        at: usize,
        removed: usize,
        documents: Vec<Arc<Document>>,
    ) -> Vec<Arc<Document>> {
        let at = at.min(self.len());
        let end = at.saturating_add(removed).min(self.len());
        let by_number: fn(&Extent) -> usize = |before| before.documents;
        // The pieces that have a part in it; for a place between two the one before.
        let first =
            self.piece_by(by_number, at.saturating_sub(usize::from(at == end))).unwrap_or(0);
        let last = self.piece_by(by_number, end.saturating_sub(1)).unwrap_or(0).max(first);
        let start = self.before.get(first).map_or(0, |before| before.documents);
        let within = at - start..end - start;
        if let Some(piece) = self.pieces.get(first).filter(|_| first == last) {
            let left = piece.documents.len() - within.len() + documents.len();
            if (1..=2 * PIECE).contains(&left) {
                let piece = &mut Arc::make_mut(&mut self.pieces)[first];
                let removed = Arc::make_mut(piece).splice(within, &documents);
                self.count_from(first);
                return removed;
            }
        }
        // What is left of these pieces and what comes, and a neighbour when that is little.
        let mut last = last.min(self.pieces.len().saturating_sub(1));
        let mut all: Vec<Arc<Document>> = Vec::new();
        let touched = first..(last + 1).min(self.pieces.len());
        all.extend(self.pieces[touched].iter().flat_map(|piece| piece.documents.iter().cloned()));
        let removed = all.splice(within, documents).collect();
        if all.len() < PIECE / 2 && last + 1 < self.pieces.len() {
            last += 1;
            all.extend(self.pieces[last].documents.iter().cloned());
        }
        let touched = first..(last + 1).min(self.pieces.len());
        Arc::make_mut(&mut self.pieces).splice(touched, pieces(all));
        self.count_from(first);
        removed
    }

    fn count_from(&mut self, piece: usize) {
        let starts = Arc::make_mut(&mut self.before);
        starts.truncate(piece);
        let mut before = match piece.checked_sub(1) {
            Some(last) => starts[last].plus(self.pieces[last].extent),
            None => Extent::default(),
        };
        for piece in &self.pieces[piece..] {
            starts.push(before);
            before = before.plus(piece.extent);
        }
        self.all = before;
    }

    /// Whether the texts are the same, document by document. What two states share is not looked
    /// at.
    pub(super) fn same_text(&self, other: &Self) -> bool {
        if self.all != other.all {
            return false;
        }
        if Arc::ptr_eq(&self.pieces, &other.pieces) {
            return true;
        }
        let (mut mine, mut theirs) = (0, 0);
        while mine < self.len() {
            let ours = (
                self.piece_by(|before| before.documents, mine),
                other.piece_by(|before| before.documents, theirs),
            );
            // Pieces that both have are passed over as a whole.
            if let (Some(one), Some(two)) = ours
                && Arc::ptr_eq(&self.pieces[one], &other.pieces[two])
                && mine - self.before[one].documents == theirs - other.before[two].documents
            {
                let left = self.before[one].plus(self.pieces[one].extent).documents - mine;
                mine += left;
                theirs += left;
                continue;
            }
            let (one, two) = (&self[mine], &other[theirs]);
            if !Arc::ptr_eq(one, two) && one.text() != two.text() {
                return false;
            }
            mine += 1;
            theirs += 1;
        }
        true
    }
}

/// Cuts documents into pieces of about the same size.
fn pieces(documents: Vec<Arc<Document>>) -> impl Iterator<Item = Arc<Piece>> {
    let mut documents = documents.into_iter();
    std::iter::from_fn(move || {
        // The last two share what is left, so that none is much smaller than the others.
        let left = documents.len();
        let take = if left > PIECE && left < 2 * PIECE { left / 2 } else { PIECE };
        let piece: Vec<_> = documents.by_ref().take(take).collect();
        (!piece.is_empty()).then(|| Arc::new(Piece::new(piece)))
    })
}

impl std::fmt::Debug for Documents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self).finish()
    }
}

impl Index<usize> for Documents {
    type Output = Arc<Document>;

    /// # Panics
    ///
    /// When there is no document with that number, as a list does.
    fn index(&self, index: usize) -> &Arc<Document> {
        let piece = self.before.partition_point(|before| before.documents <= index) - 1;
        &self.pieces[piece].documents[index - self.before[piece].documents]
    }
}

impl<'a> IntoIterator for &'a Documents {
    type Item = &'a Arc<Document>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Documents in order.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    documents: &'a Documents,
    /// The piece the next one is in, and what is left of it.
    piece: Option<(usize, std::slice::Iter<'a, Arc<Document>>)>,
    range: Range<usize>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Arc<Document>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.range.is_empty() {
            return None;
        }
        let at = self.range.start;
        self.range.start += 1;
        if let Some((_, rest)) = &mut self.piece
            && let Some(document) = rest.next()
        {
            return Some(document);
        }
        let piece = match &self.piece {
            Some((piece, _)) => piece + 1,
            None => self.documents.piece_by(|before| before.documents, at)?,
        };
        let from = at - self.documents.before.get(piece)?.documents;
        let mut rest = self.documents.pieces[piece].documents[from..].iter();
        let document = rest.next();
        self.piece = Some((piece, rest));
        document
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.range.len(), Some(self.range.len()))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.range.is_empty() {
            return None;
        }
        self.range.end -= 1;
        self.documents.get(self.range.end)
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::Limits;
    use super::*;

    fn document(number: usize) -> Arc<Document> {
        let text = format!("---\n{}{number}\n", "\n".repeat(number % 3));
        Arc::new(Document::parse(&text, &Limits::default()))
    }

    /// Everything that is asked of the documents, held against a plain list.
    fn check(documents: &Documents, list: &[Arc<Document>]) {
        assert!(documents.iter().map(Arc::as_ptr).eq(list.iter().map(Arc::as_ptr)));
        assert!(documents.iter().rev().map(Arc::as_ptr).eq(list.iter().rev().map(Arc::as_ptr)));
        let mut before = Extent::default();
        for (at, document) in list.iter().enumerate() {
            assert!(Arc::ptr_eq(&documents[at], document));
            assert_eq!(documents.before(at), before);
            assert_eq!(documents.find(|it| it.bytes, before.bytes), Some(at));
            before = before.plus(Extent::of(document));
            assert_eq!(documents.find(|it| it.bytes, before.bytes - 1), Some(at));
        }
        assert_eq!(documents.all(), before);
        assert_eq!(documents.before(list.len()), before);
        assert!(documents.get(list.len()).is_none());
        assert!(
            documents.pieces.iter().all(|piece| (1..=2 * PIECE).contains(&piece.documents.len()))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn splices_do_what_those_of_a_list_do(
            start in 0usize..400,
            splices in prop::collection::vec((any::<prop::sample::Index>(), 0usize..200, 0usize..200), 0..12),
        ) {
            let mut list: Vec<_> = (0..start).map(document).collect();
            let mut documents = Documents::new(list.clone());
            check(&documents, &list);
            for (at, removed, added) in splices {
                let at = at.index(list.len() + 1);
                let added: Vec<_> = (0..added).map(|it| document(it + 1000)).collect();
                let end = (at + removed).min(list.len());
                let kept = documents.clone();
                let was = list.clone();
                let gone: Vec<_> = list.splice(at..end, added.iter().cloned()).collect();
                let out = documents.splice(at, removed, added);
                prop_assert!(gone.iter().map(Arc::as_ptr).eq(out.iter().map(Arc::as_ptr)));
                check(&documents, &list);
                check(&kept, &was);
                let back = documents.same_text(&Documents::new(list.clone()));
                prop_assert!(back);
                let same = was.len() == list.len() && was.iter().zip(&list).all(|(a, b)| a.text() == b.text());
                prop_assert_eq!(kept.same_text(&documents), same);
            }
        }
    }
}
