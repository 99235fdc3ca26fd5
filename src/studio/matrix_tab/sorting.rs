//! By what rows and columns are sorted: an order of their own, or the hops of one column or row.

use egui::{Response, Ui};

use super::state::Command;
use super::table::Table;
use super::words::Axis;
use crate::config::Project;
use crate::studio::command::Command as Main;
use crate::studio::selection::Selection;
use crate::studio::state::State;
use crate::trust::matrix::{Order, View};

/// Whose hops rows and columns are sorted by, instead of by the order of the view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorting {
    /// The client app that rows become.
    pub rows: Option<Selection>,
    /// Whoever becomes the columns.
    pub columns: Option<Selection>,
}

impl Sorting {
    /// The same, in another state of the project; who is no longer there sorts nothing.
    pub fn carried_over(&self, before: &Project, after: &Project) -> Self {
        let carried = |party: &Option<Selection>| {
            let party = party.as_ref()?.carried_over(before, after)?;
            party.still_there(after).then_some(party)
        };
        Self { rows: carried(&self.rows), columns: carried(&self.columns) }
    }
}

impl Sorting {
    /// Whose hops sort the rows, or the columns.
    pub fn of(&self, axis: Axis) -> Option<&Selection> {
        match axis {
            Axis::Rows => self.rows.as_ref(),
            Axis::Columns => self.columns.as_ref(),
        }
    }

    fn with(&self, axis: Axis, party: Option<Selection>) -> Self {
        let mut sorting = self.clone();
        match axis {
            Axis::Rows => sorting.rows = party,
            Axis::Columns => sorting.columns = party,
        }
        sorting
    }
}

fn sort(state: &State, axis: Axis, party: Option<Selection>, commands: &mut Vec<Main>) {
    let sorting = state.matrix.sorting.with(axis, party);
    commands.push(Main::Matrix(Command::SortBy(sorting)));
}

/// The width of what is chosen.
const WIDTH: f32 = 134.0;

/// What rows or columns can be sorted by.
#[derive(Clone, PartialEq)]
enum Choice {
    By(Order),
    Hops(Selection),
}

/// Offers the orders of rows or columns: by the hops of whoever sorts them, and of the chosen cell.
pub fn order_ui(ui: &mut Ui, state: &State, axis: Axis, view: &mut View, commands: &mut Vec<Main>) {
    let order = match axis {
        Axis::Rows => &mut view.row_order,
        Axis::Columns => &mut view.column_order,
    };
    let sorting = state.matrix.sorting.of(axis);
    let now = sorting.map_or(Choice::By(*order), |party| Choice::Hops(party.clone()));
    let mut choices = vec![
        (Choice::By(Order::Project), "as in the files".to_owned()),
        (Choice::By(Order::Name), "by name".to_owned()),
        (Choice::By(Order::Count), "by total".to_owned()),
    ];
    if let Some(table) = state.matrix.table() {
        let chosen = state.matrix.chosen().map(|(from, to)| match axis {
            Axis::Rows => Selection::Client(*to),
            Axis::Columns => from.clone(),
        });
        let mut parties: Vec<Selection> = sorting.cloned().into_iter().chain(chosen).collect();
        parties.dedup();
        for party in parties {
            if let Some(label) = label(table, &party) {
                choices.push((Choice::Hops(party), axis.by_hops(&label)));
            }
        }
    }
    let label = choices.iter().find(|(choice, _)| *choice == now);
    let label = label.map_or("", |(_, label)| label.as_str());
    let mut then = now.clone();
    let combo = egui::ComboBox::from_id_salt(axis.order())
        .selected_text(label)
        .width(WIDTH)
        .height(320.0)
        .truncate();
    // A name is as long as it likes; what is beside it stays where it is.
    let room = ui.scope(|ui| {
        ui.set_max_width(WIDTH);
        let shown = combo.show_ui(ui, |ui| {
            for (choice, label) in &choices {
                ui.selectable_value(&mut then, choice.clone(), label);
            }
        });
        shown.response
    });
    room.inner.accessible_name(format!("{}: {label}", axis.order())).on_hover_text(format!(
        "{label}.\n{} Choose a cell to sort by it, or double-click a head.",
        axis.hops_rule()
    ));
    if then == now {
        return;
    }
    match then {
        Choice::By(by) => {
            *order = by;
            sort(state, axis, None, commands);
        }
        Choice::Hops(party) => sort(state, axis, Some(party), commands),
    }
}

/// What a head of the other axis offers: to sort this axis by it. A double click does so at once,
/// and takes it back.
pub fn head_menu_ui(
    response: &Response,
    state: &State,
    (axis, label): (Axis, &str),
    party: &Selection,
    commands: &mut Vec<Main>,
) {
    let is_sorted = state.matrix.sorting.of(axis) == Some(party);
    let then = (!is_sorted).then(|| party.clone());
    if response.double_clicked() {
        sort(state, axis, then.clone(), commands);
    }
    response.context_menu(|ui| {
        let text = match is_sorted {
            true => format!("No longer sort {}", axis.by_hops(label)),
            false => format!("Sort {} {}", axis.name(), axis.by_hops(label)),
        };
        if ui.button(text).clicked() {
            sort(state, axis, then, commands);
        }
    });
}

fn label(table: &Table, party: &Selection) -> Option<String> {
    let node = table.node(party)?;
    Some(table.graph().label(table.project(), node))
}
