//! The inspector: everything about what is selected, and the forms that change it.

use egui::{RichText, Ui};
use egui_material_icons::icons;

use crate::audit::Finding;
use crate::config::{Change, ClientApp, ClientKey, FileId, Id, PERMISSIONS, Permission, Place};
use crate::trust::Subject;
use crate::yaml::{Op, Step};

use super::super::command::{Action, Command};
use super::super::selection::{Selection, permission_index};
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{
    column_label_ui, empty_ui, icon_button_ui, place_link_ui, problem_ui, section_ui,
    severity_look, shared_chip, small_icon_ui,
};
use super::raw::RawDraft;

mod document;
mod file;
mod identities;
mod lists;
mod settings;
mod unknown;

use identities::card_ui;

pub use file::size;
pub use identities::IdentityDraft;

/// What the inspector keeps between frames.
#[derive(Debug, Default)]
pub struct Inspector {
    /// The federated identity that is being added, with the client app it is for.
    draft: IdentityDraft,
    /// The entry that is being added to a list.
    entry: lists::EntryDraft,
    /// The YAML that is being edited.
    raw: RawDraft,
    /// What the drafts are for.
    for_selection: Option<Selection>,
}

pub fn inspector_ui(
    ui: &mut Ui,
    inspector: &mut Inspector,
    state: &State,
    commands: &mut Vec<Command>,
) {
    if inspector.for_selection != state.selection {
        inspector.for_selection = state.selection.clone();
        inspector.entry = lists::EntryDraft::default();
        inspector.raw = RawDraft::default();
    }
    let Some(selection) = &state.selection else {
        match state.finding.and_then(|index| state.analysis.findings.get(index)) {
            Some(finding) => finding_ui(ui, state, finding, commands),
            None => {
                empty_ui(ui, "Nothing selected", "Select a client app, an identity or an arrow.");
            }
        }
        return;
    };
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| match selection {
        Selection::Client(key) => client_ui(ui, inspector, state, *key, commands),
        Selection::Ghost(entry) => ghost_ui(ui, state, entry, commands),
        Selection::Issuer(issuer) => issuer_ui(ui, state, issuer, commands),
        Selection::External { issuer, subject } => {
            external_ui(ui, state, issuer, subject, commands)
        }
        Selection::Exchange { owner, entry } => exchange_ui(ui, state, *owner, entry, commands),
        Selection::Federation { client, index } => {
            let identity = &state.project.client(*client).identities[*index];
            match (&identity.issuer, &identity.subject) {
                (Some(issuer), Some(subject)) => {
                    external_ui(ui, state, &issuer.value, &subject.value, commands);
                }
                _ => client_ui(ui, inspector, state, *client, commands),
            }
        }
        Selection::Document { file, document } => {
            let at = (*file, *document);
            document::document_ui(ui, &mut inspector.raw, state, at, commands);
        }
        Selection::File(file) => file::file_ui(ui, state, *file, commands),
    });
}

// --- A finding -------------------------------------------------------------------------------

/// A finding that is about no client app: a file that cannot be read, a document that is broken.
fn finding_ui(ui: &mut Ui, state: &State, finding: &Finding, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (icon, color) = severity_look(&tokens, finding.severity);
    ui.horizontal(|ui| {
        ui.label(icon.rich_text().size(15.0).color(color));
        kind_ui(ui, &format!("{} · {}", finding.rule.id, finding.severity.name()), color);
    });
    let message = RichText::new(&finding.message).family(theme::semibold()).size(15.0);
    ui.add(egui::Label::new(message).wrap());
    if let Some(place) = finding.place() {
        place_link_ui(ui, state, place, commands);
    }
    for (title, text) in [("What to do", finding.help.as_str()), ("Why", finding.rule.why)] {
        section_ui(ui, title);
        ui.add(egui::Label::new(text).wrap());
    }
    section_ui(ui, "References");
    for reference in finding.rule.references {
        ui.label(RichText::new(*reference).color(tokens.text_weak));
    }
}

// --- A client app ----------------------------------------------------------------------------

fn client_ui(
    ui: &mut Ui,
    inspector: &mut Inspector,
    state: &State,
    key: ClientKey,
    commands: &mut Vec<Command>,
) {
    let client = state.project.client(key);
    ui.push_id(key.0, |ui| {
        kind_ui(ui, "Client app", Tokens::of(ui).client);
        name_ui(ui, client, commands);
        id_ui(ui, state, client, commands);
        if let Some(place) = client.stale.as_deref() {
            stale_ui(ui, state, *place, commands);
        }
        findings_ui(ui, state, key, commands);
        permissions_ui(ui, state, client, commands);
        identities::identities_ui(ui, &mut inspector.draft, state, client, commands);
        settings::settings_ui(ui, client, commands);
        lists::lists_ui(ui, &mut inspector.entry, state, client, commands);
        unknown::unknown_ui(
            ui,
            &mut inspector.raw,
            state,
            (client.file, client.document),
            client.unknown(),
            commands,
        );
        ui.add_space(theme::GAP * 2.0);
    });
}

fn kind_ui(ui: &mut Ui, kind: &str, color: egui::Color32) {
    ui.label(RichText::new(kind).small().color(color));
}

fn name_ui(ui: &mut Ui, client: &ClientApp, commands: &mut Vec<Command>) {
    let mut name = client.name.as_ref().map(|name| name.value.clone()).unwrap_or_default();
    let shared = client.name.as_ref().and_then(|name| name.shared.as_deref());
    if let Some(shared) = shared {
        shared_chip(ui, shared);
        if let Some(value) = text_ui(ui, "Name", &name, "Name", true) {
            let change = Change::Set { client: client.key, key: "name".to_owned(), value };
            commands.push(Command::Change(change));
        }
        return;
    }
    let field = egui::TextEdit::singleline(&mut name)
        .font(egui::FontId::new(17.0, theme::semibold()))
        .hint_text("Name")
        .id_salt("name")
        .margin(egui::Margin::symmetric(6, 4))
        .desired_width(f32::INFINITY);
    let response = ui.add(field).accessible_name("Name");
    if response.changed() {
        let change =
            Change::Set { client: client.key, key: "name".to_owned(), value: name.clone() };
        commands.push(Command::Typing { change, field: format!("name {}", client.key.0) });
    }
    if name.trim().is_empty() {
        problem_ui(ui, "A client app without a name is hard to tell from others.");
    }
}

fn id_ui(ui: &mut Ui, state: &State, client: &ClientApp, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| match &client.id {
        Some(id) => {
            let text = RichText::new(id.value.as_str()).monospace().size(11.5);
            ui.add(egui::Label::new(text).truncate());
            if small_icon_ui(ui, icons::ICON_CONTENT_COPY, "Copy id") {
                ui.ctx().copy_text(id.value.as_str().to_owned());
            }
        }
        None => {
            ui.label(RichText::new("no id stated").color(Tokens::of(ui).caution));
        }
    });
    ui.horizontal_wrapped(|ui| {
        file_link_ui(ui, state, client.file, commands);
        place_link_ui(ui, state, client.place, commands);
        if let Some(subscription) = &client.subscription {
            let group = state.project.subscription(&subscription.value);
            let label = group.as_ref().map_or(subscription.value.as_str(), |group| group.label());
            ui.label(RichText::new(format!("in {label}")).small().color(Tokens::of(ui).text_weak));
        }
    });
}

fn findings_ui(ui: &mut Ui, state: &State, key: ClientKey, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let client = state.project.client(key);
    for (index, finding) in state.analysis.findings.iter().enumerate() {
        let here = finding
            .place()
            .is_some_and(|place| place.file == client.file && place.document == client.document);
        if !here {
            continue;
        }
        let (icon, color) = severity_look(&tokens, finding.severity);
        ui.horizontal_top(|ui| {
            ui.label(icon.rich_text().size(15.0).color(color));
            let response = ui
                .add(
                    egui::Label::new(RichText::new(&finding.message).size(12.5))
                        .wrap()
                        .sense(egui::Sense::click()),
                )
                .on_hover_text(&finding.help);
            if response.clicked() {
                commands.push(Command::SelectFinding(index));
                if let Some(place) = finding.place() {
                    commands.push(Command::ShowPlace(place));
                }
            }
        });
    }
}

fn permissions_ui(ui: &mut Ui, state: &State, client: &ClientApp, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    section_ui(ui, "Listed client apps");
    if client.permissions.is_empty() {
        ui.label(RichText::new("The list is empty.").color(tokens.text_weak));
    }
    for (index, permission) in client.permissions.iter().enumerate() {
        ui.horizontal(|ui| {
            remove_permission_ui(ui, client, permission, state, commands);
            if client.permissions.len() > 1 {
                let name = format!("entry {}", index + 1);
                let at = (index, client.permissions.len());
                move_ui(ui, client, (PERMISSIONS, &name), at, commands);
            }
            entry_ui(ui, state, client, permission, commands);
            if let Some(shared) = permission.shared.as_deref() {
                shared_chip(ui, shared);
            }
        });
    }
    if icon_button_ui(ui, icons::ICON_ADD, "Allow exchange to…")
        .on_hover_text(
            "Choose another client app, and read what the permission will mean before it is made",
        )
        .clicked()
    {
        commands.push(Command::Act(Action::AllowExchange));
    }
    let mut named_by: Vec<ClientKey> =
        state.project.references_to(client.key).iter().map(|(owner, _)| *owner).collect();
    named_by.dedup();
    if named_by.is_empty() {
        return;
    }
    section_ui(ui, "Listed by");
    for owner in named_by {
        if ui.link(state.project.client(owner).label()).clicked() {
            commands.push(Command::Reveal(Selection::Client(owner)));
        }
    }
}

/// Moves an entry of a list up and down.
fn move_ui(
    ui: &mut Ui,
    client: &ClientApp,
    (list, name): (&str, &str),
    (index, count): (usize, usize),
    commands: &mut Vec<Command>,
) {
    ui.spacing_mut().interact_size.x = 18.0;
    ui.spacing_mut().item_spacing.x = 2.0;
    let ways = [
        (icons::ICON_KEYBOARD_ARROW_UP, "up", index.checked_sub(1)),
        (icons::ICON_KEYBOARD_ARROW_DOWN, "down", Some(index + 1).filter(|to| *to < count)),
    ];
    for (icon, way, to) in ways {
        ui.add_enabled_ui(to.is_some(), |ui| {
            if let (true, Some(to)) = (small_icon_ui(ui, icon, &format!("Move {name} {way}")), to) {
                let path = vec![Step::Key(list.to_owned())];
                let op = Op::Move { path, from: index, to };
                let (file, document) = (client.file, client.document);
                commands.push(Command::Change(Change::Edit { file, document, op, via: None }));
            }
        });
    }
}

fn entry_ui(
    ui: &mut Ui,
    state: &State,
    client: &ClientApp,
    permission: &Permission,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let (Some(id), owner) = (&permission.id, client.key) else {
        ui.label(RichText::new("an entry without id").color(tokens.caution));
        return;
    };
    let label = permission.client.map(|key| state.project.client(key).label());
    let text = label.map_or_else(
        || RichText::new(format!("unknown {}", id.as_str())).color(tokens.ghost),
        RichText::new,
    );
    let entry = id.key().into_owned();
    let selection = Selection::Exchange { owner, entry };
    // The sentence is looked for only when it is asked for: a hub lists thousands.
    let link = ui.add(egui::Link::new(text)).on_hover_ui(|ui| {
        ui.label(sentence(state, owner, permission));
    });
    if link.clicked() {
        commands.push(Command::Reveal(selection));
    }
}

fn remove_permission_ui(
    ui: &mut Ui,
    client: &ClientApp,
    permission: &Permission,
    state: &State,
    commands: &mut Vec<Command>,
) {
    let Some(id) = &permission.id else { return };
    let label = permission.client.map_or(id.as_str(), |key| state.project.client(key).label());
    let name = format!("Revoke {label}");
    if small_icon_ui(ui, icons::ICON_CLOSE, &name) {
        let change = Change::Revoke { owner: client.key, entry: id.as_str().to_owned() };
        commands.push(Command::Change(change));
    }
}

/// What an entry means under the reading, as a sentence.
fn sentence(state: &State, owner: ClientKey, permission: &Permission) -> String {
    let graph = &state.analysis.graph;
    graph
        .graph
        .edge_indices()
        .find(|edge| match &graph.graph[*edge] {
            crate::trust::Edge::Exchange(exchange) => {
                exchange.owner == owner && exchange.place == permission.place
            }
            crate::trust::Edge::Federation { .. } => false,
        })
        .map(|edge| graph.sentence(&state.analysis.project, edge))
        .unwrap_or_default()
}

// --- An arrow --------------------------------------------------------------------------------

fn exchange_ui(
    ui: &mut Ui,
    state: &State,
    owner: ClientKey,
    entry: &str,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let Some(index) = permission_index(&state.project, owner, entry) else { return };
    let client = state.project.client(owner);
    let permission = &client.permissions[index];
    kind_ui(ui, "Exchange", tokens.client);
    let text = sentence(state, owner, permission);
    ui.label(RichText::new(text).family(theme::semibold()).size(15.0));
    place_link_ui(ui, state, permission.place, commands);
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        simulate_ui(ui, state, commands);
        if ui.button("Revoke").on_hover_text("Removes the entry from the list").clicked()
            && let Some(id) = &permission.id
        {
            let change = Change::Revoke { owner, entry: id.as_str().to_owned() };
            commands.push(Command::Change(change));
        }
    });
    decision_ui(ui, state, commands);
    section_ui(ui, "Written in");
    client_link_ui(ui, state, owner, commands);
    if let Some(other) = permission.client {
        section_ui(ui, "Names");
        client_link_ui(ui, state, other, commands);
    }
}

fn client_link_ui(ui: &mut Ui, state: &State, key: ClientKey, commands: &mut Vec<Command>) {
    if ui.link(state.project.client(key).label()).clicked() {
        commands.push(Command::Reveal(Selection::Client(key)));
    }
}

fn simulate_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let reason = Action::SimulateSelected.disabled_reason(state);
    let tokens = Tokens::of(ui);
    let text = RichText::new("Simulate this").color(tokens.on_accent);
    let button = egui::Button::new(text).fill(tokens.accent);
    let response =
        ui.add_enabled(reason.is_none(), button).on_hover_text("Fill the exchange tab from it");
    if response.clicked() {
        commands.push(Command::Act(Action::SimulateSelected));
    }
}

/// What the configuration says about the selected exchange, condition by condition.
fn decision_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(question) = state.simulation() else { return };
    let decision = crate::trust::decide(&state.project, state.reading, &question);
    section_ui(ui, "Prediction");
    super::super::widgets::decision_ui(ui, state, &decision, commands);
}

// --- External identities -----------------------------------------------------------------------

fn external_ui(
    ui: &mut Ui,
    state: &State,
    issuer: &str,
    subject: &str,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    kind_ui(ui, "External identity", tokens.external);
    ui.add(egui::Label::new(RichText::new(subject).family(theme::semibold()).size(15.0)).wrap());
    ui.label(RichText::new(format!("of {issuer}")).color(tokens.text_weak));
    ui.add_space(theme::GAP);
    simulate_ui(ui, state, commands);
    section_ui(ui, "Stands for");
    for (principal, index) in state.project.by_identity(issuer, subject) {
        client_link_ui(ui, state, principal, commands);
        place_link_ui(ui, state, state.project.client(principal).identities[index].place, commands);
        let brokers = state.analysis.graph.brokers(&state.analysis.project, principal);
        if brokers.is_empty() {
            problem_ui(ui, "No client app may bring its token: nobody can use this identity yet.");
        } else {
            section_ui(ui, "May be brought by");
            for broker in brokers {
                client_link_ui(ui, state, broker, commands);
            }
        }
    }
    let external = state
        .simulation()
        .is_some_and(|question| matches!(question.subject, Subject::External { .. }));
    if external {
        decision_ui(ui, state, commands);
    }
}

fn issuer_ui(ui: &mut Ui, state: &State, issuer: &str, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    kind_ui(ui, "Issuer", tokens.external);
    ui.add(egui::Label::new(RichText::new(issuer).family(theme::semibold()).size(15.0)).wrap());
    section_ui(ui, "Its identities");
    for client in state.project.clients() {
        for identity in &client.identities {
            let (Some(stated), Some(subject)) = (&identity.issuer, &identity.subject) else {
                continue;
            };
            if stated.value != issuer {
                continue;
            }
            ui.horizontal_wrapped(|ui| {
                if ui.link(&subject.value).clicked() {
                    commands.push(Command::Reveal(Selection::External {
                        issuer: issuer.to_owned(),
                        subject: subject.value.clone(),
                    }));
                }
                ui.label(RichText::new(format!("as {}", client.label())).color(tokens.text_weak));
            });
        }
    }
}

fn ghost_ui(ui: &mut Ui, state: &State, entry: &str, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    kind_ui(ui, "Unknown client app", tokens.ghost);
    ui.label(RichText::new(entry).monospace());
    ui.label("Lists name this id, but no document defines it. It may live on the server, in a file that is not open, or be misspelt.");
    let meant = state.project.did_you_mean(&Id::new(entry));
    if !meant.is_empty() {
        section_ui(ui, "Did you mean");
        for key in meant {
            client_link_ui(ui, state, key, commands);
        }
    }
    section_ui(ui, "Listed by");
    for client in state.project.clients() {
        for permission in &client.permissions {
            if permission.client.is_none()
                && permission.id.as_ref().is_some_and(|id| id.key() == entry)
            {
                client_link_ui(ui, state, client.key, commands);
                place_link_ui(ui, state, permission.place, commands);
            }
        }
    }
}

/// Says that a document is broken and what is shown is what it last said, with the way there.
fn stale_ui(ui: &mut Ui, state: &State, place: Place, commands: &mut Vec<Command>) {
    problem_ui(
        ui,
        "This document is broken. What is shown here is what it said while it was whole.",
    );
    if icon_button_ui(ui, icons::ICON_BUILD, "Go to the break").clicked() {
        commands.push(Command::ShowPlace(place));
    }
    ui.label(
        RichText::new(state.project.describe_place(place)).small().color(Tokens::of(ui).text_weak),
    );
}

/// A text that is changed while it is typed. One that others share is changed when it is left, so
/// that it is asked once whose it is.
fn text_ui(ui: &mut Ui, name: &str, text: &str, hint: &str, shared: bool) -> Option<String> {
    let id = ui.make_persistent_id(("text", name));
    let mut typed = ui
        .data(|data| data.get_temp::<String>(id))
        .filter(|_| shared)
        .unwrap_or_else(|| text.to_owned());
    let field = egui::TextEdit::singleline(&mut typed)
        .font(egui::TextStyle::Monospace)
        .hint_text(hint)
        .id_salt(name)
        .desired_width(f32::INFINITY);
    let response = ui.add(field).accessible_name(name);
    if !shared {
        return response.changed().then_some(typed);
    }
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, typed.clone()));
    }
    if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        return (typed != text).then_some(typed);
    }
    None
}

/// A label before a field of a card.
fn label_ui(ui: &mut Ui, label: &str) {
    let text = RichText::new(label).small().color(Tokens::of(ui).text_weak);
    column_label_ui(ui, text, egui::vec2(64.0, 22.0));
}

/// The file something is in, as a link to what there is to say of the file.
fn file_link_ui(ui: &mut Ui, state: &State, file: FileId, commands: &mut Vec<Command>) {
    let name = &state.project.file(file).name;
    let button = egui::Button::new((
        icons::ICON_DESCRIPTION.rich_text().size(13.0),
        RichText::new(name).small(),
    ))
    .small();
    let response = ui.add(button).accessible_name(format!("File {name}"));
    if response.on_hover_text("Show what there is to say of this file").clicked() {
        commands.push(Command::Select(Some(Selection::File(file))));
    }
}
