//! Documents are merged one by one, and become a file again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::yaml::{Document, Limits, Span, Step, Stream};

use super::align::{Documents, Unit, align};
use super::node::{Merger, Node};
use super::order::{Order, merge_order};
use super::rewrite::{edits, merge_lines};
use super::{Conflict, ConflictPlace, Part, Side, Source};

type Choices = HashMap<ConflictPlace, Side>;

/// The merged text, and where the sides disagree.
pub(super) fn merge(
    base: &Stream,
    mine: &Stream,
    theirs: &Stream,
    choices: &Choices,
) -> (Stream, Vec<Conflict>) {
    if mine.same(theirs) || theirs.same(base) {
        return (mine.clone(), Vec::new());
    }
    if mine.same(base) {
        return (theirs.clone(), Vec::new());
    }
    let sides = Sides {
        base: base.documents().to_vec(),
        mine: mine.documents().to_vec(),
        theirs: theirs.documents().to_vec(),
        choices,
    };
    let units = align(&sides.base, &sides.mine, &sides.theirs);
    let mut conflicts = Vec::new();
    let mut merged = Vec::new();
    for unit in order(&sides, &units) {
        if let Some(document) = sides.merge(unit, &units[unit], &mut conflicts) {
            merged.push(document);
        }
    }
    // Whoever changed the encoding has his way.
    let mut stream = if mine.encoding() == base.encoding() { theirs.clone() } else { mine.clone() };
    let known = [base, mine, theirs].map(|stream| stream.documents().to_vec());
    let merged = join(merged, &known);
    let length = stream.documents().len();
    stream.splice(0, length, merged);
    (stream, conflicts)
}

/// The units in the order in which their documents stand.
fn order(sides: &Sides<'_>, units: &[Unit]) -> Vec<usize> {
    let side = |length: usize, place: &dyn Fn(&Unit) -> Option<usize>| -> Vec<usize> {
        let mut order = vec![None; length];
        for (at, unit) in units.iter().enumerate() {
            if let Some(place) = place(unit) {
                order[place] = Some(at);
            }
        }
        order.into_iter().flatten().collect()
    };
    let base = side(sides.base.len(), &|unit| unit.base);
    let mine = side(sides.mine.len(), &|unit| unit.mine);
    let theirs = side(sides.theirs.len(), &|unit| unit.theirs);
    merge_order(&Order { base: &base, mine: &mine, theirs: &theirs }).keys
}

struct Sides<'a> {
    base: Documents,
    mine: Documents,
    theirs: Documents,
    choices: &'a Choices,
}

impl Sides<'_> {
    fn merge(
        &self,
        number: usize,
        unit: &Unit,
        conflicts: &mut Vec<Conflict>,
    ) -> Option<Arc<Document>> {
        let base = unit.base.map(|at| &self.base[at]);
        let mine = unit.mine.map(|at| &self.mine[at]);
        let theirs = unit.theirs.map(|at| &self.theirs[at]);
        let same = |a: Option<&Arc<Document>>, b: Option<&Arc<Document>>| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a.text() == b.text(),
            (a, b) => a.is_none() && b.is_none(),
        };
        if same(mine, theirs) || same(theirs, base) {
            return mine.cloned();
        }
        if same(mine, base) {
            return theirs.cloned();
        }
        let triple = Triple { base, mine, theirs };
        match triple {
            Triple { mine: Some(mine), theirs: Some(theirs), .. } => {
                if let Some((document, found)) =
                    triple.merge_both(mine, theirs, &|path| self.side(number, path))
                {
                    conflicts.extend(found.into_iter().map(|(path, [base, mine, theirs])| {
                        let side = self.side(number, &path);
                        let place = (number, path.clone());
                        let document = self.label(unit);
                        Conflict { document, path, base, mine, theirs, side, place }
                    }));
                    return Some(document);
                }
            }
            // Taken away there, and here only moved or commented.
            Triple { base: Some(base), mine: Some(one), theirs: None }
            | Triple { base: Some(base), mine: None, theirs: Some(one) }
                if means_same(base, one) =>
            {
                return None;
            }
            _ => {}
        }
        // As long as nobody has chosen, a document that one side still wants is kept.
        let kept = if mine.is_none() { Side::Theirs } else { Side::Mine };
        let side = self.choices.get(&(number, Vec::new())).copied().unwrap_or(kept);
        let whole = |document: Option<&Arc<Document>>| {
            document.map(|document| Part {
                document: document.clone(),
                span: Span::new(0, document.text().len()),
            })
        };
        conflicts.push(Conflict {
            document: self.label(unit),
            path: Vec::new(),
            base: whole(base),
            mine: whole(mine),
            theirs: whole(theirs),
            side,
            place: (number, Vec::new()),
        });
        match side {
            Side::Mine => mine.cloned(),
            Side::Theirs => theirs.cloned(),
        }
    }

    fn side(&self, unit: usize, path: &[Step]) -> Side {
        self.choices.get(&(unit, path.to_vec())).copied().unwrap_or_default()
    }

    fn label(&self, unit: &Unit) -> String {
        let places =
            [(unit.mine, &self.mine), (unit.theirs, &self.theirs), (unit.base, &self.base)];
        for (place, documents) in places {
            let Some(document) = place.and_then(|at| documents.get(at)) else { continue };
            if let Some(name) = name_of(document) {
                return name;
            }
        }
        let number = places.iter().find_map(|(place, _)| *place).unwrap_or_default();
        format!("document {}", number + 1)
    }
}

/// What a person calls a document: its name, or its id.
pub(in crate::config) fn name_of(document: &Document) -> Option<String> {
    let tree = document.tree().ok()?;
    let root = tree.root()?;
    let text = |key: &&str| tree.text(tree.get(root, key)?).filter(|text| !text.is_empty());
    ["name", "id"].iter().find_map(text).map(str::to_owned)
}

fn means_same(one: &Document, two: &Document) -> bool {
    match (Node::of(one, Source::Base), Node::of(two, Source::Base)) {
        (Some(one), Some(two)) => one == two,
        _ => false,
    }
}

/// One document on three sides.
#[derive(Clone, Copy)]
struct Triple<'a> {
    base: Option<&'a Arc<Document>>,
    mine: Option<&'a Arc<Document>>,
    theirs: Option<&'a Arc<Document>>,
}

type Found = Vec<(Vec<Step>, [Option<Part>; 3])>;

impl Triple<'_> {
    /// A document that both changed, and where they disagree; `None` when that cannot be written,
    /// or one of them has no tree to tell what it means.
    fn merge_both(
        &self,
        mine: &Arc<Document>,
        theirs: &Arc<Document>,
        choose: &dyn Fn(&[Step]) -> Side,
    ) -> Option<(Arc<Document>, Found)> {
        if mine.tree().is_err() || theirs.tree().is_err() {
            return None;
        }
        if self.base.is_some_and(|base| base.tree().is_err()) {
            return None;
        }
        let base_node = self.base.and_then(|base| Node::of(base, Source::Base));
        let mine_node = Node::of(mine, Source::Mine);
        let theirs_node = Node::of(theirs, Source::Theirs);
        let mut merger = Merger { choose, clashes: Vec::new() };
        let meant = merger.merge(
            &mut Vec::new(),
            base_node.as_ref(),
            mine_node.as_ref(),
            theirs_node.as_ref(),
        );
        let says_it = |document: &Document| {
            document.tree().is_ok() && Node::of(document, Source::Mine) == meant
        };
        let base_text = self.base.map_or("", |base| base.text());
        let lines = |first: &Document, second: &Document| {
            let text = merge_lines(base_text, first.text(), second.text());
            Some(Document::parse_after(&text, mine)).filter(|document| says_it(document))
        };
        let by_edits = |comments: bool| {
            let source = |node: &Node| match node.source {
                Source::Base => self.base.map_or(&**mine, |base| &**base),
                Source::Mine => mine,
                Source::Theirs => theirs,
            };
            let ops = edits(mine_node.as_ref(), meant.as_ref(), &source, comments)?;
            let mut document: Option<Document> = None;
            for op in &ops {
                let now = document.as_ref().unwrap_or(mine);
                document = Some(now.edit(op).ok()?);
            }
            let document = document.map_or_else(|| mine.clone(), Arc::new);
            says_it(&document).then_some(document)
        };
        let document = lines(mine, theirs)
            .or_else(|| lines(theirs, mine))
            .map(Arc::new)
            .or_else(|| by_edits(true))
            .or_else(|| by_edits(false))
            .or_else(|| says_it(theirs).then(|| theirs.clone()))?;
        let part = |document: Option<&Arc<Document>>, span: Option<Span>| {
            Some(Part { document: document?.clone(), span: span? })
        };
        let found = merger.clashes.into_iter().map(|clash| {
            let parts = [
                part(self.base, clash.base),
                part(self.mine, clash.mine),
                part(self.theirs, clash.theirs),
            ];
            (clash.path, parts)
        });
        Some((document, found.collect()))
    }
}

/// Documents one after the other, so that each is one again when the file is read. Neighbours that
/// were neighbours stay as they are.
fn join(documents: Vec<Arc<Document>>, known: &[Documents; 3]) -> Vec<Arc<Document>> {
    let neighbours: HashSet<(*const Document, *const Document)> = known
        .iter()
        .flat_map(|side| side.windows(2).map(|pair| (Arc::as_ptr(&pair[0]), Arc::as_ptr(&pair[1]))))
        .collect();
    let mut joined: Documents = Vec::with_capacity(documents.len());
    let mut before: Option<*const Document> = None;
    for document in documents {
        let address = Arc::as_ptr(&document);
        let is_known = before.is_some_and(|before| neighbours.contains(&(before, address)));
        match joined.pop() {
            Some(last) if !is_known => {
                let (last, document) = fit(last, document);
                joined.push(last);
                joined.push(document);
            }
            Some(last) => joined.extend([last, document]),
            None => joined.push(document),
        }
        before = Some(address);
    }
    joined
}

/// Makes two documents fit that have not stood behind each other before.
fn fit(one: Arc<Document>, two: Arc<Document>) -> (Arc<Document>, Arc<Document>) {
    let mut texts = [one.text().to_owned(), two.text().to_owned()];
    if are_documents(&texts) {
        return (one, two);
    }
    let line_break = if texts[0].contains("\r\n") { "\r\n" } else { "\n" };
    if !texts[0].is_empty() && !texts[0].ends_with(['\n', '\r']) {
        texts[0].push_str(line_break);
    }
    let marked = |text: &str| {
        let (mark, rest) = match text.strip_prefix('\u{feff}') {
            Some(rest) => ("\u{feff}", rest),
            None => ("", text),
        };
        format!("{mark}---{line_break}{rest}")
    };
    let ended = |text: &str| format!("{text}...{line_break}");
    let ways = [
        [texts[0].clone(), texts[1].clone()],
        [texts[0].clone(), marked(&texts[1])],
        [ended(&texts[0]), texts[1].clone()],
        [ended(&texts[0]), marked(&texts[1])],
    ];
    let fitting = ways.into_iter().find(are_documents);
    let [first, second] = fitting.unwrap_or(texts);
    let again = |text: String, old: Arc<Document>| {
        if text == old.text() { old } else { Arc::new(Document::parse_after(&text, &old)) }
    };
    (again(first, one), again(second, two))
}

/// Whether two texts, one behind the other, are read as these two documents.
fn are_documents(texts: &[String; 2]) -> bool {
    let whole = texts.concat();
    let limits = Limits { file_bytes: usize::MAX, ..Limits::default() };
    Stream::load(whole.as_bytes(), &limits).is_ok_and(|stream| {
        stream.documents().iter().map(|document| document.text()).eq(texts.iter())
    })
}
