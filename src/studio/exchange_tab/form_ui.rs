//! The request form. It works on a copy and sends the copy back when something was typed.

use egui::{RichText, Ui};
use secrecy::{ExposeSecret, SecretString};

use crate::config::ClientKey;
use crate::exchange::checks::{Check, Level};
use crate::exchange::preset::is_of_preset;
use crate::exchange::request::{is_reserved, looks_secret};
use crate::studio::theme::icons;

use super::super::command::{Action, Command as WindowCommand};
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{icon_button_ui, keep_focus, section_ui, small_icon_ui, tick_ui};
use super::form::{Form, ServerChoice};
use super::leg::Leg;
use super::{
    Command, chain_ui, choice_ui, domains_ui, grid_ui, misbehave_ui, paste_ui, preset_ui,
    requester_ui, server, vault_ui,
};

pub(super) const LABEL_WIDTH: f32 = 96.0;

pub fn form_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let tab = &state.exchange;
    let mut form = tab.form.clone();
    let mut changed = false;
    let checks = &tab.checks;
    run_ui(ui, state, commands);
    paste_ui::waiting_ui(ui, state);
    paste_ui::left_out_ui(ui, state);
    section_ui(ui, "Server");
    changed |= server::chooser_ui(ui, state, Leg::First, &mut form, commands);
    server::summary_ui(ui, state, commands);
    changed |= misbehave_ui::misbehave_ui(ui, &mut form);
    changed |= domains_ui::domains_ui(ui, state, &mut form, commands);
    if form.server != ServerChoice::BuiltIn && !form.address(None).is_empty() {
        findings_ui(ui, checks, &["endpoint"]);
    }
    changed |= preset_ui::preset_ui(ui, &mut form, checks);
    changed |= requester_ui::requester_ui(ui, state, Leg::First, &mut form, commands);
    if !form.client_id.trim().is_empty() {
        findings_ui(ui, checks, &["client_id", "client_auth"]);
    }
    changed |= choice_ui::subject_ui(ui, state, &mut form);
    findings_ui(ui, checks, &["subject_token", "subject_token_type"]);
    changed |= choice_ui::actor_ui(ui, state, &mut form);
    findings_ui(ui, checks, &["actor_token", "actor_token_type"]);
    changed |= targets_ui(ui, state, &mut form, checks);
    changed |= more_ui(ui, &mut form, checks);
    changed |= chain_ui::further_ui(ui, state, &mut form);
    changed |= afterwards_ui(ui, &mut form);
    vault_ui::vault_ui(ui, state, commands);
    paste_ui::paste_ui(ui, state, commands);
    ui.add_space(theme::GAP * 2.0);
    if changed {
        commands.push(WindowCommand::Exchange(Command::Edit(Box::new(form))));
    }
}

pub(super) fn row_ui<R>(ui: &mut Ui, label: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.horizontal(|ui| {
        let text = RichText::new(label).size(12.5).color(Tokens::of(ui).text_weak);
        ui.allocate_ui_with_layout(
            egui::vec2(LABEL_WIDTH, 22.0),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_width(LABEL_WIDTH);
                ui.add(egui::Label::new(text).wrap());
            },
        );
        content(ui)
    })
    .inner
}

pub(super) fn field_ui(ui: &mut Ui, name: &str, text: &mut String, hint: &str) -> bool {
    let field =
        egui::TextEdit::singleline(text).hint_text(hint).id_salt(name).desired_width(f32::INFINITY);
    ui.add(field).accessible_name(name).changed()
}

/// A field whose text is masked on the screen.
pub(super) fn secret_ui(ui: &mut Ui, name: &str, secret: &mut SecretString, hint: &str) -> bool {
    masked_field_ui(ui, name, secret, hint).changed()
}

/// The same, with the field.
pub(super) fn masked_field_ui(
    ui: &mut Ui,
    name: &str,
    secret: &mut SecretString,
    hint: &str,
) -> egui::Response {
    let mut text = secret.expose_secret().to_owned();
    let field = egui::TextEdit::singleline(&mut text)
        .password(true)
        .hint_text(hint)
        .id_salt(name)
        .desired_width(f32::INFINITY);
    let response = ui.add(field).accessible_name(name);
    forget_typing(&response);
    if response.changed() {
        *secret = SecretString::from(text);
    }
    response
}

/// Forgets what stood in a masked field before: what was wiped is not to come back by undoing.
pub(super) fn forget_typing(response: &egui::Response) {
    let context = &response.ctx;
    if let Some(mut typing) = egui::text_edit::TextEditState::load(context, response.id) {
        typing.clear_undoer();
        typing.store(context, response.id);
    }
}

pub(super) fn client_choice_ui(
    ui: &mut Ui,
    state: &State,
    name: &str,
    current: Option<ClientKey>,
) -> Option<ClientKey> {
    let clients = state.project.clients();
    let text = current
        .filter(|key| key.0 < clients.len())
        .map_or("Choose…", |key| state.project.client(key).label());
    let mut chosen = None;
    egui::ComboBox::from_id_salt(name)
        .selected_text(text)
        .width((ui.available_width() - 8.0).max(80.0))
        .truncate()
        .show_ui(ui, |ui| {
            egui::ScrollArea::vertical().max_height(280.0).show_rows(
                ui,
                22.0,
                clients.len(),
                |ui, range| {
                    ui.set_min_width(240.0);
                    for client in clients.range(range) {
                        let selected = current == Some(client.key);
                        if ui.selectable_label(selected, client.label()).clicked() {
                            chosen = Some(client.key);
                            ui.close();
                        }
                    }
                },
            );
        })
        .response
        .accessible_name(format!("{name}: {text}"));
    chosen
}

fn targets_ui(ui: &mut Ui, state: &State, form: &mut Form, checks: &[Check]) -> bool {
    let mut changed = false;
    section_ui(ui, "Target");
    changed |= list_ui(
        ui,
        ("audience", "audience"),
        &mut form.audience,
        "client id or name of the target",
    );
    if let Some(audience) = form.audience.first()
        && let Some(key) = form.target(&state.project, audience.trim())
    {
        let name = state.project.client(key).label();
        let text = match state.project.named(audience) {
            Some(_) => format!("audience names {name}"),
            None => format!("audience stands for {name}"),
        };
        let text = RichText::new(text).small().color(Tokens::of(ui).text_weak);
        ui.add(egui::Label::new(text).wrap());
    }
    findings_ui(ui, checks, &["audience"]);
    changed |= list_ui(ui, ("resource", "resource"), &mut form.resource, "https://api.example.com");
    findings_ui(ui, checks, &["resource"]);
    row_ui(ui, "scope", |ui| {
        changed |= field_ui(ui, "scope", &mut form.scope, "separated by spaces");
    });
    findings_ui(ui, checks, &["scope"]);
    grid_ui::grid_ui(ui, form);
    changed
}

/// A parameter that may be repeated: one field each. `label` stands beside it, `name` names each.
pub(super) fn list_ui(
    ui: &mut Ui,
    (label, name): (&str, &str),
    values: &mut Vec<String>,
    hint: &str,
) -> bool {
    let mut changed = false;
    let mut removed = None;
    for (index, value) in values.iter_mut().enumerate() {
        let number = format!("{name} {}", index + 1);
        row_ui(ui, label, |ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if small_icon_ui(ui, icons::ICON_CLOSE, &format!("Remove {number}")) {
                    removed = Some(index);
                }
                changed |= field_ui(ui, &number, value, hint);
            });
        });
    }
    if let Some(index) = removed {
        values.remove(index);
        changed = true;
    }
    row_ui(ui, if values.is_empty() { label } else { "" }, |ui| {
        if icon_button_ui(ui, icons::ICON_ADD, &format!("Add {name}")).clicked() {
            values.push(String::new());
            changed = true;
        }
    });
    changed
}

fn more_ui(ui: &mut Ui, form: &mut Form, checks: &[Check]) -> bool {
    let mut changed = false;
    ui.add_space(theme::GAP);
    egui::CollapsingHeader::new("Requested type, other parameters").id_salt("more").show(
        ui,
        |ui| {
            row_ui(ui, "Requested type", |ui| {
                changed |= choice_ui::token_type_ui(
                    ui,
                    "requested_token_type",
                    &mut form.requested_token_type,
                    true,
                );
            });
            findings_ui(ui, checks, &["requested_token_type"]);
            changed |= extra_ui(ui, form);
            // REQ-23 stands beside the row it is about.
            let others: Vec<Check> =
                checks.iter().filter(|check| check.id != "REQ-23").cloned().collect();
            findings_ui(ui, &others, &["extra"]);
        },
    );
    changed
}

/// What is done once a token was issued.
fn afterwards_ui(ui: &mut Ui, form: &mut Form) -> bool {
    let mut changed = false;
    section_ui(ui, "Afterwards");
    let explain = |ui: &mut Ui, text: &str| {
        let text = RichText::new(text).small().color(Tokens::of(ui).text_weak);
        ui.add(egui::Label::new(text).wrap());
    };
    let mut tick = |ui: &mut Ui, ticked: &mut bool, label: &str, explanation: &str| {
        ui.scope(|ui| {
            // Tick and explanation belong together.
            ui.spacing_mut().item_spacing.y = 0.0;
            changed |= tick_ui(ui, ticked, label).changed();
            explain(ui, explanation);
        });
    };
    let known = form.says_where_to_ask();
    let chain = !form.further.is_empty();
    ui.add_enabled_ui(known, |ui| {
        tick(
            ui,
            &mut form.follow_up.introspect,
            "Introspect the issued token",
            if chain {
                "Asks the server about the token of each hop (RFC 7662), as the client that got it."
            } else {
                "Asks the server about it (RFC 7662) and compares that with the token."
            },
        );
        tick(
            ui,
            &mut form.follow_up.revoke_subject,
            "Revoke the subject token",
            if chain {
                "Revokes the token that the chain begins with, and shows which of the tokens derived \
                 from it end (RFC 7009). It is of no use any more."
            } else {
                "Shows what becomes of the issued token then (RFC 7009). The subject token is of no \
                 use any more."
            },
        );
    });
    if !known {
        explain(
            ui,
            "Only with an issuer, whose metadata says where to ask, or with the endpoints for that.",
        );
    }
    changed
}

fn extra_ui(ui: &mut Ui, form: &mut Form) -> bool {
    let mut changed = false;
    let mut removed = None;
    for (index, (name, value)) in form.extra.iter_mut().enumerate() {
        let number = index + 1;
        ui.horizontal(|ui| {
            let key = egui::TextEdit::singleline(name)
                .hint_text("name")
                .id_salt(("extra", index))
                .desired_width(LABEL_WIDTH);
            changed |= ui.add(key).accessible_name(format!("Parameter {number} name")).changed();
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if small_icon_ui(ui, icons::ICON_CLOSE, &format!("Remove parameter {number}")) {
                    removed = Some(index);
                }
                let field = egui::TextEdit::singleline(value)
                    .password(looks_secret(name))
                    .hint_text("value")
                    .id_salt(("extra value", index))
                    .desired_width(f32::INFINITY);
                let response = ui.add(field).accessible_name(format!("Parameter {number} value"));
                if looks_secret(name) {
                    forget_typing(&response);
                }
                changed |= response.changed();
            });
        });
        if is_reserved(name) {
            remark_ui(
                ui,
                Level::Fail,
                "REQ-23",
                &format!("{name} has its own field above; this row is not sent."),
            );
        }
    }
    if let Some(index) = removed {
        form.extra.remove(index);
        changed = true;
    }
    if icon_button_ui(ui, icons::ICON_ADD, "Add parameter").clicked() {
        form.extra.push((String::new(), String::new()));
        changed = true;
    }
    changed
}

/// The findings on some fields, under them.
pub(super) fn findings_ui(ui: &mut Ui, checks: &[Check], fields: &[&str]) {
    for check in checks {
        // What a preset finds stands under the preset.
        if check.field.is_some_and(|field| fields.contains(&field)) && !is_of_preset(check) {
            remark_ui(ui, check.level, check.id, &check.finding);
        }
    }
}

pub(super) fn remark_ui(ui: &mut Ui, level: Level, id: &str, text: &str) {
    let tokens = Tokens::of(ui);
    let (icon, color) = super::checks_ui::level_look(&tokens, level);
    ui.horizontal_top(|ui| {
        ui.add_space(LABEL_WIDTH + theme::GAP);
        ui.label(icon.rich_text().size(14.0).color(color));
        ui.add(
            egui::Label::new(RichText::new(format!("{id}  {text}")).size(12.0).color(color)).wrap(),
        );
    });
}

/// The heading with the button that runs the exchange, always at the top: it is what the tab is for.
fn run_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let missing = state.exchange.form.missing(&state.exchange.vault);
    ui.horizontal(|ui| {
        ui.heading("Request");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if state.exchange.running.is_some() {
                let cancel = ui.button("Cancel");
                keep_focus(&cancel, "exchange");
                if cancel.clicked() {
                    commands.push(WindowCommand::Exchange(Command::Cancel));
                }
                ui.spinner();
                return;
            }
            let icon = icons::ICON_PLAY_ARROW.rich_text().size(17.0).color(tokens.on_accent);
            let text = RichText::new("Run exchange").color(tokens.on_accent);
            let button = egui::Button::new((icon, text))
                .fill(tokens.accent)
                .min_size(egui::vec2(130.0, 30.0));
            let mut hover = "Send the request".to_owned();
            if let Some(shortcut) = Action::RunExchange.shortcut() {
                hover = format!("{hover}  {}", ui.ctx().format_shortcut(&shortcut));
            }
            let response = ui
                .add_enabled(missing.is_none(), button)
                .accessible_name("Run exchange")
                .on_hover_text(hover);
            keep_focus(&response, "exchange");
            if response.clicked() {
                commands.push(WindowCommand::Act(Action::RunExchange));
            }
        });
    });
    if let Some(missing) = missing {
        ui.label(RichText::new(format!("{missing}.")).size(12.0).color(tokens.text_weak));
    }
}
