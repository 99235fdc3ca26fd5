//! Everything the window can be asked to do.
//!
//! A [`Command`] is what panels, dialogs, background jobs and a person's [`Action`]s send to
//! [`super::State::apply`], the only place where anything changes.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::merge::{DiskMerge, Side};
use crate::config::{
    Change, ClientKey, DiskReport, FileId, OpenError, Other, Pending, Place, Project, ProjectFile,
    Restored, Saved, Watcher,
};
use crate::diagram::layout::Point;
use crate::diagram::scene::Thing;
use crate::trust::Reading;

pub use super::action::Action;
use super::analysis::Analysis;
use super::changes_tab;
use super::exchange_tab;
use super::graph_tab::GraphCommand;
use super::matrix_tab::MatrixCommand;
use super::selection::Selection;
use super::source_tab;
use super::state::{FileFacts, FoundFile, IdPlaces, News, Origin, SaveRequest, SaveTrouble, Tab};

/// A request to the window. Panels make them, [`super::State::apply`] carries them out.
#[derive(Debug)]
pub enum Command {
    Act(Action),
    Select(Option<Selection>),
    /// Selects, and brings the graph to it.
    Reveal(Selection),
    /// Shows a place in the source tab.
    ShowPlace(Place),
    /// Selects a finding, by its place in the list, and shows where it stands.
    SelectFinding(usize),
    SetReading(Reading),
    ShowTab(Tab),
    CloseDialog,

    /// Makes a change: one step of the history.
    Change(Change),
    /// Makes a change that belongs to the typing before it, when that was into the same field.
    Typing {
        change: Change,
        field: String,
    },
    /// Makes several changes as one step of the history, all or none.
    Changes {
        changes: Vec<Change>,
        label: String,
    },
    /// Where an id stands, as a dialog asked.
    FoundId(IdPlaces),
    /// Takes back, or makes again, until this many steps are in force.
    GoTo(usize),
    /// Asks, in words, whether an arrow from one client app to another is meant.
    ProposeGrant {
        from: ClientKey,
        to: ClientKey,
    },

    Open(Vec<PathBuf>),
    Opened {
        result: Result<Box<Project>, OpenError>,
        origin: Origin,
        project_file: FoundFile,
    },
    Analysed(Arc<Analysis>),
    /// What an analysis has come to, for something to look at meanwhile.
    Sketched(Arc<Analysis>),
    /// Pins boxes of the drawing with their upper left corners there, or lets them go.
    Pin(Vec<(Thing, Option<Point>)>),
    SavedProjectFile(Result<Box<ProjectFile>, String>),
    /// Where to save a file; answered by a dialog.
    SaveAs {
        file: FileId,
        path: PathBuf,
    },
    /// Where to save a file, as a path that was typed: nobody has asked yet whether a file that is
    /// there may go.
    SaveAsTyped {
        file: FileId,
        path: PathBuf,
    },
    /// A file is there already.
    AskToReplace {
        file: FileId,
        path: PathBuf,
    },
    /// Writes files, after their review.
    Save(Vec<SaveRequest>),
    /// What would stand in the way of a save.
    SaveOutlook(Vec<SaveTrouble>),
    Saved(Vec<Result<Box<Saved>, SaveTrouble>>),
    /// How many backups a save leaves beside the file.
    KeepBackups(usize),
    /// Takes what is on disk in the place of the changes made here; a step of the history.
    Reload(FileId),

    Watching(Option<Box<Watcher>>),
    /// Something may have happened to the files on disk.
    LookAtDisk,
    LookedAtDisk {
        report: DiskReport,
        revision: u64,
    },
    /// Files that others changed, read into a copy of the project of this revision.
    ReadAgain {
        project: Box<Project>,
        revision: u64,
        names: Vec<String>,
        failures: Vec<String>,
    },
    Claimed(Vec<Other>),
    /// The window has the keyboard again.
    ComeBack,
    /// What happened outside needs no decision.
    PutAside(News),
    /// Goes on with a file under the name it was given on disk.
    FollowRename {
        file: FileId,
        path: PathBuf,
    },
    /// What earlier studios left unsaved.
    FoundWork(Vec<Pending>),
    RestoreWork,
    RestoredWork {
        project: Box<Project>,
        revision: u64,
        restored: Restored,
        /// How much of what was left is still there.
        left: usize,
    },
    DiscardWork,
    /// Leaves what was found where it is until the next start.
    PutWorkOff,
    CannotKeepWork(String),
    /// Closes the window, whatever is unsaved.
    QuitNow,
    /// Takes both changes of a file together: mine, and what is on disk.
    Merge(FileId),
    Merged(Result<Box<DiskMerge>, OpenError>),
    /// Takes a side in one conflict of the merge, or in all.
    ChooseSide {
        conflict: Option<usize>,
        side: Side,
    },
    TakeMerge,
    FileFacts(Box<FileFacts>),
    /// Opens a file although it is larger than the limit.
    OpenLarge(FileId, usize),
    CancelOpening,
    /// Takes a file out of the project. On disk it stays as it is.
    CloseFile(FileId),
    /// Adds files to the project.
    OpenMore(Vec<PathBuf>),
    OpenedMore {
        project: Box<Project>,
        revision: u64,
        result: Result<Vec<FileId>, OpenError>,
    },
    /// Asks before it drops unsaved work, then goes on.
    Leave(Leaving),
    /// Reviews and saves first, then goes on.
    SaveAndLeave(Leaving),
    /// Goes on without saving.
    LeaveWithoutSaving(Leaving),
    /// Shows the files as text, because no dialog service answered or because it was asked for.
    AskForPath(PathPurpose),

    Exchange(exchange_tab::Command),
    Source(source_tab::Command),
    Graph(GraphCommand),
    Matrix(MatrixCommand),
    Compare(changes_tab::Command),
    /// Tells the user something that is not tied to a place.
    Notice(Notice),
    /// A job ended and nothing follows from it.
    Nothing,
}

/// What the window is about to do when it asks about unsaved work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaving {
    Quit,
    Open(Vec<PathBuf>),
    OpenSample,
}

/// What a path that a person types is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPurpose {
    Open,
    SaveAs(FileId),
    /// The access matrix as CSV.
    SaveMatrix,
    /// A report of many exchanges, or a case.
    SaveProduct(exchange_tab::campaign::Product),
    /// Files of cases.
    OpenCases,
    /// The drawing, in the format that the name says.
    ExportDrawing,
    /// Another version, to compare with.
    CompareWith,
}

/// A short message that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    Done(String),
    /// Why nothing happened.
    Hint(String),
    Failed(String),
}
