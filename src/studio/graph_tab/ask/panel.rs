//! The question in the window: what is asked, about whom, how far.

use egui::{RichText, Ui};

use super::super::state::Command as GraphCommand;
use super::form::{Form, Kind, Slot, name};
use super::result_ui::answer_ui;
use super::state::Command;
use super::structure_ui::structure_ui;
use super::suppose::Supposition;
use super::suppose_ui::supposed_ui;
use crate::studio::command::Command as Main;
use crate::studio::state::State;
use crate::studio::theme::icons;
use crate::studio::theme::{self, Tokens};
use crate::studio::widgets::{choice_ui, small_icon_ui};

/// Width of the labels before the fields.
const LABEL: f32 = 62.0;

pub fn ask_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Ask").family(theme::semibold()).size(15.0));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if small_icon_ui(ui, icons::ICON_CLOSE, "Close the questions") {
                send(commands, Command::Toggle);
            }
        });
    });
    egui::ScrollArea::vertical().id_salt("ask").auto_shrink([false, false]).show(ui, |ui| {
        question_ui(ui, state, commands);
        ask_button_ui(ui, state, commands);
        if let Some(answer) = &state.graph.ask.answer {
            ui.separator();
            answer_ui(ui, state, answer, commands);
        }
        if let Some(supposed) = &state.graph.ask.supposed {
            ui.separator();
            supposed_ui(ui, state, supposed, commands);
        }
        if let Some(structure) = &state.graph.ask.structure {
            ui.separator();
            structure_ui(ui, state, structure, commands);
        }
    });
}

fn send(commands: &mut Vec<Main>, command: Command) {
    commands.push(Main::Graph(GraphCommand::Ask(command)));
}

fn question_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let mut form = state.graph.ask.form.clone();
    let kinds = Kind::ALL.map(|kind| (kind, kind.label().to_owned()));
    row_ui(ui, "Question", |ui| choice_ui(ui, "Question", &mut form.kind, &kinds));
    if form.kind == Kind::WhatIf {
        let all = Supposition::ALL.map(|it| (it, it.label().to_owned()));
        row_ui(ui, "Suppose", |ui| choice_ui(ui, "Suppose", &mut form.supposition, &all));
    }
    for slot in form.kind.slots() {
        row_ui(ui, called(&form, *slot), |ui| party_ui(ui, state, *slot, commands));
    }
    if form.kind.has_hops() {
        let hops = form.hop_choices();
        row_ui(ui, "Within", |ui| choice_ui(ui, "Within", form.max_hops_mut(), &hops));
    }
    if form != state.graph.ask.form {
        send(commands, Command::Edit(Box::new(form)));
    }
}

/// What a party of the question is called.
fn called(form: &Form, slot: Slot) -> &'static str {
    if slot == Slot::Subject { form.supposition.subject() } else { slot.name() }
}

/// A party by its name, and ways to choose another.
fn party_ui(ui: &mut Ui, state: &State, slot: Slot, commands: &mut Vec<Main>) {
    let form = &state.graph.ask.form;
    let project = &state.analysis.project;
    let party = form.party(slot);
    let label = party.map_or_else(|| "Choose…".to_owned(), |party| name(project, party));
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let selected = if slot == Slot::Subject { state.supposable() } else { state.askable() };
        let title = format!("{} from the selection", called(form, slot));
        if small_icon_ui(ui, icons::ICON_ARROW_SELECTOR_TOOL, &title) && selected.is_some() {
            send(commands, Command::Fill(slot));
        }
        if slot == Slot::B && small_icon_ui(ui, icons::ICON_SWAP_VERT, "Swap A and B") {
            send(commands, Command::Swap);
        }
        let size = egui::vec2(ui.available_width(), 24.0);
        let button = egui::Button::new(RichText::new(&label)).truncate().min_size(size);
        let response = ui.add_sized(size, button);
        let response = response.accessible_name(format!("{}: {label}", called(form, slot)));
        if response.on_hover_text(&label).clicked() {
            send(commands, Command::Choose(slot));
        }
    });
}

fn ask_button_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let tokens = Tokens::of(ui);
    ui.add_space(2.0);
    if state.graph.ask.is_running(&state.jobs) {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.label("Working out the answer");
            if ui.button("Cancel").accessible_name("Cancel the question").clicked() {
                send(commands, Command::Cancel);
            }
        });
        return;
    }
    let missing = state.cannot_ask();
    ui.horizontal(|ui| {
        let text = RichText::new("Ask").color(tokens.on_accent);
        let button = egui::Button::new(text).fill(tokens.accent).min_size(egui::vec2(72.0, 26.0));
        let response = ui.add_enabled(missing.is_none(), button);
        let seen = egui::Id::unique("ask-opened");
        let opened = state.graph.ask.opened;
        if missing.is_none() && ui.data(|data| data.get_temp::<u32>(seen)) != Some(opened) {
            ui.data_mut(|data| data.insert_temp(seen, opened));
            if opened > 0 {
                response.request_focus();
            }
        }
        if response.accessible_name("Ask the question").clicked() {
            send(commands, Command::Ask);
        }
        if let Some(missing) = missing {
            let text = RichText::new(format!("{missing}.")).size(12.0).color(tokens.text_weak);
            ui.add(egui::Label::new(text).wrap());
        }
    });
}

fn row_ui<R>(ui: &mut Ui, label: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        let text = RichText::new(label).size(12.5).color(Tokens::of(ui).text_weak);
        crate::studio::widgets::column_label_ui(ui, text, egui::vec2(LABEL, 24.0));
        content(ui)
    })
    .inner
}
