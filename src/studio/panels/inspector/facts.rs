//! What a client app states of itself beside its name: what it is for, and the subscription it
//! belongs to, chosen among those of the project or typed.

use egui::{RichText, Ui};

use crate::config::{Change, ClientApp, Part};
use crate::studio::theme::icons;
use crate::yaml::{Op, Step, Value};

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::theme::Tokens;
use super::super::super::widgets::{shared_chip, small_icon_ui};
use super::{fact_label_ui, text_ui};

pub fn facts_ui(ui: &mut Ui, state: &State, client: &ClientApp, commands: &mut Vec<Command>) {
    description_ui(ui, client, commands);
    subscription_ui(ui, state, client, commands);
}

/// The key of a part as the client app spells it, or as it is to be spelled.
fn key_of(client: &ClientApp, part: Part) -> String {
    client.key_of(part).or(part.spellings().first().copied()).unwrap_or_default().to_owned()
}

fn description_ui(ui: &mut Ui, client: &ClientApp, commands: &mut Vec<Command>) {
    let part = Part::Description;
    let stated = client.description();
    let text = stated.map_or("", |stated| stated.value.as_str());
    let shared = stated.and_then(|stated| stated.shared.as_deref());
    ui.horizontal(|ui| {
        fact_label_ui(ui, part.label());
        if let Some(shared) = shared {
            shared_chip(ui, shared);
        }
        // From the right, so that the field takes what is left.
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if client.states(part) && small_icon_ui(ui, icons::ICON_CLOSE, "Remove the description")
            {
                let change = Change::Unset { client: client.key, key: key_of(client, part) };
                commands.push(Command::Change(change));
            }
            if let Some(value) = text_ui(ui, part.label(), text, "not stated", shared.is_some()) {
                let key = key_of(client, part);
                let field = format!("{key} {}", client.key.0);
                let change = Change::Set { client: client.key, key, value };
                commands.push(Command::Typing { change, field });
            }
        });
    });
}

/// The change that gives a client app another subscription. One that is stated as a mapping keeps
/// what else the mapping says.
fn belong(state: &State, client: &ClientApp, value: String) -> Change {
    let key = key_of(client, Part::Subscription);
    let (file, document) = (client.file, client.document);
    let path = vec![Step::Key(key.clone()), Step::Key("id".to_owned())];
    let tree = state.project.document(file, document).and_then(|it| it.tree().ok());
    if tree.is_some_and(|tree| tree.at(&path).is_some()) {
        let op = Op::Set { path, value: Value::Text(value) };
        return Change::Edit { file, document, op, via: None };
    }
    Change::Set { client: client.key, key, value }
}

fn subscription_ui(ui: &mut Ui, state: &State, client: &ClientApp, commands: &mut Vec<Command>) {
    let part = Part::Subscription;
    let label = part.label();
    let stated = client.subscription.as_ref();
    let group = stated.and_then(|stated| state.project.subscription(&stated.value));
    let is_stated = client.states(part);
    // A text is typed where none of the project's is meant.
    let flag = ui.make_persistent_id("another subscription");
    let asked = ui.data(|data| data.get_temp::<bool>(flag)).unwrap_or_default();
    let types = asked || (is_stated && group.is_none());
    let word = match &group {
        _ if types => "Another id",
        Some(group) => group.label(),
        None => "not stated",
    };
    let color = if is_stated || types { Tokens::of(ui).text } else { Tokens::of(ui).text_weak };
    let mut begins = false;
    ui.horizontal(|ui| {
        fact_label_ui(ui, label);
        if let Some(shared) = stated.and_then(|stated| stated.shared.as_deref()) {
            shared_chip(ui, shared);
        }
        let combo = egui::ComboBox::from_id_salt("subscription")
            .selected_text(RichText::new(word).color(color))
            .width(ui.available_width())
            .truncate();
        let combo = combo.show_ui(ui, |ui| {
            if ui.selectable_label(!is_stated && !types, "not stated").clicked() {
                ui.data_mut(|data| data.remove::<bool>(flag));
                if is_stated {
                    let change = Change::Unset { client: client.key, key: key_of(client, part) };
                    commands.push(Command::Change(change));
                }
            }
            for other in state.project.subscriptions() {
                let chosen = group.as_ref().is_some_and(|group| group.id == other.id);
                if ui.selectable_label(chosen, other.label()).clicked() {
                    ui.data_mut(|data| data.remove::<bool>(flag));
                    if !chosen {
                        let change = belong(state, client, other.id.as_str().to_owned());
                        commands.push(Command::Change(change));
                    }
                }
            }
            if ui.selectable_label(types, "Another id…").clicked() {
                ui.data_mut(|data| data.insert_temp(flag, true));
                begins = true;
            }
        });
        combo.response.accessible_name(format!("{label}: {word}"));
    });
    if !types && !begins {
        return;
    }
    ui.horizontal(|ui| {
        fact_label_ui(ui, "");
        let text = stated.map_or("", |stated| stated.value.as_str());
        let shared = stated.is_some_and(|stated| stated.shared.is_some());
        let name = "Id of the subscription";
        if let Some(value) = text_ui(ui, name, text, "a GUID or {{guid:name}}", shared) {
            let field = format!("subscription {}", client.key.0);
            commands.push(Command::Typing { change: belong(state, client, value), field });
        }
    });
}
