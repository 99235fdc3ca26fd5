//! Items and entries that change places within their collection.
//!
//! In a block an item takes along the comment lines right above it, in its column, and those below
//! it that are indented deeper; blank lines, and comments that stand apart, stay where they are, so
//! that a list whose items are parted by blank lines looks the same afterwards. The comment lines
//! right above the first key of a document are about that key and go with it, unless nothing stands
//! above them: comments at the very top speak of the document, and stay there. In flow on several
//! lines it takes along what stands on its lines; in flow on one line only the items move, and the
//! commas stay.

use std::collections::HashMap;
use std::ops::Range;

use super::super::{Kind, NodeId, Span, scan};
use super::layout::Extent;
use super::place::Place;
use super::verify::Meaning;
use super::{EditError, Editor, Proposal, unsupported};

/// What becomes of the lines between items. They stay, unless that would make them a part of a block
/// of text that keeps the blank lines behind it (`|+`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gaps {
    Stay,
    /// They go with the item in front of them.
    Go,
    /// Those behind the last of the items too.
    AllGo,
}

/// What moves as one: its text, as it is and as it is written in lines of its own.
struct Unit {
    span: Span,
    nodes: Range<u32>,
}

impl Editor<'_> {
    /// Moves an item, or an entry, within its collection.
    pub(super) fn shift(
        &self,
        place: &Place,
        from: usize,
        to: usize,
    ) -> Result<Vec<Proposal>, EditError> {
        let Some(node) = place.node.filter(|_| from != to) else {
            let nothing =
                Proposal { at: Span::default(), with: String::new(), meaning: Meaning::default() };
            return Ok(vec![nothing]);
        };
        self.check_order(node, from, to)?;
        let extents = self.extents(node)?;
        if self.is_flow_collection(node) {
            let lines = self.shift_flow_lines(node, &extents, from, to);
            return Ok(lines
                .into_iter()
                .chain([self.shift_flow(node, &extents, from, to)])
                .collect());
        }
        let mut order: Vec<usize> = (0..extents.len()).collect();
        let moved = order.remove(from);
        order.insert(to, moved);
        self.check_absent_keys(node, &order)?;
        let mut proposals = Vec::new();
        for gaps in [Gaps::Stay, Gaps::Go, Gaps::AllGo] {
            for ends_stay in [true, false] {
                proposals.push(self.shift_block(
                    place,
                    node,
                    &extents,
                    (from, to),
                    gaps,
                    ends_stay,
                )?);
            }
        }
        proposals.dedup_by(|a, b| a.with == b.with);
        Ok(proposals)
    }

    /// Refuses a move after which an alias would stand for something else, or for nothing: it
    /// stands for the last anchor of its name in front of it.
    fn check_order(&self, node: NodeId, from: usize, to: usize) -> Result<(), EditError> {
        let (low, high) = (from.min(to), from.max(to));
        let moved = self.child_nodes(node, from);
        let all = self.child_nodes(node, low).start..self.child_nodes(node, high).end;
        let parts = match from < to {
            true => [moved.end..all.end, moved],
            false => [moved.clone(), all.start..moved.start],
        };
        let mut anchors = HashMap::new();
        let count = self.tree.nodes.len() as u32;
        let order = (0..all.start).chain(parts.into_iter().flatten()).chain(all.end..count);
        for id in order.map(NodeId) {
            if let Some(name) = self.tree.node(id).anchor {
                anchors.insert(name, id);
            }
            if let Kind::Alias { target: Some(target) } = self.tree.node(id).kind {
                let name = self.tree.node(target).anchor.unwrap_or_default();
                if anchors.get(name) != Some(&target) {
                    return unsupported(format!(
                        "`*{name}` would no longer stand behind its anchor `&{name}`; give that \
                         place a value of its own first"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Refuses to put an entry that has no key (`: value`) behind one that has no value (`? key`):
    /// it would become that value, and no spelling of the two keeps them apart without a change of
    /// one that was not to be touched. `order` is that of the entries that will be there.
    pub(super) fn check_absent_keys(&self, node: NodeId, order: &[usize]) -> Result<(), EditError> {
        let Kind::Mapping { entries, flow: false } = self.tree.node(node).kind else {
            return Ok(());
        };
        // Nearly no mapping has a key that is absent.
        let Some(absent) = entries.iter().position(|e| self.tree.is_absent(e.0)) else {
            return Ok(());
        };
        let at = order.iter().position(|&i| i == absent);
        let before = at.and_then(|at| order.get(at.checked_sub(1)?));
        if before.is_some_and(|&index| self.colon(node, index).is_none()) {
            return unsupported(
                "an entry without a key would become the value of the one in front of it; give it \
                 a key first",
            );
        }
        Ok(())
    }

    /// The nodes of an item, or of an entry with its key.
    fn child_nodes(&self, node: NodeId, index: usize) -> Range<u32> {
        match self.tree.node(node).kind {
            Kind::Sequence { items, .. } => {
                items.get(index).map_or(0..0, |&item| self.subtree(item))
            }
            Kind::Mapping { entries, .. } => {
                entries.get(index).map_or(0..0, |&(key, value)| key.0..self.subtree(value).end)
            }
            _ => 0..0,
        }
    }

    fn shift_block(
        &self,
        place: &Place,
        node: NodeId,
        extents: &[Extent],
        (from, to): (usize, usize),
        gaps_go: Gaps,
        ends_stay: bool,
    ) -> Result<Proposal, EditError> {
        let (low, high) = (from.min(to), from.max(to));
        let first = extents[low].start;
        let column = self.column(first);
        let indentation = " ".repeat(column);
        let mut units: Vec<Unit> = Vec::new();
        for (index, extent) in extents.iter().enumerate().take(high + 1).skip(low) {
            self.rest_of_line(extent.end)?;
            let floor = units.last().map_or(0, |unit| unit.span.end);
            let start = match self.is_first_on_line(extent.start) {
                true => self.with_own_comments_above(place.slot, index, extent.start).max(floor),
                false => extent.start,
            };
            let mut end = self.after_lines(extent.end, column);
            if let Some(next) = extents.get(index + 1) {
                end = end.min(self.line_start(next.start).max(extent.end));
            }
            units.push(Unit { span: Span { start, end }, nodes: self.child_nodes(node, index) });
        }
        let line_break = self.line_break(first);
        let inline = !self.is_first_on_line(first);
        let open = !self.text[..units[units.len() - 1].span.end].ends_with(['\n', '\r']);
        let gaps: Vec<Span> = units
            .windows(2)
            .map(|pair| Span { start: pair[0].span.end, end: pair[1].span.start })
            .chain([match gaps_go {
                Gaps::AllGo => {
                    let start = units[units.len() - 1].span.end;
                    Span { start, end: self.after_blank_lines(start) }
                }
                _ => Span::default(),
            }])
            .collect();
        let mut order: Vec<usize> = (0..units.len()).collect();
        let moved = order.remove(from - low);
        order.insert(to - low, moved);

        let end = units[units.len() - 1].span.end.max(gaps[units.len() - 1].end);
        let mut at = Span { start: units[0].span.start, end };
        let mut with = String::new();
        let mut meaning = Meaning::default();
        for (position, &unit) in order.iter().enumerate() {
            let Unit { span, nodes } = &units[unit];
            let mut text = self.text[span.range()].to_owned();
            if inline && unit == 0 {
                text.insert_str(0, &indentation);
            }
            if !text.ends_with(['\n', '\r']) {
                text.push_str(line_break);
            }
            if inline && position == 0 {
                if text.trim_start().starts_with('#') {
                    // Comments in front of it need lines of their own.
                    let before = self.text[..at.start].trim_end_matches([' ', '\t']).len();
                    at.start = before;
                    with.push_str(line_break);
                } else {
                    text.drain(..text.len() - text.trim_start_matches([' ', '\t']).len());
                }
            }
            with.push_str(&text);
            meaning.order.push((*span, nodes.clone()));
            let gap = gaps[if gaps_go == Gaps::Stay { position } else { unit }];
            if !gap.is_empty() {
                with.push_str(&self.text[gap.range()]);
                meaning.order.push((gap, 0..0));
            }
        }
        if open && ends_stay {
            let ended = with.strip_suffix('\n').unwrap_or(&with);
            with.truncate(ended.strip_suffix('\r').unwrap_or(ended).len());
        }
        Ok(Proposal { at, with, meaning })
    }

    /// The start of the first line at or after the start of a line that is not blank.
    fn after_blank_lines(&self, line: usize) -> usize {
        let mut at = line;
        while at < self.text.len() && scan::skip_blanks(self.text, at) == self.line_end(at) {
            at = self.next_line(at);
        }
        at
    }

    /// Items trade places, what stands between them stays.
    fn shift_flow(&self, node: NodeId, extents: &[Extent], from: usize, to: usize) -> Proposal {
        let (low, high) = (from.min(to), from.max(to));
        let mut order: Vec<usize> = (low..=high).collect();
        let moved = order.remove(from - low);
        order.insert(to - low, moved);
        let mut with = String::new();
        let mut meaning = Meaning::default();
        for (position, &index) in (low..).zip(&order) {
            let Extent { start, end } = extents[index];
            with.push_str(&self.text[start..end]);
            // A comma would make `?` a text.
            with.push_str(if self.text[start..end].ends_with('?') { " " } else { "" });
            meaning.order.push((Span { start, end }, self.child_nodes(node, index)));
            if position < high {
                let gap = Span { start: extents[position].end, end: extents[position + 1].start };
                with.push_str(&self.text[gap.range()]);
                meaning.order.push((gap, 0..0));
            }
        }
        Proposal { at: Span { start: extents[low].start, end: extents[high].end }, with, meaning }
    }

    /// Items with lines of their own move with the comments above and behind them; `None` when
    /// there are no such comments, or the items do not stand in lines of their own.
    fn shift_flow_lines(
        &self,
        node: NodeId,
        extents: &[Extent],
        from: usize,
        to: usize,
    ) -> Option<Proposal> {
        /// An item with its lines.
        struct Lines {
            unit: Unit,
            /// The comments above it and the item.
            item: Span,
            comma: bool,
            /// What stands behind the comma.
            rest: Span,
        }
        let (low, high) = (from.min(to), from.max(to));
        if !self.has_comment(self.tree.node(node).span.start, self.tree.node(node).span.end) {
            return None;
        }
        let mut all: Vec<Lines> = Vec::new();
        for (index, &Extent { start, end }) in extents.iter().enumerate().take(high + 1).skip(low) {
            if !self.is_first_on_line(start) {
                return None;
            }
            let above = self.with_comments_above(start);
            let first = above.max(all.last().map_or(0, |lines| lines.unit.span.end));
            let comma = scan::skip_blanks(self.text, end);
            let has_comma = self.byte(comma) == Some(b',');
            let behind = if has_comma { comma + 1 } else { end };
            let closes = index + 1 == extents.len() && self.rest_of_line(behind).is_err();
            if !closes {
                self.rest_of_line(behind).ok()?;
            }
            if !has_comma && index + 1 < extents.len() {
                return None;
            }
            let last = if closes { behind } else { self.line_end(behind) };
            all.push(Lines {
                unit: Unit {
                    span: Span { start: first, end: last },
                    nodes: self.child_nodes(node, index),
                },
                item: Span { start: first, end },
                comma: has_comma,
                rest: Span { start: behind, end: last },
            });
        }
        let mut order: Vec<usize> = (0..all.len()).collect();
        let moved = order.remove(from - low);
        order.insert(to - low, moved);
        let mut with = String::new();
        let mut meaning = Meaning::default();
        for (position, &index) in order.iter().enumerate() {
            let lines = &all[index];
            with.push_str(&self.text[lines.item.range()]);
            with.push_str(if all[position].comma { "," } else { "" });
            with.push_str(&self.text[lines.rest.range()]);
            meaning.order.push((lines.unit.span, lines.unit.nodes.clone()));
            if let Some(next) = all.get(position + 1) {
                let gap = Span { start: all[position].unit.span.end, end: next.unit.span.start };
                with.push_str(&self.text[gap.range()]);
                meaning.order.push((gap, 0..0));
            }
        }
        let at = Span { start: all[0].unit.span.start, end: all[all.len() - 1].unit.span.end };
        Some(Proposal { at, with, meaning })
    }
}
