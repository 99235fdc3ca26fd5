//! The graph as a table, for those who do not see a drawing or prefer to read: one row an arrow.
//!
//! Rows are virtual, so ten thousand cost what thirty do. The table shares selection, search and
//! narrowing with the drawing, and the conditions of each arrow are those of
//! [`decide`](crate::trust::decide).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use egui::{RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use super::super::analysis::Analysis;
use super::super::state::State;
use super::super::theme::Tokens;
use crate::diagram::scene::{Difference, EdgeKind, End, NodeKind, Scene, SceneEdge, Thing};
use crate::studio::theme::icons;
use crate::trust::{Question, Subject, Truth, Verdict, decide};

const ROW: f32 = 24.0;

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    From,
    To,
    Kind,
    Asks,
}

/// What the rows were made for.
struct MadeFor {
    scene: Arc<Scene>,
    found: Option<Arc<HashSet<Thing>>>,
    sort: (Sort, bool),
}

/// What the table keeps between frames.
pub struct ArrowTable {
    sort: (Sort, bool),
    rows: Vec<u32>,
    made_for: Option<MadeFor>,
    /// Conditions of rows that were in view, in words.
    conditions: HashMap<u32, Conditions>,
    /// The row that gets the keyboard when it is drawn.
    focus: Option<usize>,
    /// The row that has the keyboard, and its widget.
    keyboard: Option<(usize, egui::Id)>,
    last_selection: Option<Thing>,
}

impl Default for ArrowTable {
    fn default() -> Self {
        Self {
            sort: (Sort::From, false),
            rows: Vec::new(),
            made_for: None,
            conditions: HashMap::new(),
            focus: None,
            keyboard: None,
            last_selection: None,
        }
    }
}

impl ArrowTable {
    fn refresh(&mut self, scene: &Arc<Scene>, found: Option<&Arc<HashSet<Thing>>>) {
        let same_scene = self.made_for.as_ref().is_some_and(|it| Arc::ptr_eq(&it.scene, scene));
        let same_search = self.made_for.as_ref().is_some_and(|it| match (&it.found, found) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        });
        let same_sort = self.made_for.as_ref().is_some_and(|it| it.sort == self.sort);
        if same_scene && same_search && same_sort {
            return;
        }
        if !same_scene {
            self.conditions.clear();
        }
        self.rows = (0..scene.edges.len() as u32)
            .filter(|&e| found.is_none_or(|found| touches(scene, &scene.edges[e as usize], found)))
            .collect();
        let (sort, down) = self.sort;
        self.rows.sort_by_cached_key(|&e| key(scene, &scene.edges[e as usize], sort));
        if down {
            self.rows.reverse();
        }
        let (scene, found) = (Arc::clone(scene), found.cloned());
        self.made_for = Some(MadeFor { scene, found, sort: self.sort });
    }
}

/// Whether a search found an arrow or one of its ends.
fn touches(scene: &Scene, edge: &SceneEdge, found: &HashSet<Thing>) -> bool {
    let end = |node: usize| found.contains(&scene.nodes[node].thing());
    found.contains(&edge.thing) || end(edge.from) || end(edge.to)
}

fn key(scene: &Scene, edge: &SceneEdge, sort: Sort) -> (String, String) {
    let (from, to) = (from_words(scene, edge), to_words(scene, edge));
    match sort {
        Sort::From => (from, to),
        Sort::To => (to, from),
        Sort::Kind => (kind_words(edge), from),
        Sort::Asks => (asks_words(scene, edge), from),
    }
}

fn from_words(scene: &Scene, edge: &SceneEdge) -> String {
    let node = &scene.nodes[edge.from];
    match edge.from_row.and_then(|row| node.rows.get(row)) {
        Some(row) if row.node.is_some() => format!("{} of {}", row.text, node.title),
        Some(row) => format!("{} of {}", row.text, node.title),
        None => node.title.clone(),
    }
}

fn to_words(scene: &Scene, edge: &SceneEdge) -> String {
    scene.nodes[edge.to].title.clone()
}

fn kind_words(edge: &SceneEdge) -> String {
    let kind = match edge.kind {
        EdgeKind::Exchange { .. } => "Exchange",
        EdgeKind::Federation => "External identity",
    };
    match edge.difference {
        Difference::Same => kind.to_owned(),
        it => format!("{} {}: {kind}", it.mark(), it.word()),
    }
}

fn asks_words(scene: &Scene, edge: &SceneEdge) -> String {
    match edge.kind {
        EdgeKind::Exchange { asks: End::From } => scene.nodes[edge.from].title.clone(),
        EdgeKind::Exchange { asks: End::To } => scene.nodes[edge.to].title.clone(),
        EdgeKind::Federation => {
            let brokers = &scene.nodes[edge.to].brokers;
            match brokers.as_slice() {
                [] => "nobody may bring it".to_owned(),
                [one] => scene.nodes[*one].title.clone(),
                many => format!("{} brokers", many.len()),
            }
        }
    }
}

/// How the conditions of an arrow stand.
#[derive(Clone, Debug)]
struct Conditions {
    /// For a narrow column, as in "2 not stated".
    short: String,
    /// As in "allowed as far as stated: 6 true, 0 false, 2 not stated".
    long: String,
}

fn conditions(state: &State, scene: &Scene, edge: &SceneEdge) -> Conditions {
    if edge.difference == Difference::Removed {
        let text = "in force no more".to_owned();
        return Conditions { short: text.clone(), long: text };
    }
    let analysis = &state.analysis;
    let Some(question) = question(analysis, scene, edge) else {
        let text = "nobody can ask".to_owned();
        return Conditions { short: text.clone(), long: text };
    };
    let decision = decide(&analysis.project, analysis.graph.reading, &question);
    let count = |truth| decision.with(truth).count();
    let (yes, no, open) = (count(Truth::True), count(Truth::False), count(Truth::NotStated));
    let (verdict, short) = match decision.verdict() {
        Verdict::Allowed => ("allowed", "allowed".to_owned()),
        Verdict::AllowedIfNotStated => ("allowed as far as stated", format!("{open} not stated")),
        Verdict::Refused => ("refused", format!("refused, {no} false")),
    };
    Conditions { short, long: format!("{verdict}: {yes} true, {no} false, {open} not stated") }
}

/// The exchange that an arrow stands for.
fn question(analysis: &Analysis, scene: &Scene, edge: &SceneEdge) -> Option<Question> {
    let client = |node: usize| match scene.nodes[node].kind {
        NodeKind::Client(key) => Some(key),
        _ => None,
    };
    match (edge.kind, &edge.thing) {
        (EdgeKind::Exchange { asks }, _) => {
            let (from, to) = (client(edge.from)?, client(edge.to)?);
            let requester = if asks == End::From { from } else { to };
            Some(Question { requester, subject: Subject::UserOf(from), target: Some(to) })
        }
        (EdgeKind::Federation, Thing::Federation { client, index }) => {
            let identity = analysis.project.clients().get(client.0)?.identities.get(*index)?;
            let (issuer, subject) = identity.pair()?;
            let brokers = analysis.graph.brokers(&analysis.project, *client);
            let subject =
                Subject::External { issuer: issuer.to_owned(), subject: subject.to_owned() };
            Some(Question { requester: *brokers.first()?, subject, target: Some(*client) })
        }
        (EdgeKind::Federation, _) => None,
    }
}

/// Shows the table; gives what was selected in it.
pub fn table_ui(
    ui: &mut Ui,
    table: &mut ArrowTable,
    state: &State,
    scene: &Arc<Scene>,
    found: Option<&Arc<HashSet<Thing>>>,
    selected: Option<&Thing>,
) -> Option<Thing> {
    table.refresh(scene, found);
    let mut chosen = None;
    let count = table.rows.len();
    if count == 0 {
        super::super::widgets::empty_ui(
            ui,
            "No arrows",
            if found.is_some() { "The search found none." } else { "Nothing may be exchanged." },
        );
        return None;
    }
    let moved = keys_ui(ui, table);
    if let Some(row) = moved {
        chosen = Some(scene.edges[table.rows[row] as usize].thing.clone());
    }
    let tokens = Tokens::of(ui);
    let text = if count == 1 { "1 arrow".to_owned() } else { format!("{count} arrows") };
    ui.label(RichText::new(text).small().color(tokens.text_weak));
    let mut builder = TableBuilder::new(ui)
        .striped(false)
        .sense(Sense::click())
        .resizable(true)
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::remainder().at_least(120.0).clip(true))
        .column(Column::remainder().at_least(100.0).clip(true))
        .column(Column::initial(108.0).at_least(80.0).clip(true))
        .column(Column::remainder().at_least(80.0).clip(true))
        .column(Column::initial(118.0).at_least(90.0).clip(true));
    let place =
        |thing: &Thing| table.rows.iter().position(|&e| scene.edges[e as usize].thing == *thing);
    if table.last_selection.as_ref() != selected {
        table.last_selection = selected.cloned();
        if let Some(row) = selected.and_then(place) {
            builder = builder.scroll_to_row(row, None);
        }
    }
    if let Some(row) = table.focus {
        builder = builder.scroll_to_row(row, None);
    }
    let mut sort = table.sort;
    let mut now = None;
    let ArrowTable { rows, conditions: known, focus, .. } = table;
    builder
        .header(ROW, |mut header| {
            for (title, by) in [
                ("From", Some(Sort::From)),
                ("To", Some(Sort::To)),
                ("Kind", Some(Sort::Kind)),
                ("Who asks", Some(Sort::Asks)),
                ("Conditions", None),
            ] {
                header.col(|ui| heading_ui(ui, title, by, &mut sort));
            }
        })
        .body(|body| {
            body.rows(ROW, rows.len(), |mut row| {
                let at = row.index();
                let e = rows[at];
                let edge = &scene.edges[e as usize];
                let is_selected = selected == Some(&edge.thing);
                row.set_selected(is_selected);
                let words =
                    known.entry(e).or_insert_with(|| conditions(state, scene, edge)).clone();
                let (from, to) = (from_words(scene, edge), to_words(scene, edge));
                let (kind, asks) = (kind_words(edge), asks_words(scene, edge));
                for text in [&from, &to, &kind, &asks, &words.short] {
                    row.col(|ui| {
                        let color =
                            if *text == words.short { tokens.text_weak } else { tokens.text };
                        let text = RichText::new(text).color(color);
                        ui.add(egui::Label::new(text).truncate().selectable(false));
                    });
                }
                let response = row.response();
                response.widget_info(|| {
                    let name = format!("{from} to {to}, {kind}, {asks} asks, {}", words.long);
                    egui::WidgetInfo::selected(egui::Role::Button, true, is_selected, name)
                });
                if *focus == Some(at) {
                    response.request_focus();
                    *focus = None;
                }
                if response.has_focus() {
                    now = Some((at, response.id));
                }
                if response.clicked() {
                    chosen = Some(edge.thing.clone());
                }
                response.on_hover_text(format!("{}\nConditions: {}", edge.sentence, words.long));
            });
        });
    table.sort = sort;
    table.keyboard = now;
    chosen
}

fn heading_ui(ui: &mut Ui, title: &str, by: Option<Sort>, sort: &mut (Sort, bool)) {
    let text = RichText::new(title).strong();
    let Some(by) = by else {
        ui.label(text);
        return;
    };
    let response = ui.add(egui::Button::new(text).frame(false));
    let down = (sort.0 == by).then_some(sort.1);
    response.widget_info(|| {
        let order = match down {
            None => "",
            Some(false) => ", sorted from A to Z",
            Some(true) => ", sorted from Z to A",
        };
        let name = format!("Sort by {title}{order}");
        egui::WidgetInfo::labeled(egui::Role::Button, true, name)
    });
    if let Some(down) = down {
        let icon = if down { icons::ICON_ARROW_DOWNWARD } else { icons::ICON_ARROW_UPWARD };
        ui.label(icon.rich_text().size(13.0));
    }
    if response.clicked() {
        *sort = (by, down == Some(false));
    }
}

/// Arrow keys go from row to row, also to rows that are out of view; gives the row they go to.
fn keys_ui(ui: &Ui, table: &mut ArrowTable) -> Option<usize> {
    let (row, id) = table.keyboard?;
    if !ui.memory(|memory| memory.has_focus(id)) {
        return None;
    }
    let filter = egui::EventFilter { vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let last = table.rows.len() - 1;
    let next = super::super::widgets::row_keys(ui, row, last, 20)?;
    table.focus = Some(next);
    ui.ctx().request_repaint();
    Some(next)
}
