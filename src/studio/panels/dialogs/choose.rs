//! Dialogs in which one of many is chosen: where an arrow goes, a command, a client app.

use egui::{Key, RichText, Ui};

use crate::config::ClientKey;
use crate::trust::{Node, describe_grant, grant};

use super::super::super::command::{Action, Command, Notice};
use super::super::super::graph_tab::{
    AskCommand, AskSlot, GraphCommand, Supposition, permission_name,
};
use super::super::super::selection::Selection;
use super::super::super::state::State;
use super::super::super::theme::Tokens;
use super::super::super::widgets::action_label;
use super::{DialogDraft, FocusFirst, buttons_ui, primary, title_ui};

/// The change that an arrow from one client app to another asks for, or why it cannot be made.
fn grant_command(state: &State, from: ClientKey, to: ClientKey) -> Command {
    match grant(&state.project, state.reading, from, to) {
        Ok(change) => Command::Change(change),
        Err(why) => Command::Notice(Notice::Failed(why)),
    }
}

pub fn grant_ui(
    ui: &mut Ui,
    state: &State,
    from: ClientKey,
    to: ClientKey,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let clients = state.project.clients();
    if from.0 >= clients.len() || to.0 >= clients.len() {
        commands.push(Command::CloseDialog);
        return;
    }
    let label = |key| state.project.client(key).label();
    title_ui(ui, &format!("Allow {} → {}?", label(from), label(to)));
    ui.add(egui::Label::new(describe_grant(&state.project, state.reading, from, to)).wrap());
    let reading =
        format!("Under the reading {}: {}", state.reading.name(), state.reading.sentence());
    ui.add(egui::Label::new(RichText::new(reading).small().color(tokens.text_weak)).wrap());
    buttons_ui(ui, commands, |ui, commands| {
        let possible = grant(&state.project, state.reading, from, to).is_ok();
        let button = ui.add_enabled(possible, primary(ui, "Allow"));
        button.request_focus_if_none(ui);
        if button.clicked() {
            commands.push(grant_command(state, from, to));
        }
    });
}

pub fn grant_to_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    from: ClientKey,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    title_ui(ui, &format!("Allow an exchange from {}", state.project.client(from).label()));
    let needle = draft.text.to_lowercase();
    let matches: Vec<_> = state
        .project
        .clients()
        .iter()
        .filter(|client| client.key != from && client.label().to_lowercase().contains(&needle))
        .map(|client| (client.label().to_owned(), String::new(), client.key))
        .collect();
    let chosen =
        chooser_ui(ui, draft, "Client app that the token comes out for", &matches, just_opened);
    if let Some(to) = chosen {
        commands.push(Command::ProposeGrant { from, to });
    }
    buttons_ui(ui, commands, |_, _| {});
}

/// Parties that are offered at once; typing finds the others.
const MOST_PARTIES: usize = 200;

/// Whom a question is about: a client app or an external identity, as the analysis names them.
pub fn party_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    slot: AskSlot,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    if slot == AskSlot::Subject {
        subject_ui(ui, draft, state, just_opened, commands);
        return;
    }
    title_ui(ui, &format!("Choose {}", slot.name()));
    let project = &state.analysis.project;
    let needle = draft.text.to_lowercase();
    let externals = state.analysis.graph.graph.node_weights().filter_map(|node| match node {
        Node::External { issuer, subject } => Some((issuer.as_str(), subject.as_str())),
        Node::Client(_) | Node::Ghost(_) => None,
    });
    let clients = project.clients().iter();
    let clients = clients.map(|client| (client.label().to_owned(), "", Party::Client(client.key)));
    let externals = externals.map(|(issuer, subject)| {
        let label = format!("{subject} of {issuer}");
        (label, "external identity", Party::External(issuer, subject))
    });
    let matches: Vec<(String, String, Party)> = clients
        .chain(externals)
        .filter(|(label, ..)| label.to_lowercase().contains(&needle))
        .take(MOST_PARTIES)
        .map(|(label, note, party)| (label, note.to_owned(), party))
        .collect();
    let name = "Client app or external identity";
    let chosen = chooser_ui(ui, draft, name, &matches, just_opened);
    if matches.len() == MOST_PARTIES {
        let text = format!("The first {MOST_PARTIES}; type a part of the name for others.");
        ui.label(RichText::new(text).small().color(Tokens::of(ui).text_weak));
    }
    if let Some(party) = chosen {
        let party = match party {
            Party::Client(key) => Selection::Client(key),
            Party::External(issuer, subject) => {
                Selection::External { issuer: issuer.to_owned(), subject: subject.to_owned() }
            }
        };
        commands.push(Command::Graph(GraphCommand::Ask(AskCommand::Chosen(slot, party))));
    }
    buttons_ui(ui, commands, |_, _| {});
}

/// What a supposition is about.
fn subject_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    let project = &state.analysis.project;
    let supposition = state.graph.ask.form.supposition;
    let what = supposition.subject();
    title_ui(ui, &format!("Suppose that {}", supposition.label()));
    let clients = project.clients().iter();
    let all: Vec<(String, Selection)> = match supposition {
        Supposition::Disable | Supposition::ExpireSecrets => clients
            .map(|client| (client.label().to_owned(), Selection::Client(client.key)))
            .collect(),
        Supposition::DropPermission => clients
            .flat_map(|client| client.permissions.iter().map(move |it| (client.key, it)))
            .filter_map(|(owner, permission)| {
                let entry = permission.id.as_ref()?.key().into_owned();
                let label = permission_name(project, owner, &entry);
                Some((label, Selection::Exchange { owner, entry }))
            })
            .collect(),
        Supposition::DropIssuer => {
            let identities = clients.flat_map(|client| &client.identities);
            let issuers = identities.filter_map(|it| it.issuer.as_ref().map(|it| it.value.clone()));
            let issuers: std::collections::BTreeSet<String> = issuers.collect();
            issuers.into_iter().map(|it| (it.clone(), Selection::Issuer(it))).collect()
        }
    };
    let needle = draft.text.to_lowercase();
    let matches: Vec<(String, String, usize)> = all
        .iter()
        .enumerate()
        .filter(|(_, (label, _))| label.to_lowercase().contains(&needle))
        .take(MOST_PARTIES)
        .map(|(at, (label, _))| (label.clone(), String::new(), at))
        .collect();
    let chosen = chooser_ui(ui, draft, what, &matches, just_opened);
    if matches.len() == MOST_PARTIES {
        let text = format!("The first {MOST_PARTIES}; type a part of the name for others.");
        ui.label(RichText::new(text).small().color(Tokens::of(ui).text_weak));
    }
    if let Some((_, subject)) = chosen.and_then(|at| all.into_iter().nth(at)) {
        let chosen = AskCommand::Chosen(AskSlot::Subject, subject);
        commands.push(Command::Graph(GraphCommand::Ask(chosen)));
    }
    buttons_ui(ui, commands, |_, _| {});
}

#[derive(Clone, Copy, Debug)]
enum Party<'a> {
    Client(ClientKey),
    External(&'a str, &'a str),
}

pub fn palette_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    let needle = draft.text.to_lowercase();
    let mut matches: Vec<(String, String, Target)> = Action::all()
        .filter(|action| *action != Action::Palette && action.disabled_reason(state).is_none())
        .map(|action| (action_label(state, action), action))
        .filter(|(label, _)| label.to_lowercase().contains(&needle))
        .map(|(label, action)| {
            let shortcut = action.shortcut().map(|shortcut| ui.ctx().format_shortcut(&shortcut));
            (label, shortcut.unwrap_or_default(), Target::Action(action))
        })
        .collect();
    if !needle.is_empty() {
        let clients = state.project.clients().iter();
        let found =
            clients.filter(|client| client.label().to_lowercase().contains(&needle)).take(50);
        matches.extend(found.map(|client| {
            (client.label().to_owned(), "client app".to_owned(), Target::Client(client.key))
        }));
    }
    match chooser_ui(ui, draft, "Type a command or a client app", &matches, just_opened) {
        Some(Target::Action(action)) => commands.push(Command::Act(action)),
        Some(Target::Client(key)) => {
            commands.push(Command::CloseDialog);
            commands.push(Command::Reveal(Selection::Client(key)));
        }
        None => {}
    }
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Action(Action),
    Client(ClientKey),
}

/// A field with a list below it; arrow keys choose, Enter takes.
pub fn chooser_ui<T: Copy>(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    name: &str,
    matches: &[(String, String, T)],
    just_opened: bool,
) -> Option<T> {
    let tokens = Tokens::of(ui);
    let (up, down, enter) = ui.input_mut(|input| {
        (
            input.consume_key(egui::Modifiers::NONE, Key::ArrowUp),
            input.consume_key(egui::Modifiers::NONE, Key::ArrowDown),
            input.key_pressed(Key::Enter),
        )
    });
    let field = egui::TextEdit::singleline(&mut draft.text)
        .hint_text(name)
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 6));
    let response = ui.add(field).accessible_name(name);
    if just_opened {
        response.request_focus();
    }
    if response.changed() {
        draft.chosen = 0;
    }
    let last = matches.len().saturating_sub(1);
    if down {
        draft.chosen = (draft.chosen + 1).min(last);
    }
    if up {
        draft.chosen = draft.chosen.saturating_sub(1);
    }
    draft.chosen = draft.chosen.min(last);
    let mut taken =
        if enter { matches.get(draft.chosen).map(|(_, _, value)| *value) } else { None };
    if matches.is_empty() {
        ui.label(RichText::new("Nothing matches").color(tokens.text_weak));
    }
    egui::ScrollArea::vertical().max_height(320.0).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (index, (label, note, value)) in matches.iter().enumerate() {
            let selected = index == draft.chosen;
            let button = egui::Button::selectable(selected, label.as_str())
                .shortcut_text(RichText::new(note).small().color(tokens.text_weak))
                .min_size(egui::vec2(ui.available_width(), 26.0));
            let response = ui.add(button).accessible_name(format!("Choose {label}"));
            if selected && (up || down) {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                taken = Some(*value);
            }
        }
    });
    taken
}
