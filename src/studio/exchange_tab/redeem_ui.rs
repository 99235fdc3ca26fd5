//! Redeeming a grant: where, by whom and for what; then both legs side by side.

use egui::{RichText, Ui};

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme;
use super::super::widgets::{icon_button_ui, keep_focus, section_ui, weak_ui};
use super::answer_ui::answer_ui;
use super::checks_ui::checks_ui;
use super::form::{Form, ServerChoice};
use super::form_ui::{field_ui, list_ui, row_ui};
use super::leg::Leg;
use super::redeem::{Command, Done};
use super::result_ui::card_ui;
use super::{Command as TabCommand, requester_ui, server, tokens_ui, wire_ui};
use crate::exchange::Report;
use crate::studio::theme::icons;

/// The offer to redeem the grant of a report, and what came of it.
pub fn redeem_ui(ui: &mut Ui, state: &State, report: &Report, commands: &mut Vec<WindowCommand>) {
    ui.add_space(theme::GAP);
    // Names within belong to this leg.
    ui.push_id("leg 2", |ui| {
        card_ui(ui, "Redeem the grant", |ui| offer_ui(ui, state, commands));
        if let Some(done) = &state.exchange.redeem.done {
            done_ui(ui, report, done, commands);
        }
    });
    ui.add_space(theme::GAP * 2.0);
    ui.separator();
    ui.heading("Leg 1: how the grant was issued");
}

fn offer_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let mut form = state.exchange.redeem.form.clone();
    weak_ui(
        ui,
        "What was issued is a grant for the authorization server of another domain. There it becomes \
         an access token (RFC 7523).",
    );
    run_ui(ui, state, commands);
    let mut changed = form_ui(ui, state, &mut form, commands);
    section_ui(ui, "Asked for there");
    row_ui(ui, "scope", |ui| {
        let hint = "empty for what the grant gives";
        changed |= field_ui(ui, "scope at the other server", &mut form.scope, hint);
    });
    let hint = "https://api.example.com";
    changed |= list_ui(ui, ("resource", "resource there"), &mut form.resource, hint);
    if changed {
        send(commands, Command::Edit(Box::new(form)));
    }
}

/// The other server, and the client there.
fn form_ui(ui: &mut Ui, state: &State, form: &mut Form, commands: &mut Vec<WindowCommand>) -> bool {
    let mut changed = false;
    let mut server = |ui: &mut Ui, form: &mut Form, commands: &mut Vec<WindowCommand>| {
        section_ui(ui, "Redeemed at");
        changed |= server::chooser_ui(ui, state, Leg::Second, form, commands);
        if form.server == ServerChoice::BuiltIn {
            weak_ui(
                ui,
                &match &state.exchange.other {
                    Some(other) => {
                        format!("The second one, which plays the other domain: {}.", other.issuer())
                    }
                    None => "The second one is meant, and none runs: see Other domains.".to_owned(),
                },
            );
        }
    };
    if ui.available_width() < 620.0 {
        server(ui, form, commands);
        return requester_ui::requester_ui(ui, state, Leg::Second, form, commands) || changed;
    }
    let mut client_changed = false;
    ui.columns(2, |columns| {
        server(&mut columns[0], form, commands);
        client_changed =
            requester_ui::requester_ui(&mut columns[1], state, Leg::Second, form, commands);
    });
    changed || client_changed
}

fn send(commands: &mut Vec<WindowCommand>, command: Command) {
    commands.push(WindowCommand::Exchange(TabCommand::Redeem(command)));
}

fn run_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let tab = &state.exchange;
    let missing = tab.cannot_redeem();
    ui.horizontal_wrapped(|ui| {
        if tab.redeem.running.is_some() {
            ui.spinner();
            let cancel = ui.button("Cancel").accessible_name("Cancel redeeming");
            keep_focus(&cancel, "redemption");
            if cancel.clicked() {
                send(commands, Command::Cancel);
            }
            return;
        }
        let redeem = ui.add_enabled_ui(missing.is_none(), |ui| {
            icon_button_ui(ui, icons::ICON_REDEEM, "Redeem grant")
                .on_hover_text("Sends the grant to the other server")
        });
        keep_focus(&redeem.inner, "redemption");
        if redeem.inner.clicked() {
            send(commands, Command::Run);
        }
        if tab.redeem.done.is_some() {
            weak_ui(ui, "Answered: both legs stand below.");
        }
    });
    if let Some(missing) = missing {
        weak_ui(ui, &format!("{missing}."));
    }
}

fn done_ui(ui: &mut Ui, report: &Report, done: &Done, commands: &mut Vec<WindowCommand>) {
    ui.add_space(theme::GAP);
    if let Ok(redeemed) = &done.result {
        let (first, second) = (report.timings.total_ms, redeemed.timings.total_ms);
        let text = format!(
            "Both legs in {:.0} ms: the grant in {first:.0} ms, the answer to it in {second:.0} ms.",
            first + second
        );
        ui.add(egui::Label::new(RichText::new(text).family(theme::semibold())).wrap());
    }
    ui.columns(2, |columns| {
        card_ui(&mut columns[0], "Leg 1: the grant", |ui| answer_ui(ui, Ok(report)));
        card_ui(&mut columns[1], "Leg 2: the token", |ui| answer_ui(ui, done.result.as_deref()));
    });
    let Ok(redeemed) = &done.result else { return };
    ui.add_space(theme::GAP);
    ui.horizontal_wrapped(|ui| {
        ui.heading("Grant and token");
        let hint = "Puts the token of the other domain into the form. It is of use at that server: \
                    choose it there.";
        if redeemed.issued.is_some()
            && ui
                .small_button("Use as next subject token")
                .accessible_name("Use the redeemed token as next subject token")
                .on_hover_text(hint)
                .clicked()
        {
            send(commands, Command::UseIssued);
        }
    });
    let both = (Some(&redeemed.assertion), redeemed.issued_token.as_ref());
    tokens_ui::pair_ui(ui, ("Grant", "Token"), both, done.comparison.as_ref());
    checks_ui(ui, &redeemed.checks);
    wire_ui::redeemed_ui(ui, redeemed);
}
