//! What a person can ask for: one list feeds the menus, the palette, the shortcuts and the tests.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::graph_tab::GraphAction;
use super::selection::Selection;
use super::source_tab::SourceAction;
use super::state::State;

/// What a person can ask for by menu, palette or shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    OpenFiles,
    OpenFolder,
    OpenPath,
    OpenSample,
    Save,
    SaveAs,
    SaveProjectFile,
    SaveMatrix,
    Quit,
    Undo,
    Redo,
    Find,
    Palette,
    AllowExchange,
    NewClient,
    Duplicate,
    Remove,
    MoveUp,
    MoveDown,
    MoveToFile,
    RenameId,
    SimulateSelected,
    RunExchange,
    Lock,
    Fit,
    LayOutAnew,
    FocusSelection,
    SelectionInSource,
    NextFinding,
    PreviousFinding,
    ShowGraph,
    ShowSource,
    ShowExchange,
    ShowChanges,
    ShowMatrix,
    ToggleProblems,
    ListAll,
    GroupByFile,
    GroupBySubscription,
    FollowSystemTheme,
    LightTheme,
    DarkTheme,
    Shortcuts,
    /// On the graph.
    Graph(GraphAction),
    /// On the text in the source tab.
    Source(SourceAction),
}

const fn command(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn command_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

impl Action {
    /// Whether it copies, moves or removes the selected document as a whole.
    pub(super) fn is_about_documents(self) -> bool {
        matches!(
            self,
            Self::Duplicate | Self::Remove | Self::MoveUp | Self::MoveDown | Self::MoveToFile
        )
    }

    /// What can be done with what is selected, in groups.
    pub const ON_SELECTION: &[&[Self]] = &[
        &[Self::AllowExchange, Self::SimulateSelected],
        &[Self::NewClient, Self::Duplicate, Self::RenameId],
        &[Self::MoveUp, Self::MoveDown, Self::MoveToFile],
        &[Self::SelectionInSource],
        &[Self::Remove],
    ];

    /// All of them, in the order of the menus.
    pub fn all() -> impl Iterator<Item = Self> {
        let graph = GraphAction::ALL.map(Self::Graph);
        Self::ALL.into_iter().chain(graph).chain(SourceAction::ALL.map(Self::Source))
    }

    const ALL: [Self; 43] = [
        Self::OpenFiles,
        Self::OpenFolder,
        Self::OpenPath,
        Self::OpenSample,
        Self::Save,
        Self::SaveAs,
        Self::SaveProjectFile,
        Self::SaveMatrix,
        Self::Quit,
        Self::Undo,
        Self::Redo,
        Self::Find,
        Self::Palette,
        Self::AllowExchange,
        Self::NewClient,
        Self::Duplicate,
        Self::Remove,
        Self::MoveUp,
        Self::MoveDown,
        Self::MoveToFile,
        Self::RenameId,
        Self::SimulateSelected,
        Self::RunExchange,
        Self::Lock,
        Self::Fit,
        Self::LayOutAnew,
        Self::FocusSelection,
        Self::SelectionInSource,
        Self::NextFinding,
        Self::PreviousFinding,
        Self::ShowGraph,
        Self::ShowSource,
        Self::ShowExchange,
        Self::ShowChanges,
        Self::ShowMatrix,
        Self::ToggleProblems,
        Self::ListAll,
        Self::GroupByFile,
        Self::GroupBySubscription,
        Self::FollowSystemTheme,
        Self::LightTheme,
        Self::DarkTheme,
        Self::Shortcuts,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::OpenFiles => "Open files…",
            Self::OpenFolder => "Open folder…",
            Self::OpenPath => "Open path…",
            Self::OpenSample => "Open the sample estate",
            Self::Save => "Review and save…",
            Self::SaveAs => "Save file as…",
            Self::SaveProjectFile => "Save the project file",
            Self::SaveMatrix => "Save the access matrix as CSV…",
            Self::Quit => "Quit",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Find => "Find client app",
            Self::Palette => "Command palette…",
            Self::AllowExchange => "Allow exchange to…",
            Self::NewClient => "New client app…",
            Self::Duplicate => "Duplicate",
            Self::Remove => "Remove…",
            Self::MoveUp => "Move up in its file",
            Self::MoveDown => "Move down in its file",
            Self::MoveToFile => "Move to another file…",
            Self::RenameId => "Rename id everywhere…",
            Self::SimulateSelected => "Simulate this exchange",
            Self::RunExchange => "Run exchange",
            Self::Lock => "Lock: forget all tokens and secrets",
            Self::Fit => "Fit graph to window",
            Self::LayOutAnew => "Lay out the graph anew",
            Self::FocusSelection => "Zoom to selection",
            Self::SelectionInSource => "Show selection in the source",
            Self::NextFinding => "Next finding",
            Self::PreviousFinding => "Previous finding",
            Self::ShowGraph => "Show graph",
            Self::ShowSource => "Show source",
            Self::ShowExchange => "Show exchange",
            Self::ShowChanges => "Show changes",
            Self::ShowMatrix => "Show access matrix",
            Self::ToggleProblems => "Show or hide problems",
            Self::ListAll => "List client apps without groups",
            Self::GroupByFile => "Group client apps by file",
            Self::GroupBySubscription => "Group client apps by subscription",
            Self::FollowSystemTheme => "Theme of the system",
            Self::LightTheme => "Light theme",
            Self::DarkTheme => "Dark theme",
            Self::Shortcuts => "Keyboard shortcuts",
            Self::Graph(action) => action.label(),
            Self::Source(action) => action.label(),
        }
    }

    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        match self {
            Self::OpenFiles => command(Key::O),
            Self::OpenFolder => command_shift(Key::O),
            Self::OpenPath => command(Key::L),
            Self::Save => command(Key::S),
            Self::SaveAs => command_shift(Key::S),
            Self::Quit => command(Key::Q),
            Self::Undo => command(Key::Z),
            Self::Redo => command_shift(Key::Z),
            Self::Find => command(Key::F),
            Self::Palette => command(Key::P),
            Self::AllowExchange => command(Key::E),
            Self::NewClient => command(Key::N),
            Self::Duplicate => command(Key::D),
            Self::Remove => command_shift(Key::Delete),
            Self::MoveUp => Some(KeyboardShortcut::new(Modifiers::ALT, Key::ArrowUp)),
            Self::MoveDown => Some(KeyboardShortcut::new(Modifiers::ALT, Key::ArrowDown)),
            Self::MoveToFile => command_shift(Key::M),
            Self::RenameId => plain(Key::F2),
            Self::SimulateSelected => command(Key::Enter),
            Self::RunExchange => plain(Key::F5),
            Self::Lock => command_shift(Key::L),
            Self::Fit => command(Key::Num9),
            Self::FocusSelection => command(Key::Num8),
            Self::SelectionInSource => command(Key::U),
            Self::NextFinding => plain(Key::F8),
            Self::PreviousFinding => Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F8)),
            Self::ShowGraph => command(Key::Num1),
            Self::ShowSource => command(Key::Num2),
            Self::ShowExchange => command(Key::Num3),
            Self::ShowChanges => command(Key::Num4),
            Self::ShowMatrix => command(Key::Num5),
            Self::ToggleProblems => command(Key::J),
            Self::Shortcuts => plain(Key::F1),
            Self::Graph(action) => action.shortcut(),
            Self::Source(action) => action.shortcut(),
            Self::OpenSample
            | Self::SaveProjectFile
            | Self::SaveMatrix
            | Self::LayOutAnew
            | Self::ListAll
            | Self::GroupByFile
            | Self::GroupBySubscription
            | Self::FollowSystemTheme
            | Self::LightTheme
            | Self::DarkTheme => None,
        }
    }

    /// A second shortcut, where another platform's habit is widespread.
    pub fn other_shortcut(self) -> Option<KeyboardShortcut> {
        match self {
            Self::Redo => command(Key::Y),
            _ => None,
        }
    }

    /// What the action does, where its name leaves a question.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::OpenFolder => Some("Every .yaml and .yml file below a folder, as one project"),
            Self::OpenPath => Some("Type the path of a file or a folder"),
            Self::OpenSample => Some("40 client apps of an insurance company, to try things on"),
            Self::Save => Some("Shows which lines change before anything is written"),
            Self::SaveProjectFile => Some(
                "Reading, pinned positions and server profiles, in exchange-studio.yaml beside \
                     the files",
            ),
            Self::SaveMatrix => {
                Some("Who can become whom in how many hops, as the matrix shows it")
            }
            Self::ShowMatrix => Some("Who can become whom, as rows and columns"),
            Self::LayOutAnew => Some("Only pinned boxes stay where they are"),
            Self::NewClient => Some("With a name, an id, and the file it goes to"),
            Self::Duplicate => Some("Puts a copy with an id of its own right behind it"),
            Self::Remove => Some("Says first who refers to it"),
            Self::RenameId => Some("Says first in how many places of which files"),
            Self::AllowExchange => Some("From the selected client app to another one"),
            Self::Graph(action) => action.hint(),
            Self::Source(action) => action.hint(),
            Self::SimulateSelected => {
                Some("Fills the exchange tab from the selected arrow or identity")
            }
            _ => None,
        }
    }

    /// Whether the window listens for its shortcut now: what a shortcut means depends on the tab in
    /// front.
    pub fn is_listened_for(self, state: &State) -> bool {
        match self {
            Self::Find => !state.source.in_front,
            Self::Graph(action) => action.is_listened_for(state),
            Self::Source(action) => action.is_listened_for(state),
            _ => true,
        }
    }

    /// Why the action cannot be taken now.
    pub fn disabled_reason(self, state: &State) -> Option<&'static str> {
        match self {
            Self::Save | Self::SaveAs if state.saving.is_some() => Some("Files are being saved"),
            Self::Save if state.project.unsaved().is_empty() => Some("Nothing has changed"),
            Self::SaveAs if state.project.files().is_empty() => Some("No file is open"),
            Self::Undo if state.project.undo_label().is_none() => Some("Nothing to undo"),
            Self::Redo if state.project.redo_label().is_none() => Some("Nothing to redo"),
            Self::SaveProjectFile => state.cannot_save_project_file(),
            Self::SaveMatrix => state.cannot_save_matrix(),
            Self::Find | Self::Fit | Self::FocusSelection | Self::LayOutAnew
                if state.project.clients().is_empty() =>
            {
                Some("There is no client app")
            }
            Self::FocusSelection if state.selection.is_none() => Some("Nothing is selected"),
            Self::SelectionInSource
                if state
                    .selection
                    .as_ref()
                    .and_then(|selection| selection.place(&state.project))
                    .is_none() =>
            {
                Some("Select a client app, a document or a file first")
            }
            Self::Duplicate | Self::Remove | Self::MoveUp | Self::MoveDown | Self::MoveToFile
                if state.selected_document().is_none() =>
            {
                Some("Select a client app or another document first")
            }
            Self::MoveUp if state.shifted(-1).is_none() => Some("It is the first of its file"),
            Self::MoveDown if state.shifted(1).is_none() => Some("It is the last of its file"),
            Self::MoveToFile if state.project.files().len() < 2 => {
                Some("There is no other file in the project")
            }
            Self::RenameId if state.selected_id().is_none() => {
                Some("Select a client app or a document with an id first")
            }
            Self::AllowExchange if !matches!(state.selection, Some(Selection::Client(_))) => {
                Some("Select a client app first")
            }
            Self::SimulateSelected if state.simulation().is_none() => {
                Some("Select an exchange arrow or an external identity first")
            }
            Self::Graph(action) => action.disabled_reason(state),
            Self::Source(action) => action.disabled_reason(state),
            Self::RunExchange if state.exchange.running.is_some() => Some("An exchange is running"),
            Self::RunExchange => state.exchange.form.missing(&state.exchange.vault),
            Self::NextFinding | Self::PreviousFinding if state.analysis.findings.is_empty() => {
                Some("There are no findings")
            }
            _ => None,
        }
    }
}
