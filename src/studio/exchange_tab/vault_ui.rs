//! The tokens of this session, as a list.

use std::time::{Duration, SystemTime};

use egui::{RichText, Ui};
use secrecy::ExposeSecret;

use crate::exchange::token_type;
use crate::studio::theme::icons;

use super::super::command::{Action, Command as WindowCommand};
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::small_icon_ui;
use super::Command;
use super::choice_ui::life;

pub fn vault_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let vault = &state.exchange.vault;
    if vault.tokens().is_empty() {
        return;
    }
    ui.add_space(theme::GAP);
    let title = format!("Tokens of this session ({})", vault.tokens().len());
    egui::CollapsingHeader::new(title).id_salt("vault").default_open(true).show(ui, |ui| {
        let tokens = Tokens::of(ui);
        let now = SystemTime::now();
        let mut soonest = None;
        for kept in vault.tokens() {
            ui.horizontal(|ui| {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let label = &kept.label;
                    let mut send = |command| commands.push(WindowCommand::Exchange(command));
                    if small_icon_ui(ui, icons::ICON_DELETE, &format!("Forget {label}")) {
                        send(Command::Forget(kept.id));
                    }
                    // The one way out for a token, and a deliberate one.
                    if small_icon_ui(ui, icons::ICON_CONTENT_COPY, &format!("Copy {label}")) {
                        ui.ctx().copy_text(kept.token.expose_secret().to_owned());
                    }
                    if small_icon_ui(ui, icons::ICON_PERSON_PIN, &format!("{label} as actor token"))
                    {
                        send(Command::UseAsActor(kept.id));
                    }
                    let name = format!("{label} as subject token");
                    if small_icon_ui(ui, icons::ICON_INPUT, &name) {
                        send(Command::UseAsSubject(kept.id));
                    }
                    let left = kept.remaining(now);
                    soonest = soonest.min(left).or(soonest).or(left);
                    let color = if left == Some(0) { tokens.bad } else { tokens.text_weak };
                    let life = RichText::new(life(kept, now)).small().color(color);
                    ui.add(egui::Label::new(life));
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        let kind = token_type::label(&kept.token_type);
                        ui.add(egui::Label::new(RichText::new(label).size(12.5)).truncate())
                            .on_hover_text(format!("{label}, {kind}"));
                    });
                });
            });
        }
        // The lives that are shown run down.
        if soonest.is_some_and(|left| left > 0) {
            let slow = soonest.is_some_and(|left| left > 120);
            let pause = Duration::from_secs(if slow { 30 } else { 1 });
            ui.ctx().request_repaint_after(pause);
        }
        ui.add_space(4.0);
        if ui.small_button("Forget all").on_hover_text(Action::Lock.label()).clicked() {
            commands.push(WindowCommand::Act(Action::Lock));
        }
    });
}
