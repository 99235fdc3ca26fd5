//! The matrix tab: who can become whom, as rows and columns, with the fewest hops.
//!
//! An estate of ten thousand client apps has a hundred million cells, of which a screen shows a
//! thousand. So heads alone are made as a whole, away from the window when there are many; a row is
//! worked out when it comes into view, and only cells in view are painted. What is shown keeps the
//! analysis it was made from: while an edit is being analysed it stays, says that it is being
//! brought up to date, and is whole in itself. How it is shown (filters, orders, whose credentials)
//! belongs to the window and outlives edits; the chosen cell is carried over by whom it is about.
//!
//! A cell says how many hops; what they are is the answer to the question for all chains, which the
//! graph tab asks and shows. This tab leads there.
//!
//! | part | purpose |
//! |---|---|
//! | `table` | what is shown, with what it was made from |
//! | `rows` | rows that were worked out |
//! | `state` | what is asked for; carries out commands |
//! | `words` | cells and totals as sentences |
//! | `sorting` | whose hops sort rows and columns |
//! | `bar` | filters, orders, legend |
//! | `grid`, `heads`, `paint`, `keys` | the matrix itself |
//! | `detail` | the chosen cell in words |
//! | `export` | CSV |

mod bar;
mod detail;
mod export;
mod grid;
mod heads;
mod keys;
mod paint;
mod rows;
mod sorting;
mod state;
mod table;
mod words;

use egui::Ui;

pub use state::{Command as MatrixCommand, MatrixState};

use super::command::{Action, Command};
use super::state::State;
use super::theme::Tokens;
use super::widgets::empty_ui;
use crate::trust::matrix::View;
use grid::{Grid, grid_ui};
use table::Table;

/// Under this height all room there is goes to the cells.
const SHORT: f32 = 460.0;

/// What the tab keeps between frames.
#[derive(Debug, Default)]
pub struct MatrixTab {
    grid: Grid,
}

pub fn matrix_ui(ui: &mut Ui, tab: &mut MatrixTab, state: &State, commands: &mut Vec<Command>) {
    if state.project.clients().is_empty() {
        nothing_open_ui(ui, commands);
        return;
    }
    if !state.is_matrix_current() && !state.matrix.is_running(&state.jobs) {
        commands.push(Command::Matrix(MatrixCommand::WorkOut));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let is_short = ui.available_height() < SHORT;
    bar::bar_ui(ui, state, is_short, commands);
    let Some(table) = state.matrix.table() else {
        ui.centered_and_justified(|ui| ui.spinner());
        return;
    };
    if table.matrix.rows().is_empty() || table.matrix.columns().is_empty() {
        nothing_shown_ui(ui, state, table, commands);
        return;
    }
    let frame = egui::Frame::new().fill(Tokens::of(ui).panel);
    let frame = frame.inner_margin(egui::Margin::symmetric(8, 5));
    egui::Panel::bottom("matrix-cell").frame(frame).resizable(false).show(ui, |ui| {
        detail::detail_ui(ui, state, is_short, commands);
    });
    grid_ui(ui, &mut tab.grid, state, table, commands);
}

fn nothing_open_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    empty_ui(
        ui,
        "Who can become whom, at a glance",
        "Open the YAML of your client apps, or look around in the sample.",
    );
    let actions = [Action::OpenFolder, Action::OpenFiles, Action::OpenSample];
    buttons_ui(ui, &actions.map(|action| (action.label(), action)), |action| {
        commands.push(Command::Act(action));
    });
}

/// Why no cell is shown, and what to do about it.
fn nothing_shown_ui(ui: &mut Ui, state: &State, table: &Table, commands: &mut Vec<Command>) {
    let view = &state.matrix.view;
    let is_filtered = !view.rows.trim().is_empty() || !view.columns.trim().is_empty();
    let show = |commands: &mut Vec<Command>, view: View| {
        commands.push(Command::Matrix(MatrixCommand::Show(Box::new(view))));
    };
    if is_filtered {
        let what = match table.matrix.rows().is_empty() {
            true => "No row has this part in its name.",
            false => "No column has this part in its name.",
        };
        empty_ui(ui, "Nothing matches the filters", what);
        buttons_ui(ui, &[("Clear the filters again", ())], |()| {
            let mut view = view.clone();
            bar::clear(&mut view);
            show(commands, view);
        });
        return;
    }
    let pairs = table.pairs();
    let text = match pairs {
        0 => {
            "No exchange is allowed under this reading. Select a client app and allow it one, or \
              choose another reading."
        }
        _ => "Only external identities can become a client app here. Show their rows to see it.",
    };
    empty_ui(ui, "Nobody can become anybody", text);
    let mut offers =
        vec![("Show rows and columns without access", View { only_access: false, ..view.clone() })];
    if pairs > 0 {
        offers.insert(0, ("Show external identities", View { externals: true, ..view.clone() }));
    }
    buttons_ui(ui, &offers, |view| show(commands, view));
}

fn buttons_ui<T: Clone>(ui: &mut Ui, offers: &[(&str, T)], mut then: impl FnMut(T)) {
    ui.vertical_centered(|ui| {
        ui.add_space(12.0);
        for (label, offer) in offers {
            let button = egui::Button::new(*label).min_size(egui::vec2(260.0, 30.0));
            if ui.add(button).clicked() {
                then(offer.clone());
            }
            ui.add_space(6.0);
        }
    });
}
