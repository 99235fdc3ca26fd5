//! The tab: what is compared with, and the difference as meaning or as text.

use egui::{RichText, Ui};

use super::comparison::Comparison;
use super::meaning_ui::meaning_ui;
use super::state::Command;
use super::version::{Choice, Trouble};
use crate::studio::command::Command as Main;
use crate::studio::panels::changes::{ChangesView, differences_ui, history_ui, lines_ui};
use crate::studio::state::State;
use crate::studio::theme::icons;
use crate::studio::theme::{self, Tokens};
use crate::studio::widgets::{
    choice_ui, empty_ui, icon_button_ui, problem_ui, section_ui, small_icon_ui,
};
use crate::trust::report::changes_markdown;

pub fn changes_ui(ui: &mut Ui, view: &mut ChangesView, state: &State, commands: &mut Vec<Main>) {
    let steps = state.project.undo_labels().len() + state.project.redo_labels().len();
    if steps > 0 {
        egui::Panel::left("history")
            .frame(
                egui::Frame::new().inner_margin(egui::Margin { right: 10, ..Default::default() }),
            )
            .default_size(220.0)
            .size_range(150.0..=420.0)
            .show(ui, |ui| history_ui(ui, state, commands));
    }
    egui::CentralPanel::no_frame().show(ui, |ui| {
        let margin = egui::Margin { left: if steps > 0 { 10 } else { 0 }, ..Default::default() };
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            choose_ui(ui, state, commands);
            ui.add_space(4.0);
            difference_ui(ui, view, state, commands);
        });
    });
}

pub(super) fn send(commands: &mut Vec<Main>, command: Command) {
    commands.push(Main::Compare(command));
}

fn choose_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let tab = &state.changes_tab;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.label(RichText::new("Compare with").color(Tokens::of(ui).text_weak));
        let mut choice = tab.choice;
        let choices = Choice::ALL.map(|choice| (choice, choice.label().to_owned()));
        if choice_ui(ui, "Compare with", &mut choice, &choices) {
            send(commands, Command::Choose(choice));
            if choice == Choice::Revision {
                // The revision is what has to be written next.
                ui.memory_mut(|memory| memory.request_focus(revision_id()));
            }
        }
        match tab.choice {
            Choice::Saved => {}
            Choice::Files | Choice::Folder => {
                let name = tab.with.words();
                let most = (ui.available_width() - 48.0).clamp(60.0, 320.0);
                let response = ui.scope(|ui| {
                    ui.set_max_width(most);
                    ui.add(egui::Button::new(RichText::new(name.as_str()).strong()).truncate())
                });
                let response = response.inner.accessible_name(format!("Choose another: {name}"));
                if response.on_hover_text(format!("{name}\nChoose another")).clicked() {
                    send(commands, Command::Choose(tab.choice));
                }
            }
            Choice::Revision => revision_ui(ui, state, commands),
        }
        if tab.is_elsewhere()
            && small_icon_ui(ui, icons::ICON_REFRESH, "Read the other version again")
        {
            send(commands, Command::ReadAgain);
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        for (as_text, label) in [(false, "Meaning"), (true, "Text")] {
            let chosen = tab.as_text == as_text;
            if ui.selectable_label(chosen, label).clicked() {
                send(commands, Command::AsText(as_text));
            }
        }
        ui.separator();
        let mut drawn = tab.on_drawing;
        if ui.toggle_value(&mut drawn, "Show on the drawing").changed() {
            send(commands, Command::OnDrawing(drawn));
        }
        if let Some(comparison) = state.comparison().filter(|it| !it.is_empty()) {
            let copy = icon_button_ui(ui, icons::ICON_CONTENT_COPY, "Copy as Markdown");
            if copy.clicked() {
                ui.ctx().copy_text(markdown(state, comparison));
            }
        }
    });
}

fn markdown(state: &State, comparison: &Comparison) -> String {
    let new = crate::studio::panels::bars::title(state);
    let versions = (&*comparison.with.words(), &*new);
    changes_markdown(versions, &comparison.clients, &comparison.access)
}

fn revision_id() -> egui::Id {
    egui::Id::unique("git-revision")
}

fn revision_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    let mut text = state.changes_tab.revision.clone();
    let field = egui::TextEdit::singleline(&mut text)
        .id(revision_id())
        .hint_text("main, HEAD~1, v2:config")
        .font(egui::TextStyle::Monospace)
        .desired_width(180.0);
    let response = ui.add(field).accessible_name("Git revision").on_hover_text(
        "A branch, a tag or a commit: the open files as it has them.\nREVISION:PATH for other \
         files, as on the command line.",
    );
    if response.changed() {
        send(commands, Command::TypeRevision(text.clone()));
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let button = ui.add_enabled(!text.trim().is_empty(), egui::Button::new("Compare"));
    if button.accessible_name("Compare with this revision").clicked() || entered {
        send(commands, Command::TakeRevision);
    }
}

/// The difference, or why there is none to be seen.
fn difference_ui(ui: &mut Ui, view: &mut ChangesView, state: &State, commands: &mut Vec<Main>) {
    let tab = &state.changes_tab;
    if let Some(trouble) = &tab.trouble {
        trouble_ui(ui, trouble, commands);
        return;
    }
    if !tab.is_elsewhere() {
        if tab.choice == Choice::Revision {
            let text = "Write a branch, a tag or a commit above, and press Enter.";
            empty_ui(ui, "Which revision?", text);
            return;
        }
        if state.project.unsaved().is_empty() {
            let is_untouched =
                state.project.undo_labels().len() == 0 && state.project.redo_labels().len() == 0;
            let (title, text) = match is_untouched {
                true => (
                    "No changes",
                    "What you change shows here before it is saved, and what it does to access.",
                ),
                false => ("Nothing to save", "Every file is as it is on disk."),
            };
            empty_ui(ui, title, text);
            return;
        }
        if tab.as_text {
            egui::ScrollArea::both()
                .auto_shrink([false, false])
                .show(ui, |ui| differences_ui(ui, view, state));
            return;
        }
    }
    let Some(comparison) = state.comparison() else {
        working_ui(ui, state, commands);
        return;
    };
    if tab.as_text {
        match &comparison.texts {
            Some(texts) => texts_ui(ui, texts),
            None => working_ui(ui, state, commands),
        }
    } else if comparison.is_empty() {
        let text = match tab.is_elsewhere() {
            true => format!("It means the same as {}, and access is the same.", tab.with.words()),
            false => {
                "Only the text changed: no client app says anything else, and access stays as \
                      it is."
                    .to_owned()
            }
        };
        empty_ui(ui, "Nothing differs in meaning", &text);
    } else {
        meaning_ui(ui, state, comparison, commands);
    }
}

fn working_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Main>) {
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        ui.spinner();
        ui.label(format!("Comparing with {}", state.changes_tab.with.words()));
        if state.is_comparing()
            && ui.button("Cancel").accessible_name("Cancel the comparison").clicked()
        {
            send(commands, Command::Cancel);
        }
    });
}

fn trouble_ui(ui: &mut Ui, trouble: &Trouble, commands: &mut Vec<Main>) {
    ui.add_space(theme::GAP);
    ui.label(RichText::new("This cannot be compared with").heading());
    ui.add_space(4.0);
    problem_ui(ui, &trouble.message);
    ui.add(egui::Label::new(&trouble.hint).wrap());
    ui.add_space(6.0);
    if ui.button("Compare with what was saved").clicked() {
        send(commands, Command::Choose(Choice::Saved));
    }
}

fn texts_ui(ui: &mut Ui, texts: &[(String, Vec<crate::audit::review::Line>)]) {
    if texts.is_empty() {
        empty_ui(ui, "The text is the same", "Every file is the same in both versions.");
        return;
    }
    egui::ScrollArea::both().auto_shrink([false, false]).show(ui, |ui| {
        for (name, lines) in texts {
            section_ui(ui, name);
            lines_ui(ui, lines);
        }
    });
}
