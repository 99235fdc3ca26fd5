//! Keys and input methods, as commands.

use egui::{Event, EventFilter, ImeEvent, Key, Modifiers, Response, Ui};

use super::super::command::{Action, Command as WindowCommand};
use super::caret::{self, Caret, Motion};
use super::editor::{Frame, SourceView, id};
use super::typing::Reach;
use super::{Command, SourceAction};

pub(super) fn listen(
    ui: &mut Ui,
    view: &mut SourceView,
    frame: &Frame<'_>,
    response: &Response,
    commands: &mut Vec<WindowCommand>,
) {
    if !response.has_focus() {
        view.composing.clear();
        view.tab_leaves = false;
        return;
    }
    let filter = EventFilter {
        tab: !view.tab_leaves,
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id(), filter));
    for event in ui.input(|input| input.filtered_events(&filter)) {
        match event {
            Event::Text(text) if !text.is_empty() && text != "\n" && text != "\r" => {
                view.tab_leaves = false;
                commands.push(Command::Insert(text).into());
            }
            Event::Paste(text) if !text.is_empty() => {
                commands.push(Command::Paste(text).into());
            }
            Event::Copy | Event::Cut => {
                if let Some(text) = frame.state.source.to_copy() {
                    ui.copy_text(text);
                    if event == Event::Cut {
                        commands.push(Command::Cut.into());
                    }
                }
            }
            Event::Key { key: Key::Escape, pressed: true, .. } => {
                let caret = frame.state.source.caret;
                if caret.is_empty() {
                    view.tab_leaves = true;
                } else {
                    commands.push(Command::Select(Caret::at(caret.head)).into());
                }
            }
            Event::Key { key, pressed: true, modifiers, .. } => {
                view.tab_leaves = false;
                match key_command(ui.os().is_mac(), key, modifiers, frame.rows) {
                    Some(KeyCommand::Source(command)) => commands.push(command.into()),
                    Some(KeyCommand::Scroll(rows)) => view.top += rows,
                    Some(KeyCommand::SelectAll) => {
                        let action = Action::Source(SourceAction::SelectAll);
                        commands.push(WindowCommand::Act(action));
                    }
                    None => {}
                }
            }
            Event::Ime(ime) => compose(view, frame, ime, commands),
            Event::AccessKitActionRequest(request)
                if request.target_node == id().accesskit_id()
                    && request.action == egui::accesskit::Action::ReplaceSelectedText =>
            {
                if let Some(egui::accesskit::ActionData::Value(text)) = request.data {
                    commands.push(Command::Paste(text.to_string()).into());
                }
            }
            _ => {}
        }
    }
}

enum KeyCommand {
    Source(Command),
    /// Lines to scroll by; the caret stays.
    Scroll(f64),
    SelectAll,
}

fn key_command(is_mac: bool, key: Key, modifiers: Modifiers, rows: usize) -> Option<KeyCommand> {
    let extend = modifiers.shift;
    let word = if is_mac { modifiers.alt } else { modifiers.ctrl };
    let whole = is_mac && modifiers.mac_cmd;
    let motion = match key {
        Key::ArrowLeft if whole => Motion::LineStart,
        Key::ArrowRight if whole => Motion::LineEnd,
        Key::ArrowUp if whole => Motion::Start,
        Key::ArrowDown if whole => Motion::End,
        Key::ArrowLeft if word => Motion::WordLeft,
        Key::ArrowRight if word => Motion::WordRight,
        Key::ArrowUp if modifiers.ctrl => return Some(KeyCommand::Scroll(-1.0)),
        Key::ArrowDown if modifiers.ctrl => return Some(KeyCommand::Scroll(1.0)),
        Key::ArrowLeft => Motion::Left,
        Key::ArrowRight => Motion::Right,
        Key::ArrowUp => Motion::Up(1),
        Key::ArrowDown => Motion::Down(1),
        Key::PageUp => Motion::Up(rows.saturating_sub(1).max(1)),
        Key::PageDown => Motion::Down(rows.saturating_sub(1).max(1)),
        Key::Home if modifiers.command => Motion::Start,
        Key::End if modifiers.command => Motion::End,
        Key::Home => Motion::LineStart,
        Key::End => Motion::LineEnd,
        Key::A if modifiers.command => return Some(KeyCommand::SelectAll),
        _ => return deletion(key, modifiers, word, whole).map(KeyCommand::Source),
    };
    Some(KeyCommand::Source(Command::Move { motion, extend }))
}

fn deletion(key: Key, modifiers: Modifiers, word: bool, whole: bool) -> Option<Command> {
    Some(match key {
        Key::Enter if !modifiers.command => Command::Enter,
        Key::Tab if modifiers.shift => Command::Outdent,
        Key::Tab if !modifiers.command => Command::Indent,
        Key::Backspace if word => Command::Delete(Reach::WordLeft),
        Key::Backspace => Command::Delete(Reach::Left),
        Key::Delete if whole => Command::Delete(Reach::LineRight),
        Key::Delete if word => Command::Delete(Reach::WordRight),
        Key::Delete => Command::Delete(Reach::Right),
        _ => return None,
    })
}

/// What an input method composes is shown at the caret and typed when it is done.
fn compose(
    view: &mut SourceView,
    frame: &Frame<'_>,
    event: ImeEvent,
    commands: &mut Vec<WindowCommand>,
) {
    match event {
        ImeEvent::Preedit { text, .. } => view.composing = text,
        ImeEvent::Commit(text) => {
            view.composing.clear();
            if !text.is_empty() && text != "\n" && text != "\r" {
                commands.push(Command::Insert(text).into());
            }
        }
        ImeEvent::DeleteSurrounding { before_chars, after_chars } => {
            let range = frame.state.source.caret.range();
            let start = (0..before_chars).fold(range.start, |at, _| caret::left(frame.text, at));
            let end = (0..after_chars).fold(range.end, |at, _| caret::right(frame.text, at));
            commands.push(Command::Select(Caret::over(start..end)).into());
            commands.push(Command::Delete(Reach::Left).into());
        }
        _ => {}
    }
}
