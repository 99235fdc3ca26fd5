//! Items and entries of block collections: whole lines come and go.
//!
//! A new item or entry goes right below the one before it, so that blank lines and the comments of
//! what follows stay together. Comment lines indented deeper than the collection belong to the item
//! above them; those in its column belong to the item below. What is taken out goes with the
//! comments on and between its own lines and no others.

use super::super::{Kind, NodeId, Span, scan};
use super::layout::Extent;
use super::place::{Place, Slot, describe};
use super::quote::{Context, Wish, double_quoted, scalar};
use super::scalar::is_one_line;
use super::verify::{Fact, Meaning, Shape};
use super::write::Writer;
use super::{EditError, Editor, Proposal, Value, unsupported};

impl<'a> Editor<'a> {
    /// A writer for new text near an offset.
    pub(super) fn writer<'w>(&'w self, at: usize, gap: Option<&'w str>) -> Writer<'w> {
        let (list_step, list_gap) = self.list_style();
        Writer {
            tree: self.tree,
            at,
            json: false,
            blocks: self.blocks,
            line_break: self.line_break(at),
            list_step,
            gap: gap.unwrap_or(list_gap),
            inner: self.column(at) + 1,
            mapping_step: self.mapping_step(),
            limits: *self.document.limits(),
        }
    }

    /// Puts an item or an entry into a block collection that has some already.
    pub(super) fn put_block(
        &self,
        place: &Place,
        index: usize,
        key: Option<&str>,
        value: &Value,
    ) -> Result<Proposal, EditError> {
        let Some(node) = place.node else {
            return Err(EditError::NotFound(describe(&place.path)));
        };
        let extents = self.extents(node)?;
        let Some(first) = extents.first().map(|e| e.start) else {
            return unsupported("its layout is not understood");
        };
        let column = self.column(first);
        if extents.iter().any(|e| self.column(e.start) != column) {
            return unsupported("its items do not stand in one column");
        }
        // A line of its own, or the rest of a line that begins with the dash of another list.
        let indentation = self.indentation(first)?;
        let above = index.checked_sub(1).map(|i| extents[i]);
        let near = above.map_or(first, |e| e.end);
        let siblings = self.siblings(place, node, index);
        let gap = match self.tree.node(node).kind {
            Kind::Sequence { items, .. } => {
                let nearest = index.saturating_sub(1);
                let others = (0..items.len()).filter(|&i| i != nearest);
                std::iter::once(nearest)
                    .chain(others)
                    .find_map(|i| self.gap(extents[i].start, items[i]))
            }
            _ => None,
        };
        // Only a list of dashes with nothing behind them has no gap to follow.
        let writer = self.writer(near, gap.or(Some(" ")).filter(|_| key.is_none()));
        let mut line = String::new();
        match key {
            None => {
                line.push('-');
                line.push_str(writer.gap);
                writer.after_dash(&mut line, value, column, &siblings, 0)?;
            }
            Some(key) => {
                let mappings: Vec<NodeId> = std::iter::once(node).chain(siblings.clone()).collect();
                line.push_str(&writer.key(key, &mappings, false));
                line.push(':');
                let values = self.values_of(key, &siblings);
                writer.after_key(&mut line, value, column, key, &values, 0)?;
            }
        }
        let line_break = writer.line_break;
        let (at, with) = match above {
            Some(above) => {
                self.rest_of_line(above.end)?;
                let at = self.after_lines(above.end, column);
                (at, self.as_lines(at, &format!("{indentation}{line}"), line_break))
            }
            None if self.is_first_on_line(first) => {
                let at = self.with_own_comments_above(place.slot, 0, first);
                (at, self.as_lines(at, &format!("{indentation}{line}"), line_break))
            }
            None => (first, format!("{line}{line_break}{indentation}")),
        };
        Ok(Proposal {
            at: Span { start: at, end: at },
            with,
            meaning: self.meaning_of_put(node, index, key, value)?,
        })
    }

    /// Text as lines to be put in at the start of a line, or at the end of a text without a last
    /// line break, which stays without.
    pub(super) fn as_lines(&self, at: usize, lines: &str, line_break: &str) -> String {
        let bytes = self.text.as_bytes();
        if at == bytes.len() && at > 0 && !matches!(bytes[at - 1], b'\n' | b'\r') {
            format!("{line_break}{lines}")
        } else {
            format!("{lines}{line_break}")
        }
    }

    /// What putting an item or an entry in means.
    pub(super) fn meaning_of_put(
        &self,
        node: NodeId,
        index: usize,
        key: Option<&str>,
        value: &Value,
    ) -> Result<Meaning, EditError> {
        let starts: Vec<u32> = match self.tree.node(node).kind {
            Kind::Sequence { items, .. } => items.iter().map(|i| i.0).collect(),
            Kind::Mapping { entries, .. } => entries.iter().map(|e| e.0.0).collect(),
            _ => Vec::new(),
        };
        let at = starts.get(index).copied().unwrap_or(self.subtree(node).end);
        let mut with: Vec<Fact> = key.map(Fact::text).into_iter().collect();
        let (facts, with_comments) = self.facts(value, at + with.len() as u32)?;
        with.extend(facts);
        let parent = Some((node, starts.len() + 1));
        Ok(Meaning { range: at..at, with, with_comments, parent, ..Meaning::default() })
    }

    /// The nodes a new item or value is to resemble, the nearest first: the other items of a list;
    /// for an entry, the mappings beside its mapping.
    pub(super) fn siblings(&self, place: &Place, node: NodeId, index: usize) -> Vec<NodeId> {
        let (items, index) = match (self.tree.node(node).kind, place.slot) {
            (Kind::Sequence { items, .. }, _) => (items, index),
            (_, Slot::Item(parent, index)) => (self.tree.items(parent), index),
            _ => return Vec::new(),
        };
        let (before, after) = items.split_at(index.min(items.len()));
        let nearest = before.iter().rev().chain(after);
        nearest.copied().filter(|&id| id != node).take(64).collect()
    }

    pub(super) fn values_of(&self, key: &str, mappings: &[NodeId]) -> Vec<NodeId> {
        let own = mappings.iter().filter_map(|&id| match self.tree.node(id).kind {
            Kind::Mapping { entries, .. } => Some(entries),
            _ => None,
        });
        own.flatten().filter(|e| self.tree.text(e.0) == Some(key)).map(|e| e.1).collect()
    }

    /// The mappings beside the mapping that holds a value, when that is an item of a list.
    pub(super) fn cousins(&self, place: &Place) -> Vec<NodeId> {
        let [.., list, mapping] = place.parents[..] else { return Vec::new() };
        let items = match self.tree.node(list).kind {
            Kind::Sequence { items, .. } => items,
            _ => return Vec::new(),
        };
        items.iter().copied().filter(|&id| id != mapping).take(64).collect()
    }

    /// The nodes beside a scalar whose style a new value in its place may follow.
    pub(super) fn beside(&self, place: &Place) -> Vec<NodeId> {
        match place.slot {
            Slot::Item(parent, index) => {
                let items = self.tree.items(parent);
                let others = items.iter().enumerate().filter(|(i, _)| *i != index);
                others.map(|(_, &id)| id).take(64).collect()
            }
            Slot::Value(parent, index) => {
                let key = self.tree.entries(parent)[index].0;
                let name = self.tree.text(key).unwrap_or_default();
                self.values_of(name, &self.cousins(place))
            }
            Slot::Root => Vec::new(),
        }
    }

    /// What replacing a whole node means: tag and anchor stay, but for a value in YAML, which has
    /// its own tag and may have its own anchor.
    pub(super) fn meaning_of_set(
        &self,
        node: Option<NodeId>,
        value: &Value,
    ) -> Result<Meaning, EditError> {
        let range = node.map_or(0..0, |node| self.subtree(node));
        let (mut with, with_comments) = self.facts(value, range.start)?;
        if let (Some(node), Some(first)) = (node, with.first_mut()) {
            let old = self.tree.node(node);
            if !matches!(value, Value::Yaml(_)) {
                first.tag = old.tag.map(str::to_owned);
            }
            if first.anchor.is_none() && !matches!(first.shape, Shape::Alias(..)) {
                first.anchor = old.anchor.map(str::to_owned);
            }
        }
        Ok(Meaning { range, with, with_comments, ..Meaning::default() })
    }

    /// Takes an item or an entry out of a block collection.
    pub(super) fn take_block(
        &self,
        place: &Place,
        node: NodeId,
        index: usize,
    ) -> Result<Proposal, EditError> {
        let extents = self.extents(node)?;
        let gone = extents[index];
        if extents.len() == 1 {
            return self.take_only(place, node, gone);
        }
        self.rest_of_line(gone.end)?;
        let order: Vec<usize> = (0..extents.len()).filter(|&i| i != index).collect();
        self.check_absent_keys(node, &order)?;
        let at = if self.is_first_on_line(gone.start) {
            self.lines_of(gone)
        } else {
            // The first of a collection that begins on the line of a dash: the next takes its
            // place.
            let Some(next) = extents.get(index + 1).filter(|_| index == 0) else {
                return unsupported(
                    "something else stands on the same line; give it a line of its own first",
                );
            };
            let next_line = self.next_line(gone.end);
            if self.has_comment(next_line, next.start) {
                // The comments of the next one need lines of their own.
                let start = self.text[..gone.start].trim_end_matches([' ', '\t']).len();
                let at = Span { start, end: next_line };
                let meaning = self.meaning_of_take(node, index, at);
                let with = self.line_break(gone.start).to_owned();
                return Ok(Proposal { at, with, meaning });
            }
            Span { start: gone.start, end: next.start }
        };
        Ok(Proposal { at, with: String::new(), meaning: self.meaning_of_take(node, index, at) })
    }

    /// The lines of an extent with the break that ends them, or, at the end of a text without a
    /// last line break, the break before them.
    fn lines_of(&self, extent: Extent) -> Span {
        let start = self.line_start(extent.start);
        let end = self.next_line(extent.end);
        let bytes = self.text.as_bytes();
        let ends_open = end == bytes.len() && !matches!(bytes.last(), Some(b'\n' | b'\r'));
        if !ends_open || start == 0 {
            return Span { start, end };
        }
        let before = self.text[..start].strip_suffix('\n').unwrap_or(&self.text[..start]);
        let before = before.strip_suffix('\r').unwrap_or(before);
        // The break after a block of text is part of it.
        let is_block = |id: NodeId| match self.tree.node(id).kind {
            Kind::Scalar(scalar) => !is_one_line(scalar.style),
            _ => false,
        };
        if self.tree.ids().any(|id| is_block(id) && self.tree.node(id).span.end == before.len()) {
            return Span { start, end };
        }
        Span { start: before.len(), end }
    }

    /// What taking an item or an entry out means.
    pub(super) fn meaning_of_take(&self, node: NodeId, index: usize, at: Span) -> Meaning {
        let (range, len) = match self.tree.node(node).kind {
            Kind::Sequence { items, .. } => (self.subtree(items[index]), items.len()),
            Kind::Mapping { entries, .. } => {
                let (key, value) = entries[index];
                (key.0..self.subtree(value).end, entries.len())
            }
            _ => (0..0, 1),
        };
        Meaning { range, parent: Some((node, len - 1)), comments: at, ..Meaning::default() }
    }

    /// Takes the only item or entry out of a block collection, which leaves `[]` or `{}` behind its
    /// key.
    fn take_only(&self, place: &Place, node: NodeId, gone: Extent) -> Result<Proposal, EditError> {
        let empty = match self.tree.node(node).kind {
            Kind::Sequence { .. } => "[]",
            _ => "{}",
        };
        self.rest_of_line(gone.end)?;
        let lines = Span { start: self.line_start(gone.start), end: self.line_end(gone.end) };
        let below = match place.slot {
            Slot::Root => None,
            _ => self.value_start(place).filter(|&start| start < lines.start),
        };
        let (at, with, comments) = match below {
            // On the lines below its key: the comments between stay where they are.
            Some(start) => {
                let between = self.text[start..lines.start].trim_end_matches(['\n', '\r']);
                let last = self.text[start + between.len()..lines.start].to_owned();
                // Blank lines in front of the item stay, but for the break of its own line.
                let blank = last.strip_suffix("\r\n").or_else(|| last.strip_suffix(['\n', '\r']));
                let with = format!(" {empty}{between}{}", blank.unwrap_or_default());
                (Span { start, end: lines.end }, with, lines)
            }
            None => {
                let at = Span { start: gone.start, end: gone.end };
                (at, empty.to_owned(), at)
            }
        };
        let mut meaning = self.meaning_of_take(node, 0, comments);
        meaning.comments = comments;
        Ok(Proposal { at, with, meaning })
    }

    /// Gives a key another name.
    pub(super) fn rename(
        &self,
        place: &Place,
        index: usize,
        new: &str,
    ) -> Result<Vec<Proposal>, EditError> {
        let (key, _) = self.own_entries(place)[index];
        let view = self.tree.node(key);
        let in_flow = place.in_flow || place.node.is_some_and(|n| self.is_flow_collection(n));
        let context = Context { in_flow, key: true };
        let mut fact = Fact::text(new);
        fact.tag = view.tag.map(str::to_owned);
        fact.anchor = view.anchor.map(str::to_owned);
        let meaning = Meaning { range: key.0..key.0 + 1, with: vec![fact], ..Meaning::default() };
        let mut at = view.span;
        let mut ways = Vec::new();
        match view.kind {
            Kind::Scalar(_) if self.tree.is_absent(key) => {
                for new in [scalar(new, Wish::NONE, context), double_quoted(new)] {
                    // `?` and an anchor need a blank behind them.
                    let start = at.start;
                    let blank = start > 0 && !scan::is_space(self.text, start - 1);
                    let blank = blank && start > self.line_start(start);
                    let opens =
                        matches!(self.byte(start.wrapping_sub(1)), Some(b'{' | b'[' | b','));
                    ways.push(format!("{}{new}", if blank && !opens { " " } else { "" }));
                }
            }
            Kind::Scalar(old) if is_one_line(old.style) => {
                ways.push(scalar(new, Wish::like(old.style, old.text), context));
            }
            Kind::Scalar(old) => {
                let start = self.extents(place.node.unwrap_or(key))?[index].start;
                let parent = self.column(start);
                ways.extend(self.block_scalar(view.span, old.style, old.text, new, parent));
                let header = self.header(view.span);
                let rest = &self.text[header..self.line_end(header)];
                let rest = if rest.trim().is_empty() { "" } else { rest };
                at.end = at.end.max(self.line_end(header));
                ways.push(format!("{}{rest}", double_quoted(new)));
            }
            // The name of an alias may go on with a colon; a text may not.
            Kind::Alias { .. } => ways.push(scalar(new, Wish::NONE, context)),
            _ => return unsupported("the key is a list or a mapping; change it in the text"),
        }
        if !self.tree.is_absent(key) {
            ways.push(double_quoted(new));
        }
        ways.dedup();
        Ok(ways.into_iter().map(|with| Proposal { at, with, meaning: meaning.clone() }).collect())
    }
}
