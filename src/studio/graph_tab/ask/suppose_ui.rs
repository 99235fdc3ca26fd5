//! What a supposition does, in the window: how much access is left, who can no longer become whom,
//! and what stays by another chain.

use egui::{RichText, Ui};

use super::super::state::Command as GraphCommand;
use super::result_ui::{List, lines_ui, out_of_date_ui, picked_ui, weak_ui};
use super::state::Command;
use super::suppose::{Effect, NOTHING_SAVED, Supposed};
use crate::studio::command::Command as Main;
use crate::studio::state::State;
use crate::studio::theme::icons;
use crate::studio::theme::{self, Tokens};
use crate::studio::widgets::icon_button_ui;

pub fn supposed_ui(ui: &mut Ui, state: &State, supposed: &Supposed, commands: &mut Vec<Main>) {
    let tokens = Tokens::of(ui);
    let ask = &state.graph.ask;
    let is_current = supposed.holds_for(&state.project, state.reading);
    let title = RichText::new(supposed.title()).family(theme::semibold());
    ui.add(egui::Label::new(title).wrap());
    ui.horizontal_top(|ui| {
        ui.label(icons::ICON_INFO.rich_text().size(15.0).color(tokens.accent));
        ui.add(egui::Label::new(RichText::new(NOTHING_SAVED).size(12.5)).wrap());
    });
    weak_ui(ui, &supposed.conditions());
    if !is_current {
        out_of_date_ui(ui);
    }
    ui.add(egui::Label::new(RichText::new(supposed.count()).color(tokens.text)).wrap());
    if icon_button_ui(ui, icons::ICON_CONTENT_COPY, "Copy as text").clicked() {
        ui.ctx().copy_text(supposed.text());
    }
    let effects: &[Effect] = match supposed.takes_hops() {
        true => &[Effect::Lost, Effect::Stays],
        false => &[Effect::Lost],
    };
    for &effect in effects {
        ui.add_space(4.0);
        let (total, listed) = (supposed.total(effect), supposed.len(effect));
        let heading = RichText::new(effect.heading(total)).family(theme::semibold()).size(13.0);
        ui.add(egui::Label::new(heading).wrap());
        let picked = ask.picked.as_ref().filter(|_| ask.effect == Some(effect));
        let list = List { id: egui::Id::unique(("supposed", effect)), count: listed, is_current };
        let chosen = lines_ui(ui, list, picked.map(|it| it.at), |at| supposed.line(effect, at));
        if let Some(at) = chosen {
            commands.push(Main::Graph(GraphCommand::Ask(Command::PickEffect(effect, at))));
        }
        if total > listed as u64 {
            weak_ui(ui, &format!("These are the first {listed}, the shortest first."));
        }
    }
    if let (Some(picked), Some(effect), true) = (&ask.picked, ask.effect, is_current) {
        picked_ui(ui, state, supposed.scope(effect), picked, commands);
    }
}
