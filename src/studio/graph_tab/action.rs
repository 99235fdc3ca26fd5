//! What menus, palette and shortcuts offer for the graph.

use std::collections::BTreeSet;

use egui::{Key, KeyboardShortcut, Modifiers};

use super::super::canvas::Marking;
use super::super::changes_tab::Command as CompareCommand;
use super::super::state::State;
use super::align::Align;
use super::ask;
use super::colouring::ColourBy;
use super::looking::Looking;
use super::shown::HOPS;
use super::state::Command;
use super::view::Narrowing;
use crate::config::Setting;

/// An action on the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GraphAction {
    Back,
    Forward,
    Narrow,
    MoreHops,
    FewerHops,
    Whole,
    ClearFilter,
    CollapseAll,
    ExpandAll,
    /// Draws the group of what is meant as one box.
    CollapseGroup,
    ShowPath,
    OnlyPath,
    LeavePath,
    Lasso,
    MarkNeighbours,
    ClearMarks,
    Pin,
    UnpinAll,
    Align(Align),
    Table,
    Minimap,
    /// Shows both versions that are compared, or the project alone.
    Compare,
    /// Shows or hides the questions.
    Ask,
    Export,
    /// Asks one about what is selected or marked.
    AskAbout(ask::Kind),
    ColourBy(ColourBy),
}

impl GraphAction {
    /// In the order of the menus.
    pub const ALL: [Self; 41] = [
        Self::Back,
        Self::Forward,
        Self::Narrow,
        Self::MoreHops,
        Self::FewerHops,
        Self::Whole,
        Self::ClearFilter,
        Self::CollapseGroup,
        Self::CollapseAll,
        Self::ExpandAll,
        Self::ShowPath,
        Self::OnlyPath,
        Self::LeavePath,
        Self::Lasso,
        Self::MarkNeighbours,
        Self::ClearMarks,
        Self::Pin,
        Self::UnpinAll,
        Self::Align(Align::Left),
        Self::Align(Align::Top),
        Self::Align(Align::Across),
        Self::Align(Align::Down),
        Self::Table,
        Self::Minimap,
        Self::Compare,
        Self::Export,
        Self::Ask,
        Self::AskAbout(ask::Kind::WhoCanBecome),
        Self::AskAbout(ask::Kind::WhatCanBecome),
        Self::AskAbout(ask::Kind::Chains),
        Self::AskAbout(ask::Kind::WhatIf),
        Self::AskAbout(ask::Kind::Structure),
        Self::AskAbout(ask::Kind::Chokes),
        Self::ColourBy(ColourBy::Nothing),
        Self::ColourBy(ColourBy::Kind),
        Self::ColourBy(ColourBy::Subscription),
        Self::ColourBy(ColourBy::Issuer),
        Self::ColourBy(ColourBy::Finding),
        Self::ColourBy(ColourBy::Setting(Setting::Enabled)),
        Self::ColourBy(ColourBy::Setting(Setting::Public)),
        Self::ColourBy(ColourBy::Setting(Setting::Restricted)),
    ];

    /// Whether a menu draws a line before it.
    pub fn begins_group(self) -> bool {
        matches!(
            self,
            Self::Narrow
                | Self::ClearFilter
                | Self::ShowPath
                | Self::Lasso
                | Self::Pin
                | Self::Table
                | Self::Ask
                | Self::ColourBy(ColourBy::Nothing)
        )
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Back => "Back to the view before",
            Self::Forward => "Forward to the next view",
            Self::Narrow => "Show only the neighbourhood",
            Self::MoreHops => "One hop more around it",
            Self::FewerHops => "One hop fewer around it",
            Self::Whole => "Show the whole graph",
            Self::ClearFilter => "Clear all filters",
            Self::CollapseGroup => "Draw its group as one box",
            Self::CollapseAll => "Draw every group as one box",
            Self::ExpandAll => "Draw all groups as their client apps",
            Self::ShowPath => "Show a path between two marked boxes",
            Self::OnlyPath => "Show only this path, or all again",
            Self::LeavePath => "Let go of the path",
            Self::Lasso => "Mark by drawing around",
            Self::MarkNeighbours => "Mark neighbours too",
            Self::ClearMarks => "Clear marks",
            Self::Pin => "Pin boxes to their places, or unpin",
            Self::UnpinAll => "Unpin all boxes",
            Self::Align(Align::Left) => "Align left sides",
            Self::Align(Align::Top) => "Align upper sides",
            Self::Align(Align::Across) => "Space evenly across",
            Self::Align(Align::Down) => "Space evenly down",
            Self::Table => "Show graph as table, or as drawing",
            Self::Minimap => "Show or hide the minimap",
            Self::Export => "Export the drawing…",
            Self::Compare => "Show what changed on the drawing, or not",
            Self::Ask => "Ask who can become whom",
            Self::AskAbout(ask::Kind::WhoCanBecome) => "Ask who can become this",
            Self::AskAbout(ask::Kind::WhatCanBecome) => "Ask what this can become",
            Self::AskAbout(ask::Kind::Chains) => "Ask for all chains between two marked boxes",
            Self::AskAbout(ask::Kind::WhatIf) => "Ask what if this were not there",
            Self::AskAbout(ask::Kind::Structure) => "Ask how it is all built",
            Self::AskAbout(ask::Kind::Chokes) => "Ask what has all to pass to this",
            Self::ColourBy(ColourBy::Nothing) => "Colour by nothing",
            Self::ColourBy(ColourBy::Kind) => "Colour by kind",
            Self::ColourBy(ColourBy::Subscription) => "Colour by subscription",
            Self::ColourBy(ColourBy::Issuer) => "Colour by issuer",
            Self::ColourBy(ColourBy::Finding) => "Colour by worst finding",
            Self::ColourBy(ColourBy::Setting(Setting::Enabled)) => "Colour by enabled",
            Self::ColourBy(ColourBy::Setting(Setting::Public)) => "Colour by public",
            Self::ColourBy(ColourBy::Setting(_)) => "Colour by restricted",
        }
    }

    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        let keys = |modifiers, key| Some(KeyboardShortcut::new(modifiers, key));
        match self {
            Self::Back => keys(Modifiers::ALT, Key::ArrowLeft),
            Self::Forward => keys(Modifiers::ALT, Key::ArrowRight),
            Self::Narrow => keys(Modifiers::COMMAND, Key::Num7),
            Self::Whole => keys(Modifiers::COMMAND, Key::Num6),
            Self::Table => keys(Modifiers::COMMAND, Key::T),
            Self::Ask => keys(Modifiers::COMMAND, Key::K),
            _ => None,
        }
    }

    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Narrow => Some("The selected client app and what is one arrow away"),
            Self::CollapseGroup => Some("A double-click on its box brings the client apps back"),
            Self::Lasso => Some("Also by dragging with Shift held"),
            Self::MarkNeighbours => Some("What is one arrow away from what is marked or selected"),
            Self::ShowPath => Some(
                "A shortest way, not refused if there is one; mark boxes with Ctrl and a click",
            ),
            Self::Pin => Some("Pinned boxes stay where they are; Alt and dragging moves a box"),
            Self::Export => {
                Some("As a picture, or for other tools; what is shown, as it is filtered")
            }
            Self::Compare => Some("Compared with what was saved, or as the changes tab says"),
            Self::Ask => Some("Questions and answers beside the drawing"),
            Self::AskAbout(ask::Kind::Chains) => Some(
                "From the selected one, if it is one of them; mark boxes with Ctrl and a click",
            ),
            Self::AskAbout(ask::Kind::Structure) => {
                Some("Hubs, circles, islands, and the permissions with which most goes")
            }
            Self::AskAbout(ask::Kind::WhatIf) => {
                Some("What disabling it or dropping it would do to access; nothing is saved")
            }
            Self::Table => Some("One row an arrow, with the same selection and search"),
            _ => None,
        }
    }

    /// Whether the window listens for its shortcut now. The source has the same keys for its own
    /// way back.
    pub(in super::super) fn is_listened_for(self, state: &State) -> bool {
        match self {
            Self::Back | Self::Forward => state.graph.in_front && !state.source.in_front,
            _ => true,
        }
    }

    /// Why the action cannot be taken now.
    pub fn disabled_reason(self, state: &State) -> Option<&'static str> {
        if state.project.clients().is_empty() {
            return Some("There is no client app");
        }
        let graph = &state.graph;
        let narrowing = graph.narrowing();
        let hops = match narrowing {
            Narrowing::Around { hops, .. } => Some(hops),
            Narrowing::Whole | Narrowing::Path => None,
        };
        match self {
            Self::Back if !graph.can_go_back() => Some("There is no view to go back to"),
            Self::Forward if !graph.can_go_forward() => Some("There is no view ahead"),
            Self::Narrow if state.selected_center().is_none() => Some("Select a client app first"),
            Self::MoreHops if hops.is_none() && state.selected_center().is_none() => {
                Some("Select a client app first")
            }
            Self::MoreHops if hops == Some(HOPS) => Some("More hops show the whole graph"),
            Self::FewerHops if hops.is_none_or(|hops| hops < 2) => {
                Some("Show a neighbourhood of two hops or more first")
            }
            Self::Whole if narrowing == Narrowing::Whole => Some("The whole graph is shown"),
            Self::ClearFilter if !graph.looking().is_filtered() => Some("No filter is set"),
            Self::ExpandAll if graph.looking().collapsed.is_empty() => {
                Some("No group is drawn as one box")
            }
            Self::ShowPath if graph.marked.len() != 2 => Some("Mark two boxes first"),
            Self::OnlyPath | Self::LeavePath if graph.spotlight().is_none() => {
                Some("No path is shown")
            }
            Self::MarkNeighbours | Self::Pin | Self::CollapseGroup
                if state.meant_boxes().is_empty() =>
            {
                Some("Mark or select a box first")
            }
            Self::AskAbout(ask::Kind::Chains) if graph.marked.len() != 2 => {
                Some("Mark two boxes first")
            }
            Self::AskAbout(
                ask::Kind::WhoCanBecome | ask::Kind::WhatCanBecome | ask::Kind::Chokes,
            ) if state.askable().is_none() => {
                Some("Select a client app or an external identity first")
            }
            Self::Export => state.cannot_export(),
            Self::AskAbout(ask::Kind::WhatIf) if state.supposable().is_none() => {
                Some("Select a client app, an arrow or an external identity first")
            }
            Self::ClearMarks if graph.marked.is_empty() => Some("Nothing is marked"),
            Self::UnpinAll if graph.places.is_empty() => Some("Nothing is pinned"),
            Self::Pin | Self::UnpinAll | Self::Align(_) if state.changes_tab.on_drawing => {
                Some("Leave the comparison first")
            }
            Self::Pin | Self::Align(_) if narrowing != Narrowing::Whole => {
                Some("Show the whole graph first")
            }
            Self::Align(_) if graph.marked.len() < 2 => Some("Mark two boxes or more first"),
            _ => None,
        }
    }
}

impl State {
    pub(in super::super) fn act_on_graph(&mut self, action: GraphAction) {
        self.requests.tab = Some(super::super::state::Tab::Graph);
        match action {
            GraphAction::Back => self.graph_back(false),
            GraphAction::Forward => self.graph_back(true),
            GraphAction::Narrow => self.narrow_to_selection(),
            GraphAction::MoreHops => self.more_hops(1),
            GraphAction::FewerHops => self.more_hops(-1),
            GraphAction::Whole => self.apply_to_graph(Command::Narrow(Narrowing::Whole)),
            GraphAction::ClearFilter => {
                let looking = self.graph.looking().unfiltered();
                self.apply_to_graph(Command::Look(looking));
            }
            GraphAction::CollapseGroup => self.collapse(self.meant_groups()),
            GraphAction::CollapseAll => {
                let looking = Looking::clone(self.graph.looking());
                let collapsed = self.all_groups();
                self.apply_to_graph(Command::Look(Looking { collapsed, ..looking }));
            }
            GraphAction::ExpandAll => {
                let looking = Looking::clone(self.graph.looking());
                self.apply_to_graph(Command::Look(Looking {
                    collapsed: BTreeSet::new(),
                    ..looking
                }));
            }
            GraphAction::ShowPath => self.show_path(),
            GraphAction::OnlyPath => self.only_path(),
            GraphAction::LeavePath => self.apply_to_graph(Command::Spotlight(None)),
            GraphAction::Lasso => self.graph.lasso = !self.graph.lasso,
            GraphAction::MarkNeighbours => self.mark_neighbours(),
            GraphAction::ClearMarks => {
                self.apply_to_graph(Command::Mark { things: Vec::new(), how: Marking::Replace })
            }
            GraphAction::Pin => self.pin(),
            GraphAction::UnpinAll => self.unpin_all(),
            GraphAction::Align(how) => self.align(how),
            GraphAction::Table => self.graph.as_table = !self.graph.as_table,
            GraphAction::Minimap => self.graph.minimap = !self.graph.minimap,
            GraphAction::Export => self.ask_where_to_export(),
            GraphAction::Compare => {
                let on = !self.changes_tab.on_drawing;
                self.apply_to_changes(CompareCommand::OnDrawing(on));
            }
            GraphAction::Ask => self.apply_to_questions(ask::Command::Toggle),
            GraphAction::AskAbout(kind) => self.ask_about_selection(kind),
            GraphAction::ColourBy(by) => self.apply_to_graph(Command::ColourBy(by)),
        }
    }
}
