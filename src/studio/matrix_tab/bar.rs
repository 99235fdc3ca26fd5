//! The bar over the matrix: what is shown, how it is sorted, what the marks mean.

use egui::{RichText, Sense, Ui};

use super::paint::{self, CELL};
use super::sorting::order_ui;
use super::state::Command;
use super::table::{Look, Table};
use super::words::{self, Axis, TOTALS};
use crate::studio::command::{Action, Command as Main};
use crate::studio::graph_tab::{filter_button_ui, filtered_ui};
use crate::studio::panels::bars::counted;
use crate::studio::state::State;
use crate::studio::theme::Tokens;
use crate::studio::theme::icons;
use crate::studio::widgets::{capital, small_icon_ui, tick_ui};
use crate::trust::matrix::View;
use crate::trust::{Actor, Reading};

/// Between groups of controls.
const GAP: f32 = 9.0;
/// A small button.
const CLEAR: f32 = 24.0;

/// Controls that stay together where a row has no room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Reading,
    Actor,
    Hops,
    Filter,
    Save,
    Rows,
    Columns,
    Ticks,
    Mark(Look),
    Shown,
}

impl Group {
    /// The bar where there is room, from above.
    const BAR: [&'static [Self]; 3] = [
        &[Self::Reading, Self::Actor, Self::Hops, Self::Filter, Self::Save],
        &[Self::Rows, Self::Columns, Self::Ticks],
        &[
            Self::Mark(Look::Allowed),
            Self::Mark(Look::NotStated),
            Self::Mark(Look::Refused),
            Self::Mark(Look::Chain),
            Self::Shown,
        ],
    ];

    /// The bar where cells have hardly any room: their tooltips say what the marks mean.
    const SHORT: [&'static [Self]; 3] = [Self::BAR[0], Self::BAR[1], &[Self::Shown]];

    /// The room it takes, at most.
    fn width(self) -> f32 {
        match self {
            Self::Reading => 250.0,
            Self::Actor => 205.0,
            Self::Hops => 155.0,
            Self::Filter => 34.0,
            Self::Save => 140.0,
            Self::Rows => 310.0,
            Self::Columns => 330.0,
            Self::Ticks => 290.0,
            Self::Mark(Look::Allowed) => 90.0,
            Self::Mark(Look::NotStated) => 200.0,
            Self::Mark(Look::Refused) => 165.0,
            Self::Mark(Look::Chain) => 240.0,
            Self::Shown => 250.0,
        }
    }

    /// Whether a line is drawn before it.
    fn is_set_apart(self) -> bool {
        !matches!(self, Self::Mark(_))
    }
}

pub fn bar_ui(ui: &mut Ui, state: &State, is_short: bool, commands: &mut Vec<Main>) {
    let tokens = Tokens::of(ui);
    let frame = egui::Frame::new().fill(tokens.panel).inner_margin(egui::Margin::symmetric(8, 5));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 4.0);
        let mut view = state.matrix.view.clone();
        let room = ui.available_width();
        let bar = if is_short { Group::SHORT } else { Group::BAR };
        for groups in bar.into_iter().flat_map(|groups| wrapped(groups, room)) {
            ui.horizontal(|ui| {
                for (at, group) in groups.iter().enumerate() {
                    if at > 0 && group.is_set_apart() {
                        line_ui(ui);
                    }
                    group_ui(ui, *group, state, &mut view, commands);
                }
            });
        }
        filtered_ui(ui, state, commands);
        if view != state.matrix.view {
            commands.push(Main::Matrix(Command::Show(Box::new(view))));
        }
    });
}

/// Groups in rows of so much room; each group is whole.
fn wrapped(groups: &'static [Group], room: f32) -> Vec<&'static [Group]> {
    let mut rows = Vec::new();
    let mut rest = groups;
    while !rest.is_empty() {
        let mut used = 0.0;
        let fits = rest.iter().take_while(|group| {
            used += group.width() + GAP;
            used <= room + GAP
        });
        let (row, after) = rest.split_at(fits.count().max(1));
        rows.push(row);
        rest = after;
    }
    rows
}

fn line_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(GAP, 26.0), Sense::hover());
    let line = egui::Stroke::new(1.0, Tokens::of(ui).line);
    ui.painter().vline(rect.center().x, rect.y_range().shrink(4.0), line);
}

fn group_ui(ui: &mut Ui, group: Group, state: &State, view: &mut View, commands: &mut Vec<Main>) {
    match group {
        Group::Reading => reading_ui(ui, state, commands),
        Group::Actor => actor_ui(ui, view),
        Group::Hops => hops_ui(ui, view),
        Group::Filter => filter_button_ui(ui, state, commands),
        Group::Save => save_ui(ui, state, commands),
        Group::Rows => {
            label_ui(ui, "Rows");
            order_ui(ui, state, Axis::Rows, view, commands);
            filter_ui(ui, "rows", &mut view.rows);
        }
        Group::Columns => {
            label_ui(ui, "Columns");
            order_ui(ui, state, Axis::Columns, view, commands);
            filter_ui(ui, "columns", &mut view.columns);
        }
        Group::Ticks => {
            tick_ui(ui, &mut view.only_access, "Only with access")
                .on_hover_text("Leaves out rows and columns without any access");
            tick_ui(ui, &mut view.externals, "External identities")
                .on_hover_text("Rows for external identities, whose tokens brokers may bring");
        }
        Group::Mark(look) => mark_ui(ui, look),
        Group::Shown => shown_ui(ui, state),
    }
}

fn reading_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    label_ui(ui, "Reading");
    let mut reading = state.reading;
    let readings = Reading::ALL.map(|reading| (reading, reading.name().to_owned()));
    pick_ui(ui, "Reading of the matrix", 178.0, &mut reading, &readings)
        .on_hover_text(state.reading.sentence());
    if reading != state.reading {
        commands.push(Main::SetReading(reading));
    }
}

fn actor_ui(ui: &mut Ui, view: &mut View) {
    for actor in Actor::ALL {
        let label = capital(actor.label());
        let button = egui::Button::selectable(actor == view.actor, label);
        if ui.add(button).on_hover_text(actor.sentence()).clicked() {
            view.actor = actor;
        }
    }
}

fn hops_ui(ui: &mut Ui, view: &mut View) {
    label_ui(ui, "Within");
    let hops = [1, 2, 3, 4, 5, 6, 8, 10, u32::MAX].map(|hops| {
        let label = match hops {
            u32::MAX => "any hops".to_owned(),
            hops => words::hops(hops),
        };
        (hops, label)
    });
    pick_ui(ui, "Hops of the matrix", 84.0, &mut view.max_hops, &hops)
        .on_hover_text("Hops of the longest chain that fills a cell");
}

fn save_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let reason = state.cannot_save_matrix();
    let name = "Save as CSV…";
    let button = egui::Button::new((icons::ICON_DOWNLOAD.rich_text().size(15.0), name));
    let response = ui
        .add_enabled(reason.is_none(), button)
        .accessible_name(name)
        .on_hover_text("One line a cell, as exchange-studio matrix --format csv writes it")
        .on_disabled_hover_text(reason.unwrap_or_default());
    if response.clicked() {
        commands.push(Main::Act(Action::SaveMatrix));
    }
}

/// Takes back what leaves out rows and columns by name.
pub fn clear(view: &mut View) {
    view.rows.clear();
    view.columns.clear();
}

fn mark_ui(ui: &mut Ui, look: Look) {
    let tokens = Tokens::of(ui);
    let (hops, words) = match look {
        Look::Allowed => (1, "allowed"),
        Look::NotStated => (1, "some conditions not stated"),
        Look::Refused => (0, "permitted, but refused"),
        Look::Chain => (2, "a chain of so many hops, potential"),
    };
    let (rect, _) = ui.allocate_exact_size(CELL, Sense::hover());
    let galley = paint::digits(ui.painter(), &tokens, hops);
    paint::mark(ui.painter(), &tokens, rect, look, hops, galley);
    ui.label(RichText::new(words).size(12.0).color(tokens.text_weak));
}

fn shown_ui(ui: &mut Ui, state: &State) {
    if !is_up_to_date(state) {
        ui.add(egui::Spinner::new().size(16.0));
        let text = RichText::new("being brought up to date").size(12.0);
        ui.label(text.color(Tokens::of(ui).text_weak));
    } else if let Some(table) = state.matrix.table() {
        ui.label(RichText::new(shown(table)).size(12.0)).on_hover_text(TOTALS);
    }
}

fn is_up_to_date(state: &State) -> bool {
    state.is_matrix_current()
        && state.analysis.project.revision() == state.project.revision()
        && state.analysis.graph.reading == state.reading
}

/// How much of it is shown.
pub fn shown(table: &Table) -> String {
    let (rows, columns) = table.whole();
    let of = |shown: usize, whole: usize, thing: &str| match shown == whole {
        true => counted(whole, thing),
        false => format!("{shown} of {}", counted(whole, thing)),
    };
    format!(
        "{}, {}",
        of(table.matrix.rows().len(), rows, "row"),
        of(table.matrix.columns().len(), columns, "column")
    )
}

fn label_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).size(12.5).color(Tokens::of(ui).text_weak));
}

fn filter_ui(ui: &mut Ui, what: &str, text: &mut String) {
    let field = egui::TextEdit::singleline(text)
        .hint_text("Filter by name")
        .desired_width(104.0)
        .min_size(egui::vec2(0.0, 26.0))
        .align(egui::Align2::LEFT_CENTER)
        .margin(egui::Margin::symmetric(6, 0));
    ui.add(field).accessible_name(format!("Filter {what}"));
    // Its room is kept, so that nothing moves while somebody types.
    if text.is_empty() {
        ui.allocate_exact_size(egui::Vec2::splat(CLEAR), Sense::hover());
    } else if small_icon_ui(ui, icons::ICON_CLOSE, &format!("Clear the filter of {what}")) {
        text.clear();
    }
}

fn pick_ui<T: PartialEq + Copy>(
    ui: &mut Ui,
    name: &str,
    width: f32,
    value: &mut T,
    choices: &[(T, String)],
) -> egui::Response {
    let chosen = choices.iter().find(|(choice, _)| choice == value);
    let label = chosen.map_or("", |(_, label)| label.as_str());
    egui::ComboBox::from_id_salt(name)
        .selected_text(label)
        .width(width)
        .height(320.0)
        .show_ui(ui, |ui| {
            for (choice, label) in choices {
                ui.selectable_value(value, *choice, label);
            }
        })
        .response
        .accessible_name(format!("{name}: {label}"))
}
