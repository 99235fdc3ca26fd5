//! What menus, palette and shortcuts offer for the source.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::super::state::State;
use super::text_of;

/// An action on the text. Most need the source tab in front: a shortcut must not change what
/// nobody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceAction {
    Find,
    Replace,
    FindNext,
    FindPrevious,
    GoToLine,
    GoToDefinition,
    FindReferences,
    GoBack,
    GoForward,
    Cut,
    Copy,
    Paste,
    SelectAll,
    ToggleComment,
    MoveLinesUp,
    MoveLinesDown,
    ToggleSecrets,
}

const fn keys(modifiers: Modifiers, key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(modifiers, key))
}

impl SourceAction {
    /// In the order of the menus.
    pub const ALL: [Self; 17] = [
        Self::Find,
        Self::Replace,
        Self::FindNext,
        Self::FindPrevious,
        Self::GoToLine,
        Self::GoToDefinition,
        Self::FindReferences,
        Self::GoBack,
        Self::GoForward,
        Self::Cut,
        Self::Copy,
        Self::Paste,
        Self::SelectAll,
        Self::ToggleComment,
        Self::MoveLinesUp,
        Self::MoveLinesDown,
        Self::ToggleSecrets,
    ];

    /// Whether a menu draws a line before it.
    pub fn begins_group(self) -> bool {
        matches!(self, Self::GoToLine | Self::Cut | Self::ToggleComment | Self::ToggleSecrets)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Find => "Find in text…",
            Self::Replace => "Replace in text…",
            Self::FindNext => "Next match",
            Self::FindPrevious => "Previous match",
            Self::GoToLine => "Go to line…",
            Self::GoToDefinition => "Go to definition",
            Self::FindReferences => "Find references",
            Self::GoBack => "Go back",
            Self::GoForward => "Go forward",
            Self::Cut => "Cut",
            Self::Copy => "Copy",
            Self::Paste => "Paste",
            Self::SelectAll => "Select all",
            Self::ToggleComment => "Comment or uncomment lines",
            Self::MoveLinesUp => "Move lines up",
            Self::MoveLinesDown => "Move lines down",
            Self::ToggleSecrets => "Show or cover secrets in the source",
        }
    }

    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        match self {
            Self::Find => keys(Modifiers::COMMAND, Key::F),
            Self::Replace => keys(Modifiers::COMMAND, Key::H),
            Self::FindNext => keys(Modifiers::NONE, Key::F3),
            Self::FindPrevious => keys(Modifiers::SHIFT, Key::F3),
            Self::GoToLine => keys(Modifiers::COMMAND, Key::G),
            Self::GoToDefinition => keys(Modifiers::NONE, Key::F12),
            Self::FindReferences => keys(Modifiers::SHIFT, Key::F12),
            Self::GoBack => keys(Modifiers::ALT, Key::ArrowLeft),
            Self::GoForward => keys(Modifiers::ALT, Key::ArrowRight),
            Self::Cut => keys(Modifiers::COMMAND, Key::X),
            Self::Copy => keys(Modifiers::COMMAND, Key::C),
            Self::Paste => keys(Modifiers::COMMAND, Key::V),
            Self::SelectAll => keys(Modifiers::COMMAND, Key::A),
            Self::ToggleComment => keys(Modifiers::COMMAND, Key::Slash),
            Self::MoveLinesUp => keys(Modifiers::ALT, Key::ArrowUp),
            Self::MoveLinesDown => keys(Modifiers::ALT, Key::ArrowDown),
            Self::ToggleSecrets => None,
        }
    }

    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::GoToDefinition => {
                Some("Of the id, the subscription or the alias at the caret; also Ctrl and a click")
            }
            Self::FindReferences => Some("Every place that names what stands at the caret"),
            Self::GoToLine => Some("As in 120, or 120:8 with a column"),
            Self::Cut | Self::Copy => Some("Takes the line when nothing is selected"),
            _ => None,
        }
    }

    /// Whether the window listens for its shortcut now. Keys that mean the same in every text
    /// field are left to what has the keyboard, and those that change lines are the editor's.
    pub(in super::super) fn is_listened_for(self, state: &State) -> bool {
        match self {
            Self::Cut | Self::Copy | Self::Paste | Self::SelectAll => false,
            Self::ToggleComment | Self::MoveLinesUp | Self::MoveLinesDown => {
                state.source.has_keyboard
            }
            _ => state.source.in_front,
        }
    }

    /// Why the action cannot be taken now.
    pub fn disabled_reason(self, state: &State) -> Option<&'static str> {
        let tab = &state.source;
        if text_of(&state.project, tab.file).is_none() {
            return Some(match state.project.files().is_empty() {
                true => "No file is open",
                false => "The file in view cannot be read",
            });
        }
        match self {
            Self::GoBack if !tab.trail.can_go_back() => Some("There is no place to go back to"),
            Self::GoForward if !tab.trail.can_go_forward() => Some("There is no place ahead"),
            Self::FindNext | Self::FindPrevious if tab.find.query.text.is_empty() => {
                Some("Nothing is looked for; find something in the text first")
            }
            Self::Cut
            | Self::Copy
            | Self::Paste
            | Self::ToggleComment
            | Self::MoveLinesUp
            | Self::MoveLinesDown
            | Self::SelectAll
            | Self::GoToDefinition
            | Self::FindReferences
                if !tab.in_front =>
            {
                Some("Show the source first")
            }
            _ => None,
        }
    }
}
