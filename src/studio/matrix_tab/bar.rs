//! The bar over the matrix: what is shown, how it is sorted, what the marks mean.

use egui::{RichText, Sense, Ui};
use egui_material_icons::icons;

use super::paint::{self, CELL};
use super::state::Command;
use super::table::{Look, Table};
use super::words::TOTALS;
use crate::studio::command::{Action, Command as Main};
use crate::studio::panels::bars::counted;
use crate::studio::state::State;
use crate::studio::theme::Tokens;
use crate::studio::widgets::{icon_button_ui, tick_ui};
use crate::trust::matrix::{Order, View};
use crate::trust::{Actor, Reading};

pub fn bar_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let tokens = Tokens::of(ui);
    let frame = egui::Frame::new().fill(tokens.panel).inner_margin(egui::Margin::symmetric(8, 5));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing = egui::vec2(6.0, 4.0);
        let mut view = state.matrix.view.clone();
        ui.horizontal_wrapped(|ui| whose_ui(ui, state, &mut view, commands));
        ui.horizontal_wrapped(|ui| which_ui(ui, &mut view));
        ui.horizontal_wrapped(|ui| legend_ui(ui, state));
        if view != state.matrix.view {
            commands.push(Main::Matrix(Command::Show(Box::new(view))));
        }
    });
}

/// Under which reading, with whose credentials, how far.
fn whose_ui(ui: &mut Ui, state: &State, view: &mut View, commands: &mut Vec<Main>) {
    label_ui(ui, "Reading");
    let mut reading = state.reading;
    let readings = Reading::ALL.map(|reading| (reading, reading.name().to_owned()));
    pick_ui(ui, "Reading of the matrix", 178.0, &mut reading, &readings)
        .on_hover_text(state.reading.sentence());
    if reading != state.reading {
        commands.push(Main::SetReading(reading));
    }
    ui.separator();
    for actor in Actor::ALL {
        let label = capital(actor.label());
        let button = egui::Button::selectable(actor == view.actor, label);
        if ui.add(button).on_hover_text(actor.sentence()).clicked() {
            view.actor = actor;
        }
    }
    ui.separator();
    label_ui(ui, "Within");
    let hops = [1, 2, 3, 4, 5, 6, 8, 10, u32::MAX].map(|hops| {
        let label = match hops {
            u32::MAX => "any hops".to_owned(),
            1 => "1 hop".to_owned(),
            hops => format!("{hops} hops"),
        };
        (hops, label)
    });
    pick_ui(ui, "Hops of the matrix", 84.0, &mut view.max_hops, &hops)
        .on_hover_text("Hops of the longest chain that fills a cell");
    ui.separator();
    let reason = state.cannot_save_matrix();
    ui.add_enabled_ui(reason.is_none(), |ui| {
        let response = icon_button_ui(ui, icons::ICON_DOWNLOAD, "Save as CSV…");
        let response = response
            .on_hover_text("One line a cell, as exchange-studio matrix --format csv writes it");
        if response.on_disabled_hover_text(reason.unwrap_or_default()).clicked() {
            commands.push(Main::Act(Action::SaveMatrix));
        }
    });
}

/// Which rows and columns, in which order.
fn which_ui(ui: &mut Ui, view: &mut View) {
    let orders = [
        (Order::Project, "as in the files".to_owned()),
        (Order::Name, "by name".to_owned()),
        (Order::Count, "by total".to_owned()),
    ];
    label_ui(ui, "Rows");
    filter_ui(ui, "Filter rows", &mut view.rows);
    pick_ui(ui, "Order of rows", 104.0, &mut view.row_order, &orders);
    ui.separator();
    label_ui(ui, "Columns");
    filter_ui(ui, "Filter columns", &mut view.columns);
    pick_ui(ui, "Order of columns", 104.0, &mut view.column_order, &orders);
    ui.separator();
    tick_ui(ui, &mut view.only_access, "Only with access")
        .on_hover_text("Leaves out rows and columns without any access");
    tick_ui(ui, &mut view.externals, "External identities")
        .on_hover_text("Rows for external identities, whose tokens brokers may bring");
    let is_filtered = !view.rows.trim().is_empty() || !view.columns.trim().is_empty();
    if is_filtered && ui.button("Clear the filters").clicked() {
        clear(view);
    }
}

/// Takes back what leaves out rows and columns by name.
pub fn clear(view: &mut View) {
    view.rows.clear();
    view.columns.clear();
}

fn legend_ui(ui: &mut Ui, state: &State) {
    let tokens = Tokens::of(ui);
    for (look, hops, words) in [
        (Look::Allowed, 1, "allowed"),
        (Look::NotStated, 1, "some conditions not stated"),
        (Look::Refused, 0, "permitted, but refused"),
        (Look::Chain, 2, "a chain of so many hops, potential"),
    ] {
        let (rect, _) = ui.allocate_exact_size(CELL, Sense::hover());
        let galley = paint::digits(ui.painter(), &tokens, hops);
        paint::mark(ui.painter(), &tokens, rect, look, hops, galley);
        ui.label(RichText::new(words).size(12.0).color(tokens.text_weak));
    }
    ui.separator();
    if let Some(table) = state.matrix.table() {
        let text = RichText::new(shown(table)).size(12.0);
        ui.label(text).on_hover_text(TOTALS);
    }
    if !is_up_to_date(state) {
        ui.spinner();
        ui.label(RichText::new("being brought up to date").size(12.0).color(tokens.text_weak));
    }
}

fn is_up_to_date(state: &State) -> bool {
    state.matrix.is_current(&state.analysis)
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

fn filter_ui(ui: &mut Ui, name: &str, text: &mut String) {
    let field = egui::TextEdit::singleline(text)
        .hint_text("part of a name")
        .desired_width(110.0)
        .min_size(egui::vec2(0.0, 26.0))
        .align(egui::Align2::LEFT_CENTER)
        .margin(egui::Margin::symmetric(6, 0));
    ui.add(field).accessible_name(name);
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

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
