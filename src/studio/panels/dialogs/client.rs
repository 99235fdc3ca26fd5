//! Dialogs about a client app or another document as a whole: a new one, another id, another file,
//! and its end. Each says what it will touch before it does.

use std::path::PathBuf;

use egui::{Key, RichText, Ui};

use crate::config::{Change, ClientKey, FileId, Id, Project};

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::widgets::{choice_ui, problem_ui, tick_ui, weak_ui};
use super::super::bars::counted;
use super::super::clients::document_words;
use super::choose::chooser_ui;
use super::{DialogDraft, FocusFirst, buttons_ui, field_ui, primary, row_ui, title_ui};

/// What the id of a new client app is to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum IdChoice {
    #[default]
    Guid,
    Placeholder,
    Typed,
}

/// Where a new client app goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Target {
    #[default]
    New,
    File(FileId),
}

/// A client app that is being thought of.
#[derive(Debug, Default)]
pub struct ClientDraft {
    name: String,
    id: IdChoice,
    guid: String,
    /// `None` follows the name.
    placeholder: Option<String>,
    typed: String,
    subscription: Option<String>,
    target: Target,
    path: String,
}

impl ClientDraft {
    pub fn begin(state: &State) -> Self {
        let readable = |file: &FileId| state.project.file(*file).stream.is_ok();
        let selected = state.selection.as_ref();
        let first = state.project.files().iter().find(|file| file.stream.is_ok());
        let file = selected
            .and_then(|selection| selection.file(&state.project))
            .filter(readable)
            .or(first.map(|file| file.id));
        let like = selected.and_then(|selection| selection.owner());
        let subscription = like
            .and_then(|key| state.project.client(key).subscription.as_ref())
            .map(|stated| stated.value.as_str().to_owned());
        Self {
            guid: uuid::Uuid::new_v4().to_string(),
            subscription,
            target: file.map_or(Target::New, Target::File),
            path: state.path_of_a_new_file().display().to_string(),
            ..Self::default()
        }
    }

    fn placeholder(&self) -> String {
        self.placeholder.clone().unwrap_or_else(|| {
            let mut word = String::new();
            for letter in self.name.trim().to_lowercase().chars() {
                match letter {
                    letter if letter.is_alphanumeric() => word.push(letter),
                    _ if word.ends_with('-') || word.is_empty() => {}
                    _ => word.push('-'),
                }
            }
            let word = word.trim_end_matches('-');
            format!("{{{{guid:{}}}}}", if word.is_empty() { "name" } else { word })
        })
    }

    fn id(&self) -> String {
        match self.id {
            IdChoice::Guid => self.guid.clone(),
            IdChoice::Placeholder => self.placeholder(),
            IdChoice::Typed => self.typed.clone(),
        }
    }

    /// Why no client app can be made of it yet.
    fn missing(&self, state: &State) -> Option<String> {
        let id = self.id();
        if self.name.trim().is_empty() {
            return Some("Give it a name.".to_owned());
        }
        if id.trim().is_empty() {
            return Some("Give it an id.".to_owned());
        }
        if let Some(other) = state.project.by_id(&Id::new(&id)) {
            let other = state.project.client(other).label();
            return Some(format!("{other} has this id already."));
        }
        if self.target == Target::New && self.path.trim().is_empty() {
            return Some("Say where the new file is to be.".to_owned());
        }
        None
    }

    /// The steps that make it, and what they are called together.
    fn command(&self, state: &State) -> Command {
        let project = &state.project;
        let mut changes = Vec::new();
        let (file, at) = match &self.target {
            Target::New => {
                changes.push(Change::AddFile { path: PathBuf::from(self.path.trim()) });
                (project.next_file(), None)
            }
            Target::File(file) => {
                let selected = state.selection.as_ref().and_then(|it| it.document(project));
                (*file, selected.filter(|it| it.0 == *file).map(|(_, document)| document + 1))
            }
        };
        changes.push(Change::AddClient {
            file,
            at,
            id: Some(self.id()),
            name: self.name.trim().to_owned(),
            subscription: self.subscription.clone(),
        });
        Command::Changes { changes, label: format!("Add client app {}", self.name.trim()) }
    }
}

pub fn new_ui(
    ui: &mut Ui,
    draft: &mut ClientDraft,
    state: &State,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    title_ui(ui, "New client app");
    let name = field_ui(ui, "Name", "Name of the new client app", &mut draft.name, "as people say");
    if just_opened {
        name.request_focus();
    }
    let entered = name.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let choices = [
        (IdChoice::Guid, "A new GUID".to_owned()),
        (IdChoice::Placeholder, "A placeholder".to_owned()),
        (IdChoice::Typed, "An id typed here".to_owned()),
    ];
    row_ui(ui, "Id", |ui| choice_ui(ui, "Id", &mut draft.id, &choices));
    match draft.id {
        IdChoice::Guid => {
            let text = RichText::new(draft.guid.as_str()).monospace();
            row_ui(ui, "", |ui| ui.add(egui::Label::new(text)));
        }
        IdChoice::Placeholder => {
            let mut text = draft.placeholder();
            if field_ui(ui, "", "Placeholder", &mut text, "{{guid:name}}").changed() {
                draft.placeholder = Some(text);
            }
        }
        IdChoice::Typed => {
            field_ui(ui, "", "Id of the new client app", &mut draft.typed, "an id");
        }
    }
    let groups = state.project.subscriptions();
    let mut choices: Vec<_> = std::iter::once((None, "not stated".to_owned()))
        .chain(groups.map(|group| (Some(group.id.as_str().to_owned()), group.label().to_owned())))
        .collect();
    if !choices.iter().any(|(id, _)| *id == draft.subscription) {
        choices.push((draft.subscription.clone(), draft.subscription.clone().unwrap_or_default()));
    }
    row_ui(ui, "Subscription", |ui| {
        choice_ui(ui, "Subscription", &mut draft.subscription, &choices)
    });
    let files = state.project.files().iter().filter(|file| file.stream.is_ok());
    let choices: Vec<_> = files
        .map(|file| (Target::File(file.id), file.name.clone()))
        .chain([(Target::New, "A new file…".to_owned())])
        .collect();
    row_ui(ui, "File", |ui| choice_ui(ui, "File", &mut draft.target, &choices));
    if draft.target == Target::New {
        field_ui(ui, "", "Path of the new file", &mut draft.path, "folder/clients.yaml");
        weak_ui(ui, "The file is written when you save.");
    }
    let missing = draft.missing(state);
    if let Some(missing) = &missing
        && !draft.name.is_empty()
    {
        problem_ui(ui, missing);
    }
    buttons_ui(ui, commands, |ui, commands| {
        let button = ui.add_enabled(missing.is_none(), primary(ui, "Add client app"));
        let button = button.on_disabled_hover_text(missing.clone().unwrap_or_default());
        if button.clicked() || (entered && missing.is_none()) {
            commands.push(draft.command(state));
        }
    });
}

// --- Removing --------------------------------------------------------------------------------

/// What a document is called, and the client app it describes.
fn what(state: &State, file: FileId, document: usize) -> (String, Option<ClientKey>) {
    match state.project.client_at(file, document) {
        Some(key) => (state.project.client(key).label().to_owned(), Some(key)),
        None => (document_words(state, (file, document)).0, None),
    }
}

/// Owners of entries that name a client app, each once.
fn owners(project: &Project, key: ClientKey) -> Vec<ClientKey> {
    let mut owners: Vec<_> = project.references_to(key).iter().map(|(owner, _)| *owner).collect();
    owners.retain(|owner| *owner != key);
    owners.sort_unstable();
    owners.dedup();
    owners
}

pub fn remove_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    (file, document): (FileId, usize),
    commands: &mut Vec<Command>,
) {
    let (label, key) = what(state, file, document);
    title_ui(ui, &format!("Remove {label}?"));
    let source = &state.project.file(file).name;
    ui.label(format!("Its whole document leaves {source}, comments included."));
    let owners = key.map(|key| owners(&state.project, key)).unwrap_or_default();
    let id = key.and_then(|key| state.project.client(key).id.as_ref().map(|it| it.value.clone()));
    if owners.is_empty() {
        let groups = members(state, file, document);
        if groups > 0 {
            let text = format!("{} name it and will name nothing.", counted(groups, "document"));
            problem_ui(ui, &text);
        } else {
            weak_ui(ui, "Nothing else in the project refers to it.");
        }
    } else {
        ui.label(format!("{} it:", if owners.len() == 1 { "One lists" } else { "These list" }));
        egui::ScrollArea::vertical().max_height(160.0).auto_shrink([false, true]).show(ui, |ui| {
            for owner in &owners {
                let client = state.project.client(*owner);
                let place = state.project.describe_place(client.place);
                ui.horizontal_wrapped(|ui| {
                    ui.label(format!("• {}", client.label()));
                    weak_ui(ui, &place);
                });
            }
        });
        let text = format!("Remove it from {} too", counted(owners.len(), "list"));
        tick_ui(ui, &mut draft.also, text);
        if !draft.also {
            problem_ui(ui, "Their entries stay and will name a client app that is not there.");
        }
    }
    buttons_ui(ui, commands, |ui, commands| {
        let button = ui.add(primary(ui, "Remove"));
        button.request_focus_if_none(ui);
        if button.clicked() {
            let mut changes = Vec::new();
            if let (true, Some(id)) = (draft.also, &id) {
                changes.extend(
                    owners.iter().map(|owner| Change::Revoke {
                        owner: *owner,
                        entry: id.as_str().to_owned(),
                    }),
                );
            }
            changes.push(Change::RemoveDocument { file, document });
            commands.push(Command::Changes { changes, label: format!("Remove {label}") });
        }
    });
}

/// How many documents name a subscription or a customer.
fn members(state: &State, file: FileId, document: usize) -> usize {
    let project = &state.project;
    let others = project.other_documents();
    let Some(other) = others.iter().find(|it| it.file == file && it.document == document) else {
        return 0;
    };
    let Some(id) = other.id.as_ref().map(|id| &id.value) else { return 0 };
    let clients = project.clients().iter();
    clients.filter(|it| it.subscription.as_ref().is_some_and(|it| it.value == *id)).count()
        + others.iter().filter(|it| it.customer.as_ref().is_some_and(|it| it.value == *id)).count()
}

// --- Moving ----------------------------------------------------------------------------------

pub fn move_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    (file, document): (FileId, usize),
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    let (label, _) = what(state, file, document);
    title_ui(ui, &format!("Move {label} to another file"));
    weak_ui(ui, "Its document goes to the end of that file, as it is written, comments included.");
    let needle = draft.text.to_lowercase();
    let files = state.project.files().iter();
    let matches: Vec<_> = files
        .filter(|it| it.id != file && it.stream.is_ok())
        .filter(|it| it.name.to_lowercase().contains(&needle))
        .map(|it| {
            let count = it.stream.as_ref().map_or(0, |stream| stream.documents().len());
            (it.name.clone(), counted(count, "document"), (it.id, count))
        })
        .collect();
    if let Some((to_file, to)) = chooser_ui(ui, draft, "File to move it to", &matches, just_opened)
    {
        commands.push(Command::Change(Change::MoveDocument { file, document, to_file, to }));
    }
    buttons_ui(ui, commands, |_, _| {});
}

// --- Another id ------------------------------------------------------------------------------

pub fn rename_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    id: &str,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    title_ui(ui, "Rename id everywhere");
    let field = field_ui(ui, "New id", "New id", &mut draft.text, "a GUID or {{guid:name}}");
    if just_opened {
        field.request_focus();
    }
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let places = state.id_places.as_ref().filter(|places| places.id == id);
    let count = places.map_or(0, |it| it.found.iter().map(|(.., count)| count).sum::<usize>());
    match places {
        None => weak_ui(ui, "Looking for the places that have it…"),
        Some(places) => {
            let mut files: Vec<(FileId, usize)> = Vec::new();
            for (file, _, count) in &places.found {
                match files.last_mut() {
                    Some((last, sum)) if last == file => *sum += count,
                    _ => files.push((*file, *count)),
                }
            }
            let within = counted(files.len(), "file");
            ui.label(format!("Changes {} in {within}:", counted(count, "place")));
            let area = egui::ScrollArea::vertical().max_height(160.0).auto_shrink([false, true]);
            area.show(ui, |ui| {
                for (file, count) in files {
                    let name = &state.project.file(file).name;
                    ui.label(format!("• {name}: {}", counted(count, "place")));
                }
            });
        }
    }
    let new = draft.text.trim().to_owned();
    let taken = state.project.by_id(&Id::new(&new)).filter(|_| Id::new(&new) != Id::new(id));
    let missing = if new.is_empty() {
        Some("An id cannot be empty.".to_owned())
    } else if new == id {
        Some("This is the id it has.".to_owned())
    } else {
        taken.map(|key| format!("{} has this id already.", state.project.client(key).label()))
    };
    if let Some(missing) = missing.as_ref().filter(|_| new != id) {
        problem_ui(ui, missing);
    }
    let ready = missing.is_none() && count > 0;
    buttons_ui(ui, commands, |ui, commands| {
        let label = format!("Rename in {}", counted(count, "place"));
        let button = ui
            .add_enabled(ready, primary(ui, &label))
            .on_disabled_hover_text(missing.unwrap_or_default());
        if button.clicked() || (entered && ready) {
            let change = Change::RenameId { from: id.to_owned(), to: new };
            commands.push(Command::Change(change));
        }
    });
}
