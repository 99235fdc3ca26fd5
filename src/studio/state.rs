//! The state of the window and the only place where it changes.
//!
//! Panels read a [`State`] and answer with [`Command`]s; [`State::apply`] carries them out, one
//! after the other, between two frames. After each of them the selection is checked again, so no
//! panel ever meets a name of something that is gone.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::merge::DiskMerge;
use crate::config::{Change, ClientKey, FileId, Place, Project};
use crate::exchange::Keyring;
use crate::trust::Reading;
use crate::yaml::Limits;

use super::analysis::Analysis;
use super::changes_tab::ChangesState;
use super::command::{Action, Command, Leaving, Notice, PathPurpose};
use super::dialogs::FileDialogs;
use super::exchange_tab::campaign::Command as CampaignCommand;
use super::exchange_tab::{self, ExchangeTab, Leg};
use super::graph_tab::{AskSlot, GraphState};
use super::jobs::{JobId, Jobs};
use super::matrix_tab::{MatrixCommand, MatrixState};
use super::selection::Selection;
use super::source_tab::SourceTab;
use super::user_state::{Grouping, ThemeChoice, UserState};

mod editing;
mod file_facts;
mod files;
mod merging;
mod project_file;
mod recovery;
mod saving;
mod selecting;
mod watching;

pub use editing::{IdPlaces, Refusal, SharedEdit};
pub use file_facts::FileFacts;
pub use files::{Opener, Opening, why_not_written};
pub use project_file::{FoundFile, Kept};
pub use recovery::Safety;
pub use saving::{SaveRequest, SaveTrouble, TroubleKind};
pub use watching::{News, Surroundings};

/// A tab of the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    Graph,
    Source,
    Exchange,
    Changes,
    Matrix,
}

impl Tab {
    pub const ALL: [Self; 5] =
        [Self::Graph, Self::Source, Self::Exchange, Self::Changes, Self::Matrix];

    pub fn title(self) -> &'static str {
        match self {
            Self::Graph => "Graph",
            Self::Source => "Source",
            Self::Exchange => "Exchange",
            Self::Changes => "Changes",
            Self::Matrix => "Matrix",
        }
    }
}

/// Where the project came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    #[default]
    Nothing,
    /// The estate built into the program.
    Sample,
    Paths(Vec<PathBuf>),
}

/// The dialog that is open, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Is this arrow meant?
    Grant {
        from: ClientKey,
        to: ClientKey,
    },
    /// To which client app?
    GrantTo {
        from: ClientKey,
    },
    /// Whom is the question about?
    AskAbout(AskSlot),
    /// Which lines change?
    Review,
    /// What about the unsaved work?
    Unsaved(Leaving),
    NewClient,
    /// A document, and with it the client app it describes.
    Remove(FileId, usize),
    MoveToFile(FileId, usize),
    /// An id, to get another one wherever it stands.
    RenameId(String),
    /// A file is to be saved where another one is.
    Replace(FileId, PathBuf),
    /// What an earlier studio left unsaved.
    Recovery,
    /// Two changes of one file.
    Merge(FileId),
    /// An edit of a place that others share.
    Shared(SharedEdit),
    /// An edit that was not made.
    Refused(Refusal),
    /// A file could not be saved; nothing was written.
    CannotSave(SaveTrouble),
    Path(PathPurpose),
    Palette,
    Shortcuts,
    /// A path could not be opened, in words.
    CannotOpen(String),
}

/// What the next frame is asked to do with the eyes of the user.
#[derive(Debug, Default)]
pub struct Requests {
    pub tab: Option<Tab>,
    pub place: Option<Place>,
    pub fit: bool,
    /// Another project was opened: what was looked at is no more.
    pub new_project: bool,
    pub reveal: bool,
    pub focus_search: bool,
    pub quit: bool,
}

/// What the window reaches outside of itself, passed in so that a test passes another.
pub struct Outside {
    pub dialogs: Arc<dyn FileDialogs>,
    /// How a project is read from paths.
    pub open: Opener,
    /// Where settings and recent files are kept; `None` keeps them nowhere.
    pub settings: Option<PathBuf>,
    /// Where unsaved work is kept in case of a crash, and where studios that run at the same time
    /// leave word for each other; `None` does neither.
    pub state: Option<PathBuf>,
    /// Where secrets are kept, when a person wants that.
    pub keyring: Arc<dyn Keyring>,
}

pub struct State {
    pub project: Arc<Project>,
    pub origin: Origin,
    pub reading: Reading,
    pub analysis: Arc<Analysis>,
    pub selection: Option<Selection>,
    /// The finding last gone to, by its place in the list.
    pub finding: Option<usize>,
    pub dialog: Option<Dialog>,
    pub requests: Requests,
    /// Messages that wait to be shown.
    pub notices: Vec<Notice>,
    pub user: UserState,
    pub exchange: ExchangeTab,
    pub source: SourceTab,
    pub graph: GraphState,
    pub matrix: MatrixState,
    /// What the project is compared with.
    pub changes_tab: ChangesState,
    pub jobs: Jobs,
    outside: Outside,
    analysing: Option<JobId>,
    /// Reading and pinned positions, as the project file has them and as they are now.
    pub kept: Kept,
    /// How much of a file is accepted.
    pub limits: Limits,
    /// What is being opened.
    pub opening: Option<Opening>,
    /// The merge that is being looked at, and a number for each state of it.
    pub merge: Option<Box<DiskMerge>>,
    pub merge_count: usize,
    /// What was found of the file that is selected.
    pub file_facts: Option<FileFacts>,
    file_wanted: Option<(FileId, u64)>,
    /// Where the id stands that a dialog is about.
    pub id_places: Option<IdPlaces>,
    /// The save that is under way.
    pub saving: Option<JobId>,
    /// What could not be saved and has not been asked about yet.
    troubles: VecDeque<SaveTrouble>,
    /// What would stand in the way of a save, as far as the disk was asked.
    pub outlook: Vec<SaveTrouble>,
    pub surroundings: Surroundings,
    pub safety: Safety,
    /// What the window goes on with once everything is saved.
    after_saving: Option<Leaving>,
    /// Whether the window may close although work is unsaved.
    pub may_close: bool,
}

impl State {
    pub fn new(outside: Outside, jobs: Jobs) -> Self {
        let project = Arc::new(Project::default());
        let reading = Reading::default();
        let user = outside.settings.as_deref().map(UserState::load).unwrap_or_default();
        Self {
            analysis: Arc::new(Analysis::of(Arc::clone(&project), reading)),
            project,
            origin: Origin::Nothing,
            reading,
            selection: None,
            finding: None,
            dialog: None,
            requests: Requests::default(),
            notices: Vec::new(),
            user,
            exchange: ExchangeTab::with_keyring(Arc::clone(&outside.keyring)),
            source: SourceTab::default(),
            graph: GraphState::default(),
            matrix: MatrixState::default(),
            changes_tab: ChangesState::default(),
            jobs,
            outside,
            analysing: None,
            kept: Kept::default(),
            limits: Limits::default(),
            opening: None,
            merge: None,
            merge_count: 0,
            file_facts: None,
            file_wanted: None,
            id_places: None,
            saving: None,
            troubles: VecDeque::new(),
            outlook: Vec::new(),
            surroundings: Surroundings::default(),
            safety: Safety::default(),
            after_saving: None,
            may_close: false,
        }
    }

    /// Carries out one command.
    pub fn apply(&mut self, command: Command) {
        match command {
            Command::Act(action) => self.act(action),
            Command::Select(selection) => self.select(selection),
            Command::Reveal(selection) => {
                self.select(Some(selection));
                self.requests.reveal = true;
            }
            Command::ShowPlace(place) => self.show_place(place),
            Command::SelectFinding(index) => self.select_finding(index),
            Command::SetReading(reading) => self.set_reading(reading),
            Command::Pin(pins) => self.pin_boxes(pins),
            Command::SavedProjectFile(result) => self.saved_project_file(result),
            Command::ShowTab(tab) => self.requests.tab = Some(tab),
            Command::CloseDialog => {
                self.dialog = None;
                self.after_saving = None;
                self.troubles.clear();
            }
            Command::Change(change) => self.change(&change, None),
            Command::Typing { change, field } => self.change(&change, Some(&field)),
            Command::Changes { changes, label } => self.changes(&changes, &label),
            Command::FoundId(places) => self.id_places = Some(places),
            Command::FoundWork(pending) => self.found_work(pending),
            Command::RestoreWork => self.restore_work(),
            Command::RestoredWork { project, revision, restored, left } => {
                self.restored_work(*project, revision, restored, left);
            }
            Command::DiscardWork => self.discard_work(),
            Command::PutWorkOff => self.put_work_off(),
            Command::CannotKeepWork(error) => self.cannot_keep_work(&error),
            Command::QuitNow => self.quit_now(),
            Command::Merge(file) => self.begin_merge(file),
            Command::Merged(result) => self.merged(result),
            Command::ChooseSide { conflict, side } => self.choose_side(conflict, side),
            Command::TakeMerge => self.take_merge(),
            Command::FileFacts(facts) => self.file_facts = Some(*facts),
            Command::OpenLarge(file, bytes) => self.open_large(file, bytes),
            Command::CancelOpening => self.cancel_opening(),
            Command::CloseFile(file) => self.change(&Change::CloseFile { file }, None),
            Command::GoTo(steps) => self.go_to(steps),
            Command::ProposeGrant { from, to } => self.dialog = Some(Dialog::Grant { from, to }),
            Command::Open(paths) => self.open(paths),
            Command::Opened { result, origin, project_file } => {
                self.opened(result, origin, project_file);
            }
            Command::Analysed(analysis) => self.analysed(analysis),
            Command::Sketched(so_far) => self.sketched(so_far),
            Command::SaveAs { file, path } => {
                let request = self.save_request(file);
                self.save(vec![SaveRequest { to: Some(path), ..request }]);
            }
            Command::SaveAsTyped { file, path } => self.save_as_typed(file, path),
            Command::AskToReplace { file, path } => {
                self.dialog = Some(Dialog::Replace(file, path));
            }
            Command::Save(requests) => self.save(requests),
            Command::SaveOutlook(troubles) => self.outlook = troubles,
            Command::Saved(results) => self.saved(results),
            Command::KeepBackups(count) => {
                self.user.backups = count;
                self.keep_settings();
            }
            Command::Watching(watcher) => self.watching(watcher),
            Command::LookAtDisk => self.look_at_disk(),
            Command::LookedAtDisk { report, revision } => self.looked_at_disk(report, revision),
            Command::ReadAgain { project, revision, names, failures } => {
                self.took_again(*project, revision, &names, failures);
            }
            Command::Claimed(others) => self.claimed(others),
            Command::ComeBack => self.come_back(),
            Command::PutAside(news) => self.put_aside(&news),
            Command::FollowRename { file, path } => self.follow_rename(file, &path),
            Command::OpenMore(paths) => self.open_more(paths),
            Command::OpenedMore { project, revision, result } => {
                self.opened_more(*project, revision, result);
            }
            Command::Reload(file) => self.reload(file),
            Command::Leave(leaving) => self.leave(leaving),
            Command::SaveAndLeave(leaving) => {
                self.review();
                self.after_saving = Some(leaving);
            }
            Command::LeaveWithoutSaving(leaving) => self.go(leaving),
            Command::AskForPath(purpose) => self.dialog = Some(Dialog::Path(purpose)),
            Command::Exchange(exchange_tab::Command::PickFile(which)) => {
                self.pick_file(which, Leg::First);
            }
            Command::Exchange(exchange_tab::Command::Redeem(command)) => {
                self.apply_to_redeem(command);
            }
            Command::Exchange(exchange_tab::Command::Server(command)) => {
                self.apply_to_server(command);
            }
            Command::Exchange(exchange_tab::Command::Campaign(CampaignCommand::PickCases)) => {
                self.pick_cases();
            }
            Command::Exchange(exchange_tab::Command::Campaign(CampaignCommand::Save(product))) => {
                self.ask_where_to_save_product(product);
            }
            Command::Exchange(command) => {
                if command.answers_a_dialog() {
                    self.dialog = None;
                }
                let project = Arc::clone(&self.project);
                self.exchange.apply(command, &project, self.reading, &mut self.jobs);
                self.find_redeeming_profile();
            }
            Command::Source(command) => self.edit_source(command),
            Command::Graph(command) => self.apply_to_graph(command),
            Command::Matrix(command) => self.apply_to_matrix(command),
            Command::Compare(command) => self.apply_to_changes(command),
            Command::Notice(notice) => self.notices.push(notice),
            Command::Nothing => {}
        }
        if self.selection.as_ref().is_some_and(|selection| !selection.still_there(&self.project)) {
            self.selection = None;
        }
        self.follow_in_source();
        self.follow_in_graph();
        self.look_at_file();
        self.keep_unsaved_work();
        if self.dialog.is_none() {
            self.merge = None;
            self.look_if_put_off();
            self.offer_lost_work();
        }
    }

    /// Forgets jobs that ended without their command, because of a defect: nothing waits for them.
    pub fn forget_ended_jobs(&mut self) {
        let ended = |job: Option<JobId>| job.is_some_and(|job| !self.jobs.is_running(job));
        let (saving, looking) = (ended(self.saving), ended(self.surroundings.looking()));
        let opening = ended(self.opening.as_ref().map(|opening| opening.job));
        if saving {
            self.saving = None;
        }
        if looking {
            self.surroundings.stop_looking();
        }
        if opening {
            self.opening = None;
        }
    }

    fn act(&mut self, action: Action) {
        if let Some(reason) = action.disabled_reason(self) {
            let label = action.label().trim_end_matches('…');
            self.notices.push(Notice::Hint(format!("{label}: {}.", lowered(reason))));
            return;
        }
        if self.dialog == Some(Dialog::Palette) {
            self.dialog = None;
        }
        match action {
            Action::OpenFiles | Action::OpenFolder => self.ask_what_to_open(action),
            Action::OpenPath => self.dialog = Some(Dialog::Path(PathPurpose::Open)),
            Action::OpenSample => self.leave(Leaving::OpenSample),
            Action::Save => self.review(),
            Action::SaveAs => self.ask_where_to_save(),
            Action::SaveProjectFile => self.save_project_file(),
            Action::SaveMatrix => self.apply_to_matrix(MatrixCommand::Save),
            Action::LayOutAnew => self.lay_out_anew(),
            Action::Quit => self.leave(Leaving::Quit),
            Action::Undo => {
                self.source.show_next_change();
                self.step_history(Project::undo);
            }
            Action::Redo => {
                self.source.show_next_change();
                self.step_history(Project::redo);
            }
            Action::Find => self.requests.focus_search = true,
            Action::Palette => self.dialog = Some(Dialog::Palette),
            Action::Shortcuts => self.dialog = Some(Dialog::Shortcuts),
            Action::AllowExchange => {
                if let Some(Selection::Client(from)) = self.selection {
                    self.dialog = Some(Dialog::GrantTo { from });
                }
            }
            Action::NewClient => self.dialog = Some(Dialog::NewClient),
            Action::Duplicate => self.duplicate(),
            Action::Remove => {
                self.dialog = self.selected_document().map(|(file, it)| Dialog::Remove(file, it));
            }
            Action::MoveUp => self.shift(-1),
            Action::MoveDown => self.shift(1),
            Action::MoveToFile => {
                self.dialog =
                    self.selected_document().map(|(file, it)| Dialog::MoveToFile(file, it));
            }
            Action::RenameId => self.ask_for_another_id(),
            Action::SimulateSelected => self.simulate(),
            Action::RunExchange => {
                self.apply(Command::Exchange(super::exchange_tab::Command::Run));
                self.requests.tab = Some(Tab::Exchange);
            }
            Action::Lock => {
                self.apply(Command::Exchange(super::exchange_tab::Command::Lock));
                let text = "Every token and secret of this session was forgotten.";
                self.notices.push(Notice::Hint(text.to_owned()));
            }
            Action::Fit => {
                self.requests.fit = true;
                self.requests.tab = Some(Tab::Graph);
            }
            Action::FocusSelection => {
                self.requests.reveal = true;
                self.requests.tab = Some(Tab::Graph);
            }
            Action::SelectionInSource => {
                let selection = self.selection.as_ref();
                if let Some(place) = selection.and_then(|it| it.place(&self.project)) {
                    self.show_place(place);
                }
            }
            Action::NextFinding => self.step_finding(1),
            Action::PreviousFinding => self.step_finding(-1),
            Action::ShowGraph => self.requests.tab = Some(Tab::Graph),
            Action::ShowSource => self.requests.tab = Some(Tab::Source),
            Action::ShowExchange => self.requests.tab = Some(Tab::Exchange),
            Action::ShowChanges => self.requests.tab = Some(Tab::Changes),
            Action::ShowMatrix => self.requests.tab = Some(Tab::Matrix),
            Action::ToggleProblems => {
                self.user.show_problems = !self.user.show_problems;
                self.keep_settings();
            }
            Action::ListAll => self.group_by(Grouping::None),
            Action::GroupByFile => self.group_by(Grouping::File),
            Action::GroupBySubscription => self.group_by(Grouping::Subscription),
            Action::FollowSystemTheme => self.set_theme(ThemeChoice::System),
            Action::LightTheme => self.set_theme(ThemeChoice::Light),
            Action::DarkTheme => self.set_theme(ThemeChoice::Dark),
            Action::Graph(action) => self.act_on_graph(action),
            Action::Source(action) => self.act_on_source(action),
        }
    }

    // --- Settings ----------------------------------------------------------------------------

    fn set_theme(&mut self, theme: ThemeChoice) {
        self.user.theme = theme;
        self.keep_settings();
    }

    fn group_by(&mut self, grouping: Grouping) {
        self.user.grouping = grouping;
        self.keep_settings();
    }

    fn keep_settings(&mut self) {
        let Some(path) = self.outside.settings.clone() else { return };
        let user = self.user.clone();
        self.jobs.blocking("Keeping settings", move |_| match user.store(&path) {
            Ok(()) => Command::Nothing,
            Err(error) => Command::Notice(Notice::Failed(format!(
                "Settings were not kept: {error}: {}",
                path.display()
            ))),
        });
    }
}

/// The estate built into the program.
pub fn sample() -> Project {
    Project::from_sources(crate::samples::estate())
}

/// A sentence's beginning within another sentence.
fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
