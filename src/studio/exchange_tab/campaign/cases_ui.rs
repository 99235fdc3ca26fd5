//! Files of cases as people see them.

use egui::{RichText, Ui};

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{empty_ui, icon_button_ui, radio_ui, small_icon_ui};
use super::cases::Shown;
use super::shared_ui::{begin_ui, line_ui, save_menu_ui, weak_ui};
use super::{Command, Product, Target, Wish, to_window};
use crate::exchange::case::{Case, CaseReport, CaseVerdict, Wish as Expected};
use crate::studio::theme::icons::{self, MaterialIcon};

pub fn cases_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let cases = &state.exchange.campaign.cases;
    ui.horizontal_wrapped(|ui| {
        if icon_button_ui(ui, icons::ICON_FOLDER_OPEN, "Open cases…").clicked() {
            commands.push(to_window(Command::PickCases));
        }
        if icon_button_ui(ui, icons::ICON_SCIENCE, "Open the sample").clicked() {
            commands.push(to_window(Command::OpenSampleCases));
        }
        let hover = "Writes the exchange of “One exchange” with what is expected of it; names of \
                     variables stand for secrets";
        let nobody = state.exchange.form.client_id.trim().is_empty();
        ui.add_enabled_ui(!nobody, |ui| {
            let save = icon_button_ui(ui, icons::ICON_SAVE, "Save the exchange as a case…");
            let save = save.on_hover_text(hover);
            let save = save.on_disabled_hover_text("Fill in “One exchange” first");
            if save.clicked() {
                commands.push(to_window(Command::Save(Product::Case)));
            }
        });
    });
    if cases.files.is_empty() {
        empty_ui(
            ui,
            "Exchanges with what is expected of them",
            "Open a file of cases, or the sample, or save the exchange of “One exchange” as one.",
        );
        return;
    }
    ui.horizontal(|ui| {
        ui.label("Against");
        for (target, label) in
            [(Target::Form, "the server above"), (Target::File, "the server that each file names")]
        {
            if radio_ui(ui, cases.target == target, label).clicked() {
                commands.push(to_window(Command::CasesAgainst(target)));
            }
        }
    });
    weak_ui(
        ui,
        match cases.target {
            Target::Form => {
                "Secrets of clients are those of the form or of the authority, where it has them; \
                 other variables are taken from the environment."
            }
            Target::File => "Variables are taken from the environment.",
        },
    );
    ui.horizontal(|ui| {
        let all = Wish::Cases { file: None, case: None };
        begin_ui(ui, state, "Run all cases", &all, commands);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if cases.files.iter().any(|shown| !shown.reports.is_empty()) {
                let products = [
                    (Product::CasesJunit, "JUnit XML, for a pipeline…"),
                    (Product::CasesJson, "JSON…"),
                ];
                save_menu_ui(ui, "Save the results", &products, commands);
            }
        });
    });
    tally_ui(ui, state);
    ui.add_space(4.0);
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        for (index, shown) in cases.files.iter().enumerate() {
            file_ui(ui, state, index, shown, commands);
        }
        ui.add_space(theme::GAP);
    });
}

/// How the cases stand together.
fn tally_ui(ui: &mut Ui, state: &State) {
    let tokens = Tokens::of(ui);
    let files = &state.exchange.campaign.cases.files;
    let reports: Vec<&CaseReport> = files.iter().flat_map(|it| it.reports.values()).collect();
    if reports.is_empty() {
        return;
    }
    let count = |verdict| reports.iter().filter(|it| it.verdict == verdict).count();
    let (passed, failed) = (count(CaseVerdict::Passed), count(CaseVerdict::Failed));
    let errors = count(CaseVerdict::Error);
    let (icon, color) = match (failed, errors) {
        (0, 0) => (icons::ICON_CHECK_CIRCLE, tokens.good),
        (0, _) => (icons::ICON_HELP, tokens.caution),
        _ => (icons::ICON_CANCEL, tokens.bad),
    };
    let text = format!("{passed} passed, {failed} failed, {errors} could not be tried");
    line_ui(ui, icon, color, &text, true);
}

fn file_ui(
    ui: &mut Ui,
    state: &State,
    index: usize,
    shown: &Shown,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    let busy = state.exchange.campaign.running(&state.jobs).is_some();
    let name = &shown.opened.name;
    egui::Frame::new()
        .fill(tokens.panel)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS)
        .inner_margin(10)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.add_enabled_ui(!busy, |ui| {
                        if small_icon_ui(ui, icons::ICON_CLOSE, &format!("Close {name}")) {
                            commands.push(to_window(Command::CloseCases(index)));
                        }
                    });
                    if let Some(path) = &shown.opened.path {
                        let name = format!("Read {name} again");
                        if small_icon_ui(ui, icons::ICON_REFRESH, &name) {
                            commands.push(to_window(Command::OpenCases(vec![path.clone()])));
                        }
                    }
                    ui.add_enabled_ui(!busy && shown.opened.file.is_ok(), |ui| {
                        let name = format!("Run {name}");
                        if small_icon_ui(ui, icons::ICON_PLAY_ARROW, &name) {
                            let wish = Wish::Cases { file: Some(index), case: None };
                            commands.push(to_window(Command::Begin(wish)));
                        }
                    });
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        let text = RichText::new(name).family(theme::semibold());
                        let label = ui.add(egui::Label::new(text).truncate());
                        if let Some(path) = &shown.opened.path {
                            label.on_hover_text(path.display().to_string());
                        }
                    });
                });
            });
            let file = match &shown.opened.file {
                Ok(file) => file,
                Err(why) => {
                    line_ui(ui, icons::ICON_ERROR, tokens.bad, why, false);
                    return;
                }
            };
            if let Some(server) = file.target() {
                weak_ui(ui, &format!("Names the server {}", server.address()));
            }
            if let Some(why) = &shown.failed {
                line_ui(ui, icons::ICON_CLOUD_OFF, tokens.bad, why, false);
            }
            for case in &file.cases {
                ui.separator();
                case_ui(ui, index, case, shown.reports.get(&case.name), busy, commands);
            }
        });
    ui.add_space(theme::GAP);
}

/// Mark, colour and word of a verdict.
fn look(tokens: &Tokens, verdict: CaseVerdict) -> (MaterialIcon, egui::Color32, &'static str) {
    match verdict {
        CaseVerdict::Passed => (icons::ICON_CHECK_CIRCLE, tokens.good, "passed"),
        CaseVerdict::Failed => (icons::ICON_CANCEL, tokens.bad, "failed"),
        CaseVerdict::Error => (icons::ICON_HELP, tokens.caution, "could not be tried"),
    }
}

fn case_ui(
    ui: &mut Ui,
    file: usize,
    case: &Case,
    report: Option<&CaseReport>,
    busy: bool,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_enabled_ui(!busy, |ui| {
                let name = format!("Run “{}” alone", case.name);
                if small_icon_ui(ui, icons::ICON_PLAY_ARROW, &name) {
                    let wish = Wish::Cases { file: Some(file), case: Some(case.name.clone()) };
                    commands.push(to_window(Command::Begin(wish)));
                }
            });
            match report {
                Some(report) => {
                    let (icon, color, word) = look(&tokens, report.verdict);
                    let text = RichText::new(word).family(theme::semibold()).color(color);
                    ui.label(text);
                    ui.label(icon.rich_text().size(16.0).color(color));
                }
                None => {
                    let expects = match case.expect.outcome {
                        Expected::Allowed => "is to be allowed",
                        Expected::Refused => "is to be refused",
                    };
                    ui.label(RichText::new(expects).size(12.0).color(tokens.text_weak));
                }
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(egui::Label::new(&case.name).truncate()).on_hover_text(&case.name);
            });
        });
    });
    let Some(report) = report else { return };
    for problem in &report.problems {
        let text = super::super::super::widgets::capital(problem);
        let (_, color, _) = look(&tokens, report.verdict);
        line_ui(ui, icons::ICON_ARROW_RIGHT, color, &text, false);
    }
    if !report.server.is_empty() {
        weak_ui(ui, &report.server);
    }
}
