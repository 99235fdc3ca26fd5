//! Many exchanges at once: the parts "Sweep and cases" and "Calibrate and probe".
//!
//! Each of the four is a run of the library in a background job: data in, data out, a progress, and a
//! stop sign. One runs at a time, since they ask the same server and a person watches one of them.
//! All of them ask the server of the form, with whatever the session has for it (`means`); what
//! cannot be asked for is known before anything is sent, and said. A result keeps the project it was
//! made from, so that it can still be read after an edit, and says that it is older than the files.
//!
//! | part | purpose |
//! |---|---|
//! | `means` | the server, the credentials and the tokens of a run |
//! | `work` | the one run that is under way |
//! | `sweep`, `sweep_ui`, `differences_ui`, `items`, `items_ui` | where server and files disagree |
//! | `cases`, `cases_ui`, `case_text` | saved exchanges with what is expected of them |
//! | `calibrate`, `calibrate_ui` | which way the server reads the lists |
//! | `probes`, `probes_ui` | what a careful server must refuse |
//! | `save` | reports and cases as files |

mod calibrate;
mod calibrate_ui;
mod case_text;
mod cases;
mod cases_ui;
mod differences_ui;
mod items;
mod items_ui;
mod means;
mod probes;
mod probes_ui;
mod save;
mod shared_ui;
mod sweep;
mod sweep_ui;
mod work;

use std::path::PathBuf;
use std::sync::Arc;

use egui::Ui;

use super::super::command::Command as WindowCommand;
use super::super::jobs::Jobs;
use super::super::state::State;
use super::domains::Started;
use super::{ExchangeTab, Mode};
use crate::config::Project;
use crate::trust::Reading;

pub use calibrate::Calibrate;
pub use cases::{Cases, Opened, Target};
pub use items::{Filter, Items, Sort};
pub use probes::{ProbeLine, Probes};
pub use save::{Product, Question};
pub use sweep::{Settings, Sweep};
pub use work::{Kind, Progress, Work};

/// What the parts can be asked to do.
#[derive(Debug)]
pub enum Command {
    /// Looks at one of the four.
    Look(Kind),
    /// The sample, its seed and the rate.
    Set(Settings),
    /// Starts a run.
    Begin(Wish),
    /// Ends the run; what it has found stays.
    Stop,
    /// The built-in authority is there for a run that waits for it.
    Ready(Wish, Result<Started, String>),
    Progress(Progress),
    /// A plan was made.
    Planned(Box<Planned>),
    /// A run has ended.
    Ended(Result<Found, String>),
    /// Shows all exchanges of a sweep, or the differences.
    ShowItems(bool),
    ShowMoreDifferences,
    FilterItems(Filter),
    SortItems(Sort),
    /// Chooses a row of the table, by its place in the report.
    ChooseItem(Option<usize>),
    /// Opens files of cases.
    OpenCases(Vec<PathBuf>),
    /// Opens the file of cases that comes with the program.
    OpenSampleCases,
    PickCases,
    OpenedCases(Vec<Opened>),
    CloseCases(usize),
    /// Which server the cases are for.
    CasesAgainst(Target),
    /// Says that the server is the person's own, or takes that back.
    Own(bool),
    /// Asks where to write something, and writes it.
    Save(Product),
    SaveTo {
        product: Product,
        path: PathBuf,
        replace: bool,
    },
    /// A file is there already.
    AskToReplace {
        product: Product,
        path: PathBuf,
    },
    KeepThatFile,
    Saved,
}

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// All of the plan, or only what an earlier run left open.
    Sweep {
        go_on: bool,
    },
    /// The cases of a file, or of all; one case alone with those it goes on from.
    Cases {
        file: Option<usize>,
        case: Option<String>,
    },
    Calibrate,
    /// The probes with these ids; all when there is none.
    Probes(Vec<String>),
}

impl Wish {
    fn kind(&self) -> Kind {
        match self {
            Self::Sweep { .. } => Kind::Sweep,
            Self::Cases { .. } => Kind::Cases,
            Self::Calibrate => Kind::Calibrate,
            Self::Probes(_) => Kind::Probes,
        }
    }
}

/// What a run is going to do.
#[derive(Debug)]
pub enum Planned {
    Sweep(sweep::Planned),
    Calibrate(calibrate::Planned),
    Probes(probes::Planned),
}

/// What a run has found.
#[derive(Debug)]
pub enum Found {
    Sweep(Box<sweep::Outcome>),
    Cases(Vec<cases::Done>),
    Calibrate(Box<calibrate::Outcome>),
    Probes(Box<probes::Outcome>),
}

/// What the parts keep between frames.
#[derive(Debug, Default)]
pub struct Campaign {
    /// What of "Sweep and cases" is looked at: whether the cases are.
    cases_shown: bool,
    /// The same of "Calibrate and probe".
    probes_shown: bool,
    pub sweep: Sweep,
    pub cases: Cases,
    pub calibrate: Calibrate,
    pub probes: Probes,
    pub work: Option<Work>,
    /// Why the last run of each kind came to nothing.
    failed: Option<(Kind, String)>,
    /// A file that is in the way of a save.
    pub in_the_way: Option<Question>,
}

impl Campaign {
    /// Which of the four a part of the tab shows.
    pub fn kind(&self, mode: Mode) -> Option<Kind> {
        match mode {
            Mode::One | Mode::Server => None,
            Mode::SweepAndCases if self.cases_shown => Some(Kind::Cases),
            Mode::SweepAndCases => Some(Kind::Sweep),
            Mode::CalibrateAndProbe if self.probes_shown => Some(Kind::Probes),
            Mode::CalibrateAndProbe => Some(Kind::Calibrate),
        }
    }

    /// The run that is under way.
    pub fn running<'a>(&'a self, jobs: &Jobs) -> Option<&'a Work> {
        // One that ended without its command, because of a defect, is not waited for.
        self.work.as_ref().filter(|work| jobs.is_running(work.job))
    }

    /// Plans are made from the files, and the files have changed.
    pub(super) fn forget_plans(&mut self) {
        self.sweep.planned = None;
        self.calibrate.planned = None;
        self.probes.planned = None;
    }

    /// Why the last run of this kind came to nothing.
    pub fn failed(&self, kind: Kind) -> Option<&str> {
        self.failed.as_ref().filter(|(of, _)| *of == kind).map(|(_, why)| why.as_str())
    }
}

impl ExchangeTab {
    pub(super) fn apply_to_campaign(
        &mut self,
        command: Command,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        let campaign = &mut self.campaign;
        match command {
            Command::Look(kind) => {
                match kind {
                    Kind::Sweep | Kind::Cases => campaign.cases_shown = kind == Kind::Cases,
                    Kind::Calibrate | Kind::Probes => {
                        campaign.probes_shown = kind == Kind::Probes;
                    }
                }
                self.mode = kind.mode();
                self.make_plan(project, reading, jobs);
            }
            Command::Set(settings) => {
                campaign.sweep.settings = settings;
                self.make_plan(project, reading, jobs);
            }
            Command::Begin(wish) => self.begin(wish, project, reading, jobs),
            Command::Ready(wish, started) => self.ready(wish, started, project, reading, jobs),
            Command::Stop => {
                if let Some(work) = &mut campaign.work {
                    work.stopping = true;
                    work.cancel.cancel();
                }
            }
            Command::Progress(progress) => campaign.progress(progress),
            Command::Planned(planned) => match *planned {
                Planned::Sweep(planned) => campaign.sweep.planned = Some(planned),
                Planned::Calibrate(planned) => campaign.calibrate.planned = Some(planned),
                Planned::Probes(planned) => campaign.probes.planned = Some(planned),
            },
            Command::Ended(result) => {
                let Some(work) = campaign.work.take() else { return };
                match result {
                    Ok(found) => campaign.take(found, &work),
                    Err(why) => campaign.failed = Some((work.kind, why)),
                }
            }
            Command::ShowItems(all) => campaign.sweep.all_shown = all,
            Command::ShowMoreDifferences => campaign.sweep.show_more(),
            Command::FilterItems(filter) => campaign.sweep.arrange(|items| items.filter = filter),
            Command::SortItems(by) => campaign.sweep.arrange(|items| items.sort_by(by)),
            Command::ChooseItem(item) => campaign.sweep.items.chosen = item,
            Command::OpenCases(paths) => cases::open(paths, jobs),
            Command::OpenSampleCases => campaign.cases.add(vec![cases::sample()]),
            Command::OpenedCases(opened) => campaign.cases.add(opened),
            Command::CloseCases(file) => campaign.cases.close(file),
            Command::CasesAgainst(target) => campaign.cases.target = target,
            Command::Own(own) => {
                let server = means::name_of(&self.form);
                self.campaign.probes.own = own.then_some(server);
            }
            Command::SaveTo { product, path, replace } => {
                self.save_product(product, path, replace, project, jobs);
            }
            Command::AskToReplace { product, path } => {
                campaign.in_the_way = Some(Question { product, path });
            }
            Command::KeepThatFile | Command::Saved => campaign.in_the_way = None,
            // The window does these, which has the dialogs.
            Command::PickCases | Command::Save(_) => {}
        }
    }

    /// What follows from any change of form or project.
    pub(super) fn refresh_campaign(&mut self) {
        // Whose a server is has to be said of each one again.
        let server = means::name_of(&self.form);
        let probes = &mut self.campaign.probes;
        if probes.own.as_ref().is_some_and(|own| *own != server) {
            probes.own = None;
        }
    }
}

impl Campaign {
    fn take(&mut self, found: Found, work: &Work) {
        match found {
            Found::Sweep(result) => self.sweep.take(*result),
            Found::Cases(done) => self.cases.take(done),
            Found::Calibrate(result) => self.calibrate.found = Some(*result),
            Found::Probes(result) => self.probes.take(*result, work),
        }
    }

    fn progress(&mut self, progress: Progress) {
        let Some(work) = &mut self.work else { return };
        if let Progress::Probe { report, .. } = &progress {
            self.probes.note(report);
        }
        work.progress = Some(progress);
    }
}

/// Draws one of the two parts.
pub fn campaign_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let campaign = &state.exchange.campaign;
    let Some(kind) = campaign.kind(state.exchange.mode) else { return };
    shared_ui::head_ui(ui, state, kind, commands);
    match kind {
        Kind::Sweep => sweep_ui::sweep_ui(ui, state, commands),
        Kind::Cases => cases_ui::cases_ui(ui, state, commands),
        Kind::Calibrate => calibrate_ui::calibrate_ui(ui, state, commands),
        Kind::Probes => probes_ui::probes_ui(ui, state, commands),
    }
}

/// A command of these parts, for the window.
fn to_window(command: Command) -> WindowCommand {
    WindowCommand::Exchange(super::Command::Campaign(command))
}
