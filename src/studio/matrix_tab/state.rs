//! What the matrix is asked to show; carries out commands.

use std::path::PathBuf;
use std::sync::Arc;

use super::detail::Detail;
use super::sorting::Sorting;
use super::table::{Asked, Base, Table};
use crate::config::ClientKey;
use crate::studio::analysis::WITHIN_A_FRAME;
use crate::studio::command::{Command as Main, Notice};
use crate::studio::graph_tab::{AskCommand, AskKind};
use crate::studio::jobs::{JobId, Jobs};
use crate::studio::selection::Selection;
use crate::studio::state::{State, Tab};
use crate::trust::matrix::View;

/// A request to the matrix.
#[derive(Debug)]
pub enum Command {
    /// Shows it another way.
    Show(Box<View>),
    /// Sorts rows or columns by the hops of somebody, as the matrix that is shown names them.
    SortBy(Sorting),
    /// Brings it up to date with the project and with how it is to be shown.
    WorkOut,
    WorkedOut(Arc<Table>),
    /// Chooses a cell by row and column of the matrix that is shown; `None` lets go of it.
    Choose(Option<(usize, usize)>),
    /// Asks for all chains of the chosen cell, beside the drawing.
    Chains,
    /// Asks where to save it.
    Save,
    /// Saves it as CSV; over what is there only when a person was asked about that.
    SaveTo {
        path: PathBuf,
        replace: bool,
    },
    Saved(Result<PathBuf, String>),
}

/// What the matrix shows.
#[derive(Debug, Default)]
pub struct MatrixState {
    pub view: View,
    /// As the shown table names them.
    pub sorting: Sorting,
    table: Option<Arc<Table>>,
    /// The chosen cell: who is to become whom, as the shown table names them.
    pair: Option<(Selection, ClientKey)>,
    /// Where that is, if it is shown.
    cell: Option<(usize, usize)>,
    detail: Option<Detail>,
    running: Option<JobId>,
    pub(super) saving: Option<JobId>,
}

impl MatrixState {
    /// Forgets all that is about the project; how things are shown stays.
    pub(in crate::studio) fn new_project(&mut self) {
        let view = View { rows: String::new(), columns: String::new(), ..self.view.clone() };
        *self = Self { view, saving: self.saving, ..Self::default() };
    }

    /// The matrix that is shown; it may be that of a moment ago.
    pub fn table(&self) -> Option<&Arc<Table>> {
        self.table.as_ref()
    }

    /// The chosen cell, by row and column, if it is shown.
    pub fn cell(&self) -> Option<(usize, usize)> {
        self.cell
    }

    /// Who is to become whom in the chosen cell, as the shown table names them.
    pub fn chosen(&self) -> Option<&(Selection, ClientKey)> {
        self.pair.as_ref()
    }

    /// What there is to say of the chosen cell.
    pub fn detail(&self) -> Option<&Detail> {
        self.detail.as_ref()
    }

    pub fn is_running(&self, jobs: &Jobs) -> bool {
        self.running.is_some_and(|job| jobs.is_running(job))
    }

    fn choose(&mut self, cell: Option<(usize, usize)>) {
        self.cell = None;
        self.pair = None;
        self.detail = None;
        let (Some(table), Some(cell)) = (&self.table, cell) else { return };
        let Some((from, to)) = table.ends(cell) else { return };
        let Some(from) = table.party(from) else { return };
        self.pair = Some((from, ClientKey(to.index())));
        self.cell = Some(cell);
        self.detail = Some(Detail::of(table, cell));
    }

    /// Shows another table, and in it the same cell.
    fn take(&mut self, table: Arc<Table>) {
        if let Some(old) = &self.table {
            let (before, after) = (old.project(), table.project());
            self.sorting = self.sorting.carried_over(before, after);
            let carried = |party: &Selection| {
                party.carried_over(before, after).filter(|it| it.still_there(after))
            };
            self.pair = self.pair.take().and_then(|(from, to)| {
                match (carried(&from)?, carried(&Selection::Client(to))?) {
                    (from, Selection::Client(to)) => Some((from, to)),
                    _ => None,
                }
            });
        }
        self.cell = self.pair.as_ref().and_then(|(from, to)| table.place(from, *to));
        self.detail = self.cell.map(|cell| Detail::of(&table, cell));
        self.table = Some(table);
        self.running = None;
    }
}

impl State {
    /// Carries out a command of the matrix.
    pub(in crate::studio) fn apply_to_matrix(&mut self, command: Command) {
        match command {
            Command::Show(view) => self.matrix.view = *view,
            Command::SortBy(sorting) => self.matrix.sorting = sorting,
            Command::WorkOut => self.work_out_matrix(),
            Command::WorkedOut(table) => self.matrix.take(table),
            Command::Choose(cell) => self.matrix.choose(cell),
            Command::Chains => self.ask_for_chains_of_cell(),
            Command::Save => self.ask_where_to_save_matrix(),
            Command::SaveTo { path, replace } => self.save_matrix(path, replace),
            Command::Saved(result) => {
                self.matrix.saving = None;
                self.notices.push(match result {
                    Ok(path) => Notice::Done(format!("Saved the matrix as {}", path.display())),
                    Err(message) => Notice::Failed(message),
                });
            }
        }
    }

    /// How it is to be shown.
    pub(super) fn asked_of_matrix(&self) -> Asked {
        let sorting = match &self.matrix.table {
            // Who sorts is named as the shown table names them.
            Some(table) => {
                self.matrix.sorting.carried_over(table.project(), &self.analysis.project)
            }
            None => Sorting::default(),
        };
        let looking = Arc::clone(self.graph.looking());
        Asked { view: self.matrix.view.clone(), sorting, looking }
    }

    /// Whether what is shown is what is asked for.
    pub fn is_matrix_current(&self) -> bool {
        let table = self.matrix.table.as_ref();
        table.is_some_and(|table| table.shows(&self.analysis, &self.asked_of_matrix()))
    }

    fn work_out_matrix(&mut self) {
        if self.is_matrix_current() || self.matrix.is_running(&self.jobs) {
            return;
        }
        let (analysis, asked) = (Arc::clone(&self.analysis), self.asked_of_matrix());
        let known = self.matrix.table.as_ref().map(|table| &table.base);
        let known = known.filter(|base| base.is_of(&analysis)).cloned();
        if analysis.project.clients().len() <= WITHIN_A_FRAME {
            let base = known.unwrap_or_else(|| Arc::new(Base::new(analysis)));
            self.matrix.take(Arc::new(Table::new(base, asked)));
            return;
        }
        let work = |base: Arc<Base>, asked| {
            Main::Matrix(Command::WorkedOut(Arc::new(Table::new(base, asked))))
        };
        self.matrix.running = Some(match known {
            // Another view of the same is there at once.
            Some(base) => self.jobs.quiet(move |_| work(base, asked)),
            None => self.jobs.blocking("Working out the access matrix", move |_| {
                work(Arc::new(Base::new(analysis)), asked)
            }),
        });
    }

    /// Why there are no chains to ask for now, as a sentence without its stop.
    pub(in crate::studio) fn cannot_ask_for_cell(&self) -> Option<&'static str> {
        let Some((from, to)) = &self.matrix.pair else { return Some("Choose a cell first") };
        if *from == Selection::Client(*to) {
            return Some("A chain goes from one to another");
        }
        let up_to_date = self.analysis.project.revision() == self.project.revision()
            && self.analysis.graph.reading == self.reading
            && self.matrix.table.as_ref().is_some_and(|table| table.base.is_of(&self.analysis));
        (!up_to_date).then_some("The project is still being analysed")
    }

    fn ask_for_chains_of_cell(&mut self) {
        if let Some(reason) = self.cannot_ask_for_cell() {
            self.notices.push(Notice::Hint(format!("{reason}.")));
            return;
        }
        let Some((from, to)) = self.matrix.pair.clone() else { return };
        let fewest = self.matrix.detail.as_ref().map_or(0, |detail| detail.hops);
        let ask = &mut self.graph.ask;
        ask.open = true;
        ask.actor = self.matrix.view.actor;
        ask.form.kind = AskKind::Chains;
        (ask.form.a, ask.form.b) = (Some(from), Some(Selection::Client(to)));
        // As far as it takes to see the shortest.
        if ask.form.chain_hops < fewest {
            let choices = ask.form.hop_choices();
            let enough = choices.iter().map(|(hops, _)| *hops).find(|hops| *hops >= fewest);
            ask.form.chain_hops = enough.unwrap_or(fewest);
        }
        self.requests.tab = Some(Tab::Graph);
        self.apply_to_questions(AskCommand::Ask);
    }
}
