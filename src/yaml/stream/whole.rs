//! Edits of whole documents.
//!
//! Between two documents stand things that a reader of YAML gives to one of them and a person to
//! the other. What a person sees goes along:
//!
//! - Comment lines right above a `---`, at the start of their lines and without a blank line in
//!   between, lead the document that follows: they move with it and go with it.
//! - At the top of the file the byte-order mark, what a blank line divides from the first document,
//!   and lines for editors (`# yaml-language-server: …`) belong to the file and stay at its top.
//!   After the `...` that ends the last document, everything belongs to the file and stays at its
//!   end.
//! - All else belongs to the document whose text it is part of, as the module above says.
//! - `%YAML` and `%TAG` hold for their document alone: they move with it, and a `...` is put before
//!   them where there is none.
//! - A line break that is missing at the end of the file stays missing.
//!
//! As in documents, each way to write an edit is only proposed. The new text is split and parsed,
//! and must be the old documents with the change that was meant; the first proposal that is so is
//! taken.

use std::sync::Arc;

use super::super::{EditError, Kind, Limits, NodeId, Tree, scan};
use super::parts::{Parts, first_break, without_last_break};
use super::{Document, Splice, Stream, split};

/// A document on its way into a stream.
struct Unit {
    /// The comment that leads it.
    lead: String,
    text: String,
    /// What it was, when it comes from a stream.
    old: Option<Arc<Document>>,
    /// Blank lines to put around it, as its neighbours have them.
    manner: bool,
}

/// One way to write an edit: the text of the documents from `from` to `to`.
struct Proposal {
    from: usize,
    to: usize,
    text: String,
    /// The documents the text must be: old ones by number, or the one that comes.
    meant: Vec<Option<usize>>,
}

fn nothing_at(at: usize) -> EditError {
    EditError::NotFound(format!("document {}", at + 1))
}

fn unsupported<T>(why: impl Into<String>) -> Result<T, EditError> {
    Err(EditError::Unsupported(why.into()))
}

pub(super) fn insert(stream: &Stream, at: usize, text: &str) -> Result<Splice, EditError> {
    if at > stream.documents().len() {
        return Err(nothing_at(at));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line_break = line_break(stream, at);
    let mut text = with_breaks(text, line_break);
    if !text.is_empty() && !text.ends_with(['\n', '\r']) {
        text.push_str(line_break);
    }
    match split::split(&text).len() {
        0 => text = format!("---{line_break}"),
        1 => {}
        more => return unsupported(format!("the text is {more} documents, not one")),
    }
    if Parts::of(&text, None, false).bare {
        // Nothing but comments is no document before it has a `---`.
        text = format!("---{line_break}{text}");
    }
    if let Err(error) = Document::parse(&text, &stream.limits).tree() {
        return Err(EditError::Broken(error.message.clone()));
    }
    put(stream, at, &Unit { lead: String::new(), text, old: None, manner: true })
}

pub(super) fn remove(stream: &Stream, at: usize) -> Result<Splice, EditError> {
    take(stream, at).map(|(splice, _)| splice)
}

pub(super) fn relocate(stream: &Stream, from: usize, to: usize) -> Result<Splice, EditError> {
    let len = stream.documents().len();
    if from.max(to) >= len {
        return Err(nothing_at(from.max(to)));
    }
    if from == to {
        return Ok(Splice::default());
    }
    let mut moved = stream.clone();
    let (out, unit) = take(stream, from)?;
    // Documents in front of and behind what both steps touch.
    let (mut head, mut tail) = (out.at, len - out.at - out.before.len());
    moved.splice(out.at, out.before.len(), out.after);
    let into = put(&moved, to, &unit)?;
    head = head.min(into.at);
    tail = tail.min(moved.documents().len() - into.at - into.before.len());
    moved.splice(into.at, into.before.len(), into.after);
    let run = |stream: &Stream| {
        let end = stream.documents().len() - tail;
        stream.documents().range(head..end).cloned().collect::<Vec<_>>()
    };
    Ok(Splice::between(head, run(stream), run(&moved)))
}

/// Takes a document out, and gives it back with the comment that leads it.
fn take(stream: &Stream, at: usize) -> Result<(Splice, Unit), EditError> {
    let documents = stream.documents();
    let document = documents.get(at).ok_or_else(|| nothing_at(at))?;
    let text = document.text();
    let parts = parts(stream, at);
    if parts.bare {
        return unsupported("there is nothing but comments, and they belong to the file");
    }
    let before =
        at.checked_sub(1).map(|before| (documents[before].text(), self::parts(stream, before)));
    let after = documents.get(at + 1).map(|after| after.text());
    // What stays of it: a comment that leads the next one, or the end of the file.
    let rest = if after.is_some() { parts.lead } else { parts.footer };
    let unit = Unit {
        lead: before.as_ref().map_or("", |(text, parts)| &text[parts.lead..]).to_owned(),
        text: text[parts.head..rest].to_owned(),
        old: Some(Arc::clone(document)),
        manner: false,
    };
    let line_break = line_break(stream, at);
    let propose = |dots: bool, strip: bool| {
        let mut new = match &before {
            Some((text, parts)) => text[..parts.lead].to_owned(),
            None => text[..parts.head].to_owned(),
        };
        if dots {
            new.push_str("...");
            new.push_str(line_break);
        }
        new.push_str(&text[rest..]);
        new.push_str(after.unwrap_or_default());
        if strip {
            new.truncate(without_last_break(&new).len());
        }
        let meant = [at.checked_sub(1), after.map(|_| at + 1)];
        Proposal {
            from: at - usize::from(before.is_some()),
            to: at + 1 + usize::from(after.is_some()),
            text: new,
            meant: meant.into_iter().flatten().map(Some).collect(),
        }
    };
    // The next one begins with `---`, or with what only stands after `...`.
    let divided = before.as_ref().is_none_or(|(_, parts)| parts.dots.is_some());
    let begins = after.is_none_or(|after| scan::is_marker(after, 0, "---"));
    let dots = !divided && !begins;
    let strip = after.is_none() && before.is_some() && !text.ends_with(['\n', '\r']);
    let can_divide = before.is_some() && after.is_some() && !divided;
    let ways = [
        Some(propose(dots, strip)),
        (can_divide && !dots).then(|| propose(true, strip)),
        strip.then(|| propose(dots, false)),
    ];
    let splice = settle(stream, ways.into_iter().flatten(), &unit, false)?;
    Ok((splice, unit))
}

/// Puts a document before the one at `at`.
fn put(stream: &Stream, at: usize, unit: &Unit) -> Result<Splice, EditError> {
    let documents = stream.documents();
    let mine = Parts::of(&unit.text, None, false);
    let line_break = line_break(stream, at);
    if documents.len() == 1 && parts(stream, 0).bare {
        // A file of nothing but comments: they stay above.
        let mut text = documents[0].text().to_owned();
        if !text.ends_with(['\n', '\r', '\u{feff}']) {
            text.push_str(line_break);
        }
        text.push_str(&unit.text);
        let way = Proposal { from: 0, to: 1, text, meant: vec![None] };
        return settle(stream, [way].into_iter(), unit, true);
    }
    let number = |at: usize| (at, documents[at].text(), parts(stream, at));
    let before = at.checked_sub(1).map(number);
    let after = (at < documents.len()).then(|| number(at));
    let marked = |it: &Option<(usize, &str, Parts)>| it.as_ref().is_some_and(|it| it.2.marked);
    let gap = if unit.manner { blank_lines(stream, at) } else { "" };
    let propose = |dots: bool, gap: &str, strip: bool| {
        let mut new = String::new();
        // What is put before the one that follows, of what stood before it.
        let mut between = "";
        match (&before, &after) {
            (Some((_, text, parts)), _) => {
                let end = if after.is_some() { parts.lead } else { parts.footer };
                new.push_str(&text[..end]);
                between = &text[end..];
                if !new.ends_with(['\n', '\r']) {
                    new.push_str(line_break);
                }
                if after.is_none() && !ends_blank(&new) {
                    new.push_str(gap);
                }
                let divided = parts.dots.is_some();
                if mine.directives && !divided {
                    new.push_str("...");
                    new.push_str(line_break);
                }
                let wanted = unit.manner && (marked(&before) || marked(&after));
                if !mine.marked && (!divided || wanted) {
                    new.push_str("---");
                    new.push_str(line_break);
                }
            }
            (None, Some((_, text, parts))) => {
                new.push_str(&text[..parts.head]);
                if unit.manner && !mine.marked && parts.marked {
                    new.push_str("---");
                    new.push_str(line_break);
                }
            }
            (None, None) => {}
        }
        new.push_str(&unit.lead);
        new.push_str(&unit.text);
        if !new.ends_with(['\n', '\r']) && (after.is_some() || !between.is_empty()) {
            new.push_str(line_break);
        }
        if after.is_some() && !ends_blank(&new) {
            new.push_str(gap);
        }
        if dots {
            new.push_str("...");
            new.push_str(line_break);
        }
        new.push_str(between);
        if let Some((at, text, parts)) = &after {
            let rest = &text[if *at == 0 { parts.head } else { 0 }..];
            let divided = dots || mine.dots.is_some();
            if before.is_none() && !parts.marked && !divided {
                new.push_str("---");
                new.push_str(line_break);
            }
            new.push_str(rest);
        }
        if strip {
            new.truncate(without_last_break(&new).len());
        }
        let old = |it: &Option<(usize, &str, Parts)>| it.as_ref().map(|it| Some(it.0));
        Proposal {
            from: at - usize::from(before.is_some()),
            to: at + usize::from(after.is_some()),
            text: new,
            meant: [old(&before), Some(None), old(&after)].into_iter().flatten().collect(),
        }
    };
    let can_divide = after.is_some() && mine.dots.is_none();
    let dots = can_divide
        && after.as_ref().is_some_and(|(_, text, parts)| match before {
            Some(_) => !scan::is_marker(text, 0, "---"),
            None => parts.directives,
        });
    let strip = after.is_none()
        && before.as_ref().is_some_and(|(_, text, _)| !text.ends_with(['\n', '\r']));
    let mut ways = vec![(dots, gap, strip)];
    if !gap.is_empty() {
        ways.push((dots, "", strip));
    }
    if can_divide && !dots {
        ways.push((true, "", strip));
    }
    if strip {
        ways.push((dots, "", false));
    }
    let ways = ways.into_iter().map(|(dots, gap, strip)| propose(dots, gap, strip));
    settle(stream, ways, unit, true)
}

fn ends_blank(text: &str) -> bool {
    let line = without_last_break(text);
    line.len() < text.len() && (line.is_empty() || line.ends_with(['\n', '\r']))
}

fn parts(stream: &Stream, at: usize) -> Parts {
    let documents = stream.documents();
    let next = documents.get(at + 1).is_some_and(|next| scan::is_marker(next.text(), 0, "---"));
    let document = &documents[at];
    let mut parts = Parts::of(document.text(), document.tree().ok().filter(|_| next), at == 0);
    if at + 1 < documents.len() {
        parts.footer = document.text().len();
    }
    parts
}

/// The line break in use around a place.
fn line_break(stream: &Stream, at: usize) -> &str {
    let documents = stream.documents();
    let near = [at.checked_sub(1), Some(at)].into_iter().flatten();
    let mut near = near.filter_map(|at| documents.get(at)).filter_map(|it| first_break(it.text()));
    near.next().unwrap_or("\n")
}

/// The blank lines that end the documents around a place.
fn blank_lines(stream: &Stream, at: usize) -> &str {
    let documents = stream.documents();
    // The last document ends the file, and says nothing of what stands between two.
    let near = [at.checked_sub(1), Some(at), at.checked_sub(2)].into_iter().flatten();
    let Some(near) =
        near.filter(|near| near + 1 < documents.len()).find_map(|at| documents.get(at))
    else {
        return "";
    };
    let mut rest = near.text();
    while ends_blank(rest) {
        rest = without_last_break(rest);
    }
    &near.text()[rest.len()..]
}

fn with_breaks(text: &str, line_break: &str) -> String {
    let mut new = String::with_capacity(text.len());
    let mut from = 0;
    for end in scan::breaks(text) {
        new.push_str(&text[from..scan::line_end(text, from)]);
        new.push_str(line_break);
        from = end;
    }
    new.push_str(&text[from..]);
    new
}

/// The first proposal that does what is meant.
fn settle(
    stream: &Stream,
    proposals: impl Iterator<Item = Proposal>,
    unit: &Unit,
    comes: bool,
) -> Result<Splice, EditError> {
    let mut refusal = None;
    let new = match &unit.old {
        Some(old) => Arc::clone(old),
        None => Arc::new(Document::parse(&unit.text, &stream.limits)),
    };
    for proposal in proposals {
        match check(stream, &proposal, &new, unit, comes) {
            Ok(after) => {
                let before = stream.documents().range(proposal.from..proposal.to);
                return Ok(Splice::between(proposal.from, before.cloned().collect(), after));
            }
            Err(why) => refusal = refusal.or(Some(why)),
        }
    }
    Err(refusal.unwrap_or_else(|| EditError::Unsupported("no way to write it is known".into())))
}

/// The documents that the text of a proposal is, when they are those that are meant.
fn check(
    stream: &Stream,
    proposal: &Proposal,
    new: &Arc<Document>,
    unit: &Unit,
    comes: bool,
) -> Result<Vec<Arc<Document>>, EditError> {
    let not_as_meant = |why: &str| Err(EditError::NotAsMeant(why.to_owned()));
    let chunks = split::split(&proposal.text);
    let alone = proposal.meant.is_empty();
    if alone {
        // The last document went; what belongs to the file stays.
        let left = chunks.iter().map(|text| Arc::new(Document::parse(text, &stream.limits)));
        return Ok(left.collect());
    }
    if chunks.len() != proposal.meant.len() {
        return not_as_meant("documents would be joined or divided");
    }
    let mut after = Vec::new();
    let mut whole = true;
    for (text, meant) in chunks.into_iter().zip(&proposal.meant) {
        let old = meant.map_or(new, |at| &stream.documents()[at]);
        if old.text() == text {
            after.push(Arc::clone(old));
            whole &= old.tree().is_ok();
            continue;
        }
        let now = Document::parse_after(text, old);
        match (old.tree(), now.tree()) {
            (Ok(was), Ok(is)) => {
                if ends_in_open_block(old.text(), was) != ends_in_open_block(text, is)
                    && (meant.is_some() || unit.old.is_some())
                {
                    return unsupported(
                        "a block of text at the end of the file has no line break after it, and \
                         programs differ on whether it ends with one",
                    );
                }
                if !same_tree(was, is) || !directives(old.text()).eq(directives(text)) {
                    return not_as_meant("a document would be read as something else");
                }
            }
            (Err(_), Err(_)) => whole = false,
            (Ok(_), Err(error)) => {
                return not_as_meant(&format!("the text would not parse: {}", error.message));
            }
            (Err(_), Ok(_)) => return not_as_meant("a broken document would become another"),
        }
        after.push(Arc::new(now));
    }
    let mut old: Vec<&Arc<Document>> =
        stream.documents().range(proposal.from..proposal.to).collect();
    if comes {
        old.push(new);
    }
    whole &= old.iter().all(|document| document.tree().is_ok());
    if whole && !same_comments(&old, &after, unit, comes, &stream.limits) {
        return not_as_meant("a comment would be lost or changed");
    }
    Ok(after)
}

/// Whether the comments are those of the old documents, and of the one that comes or without those
/// of the one that went.
fn same_comments(
    old: &[&Arc<Document>],
    new: &[Arc<Document>],
    unit: &Unit,
    comes: bool,
    limits: &Limits,
) -> bool {
    fn of(document: &Document) -> Vec<&str> {
        let comments = document.tree().map_or(&[][..], Tree::comments);
        comments.iter().map(|comment| document.slice(*comment)).collect()
    }
    let alone = Document::parse(&format!("{}{}", unit.lead, unit.text), limits);
    let mut was: Vec<&str>;
    let mut is: Vec<&str> = new.iter().flat_map(|document| of(document)).collect();
    if comes {
        // The last of the old ones is the unit as it was; here it counts as it comes.
        was = old[..old.len() - 1].iter().flat_map(|document| of(document)).collect();
        was.extend(of(&alone));
    } else {
        was = old.iter().flat_map(|document| of(document)).collect();
        is.extend(of(&alone));
    }
    was.sort_unstable();
    is.sort_unstable();
    was == is
}

/// The directives of a document. A byte-order mark in front of them belongs to the file.
fn directives(text: &str) -> impl Iterator<Item = &str> {
    let line = move |at| text[at..scan::line_end(text, at)].trim_start_matches('\u{feff}');
    let prefix =
        |line: &&str| line.starts_with(['%', '#']) || line.trim_matches([' ', '\t']).is_empty();
    let lines = scan::line_starts(text).map(line).take_while(prefix);
    lines.filter(|line| line.starts_with('%'))
}

/// Whether two trees say the same in the same way, wherever their nodes stand.
fn same_tree(one: &Tree, two: &Tree) -> bool {
    let shape = |tree: &Tree, id: NodeId| match tree.node(id).kind {
        Kind::Scalar(scalar) => (0, Some(scalar.style), 0, false),
        Kind::Sequence { items, flow } => (1, None, items.len(), flow),
        Kind::Mapping { entries, flow } => (2, None, entries.len(), flow),
        Kind::Alias { target } => (3, None, target.map_or(0, |it| it.0 as usize + 1), false),
    };
    one.ids().len() == two.ids().len()
        && one.ids().zip(two.ids()).all(|(a, b)| {
            let (x, y) = (one.node(a), two.node(b));
            x.tag == y.tag
                && x.anchor == y.anchor
                && shape(one, a) == shape(two, b)
                && match (x.kind, y.kind) {
                    (Kind::Scalar(x), Kind::Scalar(y)) => x.text == y.text,
                    _ => true,
                }
        })
}

/// Whether the text ends within a block scalar, without a line break.
fn ends_in_open_block(text: &str, tree: &Tree) -> bool {
    use super::super::Style::{Folded, Literal};
    !text.ends_with(['\n', '\r'])
        && tree.ids().next_back().is_some_and(|last| {
            let node = tree.node(last);
            let header = text[node.span.range()].split(['\n', '\r', ' ', '#']).next();
            matches!(node.kind, Kind::Scalar(it) if matches!(it.style, Literal | Folded))
                && node.span.end == text.len()
                && !header.unwrap_or_default().contains('-')
        })
}
