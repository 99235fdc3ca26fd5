//! Who acts for whom in the issued token, drawn (RFC 8693 §4.1).
//!
//! From the subject over those who acted earlier to the one who acts now. Whoever is a client app of
//! the project can be selected, and all of them be looked at over the graph. Only the outermost actor
//! counts for a decision; the earlier ones are history, and look like it.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{RichText, Ui};
use serde_json::{Map, Value};

use crate::config::{ClientKey, Project};
use crate::diagram::scene::Thing;
use crate::exchange::token::{Jwt, strings};
use crate::studio::theme::icons::{self, MaterialIcon};

use super::super::canvas::Spotlight;
use super::super::command::Command as WindowCommand;
use super::super::graph_tab::GraphCommand;
use super::super::selection::Selection;
use super::super::state::{State, Tab};
use super::super::theme::{self, Tokens};
use super::super::widgets::icon_button_ui;

/// How high the box of a party is.
const PARTY_HEIGHT: f32 = 40.0;

/// One party of the token.
struct Party {
    role: &'static str,
    icon: MaterialIcon,
    name: String,
    client: Option<ClientKey>,
    /// It decides nothing any more.
    is_past: bool,
}

/// The parties in the order in which the token came to them.
fn parties(project: &Project, jwt: &Jwt) -> Vec<Party> {
    let party = |role, icon, id: String, is_past| {
        let client = project.named(&id);
        let name = client.map_or(id, |key| project.client(key).label().to_owned());
        Party { role, icon, name, client, is_past }
    };
    let subject = jwt.text("sub").unwrap_or("nobody").to_owned();
    let mut parties = vec![party("subject", icons::ICON_PERSON, subject, false)];
    let actors = jwt.actors();
    for (place, actor) in actors.iter().enumerate().rev() {
        let role = if place == 0 { "acts now" } else { "acted earlier" };
        parties.push(party(role, icons::ICON_SMART_TOY, actor_id(actor), place > 0));
    }
    for audience in strings(jwt.claim("aud")) {
        parties.push(party("audience", icons::ICON_FLAG, audience.to_owned(), false));
    }
    parties
}

fn actor_id(actor: &Map<String, Value>) -> String {
    let text = |name: &str| actor.get(name).and_then(Value::as_str);
    text("sub").or_else(|| text("client_id")).unwrap_or("nobody").to_owned()
}

pub fn actors_ui(ui: &mut Ui, state: &State, jwt: &Jwt, commands: &mut Vec<WindowCommand>) {
    if jwt.claim("act").is_none() {
        return;
    }
    let tokens = Tokens::of(ui);
    let parties = parties(&state.project, jwt);
    ui.add_space(4.0);
    // Boxes begin at the same height; in the middle of a row that grows they would be a stair.
    let layout = egui::Layout::left_to_right(egui::Align::Min).with_main_wrap(true);
    let size = egui::vec2(ui.available_width(), PARTY_HEIGHT);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        for (place, party) in parties.iter().enumerate() {
            if place > 0 {
                let arrow = icons::ICON_ARROW_FORWARD.rich_text().size(15.0);
                let arrow = egui::Label::new(arrow.color(tokens.text_weak));
                ui.add_sized([18.0, PARTY_HEIGHT], arrow);
            }
            party_ui(ui, party, commands);
        }
    });
    let known: BTreeSet<ClientKey> = parties.iter().filter_map(|party| party.client).collect();
    if known.is_empty() {
        return;
    }
    let hint = "Lifts these client apps out of the graph";
    if icon_button_ui(ui, icons::ICON_HUB, "Show over the graph").on_hover_text(hint).clicked() {
        let names: Vec<&str> = parties.iter().map(|party| party.name.as_str()).collect();
        let spotlight = Spotlight {
            title: format!("Actors of the token: {}", names.join(", ")),
            things: known.into_iter().map(Thing::Client).collect(),
            ..Spotlight::default()
        };
        let command = GraphCommand::Spotlight(Some(Arc::new(spotlight)));
        commands.push(WindowCommand::Graph(command));
        commands.push(WindowCommand::ShowTab(Tab::Graph));
    }
}

fn party_ui(ui: &mut Ui, party: &Party, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let color = if party.is_past { tokens.text_weak } else { tokens.text };
    let content = |ui: &mut Ui| {
        ui.horizontal(|ui| {
            ui.label(party.icon.rich_text().size(16.0).color(color));
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let name = RichText::new(&party.name).size(12.5).color(color);
                match party.client {
                    Some(key) => {
                        if ui.link(name).on_hover_text("Select this client app").clicked() {
                            let selection = Some(Selection::Client(key));
                            commands.push(WindowCommand::Select(selection));
                        }
                    }
                    None => {
                        ui.label(name);
                    }
                }
                ui.label(RichText::new(party.role).small().color(tokens.text_weak));
            });
        });
    };
    let line = if party.is_past { tokens.line } else { tokens.accent };
    egui::Frame::new()
        .stroke(egui::Stroke::new(1.0, line))
        .corner_radius(theme::RADIUS)
        .inner_margin(egui::Margin::symmetric(8, 4))
        .show(ui, content);
}
