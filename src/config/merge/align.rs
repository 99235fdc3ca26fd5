//! Which documents of three streams are the same one.
//!
//! By tag and id first. What has no id, or shares it, by its text; and what is left by where it
//! stands, when most of it is the same: somebody gave it another id.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::config::Id;
use crate::yaml::Document;

/// Where a document is in each of the three streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unit {
    pub base: Option<usize>,
    pub mine: Option<usize>,
    pub theirs: Option<usize>,
}

pub(in crate::config) type Documents = Vec<Arc<Document>>;

/// Tag and id, as far as the document has an id.
fn identity(document: &Document) -> Option<(String, String)> {
    let tree = document.tree().ok()?;
    let root = tree.root()?;
    let id = tree.text(tree.get(root, "id")?)?.trim();
    let tag = tree.node(root).tag.unwrap_or_default().to_owned();
    (!id.is_empty()).then(|| (tag, Id::new(id).key().into_owned()))
}

/// Every document of the three streams, in one unit each.
pub(super) fn align(base: &Documents, mine: &Documents, theirs: &Documents) -> Vec<Unit> {
    let in_mine = pairs(base, mine);
    let mut in_theirs = pairs(base, theirs);
    // Two new ids for one document are two documents: none of them may get lost.
    for (at, document) in base.iter().enumerate() {
        if let (Some(m), Some(t)) = (in_mine[at], in_theirs[at]) {
            let [b, m, t] = [document, &mine[m], &theirs[t]].map(|it| identity(it));
            if m != t && m != b && t != b {
                in_theirs[at] = None;
            }
        }
    }
    let mut units: Vec<Unit> = (0..base.len())
        .map(|at| Unit { base: Some(at), mine: in_mine[at], theirs: in_theirs[at] })
        .collect();
    let left = |all: &Documents, taken: &[Option<usize>]| -> Vec<usize> {
        let mut is_taken = vec![false; all.len()];
        taken.iter().flatten().for_each(|at| is_taken[*at] = true);
        (0..all.len()).filter(|at| !is_taken[*at]).collect()
    };
    let new_mine = left(mine, &in_mine);
    let new_theirs = left(theirs, &in_theirs);
    // The same document added on both sides is one.
    let pick = |all: &Documents, which: &[usize]| -> Documents {
        which.iter().map(|at| all[*at].clone()).collect()
    };
    let (added, others) = (pick(mine, &new_mine), pick(theirs, &new_theirs));
    let mut same = vec![None; added.len()];
    let mut taken = vec![false; others.len()];
    by_identity(&added, &others, &mut same, &mut taken);
    by_text(&added, &others, &mut same, &mut taken);
    for (at, other) in new_mine.iter().zip(&same) {
        let theirs = other.map(|other| new_theirs[other]);
        units.push(Unit { base: None, mine: Some(*at), theirs });
    }
    let alone = new_theirs.iter().zip(&taken).filter(|(_, taken)| !**taken);
    units.extend(alone.map(|(at, _)| Unit { theirs: Some(*at), ..Unit::default() }));
    units
}

/// The documents of two streams, in pairs as far as they are the same ones.
pub(in crate::config) fn pairs_of(
    before: &Documents,
    after: &Documents,
) -> Vec<(Option<usize>, Option<usize>)> {
    let found = pairs(before, after);
    let mut is_taken = vec![false; after.len()];
    found.iter().flatten().for_each(|at| is_taken[*at] = true);
    let mut all: Vec<_> = found.into_iter().enumerate().map(|(at, to)| (Some(at), to)).collect();
    all.extend((0..after.len()).filter(|at| !is_taken[*at]).map(|at| (None, Some(at))));
    all
}

/// For each document of one stream the same one in another.
fn pairs(from: &Documents, to: &Documents) -> Vec<Option<usize>> {
    let mut found = vec![None; from.len()];
    let mut taken = vec![false; to.len()];
    // Most are as they were, where they were.
    let same = |a: &Arc<Document>, b: &Arc<Document>| Arc::ptr_eq(a, b) || a.text() == b.text();
    let head = from.iter().zip(to).take_while(|(a, b)| same(a, b)).count();
    let most = from.len().min(to.len()) - head;
    let ends = from.iter().rev().zip(to.iter().rev()).take(most);
    let tail = ends.take_while(|(a, b)| same(a, b)).count();
    for at in (0..head)
        .map(|at| (at, at))
        .chain((1..=tail).map(|back| (from.len() - back, to.len() - back)))
    {
        found[at.0] = Some(at.1);
        taken[at.1] = true;
    }
    by_identity(from, to, &mut found, &mut taken);
    by_text(from, to, &mut found, &mut taken);
    by_place(from, to, &mut found, &mut taken);
    found
}

fn by_identity(from: &Documents, to: &Documents, found: &mut [Option<usize>], taken: &mut [bool]) {
    let open_from = |at: &usize| found[*at].is_none();
    let unique = |all: &Documents, which: Vec<usize>| {
        let mut places: HashMap<(String, String), Option<usize>> = HashMap::new();
        for at in which {
            if let Some(identity) = identity(&all[at]) {
                places.entry(identity).and_modify(|place| *place = None).or_insert(Some(at));
            }
        }
        places
    };
    let mut ours = unique(from, (0..from.len()).filter(open_from).collect());
    for (identity, place) in unique(to, (0..to.len()).filter(|at| !taken[*at]).collect()) {
        if let (Some(Some(at)), Some(place)) = (ours.remove(&identity), place) {
            found[at] = Some(place);
            taken[place] = true;
        }
    }
}

fn by_text(from: &Documents, to: &Documents, found: &mut [Option<usize>], taken: &mut [bool]) {
    let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for at in (0..to.len()).filter(|at| !taken[*at]) {
        places.entry(to[at].text()).or_default().push_back(at);
    }
    for (at, document) in from.iter().enumerate() {
        if found[at].is_none()
            && let Some(place) = places.get_mut(document.text()).and_then(VecDeque::pop_front)
        {
            found[at] = Some(place);
            taken[place] = true;
        }
    }
}

fn by_place(from: &Documents, to: &Documents, found: &mut [Option<usize>], taken: &mut [bool]) {
    for at in 0..from.len() {
        if found[at].is_some() {
            continue;
        }
        let place = match at.checked_sub(1) {
            None => Some(0),
            Some(before) => found[before].map(|before| before + 1),
        };
        if let Some(place) = place.filter(|place| taken.get(*place) == Some(&false))
            && are_alike(&from[at], &to[place])
        {
            found[at] = Some(place);
            taken[place] = true;
        }
    }
}

/// Whether two documents are of one kind and have more than half of their lines in common; a
/// document whose only line was changed is still the same one.
fn are_alike(one: &Document, two: &Document) -> bool {
    let tag = |document: &Document| {
        let tree = document.tree().ok()?;
        tree.root().map(|root| tree.node(root).tag.map(str::to_owned))
    };
    if let (Some(a), Some(b)) = (tag(one), tag(two))
        && a != b
    {
        return false;
    }
    if identity(one).is_none() || identity(two).is_none() {
        return true;
    }
    let mut lines: HashMap<&str, isize> = HashMap::new();
    one.text().lines().for_each(|line| *lines.entry(line).or_default() += 1);
    let mut common = 0;
    let mut all = 0;
    for line in two.text().lines() {
        all += 1;
        if let Some(count) = lines.get_mut(line).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    common * 2 > all.max(one.text().lines().count())
}
