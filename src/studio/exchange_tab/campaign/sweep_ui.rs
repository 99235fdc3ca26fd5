//! The sweep as people see it: settings, plan, run, and what came of it.

use std::sync::Arc;

use egui::Ui;

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{empty_ui, tick_ui};
use super::shared_ui::{begin_ui, is_built_in, line_ui, save_menu_ui, stale_ui, time, weak_ui};
use super::sweep::{Outcome, Planned};
use super::{Command, Product, Wish, differences_ui, items_ui, to_window};
use crate::exchange::sweep::Ended;
use crate::studio::theme::icons;

pub fn sweep_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let sweep = &state.exchange.campaign.sweep;
    // In one row, since the table below needs the height.
    ui.horizontal_wrapped(|ui| {
        let wish = Wish::Sweep { go_on: false };
        begin_ui(ui, state, "Run sweep", &wish, commands);
        let idle = state.exchange.campaign.running(&state.jobs).is_none();
        if let Some(outcome) = sweep.outcome.as_ref().filter(|_| idle && sweep.can_go_on()) {
            let summary = &outcome.report.summary;
            let left = summary.planned.saturating_sub(summary.answered);
            let hover = "Asks for what was not answered; what was found stays";
            let text = format!("Go on with the {left} left");
            if ui.button(text).on_hover_text(hover).clicked() {
                commands.push(to_window(Command::Begin(Wish::Sweep { go_on: true })));
            }
        }
        settings_ui(ui, state, commands);
    });
    if let Some(planned) = &sweep.planned {
        plan_ui(ui, state, planned);
    }
    let Some(outcome) = &sweep.outcome else {
        if state.exchange.campaign.running(&state.jobs).is_none() {
            empty_ui(
                ui,
                "Does the server do what the files say?",
                "A sweep asks it for every exchange that is permitted, and for a sample of those \
                 that are not.",
            );
        }
        return;
    };
    ui.add_space(4.0);
    summary_ui(ui, state, outcome);
    views_ui(ui, state, outcome, commands);
    if sweep.all_shown {
        items_ui::items_ui(ui, state, outcome, commands);
    } else {
        differences_ui::differences_ui(ui, state, outcome, commands);
    }
}

fn settings_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let before = state.exchange.campaign.sweep.settings;
    let mut now = before;
    let hover = "How many exchanges that are not permitted are asked for by each client app";
    ui.label("Sample").on_hover_text(hover);
    let sample = egui::DragValue::new(&mut now.sample).range(0..=1000).speed(0.1);
    ui.add(sample).on_hover_text(hover).accessible_name("Sample of each client app");
    let hover = "Chooses the sample; the same number chooses the same one";
    ui.label("Seed").on_hover_text(hover);
    let seed = egui::DragValue::new(&mut now.seed).speed(0.1);
    ui.add(seed).on_hover_text(hover).accessible_name("Seed of the sample");
    let hover = "Left out, as fast as the server answers, one after the other";
    tick_ui(ui, &mut now.held, "At most").on_hover_text(hover);
    let rate = egui::DragValue::new(&mut now.rate).range(0.1..=1000.0).speed(0.1);
    ui.add_enabled(now.held, rate.max_decimals(1).suffix(" a second"))
        .on_hover_text(hover)
        .accessible_name("Requests a second at most");
    if now != before {
        commands.push(to_window(Command::Set(now)));
    }
}

/// What would be asked for, and what cannot be.
fn plan_ui(ui: &mut Ui, state: &State, planned: &Planned) {
    let total = planned.plan.items.len();
    let untried = planned.untried();
    let all = match (total, untried) {
        (0, _) => String::new(),
        (_, 0) if is_built_in(state) => " All of them can be tried here.".to_owned(),
        (_, 0) => " All of them can be tried.".to_owned(),
        (_, n) if n == total => " None of them can be tried.".to_owned(),
        (_, n) => format!(" {n} of them cannot be tried."),
    };
    let text = format!(
        "Plan: {} exchanges, {} permitted and {} not.{all}",
        total, planned.permitted, planned.refused
    );
    ui.add(egui::Label::new(text).wrap());
    let left_out = &planned.plan.left_out;
    if untried == 0 && left_out.is_empty() {
        return;
    }
    let why = match (untried, left_out.len()) {
        (0, n) => format!("Client apps that cannot be named: {n}"),
        (_, 0) => "What cannot be tried, and why".to_owned(),
        (_, n) => format!("What cannot be tried, and why; client apps that cannot be named: {n}"),
    };
    egui::CollapsingHeader::new(why).id_salt("untried").show(ui, |ui| {
        egui::ScrollArea::vertical().id_salt("untried-list").max_height(110.0).show(ui, |ui| {
            for (why, count) in &planned.lacking {
                weak_ui(ui, &format!("{count} × {why}"));
            }
            for why in left_out {
                weak_ui(ui, why);
            }
            if untried > 0 {
                weak_ui(
                    ui,
                    "Credentials and tokens are those of “One exchange” and of its tokens of this \
                     session.",
                );
            }
        });
    });
}

fn summary_ui(ui: &mut Ui, state: &State, outcome: &Outcome) {
    let tokens = Tokens::of(ui);
    let report = &outcome.report;
    let summary = &report.summary;
    let (icon, color, text) = match report.differences.len() {
        0 if report.is_fine() => (
            icons::ICON_CHECK_CIRCLE,
            tokens.good,
            "No difference: the server does what the files say.".to_owned(),
        ),
        0 if summary.answered == 0 => {
            (icons::ICON_HELP, tokens.caution, "Nothing was found out.".to_owned())
        }
        0 => (icons::ICON_HELP, tokens.caution, "No difference in what was found out.".to_owned()),
        1 => (
            icons::ICON_DIFFERENCE,
            tokens.bad,
            "1 difference between the server and the files.".to_owned(),
        ),
        n => (
            icons::ICON_DIFFERENCE,
            tokens.bad,
            format!("{n} differences between the server and the files."),
        ),
    };
    line_ui(ui, icon, color, &text, true);
    if report.ended != Ended::Finished {
        line_ui(ui, icons::ICON_INFO, tokens.caution, &report.ended.sentence(), false);
    }
    let mut parts = vec![
        format!("{} planned", summary.planned),
        format!("{} answered", summary.answered),
        format!("{} as expected", summary.agreed),
    ];
    for (count, what) in [
        (summary.granted_though_forbidden, "granted though forbidden"),
        (summary.refused_though_permitted, "refused though permitted"),
        (summary.not_authenticated, "not answered: the client could not authenticate"),
        (summary.server_failed, "not answered: the server failed"),
        (summary.unclear, "unclear"),
        (summary.not_tried, "not tried"),
        (summary.earlier, "taken over from the run before"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    if let Some(ms) = summary.median_ms {
        parts.push(format!("{ms:.1} ms each (median)"));
    }
    parts.push(time(outcome.took));
    weak_ui(ui, &parts.join(" · "));
    for (id, count) in &summary.checks_failed {
        let failed = report.items.iter().flat_map(|item| &item.checks_failed);
        let finding = failed.into_iter().find(|check| check.id == *id);
        let finding = finding.map_or("", |check| check.finding.as_str());
        let answers = if *count == 1 { "1 answer".to_owned() } else { format!("{count} answers") };
        let text = format!("{id} is breached in {answers}: {finding}");
        line_ui(ui, icons::ICON_ERROR, tokens.bad, &text, false);
    }
    if !is_current(state, outcome) {
        stale_ui(ui, "Run the sweep again.");
    }
}

/// Whether a result is about the files as they are.
pub fn is_current(state: &State, outcome: &Outcome) -> bool {
    Arc::ptr_eq(&state.project, &outcome.project) && state.reading == outcome.plan.reading
}

fn views_ui(ui: &mut Ui, state: &State, outcome: &Outcome, commands: &mut Vec<WindowCommand>) {
    let sweep = &state.exchange.campaign.sweep;
    let report = &outcome.report;
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        for (all, label) in [
            (false, format!("Differences ({})", report.differences.len())),
            (true, format!("All exchanges ({})", report.items.len())),
        ] {
            let chosen = sweep.all_shown == all;
            if ui.add(egui::Button::selectable(chosen, label)).clicked() {
                commands.push(to_window(Command::ShowItems(all)));
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let products = [
                (Product::SweepJson, "JSON, also to go on from with the command line…"),
                (Product::SweepCsv, "CSV, the table…"),
                (Product::SweepJunit, "JUnit XML, for a pipeline…"),
            ];
            save_menu_ui(ui, "Save the report", &products, commands);
        });
    });
    ui.add_space(theme::GAP / 2.0);
}
