//! Unified diffs for people and logs: secrets are covered, what differs is still seen to differ.
//!
//! The texts are compared as they are, and the lines are printed from texts of the same shape in
//! which secrets are covered. So a changed secret is a changed line, and neither secret is shown.

use similar::{ChangeTag, TextDiff};

use super::{Failure, Terminal};
use crate::audit::secrets;
use crate::yaml::Stream;

/// Lines around a change.
const CONTEXT: usize = 3;

/// A text, and the same text with its secrets covered.
#[derive(Default)]
pub struct Text {
    plain: String,
    covered: String,
}

impl Text {
    pub fn of(stream: &Stream) -> Self {
        let mut text = Self::default();
        for document in stream.documents() {
            text.plain.push_str(document.text());
            text.covered.push_str(&secrets::covered(document));
        }
        text
    }

    pub fn differs(&self, other: &Self) -> bool {
        self.plain != other.plain
    }
}

/// Writes the unified diff of two texts under these names.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(
    (old_name, old): (&str, &Text),
    (new_name, new): (&str, &Text),
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let diff = TextDiff::from_lines(old.plain.as_str(), new.plain.as_str());
    let old_lines: Vec<&str> = old.covered.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.covered.split_inclusive('\n').collect();
    let colour = terminal.out_colour();
    let out = terminal.out();
    writeln!(out, "{}", colour.bold(format!("--- {old_name}")))?;
    writeln!(out, "{}", colour.bold(format!("+++ {new_name}")))?;
    for group in diff.grouped_ops(CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let old = first.old_range().start..last.old_range().end;
        let new = first.new_range().start..last.new_range().end;
        let hunk = format!("@@ -{} +{} @@", hunk_range(&old), hunk_range(&new));
        writeln!(out, "{}", colour.note(hunk))?;
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change
                .old_index()
                .and_then(|at| old_lines.get(at))
                .or_else(|| change.new_index().and_then(|at| new_lines.get(at)));
            let line = line.copied().unwrap_or_default();
            let body = line.strip_suffix('\n').unwrap_or(line);
            let body = match change.tag() {
                ChangeTag::Equal => format!(" {body}"),
                ChangeTag::Delete => colour.bad(format_args!("-{body}")),
                ChangeTag::Insert => colour.good(format_args!("+{body}")),
            };
            writeln!(out, "{body}")?;
            if !line.ends_with('\n') {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

/// A range of lines the way unified diffs write it: counted from 1, and an empty one names the
/// line before it.
fn hunk_range(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        count => format!("{},{count}", range.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_as_diff_does() {
        assert_eq!(hunk_range(&(0..0)), "0,0");
        assert_eq!(hunk_range(&(4..5)), "5");
        assert_eq!(hunk_range(&(4..7)), "5,3");
    }
}
