//! The list of client apps: searchable, virtual, grouped when asked, with a word on what is special
//! about each and the file it is in.

use std::collections::HashSet;
use std::sync::Arc;

use egui::{Key, Modifiers, RichText, Sense, Ui, vec2};

use crate::config::ClientKey;
use crate::studio::theme::icons;

use super::super::analysis::Analysis;
use super::super::command::{Action, Command};
use super::super::graph_tab::{GraphAction, Looking, Passing};
use super::super::selection::Selection;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::user_state::Grouping;
use super::super::widgets::{action_button_ui, action_menu_ui, empty_ui, row_keys};
use super::bars::counted;

mod look;
mod rows;

pub use look::document_words;
use look::{accessible_name, client_row_ui, document_row_ui, heading_ui};
use rows::{Group, Row, Wanted};

const ROW_HEIGHT: f32 = 44.0;
const HEADING_HEIGHT: f32 = 28.0;

/// What the rows were made for.
#[derive(Clone, Debug)]
struct MadeFor {
    revision: u64,
    search: String,
    /// The filter and the analysis it was applied to.
    passing: Option<(Arc<Looking>, Arc<Analysis>)>,
    grouping: Grouping,
    folded: usize,
}

impl PartialEq for MadeFor {
    fn eq(&self, other: &Self) -> bool {
        let passing = match (&self.passing, &other.passing) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(&a.0, &b.0) && Arc::ptr_eq(&a.1, &b.1),
            _ => false,
        };
        passing
            && self.revision == other.revision
            && self.search == other.search
            && self.grouping == other.grouping
            && self.folded == other.folded
    }
}

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct ClientList {
    pub search: String,
    /// The client apps that match, for the graph.
    matches: Vec<ClientKey>,
    rows: Vec<Row>,
    /// Where each row begins, and where the last one ends.
    tops: Vec<f32>,
    folded: HashSet<Group>,
    /// Counts every folding and unfolding.
    foldings: usize,
    made_for: Option<MadeFor>,
    scroll_to: Option<usize>,
    /// The row that gets the keyboard when it is drawn.
    focus: Option<usize>,
    last_selection: Option<Selection>,
    /// Whose menu was opened by the keyboard.
    menu: Option<Selection>,
}

impl ClientList {
    /// The client apps that match the search; `None` when nothing is searched for.
    pub fn search_matches(&self) -> Option<&[ClientKey]> {
        (!self.search.trim().is_empty()).then_some(self.matches.as_slice())
    }

    fn refresh(&mut self, state: &State) {
        let key = MadeFor {
            revision: state.project.revision(),
            search: self.search.clone(),
            passing: state.graph.passing().map(Passing::of),
            grouping: state.user.grouping,
            folded: self.foldings,
        };
        if self.made_for.as_ref() == Some(&key) {
            return;
        }
        let needle = self.search.trim().to_lowercase();
        let passing = state.graph.passing().map(|it| it.clients_of(&state.project));
        let wanted = Wanted { needle: &needle, passing: passing.as_ref() };
        self.matches = rows::matching(&state.project, wanted).collect();
        self.rows = rows::rows(&state.project, key.grouping, wanted, &self.folded);
        self.tops = vec![0.0];
        for row in &self.rows {
            let top = self.tops.last().copied().unwrap_or_default();
            self.tops.push(top + height(row));
        }
        self.made_for = Some(key);
    }

    fn fold(&mut self, group: Group) {
        self.foldings += 1;
        if !self.folded.remove(&group) {
            self.folded.insert(group);
        }
    }
}

fn height(row: &Row) -> f32 {
    if row.is_heading() { HEADING_HEIGHT } else { ROW_HEIGHT }
}

pub fn clients_ui(ui: &mut Ui, list: &mut ClientList, state: &State, commands: &mut Vec<Command>) {
    list.refresh(state);
    search_ui(ui, list, state, commands);
    ui.add_space(2.0);
    if state.project.files().is_empty() {
        empty_ui(ui, "No client apps", "Open a file or a folder, or drop one here.");
        return;
    }
    grouping_ui(ui, list, state, commands);
    filtered_ui(ui, state, commands);
    if list.rows.is_empty() {
        if state.project.clients().is_empty() {
            empty_ui(ui, "No client apps", "Add one with Client app > New client app…");
        } else {
            empty_ui(
                ui,
                "Nothing matches",
                "Search looks at names, ids, files, issuers, subjects.",
            );
        }
        return;
    }
    follow_selection(list, state);
    rows_ui(ui, list, state, commands);
}

/// That a filter leaves client apps out, and the way back.
fn filtered_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(passing) = state.graph.passing() else { return };
    let words = state.graph.looking().words(&state.analysis.project);
    ui.horizontal(|ui| {
        ui.label(icons::ICON_FILTER_ALT.rich_text().color(Tokens::of(ui).caution));
        let (left, all) = (passing.clients(), state.analysis.project.clients().len());
        let text = RichText::new(format!("{left} of {all} pass the filter")).small();
        ui.label(text).on_hover_text(format!("Shown is only: {words}"));
        let clear = Action::Graph(GraphAction::ClearFilter);
        action_button_ui(ui, state, clear, icons::ICON_FILTER_ALT_OFF, commands);
    });
}

fn search_ui(ui: &mut Ui, list: &mut ClientList, state: &State, commands: &mut Vec<Command>) {
    let field = egui::TextEdit::singleline(&mut list.search)
        .hint_text(format!("Search {}", counted(state.project.clients().len(), "client app")))
        .id_salt("client-search")
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 6));
    let response = ui.add(field).accessible_name("Search client apps");
    if state.requests.focus_search {
        response.request_focus();
    }
    if response.lost_focus()
        && ui.input(|input| input.key_pressed(Key::Enter))
        && let Some(first) = list.matches.first()
    {
        commands.push(Command::Reveal(Selection::Client(*first)));
    }
    if response.has_focus() {
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            list.search.clear();
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown)) {
            list.focus = (!list.rows.is_empty()).then_some(0);
            list.scroll_to = list.focus;
        }
    }
}

/// What the list is grouped by, and how many it shows.
fn grouping_ui(ui: &mut Ui, list: &ClientList, state: &State, commands: &mut Vec<Command>) {
    let chosen = state.user.grouping;
    let choices = [
        (Grouping::None, "No groups", Action::ListAll),
        (Grouping::File, "By file", Action::GroupByFile),
        (Grouping::Subscription, "By subscription", Action::GroupBySubscription),
    ];
    let label = choices.iter().find(|(it, ..)| *it == chosen).map_or("", |(_, label, _)| label);
    ui.horizontal(|ui| {
        egui::ComboBox::from_id_salt("grouping")
            .selected_text(RichText::new(label).small())
            .width(118.0)
            .show_ui(ui, |ui| {
                for (grouping, label, action) in choices {
                    if ui.selectable_label(grouping == chosen, label).clicked() {
                        commands.push(Command::Act(action));
                    }
                }
            })
            .response
            .accessible_name(format!("Grouping: {label}"));
        if !list.search.trim().is_empty() {
            let found = format!("{} found", list.matches.len());
            ui.label(RichText::new(found).small().color(Tokens::of(ui).text_weak));
        }
    });
}

/// Scrolls to what was selected elsewhere.
fn follow_selection(list: &mut ClientList, state: &State) {
    if list.last_selection == state.selection {
        return;
    }
    list.last_selection = state.selection.clone();
    if let Some(selection) = &state.selection {
        list.scroll_to = list
            .rows
            .iter()
            .position(|row| row.selection(&state.project).as_ref() == Some(selection));
    }
}

fn rows_ui(ui: &mut Ui, list: &mut ClientList, state: &State, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = egui::ScrollArea::vertical().auto_shrink([false, false]);
    let (shown, wanted) = (ui.available_height(), list.scroll_to.take());
    let id = ui.make_persistent_id("rows-offset");
    if let Some(row) = wanted.filter(|row| *row < list.rows.len()) {
        // What is in view stays where it is.
        let offset: f32 = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        let (top, bottom) = (list.tops[row], list.tops[row + 1]);
        if top < offset || bottom > offset + shown {
            area = area.vertical_scroll_offset((top - shown * 0.4).max(0.0));
        }
    }
    let total = list.tops.last().copied().unwrap_or_default();
    let output = area.show_viewport(ui, |ui, viewport| {
        ui.set_height(total);
        let first = list.tops.partition_point(|top| *top <= viewport.min.y).saturating_sub(1);
        let mut focused = None;
        let base = ui.max_rect().min;
        for row in first..list.rows.len() {
            let top = list.tops[row];
            if top > viewport.max.y {
                break;
            }
            let size = vec2(ui.available_width(), height(&list.rows[row]));
            let rect = egui::Rect::from_min_size(base + vec2(0.0, top), size);
            let response = row_ui(ui, list, state, row, rect, commands);
            if list.focus == Some(row) {
                response.request_focus();
                list.focus = None;
            }
            if response.has_focus() {
                focused = Some((row, response));
            }
        }
        if let Some((row, response)) = focused {
            keys_ui(ui, list, state, row, &response, commands);
        }
    });
    ui.data_mut(|data| data.insert_temp(id, output.state.clamped_offset().y));
}

/// Arrow keys go from row to row, also to rows that are out of view; left and right fold.
fn keys_ui(
    ui: &Ui,
    list: &mut ClientList,
    state: &State,
    row: usize,
    response: &egui::Response,
    commands: &mut Vec<Command>,
) {
    let filter =
        egui::EventFilter { vertical_arrows: true, horizontal_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let last = list.rows.len() - 1;
    if let Some(next) = row_keys(ui, row, last, 10) {
        list.focus = Some(next);
        list.scroll_to = Some(next);
        if let Some(selection) = list.rows[next].selection(&state.project) {
            commands.push(Command::Select(Some(selection.clone())));
            // The list brings the row into view itself.
            list.last_selection = Some(selection);
        }
        ui.request_repaint();
    }
    if let Some(group) = list.rows[row].group(&state.project) {
        let folded = list.folded.contains(&group);
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if (folded && pressed(Key::ArrowRight)) || (!folded && pressed(Key::ArrowLeft)) {
            list.fold(group);
            list.focus = Some(row);
            ui.request_repaint();
        }
    }
}

fn row_ui(
    ui: &mut Ui,
    list: &mut ClientList,
    state: &State,
    row: usize,
    rect: egui::Rect,
    commands: &mut Vec<Command>,
) -> egui::Response {
    let tokens = Tokens::of(ui);
    let kind = list.rows[row].clone();
    let selection = kind.selection(&state.project);
    let selected = selection.is_some() && state.selection == selection;
    // A name that stays with the row while counts change and rows move.
    let id = ui.scope_id().with(("row", &selection, kind.is_heading()));
    let response = ui.interact(rect, id, Sense::click());
    let name = accessible_name(state, &kind);
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, true, selected, name.as_str())
    });
    let group = kind.group(&state.project);
    // A heading folds at its arrow, and where there is nothing to select.
    let arrow = group.is_some()
        && response.interact_pointer_pos().is_some_and(|pos| pos.x < rect.left() + 26.0);
    match (&selection, group.clone()) {
        (_, Some(group)) if response.clicked() && (arrow || selection.is_none()) => {
            list.fold(group);
            ui.request_repaint();
        }
        (Some(selection), _) if response.clicked() => {
            commands.push(Command::Reveal(selection.clone()));
        }
        _ => {}
    }
    if let Some(selection) = &selection {
        if response.secondary_clicked() {
            commands.push(Command::Select(Some(selection.clone())));
        }
        response.context_menu(|ui| menu_ui(ui, state, false, commands));
        key_menu_ui(ui, list, state, (row, selection), &response, commands);
    }
    let fill = if selected {
        tokens.accent_soft
    } else if response.hovered() || response.has_focus() {
        tokens.hovered
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), theme::RADIUS, fill);
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, tokens.accent);
        ui.painter().rect_stroke(rect.shrink(1.0), theme::RADIUS, stroke, egui::StrokeKind::Inside);
    }
    let folded = group.is_some_and(|group| list.folded.contains(&group));
    match &kind {
        Row::File(..) | Row::Subscription(..) => heading_ui(ui, state, &kind, rect, folded),
        Row::Client(key) => client_row_ui(ui, state, *key, rect),
        Row::Document(file, document) => document_row_ui(ui, state, (*file, *document), rect),
    }
    match &kind {
        Row::Client(key) => {
            let client = state.project.client(*key);
            let id = client.id.as_ref().map_or("no id stated", |id| id.value.as_str());
            response.on_hover_text(format!("{id}\n{}", state.project.describe_place(client.place)))
        }
        _ => response,
    }
}

/// The same menu, opened by the keyboard below its row. The keyboard goes into it, and back to the
/// row when it closes.
fn key_menu_ui(
    ui: &Ui,
    list: &mut ClientList,
    state: &State,
    (row, selection): (usize, &Selection),
    response: &egui::Response,
    commands: &mut Vec<Command>,
) {
    let opens = response.has_focus()
        && ui.input_mut(|input| {
            input.consume_key(Modifiers::NONE, Key::Menu)
                || input.consume_key(Modifiers::SHIFT, Key::F10)
        });
    let was_open = list.menu.as_ref() == Some(selection);
    if opens {
        commands.push(Command::Select(Some(selection.clone())));
        list.menu = Some(selection.clone());
    }
    let popup = egui::Popup::menu(response)
        .id(response.id.with("menu by keyboard"))
        .open_memory(opens.then_some(egui::SetOpenCommand::Bool(true)));
    let is_open = popup.is_open() || opens;
    let before = commands.len();
    popup.show(|ui| {
        let enters = |memory: &egui::Memory| memory.focused().is_none_or(|it| it == response.id);
        let enters = was_open && ui.memory(enters);
        menu_ui(ui, state, enters, commands);
    });
    if was_open && !is_open {
        list.menu = None;
        // What was chosen may have brought a dialog.
        if commands.len() == before && state.dialog.is_none() {
            list.focus = Some(row);
        }
    }
}

/// What can be done with what a row stands for; the row was selected first. The keyboard may
/// enter at its first entry.
fn menu_ui(ui: &mut Ui, state: &State, mut enters: bool, commands: &mut Vec<Command>) {
    for (at, group) in Action::ON_SELECTION.iter().enumerate() {
        if at > 0 {
            ui.separator();
        }
        for action in *group {
            let entry = action_menu_ui(ui, state, *action, commands);
            if enters && entry.enabled() {
                entry.request_focus();
                enters = false;
            }
        }
    }
}
