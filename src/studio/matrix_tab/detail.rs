//! The strip below the matrix: the chosen cell in words, a shortest chain, what it takes, and the
//! conditions that are not true.
//!
//! All chains with all conditions are the answer to a question, which the graph tab asks and shows;
//! this is the way there.

use egui::{RichText, Ui};

use super::state::Command;
use super::table::{Look, Table};
use super::words;
use crate::config::ClientKey;
use crate::studio::command::Command as Main;
use crate::studio::state::State;
use crate::studio::theme::icons;
use crate::studio::theme::{self, Tokens};
use crate::studio::widgets::{small_icon_ui, truth_look};
use crate::trust::report::{Scope, arrows, credentials, listing};
use crate::trust::{Chain, Hop, Truth};

/// Room for a cell's three lines.
const HEIGHT: f32 = 74.0;
/// Room for its sentence alone.
const LINE: f32 = 26.0;

/// What there is to say of a cell.
#[derive(Debug)]
pub struct Detail {
    pub sentence: String,
    /// The fewest hops; 0 where there is no way.
    pub hops: u32,
    pub look: Option<Look>,
    /// A shortest chain, from name to name.
    chain: Option<String>,
    /// Whose credentials it takes.
    takes: Option<String>,
    /// Conditions that are false; without any, those that are not stated.
    open: Vec<(Truth, String)>,
}

impl Detail {
    pub fn of(table: &Table, cell: (usize, usize)) -> Self {
        let (row, column) = cell;
        let marks = table.work_out(row);
        let at = marks.binary_search_by_key(&(column as u32), |mark| mark.column);
        let mark = at.ok().map(|at| marks[at]);
        let sentence = words::sentence(table, cell, mark);
        let hops = mark.map_or(0, |mark| mark.hops);
        let look = mark.map(|mark| mark.look);
        let mut detail = Self { sentence, hops, look, chain: None, takes: None, open: Vec::new() };
        if let (Some(chain), Some(look)) = (chain(table, cell, look), look) {
            detail.describe(table, &chain, look);
        }
        detail
    }

    fn describe(&mut self, table: &Table, chain: &Chain, look: Look) {
        let (project, graph, access) = (table.project(), table.graph(), &table.base.access);
        if look != Look::Refused {
            let names: Vec<String> = credentials(chain)
                .iter()
                .map(|key| project.client(*key).label().to_owned())
                .collect();
            let what = if names.len() == 1 { "credential" } else { "credentials" };
            self.takes = Some(format!("It takes the {what} of {}.", listing(&names)));
            self.chain = Some(arrows(project, graph, chain));
        }
        let scope = Scope { project, graph, access };
        for hop in chain {
            for step in scope.access.decide(scope.project, scope.graph, *hop).steps {
                if step.truth != Truth::True {
                    self.open.push((step.truth, step.sentence));
                }
            }
        }
        // What is false decides; then it does not matter what is not stated.
        if self.open.iter().any(|(truth, _)| *truth == Truth::False) {
            self.open.retain(|(truth, _)| *truth == Truth::False);
        }
        self.open.dedup();
    }
}

/// A shortest chain of a cell; for one that is refused, the exchange that a list permits.
fn chain(table: &Table, cell: (usize, usize), look: Option<Look>) -> Option<Chain> {
    let (from, to) = table.ends(cell)?;
    let (access, view) = (&table.base.access, &table.matrix.view);
    if look? == Look::Refused {
        let to = ClientKey(to.index());
        let requester = if access.is_client(from.index() as u32) {
            table.reading().requester(ClientKey(from.index()), to)
        } else {
            *table.graph().brokers(table.project(), to).first()?
        };
        return Some(vec![Hop { from, to, requester }]);
    }
    let reach = access.reach_from(from, view.actor, view.max_hops);
    Some(access.way(&reach, reach.get(to)?))
}

/// The strip. It is as high whatever is chosen, so that the cell stays under the pointer.
pub fn detail_ui(ui: &mut Ui, state: &State, is_short: bool, commands: &mut Vec<Main>) {
    let tokens = Tokens::of(ui);
    let weak = |text: &str| RichText::new(text).size(12.5).color(tokens.text_weak);
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.set_height(if is_short { LINE } else { HEIGHT });
    let Some(detail) = state.matrix.detail() else {
        ui.horizontal(|ui| {
            ui.set_min_height(26.0);
            let text = "Choose a cell to see how the one becomes the other. The keyboard does that \
                        too: Tab to the matrix, then arrows; Enter shows the chains.";
            ui.add(egui::Label::new(weak(text)).truncate());
        });
        let more = [state.matrix.view.actor.sentence(), words::TOTALS];
        for text in more.into_iter().filter(|_| !is_short) {
            ui.add(egui::Label::new(weak(text)).truncate()).on_hover_text(text);
        }
        return;
    };
    ui.horizontal(|ui| {
        ui.set_min_height(26.0);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if small_icon_ui(ui, icons::ICON_CLOSE, "Let go of the cell") {
                commands.push(Main::Matrix(Command::Choose(None)));
            }
            let reason = state.cannot_ask_for_cell();
            let name = "Show the chains in the graph";
            let button = egui::Button::new((icons::ICON_ROUTE.rich_text().size(15.0), name));
            let response = ui.add_enabled(reason.is_none(), button).accessible_name(name);
            let response = response.on_hover_text(
                "All chains of this cell beside the drawing, each hop with its conditions. Enter",
            );
            if let Some(reason) = reason {
                response.on_disabled_hover_text(reason);
            } else if response.clicked() {
                commands.push(Main::Matrix(Command::Chains));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let text = RichText::new(&detail.sentence).family(theme::semibold());
                ui.add(egui::Label::new(text).truncate()).on_hover_text(&detail.sentence);
            });
        });
    });
    if is_short {
        return;
    }
    if let (Some(chain), Some(takes)) = (&detail.chain, &detail.takes) {
        let text = match detail.look {
            Some(Look::Chain) => format!("{chain}. Potential: {}", lowered(takes)),
            _ => format!("{chain}. {takes}"),
        };
        ui.add(egui::Label::new(RichText::new(&text).size(12.5)).truncate()).on_hover_text(&text);
    }
    if let Some((truth, _)) = detail.open.first() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let (icon, color, word) = truth_look(&tokens, *truth);
            ui.label(icon.rich_text().size(14.0).color(color)).on_hover_text(word);
            let sentences: Vec<&str> = detail.open.iter().map(|(_, it)| it.as_str()).collect();
            let text = RichText::new(sentences.join(" ")).size(12.5);
            let all = sentences.join("\n");
            ui.add(egui::Label::new(text).truncate()).on_hover_text(all);
        });
    }
}

fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
