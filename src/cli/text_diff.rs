//! Unified diffs on the terminal; what is compared and covered is [`crate::audit::review`]'s.

use super::{Failure, Terminal};
use crate::audit::review::{self, Line, Text};

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
    let colour = terminal.out_colour();
    let out = terminal.out();
    writeln!(out, "{}", colour.bold(format!("--- {old_name}")))?;
    writeln!(out, "{}", colour.bold(format!("+++ {new_name}")))?;
    for line in review::lines(old, new) {
        match line {
            Line::Hunk(text) => writeln!(out, "{}", colour.note(text))?,
            Line::Same(text) => writeln!(out, " {text}")?,
            Line::Removed(text) => writeln!(out, "{}", colour.bad(format_args!("-{text}")))?,
            Line::Added(text) => writeln!(out, "{}", colour.good(format_args!("+{text}")))?,
            Line::NoLineBreak => writeln!(out, "\\ No newline at end of file")?,
        }
    }
    Ok(())
}
