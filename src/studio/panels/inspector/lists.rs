//! The lists of a client app: secrets without their values, redirect URIs, resources, scopes, users,
//! groups, roles, metadata. Every entry can be changed, moved and removed, and a list that is not
//! stated can be begun.

use egui::{RichText, Ui};
use egui_material_icons::icons;

use crate::config::{Change, ClientApp, Field, Id, ItemAt, Moment, Named, Part, Withheld};
use crate::yaml::{Op, Step, Value};

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{problem_ui, shared_chip, small_icon_ui};

/// The lists that have sections of their own here; permissions and identities have theirs.
const LISTS: [Part; 15] = [
    Part::Secret,
    Part::Secrets,
    Part::LoginRedirectUris,
    Part::LogoutRedirectUris,
    Part::RedirectUris,
    Part::Resources,
    Part::Scopes,
    Part::Users,
    Part::Groups,
    Part::Roles,
    Part::Metadata,
    Part::ClaimRules,
    Part::IdpInstances,
    Part::TwoFactorInstances,
    Part::CustomViews,
];

/// An entry that is being typed and not yet part of the project.
#[derive(Debug, Default)]
pub struct EntryDraft {
    part: Option<Part>,
    values: Vec<(Field, String)>,
    begins: bool,
}

/// One entry as it is shown.
struct Entry<'a> {
    at: &'a ItemAt,
    fields: Vec<Shown>,
    /// What is to be said of the entry: whether it is a warning, and the words.
    notes: Vec<(bool, String)>,
}

/// One field of an entry.
struct Shown {
    field: Field,
    path: Vec<Step>,
    text: String,
    shared: bool,
}

fn shown<T>(
    at: &ItemAt,
    field: Field,
    named: &Option<Named<T>>,
    text: impl Fn(&T) -> String,
) -> Option<Shown> {
    let named = named.as_ref()?;
    let path = if named.key.is_empty() { at.path() } else { at.path_to(named.key) };
    let shared = named.stated.shared.is_some() || at.shared.is_some();
    Some(Shown { field, path, text: text(&named.stated.value), shared })
}

fn id_text(id: &Id) -> String {
    id.as_str().to_owned()
}

/// The entries of a list.
fn entries<'a>(state: &State, client: &'a ClientApp, part: Part, now: i64) -> Vec<Entry<'a>> {
    let entry = |at: &'a ItemAt, fields: Vec<Option<Shown>>| Entry {
        at,
        fields: fields.into_iter().flatten().collect(),
        notes: Vec::new(),
    };
    match part {
        Part::Secret | Part::Secrets => {
            let secrets = client.secrets().unwrap_or_default().iter();
            let secrets = secrets.filter(|secret| secret.at.part == part);
            secrets
                .map(|secret| {
                    let at = &secret.at;
                    let mut shown = entry(
                        at,
                        vec![
                            shown(at, Field::Name, &secret.name, String::clone),
                            shown(at, Field::Description, &secret.description, String::clone),
                            shown(at, Field::Type, &secret.kind, String::clone),
                            shown(at, Field::Expires, &secret.expires, |date| date.text.clone()),
                        ],
                    );
                    shown.notes = secret_notes(secret, now);
                    shown
                })
                .collect()
        }
        Part::LoginRedirectUris | Part::LogoutRedirectUris | Part::RedirectUris => {
            let uris = client.redirect_uris().iter().filter(|uri| uri.at.part == part);
            uris.map(|uri| {
                let at = &uri.at;
                entry(
                    at,
                    vec![
                        shown(at, Field::Uri, &uri.uri, String::clone),
                        shown(at, Field::Type, &uri.kind, String::clone),
                    ],
                )
            })
            .collect()
        }
        Part::Roles => {
            let roles = client.roles().iter();
            roles
                .map(|role| {
                    let at = &role.at;
                    entry(
                        at,
                        vec![
                            shown(at, Field::Role, &role.role, String::clone),
                            shown(at, Field::Target, &role.target, id_text),
                        ],
                    )
                })
                .collect()
        }
        Part::Metadata => client.metadata().iter().map(|it| metadata(state, it)).collect(),
        _ => {
            let attached = client.attached_in(part);
            attached
                .map(|it| {
                    let at = &it.at;
                    let id = if it.target.is_some() || it.name.is_some() {
                        None
                    } else {
                        shown(at, Field::Id, &it.id, id_text)
                    };
                    entry(
                        at,
                        vec![
                            shown(at, Field::Name, &it.name, String::clone),
                            shown(at, Field::Target, &it.target, id_text),
                            id,
                        ],
                    )
                })
                .collect()
        }
    }
}

fn metadata<'a>(state: &State, it: &'a crate::config::Metadata) -> Entry<'a> {
    let mut fields = Vec::new();
    let shared = it.at.shared.is_some();
    if let Some(key) = &it.key {
        let path = match (&it.at.step, it.value_key) {
            // The key of a mapping is renamed, not set.
            (_, "") => Vec::new(),
            _ => it.at.path_to("key"),
        };
        let shared = shared || key.shared.is_some();
        fields.push(Shown { field: Field::Key, path, text: key.value.clone(), shared });
    }
    let path = it.value_path();
    let document = it.value.and_then(|place| state.project.document(place.file, place.document));
    if let Some(Ok(tree)) = document.map(|document| document.tree())
        && let Some(text) = tree.at(&path).and_then(|node| tree.text(node))
    {
        fields.push(Shown { field: Field::Value, path, text: text.to_owned(), shared });
    }
    Entry { at: &it.at, fields, notes: Vec::new() }
}

fn secret_notes(secret: &crate::config::Secret, now: i64) -> Vec<(bool, String)> {
    let mut notes = Vec::new();
    match secret.value.as_ref().map(|value| *value.value()) {
        Some(Withheld::Something) => {
            notes.push((false, "A value is stated here. It is not shown.".to_owned()))
        }
        Some(Withheld::Placeholder) => {
            notes.push((false, "Its value is a placeholder.".to_owned()))
        }
        Some(Withheld::Empty) => notes.push((true, "Its value is empty.".to_owned())),
        None => notes.push((false, "No value is stated.".to_owned())),
    }
    match secret.expires.as_ref().map(|date| date.value()) {
        Some(date) => match date.moment {
            Some(moment) => notes.push(expiry(moment, now)),
            None => notes.push((false, format!("“{}” is not a date that can be read.", date.text))),
        },
        None => notes.push((false, "No expiry is stated.".to_owned())),
    }
    notes
}

/// How long something holds, in words, and whether that is a worry.
fn expiry(moment: Moment, now: i64) -> (bool, String) {
    let days = (moment.seconds - now).div_euclid(24 * 60 * 60);
    match days {
        ..0 => (true, format!("Expired {} ago.", days_text(-days))),
        0 => (true, "Expires within a day.".to_owned()),
        1..30 => (true, format!("Expires in {}.", days_text(days))),
        _ => (false, format!("Expires in {}.", days_text(days))),
    }
}

fn days_text(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

pub fn lists_ui(
    ui: &mut Ui,
    draft: &mut EntryDraft,
    state: &State,
    client: &ClientApp,
    commands: &mut Vec<Command>,
) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs().cast_signed());
    for part in LISTS {
        if client.states(part) || draft.part == Some(part) {
            list_ui(ui, draft, state, client, part, now, commands);
        }
    }
    ui.add_space(theme::GAP);
    ui.menu_button("Add a list…", |ui| {
        for part in LISTS {
            let possible = part.is_list() && !client.states(part);
            if possible && ui.button(part.label()).clicked() {
                draft.begin(client, part);
                ui.close();
            }
        }
    });
}

fn list_ui(
    ui: &mut Ui,
    draft: &mut EntryDraft,
    state: &State,
    client: &ClientApp,
    part: Part,
    now: i64,
    commands: &mut Vec<Command>,
) {
    let entries = entries(state, client, part, now);
    let tokens = Tokens::of(ui);
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        let title = RichText::new(part.label()).family(theme::semibold()).size(12.0);
        ui.label(title.color(tokens.text_weak));
        ui.label(RichText::new(entries.len().to_string()).small().color(tokens.text_weak));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = format!("Add to {}", part.label());
            if part.is_list() && small_icon_ui(ui, icons::ICON_ADD, &name) {
                draft.begin(client, part);
            }
        });
    });
    let count = entries.len();
    for (index, entry) in entries.iter().enumerate() {
        ui.push_id((part, index), |ui| {
            entry_ui(ui, client, part, (index, count), entry, commands);
        });
    }
    if draft.part == Some(part) {
        draft_ui(ui, draft, client, part, commands);
    }
}

fn entry_ui(
    ui: &mut Ui,
    client: &ClientApp,
    part: Part,
    (index, count): (usize, usize),
    entry: &Entry<'_>,
    commands: &mut Vec<Command>,
) {
    let number = index + 1;
    let label = part.label();
    let edit =
        |op: Op| Change::Edit { file: client.file, document: client.document, op, via: None };
    let single = entry.fields.len() <= 1 && entry.notes.is_empty();
    let buttons = |ui: &mut Ui, commands: &mut Vec<Command>| {
        let list = vec![Step::Key(entry.at.key.to_owned())];
        ui.spacing_mut().interact_size.x = 18.0;
        ui.spacing_mut().item_spacing.x = 2.0;
        if small_icon_ui(ui, icons::ICON_DELETE, &format!("Remove {number} of {label}")) {
            commands.push(Command::Change(edit(removal(entry.at, count))));
        }
        if let Some(Step::Index(at)) = entry.at.step
            && count > 1
        {
            let moves = [
                (icons::ICON_KEYBOARD_ARROW_DOWN, "down", index + 1 < count, at + 1),
                (icons::ICON_KEYBOARD_ARROW_UP, "up", index > 0, at.saturating_sub(1)),
            ];
            for (icon, way, possible, to) in moves {
                ui.add_enabled_ui(possible, |ui| {
                    if small_icon_ui(ui, icon, &format!("Move {number} of {label} {way}")) {
                        let op = Op::Move { path: list.clone(), from: at, to };
                        commands.push(Command::Change(edit(op)));
                    }
                });
            }
        }
        if let Some(shared) = &entry.at.shared {
            shared_chip(ui, shared);
        }
    };
    if single {
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                buttons(ui, commands);
                for shown in &entry.fields {
                    field_ui(ui, client, part, number, shown, commands);
                }
                if entry.fields.is_empty() {
                    ui.label(RichText::new("an entry that is not understood").small());
                }
            });
        });
        return;
    }
    super::card_ui(ui, |ui| {
        ui.horizontal(|ui| {
            let text = RichText::new(number.to_string()).small().color(Tokens::of(ui).text_weak);
            ui.label(text);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                buttons(ui, commands);
            });
        });
        for shown in &entry.fields {
            ui.horizontal(|ui| {
                super::label_ui(ui, part.field_label(shown.field));
                field_ui(ui, client, part, number, shown, commands);
            });
        }
        for (worry, text) in &entry.notes {
            if *worry {
                problem_ui(ui, text);
            } else {
                ui.label(RichText::new(text).size(12.0).color(Tokens::of(ui).text_weak));
            }
        }
    });
}

/// What takes an entry out: the list goes with the last one.
fn removal(at: &ItemAt, count: usize) -> Op {
    let key = at.key.to_owned();
    match &at.step {
        _ if count == 1 => Op::RemoveKey { path: Vec::new(), key },
        Some(Step::Index(index)) => Op::Remove { path: vec![Step::Key(key)], index: *index },
        Some(Step::Key(entry)) => Op::RemoveKey { path: vec![Step::Key(key)], key: entry.clone() },
        None => Op::RemoveKey { path: Vec::new(), key },
    }
}

fn field_ui(
    ui: &mut Ui,
    client: &ClientApp,
    part: Part,
    number: usize,
    shown: &Shown,
    commands: &mut Vec<Command>,
) {
    let name = format!("{} {number} of {}", part.field_label(shown.field), part.label());
    if shown.path.is_empty() {
        ui.add(egui::Label::new(RichText::new(&shown.text).monospace().size(12.0)).truncate());
        return;
    }
    let typed = super::text_ui(ui, &name, &shown.text, "empty", shown.shared);
    if let Some(text) = typed {
        let op = Op::Set { path: shown.path.clone(), value: Value::Text(text) };
        let change = Change::Edit { file: client.file, document: client.document, op, via: None };
        let field = format!("{:?} {} {:?}", client.file, client.document, shown.path);
        commands.push(Command::Typing { change, field });
    }
}

// --- A new entry -----------------------------------------------------------------------------

impl EntryDraft {
    fn begin(&mut self, client: &ClientApp, part: Part) {
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

fn draft_ui(
    ui: &mut Ui,
    draft: &mut EntryDraft,
    client: &ClientApp,
    part: Part,
    commands: &mut Vec<Command>,
) {
    let (mut add, mut cancel) = (false, false);
    let ready = draft.is_ready();
    super::card_ui(ui, |ui| {
        let begins = std::mem::take(&mut draft.begins);
        let mut entered = false;
        for (index, (field, text)) in draft.values.iter_mut().enumerate() {
            ui.horizontal(|ui| {
                let label = part.field_label(*field);
                super::label_ui(ui, label);
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
    secrets
        .chain(uris)
        .chain(attached)
        .chain(roles)
        .chain(metadata)
        .filter(|at| at.part == part)
        .last()
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
