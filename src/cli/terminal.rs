//! Where a subcommand writes, how it ends, and what a failure looks like.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

/// How the program ends.
#[derive(Clone, Copy, Debug)]
pub enum Exit {
    /// 0: fine.
    Fine,
    /// 1: the answer is no (findings at the level, refused, a difference that was not wanted).
    No,
    /// 2: the command line is not understood.
    Usage,
    /// 3: input cannot be read.
    Unreadable,
    /// 4: the server cannot be reached.
    Unreachable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Fine => Self::SUCCESS,
            Exit::No => Self::from(1),
            Exit::Usage => Self::from(2),
            Exit::Unreadable => Self::from(3),
            Exit::Unreachable => Self::from(4),
        }
    }
}

/// Why a subcommand could not do its work: what happened, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    hints: Vec<String>,
    quiet: bool,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new(), quiet: false }
    }
    /// The answer is no (exit 1).
    pub fn no(message: impl Into<String>) -> Self {
        Self::new(Exit::No, message)
    }
    /// The command line asks for something that does not exist (exit 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }
    /// Input cannot be read, or output not be written (exit 3).
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::new(Exit::Unreadable, message)
    }
    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }
    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// Only writing results gives a bare I/O error. A reader that hung up wants no more, which is
/// nobody's fault.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self { exit: Exit::Fine, message: String::new(), hints: Vec::new(), quiet: true }
        } else {
            Self::unreadable(format!("cannot write the result: {error}"))
        }
    }
}

/// Whether a stream shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub bool);

impl Colour {
    /// Colours on a terminal that knows them, unless the person set `NO_COLOR` to anything
    /// (<https://no-color.org>).
    fn wanted(no_color: Option<&OsStr>, term: Option<&OsStr>, is_terminal: bool) -> Self {
        let refused = no_color.is_some_and(|value| !value.is_empty());
        Self(is_terminal && !refused && term.is_none_or(|term| term != "dumb"))
    }

    /// The text in a style, or as it is.
    pub fn paint(self, style: Style, text: impl fmt::Display) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
    pub fn bold(self, text: impl fmt::Display) -> String {
        self.paint(Style::new().bold(), text)
    }
    pub fn dim(self, text: impl fmt::Display) -> String {
        self.paint(Style::new().dimmed(), text)
    }
    pub fn good(self, text: impl fmt::Display) -> String {
        self.paint(AnsiColor::Green.on_default().bold(), text)
    }
    pub fn bad(self, text: impl fmt::Display) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }
    pub fn unsure(self, text: impl fmt::Display) -> String {
        self.paint(AnsiColor::Yellow.on_default().bold(), text)
    }
    pub fn note(self, text: impl fmt::Display) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }
}

/// The two streams of a command.
pub struct Terminal {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    out_colour: Colour,
    err_colour: Colour,
    out_is_terminal: bool,
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").field("out_colour", &self.out_colour).finish_non_exhaustive()
    }
}

impl Terminal {
    /// Standard output and error of this process. Colours where a person looks and did not object.
    pub fn of_process() -> Self {
        let (no_color, term) = (std::env::var_os("NO_COLOR"), std::env::var_os("TERM"));
        let colour =
            |is_terminal| Colour::wanted(no_color.as_deref(), term.as_deref(), is_terminal);
        Self {
            out_colour: colour(io::stdout().is_terminal()),
            err_colour: colour(io::stderr().is_terminal()),
            out: Box::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
            out_is_terminal: io::stdout().is_terminal(),
        }
    }

    /// Streams of one's own, without colours.
    pub fn new(out: Box<dyn Write>, err: Box<dyn Write>) -> Self {
        let (out_colour, err_colour) = (Colour(false), Colour(false));
        Self { out, err, out_colour, err_colour, out_is_terminal: false }
    }

    /// Where results go.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Whether results go to a terminal, where bytes that are no text do harm.
    pub fn out_is_terminal(&self) -> bool {
        self.out_is_terminal
    }

    pub fn out_colour(&self) -> Colour {
        self.out_colour
    }

    pub fn err_colour(&self) -> Colour {
        self.err_colour
    }

    /// A result in a machine format, with a newline after it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Failure::unreadable(format!("cannot write JSON: {error}")))?;
        writeln!(self.out, "{text}")?;
        Ok(())
    }

    /// Shows results written so far; for a command that goes on running.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// Says something to the person that is not the result. Where nobody can be told, nothing is
    /// lost by going on.
    pub fn say(&mut self, text: impl fmt::Display) {
        let _ = writeln!(self.err, "{text}");
    }

    /// A remark on standard error that does not change the answer.
    pub fn warn(&mut self, text: impl fmt::Display) {
        let label = self.err_colour.unsure("warning:");
        self.say(format_args!("{label} {text}"));
    }

    /// Ends a command: flushes its results, tells what failed.
    pub fn finish(&mut self, outcome: Result<Exit, Failure>) -> Exit {
        let outcome = match self.out.flush() {
            Ok(()) => outcome,
            Err(error) => outcome.and(Err(error.into())),
        };
        match outcome {
            Ok(exit) => exit,
            Err(failure) => {
                if !failure.quiet {
                    let label = self.err_colour.bad("error:");
                    self.say(format_args!("{label} {}", failure.message));
                    for hint in &failure.hints {
                        let label = self.err_colour.note("  hint:");
                        self.say(format_args!("{label} {hint}"));
                    }
                }
                failure.exit
            }
        }
    }

    /// Help, version or a mistake in the command line, each on its stream.
    pub(super) fn clap_error(&mut self, error: &clap::Error) -> Exit {
        let to_err = error.use_stderr();
        let colour = if to_err { self.err_colour } else { self.out_colour };
        let text = error.render();
        let text = if colour.0 { text.ansi().to_string() } else { text.to_string() };
        if to_err {
            let _ = self.err.write_all(text.as_bytes());
            Exit::Usage
        } else {
            let written = self.out.write_all(text.as_bytes()).map_err(Failure::from);
            self.finish(written.map(|()| Exit::Fine))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_people_who_want_them() {
        let wanted = |no_color: Option<&str>, term: Option<&str>, is_terminal| {
            Colour::wanted(no_color.map(OsStr::new), term.map(OsStr::new), is_terminal).0
        };
        assert!(wanted(None, Some("xterm"), true));
        assert!(wanted(Some(""), None, true));
        assert!(!wanted(None, Some("xterm"), false));
        assert!(!wanted(Some("1"), Some("xterm"), true));
        assert!(!wanted(None, Some("dumb"), true));
        assert_eq!(Colour(false).bad("no"), "no");
        assert!(Colour(true).bad("no").contains("\u{1b}["));
    }

    #[test]
    fn a_reader_that_hung_up_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        let mut terminal = Terminal::new(Box::new(io::sink()), Box::new(io::sink()));
        assert!(matches!(terminal.finish(Err(failure)), Exit::Fine));
    }
}
