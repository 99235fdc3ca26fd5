//! From what a document says to what it shall say: the edits, and the merge line by line.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::yaml::{Document, Op, Step, Value};

use super::node::{Content, Node};

/// Edits that make `from` say `to`, one thing at a time. What is new is written as it is in the
/// document that `source` gives for it, on demand with the comment behind it. `None` when no edit
/// can say it.
pub(super) fn edits<'d>(
    from: Option<&Node>,
    to: Option<&Node>,
    source: &dyn Fn(&Node) -> &'d Document,
    comments: bool,
) -> Option<Vec<Op>> {
    let mut writer = Writer { source, comments, ops: Vec::new() };
    writer.change(&mut Vec::new(), from?, to?)?;
    Some(writer.ops)
}

struct Writer<'s, 'd> {
    source: &'s dyn Fn(&Node) -> &'d Document,
    comments: bool,
    ops: Vec<Op>,
}

impl Writer<'_, '_> {
    fn change(&mut self, path: &mut Vec<Step>, from: &Node, to: &Node) -> Option<()> {
        if from == to {
            return Some(());
        }
        if from.is_like(to) {
            if let (Some(old), Some(new)) = (from.keys(), to.keys()) {
                return self.entries(path, (from, old), (to, new));
            }
            if let (Content::List(old), Content::List(new)) = (&from.content, &to.content) {
                return self.items(path, (old, from.item_keys()?), (new, to.item_keys()?));
            }
        }
        // A mapping or list that takes the place of something else is written anew.
        self.ops.push(Op::Set { path: path.clone(), value: self.value(to, false)? });
        Some(())
    }

    fn entries(
        &mut self,
        path: &mut Vec<Step>,
        (from, old): (&Node, Vec<String>),
        (to, new): (&Node, Vec<String>),
    ) -> Option<()> {
        let mut now = old.clone();
        for (at, key) in new.iter().enumerate() {
            let value = to.get(key)?;
            if let Some(before) = from.get(key) {
                path.push(Step::Key(key.clone()));
                self.change(path, before, value)?;
                path.pop();
                continue;
            }
            let place = place_behind(&now, &new[..at]);
            now.insert(place, key.clone());
            let value = self.value(value, self.comments)?;
            let at = Some(place);
            self.ops.push(Op::Add { path: path.clone(), key: key.clone(), value, at });
        }
        // Taken out last: a mapping that is empty in between would change its style.
        for key in old.iter().filter(|key| to.get(key).is_none()) {
            self.ops.push(Op::RemoveKey { path: path.clone(), key: key.clone() });
        }
        Some(())
    }

    fn items(
        &mut self,
        path: &mut Vec<Step>,
        (from, old): (&[Node], Vec<String>),
        (to, new): (&[Node], Vec<String>),
    ) -> Option<()> {
        let mut now = old.clone();
        for (at, (key, item)) in new.iter().zip(to).enumerate() {
            if !old.contains(key) {
                let index = place_behind(&now, &new[..at]);
                now.insert(index, key.clone());
                let value = self.value(item, self.comments)?;
                self.ops.push(Op::Insert { path: path.clone(), index, value });
            }
        }
        for index in (0..now.len()).rev() {
            if !new.contains(&now[index]) {
                now.remove(index);
                self.ops.push(Op::Remove { path: path.clone(), index });
            }
        }
        for (at, key) in new.iter().enumerate() {
            let from = now.iter().position(|it| it == key)?;
            if from != at {
                let key = now.remove(from);
                now.insert(at, key);
                self.ops.push(Op::Move { path: path.clone(), from, to: at });
            }
        }
        for (at, (key, item)) in new.iter().zip(to).enumerate() {
            if let Some(before) = old.iter().position(|it| it == key) {
                path.push(Step::Index(at));
                self.change(path, &from[before], item)?;
                path.pop();
            }
        }
        Some(())
    }

    /// A node that was put together from two.
    fn anew(&self, node: &Node) -> Option<Value> {
        if node.tag.is_some() || node.anchor.is_some() {
            return None;
        }
        match &node.content {
            Content::List(items) => {
                let items = items.iter().map(|item| self.value(item, false));
                Some(Value::List(items.collect::<Option<_>>()?))
            }
            Content::Mapping(entries) => {
                let entry = |(key, value): &(Node, Node)| {
                    Some((key.text()?.to_owned(), self.value(value, false)?))
                };
                Some(Value::Mapping(entries.iter().map(entry).collect::<Option<_>>()?))
            }
            _ => None,
        }
    }

    /// A node as it is written where it comes from.
    fn value(&self, node: &Node, comment: bool) -> Option<Value> {
        if !node.is_written {
            return self.anew(node);
        }
        let document = (self.source)(node);
        let written = document.slice(node.span);
        if written.is_empty() {
            return Some(Value::Yaml("~".to_owned()));
        }
        let is_block = matches!(node.content, Content::List(_) | Content::Mapping(_))
            && !written.starts_with(['{', '[', '!', '&']);
        let before = document.text().get(..node.span.start)?;
        let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let column = before[line..].chars().filter(|c| *c != '\u{feff}').count();
        let indentation = if is_block { " ".repeat(column) } else { String::new() };
        let behind = document.text()[node.span.end..].lines().next().unwrap_or_default();
        let is_comment = behind.trim_start().starts_with('#') && behind.starts_with([' ', '\t']);
        let comment = if comment && is_comment { behind } else { "" };
        Some(Value::Yaml(format!("{indentation}{written}{comment}")))
    }
}

/// Right behind the last of those that come before it in its own order.
fn place_behind(now: &[String], before: &[String]) -> usize {
    let mut before = before.iter().rev();
    before.find_map(|key| now.iter().position(|it| it == key)).map_or(0, |at| at + 1)
}

/// A change of some lines: which of the old ones, and the text in their place.
#[derive(PartialEq)]
struct Hunk<'a> {
    start: usize,
    end: usize,
    with: Vec<&'a str>,
}

/// Both changes of a text, line by line. Where they touch the same lines only the first is made.
pub(super) fn merge_lines(base: &str, first: &str, second: &str) -> String {
    let lines: Vec<&str> = lines_of(base);
    let firsts = hunks(&lines, first);
    let seconds = hunks(&lines, second);
    let clash = |one: &Hunk<'_>, two: &Hunk<'_>| {
        let insertions = one.start == one.end && two.start == two.end;
        if insertions { one.start == two.start } else { one.start < two.end && two.start < one.end }
    };
    let mut all: Vec<&Hunk<'_>> = firsts.iter().collect();
    all.extend(seconds.iter().filter(|two| !firsts.iter().any(|one| clash(one, two))));
    all.sort_by_key(|hunk| (hunk.start, hunk.end));
    let mut merged = String::new();
    let mut at = 0;
    for hunk in all {
        merged.extend(lines[at..hunk.start].iter().copied());
        merged.extend(hunk.with.iter().copied());
        at = hunk.end;
    }
    merged.extend(lines[at..].iter().copied());
    merged
}

fn hunks<'a>(base: &[&str], text: &'a str) -> Vec<Hunk<'a>> {
    let lines = lines_of(text);
    let ops = capture_diff_slices(Algorithm::Myers, base, &lines);
    let changes = ops.into_iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    for op in changes {
        let (old, new) = (op.old_range(), op.new_range());
        match hunks.last_mut() {
            Some(last) if last.end == old.start => {
                last.end = old.end;
                last.with.extend(&lines[new]);
            }
            _ => hunks.push(Hunk { start: old.start, end: old.end, with: lines[new].to_vec() }),
        }
    }
    hunks
}

fn lines_of(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::merge_lines;

    #[test]
    fn lines_of_both_are_kept_and_of_a_clash_the_first() {
        let base = "a\nb\nc\nd\n";
        assert_eq!(merge_lines(base, "A\nb\nc\nd\n", "a\nb\nc\nD\n"), "A\nb\nc\nD\n");
        assert_eq!(merge_lines(base, "A\nb\nc\nd\n", "a\nB\nc\nd\n"), "A\nB\nc\nd\n");
        assert_eq!(merge_lines(base, "a\nX\nc\nd\n", "a\nY\nc\nD\n"), "a\nX\nc\nD\n");
        assert_eq!(merge_lines(base, base, "b\nc\n"), "b\nc\n");
        assert_eq!(merge_lines("", "a\n", "b\n"), "a\n");
    }
}
