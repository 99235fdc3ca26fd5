//! The window.
//!
//! A frame has two halves. First the commands that the last frame and the background jobs sent are
//! carried out by [`State::apply`], the one place where anything changes. Then the panels draw from
//! `&State` and answer with new commands. No panel does I/O and none changes anything itself; slow
//! work is a job that ends in a command. That is why undo, the palette, shortcuts, menus and tests
//! need nothing of their own: they all send commands.

pub mod canvas;
pub mod preflight;

mod action;
mod analysis;
mod app;
mod changes_tab;
mod command;
mod dialogs;
mod exchange_tab;
mod graph_tab;
mod jobs;
mod matrix_tab;
mod notices;
mod panels;
mod selection;
mod source_tab;
mod state;
mod theme;
mod user_state;
mod widgets;

pub use app::Studio;
pub use changes_tab::{ChangesState, Choice, Command as CompareCommand, Comparison, With};
pub use command::{Action, Command, Leaving, Notice, PathPurpose};
pub use dialogs::FileDialogs;
pub use exchange_tab::campaign;
pub use exchange_tab::redeem::Command as RedeemCommand;
pub use exchange_tab::server::Command as ServerCommand;
pub use exchange_tab::{
    Command as ExchangeCommand, Leg, Mode as ExchangeMode, ServerChoice, TokenChoice, TokenSource,
    Waiting,
};
pub use graph_tab::{
    Align, AskCommand, AskForm, AskKind, AskSlot, ColourBy, GraphAction, GraphCommand, Looking,
    Narrowing, Supposition,
};
pub use matrix_tab::{MatrixCommand, MatrixState};
pub use selection::Selection;
pub use source_tab::{Caret, Command as SourceCommand, Motion, Query, Reach, SourceAction};
pub use state::{
    Dialog, News, Opener, Origin, Outside, SaveRequest, SaveTrouble, State, Tab, TroubleKind,
};

use std::path::PathBuf;

use crate::trust::Reading;

/// Why no window could be shown.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// Known before one was tried.
    #[error(transparent)]
    NotHere(#[from] preflight::NoWindow),
    /// Said by the window system.
    #[error("the window could not be opened: {0}")]
    Refused(String),
}

/// Opens the window on files and folders, under a reading if one was asked for. Returns when the
/// window closes.
///
/// # Errors
///
/// When no window can open here.
pub fn run(paths: Vec<PathBuf>, reading: Option<Reading>) -> Result<(), WindowError> {
    preflight::check(&preflight::Surroundings::of_this_process())?;
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Exchange Studio")
            .with_app_id("exchange-studio")
            .with_inner_size([1360.0, 860.0])
            .with_min_inner_size([900.0, 560.0]),
        renderer: eframe::Renderer::Glow,
        ..Default::default()
    };
    eframe::run_native(
        "exchange-studio",
        options,
        Box::new(move |creation| {
            let mut studio = Studio::start(&creation.egui_ctx, paths)?;
            if let Some(reading) = reading {
                studio.state.apply(Command::SetReading(reading));
            }
            Ok(Box::new(studio))
        }),
    )
    .map_err(|error| WindowError::Refused(error.to_string()))
}
