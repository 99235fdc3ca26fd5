//! The probes as people see them: the list, the consent, and a verdict for each.

use egui::{RichText, Ui};

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{small_icon_ui, tick_ui};
use super::shared_ui::{begin_ui, line_ui, save_menu_ui, stale_ui, weak_ui};
use super::{Command, ProbeLine, Product, Wish, means, to_window};
use crate::exchange::probe::{ProbeReport, Report, Verdict};
use crate::studio::theme::icons::{self, MaterialIcon};

pub fn probes_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let campaign = &state.exchange.campaign;
    let probes = &campaign.probes;
    weak_ui(
        ui,
        "Requests that a careful server must refuse, made from the files. They are harmless \
         attacks: send them to a server of your own only. They go out one at a time, a permitted \
         exchange first, and the first “too many requests” (429) ends the run.",
    );
    if let Some(rate) = campaign.sweep.settings.rate() {
        weak_ui(ui, &format!("At most {rate:.1} a second, as is set for the sweep."));
    }
    let busy = campaign.running(&state.jobs).is_some();
    let name = means::name_of(&state.exchange.form);
    ui.add_enabled_ui(!name.is_empty() && !busy, |ui| {
        let mut own = probes.own.is_some();
        let label = format!("I own this server: {name}");
        if tick_ui(ui, &mut own, label).changed() {
            commands.push(to_window(Command::Own(own)));
        }
    });
    ui.horizontal(|ui| {
        begin_ui(ui, state, "Send all probes", &Wish::Probes(Vec::new()), commands);
        if let Some(report) = &probes.report {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                report_buttons_ui(ui, report, commands);
            });
        }
    });
    if let Some(report) = probes.report.as_ref().filter(|_| !busy) {
        summary_ui(ui, state, report);
    }
    let Some(planned) = &probes.planned else { return };
    ui.add_space(4.0);
    let can_send = !busy && state.exchange.cannot_begin(&Wish::Probes(Vec::new())).is_none();
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        for line in &planned.lines {
            let verdict = probes.verdicts.get(line.id);
            probe_ui(ui, line, verdict, can_send, commands);
        }
        ui.add_space(theme::GAP);
    });
}

fn report_buttons_ui(ui: &mut Ui, report: &Report, commands: &mut Vec<WindowCommand>) {
    let products = [
        (Product::ProbesJson, "JSON…"),
        (Product::ProbesMarkdown, "Markdown, for a review…"),
        (Product::ProbesJunit, "JUnit XML, for a pipeline…"),
    ];
    save_menu_ui(ui, "Save the report", &products, commands);
    let icon = icons::ICON_CONTENT_COPY.rich_text().size(15.0);
    ui.menu_button((icon, RichText::new("Copy")), |ui| {
        if ui.button("As JSON").clicked() {
            ui.ctx().copy_text(serde_json::to_string_pretty(report).unwrap_or_default());
            ui.close();
        }
        if ui.button("As Markdown").clicked() {
            ui.ctx().copy_text(report.to_markdown());
            ui.close();
        }
    })
    .response
    .accessible_name("Copy the report");
}

fn summary_ui(ui: &mut Ui, state: &State, report: &Report) {
    let tokens = Tokens::of(ui);
    let (icon, color) = match (report.proves, report.count(Verdict::Accepted)) {
        (false, _) => (icons::ICON_HELP, tokens.caution),
        (true, 0) => (icons::ICON_CHECK_CIRCLE, tokens.good),
        (true, _) => (icons::ICON_GPP_BAD, tokens.bad),
    };
    line_ui(ui, icon, color, &report.sentence(), true);
    if let Some(ended) = state.exchange.campaign.probes.ended() {
        line_ui(ui, icons::ICON_INFO, tokens.caution, &ended.sentence(), false);
    }
    if !report.proves {
        for shot in &report.control {
            weak_ui(ui, &format!("{} {}", shot.sent, shot.server));
        }
    }
    let project = state.exchange.campaign.probes.project.as_ref();
    let same = project.is_some_and(|project| std::sync::Arc::ptr_eq(project, &state.project));
    if !same || report.reading != state.reading.name() {
        stale_ui(ui, "Send the probes again.");
    }
}

/// Mark, colour and word of a verdict.
fn look(tokens: &Tokens, verdict: Verdict) -> (MaterialIcon, egui::Color32, &'static str) {
    match verdict {
        Verdict::Refused => (icons::ICON_VERIFIED_USER, tokens.good, "refused"),
        Verdict::Accepted => (icons::ICON_GPP_BAD, tokens.bad, "accepted"),
        Verdict::Unclear => (icons::ICON_QUESTION_MARK, tokens.caution, "unclear"),
        Verdict::Noted => (icons::ICON_INFO, tokens.accent, "noted"),
        Verdict::NotPossible => (icons::ICON_REMOVE, tokens.text_weak, "not possible here"),
    }
}

fn probe_ui(
    ui: &mut Ui,
    line: &ProbeLine,
    report: Option<&ProbeReport>,
    can_send: bool,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    let stroke = match report.map(|report| report.verdict) {
        Some(Verdict::Accepted) => egui::Stroke::new(1.5, tokens.bad),
        _ => egui::Stroke::new(1.0, tokens.line),
    };
    egui::Frame::new()
        .fill(tokens.panel)
        .stroke(stroke)
        .corner_radius(theme::RADIUS)
        .inner_margin(10)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 3.0;
            ui.horizontal(|ui| {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let possible = line.sent.is_ok();
                    ui.add_enabled_ui(can_send && possible, |ui| {
                        let name = format!("Send {} alone", line.id);
                        if small_icon_ui(ui, icons::ICON_PLAY_ARROW, &name) {
                            let wish = Wish::Probes(vec![line.id.to_owned()]);
                            commands.push(to_window(Command::Begin(wish)));
                        }
                    });
                    if let Some(report) = report {
                        let (icon, color, word) = look(&tokens, report.verdict);
                        let text = RichText::new(word).family(theme::semibold()).color(color);
                        ui.label(text).on_hover_text(format!("{}: {word}", line.id));
                        ui.label(icon.rich_text().size(16.0).color(color));
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        let id = RichText::new(line.id).monospace().color(tokens.text_weak);
                        ui.label(id);
                        let title = RichText::new(line.title).family(theme::semibold());
                        ui.add(egui::Label::new(title).truncate());
                    });
                });
            });
            let precedent = match line.precedent {
                "" => String::new(),
                precedent => format!(" Went wrong before: {precedent}."),
            };
            let because = super::super::super::widgets::capital(line.because);
            weak_ui(ui, &format!("{because} ({}).{precedent}", line.clause));
            details_ui(ui, line, report);
        });
    ui.add_space(4.0);
}

/// What is sent; once it was, with what the server said.
fn details_ui(ui: &mut Ui, line: &ProbeLine, report: Option<&ProbeReport>) {
    let tokens = Tokens::of(ui);
    match (report, &line.sent) {
        (Some(report), _) if !report.shots.is_empty() => {
            for shot in &report.shots {
                let (icon, color, _) = look(&tokens, shot.verdict);
                line_ui(ui, icon, color, &shot.sent, false);
                weak_ui(ui, &shot.server);
            }
        }
        (Some(report), _) if !report.why.is_empty() => weak_ui(ui, &report.why),
        (_, Ok(sent)) => {
            for sent in sent {
                line_ui(ui, icons::ICON_SEND, tokens.text_weak, sent, false);
            }
        }
        (_, Err(why)) => weak_ui(ui, &format!("Not possible: {why}")),
    }
}
