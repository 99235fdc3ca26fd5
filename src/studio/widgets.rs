//! Small pieces that several panels use, so that the same thing looks the same everywhere.

use egui::{Key, RichText, Ui};

use crate::audit::Severity;
use crate::studio::theme::icons::{self, MaterialIcon};
use crate::trust::{Truth, Verdict};

use super::command::{Action, Command};
use super::state::State;
use super::theme::{self, Tokens};

/// A text with a capital letter in front.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A heading of a section within a panel.
pub fn section_ui(ui: &mut Ui, title: &str) {
    ui.add_space(theme::GAP);
    ui.label(
        RichText::new(title).family(theme::semibold()).size(12.0).color(Tokens::of(ui).text_weak),
    );
}

/// A button with an icon before its words. Icons have a font of their own: within a text, another
/// face may have something else at their code points.
pub fn icon_button_ui(ui: &mut Ui, icon: MaterialIcon, text: &str) -> egui::Response {
    let button = egui::Button::new((icon.rich_text().size(15.0), RichText::new(text)));
    ui.add(button).accessible_name(text)
}

/// A small button that is only an icon; its name is its tooltip. It is a square as small as one may
/// be to be hit (WCAG 2.2, 2.5.8), so that several of them stand together.
pub fn small_icon_ui(ui: &mut Ui, icon: MaterialIcon, name: &str) -> bool {
    const SIDE: f32 = 24.0;
    let button = egui::Button::new(icon.rich_text().size(14.0)).small().frame_when_inactive(false);
    ui.scope(|ui| {
        ui.spacing_mut().button_padding.x = 0.0;
        ui.spacing_mut().interact_size.x = SIDE;
        ui.add(button.min_size(egui::Vec2::splat(SIDE)))
    })
    .inner
    .accessible_name(name)
    .on_hover_text(name)
    .clicked()
}

/// Hands the keyboard's focus on among controls that take turns: a button that begins something, what
/// stops it, and the button again. One that goes while it has the focus would leave it nowhere, and Tab
/// would start again from the top of the window. Called for each of them once it is drawn; where several
/// stand side by side, for the one that has the focus first.
pub fn keep_focus(response: &egui::Response, of: &'static str) {
    let (context, slot) = (&response.ctx, egui::Id::unique(("keeps the focus", of)));
    let frame = context.cumulative_frame_nr();
    if response.has_focus() {
        context.data_mut(|data| data.insert_temp(slot, (response.id, frame)));
        return;
    }
    let Some((last, seen)) = context.data(|data| data.get_temp::<(egui::Id, u64)>(slot)) else {
        return;
    };
    // A person who goes elsewhere is not brought back.
    let moved = context.input(|input| {
        input.pointer.any_down()
            || input.events.iter().any(|event| {
                let stays = [egui::Key::Enter, egui::Key::Space];
                matches!(event, egui::Event::Key { key, pressed: true, .. } if !stays.contains(key))
            })
    });
    let elsewhere = context.memory(|memory| memory.focused()).is_some_and(|other| other != last);
    if moved || elsewhere {
        context.data_mut(|data| data.remove::<(egui::Id, u64)>(slot));
    } else if seen < frame && response.enabled() {
        response.request_focus();
        context.data_mut(|data| data.insert_temp(slot, (response.id, frame)));
        context.request_repaint();
    }
}

/// A button for an action, with its shortcut in the tooltip and its reason when disabled.
pub fn action_button_ui(
    ui: &mut Ui,
    state: &State,
    action: Action,
    icon: MaterialIcon,
    commands: &mut Vec<Command>,
) {
    let reason = action.disabled_reason(state);
    let button = egui::Button::new(icon.rich_text().size(17.0)).frame_when_inactive(false);
    let name = action.label().trim_end_matches('…');
    let response = ui.add_enabled(reason.is_none(), button).accessible_name(name);
    let mut hover = action_label(state, action);
    if let Some(shortcut) = action.shortcut() {
        hover = format!("{hover}  {}", ui.ctx().format_shortcut(&shortcut));
    }
    let response = response.on_hover_text(hover);
    if let Some(reason) = reason {
        response.on_disabled_hover_text(reason);
    } else if response.clicked() {
        commands.push(Command::Act(action));
    }
}

/// An entry of a menu.
pub fn action_menu_ui(
    ui: &mut Ui,
    state: &State,
    action: Action,
    commands: &mut Vec<Command>,
) -> egui::Response {
    let reason = action.disabled_reason(state);
    let label = action_label(state, action);
    let mut button = egui::Button::new(label).frame_when_inactive(false);
    if let Some(shortcut) = action.shortcut() {
        button = button.shortcut_text(ui.ctx().format_shortcut(&shortcut));
    }
    let mut response = ui.add_enabled(reason.is_none(), button);
    if let Some(hint) = action.hint() {
        response = response.on_hover_text(hint);
    }
    if let Some(reason) = reason {
        return response.on_disabled_hover_text(reason);
    }
    if response.clicked() {
        commands.push(Command::Act(action));
        ui.close();
    }
    response
}

/// What an action is called now: undo and redo say what they take back and make again.
pub fn action_label(state: &State, action: Action) -> String {
    match action {
        Action::Undo => named(action, state.project.undo_label()),
        Action::Redo => named(action, state.project.redo_label()),
        _ => action.label().to_owned(),
    }
}

fn named(action: Action, what: Option<&str>) -> String {
    what.map_or_else(|| action.label().to_owned(), |what| format!("{} {what}", action.label()))
}

/// Icon and colour of a severity; the word goes with them wherever there is room.
pub fn severity_look(tokens: &Tokens, severity: Severity) -> (MaterialIcon, egui::Color32) {
    match severity {
        Severity::Critical | Severity::High => (icons::ICON_ERROR, tokens.bad),
        Severity::Medium | Severity::Low => (icons::ICON_WARNING, tokens.caution),
        Severity::Info => (icons::ICON_INFO, tokens.accent),
    }
}

/// A place as a link that shows its line.
pub fn place_link_ui(
    ui: &mut Ui,
    state: &State,
    place: crate::config::Place,
    commands: &mut Vec<Command>,
) {
    let text = state.project.describe_place(place);
    if ui.link(RichText::new(&text).small()).on_hover_text("Show this line in the source").clicked()
    {
        commands.push(Command::ShowPlace(place));
    }
}

/// A link in a panel whose width is not for a long name to decide.
pub fn link_ui(ui: &mut Ui, text: impl Into<RichText>) -> egui::Response {
    let text = text.into();
    ui.scope(|ui| {
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
        ui.link(text)
    })
    .inner
}

/// The name of a file, set apart: which file owns a thing is always in view.
pub fn file_chip(ui: &mut Ui, name: &str, most: f32) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.hovered)
        .corner_radius(4)
        .inner_margin(egui::Margin::symmetric(5, 0))
        .show(ui, |ui| {
            ui.set_max_width(most);
            let text = RichText::new(name).size(10.5).color(tokens.text_weak);
            ui.add(egui::Label::new(text).truncate().selectable(false)).on_hover_text(name);
        });
}

/// A label in a column of its own, at the left of what it names.
pub fn column_label_ui(ui: &mut Ui, label: RichText, size: egui::Vec2) {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.add(egui::Label::new(label).truncate());
    });
}

/// Marks a value that is written elsewhere and used in several places.
pub fn shared_chip(ui: &mut Ui, shared: &crate::config::Shared) {
    use crate::config::SharedBy;
    let tokens = Tokens::of(ui);
    let anchor = shared.anchor.as_deref().unwrap_or("a mapping of its own");
    let (text, hover) = match shared.by {
        SharedBy::Alias => (format!("*{anchor}"), "An alias: written once, at the anchor"),
        SharedBy::Merge => (format!("<< {anchor}"), "Comes through a merge key"),
    };
    egui::Frame::new()
        .fill(tokens.accent_soft)
        .corner_radius(4)
        .inner_margin(egui::Margin::symmetric(5, 0))
        .show(ui, |ui| {
            ui.spacing_mut().interact_size.y = 14.0;
            let label = egui::Label::new(RichText::new(&text).monospace().size(10.5));
            ui.add(label.selectable(false))
                .on_hover_text(hover)
                .accessible_name(format!("shared: {text}"));
        });
}

/// The row that a key leads to from a row of a list that has the keyboard: arrows, Home and End, and a
/// page of so many rows. Also to rows that are out of view.
pub fn row_keys(ui: &Ui, row: usize, last: usize, page: usize) -> Option<usize> {
    let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
    [
        (Key::ArrowUp, row.saturating_sub(1)),
        (Key::ArrowDown, (row + 1).min(last)),
        (Key::Home, 0),
        (Key::End, last),
        (Key::PageUp, row.saturating_sub(page)),
        (Key::PageDown, (row + page).min(last)),
    ]
    .into_iter()
    .find_map(|(key, next)| pressed(key).then_some(next))
    .filter(|next| *next != row)
}

/// A calm message in the middle of an empty place, with what to do next.
pub fn empty_ui(ui: &mut Ui, title: &str, text: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        ui.label(RichText::new(title).heading());
        ui.label(RichText::new(text).color(Tokens::of(ui).text_weak));
    });
}

/// The steps of a decision, each with its mark and the lines it rests on.
pub fn decision_ui(
    ui: &mut Ui,
    state: &State,
    decision: &crate::trust::Decision,
    commands: &mut Vec<Command>,
) {
    steps_ui(ui, &state.project, decision, |ui, evidence| {
        ui.spacing_mut().interact_size.y = 14.0;
        ui.horizontal_wrapped(|ui| {
            for place in evidence {
                place_link_ui(ui, state, *place, commands);
            }
        });
    });
}

/// The same with the lines in one's own way; they are of the project.
pub fn steps_ui(
    ui: &mut Ui,
    project: &crate::config::Project,
    decision: &crate::trust::Decision,
    mut evidence_ui: impl FnMut(&mut Ui, &[crate::config::Place]),
) {
    let tokens = Tokens::of(ui);
    let (icon, color) = match decision.verdict() {
        Verdict::Allowed => (icons::ICON_CHECK_CIRCLE, tokens.good),
        Verdict::AllowedIfNotStated => (icons::ICON_HELP, tokens.caution),
        Verdict::Refused => (icons::ICON_CANCEL, tokens.bad),
    };
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(17.0).color(color));
        let sentence = RichText::new(decision.sentence(project)).family(theme::semibold());
        ui.add(egui::Label::new(sentence).wrap());
    });
    for step in &decision.steps {
        let (icon, color, word) = truth_look(&tokens, step.truth);
        ui.horizontal_top(|ui| {
            ui.label(icon.rich_text().size(15.0).color(color)).on_hover_text(word);
            ui.vertical(|ui| {
                ui.add(egui::Label::new(RichText::new(&step.sentence).size(12.5)).wrap());
                if !step.evidence.is_empty() {
                    evidence_ui(ui, &step.evidence);
                }
            });
        });
    }
}

/// Icon, colour and word of a condition.
pub fn truth_look(tokens: &Tokens, truth: Truth) -> (MaterialIcon, egui::Color32, &'static str) {
    match truth {
        Truth::True => (icons::ICON_CHECK, tokens.good, "true"),
        Truth::False => (icons::ICON_CLOSE, tokens.bad, "false"),
        Truth::NotStated => (icons::ICON_QUESTION_MARK, tokens.caution, "not stated"),
    }
}

/// Small text that explains, and stands back.
pub fn weak_ui(ui: &mut Ui, text: &str) {
    let text = RichText::new(text).small().color(Tokens::of(ui).text_weak);
    ui.add(egui::Label::new(text).wrap());
}

/// A remark under a field, in the colour of caution and with an icon.
pub fn problem_ui(ui: &mut Ui, text: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal_top(|ui| {
        ui.label(icons::ICON_WARNING.rich_text().size(14.0).color(tokens.caution));
        ui.add(egui::Label::new(RichText::new(text).size(12.0).color(tokens.caution)).wrap());
    });
}

/// A radio button. Its ring is as strong as text when it is not chosen: a choice that has to be
/// seen to be made cannot be as faint as the border of a card (WCAG 2.2, 1.4.11).
pub fn radio_ui(ui: &mut Ui, chosen: bool, label: &str) -> egui::Response {
    ring(ui, |ui| ui.radio(chosen, label))
}

/// A box to tick; its border as that of [`radio_ui`].
pub fn tick_ui(ui: &mut Ui, ticked: &mut bool, label: impl Into<String>) -> egui::Response {
    ring(ui, |ui| ui.checkbox(ticked, label.into()))
}

fn ring(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> egui::Response) -> egui::Response {
    let tokens = Tokens::of(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for widget in [&mut widgets.inactive, &mut widgets.hovered] {
            widget.bg_stroke = egui::Stroke::new(1.25, tokens.text_weak);
        }
        add(ui)
    })
    .inner
}

/// One of a few, by its label.
pub fn choice_ui<T: PartialEq + Clone>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    choices: &[(T, String)],
) -> bool {
    let mut changed = false;
    let chosen = choices.iter().find(|(choice, _)| choice == value);
    let label = chosen.map_or("", |(_, label)| label.as_str());
    egui::ComboBox::from_id_salt(name)
        .selected_text(label)
        .width(190.0)
        .show_ui(ui, |ui| {
            for (choice, label) in choices {
                changed |= ui.selectable_value(value, choice.clone(), label).changed();
            }
        })
        .response
        .accessible_name(format!("{name}: {label}"));
    changed
}
