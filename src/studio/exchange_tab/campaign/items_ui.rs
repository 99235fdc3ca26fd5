//! All exchanges of a sweep as a table. Rows are virtual, so ten thousand cost what thirty do.

use egui::{RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::theme::Tokens;
use super::super::super::widgets::row_keys;
use super::items::{Filter, Sort, expected_word, observed_word};
use super::shared_ui::{edge_of, line_ui, take_on_ui, weak_ui};
use super::sweep::Outcome;
use super::sweep_ui::is_current;
use super::{Command, to_window};
use crate::exchange::ask::Observed;
use crate::exchange::sweep::Tried;
use crate::studio::theme::icons;

const ROW: f32 = 24.0;

/// What the table remembers of the keyboard between frames.
#[derive(Clone, Copy, Debug, Default)]
struct Keyboard {
    /// The row that gets it when it is drawn.
    focus: Option<usize>,
    /// The row that has it, and its widget.
    has: Option<(usize, egui::Id)>,
}

pub fn items_ui(ui: &mut Ui, state: &State, outcome: &Outcome, commands: &mut Vec<WindowCommand>) {
    let items = &state.exchange.campaign.sweep.items;
    ui.horizontal_wrapped(|ui| {
        for (filter, count) in Filter::ALL.into_iter().zip(items.counts) {
            if count == 0 && filter != Filter::All && filter != items.filter {
                continue;
            }
            let chosen = items.filter == filter;
            let label = format!("{} ({count})", filter.label());
            let button = egui::Button::selectable(chosen, RichText::new(label).size(12.5));
            let response = ui.add(button);
            let name = format!("Show {}: {count}", filter.label().to_lowercase());
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::Button, true, chosen, &name)
            });
            if response.clicked() {
                commands.push(to_window(Command::FilterItems(filter)));
            }
        }
    });
    let chosen = items.chosen.and_then(|place| Some((place, outcome.report.items.get(place)?)));
    if let Some((place, item)) = chosen {
        egui::Panel::bottom("chosen-exchange")
            .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(0, 6)))
            .resizable(false)
            .show(ui, |ui| chosen_ui(ui, state, outcome, place, item, commands));
    }
    egui::CentralPanel::no_frame().show(ui, |ui| table_ui(ui, state, outcome, commands));
}

/// The row that was chosen, in full.
fn chosen_ui(
    ui: &mut Ui,
    state: &State,
    outcome: &Outcome,
    place: usize,
    item: &Tried,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    ui.add(egui::Label::new(item.label()).wrap());
    let expected = expected_word(item.expected);
    let surely = if item.certain { "" } else { ", as far as is stated" };
    weak_ui(ui, &format!("The files say: {expected}{surely}."));
    let (icon, color) = look(&tokens, item);
    line_ui(ui, icon, color, &item.server, false);
    for check in &item.checks_failed {
        let text = format!("{}: {}", check.id, check.finding);
        line_ui(ui, icons::ICON_ERROR, tokens.bad, &text, false);
    }
    ui.horizontal(|ui| {
        if let Some(question) = outcome.question(place).filter(|_| is_current(state, outcome)) {
            take_on_ui(ui, state, outcome.plan.reading, question, commands);
        }
        if ui.small_button("Close").clicked() {
            commands.push(to_window(Command::ChooseItem(None)));
        }
    });
}

/// Mark and colour of what the server did.
fn look(tokens: &Tokens, item: &Tried) -> (icons::MaterialIcon, egui::Color32) {
    match (item.agrees, item.observed) {
        (Some(false), _) => (icons::ICON_DIFFERENCE, tokens.bad),
        (Some(true), _) => (icons::ICON_CHECK, tokens.good),
        (None, Observed::NotTried) => (icons::ICON_REMOVE, tokens.text_weak),
        (None, _) => (icons::ICON_QUESTION_MARK, tokens.caution),
    }
}

fn table_ui(ui: &mut Ui, state: &State, outcome: &Outcome, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let items = &state.exchange.campaign.sweep.items;
    if items.rows.is_empty() {
        weak_ui(ui, "None is so.");
        return;
    }
    let memory = egui::Id::unique("sweep-items-keyboard");
    let mut keyboard: Keyboard = ui.data(|data| data.get_temp(memory)).unwrap_or_default();
    if let Some(row) = keys_ui(ui, keyboard, items.rows.len()) {
        keyboard.focus = Some(row);
        choose(state, outcome, items.rows[row] as usize, commands);
        ui.ctx().request_repaint();
    }
    let mut builder = TableBuilder::new(ui)
        .striped(false)
        .sense(Sense::click())
        .resizable(true)
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::remainder().at_least(90.0).clip(true))
        .column(Column::remainder().at_least(110.0).clip(true))
        .column(Column::remainder().at_least(90.0).clip(true))
        .column(Column::initial(84.0).at_least(70.0).clip(true))
        .column(Column::initial(108.0).at_least(90.0).clip(true))
        .column(Column::initial(62.0).at_least(50.0).clip(true));
    if let Some(row) = keyboard.focus {
        builder = builder.scroll_to_row(row, None);
    }
    let mut now = None;
    builder
        .header(ROW, |mut header| {
            for (title, by) in [
                ("Requester", Sort::Requester),
                ("Token", Sort::Subject),
                ("For", Sort::Target),
                ("Files", Sort::Expected),
                ("Server", Sort::Observed),
                ("ms", Sort::Time),
            ] {
                header.col(|ui| {
                    if heading_ui(ui, title, by, items.sort) {
                        commands.push(to_window(Command::SortItems(by)));
                    }
                });
            }
        })
        .body(|body| {
            body.rows(ROW, items.rows.len(), |mut row| {
                let at = row.index();
                let place = items.rows[at] as usize;
                let item = &outcome.report.items[place];
                let selected = items.chosen == Some(place);
                row.set_selected(selected);
                let ms = item.ms.map(|ms| format!("{ms:.0}")).unwrap_or_default();
                let subject = item.subject.label();
                let subject = subject.strip_prefix("a token of ").unwrap_or(&subject).to_owned();
                for text in [&item.requester.name, &subject, &item.target.name] {
                    row.col(|ui| cell_ui(ui, text, tokens.text));
                }
                row.col(|ui| cell_ui(ui, expected_word(item.expected), tokens.text_weak));
                let (icon, color) = look(&tokens, item);
                row.col(|ui| {
                    ui.label(icon.rich_text().size(14.0).color(color));
                    cell_ui(ui, observed_word(item.observed), color);
                });
                row.col(|ui| cell_ui(ui, &ms, tokens.text_weak));
                let response = row.response();
                response.widget_info(|| {
                    let name = format!(
                        "{}: files {}, server {}",
                        item.label(),
                        expected_word(item.expected),
                        observed_word(item.observed)
                    );
                    egui::WidgetInfo::selected(egui::Role::Button, true, selected, name)
                });
                if keyboard.focus == Some(at) {
                    response.request_focus();
                    keyboard.focus = None;
                }
                if response.has_focus() {
                    now = Some((at, response.id));
                }
                if response.clicked() {
                    choose(state, outcome, place, commands);
                }
                response.on_hover_text(&item.server);
            });
        });
    keyboard.has = now;
    ui.data_mut(|data| data.insert_temp(memory, keyboard));
}

fn cell_ui(ui: &mut Ui, text: &str, color: egui::Color32) {
    ui.add(egui::Label::new(RichText::new(text).color(color)).truncate().selectable(false));
}

/// Chooses a row, and selects its arrow while the files are as they were.
fn choose(state: &State, outcome: &Outcome, place: usize, commands: &mut Vec<WindowCommand>) {
    commands.push(to_window(Command::ChooseItem(Some(place))));
    if let Some(question) = outcome.question(place).filter(|_| is_current(state, outcome)) {
        let edge = edge_of(&state.project, outcome.plan.reading, question);
        commands.push(WindowCommand::Select(edge));
    }
}

/// A heading that sorts; true when it was pressed.
fn heading_ui(ui: &mut Ui, title: &str, by: Sort, sort: (Sort, bool)) -> bool {
    let response = ui.add(egui::Button::new(RichText::new(title).strong()).frame(false));
    let down = (sort.0 == by).then_some(sort.1);
    response.widget_info(|| {
        let order = match down {
            None => "",
            Some(false) => ", sorted upwards",
            Some(true) => ", sorted downwards",
        };
        egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Sort by {title}{order}"))
    });
    if let Some(down) = down {
        let icon = if down { icons::ICON_ARROW_DOWNWARD } else { icons::ICON_ARROW_UPWARD };
        ui.label(icon.rich_text().size(13.0));
    }
    response.clicked()
}

/// Arrow keys go from row to row, also to rows that are out of view; gives the row they go to.
fn keys_ui(ui: &Ui, keyboard: Keyboard, count: usize) -> Option<usize> {
    let (row, id) = keyboard.has?;
    if !ui.memory(|memory| memory.has_focus(id)) {
        return None;
    }
    let filter = egui::EventFilter { vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    row_keys(ui, row.min(count - 1), count - 1, 20)
}
