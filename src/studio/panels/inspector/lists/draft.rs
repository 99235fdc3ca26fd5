//! An entry that is being typed, and the edit that writes it as its neighbours are written.

use egui::Ui;

use crate::config::{Change, ClientApp, Field, ItemAt, Part};
use crate::yaml::{Op, Step, Value};

use super::super::super::super::command::Command;
use super::super::{card_ui, label_ui};

/// An entry that is being typed and not yet part of the project.
#[derive(Debug, Default)]
pub struct EntryDraft {
    pub(super) part: Option<Part>,
    values: Vec<(Field, String)>,
    begins: bool,
}

impl EntryDraft {
    pub(super) fn begin(&mut self, client: &ClientApp, part: Part) {
        let fields: &[Field] = match part {
            Part::Secret | Part::Secrets => &[Field::Name, Field::Value, Field::Expires],
            Part::LoginRedirectUris | Part::LogoutRedirectUris | Part::RedirectUris => {
                &[Field::Uri]
            }
            Part::Metadata => &[Field::Key, Field::Value],
            Part::Roles => &[Field::Role, Field::Target],
            _ => {
                let targets = client.attached_in(part).any(|it| it.target.is_some());
                let names = client.attached_in(part).any(|it| it.name.is_some());
                match (targets, names) {
                    (true, true) => &[Field::Name, Field::Target],
                    (true, false) => &[Field::Target],
                    (false, true) => &[Field::Name],
                    (false, false) => &[Field::Id],
                }
            }
        };
        let values = fields.iter().map(|field| (*field, String::new())).collect();
        *self = Self { part: Some(part), values, begins: true };
    }

    fn is_ready(&self) -> bool {
        self.values.first().is_some_and(|(_, text)| !text.trim().is_empty())
    }
}

pub(super) fn draft_ui(
    ui: &mut Ui,
    draft: &mut EntryDraft,
    client: &ClientApp,
    part: Part,
    commands: &mut Vec<Command>,
) {
    let (mut add, mut cancel) = (false, false);
    let ready = draft.is_ready();
    card_ui(ui, |ui| {
        let begins = std::mem::take(&mut draft.begins);
        let mut entered = false;
        for (index, (field, text)) in draft.values.iter_mut().enumerate() {
            ui.horizontal(|ui| {
                let label = part.field_label(*field);
                label_ui(ui, label);
                let secret = *field == Field::Value && part != Part::Metadata;
                let edit = egui::TextEdit::singleline(text)
                    .password(secret)
                    .font(egui::TextStyle::Monospace)
                    .id_salt(("draft", index))
                    .desired_width(f32::INFINITY);
                let response = ui.add(edit).accessible_name(format!("New {label}"));
                if begins && index == 0 {
                    response.request_focus();
                }
                entered |=
                    response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            });
        }
        ui.horizontal(|ui| {
            let button = ui
                .add_enabled(ready, egui::Button::new("Add entry"))
                .on_disabled_hover_text("The first field is empty");
            add = button.clicked() || (entered && ready);
            cancel = ui.button("Cancel").clicked();
        });
    });
    if add {
        let op = addition(client, part, &draft.values);
        let (file, document) = (client.file, client.document);
        commands.push(Command::Change(Change::Edit { file, document, op, via: None }));
    }
    if add || cancel {
        *draft = EntryDraft::default();
    }
}

/// Any entry of a list, as an example for the next one.
fn example(client: &ClientApp, part: Part) -> Option<&ItemAt> {
    let secrets = client.secrets().unwrap_or_default().iter().map(|it| &it.at);
    let uris = client.redirect_uris().iter().map(|it| &it.at);
    let attached = client.attached().iter().map(|it| &it.at);
    let roles = client.roles().iter().map(|it| &it.at);
    let metadata = client.metadata().iter().map(|it| &it.at);
    secrets.chain(uris).chain(attached).chain(roles).chain(metadata).rfind(|at| at.part == part)
}

/// Whether the entries of a list are plain texts.
fn is_plain(client: &ClientApp, part: Part) -> bool {
    let uri = client.redirect_uris().iter().find(|it| it.at.part == part);
    let uri = uri.and_then(|it| it.uri.as_ref()).map(|it| it.key.is_empty());
    let attached = client.attached_in(part).next();
    let attached = attached.and_then(|it| {
        let key = it.name.as_ref().map(|it| it.key).or(it.id.as_ref().map(|it| it.key));
        key.map(str::is_empty)
    });
    let role = client.roles().first().filter(|it| it.at.part == part);
    let role = role.and_then(|it| it.role.as_ref()).map(|it| it.key.is_empty());
    uri.or(attached).or(role).unwrap_or(false)
}

/// The edit that adds an entry, written as its neighbours are.
fn addition(client: &ClientApp, part: Part, values: &[(Field, String)]) -> Op {
    let text = |text: &String| Value::Text(text.clone());
    let first = values.first().map(|(_, text)| text.clone()).unwrap_or_default();
    let example = example(client, part);
    let key = client.key_of(part).or(part.spellings().first().copied()).unwrap_or_default();
    let list = vec![Step::Key(key.to_owned())];
    if let Some(Step::Key(_)) = example.and_then(|at| at.step.as_ref()) {
        let value = values.get(1).map_or_else(|| Value::Text(String::new()), |(_, it)| text(it));
        return Op::Add { path: list, key: first, value, at: None };
    }
    let value = if is_plain(client, part) {
        Value::Text(first)
    } else {
        let spelled = |field: Field| {
            part.field_spellings(field).first().copied().unwrap_or_default().to_owned()
        };
        let stated = values.iter().filter(|(_, it)| !it.is_empty());
        let mut fields: Vec<_> = stated.map(|(field, it)| (spelled(*field), text(it))).collect();
        let is_reference = values.iter().any(|(field, _)| *field == Field::Id);
        if !is_reference && part != Part::Metadata && !part.field_spellings(Field::Id).is_empty() {
            let id = uuid::Uuid::new_v4().to_string();
            fields.insert(0, (spelled(Field::Id), Value::Text(id)));
        }
        Value::Mapping(fields)
    };
    if client.states(part) {
        let index = match example.and_then(|at| at.step.as_ref()) {
            Some(Step::Index(last)) => last + 1,
            _ => 0,
        };
        Op::Insert { path: list, index, value }
    } else {
        let value = Value::List(vec![value]);
        Op::Add { path: Vec::new(), key: key.to_owned(), value, at: None }
    }
}
