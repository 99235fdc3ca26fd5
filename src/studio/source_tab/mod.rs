//! The source: the YAML of a file as an editor, whatever the size of the file.
//!
//! The text of the project is the only text there is. A key becomes the replacement of a range,
//! sent as a command and made by the project as one step of its history, so the graph follows while
//! one types and undo is the same everywhere. Between two frames nothing is kept but where the
//! caret is; when the text changes by other hands, the caret moves with it.
//!
//! | part | purpose |
//! |---|---|
//! | `text` | a file by bytes and lines, without looking at all of it |
//! | `caret` | what is selected, and how keys move it |
//! | `typing` | what keys do to the text |
//! | `apply` | commands, carried out |
//! | `action` | what menus and shortcuts offer |
//! | `find` | finding and replacing |
//! | `places` | definitions, references, the way back |
//! | `highlight` | what stands where, from the parser |
//! | `display` | a line as it is shown |
//! | `editor` | the widget: what is in view, scrolling, mouse |
//! | `keys` | keys and input methods, as commands |
//! | `paint` | the lines in view as pixels |
//! | `margin` | line numbers and findings |
//! | `bars` | files, finding, references, the caret's place |

mod action;
mod apply;
mod bars;
mod caret;
mod display;
mod editor;
mod find;
mod highlight;
mod keys;
mod margin;
mod paint;
mod places;
mod text;
mod typing;

pub use action::SourceAction;
pub use caret::{Caret, Motion};
pub use editor::SourceView;
pub use find::{Find, Query};
pub use places::{References, Trail};
pub use typing::Reach;

use std::ops::Range;
use std::sync::Arc;

use egui::Ui;

use crate::config::{FileId, Place, Project};
use crate::yaml::{Span, Stream};

use super::command::Command as WindowCommand;
use super::selection::Selection;
use super::state::State;
use super::widgets::empty_ui;
use text::Text;

/// What the source tab is asked to do.
#[derive(Debug)]
pub enum Command {
    /// Shows another file.
    Show(FileId),
    /// Shows a place, wherever it is; what is selected stays.
    GoTo(Place),
    /// Goes to a place as a person who reads the text does.
    Visit(Place),
    /// Puts the caret and what is selected.
    Select(Caret),
    Move {
        motion: Motion,
        extend: bool,
    },
    /// Text that is typed.
    Insert(String),
    /// Text from the clipboard.
    Paste(String),
    Enter,
    Indent,
    Outdent,
    Delete(Reach),
    /// Takes away what was copied.
    Cut,
    /// Goes to the definition of what stands at an offset.
    Definition(usize),
    /// Looks for something else.
    Query(Query),
    ReplaceWith(String),
    ReplaceOne,
    ReplaceAll,
    CloseFind,
    Counted(Arc<find::Counts>),
    Replaced(apply::Replaced),
    /// Goes to a line, and a column after a colon, as a person types them.
    GoToLine(String),
    CloseGoToLine,
    CloseReferences,
    ShowSecrets(bool),
}

impl From<Command> for WindowCommand {
    fn from(command: Command) -> Self {
        Self::Source(command)
    }
}

/// What the next frame does with the eyes and hands of the user.
#[derive(Debug, Default)]
struct Wishes {
    /// Brings the caret into view; in the middle when it comes from far.
    reveal: Option<Reveal>,
    /// Gives the editor the keyboard.
    focus: bool,
    focus_find: bool,
    /// To the clipboard.
    copy: Option<String>,
    paste: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reveal {
    /// As little as it takes.
    Near,
    /// In the upper part of the view, unless it is in view already.
    Far,
}

/// The source tab's part of the window's state.
#[derive(Debug, Default)]
pub struct SourceTab {
    file: FileId,
    caret: Caret,
    /// The project whose text the caret is a place of.
    known: Arc<Project>,
    /// The selection that has been followed.
    seen: Option<Selection>,
    pub find: Find,
    pub trail: Trail,
    references: Option<References>,
    /// Whether a line to go to is asked for.
    asking_line: bool,
    /// Secrets are covered until they are asked for.
    show_secrets: bool,
    wishes: Wishes,
    /// Counts the runs of typing that are one step of the history each.
    run: u64,
    /// Whether the caret goes to where the next change is made: an undo is shown.
    show_change: bool,
    /// Whether the tab is in front.
    pub(super) in_front: bool,
    /// Whether the editor has the keyboard.
    pub(super) has_keyboard: bool,
}

impl SourceTab {
    /// The file in view.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// What is selected, in bytes of the file.
    pub fn caret(&self) -> Caret {
        self.caret
    }

    /// Forgets where it was: another project was opened.
    pub(super) fn new_project(&mut self) {
        let secrets = self.show_secrets;
        let (in_front, has_keyboard) = (self.in_front, self.has_keyboard);
        *self = Self { show_secrets: secrets, in_front, has_keyboard, ..Self::default() };
        self.wishes.reveal = Some(Reveal::Far);
    }

    /// The next change of the text, an undo or a redo, is shown.
    pub(super) fn show_next_change(&mut self) {
        self.show_change = true;
    }
}

/// Carries out what only a context can: focus, clipboard, scrolling. Called between two frames.
pub(super) fn settle(context: &egui::Context, tab: &mut SourceTab, view: &mut SourceView) {
    let wishes = std::mem::take(&mut tab.wishes);
    if let Some(text) = wishes.copy {
        context.copy_text(text);
    }
    if wishes.focus || wishes.paste {
        context.memory_mut(|memory| memory.request_focus(editor::id()));
    }
    if wishes.paste {
        context.send_viewport_cmd(egui::ViewportCommand::RequestPaste);
    }
    if wishes.focus_find {
        view.focus_find = true;
    }
    if wishes.reveal.is_some() {
        view.reveal = wishes.reveal;
    }
    tab.has_keyboard = context.memory(|memory| memory.has_focus(editor::id()));
}

/// Draws the tab.
pub(super) fn source_ui(
    ui: &mut Ui,
    view: &mut SourceView,
    state: &State,
    commands: &mut Vec<WindowCommand>,
) {
    if state.project.files().is_empty() {
        empty_ui(ui, "No file is open", "Open a file or a folder, or drop one here.");
        return;
    }
    bars::file_ui(ui, state, commands);
    let file = state.source.file;
    let stream = match state.project.get_file(file).map(|file| &file.stream) {
        Some(Ok(stream)) => stream,
        Some(Err(error)) => {
            let text =
                format!("Nothing of it is lost, and nothing will be written to it: {error}.");
            empty_ui(ui, "This file cannot be read", &text);
            return;
        }
        None => return,
    };
    bars::find_ui(ui, view, state, commands);
    bars::line_ui(ui, view, state, commands);
    egui::Panel::bottom("source-place")
        .frame(egui::Frame::new().inner_margin(egui::Margin { top: 5, ..egui::Margin::ZERO }))
        .show_separator_line(false)
        .show(ui, |ui| bars::place_ui(ui, view, state, stream));
    bars::references_ui(ui, state, commands);
    editor::editor_ui(ui, view, state, stream, commands);
}

/// A place by file and offset.
fn place_at(text: Text<'_>, file: FileId, offset: usize) -> Place {
    let (document, within) = text.find(offset);
    Place { file, document, span: Span::new(within, within) }
}

/// The text of a file, if it has any.
fn text_of(project: &Project, file: FileId) -> Option<Text<'_>> {
    project.get_file(file)?.stream.as_ref().ok().map(Text::new)
}

/// What has become of a text: these bytes, and where they end now.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Moved {
    old: Range<usize>,
    new_end: usize,
}

impl Moved {
    /// The difference between two texts of a file; `None` when there is none. Documents that were
    /// not touched are shared, so this looks at their addresses and no further.
    fn between(old: &Stream, new: &Stream) -> Option<Self> {
        let (a, b) = (old.documents(), new.documents());
        let shorter = a.len().min(b.len());
        let first = a.iter().zip(b.iter()).take_while(|(a, b)| Arc::ptr_eq(a, b)).count();
        if first == a.len() && first == b.len() {
            return None;
        }
        let same = |back: usize| match (a.get(a.len() - back), b.get(b.len() - back)) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        let last = (1..=shorter - first).take_while(|back| same(*back)).count();
        let (before, after) = (Text::new(old), Text::new(new));
        let start = before.start(first);
        let was = before.slice(start..before.start(a.len() - last));
        let is = after.slice(start..after.start(b.len() - last));
        let head = was.bytes().zip(is.bytes()).take_while(|(a, b)| a == b).count();
        let head = is.floor_char_boundary(was.floor_char_boundary(head));
        let (was, is) = (&was[head..], &is[head..]);
        let tail = was.bytes().rev().zip(is.bytes().rev()).take_while(|(a, b)| a == b).count();
        let tail = was.len() - was.ceil_char_boundary(was.len() - tail);
        let start = start + head;
        Some(Self { old: start..start + was.len() - tail, new_end: start + is.len() - tail })
    }

    /// Where an offset of the old text is in the new one.
    fn offset(&self, offset: usize) -> usize {
        if offset <= self.old.start {
            offset
        } else if offset >= self.old.end {
            offset - self.old.end + self.new_end
        } else {
            offset.min(self.new_end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_moves_with_its_text() {
        let old = text::stream("a: 1\n---\nb: ä\n---\nc: 3\n");
        let mut new = old.clone();
        let document =
            crate::yaml::Document::parse("---\nb: öö\n", &crate::yaml::Limits::default());
        new.replace(1, Arc::new(document));
        let moved = Moved::between(&old, &new).unwrap();
        assert_eq!(moved, Moved { old: 12..14, new_end: 16 });
        assert_eq!(moved.offset(12), 12);
        assert_eq!(moved.offset(14), 16);
        assert_eq!(moved.offset(20), 22);
        assert_eq!(Moved::between(&old, &old.clone()), None);
    }
}
