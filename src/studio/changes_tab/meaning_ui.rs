//! What a difference means, in the window: what the files say otherwise, and the access that is
//! gained and lost, each line with where it stands.

use egui::{Color32, RichText, Sense, Ui, vec2};

use super::comparison::Comparison;
use super::panel::send;
use super::rows::{Row, count, difference, tallies};
use super::state::{Command, Picked};
use crate::diagram::scene::Difference;
use crate::studio::command::Command as Main;
use crate::studio::state::State;
use crate::studio::theme::icons;
use crate::studio::theme::{self, Tokens};
use crate::studio::widgets::{decision_ui, icon_button_ui, place_link_ui, small_icon_ui, steps_ui};
use crate::trust::report::{credentials, listing};
use crate::trust::{Actor, Decision, FactChange, Side};

const ROW: f32 = 25.0;
const INDENT: f32 = 20.0;

pub fn meaning_ui(ui: &mut Ui, state: &State, it: &Comparison, commands: &mut Vec<Main>) {
    summary_ui(ui, it);
    if let Some(picked) = &state.changes_tab.picked {
        let frame = egui::Frame::new().inner_margin(egui::Margin { top: 6, ..Default::default() });
        egui::Panel::bottom("changed-way")
            .frame(frame)
            .resizable(true)
            .default_size(230.0)
            .size_range(90.0..=460.0)
            .show(ui, |ui| picked_ui(ui, state, it, picked, commands));
    }
    egui::CentralPanel::no_frame().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        egui::ScrollArea::vertical().id_salt("meaning").auto_shrink([false, false]).show_rows(
            ui,
            ROW,
            it.rows.len(),
            |ui, range| {
                for at in range {
                    row_ui(ui, state, it, at, commands);
                }
            },
        );
    });
}

/// How much differs, under which reading, and what worst case means.
fn summary_ui(ui: &mut Ui, it: &Comparison) {
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        for (what, tally) in tallies(&it.clients) {
            let text = format!("{what}: {tally}");
            // A frame around a label would not go to the next line as a whole.
            let chip = egui::Button::new(RichText::new(&text).size(12.5))
                .fill(tokens.hovered)
                .stroke(egui::Stroke::NONE)
                .wrap_mode(egui::TextWrapMode::Extend)
                .sense(Sense::hover());
            let response = ui.add(chip);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        }
    });
    let reading = it.analysis.graph.reading;
    let text = format!("Under the reading {reading}. {}", Actor::Worst.sentence());
    ui.add(egui::Label::new(RichText::new(text).size(12.0).color(tokens.text_weak)).wrap());
}

/// A line as it is shown.
struct Line {
    difference: Difference,
    indent: f32,
    text: String,
    /// At the right end.
    note: String,
    /// The line in the project as it is now, or in the other version as words.
    place: Option<crate::config::Place>,
    strong: bool,
    /// Whether a click leads anywhere.
    leads: bool,
}

fn row_ui(ui: &mut Ui, state: &State, it: &Comparison, at: usize, commands: &mut Vec<Main>) {
    let tokens = Tokens::of(ui);
    let line = match &it.rows[at] {
        Row::Heading(text) => {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            let mut row = child(ui, rect.shrink2(vec2(2.0, 0.0)));
            row.add(
                egui::Label::new(RichText::new(text).family(theme::semibold()).size(14.0))
                    .truncate(),
            );
            return;
        }
        Row::Note(text) => {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            let mut row = child(ui, rect.shrink2(vec2(INDENT, 0.0)));
            let text = RichText::new(text).size(12.5).color(tokens.text_weak);
            row.add(egui::Label::new(text).truncate());
            return;
        }
        row => line_of(it, row),
    };
    let Some(line) = line else { return };
    let picked = state.changes_tab.picked.as_ref().is_some_and(|picked| picked.row == at);
    if line_ui(ui, state, &tokens, &line, picked, commands) {
        send(commands, Command::Pick(at));
    }
}

fn line_of(it: &Comparison, row: &Row) -> Option<Line> {
    Some(match row {
        Row::Client(at) => {
            let (report, change) = (it.clients.get(*at)?, it.changes.get(*at)?);
            let place = change.new.map(|key| it.new_project().client(key).place);
            let old = change.old.map(|key| it.old.client(key).place);
            let note = match (place, old) {
                (Some(place), _) => it.new_project().describe_place(place),
                (None, Some(old)) => it.old.describe_place(old),
                (None, None) => String::new(),
            };
            Line {
                difference: difference(report.change),
                indent: 0.0,
                text: format!("{} client app {}", report.change, report.client.label()),
                note,
                place,
                strong: true,
                leads: change.new.is_some(),
            }
        }
        Row::Fact { client, fact } => {
            let (report, change) = (it.clients.get(*client)?, it.changes.get(*client)?);
            let said = report.facts.get(*fact)?;
            let (place, of_new) = match change.facts.get(*fact)? {
                FactChange::Value { place, .. } | FactChange::Secrets { place, .. } => {
                    (*place, true)
                }
                FactChange::Permission { place, added, .. }
                | FactChange::Identity { place, added, .. } => (*place, *added),
            };
            let project = if of_new { it.new_project() } else { &it.old };
            let note = project.describe_place(place);
            Line {
                difference: difference(said.change),
                indent: INDENT,
                text: said.sentence(),
                note,
                place: of_new.then_some(place),
                strong: false,
                leads: change.new.is_some(),
            }
        }
        Row::Pair { side, at } => {
            let pair = it.surplus(*side).listed_pairs.get(*at)?;
            let hops = count(u64::from(pair.hops), "hop", "hops");
            let needs = pair.way.needs_credentials_of.len();
            let actor = if needs == 1 { Actor::Single } else { Actor::Worst };
            let verdict = match pair.way.verdict {
                "allowed" => "",
                _ => ", if what is not stated holds",
            };
            Line {
                difference: of_side(*side),
                indent: INDENT,
                text: format!("{} can become {}", pair.from.label(), pair.to.label()),
                note: format!("{hops}, {}{verdict}", actor.label()),
                place: None,
                strong: false,
                leads: true,
            }
        }
        Row::Hop { side, at } => {
            let hop = it.surplus(*side).listed_hops.get(*at)?;
            let (from, to, asks) = (hop.from.label(), hop.to.label(), hop.requester.label());
            Line {
                difference: of_side(*side),
                indent: INDENT,
                text: format!("{from} → {to}, asked for by {asks}"),
                note: "1 hop, another way there is in both".to_owned(),
                place: None,
                strong: false,
                leads: true,
            }
        }
        Row::Reweighed(at) => {
            let change = it.access.listed_reweighed.get(*at)?;
            let (before, after) = (change.before.verdict, change.after.verdict);
            let words = |verdict: &str| verdict.replace('-', " ");
            Line {
                difference: Difference::Changed,
                indent: INDENT,
                text: format!("{} → {}", change.after.from.label(), change.after.to.label()),
                note: format!("{}, now {}", words(before), words(after)),
                place: None,
                strong: false,
                leads: true,
            }
        }
        Row::Heading(_) | Row::Note(_) => return None,
    })
}

fn of_side(side: Side) -> Difference {
    if side == Side::Old { Difference::Removed } else { Difference::Added }
}

/// What a screen reader calls a line.
fn spoken(line: &Line) -> String {
    let word = if line.strong { "" } else { line.difference.word() };
    let separator = if word.is_empty() { "" } else { ": " };
    format!("{word}{separator}{}, {}", line.text, line.note)
}

/// A line of the list; whether it was asked for.
fn line_ui(
    ui: &mut Ui,
    state: &State,
    tokens: &Tokens,
    line: &Line,
    picked: bool,
    commands: &mut Vec<Main>,
) -> bool {
    let sense = if line.leads { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), sense);
    let role = if line.leads { egui::Role::Button } else { egui::Role::Label };
    response.widget_info(|| egui::WidgetInfo::selected(role, line.leads, picked, spoken(line)));
    let fill = if picked {
        tokens.accent_soft
    } else if line.leads && (response.hovered() || response.has_focus()) {
        tokens.hovered
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), theme::RADIUS, fill);
    let mut inner = rect.shrink2(vec2(6.0, 0.0));
    // Clear of the scroll bar.
    inner.max.x -= 8.0;
    inner.min.x += line.indent;
    let mut row = child(ui, inner);
    let color = tokens.difference(line.difference);
    let sign = RichText::new(line.difference.mark()).strong().size(14.0).color(color);
    row.add_sized([14.0, ROW], egui::Label::new(sign).selectable(false));
    row.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        match line.place {
            Some(place) => place_link_ui(ui, state, place, commands),
            None => {
                let note = RichText::new(&line.note).small().color(tokens.text_weak);
                ui.add(egui::Label::new(note).selectable(false));
            }
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let mut text = RichText::new(&line.text).size(13.0).color(tokens.text);
            if line.strong {
                text = text.family(theme::semibold());
            }
            ui.add(egui::Label::new(text).truncate().selectable(false));
        });
    });
    response.on_hover_text(format!("{}\n{}", line.text, line.note)).clicked()
}

fn child(ui: &mut Ui, rect: egui::Rect) -> Ui {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(layout))
}

/// A chain hop by hop, with each condition and the lines it rests on.
fn picked_ui(
    ui: &mut Ui,
    state: &State,
    it: &Comparison,
    picked: &Picked,
    commands: &mut Vec<Main>,
) {
    let scope = it.scope(picked.side);
    ui.horizontal(|ui| {
        let title = RichText::new(it.spotlight(picked.side, &picked.chain).title);
        ui.add(egui::Label::new(title.family(theme::semibold())).truncate());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if small_icon_ui(ui, icons::ICON_CLOSE, "Close the way") {
                send(commands, Command::PutAway);
            }
            if icon_button_ui(ui, icons::ICON_ROUTE, "Show this way on the drawing").clicked() {
                send(commands, Command::ShowPath);
            }
        });
    });
    egui::ScrollArea::vertical().id_salt("changed-way").auto_shrink([false, false]).show(
        ui,
        |ui| {
            let names: Vec<String> = credentials(&picked.chain)
                .into_iter()
                .map(|key| scope.project.client(key).label().to_owned())
                .collect();
            let what = if names.len() == 1 { "credential" } else { "credentials" };
            let takes = format!("Takes the {what} of {}.", listing(&names));
            ui.add(egui::Label::new(RichText::new(takes).size(12.5)).wrap());
            if picked.side == Side::Old {
                let text = "As the version compared with has it.";
                ui.label(RichText::new(text).size(12.0).color(Tokens::of(ui).text_weak));
            }
            for ((hop, decision), step) in picked.chain.iter().zip(&picked.decisions).zip(1..) {
                ui.add_space(4.0);
                let sentence = format!("{step}  {}", hop.sentence(scope.project, scope.graph));
                let sentence = RichText::new(sentence).color(Tokens::of(ui).accent);
                ui.add(egui::Label::new(sentence).wrap());
                match picked.side {
                    Side::New => decision_ui(ui, state, decision, commands),
                    Side::Old => old_decision_ui(ui, it, decision),
                }
            }
        },
    );
}

/// The steps of a decision in the other version: its lines are in no editor here.
fn old_decision_ui(ui: &mut Ui, it: &Comparison, decision: &Decision) {
    steps_ui(ui, &it.old, decision, |ui, evidence| {
        let places: Vec<String> = evidence.iter().map(|at| it.old.describe_place(*at)).collect();
        let text = RichText::new(places.join(", ")).small().color(Tokens::of(ui).text_weak);
        ui.add(egui::Label::new(text).wrap());
    });
}
