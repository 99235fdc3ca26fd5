//! The answer in the window: how many, which, and why.

use egui::{RichText, Ui};

use super::super::action::GraphAction;
use super::super::state::Command as GraphCommand;
use super::super::view::Narrowing;
use super::answer::{Answer, chain_title, counted};
use super::readings::everywhere;
use super::state::{Command, Picked};
use super::text::text;
use crate::studio::command::{Action, Command as Main};
use crate::studio::exchange_tab;
use crate::studio::state::{State, Tab};
use crate::studio::theme::icons;
use crate::studio::theme::{self, Tokens};
use crate::studio::widgets::{capital, decision_ui, icon_button_ui, problem_ui};
use crate::trust::report::{Scope, chain_verdict, credentials, listing};
use crate::trust::{Actor, Verdict};

const ROW: f32 = 24.0;
/// Rows of the list that are in view at once.
const ROWS: usize = 8;

/// That an answer is of before.
pub fn out_of_date_ui(ui: &mut Ui) {
    let text = "Out of date: the project or the reading has changed since. Ask again to look at a \
                line.";
    problem_ui(ui, text);
}

pub fn answer_ui(ui: &mut Ui, state: &State, answer: &Answer, commands: &mut Vec<Main>) {
    let tokens = Tokens::of(ui);
    let actor = state.graph.ask.actor;
    let is_current = answer.holds_for(&state.project, state.reading);
    let title = RichText::new(answer.title()).family(theme::semibold());
    ui.add(egui::Label::new(title).wrap());
    weak_ui(ui, &answer.conditions());
    if !is_current {
        out_of_date_ui(ui);
    }
    ui.horizontal_wrapped(|ui| {
        for one in Actor::ALL {
            let count = answer.len(one);
            let label = format!("{}: {count}", capital(one.label()));
            let button = egui::Button::selectable(one == actor, label);
            if ui.add(button).on_hover_text(one.sentence()).clicked() {
                commands.push(Main::Graph(GraphCommand::Ask(Command::Look(one))));
            }
        }
    });
    weak_ui(ui, actor.sentence());
    let count = answer.count(actor);
    ui.add(egui::Label::new(RichText::new(count).color(tokens.text)).wrap());
    readings_ui(ui, answer, actor, is_current, commands);
    if icon_button_ui(ui, icons::ICON_CONTENT_COPY, "Copy as text").clicked() {
        ui.ctx().copy_text(text(answer, actor, is_current));
    }
    list_ui(ui, state, answer, is_current, commands);
    if let Some(picked) = state.graph.ask.picked.as_ref().filter(|_| is_current) {
        picked_ui(ui, state, answer.scope(), picked, commands);
    }
}

/// What the other readings find; each can be taken.
fn readings_ui(
    ui: &mut Ui,
    answer: &Answer,
    actor: Actor,
    is_current: bool,
    commands: &mut Vec<Main>,
) {
    weak_ui(ui, "Under the other readings:");
    for other in &answer.elsewhere {
        let label = format!("{}: {}", other.reading, other.words(actor));
        let size = egui::vec2(ui.available_width(), ROW);
        let button = egui::Button::selectable(false, label).truncate().min_size(size);
        let hint = format!("Take this reading and ask again. {}", other.reading.sentence());
        if ui.add_enabled(is_current, button).on_hover_text(hint).clicked() {
            let command = Command::AskUnder(other.reading);
            commands.push(Main::Graph(GraphCommand::Ask(command)));
        }
    }
    let everywhere = everywhere(&answer.elsewhere, actor, answer.len(actor));
    if !everywhere.is_empty() {
        ui.add(egui::Label::new(RichText::new(everywhere).size(12.5)).wrap());
    }
}

pub fn weak_ui(ui: &mut Ui, text: &str) {
    let text = RichText::new(text).size(12.0).color(Tokens::of(ui).text_weak);
    ui.add(egui::Label::new(text).wrap());
}

fn list_ui(
    ui: &mut Ui,
    state: &State,
    answer: &Answer,
    is_current: bool,
    commands: &mut Vec<Main>,
) {
    let actor = state.graph.ask.actor;
    let passing = answer.passing(actor, state.graph.passing());
    let count = passing.as_ref().map_or(answer.len(actor), Vec::len);
    if passing.is_some() {
        let all = answer.len(actor);
        weak_ui(ui, &format!("{count} of {all} pass the filter and are listed."));
    }
    let at = |row: usize| passing.as_ref().map_or(row, |lines| lines[row]);
    let list = List { id: egui::Id::unique(("answer", actor)), count, is_current };
    let picked = state.graph.ask.picked.as_ref().map(|picked| picked.at);
    let picked = match &passing {
        None => picked,
        Some(lines) => picked.and_then(|at| lines.binary_search(&at).ok()),
    };
    if let Some(row) = lines_ui(ui, list, picked, |row| answer.line(actor, at(row))) {
        commands.push(Main::Graph(GraphCommand::Ask(Command::Pick(at(row)))));
    }
}

/// A list of lines with their hops.
#[derive(Clone, Copy)]
pub struct List {
    pub id: egui::Id,
    pub count: usize,
    /// Whether its lines can be looked at.
    pub is_current: bool,
}

/// The lines, of which only those in view are made; gives the one that was chosen.
pub fn lines_ui(
    ui: &mut Ui,
    List { id, count, is_current }: List,
    picked: Option<usize>,
    line: impl Fn(usize) -> Option<(String, u32)>,
) -> Option<usize> {
    let tokens = Tokens::of(ui);
    let mut taken = None;
    if count == 0 {
        return None;
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    let height = (ROW + 1.0) * count.min(ROWS) as f32;
    egui::ScrollArea::vertical()
        .id_salt(id)
        .max_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, ROW, count, |ui, range| {
            for at in range {
                let Some((label, hops)) = line(at) else { continue };
                let hops = counted(hops as usize, "hop", "hops");
                let chosen = picked == Some(at);
                let size = egui::vec2(ui.available_width(), ROW);
                let button = egui::Button::selectable(chosen, label.as_str())
                    .truncate()
                    .shortcut_text(RichText::new(&hops).small().color(tokens.text_weak))
                    .min_size(size);
                let response = ui.add_enabled(is_current, button);
                response.widget_info(|| {
                    let name = format!("{label}, {hops}");
                    egui::WidgetInfo::selected(egui::Role::Button, is_current, chosen, name)
                });
                if response.on_hover_text(&label).clicked() {
                    taken = Some(at);
                }
            }
        });
    ui.spacing_mut().item_spacing.y = 4.0;
    taken
}

/// A chain hop by hop: who asks, whose credential that takes, and each condition.
pub fn picked_ui(
    ui: &mut Ui,
    state: &State,
    scope: Scope<'_>,
    picked: &Picked,
    commands: &mut Vec<Main>,
) {
    let tokens = Tokens::of(ui);
    ui.separator();
    let title = RichText::new(chain_title(scope, &picked.chain)).family(theme::semibold());
    ui.add(egui::Label::new(title).wrap());
    let (words, color) = match chain_verdict(scope, &picked.chain) {
        Verdict::Allowed => ("Every condition of every hop is true.", tokens.good),
        Verdict::AllowedIfNotStated => {
            ("Possible as far as the files say; some conditions are not stated.", tokens.caution)
        }
        Verdict::Refused => ("A condition is false.", tokens.bad),
    };
    ui.add(egui::Label::new(RichText::new(words).size(12.5).color(color)).wrap());
    let needed = credentials(&picked.chain);
    let names: Vec<String> =
        needed.iter().map(|key| scope.project.client(*key).label().to_owned()).collect();
    let what = if names.len() == 1 { "credential" } else { "credentials" };
    let takes = format!("Takes the {what} of {}.", listing(&names));
    ui.add(egui::Label::new(RichText::new(takes).size(12.5)).wrap());
    let only = state.graph.narrowing() == Narrowing::Path;
    let label = if only { "Show the whole graph again" } else { "Only this path" };
    if icon_button_ui(ui, icons::ICON_ROUTE, label).clicked() {
        commands.push(Main::Act(Action::Graph(GraphAction::OnlyPath)));
    }
    let hint = "Fills the exchange with this chain, hop by hop";
    let label = if picked.chain.len() == 1 { "Simulate this hop" } else { "Simulate this chain" };
    if icon_button_ui(ui, icons::ICON_PLAY_ARROW, label).on_hover_text(hint).clicked() {
        let questions = picked.chain.iter().map(|hop| hop.question(scope.graph)).collect();
        let command = exchange_tab::Command::PrefillChain(questions);
        commands.push(Main::Exchange(command));
        commands.push(Main::ShowTab(Tab::Exchange));
    }
    for ((hop, decision), step) in picked.chain.iter().zip(&picked.decisions).zip(1..) {
        ui.add_space(6.0);
        let sentence = format!("{step}  {}", hop.sentence(scope.project, scope.graph));
        ui.add(egui::Label::new(RichText::new(sentence).color(tokens.accent)).wrap());
        decision_ui(ui, state, decision, commands);
    }
}
