//! Prediction and answer side by side, then the two tokens, then the checks, then what went over
//! the wire.

use egui::{RichText, Ui};

use crate::exchange::checks::{Check, Level};
use crate::exchange::compare::Fate;
use crate::exchange::report::{Outcome as Ending, is_afterwards};
use crate::exchange::share::{self, Tool, Variables};
use crate::exchange::{Report, Token, Verification};
use crate::studio::theme::icons::{self, MaterialIcon};
use crate::trust::{Decision, Step, Truth, Verdict};

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{place_link_ui, section_ui, truth_look};
use super::{Command, Outcome, actors_ui, agree_ui, chain_ui, timing_ui};

pub fn result_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let tab = &state.exchange;
    chain_ui::hops_ui(ui, state, commands);
    let outcome = tab.outcome();
    let prediction = match outcome {
        Some(outcome) => outcome.prediction.as_ref(),
        None => tab.prediction.as_ref(),
    };
    if let Some(outcome) = outcome {
        agree_ui::agreement_ui(ui, state, outcome, commands);
    }
    ui.columns(2, |columns| {
        card_ui(&mut columns[0], "Prediction", |ui| prediction_ui(ui, state, prediction, commands));
        card_ui(&mut columns[1], "Answer", |ui| match outcome {
            Some(outcome) => observation_ui(ui, outcome),
            None => {
                let text = "Nothing was sent yet. Run the exchange to see what the server says.";
                ui.add(
                    egui::Label::new(RichText::new(text).color(Tokens::of(ui).text_weak)).wrap(),
                );
            }
        });
    });
    let Some(Outcome { observation: Ok(report), .. }) = outcome else { return };
    afterwards_ui(ui, report);
    tokens_ui(ui, state, report, commands);
    checks_ui(ui, report);
    wire_ui(ui, report);
    ui.add_space(theme::GAP * 2.0);
}

pub(super) fn card_ui(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.panel)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS)
        .inner_margin(12)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            // Columns justify; a text is to keep its natural gaps.
            ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
                ui.heading(title);
                content(ui);
            });
        });
}

fn prediction_ui(
    ui: &mut Ui,
    state: &State,
    prediction: Option<&Decision>,
    commands: &mut Vec<WindowCommand>,
) {
    let Some(decision) = prediction else {
        let text = "The configuration cannot be asked yet: choose a requester and a subject token it knows.";
        ui.add(egui::Label::new(RichText::new(text).color(Tokens::of(ui).text_weak)).wrap());
        return;
    };
    let tokens = Tokens::of(ui);
    let (icon, color) = match decision.verdict() {
        Verdict::Allowed => (icons::ICON_CHECK_CIRCLE, tokens.good),
        Verdict::AllowedIfNotStated => (icons::ICON_HELP, tokens.caution),
        Verdict::Refused => (icons::ICON_CANCEL, tokens.bad),
    };
    line_ui(ui, icon, color, &decision.sentence(&state.project), true);
    // What decides comes first; the rest is one click away, so that the tokens are in view.
    let (hold, others): (Vec<_>, Vec<_>) =
        decision.steps.iter().partition(|step| step.truth == Truth::True);
    for step in others {
        step_ui(ui, state, step, commands);
    }
    if hold.is_empty() {
        return;
    }
    let title = match hold.len() {
        1 => "One condition holds".to_owned(),
        count => format!("{count} conditions hold"),
    };
    let sent = state.exchange.outcome().is_some();
    egui::CollapsingHeader::new(title).id_salt(("hold", sent)).default_open(!sent).show(ui, |ui| {
        for step in hold {
            step_ui(ui, state, step, commands);
        }
    });
}

/// A condition with its mark, and the lines it rests on.
pub(super) fn step_ui(ui: &mut Ui, state: &State, step: &Step, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let (icon, color, word) = truth_look(&tokens, step.truth);
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(15.0).color(color)).on_hover_text(word);
        ui.vertical(|ui| {
            ui.add(egui::Label::new(RichText::new(&step.sentence).size(12.5)).wrap());
            for place in &step.evidence {
                place_link_ui(ui, state, *place, commands);
            }
        });
    });
}

fn observation_ui(ui: &mut Ui, outcome: &Outcome) {
    let tokens = Tokens::of(ui);
    let report = match &outcome.observation {
        Ok(report) => report,
        Err(error) => {
            ui.horizontal_top(|ui| {
                ui.label(icons::ICON_CLOUD_OFF.rich_text().size(17.0).color(tokens.bad));
                ui.add(egui::Label::new(error.as_str()).wrap());
            });
            return;
        }
    };
    let (icon, color) = match report.outcome {
        Ending::Issued => (icons::ICON_CHECK_CIRCLE, tokens.good),
        Ending::Refused => (icons::ICON_CANCEL, tokens.bad),
        Ending::Unusable => (icons::ICON_ERROR, tokens.bad),
    };
    line_ui(ui, icon, color, &report.sentence(), true);
    if let Some(refusal) = &report.refusal {
        if !refusal.description.is_empty() {
            ui.add(
                egui::Label::new(RichText::new(format!("“{}”", refusal.description)).italics())
                    .wrap(),
            );
        }
        ui.add(egui::Label::new(&refusal.explanation).wrap());
    }
    match &report.verification {
        Some(Verification::Verified { alg, .. }) => {
            line_ui(
                ui,
                icons::ICON_VERIFIED,
                tokens.good,
                &format!("Signed by a key of the server ({alg})."),
                false,
            );
        }
        Some(Verification::Failed { reason }) => {
            line_ui(ui, icons::ICON_GPP_BAD, tokens.bad, reason, false)
        }
        Some(Verification::NotPossible { reason }) => {
            line_ui(ui, icons::ICON_QUESTION_MARK, tokens.caution, reason, false);
        }
        None => {}
    }
    if report.server.loopback_http {
        line_ui(
            ui,
            icons::ICON_LOCK_OPEN,
            tokens.caution,
            "Plain http, to this machine only.",
            false,
        );
    }
    ui.add(
        egui::Label::new(RichText::new(tally(report)).size(12.5).color(tokens.text_weak)).wrap(),
    );
    timing_ui::timing_ui(ui, &report.timings);
    ui.label(RichText::new(&report.server.token_endpoint).small().color(tokens.text_weak));
}

pub(super) fn line_ui(
    ui: &mut Ui,
    icon: MaterialIcon,
    color: egui::Color32,
    text: &str,
    strong: bool,
) {
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(if strong { 17.0 } else { 15.0 }).color(color));
        let text = if strong {
            RichText::new(text).family(theme::semibold())
        } else {
            RichText::new(text).size(12.5)
        };
        ui.add(egui::Label::new(text).wrap());
    });
}

/// How many checks came out how.
fn tally(report: &Report) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let parts = [
        count(report.at(Level::Fail).count(), "breach", "breaches"),
        count(report.at(Level::Warn).count(), "piece of advice", "pieces of advice"),
        count(report.dialects().count(), "dialect", "dialects"),
        count(report.at(Level::Pass).count(), "check passed", "checks passed"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

// --- Afterwards ---------------------------------------------------------------------------------

/// What introspection and revocation have shown, where they were asked for.
fn afterwards_ui(ui: &mut Ui, report: &Report) {
    if report.afterwards().next().is_none() {
        return;
    }
    ui.add_space(theme::GAP);
    ui.heading("Introspection and revocation");
    for check in report.afterwards() {
        check_ui(ui, check);
    }
    if let Some(said) = &report.introspection {
        egui::CollapsingHeader::new("Introspection as answered").show(ui, |ui| {
            let text = serde_json::to_string_pretty(said).unwrap_or_default();
            ui.add(egui::Label::new(RichText::new(text).monospace().size(12.0)).wrap());
        });
    }
}

// --- Tokens ------------------------------------------------------------------------------------

fn tokens_ui(ui: &mut Ui, state: &State, report: &Report, commands: &mut Vec<WindowCommand>) {
    ui.add_space(theme::GAP);
    ui.horizontal_wrapped(|ui| {
        ui.heading("Subject token and issued token");
        if report.issued.is_some()
            && ui
                .small_button("Use as next subject token")
                .on_hover_text("Puts the issued token into the form, for the next hop of a chain")
                .clicked()
        {
            commands.push(WindowCommand::Exchange(Command::UseIssued));
        }
    });
    if let Some(jwt) = report.issued_token.as_ref().and_then(Token::jwt) {
        actors_ui::actors_ui(ui, state, jwt, commands);
    }
    let Some(comparison) = &report.comparison else {
        ui.columns(2, |columns| {
            let subject = Some(&report.subject_token);
            columns[0].vertical(|ui| token_ui(ui, "Subject token", subject));
            columns[1].vertical(|ui| token_ui(ui, "Issued token", report.issued_token.as_ref()));
        });
        return;
    };
    for sentence in &comparison.sentences {
        ui.add(egui::Label::new(RichText::new(format!("• {sentence}")).size(12.5)).wrap());
    }
    ui.add_space(4.0);
    let tokens = Tokens::of(ui);
    // Names of claims may be whole URLs; the values need the room.
    const NAME: f32 = 84.0;
    let width = ((ui.available_width() - NAME - 72.0) / 2.0).max(100.0);
    egui::Grid::new("claims").num_columns(4).spacing([10.0, 5.0]).striped(true).show(ui, |ui| {
        for title in ["", "Claim", "Subject token", "Issued token"] {
            ui.label(RichText::new(title).small().color(tokens.text_weak));
        }
        ui.end_row();
        for claim in &comparison.claims {
            let (icon, color, word) = fate_look(&tokens, claim.fate);
            ui.label(icon.rich_text().size(14.0).color(color)).on_hover_text(word);
            ui.vertical(|ui| {
                ui.set_width(NAME);
                let name = RichText::new(&claim.claim).monospace().size(12.0);
                ui.add(egui::Label::new(name).wrap());
            });
            for side in [&claim.before, &claim.after] {
                let text = side.as_deref().unwrap_or("–");
                let color = if claim.fate == Fate::Same { tokens.text_weak } else { tokens.text };
                ui.vertical(|ui| {
                    ui.set_width(width);
                    ui.add(
                        egui::Label::new(RichText::new(text).monospace().size(12.0).color(color))
                            .wrap(),
                    );
                });
            }
            ui.end_row();
        }
    });
}

fn fate_look(tokens: &Tokens, fate: Fate) -> (MaterialIcon, egui::Color32, &'static str) {
    match fate {
        Fate::Same => (icons::ICON_DRAG_HANDLE, tokens.text_weak, "the same"),
        Fate::Changed => (icons::ICON_CHANGE_HISTORY, tokens.caution, "changed"),
        Fate::Gained => (icons::ICON_ADD, tokens.good, "gained"),
        Fate::Lost => (icons::ICON_REMOVE, tokens.bad, "lost"),
    }
}

fn token_ui(ui: &mut Ui, title: &str, token: Option<&Token>) {
    section_ui(ui, title);
    let Some(token) = token else {
        ui.label(RichText::new("none").color(Tokens::of(ui).text_weak));
        return;
    };
    ui.add(egui::Label::new(token.summary()).wrap());
    if let Some(jwt) = token.jwt() {
        let text = serde_json::to_string_pretty(&jwt.claims).unwrap_or_default();
        ui.add(egui::Label::new(RichText::new(text).monospace().size(12.0)).wrap());
    }
}

// --- Checks ------------------------------------------------------------------------------------

fn checks_ui(ui: &mut Ui, report: &Report) {
    ui.add_space(theme::GAP);
    ui.heading("Checks");
    // What was asked afterwards stands under the answer already.
    let at = |level| report.at(level).filter(|check| !is_afterwards(check));
    for (title, level) in [("Breaches", Level::Fail), ("Advice", Level::Warn)] {
        group_ui(ui, title, at(level), true);
    }
    group_ui(ui, "Dialects", report.dialects(), true);
    group_ui(ui, "Notes", at(Level::Note), true);
    group_ui(ui, "Passed", at(Level::Pass), false);
    group_ui(ui, "Not applicable", at(Level::NotApplicable), false);
}

fn group_ui<'a>(ui: &mut Ui, title: &str, checks: impl Iterator<Item = &'a Check>, open: bool) {
    let checks: Vec<_> = checks.collect();
    if checks.is_empty() {
        return;
    }
    egui::CollapsingHeader::new(format!("{title} ({})", checks.len()))
        .id_salt(title)
        .default_open(open)
        .show(ui, |ui| {
            for check in checks {
                check_ui(ui, check);
            }
        });
}

pub(super) fn check_ui(ui: &mut Ui, check: &Check) {
    let tokens = Tokens::of(ui);
    let (icon, color) = level_look(&tokens, check.level);
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(14.0).color(color));
        ui.label(RichText::new(check.id).monospace().size(12.0).color(tokens.text_weak));
        ui.vertical(|ui| {
            ui.add(egui::Label::new(RichText::new(&check.finding).size(12.5)).wrap());
            ui.add(
                egui::Label::new(
                    RichText::new(format!("{} · {}", check.title, check.clause))
                        .small()
                        .color(tokens.text_weak),
                )
                .wrap(),
            );
        });
    });
}

pub fn level_look(tokens: &Tokens, level: Level) -> (MaterialIcon, egui::Color32) {
    match level {
        Level::Fail => (icons::ICON_ERROR, tokens.bad),
        Level::Warn => (icons::ICON_WARNING, tokens.caution),
        Level::Note => (icons::ICON_INFO, tokens.accent),
        Level::Pass => (icons::ICON_CHECK, tokens.good),
        Level::NotApplicable => (icons::ICON_REMOVE, tokens.text_weak),
    }
}

// --- The wire ----------------------------------------------------------------------------------

fn wire_ui(ui: &mut Ui, report: &Report) {
    ui.add_space(theme::GAP);
    let first = report.first_try.iter().flat_map(|first| {
        [
            ("Request before the nonce", first.request.to_text()),
            ("Answer that wanted a nonce", first.answer.to_text()),
        ]
    });
    let last = [
        ("Request as sent", report.request.to_text()),
        ("Answer as received", report.answer.to_text()),
    ];
    for (title, text) in first.chain(last) {
        egui::CollapsingHeader::new(title).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| copies_ui(ui, report, title, &text));
            egui::Frame::new().fill(Tokens::of(ui).panel).inner_margin(8).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.add(egui::Label::new(RichText::new(&text).monospace().size(12.0)).wrap());
            });
        });
    }
}

/// What can be taken along: the text as it stands here, and what other tools understand. None of it
/// holds a token or a secret.
fn copies_ui(ui: &mut Ui, report: &Report, title: &str, text: &str) {
    let copy = |ui: &mut Ui, label: &str, name: String, hint: &str, text: &dyn Fn() -> String| {
        if ui.small_button(label).accessible_name(name).on_hover_text(hint).clicked() {
            ui.ctx().copy_text(text());
        }
    };
    let hint = "Without tokens and secrets";
    copy(ui, "Copy", format!("Copy {title}"), hint, &|| text.to_owned());
    if title == "Request as sent" {
        let hint = "Tokens and secrets are variables that you set there.";
        for tool in Tool::ALL {
            let label = format!("Copy as {}", tool.label());
            copy(ui, &label, label.clone(), hint, &|| {
                share::of_report(tool, report, &Variables::default())
            });
        }
    } else if title == "Answer as received" {
        let hint = "The whole report with its checks, as JSON without tokens and secrets";
        copy(ui, "Copy report", "Copy report as JSON".to_owned(), hint, &|| {
            serde_json::to_string_pretty(&report.to_json(false)).unwrap_or_default()
        });
    }
}
