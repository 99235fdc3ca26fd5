//! Several exchanges in a row: the further hops in the form, and what came of each.

use egui::{RichText, Ui};

use crate::exchange::report::Outcome as Ending;
use crate::exchange::{Report, chain};
use crate::studio::theme::icons;

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{icon_button_ui, section_ui, small_icon_ui};
use super::form::{Form, FurtherHop, ServerChoice, client_id};
use super::form_ui::{client_choice_ui, field_ui, row_ui, secret_ui};
use super::{Command, Outcome};

/// The hops after the first, in the form.
pub fn further_ui(ui: &mut Ui, state: &State, form: &mut Form) -> bool {
    let mut changed = false;
    section_ui(ui, "Further hops");
    let mut removed = None;
    let (server, first) = (form.server, form.client_id.trim().to_owned());
    for (index, hop) in form.further.iter_mut().enumerate() {
        let number = index + 2;
        ui.horizontal(|ui| {
            ui.label(RichText::new(format!("Hop {number}")).family(theme::semibold()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if small_icon_ui(ui, icons::ICON_CLOSE, &format!("Remove hop {number}")) {
                    removed = Some(index);
                }
            });
        });
        changed |= hop_ui(ui, state, hop, number, (server, &first));
    }
    if let Some(index) = removed {
        form.further.remove(index);
        changed = true;
    }
    let hint = "The issued token goes into another exchange at the same server";
    if icon_button_ui(ui, icons::ICON_ADD, "Add hop").on_hover_text(hint).clicked() {
        form.further.push(FurtherHop::default());
        changed = true;
    }
    changed
}

fn hop_ui(
    ui: &mut Ui,
    state: &State,
    hop: &mut FurtherHop,
    number: usize,
    (server, first): (ServerChoice, &str),
) -> bool {
    let mut changed = false;
    let name = |field: &str| format!("{field} of hop {number}");
    row_ui(ui, "Client app", |ui| {
        if let Some(key) = client_choice_ui(ui, state, &name("Requester"), hop.requester) {
            hop.requester = Some(key);
            hop.client_id = client_id(state.project.client(key)).to_owned();
            changed = true;
        }
    });
    row_ui(ui, "client_id", |ui| {
        if field_ui(ui, &name("client_id"), &mut hop.client_id, "as the server knows it") {
            hop.requester = state.project.named(&hop.client_id);
            changed = true;
        }
    });
    if server != ServerChoice::BuiltIn && hop.client_id.trim() != first {
        row_ui(ui, "client_secret", |ui| {
            let hint = "empty for a public client";
            changed |= secret_ui(ui, &name("client_secret"), &mut hop.client_secret, hint);
        });
    }
    row_ui(ui, "audience", |ui| {
        let hint = "client id or name of the target";
        changed |= field_ui(ui, &name("audience"), &mut hop.audience, hint);
    });
    row_ui(ui, "scope", |ui| {
        changed |= field_ui(ui, &name("scope"), &mut hop.scope, "separated by spaces");
    });
    changed
}

/// The hops of a chain that was run, with how each ended and how long it took. A single exchange has
/// none.
pub fn hops_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let tab = &state.exchange;
    let outcomes = tab.outcomes();
    let hops = tab.hops;
    if hops < 2 || outcomes.is_empty() {
        return;
    }
    let tokens = Tokens::of(ui);
    let answered: Vec<&Report> =
        outcomes.iter().filter_map(|outcome| outcome.observation.as_deref().ok()).collect();
    let summary = chain::sentence(&answered, hops);
    ui.add(egui::Label::new(RichText::new(summary).family(theme::semibold())).wrap());
    ui.horizontal_wrapped(|ui| {
        for (index, outcome) in outcomes.iter().enumerate() {
            let (icon, color, word) = match ending(outcome) {
                Some(Ending::Issued) => (icons::ICON_CHECK_CIRCLE, tokens.good, "issued"),
                Some(Ending::Refused) => (icons::ICON_CANCEL, tokens.bad, "refused"),
                Some(Ending::Unusable) => (icons::ICON_ERROR, tokens.bad, "of no use"),
                None => (icons::ICON_ERROR, tokens.bad, "no answer"),
            };
            let time = milliseconds(outcome).map_or(String::new(), |ms| format!(", {ms:.0} ms"));
            let label = format!("Hop {}: {word}{time}", index + 1);
            let text = (icon.rich_text().size(15.0).color(color), RichText::new(&label));
            let chosen = index == tab.shown;
            let response = ui.add(egui::Button::selectable(chosen, text));
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::Button, true, chosen, &label)
            });
            if response.clicked() {
                commands.push(WindowCommand::Exchange(Command::ShowHop(index)));
            }
        }
    });
    lives_ui(ui, state, outcomes);
    ui.add_space(4.0);
}

/// What the server says of each hop's token, where it was asked: before and after the token that the
/// chain began with was revoked.
fn lives_ui(ui: &mut Ui, state: &State, outcomes: &[Outcome]) {
    let reports = || {
        let reports = outcomes.iter().filter_map(|outcome| outcome.observation.as_deref().ok());
        reports.filter(|report| report.afterwards().next().is_some())
    };
    if reports().next().is_none() {
        return;
    }
    /// Room for a name; a longer one goes on below.
    const NAME: f32 = 180.0;
    let tokens = Tokens::of(ui);
    let project = &state.project;
    ui.add_space(4.0);
    egui::Grid::new("hops").num_columns(4).spacing([14.0, 4.0]).striped(true).show(ui, |ui| {
        for title in ["Hop", "Issued to", "When issued", "First token revoked"] {
            ui.label(RichText::new(title).small().color(tokens.text_weak));
        }
        ui.end_row();
        for (index, report) in reports().enumerate() {
            ui.label(format!("{}", index + 1));
            let client = report.client.as_str();
            let name = project.named(client).map_or(client, |key| project.client(key).label());
            ui.vertical(|ui| {
                ui.set_width(NAME);
                ui.add(egui::Label::new(name).wrap());
            });
            let before =
                report.introspection.as_ref().and_then(|said| said.get("active")?.as_bool());
            life_ui(ui, &tokens, before, ("active", "not active"));
            let after = report.active_after_revocation;
            life_ui(ui, &tokens, after, ("still active", "ended with it"));
            ui.end_row();
        }
    });
    if let Some(text) = chain::after_revocation(&reports().collect::<Vec<_>>()) {
        ui.add(egui::Label::new(RichText::new(text).size(12.5)).wrap());
    }
}

/// Whether a token lives, in a word and with its mark; a dash where nobody says.
fn life_ui(ui: &mut Ui, tokens: &Tokens, active: Option<bool>, (yes, no): (&str, &str)) {
    let (icon, color, word) = match active {
        Some(true) => (icons::ICON_CHECK_CIRCLE, tokens.good, yes),
        Some(false) => (icons::ICON_CANCEL, tokens.bad, no),
        None => (icons::ICON_REMOVE, tokens.text_weak, "not said"),
    };
    ui.horizontal(|ui| {
        ui.label(icon.rich_text().size(14.0).color(color));
        ui.label(word);
    });
}

fn ending(outcome: &Outcome) -> Option<Ending> {
    outcome.observation.as_ref().ok().map(|report| report.outcome)
}

fn milliseconds(outcome: &Outcome) -> Option<f64> {
    outcome.observation.as_ref().ok().map(|report| report.timings.total_ms)
}
