//! What stands around the text: the files, finding and replacing, the references that were asked
//! for, and where the caret is.

use egui::{Key, Modifiers, RichText, Ui};

use crate::config::FileId;
use crate::studio::theme::icons::{self, MaterialIcon};
use crate::yaml::Stream;

use super::super::command::{Action, Command as WindowCommand};
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{action_button_ui, small_icon_ui};
use super::text::Text;
use super::{Command, SourceAction, SourceView, caret, typing};

fn send(commands: &mut Vec<WindowCommand>, command: Command) {
    commands.push(WindowCommand::Source(command));
}

/// The files of the project, and what one may do with the one in view.
pub(super) fn file_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let unsaved = state.project.unsaved();
    let name = |file: FileId| {
        let mark = if unsaved.contains(&file) { " •" } else { "" };
        let name = state.project.get_file(file).map_or("", |file| file.name.as_str());
        format!("{name}{mark}")
    };
    let current = state.source.file;
    ui.horizontal(|ui| {
        egui::ComboBox::from_id_salt("source-file")
            .selected_text(name(current))
            .width(220.0)
            .show_ui(ui, |ui| {
                let count = state.project.files().len();
                let row = ui.spacing().interact_size.y;
                egui::ScrollArea::vertical().max_height(420.0).show_rows(
                    ui,
                    row,
                    count,
                    |ui, rows| {
                        for file in &state.project.files()[rows] {
                            let file = file.id;
                            if ui.selectable_label(file == current, name(file)).clicked() {
                                send(commands, Command::Show(file));
                                ui.close();
                            }
                        }
                    },
                );
            })
            .response
            .accessible_name(format!("File {}", name(current)));
        if unsaved.contains(&current) {
            ui.label(RichText::new("unsaved").small().color(tokens.caution));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let secrets = state.source.show_secrets;
            let (icon, label) = if secrets {
                (icons::ICON_VISIBILITY, "Cover secrets")
            } else {
                (icons::ICON_VISIBILITY_OFF, "Show secrets")
            };
            if small_icon_ui(ui, icon, label) {
                send(commands, Command::ShowSecrets(!secrets));
            }
            for (action, icon) in [
                (SourceAction::Find, icons::ICON_SEARCH),
                (SourceAction::GoForward, icons::ICON_ARROW_FORWARD),
                (SourceAction::GoBack, icons::ICON_ARROW_BACK),
            ] {
                action_button_ui(ui, state, Action::Source(action), icon, commands);
            }
            ui.add_space(theme::GAP);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = theme::GAP;
                document_ui(ui, state);
            });
        });
    });
    ui.add_space(4.0);
}

/// The document the caret is in: what it is, and which of how many.
fn document_ui(ui: &mut Ui, state: &State) {
    let tokens = Tokens::of(ui);
    let file = state.source.file;
    let Some(text) = super::text_of(&state.project, file) else { return };
    let (document, _) = text.find(state.source.caret.head);
    let count = text.document_count();
    let what = match state.project.client_at(file, document) {
        Some(key) => state.project.client(key).label().to_owned(),
        None => state
            .project
            .other_documents()
            .iter()
            .find(|other| (other.file, other.document) == (file, document))
            .map_or_else(String::new, |other| {
                let name = other.name.as_ref().map(|name| name.value.as_str());
                let tag = other.tag.as_deref().unwrap_or("A document without tag");
                name.map_or_else(|| tag.to_owned(), |name| format!("{name} ({tag})"))
            }),
    };
    let broken = text.document(document).is_some_and(|document| document.tree().is_err());
    if broken {
        ui.label(icons::ICON_ERROR.rich_text().size(14.0).color(tokens.bad));
    }
    if !what.is_empty() {
        let label = egui::Label::new(RichText::new(&what).family(theme::semibold())).truncate();
        ui.add(label);
    }
    if count > 0 {
        let place = format!("document {} of {count}", document + 1);
        let weak = RichText::new(place).small().color(tokens.text_weak);
        ui.add(egui::Label::new(weak).truncate())
            .on_hover_text("The document of the caret, among those of the file");
    }
}

/// Finding and replacing.
pub(super) fn find_ui(
    ui: &mut Ui,
    view: &mut SourceView,
    state: &State,
    commands: &mut Vec<WindowCommand>,
) {
    let find = &state.source.find;
    if !find.open {
        return;
    }
    let tokens = Tokens::of(ui);
    let width = (ui.available_width() - 430.0).clamp(120.0, 420.0);
    let mut query = find.query.clone();
    let mut close = false;
    ui.horizontal(|ui| {
        let icon = if find.replacing { icons::ICON_EXPAND_MORE } else { icons::ICON_CHEVRON_RIGHT };
        if !find.replacing {
            if small_icon_ui(ui, icon, "Replace too") {
                commands.push(WindowCommand::Act(Action::Source(SourceAction::Replace)));
            }
        } else {
            ui.label(icon.rich_text().size(14.0).color(tokens.text_weak));
        }
        let response = ui.add(
            egui::TextEdit::singleline(&mut query.text).hint_text("Find").desired_width(width),
        );
        let response = response.accessible_name("Text to find");
        if std::mem::take(&mut view.focus_find) {
            response.request_focus();
        }
        close |= field_keys(ui, &response, commands, |back| {
            if back { SourceAction::FindPrevious } else { SourceAction::FindNext }
        });
        ui.spacing_mut().item_spacing.x = 3.0;
        switch_ui(ui, &mut query.case, "Aa", "Match case");
        switch_ui(ui, &mut query.word, "ab|", "Whole words");
        switch_ui(ui, &mut query.regex, ".*", "Regular expression");
        if state.project.files().len() > 1 {
            switch_ui(ui, &mut query.all_files, "All files", "In all files of the project");
        }
        for (action, icon) in [
            (SourceAction::FindPrevious, icons::ICON_KEYBOARD_ARROW_UP),
            (SourceAction::FindNext, icons::ICON_KEYBOARD_ARROW_DOWN),
        ] {
            action_button_ui(ui, state, Action::Source(action), icon, commands);
        }
        close |= small_icon_ui(ui, icons::ICON_CLOSE, "Close finding");
        ui.add_space(4.0);
        let (text, color) = result(state, &tokens);
        ui.add(egui::Label::new(RichText::new(text).small().color(color)).truncate());
    });
    if query != find.query {
        send(commands, Command::Query(query));
    }
    if find.replacing {
        close |= replace_ui(ui, state, width, commands);
    }
    if close {
        send(commands, Command::CloseFind);
    }
    ui.add_space(4.0);
}

fn replace_ui(ui: &mut Ui, state: &State, width: f32, commands: &mut Vec<WindowCommand>) -> bool {
    let find = &state.source.find;
    let mut close = false;
    ui.horizontal(|ui| {
        // Below the field above.
        ui.add_space(14.0 + ui.spacing().item_spacing.x);
        let mut with = find.with.clone();
        let response = ui.add(
            egui::TextEdit::singleline(&mut with).hint_text("Replace with").desired_width(width),
        );
        let response = response.accessible_name("Replace with");
        if response.changed() {
            send(commands, Command::ReplaceWith(with));
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        close = left_by_escape(ui, &response);
        if entered {
            send(commands, Command::ReplaceOne);
            response.request_focus();
        }
        let none = find.matcher.is_none()
            || find.counts.as_ref().is_some_and(|counts| counts.total() == 0);
        ui.add_enabled_ui(!none, |ui| {
            let why = "There is no match to replace";
            if ui.button("Replace").on_disabled_hover_text(why).clicked() {
                send(commands, Command::ReplaceOne);
            }
            if ui
                .button("Replace all")
                .on_hover_text("As one step, which undo takes back")
                .on_disabled_hover_text(why)
                .clicked()
            {
                send(commands, Command::ReplaceAll);
            }
        });
    });
    close
}

/// How many matches there are, or why there can be none.
fn result(state: &State, tokens: &Tokens) -> (String, egui::Color32) {
    let find = &state.source.find;
    if let Some(error) = &find.error {
        return (error.clone(), tokens.bad);
    }
    let Some(matcher) = &find.matcher else { return (String::new(), tokens.text_weak) };
    let Some(counts) = &find.counts else { return ("counting…".to_owned(), tokens.text_weak) };
    let range = state.source.caret.range();
    let rank = counts.rank(&state.project, matcher, state.source.file, &range);
    match (counts.total(), rank) {
        (0, _) => ("No match".to_owned(), tokens.caution),
        (total, Some(rank)) => (format!("{rank} of {total}"), tokens.text_weak),
        (1, None) => ("1 match".to_owned(), tokens.text_weak),
        (total, None) => (format!("{total} matches"), tokens.text_weak),
    }
}

fn switch_ui(ui: &mut Ui, on: &mut bool, text: &str, name: &str) {
    let button = egui::Button::selectable(*on, RichText::new(text).monospace().size(11.5));
    let response = ui.add(button).on_hover_text(name);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Switch, true, *on, name));
    if response.clicked() {
        *on = !*on;
    }
}

/// Enter goes on, with Shift back; Escape closes, which is the answer.
fn field_keys(
    ui: &Ui,
    response: &egui::Response,
    commands: &mut Vec<WindowCommand>,
    action: impl Fn(bool) -> SourceAction,
) -> bool {
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        let back = ui.input(|input| input.modifiers.shift);
        commands.push(WindowCommand::Act(Action::Source(action(back))));
        response.request_focus();
    }
    left_by_escape(ui, response)
}

fn left_by_escape(ui: &Ui, response: &egui::Response) -> bool {
    response.lost_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}

/// The line to go to.
pub(super) fn line_ui(
    ui: &mut Ui,
    view: &mut SourceView,
    state: &State,
    commands: &mut Vec<WindowCommand>,
) {
    if !state.source.asking_line {
        view.line_draft.clear();
        return;
    }
    ui.horizontal(|ui| {
        ui.label("Go to line");
        let edit = egui::TextEdit::singleline(&mut view.line_draft)
            .hint_text("120 or 120:8")
            .desired_width(110.0);
        let response = ui.add(edit).accessible_name("Line to go to");
        if std::mem::take(&mut view.focus_find) {
            response.request_focus();
        }
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if enter || ui.button("Go").clicked() {
            send(commands, Command::GoToLine(view.line_draft.clone()));
        } else if left_by_escape(ui, &response)
            | small_icon_ui(ui, icons::ICON_CLOSE, "Close going to a line")
        {
            send(commands, Command::CloseGoToLine);
        }
    });
    ui.add_space(4.0);
}

/// Everyone who names what was asked about.
pub(super) fn references_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let Some(references) = &state.source.references else { return };
    let tokens = Tokens::of(ui);
    let height = (references.places.len() as f32).clamp(2.0, 7.0) * ROW + 56.0;
    egui::Panel::bottom("source-references")
        .frame(egui::Frame::new().inner_margin(egui::Margin { top: 6, ..egui::Margin::ZERO }))
        .exact_size(height)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let count = references.places.len();
                let places = if count == 1 { "1 place" } else { "places" };
                let title = match count {
                    1 => format!("{places} with {}", references.name),
                    _ => format!("{count} {places} with {}", references.name),
                };
                ui.label(RichText::new(title).family(theme::semibold()));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if small_icon_ui(ui, icons::ICON_CLOSE, "Close the references") {
                        send(commands, Command::CloseReferences);
                    }
                });
            });
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.spacing_mut().interact_size.y = ROW;
            let rows = references.places.len();
            egui::ScrollArea::vertical().auto_shrink(false).show_rows(
                ui,
                ROW,
                rows,
                |ui, range| {
                    for place in &references.places[range] {
                        let label = state.project.describe_place(*place);
                        let line = line_at(state, *place);
                        ui.horizontal(|ui| {
                            ui.set_min_height(ROW);
                            if ui.link(RichText::new(label).small()).clicked() {
                                send(commands, Command::Visit(*place));
                            }
                            let line =
                                RichText::new(line).monospace().size(11.5).color(tokens.text_weak);
                            ui.add(egui::Label::new(line).truncate().selectable(false));
                        });
                    }
                },
            );
        });
}

const ROW: f32 = 20.0;

/// The line of a place as it may be shown, without its indentation.
fn line_at(state: &State, place: crate::config::Place) -> String {
    let Some(document) = state.project.document(place.file, place.document) else {
        return String::new();
    };
    let text = match state.source.show_secrets {
        true => document.text().to_owned(),
        false => crate::audit::secrets::covered(document),
    };
    let at = text.floor_char_boundary(place.span.start.min(text.len()));
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let span = super::text::line_from(&text, start);
    text[span.range()].trim().chars().take(200).collect()
}

/// Where the caret is, how the file is written, and what keys do that is not plain to see.
pub(super) fn place_ui(ui: &mut Ui, view: &SourceView, state: &State, stream: &Stream) {
    let tokens = Tokens::of(ui);
    let text = Text::new(stream);
    let caret = state.source.caret;
    let weak = |text: String| RichText::new(text).small().color(tokens.text_weak);
    ui.horizontal(|ui| {
        let line = text.line_of(caret.head) + 1;
        let column = caret::column(text, caret.head) + 1;
        ui.label(weak(format!("Line {line}, column {column}")));
        if !caret.is_empty() {
            let range = caret.range();
            let lines = text.line_of(range.end) - text.line_of(range.start) + 1;
            let selected = if range.len() > 1 << 20 {
                format!("{:.1} MB selected", range.len() as f64 / f64::from(1 << 20))
            } else {
                let characters = text.slice(range).chars().count();
                match (characters, lines) {
                    (1, _) => "1 character selected".to_owned(),
                    (_, 1) => format!("{characters} characters selected"),
                    _ => format!("{characters} characters in {lines} lines selected"),
                }
            };
            ui.label(weak(selected));
        }
        let (document, _) = text.find(caret.head);
        let error = text.document(document).and_then(|document| document.tree().err());
        if let Some(error) = error {
            let line = stream.position(document, error.offset).line;
            let message = format!(
                "This document is not YAML at line {line}: {}. The drawing and the forms keep \
                 what they last understood of it.",
                error.message
            );
            status_icon(ui, icons::ICON_ERROR, tokens.bad);
            let label = RichText::new(&message).small().color(tokens.bad);
            ui.add(egui::Label::new(label).truncate()).on_hover_text(message);
            return;
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let ending = match text.line_break(caret.head) {
                "\r\n" => "CRLF",
                "\r" => "CR",
                _ => "LF",
            };
            ui.label(weak(stream.encoding().name().to_owned()))
                .on_hover_text("How the text is written to disk");
            ui.label(weak(ending.to_owned())).on_hover_text("How lines end here");
            let unit = typing::indent_unit(text, caret.head);
            ui.label(weak(format!("indented by {unit}")));
            if view.tab_leaves {
                let hint = "Tab leaves the editor; typing goes on in it";
                ui.label(RichText::new(hint).small().color(tokens.accent));
            }
        });
    });
}

fn status_icon(ui: &mut Ui, icon: MaterialIcon, color: egui::Color32) {
    ui.label(icon.rich_text().size(13.0).color(color));
}
