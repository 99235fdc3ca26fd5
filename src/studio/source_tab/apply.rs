//! The commands of the source tab, carried out on the window's state.

use std::sync::Arc;

use crate::config::{Change, FileId, Place, Project};

use super::super::command::Notice;
use super::super::selection::{self, Selection, permission_index};
use super::super::state::{State, Tab};
use super::caret::{self, Caret};
use super::text::Text;
use super::typing::{self, Edit};
use super::{Command, Moved, Reveal, SourceAction, SourceTab, place_at, places, text_of};

mod finding;

pub use finding::Replaced;

/// Whether an edit belongs to the typing before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Continues,
    /// It is a step of its own.
    Own,
}

impl State {
    /// Carries out one command of the source tab.
    pub(in super::super) fn edit_source(&mut self, command: Command) {
        match command {
            Command::Show(file) => {
                self.leave_for(file, 0, Reveal::Far);
                self.select_at_caret();
            }
            Command::GoTo(place) => self.go_to_place(place),
            Command::Visit(place) => {
                self.go_to_place(place);
                self.select_at_caret();
                self.source.wishes.focus = true;
            }
            Command::Select(caret) => {
                self.end_run();
                self.put_caret(caret, Reveal::Near);
            }
            Command::Move { motion, extend } => {
                let Some(text) = text_of(&self.project, self.source.file) else { return };
                let caret = caret::moved(text, self.source.caret, motion, extend);
                self.end_run();
                self.put_caret(caret, Reveal::Near);
            }
            Command::Insert(with) => {
                self.type_text(Run::Continues, |text, caret| {
                    Some(typing::insert(text, caret, &with))
                });
            }
            Command::Paste(with) => {
                self.type_text(Run::Own, |text, caret| Some(typing::insert(text, caret, &with)));
            }
            Command::Enter => {
                self.end_run();
                self.type_text(Run::Continues, |text, caret| Some(typing::enter(text, caret)));
            }
            Command::Indent => {
                self.type_text(Run::Own, |text, caret| Some(typing::indent(text, caret)));
            }
            Command::Outdent => {
                self.type_text(Run::Own, |text, caret| Some(typing::outdent(text, caret)));
            }
            Command::Delete(reach) => {
                self.type_text(Run::Continues, |text, caret| {
                    Some(typing::delete(text, caret, reach))
                });
            }
            Command::Cut => self
                .type_text(Run::Own, |text, caret| Some(Edit::put(typing::taken(text, caret), ""))),
            Command::Definition(offset) => self.definition(offset),
            Command::Query(query) => self.look_for(query),
            Command::ReplaceWith(with) => self.source.find.with = with,
            Command::ReplaceOne => self.replace_one(),
            Command::ReplaceAll => self.replace_all(),
            Command::CloseFind => {
                self.source.find.open = false;
                self.source.wishes.focus = true;
            }
            Command::Counted(counts) => {
                self.source.find.counting = None;
                self.source.find.counts = Some(counts);
            }
            Command::Replaced(replaced) => self.replaced(replaced),
            Command::GoToLine(line) => self.go_to_line(&line),
            Command::CloseGoToLine => {
                self.source.asking_line = false;
                self.source.wishes.focus = true;
            }
            Command::CloseReferences => {
                self.source.references = None;
                self.source.wishes.focus = true;
            }
            Command::ShowSecrets(show) => self.source.show_secrets = show,
        }
    }

    /// Takes one action of the source tab.
    pub(in super::super) fn act_on_source(&mut self, action: SourceAction) {
        match action {
            SourceAction::Find | SourceAction::Replace => {
                self.requests.tab = Some(Tab::Source);
                self.open_find(action == SourceAction::Replace);
            }
            SourceAction::FindNext => self.find_next(false),
            SourceAction::FindPrevious => self.find_next(true),
            SourceAction::GoToLine => {
                self.requests.tab = Some(Tab::Source);
                self.source.asking_line = true;
                self.source.wishes.focus_find = true;
            }
            SourceAction::GoToDefinition => self.definition(self.source.caret.head),
            SourceAction::FindReferences => self.references(),
            SourceAction::GoBack | SourceAction::GoForward => {
                let here = (self.source.file, self.source.caret.head);
                let trail = &mut self.source.trail;
                let place = match action {
                    SourceAction::GoBack => trail.go_back(here),
                    _ => trail.go_forward(here),
                };
                if let Some((file, offset)) = place {
                    self.requests.tab = Some(Tab::Source);
                    self.source.file = file;
                    self.put_caret(Caret::at(offset), Reveal::Far);
                    self.source.wishes.focus = true;
                }
            }
            SourceAction::Copy | SourceAction::Cut => {
                if let Some(text) = self.source.to_copy() {
                    self.source.wishes.copy = Some(text);
                    self.source.wishes.focus = true;
                    if action == SourceAction::Cut {
                        self.edit_source(Command::Cut);
                    }
                }
            }
            SourceAction::Paste => self.source.wishes.paste = true,
            SourceAction::SelectAll => {
                if let Some(text) = text_of(&self.project, self.source.file) {
                    self.source.caret = Caret::over(0..text.len());
                    self.source.wishes.focus = true;
                }
            }
            SourceAction::ToggleComment => {
                self.type_text(Run::Own, |text, caret| Some(typing::toggle_comment(text, caret)));
            }
            SourceAction::MoveLinesUp | SourceAction::MoveLinesDown => {
                let down = action == SourceAction::MoveLinesDown;
                self.type_text(Run::Own, |text, caret| typing::move_lines(text, caret, down));
            }
            SourceAction::ToggleSecrets => self.source.show_secrets = !self.source.show_secrets,
        }
    }

    /// Brings the source tab up to date with the rest of the window: called after every command.
    pub(in super::super) fn follow_in_source(&mut self) {
        self.source.sync(&self.project);
        if self.source.seen != self.selection {
            self.source.seen = self.selection.clone();
            if let Some(place) = self.selection_place()
                && !self.is_at_caret(place)
            {
                self.go_to_place(place);
            }
        }
        self.count_matches();
    }

    /// Where the selection is written.
    fn selection_place(&self) -> Option<Place> {
        let selection = self.selection.as_ref()?;
        let whole = selection.place(&self.project)?;
        let owner = selection.owner().and_then(|key| self.project.get(key));
        let part = match (selection, owner) {
            (Selection::Exchange { owner, entry }, Some(client)) => {
                permission_index(&self.project, *owner, entry)
                    .map(|index| client.permissions[index].place)
            }
            (Selection::Federation { index, .. }, Some(client)) => {
                client.identities.get(*index).map(|identity| identity.place)
            }
            _ => None,
        };
        Some(part.unwrap_or(whole))
    }

    /// Whether the caret is within a place already.
    fn is_at_caret(&self, place: Place) -> bool {
        let Some(text) = text_of(&self.project, self.source.file) else { return false };
        let (document, within) = text.find(self.source.caret.head);
        let is_whole = match self.selection {
            Some(Selection::File(_)) => true,
            Some(Selection::Client(_) | Selection::Document { .. }) => place.document == document,
            _ => false,
        };
        let inside = (place.span.start..=place.span.end).contains(&within);
        place.file == self.source.file && (is_whole || place.document == document && inside)
    }

    fn go_to_place(&mut self, place: Place) {
        let Some(text) = text_of(&self.project, place.file) else {
            if self.project.get_file(place.file).is_some() {
                self.source.file = place.file;
            }
            return;
        };
        let document = text.document(place.document).map_or("", |document| document.text());
        let within = document.floor_char_boundary(place.span.start.min(document.len()));
        let offset = text.start(place.document) + within;
        self.leave_for(place.file, offset, Reveal::Far);
    }

    /// Goes elsewhere, with a way back.
    fn leave_for(&mut self, file: FileId, offset: usize, reveal: Reveal) {
        if self.project.get_file(file).is_none() {
            return;
        }
        let here = (self.source.file, self.source.caret.head);
        if self.source.in_front && here != (file, offset) {
            self.source.trail.leave(here.0, here.1);
        }
        self.end_run();
        self.source.file = file;
        self.source.caret = Caret::at(offset);
        self.source.wishes.reveal = Some(reveal);
    }

    /// Puts the caret, and selects the client app whose document it comes into.
    fn put_caret(&mut self, caret: Caret, reveal: Reveal) {
        let file = self.source.file;
        let Some(text) = text_of(&self.project, file) else { return };
        let clamp = |offset: usize| {
            let (document, within) = text.find(offset);
            let content = text.document(document).map_or("", |document| document.text());
            text.start(document) + content.floor_char_boundary(within)
        };
        let caret = Caret { anchor: clamp(caret.anchor), head: clamp(caret.head), ..caret };
        self.source.caret = caret;
        self.source.wishes.reveal = Some(reveal);
        self.select_at_caret();
    }

    fn select_at_caret(&mut self) {
        let file = self.source.file;
        let Some(text) = text_of(&self.project, file) else { return };
        let (document, _) = text.find(self.source.caret.head);
        let selected = self.selection.as_ref().and_then(|it| it.document(&self.project));
        if selected != Some((file, document)) && text.document(document).is_some() {
            self.selection = Some(selection::at(&self.project, file, document));
            self.source.seen = self.selection.clone();
        }
    }

    // --- Typing ------------------------------------------------------------------------------

    /// Whatever is typed next is a step of its own.
    fn end_run(&mut self) {
        self.source.run += 1;
    }

    fn type_text(&mut self, run: Run, edit: impl FnOnce(Text<'_>, Caret) -> Option<Edit>) {
        self.source.sync(&self.project);
        let file = self.source.file;
        let Some(text) = text_of(&self.project, file) else { return };
        let Some(edit) = edit(text, self.source.caret) else { return };
        if edit.is_nothing(text) {
            self.put_caret(edit.caret, Reveal::Near);
            return;
        }
        if run == Run::Own {
            self.end_run();
        }
        let before = self.project.revision();
        let Edit { range, with, caret } = edit;
        let change = Change::Text { file, range, with };
        let field = format!("source {} {}", file.0, self.source.run);
        self.change(&change, Some(&field));
        if run == Run::Own {
            self.end_run();
        }
        if self.project.revision() != before {
            self.source.known = Arc::clone(&self.project);
            self.put_caret(caret, Reveal::Near);
        }
    }

    // --- Places ------------------------------------------------------------------------------

    fn definition(&mut self, offset: usize) {
        let Some(text) = text_of(&self.project, self.source.file) else { return };
        let at = place_at(text, self.source.file, offset);
        if let Some((_, place)) = places::definition(&self.project, at) {
            // The way back leads to the name, not to where the caret was before the click.
            self.source.caret = Caret::at(offset);
            self.edit_source(Command::Visit(place));
        } else if places::references(&self.project, at).is_some() {
            self.source.caret = Caret::at(offset);
            self.references();
        } else {
            self.notices.push(Notice::Hint(
                "Nothing in the project is defined by this name. Place the caret in an id, a \
                 subscription's id or an alias."
                    .to_owned(),
            ));
        }
    }

    fn references(&mut self) {
        let Some(text) = text_of(&self.project, self.source.file) else { return };
        let at = place_at(text, self.source.file, self.source.caret.head);
        self.source.references = places::references(&self.project, at);
        if self.source.references.is_none() {
            self.notices.push(Notice::Hint("Nothing names what stands at the caret.".to_owned()));
        }
    }

    fn go_to_line(&mut self, typed: &str) {
        let Some(text) = text_of(&self.project, self.source.file) else { return };
        let (line, column) = typed.split_once(':').unwrap_or((typed, "1"));
        let count = text.line_count();
        let (Ok(line), Ok(column)) = (line.trim().parse::<usize>(), column.trim().parse::<usize>())
        else {
            self.notices.push(Notice::Hint(format!(
                "{typed:?} is no line. Type a number from 1 to {count}, as in 120 or 120:8."
            )));
            return;
        };
        let range = text.line(line.clamp(1, count) - 1);
        let content = text.slice(range.clone());
        let within = content.char_indices().nth(column.saturating_sub(1));
        let offset = range.start + within.map_or(content.len(), |(at, _)| at);
        self.source.asking_line = false;
        self.source.wishes.focus = true;
        self.leave_for(self.source.file, offset, Reveal::Far);
        self.select_at_caret();
    }
}

impl SourceTab {
    /// Moves the caret with the text when that was changed elsewhere.
    fn sync(&mut self, project: &Arc<Project>) {
        if self.known.revision() == project.revision() {
            self.show_change = false;
            return;
        }
        let show = std::mem::take(&mut self.show_change) && self.in_front;
        if project.get_file(self.file).is_none() {
            self.file = project.files().first().map_or(self.file, |file| file.id);
            self.caret = Caret::default();
        }
        for file in project.files() {
            let old = self.known.get_file(file.id).map(|file| &file.stream);
            let (Some(Ok(old)), Ok(new)) = (old, &file.stream) else { continue };
            let Some(moved) = Moved::between(old, new) else { continue };
            let file = file.id;
            self.trail.map(file, |offset| moved.offset(offset));
            if show {
                self.file = file;
                self.caret = Caret::at(moved.new_end);
                self.wishes.reveal = Some(Reveal::Far);
            } else if self.file == file {
                let Caret { anchor, head, .. } = self.caret;
                self.caret =
                    Caret { anchor: moved.offset(anchor), head: moved.offset(head), column: None };
            }
        }
        // Another text altogether may be shorter.
        let end = text_of(project, self.file).map_or(0, Text::len);
        self.caret.anchor = self.caret.anchor.min(end);
        self.caret.head = self.caret.head.min(end);
        self.references = None;
        self.known = Arc::clone(project);
    }

    /// What copying takes.
    pub(super) fn to_copy(&self) -> Option<String> {
        let text = text_of(&self.known, self.file)?;
        let taken = text.slice(typing::taken(text, self.caret)).into_owned();
        (!taken.is_empty()).then_some(taken)
    }
}
